from __future__ import annotations

import json
from collections import Counter
from pathlib import Path

import pyarrow.compute as pc
import pytest
import shapely

from data_adapters.place_names import english_name
from data_adapters.run import SourceRun, run_source

SQUARE = [[[116.0, 39.0], [117.0, 39.0], [117.0, 40.0], [116.0, 40.0], [116.0, 39.0]]]
BOW = [[[116.0, 39.0], [117.0, 40.0], [117.0, 39.0], [116.0, 40.0], [116.0, 39.0]]]


def feature(properties: dict[str, object], ring: object = SQUARE, kind: str = "Polygon") -> dict[str, object]:
    return {"type": "Feature", "properties": properties, "geometry": {"type": kind, "coordinates": ring}}


def read(tmp_path: Path, *features: object, **options: str) -> SourceRun:
    path = tmp_path / "own.geojson"
    path.write_text(json.dumps({"type": "FeatureCollection", "features": features}))
    return run_source("boundaries", [path], options)


def test_packages_hold_34_provinces_375_cities_2891_counties(national_regions):
    counts = Counter(national_regions["level"].to_pylist())
    assert counts == {"province": 34, "city": 375, "county": 2891}
    assert shapely.is_valid(shapely.from_wkb(national_regions["geometry_wkb"].to_pylist())).all()


def test_every_county_has_a_city_above_it(national_regions):
    levels = {name: national_regions.filter(pc.equal(national_regions["level"], name)) for name in ("city", "county")}
    assert set(levels["county"]["parent_adcode"].to_pylist()) <= set(levels["city"]["adcode"].to_pylist())


def test_dash_line_has_ten_dashes():
    run = run_source("boundaries", [])
    assert run.result is not None
    lines = {row["kind"]: row for row in run.result.tables["boundary_lines"].to_pylist()}
    assert len(shapely.get_parts(shapely.from_wkb(lines["dash_line_10"]["geometry_wkb"]))) == 10
    assert {"hk_macau_line", "undefined_border_TJ", "provincial_sea_line"} <= set(lines)


@pytest.mark.parametrize(
    ("name_zh", "name_en"),
    [
        ("石家庄市", "Shijiazhuang"),
        ("西安市", "Xi'an"),
        ("漯河市", "Luohe"),
        ("陕西省", "Shaanxi"),
        ("山西省", "Shanxi"),
        ("内蒙古自治区", "Inner Mongolia"),
        ("丰台区", "Fengtai District"),
        ("朝阳区", "Chaoyang District"),
        ("正定县", "Zhengding County"),
        ("石柱土家族自治县", "Shizhu Autonomous County"),
        ("浦东新区", "Pudong New Area"),
        ("城区", "Chengqu District"),
        ("呼和浩特市", "Hohhot"),
    ],
)
def test_english_names_follow_custom(name_zh, name_en):
    assert english_name(name_zh) == name_en


def test_own_geojson_gives_divisions_and_package_lines(tmp_path):
    run = read(tmp_path, feature({"adcode": 130102, "name": "长安区"}))
    assert run.result is not None
    (row,) = run.result.tables["regions"].to_pylist()
    assert (row["adcode"], row["level"], row["parent_adcode"]) == ("130102", "county", "130100")
    assert 116 < row["lon_deg"] < 117
    assert run.result.tables["boundary_lines"].num_rows == 8


def test_invalid_polygon_is_repaired_and_noted(tmp_path):
    run = read(tmp_path, feature({"adcode": "130102", "name": "长安区"}, BOW))
    assert run.result is not None
    assert "1 invalid polygons repaired" in run.result.files[0].notes
    assert shapely.from_wkb(run.result.tables["regions"]["geometry_wkb"][0].as_py()).is_valid


def test_bad_features_are_refused_and_the_good_stays(tmp_path):
    empty = {"type": "Feature", "properties": {"adcode": "130103"}, "geometry": None}
    good = feature({"adcode": "130102", "name": "长安区"})
    run = read(tmp_path, good, empty, good, feature({"name": "无码"}))
    assert run.result is not None
    assert run.result.files[0].rejected == {"no_geometry": 1, "duplicate": 1, "bad_adcode": 1}


@pytest.mark.parametrize(
    ("features", "options", "words"),
    [
        ([feature({"name": "无码"})], {}, "division code"),
        ([feature({"adcode": "130102"}, [[[5e5, 4e6], [6e5, 4e6], [6e5, 5e6], [5e5, 4e6]]])], {}, "degrees"),
        ([], {}, "no features"),
        ([feature({"adcode": "130102"})], {"level": "conty"}, "did you mean county"),
        ([feature({"adcode": "130102"})], {"levle": "county"}, "did you mean level"),
    ],
)
def test_unusable_boundaries_are_refused_in_words(tmp_path, features, options, words):
    run = read(tmp_path, *features, **options)
    assert run.status == "failed"
    assert words in str(run.error)


def test_declared_gcj02_is_converted_and_noted(tmp_path):
    run = read(tmp_path, feature({"adcode": "130102", "name": "长安区"}), crs="gcj02")
    assert run.result is not None
    west = shapely.from_wkb(run.result.tables["regions"]["geometry_wkb"][0].as_py()).bounds[0]
    assert 0.003 < 116.0 - west < 0.01
    assert any("gcj02" in note for note in run.result.files[0].notes)


@pytest.mark.parametrize(("file", "level", "count"), [("city_500", "city", 375), ("province_1000", "province", 34)])
def test_real_topojson_is_read(shared_data, file, level, count):
    run = run_source("boundaries", [shared_data / "boundaries" / f"tianditu_{file}.topojson"])
    assert run.result is not None
    assert set(run.result.tables["regions"]["level"].to_pylist()) == {level}
    assert run.result.tables["regions"].num_rows == count


def test_real_lines_keep_their_kinds(shared_data):
    run = run_source("boundaries", [shared_data / "boundaries" / "tianditu_lines.geojson"])
    assert run.result is not None
    assert "dash_line_10" in run.result.tables["boundary_lines"]["kind"].to_pylist()


def test_json_of_another_kind_is_refused(shared_data):
    run = run_source("boundaries", [shared_data / "boundaries" / "mca_divisions_20260911.json"])
    assert "neither GeoJSON nor TopoJSON" in str(run.error)
