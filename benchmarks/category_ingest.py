"""`python -m benchmarks.category_ingest`: a CSV file of a category through source `category`, beside DuckDB alone.

DuckDB alone reads the same file with declared types into a table, unchecked. Both are run in turn, the medians
compared: the source has to reach half of DuckDB's rate, for the category of most rows (A01) and for the widest (E01),
clean and with every Nth row spoilt (`--dirty N`).
"""

from __future__ import annotations

import statistics
import tempfile
import time
from pathlib import Path
from typing import Annotated

import duckdb
import typer

from benchmarks.measure import Measure, plain
from data_adapters.catalogue import CATEGORIES, schema, table
from data_adapters.catalogue.ranges import ranges
from data_adapters.intake.checks import literal, sql_type
from data_adapters.run import run_source
from data_adapters.tables import DATE, INT, REAL, TIME, Column

LARGEST, WIDEST = "A01", "E01"
ROWS = CATEGORIES[LARGEST].rows_per_round
DIRTY = 5000
RUNS = 5
BUDGET = 0.5
SPOILT = {LARGEST: "value", WIDEST: "pm_mg_m3"}
A01_COLUMNS = {
    "product": "'PM25'",
    "date": "DATE '2025-07-01' + CAST(i // 88000 AS INT)",
    "lon_deg": "round(100 + (i % 88000) % 400 * 0.03, 4)",
    "lat_deg": "round(30 + (i % 88000) // 400 * 0.027, 4)",
    "native_km": "3.0",
    "value": "round(random() * 120, 2)",
    "qa": "round(random(), 2)",
    "cloud_fraction": "round(random(), 2)",
    "is_valid": "random() > 0.3",
}


def values(code: str) -> dict[str, str]:
    """What each column says in row `i`."""
    if code == LARGEST:
        return A01_COLUMNS
    wanted = table(CATEGORIES[code].canonical_table)
    return {column.name: _value(column, column.name in wanted.key) for column in wanted.columns}


def _value(column: Column, is_key: bool) -> str:
    low, high = ranges().get(column.name, (0.0, 1000.0))
    if column.type in (REAL, INT):
        number = f"{low} + random() * {min(high - low, 1000.0)}"
        return f"CAST({number} AS INT)" if column.type == INT else f"round({number}, 3)"
    if column.type == TIME:
        return "TIMESTAMP '2025-07-01' + INTERVAL (i // 9500) HOUR"
    if column.type == DATE:
        return "DATE '2025-07-01' + CAST(i // 228000 AS INT)"
    return f"'{column.name}-' || lpad(CAST(i % 9500 AS VARCHAR), 8, '0')" if is_key else "'N'"


def make(file: Path, code: str, rows: int, dirty: int) -> None:
    spoilt = {SPOILT[code]} if dirty else set()
    listed = ", ".join(
        f"CASE WHEN i % {dirty} = {dirty - 1} THEN 'n.a.' ELSE CAST({value} AS VARCHAR) END AS {name}"
        if name in spoilt
        else f"{value} AS {name}"
        for name, value in values(code).items()
    )
    with duckdb.connect() as db:
        db.execute("SELECT setseed(0.3)")
        db.execute(f"COPY (SELECT {listed} FROM range({rows}) AS t(i)) TO {literal(file)} (HEADER)")


def alone(file: Path, code: str, more: str) -> float:
    types = {field.name: sql_type(field.type) for field in schema(CATEGORIES[code].canonical_table)}
    with duckdb.connect() as db:
        started = time.perf_counter()
        db.execute(f"CREATE TABLE t AS FROM read_csv({literal(file)}, header=true, delim=',', columns={types}{more})")
        return time.perf_counter() - started


def through_the_source(file: Path, code: str, refused: int) -> float:
    started = time.perf_counter()
    run = run_source("category", [file], {"code": code})
    seconds = time.perf_counter() - started
    assert run.status == "ok" and run.result is not None
    assert run.result.read == run.result.accepted + refused == run.result.accepted + sum(run.result.rejected.values())
    return seconds


def measure_one(code: str, rows: int = ROWS, dirty: int = 0, runs: int = RUNS) -> Measure:
    """How much of DuckDB's rate the source reaches."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / f"{code}.csv"
        make(file, code, rows, dirty)
        more, refused = (", store_rejects=true", rows // dirty) if dirty else ("", 0)
        pairs = [(alone(file, code, more), through_the_source(file, code, refused)) for _ in range(runs)]
    duck, ours = (statistics.median(column) for column in zip(*pairs, strict=True))
    kind = f"every {dirty:,}th row bad" if dirty else "clean"
    told = f"{rows:,} rows, source {ours:.2f} s, DuckDB {duck:.2f} s; n={runs}"
    return Measure(f"CSV of {code}, {kind}: rate of DuckDB alone", duck / ours, "x", BUDGET, is_floor=True, note=told)


def measure_ingest() -> list[Measure]:
    """The largest category and the widest, clean and with a few bad rows."""
    return [measure_one(code, dirty=dirty) for code in (LARGEST, WIDEST) for dirty in (0, DIRTY)]


def main(
    rows: Annotated[int, typer.Option()] = ROWS,
    runs: Annotated[int, typer.Option()] = RUNS,
    dirty: Annotated[int, typer.Option(help="Spoil every so many rows; none if 0.")] = 0,
    code: Annotated[list[str] | None, typer.Option(help="A01 or E01; both if not told.")] = None,
) -> None:
    typer.echo(plain(measure_one(one, rows, dirty, runs) for one in code or (LARGEST, WIDEST)))


if __name__ == "__main__":
    typer.run(main)
