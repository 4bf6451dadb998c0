"""`python -m benchmarks.category_ingest`: a CSV file of a category through source `category`, beside DuckDB alone.

DuckDB alone reads the same file with declared types into a table, unchecked. Both are run in turn, the medians
compared: the source has to reach half of DuckDB's rate. `--dirty N` spoils every Nth row, which sends the file through
the full check.
"""

from __future__ import annotations

import statistics
import tempfile
import time
from pathlib import Path
from typing import Annotated

import duckdb
import typer

from data_adapters.catalogue import CATEGORIES, schema
from data_adapters.intake.checks import literal, sql_type
from data_adapters.run import run_source

MADE = """
COPY (SELECT 'PM25' AS product, DATE '2025-07-01' + CAST(i // 88000 AS INT) AS date,
    round(100 + (i % 88000) % 400 * 0.03, 4) AS lon_deg, round(30 + (i % 88000) // 400 * 0.027, 4) AS lat_deg,
    3.0 AS native_km,
    CASE WHEN {dirty} > 0 AND i % {dirty} = {dirty} - 1 THEN 'n.a.'
        ELSE CAST(round(random() * 120, 2) AS VARCHAR) END AS value,
    round(random(), 2) AS qa, round(random(), 2) AS cloud_fraction, random() > 0.3 AS is_valid
    FROM range({rows}) AS t(i)) TO '{file}' (HEADER)
"""


def alone(file: Path, more: str) -> float:
    types = {field.name: sql_type(field.type) for field in schema(CATEGORIES["A01"].canonical_table)}
    db = duckdb.connect()
    started = time.perf_counter()
    db.execute(f"CREATE TABLE t AS FROM read_csv({literal(file)}, header=true, delim=',', columns={types}{more})")
    return time.perf_counter() - started


def through_the_source(file: Path) -> float:
    started = time.perf_counter()
    run = run_source("category", [file], {"code": "A01"})
    seconds = time.perf_counter() - started
    assert (
        run.status == "ok"
        and run.result is not None
        and run.result.read == run.result.accepted + sum(run.result.rejected.values())
    )
    return seconds


def main(
    rows: Annotated[int, typer.Option()] = CATEGORIES["A01"].rows_per_round,
    runs: Annotated[int, typer.Option()] = 7,
    dirty: Annotated[int, typer.Option()] = 0,
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "a01.csv"
        db = duckdb.connect()
        db.execute("SELECT setseed(0.3)")
        db.execute(MADE.format(rows=rows, dirty=dirty, file=file))
        more = ", store_rejects=true" if dirty else ""
        pairs = [(alone(file, more), through_the_source(file)) for _ in range(runs)]
    duck, ours = (statistics.median(column) for column in zip(*pairs, strict=True))
    typer.echo(f"rows={rows} duckdb_s={duck:.3f} source_s={ours:.3f} ratio={duck / ours:.2f} budget=0.50")
    typer.echo(f"best: duckdb_s={min(a for a, _ in pairs):.3f} source_s={min(b for _, b in pairs):.3f}")


if __name__ == "__main__":
    typer.run(main)
