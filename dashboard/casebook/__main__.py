"""The command line: `python -m dashboard.casebook verify | export | replay | tick | rebuild`."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import Annotated

import pyarrow.parquet as pq
import sqlalchemy as sa
import typer

from dashboard.casebook.calendar import wall_clock
from dashboard.casebook.chain import canonical
from dashboard.casebook.states import STATES
from dashboard.casebook.store import Casebook, open_casebook
from dashboard.settings import read_settings

app = typer.Typer(
    help="Check, export, replay and move the casebook.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
Url = Annotated[str | None, typer.Option("--casebook", help="Database. [default: LOOKOUT_CASEBOOK]")]
Folder = Annotated[Path | None, typer.Option("--attachments", help="Folder of files. [default: LOOKOUT_ATTACHMENTS]")]
AsOf = Annotated[datetime | None, typer.Option("--as-of", help="Only what was on record at this time, UTC+8.")]
Out = Annotated[Path | None, typer.Option("--out", help="File to write. [default: the screen]")]
Anchor = Annotated[str, typer.Option("--anchor", help="NUMBER:HASH of an event, as an earlier verify told.")]


@app.command()
def verify(casebook: Url = None, attachments: Folder = None, anchor: Anchor = "") -> None:
    """Check every event, the chain, where the cases stand, and the attachments; ends with 1 if anything is wrong."""
    report = _open(casebook, attachments).verify(_anchor(anchor))
    files = "not looked for" if report.n_attachments is None else str(report.n_attachments)
    typer.echo(f"{report.n_events} events, {report.n_cases} cases, attachments: {files}")
    typer.echo(f"head {report.head[0]}:{report.head[1]}")
    for fault in report.faults:
        typer.echo(f"event {fault.seq}: {fault.what}", err=True)
    if not report.is_whole:
        raise typer.Exit(1)
    typer.echo("whole")


@app.command()
def export(casebook: Url = None, as_of: AsOf = None, out: Out = None) -> None:
    """Every event as one line of JSON, in the order of the chain."""
    lives = _open(casebook, None).lives(as_of=as_of).values()
    events = sorted((event for life in lives for event in life), key=lambda event: event.seq)
    text = "".join(f"{canonical(asdict(event))}\n" for event in events)
    if out is None:
        typer.echo(text, nl=False)
    else:
        out.write_text(text, "utf-8")
        typer.echo(f"{len(events)} events in {out}")


@app.command()
def replay(
    as_of: Annotated[datetime, typer.Option("--as-of", help="The time to go back to, UTC+8.")],
    casebook: Url = None,
    out: Annotated[Path | None, typer.Option("--out", help="Parquet file of where each case stood.")] = None,
) -> None:
    """How many cases stood in which state at that time."""
    table = _open(casebook, None).state_table(as_of)
    counts = Counter(table["state"].to_pylist())
    typer.echo(json.dumps({state: counts[state] for state in STATES if counts[state]}, indent=1))
    if out is not None:
        pq.write_table(table, out)


@app.command()
def tick(casebook: Url = None) -> None:
    """Do what is due by now: overdue rectifications, suspensions that end. Run it every few minutes."""
    for event in _open(casebook, None).tick(wall_clock()):
        typer.echo(f"{event.clue_id} {event.event}: {event.source} -> {event.target}")


@app.command()
def rebuild(casebook: Url = None) -> None:
    """Make where the cases stand anew from their events."""
    typer.echo(f"{_open(casebook, None).rebuild()} cases")


def _open(url: str | None, folder: Path | None) -> Casebook:
    settings = read_settings()
    try:
        return open_casebook(url or settings.casebook, folder or settings.attachments)
    except (ValueError, sa.exc.SQLAlchemyError) as error:
        # An address may hold a password, and the driver's message repeats it.
        typer.echo(f"the casebook can't be opened: {type(error).__name__}; look at LOOKOUT_CASEBOOK", err=True)
        raise typer.Exit(2) from None


def _anchor(text: str) -> tuple[int, str] | None:
    if not text:
        return None
    number, _, digest = text.partition(":")
    if not number.isdigit() or len(digest) != 64:
        raise typer.BadParameter("as 1234:0f3a…, a number and 64 hexadecimal digits")
    return int(number), digest


if __name__ == "__main__":
    app()
