"""`python -m data_adapters stage`: raw files into the store."""

from __future__ import annotations

import json
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any

import duckdb
import typer

from data_adapters.source import AdapterError
from data_adapters.store.staging import Staged, stage

UNUSABLE = 2
Source = Annotated[Path, typer.Option("--from", help="Folder with a folder of files for each category.")]
Store = Annotated[Path, typer.Option("--store", help="Folder of the canonical Parquet.")]
Replace = Annotated[
    list[str] | None,
    typer.Option(help="Snapshot whose new files are its whole content, as A06; without it they are merged by key."),
]
Now = Annotated[datetime | None, typer.Option(help="Wall time in China of the arrival, if not now.")]
AsJson = Annotated[bool, typer.Option("--json", help="Machine-readable output.")]


def stage_files(
    source: Source, store: Store, replace: Replace = None, now: Now = None, as_json: AsJson = False
) -> None:
    """Stage new files; those staged before are left alone."""
    try:
        staged = stage(source, store, arrived_at=now, replace=replace or ())
    except (AdapterError, OSError, duckdb.Error) as error:
        typer.echo(" ".join(str(error).split()), err=True)
        raise typer.Exit(UNUSABLE) from error
    accounts = staged.files + staged.registers
    broken = [account for account in accounts if account.error]
    typer.echo(_as_json(staged) if as_json else _as_line(staged))
    for told in (*staged.notes, *(account.error for account in broken)):
        typer.echo(told, err=True)
    if broken and len(broken) == len(accounts):
        raise typer.Exit(UNUSABLE)


def _as_json(staged: Staged) -> str:
    told: dict[str, Any] = {"files": len(staged.files), "known": staged.known, "days": staged.days}
    told |= {"read": staged.read, "accepted": staged.accepted, "seconds": round(staged.seconds, 2)}
    told["accounts"] = [asdict(account) for account in staged.files + staged.registers]
    return json.dumps(told, ensure_ascii=False, indent=1)


def _as_line(staged: Staged) -> str:
    counts = f"{len(staged.files)} new files, {staged.known} known, {staged.read:,} rows read"
    return f"{counts}, {staged.accepted:,} accepted, {staged.days} days written; {staged.seconds:.1f} s"
