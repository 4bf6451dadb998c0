from __future__ import annotations

import gzip
import json
import zipfile
from datetime import date, datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from data_adapters.run import SourceRun, run_source

MODIS = (
    "latitude,longitude,brightness,scan,track,acq_date,acq_time,satellite,confidence,version,bright_t31,frp,daynight"
)
VIIRS = (
    "latitude,longitude,bright_ti4,scan,track,acq_date,acq_time,satellite,instrument,confidence,"
    "version,bright_ti5,frp,daynight"
)
ARCHIVE = (
    "latitude,longitude,brightness,scan,track,acq_date,acq_time,satellite,instrument,confidence,"
    "version,bright_t31,frp,daynight,type"
)
MODIS_ROW = "39.22,117.46,308.4,1.0,1.0,2022-03-28,0249,T,45,6.1NRT,291.4,6.3,D"
VIIRS_ROW = "28.03833,96.14342,339.68,0.45,0.47,2026-10-01,614,N21,VIIRS,n,2.0NRT,287.9,4.22,D"
ARCHIVE_ROW = "28.03833,96.14342,339.68,0.45,0.47,2026-10-01,0614,N21,VIIRS,n,2,287.9,4.22,D,0"


def read(tmp_path: Path, *contents: str | bytes, suffix: str = ".csv") -> SourceRun:
    paths = []
    for number, content in enumerate(contents):
        path = tmp_path / f"file{number}{suffix}"
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        paths.append(path)
    return run_source("firms", paths)


def rows_of(run: SourceRun) -> list[dict[str, object]]:
    assert run.result is not None
    return run.result.tables["satellite_detections"].to_pylist()


def only_row(run: SourceRun) -> dict[str, object]:
    (row,) = rows_of(run)
    return row


def test_modis_row_is_read_in_utc_plus_8(tmp_path):
    row = only_row(read(tmp_path, f"{MODIS}\n{MODIS_ROW}\n"))
    assert (row["satellite"], row["instrument"], row["processing"]) == ("Terra", "MODIS", "nrt")
    assert row["observed_at"] == datetime(2022, 3, 28, 10, 49)
    assert (row["confidence"], row["confidence_pct"], row["is_day"]) == ("nominal", 45, True)


def test_viirs_row_has_no_percentage(tmp_path):
    row = only_row(read(tmp_path, f"{VIIRS}\n{VIIRS_ROW}\n"))
    assert (row["satellite"], row["confidence"], row["confidence_pct"]) == ("NOAA-21", "nominal", None)
    assert row["observed_at"] == datetime(2026, 10, 1, 14, 14)


@pytest.mark.parametrize(
    ("text", "day"),
    [("1559", date(2022, 3, 28)), ("1600", date(2022, 3, 29)), ("16:00", date(2022, 3, 29)), ("5", date(2022, 3, 28))],
)
def test_day_in_china_begins_at_16_utc(tmp_path, text, day):
    assert only_row(read(tmp_path, f"{MODIS}\n{MODIS_ROW.replace('0249', text)}"))["observed_date"] == day


@pytest.mark.parametrize(
    ("word", "satellite"),
    [("T", "Terra"), ("Aqua", "Aqua"), ("N", "Suomi-NPP"), ("1", "NOAA-20"), ("N20", "NOAA-20"), ("2", "NOAA-21")]
    + [("noaa-20", "NOAA-20"), ("Suomi NPP", "Suomi-NPP"), ("terra", "Terra")],
)
def test_satellites_go_by_many_names(tmp_path, word, satellite):
    row = MODIS_ROW.replace(",T,45,", f",{word},45," if satellite in ("Terra", "Aqua") else f",{word},n,")
    assert only_row(read(tmp_path, f"{MODIS}\n{row}"))["satellite"] == satellite


@pytest.mark.parametrize(
    ("version", "processing"),
    [("6.1NRT", "nrt"), ("2.0RT", "rt"), ("2.0URT", "urt"), ("2", "archive"), ("6.03", "archive"), ("61", "archive")],
)
def test_version_tells_the_processing(tmp_path, version, processing):
    row = only_row(read(tmp_path, f"{MODIS}\n{MODIS_ROW.replace('6.1NRT', version)}"))
    assert row["processing"] == processing


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        ("39.22", "99", "out_of_range"),
        ("117.46", "east", "bad_number"),
        ("2022-03-28", "2022-02-30", "bad_date"),
        ("0249", "2460", "bad_time"),
        ("0249", "", "bad_time"),
        (",T,", ",X9,", "unknown_satellite"),
        (",45,", ",101,", "bad_confidence"),
        (",45,", ",,", "bad_confidence"),
        (",6.3,D", ",much,D", "bad_number"),
        (",6.3,D", ",6.3,X", "bad_daynight"),
        (",6.3,D", ",6.3", "ragged"),
    ],
)
def test_bad_row_is_refused_with_reason_and_place(tmp_path, old, new, reason):
    run = read(tmp_path, f"{MODIS}\n{MODIS_ROW.replace('39.22', '40.1')}\n{MODIS_ROW.replace(old, new)}\n")
    assert run.result is not None
    (account,) = run.result.files
    assert (account.read, account.accepted, account.rejected) == (2, 1, {reason: 1})
    assert run.result.rejects[0].examples[0].row == 2


