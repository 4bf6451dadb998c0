"""The dictionary of figures: its file, its numbers, its bounds, and rounds against each other."""

from __future__ import annotations

import re
from datetime import date, datetime, timedelta
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import typer
from metrics_recount import durations, recount
from typer.testing import CliRunner

from data_adapters.catalogue import CATEGORIES
from fusion.errors import FusionError
from fusion.layout import TABLES
from fusion.metrics import (
    BUILT_IN,
    SCOPED,
    Measured,
    dictionary,
    lacking,
    load_metrics,
    measure,
    opened,
    reads,
    reason,
    wilson,
)
from fusion.metrics_command import metrics_markdown, show_metrics
from fusion.metrics_compare import ranking, round_on_round

DOCS = Path(__file__).parents[2] / "docs" / "metrics.md"
AS_OF = datetime(2023, 6, 1)
ANSWERED = [name for name, one in dictionary().metric.items() if one.numerator]
MEASURABLE = [name for name in ANSWERED if dictionary().metric[name].kind not in ("duration", "lift")]


def rows_of(db, name):
    return db.sql(f"from {name}").to_arrow_table().to_pylist()


def tables_of(db):
    return {name: rows_of(db, name) for name in SCOPED if name != "moment"}


def database(as_of=AS_OF, **tables):
    """All tables of a snapshot, empty but for the rows given; columns that are left out are empty."""
    db = duckdb.connect()
    for name, table in TABLES.items():
        rows = [{**dict.fromkeys(table.schema.names), **row} for row in tables.get(name, ())]
        schema = pa.schema([field.with_nullable(True) for field in table.schema])
        db.register("rows_given", pa.Table.from_pylist(rows, schema=schema))
        db.execute(f"create table {name} as from rows_given")
        db.unregister("rows_given")
    moment = "select cast($at as timestamp) as as_of, cast($at as date) as last_day"
    db.execute(f"create table moment as {moment}", {"at": as_of})
    return db


def check(number, *, enterprise=None, round_idx=0, city=10, team=1):
    return {
        "inspection_id": f"I{number}",
        "enterprise_idx": number if enterprise is None else enterprise,
        "round_idx": round_idx,
        "city_idx": city,
        "county_idx": city + 100,
        "industry_idx": city % 3,
        "team_idx": team,
        "checked_date": date(2023, 3, 5),
    }


def problem(number, inspection, *, is_prominent=False, kind="other"):
    return {
        "problem_id": f"P{number}",
        "inspection_id": f"I{inspection}",
        "is_prominent": is_prominent,
        "problem_type": kind,
    }


def clue(number, stages=0, **changes):
    base = {
        "clue_idx": number,
        "clue_id": f"{number}",
        "stages": stages,
        "state": "PUSHED",
        "round_idx": 0,
        "city_idx": 10,
        "county_idx": 110,
        "industry_idx": 1,
        "score": 0.5,
    }
    return base | changes


def life(number, *steps, begin=datetime(2023, 3, 1)):
    """Steps as (state, hours since `begin`, hours to the deadline or None)."""
    states = [None, *(state for state, *_ in steps)]
    return [
        {
            "clue_idx": number,
            "sequence": i + 1,
            "at": begin + timedelta(hours=hours),
            "from_state": states[i],
            "to_state": state,
            "team_code": "T1" if state == "PUSHED" else None,
            "due_at": None if due is None else begin + timedelta(hours=hours + due),
        }
        for i, (state, hours, due) in enumerate(steps)
    ]


def one(db, metric_id) -> Measured:
    return measure(db, [metric_id])[0]


def published():
    """8,700 enterprises, 28,000 problems, 3,700 of them prominent, at 5,000 enterprises; 300 were checked twice."""
    checks = [check(i) for i in range(8700)] + [check(8700 + i, enterprise=i) for i in range(300)]
    problems = [problem(i, i % 5000, is_prominent=i < 3700) for i in range(28000)]
    return database(checks=checks, problems=problems)


# --- the file -------------------------------------------------------------------------------------------------------


def test_docs_metrics_is_current():
    assert DOCS.read_text("utf-8") == metrics_markdown(), "run: python -m fusion metrics --markdown > docs/metrics.md"


