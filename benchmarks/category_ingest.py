"""`python -m benchmarks.category_ingest`: a CSV file of a category through source `category`, beside DuckDB alone.

DuckDB alone reads the same file with declared types into a table, unchecked. Both are run in turn, the medians
compared: the source has to reach half of DuckDB's rate, for the category of most rows (E01, hours of stack monitoring,
30 columns) and for the largest grid (A01), clean and with every Nth row spoilt (`--dirty N`).
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
from data_adapters.campaign.full import Plan, write_campaign
from data_adapters.catalogue import CATEGORIES, schema
from data_adapters.intake.checks import literal, sql_type
from data_adapters.run import run_source
from data_adapters.sources.boundaries import BOUNDARIES

LARGEST, GRIDDED = "E01", "A01"
ROWS = 1_000_000
DIRTY = 5000
RUNS = 5
BUDGET = 0.5
SPOILT = {GRIDDED: "value", LARGEST: "pm_mg_m3"}
GRID = """
SELECT 'PM25' AS product, DATE '2025-07-01' + CAST(i // 88000 AS INT) AS date,
       round(100 + (i % 88000) % 400 * 0.03, 4) AS lon_deg, round(30 + (i % 88000) // 400 * 0.027, 4) AS lat_deg,
       3.0 AS native_km, round(random() * 120, 2) AS value, round(random(), 2) AS qa,
       round(random(), 2) AS cloud_fraction, random() > 0.3 AS is_valid, i
FROM range({rows}) AS t(i)
"""


def rows_of(code: str, rows: int, folder: Path) -> str:
    """A SELECT of so many rows of a category, numbered `i`: a made-up grid, or hours of the campaign."""
    if code == GRIDDED:
        return GRID.format(rows=rows)
    scale = min(1.0, max(0.01, 1.1 * rows / CATEGORIES[code].rows_per_round))
    write_campaign(folder / "campaign", Plan(scale), BOUNDARIES.read([], {}).tables["regions"], lambda *_: None)
    files = literal(folder / "campaign" / code / "*.parquet")
    return f"SELECT *, row_number() OVER () - 1 AS i FROM (SELECT * FROM read_parquet({files}) LIMIT {rows})"


def make(file: Path, code: str, rows: int, dirty: int) -> int:
    """Writes the file and gives its rows."""
    source, column = rows_of(code, rows, file.parent), SPOILT[code]
    spoilt = f"CASE WHEN i % {dirty} = {dirty - 1} THEN 'n.a.' ELSE CAST({column} AS VARCHAR) END AS {column}"
    chosen = f"* EXCLUDE (i) REPLACE ({spoilt})" if dirty else "* EXCLUDE (i)"
    with duckdb.connect() as db:
        db.execute("SELECT setseed(0.3)")
        return int(db.execute(f"COPY (SELECT {chosen} FROM ({source})) TO {literal(file)} (HEADER)").fetchall()[0][0])


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
        rows = make(file, code, rows, dirty)
        more, refused = (", store_rejects=true", rows // dirty) if dirty else ("", 0)
        pairs = [(alone(file, code, more), through_the_source(file, code, refused)) for _ in range(runs)]
    duck, ours = (statistics.median(column) for column in zip(*pairs, strict=True))
    kind = f"every {dirty:,}th row bad" if dirty else "clean"
    told = f"{rows:,} rows, source {ours:.2f} s, DuckDB {duck:.2f} s; n={runs}"
    return Measure(f"CSV of {code}, {kind}: rate of DuckDB alone", duck / ours, "x", BUDGET, is_floor=True, note=told)


def measure_ingest() -> list[Measure]:
    """The largest category and the largest grid, clean and with a few bad rows."""
    return [measure_one(code, dirty=dirty) for code in (LARGEST, GRIDDED) for dirty in (0, DIRTY)]


def main(
    rows: Annotated[int, typer.Option()] = ROWS,
    runs: Annotated[int, typer.Option()] = RUNS,
    dirty: Annotated[int, typer.Option(help="Spoil every so many rows; none if 0.")] = 0,
    code: Annotated[list[str] | None, typer.Option(help="A01 or E01; both if not told.")] = None,
) -> None:
    typer.echo(plain(measure_one(one, rows, dirty, runs) for one in code or (LARGEST, GRIDDED)))


if __name__ == "__main__":
    typer.run(main)
