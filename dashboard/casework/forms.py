"""The steps that are open to somebody in a case, each with the entries its record needs, as the browser asks for them.

The casebook says which fields there are; here they get their words, their choices, and what may sensibly stand in
them before anybody writes.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from dashboard.access import Viewer
from dashboard.casebook.calendar import add_working_days
from dashboard.casebook.guards import LEAST_INSPECTORS
from dashboard.casebook.handing import may_hand_over, of_team
from dashboard.casebook.naming import NAMING
from dashboard.casebook.persons import People, Person
from dashboard.casebook.records import ASSIGN
from dashboard.casebook.states import Field, Transition, allowed, rows
from dashboard.casebook.taxonomy import VERDICTS, problem_types
from dashboard.i18n import Words

DEFAULT_WORKING_DAYS = 3
RECTIFY_WORKING_DAYS = 10
# Filled by the server when the step is taken: nobody types them.
GIVEN = frozenset({"package_hash"})
LONG = frozenset({"opinion", "reason", "grounds", "explanation", "what_was_checked", "measures", "missing", "reply"})
TONES = {
    **dict.fromkeys(("screen_reject", "withdraw", "deny", "merge"), "away"),
    **dict.fromkeys(("return", "suspend", "fail", "challenge"), "back"),
}
NOBODY = People()
EXCLUDED = ("bad_retrieval", "regional_episode", "dust_or_fire", "known_works", "other_source")


@dataclass(frozen=True)
class Desk:
    """Who works on which clue, and what is known of it.

    Shape   clue: a row of the list (`worklist.standing`), with its card's parts in `card`; teams: code, names, city;
            is_for_many: nothing is proposed that is one clue's own; people: who has an account
    """

    viewer: Viewer
    t: Words
    now: datetime
    clue: Mapping[str, Any]
    card: Mapping[str, Any]
    teams: Sequence[Mapping[str, str]]
    rounds: Sequence[str]
    is_for_many: bool = False
    people: People = NOBODY


def steps(desk: Desk) -> list[dict[str, Any]]:
    """The steps open to the viewer in the state the clue is in, the usual one first."""
    found = allowed(desk.clue["state"], desk.viewer.actor().roles)
    found.sort(key=lambda step: step.event in TONES)
    told = [described(desk, step) for step in found]
    can_hand_over = desk.clue["team_code"] and may_hand_over(desk.viewer.actor(), desk.clue["state"])
    return [*told, handing_over(desk)] if can_hand_over else told


def handing_over(desk: Desk) -> dict[str, Any]:
    """The act of handing a clue to a person of its team, or several clues to one of theirs."""
    known = of_team(desk.people, desk.clue.get("team_code")) if not desk.is_for_many else _with_team(desk.people)
    choices = [_choice(one.person_id, f"{one.name} · {one.team_code}") for one in known]
    field = {"name": "person", "kind": "person", "label": desk.t("casebook.field.person"), "is_required": True,
             "condition": "", "is_long": False, "choices": choices, "suggestions": [], "value": None}  # fmt: skip
    return {
        "event": ASSIGN,
        "label": desk.t(f"casebook.event.{ASSIGN}"),
        "target": desk.t(f"state.{desk.clue['state']}"),
        "tone": "aside",
        "fields": [field],
    }


def described(desk: Desk, step: Transition) -> dict[str, Any]:
    """One step: event, its word, the state it leads to, and its entries."""
    return {
        "event": step.event,
        "label": desk.t(f"casebook.event.{step.event}"),
        "target": desk.t(f"state.{step.target}"),
        "tone": TONES.get(step.event, "on"),
        "fields": [_entry(desk, step, field) for field in step.record if field.name not in GIVEN],
    }


def said(desk: Desk, field: Field, value: Any) -> str:  # noqa: ANN401 - a record holds anything
    """A value of a record as its form would have shown it."""
    labels = {one["value"]: one["label"] for one in _choices(desk, field)}
    if field.kind == "problems":
        labels = {one["value"]: one["label"] for column in _problem_columns(desk) for one in column.get("choices", ())}
    return _in_words(desk.t, labels, value)


def _in_words(t: Words, labels: Mapping[str, str], value: Any) -> str:  # noqa: ANN401 - a record holds anything
    if isinstance(value, bool):
        return t("work.yes" if value else "work.no")
    if isinstance(value, list):
        return t("casebook.list_semicolon").join(_in_words(t, labels, part) for part in value)
    if isinstance(value, dict):
        return " · ".join(
            t("work.problem.is_prominent") if name == "is_prominent" else _in_words(t, labels, part)
            for name, part in value.items()
            if name != "problem_id" and part is not False
        )
    return labels.get(str(value), str(value))


def _entry(desk: Desk, step: Transition, field: Field) -> dict[str, Any]:
    entry: dict[str, Any] = {
        "name": field.name,
        "kind": field.kind,
        "label": desk.t(f"casebook.field.{field.name}"),
        "is_required": field.is_required,
        "condition": desk.t(f"work.only_if.{field.only_if}") if field.only_if else "",
        "is_long": field.name in LONG,
        "choices": _choices(desk, field),
        "suggestions": _suggestions(desk, field),
        "value": default_of(desk, step, field),
    }
    if field.kind == "people":
        entry |= {"columns": _people_columns(desk), "least": LEAST_INSPECTORS}
    if field.kind == "problems":
        entry |= {"columns": _problem_columns(desk), "least": 1}
    return entry


def _choices(desk: Desk, field: Field) -> list[dict[str, str]]:
    if field.name == "excluded":
        return _excluded(desk)
    if field.name == "severity":
        return [_choice(code, desk.t(f"severity.{code}")) for code in field.choices]
    if field.name == "cause" and "data_error" in field.choices:
        return _causes(desk)
    return [_choice(code, desk.t(f"work.choice.{code}")) for code in field.choices]


def _causes(desk: Desk) -> list[dict[str, str]]:
    return [_choice(row["code"], row[f"name_{desk.t.language}"]) for row in rows("causes.csv")]


def _excluded(desk: Desk) -> list[dict[str, str]]:
    """What must be ruled out: the rule's own look-alikes, or what a hot cell may be instead."""
    told = json.loads(desk.card.get("lists") or "{}").get(f"lookalikes_{desk.t.language}") or []
    if told:
        return [_choice(f"{desk.clue['rule_id']}.{n}", text) for n, text in enumerate(told, start=1)]
    return [_choice(code, desk.t(f"work.excluded.{code}")) for code in EXCLUDED]


