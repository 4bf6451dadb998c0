"""The command line of this floor: `python -m fusion build | verify | tables`."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.markup import escape
from rich.progress import Progress as Bar
from rich.progress import SpinnerColumn, TextColumn, TimeElapsedColumn
from rich.table import Table as Grid

from fusion.config import Config, demo_config, load_config
from fusion.errors import FusionError
from fusion.layout import TABLES
from fusion.layout_check import markdown
from fusion.manifest import Manifest
from fusion.pipeline import Progress, build
from fusion.snapshot import Snapshot, open_current, verify

UNUSABLE = 2

app = typer.Typer(
    help="Build snapshots from the sources, and check them.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)


class DemoSize(StrEnum):
    """Sizes of the invented campaign."""

    TINY = "tiny"
    SMALL = "small"
    FULL = "full"


ConfigPath = Annotated[Path | None, typer.Option("--config", help="What to build from, as lookout.example.toml.")]
Demo = Annotated[DemoSize | None, typer.Option("--demo", help="Build the invented campaign instead.")]
Out = Annotated[Path | None, typer.Option("--out", help="Folder of the snapshots. [default: var/snapshots]")]
AsJson = Annotated[bool, typer.Option("--json", help="Print the manifest as JSON and show no progress.")]


@app.command("build")
def build_command(config: ConfigPath = None, demo: Demo = None, out: Out = None, as_json: AsJson = False) -> None:
    """Build a snapshot and make it the current one."""
    with _one_line_errors():
        settings = _settings(config, demo)
        root = out or settings.folder / settings.lookout.snapshots
        with _bar(is_quiet=as_json) as progress:
            snapshot = build(settings, root, progress)
        _report(snapshot, as_json)
        for entry in snapshot.manifest.sources:
            if entry.status == "failed":
                typer.echo(f"fusion: source {entry.name} failed: {' '.join(str(entry.error).split())}", err=True)


@app.command("verify")
def verify_command(out: Out = None, as_json: AsJson = False) -> None:
    """Read every byte of the current snapshot and compare it with what was published."""
    with _one_line_errors():
        snapshot = open_current(out or Path("var/snapshots"))
        verify(snapshot)
        rows = sum(entry.rows for entry in snapshot.manifest.tables.values())
        answer = {"id": snapshot.id, "tables": len(snapshot.manifest.tables), "rows": rows, "is_sound": True}
        typer.echo(json.dumps(answer) if as_json else f"{snapshot.id}: sound, {len(TABLES)} tables, {rows:,} rows")


@app.command("tables")
def tables_command(
    as_markdown: Annotated[bool, typer.Option("--markdown", help="As docs/snapshot.md.")] = False,
) -> None:
    """List the tables of a snapshot."""
    if as_markdown:
        typer.echo(markdown(), nl=False)
        return
    for table in TABLES.values():
        typer.echo(f"{table.name:16} {table.grain}")


def _settings(config: Path | None, demo: DemoSize | None) -> Config:
    if config and demo:
        raise FusionError("give --config or --demo, not both")
    if demo:
        return demo_config(demo.value)
    return load_config(config or Path("lookout.toml"))


@contextmanager
def _one_line_errors() -> Iterator[None]:
    try:
        yield
    except (FusionError, OSError) as error:
        typer.echo(f"fusion: {' '.join(str(error).split())}", err=True)
        raise typer.Exit(UNUSABLE) from error


@contextmanager
def _bar(is_quiet: bool) -> Iterator[Progress]:
    if is_quiet or not sys.stderr.isatty():
        yield lambda *_: None
        return
    columns = (SpinnerColumn(), TextColumn("{task.completed}/{task.total} {task.description}"), TimeElapsedColumn())
    with Bar(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("start", total=None)
        yield lambda what, done, total: bar.update(task, description=what, completed=done, total=total)


def _report(snapshot: Snapshot, as_json: bool) -> None:
    if as_json:
        typer.echo(json.dumps(snapshot.manifest.model_dump(), ensure_ascii=False))
        return
    console = Console(width=None if sys.stdout.isatty() else 110)
    for make in (_sources_grid, _tables_grid):
        console.print(make(snapshot.manifest))
    for reason, count in snapshot.manifest.left_out.items():
        console.print(f"left out: {count:,} {reason}")
    console.print(f"snapshot {snapshot.id}", soft_wrap=True)


def _sources_grid(manifest: Manifest) -> Grid:
    grid = _grid("source", "status", "read>", "accepted>", "rejected>", "why")
    for entry in manifest.sources:
        reasons = [f"{reason} {count:,}" for reason, count in entry.rejected.items()]
        reasons += [f"repeated in {table} {count:,}" for table, count in entry.duplicates.items()]
        why = entry.error or ", ".join(reasons)
        rejected = sum(entry.rejected.values())
        grid.add_row(entry.name, entry.status, f"{entry.read:,}", f"{entry.accepted:,}", f"{rejected:,}", escape(why))
    return grid


def _tables_grid(manifest: Manifest) -> Grid:
    grid = _grid("table", "rows>", "bytes>")
    for name, entry in manifest.tables.items():
        grid.add_row(name, f"{entry.rows:,}", f"{entry.bytes:,}")
    return grid


def _grid(*heads: str) -> Grid:
    grid = Grid(box=None, pad_edge=False)
    for head in heads:
        grid.add_column(head.rstrip(">"), justify="right" if head.endswith(">") else "left")
    return grid


if __name__ == "__main__":
    app()