def test_every_figure_says_in_both_languages_what_it_is():
    for name, metric in dictionary().metric.items():
        assert metric.definition_zh.endswith("。") and metric.definition_en.endswith("."), name
        assert metric.definition_zh.count("。") == 1, f"{name}: one sentence"
        assert metric.version and metric.minimum == 20
        assert any("\u4e00" <= letter <= "\u9fff" for letter in metric.name_zh), name


OF_REGISTERS = [name for name, metric in dictionary().metric.items() if metric.categories]


@pytest.mark.parametrize("metric_id", OF_REGISTERS)
def test_a_figure_of_a_register_that_never_arrived_is_not_available_and_names_the_table(built, metric_id):
    metric = dictionary().metric[metric_id]
    (found,) = measure(opened(built), [metric_id])
    assert found.value is None and found.numerator is None and not found.is_enough
    for code in metric.categories:
        assert CATEGORIES[code].canonical_table in found.lacks and code in found.lacks
    assert found.lacks in reason(found).zh and found.lacks in reason(found).en


def test_every_figure_has_its_sql_or_the_function_that_answers_it():
    assert not [name for name, metric in dictionary().metric.items() if metric.needs]


def test_a_snapshot_of_before_lacks_the_columns_and_the_calendar_it_was_made_without():
    db = database(checks=[check(1)])
    db.execute("alter table checks drop column cell_id")
    db.execute("alter table checks drop column is_control")
    db.execute("drop table working_days")
    asked = ["problem_enterprises_per_area", "hit_lift", "working_days_to_close_p50", "checks"]
    assert [found.lacks for found in measure(db, asked)] == [
        "checks.cell_id (absent)", "checks.is_control (absent)", "working_days (absent)", "",
    ]  # fmt: skip


@pytest.mark.parametrize("metric_id", ANSWERED)
def test_a_figure_reads_only_tables_that_are_narrowed_and_names_no_filter(metric_id):
    assert reads(database(), metric_id) <= set(SCOPED)
    metric = dictionary().metric[metric_id]
    assert not re.search(r"\$[a-z]", metric.numerator + metric.denominator)


def test_nothing_asked_is_nothing_answered():
    assert measure(database(), []) == []


def test_a_figure_that_is_not_there_is_refused_in_one_line():
    with pytest.raises(FusionError) as caught:
        measure(database(), ["nonsense"])
    assert str(caught.value) == "fusion/metrics.toml: key 'metric.nonsense': there is none; see docs/metrics.md"


BROKEN = {
    "no TOML": ("[metric", "", "toml"),
    "unknown kind": ('kind = "share"', 'kind = "percentage"', "metric.problem_found_rate.kind"),
    "unknown key": ('kind = "share"', 'kind = "share"\nfilter = "x"', "metric.problem_found_rate.filter"),
    "unknown unit": ('unit = "share"', 'unit = "furlong"', "metric.problem_found_rate.unit"),
    "unknown warning": ('["selected", "clustered"]', '["hearsay"]', "metric.prominent_share.warnings"),
    "unknown count": ('denominator = "enterprises_checked"', 'denominator = "firms"', "problem_found_rate.denominator"),
    "no denominator": ('denominator = "enterprises_checked"\n', "", "metric.problem_found_rate"),
    "no definition": ('definition_zh = "每轮有', 'definition_no = "每轮有', "enterprises_checked.definition_zh"),
    "too small a minimum": ('kind = "share"', 'kind = "share"\nminimum = 0', "metric.problem_found_rate.minimum"),
    "nothing to count": ('numerator = "SELECT COUNT(*) FROM checks"', "", "metric.checks"),
}


@pytest.mark.parametrize(("old", "new", "key"), BROKEN.values(), ids=BROKEN.keys())
def test_a_broken_dictionary_is_told_in_one_line_with_file_and_key(tmp_path, old, new, key):
    path = tmp_path / "metrics.toml"
    text = BUILT_IN.read_text("utf-8")
    path.write_text("[metric" if key == "toml" else text.replace(old, new, 1), "utf-8")
    with pytest.raises(FusionError) as caught:
        load_metrics(path)
    message = str(caught.value)
    assert str(path) in message and key in message and "\n" not in message


# --- the numbers ----------------------------------------------------------------------------------------------------


