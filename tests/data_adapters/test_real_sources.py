"""Stacks, cases, plumes, outlets, divisions from files as others publish them: real ones in full, and small ones."""

from __future__ import annotations

import csv
import json
import re
from datetime import date, datetime
from pathlib import Path

import pyarrow.compute as pc
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from data_adapters.hj212 import codes
from data_adapters.run import SourceRun, run_source

NEW = ("mapped", "plumes", "province_days", "region_days", "wind_grid", "stack_items", "outlet_limits", "stations")
STRANGE = {
    "empty": b"",
    "binary": b"\x00\x01\x02\x03",
    "page": b"<html><body>gone</body></html>",
    "other table": b"a,b\n1,2\n",
    "one word": b"nothing",
    "json of one": b'{"a": 1}',
    "json of numbers": b"[1, 2]",
    "broken json": b"[{",
    "broken netcdf": b"\x89HDF\r\n\x1a\n" + b"\x00" * 64,
    "broken gzip": b"\x1f\x8bbroken",
    "picture": b"\x89PNG\r\n\x1a\n",
}
HEADINGS = {
    "mapped": "year,month,day,hour,PM2.5,PM10,SO2,NO2,CO,O3,station",
    "plumes": "id_plume,satellite,tile_date,lat,lon",
    "province_days": "Province,PM2_5,Time",
    "stack_items": "2016-01-03,1451750400,,,",
    "outlet_limits": "ent,outlet,pollutantName,standard,unit",
    "stations": "stationcode,lon,lat",
}
DAY = "2016-01-03,1451750400,,,"
CASES = "Year,Date,Text,law_npdes,law_chapter 91,Fine,municipality"
PLUME = "id_plume,satellite,tile_date,lat,lon,notified,country,ch4_fluxrate,actionable,last_update"
PLUME_ROW = "a-1,EMIT - NASA,2023-05-01T16:30:00,38.5,110.2,True,China,1500.5,Not Applicable,2024-01-01T00:00:00.123456"
LIMITS = "ent,outlet,pollutantName,exceed,standard,unit,trend,median"
CELL = st.one_of(
    st.sampled_from(
        ["", "2013", "3", "1", "0", "NA", "河北", "2016-01-04", "P", "923", "0015", "1e400", "nan", '"', "mg/m3"]
    ),
    st.text(alphabet=st.characters(blacklist_categories=("Cs",)), max_size=5),
)
SECRET = "Acme Oil and John Doe"


def read(tmp_path: Path, source: str, content: str | bytes, name: str = "in.csv", **options: str) -> SourceRun:
    path = tmp_path / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return run_source(source, [path], options)


def rows(run: SourceRun, table: str) -> list[dict[str, object]]:
    assert run.error is None and run.result is not None, run.error
    return run.result.tables[table].to_pylist()


def counts(run: SourceRun) -> tuple[int, int, dict[str, int]]:
    assert run.result is not None
    (account,) = run.result.files
    assert account.is_balanced
    return account.read, account.accepted, account.rejected


@pytest.mark.parametrize("content", STRANGE.values(), ids=STRANGE)
@pytest.mark.parametrize("source", [*NEW, "divisions"])
def test_strange_file_is_refused_in_one_line(tmp_path, source, content):
    options = {"mapping": "prsa_air"} if source == "mapped" else {}
    error = str(read(tmp_path, source, content, **options).error)
    assert error.startswith(str(tmp_path)) and "\n" not in error and "unexpected" not in error


@pytest.mark.parametrize("source", HEADINGS)
def test_heading_alone_means_no_rows(tmp_path, source):
    options = {"mapping": "prsa_air"} if source == "mapped" else {}
    run = read(tmp_path, source, HEADINGS[source] + "\n", **options)
    assert run.error is None
    assert counts(run) == (0, 0, {})


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    source=st.sampled_from(sorted(HEADINGS)),
    lines=st.lists(st.lists(CELL, min_size=1, max_size=12).map(",".join), max_size=6),
)
def test_every_row_is_accepted_or_refused_whatever_it_holds(tmp_path, source, lines):
    options = {"mapping": "prsa_air"} if source == "mapped" else {}
    run = read(tmp_path, source, "\n".join([HEADINGS[source], *lines]), **options)
    assert run.error is None or "unexpected" not in run.error
    for account in run.result.files if run.result else []:
        assert account.is_balanced


