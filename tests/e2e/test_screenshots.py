"""Pictures of the screens, kept in tests/output; and what can be checked of them without eyes."""

from __future__ import annotations

import pytest

SCREENS = {
    "zh-dark": ("", (1920, 1080)),
    "wall": ("", (3840, 2160)),
    "phone": ("", (390, 844)),
    "tablet": ("", (820, 1180)),
    "laptop": ("lang=en", (1366, 768)),
}
OVERFLOW = "() => document.documentElement.scrollWidth - document.documentElement.clientWidth"


@pytest.mark.parametrize("name", SCREENS)
def test_a_screen_is_drawn_and_does_not_run_off_sideways(visit, name):
    query, size = SCREENS[name]
    screen = visit(query, size=size).still()
    screen.page.wait_for_timeout(300)
    screen.shot(name)
    if not query:
        assert screen.state["map"][2] > 4.5, "the first view is where the data are"
    assert screen.page.evaluate(OVERFLOW) <= 0
    if size[0] >= 1920:
        assert screen.page.evaluate("() => document.documentElement.scrollHeight - innerHeight") <= 0, "one screen"
