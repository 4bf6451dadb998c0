"""The trends page as an analyst uses it."""

from __future__ import annotations

import pytest

from dashboard.data import trends
from dashboard.data.filters import Filters


@pytest.fixture
def page(visit):
    """The trends page at an address."""

    def go(query: str = ""):
        screen = visit(is_blank=True)
        screen.page.goto(f"{screen.home}/trends{query}")
        screen.until(lambda: screen.settled == "1", "the trends did not settle")
        return screen.page

    return go


def mean(item: dict, name: str, days: range) -> float:
    inside = [value for day, value in zip(item["days"], item[name], strict=True) if day in days and value is not None]
    return sum(inside) / len(inside)


def test_each_industry_shows_its_mean_before_and_during(page, site):
    view = page("?pollutant=SO2&b0=2023-05-01&b1=2023-05-10&w0=2023-05-20&w1=2023-05-29")
    items = trends.trends(site.app.store.current(), Filters(pollutant="SO2"), "industry")["items"]
    first = 19_478  # 2023-05-01
    for item in items[:5]:
        cells = view.locator(f'[data-item="{item["key"]}"] td').all_inner_texts()
        assert cells[0] == f"{item['of_enterprises']:,}"
        assert cells[2] == f"{mean(item, 'concentration', range(first, first + 10)):,.1f}"
        assert cells[3] == f"{mean(item, 'concentration', range(first + 19, first + 29)):,.1f}"


def test_a_press_on_a_part_shows_its_course_and_stands_in_the_address(page):
    view = page("")
    row = view.locator("#trends-list tbody tr").nth(3)
    name = row.locator("button").inner_text()
    row.locator("button").click()
    assert view.locator("#trends-sentence").inner_text().startswith(name)
    assert view.locator(".trends-svg").get_attribute("aria-label") == name
    assert "item=" in view.url


def test_what_is_not_connected_is_not_drawn_as_nothing(page):
    view = page("?level=fleet&lang=en")
    assert "Electricity can't be compared" in view.locator("#trends-sentence").inner_text()
    assert view.locator(".trends-total").count() == 0
    assert "No alert on record in scope" in view.get_by_label("Alert").inner_text()
