"""What is picked on the map tells what is known of it; what it is called never becomes part of the page."""

from __future__ import annotations

import pytest
from snapshot_builders import HOSTILE_NAMES, doctored, with_names

from dashboard.i18n import Words


@pytest.mark.parametrize(("kind", "layers"), [("clue", "clues"), ("enterprise", "enterprises")])
def test_a_press_on_a_mark_opens_its_card_and_goes_into_the_address(visit, kind, layers):
    screen = visit(f"map=113.65,34.75,8.5&layers={layers}").still()
    x, y = screen.find(kind, 1)
    screen.page.mouse.move(x, y)
    screen.until(lambda: screen.page.locator("#map-tip").is_visible(), "no tip")
    assert screen.page.locator("#map-tip").inner_text().strip()
    screen.page.mouse.click(x, y)
    screen.id("card").wait_for()
    assert screen.query["sel"].startswith(f"{kind}:")
    text = screen.id("card").inner_text()
    said = ("card.suspected", "card.decided") if kind == "clue" else ("card.enterprise_note",)
    assert any(Words("zh")(key) in text for key in said)
    screen.page.keyboard.press("Escape")
    screen.id("card").wait_for(state="hidden")
    assert "sel" not in screen.query


def test_a_press_on_a_hot_cell_tells_its_age_and_accuses_nobody(visit):
    screen = visit("layers=hotspots&map=113.65,34.75,8.5").still()
    x, y = screen.find("hotspot", 1)
    screen.page.mouse.click(x, y)
    screen.id("card").wait_for()
    text = screen.id("card").inner_text()
    assert "G3-" in text and "天前" in text and "不能指向某一家企业" in text and "环检验" in text
    screen.page.locator(".card .card-close").click()
    screen.id("card").wait_for(state="hidden")


def test_a_place_is_named_under_the_pointer(visit):
    screen = visit("layers=choropleth&map=113.65,34.75,6").still()
    x, y = screen.find("place")
    screen.page.mouse.move(x, y)
    screen.until(lambda: "线索数" in screen.page.locator("#map-tip").inner_text())


def test_a_card_of_what_is_not_there_says_so(visit):
    screen = visit("sel=clue:9999999", allowed=("404",))
    screen.id("card").wait_for()
    assert "读取失败" in screen.id("card").inner_text()


@pytest.fixture(scope="module")
def hostile_site(serve, root, tmp_path_factory):
    folder = tmp_path_factory.mktemp("hostile")
    places = ("<b>粗</b>", '<a href="javascript:alert(1)">链</a>', "<img src=x onerror=alert(2)>", "$x^2$", "%{y}")
    doctored(root, folder, tables={
        "enterprises": with_names(HOSTILE_NAMES), "places": with_names(places, "name_zh"),
        "industries": with_names(places, "name_zh"),
    })  # fmt: skip
    return serve(folder, stale_after_hours=1e6)


ALIEN = """() => [...document.querySelectorAll(
    'img, iframe, object, embed, a[href^=javascript], [onerror], [onclick], [onload]')]
  .map(n => n.outerHTML).filter(t => !t.includes('leaflet'))"""


def test_hostile_names_never_become_part_of_the_page(visit, hostile_site):
    screen = visit("table=1&map=113.65,34.75,8.5", at=hostile_site)
    screen.page.locator(".ag-row").first.wait_for()
    shown = set()
    for index in range(len(HOSTILE_NAMES)):
        screen.page.evaluate("i => lookout.state.set({sel: `enterprise:${i}`})", index)
        screen.until(lambda index=index: screen.id("card").locator("h3").text_content() == HOSTILE_NAMES[index])
        shown.add(screen.id("card").locator("h3").text_content())
    assert shown == set(HOSTILE_NAMES)
    screen.until(
        lambda: any("<img" in text for text in screen.page.locator("[col-id='enterprise']").all_text_contents())
    )
    assert screen.page.evaluate(ALIEN) == []
    for kind in ("clue", "enterprise", "place"):
        try:
            x, y = screen.find(kind, 2)
        except AssertionError:
            continue
        screen.page.mouse.move(x, y)
        screen.until(lambda: screen.page.locator("#map-tip").is_visible())
    assert screen.page.evaluate(ALIEN) == []


def test_hostile_places_are_not_read_as_markup_by_the_charts(visit, hostile_site):
    screen = visit(at=hostile_site)
    markup = """() => [...document.querySelectorAll('.js-plotly-plot a, .js-plotly-plot tspan[style*=bold]')]
      .map(n => n.outerHTML)"""
    assert screen.page.evaluate(markup) == []
    assert screen.page.locator("#situation-heatmap .ytick").count() > 2
    box = screen.page.locator("#situation-heatmap .nsewdrag").first.bounding_box()
    screen.page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    screen.until(lambda: screen.page.locator("#situation-heatmap .hovertext").count() == 1)
    assert screen.page.evaluate(ALIEN) == []