def test_day_of_stacks_is_read_whole(shared_data):
    run = run_source("stack_items", list((shared_data / "cems").glob("*.csv")))
    assert counts(run) == (478, 478, {})
    readings = run.result.tables["cems_readings"]
    second = readings.slice(1, 1).to_pylist()[0]
    assert (second["device_mn"], second["factor_code"], second["factor_raw"]) == ("G3200778-P101", "a21002", "923")
    assert (second["value"], second["value_text"], second["unit"]) == (272.0, "272.00", "ppm")
    assert second["data_time"] == datetime(2016, 1, 3)
    minutes = run.result.tables["cems_minutes"]
    assert {one["values"]: one["counts"] for one in minutes["pollutant"].value_counts().to_pylist()} == {
        "NOx": 72, "SO2": 12, "CO": 10, "HCl": 10,
    }  # fmt: skip
    assert minutes.slice(0, 1).to_pylist()[0]["value_mg_m3"] == pytest.approx(272 * 46 / 22.4)


@pytest.mark.parametrize(
    ("item", "ppm", "mg_m3"),
    [("922", "10", 28.571), ("923", "10", 20.536), ("924", "100", 125.0), ("926", "11", 17.924), ("923", "0.00", 0.0)],
)
def test_gas_in_ppm_is_given_in_mg_m3(tmp_path, item, ppm, mg_m3):
    (row,) = rows(read(tmp_path, "stack_items", f"{DAY}\nP,S,{item},0015,{ppm}\n"), "cems_minutes")
    assert row["value_mg_m3"] == pytest.approx(mg_m3, abs=0.001)
    assert (row["time"], row["zs_mg_m3"], row["flag"]) == (datetime(2016, 1, 3, 0, 15), None, "none")


@pytest.mark.parametrize("item", ["911", "936", "948"], ids=["opacity", "oxygen", "unknown"])
def test_what_is_no_gas_is_a_reading_only(tmp_path, item):
    run = read(tmp_path, "stack_items", f"{DAY}\nP,S,{item},2359,7.50\n")
    assert rows(run, "cems_minutes") == []
    assert rows(run, "cems_readings")[0]["value_text"] == "7.50"


def test_days_one_after_the_other_keep_their_dates(tmp_path):
    text = f"\ufeff{DAY}\r\nP,S,923,0000,1\r\n\r\n2016/1/4\r\nP,S,923,15,2\r\n"
    made = rows(read(tmp_path, "stack_items", text), "cems_readings")
    assert [row["data_time"] for row in made] == [datetime(2016, 1, 3), datetime(2016, 1, 4, 0, 15)]
    assert [row["item_no"] for row in made] == [1, 2]


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("P,S,923,2400,1", "not_a_time"),
        ("P,S,923,0061,1", "not_a_time"),
        ("P,S,923,0015,x", "not_a_number"),
        ("P,S,923,0015,", "missing"),
        ("P,S,923,0000,2", "duplicate"),
        ("P,S,923,0015", "ragged"),
        ('P,S,"923,0015,x', "not_a_number"),
        (",S,923,0015,1", "missing"),
    ],
)
def test_bad_stack_value_is_refused(tmp_path, line, reason):
    run = read(tmp_path, "stack_items", f"{DAY}\nP,S,923,0000,1\n{line}\n")
    assert counts(run) == (2, 1, {reason: 1})
    assert run.result.rejects[0].examples[0].row == 2


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("P,S,923,0000,1\n", "no day in front"),
        ("2016-01-03,1451779200,,,\n", "not midnight in UTC+8"),
        ("2016-02-31,,,\n", "a day that is none"),
    ],
)
def test_strange_stack_file_is_refused_in_one_line(tmp_path, text, told):
    assert told in str(read(tmp_path, "stack_items", text).error)


