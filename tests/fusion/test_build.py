from __future__ import annotations

from datetime import timedelta

import fusion_builders as make
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest

from fusion import pipeline
from fusion.config import SourceConfig
from fusion.errors import FusionError
from fusion.layout import TABLES
from fusion.snapshot import current_id


def read(snapshot, name):
    return pq.read_table(snapshot.table(name))


def stages_of(snapshot):
    clues = read(snapshot, "clues")
    return dict(zip(clues["clue_id"].to_pylist(), clues["stages"].to_pylist(), strict=True))


def test_every_table_of_the_layout_is_there(built):
    assert set(built.manifest.tables) == set(TABLES)
    assert all(entry.rows == read(built, name).num_rows for name, entry in built.manifest.tables.items())


def test_manifest_accounts_for_every_source_and_table(built):
    states = {name: state.state for name, state in built.manifest.states.items()}
    assert states["clues"] == "ready" and states["satellite_detections"] == "not_configured"
    assert [entry.name for entry in built.manifest.sources] == ["boundaries", "region_groups", "campaign"]
    assert all(entry.read == entry.accepted + sum(entry.rejected.values()) for entry in built.manifest.sources)
    assert built.manifest.is_synthetic and built.manifest.as_of == "2023-03-10T12:00:00"


def test_rebuilding_gives_the_same_checksums(given, config, built, tmp_path):
    again = pipeline.build(config, tmp_path / "again", now=make.NOW + timedelta(days=3))
    assert again.manifest.tables == built.manifest.tables
    assert again.id.split("-")[1] == built.id.split("-")[1]


def test_order_of_the_input_changes_nothing(given, config, built, tmp_path):
    given["campaign"] = {name: data.take(list(range(data.num_rows))[::-1]) for name, data in given["campaign"].items()}
    again = pipeline.build(config, tmp_path / "again", now=make.NOW)
    assert again.manifest.tables == built.manifest.tables


def test_places_are_provinces_then_cities_then_counties(built):
    places = read(built, "places")
    assert places["level"].to_pylist() == [0, 1, 1, 2, 2, 2, 2]
    assert places["parent_idx"].to_pylist() == [-1, 0, 0, 1, 1, 2, 2]
    assert places["max_lon"].to_pylist()[0] == make.WEST + 2


def test_enterprise_without_a_county_gets_the_one_it_lies_in(built):
    enterprises = read(built, "enterprises")
    assert enterprises["enterprise_id"].to_pylist() == ["E1", "E2"]
    assert enterprises["county_idx"].to_pylist() == [3, 4]
    assert enterprises["city_idx"].to_pylist() == [1, 1] and enterprises["n_outlets"].to_pylist() == [2, 0]


@pytest.mark.parametrize(
    ("history", "stages"),
    [
        ("untouched", 0),
        ("screened", 0),
        ("discarded", 0),
        ("pushed", 1),
        ("returned", 1 + 2),
        ("checking", 1 + 2),
        ("denied", 1 + 2 + 4 + 32),
        ("rectifying", 1 + 2 + 4 + 8),
        ("fixed", 1 + 2 + 4 + 8 + 16 + 32),
        ("relapsed", 1 + 2 + 4 + 8),
        ("denied after relapse", 1 + 2 + 4 + 8 + 32),
    ],
)
def test_stages_of_a_clue_follow_its_history(built, history, stages):
    assert stages_of(built)[history] == stages


def test_a_clue_is_overdue_after_its_deadline_while_the_clock_runs(given, config, tmp_path):
    deadlines = {
        "checking": -timedelta(hours=1),
        "pushed": timedelta(hours=1),
        "rectifying": -timedelta(days=1),
        "suspended": -timedelta(days=1),
        "fixed": -timedelta(days=1),
        "discarded": -timedelta(days=1),
    }
    rows = [make.events(name, make.HISTORIES[name], make.NOON + due) for name, due in deadlines.items()]
    given["campaign"]["clue_events"] = make.table("clue_events", [row for history in rows for row in history])
    stages = stages_of(pipeline.build(config, tmp_path, now=make.NOW))
    assert {name for name in deadlines if stages[name] & 64} == {"checking", "rectifying"}


def test_history_that_begins_late_still_counts_what_went_before(given, config, tmp_path):
    given["campaign"]["clue_events"] = make.table("clue_events", make.events("pushed", make.HISTORIES["fixed"])[4:])
    snapshot = pipeline.build(config, tmp_path / "snapshots", now=make.NOW)
    assert stages_of(snapshot)["pushed"] == 2 + 4 + 8 + 16 + 32


