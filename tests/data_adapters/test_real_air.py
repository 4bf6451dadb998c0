"""Air, weather and stations from files as others publish them: real ones in full, small ones of the same formats."""

from __future__ import annotations

import json
from datetime import date, datetime
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow.compute as pc
import pytest
import xarray as xr

from data_adapters.run import SourceRun, run_source

PRSA = "No,year,month,day,hour,PM2.5,PM10,SO2,NO2,CO,O3,TEMP,PRES,DEWP,RAIN,wd,WSPM,station"
PRSA_ROW = '1,2013,3,1,0,4,4,4,7,300,77,-0.7,1023,-18.8,0,"NNW",4.4,"Aotizhongxin"'


def read(tmp_path: Path, source: str, content: str | bytes, name: str = "in.csv", **options: str) -> SourceRun:
    path = tmp_path / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return run_source(source, [path], options)


def rows(run: SourceRun, table: str) -> list[dict[str, object]]:
    assert run.error is None and run.result is not None, run.error
    return run.result.tables[table].to_pylist()


def air(tmp_path: Path, content: str | bytes) -> SourceRun:
    return read(tmp_path, "mapped", content, mapping="prsa_air")


def weather(tmp_path: Path, content: str | bytes) -> SourceRun:
    return read(tmp_path, "mapped", content, mapping="prsa_weather")


def test_prsa_hours_are_read_whole(shared_data):
    files = sorted((shared_data / "ambient/prsa").glob("*.csv"))
    run = run_source("mapped", files, {"mapping": "prsa_air"})
    assert [(one.read, one.accepted, one.rejected) for one in run.result.files] == [(35064, 35064, {})] * len(files)
    hours = run.result.tables["station_hours"]
    assert hours.num_rows == 35064 * len(files)
    assert hours.slice(0, 1).to_pylist() == [
        {
            "station_id": "Aotizhongxin", "time": datetime(2013, 3, 1), "pm25_ug_m3": 4.0, "pm10_ug_m3": 4.0,
            "so2_ug_m3": 4.0, "no2_ug_m3": 7.0, "co_mg_m3": 0.3, "o3_ug_m3": 77.0, "flag": "N",
        }
    ]  # fmt: skip
    own = hours.filter(pc.equal(hours["station_id"], "Aotizhongxin"))
    assert own["co_mg_m3"].null_count == 1776
    assert own["pm25_ug_m3"].null_count == 925
    assert pc.max(own["co_mg_m3"]).as_py() == 10.0
    assert own["flag"].to_pylist().count("H") == 637


def test_prsa_weather_rows_without_a_value_are_counted(shared_data):
    files = sorted((shared_data / "ambient/prsa").glob("*.csv"))
    run = run_source("mapped", files, {"mapping": "prsa_weather"})
    rejected = [one.rejected["missing"] for one in run.result.files]
    assert rejected == [87, 84, 87, 166]
    assert [one.accepted for one in run.result.files] == [35064 - count for count in rejected]
    refused = run.result.rejected_rows
    assert refused.num_rows == sum(rejected)
    assert set(refused["file"].to_pylist()) == {str(file) for file in files}
    first = run.result.tables["weather_hours"].slice(0, 1).to_pylist()[0]
    assert (first["wind_from_deg"], first["rh_pct"], first["visibility_km"]) == (337.5, 24.01, None)


@pytest.mark.parametrize("ending", ["\n", "\r\n"], ids=["lf", "crlf"])
@pytest.mark.parametrize("mark", ["", "\ufeff"], ids=["plain", "bom"])
def test_prsa_in_another_order_gives_the_same(tmp_path, mark, ending):
    cells = dict(zip(PRSA.split(","), PRSA_ROW.split(","), strict=True))
    names = sorted(cells, reverse=True)
    text = mark + ending.join([",".join(names), ",".join(cells[name] for name in names), ""])
    assert rows(air(tmp_path, text), "station_hours") == rows(air(tmp_path, f"{PRSA}\n{PRSA_ROW}\n"), "station_hours")


@pytest.mark.parametrize("sign", ["NA", "", "-", "null", "N/A", " NA "])
def test_missing_sign_is_no_value(tmp_path, sign):
    (row,) = rows(air(tmp_path, f"{PRSA}\n{PRSA_ROW.replace(',300,', f',{sign},')}\n"), "station_hours")
    assert (row["co_mg_m3"], row["o3_ug_m3"], row["flag"]) == (None, 77.0, "N")


