"""Any of the 49 categories from files of any kind, with the same rows and the same accounts."""

from __future__ import annotations

import gzip
import json
import zipfile
from datetime import date, datetime

import openpyxl
import pyarrow as pa
import pyarrow.csv as pa_csv
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from data_adapters.catalogue import CATEGORIES, schema, table
from data_adapters.catalogue.ranges import ranges
from data_adapters.intake.units import conversion
from data_adapters.run import run_source
from data_adapters.source import AdapterError, sidecar
from data_adapters.tables import DATE, FLAG, INT, REAL, TIME


def value(name: str, kind: pa.DataType, n: int, code: str) -> object:
    expected = sidecar("category")["expected"].get(code, {})
    if name in expected:
        return expected[name]
    low, high = ranges().get(name, (0, 1000))
    if kind == REAL:
        return round(low + (high - low) * (n % 7) / 7, 3)
    if kind == INT:
        return int(low + (high - low) * (n % 7) / 7)
    if kind == DATE:
        return date(2025, 7, 1 + n)
    if kind == TIME:
        return datetime(2025, 7, 1 + n, 5)
    return n % 2 == 0 if kind == FLAG else f"{name} {n}"


def sample(code: str, rows: int = 5) -> pa.Table:
    wanted = schema(CATEGORIES[code].canonical_table)
    columns = {field.name: [value(field.name, field.type, n, code) for n in range(rows)] for field in wanted}
    return pa.table(columns, schema=wanted)


def write(data: pa.Table, path) -> None:
    if path.suffix == ".parquet":
        pq.write_table(data, path)
    elif path.suffix == ".csv":
        pa_csv.write_csv(data, path)
    elif path.suffix == ".gz":
        plain = path.with_suffix(".plain")
        pa_csv.write_csv(data, plain)
        path.write_bytes(gzip.compress(plain.read_bytes()))
    elif path.suffix == ".xlsx":
        book = openpyxl.Workbook()
        book.active.append(data.column_names)
        for row in data.to_pylist():
            book.active.append(list(row.values()))
        book.save(path)
    else:
        listed = [{name: str(cell) for name, cell in row.items()} for row in data.to_pylist()]
        lines = "\n".join(json.dumps(row, ensure_ascii=False) for row in listed)
        path.write_text(lines if path.suffix == ".jsonl" else json.dumps(listed, ensure_ascii=False), encoding="utf-8")


@pytest.mark.parametrize("code", CATEGORIES)
def test_every_category_is_read_from_csv(code, tmp_path):
    data = sample(code)
    write(data, tmp_path / "in.csv")
    run = run_source("category", [tmp_path / "in.csv"], {"code": code})
    assert run.error is None
    assert (run.result.read, run.result.accepted) == (5, 5)
    assert run.result.tables[CATEGORIES[code].canonical_table].equals(data)


@pytest.mark.parametrize("name", ["in.parquet", "in.xlsx", "in.jsonl", "in.json", "in.csv.gz", "odd [1]*.csv"])
@pytest.mark.parametrize("code", ["B02", "E01", "G01", "J01"])
def test_every_kind_of_file_gives_the_same_rows(name, code, tmp_path):
    data = sample(code)
    write(data, tmp_path / name)
    run = run_source("category", [tmp_path / name], {"code": code})
    assert run.error is None and run.result.rejected == {}
    key = list(table(CATEGORIES[code].canonical_table).key)
    order = [(one, "ascending") for one in key]
    assert run.result.tables[CATEGORIES[code].canonical_table].sort_by(order).equals(data.sort_by(order))


def test_files_in_an_archive_are_read(tmp_path):
    write(sample("B02"), tmp_path / "in.csv")
    with zipfile.ZipFile(tmp_path / "in.zip", "w") as archive:
        archive.write(tmp_path / "in.csv", "deep/in.csv")
    run = run_source("category", [tmp_path / "in.zip"], {"code": "B02"})
    assert run.error is None and run.result.accepted == 5


