"""Two languages and two themes; a switch keeps the state."""

from __future__ import annotations

import re

import pytest

QUERY = "region=140000&severity=1&status=closed,checking&rounds=2023-R02&pollutant=PM&heat=checked&metric=hotspots"
CHINESE = re.compile(r"[\u3400-\u9fff]")
# Words of the page: text that is seen, and text that is read out or shown on hovering.
TEXTS = """(except) => { const out = [];
  const walk = (node) => { if (except && node.matches?.(except)) return;
    if (node !== document.body && !node.getClientRects().length) return;
    for (const name of ['title', 'aria-label', 'placeholder', 'alt', 'aria-valuetext'])
      if (node.getAttribute?.(name)) out.push(node.getAttribute(name));
    for (const child of node.childNodes) {
      if (child.nodeType === 3 && child.textContent.trim()) out.push(child.textContent.trim());
      else if (child.nodeType === 1 && !['SCRIPT', 'STYLE'].includes(child.tagName)) walk(child); } };
  walk(document.body); return out; }"""


def texts(screen, exempt: str) -> list[str]:
    return screen.page.evaluate(TEXTS, exempt)


def test_the_switch_changes_the_language_and_keeps_the_state(visit):
    screen = visit(QUERY)
    before, state = screen.kpis(), screen.state
    screen.page.locator("#language-switch").click()
    screen.until(lambda: "lang=en" in screen.page.url)
    screen.settle()
    assert screen.kpis() == before and screen.state == state
    assert screen.page.locator("html").get_attribute("lang") == "en"
    screen.page.locator("#language-switch").click()
    screen.until(lambda: "lang=zh" in screen.page.url)
    screen.settle()
    assert screen.kpis() == before and screen.crumbs() == ["全国", "山西省"]


def test_the_english_page_has_no_chinese_but_names(visit):
    screen = visit(f"lang=en&{QUERY}&table=1")
    screen.page.locator(".ag-row").first.wait_for()
    for menu in ("rounds", "industry", "category"):
        screen.page.locator(f"button:has(#situation-{menu}-count)").click()
        screen.page.locator(".filter-dropdown").wait_for()
        assert [
            text
            for text in texts(screen, "#language-switch, .map-source, .ag-center-cols-container")
            if CHINESE.search(text)
        ] == []
        screen.page.keyboard.press("Escape")
        screen.page.locator(".filter-dropdown").wait_for(state="detached")
    cells = screen.page.locator(".ag-row [col-id]:not([col-id='enterprise'])").all_inner_texts()
    assert cells and [text for text in cells if CHINESE.search(text)] == []


def test_numbers_and_words_of_the_english_page_are_counted_alike(visit):
    assert visit("lang=en&severity=1").kpis() == visit("severity=1").kpis()


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_light_theme_is_light_and_says_the_same(visit, language):
    screen = visit(f"lang={language}&severity=1")
    dark = screen.kpis()
    screen.page.locator("#theme-switch").click()
    screen.until(lambda: "theme=light" in screen.page.url)
    screen.settle()
    assert screen.kpis() == dark and screen.chips().keys() == {"severity"}
    assert screen.page.locator("html").get_attribute("data-theme") == "light"
    ground = "() => getComputedStyle(document.querySelector('.panel')).color.match(/\\d+/g).map(Number)"
    assert max(screen.page.evaluate(ground)[:3]) < 128, "dark text on a light ground"
    assert screen.page.evaluate("() => lookout.situationMap.view().state.theme.name") == "light"


def test_a_day_reads_year_month_day_whatever_the_browser_speaks(visit, site):
    """The browser's own field would write 07/20/2023 for whoever set his browser up in American English."""
    screen = visit(is_blank=True)
    screen.page.goto(f"{site.url}/trends?lang=zh")
    screen.settle()
    first = screen.page.locator(".day-input").first
    assert all(
        re.fullmatch(r"\d{4}-\d{2}-\d{2}", field.input_value()) for field in screen.page.locator(".day-input").all()
    )
    first.fill("2023-02-30")
    first.press("Enter")
    assert "没有这一天" in screen.page.locator(".day-wrong").first.inner_text()
    assert first.get_attribute("aria-invalid") == "true" and "b0=" not in screen.page.url
    first.fill("2023/7/21")
    first.press("Enter")
    screen.until(lambda: "b0=2023-07-21" in screen.page.url)
    assert screen.page.evaluate("document.activeElement.value") == "2023-07-21"
    screen.page.keyboard.press("Tab")
    assert "打开日历" in screen.page.evaluate("document.activeElement.ariaLabel")
    assert re.fullmatch(r"\d{4}-\d{2}-\d{2} \S+ \d{2}:\d{2}", screen.page.locator("#clock").inner_text())
