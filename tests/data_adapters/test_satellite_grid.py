from __future__ import annotations

from datetime import date
from pathlib import Path

import numpy as np
import pytest
import xarray as xr
from hypothesis import given
from hypothesis import strategies as st

from data_adapters.run import SourceRun, run_source
from data_adapters.sources.grid_settings import plain_unit

LAT, LON = np.array([39.0, 39.5]), np.array([116.0, 116.5, 117.0])


def no2_field(**changes: object) -> xr.Dataset:
    values = np.array([[1e-4, 2e-4, np.nan], [3e-4, -1e-5, 5e-4]], dtype="f4")
    quality = np.array([[1.0, 0.7, 1.0], [0.8, 0.9, 1.0]], dtype="f4")
    attributes = {"units": changes.get("units", "mol m-2"), "long_name": "tropospheric NO2"}
    dataset = xr.Dataset(
        {
            "nitrogendioxide_tropospheric_column": (("latitude", "longitude"), values, attributes),
            "nitrogendioxide_tropospheric_column_precision": (("latitude", "longitude"), values, attributes),
            "qa_value": (("latitude", "longitude"), quality),
        },
        coords={"latitude": LAT, "longitude": LON},
    )
    return dataset.expand_dims(time=[np.datetime64("2023-06-01T05:30", "ns")])


def read(
    tmp_path: Path, dataset: xr.Dataset, *, engine: str = "h5netcdf", name: str = "f.nc", **options: object
) -> SourceRun:
    path = tmp_path / name
    dataset.to_netcdf(path, engine=engine)
    return run_source("satellite_grid", [path], options)


def rows_of(run: SourceRun) -> list[dict[str, object]]:
    assert run.result is not None, run.error
    return run.result.tables["satellite_grid"].to_pylist()


@pytest.mark.parametrize("engine", ["h5netcdf", "scipy"])
def test_no2_field_becomes_cells_in_the_units_of_the_table(tmp_path, engine):
    rows = rows_of(read(tmp_path, no2_field(), engine=engine))
    assert len(rows) == 6
    assert rows[0]["value"] == pytest.approx(6.02214, rel=1e-4)
    assert (rows[0]["product"], rows[0]["date"], rows[0]["lon_deg"]) == ("NO2", date(2023, 6, 1), 116.0)
    assert rows[0]["native_km"] == pytest.approx(55.6, abs=0.1)


def test_unobserved_cells_stay_as_rows(tmp_path):
    rows = rows_of(read(tmp_path, no2_field()))
    assert [row["is_valid"] for row in rows] == [True, False, False, True, True, True]
    assert (rows[1]["value"] is not None, rows[2]["value"]) == (True, None)


def test_fill_values_are_not_values(tmp_path):
    dataset = no2_field()
    dataset["nitrogendioxide_tropospheric_column"].encoding["_FillValue"] = np.float32(-9999.0)
    assert rows_of(read(tmp_path, dataset))[2]["value"] is None


def test_late_utc_belongs_to_the_next_day(tmp_path):
    dataset = no2_field().assign_coords(time=[np.datetime64("2023-06-01T16:00", "ns")])
    assert rows_of(read(tmp_path, dataset))[0]["date"] == date(2023, 6, 2)


def test_several_fields_of_one_day_are_refused(tmp_path):
    twice = xr.concat([no2_field(), no2_field().assign_coords(time=[np.datetime64("2023-06-01T07:00", "ns")])], "time")
    assert "several times of one day" in str(read(tmp_path, twice).error)


def test_swath_with_two_dimensional_coordinates_and_clouds(tmp_path):
    lon, lat = np.meshgrid([116.0, 116.05], [39.0, 39.05])
    dataset = xr.Dataset(
        {
            "HCHO": (("y", "x"), np.full((2, 2), 8e15), {"units": "molec/cm^2"}),
            "cloud_fraction": (("y", "x"), np.array([[0.1, 0.9], [0.2, np.nan]])),
            "lon": (("y", "x"), lon, {"units": "degrees_east"}),
            "lat": (("y", "x"), lat, {"units": "degrees_north"}),
        }
    )
    rows = rows_of(read(tmp_path, dataset, date="2023-07-01"))
    assert [row["value"] for row in rows] == pytest.approx([8.0] * 4)
    assert [row["is_valid"] for row in rows] == [True, False, True, True]


