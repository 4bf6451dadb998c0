"""What happens when somebody acts: a standing and a request go in, the events to write come out, or an error.

Nothing here knows of a database or of the time of day, so that a test can walk ten thousand lives in seconds.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any
from uuid import uuid4

from dashboard.casebook.deadlines import due_in, is_provisional, resumed_due
from dashboard.casebook.errors import Complaint, MissingRecord, NotAllowed
from dashboard.casebook.guards import FAILED_RECHECKS, OVERDUE_AFTER, Ask, bar, complaints
from dashboard.casebook.handing import MAY_ASSIGN, hand_over_bar, hand_over_faults, may_hand_over
from dashboard.casebook.naming import PERSONS, corrected_persons, unknown_fields, with_persons
from dashboard.casebook.persons import People
from dashboard.casebook.record_fields import BARRED_CHARACTERS, MOST_CHARACTERS, SHA256, is_blank, plain
from dashboard.casebook.records import ASSIGN, COMMENT, CORRECT, OPEN, SYSTEM, Actor, Case, Event
from dashboard.casebook.standing import Standing, advance, case_record
from dashboard.casebook.states import ROLES, transition

MAY_COMMENT = frozenset(ROLES) - {"auditor"}
RESUMED = ("resume", "resume_rectify")
MOST_NAME = 200


@dataclass(frozen=True)
class Request:
    """Somebody wants to do `event`; `people` are those that names on the record may mean."""

    actor: Actor
    event: str
    payload: Mapping[str, Any] = field(default_factory=dict)
    attachments: tuple[str, ...] = ()
    reason: str | None = None
    people: People = field(default_factory=People)


def opening(case: Case, at: datetime) -> Event:
    """The event that opens a case: version 0, no step of anybody's."""
    event = _event(case, Request(SYSTEM, OPEN), at)
    return replace(event, version=0, target=case.opened_state, role="system", payload={"case": case_record(case)})


def decide(standing: Standing, request: Request, now: datetime) -> list[Event]:
    """The events that follow, mostly one; their places in the chain are still to be given.

    Raises  NotAllowed, MissingRecord
    """
    at = _never_back(standing, now)
    if request.event == ASSIGN:
        return [assignment(standing, request, now)]
    step = transition(standing.state, request.event)
    roles = request.actor.roles & (step.roles if step else frozenset())
    if step is None or not roles:
        raise NotAllowed(request.event, standing.state, step.roles if step else ())
    unknown = unknown_fields(request.payload, step, request.people)
    record = with_persons(_record(request), step, request.people)
    ask = Ask(step, standing, request.actor, record, request.attachments, at, unknown)
    _refuse_faults(ask, request)
    barred = bar(ask)
    if barred:
        raise NotAllowed(request.event, standing.state, step.roles, barred)
    event = _taken(ask, request, min(roles))
    if step.event == "fail" and len(standing.failed_rechecks) + 1 >= FAILED_RECHECKS:
        return _failed_twice(standing, event, now)
    return [event]


def refuse_impossible(actor: Actor, state: str, event: str) -> None:
    """Say no before a case is opened for a step that nobody, or not this actor, may take in `state`.

    Raises  NotAllowed
    """
    if event == ASSIGN:
        if not may_hand_over(actor, state):
            raise NotAllowed(event, state, MAY_ASSIGN)
        return
    step = transition(state, event)
    if step is None or not step.roles & actor.roles:
        raise NotAllowed(event, state, step.roles if step else ())


