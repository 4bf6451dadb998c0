"""`python -m data_adapters watch`: take in what is put into a folder, until told to stop."""

from __future__ import annotations

import json
import signal
from dataclasses import asdict
from pathlib import Path
from threading import Event
from typing import Annotated

import typer

from data_adapters.intake.wanted import wanted
from data_adapters.option_text import parse_options
from data_adapters.source import AdapterError
from data_adapters.store.watch import Outcome, Watch, run_watch

UNUSABLE = 2


def watch_folder(
    folder: Annotated[Path, typer.Argument(help="Folder to watch; files ending in .part or .tmp are left alone.")],
    code: Annotated[str, typer.Option(help="Category of the files, as B02.")],
    store: Annotated[Path, typer.Option(help="Store of canonical Parquet that the rows go to.")],
    option: Annotated[list[str] | None, typer.Option(help="name=value, as for `read category`.")] = None,
    interval: Annotated[float, typer.Option(min=0.05, help="Seconds between two looks.")] = 2.0,
    once: Annotated[bool, typer.Option("--once", help="Read what is there, then end.")] = False,
) -> None:
    """Read each complete file of a folder once and keep its rows; one line of JSON a file."""
    stop = Event()
    signal.signal(signal.SIGTERM, lambda *_: stop.set())
    signal.signal(signal.SIGINT, lambda *_: stop.set())
    try:
        options = {**parse_options(option or []), "code": code}
        wanted("category", options)
        watch = Watch(folder, store, options)
    except AdapterError as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(UNUSABLE) from error
    failed = run_watch(watch, stop, _tell, interval, is_once=once)
    if once and failed:
        raise typer.Exit(1)


def _tell(outcome: Outcome) -> None:
    typer.echo(json.dumps(asdict(outcome), ensure_ascii=False))
