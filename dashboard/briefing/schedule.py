"""Which briefings are made by themselves, when and for whom: the file `briefing.toml`, checked before it is used."""

from __future__ import annotations

import re
import tomllib
from datetime import datetime, time, timedelta
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

WHEN = re.compile(r"(day|week|month) ?(mon|tue|wed|thu|fri|sat|sun|[1-9]|1\d|2[0-8])? ([01]\d|2[0-3]):([0-5]\d)")
WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
NAME = r"^[a-z0-9][a-z0-9-]{0,39}$"
Form = Literal["docx", "pptx", "pdf", "html"]


class ScheduleError(Exception):
    """The file of scheduled briefings is not as it must be; the message names file and key."""


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Recipient(_Strict):
    """Somebody with an account: the briefing is made with their rights. `mail` names a mail target of outgoing.toml."""

    user: str = Field(min_length=1, max_length=100)
    mail: Annotated[str, Field(pattern=NAME)] | None = None


class Run(_Strict):
    """One recipe at one time for some readers; files are kept in a folder of the run and, if asked for, sent."""

    name: str = Field(pattern=NAME)
    recipe: str = Field(min_length=1)
    when: str
    formats: tuple[Form, ...] = Field(default=("docx", "pdf"), min_length=1)
    language: Literal["zh", "en"] = "zh"
    region: str = ""
    enterprise: str = ""
    to: tuple[Recipient, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _can_be_told(self) -> Self:
        found = WHEN.fullmatch(self.when)
        named = found[2] if found else None
        is_right = {
            "day": named is None,
            "week": named in WEEKDAYS,
            "month": named is not None and named not in WEEKDAYS,
        }
        if found is None or not is_right[found[1]]:
            raise ValueError('when is "day 07:30", "week mon 08:00" or "month 1 08:00" (days 1 to 28)')
        if twice := [one.user for one in self.to if [other.user for other in self.to].count(one.user) > 1]:
            raise ValueError(f"{twice[0]} is named twice")
        return self

    def due_before(self, now: datetime) -> datetime:
        """The last moment at or before `now` at which this was to be made."""
        found = WHEN.fullmatch(self.when)
        if found is None:
            raise ValueError(self.when)
        kind, named, at = found[1], found[2], time(int(found[3]), int(found[4]))
        day = now.date() if datetime.combine(now.date(), at) <= now else now.date() - timedelta(days=1)
        while not _fits(kind, named, day.weekday(), day.day):
            day -= timedelta(days=1)
        return datetime.combine(day, at)


class Schedule(_Strict):
    """The whole file. `folder`: where files lie; `keep_days`: for how long."""

    folder: Path = Path("var/briefings")
    keep_days: int = Field(default=90, ge=1, le=3650)
    run: tuple[Run, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _has_names(self) -> Self:
        names = [one.name for one in self.run]
        if doubled := [name for name in names if names.count(name) > 1]:
            raise ValueError(f"two runs are called {doubled[0]!r}")
        return self


def _fits(kind: str, named: str | None, weekday: int, day: int) -> bool:
    if kind == "week":
        return WEEKDAYS[weekday] == named
    return kind == "day" or day == int(named or 1)


def load_schedule(path: Path) -> Schedule:
    """The runs in a file.

    Raises  ScheduleError that names the file, the key and what is wrong
    """
    try:
        return Schedule.model_validate(tomllib.loads(path.read_text("utf-8")))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise ScheduleError(f"{path}: {error}; see docs/briefing.md") from error
    except ValidationError as error:
        first = error.errors(include_input=False, include_url=False)[0]
        key = ".".join(str(part) for part in first["loc"]) or "file"
        raise ScheduleError(f"{path}: key '{key}': {first['msg'].lower()}; see docs/briefing.md") from error
