"""The casebook on top of a snapshot: a synthetic round is played, counted twice, and built into the next snapshot."""

from __future__ import annotations

import random
from dataclasses import asdict, replace
from datetime import datetime, timedelta

import pytest
from casebook_builders import CASE, TO_CLOSED, acting, person, record
from casebook_recount import STAGES, recount

from dashboard.casebook.chain import canonical
from dashboard.casebook.errors import NotAllowed
from dashboard.casebook.states import TRANSITIONS
from dashboard.casebook.store import open_casebook
from dashboard.data.clue_case import case_of
from dashboard.data.live import live
from dashboard.data.relapses import note_relapses
from dashboard.data.store import Store
from data_adapters.run import run_source
from fusion.config import Config, demo_config
from fusion.pipeline import build
from fusion.sources import SourceConfig

BY_HAND = 30
STEPS = 26
# What the dashboard counts of each stage: bits of clues_now, and states of events_now.
OURS = """
with seen as (
    select clue_id, bool_or(to_state = 'RECHECK') as is_claimed, bool_or(event = 'pass') as is_passed,
        bool_or(to_state = 'ACCEPTED' or from_state = 'ACCEPTED') as is_accepted
    from events_now where seq is not null or $all group by clue_id
)
select c.{key} as key, count(*) filter ((stages & 1) > 0) as pushed,
    count(*) filter ((stages & 1) > 0 and is_accepted) as accepted, count(*) filter ((stages & 4) > 0) as checked,
    count(*) filter ((stages & 8) > 0) as confirmed, count(*) filter ((stages & 8) > 0 and is_claimed) as rectified,
    count(*) filter ((stages & 8) > 0 and is_passed) as rechecked, count(*) filter ((stages & 16) > 0) as fixed
from (select *, '' as nothing, coalesce(r.round_code, '') as round, coalesce(team_code, '') as team from clues_now
    left join rounds r using (round_idx)) c
join seen using (clue_id) where list_contains($clues, c.clue_id) group by all
"""
KEYS = {"total": "nothing", "region": "county_adcode", "round": "round", "team": "team", "rule": "rule_id"}


class Played:
    """A round played by people with dice: the snapshot's fresh clues, and thirty made by hand."""

    def __init__(self, loaded, url):
        self.loaded = loaded
        self.now = datetime.fromisoformat(loaded.manifest.as_of)
        self.casebook = open_casebook(url, clock=lambda: self.now)
        with loaded.cursor() as db:
            fresh = (
                "select * from clues where state in ('IDENTIFIED', 'SCREENED') and stages & 63 = 0 order by clue_idx"
            )
            cases = [case_of(db, loaded, row) for row in db.sql(fresh).to_arrow_table().to_pylist()]
            some = db.sql("select * from clues order by clue_idx limit $n", params={"n": BY_HAND}).to_arrow_table()
            models = [case_of(db, loaded, row) for row in some.to_pylist()]
        for case in cases:
            self.casebook.open_case(case)
        for number, model in enumerate(models):
            by_hand = replace(
                model, clue_id=f"hand-{number}", origin="hand", opened_state="", opened_sequence=0, opened_since=None,
                opened_due_at=None, team_code=None,
            )  # fmt: skip
            self.casebook.create(person("analyst"), by_hand, {"grounds": "seen from the road"})
        self.clues = [*(case.clue_id for case in cases), *(f"hand-{number}" for number in range(BY_HAND))]
        dice = random.Random(20230612)
        for clue_id in self.clues:
            self._play(clue_id, dice)

    def _play(self, clue_id, dice):
        for _ in range(dice.randint(2, STEPS)):
            standing = self.casebook.case(clue_id)
            steps = [one for one in TRANSITIONS if one.source == standing.state and one.roles != {"system"}]
            if not steps:
                return
            onward = [one for one in steps if one.event in TO_CLOSED]
            event = dice.choice(onward * 6 + steps).event
            payload, files = record(event, standing, self.now)
            actor = person("reviewer", "reviewer-9") if event in ("pass", "fail") else acting(event, standing.state)
            try:
                self.casebook.act(
                    actor, clue_id, event, payload=payload, expected_version=standing.version, attachments=files
                )
            except NotAllowed:
                continue
            self.now += timedelta(minutes=dice.randint(1, 300))

    def export(self):
        events = sorted((one for life in self.casebook.lives().values() for one in life), key=lambda one: one.seq)
        return [canonical(asdict(event)) for event in events]

    def ours(self, loaded, by, everything):
        with live(loaded, self.casebook) as db:
            found = db.sql(OURS.format(key=KEYS[by]), params={"clues": self.clues, "all": everything}).fetchall()
        return {key: dict(zip(STAGES, counts, strict=True)) for key, *counts in found}