def test_clue_without_events_is_identified_since_its_detection(built):
    clue = read(built, "clues").filter(pc.field("clue_id") == "untouched").to_pylist()[0]
    assert clue["state"] == "IDENTIFIED" and clue["state_since"] == clue["detected_at"]
    assert clue["enterprise_idx"] == -1 and clue["team_idx"] == 255 and clue["industry_idx"] == 255


def test_clue_carries_the_last_team_and_its_place(built):
    clue = read(built, "clues").filter(pc.field("clue_id") == "fixed").to_pylist()[0]
    assert (clue["team_idx"], clue["county_idx"], clue["city_idx"], clue["round_idx"]) == (0, 3, 1, 0)


def test_check_counts_its_problems(built):
    check = read(built, "checks").to_pylist()[0]
    assert (check["n_problems"], check["n_prominent"], check["round_idx"]) == (2, 1, 0)


def test_emission_of_an_enterprise_is_over_its_outlets(built):
    day = read(built, "emission_daily").to_pylist()
    assert len(day) == 1
    assert day[0]["concentration_mg_m3"] == 50.0 and day[0]["emission_kg"] == 3.5
    assert (day[0]["n_outlets"], day[0]["valid_hours"], day[0]["exceed_hours"]) == (2, 48, 20)


def test_failing_source_keeps_the_others(given, config, tmp_path):
    given["firms"] = "fires.csv: is empty"
    config = config.model_copy(update={"source": (SourceConfig(name="firms"), *config.source)})
    snapshot = pipeline.build(config, tmp_path / "snapshots", now=make.NOW)
    state = snapshot.manifest.states["satellite_detections"]
    assert state.state == "failed" and state.error == "fires.csv: is empty"
    assert snapshot.manifest.tables["clues"].rows == len(make.HISTORIES) + 1


def test_build_whose_sources_all_fail_does_not_replace_the_last_snapshot(given, config, built):
    given["campaign"] = "campaign.csv: is empty"
    with pytest.raises(FusionError, match="every source failed: campaign: campaign.csv: is empty"):
        pipeline.build(config, built.path.parent, now=make.NOW)
    assert current_id(built.path.parent) == built.id


def test_failing_boundaries_stop_the_build_and_leave_current(given, config, built):
    given["boundaries"] = "no.geojson: no such file"
    with pytest.raises(FusionError, match="nothing can be placed without boundaries"):
        pipeline.build(config, built.path.parent, now=make.NOW)
    assert current_id(built.path.parent) == built.id


def test_repeated_rows_are_counted_and_left_out(given, config, tmp_path):
    enterprises = given["campaign"]["enterprises"]
    given["campaign"]["enterprises"] = pa.concat_tables([enterprises, enterprises.slice(0, 1)])
    snapshot = pipeline.build(config, tmp_path / "snapshots", now=make.NOW)
    assert snapshot.manifest.tables["enterprises"].rows == 2
    assert snapshot.manifest.sources[2].duplicates == {"enterprises": 1}


def test_rows_that_refer_to_nothing_are_told(given, config, tmp_path):
    stray = {**given["campaign"]["inspections"].to_pylist()[0], "inspection_id": "I2", "enterprise_id": "E9"}
    given["campaign"]["inspections"] = make.table("inspections", [stray])
    snapshot = pipeline.build(config, tmp_path / "snapshots", now=make.NOW)
    assert snapshot.manifest.left_out == {"inspections of enterprises that are not in the register": 1}


def test_listed_source_stands_before_the_built_in_one(given, config, tmp_path):
    group = {"group_code": "X", "name_zh": "甲", "name_en": "X", "city_adcode": "340100", "valid_from": make.DAY}
    given["region_groups"] = {"region_groups": make.table("region_groups", [{**group, "group_code": "BUILT_IN"}])}
    given["campaign"]["region_groups"] = make.table("region_groups", [group])
    snapshot = pipeline.build(config, tmp_path / "snapshots", now=make.NOW)
    assert read(snapshot, "place_groups")["group_code"].to_pylist() == ["X"]
    assert snapshot.manifest.states["region_groups"].source == "campaign"


def test_steps_name_only_tables_of_the_layout():
    assert {step.becomes for step in pipeline.STEPS if step.becomes} <= set(TABLES)


def test_a_position_in_the_sea_is_told_with_its_evidence_and_not_moved(given, config, tmp_path):
    firms = given["campaign"]["enterprises"].to_pylist()
    firms[0] |= {"lon_raw": "38.5", "lat_raw": "115.5"}
    given["campaign"]["enterprises"] = pa.Table.from_pylist(firms, schema=given["campaign"]["enterprises"].schema)
    made = pipeline.build(config, tmp_path / "fix", now=make.NOW)
    told = {row["enterprise_id"]: row for row in read(made, "positions_to_fix").to_pylist()}
    assert firms[0]["enterprise_id"] in told and told[firms[0]["enterprise_id"]]["lon_raw"] == "38.5"
