"""A briefing as DOCX: native headings, contents, tables that repeat their head, charts with their workbooks."""

from __future__ import annotations

import io
from collections.abc import Sequence
from pathlib import Path

import docx
from docx.opc.constants import RELATIONSHIP_TYPE
from docx.opc.packuri import PackURI
from docx.opc.part import Part
from docx.oxml.parser import parse_xml
from docx.shared import Mm

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
    Points,
    Section,
    Sentence,
    Table,
)
from dashboard.briefing.office_chart import ChartMaker
from dashboard.briefing.paper import numbering, reference_head, reference_rows
from dashboard.briefing.pictures import points_of
from dashboard.briefing.widths import column_shares
from dashboard.briefing.word_styles import TWIPS_MM, WIDTH_MM, set_up
from dashboard.briefing.word_xml import (
    ALARM,
    HEI,
    NAMESPACES,
    NAVY,
    QUIET,
    bookmark,
    cell,
    chart_drawing,
    field,
    hyperlink,
    paragraph,
    picture_drawing,
    row,
    run,
    table,
)

CHART_TYPE = "application/vnd.openxmlformats-officedocument.drawingml.chart+xml"
BOOK_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
CHART_HIGH_MM = 62.0
CHART_MOST_MM = 200.0
CARDS_A_ROW = 3
# Signs of a table's size beside each other.
TABLE_EM = 54.0
CENTRED = '<w:jc w:val="center"/>'
INDENT = '<w:ind w:firstLineChars="200" w:firstLine="420"/>'
HANG = '<w:ind w:left="240" w:hanging="200"/>'
FRAME = '<w:pBdr><w:left w:val="single" w:sz="14" w:space="6" w:color="C98A1B"/></w:pBdr>'
RULE = '<w:pBdr><w:bottom w:val="single" w:sz="12" w:space="1" w:color="B3201B"/></w:pBdr>'
CARD_EDGE = "".join(f'<w:{side} w:val="single" w:sz="4" w:color="BBBBBB"/>' for side in ("top", "bottom", "right"))
CARD = f'<w:tcBorders>{CARD_EDGE}<w:left w:val="single" w:sz="18" w:color="{NAVY}"/></w:tcBorders>'
BULLET = "\u00b7 "
REFERENCE_SHARES = (0.17, 0.11, 0.26, 0.21, 0.25)


def docx_of(document: Document, base_url: str, font_folder: Path | None = None) -> bytes:
    """The file. `base_url` is set before every link."""
    return _Writer(document, base_url, font_folder).written()


