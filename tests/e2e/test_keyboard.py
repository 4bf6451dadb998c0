"""Everything can be reached and worked without a mouse."""

from __future__ import annotations


def focused(screen) -> str:
    return screen.page.evaluate(
        "() => { const n = document.activeElement;"
        " return n.id || (n.dataset.key && `bar:${n.dataset.key}`) || n.dataset.chip || n.className || n.tagName; }"
    )


def test_the_tab_key_reaches_filters_player_and_bars_and_shows_where_it_is(visit):
    screen = visit()
    seen = []
    for _ in range(70):
        screen.page.keyboard.press("Tab")
        seen.append(focused(screen))
    for wanted in ("language-switch", "situation-region", "situation-dates", "situation-pollutant", "situation-follow",
                   "situation-table-open", "player-play", "situation-player", "bar:closed", "bar:cems"):  # fmt: skip
        assert wanted in seen, wanted
    assert seen.index("situation-region") < seen.index("situation-player") < seen.index("bar:closed")
    screen.id("funnel").locator("[data-key='closed']").focus()
    screen.page.keyboard.press("Shift+Tab")
    outline = """() => { const s = getComputedStyle(document.activeElement);
      return s.outlineStyle !== 'none' || s.boxShadow !== 'none'; }"""
    assert screen.page.evaluate(outline)


def test_a_bar_is_pressed_with_the_keyboard_and_keeps_the_focus(screen):
    before = screen.kpi("clues")
    screen.id("funnel").locator("[data-key='closed']").focus()
    screen.after(lambda: screen.page.keyboard.press("Enter"))
    assert screen.kpi("clues") < before and focused(screen) == "bar:closed"
    screen.after(lambda: screen.page.keyboard.press("Space"))
    assert screen.kpi("clues") == before and focused(screen) == "bar:closed"


def test_arrows_move_the_player_by_a_day_and_by_a_week(screen):
    player = screen.id("player")
    player.focus()
    last = int(player.get_attribute("aria-valuenow"))
    assert last == int(player.get_attribute("aria-valuemax"))
    for key, step in (("ArrowLeft", -1), ("ArrowLeft", -2), ("PageDown", -9), ("ArrowRight", -8), ("Home", -last)):
        screen.after(lambda key=key: screen.page.keyboard.press(key))
        assert int(player.get_attribute("aria-valuenow")) == last + step
    assert screen.state["day"] == "2023-03-02" and screen.query["day"] == "2023-03-02"
    assert "2023-03-02" in player.get_attribute("aria-valuetext")
    screen.after(screen.page.locator("#player-last").click)
    assert "day" not in screen.query and int(player.get_attribute("aria-valuenow")) == last


def test_the_player_plays_and_pauses_and_changes_only_what_the_satellite_sees(visit):
    screen = visit("day=2023-04-10")
    before = screen.kpis()
    screen.after(screen.page.locator("#player-play").click)
    screen.until(lambda: screen.state["day"] >= "2023-04-12", seconds=10)
    screen.page.locator("#player-play").click()
    screen.settle()
    day = screen.state["day"]
    after = screen.kpis()
    assert {**before, "hot": 0} == {**after, "hot": 0}
    screen.page.wait_for_timeout(900)
    assert screen.state["day"] == day


def test_a_press_in_the_player_chooses_that_day(screen):
    box = screen.id("player").bounding_box()
    screen.after(lambda: screen.page.mouse.click(box["x"] + box["width"] * 0.25, box["y"] + box["height"] / 2))
    assert screen.state["day"].startswith("2023-03-2") or screen.state["day"].startswith("2023-03-3")
