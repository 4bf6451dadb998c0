from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import fusion_builders as make
import numpy as np
import pyarrow.parquet as pq
import pytest

from fusion import pipeline
from fusion.ring_test import RING_BELOW, RING_PASSED, RING_UNKNOWN, ring_days
from fusion.rulebook import load_rules
from fusion.rules import R29

CELLS = 80
RNG = np.random.default_rng(7)


def background(days: int) -> np.ndarray:
    return 30.0 + RNG.uniform(-2, 2, (days, CELLS))


@pytest.fixture
def hotspots(given, config, tmp_path):
    def build(grid_rows=None, detections=None):
        given["campaign"].pop("satellite_grid", None)
        if grid_rows is not None:
            given["campaign"]["satellite_grid"] = grid_rows
        if detections is not None:
            given["campaign"]["satellite_detections"] = detections
        return pipeline.build(config, tmp_path / "snapshots", now=make.NOW)

    return build


def rows(snapshot, name="hotspots"):
    return pq.read_table(snapshot.table(name)).to_pylist()


def test_cell_far_above_its_city_is_hot(hotspots):
    values = background(1)
    values[0, 7] = 80.0
    found = rows(hotspots(make.grid_rows(values)))
    assert len(found) == 1
    assert found[0]["value"] == 80.0 and found[0]["unit"] == "ug/m3" and 0 < found[0]["level"] < 255
    assert (found[0]["city_idx"], found[0]["county_idx"], found[0]["round_idx"]) == (1, 3, 0)


def test_highest_cell_of_a_day_without_contrast_is_not_hot(hotspots):
    values = background(1)
    values[0, 7] = 38.0
    assert rows(hotspots(make.grid_rows(values))) == []


def test_no_more_than_three_in_a_hundred_cells_are_hot(hotspots):
    values = background(1)
    values[0, :20] = 80.0 + np.arange(20)
    assert len(rows(hotspots(make.grid_rows(values)))) == 2


def test_cloudy_cell_is_neither_hot_nor_clean(hotspots):
    values = background(3)
    values[:, 7] = 80.0
    valid = np.ones(values.shape, dtype=bool)
    valid[1, 7] = False
    snapshot = hotspots(make.grid_rows(values, valid))
    found = rows(snapshot)
    assert [(row["date"].day, row["n_valid_days"], row["n_hot_days"]) for row in found] == [(2, 1, 1), (4, 2, 2)]
    assert {row["ring"] for row in found} == {RING_PASSED}
    assert [(row["n_cells"], row["n_observed"]) for row in rows(snapshot, "coverage")] == [(80, 80), (80, 79), (80, 80)]


def test_day_without_any_observation_is_in_the_coverage(hotspots):
    values = background(1)
    snapshot = hotspots(make.grid_rows(values, np.zeros(values.shape, dtype=bool)))
    assert rows(snapshot) == []
    assert [(row["n_cells"], row["n_observed"]) for row in rows(snapshot, "coverage")] == [(80, 0)]


def test_persistence_looks_at_the_last_ten_observed_days(hotspots):
    values = background(13)
    values[[0, 1, 12], 7] = 80.0
    found = rows(hotspots(make.grid_rows(values)))
    assert [(row["n_valid_days"], row["n_hot_days"]) for row in found] == [(1, 1), (2, 2), (10, 1)]
    assert not any(row["persists"] for row in found)


def test_a_cell_hot_on_half_of_its_observed_days_persists_from_then_on(hotspots):
    values = background(12)
    values[:6, 33] = 80.0
    found = rows(hotspots(make.grid_rows(values)))
    assert [row["persists"] for row in found] == [False] * 4 + [True] * 2


def test_a_cell_no_higher_than_its_surroundings_is_shown_but_did_not_pass(hotspots):
    values = RNG.uniform(20, 68, (1, CELLS))
    values[0, 33] = 70.0
    (found,) = [row for row in rows(hotspots(make.grid_rows(values))) if row["value"] == 70.0]
    assert found["ring"] == RING_BELOW and 0 < found["ring_z"] < 2 and found["n_hot_days"] == 0


def test_a_cell_whose_ring_was_not_observed_is_neither_passed_nor_failed(hotspots):
    values = background(1)
    values[0, 0] = 80.0  # in the corner of what was observed
    (found,) = rows(hotspots(make.grid_rows(values)))
    assert found["ring"] == RING_UNKNOWN and found["ring_z"] is None and found["n_hot_days"] == 0


