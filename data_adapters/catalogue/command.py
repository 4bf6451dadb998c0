"""`python -m data_adapters catalogue`: the categories on the screen, as Markdown or as JSON."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import Annotated

import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table as Grid

from data_adapters.catalogue.categories import CATEGORIES, catalogue_markdown, table

AsMarkdown = Annotated[bool, typer.Option("--markdown", help="As docs/catalogue.md.")]
AsJson = Annotated[bool, typer.Option("--json", help="Machine-readable output.")]


def show_catalogue(markdown: AsMarkdown = False, as_json: AsJson = False) -> None:
    """The 49 categories of data."""
    if markdown:
        typer.echo(catalogue_markdown(), nl=False)
        return
    if as_json:
        listed = [asdict(one) | {"key": table(one.canonical_table).key} for one in CATEGORIES.values()]
        typer.echo(json.dumps(listed, ensure_ascii=False, indent=2))
        return
    grid = Grid("code", "name", "group", "cadence", "table", "rows a round", "class")
    for one in CATEGORIES.values():
        name = escape(f"{one.name_zh} {one.name_en}")
        rows = f"{one.rows_per_round:,}"
        grid.add_row(one.code, name, one.group_en, one.cadence, one.canonical_table, rows, one.data_class)
    Console().print(grid)