def test_hour_without_any_pollutant_is_flagged_as_lacking(tmp_path):
    text = f"{PRSA}\n{PRSA_ROW.replace('4,4,4,7,300,77', 'NA,NA,NA,NA,NA,NA')}\n"
    (row,) = rows(air(tmp_path, text), "station_hours")
    assert (row["flag"], row["pm25_ug_m3"]) == ("H", None)


@pytest.mark.parametrize(
    ("old", "new", "reason", "value"),
    [
        ("2013,3,1,0", "2013,2,30,0", "not_a_time", "2013-02-30 00:00"),
        ("2013,3,1,0", "2013,3,1,25", "not_a_time", "2013-03-01 25:00"),
        ("2013,3,1,0", "NA,NA,NA,NA", "missing", ""),
        (",300,", ",low,", "not_a_number", "low"),
        (",300,", ",999999,", "out_of_range", "999999"),
        ('"Aotizhongxin"', '""', "missing", ""),
        ('"Aotizhongxin"', '"Aotizhongxin",7', "ragged", None),
    ],
)
def test_bad_prsa_row_keeps_its_reason_and_place(tmp_path, old, new, reason, value):
    run = air(
        tmp_path, f"{PRSA}\n{PRSA_ROW}\n{PRSA_ROW.replace('2013,3,1,0', '2014,1,1,5')}\n{PRSA_ROW.replace(old, new)}\n"
    )
    (account,) = run.result.files
    assert (account.read, account.accepted, account.rejected) == (3, 2, {reason: 1})
    example = run.result.rejects[0].examples[0]
    assert (example.row, example.file) == (3, account.path)
    assert value is None or example.value == value
    assert run.result.rejected_rows.select(["row", "reason"]).to_pylist() == [{"row": 3, "reason": reason}]


def test_same_hour_in_two_files_is_a_duplicate(tmp_path):
    for name in ("a.csv", "b.csv"):
        (tmp_path / name).write_text(f"{PRSA}\n{PRSA_ROW}\n")
    run = run_source("mapped", [tmp_path / "a.csv", tmp_path / "b.csv"], {"mapping": "prsa_air"})
    assert [one.rejected for one in run.result.files] == [{}, {"duplicate": 1}]
    assert run.result.rejects[0].examples[0].file == str(tmp_path / "b.csv")


def test_repeated_heading_is_counted(tmp_path):
    run = air(tmp_path, f"{PRSA}\n{PRSA_ROW}\n{PRSA}\n")
    assert run.result.rejected == {"heading": 1}
    assert run.result.read == 2


@pytest.mark.parametrize(("word", "deg"), [("N", 0.0), ("ene", 67.5), ("SW", 225.0), ("东北", 45.0), ("270", 270.0)])
def test_compass_word_is_a_direction(tmp_path, word, deg):
    (row,) = rows(weather(tmp_path, f"{PRSA}\n{PRSA_ROW.replace('NNW', word)}\n"), "weather_hours")
    assert row["wind_from_deg"] == deg


def test_unknown_compass_word_is_refused_as_written(tmp_path):
    run = weather(tmp_path, f"{PRSA}\n{PRSA_ROW.replace('NNW', 'upwards')}\n")
    assert run.result.rejected == {"not_a_number": 1}
    assert run.result.rejects[0].examples[0].value == "upwards"


@pytest.mark.parametrize(("temp", "dew", "rh"), [("20", "20", 100.0), ("20", "9.3", 50.13), ("0", "-10", 46.85)])
def test_humidity_follows_from_dew_point(tmp_path, temp, dew, rh):
    text = PRSA_ROW.replace("-0.7,1023,-18.8", f"{temp},1023,{dew}")
    (row,) = rows(weather(tmp_path, f"{PRSA}\n{text}\n"), "weather_hours")
    assert row["rh_pct"] == pytest.approx(rh, abs=0.15)


def test_dew_point_above_temperature_is_refused(tmp_path):
    run = weather(tmp_path, f"{PRSA}\n{PRSA_ROW.replace('-0.7,1023,-18.8', '1,1023,8')}\n")
    assert run.result.rejected == {"out_of_range": 1}


