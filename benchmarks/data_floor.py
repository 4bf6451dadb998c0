"""`python -m benchmarks.data_floor [--scale 10]`: a campaign made and staged, at a tenth, in full, and beyond if asked.

Budgets on two cores, in full: made in 240 s, staged in 180 s, neither with more than 4 GiB; above, the time grows with
the rows and the memory does not.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks.measure import Measure, plain
from benchmarks.serving import REPOSITORY

SCALES = (0.1, 1.0)
MADE_S, STAGED_S, PEAK_GIB = 240.0, 180.0, 4.0  # in full
GIB = 1024**2  # ru_maxrss counts KiB


@dataclass(frozen=True)
class Run:
    """What a command took, and what it told."""

    seconds: float
    peak_gib: float
    told: dict


def run(folder: Path, *arguments: str) -> Run:
    """One run of `python -m data_adapters ... --json`."""
    answer = folder / "told.json"
    with answer.open("wb") as out:
        started = time.perf_counter()
        process = subprocess.Popen(
            [sys.executable, "-m", "data_adapters", *arguments, "--json"],
            cwd=REPOSITORY,
            stdout=out,
            stderr=subprocess.DEVNULL,
        )
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        seconds = time.perf_counter() - started
    if process.returncode:
        raise RuntimeError(f"data_adapters {' '.join(arguments)} ended with code {process.returncode}")
    return Run(seconds, usage.ru_maxrss / GIB, json.loads(answer.read_text("utf-8")))


def measure_data(scales: Sequence[float] = SCALES) -> list[Measure]:
    """Time and memory of a campaign made and staged, at each of these scales; n=1."""
    return [measure for scale in scales for measure in _measure_scale(scale)]


def _measure_scale(scale: float) -> list[Measure]:
    with tempfile.TemporaryDirectory(prefix="data-floor-") as name:
        folder = Path(name)
        raw, store = str(folder / "raw"), str(folder / "store")
        made = run(folder, "campaign", "--out", raw, "--scale", str(scale))
        staged = run(folder, "stage", "--from", raw, "--store", store)
        again = run(folder, "stage", "--from", raw, "--store", store)
    rows, times, told = staged.told["read"], max(scale, 1.0), f"campaign x{scale:g}"
    return [
        Measure(f"{told} made", made.seconds, "s", MADE_S * times, note=f"n=1, {rows:,} rows"),
        Measure(f"{told} made, peak memory", made.peak_gib, "GiB", PEAK_GIB),
        Measure(f"{told} staged with all checks", staged.seconds, "s", STAGED_S * times, note="n=1"),
        Measure(f"{told} staged, peak memory", staged.peak_gib, "GiB", PEAK_GIB),
        Measure(f"{told} staged, time a row", staged.seconds / rows * 1e6, "us"),
        Measure(f"{told} staged again, nothing new", again.seconds, "s"),
    ]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--scale", type=float, action="append", help="measure this scale, instead of a tenth and full")
    print(plain(measure_data(parser.parse_args().scale or SCALES)))  # noqa: T201 - a command line


if __name__ == "__main__":
    main()