def test_repeats_within_and_across_files_are_counted(tmp_path):
    run = read(tmp_path, f"{MODIS}\n{MODIS_ROW}\n{MODIS_ROW}\n", f"{MODIS}\n{MODIS_ROW}\n")
    assert run.result is not None
    assert [account.rejected for account in run.result.files] == [{"duplicate": 1}, {"duplicate": 1}]
    assert len(rows_of(run)) == 1


@pytest.mark.parametrize("lat", ["28.03833", "28.03901"], ids=["same place", "moved by reprocessing"])
def test_archive_replaces_near_real_time(tmp_path, lat):
    run = read(tmp_path, f"{VIIRS}\n{VIIRS_ROW.replace('28.03833', lat)}\n", f"{ARCHIVE}\n{ARCHIVE_ROW}\n")
    assert run.result is not None
    assert run.result.files[0].rejected == {"superseded_by_archive": 1}
    row = only_row(run)
    assert (row["processing"], row["fire_type"]) == ("archive", "vegetation")


def test_neighbouring_pixel_is_no_repeat(tmp_path):
    run = read(tmp_path, f"{VIIRS}\n{VIIRS_ROW.replace('28.03833', '28.0418')}\n", f"{ARCHIVE}\n{ARCHIVE_ROW}\n")
    assert len(rows_of(run)) == 2


def test_country_column_in_front_and_gzip_are_accepted(tmp_path):
    text = f"country_id,{VIIRS}\nCHN,{VIIRS_ROW}\n"
    run = read(tmp_path, gzip.compress(text.encode()))
    assert only_row(run)["satellite"] == "NOAA-21"
    assert run.result is not None
    assert "columns not used: country_id" in run.result.files[0].notes


@pytest.mark.parametrize("as_numbers", [True, False])
def test_json_records_give_what_csv_gives(tmp_path, as_numbers):
    record: dict[str, object] = dict(zip(VIIRS.split(","), VIIRS_ROW.split(","), strict=True))
    if as_numbers:
        record |= {"latitude": 28.03833, "longitude": 96.14342, "acq_time": 614, "frp": 4.22, "bright_ti4": 339.68}
    shuffled = dict(reversed(list(record.items())))
    from_json = only_row(read(tmp_path, json.dumps([shuffled]), suffix=".json"))
    assert from_json == only_row(read(tmp_path, f"{VIIRS}\n{VIIRS_ROW}"))


def test_json_lines_arcgis_and_geojson_give_what_csv_gives(tmp_path):
    record = dict(zip(VIIRS.split(","), VIIRS_ROW.split(","), strict=True))
    expected = only_row(read(tmp_path, f"{VIIRS}\n{VIIRS_ROW}"))
    upper = {name.upper(): value for name, value in record.items()}
    point = {name: value for name, value in record.items() if name not in ("latitude", "longitude")}
    feature = {"properties": point, "geometry": {"type": "Point", "coordinates": [96.14342, 28.03833]}}
    later = {**record, "acq_time": "700"}
    texts = [
        json.dumps(record) + "\n" + json.dumps(later) + "\n",
        json.dumps({"features": [{"attributes": upper, "geometry": {"x": 96.1, "y": 28.0}}]}),
        json.dumps({"type": "FeatureCollection", "features": [feature]}),
        json.dumps([upper, later]),
    ]
    for text in texts:
        assert rows_of(read(tmp_path, text, suffix=".json"))[0] == expected


def test_no_record_of_a_list_loses_a_value(tmp_path):
    record = dict(zip(VIIRS.split(","), VIIRS_ROW.split(","), strict=True))
    modis = dict(zip(MODIS.split(","), MODIS_ROW.split(","), strict=True))
    bare = {name: value for name, value in modis.items() if name != "frp"}
    records = [{**bare, "latitude": f"39.{n:04}"} for n in range(1, 1200)] + [modis, record]
    rows = rows_of(read(tmp_path, json.dumps(records), suffix=".json"))
    assert [row["frp_mw"] for row in rows[-2:]] == [6.3, 4.22]
    assert [row["brightness_k"] for row in rows[-2:]] == [308.4, 339.68]


@pytest.mark.parametrize("geometry", [5, [1], {"coordinates": 7}, None, {"x": 1}])
def test_broken_geometry_is_refused_by_row(tmp_path, geometry):
    record = dict(zip(VIIRS.split(","), VIIRS_ROW.split(","), strict=True))
    point = {name: value for name, value in record.items() if name not in ("latitude", "longitude")}
    features = [
        {"properties": record, "geometry": None},
        {"properties": point, "geometry": geometry},
        7,
        {"geometry": {}},
    ]
    run = read(tmp_path, json.dumps({"features": features}), suffix=".json")
    assert run.result is not None
    assert run.result.rejected == {"ragged": 2, "bad_number": 1}


