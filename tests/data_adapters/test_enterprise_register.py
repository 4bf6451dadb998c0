from __future__ import annotations

from collections import Counter
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from data_adapters.industries import fuel_codes, industry_code
from data_adapters.places.coordinates import wgs84_to_gcj02
from data_adapters.run import SourceRun, run_source

HEADING = "企业名称,统一社会信用代码,排污许可证编号,经度,纬度,行业,市,区县"
ROW = "甲厂,91640000321673484F,91640000321673484F001W,106.31667,38.46667,水泥制造,银川市,兴庆区"


def read(tmp_path: Path, content: str | bytes, **options: object) -> SourceRun:
    path = tmp_path / "register.csv"
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return run_source("enterprise_register", [path], options)


def rows_of(run: SourceRun) -> list[dict[str, object]]:
    assert run.result is not None, run.error
    return run.result.tables["enterprises"].to_pylist()


def notes_of(run: SourceRun) -> str:
    assert run.result is not None
    return "; ".join(run.result.files[0].notes)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gbk", "gb18030", "utf-16"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_encoding_and_delimiter_are_found_out(tmp_path, encoding, delimiter):
    text = f"{HEADING}\n{ROW}\n".replace(",", delimiter)
    (row,) = rows_of(read(tmp_path, text.encode(encoding)))
    assert (row["name"], row["enterprise_id"], row["industry_code"]) == ("甲厂", "91640000321673484F", "cement")
    assert (row["lon_deg"], row["lat_deg"], row["coordinate_status"]) == (106.31667, 38.46667, "ok")


def test_workbook_with_a_title_above_the_heading_is_read(tmp_path):
    path = tmp_path / "名录.xlsx"
    cells = [["某市重点企业名录"] + [None] * 7, HEADING.split(","), ROW.split(",")]
    pd.DataFrame(cells).to_excel(path, header=False, index=False)
    run = run_source("enterprise_register", [path])
    assert [row["name"] for row in rows_of(run)] == ["甲厂"]


def book(path: Path, *sheets: list[list[object]]) -> Path:
    with pd.ExcelWriter(path) as writer:
        for number, cells in enumerate(sheets):
            pd.DataFrame(cells).to_excel(writer, sheet_name=f"表{number}", header=False, index=False)
    return path


def test_sheet_with_names_is_found_behind_a_cover(tmp_path):
    path = book(tmp_path / "a.xlsx", [["说明", "x"], ["a", "b"]], [HEADING.split(","), ROW.split(",")])
    run = run_source("enterprise_register", [path])
    assert [row["name"] for row in rows_of(run)] == ["甲厂"]
    assert "sheet '表1' of 表0, 表1" in notes_of(run)


def test_heading_of_two_rows_is_read_as_one(tmp_path):
    cells: list[list[object]] = [
        ["名录"] + [None] * 7,
        ["企业名称", "中心经度", None, None, "中心纬度", None, None, "区县"],
        [None, "度", "分", "秒", "度", "分", "秒", None],
        ["甲厂", 106, 19, 0, 38, 28, 30, "兴庆区"],
    ]
    (row,) = rows_of(run_source("enterprise_register", [book(tmp_path / "a.xlsx", cells)]))
    assert (row["lon_raw"], row["coordinate_status"]) == ("106°19'0\"", "dms")
    assert (row["lon_deg"], row["lat_deg"]) == (pytest.approx(106.316667, abs=1e-6), pytest.approx(38.475))


@pytest.mark.parametrize("form", ["{axis}{part}", "{axis}({part})", "{axis}（{part}）", "企业{axis}_{part}"])
def test_degrees_minutes_seconds_in_columns_of_their_own_are_put_together(tmp_path, form):
    parts = ",".join(form.format(axis=axis, part=part) for axis in ("经度", "纬度") for part in "度分秒")
    run = read(tmp_path, f"企业名称,{parts},区县\n甲厂,106,19,0,38,28,30,兴庆区\n乙厂,,,,,,,兴庆区\n")
    found = rows_of(run)
    assert found[0]["lon_deg"] == pytest.approx(106.316667, abs=1e-6)
    assert [row["coordinate_status"] for row in found] == ["dms", "missing"]
    assert "put together from" in notes_of(run)