def assert_same(found: list[Measured], expected, hours):
    told = {one.id: one for one in found}
    for name in MEASURABLE:
        if expected[name] is None:
            assert told[name].value is None and told[name].lacks, name
            continue
        part, whole = expected[name]
        assert told[name].numerator == pytest.approx(part) and told[name].denominator == whole, name
        value = part if whole is None else part / whole if whole >= 20 else None
        assert told[name].value == (None if value is None else pytest.approx(value)), name
    for name, value in hours.items():
        is_enough = told[name].is_enough
        assert told[name].value == (pytest.approx(value) if is_enough else None), name


def test_every_figure_of_the_hand_made_snapshot_is_what_a_recount_finds(built):
    with opened(built) as db:
        tables = {name: pq.read_table(built.table(name)).to_pylist() for name in SCOPED if name != "moment"}
        as_of = datetime.fromisoformat(built.manifest.as_of)
        ((last_day,),) = db.execute("select last_day from moment").fetchall()
        found = measure(db, ANSWERED, lacking(built.manifest))
        assert_same(found, recount(tables, as_of, last_day), durations(tables, as_of))


def test_the_published_ratios_come_out_of_the_published_numbers():
    db = published()
    assert one(db, "enterprises_checked").value == 8700
    assert one(db, "checks").value == 9000
    per, prominent = one(db, "problems_per_enterprise"), one(db, "prominent_per_enterprise")
    assert (per.numerator, per.denominator) == (28000, 8700)
    assert round(per.value, 1) == 3.2
    assert round(prominent.value, 3) == 0.425
    assert round(100 * one(db, "prominent_share").value, 1) == 13.2


def test_problems_per_enterprise_is_no_share_and_has_no_bounds():
    found = measure(published(), ["problem_found_rate", "prominent_per_enterprise", "problems_per_enterprise"])
    rate, prominent, per = found
    assert rate.value == pytest.approx(5000 / 8700) and rate.low < rate.value < rate.high
    assert per.value > 1
    assert per.low is None and prominent.high is None
    assert "not_a_share" in dictionary().metric["prominent_per_enterprise"].warnings


def test_an_enterprise_is_counted_once_a_round_and_again_in_the_next():
    checks = [check(0, enterprise=7), check(1, enterprise=7), check(2, enterprise=7, round_idx=1)]
    db = database(checks=checks, problems=[problem(0, 0), problem(1, 1), problem(2, 1)])
    counts = {one.id: one.value for one in measure(db, ["enterprises_checked", "enterprises_distinct", "checks",
                                                        "enterprises_with_problems", "problems"])}  # fmt: skip
    assert list(counts.values()) == [2, 1, 3, 1, 3]


@pytest.mark.parametrize(("n", "has_rate"), [(19, False), (20, True)])
def test_below_twenty_there_is_no_rate_but_the_counts_are_told(n, has_rate):
    db = database(checks=[check(i) for i in range(n)], problems=[problem(i, i) for i in range(5)])
    for name in ("problem_found_rate", "problems_per_enterprise"):
        found = one(db, name)
        assert (found.numerator, found.denominator) == (5, n)
        assert found.is_enough is has_rate and (found.value is not None) is has_rate
        assert (found.low is not None) is (has_rate and name == "problem_found_rate")
        assert (reason(found) is None) is has_rate


def test_of_nothing_there_is_no_rate():
    found = one(database(), "problem_found_rate")
    assert (found.value, found.numerator, found.denominator, found.is_enough) == (None, 0, 0, False)


# Newcombe, Statistics in Medicine 17 (1998), table I, method 3.
@pytest.mark.parametrize(
    ("part", "whole", "low", "high"),
    [(81, 263, 0.2553, 0.3662), (15, 148, 0.0624, 0.1605), (0, 20, 0.0, 0.1611), (1, 29, 0.0061, 0.1718)],
)
def test_wilson_bounds_are_those_of_the_literature(part, whole, low, high):
    assert wilson(part, whole) == pytest.approx((low, high), abs=5e-5)
    upper = wilson(whole - part, whole)
    assert upper == pytest.approx((1 - high, 1 - low), abs=5e-5)


def test_a_source_that_failed_is_not_available_and_never_zero():
    found = measure(database(), ["checks", "problem_found_rate", "clues"], {"checks": "failed"})
    assert [one.lacks for one in found] == ["checks (failed)", "checks (failed)", ""]
    assert found[0].value is None and found[2].value == 0


