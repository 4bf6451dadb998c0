"""What the casebook speaks of: who acts, which case, which event. Times are naive UTC+8 wall times."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal


def same_text(text: str) -> str:
    """A name as it is compared: neither blanks nor capitals tell two people apart."""
    return "".join(text.split()).casefold()


@dataclass(frozen=True)
class Actor:
    """Who acts, and as what; where he may act was checked before.

    Shape   person: id of the person, "" where nobody has an account; known_as: other ids, and names of before there
            were persons
    """

    name: str
    roles: frozenset[str]
    person: str = ""
    known_as: frozenset[str] = frozenset()

    def is_named(self, name: str, person: str | None = None) -> bool:
        """Whether a record means this actor: by the person where it tells one, else by the name."""
        if person and self.person:
            return person in (self.person, *self.known_as)
        return same_text(name) in {same_text(one) for one in (self.name, *self.known_as)}


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
            source, target: states, equal when nothing moved (a comment, a correction), source None at the start;
            person: id of who acted, None for the system and for what was written before there were persons
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
    person: str | None = None


# Events that are no step: the state stays.
OPEN, COMMENT, CORRECT, ASSIGN = "open", "comment", "correct", "assigned"
NOTES = frozenset({OPEN, COMMENT, CORRECT, ASSIGN})