def test_keys_repeated_among_files_are_counted(tmp_path):
    for name in ("a.csv", "b.csv"):
        write(sample("B02"), tmp_path / name)
    run = run_source("category", [tmp_path / "a.csv", tmp_path / "b.csv"], {"code": "B02"})
    assert [account.rejected for account in run.result.files] == [{}, {"duplicate": 5}]
    assert run.result.rejected_rows["row"].to_pylist() == [1, 2, 3, 4, 5]


@pytest.mark.parametrize("filler", ["", "站"], ids=["ascii", "chinese"])
@pytest.mark.parametrize("bad", ["", ",S9,nan", "x", "9999", "2025"])
def test_large_file_gives_the_same_as_the_same_rows_one_by_one(bad, filler, tmp_path):
    lines = [f"{filler}S{n},2025-07-{1 + n % 28:02} {n % 24:02}:00,{n % 90},N" for n in range(40_000)]
    if bad:
        lines[30_000] = lines[30_000].rsplit(",", 2)[0] + f",{bad},N"
    path = tmp_path / "in.csv"
    path.write_text("\n".join(["station_id,time,pm25_ug_m3,flag", *lines]) + "\n", encoding="utf-8")
    run = run_source("category", [path], {"code": "B02"})
    assert run.result.read == 40_000
    rejected = {"": {}, ",S9,nan": {"ragged": 1}, "x": {"not_a_number": 1}, "9999": {"out_of_range": 1}, "2025": {}}[
        bad
    ]
    assert run.result.rejected == rejected
    assert run.result.rejected_rows["row"].to_pylist() == ([30_001] if rejected else [])
    assert run.result.accepted == 40_000 - len(rejected)


ODD = (
    "S{n},2025-07-01 00:00,n.a.,N",
    "S{n},2025-07-01 00:00,35.5",
    "S{n},2025-07-01 00:00,35.5,N,more",
    "S{n},2025-07-01 00:00,NA,N",
    "S{n},2025-07-01 00:00, 35.5 ,N",
    "S{n},2025-07-01 00:00,9999,N",
    " S{n} ,2025-07-01 00:00,35.5,N",
    "-,2025-07-01 00:00,35.5,N",
    "station_id,time,pm25,flag",
    "S{n},2025/7/1 3:00,35.5,N",
    "S{n},2025-07-01 24:00,35.5,N",
    "S1,2025-07-02 01:00, 1 ,N",
    "S1,2025-07-02 01:00,x1,N",
    "S1,2025-07-02 01:00,1 ,N",
    "S1,2025-07-02 01:00,1,N",
    "S1,2025-07-02 01:00,2,N",
)