def test_cnemc_snapshot_is_read_whole(shared_data):
    run = run_source("mapped", [shared_data / "ambient/cnemc_snapshot_20180220T07.json"], {"mapping": "cnemc_hours"})
    (account,) = run.result.files
    assert (account.read, account.accepted, account.rejected) == (1495, 1495, {})
    hours = run.result.tables["station_hours"]
    first = hours.slice(0, 1).to_pylist()[0]
    assert (first["station_id"], first["time"]) == ("1001A", datetime(2018, 2, 20, 7))
    assert (first["pm25_ug_m3"], first["pm10_ug_m3"], first["co_mg_m3"], first["flag"]) == (38.0, None, 0.7, "N")
    empty = {name: hours[name].null_count for name in ("pm25_ug_m3", "pm10_ug_m3", "so2_ug_m3", "no2_ug_m3")}
    assert empty == {"pm25_ug_m3": 22, "pm10_ug_m3": 273, "so2_ug_m3": 18, "no2_ug_m3": 21}
    assert hours["flag"].to_pylist().count("H") == 18


@pytest.mark.parametrize("shape", ["features", "list", "lines", "upper", "wrapped"])
def test_snapshot_in_other_shapes_gives_the_same(tmp_path, shape):
    own = {"stationcode": "9001A", "timepoint": "2021-05-01T13:00:00", "pm2_5": "12", "pm10": "—", "co": "0.4"}
    own |= {"so2": "-;", "no2": "_", "o3": "99", "positionname": "X"}
    point = {"type": "Point", "coordinates": [116.4, 39.9]}
    texts = {
        "features": json.dumps({"type": "FeatureCollection", "features": [{"properties": own, "geometry": point}]}),
        "list": json.dumps([own]),
        "lines": json.dumps(own) + "\n" + json.dumps({**own, "stationcode": "9002A"}),
        "upper": json.dumps([{name.upper(): value for name, value in own.items()}]),
        "wrapped": json.dumps({"code": 200, "data": [own]}),
    }
    run = read(tmp_path, "mapped", texts[shape], "in.json", mapping="cnemc_hours")
    row = rows(run, "station_hours")[0]
    assert (row["time"], row["pm25_ug_m3"], row["pm10_ug_m3"]) == (datetime(2021, 5, 1, 13), 12.0, None)
    assert (row["so2_ug_m3"], row["no2_ug_m3"], row["co_mg_m3"]) == (None, None, 0.4)


def test_what_is_no_record_in_a_list_is_counted(tmp_path):
    own = {"stationcode": "9001A", "timepoint": "2021-05-01 13:00", "pm2_5": 12}
    run = read(tmp_path, "mapped", json.dumps([own, 7, None]), "in.json", mapping="cnemc_hours")
    assert (run.result.read, run.result.accepted, run.result.rejected) == (3, 1, {"ragged": 2})


def test_stations_of_the_snapshot_have_counties(shared_data):
    run = run_source("stations", [shared_data / "ambient/cnemc_snapshot_20180220T07.json"])
    assert (run.result.read, run.result.accepted) == (1495, 1495)
    first = run.result.tables["sites"].slice(0, 1).to_pylist()[0]
    assert (first["site_id"], first["kind"], first["county_adcode"]) == ("1001A", "national", "110106")


def test_station_out_at_sea_or_seen_twice_is_refused(tmp_path):
    text = "stationcode,positionname,lon,lat\nA,x,116.4,39.9\nB,y,150,10\nA,x,116.4,39.9\nC,z,east,39.9\n"
    run = read(tmp_path, "stations", text, kind="provincial")
    assert run.result.rejected == {"not_a_number": 1, "outside_china": 1, "duplicate": 1}
    assert [row["kind"] for row in rows(run, "sites")] == ["provincial"]


def test_reanalysis_days_are_read_whole_and_labelled(shared_data):
    run = run_source("province_days", sorted((shared_data / "ambient/caqra").glob("*.csv")))
    assert [one.read for one in run.result.files] == [12044, 12045, 12045, 12078]
    assert run.result.rejected == {}
    series = run.result.tables["ambient_series"]
    assert series.num_rows == 6 * 48212
    assert set(pc.unique(pc.utf8_slice_codeunits(series["place_code"], 0, 6)).to_pylist()) == {"CAQRA:"}
    assert series["city_adcode"].null_count == series.num_rows
    own = series.filter(pc.equal(series["place_code"], "CAQRA:340000")).slice(0, 6).to_pylist()
    assert {row["pollutant"]: row["value"] for row in own} == {
        "PM25": 42.91, "PM10": 104.919998, "SO2": 92.059998, "NO2": 44.330002, "CO": 2.61, "O3_24H": 24.200001,
    }  # fmt: skip
    assert own[0]["date"] == date(2013, 1, 2)
    assert "12046 empty lines" in run.result.files[1].notes