def test_the_layer_calls_persistent_what_rule_r29_calls_persistent(given, config, tmp_path, monkeypatch):
    values = background(12)
    values[4:, 33] = 60.0
    values[::2, 40] = 60.0
    values[:, 9] = 45.0
    valid = RNG.random(values.shape) > 0.2
    kept: dict[str, Any] = {}

    def and_keep(engine):
        kept["cells"], kept["days"] = engine.table("cells"), engine.table("grid_days")
        return ring_days(engine)

    steps = tuple(one._replace(made_by=and_keep) if one.name == "ring_days" else one for one in pipeline.STEPS)
    monkeypatch.setattr(pipeline, "STEPS", steps)
    given["campaign"]["satellite_grid"] = make.grid_rows(values, valid)
    found = rows(pipeline.build(config, tmp_path / "snapshots", now=make.NOW))
    cells = kept["cells"].to_pylist()
    grid = R29.Grid(
        ids=[str(one["cell_idx"]) for one in cells],
        col=np.array([one["cell_col"] for one in cells], dtype=np.int64),
        row=np.array([one["cell_row"] for one in cells], dtype=np.int64),
        city=np.zeros(len(cells), dtype=np.int64),
        lon=np.array([one["lon_deg"] for one in cells]),
        lat=np.array([one["lat_deg"] for one in cells]),
    )
    measured = np.full((len(cells), 12), np.nan, dtype=np.float32)
    for row in kept["days"].to_pylist():
        if row["value"] is not None:
            measured[row["cell_idx"], (row["date"] - make.DAY).days] = row["value"]
    for day in range(5, 12):
        hot = R29.persistent(measured[:, : day + 1], grid, load_rules()["R29"].values())
        by_rule = {(cells[int(one)]["cell_col"], cells[int(one)]["cell_row"]) for one in hot.cell}
        shown = [row for row in found if (row["date"] - make.DAY).days == day]
        by_layer = {(row["cell_col"], row["cell_row"]) for row in shown if row["persists"]}
        assert by_layer == by_rule & {(row["cell_col"], row["cell_row"]) for row in shown}, day
    assert any(row["persists"] for row in found)


def test_stronger_cell_is_drawn_stronger_up_to_the_end_of_the_scale(hotspots):
    values = background(3)
    values[:, 7] = (60.0, 120.0, 900.0)
    levels = [row["level"] for row in rows(hotspots(make.grid_rows(values)))]
    assert levels == sorted(levels) and len(set(levels)) == 3 and levels[-1] == 255


def detection(number, lon_deg, lat_deg, day, frp_mw):
    return {
        "detection_id": str(number),
        "satellite": "NOAA-20",
        "instrument": "VIIRS",
        "observed_at": datetime.combine(day, datetime.min.time()) + timedelta(hours=13),
        "observed_date": day,
        "lon_deg": lon_deg,
        "lat_deg": lat_deg,
        "frp_mw": frp_mw,
        "scan_km": 0.4,
        "confidence": "nominal",
        "processing": "nrt",
    }


def test_fire_is_the_sum_of_its_pixels_by_cell_and_day(hotspots):
    lon, lat = make.WEST + 0.5, make.SOUTH + 0.2
    pixels = [detection(1, lon, lat, make.DAY, 10.0), detection(2, lon + 0.001, lat, make.DAY, 2.5)]
    pixels.append(detection(3, lon, lat, make.DAY + timedelta(days=6), None))
    pixels.append(detection(4, lon, lat, make.DAY + timedelta(days=7), 1.0))
    found = rows(hotspots(detections=make.table("satellite_detections", pixels)))
    assert [(row["product"], row["value"], row["unit"]) for row in found[:2]] == [
        ("FIRE", 12.5, "MW"),
        ("FIRE", 0.0, "MW"),
    ]
    assert [(row["n_valid_days"], row["n_hot_days"]) for row in found] == [(0, 1), (0, 2), (0, 2)]
    assert (found[0]["county_idx"], found[0]["native_km"]) == (3, pytest.approx(0.4))


def test_fire_outside_every_county_is_kept_and_one_outside_the_grid_is_told(hotspots):
    pixels = [detection(1, 105.0, 48.0, make.DAY, 3.0), detection(2, -60.0, -10.0, make.DAY, 3.0)]
    snapshot = hotspots(detections=make.table("satellite_detections", pixels))
    found = rows(snapshot)
    assert [(row["county_idx"], row["city_idx"]) for row in found] == [(65535, 65535)]
    assert snapshot.manifest.left_out["satellite_detections outside the national grid"] == 1