def _suggestions(desk: Desk, field: Field) -> list[dict[str, str]]:
    if field.name in ("receiver", "suggested_receiver") and field.kind == "text":
        return [_choice(team["team_code"], team[f"name_{desk.t.language}"]) for team in desk.teams]
    if field.kind in NAMING:
        return [_choice(name, name) for name in sorted({one.name for one in desk.people.by_key.values()})]
    if field.name == "round_code":
        return [_choice(code, code) for code in desk.rounds]
    return []


def default_of(desk: Desk, step: Transition, field: Field) -> Any:  # noqa: ANN401 - entries are of several kinds
    """What stands in an entry before anybody writes; None where only a person can know."""
    defaults = {
        "severity": None if desk.is_for_many else str(_severity(desk, step)),
        "opinion": desk.t("work.default.opinion") if desk.clue["origin"] == "hand" else None,
        "excluded": list(EXCLUDED) if desk.clue["origin"] == "hand" else None,
        "round_code": desk.clue.get("round_code") or (desk.rounds[-1] if desk.rounds else None),
        "device": desk.t("work.default.device"),
        "entered_at": f"{desk.now:%Y-%m-%d}",
        "inspectors": [{"name": desk.viewer.name}],
        "parent": desk.clue["clue_id"] if step.event == "relapse" else None,
        "rule_test": "negative",
        "first_signature": desk.viewer.name,
        "receiver": _receiver(desk, step),
        "due_on": _due_on(desk, step),
        "reply_due_on": _after(desk, DEFAULT_WORKING_DAYS),
    }
    return defaults.get(field.name)


def _severity(desk: Desk, step: Transition) -> int:
    severity = int(desk.clue["severity"])
    return max(1, severity - 1) if step.event == "reopen" else severity


def _receiver(desk: Desk, step: Transition) -> str | None:
    """Whom to send it to: the suggested team, the clue's, the city's; who accepts is the one who does it."""
    if step.event == "accept":
        return desk.viewer.name
    if step.event != "push" or desk.is_for_many:
        return None
    at_home = [team["team_code"] for team in desk.teams if team["city_adcode"] == desk.clue.get("city_adcode")]
    planned = [desk.card.get("push_team_code"), desk.clue.get("team_code"), *at_home]
    return next((code for code in planned if code), desk.teams[0]["team_code"] if desk.teams else None)


def _due_on(desk: Desk, step: Transition) -> str | None:
    if step.event in ("push", "re_push"):
        return _after(desk, DEFAULT_WORKING_DAYS)
    return _after(desk, RECTIFY_WORKING_DAYS) if step.event in ("order_rectify", "fail", "reply_accepted") else None


def _after(desk: Desk, working_days: int) -> str:
    return f"{add_working_days(desk.now, working_days):%Y-%m-%d}"


def _with_team(people: People) -> list[Person]:
    found = {one.person_id: one for one in people.by_key.values() if one.team_code}
    return sorted(found.values(), key=lambda one: (str(one.team_code), one.name))


def _people_columns(desk: Desk) -> list[dict[str, Any]]:
    return [{"name": name, "label": desk.t(f"work.person.{name}")} for name in ("name", "certificate")]


def _problem_columns(desk: Desk) -> list[dict[str, Any]]:
    language = desk.t.language
    kinds = [_choice(kind.code, getattr(kind, f"name_{language}")) for kind in problem_types(desk.now.date())]
    verdicts = [_choice(code, desk.t(f"work.verdict.{code}")) for code in VERDICTS]
    return [
        {"name": "problem_type", "label": desk.t("work.problem.problem_type"), "choices": kinds},
        {"name": "verdict", "label": desk.t("work.problem.verdict"), "choices": verdicts},
        {"name": "cause", "label": desk.t("work.problem.cause"), "choices": _causes(desk)},
        {"name": "article", "label": desk.t("work.problem.article")},
        {"name": "measure", "label": desk.t("work.problem.measure")},
        {"name": "is_prominent", "label": desk.t("work.problem.is_prominent"), "kind": "boolean"},
    ]


def _choice(value: str, label: str) -> dict[str, str]:
    return {"value": value, "label": label}
