"""`python -m benchmarks.scale STORE… [--engine spark] [--master local[2]]`: what a raw row costs on an engine.

Four questions of growing width are asked of each store: one pass over a table of hours, minutes made hours, the inputs
of the rules, all rules. Of several stores the smallest comes first; the ratio tells how the cost grows with the rows.
Nothing is written into a store. docs/SCALE.md keeps the numbers and says what they mean for larger ones.
"""

from __future__ import annotations

import argparse
import os
import time
from collections.abc import Callable, Sequence
from datetime import timedelta
from pathlib import Path
from statistics import median
from typing import NamedTuple

import pyarrow.parquet as pq

from benchmarks.measure import Measure, of, plain
from fusion.engine import Engine
from fusion.findings import INPUTS, Judge
from fusion.rulebook import Rule, load_rules
from fusion.spark_choice import engine_of
from fusion.store import Store

ROUND = timedelta(days=14)
DAYS = """
SELECT enterprise_id, CAST(time AS DATE) AS date, COUNT(*) AS hours, AVG(nox_zs_mg_m3) AS nox_zs_mg_m3,
       SUM(nox_kg) AS nox_kg
FROM cems_hours GROUP BY enterprise_id, CAST(time AS DATE)
"""
HOURS = """
SELECT outlet_id, pollutant, DATE_TRUNC('hour', time) AS hour, COUNT(*) AS minutes, AVG(zs_mg_m3) AS mean,
       MAX(zs_mg_m3) AS most
FROM cems_minutes GROUP BY outlet_id, pollutant, DATE_TRUNC('hour', time)
"""
PASSES = {
    "hours to days (cems_hours)": ("cems_hours", DAYS),
    "minutes to hours (cems_minutes)": ("cems_minutes", HOURS),
}


class Took(NamedTuple):
    """What a question took by the clock, and of the cores."""

    wall_s: float
    cpu_s: float


def main() -> None:
    """Print medians, cost a row and ratios; nothing is asserted."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.scale", description=__doc__)
    parser.add_argument("stores", nargs="+", type=Path, metavar="STORE")
    parser.add_argument("--engine", choices=("duckdb", "spark"), action="append", help="duckdb if none is named")
    parser.add_argument("--master", default="local[2]", help="of Spark, as spark://host:7077")
    parser.add_argument("--repeat", type=int, default=3, help="how often each is asked; the median is told")
    parser.add_argument("--rule", action="append", help="only these rules; may be repeated")
    asked = parser.parse_args()
    makers = {"duckdb": engine_of("duckdb")}
    if "spark" in (asked.engine or ()):
        makers["spark"] = engine_of("spark", master=asked.master, settings={"spark.driver.memory": "4g"})
    rules = {name: rule for name, rule in load_rules().items() if not asked.rule or name in asked.rule}
    measures: list[Measure] = []
    stores = sorted((Store(path) for path in asked.stores), key=total_rows)
    for name in asked.engine or ("duckdb",):
        found = [measured(name, makers[name], store, rules, asked.repeat) for store in stores]
        measures += [one for part in found for one in part]
        measures += growth(name, found) if len(found) > 1 else []
    print(plain(measures))  # noqa: T201 - a command line


def measured(name: str, make: Callable[[], Engine], store: Store, rules: dict[str, Rule], repeat: int) -> list[Measure]:
    """Seconds of each question on one store, and what that is for a million rows."""
    as_of = store.end()
    if as_of is None:
        raise SystemExit(f"{store.folder}: holds no dated category")
    all_rows = total_rows(store)
    label = f"{name}, {all_rows / 1e6:.2f} M rows"
    with make() as engine:
        measures = [Measure(f"{label}: attach", timed(lambda: store.attach(engine, as_of), 1)[0].wall_s, "s")]
        for what, (table, text) in PASSES.items():
            times = timed(lambda text=text: engine.make("pass", text, {}), repeat)
            measures += both(f"{label}: {what}", times, rows_of(store, table))
        times = timed(lambda: Judge(engine, as_of, as_of - ROUND)._make_inputs(" ".join(input_names())), repeat)
        measures += both(f"{label}: inputs of the rules", times, all_rows)
        judge = Judge(engine, as_of, as_of - ROUND)
        judge._made |= set(input_names())
        each = {one: timed(lambda rule=rule: judge.find(rule, rule.values()), 1)[0] for one, rule in rules.items()}
        every = Took(sum(one.wall_s for one in each.values()), sum(one.cpu_s for one in each.values()))
        measures += both(f"{label}: {len(rules)} rules", [every], all_rows)
        slowest = sorted(each.items(), key=lambda pair: -pair[1].cpu_s)[:5]
        measures += [
            Measure(f"{label}:   {one}", took.cpu_s, "core-s", note="among the slowest") for one, took in slowest
        ]
    return measures


def both(what: str, times: Sequence[Took], rows: int) -> list[Measure]:
    """Wall time, and the time of all cores for a million rows: the latter hardly minds what else the machine does."""
    cpu = Measure(f"{what}, cores' time", median(one.cpu_s for one in times), "s")
    each = Measure(
        f"{what}, a million rows", cpu.value / rows * 1e6, "core-s", note=f"of {rows:,} rows in the tables read"
    )
    return [of(what, [one.wall_s for one in times], "s"), cpu, each]


def growth(name: str, found: Sequence[Sequence[Measure]]) -> list[Measure]:
    """The last store beside the first: how much longer, for how many times the rows."""
    pairs = zip(found[0], found[-1], strict=False)
    ends = [(one, other) for one, other in pairs if one.unit == "s" and "cores'" in one.what]
    return [
        Measure(f"{name}, largest over smallest: {one.what.split(': ', 1)[1]}", other.value / one.value, "x")
        for one, other in ends
    ]


def timed(ask: Callable[[], object], repeat: int) -> list[Took]:
    times = []
    for _ in range(repeat):
        started, busy = time.perf_counter(), cores_s()
        ask()
        times.append(Took(time.perf_counter() - started, cores_s() - busy))
    return times


def cores_s() -> float:
    """Seconds all cores have worked for this process and for the machine of Java it started."""
    total = time.process_time()
    for path in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = path.read_text().rpartition(")")[2].split()
        except OSError:  # ended meanwhile
            continue
        if int(fields[1]) == os.getpid():
            total += (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
    return total


def input_names() -> list[str]:
    return sorted(path.stem for path in INPUTS.glob("*.sql"))


def rows_of(store: Store, name: str) -> int:
    parts = (path for code in store.codes[name] for path in store.days(name, code).values())
    return sum(pq.read_metadata(path).num_rows for path in parts)


def total_rows(store: Store) -> int:
    return sum(rows_of(store, name) for name in store.codes)


if __name__ == "__main__":
    main()