@pytest.mark.parametrize("ending", ["\n", "\r\n", "\n\n", "\r\n\r\n"])
def test_province_days_of_other_years_and_orders(tmp_path, ending):
    lines = ["Time,O3,CO,NO2,SO2,PM10,PM2_5,Province", "2019/7/1,80,0.5,20,6,50,,河北省", "2019-07-02,1,1,1,1,1,1,河北"]
    run = read(tmp_path, "province_days", "\ufeff" + ending.join(lines) + ending, label="MODEL")
    made = {(row["date"].day, row["pollutant"]): row["value"] for row in rows(run, "ambient_series")}
    assert (run.result.read, run.result.accepted) == (2, 2)
    assert (made[1, "PM25"], made[1, "CO"], made[2, "PM25"]) == (None, 0.5, 1.0)
    assert rows(run, "ambient_series")[0]["place_code"] == "MODEL:130000"


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("亚特兰蒂斯,1,1,1,1,1,1,2019-07-01", "unknown_place"),
        ("河北,1,1,1,1,1,1,2019-02-30", "not_a_date"),
        ("河北,x,1,1,1,1,1,2019-07-01", "not_a_number"),
        ("河北,-9,1,1,1,1,1,2019-07-01", "out_of_range"),
        ("河北,2,1,1,1,1,1,2019-06-30", "duplicate"),
        ("河北,2,1,1", "ragged"),
    ],
)
def test_bad_province_day_is_refused_whole(tmp_path, line, reason):
    heading = "Province,PM2_5,PM10,SO2,NO2,CO,O3,Time\n河北,1,1,1,1,1,1,2019-06-30\n"
    run = read(tmp_path, "province_days", f"{heading}{line}\n")
    assert (run.result.read, run.result.accepted, run.result.rejected) == (2, 1, {reason: 1})
    assert len(rows(run, "ambient_series")) == 6


def test_fields_without_dates_are_refused_until_dates_are_told(shared_data):
    file = shared_data / "ambient/cnemc_regions/CNEMC_PM25.nc"
    run = run_source("region_days", [file])
    assert (run.result.read, run.result.accepted, run.result.rejected) == (24304, 0, {"no_date": 24304})
    told = run_source("region_days", [file], {"year": "2014", "day": "11-10"})
    assert (told.result.read, told.result.accepted) == (24304, 24304)
    first = told.result.tables["ambient_series"].slice(0, 1).to_pylist()[0]
    assert (first["place_code"], first["date"], first["pollutant"]) == ("BTH-01", date(2014, 11, 10), "PM25")
    assert first["value"] == pytest.approx(43.454544)
    assert told.result.tables["ambient_series"]["value"].null_count == 477 + 481 + 273


@pytest.mark.parametrize(("name", "read"), [("CNEMC_ND_PM25.nc", 19747), ("CNEMC_ND_MDA8_O3.nc", 22816)])
def test_series_freed_of_its_mean_is_no_concentration(shared_data, name, read):
    run = run_source("region_days", [shared_data / "ambient/cnemc_regions" / name], {"year": "2014", "day": "12-01"})
    assert (run.result.read, run.result.rejected) == (read, {"not_a_concentration": read})


def regions(path: Path, values: np.ndarray, name: str = "NO2_x") -> Path:
    xr.Dataset({name: (("year", "SCB", "days"), values)}).to_netcdf(path, engine="h5netcdf")
    return path


def test_region_days_of_another_region_and_pollutant(tmp_path):
    file = regions(tmp_path / "any.nc", np.array([[[1.0, np.nan], [3.0, 4.0]]]))
    run = run_source("region_days", [file, file], {"year": "2020", "day": "02-28"})
    assert [one.rejected for one in run.result.files] == [{}, {"duplicate": 4}]
    made = [(row["place_code"], row["date"], row["value"]) for row in rows(run, "ambient_series")]
    assert made[:2] == [("SCB-01", date(2020, 2, 28), 1.0), ("SCB-01", date(2020, 2, 29), None)]


@pytest.mark.parametrize(
    ("options", "told"),
    [
        ({"year": "2020"}, "are no day"),
        ({"year": "2020", "day": "13-01"}, "are no day"),
        ({"pollutant": "PM2"}, "did you mean PM25?"),
        ({"years": "1"}, "did you mean year?"),
    ],
)
def test_wrong_option_of_region_days_is_told(tmp_path, options, told):
    assert told in str(run_source("region_days", [regions(tmp_path / "a.nc", np.ones((1, 1, 1)))], options).error)


