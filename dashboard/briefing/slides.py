"""A briefing as PPTX: the first page on one slide, then charts, tables and sentences, all native and editable."""

from __future__ import annotations

import io
import re
from collections.abc import Sequence
from pathlib import Path

from lxml import etree
from pptx import Presentation
from pptx.dml.color import RGBColor
from pptx.enum.text import PP_ALIGN
from pptx.opc.constants import RELATIONSHIP_TYPE
from pptx.opc.package import Part
from pptx.opc.packuri import PackURI
from pptx.oxml import parse_xml
from pptx.slide import Slide
from pptx.text.text import TextFrame
from pptx.text.text import _Paragraph as Paragraph
from pptx.util import Mm, Pt

from dashboard.briefing.chart_svg import text_width
from dashboard.briefing.document import (
    Block,
    Cards,
    Caution,
    Cell,
    Chart,
    Document,
    FirstPage,
    Heading,
    Picture,
    Section,
    Sentence,
    Table,
    text_of,
)
from dashboard.briefing.office_chart import KINDS, chart_data, styled
from dashboard.briefing.paper import numbering, reference_rows
from dashboard.briefing.pictures import points_of
from dashboard.briefing.slide_table import ROW_MM, slide_table
from dashboard.briefing.svg import clean
from dashboard.briefing.word_xml import HEI, NAMESPACES, svg_extension

WIDE, HIGH = Mm(338.7), Mm(190.5)
LEFT, TOP, ROOM_WIDE, ROOM_HIGH = 15.0, 30.0, 308.7, 146.0
BLANK = 6
BOTTOM = TOP + ROOM_HIGH
TEXTS_A_SLIDE = 9
TEXTS_ABOVE = 5
# Signs in a line of 14 points across a slide, and how high it is.
LINE_EM = 61
LINE_MM = 6.6
HYPERLINK = b'<a:hlink><a:srgbClr val="123F6B"/></a:hlink>'
NAVY, QUIET, ALARM, WARN, BLACK = (
    RGBColor.from_string(one) for one in ("123F6B", "555555", "B3201B", "6D4A08", "111111")
)
CARDS_A_ROW = 3
DRAWING = "http://schemas.openxmlformats.org/drawingml/2006/main"


def pptx_of(document: Document, base_url: str, font_folder: Path | None = None) -> bytes:
    """The file. Long tables go on over further slides; notes tell where numbers come from."""
    return _Writer(document, base_url, font_folder).written()


