"""A briefing in its four forms: native tables and charts of the same numbers, real text, links, LibreOffice."""

from __future__ import annotations

import io
import re
import shutil
import subprocess
import zipfile

import docx
import openpyxl
import pptx
import pypdf
import pytest
from docx.oxml.ns import qn
from loop_builders import casebook_at
from snapshot_builders import doctored, source_failed, without_rows
from test_briefing import loaded_time

from dashboard.briefing.chart_svg import chart_svg, ticks
from dashboard.briefing.compose import compose
from dashboard.briefing.document import Cards, Chart, Document, Figure, Heading, Picture, Sentence, Table, text_of
from dashboard.briefing.files import file_of
from dashboard.briefing.paper import Numbering
from dashboard.briefing.periods import Wish
from dashboard.briefing.recipes import load_recipes
from dashboard.data.store import Store

BASE = "https://lookout.example"


@pytest.fixture(scope="module")
def document(loaded, tmp_path_factory) -> Document:
    casebook = casebook_at(tmp_path_factory.mktemp("briefing-files"), loaded_time(loaded))
    return compose(loaded, casebook, load_recipes()["monthly"], Wish("monthly"), "demo")


@pytest.fixture(scope="module")
def word(document) -> bytes:
    return file_of(document, "docx", BASE)


@pytest.fixture(scope="module")
def slides(document) -> bytes:
    return file_of(document, "pptx", BASE)


def blocks(document: Document, kind: type) -> list:
    return [one for one in document.blocks() if isinstance(one, kind)]


def told(document: Document) -> list[str]:
    """What must stand in every form: headline, numbers, headings, sentences."""
    first = document.first
    texts = [*(one.text for one in first.cards.figures), *(text_of(part) for part in first.headline)]
    for block in document.blocks():
        if isinstance(block, Heading):
            texts.append(block.text)
        elif isinstance(block, Sentence):
            texts += [text_of(part) for part in block.parts]
        elif isinstance(block, Cards):
            texts += [one.text for one in block.figures]
    return [text for text in texts if text.strip()]


def flat(text: str) -> str:
    return "".join(text.split())


def test_word_has_native_tables_with_a_head_on_every_page(document, word):
    read = docx.Document(io.BytesIO(word))
    tables = [one for one in read.tables if one.style.name == "Briefing"]
    shown = {one.cell(0, 0).text for one in tables}
    assert {one.head[0] for one in blocks(document, Table)} <= shown
    headed = [one for one in tables if one._tbl.tr_lst[0].trPr.find(qn("w:tblHeader")) is not None]
    assert len(headed) == len(blocks(document, Table)) + 1  # the one of references too
    widest = max(blocks(document, Table), key=lambda one: len(one.rows))
    same = next(
        one for one in tables if one.cell(0, 0).text == widest.head[0] and len(one.rows) == len(widest.rows) + 1
    )
    lines = [
        [flat("".join(node.text or "" for node in cell.iter(qn("w:t")))) for cell in row.tc_lst]
        for row in same._tbl.tr_lst
    ]
    assert lines[1:] == [[flat(text_of(cell)) for cell in row] for row in widest.rows]


def test_words_charts_hold_their_numbers_in_a_workbook_to_be_edited(document, word):
    with zipfile.ZipFile(io.BytesIO(word)) as archive:
        names = archive.namelist()
        books = sorted(
            (name for name in names if name.endswith(".xlsx")), key=lambda name: int("".join(filter(str.isdigit, name)))
        )
        sheets = [openpyxl.load_workbook(io.BytesIO(archive.read(name))).active for name in books]
        rels = archive.read("word/charts/_rels/chart1.xml.rels").decode()
    charts = blocks(document, Chart)
    assert len([name for name in names if name.startswith("word/charts/chart")]) == len(charts) == len(books)
    assert 'Id="rId1"' in rels and "Microsoft_Excel_Sheet" in rels
    for chart, sheet in zip(charts, sheets, strict=True):
        rows = list(sheet.iter_rows(min_row=2, values_only=True))
        assert tuple(row[0] for row in rows) == chart.categories
        for at, (_, values) in enumerate(chart.series, start=1):
            assert [row[at] for row in rows] == [None if v is None else pytest.approx(v, abs=1e-4) for v in values]


