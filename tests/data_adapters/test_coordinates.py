from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from data_adapters.places import coordinates as c
from data_adapters.places.text import parse_degrees, read_positions

LON = st.floats(73, 135)
LAT = st.floats(4, 53.5)


def test_tiananmen_in_three_systems():
    gcj = c.wgs84_to_gcj02(116.39747, 39.90872)
    assert gcj == pytest.approx((116.403714, 39.910123), abs=1e-6)
    assert c.gcj02_to_bd09(*gcj) == pytest.approx((116.410087, 39.916463), abs=1e-6)


@given(LON, LAT)
def test_there_and_back_is_the_same_point(lon, lat):
    for there, back in (
        (c.wgs84_to_gcj02, c.gcj02_to_wgs84),
        (c.gcj02_to_bd09, c.bd09_to_gcj02),
        (c.wgs84_to_bd09, c.bd09_to_wgs84),
    ):
        assert back(*there(lon, lat)) == pytest.approx((lon, lat), abs=1e-9)


def test_shift_is_300_to_640_metres_in_the_east():
    lon, lat = np.random.default_rng(1).uniform([105, 30], [123, 41], (2000, 2)).T
    moved_lon, moved_lat = c.wgs84_to_gcj02(lon, lat)
    metres = np.hypot((moved_lon - lon) * np.cos(np.radians(lat)), moved_lat - lat) * 111_195
    assert 300 < metres.min() < metres.max() < 645


def test_nothing_moves_abroad():
    assert c.wgs84_to_gcj02(2.35, 48.85) == (2.35, 48.85)


@pytest.mark.parametrize(
    ("text", "value", "is_dms"),
    [
        ("116.39747", 116.39747, False),
        ("116.39747°", 116.39747, False),
        ("１１６．３９７４７", 116.39747, False),
        ("116,39747", 116.39747, False),
        ("E116.39747", 116.39747, False),
        ("东经116.39747", 116.39747, False),
        ("-33.5", -33.5, False),
        ("33.5S", -33.5, False),
        ("116°30′12″", 116.503333, True),
        ("116° 30' 12.5\"", 116.503472, True),
        ("116º30’12”E", 116.503333, True),
        ("116度30分12秒", 116.503333, True),
        ("东经116度30分", 116.5, True),
        ("116°30.2'", 116.503333, True),
        ("116.30.12", 116.503333, True),
        ("116-30-12", 116.503333, True),
        ("116:30:12.6", 116.5035, True),
        ("116 30 12", 116.503333, True),
        ("116º30´12", 116.503333, True),
        ("116°30′12″东", 116.503333, True),
        ("经度116.39747", 116.39747, False),
        ("116.39747,", 116.39747, False),
        ("116°30''", np.nan, False),
        ("116°75′12″", np.nan, False),
        ("附近", np.nan, False),
        ("0", np.nan, False),
        ("", np.nan, False),
    ],
)
def test_degrees_are_read_as_people_write_them(text, value, is_dms):
    row = parse_degrees(pd.Series([text], dtype="str")).iloc[0]
    assert row["value"] == pytest.approx(value, abs=1e-5, nan_ok=True)
    if not np.isnan(value):
        assert row["is_dms"] == is_dms


@given(st.floats(73.0, 135.9))
def test_minutes_and_seconds_come_back_as_degrees(lon):
    degrees, rest = divmod(lon, 1)
    minutes, rest = divmod(rest * 60, 1)
    text = f"{int(degrees)}°{int(minutes)}′{rest * 60:.4f}″"
    if not text.split("′")[1].startswith("60"):
        assert parse_degrees(pd.Series([text], dtype="str"))["value"][0] == pytest.approx(lon, abs=1e-6)


@given(st.text(max_size=20))
def test_no_text_breaks_the_reader(text):
    row = read_positions(pd.Series([text], dtype="str"), pd.Series(["39.90872"], dtype="str")).iloc[0]
    assert np.isnan(row["lon_deg"]) or abs(row["lon_deg"]) <= 180


@pytest.mark.parametrize(
    ("lon", "lat", "status"),
    [
        ("116.39747", "39.90872", "ok"),
        ("39.90872", "116.39747", "swapped"),
        ("116°23′50″", "39°54′31″", "dms"),
        ("116.39", "39.90872", "truncated"),
        ("2.3522", "48.8566", "outside_china"),
        ("1163974.7", "39.90872", "outside_china"),
        ("", "39.90872", "missing"),
        ("0", "0", "missing"),
        ("约116", "39.90872", "missing"),
    ],
)
def test_position_status_says_what_was_noticed(lon, lat, status):
    row = read_positions(pd.Series([lon], dtype="str"), pd.Series([lat], dtype="str")).iloc[0]
    assert row["status"] == status
    if status == "swapped":
        assert (row["lon_deg"], row["lat_deg"]) == (116.39747, 39.90872)