def test_without_steps_of_clues_what_rests_on_them_is_not_available():
    found = measure(database(), ["clues", "clues_pushed", "hit_rate"], {"clue_events": "not_configured"})
    assert [one.lacks for one in found] == ["", *["clue_events (not_configured)"] * 2]


def test_a_table_that_is_not_there_is_told():
    db = database()
    db.execute("drop table coverage")
    assert one(db, "observed_share_pm25").lacks == "coverage (absent)"


def test_where_nothing_was_observed_no_hot_cells_are_told():
    seen = {"product": "PM25", "date": date(2023, 3, 1), "city_idx": 10, "n_cells": 40}
    assert one(database(coverage=[seen | {"n_observed": 0}]), "hot_cells_pm25").lacks
    clear = one(database(coverage=[seen | {"n_observed": 30}]), "hot_cells_pm25")
    assert clear.value == 0 and clear.is_enough
    assert one(database(coverage=[seen | {"n_observed": 30}]), "observed_share_pm25").value == 0.75


# --- time -----------------------------------------------------------------------------------------------------------


def closed_after(number, hours):
    return life(number, ("PUSHED", 0, 24), ("CHECKING", 1, 120), ("NOT_CONFIRMED", 2, 120), ("CLOSED", hours, None))


def test_hours_to_close_are_median_and_90th_percentile_of_what_is_closed():
    events = [row for i in range(21) for row in closed_after(i, 10 * (i + 1))]
    db = database(clues=[clue(i, 1 + 4 + 32, state="CLOSED") for i in range(21)], clue_events=events)
    assert (one(db, "hours_to_close_p50").value, one(db, "hours_to_close_p90").value) == (110, 190)
    assert one(db, "hours_to_close_survival_p50").value == 110


def test_open_clues_lengthen_the_median_that_counts_them():
    events = [row for i in range(20) for row in closed_after(i, 10 * (i + 1))]
    events += [row for i in range(20, 40) for row in life(i, ("PUSHED", 0, 24))]
    clues = [clue(i, 37, state="CLOSED") for i in range(20)] + [clue(i, 1) for i in range(20, 40)]
    db = database(clues=clues, clue_events=events)
    found = one(db, "hours_to_close_p50")
    assert (found.value, found.numerator, found.denominator) == (105, 20, 40)
    assert one(db, "hours_to_close_survival_p50").value == 200


def test_clues_that_all_close_in_the_same_hour_have_that_median():
    events = [row for i in range(20) for row in closed_after(i, 30)]
    db = database(clues=[clue(i, 37, state="CLOSED") for i in range(20)], clue_events=events)
    assert one(db, "hours_to_close_survival_p50").value == 30


def test_a_median_that_is_not_reached_is_not_told():
    events = [row for i in range(40) for row in (closed_after(i, 50) if i < 10 else life(i, ("PUSHED", 0, 24)))]
    db = database(clues=[clue(i, 1) for i in range(40)], clue_events=events)
    found = one(db, "hours_to_close_survival_p50")
    assert found.value is None and not found.is_enough
    assert "no median yet" in reason(found).en


@pytest.mark.parametrize(
    ("days_ago", "relapse_after_days", "expected"),
    [(200, 100, (25, 25)), (200, 185, (0, 25)), (200, None, (0, 25)), (170, 100, (0, 0))],
    ids=["within", "too late to count", "never", "closed too lately to tell"],
)
def test_relapses_are_told_of_what_was_closed_180_days_ago(days_ago, relapse_after_days, expected):
    steps = [("RECHECK", 0, 360), ("CLOSED", 24, None)]
    if relapse_after_days:
        steps.append(("RELAPSED", 24 + 24 * relapse_after_days, 24))
    begin = AS_OF - timedelta(days=days_ago, hours=24)
    db = database(
        clues=[clue(i) for i in range(25)], clue_events=[row for i in range(25) for row in life(i, *steps, begin=begin)]
    )
    found = one(db, "relapse_rate")
    assert (found.numerator, found.denominator) == expected


WORK = {
    "kept": ((10, 20), (1, 1)),
    "rectified late": ((200, 210), (0, 1)),
    "re-checked late": ((10, 500), (0, 1)),
    "open": ((10, None), (0, 1)),
}


