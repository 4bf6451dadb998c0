"""`python -m data_adapters report`: the 49 categories of a store on the screen, or as JSON."""

from __future__ import annotations

import json
import time
from dataclasses import asdict
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table as Grid

from data_adapters.store.report import report

UNUSABLE = 2
CHINA = timezone(timedelta(hours=8))


def show_report(
    store: Annotated[Path, typer.Option(help="Store of canonical Parquet.")],
    now: Annotated[str | None, typer.Option(help="Wall time in China to judge by, as 2025-07-10T12:00.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Machine-readable output.")] = False,
) -> None:
    """How much of each category is there, how fresh, how good, what was refused, which days lack."""
    if not store.is_dir():
        typer.echo(f"{store}: no such store", err=True)
        raise typer.Exit(UNUSABLE)
    try:
        at = datetime.fromisoformat(now) if now else datetime.fromtimestamp(time.time(), CHINA)
    except ValueError as error:
        typer.echo(f"now is {now!r} (as 2025-07-10T12:00)", err=True)
        raise typer.Exit(UNUSABLE) from error
    rows = report(store, at.replace(tzinfo=None))
    if as_json:
        typer.echo(json.dumps([asdict(row) for row in rows], ensure_ascii=False, indent=2))
        return
    grid = Grid("code", "name", "rows", "files", "state", "newest", "accepted", "gaps", "rejected")
    for row in rows:
        quality = "" if row.quality is None else f"{row.quality:.2%}"
        rejected = ", ".join(f"{reason} {count:,}" for reason, count in row.rejected.items())
        name = escape(f"{row.name_zh} {row.name_en}")
        newest = row.last_data_at or row.last_arrival_at or ""
        gaps = str(row.gap_days or "")
        grid.add_row(
            row.code, name, f"{row.rows:,}", str(row.files), row.state, newest, quality, gaps, escape(rejected)
        )
    Console().print(grid)
