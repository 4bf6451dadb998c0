"""The clues page as somebody works with it: from the queue into a clue, a step, and the same clue on the map."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from browser import Screen, Watch
from playwright.sync_api import BrowserContext, Locator, Page

CHINESE = re.compile("[\u4e00-\u9fff]")
CLICKS = "window.presses = 0; window.addEventListener('click', e => { if (e.isTrusted) window.presses += 1; }, true);"


@pytest.fixture(scope="module")
def desk(serve, root, tmp_path_factory):
    """A server of its own: what is done here is in nobody else's casebook."""
    folder = tmp_path_factory.mktemp("work")
    return serve(root, casebook=f"sqlite:///{folder}/casebook.db", attachments=folder / "files", poll_seconds=1)


class Clues:
    """The clues page in one tab."""

    def __init__(self, page: Page, home: str) -> None:
        self.page = page
        self.home = home

    def open(self, query: str = "") -> Clues:
        self.page.goto(f"{self.home}/clues?{query}")
        return self.filled()

    def filled(self) -> Clues:
        """Wait for rows that are more than their place."""
        self.page.locator(".ag-row [col-id=enterprise]").filter(has_text=re.compile(r"\S")).first.wait_for()
        return self

    @property
    def drawer(self) -> Locator:
        return self.page.locator("#clues-drawer")

    def row(self, n: int) -> Locator:
        return self.page.locator(f".ag-center-cols-container [row-index='{n}']")

    def show(self, n: int) -> str:
        """Open the clue of row `n`; its id."""
        self.row(n).locator("[col-id=enterprise]").filter(has_text=re.compile(r"\S")).click()
        return self.shown()

    def shown(self) -> str:
        self.page.wait_for_function("() => document.documentElement?.dataset.drawer")
        self.drawer.locator(".drawer-timeline, p").first.wait_for()
        return self.page.evaluate("document.documentElement.dataset.drawer")

    def press(self, event: str) -> Locator:
        """Open the form of a step."""
        self.drawer.locator(f".work-step[data-event={event}]").click()
        form = self.drawer.locator(f"form[data-event={event}]")
        form.wait_for()
        return form

    def view(self, name: str) -> int:
        text = self.page.locator(f"[data-view={name}] b").inner_text()
        return int(re.sub(r"\D", "", text) or -1)


@pytest.fixture
def clues(desk, contexts: Callable[..., BrowserContext]) -> Iterator[Callable[..., Clues]]:
    """Open the page in a tab of its own; at the end nothing may have gone wrong on it."""
    watches: list[Watch] = []

    def go(query: str = "", *, allowed: tuple[str, ...] = (), size: tuple[int, int] = (1920, 1080)) -> Clues:
        page = contexts(size, False).new_page()
        watches.append(Watch(page, desk.url, allowed))
        return Clues(page, desk.url).open(query)

    yield go
    complaints = []
    for watch in watches:
        complaints += watch.complaints
        watch.page.close()
    assert complaints == []


def test_a_clue_goes_from_the_queue_through_a_step_and_list_and_map_follow(clues, desk, visit):
    page = clues("status=suspected&severity=2", allowed=("422",))
    mapped = visit(at=desk)
    clue = page.show(0)
    state = page.drawer.locator(".card-badge .clue-state").inner_text()
    index = page.page.evaluate(
        "id => fetch(`/work/clues/${id}.json`).then(r => r.json()).then(a => a.clue.clue_idx)", clue
    )
    before = mapped.page.evaluate("i => lookout.last().columns.clues.state[i]", index)
    form = page.press("screen_reject")
    form.locator("button[type=submit]").click()
    form.locator(".is-wrong").first.wait_for()
    assert form.locator(".is-wrong").count() == 2
    form.locator("select").select_option("data_error")
    form.locator("textarea").fill("readings of another outlet")
    form.locator("button[type=submit]").click()
    badge = page.drawer.locator(".card-badge .clue-state")
    page.page.wait_for_function(
        "was => document.querySelector('.card-badge .clue-state')?.textContent !== was", arg=state
    )
    assert badge.inner_text() == "研判排除"
    assert "readings of another outlet" in page.drawer.locator(".drawer-timeline li").last.inner_text()
    page.page.wait_for_function(
        "id => !document.querySelector(`.ag-row[row-id='${id}']`)", arg=clue, timeout=30_000
    )  # it is no longer among the suspected ones
    mapped.until(
        lambda: mapped.page.evaluate("i => lookout.last().columns.clues.state[i]", index) not in (before, 0),
        "the map did not follow",
    )
    assert mapped.page.evaluate(
        "i => lookout.crossfilter.STATES[lookout.last().columns.clues.state[i] - 1]", index
    ) == ("DISCARDED")