def test_word_keeps_the_map_as_vectors_beside_its_points(document, word):
    with zipfile.ZipFile(io.BytesIO(word)) as archive:
        vectors = [name for name in archive.namelist() if name.endswith(".svg")]
        body = archive.read("word/document.xml").decode()
    assert len(vectors) == len(blocks(document, Picture)) == body.count("asvg:svgBlip")


def test_slides_have_native_charts_and_tables_with_the_same_numbers(document, slides):
    shapes = [shape for slide in pptx.Presentation(io.BytesIO(slides)).slides for shape in slide.shapes]
    charts = [shape.chart for shape in shapes if shape.has_chart]
    assert len(charts) == len(blocks(document, Chart))
    for made, chart in zip(charts, blocks(document, Chart), strict=True):
        assert tuple(made.plots[0].categories) == chart.categories
        for series, (_, values) in zip(made.plots[0].series, chart.series, strict=True):
            assert list(series.values) == [None if v is None else pytest.approx(v, abs=1e-4) for v in values]


def test_a_table_longer_than_a_slide_goes_on_under_its_head_to_its_last_row(document, slides):
    shapes = [shape for slide in pptx.Presentation(io.BytesIO(slides)).slides for shape in slide.shapes]
    pieces = iter(
        [[[cell.text for cell in row.cells] for row in shape.table.rows] for shape in shapes if shape.has_table]
    )
    for table in blocks(document, Table):
        head, *shown = next(pieces)
        assert head == list(table.head)
        while len(shown) < len(table.rows):
            again, *more = next(pieces)
            assert again == head and more
            shown += more
        assert shown == [[text_of(cell) for cell in row] for row in table.rows]
    assert next(pieces, None) is None
    assert any("（续）" in shape.text_frame.text for shape in shapes if shape.has_text_frame)


def test_the_contents_of_word_name_no_page_before_it_has_counted(word):
    with zipfile.ZipFile(io.BytesIO(word)) as archive:
        body = archive.read("word/document.xml").decode()
    results = re.findall(r"PAGEREF .*?separate.*?<w:t(?:/>|>(.*?)</w:t>)", body)
    assert len(results) > 5 and set(results) == {""}
    assert body.count('<w:hyperlink w:anchor="_Toc') == len(results)


def test_every_form_says_the_same_and_links_its_numbers(document, word, slides):
    read = docx.Document(io.BytesIO(word))
    in_word = flat("".join(node.text or "" for node in read.element.body.iter(qn("w:t"))))
    pages = pypdf.PdfReader(io.BytesIO(file_of(document, "pdf", BASE)))
    in_pdf = flat("".join(page.extract_text() for page in pages.pages))
    frames = [shape.text_frame.text for slide in pptx.Presentation(io.BytesIO(slides)).slides
              for shape in slide.shapes if shape.has_text_frame]  # fmt: skip
    in_slides = flat("".join(frames))
    in_page = flat(file_of(document, "html", "").decode())
    for text in told(document):
        for name, body in {"word": in_word, "pdf": in_pdf, "slides": in_slides, "page": in_page}.items():
            assert flat(text) in body, (name, text)
    addresses = {BASE + one.link for one in document.figures()}
    in_rels = {rel.target_ref for rel in read.part.rels.values() if rel.is_external}
    assert addresses <= in_rels
    linked = {
        note.get_object()["/A"]["/URI"]
        for page in pages.pages
        for note in page.get("/Annots", [])
        if "/URI" in note.get_object().get("/A", {})
    }
    assert addresses <= linked
    assert len(pages.outline) == len([1 for _ in pages.outline]) and pages.metadata.title.startswith("月通报")


def test_a_section_begins_a_page_and_no_caption_is_left_alone(document, word):
    read = docx.Document(io.BytesIO(word))
    headings = [one for one in read.paragraphs if one.style.name == "Heading 1"]
    breaks = [one.paragraph_format.page_break_before is True for one in headings]
    wanted = [at == 0 or one.is_new_page for at, one in enumerate(document.sections)]
    assert breaks == [*wanted, True]
    assert headings[0].text.startswith("一、")
    captions = [one for one in read.paragraphs if one.style.name == "BriefingCaption"]
    assert captions and all(one.paragraph_format.keep_with_next for one in captions)


