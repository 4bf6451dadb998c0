from __future__ import annotations

import json
import os
import zipfile
from datetime import date, datetime
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.csv as pacsv
import pyarrow.parquet as pq
import pytest
from test_category import sample
from typer.testing import CliRunner

from data_adapters.__main__ import app
from data_adapters.catalogue import CATEGORIES, schema, table
from data_adapters.intake.checks import REASONS
from data_adapters.source import AdapterError
from data_adapters.store.handover import REJECTS, known_accounts
from data_adapters.store.rejects import REJECTS as REJECTED
from data_adapters.store.staging import stage
from data_adapters.tables import DATE, FLAG, INT, REAL, TEXT, TIME


def city_days(days: list[str], cities: tuple[str, ...] = ("340100", "130100"), aqi: int = 80) -> pa.Table:
    rows = [
        {
            "city_adcode": city,
            "date": day,
            "aqi": aqi,
            "level": 2,
            "primary_pollutant": "O3",
            "composite_index": 3.2,
            "standard_version": "HJ 633-2012",
            "co_mg_m3": 0.6,
            **{f"{name}_ug_m3": 30.0 for name in ("pm25", "pm10", "so2", "no2", "o3")},
        }
        for day in days
        for city in cities
    ]
    text = pa.Table.from_pylist(rows)
    return text.select(schema("city_days").names).cast(schema("city_days"))


def put(folder: Path, table: pa.Table, name: str, code: str = "B04", at: int = 0) -> Path:
    path = folder / code / name
    path.parent.mkdir(parents=True, exist_ok=True)
    pacsv.write_csv(table, path) if name.endswith(".csv") else pq.write_table(table, path)
    os.utime(path, (1_700_000_000 + at, 1_700_000_000 + at))
    return path


def staged_rows(store: Path, columns: str = "*") -> list:
    return duckdb.sql(f"select {columns} from '{store}/city_days/B04/*/part.parquet' order by all").fetchall()


def test_staged_rows_are_those_of_the_files_by_day(tmp_path):
    put(tmp_path / "in", city_days(["2023-07-20", "2023-07-21"]), "a.parquet")
    staged = stage(tmp_path / "in", tmp_path / "store")
    assert (staged.read, staged.accepted, staged.days) == (4, 4, 2)
    assert len(staged_rows(tmp_path / "store")) == 4
    kept = pq.ParquetFile(tmp_path / "store" / "city_days" / "B04" / "day=2023-07-20" / "part.parquet")
    assert kept.schema_arrow.names == schema("city_days").names
    assert kept.metadata.num_rows == 2


def test_second_run_stages_nothing_and_a_file_that_arrives_twice_counts_once(tmp_path):
    put(tmp_path / "in", city_days(["2023-07-20"]), "a.parquet")
    put(tmp_path / "in", city_days(["2023-07-20"]), "copy.parquet", at=5)
    first = stage(tmp_path / "in", tmp_path / "store")
    assert (first.read, first.known) == (2, 1)
    again = stage(tmp_path / "in", tmp_path / "store")
    assert (again.files, again.known, again.days) == ([], 2, 0)
    assert len(staged_rows(tmp_path / "store")) == 2


def test_late_rows_update_the_day_they_belong_to(tmp_path):
    put(tmp_path / "in", city_days(["2023-07-20", "2023-07-21"], aqi=80), "a.parquet")
    stage(tmp_path / "in", tmp_path / "store")
    other = tmp_path / "store" / "city_days" / "B04" / "day=2023-07-21" / "part.parquet"
    before = (other.stat().st_mtime_ns, other.read_bytes())
    put(tmp_path / "in", city_days(["2023-07-20"], ("340100", "370100"), aqi=120), "late.csv", at=9)
    stage(tmp_path / "in", tmp_path / "store")
    assert [
        row[1:] for row in staged_rows(tmp_path / "store", "date, city_adcode, aqi") if str(row[0]) < "2023-07-21"
    ] == [
        ("130100", 80),
        ("340100", 120),
        ("370100", 120),
    ]
    assert (other.stat().st_mtime_ns, other.read_bytes()) == before