@pytest.mark.parametrize(("hours", "expected"), WORK.values(), ids=WORK.keys())
def test_closed_on_time_means_no_deadline_of_the_work_was_missed(hours, expected):
    reported, passed = hours
    steps = [("CONFIRMED", 0, 48), ("RECTIFYING", 1, 168), ("RECHECK", reported, 360)]
    steps += [("CLOSED", passed, None)] if passed else []
    found = one(database(clues=[clue(0, 8)], clue_events=life(0, *steps)), "on_time_rate")
    assert (found.numerator, found.denominator) == expected


def test_areas_are_due_once_the_last_deadline_before_a_verdict_has_passed():
    cells = {"cell_id": "G3-1", "county_idx": 110}
    clues = [clue(0, 1 + 4, **cells), clue(1, 1, **cells | {"cell_id": "G3-2"}), clue(2, 1, **cells | {"round_idx": 1})]
    clues.append(clue(3, 1, cell_id="G3-4", county_idx=65535, state="DISCARDED"))
    events = [*life(0, ("PUSHED", 0, 24), ("CHECKING", 20, 120), ("CONFIRMED", 50, 48)), *life(1, ("PUSHED", 0, 24))]
    events += [*life(2, ("PUSHED", 0, 24), begin=AS_OF), *life(3, ("PUSHED", 0, 24), ("RETURNED", 3, 24))]
    db = database(clues=clues, clue_events=events)
    assert one(db, "areas_pushed").value == 4 and one(db, "area_counties").value == 1
    found = one(db, "area_check_rate")
    assert (found.numerator, found.denominator) == (1, 2)


def test_only_the_six_best_of_a_team_and_day_count_for_the_hit_rate_at_six():
    clues = [clue(i, 1 + 4 + (8 if i < 5 else 0), score=1 - i / 100) for i in range(9)]
    db = database(clues=clues, clue_events=[row for i in range(9) for row in life(i, ("PUSHED", i / 10, 24))])
    found = one(db, "hit_rate_at_6")
    assert (found.numerator, found.denominator) == (5, 6)


# --- rounds and ranks -----------------------------------------------------------------------------------------------


def rounds():
    first = date(2023, 3, 2)
    days = [first + timedelta(days=14 * i) for i in range(4)]
    return [
        {"round_idx": i, "round_code": f"2023-R0{i + 1}", "year": 2023, "number": i + 1, "from_date": day,
         "to_date": day + timedelta(days=14)}
        for i, day in enumerate(days)
    ]  # fmt: skip


def two_rounds(**more):
    """City 10: 30 enterprises and 30 problems, then 40 and 60; city 20 only in the second, with 500 problems."""
    checks = [check(i) for i in range(30)] + [check(100 + i, round_idx=1) for i in range(40)]
    checks += [check(200 + i, round_idx=1, city=20) for i in range(50)]
    problems = [problem(i, i) for i in range(30)] + [problem(100 + i, 100 + i % 40) for i in range(60)]
    problems += [problem(200 + i, 200 + i % 50) for i in range(500)]
    return database(**{"rounds": rounds(), "checks": checks, "problems": problems} | more)


def keys(found):
    return {note.key for note in found.notes}


def test_rounds_are_compared_over_their_common_cities_with_both_denominators():
    found = round_on_round(two_rounds(), "problems_per_enterprise", "2023-R02")
    assert found.previous_code == "2023-R01" and found.n_cities == 1
    assert (found.now.numerator, found.now.denominator, found.now.value) == (60, 40, 1.5)
    assert (found.before.numerator, found.before.denominator, found.before.value) == (30, 30, 1.0)
    assert found.change == pytest.approx(0.5)
    lists = next(note for note in found.notes if note.key == "city_list_changed")
    assert (lists.now, lists.before) == (1, 0)
    assert {"selected", "same_cities", "better_targeting"} <= keys(found) <= set(dictionary().warning)


def test_a_round_with_too_few_is_not_compared():
    checks = [check(i) for i in range(19)] + [check(100 + i, round_idx=1) for i in range(40)]
    found = round_on_round(
        database(rounds=rounds(), checks=checks, problems=[problem(0, 0)]), "problem_found_rate", "2023-R02"
    )
    assert found.change is None and found.before.value is None and found.before.denominator == 19
    assert found.now.value == 0


def test_another_number_of_teams_is_told():
    same = round_on_round(two_rounds(), "problem_found_rate", "2023-R02")
    assert "team_count_changed" not in keys(same)
    checks = [check(i, team=i % 3) for i in range(30)] + [check(100 + i, round_idx=1, team=i % 5) for i in range(30)]
    found = round_on_round(two_rounds(checks=checks, problems=[]), "problem_found_rate", "2023-R02")
    note = next(note for note in found.notes if note.key == "team_count_changed")
    assert (note.now, note.before) == (5, 3)


