"""`lookout.toml`: what to build from, read strictly.

A key that isn't known is an error that names the key and the nearest known one; silence would build
something else than was meant.
"""

from __future__ import annotations

import difflib
import tomllib
from collections.abc import Iterator, Sequence
from datetime import datetime
from pathlib import Path
from types import UnionType
from typing import Any, Literal, Union, get_args, get_origin

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from fusion.errors import ConfigError
from fusion.publish import KEEP

DEMO_AS_OF = datetime(2023, 6, 21, 18, 0)
BUILT_IN_SOURCES = ("boundaries", "region_groups")


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class TitleConfig(_Strict):
    """The name shown above every page."""

    zh: str = "瞭望 · 大气监督帮扶态势"
    en: str = "Lookout · Air Enforcement Situation"


class LookoutConfig(_Strict):
    """The part `[lookout]`: the installation as a whole."""

    title: TitleConfig = TitleConfig()
    snapshots: Path = Path("var/snapshots")
    store: Path | None = None
    rules: tuple[Path, ...] = ()
    judged_on: tuple[datetime, ...] = ()
    truth: Path | None = None
    is_synthetic: bool = False
    as_of: datetime | None = None
    keep: int = Field(default=KEEP, ge=1)
    memory_limit: str = Field(default="4GB", pattern=r"^\d+(\.\d+)?\s?(MB|GB|MiB|GiB)$")
    threads: int = Field(default=2, ge=1)
    engine: Literal["duckdb", "spark"] = "duckdb"
    spark_master: str = "local[2]"
    spark_scratch: Path | None = None

    @field_validator("as_of", "judged_on")
    @classmethod
    def _is_wall_time(cls, value: Any) -> Any:  # noqa: ANN401 - one time, several or none
        times = value if isinstance(value, tuple) else (value,)
        if any(one is not None and one.tzinfo is not None for one in times):
            raise ValueError("give UTC+8 wall time without a zone")
        return value


class BoundaryConfig(_Strict):
    """The part `[boundary]`: what the map says about its boundaries."""

    title: str | None = None
    review_no: str | None = None


class SourceConfig(_Strict):
    """One `[[source]]`: a source by name, its files, its options."""

    name: str = Field(min_length=1)
    paths: tuple[str, ...] = ()
    options: dict[str, Any] = Field(default_factory=dict)


class Config(_Strict):
    """The whole file. Boundaries and key-region groups that aren't listed are the built-in ones."""

    lookout: LookoutConfig = LookoutConfig()
    boundary: BoundaryConfig = BoundaryConfig()
    source: tuple[SourceConfig, ...] = ()
    folder: Path = Path(".")

    @property
    def store(self) -> Path | None:
        """The folder of the store, if there is one."""
        return self.folder / self.lookout.store if self.lookout.store else None

    @property
    def truth(self) -> Path | None:
        """The folder of the campaign whose planted cases are known, if there is one."""
        return self.folder / self.lookout.truth if self.lookout.truth else None

    @property
    def rules(self) -> tuple[Path, ...]:
        """Folders of rules of the installation's own."""
        return tuple(self.folder / one for one in self.lookout.rules)

    @property
    def listed(self) -> frozenset[str]:
        """Names of the sources the file lists; what they give stands before the built-in sources."""
        return frozenset(source.name for source in self.source)

    @property
    def sources(self) -> tuple[SourceConfig, ...]:
        """What to run, boundaries first."""
        built_in = [SourceConfig(name=name) for name in BUILT_IN_SOURCES if name not in self.listed]
        return tuple(sorted((*built_in, *self.source), key=lambda source: source.name != "boundaries"))

    def paths_of(self, source: SourceConfig) -> list[Path]:
        """The files of a source; a pattern that matches nothing stays, so that the source can report it."""
        found: list[Path] = []
        for pattern in source.paths:
            path = self.folder / pattern
            matches = sorted(Path(path.anchor or ".").glob(str(path.relative_to(path.anchor or "."))))
            found += matches or [path]
        return found


def load_config(path: Path) -> Config:
    """The configuration in a file.

    Raises  ConfigError in one line: file, key, what is wrong, the nearest known key
    """
    try:
        content = tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except FileNotFoundError:
        raise ConfigError(f"{path}: no such file", "start from lookout.example.toml") from None
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"{path}: can't be read ({error})", "it must be a text file in UTF-8") from error
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(f"{path}: not TOML: {error}", 'text goes in quotes, as name = "firms"') from error
    if "folder" in content:
        raise ConfigError(f"{path}: key 'folder' is not known", _nearest("folder", _known_keys(())))
    try:
        return Config.model_validate({**content, "folder": path.resolve().parent})
    except ValidationError as error:
        raise ConfigError(f"{path}: {_explain(error)}") from error


def full_demo_config(store: Path, campaign: Path, evenings: tuple[datetime, ...]) -> Config:
    """The full campaign, staged in a store; judged on some evenings, the last of which is now."""
    *earlier, now = evenings
    lookout = LookoutConfig(
        is_synthetic=True, as_of=now, store=store.resolve(), judged_on=tuple(earlier), truth=campaign.resolve()
    )
    return Config(lookout=lookout)


def demo_config(size: str) -> Config:
    """The invented campaign: nothing outside the program is read."""
    return Config(
        lookout=LookoutConfig(is_synthetic=True, as_of=DEMO_AS_OF),
        source=(SourceConfig(name="campaign", options={"size": size}),),
    )


def _explain(error: ValidationError) -> str:
    first = error.errors()[0]
    where = [part for part in first["loc"] if isinstance(part, str)]
    key = ".".join(str(part) for part in first["loc"])
    if first["type"] == "extra_forbidden":
        return f"key '{key}' is not known; {_nearest(where[-1], _known_keys(where[:-1]))}"
    if first["type"] == "missing":
        return f"key '{key}' is missing; add it to [{'.'.join(where[:-1])}]"
    more = f" [and {error.error_count() - 1} more]" if error.error_count() > 1 else ""
    return f"key '{key}': {first['msg'].lower()}, not {first['input']!r}{more}"


def _known_keys(where: Sequence[str]) -> list[str]:
    model: type[BaseModel] = Config
    for part in where:
        model = next(_models_in(model.model_fields[part].annotation))
    return [name for name in model.model_fields if name != "folder"]


def _models_in(kind: object) -> Iterator[Any]:
    if isinstance(kind, type) and issubclass(kind, BaseModel):
        return iter((kind,))
    if get_origin(kind) in (tuple, Union, UnionType):
        return (model for inner in get_args(kind) for model in _models_in(inner))
    return iter(())


def _nearest(key: str, known: Sequence[str]) -> str:
    close = difflib.get_close_matches(key, known, n=1, cutoff=0.4)
    return f"did you mean '{close[0]}'?" if close else f"known here: {', '.join(known)}"
