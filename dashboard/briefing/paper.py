"""A briefing as plain data for the templates of page and PDF: headings numbered, links whole, charts drawn."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from dashboard.briefing.chart_svg import chart_svg
from dashboard.briefing.document import (
    Block,
    Cards,
    Caution,
    Cell,
    Chart,
    Document,
    Figure,
    Heading,
    Picture,
    Sentence,
    Table,
    column_references,
)

TEN = 10


@dataclass
class Numbering:
    """Numbers of headings, tables and charts, as official documents of the language have them."""

    language: str
    numerals: str
    section: int = 0
    part: int = 0
    table: int = 0
    chart: int = 0

    def next_section(self) -> str:
        """The number of the next section."""
        self.section, self.part = self.section + 1, 0
        return f"{self._chinese(self.section)}\u3001" if self.language == "zh" else f"{self.section}  "

    def next_part(self) -> str:
        """The number of the next heading within the section."""
        self.part += 1
        if self.language == "zh":
            return f"\uff08{self._chinese(self.part)}\uff09"
        return f"{self.section}.{self.part}  "

    def next_table(self) -> str:
        """The number of the next table."""
        self.table += 1
        return f"{self.table}"

    def next_chart(self) -> str:
        """The number of the next chart or picture."""
        self.chart += 1
        return f"{self.chart}"

    def _chinese(self, number: int) -> str:
        tens, ones = divmod(number, TEN)
        told = "" if not tens else ("" if tens == 1 else self.numerals[tens - 1]) + self.numerals[TEN - 1]
        return told + (self.numerals[ones - 1] if ones else "")


def numbering(document: Document) -> Numbering:
    """A numbering that begins."""
    return Numbering(document.language, document.words["numerals"])


def paper(document: Document, base_url: str) -> dict[str, Any]:
    """Everything the templates need; they add no word of their own. `base_url` is set before every link."""
    numbers = numbering(document)
    sections = [
        {
            "title": numbers.next_section() + section.title,
            "new_page": section.is_new_page,
            "blocks": [_block(block, document, numbers, base_url) for block in section.blocks],
        }
        for section in document.sections
    ]
    first = document.first
    return {
        "lang": document.language,
        "name": document.name,
        "title": document.title,
        "subtitle": document.subtitle,
        "masthead": [list(pair) for pair in document.masthead],
        "synthetic": document.synthetic,
        "footnote": document.footnote,
        "snapshot": document.snapshot,
        "words": document.words,
        "headline": _parts(first.headline, base_url),
        "cards": _cards(first.cards, base_url),
        "points": [
            {"title": one.title, "none": one.none, "items": [_parts(item, base_url) for item in one.items]}
            for one in first.points
        ],
        "cautions": list(first.cautions),
        "sections": sections,
        "references_title": numbers.next_section() + document.words["references"],
        "references": reference_rows(document, base_url),
        "reference_head": reference_head(document),
    }


def reference_rows(document: Document, base_url: str) -> list[list[dict[str, str]]]:
    """Where each number comes from: those of the text one by one, those of tables by column."""
    none = document.words["none_filter"]
    rows = [
        [_plain(one.label), {"text": one.text + _unit(one), "link": _whole(one.link, base_url)},
         _plain(one.basis or "\u2014"), _plain(one.metric), _plain(one.filters or none)]
        for one in document.references()
    ]  # fmt: skip
    for number, table in enumerate((one for one in document.blocks() if isinstance(one, Table)), start=1):
        name = f"{document.words['table']} {number}"
        rows += [
            [_plain(f"{name} {head}"), _plain("\u2014"), _plain("\u2014"), _plain(metric),
             _plain(" & ".join(part for part in (shared, f"{own}=\u2026" if own else "") if part) or none)]
            for head, metric, shared, own in column_references(table)
        ]  # fmt: skip
    return rows


def reference_head(document: Document) -> list[str]:
    """The head of the table of references."""
    return [document.words[f"ref_{name}"] for name in ("label", "value", "basis", "metric", "filter")]


def _plain(text: str) -> dict[str, str]:
    return {"text": text, "link": ""}


def _unit(one: Figure) -> str:
    return f" {one.unit}" if one.unit else ""


def _whole(link: str, base_url: str) -> str:
    return f"{base_url}{link}" if link else ""


def _part(cell: Cell, base_url: str) -> dict[str, Any]:
    if isinstance(cell, str):
        return {"text": cell, "link": "", "title": ""}
    if isinstance(cell, Figure):
        title = " \u00b7 ".join(part for part in (cell.label, cell.basis, cell.why, cell.metric, cell.filters) if part)
        return {"text": cell.text, "link": _whole(cell.link, base_url), "title": title, "alarm": cell.is_alarm}
    return {"text": cell.text, "link": _whole(cell.link, base_url), "title": ""}


def _parts(parts: Sequence[Cell], base_url: str) -> list[dict[str, Any]]:
    return [_part(cell, base_url) for cell in parts]


def _cards(cards: Cards, base_url: str) -> list[dict[str, Any]]:
    return [
        _part(one, base_url)
        | {"label": one.label, "unit": one.unit, "basis": one.basis, "change": one.change, "why": one.why}
        for one in cards.figures
    ]


def _block(block: Block, document: Document, numbers: Numbering, base_url: str) -> dict[str, Any]:
    if isinstance(block, Table):
        return _table(block, document, numbers, base_url)
    return dict(_other(block, document, numbers, base_url))


def _other(block: Block, document: Document, numbers: Numbering, base_url: str) -> Iterator[tuple[str, Any]]:
    if isinstance(block, Sentence):
        yield from {"kind": "sentence", "role": block.role, "parts": _parts(block.parts, base_url)}.items()
    elif isinstance(block, Heading):
        yield from {"kind": "heading", "text": numbers.next_part() + block.text}.items()
    elif isinstance(block, Cards):
        yield from {"kind": "cards", "cards": _cards(block, base_url)}.items()
    elif isinstance(block, Caution):
        yield from {"kind": "caution", "text": block.text}.items()
    elif isinstance(block, Chart):
        svg, width, height = chart_svg(block)
        told = {"kind": "picture", "svg": svg, "width": width, "height": height, "note": block.note, "alt": block.title}
        yield from (told | {"title": _chart_title(block.title, document, numbers)}).items()
    elif isinstance(block, Picture):
        told = {"kind": "picture", "svg": block.svg, "width": block.width, "height": block.height, "note": block.note}
        yield from (told | {"title": _chart_title(block.title, document, numbers), "alt": block.alt}).items()


def _chart_title(title: str, document: Document, numbers: Numbering) -> str:
    return f"{document.words['chart']} {numbers.next_chart()}  {title}"


def _table(block: Table, document: Document, numbers: Numbering, base_url: str) -> dict[str, Any]:
    return {
        "kind": "table",
        "title": f"{document.words['table']} {numbers.next_table()}  {block.title}",
        "head": list(block.head),
        "rows": [_parts(row, base_url) for row in block.rows],
        "numeric": [at in block.numeric for at in range(len(block.head))],
        "wide": [at in block.wide for at in range(len(block.head))],
        "note": block.note,
    }
