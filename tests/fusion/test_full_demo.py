from __future__ import annotations

import json
import shutil
from datetime import datetime
from pathlib import Path

import duckdb
import pyarrow.parquet as pq
import pytest
from dossier_builders import SCALE, demo_folder
from metrics_recount import durations, recount
from test_metrics import ANSWERED, assert_same
from typer.testing import CliRunner

from data_adapters.catalogue import CATEGORIES
from fusion.__main__ import app
from fusion.metrics import SCOPED, lacking, measure, opened
from fusion.snapshot import open_current


def run(*words):
    return CliRunner().invoke(app, [str(word) for word in words])


@pytest.fixture(scope="module")
def demo(tmp_path_factory) -> Path:
    """The full demo, a hundredth of its size: snapshots, and beside them the store."""
    return shutil.copytree(demo_folder(), tmp_path_factory.mktemp("full") / "demo")


@pytest.fixture(scope="module")
def snapshot(demo):
    return open_current(demo / "snapshots")


def rows(snapshot, name):
    return pq.read_table(snapshot.table(name)).to_pylist()


def stored(demo, name, code):
    return str(demo / "demo-full" / "store" / name / code / "day=*" / "part.parquet")


def test_all_49_categories_are_connected_with_every_row_of_the_plan(snapshot):
    found = {row["code"]: row for row in rows(snapshot, "categories")}
    assert list(found) == list(CATEGORIES)
    assert {code: row["rows"] for code, row in found.items()} == {
        code: max(1, round(one.rows_per_round * float(SCALE))) for code, one in CATEGORIES.items()
    }
    assert {row["state"] for row in found.values()} <= {"on_time", "late", "snapshot"}


def test_every_file_of_the_store_is_in_the_account(snapshot):
    files = rows(snapshot, "source_files")
    assert {row["source"] for row in files} >= set(CATEGORIES)
    assert all(row["read"] == row["accepted"] + row["rejected"] and len(row["sha256"]) == 64 for row in files)
    of_categories = [row["accepted"] for row in files if row["source"] in CATEGORIES]
    assert sum(of_categories) == sum(row["rows"] for row in rows(snapshot, "categories"))


def test_rows_that_must_be_refused_are_with_their_place_and_personal_ones_masked(snapshot):
    refused = rows(snapshot, "rejects")
    assert {row["source"] for row in refused} == {"B02", "D01", "E01", "F02", "G01", "I01"}
    assert all(row["file"] == "rows-to-refuse.csv" and row["row"] >= 1 and row["column"] for row in refused)
    assert "twelve" in {row["value"] for row in refused if row["source"] == "B02"}
    assert all(row["value"].startswith("***") for row in refused if row["source"] == "I01")
    files = [row for row in rows(snapshot, "source_files") if row["path"] == "rows-to-refuse.csv"]
    assert len(files) == 6 and all(row["accepted"] == 0 < row["rejected"] == row["read"] for row in files)


def test_samples_show_every_category_but_those_of_personal_data(snapshot):
    shown = {row["code"] for row in rows(snapshot, "category_samples")}
    assert shown == {code for code, one in CATEGORIES.items() if one.data_class != "personal"}
    assert all(json.loads(row["row_json"]) for row in rows(snapshot, "category_samples"))


def test_emissions_are_the_days_of_the_store_with_the_hours_over_the_limit_counted(demo, snapshot):
    days = duckdb.sql(f"""
        select count(*), sum(nox_kg) from read_parquet('{stored(demo, "cems_days", "E02")}')
        where outlet_id in (select outlet_id from read_parquet('{stored(demo, "permit_limits", "G02")}'))
    """).fetchall()[0]
    told = duckdb.sql(f"""
        select sum(n_outlets) filter (pollutant = 'NOx'), sum(emission_kg) filter (pollutant = 'NOx'), sum(exceed_hours)
        from read_parquet('{snapshot.table("emission_daily")}')
    """).fetchall()[0]
    assert told[0] <= days[0] and told[1] == pytest.approx(days[1], rel=1e-4)
    assert told[2] > 200  # the reference case alone has more than that


