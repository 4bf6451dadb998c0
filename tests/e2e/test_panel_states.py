"""None found, failed, old, gone: they never look alike, and none looks calm."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from snapshot_builders import built_at, doctored, source_failed, without_rows

PANELS = ("trend", "funnel", "ranking", "heatmap", "categories")


@pytest.fixture
def opened_over(visit, serve, root, tmp_path):
    """The page over a snapshot that was changed."""

    def opened(**changes):
        doctored(root, tmp_path, **changes)
        return visit(at=serve(tmp_path))

    return opened


def test_an_empty_answer_says_so_in_every_panel(visit):
    screen = visit("region=999999")
    assert {panel: screen.panel_state(panel) for panel in PANELS} == dict.fromkeys(PANELS, "none")
    for panel in PANELS:
        slot = screen.id(f"{panel}-state")
        assert slot.is_visible() and slot.inner_text() == "当前条件下没有记录"
    assert set(screen.kpis().values()) == {0}
    screen.shot("empty")
    screen.after(screen.page.locator(".chip-reset").click)
    assert {panel: screen.panel_state(panel) for panel in PANELS} == dict.fromkeys(PANELS, "ready")
    assert not screen.id("trend-state").is_visible()


def test_rates_of_few_are_not_told(visit):
    screen = visit("region=140000&industry=steel&rounds=2023-R01&category=microstation")
    assert screen.page.locator("[data-kpi='hit']").inner_text() == "—"
    assert "20" in screen.page.locator("[data-kpi-sub='hit']").inner_text()


@pytest.fixture(scope="module")
def failed_site(serve, root, tmp_path_factory):
    folder = tmp_path_factory.mktemp("failed")
    why = "satellite/2023.nc: not a NetCDF file"
    empty = {"hotspots": without_rows, "coverage": without_rows}
    doctored(root, folder, tables=empty, manifest=source_failed("satellite_grid", why))
    return serve(folder, stale_after_hours=1e6)


def test_a_failed_source_shows_as_failed_not_as_zero(visit, failed_site):
    screen = visit(at=failed_site)
    assert screen.page.locator("[data-kpi='hot']").inner_text() == "—"
    assert screen.page.locator("[data-kpi-sub='hot']").inner_text() == "读取失败"
    assert screen.panel_state("map") == "failed"
    assert "not a NetCDF file" in screen.id("map-state").inner_text()
    assert "卫星网格" in screen.page.locator("#snapshot-age").inner_text()
    assert screen.page.locator("html").get_attribute("data-health") == "failed"
    assert screen.kpi("clues") > 10_000 and screen.panel_state("funnel") == "ready"
    screen.shot("failed")


def test_the_other_pages_tell_a_failed_source_from_none_found(visit, serve, root, tmp_path):
    gone = {"checks": without_rows, "emission_daily": without_rows}

    def manifest(described):
        source_failed("inspections", "checks.csv: cut off")(described)
        source_failed("emission_series", "stacks.csv: cut off")(described)

    doctored(root, tmp_path, tables=gone, manifest=manifest)
    site = serve(tmp_path, stale_after_hours=1e6)
    screen = visit(at=site, is_blank=True)
    for path, panels in {"rounds": ("heat", "against", "types", "teams"), "trends": ("chart", "list")}.items():
        screen.page.goto(f"{site.url}/{path}?theme=light")
        screen.settle()
        for panel in panels:
            assert "读取失败" in screen.page.locator(f"#{path}-{panel}-state").inner_text(), (path, panel)
            assert screen.page.locator(f"[data-panel={path}-{panel}]").get_attribute("data-state") == "failed"
    screen.page.goto(f"{site.url}/rounds")
    screen.settle()
    sentence = screen.page.locator("#rounds-sentence").inner_text()
    assert "读取失败" in sentence and "发现各类问题" not in sentence


@pytest.fixture(scope="module")
def site_without_clues(serve, root, tmp_path_factory):
    folder = tmp_path_factory.mktemp("lost")

    def manifest(told):
        for table in ("clues", "clue_events", "cems_readings"):
            source_failed(table, f"{table}: cut off")(told)

    doctored(root, folder, tables=dict.fromkeys(("clues", "clue_events"), without_rows), manifest=manifest)
    return serve(folder, stale_after_hours=1e6)


@pytest.mark.parametrize(
    ("path", "told", "calm"),
    [
        ("clues?lang=zh", "#clues-list-state", "#clues-views b"),
        ("loop?lang=zh", "#loop-body", "#loop-body .loop-zero"),
        ("loop?lang=zh&tab=supervision", "#loop-body", "#loop-body .loop-zero"),
        ("boards?lang=zh&tab=voc", "#boards-found-state", "#boards-tally a"),
        ("boards?lang=zh&tab=supervision", "#boards-cities-state", "#boards-tally a"),
        ("boards?lang=zh", "#boards-plants-state", "#boards-tally .is-not_configured"),
        ("dossier?lang=zh", ".dossier-empty", ".dossier-suggested"),
    ],
)
def test_no_page_is_calm_where_clues_could_not_be_read(visit, site_without_clues, path, told, calm):
    screen = visit(at=site_without_clues, is_blank=True)
    screen.page.goto(f"{site_without_clues.url}/{path}")
    screen.settle()
    assert "数据源读取失败" in screen.page.locator(told).inner_text()
    assert set(screen.page.locator(calm).all_inner_texts()) <= {"—"}


def test_a_panel_without_data_shows_no_axes_behind_its_failure(visit, site_without_clues):
    screen = visit(at=site_without_clues)
    for panel in ("funnel", "ranking", "categories"):
        assert not screen.page.locator(f"[data-panel={panel}] > .panel-body").is_visible(), panel
    assert screen.page.locator("[data-panel=heatmap] > .panel-body").is_visible()


@pytest.mark.parametrize(
    ("table", "keys", "panels"),
    [
        ("clues", ("pushed", "clues", "hit"), ("funnel", "categories", "ranking")),
        ("inspections", ("checked", "problems", "prominent"), ("heatmap",)),
        ("enterprises", ("enterprises",), ()),
        ("emission_series", (), ("trend",)),
    ],
)
def test_each_source_that_fails_takes_its_own_figures_and_panels_along(opened_over, table, keys, panels):
    files = {"clues": "clues", "inspections": "checks", "emission_series": "emission_daily"}
    empty = {files[table]: without_rows} if table in files else {}
    screen = opened_over(tables=empty, manifest=source_failed(table, "broken"))
    for key in keys:
        assert screen.page.locator(f"[data-kpi='{key}']").inner_text() == "—", key
    for panel in PANELS:
        assert screen.panel_state(panel) == ("failed" if panel in panels else "ready"), panel


def test_what_is_not_connected_says_so(opened_over):
    def change(manifest):
        manifest["states"]["emission_series"] = {"state": "not_configured"}

    screen = opened_over(tables={"emission_daily": without_rows}, manifest=change)
    assert screen.panel_state("trend") == "not_configured"
    assert screen.id("trend-state").inner_text() == "未接入"


def test_an_old_snapshot_says_how_old_it_is(opened_over):
    screen = opened_over(manifest=built_at("2023-06-21T10:00:00+00:00"))
    age = screen.page.locator("#snapshot-age").inner_text()
    assert age.startswith("数据陈旧") and "天" in age
    assert screen.page.locator("html").get_attribute("data-health") == "stale"


def test_a_new_snapshot_is_told_to_be_new(opened_over):
    screen = opened_over(manifest=built_at(datetime.now(UTC).isoformat()))
    assert screen.page.locator("html").get_attribute("data-health") == "ok"
    assert "0 分钟" in screen.page.locator("#snapshot-age").inner_text()


def test_a_server_that_is_gone_is_told_and_the_last_figures_stay(visit, serve, root):
    site = serve(root, poll_seconds=1)
    screen = visit(
        at=site, allowed=("ERR_CONNECTION_REFUSED", "ERR_EMPTY_RESPONSE", "ERR_CONNECTION_RESET", "ERR_SOCKET")
    )
    before = screen.kpis()
    site.stop()
    screen.until(lambda: "失去联系" in screen.id("notice").inner_text(), "nothing was said", 15)
    assert screen.kpis() == before
    screen.after(screen.id("funnel").locator("[data-key='closed']").click)
    assert 0 < screen.kpi("clues") < before["clues"], "what is in the browser is still counted"


def test_a_newer_snapshot_is_offered_not_forced(visit, serve, root, tmp_path):
    doctored(root, tmp_path, name="20230601T000000Z-older")
    screen = visit("severity=1", at=serve(tmp_path, poll_seconds=1))
    before = screen.kpis()
    doctored(root, tmp_path, name="20230701T000000Z-newer")
    button = screen.id("notice").locator("button")
    screen.until(lambda: button.count() == 1, "nothing was offered", 10)
    assert (
        screen.kpis() == before and screen.page.evaluate("() => lookout.config.snapshot.id") == "20230601T000000Z-older"
    )
    button.click()
    screen.until(lambda: screen.page.evaluate("() => window.lookout?.config?.snapshot?.id") == "20230701T000000Z-newer")
    screen.settle()
    assert set(screen.chips()) == {"severity"} and screen.kpis() == before
