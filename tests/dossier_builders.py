"""Snapshots that hold the reference case: the full demo at a hundredth of its size, built once a process."""

from __future__ import annotations

import atexit
import functools
import shutil
import tempfile
from pathlib import Path

from typer.testing import CliRunner

from fusion.__main__ import app

REFERENCE = "91990000000010196E"
SCALE = "0.01"


@functools.cache
def demo_folder() -> Path:
    """The folder with `snapshots`, and beside them `demo-full/store`."""
    folder = Path(tempfile.mkdtemp(prefix="lookout-dossier-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    words = ["build", "--demo", "full", "--scale", SCALE, "--out", str(folder / "snapshots")]
    answer = CliRunner().invoke(app, words)
    assert answer.exit_code == 0, answer.output
    return folder


def stored(table: str, code: str) -> str:
    """The files of a category, as DuckDB reads them."""
    return (
        f"read_parquet('{demo_folder()}/demo-full/store/{table}/{code}/day=*/part.parquet', hive_partitioning = false)"
    )
