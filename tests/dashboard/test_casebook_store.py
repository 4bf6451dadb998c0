"""The casebook on both databases: append-only, provable, one winner of two, replayed to any moment."""

from __future__ import annotations

import threading
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
import sqlalchemy as sa
from casebook_builders import CASE, MONDAY, NEW_FILE, TO_CLOSED, acting, person, problem, record

from dashboard.casebook.chain import canonical
from dashboard.casebook.errors import Conflict, MissingRecord, NotAllowed, UnknownCase
from dashboard.casebook.rows import event_row
from dashboard.casebook.store import Casebook, open_casebook
from dashboard.casebook.tables import CASES, EVENTS, HEAD
from dashboard.database import open_database, upgrade, writing

pytestmark = pytest.mark.enable_socket


class Clock:
    """A clock that a test moves."""

    def __init__(self, now=MONDAY):
        self.now = now

    def __call__(self):
        return self.now


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def casebook(database, clock):
    return open_casebook(database, clock=clock)


def do(casebook, event, clue_id="clue-1", **changes):
    """The next step of a clue with a full record, an hour later."""
    casebook.clock.now += timedelta(hours=1)
    standing = casebook.case(clue_id)
    payload, files = record(event, standing, casebook.clock.now)
    actor = acting(event, standing.state)
    return casebook.act(
        actor, clue_id, event, payload={**payload, **changes}, expected_version=standing.version, attachments=files
    )


def go(casebook, *events, clue_id="clue-1"):
    casebook.open_case(replace(CASE, clue_id=clue_id))
    return [do(casebook, event, clue_id) for event in events]


def test_a_life_is_kept_as_it_was_told(casebook):
    told = go(casebook, *TO_CLOSED)
    kept = casebook.timeline("clue-1")
    assert kept[1:] == told and kept[0].version == 0
    assert [event.seq for event in kept] == list(range(1, 10)) and casebook.seq() == 9
    standing = casebook.case("clue-1")
    assert (standing.state, standing.version, standing.verdict, standing.is_prominent) == (
        "CLOSED",
        8,
        "confirmed",
        True,
    )
    report = casebook.verify(anchor=(told[2].seq, told[2].hash))
    assert report.is_whole and (report.n_events, report.n_cases) == (9, 1)


def test_opening_twice_is_opening_once(casebook):
    casebook.open_case(CASE)
    casebook.open_case(replace(CASE, opened_state="CLOSED"))
    assert casebook.seq() == 1 and casebook.case("clue-1").state == "IDENTIFIED"


def test_a_clue_made_by_hand_is_created_whole_or_not_at_all(casebook):
    case = replace(CASE, clue_id="hand-1", origin="hand", opened_state="")
    with pytest.raises(MissingRecord, match="grounds"):
        casebook.create(person("analyst"), case, {})
    with pytest.raises(UnknownCase):
        casebook.case("hand-1")
    event = casebook.create(person("analyst"), case, {"grounds": "smoke"})
    assert (event.source, event.target, event.version) == (None, "IDENTIFIED", 1)
    with pytest.raises(Conflict):
        casebook.create(person("analyst"), case, {"grounds": "smoke"})
    assert casebook.verify().is_whole


def test_what_is_refused_leaves_nothing_behind(casebook):
    go(casebook, "screen_accept")
    for event, actor, error in (
        ("push", person("analyst"), NotAllowed),
        ("accept", person("team_leader"), NotAllowed),
        ("push", person("dispatcher"), MissingRecord),
    ):
        with pytest.raises(error):
            casebook.act(actor, "clue-1", event, payload={}, expected_version=1)
    with pytest.raises(UnknownCase):
        casebook.act(person("analyst"), "clue-9", "merge", payload={}, expected_version=0)
    assert casebook.seq() == 2


