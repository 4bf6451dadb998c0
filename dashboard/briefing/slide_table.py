"""A table on a slide: native, its head marked as one, numbers to the right."""

from __future__ import annotations

from collections.abc import Sequence
from xml.sax.saxutils import escape

from pptx.opc.constants import RELATIONSHIP_TYPE
from pptx.oxml import parse_xml
from pptx.slide import Slide
from pptx.util import Mm

from dashboard.briefing.document import Cell, Table, text_of
from dashboard.briefing.svg import clean
from dashboard.briefing.widths import column_shares
from dashboard.briefing.word_xml import HEI

ROW_MM = 7.4
# Signs of a table's size beside each other.
TABLE_EM = 78.0
NAMESPACES = (
    'xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main" '
    'xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"'
)
EDGE = '<a:lnB w="6350"><a:solidFill><a:srgbClr val="BBBBBB"/></a:solidFill></a:lnB>'
NO_EDGES = "".join(f'<a:ln{side} w="0"><a:noFill/></a:ln{side}>' for side in "LRT")
MARGINS = 'marL="54000" marR="54000" marT="18000" marB="18000" anchor="ctr"'


def slide_table(
    slide: Slide, table: Table, rows: Sequence[Sequence[Cell]], box: tuple[int, int, int], base: str
) -> None:
    """Put `rows` of `table` on the slide; `box`: left, top and width."""
    left, top, wide = box
    high = Mm(ROW_MM * (len(rows) + 1))
    frame = slide.shapes.add_table(len(rows) + 1, len(table.head), left, top, wide, high)
    made = frame.table
    made.horz_banding = False
    for column, share in zip(made.columns, column_shares(table, TABLE_EM), strict=True):
        column.width = round(wide * share)
    links: dict[str, str] = {}

    def relation(address: str) -> str:
        if address not in links:
            links[address] = slide.part.relate_to(address, RELATIONSHIP_TYPE.HYPERLINK, is_external=True)
        return links[address]

    lines = [list(table.head), *rows]
    for row, line in zip(made._tbl.tr_lst, lines, strict=True):  # cell by cell python-pptx takes seconds
        row.set("h", str(Mm(ROW_MM)))
        for at, (old, one) in enumerate(zip(row.tc_lst, line, strict=True)):
            address = "" if isinstance(one, str) or not one.link else relation(base + one.link)
            is_head = line is lines[0]
            row.replace(old, parse_xml(_cell(text_of(one), address, is_head=is_head, is_right=at in table.numeric)))


def _cell(text: str, relation: str, *, is_head: bool, is_right: bool) -> str:
    link = f'<a:hlinkClick r:id="{relation}"/>' if relation else ""
    colour = '<a:solidFill><a:srgbClr val="111111"/></a:solidFill>'
    bold = ' b="1"' if is_head else ' b="0"'
    fill = '<a:solidFill><a:srgbClr val="EAF1FA"/></a:solidFill>' if is_head else "<a:noFill/>"
    side = ' algn="r"' if is_right else ""
    return (
        f"<a:tc {NAMESPACES}><a:txBody><a:bodyPr/><a:lstStyle/><a:p><a:pPr{side}/>"
        f'<a:r><a:rPr lang="zh-CN" sz="1050"{bold}>{colour}<a:ea typeface="{HEI}"/>{link}</a:rPr>'
        f"<a:t>{escape(clean(text))}</a:t></a:r></a:p></a:txBody>"
        f"<a:tcPr {MARGINS}>{NO_EDGES}{EDGE}{fill}</a:tcPr></a:tc>"
    )