def test_resampled_grid_is_no_finer_than_the_instrument(tmp_path):
    dataset = xr.Dataset(
        {"PM25": (("lat", "lon"), np.ones((3, 3)), {"units": "µg/m³"})},
        coords={"lat": 39 + np.arange(3) / 1000, "lon": 116 + np.arange(3) / 1000},
    )
    assert {row["native_km"] for row in rows_of(read(tmp_path, dataset, name="PM25_20230701.nc"))} == {1.0}
    assert {row["native_km"] for row in rows_of(read(tmp_path, dataset, date="2023-07-01", native_km="3"))} == {3.0}


def test_longitudes_from_0_to_360_are_turned(tmp_path):
    dataset = no2_field().assign_coords(longitude=[240.0, 240.5, 241.0])
    assert rows_of(read(tmp_path, dataset))[0]["lon_deg"] == -120.0


def test_box_refuses_and_counts_the_cells_outside(tmp_path):
    run = read(tmp_path, no2_field(), bbox="115,38,116.6,40")
    assert run.result is not None
    assert (run.result.read, run.result.accepted, run.result.rejected) == (6, 4, {"outside_box": 2})


def test_product_inside_group_of_a_level_2_file_is_found(tmp_path):
    path = tmp_path / "S5P.nc"
    no2_field().to_netcdf(path, engine="h5netcdf", group="PRODUCT")
    assert len(rows_of(run_source("satellite_grid", [path]))) == 6


@pytest.mark.parametrize("stated", ["milliseconds", "milliseconds since 2023-06-01 00:00:00"])
def test_orbit_takes_its_day_from_the_time_of_each_scan_line(tmp_path, stated):
    path = tmp_path / "S5P.nc"
    lon, lat = np.meshgrid([116.0, 116.1], [39.0, 39.1])
    lines = np.array([[57_599_000, 57_600_000]], dtype="i8")
    dims = ("time", "scanline", "ground_pixel")
    dataset = xr.Dataset(
        {
            "formaldehyde_tropospheric_vertical_column": (dims, np.full((1, 2, 2), 1e-4), {"units": "mol m-2"}),
            "delta_time": (dims[:2], lines, {"units": stated}),
        },
        coords={
            "latitude": (dims, lat[None]),
            "longitude": (dims, lon[None]),
            "time": ("time", [0], {"units": "seconds since 2023-06-01"}),
        },
    )
    dataset.to_netcdf(path, engine="h5netcdf", group="PRODUCT")
    rows = rows_of(run_source("satellite_grid", [path]))
    assert [row["date"].day for row in rows] == [1, 1, 2, 2]


@pytest.mark.parametrize("fill", [-999.0, -9999.0, -32768.0, 9.96921e36, 65535.0])
def test_undeclared_fill_values_are_not_observed(tmp_path, fill):
    dataset = no2_field()
    dataset["nitrogendioxide_tropospheric_column"][0, 0, 0] = fill
    row = rows_of(read(tmp_path, dataset))[0]
    assert (row["value"], row["is_valid"]) == (None, False)


def test_csv_of_one_product_needs_neither_option_nor_date(tmp_path):
    path = tmp_path / "PM25_20230701.csv"
    path.write_text("lon,lat,PM2.5 (mg/m3)\n116.1,39.1,0.033\n244,39.1,-999\n")
    run = run_source("satellite_grid", [path])
    rows = rows_of(run)
    assert [(row["product"], row["date"], row["lon_deg"]) for row in rows] == [
        ("PM25", date(2023, 7, 1), 116.1),
        ("PM25", date(2023, 7, 1), -116.0),
    ]
    assert (rows[0]["value"], rows[1]["value"]) == (pytest.approx(33.0), None)


def test_damaged_netcdf_prints_nothing_of_its_own(tmp_path, capfd):
    path = tmp_path / "f.nc"
    no2_field().to_netcdf(path, engine="h5netcdf")
    path.write_bytes(path.read_bytes()[:1500])
    assert "damaged" in str(run_source("satellite_grid", [path]).error)
    assert "Traceback" not in capfd.readouterr().err


