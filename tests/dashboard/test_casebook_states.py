"""Who may do what, in which state, on what record: every pair of state and event, for every role."""

from __future__ import annotations

import csv
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from casebook_builders import FILE, NEW_FILE, Life, in_state, person, problem, record

import data_adapters
from dashboard.casebook.errors import MissingRecord, NotAllowed
from dashboard.casebook.machine import Request, decide
from dashboard.casebook.records import SYSTEM
from dashboard.casebook.states import ROLES, STATES, TRANSITIONS, allowed, transition
from dashboard.i18n import Words

REFERENCE = Path(data_adapters.__file__).parent / "reference" / "states.csv"
# Written down from the domain's table by hand, not from the file that the code reads.
MAY = {
    (None, "create"): "system analyst",
    ("IDENTIFIED", "screen_accept"): "analyst",
    ("IDENTIFIED", "screen_reject"): "analyst",
    ("IDENTIFIED", "merge"): "analyst",
    ("SCREENED", "merge"): "analyst",
    ("SCREENED", "push"): "dispatcher",
    ("SCREENED", "withdraw"): "dispatcher",
    ("PUSHED", "accept"): "team_leader local_bureau",
    ("PUSHED", "return"): "team_leader local_bureau",
    ("RETURNED", "re_push"): "dispatcher",
    ("RETURNED", "withdraw"): "dispatcher",
    ("ACCEPTED", "start_check"): "inspector",
    ("CHECKING", "confirm"): "inspector",
    ("CHECKING", "deny"): "inspector",
    ("CHECKING", "suspend"): "team_leader",
    ("SUSPENDED", "resume"): "system team_leader inspector",
    ("NOT_CONFIRMED", "challenge"): "analyst supervisor",
    ("NOT_CONFIRMED", "close"): "dispatcher",
    ("CONFIRMED", "order_rectify"): "local_bureau",
    ("CONFIRMED", "supervise"): "supervisor",
    ("RECTIFYING", "report_done"): "enterprise local_bureau",
    ("RECTIFYING", "overdue"): "system",
    ("RECTIFYING", "suspend"): "local_bureau",
    ("SUSPENDED", "resume_rectify"): "system",
    ("RECHECK", "pass"): "reviewer",
    ("RECHECK", "fail"): "reviewer",
    ("RECHECK", "fail_twice"): "system",
    ("E_SUPERVISED", "reply_accepted"): "supervisor",
    ("E_SUPERVISED", "reply_done"): "local_bureau",
    ("E_SUPERVISED", "escalate"): "leader",
    ("LISTED_SUPERVISED", "apply_delist"): "city_government",
    ("CLOSED", "relapse"): "system inspector",
    ("RELAPSED", "reopen"): "analyst",
    ("RELAPSED", "escalate"): "leader",
}
EVENTS = sorted({event for _, event in MAY})


def test_the_steps_are_those_of_the_reference():
    with REFERENCE.open(encoding="utf-8-sig", newline="") as file:
        told = {(row["from_state"] or None, row["to_state"], row["event"]) for row in csv.DictReader(file)}
    assert {(step.source, step.target, step.event) for step in TRANSITIONS} == told
    assert set(STATES) == {target for _, target, _ in told}


@pytest.mark.parametrize("state", [None, *STATES], ids=str)
def test_every_event_is_open_in_a_state_to_its_roles_and_to_nobody_else(state):
    life = in_state(state)
    here = life.standing
    assert here.state == state
    # What some steps need besides their state: another place to wake up in, a deadline that is past, two failures.
    after = {
        "resume_rectify": replace(here, suspended_in="RECTIFYING"),
        "fail_twice": replace(here, failed_rechecks=("x", "y")),
        "overdue": replace(here, due_at=life.now - timedelta(days=2)),
    }
    for event in EVENTS:
        at = life.now if state != "SUSPENDED" else here.due_at
        roles = set(MAY.get((state, event), "").split())
        payload, files = record(event, here, life.now)
        for role in ROLES:
            name = {"pass": "reviewer-9", "fail": "reviewer-9"}.get(event)
            request = Request(person(role, name), event, payload, files)
            if role in roles:
                (made, *_) = decide(after.get(event, here), request, at)
                assert (made.source, made.event, made.role) == (state, event, role)
                assert made.target == transition(state, event).target
            else:
                with pytest.raises(NotAllowed) as caught:
                    decide(here, request, life.now)
                assert caught.value.who == roles, (event, role)
    offered = {step.event for step in allowed(state, frozenset(ROLES))}
    assert offered == {event for source, event in MAY if source == state}


REQUIRED = [(step, field) for step in TRANSITIONS for field in step.record if field.is_required]


