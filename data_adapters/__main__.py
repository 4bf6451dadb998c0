"""`python -m data_adapters list | read | tables`: look at sources and their files without building anything."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table as Grid

from data_adapters.registry import SOURCES
from data_adapters.run import SourceRun, run_source
from data_adapters.source import AdapterError, SourceResult, sidecar
from data_adapters.tables import TABLES, tables_markdown

UNUSABLE = 2
app = typer.Typer(add_completion=False, no_args_is_help=True, pretty_exceptions_enable=False)
AsJson = Annotated[bool, typer.Option("--json", help="Machine-readable output.")]


@app.command("list")
def list_sources(as_json: AsJson = False) -> None:
    """The sources that can be read."""
    known = {name: _title(name) for name in SOURCES}
    if as_json:
        typer.echo(json.dumps(known, ensure_ascii=False, indent=2))
        return
    grid = Grid("source", "title", "provider", "licence")
    for name, title in known.items():
        grid.add_row(name, *(escape(title[key]) for key in ("title_en", "provider", "licence")))
    Console().print(grid)


@app.command("read")
def read_source(
    source: Annotated[str, typer.Argument(help="Name of the source, as `list` shows it.")],
    paths: Annotated[list[Path] | None, typer.Argument(help="Files; some sources need none.")] = None,
    option: Annotated[list[str] | None, typer.Option(help="name=value; columns.name=企业 for a mapping.")] = None,
    as_json: AsJson = False,
) -> None:
    """Read files with a source and tell what became of every row."""
    try:
        options = parse_options(option or [])
    except AdapterError as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(UNUSABLE) from error
    run = run_source(source, paths or [], options)
    if as_json:
        typer.echo(json.dumps(_as_data(run), ensure_ascii=False, indent=2))
    elif run.result is not None and run.status == "ok":
        _show(run.result, run.seconds)
    if run.error:
        typer.echo(run.error, err=True)
        raise typer.Exit(UNUSABLE)
    for account in run.result.files if run.result else []:
        if account.error:
            typer.echo(account.error, err=True)


@app.command("tables")
def show_tables(markdown: Annotated[bool, typer.Option("--markdown", help="As docs/tables.md.")] = False) -> None:
    """The canonical tables."""
    if markdown:
        typer.echo(tables_markdown(), nl=False)
        return
    grid = Grid("table", "columns", "grain")
    for table in TABLES.values():
        grid.add_row(table.name, str(len(table.columns)), escape(table.grain))
    Console().print(grid)


def parse_options(given: list[str]) -> dict[str, Any]:
    """Options from name=value; a dot in the name makes a mapping.

    Raises  AdapterError for one without an equals sign
    """
    options: dict[str, Any] = {}
    for text in given:
        name, equals, value = text.partition("=")
        if not equals or not name:
            raise AdapterError("", f"option {text!r} is not name=value")
        outer, dot, inner = name.partition(".")
        if not dot:
            options[name] = value
            continue
        mapping = options.setdefault(outer, {})
        if not isinstance(mapping, dict):
            raise AdapterError("", f"option {outer} is given as a value and as a mapping")
        mapping[inner] = value
    return options


def _title(name: str) -> dict[str, str]:
    known = sidecar(name)
    return {key: str(known.get(key, "")) for key in ("title_zh", "title_en", "provider", "url", "licence")}


def _as_data(run: SourceRun) -> dict[str, Any]:
    result = run.result or SourceResult({})
    return {
        "source": run.name,
        "status": run.status,
        "error": run.error,
        "seconds": round(run.seconds, 3),
        "read": result.read,
        "accepted": result.accepted,
        "rejected": result.rejected,
        "tables": {name: table.num_rows for name, table in result.tables.items()},
        "files": [asdict(account) for account in result.files],
        "rejects": [
            {**asdict(reject), "examples": [example._asdict() for example in reject.examples]}
            for reject in result.rejects
        ],
    }


def _show(result: SourceResult, seconds: float) -> None:
    console = Console()
    grid = Grid("file", "read", "accepted", "rejected", "notes")
    for account in result.files:
        rejected = ", ".join(f"{reason} {count}" for reason, count in account.rejected.items())
        notes = account.error or "; ".join(account.notes)
        grid.add_row(escape(account.path), str(account.read), str(account.accepted), rejected, escape(notes))
    console.print(grid)
    for reject in result.rejects:
        console.print(f"{reject.reason}: {reject.count} rows, {escape(reject.message)}")
        for place in reject.examples:
            console.print(f"  {escape(place.file)} row {place.row} {place.column} = {escape(place.value)!r}")
    listed = ", ".join(f"{name} {table.num_rows} rows" for name, table in result.tables.items())
    console.print(f"{listed}; {seconds:.2f} s")


if __name__ == "__main__":
    app()
