from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scattered_points import scattered, written

from data_adapters.places.coordinates import gcj02_to_bd09, unchanged, wgs84_to_bd09, wgs84_to_gcj02
from data_adapters.places.findings import check_points

SYSTEMS = {"wgs84": unchanged, "gcj02": wgs84_to_gcj02, "bd09": wgs84_to_bd09}


def in_system(points: pd.DataFrame, system: str) -> pd.DataFrame:
    return written(points, *SYSTEMS[system](points["lon_true"].to_numpy(), points["lat_true"].to_numpy()))


def finding(points, places, **options):
    found = check_points({"r": points}, places, **options)
    return found, found.evidence.to_pylist()[0]


@pytest.mark.parametrize("seed", range(1))
@pytest.mark.parametrize("system", ["wgs84", "gcj02", "bd09"])
def test_system_of_1000_points_is_detected(places, system, seed):
    found, told = finding(in_system(scattered(places, 1000, seed), system), places)
    assert told["detected"] == system
    assert told["confidence"] >= 0.95
    assert told[f"share_{system}"] == pytest.approx(1.0, abs=0.002)
    assert found.counts.get(f"datum_{system}", 0) == (0 if system == "wgs84" else 1000)


def test_suggestion_for_a_shifted_point_is_the_true_one(places):
    points = in_system(scattered(places, 1000, 9), "gcj02")
    found, _ = finding(points, places)
    shifted = found.to_fix.to_pandas().query("problem == 'datum_gcj02'").merge(points, on="register_key")
    assert np.abs(shifted["suggested_lon_deg"] - shifted["lon_true"]).max() < 2e-6
    assert np.abs(shifted["suggested_lat_deg"] - shifted["lat_true"]).max() < 2e-6


@pytest.mark.parametrize("seed", range(6))
def test_clean_register_with_usual_dirt_raises_no_false_alarm(places, seed):
    rng = np.random.default_rng(seed)
    points = scattered(places, 1200, 100 + seed)
    jitter = rng.normal(0, 0.0007, (2, 1200))  # some 70 m
    points = written(points, points["lon_true"] + jitter[0], points["lat_true"] + jitter[1])
    wrong = rng.random(1200) < 0.03
    points["adcode"] = points["adcode"].where(~wrong, rng.permutation(points["adcode"]))
    found, told = finding(points, places)
    assert told["detected"] in ("wgs84", "undetermined")
    assert not [problem for problem in found.counts if problem.startswith("datum")]


def test_few_points_tell_nothing(places):
    _, told = finding(in_system(scattered(places, 100), "gcj02"), places)
    assert (told["detected"], told["confidence"]) == ("undetermined", 0.0)
    assert "too little to tell" in told["told"]


def test_uploaders_in_different_systems_are_told_apart(places):
    points = scattered(places, 5000, 4)
    half = np.arange(5000) < 3000
    points = pd.concat([points[half].assign(group="甲"), in_system(points[~half], "gcj02").assign(group="乙")])
    found = check_points({"r": points}, places)
    by_group = {row["group"]: row["detected"] for row in found.evidence.to_pylist()}
    assert by_group == {"": "mixed", "甲": "wgs84", "乙": "gcj02"}
    assert set(found.to_fix.to_pandas().query("problem == 'datum_gcj02'")["group"]) == {"乙"}


def test_mixture_without_groups_is_found_and_nothing_suggested(places):
    points = scattered(places, 6000, 5)
    points = pd.concat([points[:3000], in_system(points[3000:], "gcj02")])
    found, told = finding(points, places)
    assert told["detected"] == "mixed"
    assert not [problem for problem in found.counts if problem.startswith("datum")]


def test_declared_system_that_is_right_is_confirmed(places):
    found, told = finding(in_system(scattered(places, 2000, 6), "gcj02"), places, declared="gcj02")
    assert told["detected"] == told["declared"] == "gcj02"
    assert "as declared" in told["told"]
    assert not [problem for problem in found.counts if problem.startswith("datum")]


@pytest.mark.parametrize(("count", "detected"), [(25, "bd09"), (19, "undetermined")])
def test_twenty_control_points_decide(places, count, detected):
    truth = scattered(places, 60, 7)
    control = truth[:count].rename(columns={"register_key": "key", "lon_true": "lon_deg", "lat_true": "lat_deg"})
    points = written(truth, *gcj02_to_bd09(*wgs84_to_gcj02(truth["lon_true"], truth["lat_true"])))
    _, told = finding(points, places, control=control[["key", "lon_deg", "lat_deg"]])
    assert told["detected"] == detected
    assert told["median_bd09_m"] < 1 < 300 < told["median_gcj02_m"]