class _Writer:
    """One DOCX while it is written."""

    def __init__(self, document: Document, base_url: str, font_folder: Path | None) -> None:
        self._document = document
        self._base_url = base_url
        self._font_folder = font_folder
        self._word = docx.Document()
        self._charts = ChartMaker()
        self._numbers = numbering(document)
        self._links: dict[str, str] = {}
        self._body: list[str] = []
        self._entries: list[tuple[int, str, str]] = []
        self._drawn = 0

    def written(self) -> bytes:
        set_up(self._word, self._document)
        for section in self._document.sections:
            self._section(section)
        self._references()
        sections, self._body = self._body, []
        self._first_page()
        self._contents()
        self._fill([*self._body, *sections])
        sink = io.BytesIO()
        self._word.save(sink)
        return sink.getvalue()

    def _fill(self, pieces: Sequence[str]) -> None:
        """Put the pieces before the properties of the only section, all at once."""
        parsed = parse_xml(f"<w:body {NAMESPACES}>{''.join(pieces)}</w:body>")
        body = self._word.element.body
        last = body[-1]
        for one in list(body)[:-1]:
            body.remove(one)
        for one in list(parsed):
            last.addprevious(one)

    def _add(self, inside: str, style: str = "", properties: str = "") -> None:
        self._body.append(paragraph(inside, style, properties))

    # --- the first page

    def _first_page(self) -> None:
        document = self._document
        self._add(run(document.title), "BriefingTitle", CENTRED)
        self._add(run(document.subtitle), "BriefingSubtitle", RULE + CENTRED)
        for at in range(0, len(document.masthead), 2):
            pairs = document.masthead[at : at + 2]
            told = run("\t", size=8).join(
                run(f"{label}  ", size=8, colour=QUIET) + run(value, size=8, font=HEI) for label, value in pairs
            )
            self._add(told, "BriefingSmall", f'<w:tabs><w:tab w:val="left" w:pos="{self._twips(0.5)}"/></w:tabs>')
        self._add(self._runs(document.first.headline), "BriefingHeadline")
        self._cards(document.first.cards)
        self._add("", "BriefingSmall")
        self._points(document.first.points)
        if document.first.cautions:
            self._add(run(document.words["cautions"], size=10, is_bold=True, font=HEI), "BriefingItem")
        for one in document.first.cautions:
            self._add(run(one), "BriefingCaution", FRAME)

    def _cards(self, cards: Cards) -> None:
        wide = self._twips(1 / CARDS_A_ROW)
        rows = []
        for at in range(0, len(cards.figures), CARDS_A_ROW):
            shown = cards.figures[at : at + CARDS_A_ROW]
            cells = [cell(self._card(one), wide, CARD) for one in shown]
            cells += [cell(paragraph(""), wide)] * (CARDS_A_ROW - len(shown))
            rows.append(row(cells))
        if rows:
            self._body.append(table(rows, [wide] * CARDS_A_ROW))

    def _card(self, one: Figure) -> str:
        value = self._linked(one, run(one.text, size=20, is_bold=True, colour=NAVY, font=HEI))
        notes = [(one.basis, QUIET), (one.change, ""), (one.why, ALARM)]
        lines = [run(one.label, size=9, colour=QUIET, font=HEI), value + run(f" {one.unit}", size=9, font=HEI)]
        lines += [run(text, size=7.5, colour=colour, font=HEI) for text, colour in notes if text]
        return "".join(paragraph(line, "BriefingSmall") for line in lines)

    def _points(self, points: Sequence[Points]) -> None:
        if not points:
            return
        wide = self._twips(1 / len(points))
        cells = []
        for one in points:
            lines = [paragraph(run(one.title, size=11, is_bold=True, colour=NAVY, font=HEI), "BriefingItem")]
            lines += [paragraph(run(BULLET) + self._runs(item), "BriefingItem", HANG) for item in one.items]
            lines += [] if one.items else [paragraph(run(one.none, colour=QUIET), "BriefingItem")]
            cells.append(cell("".join(lines), wide))
        self._body.append(table([row(cells)], [wide] * len(points), style="TableNormal"))

    def _contents(self) -> None:
        title = run(self._document.words["contents"], size=15, is_bold=True, font=HEI)
        self._add(title, "BriefingTitle", "<w:pageBreakBefore/>" + CENTRED)
        tab = f'<w:tabs><w:tab w:val="right" w:leader="dot" w:pos="{self._twips(1)}"/></w:tabs>'
        for level, name, text in self._entries:
            indent = f'<w:ind w:left="{420 * (level - 1)}"/>'
            told = f'<w:hyperlink w:anchor="{name}" w:history="1">{run(text)}</w:hyperlink>'
            self._add(
                told + run("\t") + field(f"PAGEREF {name} \\h", shown="", is_dirty=True), "BriefingItem", tab + indent
            )

    # --- sections

    def _section(self, section: Section) -> None:
        self._heading(1, self._numbers.next_section() + section.title, is_new_page=section.is_new_page)
        for block in section.blocks:
            self._block(block)

    def _heading(self, level: int, text: str, *, is_new_page: bool = False) -> None:
        name = f"_Toc{len(self._entries) + 1:06d}"
        self._entries.append((level, name, text))
        # The first section begins the page after the contents.
        is_new = is_new_page or len(self._entries) == 1
        told = bookmark(len(self._entries), name, run(text))
        self._add(told, f"Heading{level}", "<w:pageBreakBefore/>" if is_new else "")

    def _block(self, block: Block) -> None:
        if isinstance(block, Sentence):
            self._sentence(block)
        elif isinstance(block, Heading):
            self._heading(2, self._numbers.next_part() + block.text)
        elif isinstance(block, Cards):
            self._cards(block)
        elif isinstance(block, Caution):
            self._add(run(block.text), "BriefingCaution", FRAME)
        elif isinstance(block, Table):
            self._table(block)
        elif isinstance(block, Chart):
            self._chart(block)
        else:
            self._picture(block)

    def _sentence(self, one: Sentence) -> None:
        if one.role == "item":
            self._add(run(BULLET) + self._runs(one.parts), "BriefingItem", HANG)
        elif one.role == "note":
            self._add(self._runs(one.parts), "BriefingNote")
        else:
            self._add(self._runs(one.parts), "", INDENT if self._document.language == "zh" else "")

    def _table(self, one: Table) -> None:
        words = self._document.words
        self._caption(f"{words['table']} {self._numbers.next_table()}  {one.title}")
        widths = [self._twips(share) for share in column_shares(one, TABLE_EM)]
        self._body.append(table(self._rows(one.head, one.rows, widths, one.numeric), widths))
        if one.note:
            self._add(run(one.note), "BriefingNote")

    def _rows(
        self, head: Sequence[str], rows: Sequence[Sequence[Cell]], widths: Sequence[int], numeric: frozenset[int]
    ) -> list[str]:  # fmt: skip
        sides = ['<w:jc w:val="right"/>' if at in numeric else "" for at in range(len(head))]
        told = [row([cell(paragraph(run(text, size=8.5, is_bold=True, font=HEI), "BriefingCell", side), wide)
                     for text, wide, side in zip(head, widths, sides, strict=True)], is_head=True)]  # fmt: skip
        for line in rows:
            told.append(row([cell(paragraph(self._runs((one,)), "BriefingCell", side), wide)
                             for one, wide, side in zip(line, widths, sides, strict=True)]))  # fmt: skip
        return told

    def _references(self) -> None:
        document = self._document
        self._heading(1, self._numbers.next_section() + document.words["references"], is_new_page=True)
        self._add(run(document.words["ref_note"]), "BriefingNote")
        widths = [self._twips(share) for share in REFERENCE_SHARES]
        head = row([cell(paragraph(run(text, size=8, is_bold=True, font=HEI), "BriefingSmall"), wide)
                    for text, wide in zip(reference_head(document), widths, strict=True)], is_head=True)  # fmt: skip
        lines = [
            row([cell(paragraph(self._told(one["text"], one["link"]), "BriefingSmall"), wide)
                 for one, wide in zip(line, widths, strict=True)])
            for line in reference_rows(document, self._base_url)
        ]  # fmt: skip
        self._body.append(table([head, *lines], widths))
        self._add("", "BriefingSmall")

    # --- charts and pictures

    def _chart(self, one: Chart) -> None:
        xml, workbook = self._charts.made(one)
        self._drawn += 1
        package = self._word.part.package
        part = Part(PackURI(f"/word/charts/chart{self._drawn}.xml"), CHART_TYPE, xml, package)
        name = PackURI(f"/word/embeddings/Microsoft_Excel_Sheet{self._drawn}.xlsx")
        part.relate_to(Part(name, BOOK_TYPE, workbook, package), RELATIONSHIP_TYPE.PACKAGE)
        relation = self._word.part.relate_to(part, RELATIONSHIP_TYPE.CHART)
        high = CHART_HIGH_MM
        if one.kind == "bar":
            high = min(CHART_MOST_MM, 16 + len(one.categories) * (2.5 + 4.5 * len(one.series)))
        size = (int(Mm(WIDTH_MM)), int(Mm(high)))
        self._figure(one.title, chart_drawing(relation, self._drawn, one.title, size), one.note)

    def _picture(self, one: Picture) -> None:
        self._drawn += 1
        points, _ = self._word.part.get_or_add_image(io.BytesIO(points_of(one, self._font_folder)))
        name = PackURI(f"/word/media/vector{self._drawn}.svg")
        part = Part(name, "image/svg+xml", one.svg.encode(), self._word.part.package)
        vector = self._word.part.relate_to(part, RELATIONSHIP_TYPE.IMAGE)
        size = (int(Mm(WIDTH_MM)), int(Mm(WIDTH_MM * one.height / one.width)))
        self._figure(one.title, picture_drawing((points, vector), self._drawn, one.alt, size), one.note)

    def _figure(self, title: str, drawing: str, note: str) -> None:
        self._caption(f"{self._document.words['chart']} {self._numbers.next_chart()}  {title}")
        self._add(drawing, "BriefingItem", ("<w:keepNext/>" if note else "") + CENTRED)
        if note:
            self._add(run(note), "BriefingNote")

    def _caption(self, text: str) -> None:
        self._add(run(text), "BriefingCaption", "<w:keepNext/>" + CENTRED)

    # --- words and links

    def _runs(self, parts: Sequence[Cell]) -> str:
        return "".join(self._cell(one) for one in parts)

    def _cell(self, one: Cell) -> str:
        if isinstance(one, str):
            return run(one)
        if isinstance(one, Figure):
            return self._linked(one, run(one.text, colour=ALARM if one.is_alarm else NAVY))
        return self._told(one.text, self._base_url + one.link)

    def _told(self, text: str, address: str) -> str:
        return hyperlink(self._link(address), run(text, colour=NAVY)) if address else run(text)

    def _linked(self, one: Figure, inside: str) -> str:
        if not one.link:
            return inside
        return hyperlink(self._link(self._base_url + one.link), inside, f"{one.metric} {one.filters}")

    def _link(self, address: str) -> str:
        if address not in self._links:
            self._links[address] = self._word.part.relate_to(address, RELATIONSHIP_TYPE.HYPERLINK, is_external=True)
        return self._links[address]

    def _twips(self, share: float) -> int:
        return round(WIDTH_MM * TWIPS_MM * share)
