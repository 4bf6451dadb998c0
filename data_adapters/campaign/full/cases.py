"""What is planted: for every rule a positive, a negative and a look-alike, on objects no other case touches."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from data_adapters.campaign.full.columns import Columns
from data_adapters.campaign.full.plan import Plan

KINDS = ("positive", "negative", "lookalike")
OUTLET_RULES = (*(f"R{number:02d}" for number in range(1, 17)), "R18", "R21", "R28")
ENTERPRISE_RULES = ("R17", "R20", "R22", "R23", "R24", "R25", "R26", "R27", "R31", "R35")
INCINERATION_RULES = ("R17", "R18")
REFERENCE_COUNTY = "340122"  # 肥东县


@dataclass(frozen=True)
class Slot:
    """An enterprise set aside for a case, and its outlet where the case has one."""

    rule: str
    kind: str  # one of KINDS, partner and twin for the other half of a pair, source for what a look-alike is not
    enterprise: int
    outlet: int = -1

    @property
    def industry(self) -> str:
        """Industry the case is set in."""
        if self.rule in INCINERATION_RULES:
            return "waste_incineration"
        if self.rule == "R07" and self.kind == "lookalike":
            return "coking"
        return "thermal_power" if self.outlet >= 0 else "chemicals"


def make_slots() -> tuple[Slot, ...]:
    """The slots in order; enterprise and outlet numbers begin at 0 and have no gap."""
    slots: list[Slot] = []
    outlet = 0
    enterprise = 0
    for rule in OUTLET_RULES:
        for kind in KINDS:
            slots.append(Slot(rule, kind, enterprise, outlet))
            if rule == "R14" and kind != "negative":
                is_twin = kind == "lookalike"  # the twin is a second outlet of the same enterprise
                enterprise += not is_twin
                outlet += 1
                slots.append(Slot(rule, "twin" if is_twin else "partner", enterprise, outlet))
            enterprise, outlet = enterprise + 1, outlet + 1
    for rule in ENTERPRISE_RULES:
        for kind in KINDS:
            has_stack = (rule, kind) == ("R31", "positive")
            slots.append(Slot(rule, kind, enterprise, outlet if has_stack else -1))
            enterprise, outlet = enterprise + 1, outlet + has_stack
    slots.append(Slot("R31", "source", enterprise, outlet))
    return tuple(slots)


SLOTS = make_slots()
PLANTED_ENTERPRISES = max(slot.enterprise for slot in SLOTS) + 1
PLANTED_OUTLETS = max(slot.outlet for slot in SLOTS) + 1


def slot_of(rule: str, kind: str) -> Slot:
    """The slot of a case."""
    return next(slot for slot in SLOTS if (slot.rule, slot.kind) == (rule, kind))


FROM_THE_FIRST = float("-inf")  # as early as the object has data


@dataclass(frozen=True)
class Window:
    """When a case happens, in hours from the start of the round; `onset` only where the rule should fire."""

    first: float
    last: float
    onset: float | None = None


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