def test_of_two_files_in_one_run_the_later_has_the_last_word(tmp_path):
    put(tmp_path / "in", city_days(["2023-07-20"], aqi=120), "a.csv", at=9)
    put(tmp_path / "in", city_days(["2023-07-20"], aqi=80), "b.parquet")
    stage(tmp_path / "in", tmp_path / "store")
    assert staged_rows(tmp_path / "store", "aqi") == [(120,), (120,)]


def test_new_day_leaves_the_other_days_alone(tmp_path):
    put(tmp_path / "in", city_days(["2023-07-20", "2023-07-22"]), "a.parquet")
    stage(tmp_path / "in", tmp_path / "store", arrived_at=datetime(2023, 7, 23))
    days = tmp_path / "store" / "city_days" / "B04"
    before = {path: (path.stat().st_mtime_ns, path.read_bytes()) for path in days.rglob("*.parquet")}
    put(tmp_path / "in", city_days(["2023-07-21"]), "b.parquet", at=9)
    staged = stage(tmp_path / "in", tmp_path / "store", arrived_at=datetime(2023, 7, 24))
    assert (staged.days, len(staged.files), staged.known) == (1, 1, 1)
    assert {path: (path.stat().st_mtime_ns, path.read_bytes()) for path in before} == before
    assert len(list(days.rglob("*.parquet"))) == 3
    arrived = [account["arrived_at"] for account in known_accounts(tmp_path / "store").values()]
    assert arrived == ["2023-07-23T00:00:00", "2023-07-24T00:00:00"]


@pytest.mark.parametrize("name", ["a.csv", "a.parquet"])
def test_every_row_of_a_bad_file_is_accepted_or_refused_with_reason_and_place(tmp_path, name):
    rows = city_days(["2023-07-20", "2023-07-21"]).to_pylist()
    rows[1]["aqi"] = 900
    rows[2]["city_adcode"] = " "
    rows[3]["pm25_ug_m3"] = float("inf")
    rows += [rows[0], rows[0] | {"level": 3}]
    types = pa.schema([(field.name, field.type) for field in schema("city_days")])
    put(tmp_path / "in", pa.Table.from_pylist(rows, types), name)
    account = stage(tmp_path / "in", tmp_path / "store").files[0]
    assert account.rejected == {"missing": 1, "out_of_range": 1, "not_finite": 1, "duplicate": 1, "conflict": 1}
    assert (account.read, account.accepted, account.is_balanced) == (6, 1, True)
    kept = pq.read_table(next((tmp_path / "store" / REJECTS).iterdir()))
    assert kept.schema.equals(REJECTED)
    assert kept.select(["row", "column", "reason"]).to_pylist() == [
        {"row": 2, "column": "aqi", "reason": "out_of_range"},
        {"row": 3, "column": "city_adcode", "reason": "missing"},
        {"row": 4, "column": "pm25_ug_m3", "reason": "not_finite"},
        {"row": 5, "column": "city_adcode", "reason": "duplicate"},
        {"row": 6, "column": "city_adcode", "reason": "conflict"},
    ]
    assert set(kept["reason"].to_pylist()) <= set(REASONS)
    assert kept["value"].to_pylist()[0].startswith("900")


@pytest.mark.parametrize("code", CATEGORIES)
def test_typed_parquet_gives_what_the_same_rows_give_as_text(tmp_path, code):
    name = CATEGORIES[code].canonical_table
    rows = [*sample(code).to_pylist(), *odd_rows(code)]
    types = pa.schema([(field.name, field.type) for field in schema(name)])
    put(tmp_path / "typed", pa.Table.from_pylist(rows, types), "a.parquet", code)
    text = pa.Table.from_pylist([{key: None if one is None else str(one) for key, one in row.items()} for row in rows])
    put(tmp_path / "text", text, "a.parquet", code)
    typed, read = (stage(tmp_path / kind, tmp_path / f"{kind}-store").files[0] for kind in ("typed", "text"))
    assert (typed.error, typed.read, typed.accepted, typed.rejected) == (None, read.read, read.accepted, read.rejected)
    assert typed.rejected
    assert parts_of(tmp_path / "typed-store", name) == parts_of(tmp_path / "text-store", name)


