"""Snapshots that hold the reference case: the full demo at a hundredth of its size, built once a run."""

from __future__ import annotations

from pathlib import Path

from once_a_run import once_a_run
from typer.testing import CliRunner

from fusion.__main__ import app

REFERENCE = "91990000000010196E"
SCALE = "0.01"


def demo_folder() -> Path:
    """The folder with `snapshots`, and beside them `demo-full/store`; for reading only."""
    return once_a_run("full", _build_full_demo)


def _build_full_demo(folder: Path) -> None:
    words = ["build", "--demo", "full", "--scale", SCALE, "--out", str(folder / "snapshots")]
    answer = CliRunner().invoke(app, words)
    assert answer.exit_code == 0, answer.output


def stored(table: str, code: str) -> str:
    """The files of a category, as DuckDB reads them."""
    return (
        f"read_parquet('{demo_folder()}/demo-full/store/{table}/{code}/day=*/part.parquet', hive_partitioning = false)"
    )
