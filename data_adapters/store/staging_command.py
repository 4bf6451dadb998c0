"""`python -m data_adapters stage`: raw files into the store."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any

import typer

from data_adapters.source import AdapterError
from data_adapters.store.staging import stage

UNUSABLE = 2
Source = Annotated[Path, typer.Option("--from", help="Folder with a folder of files for each category.")]
Store = Annotated[Path, typer.Option("--store", help="Folder of the canonical Parquet.")]
AsJson = Annotated[bool, typer.Option("--json", help="Machine-readable output.")]


def stage_files(source: Source, store: Store, as_json: AsJson = False) -> None:
    """Stage new files; those staged before are left alone."""
    try:
        staged = stage(source, store)
    except (AdapterError, OSError) as error:
        typer.echo(" ".join(str(error).split()), err=True)
        raise typer.Exit(UNUSABLE) from error
    broken = [account for account in staged.files + staged.registers if account.error]
    if as_json:
        told: dict[str, Any] = {
            "files": len(staged.files),
            "known": staged.known,
            "days": staged.days,
            "read": staged.read,
        }
        told |= {"accepted": staged.accepted, "seconds": round(staged.seconds, 2)}
        accounts = [asdict(account) for account in staged.files + staged.registers]
        typer.echo(json.dumps({**told, "accounts": accounts}, ensure_ascii=False, indent=1))
    else:
        counts = f"{len(staged.files)} new files, {staged.known} known, {staged.read:,} rows read"
        typer.echo(f"{counts}, {staged.accepted:,} accepted, {staged.days} days written; {staged.seconds:.1f} s")
    for account in broken:
        typer.echo(account.error, err=True)
    if broken and len(broken) == len(staged.files) + len(staged.registers):
        raise typer.Exit(UNUSABLE)