@pytest.mark.parametrize(
    ("number", "told"), [(1, "一、"), (10, "十、"), (12, "十二、"), (20, "二十、"), (21, "二十一、")]
)
def test_headings_are_numbered_as_official_documents_are(number, told):
    numbers = Numbering("zh", "一二三四五六七八九十", section=number - 1)
    assert numbers.next_section() == told
    assert numbers.next_part() == "（一）"
    assert Numbering("en", "", section=number - 1).next_section() == f"{number}  "


@pytest.mark.parametrize("most", [0, 0.4, 1, 7, 100, 1234, 99999])
def test_an_axis_ends_at_or_above_the_longest(most):
    steps = ticks(most)
    assert steps[0] == 0 and steps[-1] >= most and 2 <= len(steps) <= 7


def test_a_gap_in_a_chart_is_no_zero():
    chart = Chart("t", "line", ("a", "b", "c"), (("s", (1.0, None, 2.0)),))
    assert chart_svg(chart)[0].count("<circle") == 2
    bars = Chart("t", "bar", ("a", "b"), (("s", (1.0, None)),))
    assert chart_svg(bars)[0].count("<rect") == 1 and "—" in chart_svg(bars)[0]


def test_numbers_without_a_page_are_not_there(document):
    assert all(one.link for one in document.figures() if isinstance(one, Figure))


def test_libreoffice_opens_both_and_lays_them_out(word, slides, tmp_path):
    office = shutil.which("soffice")
    if office is None:
        pytest.skip(
            "LibreOffice is not here: apt-get install --no-install-recommends libreoffice-writer libreoffice-impress"
        )
    for name, body in (("briefing.docx", word), ("slides.pptx", slides)):
        (tmp_path / name).write_bytes(body)
    profile = f"-env:UserInstallation=file://{tmp_path}/profile"
    words = [office, profile, "--headless", "--convert-to", "pdf", "--outdir", str(tmp_path)]
    subprocess.run([*words, str(tmp_path / "briefing.docx"), str(tmp_path / "slides.pptx")], check=True,
                   capture_output=True, timeout=300)  # fmt: skip
    pages = pypdf.PdfReader(tmp_path / "briefing.pdf")
    texts = [page.extract_text() for page in pages.pages]
    assert all(len(flat(text)) > 60 for text in texts), "a page is empty but for head and foot"
    assert len(pypdf.PdfReader(tmp_path / "slides.pdf").pages) == len(pptx.Presentation(io.BytesIO(slides)).slides)


CHECKS_LOST = (
    {"checks": "inspections", "problems": "problems", "hotspots": "satellite_grid", "coverage": "satellite_grid"},
    ("检查记录、问题记录读取失败", "卫星网格读取失败"),
    ("没有记录不等于没有问题", "没有共同检查的城市"),
)
CLUES_LOST = (
    {"clues": "clues", "clue_events": "clue_events"},
    ("线索、线索流转读取失败",),
    ("没有逾期", "没有新增", "没有待决定", "没有一级", "其中逾期 0", "没有达到督办阈值"),
)


@pytest.mark.parametrize(("lost", "told", "calm"), [CHECKS_LOST, CLUES_LOST], ids=["checks", "clues"])
def test_what_rests_on_a_failed_source_names_it_and_is_never_few_nor_calm(root, tmp_path, lost, told, calm):
    def manifest(described):
        for source in lost.values():
            source_failed(source, "connection reset")(described)

    doctored(root, tmp_path, tables=dict.fromkeys(lost, without_rows), manifest=manifest)
    loaded = Store(tmp_path, "1GB").current()
    casebook = casebook_at(tmp_path / "casebook", loaded_time(loaded))
    made = compose(loaded, casebook, load_recipes()["monthly"], Wish("monthly", time="2023-05"), "demo")
    pages = pypdf.PdfReader(io.BytesIO(file_of(made, "pdf", BASE)))
    slides = pptx.Presentation(io.BytesIO(file_of(made, "pptx", BASE))).slides
    forms = {
        "pdf": "".join(page.extract_text() for page in pages.pages),
        "page": file_of(made, "html", BASE).decode(),
        "word": "".join(docx.Document(io.BytesIO(file_of(made, "docx", BASE))).element.itertext()),
        "slides": "".join("".join(slide.element.itertext()) for slide in slides),
    }
    for form, body in forms.items():
        assert [words for words in told if flat(words) not in flat(body)] == [], form
        assert [words for words in ("样本不足", *calm) if flat(words) in flat(body)] == [], form
