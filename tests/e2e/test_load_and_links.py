"""The page by its address: first load, shared links, back and forward, reload."""

from __future__ import annotations

import time
from urllib.parse import urlencode

import pytest

FULL = {
    "region": "140000", "rounds": "2023-R02,2023-R03", "from": "2023-03-10", "to": "2023-05-20", "pollutant": "NOx",
    "industry": "coking,steel", "category": "cems", "status": "checking,closed", "severity": "1,2", "day": "2023-04-02",
    "metric": "checked", "heat": "found_rate", "product": "HCHO",
    "layers": "choropleth,clues,labels", "map": "112.5,37.8,6.5",
}  # fmt: skip


def test_the_first_load_shows_every_panel_with_data(visit):
    screen = visit(is_fresh=True)
    for panel in ("trend", "funnel", "ranking", "heatmap", "categories"):
        assert screen.panel_state(panel) == "ready", panel
    assert all(number > 0 for number in screen.kpis().values())
    names = screen.page.evaluate("() => performance.getEntriesByType('measure').map(m => m.name)")
    assert {"lookout:first", "lookout:settled"} <= set(names)
    drawn = screen.page.evaluate("() => lookout.situationMap.view().stats.draws")
    assert drawn["base"] and drawn["data"]


def test_data_that_are_quicker_than_the_scripts_that_read_them_wait(visit):
    screen = visit(is_fresh=True, is_settling=False)
    screen.page.route("**/flechette.min.js*", lambda route: (time.sleep(1.0), route.continue_()))
    screen.page.reload()
    screen.settle()
    assert screen.kpis()["clues"] > 0


def test_the_address_of_a_fresh_page_filters_nothing(visit):
    screen = visit()
    assert set(screen.query) <= {"map"}
    assert screen.chips() == {} and screen.crumbs() == ["全国"]


def test_a_shared_link_restores_everything_in_another_browser(visit):
    query = urlencode(FULL, safe=",:")
    shared = visit(query)
    first = (shared.kpis(), shared.chips(), shared.crumbs(), shared.bars("funnel"))
    state = shared.state
    written = {
        name: ",".join(value) if isinstance(value, list) else value for name, value in state.items() if name != "map"
    }
    assert {**{name: written[name] for name in FULL if name != "map"}, "map": FULL["map"]} == FULL
    assert state["map"] == [112.5, 37.8, 6.5]
    other = visit(shared.page.url.partition("?")[2], is_fresh=True)
    assert (other.kpis(), other.chips(), other.crumbs(), other.bars("funnel")) == first
    assert other.page.locator("#situation-region").input_value() == "山西省"
    assert other.id("rounds-count").inner_text() == "2"
    centre = other.page.evaluate(
        "() => { const m = lookout.situationMap.leaflet(), c = m.getCenter(); return [c.lng, c.lat, m.getZoom()]; }"
    )
    assert centre == pytest.approx([112.5, 37.8, 6.5], abs=0.02)


def test_reload_loses_nothing(visit):
    screen = visit("region=140000&severity=1&sel=clue:5&metric=enterprises")

    def shown():
        # The steps that are open to me come last.
        screen.page.locator(".work-board[data-state]").wait_for()
        return screen.kpis(), screen.state, screen.id("card").inner_text()

    before = shown()
    screen.page.reload()
    screen.settle()
    assert shown() == before


def test_back_and_forward_walk_the_filters(screen):
    steps = [screen.kpis()]
    for act in (
        lambda: screen.choose("severity", "1"),
        lambda: screen.choose("category", "cems"),
        lambda: screen.select("pollutant", "氮氧化物"),
    ):
        act()
        steps.append(screen.kpis())
    assert len({step["clues"] for step in steps}) == 4
    for expected in reversed(steps[:-1]):
        screen.after(screen.page.go_back)
        assert screen.kpis() == expected
    assert screen.id("severity-count").inner_text() == "" and screen.chips() == {}
    for expected in steps[1:]:
        screen.after(screen.page.go_forward)
        assert screen.kpis() == expected
    assert set(screen.chips()) == {"severity", "category", "pollutant"}


def test_going_back_from_a_region_brings_back_the_view_of_the_map(visit):
    screen = visit("map=114.5,34.5,6")
    before = screen.state["map"]
    screen.select("region", "山西省")
    screen.still()
    assert screen.state["map"] != before
    screen.after(screen.page.go_back)
    screen.still()
    assert screen.state["region"] == "" and screen.state["map"] == before


def test_unknown_parameters_are_passed_over_with_a_note(visit):
    screen = visit("foo=bar&severity=9&region=zzz")
    assert screen.state["severity"] == [] and screen.state["region"] == ""
    notice = screen.id("notice").inner_text()
    assert all(name in notice for name in ("foo", "severity", "region"))
    assert screen.kpi("clues") > 10_000


def test_an_unknown_region_matches_nothing_and_is_named(visit):
    screen = visit("region=999999")
    assert screen.kpi("clues") == 0 and "999999" in screen.crumbs()[-1]


def test_without_a_snapshot_the_page_says_so_and_complains_of_nothing(visit, serve, tmp_path):
    screen = visit("", at=serve(tmp_path), is_settling=False)
    screen.page.locator(".page-failed").wait_for()
    assert "python -m fusion build" in screen.page.locator(".page-failed").inner_text()
    assert screen.page.locator("[data-kpi]").count() == 0
