"""The persons that a record names: found by what somebody wrote, put beside it by their ids.

Who reads finds names; who compares two acts finds persons (`persons` of a record: by field the id). A client's own
word on ids counts for nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from dashboard.casebook.persons import People
from dashboard.casebook.states import Transition

PERSONS = "persons"
# Kinds of fields that name somebody: one of the house, and one who may be a stranger to it.
NAMING = frozenset({"person", "contact"})


def with_persons(record: Mapping[str, Any], step: Transition, people: People) -> dict[str, Any]:
    """The record with names as the house writes them and the ids of the persons meant, as far as they are known."""
    told = {name: value for name, value in record.items() if name != PERSONS}
    persons = {}
    for field in step.record:
        found = people.named(told.get(field.name)) if field.kind in NAMING else None
        if found is not None:
            told[field.name], persons[field.name] = found.name, found.person_id
        elif field.kind == "people" and isinstance(told.get(field.name), list):
            told[field.name] = [_inspector(one, people) for one in told[field.name]]
    return told | ({PERSONS: persons} if persons else {})


def unknown_fields(record: Mapping[str, Any], step: Transition, people: People) -> frozenset[str]:
    """The fields of `record` that must name one of the house and don't; none where nobody has an account."""
    if not people:
        return frozenset()
    asked = {field.name for field in step.record if field.kind == "person" and field.name in record}
    return frozenset(name for name in asked if people.named(record[name]) is None)


def corrected_persons(old: Mapping[str, Any], changed: Mapping[str, Any]) -> dict[str, str]:
    """The ids of a corrected record: the new ones, and the old ones of the fields that were left as they were."""
    kept = {name: one for name, one in (old.get(PERSONS) or {}).items() if name not in changed}
    return kept | dict(changed.get(PERSONS) or {})


def _inspector(one: object, people: People) -> object:
    if not isinstance(one, dict):
        return one
    told = {name: value for name, value in one.items() if name != "person"}
    found = people.named(told.get("name"))
    return told if found is None else told | {"name": found.name, "person": found.person_id}