def test_same_file_twice_counts_once(tmp_path):
    path = tmp_path / "f.nc"
    no2_field().to_netcdf(path, engine="h5netcdf")
    run = run_source("satellite_grid", [path, path])
    assert run.result is not None
    assert run.result.rejected == {"duplicate": 6}


@pytest.mark.parametrize(
    ("dataset", "options", "words"),
    [
        (no2_field(units="furlong"), {}, "unit 'furlong'"),
        (no2_field(units=""), {}, "states no unit"),
        (no2_field().drop_vars(["longitude"]), {}, "no longitude"),
        (no2_field().isel(time=0, drop=True), {}, "option date"),
        (no2_field(), {"variables": {"NO2": "no2"}}, "no variable 'no2'"),
        (no2_field(), {"variables": {"NO": "no2"}}, "did you mean NO2"),
        (no2_field(), {"bbox": "1,2,3"}, "west,south,east,north"),
        (
            no2_field()
            .rename(nitrogendioxide_tropospheric_column="t2m")
            .drop_vars("nitrogendioxide_tropospheric_column_precision"),
            {},
            "it has t2m",
        ),
    ],
)
def test_unusable_field_is_refused_in_words(tmp_path, dataset, options, words):
    if "t2m" in dataset:
        dataset["t2m"].attrs.clear()
    run = read(tmp_path, dataset, **options)
    assert run.status == "failed"
    assert words in str(run.error)


def test_truncated_netcdf_is_refused(tmp_path):
    path = tmp_path / "f.nc"
    no2_field().to_netcdf(path, engine="h5netcdf")
    path.write_bytes(path.read_bytes()[:2000])
    run = run_source("satellite_grid", [path])
    assert run.status == "failed"
    assert "unexpected" not in str(run.error)


def test_csv_of_cells_is_read_row_by_row(tmp_path):
    path = tmp_path / "cells.csv"
    lines = ["product,date,lon,lat,value,qa", "PM2.5,2023-07-01,116.1,39.1,80,0.9", "PM25,2023-07-01,116.2,39.1,,"]
    lines += ["SO2,2023-07-01,116.1,39.1,1,1", "NO2,2023-07-01,116.1,95,1,1", "NO2,2023-07-01,116.1,39.1,x,1"]
    path.write_text("\n".join(lines))
    run = run_source("satellite_grid", [path])
    assert run.result is not None
    assert run.result.rejected == {"unknown_product": 1, "bad_position": 1, "bad_number": 1}
    assert [row["is_valid"] for row in rows_of(run)] == [True, False]


@given(st.text(max_size=20))
def test_any_unit_text_has_a_plain_form(text):
    assert " " not in plain_unit(text)


@pytest.mark.parametrize(
    ("unit", "plain"),
    [("mol m-2", "molm-2"), ("mol/m^2", "molm-2"), ("mol m**-2", "molm-2"), ("molecules cm-2", "moleccm-2")]
    + [("1e15 molec/cm2", "1e15moleccm-2"), ("10^15 molec. cm-2", "1015moleccm-2"), ("μg/m³", "ugm-3")]
    + [("1/cm^2", "1cm-2"), ("kg m-3", "kgm-3"), ("[ug/m3]", "ugm-3"), ("ug.m-3", "ugm-3"), ("moles/m2", "molm-2")]
    + [("1E+15 molec/cm2", "1e15moleccm-2"), ("x10^15 molec./cm2", "1015moleccm-2"), ("Dobson units", "dobson")]
    + [("1.e15 molec cm-2", "1e15moleccm-2"), ("micrograms per m3", "ugperm3"), ("10^-9 kg m^-3", "10-9kgm-3")],
)
def test_units_are_compared_in_plain_form(unit, plain):
    assert plain_unit(unit) == plain


@pytest.mark.parametrize("folder", ["weather", "ambient/cnemc_regions"])
def test_real_netcdf_of_other_sources_is_refused(shared_data, folder):
    for path in sorted((shared_data / folder).glob("*.nc")):
        run = run_source("satellite_grid", [path])
        assert run.status == "failed"
        assert "is not of source satellite_grid" in str(run.error)