@pytest.mark.parametrize(("step", "field"), REQUIRED, ids=lambda one: getattr(one, "event", getattr(one, "name", "")))
def test_a_step_without_its_record_is_refused_and_the_field_named_in_both_languages(step, field):
    life = _before(step)
    changes = {field.name: None}
    if field.only_if == "long_term":
        changes["mode"] = "long_term"
    if field.only_if == "penalised":
        changes["is_penalised"] = True
    with pytest.raises(MissingRecord) as caught:
        life.do(step.event, _by(step), **changes)
    assert field.name in caught.value.fields
    for language in ("zh", "en"):
        words = Words(language)
        assert words(f"casebook.field.{field.name}") in caught.value.text(words)


def _before(step):
    if step.event == "order_rectify":
        life = Life(severity=1).go("screen_accept", "push", "accept", "start_check")
        life.do("confirm", problems=[problem(problem_type="cems_falsification")])
        return life
    if step.source == "RELAPSED":
        return in_state("RELAPSED")
    return in_state(step.source)


def _by(step):
    return person(min(step.roles), "reviewer-9" if "reviewer" in step.roles else None)


@pytest.mark.parametrize(
    ("state", "event", "changes", "field"),
    [
        ("IDENTIFIED", "screen_accept", {"second_reader": "analyst"}, "second_reader"),
        ("IDENTIFIED", "screen_accept", {"severity": 4}, "severity"),
        ("IDENTIFIED", "screen_reject", {"cause": "bad luck"}, "cause"),
        ("IDENTIFIED", "merge", {"parent": "clue-1"}, "parent"),
        ("SCREENED", "push", {"approver": "dispatcher"}, "approver"),
        ("SCREENED", "push", {"due_on": "2023-06-01"}, "due_on"),
        ("SCREENED", "push", {"due_on": "soon"}, "due_on"),
        ("SCREENED", "push", {"receiver": "T\x0001"}, "receiver"),
        ("RETURNED", "re_push", {"receiver": "T01"}, "receiver"),
        ("ACCEPTED", "start_check", {"inspectors": [{"name": "inspector-1", "certificate": "C1"}]}, "inspectors"),
        ("ACCEPTED", "start_check", {"inspectors": [{"name": "inspector-1", "certificate": "C1"}] * 2}, "inspectors"),
        ("ACCEPTED", "start_check", {"inspectors": [{"name": "inspector-1"}, {"name": "x"}]}, "inspectors"),
        ("ACCEPTED", "start_check", {"inspectors": [{"name": n, "certificate": n} for n in "xy"]}, "inspectors"),
        ("ACCEPTED", "start_check", {"gps": "the yard"}, "gps"),
        ("CHECKING", "confirm", {"problems": [problem(verdict="not_confirmed", cause="data_error")]}, "problems"),
        ("CHECKING", "confirm", {"problems": [problem(), problem(verdict="not_confirmed")]}, "problems"),
        ("CHECKING", "confirm", {"problems": [problem(problem_type="small_boiler")]}, "problems"),
        ("CHECKING", "confirm", {"photos": [NEW_FILE]}, "photos"),
        ("CHECKING", "confirm", {"reviewed_by": "inspector-1"}, "reviewed_by"),
        ("CHECKING", "suspend", {"wake_up_on": "2023-12-31"}, "wake_up_on"),
        ("RECTIFYING", "suspend", {"approved_by": "local_bureau"}, "approved_by"),
        ("NOT_CONFIRMED", "challenge", {"evidence_snapshot": "20230612T000000Z-0001"}, "evidence_snapshot"),
        ("CONFIRMED", "order_rectify", {"mode": "immediate"}, "due_on"),
        ("RECTIFYING", "report_done", {"days_after_fix": 6}, "days_after_fix"),
        ("RECHECK", "pass", {"negative_days": 13}, "negative_days"),
        ("RECHECK", "pass", {"second_signature": "county-1"}, "second_signature"),
        ("E_SUPERVISED", "escalate", {"grounds": "no_effect"}, "grounds"),
        ("E_SUPERVISED", "escalate", {"grounds": "relapses"}, "grounds"),
        ("E_SUPERVISED", "escalate", {"notice_url": "javascript:alert(1)"}, "notice_url"),
        ("CLOSED", "relapse", {"new_clue": "clue-1"}, "new_clue"),
        ("CLOSED", "relapse", {"parent": "clue-9"}, "parent"),
        ("RELAPSED", "reopen", {"severity": 3}, "severity"),
    ],
)
def test_a_record_that_is_not_as_it_must_be_is_refused_by_field(state, event, changes, field):
    life = in_state(state)
    with pytest.raises(MissingRecord) as caught:
        life.do(event, person("analyst") if state == "IDENTIFIED" else None, **changes)
    assert caught.value.fields == (field,)
    assert len(life.events) == len(in_state(state).events)


def barred(life, event, actor, **changes):
    with pytest.raises(NotAllowed) as caught:
        life.do(event, actor, **changes)
    assert caught.value.why is not None
    for language in ("zh", "en"):
        assert "casebook." not in caught.value.text(Words(language))
    return caught.value.why.key