@pytest.mark.parametrize(
    ("old", "new", "column", "value"),
    [
        ("2022-03-28", "2022-3-28", "observed_date", date(2022, 3, 28)),
        ("2022-03-28", "2022-03-28T00:00:00Z", "observed_date", date(2022, 3, 28)),
        ("2022-03-28", "2022/03/28", "observed_date", date(2022, 3, 28)),
        (",45,", ",45%,", "confidence_pct", 45),
        (",6.3,D", ",,D", "frp_mw", None),
        (",6.3,D", ",NA,D", "frp_mw", None),
        (",6.3,D", ",6.3,D,,", "frp_mw", 6.3),
        ("39.22,", "+39.22,", "lat_deg", 39.22),
    ],
)
def test_other_spellings_are_understood(tmp_path, old, new, column, value):
    assert only_row(read(tmp_path, f"{MODIS}\n{MODIS_ROW.replace(old, new)}\n"))[column] == value


@pytest.mark.parametrize(
    ("lat", "lon", "position"),
    [("-0.00001", "-179.99999", "-0.00001--179.99999"), ("39.22", "117.46", "39.22000-117.46000")]
    + [("0", "-0.5", "0.00000--0.50000"), ("-89.999999", "9.1", "-90.00000-9.10000")],
)
def test_detection_is_named_by_its_position(tmp_path, lat, lon, position):
    row = only_row(read(tmp_path, f"{MODIS}\n{MODIS_ROW.replace('39.22,117.46', f'{lat},{lon}')}\n"))
    assert row["detection_id"] == f"Terra-20220328T0249-{position}"


def test_downloaded_archive_is_opened(tmp_path):
    path = tmp_path / "DL_FIRE_SV-C2_1.zip"
    with zipfile.ZipFile(path, "w") as made:
        made.writestr("fire_archive_SV-C2_1.csv", f"{ARCHIVE}\n{ARCHIVE_ROW}\n")
        made.writestr("fire_nrt_SV-C2_1.csv", f"{VIIRS}\n{VIIRS_ROW}\n")
        made.writestr("Readme.txt", "about, the files\n")
    run = run_source("firms", [path])
    assert run.result is not None
    assert [Path(account.path).name for account in run.result.files] == [
        "fire_archive_SV-C2_1.csv",
        "fire_nrt_SV-C2_1.csv",
    ]
    assert run.result.rejected == {"superseded_by_archive": 1}


def test_heading_alone_means_none_found(tmp_path):
    run = read(tmp_path, MODIS + "\n")
    assert (run.status, len(rows_of(run))) == ("ok", 0)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("企业名称,经度,纬度\n甲,116.3,39.9\n", ["lacks", "acq_date", "looks like source enterprise_register"]),
        ("Invalid MAP_KEY.", ["no heading"]),
        ("<html><body>x</body></html>", ["no heading"]),
        ("{broken", ["not JSON"]),
        (b"\x89HDF\r\n\x1a\n\x00\x00", ["NetCDF"]),
        (b"\x00\x01\x02\x03", ["binary"]),
        (b"\xff\xff\xfe\x81,\x81", ["encoding"]),
        ("", ["is empty"]),
        (b"\x1f\x8bbroken", ["gzip"]),
    ],
)
def test_strange_file_is_refused_in_one_line(tmp_path, content, words):
    run = read(tmp_path, content)
    assert run.status == "failed"
    assert run.error is not None
    assert "\n" not in run.error
    assert all(word in run.error for word in words), run.error


def test_one_bad_file_does_not_stop_the_others(tmp_path):
    run = read(tmp_path, f"{MODIS}\n{MODIS_ROW}\n", "a,b\n1,2\n")
    assert run.result is not None
    assert run.status == "ok"
    assert run.result.files[1].error is not None
    assert len(rows_of(run)) == 1


CELL = st.one_of(
    st.sampled_from(["", "T", "n", "45", "0249", "2022-03-28", "1e400", "-91", "nan", "inf", '"', "6.1NRT"]),
    st.text(alphabet=st.characters(blacklist_categories=("Cs",)), max_size=5),
)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.lists(CELL, min_size=1, max_size=15).map(",".join) | st.just(MODIS_ROW), max_size=6))
def test_every_row_is_accepted_or_refused_whatever_it_holds(tmp_path_factory, lines):
    run = read(tmp_path_factory.mktemp("firms"), "\n".join([MODIS, *lines]))
    assert run.error is None or "unexpected" not in run.error
    if run.result is not None:
        assert all(account.is_balanced for account in run.result.files)
        assert run.result.accepted == len(rows_of(run))


def test_real_files_are_read_without_loss(shared_data):
    counts = {
        "fire_archive_SV-C2_740981_rhodes2023.csv": 953,
        "modis_nrt_china_20220328_20220404_from_pcc3e.csv": 1821,
        "modis_nrt_global_7day_pcc3e.csv": 41670,
        "viirs_noaa21_nrt_api_india_20261001_head.csv": 40,
    }
    run = run_source("firms", [shared_data / "firms" / name for name in counts])
    assert run.result is not None
    assert [account.read for account in run.result.files] == list(counts.values())
    assert run.result.rejected == {"duplicate": 1821}
