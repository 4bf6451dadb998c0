"""Every page explains itself, and the tour tells one case from the red cell to how often the rule was right."""

from __future__ import annotations

import re

import pytest
from dossier_builders import demo_folder
from snapshot_builders import doctored

from dashboard.accounts.store import Accounts
from dashboard.casebook.calendar import wall_clock
from dashboard.data.filters import Filters
from dashboard.data.metrics import figures
from dashboard.settings import Grant

FOCUSED = "() => document.activeElement.id || document.activeElement.className"
IN_PANEL = "() => Boolean(document.activeElement.closest('#help-panel'))"
TOLD = "n => document.documentElement?.dataset.tour === n"


@pytest.fixture(scope="module")
def demo(serve):
    return serve(demo_folder() / "snapshots")


@pytest.fixture
def newcomer(browser, demo):
    """A page in a browser that was never here."""
    made = []

    def go(path: str = "/", size: tuple[int, int] = (1920, 1080)):
        context = browser.new_context(viewport={"width": size[0], "height": size[1]}, reduced_motion="reduce")
        made.append(context)
        page = context.new_page()
        page.goto(demo.url + path)
        return page

    yield go
    for context in made:
        context.close()


def test_help_opens_by_key_keeps_the_focus_and_gives_it_back(visit):
    page = visit("lang=en").page
    page.locator("#help-open").focus()
    page.keyboard.press("?")
    assert page.locator("#help-panel").is_visible()
    for _ in range(8):
        page.keyboard.press("Tab")
        assert page.evaluate(IN_PANEL) or page.evaluate("() => document.activeElement === document.body")
    page.keyboard.press("Escape")
    assert not page.locator("#help-panel").is_visible()
    assert page.evaluate(FOCUSED) == "help-open"


def test_a_question_mark_that_is_typed_opens_nothing(visit, site):
    page = visit(is_blank=True).page
    page.goto(f"{site.url}/clues")
    page.locator("#clues-search input").fill("")
    page.keyboard.press("?")
    assert not page.locator("#help-panel").is_visible()


def test_a_newcomer_is_offered_the_tour_once(newcomer):
    page = newcomer("/methods")
    page.locator("#tour-decline").click()
    page.reload()
    page.locator("#methods-table tr").first.wait_for()
    assert not page.locator("#tour-offer").is_visible()
    page.locator("#help-open").click()
    page.locator("#help-tour").click()
    page.locator(".tour-card").wait_for()


def steps(page) -> list[tuple[str, str]]:
    """Go through the whole tour by keyboard; title and text of each step."""
    found = []
    while True:
        page.wait_for_function(TOLD, arg=str(len(found) + 1))
        assert not page.locator(".tour-lost").is_visible(), page.locator("#tour-title").inner_text()
        assert page.evaluate("() => document.activeElement.classList.contains('tour-next')")
        box = page.locator(".tour-card").bounding_box()
        size = page.viewport_size
        assert box["x"] >= 0 and box["y"] >= 0 and box["x"] + box["width"] <= size["width"] + 1
        assert box["y"] + box["height"] <= size["height"] + 1
        found.append((page.locator("#tour-title").inner_text(), page.locator("#tour-text").inner_text()))
        done, of = re.findall(r"\d+", page.locator(".tour-card small").inner_text())
        page.keyboard.press("Enter")
        if done == of:
            return found


@pytest.mark.parametrize(("language", "size"), [("zh", (1920, 1080)), ("en", (390, 844))], ids=["zh-wide", "en-phone"])
def test_the_tour_leads_through_the_case_and_its_numbers_are_the_snapshots(newcomer, demo, language, size):
    page = newcomer(f"/?lang={language}", size)
    page.locator("#tour-start").click()
    told = steps(page)
    assert len(told) == 10 and len({title for title, _ in told}) == 10
    loaded = demo.app.store.current()
    pushed, rate = figures(loaded, Filters(), ("clues_pushed", "hit_rate"))["metrics"]
    texts = " ".join(text for _, text in told)
    assert f"{pushed['value']:,.0f}" in texts and f"{100 * rate['value']:.0f}%" in texts
    assert "{" not in texts
    assert page.evaluate(FOCUSED) == "help-open"


def test_the_tour_ends_by_escape_and_goes_back_by_arrow(newcomer):
    page = newcomer()
    page.locator("#tour-start").click()
    page.wait_for_function(TOLD, arg="1")
    page.keyboard.press("ArrowRight")
    page.wait_for_function(TOLD, arg="2")
    page.keyboard.press("ArrowLeft")
    page.wait_for_function(TOLD, arg="1")
    page.keyboard.press("Escape")
    assert not page.locator(".tour-card").count() and not page.locator(".tour-ring").count()


def test_real_data_are_shown_without_an_offer(root, serve, tmp_path, browser):
    doctored(root, tmp_path, manifest=lambda told: told.update(is_synthetic=False))
    site = serve(tmp_path)
    context = browser.new_context()
    page = context.new_page()
    page.goto(f"{site.url}/methods")
    page.locator("#help-open").wait_for()
    assert page.locator("#tour-offer").count() == 0
    context.close()


def test_a_plants_own_user_has_help_and_both_themes_too(browser, serve, demo, tmp_path):
    casebook = f"sqlite:///{tmp_path}/casebook.db"
    asked = "select enterprise_id from clues join enterprises using (enterprise_idx) limit 1"
    ((plant,),) = demo.app.store.current().cursor().execute(asked).fetchall()
    people = Accounts(casebook, wall_clock)
    people.add("works", "a long enough password", Grant(roles=("enterprise",)), enterprise_id=plant)
    site = serve(demo_folder() / "snapshots", casebook=casebook, attachments=tmp_path / "files")
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    page = context.new_page()
    page.goto(f"{site.url}/own?theme=dark")
    page.locator("input[name=name]").fill("works")
    page.locator("input[type=password]").fill("a long enough password")
    page.keyboard.press("Enter")
    page.locator(".own-head h1").wait_for()
    page.keyboard.press("?")
    help_text = page.locator("#help-panel").inner_text()
    assert "待完成的整改" in help_text and "期限" in help_text
    assert page.locator("#help-panel a, #help-tour").count() == 0, "it leads where the plant may not go"
    page.keyboard.press("Escape")
    with page.expect_navigation():
        page.locator("#theme-switch").click()
    assert page.locator("html").get_attribute("data-theme") == "light"
    context.close()
