"""The command line of briefings: `python -m dashboard.briefing make | due | list | recipes`."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table as Grid

from dashboard.accounts.secret import server_secret
from dashboard.accounts.sessions import open_accounts
from dashboard.briefing.files import TYPES, file_of
from dashboard.briefing.fonts import NoFont
from dashboard.briefing.periods import Wish, WishError
from dashboard.briefing.press import base_address, press_of
from dashboard.briefing.readers import NoReader, reader_of
from dashboard.briefing.recipes import RecipeError, load_recipes
from dashboard.briefing.runs import Runs
from dashboard.briefing.schedule import ScheduleError
from dashboard.briefing.service import Briefer
from dashboard.casebook.calendar import wall_clock
from dashboard.casebook.store import open_casebook
from dashboard.data.store import Store
from dashboard.settings import read_settings
from fusion.snapshot import SnapshotError

app = typer.Typer(
    help="Briefings as DOCX, PPTX, PDF or HTML (docs/briefing.md).",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
COLUMNS = ("run", "due_at", "reader", "state", "attempts", "tried_at", "next_at", "files", "error")


@app.command("make")
def make_command(
    recipe: Annotated[str, typer.Option(help="Name of a recipe.")],
    out: Annotated[Path, typer.Option(help="File to write; .docx, .pptx, .pdf or .html.")],
    reader: Annotated[str, typer.Option("--as", help="User whose rights it is made with.")],
    time: Annotated[
        str, typer.Option("--time", "--round", "--month", "--day", help="2023-R10, 2023-07 or 2023-07-31.")
    ] = "",
    about: Annotated[
        str, typer.Option("--region", "--enterprise", help="Adcode, g: and a group, or the id of an enterprise.")
    ] = "",
    lang: Annotated[str, typer.Option(help="zh or en.")] = "zh",
) -> None:
    """Write one briefing."""
    form = out.suffix.removeprefix(".")
    with _one_line_errors():
        if form not in TYPES:
            raise WishError(f"{out}: there is no form {form!r}; there are {', '.join(TYPES)}")
        settings = read_settings()
        found = reader_of(open_accounts(settings), reader, wall_clock())
        briefer = Briefer(settings.recipes, server_secret(settings))
        loaded = Store(settings.snapshots, settings.query_memory).current()
        is_of_one = recipe in briefer.recipes and briefer.recipes[recipe].region == "none"
        wish = Wish(recipe, lang, time, **{"enterprise" if is_of_one else "region": about})
        document = briefer.made(loaded, open_casebook(settings.casebook), wish, found)
        body = file_of(document, form, base_address(settings), settings.fonts)
        out.parent.mkdir(parents=True, exist_ok=True)
        out.write_bytes(body)
    typer.echo(f"{out} {len(body):,} bytes, {document.title} {document.subtitle}")


@app.command("due")
def due_command() -> None:
    """Make what the schedule has due and what failed before; exit code 1 if something failed."""
    logging.basicConfig(level=logging.WARNING, format="%(asctime)s %(levelname)s %(name)s %(message)s")
    with _one_line_errors():
        settings = read_settings()
        casebook = open_casebook(settings.casebook)
        press = press_of(settings, Store(settings.snapshots, settings.query_memory), casebook)
        if press is None:
            raise ScheduleError("nothing is scheduled: LOOKOUT_BRIEFINGS names no file; see docs/briefing.md")
        made, failed = press.due()
    typer.echo(f"made {made}, failed {failed}")
    if failed:
        raise typer.Exit(1)


@app.command("list")
def list_command(limit: Annotated[int, typer.Option(min=1, max=10_000)] = 50) -> None:
    """What was made and what failed, the newest first."""
    with _one_line_errors():
        rows = Runs(open_casebook(read_settings().casebook).engine).rows(limit)
    grid = Grid(*COLUMNS)
    for row in rows:
        grid.add_row(*(escape("" if row[name] is None else str(row[name])) for name in COLUMNS))
    Console().print(grid)


@app.command("recipes")
def recipes_command() -> None:
    """The recipes there are; reads every file of them."""
    with _one_line_errors():
        recipes = load_recipes(read_settings().recipes)
    for name, one in recipes.items():
        typer.echo(f"{name}: {one.name_zh} / {one.name_en}, {one.period}, {', '.join(one.sections)}")


@contextmanager
def _one_line_errors() -> Iterator[None]:
    try:
        yield
    except (WishError, RecipeError, ScheduleError, NoReader, NoFont, SnapshotError) as error:
        typer.echo(f"briefing: {error}", err=True)
        raise typer.Exit(2) from None


if __name__ == "__main__":
    app()