def test_cases_are_accounted_for(shared_data):
    run = run_source("mapped", list((shared_data / "cases").glob("*.csv")), {"mapping": "madep_penalties"})
    assert counts(run) == (2601, 2596, {"duplicate": 1, "not_a_date": 4})
    first = run.result.tables["penalties"].slice(0, 1).to_pylist()[0]
    assert (first["decided_date"], first["fine_cny"]) == (date(2004, 12, 29), pytest.approx(35355 * 8.2768, abs=0.01))
    assert (first["enterprise_id"], first["is_closed"], first["during_alert"]) == ("not_resolved", None, None)


def test_no_name_of_a_case_leaves_the_file(shared_data):
    (file,) = (shared_data / "cases").glob("*.csv")
    with file.open(encoding="utf-8", newline="") as text:
        told = " ".join(row["Text"] for row in csv.DictReader(text))
    names = set(re.findall(r"[A-Z][a-z]{3,}(?: [A-Z][a-z]{3,})+", told))
    run = run_source("mapped", [file], {"mapping": "madep_penalties"})
    shown = [str(run.result.tables["penalties"].to_pylist()), str(run.result.rejected_rows.to_pylist())]
    shown += [str(run.result.rejects), str([account.notes for account in run.result.files])]
    assert len(names) > 1000
    assert [name for name in names if name in " ".join(shown).replace("Massachusetts", "")] == []


@pytest.mark.parametrize(
    ("year", "written", "day"),
    [
        ("2004", "12/29/04", date(2004, 12, 29)),
        ("2010", "1/2/10", date(2010, 1, 2)),
        ("1998", "3/4/98", date(1998, 3, 4)),
        ("", "3/4/98", date(1998, 3, 4)),
        ("", "3/4/07", date(2007, 3, 4)),
        ("2005", "3/4/2005", date(2005, 3, 4)),
    ],
)
def test_two_digit_year_is_that_of_the_row(tmp_path, year, written, day):
    text = f'{CASES}\n{year},{written},"{SECRET}",False,True,"$1,000.50",[]\n'
    run = read(tmp_path, "mapped", text, mapping="madep_penalties")
    if day.year < 2000:  # no rate is known
        assert run.result.rejected == {"not_a_number": 1}
        return
    (row,) = rows(run, "penalties")
    assert (row["decided_date"], row["law_article"]) == (day, "chapter 91")


@pytest.mark.parametrize(
    ("cells", "reason"),
    [
        (f'2005,12/12/20,"{SECRET}",False,False,5.0,[]', "not_a_date"),
        (f'2005,2/30/05,"{SECRET}",False,False,5.0,[]', "not_a_date"),
        (f'2005,2/3/05,"{SECRET}",False,False,{SECRET},[]', "not_a_number"),
        (f'2005,2/3/05,"{SECRET}",False,False,5.0,[],{SECRET}', "ragged"),
    ],
)
def test_refused_case_shows_no_value(tmp_path, cells, reason):
    run = read(tmp_path, "mapped", f"{CASES}\n{cells}\n", mapping="madep_penalties")
    assert counts(run) == (1, 0, {reason: 1})
    assert "Acme" not in str(run.result.rejects) + str(run.result.rejected_rows.to_pylist())
    assert "Acme" not in str(read(tmp_path, "mapped", f"{SECRET},b\n1,2\n", mapping="madep_penalties").error)


def test_order_without_a_fine_is_kept_without_one(tmp_path):
    run = read(tmp_path, "mapped", f'{CASES}\n2005,2/3/05,"{SECRET}",False,False,,[]\n', mapping="madep_penalties")
    (row,) = rows(run, "penalties")
    assert row["fine_cny"] is None and "Acme" not in str(row)