def test_a_cell_becomes_a_pushed_clue_in_four_clicks(desk, visit):
    screen = visit("layers=hotspots&map=113.65,34.75,8.5", at=desk).still()
    clues = screen.kpi("clues")
    x, y = screen.find("hotspot", 1)
    screen.page.evaluate(CLICKS)
    screen.page.mouse.click(x, y)
    board = screen.page.locator(".work-board")
    board.locator("[data-event=make]").click()
    for event in ("screen_accept", "push"):
        board.locator(f"form[data-event={event}] button[type=submit]").click()
    screen.until(lambda: board.get_attribute("data-state") == "PUSHED", "it was not pushed")
    assert screen.page.evaluate("window.presses") == 4
    screen.until(lambda: screen.kpi("clues") == clues + 1, "the map's counts did not follow")


def test_somebody_who_comes_second_is_told_and_goes_on(clues):
    first, second = clues("status=suspected&severity=3"), clues("status=suspected&severity=3", allowed=("409",))
    assert first.show(0) == second.show(0)
    form = second.press("screen_reject")
    form.locator("select").select_option("data_error")
    form.locator("textarea").fill("mine")
    ours = first.press("screen_reject")
    ours.locator("select").select_option("data_error")
    ours.locator("textarea").fill("quicker")
    ours.locator("button[type=submit]").click()
    first.page.wait_for_function("() => !document.querySelector('form[data-event=screen_reject]')")
    form.locator("button[type=submit]").click()
    told = second.drawer.locator(".work-conflict")
    told.wait_for()
    assert "demo" in told.inner_text()
    told.locator("button").click()
    second.page.wait_for_function("() => !document.querySelector('.work-conflict')")
    assert "quicker" in second.drawer.locator(".drawer-timeline").inner_text()


def test_everything_is_in_the_address(clues):
    page = clues("view=all&severity=1")
    page.page.locator("[data-view=overdue]").click()
    page.page.locator(".ag-header-cell[col-id=enterprise]").click()
    page.page.wait_for_function("() => location.search.includes('sort=enterprise')")
    shown = page.show(1)
    address = page.page.url.partition("?")[2]
    assert {"view=overdue", "severity=1", "sort=enterprise", f"open={shown}"} <= set(address.split("&"))
    again = clues(address)
    assert again.shown() == shown
    assert again.page.locator("[data-view=overdue]").get_attribute("aria-pressed") == "true"
    assert again.page.locator(".ag-header-cell[col-id=enterprise]").get_attribute("aria-sort") == "ascending"


def test_the_page_is_worked_by_keyboard_alone(clues):
    page = clues("view=all")
    keys = page.page.keyboard
    settled = int(page.page.evaluate("document.documentElement.dataset.settled"))
    keys.press("/")
    keys.type("有限公司")
    page.page.wait_for_function("() => location.search.includes('q=')")
    page.page.wait_for_function("n => Number(document.documentElement?.dataset.settled) > n", arg=settled)
    page.filled()
    keys.press("ArrowDown")
    keys.press("ArrowDown")
    keys.press("Enter")
    shown = page.shown()
    assert page.row(1).get_attribute("row-id") == shown
    assert page.page.evaluate("document.activeElement.tagName") == "H3"
    keys.press("Escape")
    page.drawer.wait_for(state="hidden")
    assert "open=" not in page.page.url
    assert page.page.evaluate("document.activeElement.closest('.ag-row')?.getAttribute('row-id')") == shown
    keys.press("Space")
    page.page.locator("#clues-bulk").wait_for()


def test_several_are_worked_on_at_once_and_each_outcome_is_told(clues):
    page = clues("status=suspected&severity=2&sort=state")
    for n in (0, 1):
        page.row(n).locator(".ag-selection-checkbox input").click()
    bulk = page.page.locator("#clues-bulk")
    bulk.locator("[data-event=screen_reject]").click()
    bulk.locator("select").select_option("satellite_artefact")
    bulk.locator("textarea").fill("cloud")
    bulk.locator("button[type=submit]").click()
    page.page.wait_for_function("() => document.querySelector('#clues-bulk [role=status]')")
    assert "2" in bulk.locator("[role=status]").inner_text()
    assert bulk.locator(".clues-refused li").count() == 0


