"""The dossier page: the reference case read off one page, its cursor, its search, its print."""

from __future__ import annotations

import io
import re
import unicodedata

import pypdf
import pytest
from dossier_builders import REFERENCE, demo_folder


@pytest.fixture(scope="module")
def full_site(serve):
    return serve(demo_folder() / "snapshots")


@pytest.fixture
def dossier(visit, full_site):
    """The dossier page at an address."""

    def go(query: str = "", **how: object):
        screen = visit(at=full_site, is_blank=True, **how)
        screen.page.goto(f"{screen.home}/dossier{'?' if query else ''}{query}")
        screen.until(lambda: screen.settled.isdigit(), "the dossier did not settle")
        return screen

    return go


def text_of(screen, name: str) -> str:
    return screen.page.locator(f"#dossier-{name}").inner_text()


def test_the_reference_case_can_be_understood_from_its_page(dossier):
    screen = dossier(f"id={REFERENCE}&as_of=2023-07-20T18:00")
    reading = text_of(screen, "reading")
    assert "237 小时中有 237 小时高于许可限值" in reading and "全部带“设备故障”标记" in reading
    assert "喷氨过量" in reading and "到现场看什么" in reading and "没有看到什么" in reading
    assert "疑似" in text_of(screen, "head") and "模拟数据" in text_of(screen, "head")
    tables = text_of(screen, "tables")
    assert "自动监测弄虚作假" in tables and "核对分析仪示值与手工比对" in tables and "未接入" in tables


def test_all_lanes_stand_on_one_axis_and_marks_have_names(dossier):
    axis = dossier(f"id={REFERENCE}").page.locator("#dossier-axis svg")
    texts = axis.locator("text").all_text_contents()
    for wanted in (
        "氮氧化物 DA001",
        "喷氨量",
        "氨逃逸",
        "生产负荷",
        "企业日用电",
        "产治污分表用电",
        "事件",
        "标记：故障",
        "限值 50",
    ):
        assert wanted in texts, wanted


def test_the_cursor_reads_all_lanes_at_one_moment_by_mouse_and_by_keys(dossier):
    screen = dossier(f"id={REFERENCE}")
    box = screen.page.locator("#dossier-axis svg").bounding_box()
    screen.page.mouse.move(box["x"] + box["width"] * 0.5, box["y"] + 40)
    tip = screen.page.locator(".axis-tip")
    tip.wait_for()
    assert "mg/m³" in tip.inner_text() and "kg/h" in tip.inner_text()
    screen.page.mouse.move(1, 1)
    screen.page.locator("#dossier-axis").focus()
    screen.page.keyboard.press("ArrowRight")
    first = tip.locator("time").inner_text()
    screen.page.keyboard.press("ArrowRight")
    assert tip.locator("time").inner_text() > first
    screen.page.keyboard.press("Escape")
    tip.wait_for(state="hidden")


@pytest.mark.parametrize("size", [(1366, 768), (1500, 900)])
def test_on_a_small_screen_each_part_of_the_reading_is_read_in_one_column(dossier, size):
    screen = dossier(f"id={REFERENCE}", size=size)
    apart = screen.page.evaluate("""() => [...document.querySelectorAll('#dossier-reading h3')].filter((head) => {
        const own = head.getBoundingClientRect();
        const lines = [...head.nextElementSibling.children].map((n) => n.getBoundingClientRect());
        const isApart = (line) => line.top < own.bottom - 1 || line.left > own.right;
        return lines[0].top > own.bottom + 20 || lines.some(isApart);
      }).map((head) => head.textContent)""")
    assert apart == []


def test_another_range_draws_another_axis_and_stands_in_the_address(dossier):
    screen = dossier(f"id={REFERENCE}")
    before = screen.page.locator("#dossier-axis svg").inner_html()
    screen.after(screen.page.locator("[data-range='7']").click)
    assert screen.query["range"] == "7"
    assert screen.page.locator("#dossier-axis svg").inner_html() != before


def test_without_an_enterprise_one_is_searched_and_chosen_by_keys(dossier):
    screen = dossier()
    assert "一家企业" in screen.page.locator("#dossier-reading-state").inner_text()
    assert "肥东模拟热电" in text_of(screen, "tables")
    screen.page.locator("#dossier-query").fill("肥东")
    screen.page.locator("[role=option]").first.wait_for()
    screen.page.keyboard.press("ArrowDown")
    screen.page.keyboard.press("Enter")
    screen.page.wait_for_url(re.compile(REFERENCE))
    screen.page.locator("#dossier-head h2").wait_for()


def test_an_enterprise_nobody_knows_is_said_to_be_unknown(dossier):
    screen = dossier("id=nobody", allowed=("answer 404", "status of 404"))
    assert "没有这家企业" in screen.page.locator("#dossier-reading-state").inner_text()


def test_english_has_no_chinese_but_names_and_what_was_written(dossier):
    screen = dossier(f"id={REFERENCE}&lang=en")
    for name in ("reading", "axis"):
        text = re.sub(r"“.*?”", "", text_of(screen, name))
        assert not re.search(r"[\u4e00-\u9fff]", text), name


def test_it_prints_on_two_pages_of_a4_without_the_tools(dossier):
    screen = dossier(f"id={REFERENCE}")
    printed = pypdf.PdfReader(io.BytesIO(screen.page.pdf(prefer_css_page_size=True, print_background=True)))
    assert len(printed.pages) == 2
    assert [round(float(x)) for x in printed.pages[0].mediabox[2:]] == [595, 842]
    # The browser writes some signs as their radicals.
    texts = [re.sub(r"\s", "", unicodedata.normalize("NFKC", page.extract_text())) for page in printed.pages]
    assert "279小时高于许可限值" in texts[0] and "氮氧化物DA001" in texts[0] and "现场核查要点" in texts[1]
    assert "打印" not in "".join(texts)
