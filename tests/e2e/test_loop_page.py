"""The loop's page in a browser: tabs in the address, numbers that open their clues, a push, a draw, both languages."""

from __future__ import annotations

import re

import pytest


@pytest.fixture(scope="module")
def place(serve, root, tmp_path_factory):
    """A server with a casebook of its own: what is pushed here is nobody else's."""
    return serve(root, casebook=f"sqlite:///{tmp_path_factory.mktemp('casebook')}/casebook.db")


@pytest.fixture
def loop(visit, place):
    """The loop's page at an address."""

    def go(query: str = "", **how: object):
        screen = visit(is_blank=True, at=place, **how)
        screen.page.goto(f"{screen.home}/loop{'?' if query else ''}{query}")
        return settled(screen)

    return go


def settled(screen):
    screen.until(lambda: re.fullmatch(r"\d+", screen.settled or ""), "the loop did not settle")
    return screen


def number(text: str) -> int:
    return int(text.replace(",", ""))


def choose_tab(screen, name: str):
    screen.page.locator(f"#loop-tab-{name}").click()
    return settled(screen)


def test_the_funnel_stands_in_order_and_a_number_opens_exactly_its_clues(loop):
    screen = loop()
    page = screen.page
    stages = page.locator("[data-loop=funnel] tbody tr").evaluate_all("rows => rows.map(row => row.dataset.row)")
    assert stages == ["pushed", "accepted", "checked", "confirmed", "rectified", "rechecked", "fixed"]
    link = page.locator('[data-loop=funnel] [data-stage="checked.denied"]')
    n = number(link.inner_text())
    page.goto(screen.home + link.get_attribute("href"))
    told = page.locator("#clues-list-note")
    screen.until(lambda: re.search(r"\d", told.inner_text() or ""), "the list did not say how many it has")
    assert number(re.search(r"[\d,]+", told.inner_text()).group(0)) == n
    assert "不属实" in page.locator("[data-chip=stage]").inner_text()


def test_tab_and_filters_stand_in_the_address_and_come_back(loop):
    screen = loop()
    page = screen.page
    whole = number(page.locator("[data-loop=funnel] [data-stage=pushed]").inner_text())
    page.locator("[data-menu=rounds] summary").click()
    page.locator("[data-menu=rounds] input").first.check()
    screen.until(
        lambda: number(page.locator("[data-loop=funnel] [data-stage=pushed]").inner_text()) < whole, "it did not narrow"
    )
    choose_tab(screen, "fixes")
    assert "tab=fixes" in page.url and "rounds=" in page.url
    page.go_back()
    screen.until(lambda: page.locator("[data-loop=funnel]").count() == 1, "back did not go back")
    assert "rounds=" in page.url


def test_the_breakdown_can_be_chosen_and_sorted_by_keyboard(loop):
    page = loop("by=rule").page
    table = page.locator("[data-loop=breakdown]")
    head = table.get_by_role("button", name="属实", exact=True)
    head.focus()
    page.keyboard.press("Enter")
    confirmed = [number(text.split("\n")[0]) for text in table.locator("tbody tr td:nth-child(6)").all_inner_texts()]
    assert confirmed == sorted(confirmed, reverse=True)
    assert table.locator("th[aria-sort=descending]").count() == 1


def test_tabs_are_walked_with_the_arrow_keys(loop):
    screen = loop()
    screen.page.locator("#loop-tab-funnel").focus()
    screen.page.keyboard.press("ArrowRight")
    screen.until(lambda: screen.page.locator("[data-loop=queue]").count() == 1, "the arrow did not turn the page")
    assert screen.page.evaluate("document.activeElement.id") == "loop-tab-teams"


def test_suggestions_of_the_day_are_pushed_at_once_and_leave_the_queue(loop):
    screen = loop("tab=teams")
    page = screen.page
    page.get_by_role("button", name="选中建议项").click()
    boxes = page.locator("[data-loop=queue] input[type=checkbox]:checked")
    n = boxes.count()
    assert n > 0
    rows = page.locator("[data-loop=queue] tbody tr").count()
    page.locator(".loop-push").click()
    told = page.locator("[data-loop=queue] .loop-result p")
    screen.until(lambda: told.count() == 1, "nothing was said of the push")
    assert f"已推送 {n} 条" in told.inner_text()
    assert page.locator("[data-loop=queue] tbody tr").count() == rows - n


def test_a_draw_is_told_with_its_seed_and_can_be_taken_away(loop):
    screen = loop("tab=teams")
    page = screen.page
    form = page.locator("[data-loop=lots]")
    form.get_by_label("种子").fill("2023-07-20")
    form.get_by_role("button", name="抽取", exact=True).click()
    screen.until(lambda: form.locator("tbody tr[data-row]").count() == 1, "the draw is not listed")
    assert "2023-07-20" in form.locator("tbody tr").inner_text()
    assert form.locator("tbody a").get_attribute("href").endswith(".csv")
    assert "尚不足" in page.locator("[data-loop=control]").inner_text()


def test_survival_says_how_many_are_still_watched(loop):
    page = loop("tab=fixes").page
    assert page.locator("svg.loop-survival path").count() == 2
    first = page.locator("[data-loop=survival] tbody tr").first.inner_text()
    assert "在观察" in first and "未到时间" in first


@pytest.mark.parametrize("tab", ["funnel", "teams", "supervision", "fixes"])
def test_english_screens_are_english_but_for_names(loop, tab):
    page = loop(f"tab={tab}&lang=en").page
    text = page.locator(".loop").evaluate(
        "main => { const copy = main.cloneNode(true);"
        " for (const node of copy.querySelectorAll('.loop-object')) node.remove(); return copy.textContent; }"
    )
    assert not re.search(r"[\u4e00-\u9fff]", text)


def test_on_a_phone_nothing_is_wider_than_the_screen(loop):
    for tab in ("funnel", "teams", "supervision", "fixes"):
        page = loop(f"tab={tab}", size=(390, 844)).page
        assert page.evaluate("document.querySelector('.loop').scrollWidth") <= 390
