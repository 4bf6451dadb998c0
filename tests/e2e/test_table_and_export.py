"""The table of what is shown, and the files of exactly that."""

from __future__ import annotations

import csv
import io

import pytest

from dashboard.data.filters import STATUS_GROUPS
from dashboard.i18n import Words

DISMISSED = {Words("zh")(f"state.{state}") for state in STATUS_GROUPS["dismissed"]}
QUERY = "region=140000&severity=1,2&rounds=2023-R02,2023-R03,2023-R04"


def cells(screen, column: str) -> list[str]:
    script = """column => [...document.querySelectorAll(`.ag-center-cols-container [role=row] [col-id="${column}"]`)]
      .map(c => [Number(c.closest('[role=row]').getAttribute('row-index')), c.textContent.trim()])
      .sort((a, b) => a[0] - b[0]).map(p => p[1])"""
    return screen.page.evaluate(script, column)


def ready(screen) -> None:
    screen.page.locator(".ag-row [col-id='clue_id']").first.wait_for()
    screen.until(lambda: len([text for text in cells(screen, "clue_id") if text]) > 3, "no rows came")


def test_the_bundle_of_the_table_is_fetched_when_it_is_opened_and_not_before(visit):
    screen = visit(QUERY, is_fresh=True)
    asked: list[str] = screen.page.evaluate("() => performance.getEntriesByType('resource').map(e => e.name)")
    assert not any("ag_grid" in url for url in asked)
    screen.id("table-open").click()
    ready(screen)
    asked = screen.page.evaluate("() => performance.getEntriesByType('resource').map(e => e.name)")
    assert any("dash_ag_grid" in url for url in asked)
    assert screen.query["table"] == "1" and screen.id("table-open").get_attribute("aria-expanded") == "true"
    screen.id("table-open").click()
    screen.until(lambda: not screen.id("table-slot").is_visible())
    assert "table" not in screen.query
    screen.id("table-open").click()
    ready(screen)


def test_the_table_sorts_and_follows_the_filters(visit):
    screen = visit(f"{QUERY}&table=1")
    ready(screen)
    screen.page.locator(".ag-header-cell[col-id='detected_at']").click()
    screen.until(lambda: (days := [d for d in cells(screen, "detected_at") if d]) and days == sorted(days))
    first = cells(screen, "detected_at")[0]
    screen.page.locator(".ag-header-cell[col-id='detected_at']").click()
    screen.until(
        lambda: (
            (days := [d for d in cells(screen, "detected_at") if d])
            and days == sorted(days, reverse=True)
            and days[0] > first
        )
    )
    screen.after(screen.id("funnel").locator("[data-key='dismissed']").click)
    screen.until(lambda: (states := {s for s in cells(screen, "state") if s}) and states <= DISMISSED)


def test_the_table_scrolls_through_all_its_rows(visit):
    screen = visit("rounds=2023-R02&table=1")
    ready(screen)
    total = screen.kpi("clues")
    body = screen.page.locator(".ag-body-viewport, .ag-grid-viewport").first
    for _ in range(30):
        body.evaluate("node => { node.scrollTop = node.scrollHeight; }")
        screen.page.wait_for_timeout(60)
        last = max(
            (
                int(n)
                for n in screen.page.locator(".ag-row").evaluate_all(
                    "rows => rows.map(r => r.getAttribute('row-index'))"
                )
            ),
            default=0,
        )
        if last == total - 1:
            break
    assert last == total - 1
    screen.until(lambda: all(cells(screen, "clue_id")[-2:]))


def test_a_press_on_a_row_selects_the_clue_on_the_map(visit):
    screen = visit(f"{QUERY}&table=1")
    ready(screen)
    clue = cells(screen, "clue_id")[1]
    screen.page.locator(".ag-row[row-index='1'] [col-id='enterprise']").click()
    screen.id("card").wait_for()
    assert clue in screen.id("card").inner_text()
    chosen = screen.page.evaluate("() => lookout.situationMap.view().state.selection.clue")
    assert screen.state["sel"] == f"clue:{chosen}" and screen.query["sel"] == f"clue:{chosen}"


def test_an_empty_table_says_so(visit):
    screen = visit("region=999999&table=1")
    screen.page.locator(".ag-overlay", has_text="没有符合条件的线索").first.wait_for()


@pytest.mark.parametrize(("name", "kpi"), [("clues.csv", "clues"), ("enterprises.csv", "enterprises")])
def test_an_export_holds_as_many_rows_as_the_page_shows(visit, name, kpi):
    screen = visit("region=140000&industry=steel,coking")
    screen.page.locator("button.filter-button", has_text="导出").click()
    link = screen.page.locator(f"[data-export='{name}']")
    link.wait_for()
    answer = screen.page.request.get(screen.home + link.get_attribute("href"))
    rows = list(csv.DictReader(io.StringIO(answer.body().decode("utf-8-sig"))))
    assert len(rows) == screen.kpi(kpi) > 0
    assert {row["data_origin"] for row in rows} == {"synthetic"}


def test_an_export_is_saved_as_a_file(visit):
    screen = visit("region=140000")
    screen.page.locator("button.filter-button", has_text="导出").click()
    with screen.page.expect_download() as download:
        screen.page.locator("[data-export='checks.csv']").click()
    assert download.value.suggested_filename.startswith("lookout-synthetic-checks-")
    assert screen.page.url.startswith(screen.home + "/?")
