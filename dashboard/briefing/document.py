"""What a briefing is before it is written: sections of sentences, numbers, tables, charts and pictures, as data.

Page, DOCX, PPTX and PDF are written from this and add neither number nor word. Every number is a `Figure`: it says
what it measures, under which filter, out of how many, and which page shows it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Literal
from urllib.parse import parse_qsl, urlencode


@dataclass(frozen=True)
class Figure:
    """A number with its origin.

    Shape   metric: an id of the dictionary, `loop.<cohort>` or `rounds.<part>`; filters: canonical query;
            text: as written, without its unit; link: path and query of the page that shows it;
            part, whole: what was divided; why: said where there is no value; lacks: the table that it would need
    """

    metric: str
    label: str
    text: str
    unit: str = ""
    value: float | None = None
    part: float | None = None
    whole: float | None = None
    basis: str = ""
    change: str = ""
    filters: str = ""
    link: str = ""
    why: str = ""
    lacks: str = ""
    is_alarm: bool = False


@dataclass(frozen=True)
class Link:
    """Words that open a page; no number."""

    text: str
    link: str


Cell = str | Figure | Link
Parts = tuple[Cell, ...]


@dataclass(frozen=True)
class Sentence:
    """Running text with numbers in it."""

    parts: Parts
    role: Literal["text", "item", "note"] = "text"


@dataclass(frozen=True)
class Heading:
    """A heading below that of its section; level 2 or 3."""

    text: str
    level: int = 2


@dataclass(frozen=True)
class Cards:
    """Numbers to remember, each with its denominator."""

    figures: tuple[Figure, ...]


@dataclass(frozen=True)
class Table:
    """Rows under a head that is repeated on every page. `wide` names the columns that take what is left."""

    title: str
    head: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]
    note: str = ""
    numeric: frozenset[int] = frozenset()
    wide: frozenset[int] = frozenset({0})


@dataclass(frozen=True)
class Chart:
    """One or more series over categories, as numbers: each writer draws it in its own native way.

    Shape   kind: bar (lying), column or line; a value None is a gap, not 0
    """

    title: str
    kind: Literal["bar", "column", "line"]
    categories: tuple[str, ...]
    series: tuple[tuple[str, tuple[float | None, ...]], ...]
    unit: str = ""
    note: str = ""
    digits: int = 0


@dataclass(frozen=True)
class Picture:
    """A vector picture with what it shows in words. `width` and `height` give its proportions."""

    title: str
    svg: str
    width: float
    height: float
    alt: str
    note: str = ""


@dataclass(frozen=True)
class Caution:
    """What a number must not be read as."""

    text: str


Block = Sentence | Heading | Cards | Table | Chart | Picture | Caution


@dataclass(frozen=True)
class Section:
    """A numbered section."""

    title: str
    blocks: tuple[Block, ...]
    is_new_page: bool = False


@dataclass(frozen=True)
class Points:
    """A short list of the first page; `none` is said where it is empty."""

    title: str
    items: tuple[Parts, ...]
    none: str


@dataclass(frozen=True)
class FirstPage:
    """What a leader reads: one sentence, few numbers, what is new, what is overdue, what needs a decision."""

    headline: Parts
    cards: Cards
    points: tuple[Points, ...]
    cautions: tuple[str, ...]


@dataclass(frozen=True)
class Document:
    """A whole briefing in one language; `masthead` says for whom, as of when and of what."""

    name: str
    language: str
    title: str
    subtitle: str
    masthead: tuple[tuple[str, str], ...]
    synthetic: str
    first: FirstPage
    sections: tuple[Section, ...]
    footnote: str
    snapshot: str
    words: dict[str, str] = field(default_factory=dict)

    def blocks(self) -> Iterator[Block]:
        """Every block of every section."""
        for section in self.sections:
            yield from section.blocks

    def figures(self) -> Iterator[Figure]:
        """Every number, in the order of reading."""
        yield from self.told_figures()
        for block in self.blocks():
            if isinstance(block, Table):
                for row in block.rows:
                    yield from _in(row)

    def told_figures(self) -> Iterator[Figure]:
        """The numbers of the first page, of sentences and of cards: all that stand in no table."""
        yield from _in(self.first.headline)
        yield from self.first.cards.figures
        for points in self.first.points:
            for item in points.items:
                yield from _in(item)
        for block in self.blocks():
            if isinstance(block, Sentence):
                yield from _in(block.parts)
            elif isinstance(block, Cards):
                yield from block.figures

    def references(self) -> list[Figure]:
        """Each different number outside tables once, as first met."""
        known: dict[tuple[str, str], Figure] = {}
        for one in self.told_figures():
            known.setdefault((one.metric, one.filters), one)
        return list(known.values())


def column_references(table: Table) -> list[tuple[str, str, str, str]]:
    """For each column of numbers: its head, the metric, the filter all rows share, the parameter that differs.

    Shape   cells themselves lead to the page of their own number
    """
    out = []
    for at, head in enumerate(table.head):
        cells = [row[at] for row in table.rows if isinstance(row[at], Figure)]
        figures = [cell for cell in cells if isinstance(cell, Figure)]
        if not figures:
            continue
        queries = [set(parse_qsl(one.filters)) for one in figures]
        shared = set.intersection(*queries)
        own = sorted({name for query in queries for name, _ in query - shared})
        metrics = sorted({one.metric for one in figures})
        metric = metrics[0] if len(metrics) == 1 else f"{metrics[0].rpartition('.')[0]}.…"
        out.append((head, metric, urlencode(sorted(shared), safe=":,"), ", ".join(own)))
    return out


def _in(parts: Sequence[Cell]) -> Iterator[Figure]:
    return (part for part in parts if isinstance(part, Figure))


def text_of(cell: Cell) -> str:
    """What a cell says, without where it leads."""
    return cell if isinstance(cell, str) else cell.text