def test_unit_of_degrees_in_brackets_is_no_part(tmp_path):
    (row,) = rows_of(read(tmp_path, "污染源名称,中心经度（度）,中心纬度（度）\n甲厂,106.31667,38.46667\n"))
    assert (row["lon_deg"], row["lat_deg"]) == (106.31667, 38.46667)


def test_repeated_heading_is_no_enterprise(tmp_path):
    run = read(tmp_path, f"{HEADING}\n{ROW}\n{HEADING}\n")
    assert run.result is not None
    assert (run.result.accepted, run.result.rejected) == (1, {"heading": 1})


def test_confused_letters_of_a_code_are_not_accepted(tmp_path):
    run = read(tmp_path, f"{HEADING}\n甲厂,9164OOOO32I673484F,,106.31667,38.46667,水泥,,")
    assert rows_of(run)[0]["uscc"] is None
    assert "fail the check" in notes_of(run)


def test_western_text_is_refused_undeclared_and_read_declared(tmp_path):
    text = "country;name;gppd_idnr;latitude;longitude;fuel1\nBRA;Usina São João;B1;-10,5;-45,25;Hydro\n"
    path = tmp_path / "database_BRA.csv"
    path.write_bytes(text.encode("latin-1"))
    assert "option encoding=cp1252" in str(run_source("power_plants", [path], {"country": "BRA"}).error)
    (row,) = rows_of(run_source("power_plants", [path], {"country": "Brazil", "encoding": "cp1252"}))
    assert (row["name"], row["lat_deg"]) == ("Usina São João", -10.5)


@pytest.mark.parametrize("country", ["BRA", "brazil", "Brasil"])
def test_country_goes_by_code_and_name(tmp_path, country):
    path = tmp_path / "Brazil_raw.csv"
    path.write_text("Plant Name,Fuel,Capacity (MW),Latitude,Longitude,Country\nItaipu,Hydro,1,-25.41,-54.59,Brazil\n")
    assert [row["name"] for row in rows_of(run_source("power_plants", [path], {"country": country}))] == ["Itaipu"]
    assert "it holds Brazil 1: option country chooses" in notes_of(run_source("power_plants", [path]))


def test_own_mapping_is_taken_and_a_wrong_one_named(tmp_path):
    text = "A,B,C\n甲厂,106.31667,38.46667\n"
    columns = {"name": "A", "lon": "B", "lat": "C"}
    assert rows_of(read(tmp_path, text, columns=columns))[0]["lon_deg"] == 106.31667
    assert "no column 'D'" in str(read(tmp_path, text, columns={**columns, "lat": "D"}).error)
    assert "did you mean name" in str(read(tmp_path, text, columns={"nmae": "A"}).error)


def test_zero_as_code_means_missing_and_position_names_the_row(tmp_path):
    (row,) = rows_of(read(tmp_path, f"{HEADING}\n{ROW.replace('91640000321673484F,', '0,')}"))
    assert row["uscc"] == "91640000321673484F"
    (row,) = rows_of(read(tmp_path, f"{HEADING}\n甲厂,0,,106.31667,38.46667,水泥,,"))
    assert row["uscc"] is None
    assert str(row["enterprise_id"]).startswith("enterprise_register:")


def test_wrong_code_is_dropped_and_told(tmp_path):
    run = read(tmp_path, f"{HEADING}\n甲厂,91640000321673484G,,106.31667,38.46667,水泥,,")
    assert rows_of(run)[0]["uscc"] is None
    assert "1 credit codes fail the check" in notes_of(run)


def test_sites_of_one_company_stay_apart_and_repeats_do_not(tmp_path):
    other = ROW.replace("001W", "002W")
    run = read(tmp_path, "\n".join([HEADING, ROW, other, ROW, ",".join([""] * 8)]))
    assert len({row["enterprise_id"] for row in rows_of(run)}) == 2
    assert run.result is not None
    assert run.result.rejected == {"duplicate": 1, "no_name": 1}


