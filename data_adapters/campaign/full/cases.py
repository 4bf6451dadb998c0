"""What is planted: for every rule positives, negatives and look-alikes, on objects no other case touches."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from typing import Any

from data_adapters.campaign.full.columns import Columns
from data_adapters.campaign.full.plan import Plan

KINDS = ("positive", "negative", "lookalike")
OUTLET_RULES = (*(f"R{number:02d}" for number in range(1, 17)), "R18", "R21", "R28")
ENTERPRISE_RULES = ("R17", "R20", "R22", "R23", "R24", "R25", "R26", "R27", "R31", "R35")
INCINERATION_RULES = ("R17", "R18")
LISTED = "J01"  # enterprises that are listed for emergency reduction, have a meter, and cut: negatives of R22
COMPLIERS = tuple(f"complies-{number}" for number in range(8))
REFERENCE_COUNTY = "340122"  # 肥东县


@dataclass(frozen=True)
class Slot:
    """An enterprise set aside for a case, and its outlet where the case has one."""

    rule: str
    kind: str  # one of KINDS, partner and twin for the other half of a pair, source for what a look-alike is not
    enterprise: int
    outlet: int = -1
    turn: int = 0  # the first of a kind is the same in every campaign, the others are drawn from the seed

    @property
    def industry(self) -> str:
        """Industry the case is set in."""
        if self.rule in INCINERATION_RULES:
            return "waste_incineration"
        if self.rule == "R07" and self.kind == "lookalike":
            return "coking"
        return "thermal_power" if self.outlet >= 0 else "chemicals"


@dataclass(frozen=True)
class Cast:
    """Who is set aside for the cases of a campaign; enterprise and outlet numbers begin at 0 and have no gap."""

    turns: int
    slots: tuple[Slot, ...]

    @property
    def enterprises(self) -> int:
        """How many enterprises are set aside."""
        return max(slot.enterprise for slot in self.slots) + 1

    @property
    def outlets(self) -> int:
        """How many outlets are set aside."""
        return max(slot.outlet for slot in self.slots) + 1

    def of(self, rule: str, kind: str, turn: int = 0) -> Slot:
        """The slot of a case."""
        return next(slot for slot in self.slots if (slot.rule, slot.kind, slot.turn) == (rule, kind, turn))

    def all(self, rule: str, kinds: tuple[str, ...] = KINDS) -> tuple[Slot, ...]:
        """The slots of a rule, turn by turn, in the order of `kinds`."""
        return tuple(self.of(rule, kind, turn) for turn in range(self.turns) for kind in kinds)

    def turn_kinds(self) -> tuple[tuple[int, str], ...]:
        """Turn and kind of every case of a rule that needs no enterprise, in order."""
        return tuple((turn, kind) for turn in range(self.turns) for kind in KINDS)


@cache
def make_cast(turns: int) -> Cast:
    """The cast of so many turns; that of fewer is its beginning."""
    slots: list[Slot] = []
    enterprise = outlet = -1
    for turn in range(turns):
        for rule, kind, has_outlet in _parts():
            enterprise += kind != "twin"  # the twin is a second outlet of the same enterprise
            outlet += has_outlet
            slots.append(Slot(rule, kind, enterprise, outlet if has_outlet else -1, turn))
    return Cast(turns, tuple(slots))


def _parts() -> Iterator[tuple[str, str, bool]]:
    """Rule and kind of the parts of one turn, and whether an outlet goes with it."""
    for rule in OUTLET_RULES:
        for kind in KINDS:
            yield rule, kind, True
            if rule == "R14" and kind != "negative":
                yield rule, "twin" if kind == "lookalike" else "partner", True
    for rule in ENTERPRISE_RULES:
        for kind in KINDS:
            yield rule, kind, (rule, kind) == ("R31", "positive")
    yield "R31", "source", True
    for kind in COMPLIERS:
        yield LISTED, kind, False


FROM_THE_FIRST = float("-inf")  # as early as the object has data


@dataclass(frozen=True)
class Window:
    """When a case happens, in hours from the start of the round; `onset` only where the rule should fire."""

    first: float
    last: float
    onset: float | None = None

    def later(self, hours: float) -> Window:
        """The same so many hours later."""
        return Window(self.first + hours, self.last + hours, None if self.onset is None else self.onset + hours)


@dataclass(frozen=True)
class Planted:
    """What a case is about."""

    object_kind: str
    object_id: str
    enterprise_id: str | None = None
    outlet_id: str | None = None
    pollutant: str | None = None


@dataclass
class Truth:
    """The truth table as it grows."""

    plan: Plan
    rows: list[dict[str, Any]] = field(default_factory=list)

    def add(self, case: tuple[str, str], planted: Planted, window: Window, note: str) -> None:
        """Record a case (rule, kind)."""

        def at(hour: float) -> datetime:
            return self.plan.at(-24.0 * self.plan.history_days(case[0]) if hour == FROM_THE_FIRST else hour)

        self.rows.append(
            {
                "rule_id": case[0],
                "kind": case[1],
                "object_kind": planted.object_kind,
                "object_id": planted.object_id,
                "enterprise_id": planted.enterprise_id,
                "outlet_id": planted.outlet_id,
                "pollutant": planted.pollutant,
                "from_at": at(window.first),
                "to_at": self.plan.at(window.last),
                "onset_at": None if window.onset is None else at(window.onset),
                "note": note,
            }
        )

    def columns(self) -> Columns:
        """The table, by rule and kind."""
        rows = sorted(self.rows, key=lambda row: (row["rule_id"], KINDS.index(row["kind"])))
        return {name: [row[name] for row in rows] for name in rows[0]}
