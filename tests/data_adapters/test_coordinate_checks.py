from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scattered_points import scattered

from data_adapters.identity.tables import identity_table
from data_adapters.places.checks import Points, problems_of
from data_adapters.places.digits import as_minutes, slipped_point
from data_adapters.places.findings import check_points, to_fix_csv

COUNT = 3000
PLANTED = {
    "swapped": slice(0, 40),
    "slipped_point": slice(40, 80),
    "dms_as_decimal": slice(80, 240),
    "truncated": slice(240, 280),
    "shared_position": slice(280, 320),
    "label_point": slice(320, 350),
    "outside_county": slice(350, 390),
    "outside_china": slice(390, 420),
    "unreadable": slice(420, 440),
    "missing": slice(440, 460),
}


def minutes(value: float) -> str:
    seconds = round(value * 3600, 2)
    whole = f"{seconds % 60:05.2f}".replace(".", "")
    return f"{int(seconds // 3600)}.{int(seconds % 3600 // 60):02d}{whole}"


@pytest.fixture(scope="module")
def planted(places, national_regions):
    points = scattered(places, COUNT, 11).assign(group="clean")
    lon, lat = points["lon"].copy(), points["lat"].copy()
    at = PLANTED
    lon[at["swapped"]], lat[at["swapped"]] = points["lat"][at["swapped"]], points["lon"][at["swapped"]]
    lon[at["slipped_point"]] = lon[at["slipped_point"]].str.replace(".", "")
    for axis in (lon, lat):
        axis[at["dms_as_decimal"]] = axis[at["dms_as_decimal"]].astype(float).map(minutes)
        axis[at["truncated"]] = axis[at["truncated"]].str[:-4]
        axis[at["shared_position"]] = axis[at["shared_position"].start]
    points.loc[at["shared_position"].start : at["shared_position"].stop - 1, "adcode"] = points["adcode"][280]
    labels = national_regions.to_pandas().query("level == 'county' and adcode < '140000' and adcode > '130000'")[:30]
    lon[at["label_point"]], lat[at["label_point"]] = (
        [f"{value + 0.0003:.6f}" for value in labels[axis]] for axis in ("lon_deg", "lat_deg")
    )
    points.loc[at["label_point"].start : at["label_point"].stop - 1, "adcode"] = labels["adcode"].to_numpy()
    points.loc[at["outside_county"].start : at["outside_county"].stop - 1, "adcode"] = "110101"
    lon[at["outside_china"]] = (lon[at["outside_china"]].astype(float) - 100).map("{:.6f}".format)
    lon[at["unreadable"]], lon[at["missing"]] = "约116度", "0"
    points.loc[at["dms_as_decimal"].start : at["dms_as_decimal"].stop - 1, "group"] = "minutes"
    found = check_points({"r": points.assign(lon=lon, lat=lat)}, places)
    return points, found.to_fix.to_pandas()


@pytest.mark.parametrize("problem", PLANTED)
def test_planted_problem_is_found_and_nothing_else_is_called_so(planted, problem):
    points, found = planted
    truth = set(points["register_key"][PLANTED[problem]])
    named = set(found.loc[found["problem"] == problem, "register_key"])
    assert len(named & truth) / len(truth) >= 0.97
    assert len(named & truth) / len(named) >= 0.95


@pytest.mark.parametrize("problem", ["swapped", "slipped_point", "dms_as_decimal"])
def test_suggestion_is_the_true_position(planted, problem):
    points, found = planted
    mended = found[found["problem"] == problem].merge(points, on="register_key")
    assert np.abs(mended["suggested_lon_deg"] - mended["lon_true"]).max() < 1e-5
    assert np.abs(mended["suggested_lat_deg"] - mended["lat_true"]).max() < 1e-5


def test_clean_points_have_no_problem(places):
    assert check_points({"r": scattered(places, 3000, 12)}, places).to_fix.num_rows <= 2


def test_lone_point_in_minutes_is_noticed_by_where_it_falls(places):
    points = scattered(places, 400, 13)
    outside = places.locate(points["lon_true"].to_numpy(), points["lat_true"].to_numpy())
    assert (outside >= 0).all()
    points.loc[:9, ["lon", "lat"]] = points.loc[:9, ["lon_true", "lat_true"]].map(minutes).to_numpy()
    found = check_points({"r": points}, places).to_fix.to_pandas()
    assert set(found.loc[found["problem"] == "dms_as_decimal", "register_key"]) <= set(points["register_key"][:10])
    assert (found["problem"] == "dms_as_decimal").sum() >= 7


def test_whole_minutes_as_short_decimals_are_not_truncated(places):
    points = scattered(places, 300, 14)
    for axis in ("lon", "lat"):
        points[axis] = [f"{round(value * 3600) / 3600:.8f}".rstrip("0") for value in points[f"{axis}_true"]]
    assert "truncated" not in check_points({"r": points}, places).counts


@given(st.floats(73, 135))
def test_minutes_come_back_as_the_degrees_they_were(value):
    read = as_minutes(pd.Series([minutes(value)], dtype="str"))["value"][0]
    assert read == pytest.approx(value, abs=2e-6) or "60" in minutes(value)


@given(st.floats(73.1, 135.9), st.floats(3.1, 53.9), st.integers(1, 6))
def test_slipped_decimal_point_lands_in_china(lon, lat, slip):
    found = slipped_point(np.array([lon * 10.0**slip]), np.array([lat]))
    assert np.isfinite(found[0][0])
    assert 73 <= found[0][0] <= 136


TEXT = st.text(max_size=12) | st.from_regex(r"\A\d{1,3}\.\d{0,8}\Z")


@settings(max_examples=10, deadline=None)
@given(st.lists(st.tuples(TEXT, TEXT, TEXT), min_size=1, max_size=6))
def test_any_text_is_judged_and_keeps_its_row(rows):
    text = pd.DataFrame(rows, columns=["name", "lon", "lat"], dtype="str").assign(group="")
    nowhere = np.full(len(text), "", dtype=object)
    found = problems_of(Points.of(text, nowhere, nowhere, None))
    assert found["row"].between(0, len(text) - 1).all()
    assert found["confidence"].between(0, 1).all()
    assert not found.duplicated(["row", "problem"]).any()


def test_list_to_mend_opens_in_a_spreadsheet_and_runs_nothing():
    row = {"register": "r", "register_key": "k", "name": "=1+2", "problem": "missing", "evidence": "x"}
    table = identity_table("coordinates_to_fix", pd.DataFrame([{**row, "lon_raw": "-1.5", "confidence": 1.0}]))
    text = to_fix_csv(table)
    assert text.startswith("\ufeffregister,")
    assert ",'=1+2," in text
    assert ",-1.5," in text
