from __future__ import annotations

from datetime import datetime, timedelta

import fusion_builders as make
import numpy as np
import pyarrow.parquet as pq
import pytest

from fusion import pipeline

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
    assert [(row["n_cells"], row["n_observed"]) for row in rows(snapshot, "coverage")] == [(80, 80), (80, 79), (80, 80)]


def test_day_without_any_observation_is_in_the_coverage(hotspots):
    values = background(1)
    snapshot = hotspots(make.grid_rows(values, np.zeros(values.shape, dtype=bool)))
    assert rows(snapshot) == []
    assert [(row["n_cells"], row["n_observed"]) for row in rows(snapshot, "coverage")] == [(80, 0)]


def test_persistence_looks_at_the_last_seven_observed_days(hotspots):
    values = background(10)
    values[[0, 1, 9], 7] = 80.0
    found = rows(hotspots(make.grid_rows(values)))
    assert [(row["n_valid_days"], row["n_hot_days"]) for row in found] == [(1, 1), (2, 2), (7, 1)]


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
