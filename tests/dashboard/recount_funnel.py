"""The funnel counted again, in plain Python from the rows of events and clues: no SQL, no code of the house."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

STAGES = ("pushed", "accepted", "checked", "confirmed", "rectified", "rechecked", "fixed")
OVER = {"CLOSED", "DISCARDED", "MERGED"}


@dataclass
class Way:
    """How far one clue came."""

    reached: set[str] = field(default_factory=set)
    team: str | None = None
    last_pass: int = 0
    last_relapse: int = 0
    first: dict[str, datetime] = field(default_factory=dict)
    passed_at: datetime | None = None
    relapsed_at: datetime | None = None
    orders: list[dict[str, Any]] = field(default_factory=list)


def ways(events: Iterable[Mapping[str, Any]]) -> dict[str, Way]:
    """The way of every clue that has a step; events in the shape of `events_now`."""
    found: dict[str, Way] = defaultdict(Way)
    for event in sorted(events, key=lambda one: (one["clue_id"], one["sequence"])):
        source, target = event["from_state"], event["to_state"]
        if source == target:
            continue
        way = found[event["clue_id"]]
        way.team = event["team_code"] or way.team
        way.first.setdefault(target, event["at"])
        touched = {source, target}
        for stage, states in {
            "pushed": {"PUSHED"},
            "accepted": {"ACCEPTED"},
            "checked": {"CONFIRMED", "NOT_CONFIRMED"},
            "confirmed": {"CONFIRMED"},
            "rectified": {"RECHECK"},
        }.items():
            if touched & states:
                way.reached.add(stage)
        if (source, target) == ("RECHECK", "CLOSED"):
            way.reached.add("rechecked")
            way.last_pass = event["sequence"]
            way.passed_at = way.passed_at or event["at"]
        if target == "RELAPSED":
            way.last_relapse = event["sequence"]
            way.relapsed_at = way.relapsed_at or event["at"]
        if way.orders and way.orders[-1]["left_to"] is None:
            way.orders[-1] |= {"left_to": target, "left_at": event["at"]}
        if target in ("E_SUPERVISED", "LISTED_SUPERVISED"):
            way.orders.append({"kind": target, "due_at": event["due_at"], "left_to": None, "left_at": None})
    for way in found.values():
        _settle(way)
    return found


def _settle(way: Way) -> None:
    """What presupposes another stage: acceptance a push, rectification and re-check a confirmation."""
    if "pushed" not in way.reached:
        way.reached.discard("accepted")
    if "confirmed" not in way.reached:
        way.reached -= {"rectified", "rechecked"}
    elif way.last_pass > way.last_relapse:
        way.reached.add("fixed")


def rest(way: Way, state: str) -> str:
    """How a clue stands that went no further."""
    if "rechecked" in way.reached and "fixed" not in way.reached:
        return "relapsed"
    if state in ("MERGED", "DISCARDED", "RETURNED", "SUSPENDED"):
        return {"MERGED": "merged", "DISCARDED": "dismissed", "RETURNED": "returned", "SUSPENDED": "suspended"}[state]
    if state == "NOT_CONFIRMED" or (state == "CLOSED" and "confirmed" not in way.reached):
        return "denied"
    return "closed" if state == "CLOSED" else "open"


@dataclass
class Funnel:
    """Counts of some clues. `went_on`: of those at a stage, how many are at the next too."""

    n: Counter[str] = field(default_factory=Counter)
    went_on: Counter[str] = field(default_factory=Counter)
    rests: Counter[tuple[str, str]] = field(default_factory=Counter)

    def add(self, way: Way, state: str) -> None:
        for stage, following in zip(STAGES, [*STAGES[1:], None], strict=True):
            if stage not in way.reached:
                continue
            self.n[stage] += 1
            if following in way.reached:
                self.went_on[stage] += 1
            elif following:
                self.rests[stage, rest(way, state)] += 1


def funnels(clues: Iterable[Mapping[str, Any]], found: Mapping[str, Way], key: str | None = None) -> dict[Any, Funnel]:
    """A funnel for each value of the clues' column `key` ("team": the last team of the steps); None: one for all."""
    counted: dict[Any, Funnel] = defaultdict(Funnel)
    for clue in clues:
        way = found.get(clue["clue_id"], Way())
        group = None if key is None else way.team if key == "team" else clue[key]
        counted[group].add(way, clue["state"])
    return counted
