"""The record that must exist before a step is taken, and who may not take it although his role may.

A fault in a field is a complaint with that field's name; a bar on the person or the moment has none.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import zip_longest
from typing import Any

from dashboard.casebook.errors import Complaint
from dashboard.casebook.record_fields import day_of, faults_of, is_blank, moment_of
from dashboard.casebook.records import Actor, same_text
from dashboard.casebook.standing import Standing, person_in
from dashboard.casebook.states import Field, Transition

LEAST_INSPECTORS = 2
LONGEST_SUSPENSION_DAYS = 60
IMMEDIATE_DAYS, LIMIT_DAYS = 7, 30
CURVE_DAYS = 7
NEGATIVE_DAYS = 14
NO_EFFECT_DAYS = 30
RELAPSES = 2
FAILED_RECHECKS = 2
OVERDUE_AFTER = timedelta(days=1)


@dataclass(frozen=True)
class Ask:
    """One step as it is asked for; `payload` is plain already; `unknown` fields name nobody of the house."""

    step: Transition
    standing: Standing
    actor: Actor
    payload: Mapping[str, Any]
    attachments: tuple[str, ...]
    at: datetime
    unknown: frozenset[str] = frozenset()

    @property
    def day(self) -> date:
        """The day of the step."""
        return self.at.date()

    def says(self, name: str) -> Any:  # noqa: ANN401 - a record holds anything
        """What the record says under that name, None if nothing."""
        return self.payload.get(name)

    def means_actor(self, name: str) -> bool:
        """Whether the field of that name names who acts, under whatever identity."""
        said = self.says(name)
        return not is_blank(said) and self.actor.is_named(str(said), person_in(self.payload, name))

    def day_named(self, name: str) -> date | None:
        """The day the record gives under that name."""
        return day_of(self.says(name)) if self.says(name) else None


def complaints(ask: Ask) -> Iterator[Complaint]:
    """Everything that is wrong with the record; of several faults of one field the first."""
    faulty = set()
    for field in ask.step.record:
        for fault in _field_faults(field, ask):
            if fault.field not in faulty:
                yield fault
            faulty.add(fault.field)
    for fault in _of_the_event(RECORD_GUARDS, ask):
        if fault.field not in faulty:
            yield fault


def bar(ask: Ask) -> Complaint | None:
    """Why this person may not do it, or not now; None if nothing is in the way."""
    window = ask.step.window_days
    if window is not None and _found_at(ask) > ask.standing.since + timedelta(days=window):
        return Complaint("", "window_over", {"days": window, "since": f"{ask.standing.since:%Y-%m-%d}"})
    return next(_of_the_event(BARS, ask), None)


def _found_at(ask: Ask) -> datetime:
    """When the step's reason came up: what was found in time may be put on record later."""
    return moment_of(ask.says("found_at")) or ask.at


def _of_the_event(guards: Mapping[str, Sequence[Guard]], ask: Ask) -> Iterator[Complaint]:
    for guard in guards.get(ask.step.event, ()):
        yield from guard(ask)


def _field_faults(field: Field, ask: Ask) -> Iterator[Complaint]:
    value = ask.says(field.name)
    if not is_blank(value):
        yield from faults_of(field, value, ask.day)
        if field.name in ask.unknown:
            yield Complaint(field.name, "nobody_known")
        if field.kind == "files" and isinstance(value, list) and set(value) - set(ask.attachments):
            yield Complaint(field.name, "not_attached")
    elif field.is_required and (not field.only_if or CIRCUMSTANCES[field.only_if](ask)):
        yield Complaint(field.name, "missing")


CIRCUMSTANCES: dict[str, Callable[[Ask], bool]] = {
    "severe": lambda ask: 1 in (ask.standing.severity, ask.says("severity")),
    "wrong_jurisdiction": lambda ask: ask.says("cause") == "wrong_jurisdiction",
    "onsite": lambda ask: ask.says("mode") != "offsite",
    "long_term": lambda ask: ask.says("mode") == "long_term",
    "penalised": lambda ask: ask.says("is_penalised") is True,
    "falsified": lambda ask: ask.standing.is_falsified,
}


def _another(name: str) -> Guard:
    """The person named there is not the one who acts."""

    def guard(ask: Ask) -> Iterator[Complaint]:
        if ask.means_actor(name):
            yield Complaint(name, "same_person")

    return guard


def _not_before(name: str) -> Guard:
    """The day named there is not past."""

    def guard(ask: Ask) -> Iterator[Complaint]:
        day = ask.day_named(name)
        if day is not None and day < ask.day:
            yield Complaint(name, "past", {"day": ask.day.isoformat()})

    return guard


def _within(name: str, days: int) -> Guard:
    def guard(ask: Ask) -> Iterator[Complaint]:
        day = ask.day_named(name)
        if day is not None and not ask.day < day <= ask.day + timedelta(days=days):
            yield Complaint(name, "not_within", {"days": days})

    return guard


