"""`python -m fusion metrics`: the dictionary of figures as a page, and what its figures come to over a snapshot."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table as Grid

from data_adapters.catalogue import CATEGORIES
from fusion.complaints import one_line_errors
from fusion.metrics import Dictionary, Measured, Metric, dictionary, lacking, measure, opened, reason
from fusion.metrics_compare import PER_ENTERPRISE, RoundOnRound, round_on_round
from fusion.metrics_year import year_on_year
from fusion.snapshot import open_current

INTRODUCTION = """# Figures

Made by `python -m fusion metrics --markdown` from `fusion/metrics.toml`; do not edit by hand.

Screens, briefings, the API and exports take their numbers only from this dictionary. Its SQL runs on DuckDB over the
tables of a [snapshot](snapshot.md) and mentions no filter: whoever asks narrows the tables first.

- `fusion.metrics.measure(db, ids)` answers over whatever tables the connection sees.
  `dashboard.data.metrics.figures(loaded, filters)` narrows them as the screens do, and so does
  `GET /data/<snapshot>/metrics.json?<filters>`, with the parameters of the page's address.
- A share is told from 0 to 1 with its 95 % Wilson bounds; numerator and denominator stand beside. Where the
  denominator is below the minimum (20) there is no rate, but the counts are told.
- What the snapshot can't tell is answered as not available with the table it needs, never as 0; so is what rests on a
  source that failed.
- `fusion.metrics_compare.round_on_round(db, metric, round)` compares a rate per enterprise with the round before, over
  the cities in scope of, and checked in, both; `ranking(db, metric, by)` orders cities, counties or industries.
- `fusion.metrics_year.year_on_year(db, metric, round)` compares with the round of the same number of the year before: a
  rate per enterprise where the snapshot holds that round's checks or the register `past_checks` has them, a share of
  problems where the list of past problems (H02) has both rounds (`python -m fusion metrics --round 2023-R08
  --year-on-year --metric prominent_share`). Where the list of problems or the standard of the air-quality index
  changed between them it says **not comparable**: both sides with their denominators, no change.
- A figure of a register says which category of the [catalogue](catalogue.md) it needs; where that never arrived, the
  figure is not available. Working days follow `fusion/holidays.toml`, the yearly notices of the State Council.

## What a filter narrows

| filter | clues, steps | checks, problems | hot cells | coverage | monitoring | registers | enterprises |
|---|---|---|---|---|---|---|---|
| place, dated groups | day found | day checked | the day | the day; its city | the day | its day | data's time |
| rounds | own | own | own | days of the round | days of the round | days of the round | |
| dates, both included | day found | day checked | the day | the day | the day | its day | |
| industry | yes | yes | | | yes | yes | yes |
| extent of the map | clue | enterprise | cell | | enterprise | enterprise | enterprise |
| pollutant | yes | | | | yes | | |
| category, rule, status, severity | yes | | | | | | |