def versions(now, before):
    findings = [{"clue_id": "1", "rule_id": "R01", "rule_version": before}]
    findings += [{"clue_id": "2", "rule_id": "R01", "rule_version": now}]
    return two_rounds(findings=findings, clues=[clue(1), clue(2, round_idx=1)])


def test_other_versions_of_rules_are_told_and_so_is_not_knowing():
    changed = round_on_round(versions("2", "1"), "problem_found_rate", "2023-R02")
    assert "rule_version_changed" in keys(changed)
    assert not {"rule_version_changed", "rule_version_unknown"} & keys(
        round_on_round(versions("1", "1"), "problem_found_rate", "2023-R02")
    )
    assert "rule_version_unknown" in keys(round_on_round(two_rounds(), "problem_found_rate", "2023-R02"))


def test_a_rule_that_became_valid_in_between_is_told():
    methods = [{"rule_id": "R01", "valid_from": date(2023, 3, 20)}, {"rule_id": "R02", "valid_from": date(2020, 1, 1)}]
    found = round_on_round(two_rounds(rule_methods=methods), "problem_found_rate", "2023-R02")
    assert next(note.now for note in found.notes if note.key == "rule_version_changed") == 1


def test_a_round_that_is_not_over_is_told():
    db = two_rounds(as_of=datetime(2023, 3, 25))
    assert "round_unfinished" in keys(round_on_round(db, "problem_found_rate", "2023-R02"))
    assert "round_unfinished" not in keys(round_on_round(two_rounds(), "problem_found_rate", "2023-R02"))


@pytest.mark.parametrize(
    ("metric_id", "code", "why"),
    [
        ("problems", "2023-R02", "can't be compared round on round"),
        ("hit_rate", "2023-R02", "can't be compared round on round"),
        ("problem_found_rate", "2023-R01", "is the first"),
        ("problem_found_rate", "1999-R01", "there is no round"),
    ],
)
def test_what_can_not_be_compared_is_refused_in_one_line(metric_id, code, why):
    with pytest.raises(FusionError, match=why):
        round_on_round(two_rounds(), metric_id, code)


def test_cities_are_ranked_by_the_lower_bound_and_small_ones_are_not():
    """City 10: 20 of 20; city 11: 96 of 100, which is surer; city 12: 5 of 5, too few."""
    sizes = {10: (20, 20), 11: (100, 96), 12: (5, 5)}
    checks = [check(1000 * city + i, city=city) for city, (n, _) in sizes.items() for i in range(n)]
    problems = [problem(1000 * c + i, 1000 * c + i) for c, (_, found) in sizes.items() for i in range(found)]
    found = ranking(database(checks=checks, problems=problems), "problem_found_rate", "city")
    assert [(one.idx, one.place, one.measured.denominator) for one in found] == [
        (11, 1, 100),
        (10, 2, 20),
        (12, None, 5),
    ]
    assert found[0].measured.value < found[1].measured.value


@pytest.mark.parametrize("metric_id", ["problems", "observed_share_pm25", "hit_lift", "ranking"])
def test_only_rates_of_checks_or_clues_are_ranked(metric_id):
    with pytest.raises(FusionError, match="can't be ranked"):
        ranking(database(), metric_id, "city")


# --- the command ----------------------------------------------------------------------------------------------------


@pytest.fixture
def run():
    app = typer.Typer()
    app.command()(show_metrics)
    return lambda *arguments: CliRunner().invoke(app, [str(one) for one in arguments])


def test_the_command_shows_values_and_why_there_is_none(run, built):
    shown = run("--snapshots", built.path.parent)
    assert shown.exit_code == 0
    assert "enterprises_checked" in shown.stdout and "not available: needs transmission_days (E07)" in shown.stdout
    assert run("--markdown").stdout == metrics_markdown()


def test_the_command_refuses_in_one_line(run, tmp_path, built):
    for arguments in (("--snapshots", tmp_path), ("--snapshots", built.path.parent, "--metric", "nonsense")):
        shown = run(*arguments)
        assert shown.exit_code == 2 and len(shown.output.strip().splitlines()) == 1
