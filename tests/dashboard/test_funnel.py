"""The loop's numbers against a recount from the events, and every number against the list it opens."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest
from loop_builders import PUSH, act, casebook_at, loop_of
from recount_funnel import STAGES, funnels, ways
from snapshot_builders import campaign_root, only_snapshot

from dashboard.data.clocks import clocks
from dashboard.data.filters import Filters
from dashboard.data.fixes import fixes
from dashboard.data.funnel import clues_of_stage, funnel
from dashboard.data.live import live
from dashboard.data.loop import COHORTS, RESTS, CohortError, clues_of, loop
from dashboard.data.metrics import figures
from dashboard.data.store import Store
from dashboard.data.supervision import supervision
from dashboard.data.teams import teams

KEYS = {"region": "province_idx", "round": "round_idx", "team": "team", "rule": "rule_idx"}


@pytest.fixture(scope="module")
def campaign():
    """The small campaign: some 12,000 clues in eight rounds."""
    return Store(campaign_root("small"), "1GB").current()


@pytest.fixture(scope="module")
def as_of(campaign):
    return datetime.fromisoformat(campaign.manifest.as_of)


@pytest.fixture(scope="module")
def now(campaign, as_of, tmp_path_factory):
    return loop_of(campaign, casebook_at(tmp_path_factory.mktemp("casebook"), as_of))


@pytest.fixture(scope="module")
def rows(campaign):
    """Clues and events of the snapshot as rows, the clues with the province their city lies in."""
    snapshot = only_snapshot(campaign_root("small"))
    tables = {name: _rows(snapshot.table(name)) for name in ("clues", "clue_events", "places", "rounds", "rules")}
    parent = {row["place_idx"]: row["parent_idx"] for row in tables["places"]}
    for clue in tables["clues"]:
        clue["province_idx"] = parent.get(clue["city_idx"])
    return tables


def _rows(path):
    import pyarrow.parquet as pq

    return pq.read_table(path).to_pylist()


@pytest.fixture(scope="module")
def found(rows):
    return ways(rows["clue_events"])


def test_every_stage_and_rest_equals_the_recount(now, rows, found):
    told = funnel(now, Filters())
    counted = funnels(rows["clues"], found)[None]
    assert [stage["n"] for stage in told["stages"]] == [counted.n[stage] for stage in STAGES]
    assert [stage["of"]["part"] for stage in told["stages"][1:]] == [counted.went_on[stage] for stage in STAGES[:-1]]
    rests = {(stage["stage"], rest): n for stage in told["stages"] for rest, n in stage["rests"].items()}
    assert rests == dict(counted.rests)


@pytest.mark.parametrize("by", ["region", "round", "team", "rule"])
def test_every_breakdown_equals_the_recount(now, rows, found, by):
    codes = {
        "region": {row["place_idx"]: row["adcode"] for row in rows["places"]},
        "round": {row["round_idx"]: row["round_code"] for row in rows["rounds"]},
        "rule": {row["rule_idx"]: row["rule_id"] for row in rows["rules"]},
    }.get(by)
    counted = funnels(rows["clues"], found, KEYS[by])
    expected = {
        (codes.get(key) if codes else key): (
            [one.n[stage] for stage in STAGES],
            [one.went_on[stage] for stage in STAGES[:-1]],
        )
        for key, one in counted.items()
    }
    told = {row["code"]: (row["n"], [of["part"] for of in row["of"]]) for row in funnel(now, Filters())["by"][by]}
    assert told == expected


def test_those_who_went_on_and_those_who_stayed_are_all(now):
    stages = funnel(now, Filters())["stages"]
    for stage, following in zip(stages, stages[1:], strict=False):
        assert stage["n"] == following["of"]["part"] + sum(stage["rests"].values())


@pytest.mark.parametrize(
    "filters",
    [
        Filters(rounds=("2023-R03", "2023-R05")),
        Filters(rule=("R12",), severity=(1,)),
        Filters(category=("cems",), from_date=date(2023, 4, 1), to_date=date(2023, 4, 30)),
        Filters(region="999999"),
    ],
    ids=["rounds", "rule", "days", "unknown region"],
)
def test_filters_narrow_the_funnel_as_they_narrow_the_clues(now, rows, found, filters):
    rounds = {row["round_idx"] for row in rows["rounds"] if row["round_code"] in filters.rounds}
    rules = {row["rule_idx"] for row in rows["rules"] if row["rule_id"] in filters.rule}
    chosen = [
        clue
        for clue in rows["clues"]
        if (not filters.rounds or clue["round_idx"] in rounds)
        and (not filters.rule or clue["rule_idx"] in rules)
        and (not filters.severity or clue["severity"] in filters.severity)
        and (not filters.category or clue["category"] in filters.category)
        and (not filters.from_date or filters.from_date <= clue["detected_date"] <= filters.to_date)
        and not filters.region
    ]
    counted = funnels(chosen, found)[None]
    assert [stage["n"] for stage in funnel(now, filters)["stages"]] == [counted.n[stage] for stage in STAGES]


def test_every_number_of_the_funnel_opens_as_many_clues(now):
    filters = Filters(rounds=("2023-R04",))
    told = funnel(now, filters)
    for stage in told["stages"]:
        assert clues_of_stage(now, stage["stage"], filters).num_rows == stage["n"]
        for rest, n in stage["rests"].items():
            assert clues_of_stage(now, f"{stage['stage']}.{rest}", filters).num_rows == n
    team = max(told["by"]["team"], key=lambda row: row["n"][0])
    listed = [clues_of_stage(now, f"{stage}@{team['code']}", filters).num_rows for stage in STAGES]
    assert listed == team["n"]


def test_every_number_of_the_clocks_and_boards_opens_as_many_clues(now):
    filters = Filters()
    told = clocks(now, filters)
    for kind, n in told["counts"].items():
        assert clues_of(now, kind, filters).num_rows == n, kind
    for row in told["by_step"]:
        assert clues_of(now, f"overdue.{row['state']}", filters).num_rows == row["n"]
    assert sum(row["n"] for row in told["by_step"]) == told["counts"]["overdue"]
    held = fixes(now, filters)["counts"]
    for cohort, name in {"rechecked": "passed", "fixed": "fixed", "young": "young", "relapsed": "relapsed"}.items():
        assert clues_of(now, cohort, filters).num_rows == held[name]
    boards = supervision(now, filters)
    assert clues_of(now, "orders", filters).num_rows == boards["electronic"]["counts"]["standing"]
    assert clues_of(now, "ordered", filters).num_rows == boards["electronic"]["counts"]["clues"]
    assert clues_of(now, "listed", filters).num_rows == boards["listed"]["counts"]["standing"]
    desk = teams(now, filters)["teams"][0]
    assert clues_of(now, f"open@{desk['team_code']}", filters).num_rows == desk["open"]


def test_who_has_what_is_late_is_told_by_name(now):
    told = clocks(now, Filters())
    rows = [row for row in [*told["by_team"], *told["lists"]["overdue"]] if row["team_code"]]
    assert len(rows) > 10
    assert all("专业" in row["team_zh"] and "team" in row["team_en"] for row in rows)


@pytest.mark.parametrize("cohort", ["", "nobody", "fixed.open", "pushed.CLOSED", "overdue.open", "open; drop table x"])
def test_what_nobody_counts_is_refused(now, cohort):
    with pytest.raises(CohortError):
        clues_of(now, cohort, Filters())


def test_every_cohort_that_can_be_named_can_be_asked(now):
    for name in (*STAGES, *COHORTS, *(f"{stage}.{rest}" for stage in STAGES[:-1] for rest in RESTS)):
        clues_of(now, name, Filters())


def test_the_pages_shares_are_those_of_the_dictionary(now, campaign):
    """Where a figure stands in the dictionary of metrics, the page says the same."""
    filters = Filters(rounds=("2023-R02", "2023-R03", "2023-R04"))
    known = {one["id"]: one for one in figures(campaign, filters)["metrics"]}
    stages = {stage["stage"]: stage for stage in funnel(now, filters)["stages"]}
    for stage, metric in {"pushed": "clues_pushed", "confirmed": "clues_confirmed", "fixed": "clues_fixed"}.items():
        assert stages[stage]["n"] == known[metric]["value"]
    for stage, metric in {"accepted": "acceptance_rate", "confirmed": "hit_rate"}.items():
        of = stages[stage]["of"]
        assert (of["share"], of["low"], of["high"]) == tuple(known[metric][name] for name in ("value", "low", "high"))
    assert clocks(now, filters)["counts"]["overdue"] == known["clues_overdue"]["value"]
    replied = supervision(now, filters)["electronic"]["replied"]
    assert replied["share"] == known["supervision_reply_rate"]["value"]


def test_orders_equal_the_recount(now, rows, found, as_of):
    counts = supervision(now, Filters())["electronic"]["counts"]
    orders = [order for way in found.values() for order in way.orders if order["kind"] == "E_SUPERVISED"]
    answered = [order for order in orders if order["left_to"] in ("RECTIFYING", "RECHECK")]
    assert counts["issued"] == len(orders)
    assert counts["answered"] == len(answered)
    assert counts["standing"] == sum(order["left_to"] is None for order in orders)
    assert counts["in_time"] == sum(order["left_at"] <= order["due_at"] <= as_of for order in answered)


def test_survival_counts_each_fix_once_and_censors_the_open_ones(now, found, as_of):
    told = fixes(now, Filters())["curves"][0]
    passed = [way for way in found.values() if "rechecked" in way.reached]
    relapsed = [way for way in passed if way.relapsed_at and way.relapsed_at >= way.passed_at]
    assert (told["n"], told["n_relapsed"]) == (len(passed), len(relapsed))
    ends = [way.relapsed_at if way in relapsed else as_of for way in passed]
    watched = sum((end - way.passed_at) // timedelta(days=1) >= 30 for way, end in zip(passed, ends, strict=True))
    assert told["marks"][0]["at_risk"] == watched
    assert told["marks"][2]["share"] is None


def test_what_people_do_moves_the_funnel_and_only_their_clue(campaign, as_of, tmp_path):
    now = loop(campaign, casebook_at(tmp_path, as_of))
    before = funnel(now, Filters())
    screened = clues_of(now, "open", Filters(status=("suspected",)))["clue_id"].to_pylist()
    with live(campaign, now.casebook) as db:
        asked = "select clue_id from clues_now where state = 'SCREENED' and severity > 1 order by clue_id limit 1"
        ((clue_id,),) = db.execute(asked).fetchall()
    assert clue_id in screened
    act(now, clue_id, "push", PUSH)
    after = loop(campaign, now.casebook)
    told = funnel(after, Filters())
    assert told["stages"][0]["n"] == before["stages"][0]["n"] + 1
    assert [stage["n"] for stage in told["stages"][1:]] == [stage["n"] for stage in before["stages"][1:]]
    assert told["n_clues"] == before["n_clues"]
    with live(campaign, now.casebook) as db:
        events = db.sql("select * from events_now").to_arrow_table().to_pylist()
        clues = db.sql("select clue_id, state from clues_now").to_arrow_table().to_pylist()
    counted = funnels(clues, ways(events))[None]
    assert [stage["n"] for stage in told["stages"]] == [counted.n[stage] for stage in STAGES]
    assert clue_id in clues_of(after, "pushed@T01", Filters())["clue_id"].to_pylist()