def test_raw_coordinates_are_kept_beside_the_cleaned(tmp_path):
    (row,) = rows_of(read(tmp_path, f"{HEADING}\n{ROW.replace('106.31667', '106°19′00″')}"))
    assert (row["lon_raw"], row["coordinate_status"]) == ("106°19′00″", "dms")
    assert row["lon_deg"] == pytest.approx(106.316667, abs=1e-6)


def test_points_are_placed_in_their_county(tmp_path, national_regions):
    lines = [
        ROW,
        "乙厂,,,106.31667,38.46667,钢铁,银川市,永宁县",
        "丙厂,,,38.46667,106.31667,钢铁,银川市,兴庆区",
        "丁厂,,,100.0001,47.0001,钢铁,,",
        "戊厂,,,,,钢铁,银川,永宁",
        "己厂,,,,,钢铁,不存在市,不存在县",
    ]
    found = rows_of(read(tmp_path, "\n".join([HEADING, *lines]), regions=national_regions))
    statuses = ["ok", "outside_county", "swapped", "outside_china", "missing", "missing"]
    assert [row["coordinate_status"] for row in found] == statuses
    assert [row["county_adcode"] for row in found][:3] == [found[0]["county_adcode"]] * 3
    assert (found[4]["city_adcode"], found[4]["county_adcode"]) == ("640100", "640121")
    assert found[5]["county_adcode"] is None


def counties_written_in(national_regions, convert) -> str:
    counties = national_regions.to_pandas().query("level == 'county' and parent_adcode == '110000'")
    import shapely

    rng = np.random.default_rng(3)
    lines = [HEADING.replace("市,区县", "行政区划代码")]
    for code, wkb in zip(counties["adcode"], counties["geometry_wkb"], strict=True):
        shape = shapely.from_wkb(wkb)
        points = rng.uniform(shape.bounds[:2], shape.bounds[2:], (400, 2))
        inside = points[shapely.contains_xy(shape, points)]
        lon, lat = convert(*inside.T)
        lines += [f"厂{code}{n},,,{x:.6f},{y:.6f},水泥,{code}" for n, (x, y) in enumerate(zip(lon, lat, strict=True))]
    return "\n".join(lines)


def test_register_in_gcj02_is_suspected_and_not_shifted(tmp_path, national_regions):
    run = read(tmp_path, counties_written_in(national_regions, wgs84_to_gcj02), regions=national_regions)
    assert "suspected gcj02" in notes_of(run)
    row = rows_of(run)[0]
    assert f"{row['lon_deg']:.6f}" == row["lon_raw"]


def test_register_in_wgs84_is_not_suspected(tmp_path, national_regions):
    run = read(tmp_path, counties_written_in(national_regions, lambda *pair: pair), regions=national_regions)
    assert "best as wgs84" in notes_of(run)


def test_few_points_say_nothing_about_the_system(tmp_path, national_regions):
    assert "too few points" in notes_of(read(tmp_path, f"{HEADING}\n{ROW}", regions=national_regions))


def test_declared_gcj02_is_converted_and_told(tmp_path):
    run = read(tmp_path, f"{HEADING}\n{ROW}", crs="gcj02")
    assert "converted from gcj02" in notes_of(run)
    assert 0.003 < 106.31667 - float(str(rows_of(run)[0]["lon_deg"])) < 0.01


@pytest.mark.parametrize(
    ("raw", "code"),
    [
        ("电力、热力生产和供应业", "thermal_power"),
        ("非金属矿物制品业", "building_materials"),
        ("水泥制造", "cement"),
        ("C3011水泥制造", "cement"),
        ("3120", "steel"),
        ("石油、煤炭及其他燃料加工业", "petrochemical"),
        ("生活垃圾焚烧发电", "waste_incineration"),
        ("Cement manufacturing", "cement"),
        ("占卜", "other"),
        ("", "other"),
    ],
)
def test_industries_get_codes(raw, code):
    assert industry_code(raw) == code