def assignment(standing: Standing, request: Request, now: datetime) -> Event:
    """A clue handed to a person of its team: the state stays, and its clock runs on.

    Raises  NotAllowed for who leads no team, or another; MissingRecord for nobody, or nobody of the team
    """
    refuse_impossible(request.actor, standing.state or "", ASSIGN)
    barred = hand_over_bar(standing, request.actor, request.people)
    if barred:
        raise NotAllowed(ASSIGN, standing.state, MAY_ASSIGN, barred)
    said = request.payload.get("person")
    found = [*_text_faults(request), *hand_over_faults(standing, said, request.people)]
    if not isinstance(said, str) or len(said) > MOST_NAME or BARRED_CHARACTERS.search(said):
        found = found or [Complaint("person", "no_text")]
    if found:
        raise MissingRecord(ASSIGN, found)
    person = request.people.named(said)
    record: dict[str, Any] = {"person": person.name if person else str(said).strip()}
    if person is not None:
        record[PERSONS] = {"person": person.person_id}
    note = _note(standing, request, min(request.actor.roles & MAY_ASSIGN), now)
    return replace(note, payload=record)


def automatic(standing: Standing, now: datetime) -> Request | None:
    """What the system does by itself with a case at `now`; None if nothing is due."""
    due = standing.due_at
    if standing.state == "RECTIFYING" and due is not None and now > due + OVERDUE_AFTER:
        told = [standing.assignee, standing.team_code]
        notified = ", ".join(dict.fromkeys(name for name in told if name)) or standing.case.county_adcode
        return Request(SYSTEM, "overdue", {"overdue_days": (now - due).days, "notified": notified})
    if standing.state == "SUSPENDED" and due is not None and now >= due and standing.suspended_in:
        return Request(SYSTEM, "resume" if standing.suspended_in == "CHECKING" else "resume_rectify")
    return None


def remark(standing: Standing, request: Request, now: datetime) -> Event:
    """A comment: its text is the reason, its state the one the case is in.

    Raises  NotAllowed for a role that only reads, MissingRecord for an empty or unreadable text
    """
    roles = request.actor.roles & MAY_COMMENT
    if not roles:
        raise NotAllowed(COMMENT, standing.state, MAY_COMMENT)
    found = _text_faults(request) if not is_blank(request.reason) else [Complaint("reason", "missing")]
    if found:
        raise MissingRecord(COMMENT, found)
    return _note(standing, request, min(roles), now)


def correction(before: Standing, now: Standing, wrong: Event, request: Request, at: datetime) -> Event:
    """A correction of the record of `wrong`, checked as that record was: `before` is the standing it was made in.

    Raises  NotAllowed, MissingRecord
    """
    step = transition(before.state, wrong.event)
    roles = request.actor.roles & (step.roles if step else frozenset())
    if step is None or not roles:
        raise NotAllowed(CORRECT, now.state, step.roles if step else ())
    if is_blank(request.reason):
        raise MissingRecord(CORRECT, [Complaint("reason", "missing")])
    unknown = unknown_fields(request.payload, step, request.people)
    changed: dict[str, Any] = dict.fromkeys(request.payload) | plain(request.payload)
    changed = with_persons(changed, step, request.people)
    persons = corrected_persons(wrong.payload, changed)
    changed |= {PERSONS: persons} if persons or PERSONS in wrong.payload else {}
    changed.pop("reason", None)
    problems = changed.get("problems")
    if isinstance(problems, list) and all(isinstance(one, dict) for one in problems):
        changed["problems"] = _numbered(problems, now.case.clue_id, wrong.version)
    record = {key: value for key, value in {**wrong.payload, **changed}.items() if value is not None}
    told = record | {"reason": request.reason}
    ask = Ask(step, before, request.actor, told, _all_files(wrong, request), wrong.at, unknown)
    _refuse_faults(ask, request)
    note = _note(now, request, min(roles), at)
    due = due_in(wrong.target, before, record, wrong.at) if _still_runs(now, wrong) else None
    is_moved = due is not None and due != now.due_at
    return replace(note, payload={"corrects": wrong.event_id, "record": changed}, due_at=due if is_moved else None)


def _still_runs(now: Standing, wrong: Event) -> bool:
    """Whether the deadline that `wrong` set is the one that runs."""
    return now.state == wrong.target and now.since == wrong.at and not now.clock_stopped


def _all_files(wrong: Event, request: Request) -> tuple[str, ...]:
    return (*wrong.attachments, *request.attachments)


