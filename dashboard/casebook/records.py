"""What the casebook speaks of: who acts, which case, which event. Times are naive UTC+8 wall times."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal


@dataclass(frozen=True)
class Actor:
    """Who acts, and as what; where he may act was checked before."""

    name: str
    roles: frozenset[str]


SYSTEM = Actor("system", frozenset({"system"}))


@dataclass(frozen=True)
class Case:
    """What the casebook remembers of a clue, as it was when somebody first acted on it.

    Shape   opened_state: state it had in the snapshot, "" for a case that a person is about to create;
            opened_sequence: steps of its life that the snapshot knew, so that ours are numbered after them
    """

    clue_id: str
    rule_id: str
    rule_version: str
    severity: int
    enterprise_id: str | None
    enterprise_name: str | None
    cell_id: str | None
    city_adcode: str
    county_adcode: str
    round_code: str | None
    team_code: str | None
    pollutant: str | None
    category: str
    lon_deg: float
    lat_deg: float
    window_from: datetime
    window_to: datetime
    detected_at: datetime
    score: float | None
    origin: Literal["snapshot", "hand"]
    snapshot_id: str
    opened_state: str
    opened_since: datetime | None = None
    opened_due_at: datetime | None = None
    opened_sequence: int = 0


@dataclass(frozen=True)
class Event:
    """One step, never changed once written.

    Shape   seq: dense number over all clues; version: number within the clue, from 1 (0: the case was opened);
            source, target: states, equal when nothing moved (a comment, a correction), source None at the start
    """

    event_id: str
    seq: int
    clue_id: str
    version: int
    source: str | None
    target: str
    event: str
    actor: str
    role: str
    at: datetime
    due_at: datetime | None
    reason: str | None
    payload: dict[str, Any]
    attachments: tuple[str, ...]
    rule_version: str
    snapshot_id: str
    prev_hash: str
    hash: str


# Events that are no step: the state stays.
OPEN, COMMENT, CORRECT = "open", "comment", "correct"
NOTES = frozenset({OPEN, COMMENT, CORRECT})
