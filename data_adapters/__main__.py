"""`python -m data_adapters list | read | listen | tables`: look at sources, read files, take messages."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table as Grid

from data_adapters.campaign.full.command import make_campaign
from data_adapters.catalogue.command import show_catalogue
from data_adapters.hj212.listen import ListenOptions, listen
from data_adapters.identity.command import show_coordinates, show_resolution
from data_adapters.option_text import parse_options
from data_adapters.registry import SOURCES
from data_adapters.run import SourceRun, run_source
from data_adapters.source import AdapterError, SourceResult, sidecar
from data_adapters.store.report_command import show_report
from data_adapters.store.staging_command import stage_files
from data_adapters.store.watch_command import watch_folder
from data_adapters.tables import TABLES, tables_markdown

UNUSABLE = 2
app = typer.Typer(add_completion=False, no_args_is_help=True, pretty_exceptions_enable=False)
app.command("catalogue")(show_catalogue)
app.command("watch")(watch_folder)
app.command("report")(show_report)
app.command("campaign")(make_campaign)
app.command("stage")(stage_files)
app.command("resolve")(show_resolution)
app.command("coordinates")(show_coordinates)
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


@app.command("listen")
def listen_hj212(
    store: Annotated[Path, typer.Option(help="Folder of the raw frames.")] = Path("var/hj212"),
    host: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="Port; 0 takes a free one.")] = 9212,
    devices: Annotated[Path | None, typer.Option(help="Device register, TOML (docs/hj212.md).")] = None,
    fsync: Annotated[str, typer.Option(help="batch: on disk before the answer; never: left to the system.")] = "batch",
) -> None:
    """Take HJ 212 messages of devices over TCP, keep them, acknowledge them."""
    try:
        listen(ListenOptions(store, host, port, devices, fsync), typer.echo)
    except AdapterError as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(UNUSABLE) from error


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