@pytest.mark.parametrize("more", ["", "S0,2025-07-01T00:00:00Z,1,N", "S0,2025-07-01 00:00,1_0,N", "\n"])
@pytest.mark.parametrize("every", [997, 7], ids=["few", "many"])
def test_rows_in_doubt_are_judged_as_if_the_whole_file_were(every, more, tmp_path):
    lines = [f"S{n},2025-07-{1 + n % 28:02} {n % 24:02}:00,{n % 90},N" for n in range(40_000)]
    for turn, n in enumerate(range(500, 40_000, every)):
        lines[n] = ODD[turn % len(ODD)].format(n=n)
    lines[39_990] = more or lines[39_990]
    results = []
    for name, heading in (("quick", "station_id,time,pm25,flag"), ("full", '"station_id",time,pm25,flag')):
        path = tmp_path / f"{name}.csv"
        path.write_text("\n".join([heading, *lines]) + "\n", encoding="utf-8")
        run = run_source("category", [path], {"code": "B02"})
        assert run.error is None
        account = run.result.files[0]
        refused = run.result.rejected_rows.drop_columns(["file", "sha256"]).to_pylist()
        rows = run.result.tables["station_hours"].sort_by([("station_id", "ascending"), ("time", "ascending")])
        results.append((account.read, account.accepted, account.rejected, refused, rows))
    assert results[0] == results[1]
    assert len(results[0][2]) >= 6


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    cells=st.lists(
        st.text(st.characters(blacklist_categories=("Cs", "Cc"), blacklist_characters='"'), max_size=12),
        min_size=4,
        max_size=40,
    )
)
def test_whatever_the_cells_say_every_row_is_accounted_for(cells, tmp_path):
    quoted = [
        f'"{cells[n]}","2025-07-{1 + n % 28:02} 01:00","{cells[-n]}","{cells[n // 2]}"' for n in range(len(cells))
    ]
    path = tmp_path / "in.csv"
    path.write_text("\n".join(["station_id,time,pm25_ug_m3,flag", *quoted]) + "\n", encoding="utf-8")
    run = run_source("category", [path], {"code": "B02"})
    assert run.error is None
    account = run.result.files[0]
    assert account.read == len(cells) == account.accepted + sum(account.rejected.values())
    for number in run.result.tables["station_hours"]["pm25_ug_m3"].to_pylist():
        assert number is None or 0 <= number <= 6000


def test_columns_constants_and_units_may_be_told(tmp_path):
    path = tmp_path / "in.csv"
    path.write_text("站,钟点,细颗粒\nA,2025071021,0.035\n", encoding="utf-8")
    told = {"station_id": "站", "time": "钟点", "pm25_ug_m3": "细颗粒"}
    more = {"columns": told, "constants": {"flag": "N"}, "units": {"pm25_ug_m3": "mg/m3"}, "time_zone": "UTC"}
    run = run_source("category", [path], {"code": "b02", **more})
    assert run.error is None
    only = run.result.tables["station_hours"].to_pylist()[0]
    assert (only["pm25_ug_m3"], only["time"], only["flag"]) == (35.0, datetime(2025, 7, 11, 5), "N")


@pytest.mark.parametrize(
    ("options", "told"),
    [
        ({}, "which is no category"),
        ({"code": "Z1"}, "which is no category"),
        ({"code": "B02", "colums": {}}, "did you mean columns?"),
        ({"code": "B02", "columns": {"pm25": "x"}}, "did you mean pm25_ug_m3?"),
        ({"code": "B02", "time_zone": "Mars"}, "as Asia/Shanghai, UTC or +08:00"),
        ({"code": "B02", "decimal": ",", "thousands": ","}, "decimal"),
        ({"code": "B02", "units": {"pm25_ug_m3": "kg"}}, "is given in 'kg'"),
        ({"code": "A03"}, "is not of category A03"),
    ],
)
def test_wrong_option_is_told(options, told, tmp_path):
    write(sample("B02"), tmp_path / "in.csv")
    assert told in str(run_source("category", [tmp_path / "in.csv"], options).error)


def test_rows_of_another_product_are_refused(tmp_path):
    write(sample("A03"), tmp_path / "in.csv")
    run = run_source("category", [tmp_path / "in.csv"], {"code": "A01"})
    assert run.result.rejected == {"other_product": 5}


def test_units_convert():
    assert conversion("x", "mg/m³", "ug/m3") == (1000.0, 0.0)
    assert conversion("x", "μg/m3", "ug/m3") == (1.0, 0.0)
    assert conversion("x", "K", "C") == (1.0, -273.15)
    assert conversion("x", "kPa", "hPa")[0] == pytest.approx(10)
    with pytest.raises(AdapterError, match="given in 'kg'"):
        conversion("x", "kg", "ug/m3")


def test_every_range_is_of_a_column_that_exists():
    names = {column.name for code in CATEGORIES for column in table(CATEGORIES[code].canonical_table).columns}
    assert set(ranges()) - names - {"furnaces"} == set()
    assert all(low < high for low, high in ranges().values())
