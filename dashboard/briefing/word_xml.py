"""Pieces of a DOCX as XML text. Every word in them is escaped, and signs that XML can't hold are left out."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from xml.sax.saxutils import escape, quoteattr

from dashboard.briefing.svg import clean

# What a Chinese office has; the table of fonts in the document names what stands in for them.
SONG, HEI, LATIN = "SimSun", "SimHei", "Times New Roman"
NAVY, QUIET, ALARM, WARN = "123F6B", "555555", "B3201B", "6D4A08"
NAMESPACES = (
    'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main" '
    'xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships" '
    'xmlns:wp="http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing" '
    'xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main" '
    'xmlns:c="http://schemas.openxmlformats.org/drawingml/2006/chart" '
    'xmlns:pic="http://schemas.openxmlformats.org/drawingml/2006/picture" '
    'xmlns:asvg="http://schemas.microsoft.com/office/drawing/2016/SVG/main"'
)
SVG_EXTENSION = "{96DAC541-7B7A-43D3-8B79-37D633B846F1}"


def run(
    text: str, *, size: float = 0, colour: str = "", font: str = "", is_bold: bool = False, style: str = ""
) -> str:  # fmt: skip
    """A run of text; `size` in points."""
    told = ""
    if style:
        told += f"<w:rStyle w:val={quoteattr(style)}/>"
    if font:
        told += f'<w:rFonts w:eastAsia="{font}"/>'
    if is_bold:
        told += "<w:b/>"
    if colour:
        told += f'<w:color w:val="{colour}"/>'
    if size:
        told += f'<w:sz w:val="{round(size * 2)}"/><w:szCs w:val="{round(size * 2)}"/>'
    return f'<w:r><w:rPr>{told}</w:rPr><w:t xml:space="preserve">{escape(clean(text))}</w:t></w:r>'


def hyperlink(relation: str, inside: str, title: str = "") -> str:
    """Runs that open an address."""
    tip = f" w:tooltip={quoteattr(clean(title)[:250])}" if title else ""
    return f'<w:hyperlink r:id="{relation}" w:history="1"{tip}>{inside}</w:hyperlink>'


def paragraph(inside: str, style: str = "", properties: str = "") -> str:
    """A paragraph; `properties` are elements of `w:pPr` after its style, in the order of the schema."""
    named = f"<w:pStyle w:val={quoteattr(style)}/>" if style else ""
    told = f"<w:pPr>{named}{properties}</w:pPr>" if named or properties else ""
    return f"<w:p>{told}{inside}</w:p>"


def bookmark(number: int, name: str, inside: str) -> str:
    """Runs that the table of contents can find."""
    return f'<w:bookmarkStart w:id="{number}" w:name="{name}"/>{inside}<w:bookmarkEnd w:id="{number}"/>'


def field(code: str, shown: str = "1", *, is_dirty: bool = False) -> str:
    """A field, as PAGE; `shown` stands until it is worked out."""
    dirty = ' w:dirty="true"' if is_dirty else ""
    return (
        f'<w:r><w:fldChar w:fldCharType="begin"{dirty}/></w:r>'
        f'<w:r><w:instrText xml:space="preserve"> {escape(code)} </w:instrText></w:r>'
        f'<w:r><w:fldChar w:fldCharType="separate"/></w:r><w:r><w:t>{shown}</w:t></w:r>'
        '<w:r><w:fldChar w:fldCharType="end"/></w:r>'
    )


def table(rows: Iterable[str], widths: Sequence[int], *, style: str = "Briefing") -> str:
    """A table of rows as XML; `widths` in twentieths of a point."""
    grid = "".join(f'<w:gridCol w:w="{wide}"/>' for wide in widths)
    return (
        f'<w:tbl><w:tblPr><w:tblStyle w:val="{style}"/><w:tblW w:w="{sum(widths)}" w:type="dxa"/>'
        '<w:tblLayout w:type="fixed"/><w:tblLook w:firstRow="1" w:val="0020"/></w:tblPr>'
        f"<w:tblGrid>{grid}</w:tblGrid>{''.join(rows)}</w:tbl>"
    )


def row(cells: Iterable[str], *, is_head: bool = False) -> str:
    """A row that is not torn apart; the head is repeated on every page."""
    head = "<w:tblHeader/>" if is_head else ""
    return f"<w:tr><w:trPr><w:cantSplit/>{head}</w:trPr>{''.join(cells)}</w:tr>"


def cell(inside: str, wide: int, properties: str = "") -> str:
    """A cell of paragraphs."""
    return f'<w:tc><w:tcPr><w:tcW w:w="{wide}" w:type="dxa"/>{properties}</w:tcPr>{inside}</w:tc>'


def chart_drawing(relation: str, number: int, title: str, size: tuple[int, int]) -> str:
    """A chart in the line of text; `size` in English Metric Units."""
    graphic = (
        '<a:graphicData uri="http://schemas.openxmlformats.org/drawingml/2006/chart">'
        f'<c:chart r:id="{relation}"/></a:graphicData>'
    )
    return _inline(graphic, number, title, size)


def picture_drawing(relations: tuple[str, str], number: int, title: str, size: tuple[int, int]) -> str:
    """A picture in the line of text: the vector one where it can be shown, else its points."""
    points, vector = relations
    graphic = (
        '<a:graphicData uri="http://schemas.openxmlformats.org/drawingml/2006/picture"><pic:pic><pic:nvPicPr>'
        f'<pic:cNvPr id="{number}" name="picture{number}"/><pic:cNvPicPr/></pic:nvPicPr><pic:blipFill>'
        f'<a:blip r:embed="{points}">{svg_extension(vector)}</a:blip>'
        '<a:stretch><a:fillRect/></a:stretch></pic:blipFill><pic:spPr><a:xfrm><a:off x="0" y="0"/>'
        f'<a:ext cx="{size[0]}" cy="{size[1]}"/></a:xfrm><a:prstGeom prst="rect"><a:avLst/></a:prstGeom></pic:spPr>'
        "</pic:pic></a:graphicData>"
    )
    return _inline(graphic, number, title, size)


def svg_extension(relation: str) -> str:
    """What names the vector picture beside its points."""
    return (
        f'<a:extLst><a:ext uri="{SVG_EXTENSION}"><asvg:svgBlip '
        'xmlns:asvg="http://schemas.microsoft.com/office/drawing/2016/SVG/main" '
        'xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships" '
        f'r:embed="{relation}"/></a:ext></a:extLst>'
    )


def _inline(graphic: str, number: int, title: str, size: tuple[int, int]) -> str:
    return (
        f'<w:r><w:drawing><wp:inline distT="0" distB="0" distL="0" distR="0"><wp:extent cx="{size[0]}" cy="{size[1]}"/>'
        f'<wp:docPr id="{number}" name="figure{number}" descr={quoteattr(clean(title))}/>'
        f"<a:graphic>{graphic}</a:graphic></wp:inline></w:drawing></w:r>"
    )