def test_who_inspected_may_not_re_check():
    life = in_state("RECHECK")
    assert barred(life, "pass", person("reviewer", "inspector-2")) == "inspector_rechecks"
    assert barred(life, "fail", person("reviewer", "inspector-1")) == "inspector_rechecks"
    life.do("pass", person("reviewer", "reviewer-9"))


def test_only_those_who_checked_decide():
    assert barred(in_state("CHECKING"), "confirm", person("inspector", "inspector-3")) == "not_your_check"


def test_supervision_waits_for_the_bureau_unless_the_clue_is_severe():
    life = Life(severity=2).go("screen_accept", "push", "accept", "start_check", "confirm")
    assert barred(life, "supervise", person("supervisor")) == "order_not_due"
    life.now = life.standing.due_at + timedelta(seconds=1)
    life.do("supervise")
    in_state("CONFIRMED").do("supervise")


def test_a_challenge_comes_within_ten_days_and_with_a_file_of_its_own_or_another_snapshot():
    life = in_state("NOT_CONFIRMED")
    assert life.do("challenge", attachments=(NEW_FILE,), evidence_snapshot=None)[0].target == "SCREENED"
    late = in_state("NOT_CONFIRMED")
    late.now += timedelta(days=10, seconds=1)
    assert barred(late, "challenge", person("analyst")) == "window_over"


def test_what_was_not_confirmed_cannot_relapse():
    life = in_state("NOT_CONFIRMED").go("close")
    assert barred(life, "relapse", person("inspector")) == "nothing_to_relapse"


def test_a_suspended_case_resumes_where_it_stopped():
    life = in_state("RECTIFYING")
    life.do("suspend")
    assert barred(life, "resume", person("inspector")) == "suspended_elsewhere"
    assert barred(life, "resume_rectify", SYSTEM) == "sleeps_until"
    life.now = life.standing.due_at
    assert life.do("resume_rectify")[0].target == "RECTIFYING"


def test_falsification_goes_to_the_police():
    life = in_state("CHECKING")
    life.do("confirm", problems=[problem(problem_type="self_monitoring_falsification")])
    with pytest.raises(MissingRecord, match="police_no"):
        life.do("order_rectify", police_no=None)
    in_state("CONFIRMED").do("order_rectify", police_no=None)


def test_the_system_supervises_only_what_is_overdue_or_has_failed_twice():
    assert barred(in_state("RECTIFYING"), "overdue", SYSTEM) == "not_overdue"
    assert barred(in_state("RECHECK"), "fail_twice", SYSTEM) == "not_failed_twice"


def test_reopening_raises_the_severity_and_the_second_failed_re_check_leads_to_supervision():
    life = Life(severity=3).go(
        "screen_accept", "push", "accept", "start_check", "confirm", "order_rectify", "report_done"
    )
    reviewer = person("reviewer", "reviewer-9")
    (first,) = life.do("fail", reviewer)
    assert (first.target, life.standing.n_rechecks_failed) == ("RECTIFYING", 1)
    life.go("report_done")
    second, follows = life.do("fail", reviewer)
    assert (second.source, second.target, follows.event, follows.target) == (
        "RECHECK", "RECHECK", "fail_twice", "E_SUPERVISED",
    )  # fmt: skip
    assert follows.payload == {"first_recheck": first.event_id, "second_recheck": second.event_id}
    assert (follows.role, follows.actor) == ("system", "system")
    life.go("reply_done")
    life.do("pass", reviewer)
    life.go("relapse", "reopen")
    assert (life.standing.severity, life.standing.n_relapses, life.standing.n_rechecks_failed) == (2, 1, 0)


def test_a_verdict_is_on_each_problem():
    life = in_state("CHECKING")
    problems = [problem(), problem(problem_type="ledger_false", is_prominent=False, verdict="partly"),
                problem(verdict="not_confirmed", cause="instrument_fault")]  # fmt: skip
    (event,) = life.do("confirm", problems=problems, is_partial=True)
    assert [one["problem_id"] for one in event.payload["problems"]] == [f"clue-1-5-{n}" for n in (1, 2, 3)]
    assert (life.standing.verdict, life.standing.is_prominent) == ("partly", True)


def test_a_file_must_be_handed_in_with_the_step_that_names_it():
    with pytest.raises(MissingRecord, match="photos: not_attached"):
        in_state("CHECKING").do("confirm", attachments=(NEW_FILE,), photos=[FILE])


@pytest.mark.parametrize("step", TRANSITIONS, ids=lambda step: f"{step.source}-{step.event}")
def test_the_page_on_the_casebook_tells_every_step(step):
    page = (Path(data_adapters.__file__).parents[1] / "docs" / "casebook.md").read_text("utf-8")
    start = f"| {step.source or '(new)'} | {step.target} | `{step.event}` | {', '.join(sorted(step.roles))} |"
    (line,) = [line for line in page.splitlines() if line.startswith(start)]
    assert all(f"`{field.name}`" in line for field in step.record)