def test_cases_without_year_and_law_columns_are_read(tmp_path):
    run = read(tmp_path, "mapped", "Text,Fine,Date\nx,100,5/6/09\n", mapping="madep_penalties")
    (row,) = rows(run, "penalties")
    assert (row["decided_date"], row["law_article"], row["fine_cny"]) == (date(2009, 5, 6), "not_stated", 683.1)


def test_plumes_of_the_world_are_read_whole(shared_data):
    run = run_source("plumes", list((shared_data / "plumes").glob("*.csv")))
    assert counts(run) == (6870, 6870, {})
    plumes = run.result.tables["plumes"]
    assert {one["values"]: one["counts"] for one in plumes["actionable"].value_counts().to_pylist()} == {
        "yes": 1170, "no": 761, "not_available": 3267, "not_applicable": 1672,
    }  # fmt: skip
    assert pc.sum(plumes["is_notified"]).as_py() == 1106
    assert pc.sum(pc.equal(plumes["country"], "China")).as_py() == 624
    assert plumes["rate_kg_h"].null_count == 1
    assert pc.sum(pc.equal(plumes["rate_kg_h"], 0.0)).as_py() == 1
    first = plumes.slice(0, 1).to_pylist()[0]
    assert (first["observed_at"], first["rate_kg_h"]) == (datetime(2020, 10, 29, 22, 34, 4), 3132.0)


@pytest.mark.parametrize(
    ("written", "moment"),
    [
        ("2023-05-01T16:30:00", datetime(2023, 5, 2, 0, 30)),
        ("2023-05-01T16:30:00.999999", datetime(2023, 5, 2, 0, 30)),
        ("2023-05-01 15:30:00Z", datetime(2023, 5, 1, 23, 30)),
        ("2023-05-01T15:30:00+00:00", datetime(2023, 5, 1, 23, 30)),
    ],
)
def test_plume_time_is_utc_in_any_spelling(tmp_path, written, moment):
    text = f"{PLUME}\n{PLUME_ROW.replace('2023-05-01T16:30:00', written)}\n"
    (row,) = rows(read(tmp_path, "plumes", text), "plumes")
    assert (row["observed_at"], row["observed_date"]) == (moment, moment.date())
    assert (row["actionable"], row["scene"], row["wind_u_m_s"]) == ("not_applicable", None, None)


def test_plumes_as_json_in_another_order_give_the_same(tmp_path):
    record = dict(reversed(list(zip(PLUME.split(","), PLUME_ROW.split(","), strict=True))))
    from_json = rows(read(tmp_path, "plumes", json.dumps([record]), "in.json"), "plumes")
    from_csv = rows(read(tmp_path, "plumes", f"\ufeff{PLUME}\r\n{PLUME_ROW}\r\n"), "plumes")
    assert from_json == from_csv


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        ("2023-05-01T16:30:00", "01/05/2023", "not_a_time"),
        ("2023-05-01T16:30:00", "", "missing"),
        ("38.5,110.2", "98.5,110.2", "out_of_range"),
        ("38.5,110.2", "38.5,", "missing"),
        ("1500.5", "much", "not_a_number"),
        ("Not Applicable", "Perhaps", "unknown_word"),
        (",True,", ",True,5,", "ragged"),
        ("a-1", "z-9", "duplicate"),
    ],
)
def test_bad_plume_is_refused(tmp_path, old, new, reason):
    good = PLUME_ROW.replace("a-1", "z-9")
    run = read(tmp_path, "plumes", f"{PLUME}\n{good}\n{PLUME_ROW.replace(old, new)}\n")
    assert counts(run) == (2, 1, {reason: 1})


