"""The command line of this floor: `python -m fusion build | snapshots | evaluate | replay | metrics | tables`."""

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

from data_adapters.store.demo import CAMPAIGN, Plan, demo_store
from fusion.complaints import one_line_errors
from fusion.config import Config, demo_config, full_demo_config, load_config
from fusion.errors import FusionError
from fusion.layout import TABLES
from fusion.layout_check import markdown
from fusion.manifest import Manifest
from fusion.metrics_command import show_metrics
from fusion.pipeline import Progress, build
from fusion.rules_command import evaluate_rules, replay_rule
from fusion.snapshot import Snapshot
from fusion.snapshot_command import app as snapshots_app

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


app.add_typer(snapshots_app, name="snapshots")
app.command("evaluate")(evaluate_rules)
app.command("replay")(replay_rule)
app.command("metrics")(show_metrics)

ConfigPath = Annotated[Path | None, typer.Option("--config", help="What to build from, as lookout.example.toml.")]
Demo = Annotated[DemoSize | None, typer.Option("--demo", help="Build the invented campaign instead.")]
Scale = Annotated[float, typer.Option(min=0.01, max=10, help="Of --demo full: 1 is 18,090,166 records.")]
Out = Annotated[Path | None, typer.Option("--out", help="Folder of the snapshots. [default: var/snapshots]")]
AsJson = Annotated[bool, typer.Option("--json", help="Print the manifest as JSON and show no progress.")]


@app.command("build")
def build_command(
    config: ConfigPath = None, demo: Demo = None, out: Out = None, scale: Scale = 1.0, as_json: AsJson = False
) -> None:
    """Build a snapshot and make it the current one; the full demo lies beside it, in demo-full."""
    with one_line_errors(), _bar(is_quiet=as_json) as progress:
        if demo is DemoSize.FULL and not config:
            settings = _full_demo((out or Path("var/snapshots")).parent / "demo-full", scale, progress)
        else:
            settings = _settings(config, demo)
        root = out or settings.folder / settings.lookout.snapshots
        snapshot = build(settings, root, progress)
    with one_line_errors():
        _report(snapshot, as_json)
        for entry in snapshot.manifest.sources:
            if entry.status == "failed":
                typer.echo(f"fusion: source {entry.name} failed: {' '.join(str(entry.error).split())}", err=True)


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


def _full_demo(folder: Path, scale: float, progress: Progress) -> Config:
    """The full campaign, made and staged unless it is there already."""
    plan = Plan(scale)
    steps = iter(range(1_000_000))
    store = demo_store(folder, plan, lambda what: progress(what, next(steps), 0))
    return full_demo_config(store, folder / CAMPAIGN, plan.evenings)


def _settings(config: Path | None, demo: DemoSize | None) -> Config:
    if config and demo:
        raise FusionError("give --config or --demo, not both")
    if demo:
        return demo_config(demo.value)
    return load_config(config or Path("lookout.toml"))


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
