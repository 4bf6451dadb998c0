"""The rounds page as an analyst uses it."""

from __future__ import annotations

import pytest

from dashboard.data import rounds
from dashboard.data.filters import Filters


@pytest.fixture
def page(visit):
    """The rounds page at an address."""

    def go(query: str = ""):
        screen = visit(is_blank=True)
        screen.page.goto(f"{screen.home}/rounds{query}")
        screen.until(lambda: screen.settled == "1", "the rounds did not settle")
        return screen.page

    return go


def settled(page, action) -> None:
    before = page.evaluate("() => document.documentElement.dataset.settled")
    action()
    page.wait_for_function("before => document.documentElement?.dataset.settled !== before", arg=before)


def numbers(page) -> list[str]:
    return [text.replace(",", "") for text in page.locator("#rounds-sentence a").all_inner_texts()]


def said(loaded, filters: Filters) -> list[str]:
    totals = {name: one["value"] for name, one in rounds.span(loaded, filters)["totals"].items()}
    whole = (
        "enterprises_checked",
        "enterprises_distinct",
        "problems",
        "prominent_problems",
        "enterprises_with_problems",
    )
    rates = ("problems_per_enterprise", "prominent_per_enterprise")
    return [*(f"{totals[name]:.0f}" for name in whole), *(f"{totals[name]:.2f}" for name in rates)]


def test_the_sentence_of_any_span_falls_out_of_the_rounds_chosen(page, site):
    view = page("?from=2023-R02&to=2023-R05")
    chosen = Filters(rounds=("2023-R02", "2023-R03", "2023-R04", "2023-R05"))
    assert numbers(view) == said(site.app.store.current(), chosen)
    settled(view, lambda: view.get_by_label("累计自").select_option("2023-R04"))
    later = Filters(rounds=("2023-R04", "2023-R05"))
    assert numbers(view) == said(site.app.store.current(), later)
    assert "from=2023-R04" in view.url


def test_a_number_of_the_sentence_opens_the_situation_with_the_same_filter(page):
    view = page("?region=410000&from=2023-R02&to=2023-R03")
    shown = numbers(view)
    view.locator("#rounds-sentence a").first.click()
    view.wait_for_function("() => document.documentElement?.dataset.settled")
    assert view.locator('[data-kpi="checked"]').inner_text().replace(",", "") == shown[0]
    assert view.locator('[data-kpi="problems"]').inner_text().replace(",", "") == shown[2]


def test_rounds_in_which_a_city_was_not_listed_are_hatched_and_say_so(page):
    view = page("?region=g:BTH&measure=checked")
    hatched = view.locator("#rounds-heat td.rounds-unlisted")
    assert hatched.count() > 0
    assert hatched.first.get_attribute("title") == "当时不在名单内"


def test_a_province_opens_its_cities(page):
    view = page("")
    settled(view, lambda: view.locator("#rounds-heat button", has_text="河南省").click())
    assert "郑州市" in view.locator("#rounds-heat tbody").inner_text()
    assert "region=410000" in view.url


def test_a_weight_moved_changes_the_order_of_the_next_round(page):
    view = page("?tab=planner")

    def order() -> list[str]:
        return view.locator("#rounds-planner tbody th button").all_inner_texts()

    before = order()
    view.locator('#rounds-weights input[type="range"]').first.fill("-50")
    assert sorted(order()) == sorted(before)
    assert order() != before


def test_two_rounds_are_compared_with_what_speaks_against_it(page):
    view = page("?lang=en&now=2023-R06&before=2023-R03")
    panel = view.locator('[data-panel="rounds-against"]').inner_text()
    assert "R6" in panel and "R3" in panel and "cities in both rounds" in panel
    assert view.locator(".rounds-warnings li").count() >= 2
