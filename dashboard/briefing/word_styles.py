"""The look of a DOCX: page, fonts with what stands in for them, styles, head and foot."""

from __future__ import annotations

from docx.document import Document as WordDocument
from docx.enum.style import WD_STYLE_TYPE
from docx.opc.constants import CONTENT_TYPE, RELATIONSHIP_TYPE
from docx.opc.packuri import PackURI
from docx.opc.part import Part
from docx.oxml.ns import qn
from docx.oxml.parser import parse_xml
from docx.shared import Mm, Pt, RGBColor
from docx.styles.style import ParagraphStyle

from dashboard.briefing.document import Document
from dashboard.briefing.word_xml import ALARM, HEI, LATIN, NAMESPACES, QUIET, SONG, WARN, field, paragraph, run

MARGIN_MM = 22.0
WIDTH_MM = 210.0 - 2 * MARGIN_MM
TWIPS_MM = 56.6929
# Name, point size, font, colour, bold, space before and after.
STYLES = (
    ("BriefingTitle", 24.0, HEI, "", True, 0.0, 4.0),
    ("BriefingSubtitle", 12.0, HEI, "", False, 0.0, 6.0),
    ("BriefingHeadline", 13.0, SONG, "", True, 8.0, 8.0),
    ("BriefingItem", 10.5, SONG, "", False, 2.0, 2.0),
    ("BriefingNote", 8.0, SONG, QUIET, False, 2.0, 8.0),
    ("BriefingCaution", 9.0, HEI, WARN, False, 3.0, 3.0),
    ("BriefingCaption", 9.5, HEI, "", True, 8.0, 4.0),
    ("BriefingCell", 8.5, SONG, "", False, 1.0, 1.0),
    ("BriefingSmall", 8.0, SONG, "", False, 1.0, 1.0),
)
FONTS = {
    SONG: ("Songti SC;STSong;Noto Serif CJK SC;Source Han Serif SC", "roman"),
    HEI: ("Heiti SC;Microsoft YaHei;Noto Sans CJK SC;Source Han Sans SC;WenQuanYi Micro Hei", "swiss"),
    LATIN: ("Liberation Serif;Times", "roman"),
}
TABLE_STYLE = (
    f'<w:style {NAMESPACES} w:type="table" w:customStyle="1" w:styleId="Briefing"><w:name w:val="Briefing"/>'
    '<w:tblPr><w:tblBorders><w:top w:val="single" w:sz="8" w:color="000000"/>'
    '<w:bottom w:val="single" w:sz="8" w:color="000000"/><w:insideH w:val="single" w:sz="4" w:color="BBBBBB"/>'
    '</w:tblBorders><w:tblCellMar><w:left w:w="60" w:type="dxa"/><w:right w:w="60" w:type="dxa"/></w:tblCellMar>'
    "</w:tblPr></w:style>"
)


def set_up(word: WordDocument, document: Document) -> None:
    """Everything that is the same on every page."""
    _page(word)
    _styles(word)
    _fonts(word)
    _head_and_foot(word, document)
    told = word.core_properties
    told.title = f"{document.title} {document.subtitle}"
    told.author, told.keywords, told.comments = "Lookout", document.snapshot, document.synthetic
    told.language = "zh-CN" if document.language == "zh" else "en-GB"


def _page(word: WordDocument) -> None:
    section = word.sections[0]
    section.page_width, section.page_height = Mm(210), Mm(297)
    section.left_margin = section.right_margin = Mm(MARGIN_MM)
    section.top_margin, section.bottom_margin = Mm(24), Mm(20)
    section.header_distance = section.footer_distance = Mm(11)


