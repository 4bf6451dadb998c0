"""Where a case stands: a fold over its events and nothing else, so that replaying them gives it again."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, fields, replace
from datetime import datetime
from typing import Any

from dashboard.casebook.records import ASSIGN, COMMENT, CORRECT, OPEN, Case, Event
from dashboard.casebook.taxonomy import problem_type

CASE_TIMES = ("window_from", "window_to", "detected_at", "opened_since", "opened_due_at")


@dataclass(frozen=True)
class Standing:
    """A case now. `state` None: opened by hand, not yet created. `due_at` None: no clock runs, or it is stopped.

    Shape   verdict: confirmed, partly, not_confirmed or None; failed_rechecks: event ids since the last supervision;
            stopped_due_at: the deadline as it was when the clock was stopped; assignee_person,
            inspector_persons: who is behind these names, None or "" where nobody is told
    """

    case: Case
    state: str | None
    version: int
    last_seq: int
    since: datetime
    due_at: datetime | None = None
    clock_stopped: bool = False
    assignee: str | None = None
    team_code: str | None = None
    round_code: str | None = None
    severity: int = 3
    verdict: str | None = None
    is_prominent: bool = False
    is_falsified: bool = False
    n_rechecks_failed: int = 0
    n_relapses: int = 0
    inspectors: tuple[str, ...] = ()
    accepted_at: datetime | None = None
    ordered_at: datetime | None = None
    rectification: str | None = None
    is_daily_penalty: bool = False
    failed_rechecks: tuple[str, ...] = ()
    suspended_in: str | None = None
    stopped_due_at: datetime | None = None
    attachments: frozenset[str] = frozenset()
    snapshots: frozenset[str] = frozenset()
    last_at: datetime | None = None
    assignee_person: str | None = None
    inspector_persons: tuple[str, ...] = ()

    @property
    def object_id(self) -> str:
        """What the case is about: an enterprise, else a cell, else a place."""
        return self.case.enterprise_id or self.case.cell_id or self.case.county_adcode


def stand(events: Sequence[Event]) -> Standing:
    """Where the case of these events stands; the first of them opened it.

    Raises  ValueError if it didn't
    """
    if not events or events[0].event != OPEN:
        raise ValueError("a case begins with being opened")
    payloads = effective(events)
    standing = _opened(events[0])
    for event in events[1:]:
        standing = advance(standing, event, payloads[event.event_id])
    return standing


def effective(events: Iterable[Event]) -> dict[str, dict[str, Any]]:
    """The record of each event by its id, corrections laid over it."""
    payloads: dict[str, dict[str, Any]] = {}
    for event in events:
        payloads[event.event_id] = dict(event.payload)
        if event.event == CORRECT:
            payloads[event.payload["corrects"]] |= event.payload["record"]
    return payloads


def advance(before: Standing, event: Event, payload: Mapping[str, Any]) -> Standing:
    """The standing after one more event, whose record as corrected is `payload`."""
    moved = replace(
        before,
        version=event.version,
        last_seq=event.seq,
        last_at=event.at,
        attachments=before.attachments | frozenset(event.attachments),
        snapshots=before.snapshots | {event.snapshot_id},
    )
    if event.event == COMMENT:
        return moved
    if event.event == CORRECT:
        return replace(moved, due_at=event.due_at) if event.due_at else moved
    if event.event == ASSIGN:
        return replace(moved, assignee=payload["person"], assignee_person=person_in(payload, "person"))
    if event.source != event.target:
        moved = replace(moved, state=event.target, since=event.at, due_at=event.due_at)
    effect = EFFECTS.get(event.event)
    return replace(moved, **effect(before, event, payload)) if effect else moved


def case_record(case: Case) -> dict[str, Any]:
    """A case as the record of the event that opens it."""
    return {key: _text(value) for key, value in asdict(case).items()}


def read_case(record: Mapping[str, Any]) -> Case:
    """The case that such a record tells of."""
    known = {field.name for field in fields(Case)}
    values = {key: value for key, value in record.items() if key in known}
    times = {key: datetime.fromisoformat(values[key]) for key in CASE_TIMES if values.get(key)}
    return Case(**{**values, **times})


def _text(value: object) -> object:
    return value.isoformat(timespec="seconds") if isinstance(value, datetime) else value


def _opened(event: Event) -> Standing:
    case = read_case(event.payload["case"])
    return Standing(
        case=case,
        state=case.opened_state or None,
        version=event.version,
        last_seq=event.seq,
        since=case.opened_since or event.at,
        due_at=case.opened_due_at,
        clock_stopped=case.opened_state == "SUSPENDED",
        assignee=case.team_code,
        team_code=case.team_code,
        round_code=case.round_code,
        severity=case.severity,
        snapshots=frozenset({case.snapshot_id}),
        last_at=event.at,
    )


Effect = dict[str, Any]
Record = Mapping[str, Any]


def person_in(record: Record, field: str) -> str | None:
    """The id of the person whom `field` of a record names; None where it names nobody known."""
    return (record.get("persons") or {}).get(field)


def _screened(_before: Standing, _event: Event, payload: Record) -> Effect:
    return {"severity": payload["severity"]}


def _pushed(_before: Standing, _event: Event, payload: Record) -> Effect:
    return {
        "assignee": payload["receiver"],
        "assignee_person": None,
        "team_code": payload["receiver"],
        "inspectors": (),
        "inspector_persons": (),
        "verdict": None,
        "is_prominent": False,
        "is_falsified": False,
    }


def _accepted(_before: Standing, event: Event, payload: Record) -> Effect:
    return {
        "assignee": payload["receiver"],
        "assignee_person": person_in(payload, "receiver"),
        "accepted_at": event.at,
    }


def _checking(_before: Standing, event: Event, payload: Record) -> Effect:
    inspectors = payload["inspectors"]
    persons = tuple(one.get("person") or "" for one in inspectors)
    return {
        "inspectors": tuple(one["name"] for one in inspectors),
        "inspector_persons": persons if any(persons) else (),
        "assignee": event.actor,
        "assignee_person": event.person,
    }


def _confirmed(before: Standing, event: Event, payload: Record) -> Effect:
    found = [problem for problem in payload["problems"] if problem["verdict"] != "not_confirmed"]
    kinds = [problem_type(problem["problem_type"]) for problem in found]
    return {
        "verdict": "partly" if payload["is_partial"] else "confirmed",
        "is_prominent": any(problem["is_prominent"] for problem in found),
        "is_falsified": any(kind is not None and kind.is_falsification for kind in kinds),
        "inspectors": before.inspectors or (event.actor,),
        "inspector_persons": before.inspector_persons if before.inspectors or not event.person else (event.person,),
    }


def _denied(_before: Standing, _event: Event, _payload: Record) -> Effect:
    return {"verdict": "not_confirmed", "is_prominent": False, "is_falsified": False}


def _suspended(before: Standing, _event: Event, _payload: Record) -> Effect:
    return {"clock_stopped": True, "suspended_in": before.state, "stopped_due_at": before.due_at}


def _resumed(_before: Standing, _event: Event, _payload: Record) -> Effect:
    return {"clock_stopped": False, "suspended_in": None, "stopped_due_at": None}


def _ordered(_before: Standing, event: Event, payload: Record) -> Effect:
    return {
        "assignee": event.actor,
        "assignee_person": event.person,
        "ordered_at": event.at,
        "rectification": payload["mode"],
        "is_daily_penalty": bool(payload.get("is_daily_penalty")),
    }


def _failed(before: Standing, event: Event, _payload: Record) -> Effect:
    return {
        "n_rechecks_failed": before.n_rechecks_failed + 1,
        "failed_rechecks": (*before.failed_rechecks, event.event_id),
    }


def _supervised(_before: Standing, _event: Event, _payload: Record) -> Effect:
    return {"failed_rechecks": ()}


def _relapsed(before: Standing, _event: Event, _payload: Record) -> Effect:
    return {"n_relapses": before.n_relapses + 1}


def _reopened(before: Standing, _event: Event, _payload: Record) -> Effect:
    return {"severity": max(1, before.severity - 1), "failed_rechecks": (), "n_rechecks_failed": 0}


EFFECTS = {
    "screen_accept": _screened,
    "push": _pushed,
    "re_push": _pushed,
    "accept": _accepted,
    "start_check": _checking,
    "confirm": _confirmed,
    "deny": _denied,
    "suspend": _suspended,
    "resume": _resumed,
    "resume_rectify": _resumed,
    "order_rectify": _ordered,
    "fail": _failed,
    "fail_twice": _supervised,
    "relapse": _relapsed,
    "reopen": _reopened,
}
