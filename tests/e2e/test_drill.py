"""Down by clicking the map, up by the breadcrumb."""

from __future__ import annotations

PROVINCE, CITY = "410000", "410100"


def test_country_to_county_by_clicks_and_back_by_the_breadcrumb(visit):
    screen = visit("layers=choropleth,labels&map=113.5,34.5,5.0")
    country = screen.kpis()
    seen = [country]
    for level, code in enumerate((PROVINCE, CITY, None)):
        screen.still()
        like = {"level": level} if code is None else {"placeIdx": screen.place(code)}
        x, y = screen.find("place", **like)
        screen.after(lambda x=x, y=y: screen.page.mouse.click(x, y))
        screen.still()
        seen.append(screen.kpis())
        assert code is None or screen.state["region"] == code
        assert len(screen.crumbs()) == level + 2
    county = screen.state["region"]
    assert county.startswith(CITY[:4]) and county not in (PROVINCE, CITY)
    enterprises = [figures["enterprises"] for figures in seen]
    assert enterprises == sorted(enterprises, reverse=True) and len(set(enterprises)) == 4
    assert screen.crumbs()[:3] == ["全国", "河南省", "郑州市"]
    for at, expected in ((2, seen[2]), (1, seen[1]), (0, seen[0])):
        screen.after(screen.page.locator(".crumb").nth(at).click)
        assert screen.kpis() == expected
    assert screen.query.get("region") is None


def test_a_click_in_the_sea_chooses_nothing(visit):
    screen = visit("map=122.5,31.5,6")
    x, y = screen.at(124.5, 31.0)
    screen.page.mouse.click(x, y)
    screen.still()
    assert screen.state["region"] == "" and screen.state["sel"] == ""


def test_the_group_shows_its_cities_in_the_heat_map(screen):
    screen.select("region", "汾渭平原")
    rows = screen.page.evaluate("() => lookout.charts.graph('situation-heatmap').data[0].y")
    assert len(rows) > 3 and all(name.endswith("市") for name in rows)
    assert screen.crumbs() == ["全国", "汾渭平原"]


def test_the_rows_of_the_heat_map_go_one_level_down_with_the_region(visit):
    screen = visit()
    script = "() => lookout.charts.graph('situation-heatmap').data[0].y"
    assert "河南省" in screen.page.evaluate(script)
    screen.select("region", "河南省")
    assert "郑州市" in screen.page.evaluate(script)
    screen.select("region", "郑州市 · 河南省")
    assert all(not name.endswith("省") for name in screen.page.evaluate(script))


def test_a_municipality_goes_straight_to_its_districts(visit):
    screen = visit("region=310000")
    rows = screen.page.evaluate("() => lookout.charts.graph('situation-heatmap').data[0].y")
    assert rows and all(name.endswith("区") for name in rows)
    assert screen.crumbs() == ["全国", "上海市"]


def test_home_shows_the_whole_country(screen):
    screen.page.locator("#map-home").click()
    screen.still()
    bounds = screen.page.evaluate(
        "() => { const b = lookout.situationMap.leaflet().getBounds(); return [b.getWest(), b.getEast()]; }"
    )
    assert bounds[0] < 80 and bounds[1] > 130


def test_the_zoom_buttons_and_the_wheel_zoom(screen):
    zoom = "() => lookout.situationMap.leaflet().getZoom()"
    before = screen.page.evaluate(zoom)
    screen.page.locator("#map-zoom-in").click()
    screen.still()
    nearer = screen.page.evaluate(zoom)
    assert nearer > before
    box = screen.page.locator("#situation-map").bounding_box()
    screen.page.mouse.move(box["x"] + box["width"] * 0.6, box["y"] + box["height"] * 0.5)
    screen.page.mouse.wheel(0, 400)
    screen.until(lambda: screen.page.evaluate(zoom) < nearer)
    screen.still()