def _complete_case(ask: Ask) -> Iterator[Complaint]:
    case = ask.standing.case
    for name in ("rule_id", "rule_version", "snapshot_id", "category", "county_adcode"):
        if is_blank(getattr(case, name)):
            yield Complaint(name, "missing")
    if case.window_to < case.window_from:
        yield Complaint("window_to", "past", {"day": f"{case.window_from:%Y-%m-%d}"})


def _other_clue(name: str) -> Guard:
    def guard(ask: Ask) -> Iterator[Complaint]:
        if ask.says(name) == ask.standing.case.clue_id:
            yield Complaint(name, "itself")

    return guard


def _another_receiver(ask: Ask) -> Iterator[Complaint]:
    if ask.says("receiver") and ask.says("receiver") == ask.standing.team_code:
        yield Complaint("receiver", "same_receiver", {"receiver": str(ask.says("receiver"))})


def _two_inspectors(ask: Ask) -> Iterator[Complaint]:
    people = ask.says("inspectors")
    if isinstance(people, list) and all(isinstance(one, dict) for one in people):
        names = {same_text(str(one.get("name"))) for one in people}
        certificates = {same_text(str(one.get("certificate"))) for one in people}
        if min(len(names), len(certificates)) < LEAST_INSPECTORS:
            yield Complaint("inspectors", "two_inspectors", {"least": LEAST_INSPECTORS})
        elif not any(ask.actor.is_named(str(one.get("name")), one.get("person")) for one in people):
            yield Complaint("inspectors", "actor_among", {"name": ask.actor.name})


def _gps(ask: Ask) -> Iterator[Complaint]:
    parts = str(ask.says("gps") or "0,0").split(",")
    try:
        lon, lat = (float(part) for part in parts)
    except ValueError:
        yield Complaint("gps", "no_position")
        return
    if not (-180 <= lon <= 180 and -90 <= lat <= 90):
        yield Complaint("gps", "no_position")


def _something_confirmed(ask: Ask) -> Iterator[Complaint]:
    problems = ask.says("problems")
    if isinstance(problems, list) and all(isinstance(one, dict) for one in problems):
        if not any(one.get("verdict") in ("confirmed", "partly") for one in problems):
            yield Complaint("problems", "nothing_confirmed")


def _new_evidence(ask: Ask) -> Iterator[Complaint]:
    has_new_file = bool(set(ask.attachments) - ask.standing.attachments)
    snapshot = ask.says("evidence_snapshot")
    if not has_new_file and (is_blank(snapshot) or snapshot in ask.standing.snapshots):
        yield Complaint("evidence_snapshot", "same_evidence")


def _rectification_due(ask: Ask) -> Iterator[Complaint]:
    limits = {"immediate": IMMEDIATE_DAYS, "within_limit": LIMIT_DAYS}
    day, limit = ask.day_named("due_on"), limits.get(str(ask.says("mode")))
    if day is not None and limit is not None and day > ask.day + timedelta(days=limit):
        yield Complaint("due_on", "not_within", {"days": limit})


def _curve_after_fix(ask: Ask) -> Iterator[Complaint]:
    days, least = ask.says("days_after_fix"), 1 if ask.standing.rectification == "immediate" else CURVE_DAYS
    if isinstance(days, (int, float)) and days < least:
        yield Complaint("days_after_fix", "too_few_days", {"least": least})


def _negative_test(ask: Ask) -> Iterator[Complaint]:
    days = ask.says("negative_days")
    if isinstance(days, (int, float)) and days < NEGATIVE_DAYS:
        yield Complaint("negative_days", "too_few_days", {"least": NEGATIVE_DAYS})


def _two_signatures(ask: Ask) -> Iterator[Complaint]:
    first, second = ask.says("first_signature"), ask.says("second_signature")
    if first and second and same_text(str(first)) == same_text(str(second)):
        yield Complaint("second_signature", "same_signature")


def _web_address(ask: Ask) -> Iterator[Complaint]:
    url = ask.says("notice_url")
    if isinstance(url, str) and not url.startswith(("https://", "http://")):
        yield Complaint("notice_url", "no_address")


def _raised_severity(ask: Ask) -> Iterator[Complaint]:
    raised = max(1, ask.standing.severity - 1)
    if ask.says("severity") is not None and ask.says("severity") != raised:
        yield Complaint("severity", "not_raised", {"severity": raised})


def _parent_is_this(ask: Ask) -> Iterator[Complaint]:
    if ask.says("parent") and ask.says("parent") != ask.standing.case.clue_id:
        yield Complaint("parent", "not_parent", {"clue_id": ask.standing.case.clue_id})


def _is_inspector(ask: Ask) -> bool:
    """Whether who acts is one of those who checked."""
    standing = ask.standing
    found = zip_longest(standing.inspectors, standing.inspector_persons[: len(standing.inspectors)])
    return any(ask.actor.is_named(name, person) for name, person in found)