def test_every_figure_is_what_a_recount_finds_those_of_registers_too(snapshot):
    tables = {name: rows(snapshot, name) for name in SCOPED if name != "moment"}
    arrived = {row["code"] for row in rows(snapshot, "categories") if row["rows"]}
    as_of = datetime.fromisoformat(snapshot.manifest.as_of)
    with opened(snapshot) as db:
        ((last_day,),) = db.execute("select last_day from moment").fetchall()
        found = measure(db, ANSWERED, lacking(snapshot.manifest))
    assert_same(found, recount(tables, as_of, last_day, arrived), durations(tables, as_of))
    told = {one.id: one for one in found}
    assert told["effective_transmission_rate"].value > 0.9 and told["cases_to_police"].value > 0
    cut = told["emergency_reduction_rate"]
    assert (cut.numerator, cut.denominator, cut.is_enough) == (8, 9, False)  # all but the positive of R22
    assert 0.5 < told["problem_closed_rate"].value < 1


def test_reference_case_is_a_clue_of_this_round_with_its_onset(demo):
    store, campaign = demo / "demo-full" / "store", demo / "demo-full" / "campaign"
    answer = run("evaluate", "--store", store, "--campaign", campaign, "--rule", "R01", "--json")
    (row,) = json.loads(answer.stdout)
    assert (row["positives_found"], row["lookalikes_refused"], row["negatives_refused"]) == (1, 1, 1)
    assert row["findings"] == row["findings_true"] == 1 and row["onset_error_h"] == 0


def test_earlier_rounds_have_people_in_them_and_this_round_does_not(snapshot):
    checks = duckdb.sql(f"select round_idx, count(*) from '{snapshot.table('checks')}' group by all order by all")
    assert [row[0] for row in checks.fetchall()] == list(range(10))
    assert len(rows(snapshot, "rounds")) == 11 and len(rows(snapshot, "teams")) == 40


def test_a_team_is_called_after_its_city_as_the_city_is_called_in_both_languages(snapshot):
    cities = {row["adcode"]: row for row in rows(snapshot, "places")}
    for team in rows(snapshot, "teams"):
        city, n = cities[team["city_adcode"]], team["number"]
        assert team["name_zh"] == f"{city['name_zh']}专业{n}组"
        assert team["name_en"] == f"{city['name_en']} professional team {n}"


def test_problems_of_this_year_are_those_the_teams_found(demo, snapshot):
    past = duckdb.sql(f"""
        select problem_id, enterprise_id from read_parquet('{stored(demo, "past_problems", "H02")}')
        where round_code like '2023-%'
    """).fetchall()
    found = [(row["problem_id"], row["enterprise_id"]) for row in rows(snapshot, "problems")]
    assert sorted(past) == sorted(found)


def test_findings_and_their_clues_tell_the_same(snapshot):
    clues = {row["clue_id"]: row for row in rows(snapshot, "clues")}
    findings = rows(snapshot, "findings")
    assert findings
    for one in findings:
        clue = clues[one["clue_id"]]
        assert clue["window_from"] == one["window_from"] and clue["severity"] == one["severity"]
        assert isinstance(json.loads(one["facts"]), dict)


def test_reference_case_shows_its_curve_under_the_limit_and_the_marks(snapshot):
    (case,) = [row for row in rows(snapshot, "findings") if row["rule_id"] == "R01"]
    assert str(case["onset_at"]) == "2023-07-10 21:00:00" and str(case["told_date"]) == "2023-07-11"
    assert json.loads(case["facts"])["hours"] == 237 and case["severity"] == 1
    series = [row for row in rows(snapshot, "evidence_series") if row["clue_id"] == case["clue_id"]]
    nox = [row for row in series if row["series"] == "NOx"]
    over = [row for row in nox if row["value"] > row["limit_value"]]
    assert len(over) >= 237 and all(row["mark"] for row in over[:237]) and {row["unit"] for row in nox} == {"mg/m3"}
    assert [row["time"] for row in nox] == sorted(row["time"] for row in nox) and nox[0]["time"] < case["onset_at"]