@pytest.fixture(scope="module")
def played(loaded, tmp_path_factory):
    return Played(loaded, f"sqlite:///{tmp_path_factory.mktemp('casebook')}/casebook.db")


@pytest.fixture(scope="module")
def rebuilt(played, tmp_path_factory):
    """The next snapshot of the same campaign, built with the casebook among its sources."""
    url = played.casebook.engine.url.render_as_string(hide_password=False)
    demo = demo_config("tiny")
    root = tmp_path_factory.mktemp("rebuilt")
    build(
        Config(lookout=demo.lookout, source=(*demo.source, SourceConfig(name="casebook", options={"url": url}))), root
    )
    return Store(root, "1GB").current()


def there(counts):
    """Without the keys that count nothing: our query has no row for clues that had no step."""
    return {key: row for key, row in counts.items() if any(row.values())}


@pytest.mark.parametrize("by", KEYS)
def test_the_funnel_of_a_played_round_is_what_the_event_log_says(played, by):
    told = recount(played.export())[by]
    assert there(told) == there(played.ours(played.loaded, by, False))
    if by == "total":
        assert min(told[""].values()) > 0, told
        assert all(told[""][a] >= told[""][b] for a, b in zip(STAGES, STAGES[1:], strict=False))


@pytest.mark.parametrize("by", KEYS)
def test_the_next_snapshot_knows_the_round_and_nothing_counts_twice(played, rebuilt, by):
    assert there(recount(played.export())[by]) == there(played.ours(rebuilt, by, True))


def test_every_step_is_in_the_next_snapshot_once(played, rebuilt):
    with live(played.loaded, played.casebook) as before, live(rebuilt, played.casebook) as after:
        asked = """select clue_id, sequence, "at", event, from_state, to_state, role, team_code, due_at from events_now
            where list_contains($clues, clue_id) order by all"""
        assert before.sql(asked, params={"clues": played.clues}).fetchall() == (
            after.sql(asked, params={"clues": played.clues}).fetchall()
        )
        steps = after.sql("select count(*) from events_now where seq is not null and from_state <> to_state").fetchall()
        assert steps == [(0,)]
        states = "select clue_id, state, state_since, due_at, team_code, version from clues_now order by clue_id"
        assert before.sql(states).fetchall() == after.sql(states).fetchall()


def test_the_next_snapshot_itself_has_the_states_of_the_casebook(played, rebuilt):
    with rebuilt.cursor() as db:
        found = dict(
            db.execute("select clue_id, state from clues where list_contains($1, clue_id)", [played.clues]).fetchall()
        )
    assert found == {clue_id: played.casebook.case(clue_id).state for clue_id in played.clues}


def test_a_clue_that_nobody_touched_stands_as_the_snapshot_says(played):
    with live(played.loaded, played.casebook) as db:
        differ = db.sql(
            """select count(*) from clues c join clues_now n using (clue_id) where n.version = 0 and (
            c.state <> n.state or c.stages <> n.stages or c.due_at is distinct from n.due_at or c.clue_idx <> n.clue_idx
            or c.team_idx <> n.team_idx or c.severity <> n.severity or c.round_idx <> n.round_idx)"""
        ).fetchall()
        ((rows, numbers),) = db.sql("select count(*), count(distinct clue_idx) from clues_now").fetchall()
        ((whole,),) = db.sql("select count(*) from clues").fetchall()
    assert differ == [(0,)] and rows == numbers == whole + BY_HAND