def _no_inspector(ask: Ask) -> Iterator[Complaint]:
    if _is_inspector(ask):
        yield Complaint("", "inspector_rechecks", {"name": ask.actor.name})


def _inspector_of_the_case(ask: Ask) -> Iterator[Complaint]:
    if ask.standing.inspectors and not _is_inspector(ask):
        yield Complaint("", "not_your_check", {"names": ", ".join(ask.standing.inspectors)})


def _order_failed_or_severe(ask: Ask) -> Iterator[Complaint]:
    due = ask.standing.due_at
    if ask.standing.severity != 1 and (due is None or ask.at <= due):
        yield Complaint("", "order_not_due", {"due": f"{due:%Y-%m-%d}" if due else "-"})


def _grounds_hold(ask: Ask) -> Iterator[Complaint]:
    grounds, since = ask.says("grounds"), ask.standing.since
    if grounds == "no_effect" and ask.at < since + timedelta(days=NO_EFFECT_DAYS):
        yield Complaint("grounds", "no_effect_yet", {"days": NO_EFFECT_DAYS, "since": f"{since:%Y-%m-%d}"})
    if grounds == "relapses" and ask.standing.n_relapses < RELAPSES:
        yield Complaint("grounds", "too_few_relapses", {"least": RELAPSES, "n": ask.standing.n_relapses})


def _found_between(ask: Ask) -> Iterator[Complaint]:
    if not ask.standing.since <= _found_at(ask) <= ask.at:
        yield Complaint("found_at", "not_between", {"since": f"{ask.standing.since:%Y-%m-%d}"})


def _was_confirmed(ask: Ask) -> Iterator[Complaint]:
    # What a register closed before it came here may have been confirmed there: only a verdict of ours counts against.
    if ask.standing.verdict == "not_confirmed":
        yield Complaint("", "nothing_to_relapse")


def _both_records(ask: Ask) -> Iterator[Complaint]:
    told = (ask.says("first_recheck"), ask.says("second_recheck"))
    if told != ask.standing.failed_rechecks[-FAILED_RECHECKS:]:
        yield Complaint("", "not_failed_twice", {"n": len(ask.standing.failed_rechecks)})


def _is_overdue(ask: Ask) -> Iterator[Complaint]:
    due = ask.standing.due_at
    if due is None or ask.at <= due + OVERDUE_AFTER:
        yield Complaint("", "not_overdue", {"due": f"{due:%Y-%m-%d}" if due else "-"})


def _woken_on_its_day(ask: Ask) -> Iterator[Complaint]:
    due = ask.standing.due_at
    if ask.actor.roles == {"system"} and due is not None and ask.at < due:
        yield Complaint("", "sleeps_until", {"day": f"{due:%Y-%m-%d}"})


def _resumes_where_it_stopped(state: str) -> Guard:
    def guard(ask: Ask) -> Iterator[Complaint]:
        if ask.standing.suspended_in not in (None, state):
            yield Complaint("", "suspended_elsewhere", {"state": str(ask.standing.suspended_in)})

    return guard


Guard = Callable[[Ask], Iterator[Complaint]]
RECORD_GUARDS: dict[str, Sequence[Guard]] = {
    "create": (_complete_case,),
    "screen_accept": (_another("second_reader"),),
    "merge": (_other_clue("parent"),),
    "push": (_another("approver"), _not_before("due_on")),
    "re_push": (_another_receiver, _not_before("due_on")),
    "start_check": (_two_inspectors, _gps),
    "confirm": (_another("reviewed_by"), _something_confirmed),
    "deny": (_another("reviewed_by"),),
    "suspend": (_within("wake_up_on", LONGEST_SUSPENSION_DAYS), _another("approved_by")),
    "challenge": (_new_evidence,),
    "order_rectify": (_not_before("due_on"), _rectification_due),
    "supervise": (_not_before("reply_due_on"),),
    "report_done": (_curve_after_fix,),
    "pass": (_negative_test, _two_signatures, _another("second_signature")),
    "fail": (_not_before("due_on"),),
    "reply_accepted": (_not_before("due_on"),),
    "escalate": (_web_address, _grounds_hold, _not_before("due_on")),
    "relapse": (_other_clue("new_clue"), _parent_is_this, _found_between),
    "reopen": (_raised_severity,),
}
BARS: dict[str, Sequence[Guard]] = {
    "confirm": (_inspector_of_the_case,),
    "deny": (_inspector_of_the_case,),
    "pass": (_no_inspector,),
    "fail": (_no_inspector,),
    "supervise": (_order_failed_or_severe,),
    "relapse": (_was_confirmed,),
    "resume": (_resumes_where_it_stopped("CHECKING"), _woken_on_its_day),
    "resume_rectify": (_resumes_where_it_stopped("RECTIFYING"), _woken_on_its_day),
    "overdue": (_is_overdue,),
    "fail_twice": (_both_records,),
}
