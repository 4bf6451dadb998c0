"""What the walls show, in which order and for how long: `wall.toml`, or the list that is built in."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

Kind = Literal["situation", "region", "voc", "incineration", "supervision", "loop", "sources"]
# Instead of a region: one scene for each key-region group of the snapshot.
EACH_GROUP = "each"
Region = Annotated[str, Field(pattern=r"^(\d{6}|g:\w+|each)?$")]
Seconds = Annotated[int, Field(ge=5, le=3600)]
Moment = Annotated[str, Field(pattern=r"^([01]\d|2[0-3]):[0-5]\d$")]


class PlaylistError(Exception):
    """The file of scenes is not as it must be; the message names file and entry."""


class Scene(BaseModel):
    """One scene: what it asks, where, in which round, and how long it stays.

    Shape   region: adcode, `g:` and a group code, "each" (only of kind region), empty for all;
            round: a round's code, "current", empty for all
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    kind: Kind
    region: Region = ""
    round: str = Field(default="", pattern=r"^(current|[\w-]{1,40})?$")
    dwell_s: Seconds | None = None

    @property
    def name(self) -> str:
        """Its name in addresses."""
        return "-".join(part.replace(":", "_") for part in (self.kind, self.region, self.round) if part)

    @model_validator(mode="after")
    def _is_somewhere(self) -> Self:
        if self.kind == "region" and not self.region:
            raise ValueError('a scene of kind "region" needs a region: an adcode, "g:" and a group\'s code, or "each"')
        if self.region == EACH_GROUP and self.kind != "region":
            raise ValueError('region "each" is for scenes of kind "region"')
        return self


class Playlist(BaseModel):
    """All scenes and what holds for each.

    Shape   names: masked unless "full"; a device that is masked stays so; quiet_hour: UTC+8, empty for no reload;
            poll_s: how often a screen asks for news
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    dwell_s: Seconds = 45
    poll_s: float = Field(default=3.5, ge=1, le=60)
    quiet_hour: Moment | Literal[""] = "04:10"
    names: Literal["masked", "full"] = "masked"
    scene: tuple[Scene, ...] = Field(max_length=60)

    @model_validator(mode="after")
    def _tells_them_apart(self) -> Self:
        if not self.scene:
            raise ValueError("there is no [[scene]] in it")
        names = [scene.name for scene in self.scene]
        doubled = [number for number, name in enumerate(names, 1) if name in names[: number - 1]]
        if doubled:
            raise ValueError(f"scene {doubled[0]} is the same as one before it; change its kind, region or round")
        return self


DEFAULT = Playlist(
    scene=(
        Scene(kind="situation", dwell_s=60),
        Scene(kind="region", region=EACH_GROUP),
        Scene(kind="voc"),
        Scene(kind="incineration"),
        Scene(kind="supervision"),
        Scene(kind="loop"),
        Scene(kind="sources"),
    )
)


def read_playlist(path: Path | None) -> Playlist:
    """The scenes of a file; those built in where none is named.

    Raises  PlaylistError that names the file, the entry and what is wrong
    """
    if path is None:
        return DEFAULT
    try:
        return Playlist.model_validate(tomllib.loads(path.read_text("utf-8")))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise PlaylistError(f"{path}: {error}; see docs/wall.md") from error
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        told = first["msg"].removeprefix("Value error, ")
        entry = ", ".join(_entry(part) for part in first["loc"] if part not in ("scene", "constrained-str"))
        raise PlaylistError(f"{path}: {entry + ': ' if entry else ''}{told}; see docs/wall.md") from error


def _entry(part: int | str) -> str:
    """Scenes are counted from one, as people do."""
    return f"scene {part + 1}" if isinstance(part, int) else part
