"""`python -m fusion snapshots list | verify | rollback`: what is published, whether it is sound, and the way back."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table as Grid

from fusion.complaints import one_line_errors
from fusion.errors import FusionError
from fusion.publish import make_current, published
from fusion.snapshot import SnapshotError, current_id, open_current, open_named, open_snapshot, verify

app = typer.Typer(help="Published snapshots.", no_args_is_help=True, pretty_exceptions_enable=False)
Out = Annotated[Path, typer.Option("--out", help="Folder of the snapshots.")]
AsJson = Annotated[bool, typer.Option("--json", help="Machine-readable output.")]
ROOT = Path("var/snapshots")


@app.command("list")
def list_command(out: Out = ROOT, as_json: AsJson = False) -> None:
    """All snapshots, the newest last; an arrow stands before the current one."""
    with one_line_errors():
        current = current_id(out)
        rows = [_told(folder, current) for folder in published(out)]
    if as_json:
        typer.echo(json.dumps(rows, ensure_ascii=False, indent=2))
        return
    grid = Grid("", "snapshot", "data until", "clues", "MB", box=None)
    for row in rows:
        mark = ">" if row["is_current"] else ""
        size = f"{int(str(row['bytes'])) / 1e6:,.0f}"
        grid.add_row(mark, str(row["id"]), str(row["as_of"]), f"{row['clues']:,}", size)
    Console(width=110).print(grid)


def _told(folder: Path, current: str) -> dict[str, object]:
    try:
        made = open_snapshot(folder).manifest
    except SnapshotError as error:
        return {"id": folder.name, "as_of": str(error), "clues": 0, "bytes": 0, "is_current": folder.name == current}
    return {
        "id": folder.name,
        "as_of": made.as_of,
        "clues": made.tables["clues"].rows,
        "bytes": sum(entry.bytes for entry in made.tables.values()),
        "is_current": folder.name == current,
    }


@app.command("verify")
def verify_command(
    snapshot_id: Annotated[str | None, typer.Argument(help="[default: the current one]")] = None,
    out: Out = ROOT,
    as_json: AsJson = False,
) -> None:
    """Read every byte of a snapshot and compare it with what was published."""
    with one_line_errors():
        snapshot = open_named(out, snapshot_id) if snapshot_id else open_current(out)
        verify(snapshot)
        entries = snapshot.manifest.tables.values()
        rows = sum(entry.rows for entry in entries)
        answer = {"id": snapshot.id, "tables": len(entries), "rows": rows, "is_sound": True}
        typer.echo(json.dumps(answer) if as_json else f"{snapshot.id}: sound, {len(entries)} tables, {rows:,} rows")


@app.command("rollback")
def rollback_command(
    snapshot_id: Annotated[str | None, typer.Argument(help="[default: the one before the current]")] = None,
    out: Out = ROOT,
) -> None:
    """Make an earlier snapshot current again, after reading every byte of it; no snapshot is removed."""
    with one_line_errors():
        wanted = snapshot_id or _before(out)
        verify(open_named(out, wanted))
        make_current(out, wanted)
        typer.echo(f"{wanted} is current")


def _before(out: Path) -> str:
    current = current_id(out)
    earlier = [folder.name for folder in published(out) if folder.name < current]
    if not earlier:
        raise FusionError(f"{out}: no snapshot is older than {current}")
    return earlier[-1]
