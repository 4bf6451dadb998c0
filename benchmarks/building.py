"""How long the demo snapshot takes to build, and how much memory."""

from __future__ import annotations

import resource
import subprocess
import sys
import time
from pathlib import Path

from benchmarks.measure import Measure
from benchmarks.serving import REPOSITORY


def measure_build(out: Path, size: str = "small") -> list[Measure]:
    """Build the demo into `out` by its command line."""
    command = [sys.executable, "-m", "fusion", "build", "--demo", size, "--out", str(out), "--json"]
    started = time.perf_counter()
    subprocess.run(command, cwd=REPOSITORY, check=True, stdout=subprocess.DEVNULL)
    seconds = time.perf_counter() - started
    peak_mb = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
    size_mb = sum(path.stat().st_size for path in out.rglob("*.parquet")) / 1e6
    return [
        Measure(f"build the demo ({size})", seconds, "s", 60, note="n=1"),
        Measure("peak memory of the build", peak_mb, "MB"),
        Measure("snapshot on disk", size_mb, "MB"),
    ]
