"""Where the heading of a text stands, and which of its cells is which column of a category."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from data_adapters.intake.units import conversion, is_unit
from data_adapters.intake.wanted import Wanted, known_of_categories
from data_adapters.source import AdapterError, nearest
from data_adapters.sources.delimited import distinct, plain_heading

DELIMITERS = (",", ";", "\t", "|")
HEAD_CHARS = 1 << 20
BRACKETS = re.compile(r"[((\[【]([^()()\[\]【】]*)[))\]】]\s*$")
SEP_LINE = re.compile(r"sep=.")
MAX_SHOWN = 40


@dataclass(frozen=True)
class Heading:
    """The cells of the heading, the delimiter, and how many lines the rows come after."""

    cells: list[str]
    delimiter: str
    lines: int
    title: int = 0  # lines above it that are no table


@dataclass(frozen=True)
class Match:
    """Which place of the heading holds which column, and how its unit is converted."""

    places: dict[str, int]
    conversions: dict[str, tuple[float, float]] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)


def aliases(wanted: Wanted) -> dict[str, tuple[str, ...]]:
    """Canonical column: headings it is known by, in plain letters."""
    known: dict[str, list[str]] = known_of_categories()["columns"]
    return {
        column.name: tuple(plain_heading(name) for name in (column.name, *known.get(column.name, ())))
        for column in wanted.table.columns
    }


def heading_of_text(path: Path, file: Path, wanted: Wanted) -> Heading:
    """The heading of a delimited text: the line of the first dozen in which most cells are known.

    Raises  AdapterError if no line is parted by a delimiter, or there are more columns than any table has
    """
    with file.open(encoding="utf-8-sig", newline="") as text:
        lines = text.read(HEAD_CHARS)
    limits = known_of_categories()["parameters"]
    own = {plain_heading(heading) for heading in wanted.columns.values()}
    known = own | {name for names in aliases(wanted).values() for name in names}
    best, most = None, -1
    for title, start in _starts(lines, limits["heading_within_lines"]):
        found = _cells(path, start, title, limits["max_columns"])
        count = len({plain_heading(cell) for cell in found.cells} & known) if found else -1
        if found and count > most:
            best, most = found, count
    if best is None:
        raise AdapterError(path, "the first line is no heading of a table", "expected columns parted by , ; or tab")
    return best


def _starts(text: str, within: int) -> list[tuple[int, str]]:
    """The text from each of its first lines on, with the number of lines left out."""
    found: list[tuple[int, str]] = []
    at = 0
    for line in range(within):
        if text[at : at + 1] not in ("", "\n", "\r"):
            found.append((line, text[at:]))
        at = text.find("\n", at) + 1
        if at == 0:
            break
    return found


def _cells(path: Path, text: str, title: int, most: int) -> Heading | None:
    first = text.split("\n", 1)[0]
    if SEP_LINE.fullmatch(first.strip()) or first.lstrip().startswith(("<", "{", "[")):
        return None
    delimiter = max(DELIMITERS, key=first.count)
    if first.count(delimiter) >= most:
        raise AdapterError(path, f"has {first.count(delimiter) + 1} columns", f"no category has over {most}")
    if not first.count(delimiter):
        return None
    reader = csv.reader(io.StringIO(text), delimiter=delimiter, strict=True)
    try:
        cells = next(reader)
    except (csv.Error, StopIteration):
        return None
    return Heading(distinct(cells), delimiter, title + reader.line_num, title)


def matched(path: Path, cells: Sequence[str], wanted: Wanted) -> Match:
    """Which cell is which column: as told, else by name.

    Raises  AdapterError for a mandatory column that is missing, a heading that is not there, or two for one column
    """
    places = {column: _told(path, cells, wanted, column, heading) for column, heading in wanted.columns.items()}
    by_plain: dict[str, list[int]] = {}
    for place, cell in enumerate(cells):
        by_plain.setdefault(plain_heading(cell), []).append(place)
    for column, names in aliases(wanted).items():
        fits = sorted({place for name in names for place in by_plain.get(name, ())} - set(places.values()))
        if column in wanted.columns or column in wanted.constants or not fits:
            continue
        if len(fits) > 1:
            both = " and ".join(repr(cells[place]) for place in fits[:2])
            raise AdapterError(path, f"both {both} could be {column}", f"say which: columns.{column}=…")
        places[column] = fits[0]
    _refuse_lacking(path, cells, wanted, places)
    conversions, notes = _conversions(path, cells, wanted, places)
    return Match(places, conversions, [*notes, *_told_unused(cells, wanted, places)])


def _told(path: Path, cells: Sequence[str], wanted: Wanted, column: str, heading: str) -> int:
    if heading not in cells:
        hint = f"it has {len(cells)} columns" if wanted.is_personal else nearest(heading, cells)
        raise AdapterError(path, f"has no column {heading!r} given for {column}", hint)
    return cells.index(heading)


def _refuse_lacking(path: Path, cells: Sequence[str], wanted: Wanted, places: dict[str, int]) -> None:
    given = {**known_of_categories()["expected"].get(wanted.code, {}), **wanted.constants}
    lacking = [c.name for c in wanted.table.columns if not c.nullable and c.name not in places and c.name not in given]
    if lacking:
        has = ", ".join(cell[:MAX_SHOWN] for cell in cells[:8]) + ("…" if len(cells) > 8 else "")
        if wanted.is_personal:  # without a heading these are what the first row says
            has = f"{len(cells)} columns"
        told = f"is not of category {wanted.code}: lacks {', '.join(lacking)}"
        raise AdapterError(path, told, f"it has {has}; options columns and constants say what is where")


def _conversions(
    path: Path, cells: Sequence[str], wanted: Wanted, places: dict[str, int]
) -> tuple[dict[str, tuple[float, float]], list[str]]:
    made: dict[str, tuple[float, float]] = {}
    notes: list[str] = []
    for column in wanted.table.columns:
        if column.name not in places:
            continue
        bracket = BRACKETS.search(cells[places[column.name]])
        stated = bracket[1] if bracket and column.unit and is_unit(bracket[1]) else None
        given = wanted.units.get(column.name, stated)
        if given is None:
            continue
        try:
            factor, summand = conversion(column.name, given, column.unit)
        except AdapterError as error:
            raise AdapterError(path, error.message, error.hint) from error
        if (factor, summand) != (1.0, 0.0):
            made[column.name] = (factor, summand)
            notes.append(f"{column.name}: {given} made {column.unit}")
    return made, notes


def _told_unused(cells: Sequence[str], wanted: Wanted, places: dict[str, int]) -> list[str]:
    used = set(places.values())
    unused = [cell[:MAX_SHOWN] for place, cell in enumerate(cells) if place not in used]
    absent = [c.name for c in wanted.table.columns if c.name not in places and c.name not in wanted.constants]
    notes = [f"columns not known: {', '.join(unused[:20])}" + ("…" if len(unused) > 20 else "")] if unused else []
    return notes + ([f"columns absent: {', '.join(absent)}"] if absent else [])