def test_wind_without_time_is_refused_until_it_is_told(shared_data):
    files = list((shared_data / "weather").glob("*.nc"))
    run = run_source("wind_grid", files)
    assert (run.result.read, run.result.rejected) == (67721, {"missing": 67721})
    told = run_source("wind_grid", files, {"time": "2023-07-01T08:00"})
    assert (told.result.read, told.result.accepted, told.result.rejected) == (67721, 63225, {"out_of_range": 4496})
    first = told.result.tables["wind_grid_hours"].slice(0, 1).to_pylist()[0]
    assert (first["cell_code"], first["time"]) == ("Q70.000-0.000", datetime(2023, 7, 1, 8))
    assert (first["u10_m_s"], first["v10_m_s"], first["blh_m"]) == (
        pytest.approx(0.65177023),
        pytest.approx(1.5080891),
        None,
    )
    assert told.result.tables["wind_grid_hours"]["u925_m_s"].null_count == 63225


def wind(levels: bool = False) -> xr.Dataset:
    """Two hours of a grid of 2 by 3, latitude from north to south, longitude from 0 to 360."""
    coords = {
        "valid_time": pd.to_datetime(["2023-07-01T16:00", "2023-07-01T17:00"]),
        "latitude": [31.0, 30.75],
        "longitude": [110.0, 110.25, 110.5],
    }
    dims = ("valid_time", "latitude", "longitude")
    field = np.arange(12.0, dtype="float32").reshape(2, 2, 3)
    made = {"u10": (dims, field), "v10": (dims, -field), "blh": (dims, field * 100)}
    if levels:
        coords["pressure_level"] = [1000.0, 925.0]
        made["u"] = (("pressure_level", *dims), np.stack([field, field + 5]))
    return xr.Dataset(made, coords)


@pytest.mark.parametrize("engine", ["h5netcdf", "scipy"])
def test_wind_of_several_hours_with_boundary_layer(tmp_path, engine):
    wind(levels=True).to_netcdf(tmp_path / "in.nc", engine=engine)
    run = run_source("wind_grid", [tmp_path / "in.nc"])
    made = rows(run, "wind_grid_hours")
    assert (run.result.read, run.result.accepted) == (12, 12)
    assert made[0]["time"] == datetime(2023, 7, 2, 0)
    assert (made[7]["u10_m_s"], made[7]["v10_m_s"], made[7]["blh_m"]) == (7.0, -7.0, 700.0)
    assert (made[7]["u925_m_s"], made[7]["v925_m_s"], made[7]["cell_code"]) == (12.0, None, "Q110.250-31.000")


def test_forecast_is_of_the_hour_it_is_valid_for(tmp_path):
    data = wind().isel(valid_time=1)
    start = pd.Timestamp("2023-07-01T00:00")
    data.assign_coords(time=start).to_netcdf(tmp_path / "in.nc", engine="h5netcdf")
    run = run_source("wind_grid", [tmp_path / "in.nc"])
    assert {row["time"] for row in rows(run, "wind_grid_hours")} == {datetime(2023, 7, 2, 1)}


def test_wind_outside_the_box_is_told(tmp_path):
    wind().to_netcdf(tmp_path / "in.nc", engine="h5netcdf")
    run = run_source("wind_grid", [tmp_path / "in.nc"], {"bbox": "110.2,30,111,30.8"})
    assert run.result.read == 4
    assert "4 of 6 cells lie outside option bbox" in run.result.files[0].notes


def test_cell_without_wind_is_refused_at_its_number(tmp_path):
    data = wind()
    data["u10"][1, 0, 2] = np.nan
    data.to_netcdf(tmp_path / "in.nc", engine="h5netcdf")
    run = run_source("wind_grid", [tmp_path / "in.nc"])
    assert run.result.rejected == {"missing": 1}
    assert run.result.rejects[0].examples[0].row == 9


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (lambda data: data.drop_vars("u10"), "lacks u10_m_s"),
        (lambda data: data.rename(valid_time="run").drop_vars("run"), "2 planes but no readable times"),
        (lambda data: data.drop_vars("latitude"), "has no latitude"),
        (lambda data: data.expand_dims(number=[0, 1]), "hand in one run"),
    ],
)
def test_strange_wind_is_refused_in_one_line(tmp_path, change, told):
    change(wind()).to_netcdf(tmp_path / "in.nc", engine="h5netcdf")
    run = run_source("wind_grid", [tmp_path / "in.nc"])
    assert told in str(run.error) and "\n" not in str(run.error)
