"""The data floor measured: the full campaign made, staged, and its largest category read from CSV.

    python -m benchmarks.data_floor [--scale 1] [--repeats 3] [--csv-rows 500000]

Budgets at scale 1 on two cores: made in 240 s, staged in 180 s, 4 GiB; CSV at half the rate of bare DuckDB or better.
"""

from __future__ import annotations

import argparse
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import duckdb

from data_adapters.catalogue import CATEGORIES
from data_adapters.store.staging import THREADS, stage

LARGEST = max(CATEGORIES.values(), key=lambda one: one.rows_per_round).code
GIB = 1024**2  # ru_maxrss counts KiB
BUDGETS = {"made": 240.0, "staged": 180.0, "GiB": 4.0, "ratio": 0.5}


def run(*arguments: str) -> tuple[float, float]:
    """Seconds and peak GiB of `python -m data_adapters ...`."""
    started = time.perf_counter()
    process = subprocess.Popen(
        [sys.executable, "-m", "data_adapters", *arguments], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    _, status, usage = os.wait4(process.pid, 0)
    if status:
        raise SystemExit(f"data_adapters {' '.join(arguments)} failed")
    return time.perf_counter() - started, usage.ru_maxrss / GIB


def bare_seconds(path: Path) -> float:
    """DuckDB alone, reading a CSV file into a table."""
    with duckdb.connect(config={"threads": THREADS}) as connection:
        started = time.perf_counter()
        connection.execute("create table read as select * from read_csv(?)", [str(path)])
        return time.perf_counter() - started


def staged_seconds(folder: Path) -> float:
    """The same file staged: checksum, types, empties, keys, days, Parquet."""
    store = Path(tempfile.mkdtemp(dir=folder.parent))
    seconds = stage(folder, store).seconds
    shutil.rmtree(store)
    return seconds


def csv_of_largest(campaign: Path, folder: Path, rows: int) -> Path:
    path = folder / LARGEST / "part.csv"
    path.parent.mkdir(parents=True)
    files = str(campaign / LARGEST / "*.parquet")
    duckdb.execute(f"copy (select * from read_parquet('{files}') limit {rows}) to '{path}' (header true)")
    return path


def line(name: str, value: float, budget: float, is_ok: bool) -> str:
    return f"{name:<28}{value:>10.2f}   budget {budget:>7.2f}   {'ok' if is_ok else 'MISSED'}\n"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--scale", type=float, default=1.0)
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--csv-rows", type=int, default=500_000)
    given = parser.parse_args()
    work = Path(tempfile.mkdtemp(prefix="data-floor-"))
    try:
        made, made_gib = run("campaign", "--out", str(work / "raw"), "--scale", str(given.scale), "--json")
        staged, staged_gib = run("stage", "--from", str(work / "raw"), "--store", str(work / "store"), "--json")
        again, _ = run("stage", "--from", str(work / "raw"), "--store", str(work / "store"), "--json")
        path = csv_of_largest(work / "raw", work / "csv", given.csv_rows)
        bare = statistics.median(bare_seconds(path) for _ in range(given.repeats))
        ours = statistics.median(staged_seconds(work / "csv") for _ in range(given.repeats))
    finally:
        shutil.rmtree(work)
    limit = max(given.scale, 1.0)
    sys.stdout.write(line("campaign made, s", made, BUDGETS["made"] * limit, made <= BUDGETS["made"] * limit))
    sys.stdout.write(line("campaign made, GiB", made_gib, BUDGETS["GiB"], made_gib <= BUDGETS["GiB"]))
    sys.stdout.write(line("staged, s", staged, BUDGETS["staged"] * limit, staged <= BUDGETS["staged"] * limit))
    sys.stdout.write(line("staged, GiB", staged_gib, BUDGETS["GiB"], staged_gib <= BUDGETS["GiB"]))
    sys.stdout.write(f"staged again (nothing new)  {again:>10.2f} s\n")
    sys.stdout.write(f"CSV of {LARGEST}: bare DuckDB {bare:.2f} s, staged {ours:.2f} s (medians of {given.repeats})\n")
    sys.stdout.write(line("CSV rate against DuckDB", bare / ours, BUDGETS["ratio"], bare / ours >= BUDGETS["ratio"]))


if __name__ == "__main__":
    main()