def test_a_view_is_saved_under_a_name_and_opened_again(clues):
    page = clues("view=overdue&severity=1")
    page.page.locator("#clues-save").click()
    page.page.keyboard.type("<b>一级</b>逾期")
    page.page.keyboard.press("Enter")
    saved = page.page.locator(".clues-saved-open")
    saved.wait_for()
    assert saved.inner_text() == "<b>一级</b>逾期"
    page.open("view=all")
    with page.page.expect_navigation():
        page.page.locator(".clues-saved-open").click()
    assert {"view=overdue", "severity=1"} <= set(page.page.url.partition("?")[2].split("&"))


def test_files_are_checked_and_told_with_the_comment(clues, tmp_path: Path):
    (tmp_path / "false.png").write_bytes(b"<html>")
    (tmp_path / "true.png").write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(100))
    page = clues("view=all&severity=3", allowed=("422",))
    page.show(0)
    form = page.drawer.locator("form[data-event=comment]")
    form.locator("input[type=file]").set_input_files([tmp_path / "false.png", tmp_path / "true.png"])
    form.locator(".work-files .is-refused").wait_for()
    form.locator("textarea").fill("as seen on site")
    form.locator("button[type=submit]").click()
    page.drawer.locator(".event-file").wait_for()
    assert page.drawer.locator(".event-file").inner_text().startswith("true.png")


def test_in_english_only_names_are_chinese(clues):
    page = clues("lang=en&view=all&status=suspected&severity=2")
    page.show(0)
    page.drawer.locator(".work-step").first.click()
    page.drawer.locator(".work-slot form").wait_for()
    texts = page.page.evaluate(
        """() => { const out = []; const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
          while (walk.nextNode()) { const host = walk.currentNode.parentElement;
            const names = 'script, [col-id=enterprise], .card-lines dd, .clues-saved-open, #language-switch';
            if (host.closest(names)) continue;
            if (host.getClientRects().length) out.push(walk.currentNode.textContent); } return out; }"""
    )
    assert [text for text in texts if CHINESE.search(text)] == []


@pytest.mark.parametrize("language", ["zh", "en"])
def test_on_a_small_screen_what_decides_is_seen_without_scrolling_sideways(clues, language):
    page = clues(f"lang={language}", size=(1366, 768)).page
    names = ("severity", "state", "due", "enterprise", "rule", "place", "team")
    heads = {name: page.locator(f".ag-header-cell[col-id={name}]").bounding_box() for name in names}
    assert {name for name, box in heads.items() if box["x"] + box["width"] > 1366 - 15} == set()
    cut = page.evaluate("""() => [...document.querySelectorAll('.ag-header-cell-text, .ag-cell[col-id=due]')]
        .filter((n) => n.clientWidth && n.scrollWidth > n.clientWidth + 1).map((n) => n.textContent)""")
    assert cut == []


def test_on_a_phone_queue_and_clue_each_have_the_screen(clues):
    page = clues("view=queue", size=(390, 844))
    assert page.page.evaluate("document.documentElement.scrollWidth") <= 390
    page.show(0)
    box = page.drawer.bounding_box()
    assert (box["x"], box["width"]) == (0, 390)
    assert page.drawer.evaluate("node => node.scrollWidth <= node.clientWidth")
    page.drawer.locator(".card-close").click()
    page.drawer.wait_for(state="hidden")


def test_a_viewer_who_only_reads_is_offered_no_step(clues, desk, contexts):
    context = contexts((1920, 1080), True)
    context.add_cookies([{"name": "lookout_try", "value": "auditor|||", "url": desk.url}])
    page = Clues(context.new_page(), desk.url).open("view=all")
    page.show(0)
    assert page.drawer.locator(".work-step, form").count() == 0
    context.close()


def test_a_number_of_the_map_and_the_screen_of_work_are_one(visit, desk):
    screen: Screen = visit("sel=clue:3", at=desk)
    screen.page.locator(".work-board .work-link").wait_for()
    href = screen.page.locator(".work-board .work-link").get_attribute("href")
    told = screen.page.locator(".work-board").get_attribute("data-clue")
    assert href == f"/clues?open={told}"
