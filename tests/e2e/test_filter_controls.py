"""Every control of the filter bar moves the figures, the address and the chips."""

from __future__ import annotations

import pytest

MENUS = {
    "rounds": ("2023-R03", {"rounds": "2023-R03"}, "checked"),
    "industry": ("steel", {"industry": "steel"}, "enterprises"),
    "category": ("cems", {"category": "cems"}, "clues"),
    "status": ("closed", {"status": "closed"}, "clues"),
    "severity": ("2", {"severity": "2"}, "clues"),
}


@pytest.mark.parametrize("menu", MENUS)
def test_a_menu_filters_and_its_chip_lifts_the_filter(screen, menu):
    value, query, key = MENUS[menu]
    before = screen.kpis()
    screen.choose(menu, value)
    after = screen.kpis()
    assert 0 < after[key] < before[key] and 0 < after["clues"] < before["clues"]
    assert {name: screen.query.get(name) for name in query} == query
    assert screen.id(f"{menu}-count").inner_text() == "1"
    assert set(screen.chips()) == {menu}
    screen.after(screen.page.locator(f"[data-chip='{menu}']").click)
    assert screen.kpis() == before and screen.chips() == {}
    assert screen.id(f"{menu}-count").inner_text() == "" and menu not in screen.query


def test_several_choices_of_a_menu_add_up(screen):
    screen.choose("severity", "1", "3")
    both = screen.kpi("clues")
    assert screen.query["severity"] == "1,3"
    screen.choose("severity", "1")
    only_three = screen.kpi("clues")
    assert 0 < only_three < both and screen.query["severity"] == "3"


def test_a_run_of_rounds_is_one_readable_chip(screen):
    screen.choose("rounds", "2023-R03", "2023-R04", "2023-R05")
    assert screen.chips() == {"rounds": "第3–5轮"}


def test_the_list_of_pollutants_filters(screen):
    before = screen.kpis()
    screen.select("pollutant", "氮氧化物")
    assert 0 < screen.kpi("clues") < before["clues"]
    assert screen.query["pollutant"] == "NOx" and screen.kpi("checked") == before["checked"]


@pytest.mark.parametrize(
    ("name", "code"), [("京津冀及周边", "g:BTH"), ("山西省", "140000"), ("郑州市 · 河南省", "410100")],
    ids=["group", "province", "city"],
)  # fmt: skip
def test_the_list_of_regions_filters(screen, name, code):
    before = screen.kpis()
    screen.select("region", name)
    after = screen.kpis()
    assert all(0 < after[key] < before[key] for key in ("clues", "checked", "enterprises", "hot"))
    assert screen.query["region"] == code and screen.crumbs()[-1] == name.partition(" ")[0]


def test_days_are_chosen_in_the_calendar(screen):
    before = screen.kpis()
    screen.page.locator("#situation-dates").click()
    days = screen.page.locator("button.mantine-DatePickerInput-day:not([disabled]):not([data-outside])")
    days.nth(2).click()
    screen.after(days.nth(8).click)
    screen.page.keyboard.press("Escape")
    state = screen.state
    assert state["from"] and state["to"] and state["from"] < state["to"]
    assert 0 <= screen.kpi("clues") < before["clues"]
    assert set(screen.chips()) == {"dates"} and (screen.query["from"], screen.query["to"]) == (
        state["from"],
        state["to"],
    )


def test_reset_lifts_everything_at_once(visit):
    screen = visit("region=140000&severity=1&category=cems&rounds=2023-R02&from=2023-03-01&pollutant=PM&day=2023-03-12")
    screen.after(screen.page.locator(".chip-reset").click)
    assert screen.chips() == {} and screen.crumbs() == ["全国"]
    assert set(screen.query) <= {"map"}
    assert screen.kpi("clues") > 10_000


def test_the_figures_follow_the_map_when_told_to(visit):
    screen = visit("map=113,37,7")
    everywhere = screen.kpis()
    screen.after(lambda: screen.page.locator("label:has-text('统计随地图范围')").first.click())
    here = screen.kpis()
    assert all(0 < here[key] < everywhere[key] for key in ("clues", "checked", "enterprises", "hot"))
    assert screen.query["follow"] == "1" and set(screen.chips()) == {"follow"}
    box = screen.page.locator("#situation-map").bounding_box()
    x, y = box["x"] + box["width"] * 0.62, box["y"] + box["height"] * 0.5

    def drag() -> None:
        screen.page.mouse.move(x, y)
        screen.page.mouse.down()
        for step in range(1, 9):
            screen.page.mouse.move(x - 30 * step, y + 10 * step)
        screen.page.mouse.up()

    screen.after(drag)
    screen.still()
    assert screen.kpis() != here and screen.state["region"] == ""
    screen.after(screen.page.locator("[data-chip='follow']").click)
    assert screen.kpis() == everywhere


def test_the_product_and_the_metric_change_the_map_and_nothing_else(screen):
    before = screen.kpis()
    screen.press("product", "VOCs（HCHO）")
    assert screen.query["product"] == "HCHO"
    after = screen.kpis()
    assert after["hot"] != before["hot"] and {**after, "hot": 0} == {**before, "hot": 0}
    screen.select("metric", "企业数")
    assert screen.query["metric"] == "enterprises" and "企业数" in screen.id("legend").inner_text()


@pytest.mark.parametrize("layer", ["hotspots", "enterprises", "clues", "choropleth"])
def test_a_layer_can_be_switched_off_and_its_legend_goes(screen, layer):
    before = screen.id("legend").inner_text()
    screen.after(screen.page.locator(f".layer-choices input[value='{layer}']").click)
    assert layer not in screen.state["layers"] and layer not in screen.query["layers"]
    assert len(screen.id("legend").inner_text()) < len(before)
    assert not screen.page.evaluate("layer => lookout.situationMap.view().state.visible[layer]", layer)


def test_the_heat_map_shows_the_figure_that_is_chosen(screen):
    def text() -> str:
        return screen.page.locator("#situation-heatmap .heatmaplayer, #situation-heatmap .hm").first.inner_html()

    screen.press("heat", "突出问题")
    assert screen.query["heat"] == "prominent"
    values = screen.page.evaluate("() => lookout.charts.graph('situation-heatmap').data[0].z.flat()")
    assert all(value is None or float(value).is_integer() for value in values) and sum(
        v or 0 for v in values
    ) == screen.kpi("prominent")
