from __future__ import annotations

import json
from collections import Counter
from pathlib import Path

import pyarrow.compute as pc
import pytest
import shapely

from data_adapters.places.names import english_name
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


def test_no_two_cities_have_the_same_name_in_either_language():
    run = run_source("boundaries", [])
    assert run.result is not None
    cities = [row for row in run.result.tables["regions"].select(["level", "name_zh", "name_en"]).to_pylist()
              if row["level"] == "city"]  # fmt: skip
    for name in ("name_zh", "name_en"):
        assert [one for one, n in Counter(row[name] for row in cities).items() if n > 1] == []
    assert {row["name_zh"]: row["name_en"] for row in cities}["宿州市"] == "Suzhou (Anhui)"


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
        ([feature({"adcode": "650102"}, [[[43, 87], [43, 88], [44, 88], [43, 87]]])], {}, "exchanged?"),
        ([feature({"adcode": 100000, "name": "中华人民共和国"})], {}, "division code"),
        ([], {}, "no features"),
        ([feature({"adcode": "130102"})], {"level": "conty"}, "did you mean county"),
        ([feature({"adcode": "130102"})], {"levle": "county"}, "did you mean level"),
    ],
)
def test_unusable_boundaries_are_refused_in_words(tmp_path, features, options, words):
    run = read(tmp_path, *features, **options)
    assert run.status == "failed"
    assert words in str(run.error)


@pytest.mark.parametrize(
    "ring",
    [[[[116.0, 39.0]] * 4], [[[116.0, 39.0], [117.0, 39.0], [118.0, 39.0], [116.0, 39.0]]]],
    ids=["a point", "a line"],
)
def test_polygon_without_an_area_is_refused(tmp_path, ring):
    run = read(tmp_path, feature({"adcode": "130102"}, ring), feature({"adcode": "130104"}))
    assert run.result is not None
    assert run.result.files[0].rejected == {"no_geometry": 1}


@pytest.mark.parametrize(
    ("properties", "code", "level", "name"),
    [
        ({"ADCODE": 130000, "NAME": "河北省"}, "130000", "province", "河北省"),
        ({"PAC": 130102, "NAME": "长安区"}, "130102", "county", "长安区"),
        ({"省代码": 130000, "市代码": 130100, "县代码": 130102, "县": "长安区"}, "130102", "county", "长安区"),
        ({"ct_adcode": "130100", "ct_name": "石家庄市", "pr_adcode": "130000"}, "130100", "city", "石家庄市"),
        ({"gb": "156130000", "name": "河北省"}, "130000", "province", "河北省"),
    ],
)
def test_code_goes_by_many_names(tmp_path, properties, code, level, name):
    run = read(tmp_path, feature(properties))
    assert run.result is not None, run.error
    (row,) = run.result.tables["regions"].to_pylist()
    assert (row["adcode"], row["level"], row["name_zh"]) == (code, level, name)


def test_code_may_be_the_id_of_the_feature(tmp_path):
    run = read(tmp_path, {**feature({"name": "河北省"}), "id": 130000})
    assert run.result is not None
    assert run.result.tables["regions"]["adcode"].to_pylist() == ["130000"]


def test_levels_of_a_mixed_file_follow_from_what_lies_below(tmp_path):
    codes = ["130000", "130100", "130102", "130104", "441900"]
    run = read(tmp_path, *[feature({"adcode": code, "name": code}) for code in codes])
    assert run.result is not None
    levels = dict(zip(*(run.result.tables["regions"][name].to_pylist() for name in ("adcode", "level")), strict=True))
    assert levels == {
        "130000": "province",
        "130100": "city",
        "130102": "county",
        "130104": "county",
        "441900": "county",
    }


@pytest.mark.parametrize(
    ("name", "is_read"),
    [("urn:ogc:def:crs:OGC:1.3:CRS84", True), ("EPSG:4490", True), ("urn:ogc:def:crs:EPSG::4326", True)]
    + [("urn:ogc:def:crs:EPSG::3857", False), ("EPSG:2436", False)],
)
def test_stated_coordinate_system_is_heeded(tmp_path, name, is_read):
    path = tmp_path / "own.geojson"
    crs = {"type": "name", "properties": {"name": name}}
    path.write_text(json.dumps({"type": "FeatureCollection", "crs": crs, "features": [feature({"adcode": "130102"})]}))
    run = run_source("boundaries", [path])
    assert (run.status == "ok") is is_read
    assert is_read or "states coordinate system" in str(run.error)


def test_topology_with_and_without_transform_is_read(tmp_path):
    plain = [[[116.0, 39.0], [117.0, 39.0], [117.0, 40.0]], [[117.0, 40.0], [116.0, 40.0], [116.0, 39.0]]]
    steps = [[[0, 0], [1000, 0], [0, 1000]], [[1000, 1000], [-1000, 0], [0, -1000]]]
    item = {"type": "Polygon", "arcs": [[0, 1]], "properties": {"adcode": 130102}}
    path = tmp_path / "own.topojson"
    for arcs, more in ((plain, {}), (steps, {"transform": {"scale": [0.001, 0.001], "translate": [116, 39]}})):
        path.write_text(json.dumps({"type": "Topology", "arcs": arcs, "objects": {"x": item}, **more}))
        run = run_source("boundaries", [path])
        assert run.result is not None
        shape = shapely.from_wkb(run.result.tables["regions"]["geometry_wkb"][0].as_py())
        assert shape.bounds == pytest.approx((116.0, 39.0, 117.0, 40.0))


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