def _styles(word: WordDocument) -> None:
    normal = word.styles["Normal"]
    if not isinstance(normal, ParagraphStyle):
        raise TypeError("the template's Normal is no paragraph style")
    _font(normal, 10.5, SONG, "", is_bold=False)
    told = normal.element.get_or_add_rPr()
    told.append(parse_xml(f'<w:lang {NAMESPACES} w:val="en-GB" w:eastAsia="zh-CN"/>'))
    normal.paragraph_format.line_spacing = 1.35
    normal.paragraph_format.space_after = Pt(4)
    normal.paragraph_format.widow_control = True
    for name, size in (("Heading 1", 15.0), ("Heading 2", 12.0)):
        heading = word.styles[name]
        if isinstance(heading, ParagraphStyle):
            _font(heading, size, HEI, "000000", is_bold=True)
            heading.paragraph_format.space_before, heading.paragraph_format.space_after = Pt(12), Pt(6)
            heading.paragraph_format.keep_with_next = True
    for name, size, font, colour, is_bold, before, after in STYLES:
        style = word.styles.add_style(name, WD_STYLE_TYPE.PARAGRAPH)
        if isinstance(style, ParagraphStyle):
            style.base_style = normal
            _font(style, size, font, colour, is_bold=is_bold)
            style.paragraph_format.space_before, style.paragraph_format.space_after = Pt(before), Pt(after)
            style.paragraph_format.line_spacing = 1.15
            style.paragraph_format.keep_with_next = name == "BriefingCaption"
    word.styles.element.append(parse_xml(TABLE_STYLE))


def _font(style: ParagraphStyle, size: float, font: str, colour: str, *, is_bold: bool) -> None:
    style.font.size, style.font.name, style.font.bold = Pt(size), LATIN if font == SONG else "Arial", is_bold
    fonts = style.element.get_or_add_rPr().get_or_add_rFonts()
    for name in list(fonts.attrib):
        if str(name).endswith("Theme"):
            del fonts.attrib[name]
    fonts.set(qn("w:eastAsia"), font)
    if colour:
        style.font.color.rgb = RGBColor.from_string(colour)


def _fonts(word: WordDocument) -> None:
    """The table of fonts: what to take where a font is not there."""
    for relation, told in list(word.part.rels.items()):
        if told.reltype == RELATIONSHIP_TYPE.FONT_TABLE:
            word.part.drop_rel(relation)
    fonts = "".join(
        f'<w:font w:name="{name}"><w:altName w:val="{others}"/><w:family w:val="{family}"/></w:font>'
        for name, (others, family) in FONTS.items()
    )
    body = f'<?xml version="1.0" encoding="UTF-8" standalone="yes"?><w:fonts {NAMESPACES}>{fonts}</w:fonts>'
    part = Part(PackURI("/word/fontTable.xml"), CONTENT_TYPE.WML_FONT_TABLE, body.encode(), word.part.package)
    word.part.relate_to(part, RELATIONSHIP_TYPE.FONT_TABLE)


def _head_and_foot(word: WordDocument, document: Document) -> None:
    section = word.sections[0]
    tab = f'<w:tabs><w:tab w:val="right" w:pos="{round(WIDTH_MM * TWIPS_MM)}"/></w:tabs>'
    before, _, rest = document.words["page"].partition("{page}")
    between, _, after = rest.partition("{pages}")
    foot = run(f"{document.footnote}\t", size=8, colour=QUIET) + run(before, size=8) + field("PAGE")
    foot += run(between, size=8) + field("NUMPAGES") + run(after, size=8)
    head = run(f"{document.title}  {document.subtitle}", size=8, colour=QUIET, font=HEI)
    if document.synthetic:
        head += run("\t", size=8) + run(document.synthetic, size=8, colour=ALARM, font=HEI, is_bold=True)
    for place, text in ((section.header, head), (section.footer, foot)):
        made = parse_xml(paragraph(text, "BriefingSmall", tab).replace("<w:p>", f"<w:p {NAMESPACES}>", 1))
        place.is_linked_to_previous = False
        old = place.paragraphs[0]._p  # python-docx has no other way to a ready paragraph
        old.addprevious(made)
        old.getparent().remove(old)