def test_of_two_people_on_one_clue_one_wins_and_the_other_is_told(casebook):
    go(casebook, "screen_accept")
    payload, _ = record("push", casebook.case("clue-1"), casebook.clock.now)
    start, results = threading.Barrier(8), []

    def push(n):
        start.wait()
        try:
            results.append(
                casebook.act(person("dispatcher", f"d{n}"), "clue-1", "push", payload=payload, expected_version=1)
            )
        except Conflict as conflict:
            results.append(conflict)

    threads = [threading.Thread(target=push, args=(n,)) for n in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    (won,) = [one for one in results if not isinstance(one, Conflict)]
    told = [one for one in results if isinstance(one, Conflict)]
    assert len(told) == 7 and all(one.newer == (won,) for one in told)
    assert casebook.verify().is_whole and casebook.seq() == 3


def test_a_comment_is_no_reason_to_refuse_a_step(casebook):
    go(casebook, "screen_accept")
    comment = casebook.comment(person("leader"), "clue-1", "hurry; ‘引号’ \u2028 😀")
    assert (comment.source, comment.target, comment.version) == ("SCREENED", "SCREENED", 2)
    payload, _ = record("push", casebook.case("clue-1"), casebook.clock.now)
    pushed = casebook.act(person("dispatcher"), "clue-1", "push", payload=payload, expected_version=1)
    assert pushed.version == 3
    for actor, text, error in (
        (person("auditor"), "x", NotAllowed),
        (person("leader"), " ", MissingRecord),
        (person("leader"), "a\x00b", MissingRecord),
        (person("leader"), "half \ud83d", MissingRecord),
    ):
        with pytest.raises(error):
            casebook.comment(actor, "clue-1", text)
    assert casebook.verify().is_whole


def test_a_correction_is_a_new_event_and_the_old_one_stays(casebook):
    *_, confirmed = go(casebook, *TO_CLOSED[:5])
    inspector = person("inspector")
    with pytest.raises(MissingRecord, match="reason"):
        casebook.correct(inspector, confirmed.event_id, payload={"is_partial": True}, reason="")
    with pytest.raises(NotAllowed):
        casebook.correct(person("analyst"), confirmed.event_id, payload={"is_partial": True}, reason="typo")
    with pytest.raises(MissingRecord, match="problems"):
        casebook.correct(inspector, confirmed.event_id, payload={"problems": []}, reason="typo")
    casebook.clock.now += timedelta(hours=1)
    right = [problem(is_prominent=False, problem_type="fugitive"), problem(problem_type="evasion", is_prominent=False)]
    made = casebook.correct(
        inspector, confirmed.event_id, payload={"problems": right, "is_partial": True}, reason="read the log again"
    )
    assert (made.source, made.target) == ("CONFIRMED", "CONFIRMED")
    assert casebook.timeline("clue-1")[5] == confirmed
    standing = casebook.case("clue-1")
    assert (standing.verdict, standing.is_prominent, standing.state) == ("partly", False, "CONFIRMED")
    problems = casebook.problem_table().to_pylist()
    assert [one["problem_id"] for one in problems] == ["clue-1-5-1", "clue-1-5-2"]
    assert [one["problem_type"] for one in problems] == ["fugitive", "evasion"]
    before = casebook.problem_table(as_of=confirmed.at).to_pylist()
    assert [one["problem_type"] for one in before] == ["exceedance"]
    assert casebook.verify().is_whole


def test_a_corrected_due_date_moves_the_clock(casebook):
    *_, ordered = go(casebook, *TO_CLOSED[:6])
    casebook.correct(
        person("local_bureau"), ordered.event_id, payload={"due_on": "2023-06-30"}, reason="as the order says"
    )
    assert casebook.case("clue-1").due_at == datetime(2023, 6, 30, 23, 59, 59)
    assert casebook.verify().is_whole


def test_standings_can_be_rebuilt_and_replayed_to_any_moment(casebook):
    go(casebook, *TO_CLOSED)
    go(casebook, "screen_accept", "push", "return", clue_id="clue-2")
    now = casebook.state_table()
    moments = [(event.at, event.target) for event in casebook.timeline("clue-1")]
    for at, state in moments:
        then = casebook.state_table(as_of=at).to_pylist()
        assert [row["state"] for row in then if row["clue_id"] == "clue-1"] == [state]
    assert casebook.state_table(as_of=MONDAY - timedelta(days=1)).num_rows == 0
    assert casebook.event_table(since_seq=9).num_rows == casebook.seq() - 9
    with writing(casebook.engine) as db:
        db.execute(sa.update(CASES).values(state="PUSHED", standing="{}"))
    assert len(casebook.verify().faults) == 2
    assert casebook.rebuild() == 2
    assert casebook.state_table().equals(now) and casebook.verify().is_whole


def test_what_time_brings_comes_once(casebook, clock):
    go(casebook, *TO_CLOSED[:6])
    go(casebook, *TO_CLOSED[:4], "suspend", clue_id="clue-2")
    assert casebook.tick(clock.now) == []
    clock.now += timedelta(days=30)
    events = casebook.tick(clock.now)
    assert sorted((one.clue_id, one.event, one.role) for one in events) == [
        ("clue-1", "overdue", "system"),
        ("clue-2", "resume", "system"),
    ]
    assert casebook.tick(clock.now) == []
    assert casebook.tick(clock.now + timedelta(days=1000)) == []
    assert casebook.verify().is_whole


@pytest.mark.parametrize(("days", "is_relapse"), [(1, True), (179, True), (181, False)])
def test_a_new_finding_of_the_same_rule_within_180_days_is_a_relapse(casebook, clock, days, is_relapse):
    closed = go(casebook, *TO_CLOSED)[-1].at
    clock.now = closed + timedelta(days=days + 2)
    finding = replace(CASE, clue_id="clue-new", detected_at=closed + timedelta(days=days))
    assert casebook.relapse(replace(finding, rule_id="R02")) == []
    assert casebook.relapse(replace(finding, enterprise_id="E2")) == []
    assert casebook.relapse(replace(finding, detected_at=closed - timedelta(days=1))) == []
    events = casebook.relapse(finding)
    assert [event.payload["new_clue"] for event in events] == ["clue-new"] * is_relapse
    assert casebook.relapse(finding) == []
    assert casebook.case("clue-1").state == ("RELAPSED" if is_relapse else "CLOSED")


def test_the_database_refuses_to_change_what_happened(casebook):
    go(casebook, "screen_accept")
    row = event_row(casebook.timeline("clue-1")[1])
    orders = ["UPDATE casebook_events SET actor = 'x'", "DELETE FROM casebook_events"]
    orders += (
        ["TRUNCATE casebook_events"]
        if casebook.engine.dialect.name == "postgresql"
        else ["INSERT OR REPLACE INTO casebook_events SELECT * FROM casebook_events"]
    )
    for order in orders:
        with pytest.raises(sa.exc.DBAPIError, match="never changed"), writing(casebook.engine) as db:
            db.execute(sa.text(order))
    with pytest.raises(sa.exc.DBAPIError), writing(casebook.engine) as db:
        db.execute(sa.insert(EVENTS).values(row))
    assert casebook.verify().is_whole


def unlocked(casebook, order, **named):
    """What somebody does who owns the database: the triggers go first."""
    with writing(casebook.engine) as db:
        if casebook.engine.dialect.name == "postgresql":
            db.execute(sa.text("ALTER TABLE casebook_events DISABLE TRIGGER ALL"))
        else:
            for name in ("UPDATE", "DELETE", "replace"):
                db.execute(sa.text(f'DROP TRIGGER IF EXISTS "casebook_events_no_{name}"'))
        db.execute(sa.text(order), named)


TAMPERED = {
    "event_id": "'00'", "clue_id": "'clue-7'", "version": "77", "source": "'CLOSED'", "target": "'CLOSED'",
    "event": "'merge'", "actor": "'somebody else'", "role": "'leader'", "at": "'2023-06-01 00:00:00.000000'",
    "due_at": "'2033-06-01 00:00:00.000000'", "reason": "'because'", "payload": "'{}'", "attachments": "'[\"x\"]'",
    "rule_version": "'9'", "snapshot_id": "'9'", "prev_hash": "'9'", "hash": "'9'", "seq": "900",
}  # fmt: skip


@pytest.mark.parametrize("column", TAMPERED)
def test_whatever_is_changed_in_a_stored_event_is_found(casebook, column):
    go(casebook, *TO_CLOSED[:4])
    unlocked(casebook, f"UPDATE casebook_events SET {column} = {TAMPERED[column]} WHERE seq = 3")
    report = casebook.verify()
    assert not report.is_whole
    assert any(fault.seq in (3, 4, 900) for fault in report.faults)


def test_an_event_that_is_cut_out_put_in_or_cut_off_is_found(casebook):
    events = go(casebook, *TO_CLOSED[:4])
    unlocked(casebook, "DELETE FROM casebook_events WHERE seq = 3")
    assert not casebook.verify().is_whole
    other = replace(events[1], event_id="f" * 32)
    with writing(casebook.engine) as db:
        db.execute(sa.insert(EVENTS).values(event_row(other)))
    assert not casebook.verify().is_whole


def test_a_tail_that_is_cut_off_with_its_head_is_found_by_the_noted_anchor(casebook):
    events = go(casebook, *TO_CLOSED[:4])
    anchor = casebook.head()
    unlocked(casebook, "DELETE FROM casebook_events WHERE seq = 5")
    assert not casebook.verify().is_whole
    with writing(casebook.engine) as db:
        db.execute(sa.update(HEAD).values(seq=4, hash=events[2].hash))
    casebook.rebuild()
    assert casebook.verify().is_whole
    assert [fault.seq for fault in casebook.verify(anchor).faults] == [5]


def test_the_same_chain_has_the_same_hashes_on_every_database(casebook, tmp_path):
    go(casebook, *TO_CLOSED)
    casebook.comment(person("leader"), "clue-1", '中文 😀 \\ " \u2028 é e\u0301 1e400 0.1')
    twin = Casebook(open_database(f"sqlite:///{tmp_path}/twin.db"), casebook.clock)
    upgrade(twin.engine)
    with casebook.engine.connect() as db:
        rows = [dict(row) for row in db.execute(sa.select(EVENTS).order_by(EVENTS.c.seq)).mappings()]
    with writing(twin.engine) as db:
        db.execute(sa.insert(EVENTS), rows)
        db.execute(sa.update(HEAD).values(seq=rows[-1]["seq"], hash=rows[-1]["hash"]))
    twin.rebuild()
    assert twin.verify(casebook.head()).is_whole
    assert twin.state_table().equals(casebook.state_table())


def test_a_casebook_of_another_kind_is_refused():
    with pytest.raises(ValueError, match="postgresql\\+psycopg"):
        open_database("mysql://x/y")


def test_no_text_can_be_written_that_would_read_otherwise():
    for value in (float("nan"), float("inf"), "a\x00", "\ud800", object()):
        with pytest.raises(ValueError):
            canonical({"x": value})
    assert canonical({"b": 1, "a": [True, None, "é"]}) == '{"a":[true,null,"é"],"b":1}'


def test_files_named_on_a_record_must_have_been_kept(database, clock, tmp_path):
    casebook = open_casebook(database, tmp_path / "files", clock)
    casebook.open_case(CASE)
    with pytest.raises(MissingRecord, match="not_kept"):
        casebook.comment(person("leader"), "clue-1", "see file", attachments=[NEW_FILE])
    assert casebook.seq() == 1
