"""Ten thousand lives taken at random: whatever is done in whatever order, what must hold holds."""

from __future__ import annotations

from collections import Counter
from copy import copy
from datetime import timedelta
from functools import cache

from casebook_builders import FILE, NEW_FILE, WAYS, Life, acting, person, record
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dashboard.casebook.chain import hash_of
from dashboard.casebook.errors import CasebookError
from dashboard.casebook.machine import Request, automatic, decide
from dashboard.casebook.rows import read_standing, standing_text
from dashboard.casebook.standing import stand
from dashboard.casebook.states import ROLES, STATES, TRANSITIONS, transition

EVENTS = sorted({step.event for step in TRANSITIONS} - {"create"})
LEGAL = {(step.source, step.event, step.target) for step in TRANSITIONS}
# Four bytes a step: how many hours later, which of the open steps (or any event at all), how careless, by whom.
STEP_BYTES = 4
# So many walks an example: what surrounds an example takes longer than a walk.
WALKS = 10
# Half of the walks begin in the middle, so that they come to the end.
BEGINNINGS = [
    (1, "IDENTIFIED"),
    (2, "IDENTIFIED"),
    (3, "IDENTIFIED"),
    (2, "ACCEPTED"),
    (3, "CONFIRMED"),
    (2, "RECHECK"),
]


@cache
def begun(severity, state):
    return Life(severity=severity).go(*WAYS[state])


@settings(max_examples=10_000 // WALKS, database=None, deadline=None, suppress_health_check=list(HealthCheck))
@given(walks=st.lists(st.binary(min_size=4 * STEP_BYTES, max_size=12 * STEP_BYTES), min_size=WALKS, max_size=WALKS))
def test_every_one_of_ten_thousand_walks_keeps_every_invariant(walks):
    for steps in walks:
        walk(steps)


def walk(steps):
    life = copy(begun(*BEGINNINGS[steps[-1] % len(BEGINNINGS)]))
    life.events = list(life.events)
    for start in range(0, len(steps) - STEP_BYTES + 1, STEP_BYTES):
        walk_on(life, *steps[start : start + STEP_BYTES])
    events, standing = life.events, life.standing
    assert [event.version for event in events] == list(range(len(events)))
    assert all(hash_of(event) == event.hash for event in events)
    assert all(after.prev_hash == before.hash for before, after in zip(events, events[1:], strict=False))
    assert all(before.at <= after.at for before, after in zip(events, events[1:], strict=False))
    assert all(before.target == after.source for before, after in zip(events, events[1:], strict=False))
    for event in events[1:]:
        assert (event.source, event.event, event.target) in LEGAL or event.event == "fail"
        assert event.role in transition(event.source, event.event).roles
    assert standing == stand(events) == read_standing(standing_text(standing))
    hold(events, standing)
    REACHED.update({event.event for event in events[1:]})


REACHED: Counter[str] = Counter()


def test_the_walks_went_everywhere():
    """Else the ten thousand would say little."""
    assert set(REACHED) == set(EVENTS)
    assert min(REACHED.values()) >= 20, REACHED


def hold(events, standing):
    """What is true of a life whatever its way."""
    assert standing.state in STATES
    assert standing.clock_stopped == (standing.state == "SUSPENDED")
    assert (standing.due_at is None) == (standing.state in ("CLOSED", "DISCARDED", "MERGED", "IDENTIFIED"))
    assert standing.n_relapses == sum(event.event == "relapse" for event in events)
    assert 1 <= standing.severity <= 3
    checks = [event for event in events if event.event == "start_check"]
    for event in events:
        if event.event in ("confirm", "deny", "pass", "fail"):
            last = [check for check in checks if check.version < event.version][-1]
            names = {one["name"] for one in last.payload["inspectors"]}
            assert len(names) >= 2
            assert (event.actor in names) == (event.event in ("confirm", "deny"))
        if event.event == "fail_twice":
            assert events[event.version - 1].event_id == event.payload["second_recheck"]
        if event.event == "suspend":
            assert event.at < event.due_at <= event.at + timedelta(days=60)
    if standing.state == "CLOSED" and events[-1].event == "pass":
        assert standing.verdict in ("confirmed", "partly")


def walk_on(life, later, pick, careless, whose):
    """One try: mostly an open step with a full record, at times anything by anybody with anything missing."""
    life.now += timedelta(hours=(later % 32) ** 2)
    careless %= 12
    standing = life.standing
    due = automatic(standing, life.now)
    if due is not None and careless:
        attempt(life, due)
        return
    here = [one.event for one in TRANSITIONS if one.source == standing.state]
    event = (here or EVENTS)[pick % len(here or EVENTS)] if careless else EVENTS[pick % len(EVENTS)]
    payload, files = record(event, standing, life.now)
    if careless == 1 and payload:
        payload = {key: value for key, value in payload.items() if key != sorted(payload)[whose % len(payload)]}
    if event == "challenge":
        files = (NEW_FILE,)
    actor = person(ROLES[whose % len(ROLES)]) if careless in (0, 1) else acting(event, standing.state) if here else None
    attempt(life, Request(actor or person("analyst"), event, payload, files or (FILE,)))


def attempt(life, request):
    try:
        made = decide(life.standing, request, life.now)
    except CasebookError:
        return
    for event in made:
        life.put(event)
