"""From a real press to the paint: map and key figures first, then every panel."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from playwright.sync_api import Browser, Page

from benchmarks.chromium import SIZE, open_page, settled
from benchmarks.measure import Measure, of

TAKE = """() => { const all = performance.getEntriesByType('measure'); performance.clearMeasures();
  return Object.fromEntries(all.map((m) => [m.name, m.duration])); }"""
Press = tuple[str, Callable[[], None]]


def measure_filtering(browser: Browser, url: str) -> list[Measure]:
    """Changes of several kinds, each by a real click or key."""
    page = browser.new_context(viewport=SIZE, locale="zh-CN").new_page()
    open_page(page, url)
    page.wait_for_timeout(500)
    first: dict[str, list[float]] = {}
    whole: dict[str, list[float]] = {}
    for kind, press in presses(page):
        before = page.evaluate(
            "() => { performance.clearMeasures(); return document.documentElement.dataset.settled; }"
        )
        press()
        settled(page, before)
        taken = page.evaluate(TAKE)
        first.setdefault(kind, []).append(taken["lookout:first"])
        whole.setdefault(kind, []).append(taken["lookout:settled"])
        page.wait_for_timeout(120)
    page.context.close()
    every_first = [value for values in first.values() for value in values]
    every_whole = [value for values in whole.values() for value in values]
    return [
        of("filter change until map and key figures", every_first, budget=60),
        of("filter change until all panels", every_whole, budget=200),
        *(
            of(f"  {kind}: all panels", values, note=f"first {sorted(first[kind])[len(values) // 2]:.0f} ms")
            for kind, values in whole.items()
        ),
    ]


def presses(page: Page) -> Iterator[Press]:
    """Changes in an order that leaves the page filtered by little at any time."""
    for key in ("closed", "rectifying", "dismissed"):
        for _ in range(2):
            yield "clue status", page.locator(f"#situation-funnel [data-key='{key}']").click
    for key in ("cems", "satellite"):
        for _ in range(2):
            yield "category", page.locator(f"#situation-categories [data-key='{key}']").click
    page.locator("button:has(#situation-severity-count)").click()
    for value in "112233":
        yield "severity menu", page.locator(f".filter-dropdown input[value='{value}']").click
    page.keyboard.press("Escape")
    page.locator("button:has(#situation-rounds-count)").click()
    for value in ("2023-R02", "2023-R03", "2023-R02", "2023-R03"):
        yield "rounds menu", page.locator(f".filter-dropdown input[value='{value}']").click
    page.keyboard.press("Escape")
    for name in ("河南省", "山西省", "京津冀及周边"):
        field = page.locator("input#situation-region")
        field.click()
        field.fill(name)
        yield "region list", page.get_by_role("option", name=name, exact=True).first.click
    yield "reset", page.locator(".chip-reset").click
    page.locator("#situation-player").focus()
    for key in ("ArrowLeft", "ArrowLeft", "PageDown", "ArrowRight"):
        yield "player", lambda key=key: page.keyboard.press(key)
    for text in ("检查企业", "问题", "每家问题数"):
        yield "figure of the heat map", page.locator("#situation-heat").get_by_text(text, exact=True).click