def test_nine_kinds_of_data_support_speak_against_are_silent_or_saw_nothing(snapshot):
    told = rows(snapshot, "evidence_kinds")
    assert {row["says"] for row in told} == {"supports", "against", "silent", "not_observed"}
    assert len(told) == 9 * len(rows(snapshot, "findings")) and len({row["kind"] for row in told}) == 9
    rule_of = {row["clue_id"]: row["rule_id"] for row in rows(snapshot, "findings")}
    of_r01 = {row["kind"]: row["says"] for row in told if rule_of[row["clue_id"]] == "R01"}
    assert of_r01["cems"] == "supports"


def test_no_team_is_sent_to_more_enterprises_than_its_cap_and_nobody_on_the_watch_list_is_pushed(snapshot):
    plan = rows(snapshot, "push_plan")
    severity = {row["clue_id"]: row["severity"] for row in rows(snapshot, "findings")}
    assert {row["clue_id"] for row in plan} == set(severity)
    sent = [row for row in plan if row["why_not"] is None]
    assert sent and all(1 <= row["place"] <= 6 and severity[row["clue_id"]] < 3 for row in sent)
    assert all(row["why_not"] == "watch_list" for row in plan if severity[row["clue_id"]] == 3)
    assert all(row["place"] > 6 for row in plan if row["why_not"] == "team_full")


def test_exceedance_for_days_suggests_supervision_and_a_yellow_one_no_listing(snapshot):
    board = rows(snapshot, "supervision")
    facts = {row["clue_id"]: json.loads(row["facts"]) for row in rows(snapshot, "findings")}
    of_r12 = [row for row in board if row["rule_id"] == "R12"]
    assert of_r12 and all(facts[row["clue_id"]]["level"] == row["level"] for row in of_r12)
    assert all(row["is_listed"] == (row["level"] == "red") for row in board)


def test_each_patch_of_bare_ground_stands_as_its_latest_image_shows_it(demo, snapshot):
    images = (
        duckdb.sql(f"select * from read_parquet('{stored(demo, 'bare_land', 'A08')}')").to_arrow_table().to_pylist()
    )
    latest = {image["patch_id"]: image for image in sorted(images, key=lambda image: image["image_date"])}
    listed = {row["patch_id"]: row for row in rows(snapshot, "land_patches")}
    assert set(listed) == set(latest)
    for patch, row in listed.items():
        shown = latest[patch]
        assert (row["image_date"], row["land_use"], row["is_covered"]) == (
            shown["image_date"], shown["land_use"], shown["is_covered"],
        )  # fmt: skip
        assert row["n_images"] == sum(image["patch_id"] == patch for image in images)


def test_building_again_takes_the_store_as_it_is(demo):
    before = (demo / "demo-full" / "store" / "accounts.json").stat().st_mtime_ns
    answer = run("build", "--demo", "full", "--scale", SCALE, "--out", demo / "snapshots", "--json")
    assert answer.exit_code == 0
    assert (demo / "demo-full" / "store" / "accounts.json").stat().st_mtime_ns == before


def test_replay_tells_what_another_threshold_would_raise_and_stores_nothing(demo):
    store = demo / "demo-full" / "store"
    before = sorted(store.rglob("*"))
    words = ("replay", "--store", store, "--rule", "R01", "--from", "2023-07-20", "--to", "2023-07-22", "--json")
    stricter = json.loads(run(*words, "--set", "h_min=400").stdout)
    assert (stricter["now"], stricter["then"]) == (1, 0)
    assert [row["pollutant"] for row in stricter["fewer"]] == ["NOx"] and stricter["more"] == []
    assert sorted(store.rglob("*")) == before
    wrong = run(*words, "--set", "h_mni=400")
    assert wrong.exit_code == 2 and "h_mni" in wrong.stderr and "h_min" in wrong.stderr


def test_rollback_makes_the_snapshot_before_current_again(demo):
    root = demo / "snapshots"
    listed = json.loads(run("snapshots", "list", "--out", root, "--json").stdout)
    assert [row["is_current"] for row in listed] == [False] * (len(listed) - 1) + [True]
    answer = run("snapshots", "rollback", "--out", root)
    assert answer.exit_code == 0 and (root / "CURRENT").read_text().strip() == listed[-2]["id"]
    back = run("snapshots", "rollback", listed[-1]["id"], "--out", root)
    assert back.exit_code == 0 and (root / "CURRENT").read_text().strip() == listed[-1]["id"]