def test_every_code_of_the_keyword_tables_exists():
    reference = Path("data_adapters/reference")
    codes = set(pd.read_csv(reference / "industries.csv")["code"])
    for name in ("industry_keywords.csv", "industry_classes.csv", "fuels.csv"):
        assert set(pd.read_csv(reference / name)["code"]) <= codes


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("a,b\n1,2\n", "lacks name"),
        ("latitude,longitude,acq_date,acq_time,satellite\n1,2,3,4,5\n", "source firms"),
        ("name,gppd_idnr,capacity_mw,latitude,longitude\nx,1,2,3,4\n", "source power_plants"),
        (b"PK\x03\x04broken", "no readable workbook"),
        ("名称,备注\n甲,乙\n", "lacks all of"),
    ],
)
def test_strange_file_is_refused(tmp_path, content, words):
    run = read(tmp_path, content)
    assert run.status == "failed"
    assert words in str(run.error)


CELL = st.text(alphabet=st.characters(blacklist_categories=("Cs",), blacklist_characters="\x00"), max_size=8)


@settings(max_examples=50, deadline=None)
@given(st.lists(st.lists(CELL, min_size=8, max_size=8).map(",".join) | st.just(ROW), max_size=5))
def test_every_row_is_accepted_or_refused(tmp_path_factory, lines):
    run = read(tmp_path_factory.mktemp("register"), "\n".join([HEADING, *lines]))
    assert run.error is None or "unexpected" not in run.error
    if run.result is not None:
        assert all(account.is_balanced for account in run.result.files)
        assert run.result.accepted == len(rows_of(run))


def test_real_register_of_ningxia_is_read(shared_data, national_regions):
    path = shared_data / "enterprises" / "enterprises_flat.csv"
    run = run_source("enterprise_register", [path], {"regions": national_regions})
    assert run.result is not None
    assert (run.result.read, run.result.rejected) == (220, {"duplicate": 4})
    rows = rows_of(run)
    assert sum(row["county_adcode"] is not None for row in rows) == 216
    assert Counter(str(row["county_adcode"])[:2] for row in rows).most_common(1)[0][0] == "64"


@pytest.mark.parametrize(
    ("file", "read_rows", "inside"),
    [("China_raw.csv", 3137, 3122), ("database_CDMDB.csv", 5891, 3305), ("database_GEODB.csv", 9998, 141)],
)
def test_real_power_plants_of_china_are_read(shared_data, file, read_rows, inside):
    run = run_source("power_plants", [shared_data / "enterprises" / file])
    assert run.result is not None
    assert (run.result.read, run.result.accepted) == (read_rows, inside)


def test_published_plant_layout_is_read_for_another_country(tmp_path):
    path = tmp_path / "plants.csv"
    path.write_text(
        "country,country_long,name,gppd_idnr,capacity_mw,latitude,longitude,primary_fuel,other_fuel1\n"
        "AFG,Afghanistan,Kajaki,GEODB0040538,33.0,32.3220,65.1190,Hydro,\n"
        "CHN,China,某电厂,WRI1,600,31.8879,117.4693,Coal,\n"
    )
    china = run_source("power_plants", [path])
    assert [(row["enterprise_id"], row["industry_code"]) for row in rows_of(china)] == [
        ("power_plants:WRI1", "power_coal")
    ]
    afghan = run_source("power_plants", [path], {"country": "afghanistan"})
    assert [row["name"] for row in rows_of(afghan)] == ["Kajaki"]
    assert afghan.result is not None
    assert afghan.result.rejected == {"outside_country": 1}


def test_fuels_become_industries():
    assert fuel_codes(pd.Series(["Coal", "Gas", "Waste", "Cheese", ""], dtype="str")).tolist() == [
        "power_coal",
        "power_gas",
        "waste_incineration",
        "power_other",
        "power_other",
    ]
