"""The catalogue page: all 49 categories, search, details, no samples of personal data."""

from __future__ import annotations

import pytest
from snapshot_builders import doctored


@pytest.fixture
def catalogue(visit):
    """The catalogue page at an address."""

    def go(query: str = "", **how: object):
        screen = visit(is_blank=True, **how)
        screen.page.goto(f"{screen.home}/sources{'?' if query else ''}{query}")
        screen.until(lambda: screen.settled == "1", "the catalogue did not settle")
        return screen

    return go


def rows(screen) -> list[str]:
    return screen.page.locator(".source-row").evaluate_all("rows => rows.map(row => row.dataset.code)")


def test_every_category_stands_in_the_catalogue_connected_or_not(catalogue):
    screen = catalogue()
    assert len(rows(screen)) == 49
    states = screen.page.locator(".source-row .source-state").all_inner_texts()
    assert len(states) == 49 and {"按时", "未接入"} <= set(states)


def test_search_and_group_narrow_the_list_and_stand_in_the_address(catalogue):
    screen = catalogue()
    screen.page.get_by_role("searchbox").fill("焚烧")
    assert rows(screen) == ["E06"]
    assert "search=" in screen.page.url
    screen.page.get_by_role("searchbox").fill("")
    screen.page.locator("#sources-groups button", has_text="信访举报").click()
    assert rows(screen) == ["I01", "I02", "I03"]
    again = catalogue("group=I")
    assert rows(again) == ["I01", "I02", "I03"]


def test_a_category_shows_its_rhythm_and_a_sample_of_its_rows(catalogue):
    screen = catalogue()
    screen.page.get_by_role("button", name="卫星反演PM2.5日均网格").click()
    detail = screen.page.locator("#sources-detail")
    screen.until(lambda: "PM25" in detail.inner_text())
    assert "satellite_grid" in detail.inner_text()


def test_no_sample_of_personal_data_is_shown(catalogue):
    detail = catalogue("code=I01").page.locator("#sources-detail")
    assert "个人信息" in detail.inner_text()
    assert detail.locator("table").count() == 0


def test_every_row_read_is_accepted_or_rejected(catalogue):
    cells = catalogue().page.locator("#sources-files tbody tr")
    for row in cells.all():
        read, accepted, rejected = (int(row.locator("td").nth(n).inner_text().replace(",", "")) for n in (1, 2, 3))
        assert read == accepted + rejected


def test_what_is_noted_of_a_file_is_read_whole_without_scrolling_sideways(visit, serve, root, tmp_path):
    why = "rows 3 to 700 have a comma for the decimal point; they were read as text and refused, " * 2

    def noted(table):
        rows = table.to_pylist()
        rows[0]["notes"] = why
        return table.from_pylist(rows, schema=table.schema)

    doctored(root, tmp_path, tables={"source_files": noted})
    screen = visit(at=serve(tmp_path), is_blank=True, size=(1366, 768))
    screen.page.goto(f"{screen.home}/sources")
    screen.until(lambda: screen.settled == "1", "the catalogue did not settle")
    note = screen.page.locator("#sources-files small", has_text="decimal point")
    assert note.inner_text().strip() == why.strip()
    own, panel = note.bounding_box(), note.locator("xpath=ancestor::section").bounding_box()
    assert own["x"] + own["width"] <= panel["x"] + panel["width"]


def test_the_catalogue_speaks_english_and_light(catalogue):
    screen = catalogue("lang=en&theme=light")
    assert screen.page.locator(".page-link[aria-current]").inner_text() == "Data catalogue"
    assert screen.page.locator("html").get_attribute("data-theme") == "light"
    screen.page.screenshot(path="tests/output/sources-en-light.png")


def test_positions_to_mend_are_counted_by_fault_and_can_be_taken_along(catalogue):
    screen = catalogue()
    faults = screen.page.locator("#sources-positions tbody tr").all_inner_texts()
    assert any("经纬度颠倒" in fault for fault in faults)
    total = sum(int(fault.split("\t")[1].replace(",", "")) for fault in faults)
    answer = screen.page.request.get(
        screen.home + screen.page.locator("#sources-positions-export").get_attribute("href")
    )
    assert answer.ok and answer.headers["x-lookout-rows"] == str(total) and "swapped" in answer.text()
