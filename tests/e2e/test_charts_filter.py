"""A press or a brush in a chart is a filter for all the others."""

from __future__ import annotations

import pytest


def middle(box: dict) -> tuple[float, float]:
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


def cell_of(screen, graph: str, script: str) -> tuple[float, float]:
    """The screen position of a point of a chart, by its own axes."""
    return tuple(
        screen.page.evaluate(
            f"""() => {{ const gd = lookout.charts.graph('situation-{graph}'); const b = gd.getBoundingClientRect();
              const l = gd._fullLayout, x = l.xaxis, y = l.yaxis; {script}
              return [b.left + x._offset + px, b.top + y._offset + py]; }}"""
        )
    )


@pytest.mark.parametrize("panel", ["funnel", "categories"])
def test_a_bar_filters_and_a_second_press_lifts_it(screen, panel):
    before, bars = screen.kpis(), screen.bars(panel)
    key = max(bars, key=bars.get)
    bar = screen.id(panel).locator(f"[data-key='{key}']")
    screen.after(bar.click)
    assert screen.kpi("clues") == bars[key] < before["clues"]
    assert screen.bars(panel) == bars, "what is chosen stays among its neighbours"
    assert bar.get_attribute("aria-pressed") == "true"
    screen.after(bar.click)
    assert screen.kpis() == before and bar.get_attribute("aria-pressed") == "false"


def test_the_other_panel_follows_a_bar(screen):
    bars = screen.bars("categories")
    screen.after(screen.id("funnel").locator("[data-key='closed']").click)
    after = screen.bars("categories")
    assert sum(after.values()) == screen.kpi("clues") < sum(bars.values())


def test_a_cell_of_the_heat_map_chooses_its_region_and_round(screen):
    x, y = cell_of(screen, "heatmap", "const px = x.c2p(2), py = y.c2p(1);")
    name, value = screen.page.evaluate(
        "() => { const gd = lookout.charts.graph('situation-heatmap'); return [gd.data[0].y[1], gd.data[0].z[1][2]]; }"
    )
    screen.after(lambda: screen.page.mouse.click(x, y))
    assert screen.state["rounds"] == ["2023-R03"] and screen.crumbs()[-1] == name
    assert round(screen.kpi("problems") / screen.kpi("checked"), 2) == round(value, 2)


def test_a_bar_of_the_ranking_chooses_its_industry(screen):
    name, code, value = screen.page.evaluate(
        "() => { const t = lookout.charts.graph('situation-ranking').data[0];"
        " return [t.y[1], t.customdata[1], t.x[1]]; }"
    )
    x, y = cell_of(screen, "ranking", "const px = x.c2p(20), py = y.c2p(1);")
    screen.after(lambda: screen.page.mouse.click(x, y))
    assert screen.state["industry"] == [code] and screen.chips() == {"industry": name}
    assert screen.kpi("clues") == value
    rows = screen.page.evaluate("() => lookout.charts.graph('situation-ranking').data[0].y")
    assert len(rows) > 1, "what is chosen stays among its neighbours"
    screen.after(lambda: screen.page.mouse.click(x, y))
    assert screen.state["industry"] == []


def test_a_brush_over_the_trend_chooses_days(screen):
    before = screen.kpis()
    x0, y = cell_of(screen, "trend", "const px = x.d2p('2023-04-01'), py = y._length / 2;")
    x1, _ = cell_of(screen, "trend", "const px = x.d2p('2023-04-30'), py = y._length / 2;")

    def brush() -> None:
        screen.page.mouse.move(x0, y)
        screen.page.mouse.down()
        for step in range(1, 11):
            screen.page.mouse.move(x0 + (x1 - x0) * step / 10, y)
        screen.page.mouse.up()

    screen.after(brush)
    state = screen.state
    assert state["from"][:7] >= "2023-03" and abs(int(state["from"][8:]) - 1) <= 1 or state["from"][8:] == "31"
    assert state["to"][:8] == "2023-04-" and int(state["to"][8:]) in (29, 30)
    assert 0 < screen.kpi("clues") < before["clues"]
    assert screen.page.evaluate("() => lookout.charts.graph('situation-trend').layout.shapes.length") == 1
    days = screen.page.evaluate("() => lookout.charts.graph('situation-trend').data.map(t => t.x.length)")
    assert max(days) > 100, "the chosen days are shaded, not cut out"
    assert screen.page.locator("#situation-trend .select-outline").count() == 0, (
        "the brush leaves no outline of its own"
    )


def test_chosen_rounds_are_framed_in_the_heat_map_and_shaded_in_the_trend(screen):
    screen.choose("rounds", "2023-R02", "2023-R05")
    for graph in ("heatmap", "trend"):
        assert screen.page.evaluate(f"() => lookout.charts.graph('situation-{graph}').layout.shapes.length") == 2


def test_hovering_a_chart_tells_its_numbers(screen):
    x, y = cell_of(screen, "heatmap", "const px = x.c2p(1), py = y.c2p(0);")
    screen.page.mouse.move(x, y)
    screen.until(lambda: screen.page.locator("#situation-heatmap .hovertext").count() == 1)
    text = screen.page.locator("#situation-heatmap .hovertext").text_content()
    assert "第2轮" in text and "检查企业" in text
