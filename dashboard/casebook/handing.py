"""Handing a clue to a person of its team: an act of the leader's that moves no state and stops no clock."""

from __future__ import annotations

from collections.abc import Iterator

from dashboard.casebook.errors import Complaint
from dashboard.casebook.persons import People, Person
from dashboard.casebook.record_fields import is_blank
from dashboard.casebook.records import Actor
from dashboard.casebook.standing import Standing

MAY_ASSIGN = frozenset({"team_leader", "leader"})
# From the team's having it until nothing is left to do.
ASSIGNABLE = frozenset(
    ("PUSHED", "ACCEPTED", "CHECKING", "SUSPENDED", "CONFIRMED", "NOT_CONFIRMED", "RECTIFYING", "RECHECK")
)


def may_hand_over(actor: Actor, state: str | None) -> bool:
    """Whether this actor hands clues to persons at all, and one in this state."""
    return bool(actor.roles & MAY_ASSIGN) and state in ASSIGNABLE


def hand_over_bar(standing: Standing, actor: Actor, people: People) -> Complaint | None:
    """Why this clue can't be handed to anybody by this leader; None if it can."""
    if not standing.team_code:
        return Complaint("", "no_team")
    own = people.by_key.get(actor.person)
    if own is not None and own.team_code and own.team_code != standing.team_code:
        return Complaint("", "not_your_team", {"team": standing.team_code})
    return None


def hand_over_faults(standing: Standing, said: object, people: People) -> Iterator[Complaint]:
    """What is wrong with who is named: nobody, nobody known, of another team, or who has it already."""
    if is_blank(said):
        yield Complaint("person", "missing")
        return
    found = people.named(said)
    if people and found is None:
        yield Complaint("person", "nobody_known")
    elif found is not None and found.team_code != standing.team_code:
        yield Complaint("person", "other_team", {"name": found.name, "team": str(standing.team_code)})
    elif _has_it(standing, str(said), found):
        yield Complaint("person", "has_it", {"name": str(standing.assignee)})


def of_team(people: People, team_code: str | None) -> list[Person]:
    """The persons a clue of that team can be handed to, by name."""
    found = {one.person_id: one for one in people.by_key.values() if team_code and one.team_code == team_code}
    return sorted(found.values(), key=lambda one: one.name)


def _has_it(standing: Standing, said: str, found: Person | None) -> bool:
    if found is not None:
        return found.person_id == standing.assignee_person
    return said.strip() == standing.assignee
