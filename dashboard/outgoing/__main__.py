"""The command line of what leaves the house: `python -m dashboard.outgoing run | list | retry | check`."""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated

import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table as Grid

from dashboard.access import AccessError
from dashboard.casebook.calendar import wall_clock
from dashboard.database import open_database, upgrade
from dashboard.outgoing.outbox import DEAD, SENT, WAITING, Outbox
from dashboard.outgoing.service import deliverer
from dashboard.outgoing.targets import OutgoingError, load_outgoing
from dashboard.settings import read_settings

app = typer.Typer(
    help="Tell other systems and people what happens to clues (docs/outgoing.md).",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
COLUMNS = ("id", "target", "state", "seq", "event_id", "attempts", "made_at", "next_at", "tried_at", "error")


@app.command("run")
def run_command(once: Annotated[bool, typer.Option(help="One pass, then end.")] = False) -> None:
    """Deliver until stopped, or once; exit code 1 if --once left something that was not taken."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s %(message)s")
    with _one_line_errors():
        found = deliverer(read_settings())
        if not once:
            found.run(threading.Event())
        done = found.once()
    typer.echo(f"sent {done.sent}, to be tried again {done.failed}, given up {done.dead}")
    if done.failed or done.dead:
        raise typer.Exit(1)


@app.command("list")
def list_command(
    state: Annotated[str, typer.Option(help=f"Only {WAITING}, {SENT} or {DEAD}.")] = "",
    limit: Annotated[int, typer.Option(min=1, max=10_000)] = 50,
) -> None:
    """What waits, what was taken and what was given up, the newest first."""
    with _one_line_errors():
        if state not in ("", WAITING, SENT, DEAD):
            raise OutgoingError(f"there is no state {state!r}; there are {WAITING}, {SENT} and {DEAD}")
        outbox = _outbox()
    grid = Grid(*COLUMNS)
    for row in outbox.rows(state, limit):
        grid.add_row(*(escape("" if row[name] is None else str(row[name])) for name in COLUMNS))
    console = Console()
    console.print(grid)
    for (target, of_state), number in sorted(outbox.counts().items()):
        console.print(f"{target}: {number} {of_state}")


@app.command("retry")
def retry_command(
    row_id: Annotated[int | None, typer.Argument(help="Number of the row; all without it.")] = None,
    target: Annotated[str, typer.Option(help="Only of this target.")] = "",
) -> None:
    """Try again what was given up."""
    with _one_line_errors():
        number = _outbox().retry(wall_clock(), target, row_id)
    typer.echo(f"{number} to be tried again")


@app.command("check")
def check_command() -> None:
    """Read the file of targets and look for their secrets; nothing is sent."""
    with _one_line_errors():
        settings = read_settings()
        if settings.outgoing is None:
            raise OutgoingError("nothing leaves: LOOKOUT_OUTGOING names no file of targets; see docs/outgoing.md")
        found = load_outgoing(settings.outgoing)
    for target in found.target:
        typer.echo(f"{target.name}: {target.kind}, names {target.names}, {target.language}")


def _outbox() -> Outbox:
    engine = open_database(read_settings().casebook)
    upgrade(engine)
    return Outbox(engine)


@contextmanager
def _one_line_errors() -> Iterator[None]:
    try:
        yield
    except (OutgoingError, AccessError) as error:
        typer.echo(f"outgoing: {error}", err=True)
        raise typer.Exit(2) from None


if __name__ == "__main__":
    app()
