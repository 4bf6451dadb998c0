"""The life of a clue as data: `states.csv`, one row per transition, read once."""

from __future__ import annotations

import csv
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache, cached_property
from importlib import resources
from typing import Generic, Literal, TypeVar, cast, overload

ROLES = (
    "system", "analyst", "dispatcher", "team_leader", "inspector", "local_bureau", "enterprise", "reviewer",
    "supervisor", "leader", "city_government", "auditor",
)  # fmt: skip
Kind = Literal[
    "text", "code", "codes", "date", "number", "boolean", "people", "problems", "files", "clue", "person", "contact"
]  # fmt: skip
Unit = Literal["h", "wd", "d", "mo", "clock"]
T = TypeVar("T")
FIELD = re.compile(r"(?P<name>\w+):(?P<kind>\w+)(?P<must>!?)(=(?P<choices>[\w|]+))?(@(?P<only_if>\w+))?")
PERIOD = re.compile(r"(?P<amount>\d+)(?P<unit>h|wd|d|mo|:00)(\+(?P<counts_from>\w+))?(=(?P<field>\w+))?")


@dataclass(frozen=True)
class Field:
    """One thing a transition must, or may, put on record.

    Shape   only_if: the circumstance in which it must be there (see guards.CIRCUMSTANCES); "" always
    """

    name: str
    kind: Kind
    is_required: bool
    choices: tuple[str, ...] = ()
    only_if: str = ""


@dataclass(frozen=True)
class Period:
    """A length of time: hours on the clock, working days, calendar days, months, or until the next such hour."""

    amount: int
    unit: Unit


@dataclass(frozen=True)
class Deadline:
    """By when a transition is due.

    Shape   severe: for severity 1; counts_from: "" the state's beginning, "accepted" the acceptance;
            field: name in the record that began the state which sets the day instead; "" none
    """

    usual: Period
    severe: Period
    counts_from: str = ""
    field: str = ""


@dataclass(frozen=True)
class Transition:
    """One allowed step. `window_days`: it is open so many days after the state began; None without end."""

    source: str | None
    target: str
    event: str
    roles: frozenset[str]
    deadline: Deadline | None
    record: tuple[Field, ...]
    window_days: int | None = None


class Listed(Sequence[T], Generic[T]):
    """A list that is read from its file at the first look, not at import."""

    def __init__(self, read: Callable[[], Iterable[T]]) -> None:
        """Remember how to read it."""
        self._read = read

    @cached_property
    def _rows(self) -> tuple[T, ...]:
        return tuple(self._read())

    @overload
    def __getitem__(self, place: int) -> T: ...
    @overload
    def __getitem__(self, place: slice) -> tuple[T, ...]: ...
    def __getitem__(self, place: int | slice) -> T | tuple[T, ...]:
        """Row number `place`."""
        return self._rows[place]

    def __len__(self) -> int:
        """Number of rows."""
        return len(self._rows)


def allowed(state: str | None, roles: frozenset[str]) -> list[Transition]:
    """What somebody with these roles may do in `state`; None is before the beginning."""
    return [step for step in TRANSITIONS if step.source == state and step.roles & roles]


def transition(state: str | None, event: str) -> Transition | None:
    """The step that `event` is in `state`, whoever does it."""
    return _by_event().get((state, event))


def who_may(event: str) -> frozenset[str]:
    """All roles that may do `event` in some state."""
    return frozenset(role for step in TRANSITIONS if step.event == event for role in step.roles)


def rows(name: str) -> list[dict[str, str]]:
    """The rows of a list beside this module."""
    text = resources.files(__package__).joinpath(name).read_text("utf-8")
    return list(csv.DictReader(text.splitlines()))


def _read() -> Iterator[Transition]:
    for row in rows("states.csv"):
        roles = frozenset(row["roles"].split())
        if roles - set(ROLES):
            raise ValueError(f"states.csv: unknown roles {roles - set(ROLES)}")
        yield Transition(
            source=row["source"] or None,
            target=row["target"],
            event=row["event"],
            roles=roles,
            deadline=_deadline(row["due"], row["due_sev1"]),
            record=tuple(_field(text) for text in row["record"].split()),
            window_days=int(row["window_days"]) if row["window_days"] else None,
        )


def _field(text: str) -> Field:
    found = FIELD.fullmatch(text)
    if found is None:
        raise ValueError(f"states.csv: {text!r} is no field")
    choices = tuple((found["choices"] or "").split("|")) if found["choices"] else ()
    if choices == ("CAUSES",):
        choices = tuple(CAUSES)
    return Field(found["name"], cast(Kind, found["kind"]), bool(found["must"]), choices, found["only_if"] or "")


def _deadline(usual: str, severe: str) -> Deadline | None:
    if not usual:
        return None
    found = PERIOD.fullmatch(usual)
    if found is None:
        raise ValueError(f"states.csv: {usual!r} is no deadline")
    return Deadline(_period(usual), _period(severe), found["counts_from"] or "", found["field"] or "")


def _period(text: str) -> Period:
    found = PERIOD.fullmatch(text)
    if found is None:
        raise ValueError(f"states.csv: {text!r} is no period")
    return Period(int(found["amount"]), "clock" if found["unit"] == ":00" else cast(Unit, found["unit"]))


@cache
def _by_event() -> dict[tuple[str | None, str], Transition]:
    return {(step.source, step.event): step for step in TRANSITIONS}


CAUSES: Sequence[str] = Listed(lambda: (row["code"] for row in rows("causes.csv")))
TRANSITIONS: Sequence[Transition] = Listed(_read)
STATES: Sequence[str] = Listed(lambda: dict.fromkeys(step.target for step in TRANSITIONS))