def odd_rows(code: str) -> list[dict]:
    """Rows of a category of which each has one odd value."""
    good = sample(code, 7).to_pylist()
    made = []
    for n, column in enumerate(table(CATEGORIES[code].canonical_table).columns):
        odd = {REAL: [float("nan"), -1e9, 9e15], TEXT: ["", " x ", "NA"], DATE: [date(1800, 1, 1)]}
        odd |= {TIME: [datetime(2300, 1, 1)], INT: [-(2**31), 2**31 - 1], FLAG: []}
        for value in [None, *odd[column.type]]:
            made.append(good[n % 7] | {column.name: value})
    return made


def parts_of(store: Path, name: str) -> dict[str, list]:
    parts = sorted((store / name).rglob("*.parquet"))
    return {path.parent.name: pq.read_table(path, partitioning=None).to_pylist() for path in parts}


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"", "is empty"),
        (b"city_adcode,date\n340100,2023-07-20\n", "lacks aqi"),
        (b"PAR1 this is no Parquet", "cannot be read"),
        (b"PK\x03\x04 this is no archive", "no readable workbook"),
    ],
    ids=["empty", "missing", "parquet", "workbook"],
)
def test_unusable_file_says_why_and_stops_no_other(tmp_path, content, told):
    put(tmp_path / "in", city_days(["2023-07-20"]), "good.parquet")
    (tmp_path / "in" / "B04" / "bad.csv").write_bytes(content)
    staged = stage(tmp_path / "in", tmp_path / "store")
    error = next(account.error for account in staged.files if account.error)
    assert error is not None and told in error and "\n" not in error
    assert staged.accepted == 2 and len(known_accounts(tmp_path / "store")) == 1


def test_files_of_an_archive_are_staged_and_the_archive_is_known_afterwards(tmp_path):
    plain = put(tmp_path / "in", city_days(["2023-07-20"]), "a.csv")
    with zipfile.ZipFile(plain.with_name("b.zip"), "w") as archive:
        archive.write(plain, "deep/a.csv")
        archive.writestr("deep/b.csv", plain.read_text("utf-8").replace("2023-07-20", "2023-07-21"))
    plain.unlink()
    staged = stage(tmp_path / "in", tmp_path / "store")
    assert [account.accepted for account in staged.files] == [2, 2]
    assert stage(tmp_path / "in", tmp_path / "store").known == 1


def test_folder_without_any_category_is_refused(tmp_path):
    with pytest.raises(AdapterError, match="no file of any category"):
        stage(tmp_path, tmp_path / "store")
    with pytest.raises(AdapterError, match="no such folder"):
        stage(tmp_path / "absent", tmp_path / "store")


def test_stage_command_tells_counts_as_json(tmp_path):
    put(tmp_path / "in", city_days(["2023-07-20"]), "a.parquet")
    told = CliRunner().invoke(
        app, ["stage", "--from", str(tmp_path / "in"), "--store", str(tmp_path / "store"), "--json"]
    )
    assert told.exit_code == 0
    assert json.loads(told.stdout)["accepted"] == 2


def test_registers_are_staged_beside_the_categories_and_the_truth_is_not(tmp_path):
    put(tmp_path / "in", city_days(["2023-07-20"]), "a.parquet")
    site = {name: "x" for name in schema("sites").names} | {"lon_deg": 117.0, "lat_deg": 31.0}
    put(tmp_path / "in", pa.Table.from_pylist([site], schema("sites")), "part-all.parquet", "registers/sites")
    put(tmp_path / "in", pa.table({"rule_id": ["R01"]}), "part-all.parquet", "registers/truth")
    staged = stage(tmp_path / "in", tmp_path / "store")
    assert staged.read == 2
    assert [account.accepted for account in staged.registers] == [1]
    assert (tmp_path / "store" / "sites" / "sites" / "day=all" / "part.parquet").is_file()
    assert not (tmp_path / "store" / "truth").exists()