def _note(standing: Standing, request: Request, role: str, now: datetime) -> Event:
    event = _event(standing.case, request, _never_back(standing, now))
    state = standing.state or ""
    return replace(event, version=standing.version + 1, source=standing.state, target=state, role=role)


def _refuse_faults(ask: Ask, request: Request) -> None:
    found = [*_text_faults(request), *complaints(ask)]
    if found:
        raise MissingRecord(request.event, found)


def _text_faults(request: Request) -> list[Complaint]:
    found = []
    if len(request.reason or "") > MOST_CHARACTERS:
        found.append(Complaint("reason", "too_long", {"most": MOST_CHARACTERS}))
    if BARRED_CHARACTERS.search(request.reason or ""):
        found.append(Complaint("reason", "control_characters"))
    if not all(SHA256.fullmatch(one) for one in request.attachments):
        found.append(Complaint("attachments", "no_files"))
    return found


def _record(request: Request) -> dict[str, Any]:
    """The record, the reason among it: a field `reason` may be filled by either."""
    record = plain(request.payload)
    if not is_blank(request.reason):
        record.setdefault("reason", request.reason)
    return record


def _taken(ask: Ask, request: Request, role: str) -> Event:
    record = dict(ask.payload)
    reason = record.pop("reason", None)
    if ask.step.event == "reopen":
        record["severity"] = max(1, ask.standing.severity - 1)
    if ask.step.event == "confirm":
        record["problems"] = _numbered(record["problems"], ask.standing.case.clue_id, ask.standing.version + 1)
    if request.event in RESUMED:
        due = resumed_due(ask.standing, ask.at)
    else:
        due = due_in(ask.step.target, ask.standing, record, ask.at)
    if is_provisional(ask.at, due):
        record["deadline_basis"] = "weekends_only"
    return replace(
        _event(ask.standing.case, request, ask.at),
        version=ask.standing.version + 1,
        source=ask.step.source,
        target=ask.step.target,
        role=role,
        due_at=due,
        reason=reason,
        payload=record,
    )


def _numbered(problems: Sequence[Mapping[str, Any]], clue_id: str, version: int) -> list[dict[str, Any]]:
    """Problems with an id each: the clue, the version of the event that found them, the place in its record.

    Note    an id that came along is kept only if it is one of this event's own: nobody writes over another's problem
    """
    own = f"{clue_id}-{version}-"
    return [
        {"problem_id": f"{own}{number}"}
        | {k: v for k, v in problem.items() if k != "problem_id" or str(v).startswith(own)}
        for number, problem in enumerate(problems, start=1)
    ]


def _failed_twice(standing: Standing, fail: Event, now: datetime) -> list[Event]:
    """The failed re-check on record, where the case stands; then the supervision that follows from it."""
    stays = replace(fail, target=fail.source or "", due_at=None)
    after = advance(standing, stays, stays.payload)
    first, second = after.failed_rechecks[-FAILED_RECHECKS:]
    follows = Request(SYSTEM, "fail_twice", {"first_recheck": first, "second_recheck": second})
    return [stays, *decide(after, follows, now)]


def _never_back(standing: Standing, now: datetime) -> datetime:
    """To the second, and not before the case's last event: its order is that of its times."""
    at = now.replace(microsecond=0)
    return max(at, standing.last_at) if standing.last_at else at


def _event(case: Case, request: Request, at: datetime) -> Event:
    return Event(
        event_id=uuid4().hex,
        seq=0,
        clue_id=case.clue_id,
        version=0,
        source=None,
        target="",
        event=request.event,
        actor=request.actor.name,
        role="",
        at=at.replace(microsecond=0),
        due_at=None,
        reason=request.reason,
        payload={},
        attachments=tuple(request.attachments),
        rule_version=case.rule_version,
        snapshot_id=case.snapshot_id,
        prev_hash="",
        hash="",
        person=request.actor.person or None,
    )