class _Writer:
    """One PPTX while it is written."""

    def __init__(self, document: Document, base_url: str, font_folder: Path | None) -> None:
        self._document = document
        self._base_url = base_url
        self._font_folder = font_folder
        self._show = Presentation()
        self._show.slide_width, self._show.slide_height = WIDE, HIGH
        self._numbers = numbering(document)
        self._drawn = 0
        self._slides = 0

    def written(self) -> bytes:
        told = self._show.core_properties
        told.title, told.author = f"{self._document.title} {self._document.subtitle}", "Lookout"
        told.keywords, told.comments = self._document.snapshot, self._document.synthetic
        self._links_are_quiet()
        self._cover()
        self._first(self._document.first)
        for section in self._document.sections:
            self._section(section)
        sink = io.BytesIO()
        self._show.save(sink)
        return sink.getvalue()

    def _links_are_quiet(self) -> None:
        """Links in the navy of the house: the theme says how they look."""
        theme = self._show.slide_masters[0].part.part_related_by(RELATIONSHIP_TYPE.THEME)
        theme.blob = re.sub(rb"<a:hlink>.*?</a:hlink>", HYPERLINK, theme.blob)

    # --- frames

    def _slide(self, title: str) -> Slide:
        slide = self._show.slides.add_slide(self._show.slide_layouts[BLANK])
        self._slides += 1
        document = self._document
        self._text(slide, (LEFT, 9, 240, 14), [(title, 24, NAVY, True)])
        line = slide.shapes.add_connector(1, Mm(LEFT), Mm(25), Mm(LEFT + ROOM_WIDE), Mm(25))
        line.line.color.rgb, line.line.width = ALARM, Pt(1.5)
        if document.synthetic:
            frame = self._text(slide, (240, 11, 83.7, 8), [(document.synthetic, 10, ALARM, True)])
            frame.paragraphs[0].alignment = PP_ALIGN.RIGHT
        foot = f"{document.title}  {document.subtitle} \u00b7 {document.footnote} \u00b7 {self._slides}"
        self._text(slide, (LEFT, 180, ROOM_WIDE, 7), [(foot, 9, QUIET, False)])
        return slide

    def _text(
        self, slide: Slide, box: tuple[float, float, float, float], lines: Sequence[tuple[str, float, RGBColor, bool]]
    ) -> TextFrame:  # fmt: skip
        left, top, wide, high = box
        frame = slide.shapes.add_textbox(Mm(left), Mm(top), Mm(wide), Mm(high)).text_frame
        frame.word_wrap = True
        for at, (text, size, colour, is_bold) in enumerate(lines):
            paragraph = frame.paragraphs[0] if at == 0 else frame.add_paragraph()
            self._run(paragraph, text, (size, colour, is_bold))
        return frame

    def _run(self, paragraph: Paragraph, text: str, look: tuple[float, RGBColor, bool], link: str = "") -> None:
        run = paragraph.add_run()
        run.text = clean(text)
        size, colour, is_bold = look
        run.font.size, run.font.bold = Pt(size), is_bold
        if link:
            run.hyperlink.address = self._base_url + link
        else:
            run.font.color.rgb = colour
        properties = run._r.get_or_add_rPr()  # the font of Chinese signs has no other way in
        properties.set("lang", "zh-CN" if self._document.language == "zh" else "en-GB")
        etree.SubElement(properties, f"{{{DRAWING}}}ea").set("typeface", HEI)
        for child in properties.findall(f"{{{DRAWING}}}hlinkClick"):
            properties.append(child)

    def _parts(self, paragraph: Paragraph, parts: Sequence[Cell], size: float, *, is_bold: bool = False) -> None:
        for one in parts:
            link = "" if isinstance(one, str) else one.link
            self._run(paragraph, text_of(one), (size, BLACK, is_bold), link)

    # --- slides

    def _cover(self) -> None:
        slide = self._show.slides.add_slide(self._show.slide_layouts[BLANK])
        self._slides += 1
        document = self._document
        lines = [(document.title, 44.0, NAVY, True), (document.subtitle, 24.0, BLACK, False)]
        if document.synthetic:
            lines.append((document.synthetic, 16.0, ALARM, True))
        self._text(slide, (25, 45, 290, 50), lines)
        told = [(f"{label}  {value}", 12.0, QUIET, False) for label, value in document.masthead]
        self._text(slide, (25, 112, 290, 60), told)

    def _first(self, first: FirstPage) -> None:
        slide = self._slide(self._document.title)
        frame = self._text(slide, (LEFT, 28, ROOM_WIDE, 16), [])
        self._parts(frame.paragraphs[0], first.headline, 15, is_bold=True)
        bottom = self._cards(slide, first.cards, 47)
        wide = ROOM_WIDE / max(1, len(first.points))
        for at, points in enumerate(first.points):
            frame = self._text(slide, (LEFT + at * wide, bottom + 2, wide - 4, 40), [(points.title, 14, NAVY, True)])
            for item in points.items or ((points.none,),):
                self._parts(frame.add_paragraph(), ("\u00b7 ", *item), 11)
        slide.notes_slide.notes_text_frame.text = clean("\n".join([*first.cautions, *self._references()]))
        if first.cautions:
            lines = [(one, 9.0, WARN, False) for one in first.cautions[:4]]
            self._text(slide, (LEFT, 158, ROOM_WIDE, 20), lines)

    def _references(self) -> list[str]:
        rows = reference_rows(self._document, self._base_url)
        return [" | ".join(cell["text"] for cell in row) for row in rows if row[1]["link"]]

    def _cards(self, slide: Slide, cards: Cards, top: float) -> float:
        wide, high = ROOM_WIDE / CARDS_A_ROW, 26.0
        for at, one in enumerate(cards.figures):
            x, y = LEFT + (at % CARDS_A_ROW) * wide, top + (at // CARDS_A_ROW) * (high + 2)
            notes = " \u00b7 ".join(part for part in (one.basis, one.change, one.why) if part)
            frame = self._text(slide, (x, y, wide - 3, high), [(one.label, 11, QUIET, False)])
            value = frame.add_paragraph()
            self._run(value, one.text, (26, NAVY, True), one.link)
            self._run(value, f" {one.unit}", (11, QUIET, False))
            self._run(frame.add_paragraph(), notes, (9, QUIET, False))
            edge = slide.shapes.add_connector(1, Mm(x), Mm(y + 1), Mm(x), Mm(y + high - 2))
            edge.line.color.rgb, edge.line.width = NAVY, Pt(2.5)
        return top + -(-len(cards.figures) // CARDS_A_ROW) * (high + 2)

    def _section(self, section: Section) -> None:
        """Sentences stand over the chart or table that follows them."""
        title = self._numbers.next_section() + section.title
        texts: list[Sentence | Caution] = []
        heading = ""
        for block in section.blocks:
            if isinstance(block, Heading):
                while heading and texts:  # what stood under the last heading does not go under this one
                    texts = self._tell(title + heading, texts)
                heading = f" \u00b7 {block.text}"
            elif isinstance(block, Sentence | Caution):
                texts.append(block)
            else:
                while len(texts) > TEXTS_ABOVE:
                    texts = self._tell(title, texts)
                self._show_block(title + heading, block, texts)
                texts = []
        while texts:
            texts = self._tell(title + heading, texts)

    def _tell(self, title: str, texts: Sequence[Sentence | Caution]) -> list[Sentence | Caution]:
        """As many sentences and cautions as a slide holds; what is left over."""
        slide = self._slide(title)
        frame = self._text(slide, (LEFT, TOP, ROOM_WIDE, ROOM_HIGH), [])
        for number, one in enumerate(texts[:TEXTS_A_SLIDE]):
            paragraph = frame.paragraphs[0] if number == 0 else frame.add_paragraph()
            paragraph.space_after = Pt(8)
            self._line(paragraph, one, 18)
        return list(texts[TEXTS_A_SLIDE:])

    def _line(self, paragraph: Paragraph, one: Sentence | Caution, size: float) -> None:
        if isinstance(one, Caution):
            self._run(paragraph, one.text, (size * 0.75, WARN, False))
        else:
            self._parts(paragraph, one.parts, size if one.role == "text" else size * 0.8)

    def _above(self, slide: Slide, texts: Sequence[Sentence | Caution]) -> float:
        """Put the texts at the top; where what follows may begin."""
        if not texts:
            return TOP - 3
        frame = self._text(slide, (LEFT, TOP - 3, ROOM_WIDE, 10), [])
        lines = 0.0
        for number, one in enumerate(texts):
            paragraph = frame.paragraphs[0] if number == 0 else frame.add_paragraph()
            self._line(paragraph, one, 14)
            told = one.text if isinstance(one, Caution) else "".join(text_of(part) for part in one.parts)
            lines += 1 + text_width(told, 1.0) // LINE_EM
        return TOP + 1 + LINE_MM * lines

    def _show_block(self, title: str, block: Block, texts: Sequence[Sentence | Caution]) -> None:
        if isinstance(block, Table):
            self._table(title, block, texts)
            return
        slide = self._slide(title)
        top = self._above(slide, texts)
        if isinstance(block, Cards):
            self._cards(slide, block, top)
        elif isinstance(block, Chart | Picture):
            self._titled(slide, block.title, block.note, top)
            if isinstance(block, Chart):
                box = (Mm(LEFT), Mm(top + 9), Mm(ROOM_WIDE), Mm(BOTTOM - top - 18))
                made = slide.shapes.add_chart(KINDS[block.kind], *box, chart_data(block))
                styled(made.chart, block)
            else:
                self._picture(slide, block, top)

    def _titled(self, slide: Slide, title: str, note: str, top: float) -> None:
        self._text(slide, (LEFT, top, ROOM_WIDE, 8), [(title, 14, BLACK, True)])
        if note:
            self._text(slide, (LEFT, BOTTOM - 8, ROOM_WIDE, 8), [(note, 9, QUIET, False)])

    def _table(self, title: str, table: Table, texts: Sequence[Sentence | Caution]) -> None:
        """A table, under the texts; what a slide can't hold goes on over the next ones, each with the head."""
        name, at = table.title, 0
        while at == 0 or at < len(table.rows):
            slide = self._slide(title)
            top = self._above(slide, texts if at == 0 else ())
            rows = table.rows[at : at + max(1, int((BOTTOM - 18 - top) / ROW_MM) - 1)]
            at += max(1, len(rows))
            self._titled(slide, name, table.note if at >= len(table.rows) else "", top)
            slide_table(slide, table, rows, (Mm(LEFT), Mm(top + 9), Mm(ROOM_WIDE)), self._base_url)
            name = table.title + self._document.words["continued"]

    def _picture(self, slide: Slide, picture: Picture, top: float) -> None:
        high = BOTTOM - top - 18
        wide = min(ROOM_WIDE, high * picture.width / picture.height)
        high = wide * picture.height / picture.width
        points = io.BytesIO(points_of(picture, self._font_folder))
        left = LEFT + (ROOM_WIDE - wide) / 2
        shape = slide.shapes.add_picture(points, Mm(left), Mm(top + 9), Mm(wide), Mm(high))
        shape._element.nvPicPr.cNvPr.set("descr", clean(picture.alt))  # python-pptx has no words for the blind
        self._drawn += 1
        name = PackURI(f"/ppt/media/vector{self._drawn}.svg")
        vector = Part(name, "image/svg+xml", slide.part.package, picture.svg.encode())
        relation = slide.part.relate_to(vector, RELATIONSHIP_TYPE.IMAGE)
        blip = shape._element.find(f".//{{{DRAWING}}}blip")
        told = svg_extension(relation).replace("<a:extLst>", f"<a:extLst {NAMESPACES}>", 1)
        blip.append(parse_xml(told))
