from __future__ import annotations

import json
import os
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.csv as pacsv
import pyarrow.parquet as pq
import pytest
from typer.testing import CliRunner

from data_adapters.__main__ import app
from data_adapters.catalogue import schema
from data_adapters.source import AdapterError
from data_adapters.store.staging import REJECTS, stage


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


def test_late_rows_replace_those_of_the_same_key(tmp_path):
    put(tmp_path / "in", city_days(["2023-07-20"], aqi=80), "a.parquet")
    stage(tmp_path / "in", tmp_path / "store")
    put(tmp_path / "in", city_days(["2023-07-20"], ("340100",), aqi=120), "late.csv", at=9)
    stage(tmp_path / "in", tmp_path / "store")
    assert staged_rows(tmp_path / "store", "city_adcode, aqi") == [("130100", 80), ("340100", 120)]


def test_new_day_leaves_the_other_days_alone(tmp_path):
    put(tmp_path / "in", city_days(["2023-07-20"]), "a.parquet")
    stage(tmp_path / "in", tmp_path / "store")
    old = tmp_path / "store" / "city_days" / "B04" / "day=2023-07-20" / "part.parquet"
    before = old.stat().st_mtime_ns
    put(tmp_path / "in", city_days(["2023-07-21"]), "b.parquet", at=9)
    staged = stage(tmp_path / "in", tmp_path / "store")
    assert (staged.days, len(staged.files)) == (1, 1)
    assert old.stat().st_mtime_ns == before


def test_every_row_of_a_bad_file_is_accepted_or_rejected_with_its_reason(tmp_path):
    path = put(tmp_path / "in", city_days(["2023-07-20", "2023-07-21"]), "a.csv")
    lines = path.read_text(encoding="utf-8").splitlines()
    lines[2] = lines[2].replace(",80,", ",eighty,")
    lines[3] = lines[3].replace('"340100"', "")
    path.write_text("\n".join([*lines, lines[4]]) + "\n", encoding="utf-8")
    account = stage(tmp_path / "in", tmp_path / "store").files[0]
    assert account.rejected == {"empty": 1, "not_a_value": 1, "repeated_key": 1}
    assert (account.read, account.accepted) == (5, 2)
    assert account.is_balanced
    kept = duckdb.sql(f"select reason, line from '{tmp_path}/store/{REJECTS}/*.parquet' order by 1").fetchall()
    assert kept == [("empty", None), ("not_a_value", 3)]


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"", "columns missing"),
        (b"city_adcode,date\n340100,2023-07-20\n", "columns missing: aqi"),
        (b"PAR1 this is no Parquet", "cannot be read"),
    ],
    ids=["empty", "missing", "broken"],
)
def test_unusable_file_says_why_and_stops_no_other(tmp_path, content, told):
    put(tmp_path / "in", city_days(["2023-07-20"]), "good.parquet")
    bad = tmp_path / "in" / "B04" / ("bad.parquet" if content.startswith(b"PAR1") else "bad.csv")
    bad.write_bytes(content)
    staged = stage(tmp_path / "in", tmp_path / "store")
    error = next(account.error for account in staged.files if account.error)
    assert error is not None
    assert told in error or "cannot be read" in error
    assert "\n" not in error
    assert staged.accepted == 2


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
