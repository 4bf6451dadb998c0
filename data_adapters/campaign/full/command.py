"""`python -m data_adapters campaign`: make the full campaign."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from data_adapters.campaign.full.build import write_campaign
from data_adapters.campaign.full.plan import ROUNDS_A_YEAR, Plan
from data_adapters.campaign.places import PlacesError
from data_adapters.catalogue import CATEGORIES
from data_adapters.source import AdapterError
from data_adapters.sources.boundaries import BOUNDARIES

UNUSABLE = 2
Out = Annotated[Path, typer.Option("--out", help="Folder to write; an earlier campaign in it is replaced.")]
Scale = Annotated[float, typer.Option(min=0.01, max=10, help="1 is the national campaign of 18,090,166 records.")]
Year = Annotated[int, typer.Option(min=2018, max=2100, help="Year of the round.")]
Round = Annotated[int, typer.Option("--round", min=1, max=ROUNDS_A_YEAR, help="Number of the round.")]
Seed = Annotated[int, typer.Option(min=0, help="The same seed gives the same bytes.")]
AsJson = Annotated[bool, typer.Option("--json", help="Machine-readable output.")]


def make_campaign(  # noqa: PLR0913 - one parameter an option
    out: Out, scale: Scale = 1.0, year: Year = 2023, number: Round = 11, seed: Seed = 7, as_json: AsJson = False
) -> None:
    """Invent a whole round: 49 categories, planted violations, truth table."""
    plan = Plan(scale, year, number, seed)
    started = time.perf_counter()
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    try:
        with Progress(*columns, console=Console(stderr=True), disable=as_json) as bar:
            task = bar.add_task("campaign", total=sum(plan.rows(code) for code in CATEGORIES))

            def told(code: str, rows: int) -> None:
                bar.update(task, advance=rows, description=f"{code} {CATEGORIES[code].name_en}")

            manifest = write_campaign(out, plan, BOUNDARIES.read([], {}).tables["regions"], told)
    except (AdapterError, PlacesError, OSError) as error:
        typer.echo(" ".join(str(error).split()), err=True)
        raise typer.Exit(UNUSABLE) from error
    seconds = time.perf_counter() - started
    if as_json:
        told_files = {key: value for key, value in manifest.items() if key != "files"}
        typer.echo(json.dumps(told_files | {"seconds": round(seconds, 1)}, ensure_ascii=False, indent=2))
        return
    typer.echo(f"{manifest['rows']:,} records in {len(CATEGORIES)} categories, {plan.round_code}; {seconds:.1f} s")