def test_limits_of_outlets_are_accounted_for(shared_data):
    file = shared_data / "enterprises/outlet_pollutant_trend_flat.csv"
    register = shared_data / "enterprises/enterprises_flat.csv"
    for options in ({}, {"register": str(register)}):
        run = run_source("outlet_limits", [file], options)
        assert counts(run) == (1038, 717, {"not_air": 315, "no_concentration": 5, "out_of_range": 1})
        assert run.result.tables["outlets"].num_rows == 258
    first = run.result.tables["permit_limits"].slice(0, 1).to_pylist()[0]
    assert (first["permit_no"], first["pollutant"], first["limit_mg_m3"]) == ("916400002276950035001P", "SO2", 50.0)
    known = run_source("enterprise_register", [register]).result.tables["enterprises"]["enterprise_id"].to_pylist()
    strangers = set(run.result.tables["outlets"]["enterprise_id"].to_pylist()) - set(known)
    assert len(strangers) == 1


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("甲,1号,颗粒物,0,10,mg/m3,,", None),
        ("甲,1号,NOx,0,10,mg/m³,,", None),
        ("甲,1号,化学需氧量,0,10,mg/L,,", "not_air"),
        ("甲,1号,炉膛温度,0,850,℃,,", "no_concentration"),
        ("甲,1号,颗粒物,0,0,mg/m3,,", "out_of_range"),
        ("甲,1号,镭,0,10,mg/m3,,", "unknown_word"),
        ("甲,,颗粒物,0,10,mg/m3,,", "missing"),
        ("甲,1号,二氧化硫,0,50,mg/m3,,", "duplicate"),
    ],
)
def test_limit_is_taken_or_refused_with_its_reason(tmp_path, line, reason):
    run = read(tmp_path, "outlet_limits", f"{LIMITS}\n甲,1号,二氧化硫,0,35,mg/m3,,\n{line}\n")
    assert counts(run) == ((2, 1, {reason: 1}) if reason else (2, 2, {}))
    assert {row["outlet_id"] for row in rows(run, "permit_limits")} == {
        row["outlet_id"] for row in rows(run, "outlets")
    }


def test_list_of_divisions_is_laid_on_the_outlines(shared_data):
    run = run_source("divisions", [shared_data / "boundaries/mca_divisions_20260911.json"])
    assert counts(run) == (3214, 3205, {"no_outline": 9})
    levels = run.result.tables["regions"]["level"].to_pylist()
    assert [levels.count(level) for level in ("province", "city", "county")] == [34, 333, 2838]


def test_division_of_a_strange_code_is_refused(tmp_path):
    counties = {"东城区": "110101", "新区": "110199000000", "旧区": "1101", "东城": "110101000000"}
    document = {"provinces": {"北京市": {"code": "110000000000", "cities": {"": {"code": None, "counties": counties}}}}}
    run = read(tmp_path, "divisions", json.dumps(document), "in.json")
    assert counts(run) == (5, 2, {"bad_adcode": 1, "duplicate": 1, "no_outline": 1})
    assert "is no list of divisions" in str(read(tmp_path, "divisions", '{"provinces": [1]}', "in.json").error)


def test_factor_codes_are_among_those_of_the_standard(shared_data):
    with (shared_data / "hj212/pollutant_codes_2017_2005.csv").open(encoding="utf-8-sig", newline="") as file:
        listed = {row["ID"] for row in csv.DictReader(file)}
    reference = Path(codes.__file__).parent / "reference" / "factor_codes.csv"
    with reference.open(encoding="utf-8", newline="") as file:
        own = {row["code_2017"] for row in csv.DictReader(file)}
    assert (len(listed), len(own)) == (377, 121)
    assert own <= listed


@pytest.mark.parametrize(
    ("file", "country", "counted"),
    [
        ("China_raw.csv", "CHN", (3137, 3122, {"outside_country": 2, "duplicate": 13})),
        ("database_CDMDB.csv", "CHN", (5891, 3305, {"outside_country": 2586})),
        ("database_GEODB.csv", "CHN", (9998, 141, {"outside_country": 9857})),
        ("database_GEODB.csv", "all", (9998, 9996, {"no_name": 2})),
    ],
)
def test_power_plants_are_accounted_for(shared_data, file, country, counted):
    assert counts(run_source("power_plants", [shared_data / "enterprises" / file], {"country": country})) == counted
