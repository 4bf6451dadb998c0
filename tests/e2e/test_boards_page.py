"""The boards page as a desk officer uses it: over data that came, and over data that never did."""

from __future__ import annotations

import pytest
from incineration_builders import FURNACES, filled, furnace_days, stack_days
from snapshot_builders import HOSTILE_NAMES, doctored, with_names

from dashboard.data import boards
from dashboard.data.filters import Filters


@pytest.fixture
def page(visit):
    """The boards page at an address."""

    def go(query: str = "", **how):
        screen = visit(is_blank=True, **how)
        screen.page.goto(f"{screen.home}/boards{query}")
        screen.until(lambda: screen.settled == "1", "the board did not settle")
        return screen

    return go


def test_boards_never_told_say_so_and_the_others_show_their_numbers(page, site):
    screen = page("?lang=en")
    view = screen.page
    assert "Not connected" in view.locator("#boards-tally").inner_text()
    assert "not connected" in view.locator("#boards-plants-state").inner_text()
    view.locator('[data-tab="voc"]').click()
    screen.until(lambda: screen.settled == "2", "the VOC board did not settle")
    assert "tab=voc" in view.url
    told = boards.voc(site.app.store.current(), Filters())
    pushed, cells = view.locator("#boards-tally .boards-fact dd a").all_inner_texts()[:2]
    assert (pushed, cells) == (f"{told['figures']['areas_pushed']['value']:,}", f"{told['cells']:,}")
    view.go_back()
    screen.until(
        lambda: view.locator('[data-tab="incineration"][aria-pressed="true"]').count(), "back does not go back"
    )


def test_a_plant_opens_its_days_whatever_it_is_called(page, serve, root, tmp_path):
    plants = [0, 1, 2, 3]
    tables = {
        "incineration_days": filled(furnace_days(plants)),
        "incineration_outlet_days": filled(stack_days(plants)),
        "enterprises": with_names(HOSTILE_NAMES),
    }
    doctored(root, tmp_path, tables=tables)
    view = page("", at=serve(tmp_path)).page
    first = view.locator("#boards-plants tbody tr").first
    name = first.locator("button").inner_text()
    assert name in {text.strip() for text in HOSTILE_NAMES}
    first.locator("button").focus()
    view.keyboard.press("Enter")
    view.locator("#boards-plant svg").first.wait_for()
    assert "plant=" in view.url
    assert view.locator("#boards-plant b").first.inner_text() == name
    assert view.locator("#boards-plant figure").count() >= max(FURNACES.values())
    assert view.locator(".boards-dot-over").count() > 0
    assert view.locator("#boards-plants .boards-over").first.inner_text().startswith("▲")