def test_a_step_shows_at_once_and_only_what_is_new_is_read(played, monkeypatch):
    live(played.loaded, played.casebook).close()
    before = played.casebook.seq()
    played.casebook.comment(person("leader"), "hand-0", "look here")
    read = []
    table = played.casebook.event_table
    monkeypatch.setattr(
        played.casebook, "event_table", lambda since=0, **more: read.append(since) or table(since, **more)
    )
    with live(played.loaded, played.casebook) as db:
        assert db.sql("select reason from events_now where event = 'comment'").fetchall() == [("look here",)]
    live(played.loaded, played.casebook).close()
    assert read == [before]


def test_another_casebook_over_the_same_snapshot_has_its_own_view(played, tmp_path):
    other = open_casebook(f"sqlite:///{tmp_path}/other.db", clock=lambda: played.now)
    with live(played.loaded, other) as db:
        assert db.sql("select count(*) from clues_now where version > 0").fetchall() == [(0,)]
        assert db.sql("select count(*) from events_now where seq is not null").fetchall() == [(0,)]


def test_a_clue_found_again_makes_its_closed_case_relapse_once(loaded, tmp_path):
    asked = """select a.*, b.clue_id as again from clues a join clues b using (rule_idx, enterprise_idx)
        where b.detected_at > a.detected_at + interval 2 hour and enterprise_idx >= 0
        and not exists (from clues o where o.rule_idx = a.rule_idx and o.enterprise_idx = a.enterprise_idx
            and o.clue_id <> b.clue_id and o.detected_at > a.detected_at)
        order by a.clue_idx limit 1"""
    with loaded.cursor() as db:
        (row,) = db.sql(asked).to_arrow_table().to_pylist()
        case = replace(case_of(db, loaded, row), opened_state="RECHECK", opened_since=None, opened_due_at=None)
    now = [row["detected_at"] + timedelta(hours=1)]
    casebook = open_casebook(f"sqlite:///{tmp_path}/casebook.db", clock=lambda: now[-1])
    casebook.open_case(case)
    assert note_relapses(loaded, casebook) == []
    payload, _ = record("pass", casebook.case(case.clue_id), row["detected_at"])
    casebook.act(person("reviewer"), case.clue_id, "pass", payload=payload, expected_version=0)
    assert note_relapses(loaded, casebook) == []
    now.append(now[0] + timedelta(days=30))
    (event,) = note_relapses(loaded, casebook)
    assert (event.clue_id, event.payload["new_clue"], event.role) == (case.clue_id, row["again"], "system")
    assert note_relapses(loaded, casebook) == []
    assert casebook.verify().is_whole


def test_a_source_without_a_casebook_fails_and_says_why_without_the_password(tmp_path):
    run = run_source("casebook", [], {"url": f"sqlite:///{tmp_path}/none.db"})
    assert run.status == "failed" and "no casebook yet" in run.error
    run = run_source("casebook", [], {"url": "postgresql+psycopg://u:s3cret@127.0.0.1:1/x"})
    assert run.status == "failed" and "s3cret" not in run.error + str(run.result.files)
    assert "url_env is missing" in run_source("casebook", [], {}).error


def test_a_case_without_a_county_is_refused_with_its_steps(tmp_path):
    url = f"sqlite:///{tmp_path}/casebook.db"
    casebook = open_casebook(url, clock=lambda: CASE.detected_at)
    casebook.open_case(replace(CASE, county_adcode=""))
    run = run_source("casebook", [], {"url": url})
    (account,) = run.result.files
    assert (run.status, account.read, account.accepted, account.rejected) == ("ok", 1, 0, {"missing": 1})