A problem belongs to the check that found it. An enterprise is counted once a round. The day of a register's line is the
day it was issued, found or begun; of a cut the day the alert began.
"""

NOT_COMPARABLE = "not comparable"
Compare = Callable[..., RoundOnRound]
Snapshots = Annotated[Path, typer.Option("--snapshots", help="Folder of the snapshots.")]
Ids = Annotated[list[str] | None, typer.Option("--metric", help="Only this figure; may be given again.")]
Round = Annotated[str, typer.Option("--round", help="Rates per enterprise of this round against the one before.")]
IsYear = Annotated[bool, typer.Option("--year-on-year", help="With --round: against that of the year before.")]
AsMarkdown = Annotated[bool, typer.Option("--markdown", help="The dictionary, as docs/metrics.md.")]
AsJson = Annotated[bool, typer.Option("--json", help="Machine-readable output.")]


def show_metrics(
    snapshots: Snapshots = Path("var/snapshots"),
    metric: Ids = None,
    round_code: Round = "",
    is_year: IsYear = False,
    as_markdown: AsMarkdown = False,
    as_json: AsJson = False,
) -> None:
    """What the figures of the dictionary come to over the whole current snapshot."""
    with one_line_errors():
        if as_markdown:
            typer.echo(metrics_markdown(), nl=False)
        elif round_code:
            _show_rounds(snapshots, metric, (round_code, year_on_year if is_year else round_on_round), as_json)
        else:
            _show_all(snapshots, metric, as_json)


def metrics_markdown() -> str:
    """The dictionary as `docs/metrics.md` shows it."""
    book = dictionary()
    return "\n".join([INTRODUCTION, *_overview(book), *_sections(book), *_words(book)]) + "\n"


def _overview(book: Dictionary) -> Iterator[str]:
    yield from ("## All figures", "", "| id | name | kind | unit | in words |", "|---|---|---|---|---|")
    for name, one in book.metric.items():
        unit = book.unit[one.unit]
        needs = f" **Needs** {one.needs}." if one.needs else ""
        units = unit.zh if unit.zh == unit.en else f"{unit.zh} / {unit.en}"
        words = f"{one.definition_zh}<br>{one.definition_en}{needs}"
        yield f"| `{name}` | {one.name_zh}<br>{one.name_en} | {one.kind} | {units} | {words} |"


def _sections(book: Dictionary) -> Iterator[str]:
    yield from ("", "## How they are worked out", "")
    for name, one in book.metric.items():
        if one.numerator:
            yield from (f"### {name}", "", f"Version {one.version}{_judgement(one)}.", "", "```sql")
            yield _plain(one.numerator)
            if one.denominator:
                yield from ("-- divided by", _plain(one.denominator))
            yield from ("```", "", *_needed(one))
            if one.warnings:
                yield from (f"Told with it: {', '.join(f'`{key}`' for key in one.warnings)}.", "")
    for name, view in book.view.items():
        yield from (f"### View {name}", "", f"{view.meaning}.", "", "```sql", _plain(view.sql), "```", "")


def _needed(one: Metric) -> Iterator[str]:
    """What an installation must have for it."""
    parts = [f"`{CATEGORIES[code].canonical_table}` ({code})" for code in one.categories]
    parts += [f"`{column}`" for column in one.columns]
    if parts:
        yield from (f"Not available without {', '.join(parts)}.", "")


def _judgement(one: Metric) -> str:
    said = {"ratio": f"none below {one.minimum}", "duration": f"{one.statistic}, none below {one.minimum}"}
    bounds = "Wilson bounds" if one.has_bounds else "no bounds"
    said["lift"] = "bounds on the logarithm, both shares as they are judged"
    said["share"] = f"{bounds}, none below {one.minimum}"
    return f"; {said[one.kind]}" if one.kind in said else ""


def _words(book: Dictionary) -> Iterator[str]:
    yield from ("## Warnings", "", "| key | in words |", "|---|---|")
    for key, words in book.warning.items():
        yield f"| `{key}` | {words.zh}<br>{words.en} |"


def _plain(sql: str) -> str:
    return sql.strip()


def _show_all(snapshots: Path, ids: list[str] | None, as_json: bool) -> None:
    snapshot = open_current(snapshots)
    with closing(opened(snapshot)) as db:
        found = measure(db, ids, lacking(snapshot.manifest))
    if as_json:
        typer.echo(json.dumps([asdict(one) for one in found], ensure_ascii=False, indent=2))
        return
    grid = Grid("figure", "", "value", "of", "95 %", box=None, pad_edge=False)
    for one in found:
        metric = dictionary().get(one.id)
        grid.add_row(one.id, metric.name_zh, *(escape(text) for text in _cells(one, metric)))
    _print(grid)


def _cells(one: Measured, metric: Metric) -> tuple[str, str, str]:
    why = reason(one)
    of = f"{one.numerator:,.0f} / {one.denominator:,.0f}" if one.numerator is not None and one.denominator else ""
    bounds = f"{100 * one.low:.1f}-{100 * one.high:.1f} %" if one.low is not None and one.high is not None else ""
    if one.value is None:
        return why.en if why else "", of, bounds
    if metric.kind == "share":
        return f"{100 * one.value:.1f} %", of, bounds
    if metric.kind == "lift":
        of = f"{100 * (one.numerator or 0):.1f} % / {100 * (one.denominator or 0):.1f} %"
        return f"{one.value:.2f}", of, f"{one.low:.2f}-{one.high:.2f}"
    return f"{one.value:,.0f}" if metric.kind == "count" else f"{one.value:,.3f}", of, bounds


def _show_rounds(snapshots: Path, ids: list[str] | None, asked: tuple[str, Compare], as_json: bool) -> None:
    round_code, compare = asked
    per_enterprise = [name for name, one in dictionary().metric.items() if one.denominator == PER_ENTERPRISE]
    snapshot = open_current(snapshots)
    with closing(opened(snapshot)) as db:
        found = [compare(db, name, round_code, lacking(snapshot.manifest)) for name in ids or per_enterprise]
    if as_json:
        typer.echo(json.dumps([asdict(one) for one in found], ensure_ascii=False, indent=2))
        return
    grid = Grid("figure", round_code, "before", "change", "cities", "warnings", box=None, pad_edge=False)
    for one in found:
        metric = dictionary().get(one.metric_id)
        sides = [" of ".join(part for part in _cells(side, metric)[:2] if part) for side in (one.now, one.before)]
        change = "-" if one.change is None else f"{100 * one.change:+.1f} %"
        change = NOT_COMPARABLE if any(note.key == "not_comparable" for note in one.notes) else change
        grid.add_row(one.metric_id, *sides, change, str(one.n_cities), ", ".join(note.key for note in one.notes))
    _print(grid)


def _print(grid: Grid) -> None:
    Console(width=None if sys.stdout.isatty() else 170).print(grid)
