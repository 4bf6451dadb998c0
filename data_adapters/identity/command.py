"""`python -m data_adapters resolve | coordinates`: who is the same enterprise, and which positions to mend."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated, Any

import pyarrow as pa
import pyarrow.parquet as pq
import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table as Grid

from data_adapters.identity.device_links import link_devices, read_device_list
from data_adapters.identity.resolution import resolve
from data_adapters.places.findings import Findings, check_files, to_fix_csv
from data_adapters.source import AdapterError
from data_adapters.sources.boundaries import BOUNDARIES
from data_adapters.sources.register_points import read_registers

UNUSABLE = 2
SHOWN = 20
Files = Annotated[list[Path], typer.Argument(help="Registers; power_plants:FILE for another source.")]
AsJson = Annotated[bool, typer.Option("--json", help="Machine-readable output.")]
Out = Annotated[Path | None, typer.Option(help="Folder for the tables as Parquet.")]
Devices = Annotated[Path | None, typer.Option(help="List of devices: MN, outlet, permit, from, to.")]
Crs = Annotated[str, typer.Option(help="What the files are declared to be in: wgs84, gcj02 or bd09.")]


def show_resolution(files: Files, devices: Devices = None, out: Out = None, as_json: AsJson = False) -> None:
    """Which rows of several registers are the same enterprise; what is doubtful, for a person to decide."""
    try:
        regions = BOUNDARIES.read([], {}).tables["regions"]
        registers, accounts = read_registers(files, {"regions": regions})
        found = resolve(registers, regions)
        tables = dict(found.tables)
        if devices is not None:
            links = link_devices(read_device_list(devices), registers, found)
            tables |= {"device_links": links.links, "device_link_problems": links.problems}
        if out is not None:
            out.mkdir(parents=True, exist_ok=True)
            for name, table in tables.items():
                pq.write_table(table, out / f"{name}.parquet")
    except (AdapterError, OSError) as error:
        typer.echo(" ".join(str(error).split()), err=True)
        raise typer.Exit(UNUSABLE) from error
    rows = {account.path: account.accepted for account in accounts}
    told: dict[str, Any] = {"registers": rows, "enterprises": found.enterprises}
    if as_json:
        listed = {name: table.to_pylist() for name, table in tables.items() if name != "enterprise_links"}
        typer.echo(json.dumps(told | listed, ensure_ascii=False, indent=2, default=str))
        return
    console = Console()
    console.print(f"{sum(rows.values())} rows of {len(rows)} registers are {found.enterprises} enterprises")
    for name in tables:
        console.print(f"{name}: {tables[name].num_rows} rows")
    _show(console, found.review, ("name", "other_name", "method", "confidence", "distance_m", "reason"))


def show_coordinates(
    files: Files,
    out: Annotated[Path | None, typer.Option(help="CSV of the positions to mend.")] = None,
    group: Annotated[str | None, typer.Option(help="Heading of the column that names the uploader.")] = None,
    control: Annotated[Path | None, typer.Option(help="Register of surveyed positions, WGS-84.")] = None,
    crs: Crs = "wgs84",
    as_json: AsJson = False,
) -> None:
    """Which system coordinates are in, and which positions to mend; nothing is shifted."""
    try:
        found = check_files(files, {"regions": "default", "crs": crs, "group": group}, control)
        if out is not None:
            out.write_text(to_fix_csv(found.to_fix), encoding="utf-8", newline="")
    except (AdapterError, OSError) as error:
        typer.echo(" ".join(str(error).split()), err=True)
        raise typer.Exit(UNUSABLE) from error
    if as_json:
        told = {"points": found.points, "problems": found.counts, "datum": found.evidence.to_pylist()}
        listed = {"to_fix": found.to_fix.to_pylist()} if out is None else {"out": str(out)}
        typer.echo(json.dumps(told | listed, ensure_ascii=False, indent=2))
    else:
        _show_findings(found)
    for account in found.files:
        if account.error:
            typer.echo(account.error, err=True)


def _show_findings(found: Findings) -> None:
    console = Console()
    for finding in found.evidence.to_pylist():
        where = " ".join(part for part in (finding["register"], finding["group"]) if part)
        shares = ", ".join(
            f"{name[6:]} {finding[name]:.2%}"
            for name in finding
            if name.startswith("share_") and finding[name] is not None
        )
        console.print(f"{escape(where)}: {escape(finding['told'])}; inside their division: {shares or 'not known'}")
    counted = ", ".join(f"{problem} {count}" for problem, count in found.counts.items())
    console.print(f"{found.points} points; to mend: {counted or 'none'}")
    _show(console, found.to_fix, ("name", "lon_raw", "lat_raw", "problem", "evidence", "confidence"))


def _show(console: Console, table: pa.Table, columns: tuple[str, ...]) -> None:
    if not table.num_rows:
        return
    grid = Grid(*columns)
    for row in table.select(list(columns)).slice(0, SHOWN).to_pylist():
        grid.add_row(*(escape("" if value is None else str(value)) for value in row.values()))
    console.print(grid)
    if table.num_rows > SHOWN:
        console.print(f"and {table.num_rows - SHOWN} more")
