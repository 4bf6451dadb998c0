"""The page as a user meets it: what is on it, what can be done to it, and what went wrong meanwhile."""

from __future__ import annotations

import re
import sys
import time
import traceback
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from playwright.sync_api import ConsoleMessage, Locator, Page, Request, Response, TimeoutError

ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-background-networking",
    "--disable-component-update",
    "--no-first-run",
]
OUTPUT = Path(__file__).resolve().parents[1] / "output"
SETTLED = "() => document.documentElement?.dataset.settled || ''"


class Watch:
    """Everything a page may complain of. `allowed` are patterns of complaints that the test makes on purpose."""

    def __init__(self, page: Page, home: str, allowed: tuple[str, ...] = ()) -> None:
        self.page = page
        self.complaints: list[str] = []
        self._home = home
        self._allowed = allowed
        page.on("console", self._console)
        page.on("pageerror", lambda error: self._add(f"page error: {error}"))
        page.on("request", self._request)
        page.on("requestfailed", self._failed)
        page.on("response", self._response)
        page.on("dialog", self._dialog)

    def _add(self, text: str) -> None:
        if not any(re.search(pattern, text) for pattern in self._allowed):
            self.complaints.append(text)

    def _console(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning"):
            self._add(f"console {message.type}: {message.text}")

    def _request(self, request: Request) -> None:
        if not request.url.startswith((self._home, "data:", "blob:")):
            self._add(f"request to another host: {request.url}")

    def _failed(self, request: Request) -> None:
        # What was under way when the page was left is given up by the browser itself.
        if request.failure != "net::ERR_ABORTED":
            self._add(f"request failed: {request.url} {request.failure}")

    def _response(self, response: Response) -> None:
        if response.status >= 400:
            self._add(f"answer {response.status}: {response.url}")

    def _dialog(self, dialog: Any) -> None:
        self._add(f"dialog: {dialog.message}")
        dialog.dismiss()


def whereabouts(home: str) -> str:
    """Whether the server at `home` answers while a page doesn't come, and where its threads are."""
    try:
        with urllib.request.urlopen(f"{home}/healthz", timeout=3) as answer:
            return f"/healthz answers {answer.status}"
    except OSError as error:
        stacks = ("".join(traceback.format_stack(frame)[-3:]) for frame in sys._current_frames().values())
        return f"/healthz: {error}\n" + "\n".join(stacks)


class Screen:
    """The situation page in one tab."""

    def __init__(self, page: Page, home: str) -> None:
        self.page = page
        self.home = home
        self.first_view: list[float] | None = None

    def open(self, query: str = "", is_settling: bool = True) -> Screen:
        try:
            self.page.goto(f"{self.home}/{'?' if query else ''}{query}")
        except TimeoutError as late:
            raise AssertionError(f"{late}\n{whereabouts(self.home)}") from None
        return self.settle() if is_settling else self

    def as_new(self) -> Screen:
        """Nothing chosen, nothing open, the map where it was first."""
        self.page.keyboard.press("Escape")
        self.page.mouse.move(1, 1)
        self.first_view = self.first_view or self.state["map"]
        self.look(*self.first_view)
        script = "map => { lookout.state.set({...lookout.state.DEFAULTS, map}); lookout.refresh(); }"
        return self.after(lambda: self.page.evaluate(script, self.first_view))

    def settle(self, after: str = "") -> Screen:
        """Wait until a change later than `after` has been painted."""
        self.until(lambda: (now := self.settled).isdigit() and now != after, "the page did not settle")
        return self

    @property
    def settled(self) -> str:
        return self.page.evaluate(SETTLED)

    def until(self, is_so: Callable[[], Any], why: str = "it did not come about", seconds: float = 30) -> None:
        end = time.monotonic() + seconds
        while not is_so():
            assert time.monotonic() < end, why
            time.sleep(0.02)

    def after(self, act: Callable[[], Any]) -> Screen:
        """Do something that changes the figures and wait for them."""
        before = self.settled
        act()
        return self.settle(before)

    @property
    def query(self) -> dict[str, str]:
        return dict(parse_qsl(urlsplit(self.page.url).query, keep_blank_values=True))

    @property
    def state(self) -> dict[str, Any]:
        return self.page.evaluate("() => lookout.state.get()")

    def kpi(self, key: str) -> int:
        text = self.page.locator(f"[data-kpi='{key}']").inner_text()
        return int(re.sub(r"\D", "", text)) if re.search(r"\d", text) else -1

    def kpis(self) -> dict[str, int]:
        keys = (
            "pushed",
            "answered",
            "verdict",
            "fixed",
            "hot",
            "enterprises",
            "clues",
            "checked",
            "problems",
            "prominent",
        )
        return {key: self.kpi(key) for key in keys}

    def id(self, name: str) -> Locator:
        return self.page.locator(f"#situation-{name}")

    def panel_state(self, name: str) -> str | None:
        return self.page.locator(f"[data-panel='{name}']").get_attribute("data-state")

    def bars(self, name: str) -> dict[str, int]:
        script = "n => [...n.children].map(b => [b.dataset.key, b.querySelector('.bar-value').textContent])"
        return {key: int(re.sub(r"\D", "", text)) for key, text in self.id(name).evaluate(script)}

    def chips(self) -> dict[str, str]:
        found = self.page.locator("[data-chip]").all()
        return {chip.get_attribute("data-chip"): chip.locator("span").inner_text() for chip in found}

    def crumbs(self) -> list[str]:
        return self.page.locator(".crumb").all_inner_texts()

    def choose(self, menu: str, *values: str) -> Screen:
        """Tick choices of a filter menu."""
        self.page.locator(f"button:has(#situation-{menu}-count)").click()
        group = self.page.locator(".filter-dropdown")
        group.wait_for()
        for value in values:
            self.after(group.locator(f"input[value='{value}']").click)
        self.page.keyboard.press("Escape")
        group.wait_for(state="detached")
        return self

    def press(self, control: str, text: str) -> Screen:
        """Press one segment of a control that shows all its choices."""
        return self.after(self.id(control).get_by_text(text, exact=True).click)

    def find(self, kind: str, step: int = 4, **like: int) -> tuple[float, float]:
        """A point of the screen where the map answers with `kind`, nothing of the page above it."""
        script = """([kind, step, like]) => {
          const view = lookout.situationMap.view();
          const host = view.map.getContainer(); const box = host.getBoundingClientRect();
          for (let r = 0.05; r < 0.5; r += 0.02) for (let a = 0; a < 6.28; a += 0.02 * step) {
            const x = Math.round(box.left + box.width * (0.5 + r * Math.cos(a)));
            const y = Math.round(box.top + box.height * (0.5 + r * Math.sin(a)));
            const hit = view.pick(x - box.left, y - box.top);
            if (!hit || hit.kind !== kind || Object.entries(like).some(([k, v]) => hit[k] !== v)) continue;
            if (host.contains(document.elementFromPoint(x, y))) return [x, y];
          } return null; }"""
        found = self.page.evaluate(script, [kind, step, like])
        assert found, f"nothing on the map is a {kind}"
        return found[0], found[1]

    def place(self, code: str) -> int:
        """The number of a place by its code, as the map's picks tell it."""
        return self.page.evaluate(
            "code => { for (let i = 0; i < 5000; i++) if (lookout.placeCode(i) === code) return i; return -1; }", code
        )

    def select(self, name: str, text: str) -> Screen:
        """Choose an entry of a drop-down list by its text."""
        field = self.page.locator(f"input#situation-{name}")
        field.click()
        if field.get_attribute("readonly") is None:
            field.fill(text)
        option = self.page.get_by_role("option", name=text, exact=True).first
        return self.after(option.click)

    def at(self, lon: float, lat: float) -> tuple[float, float]:
        """Where a position lies on the screen."""
        point = self.page.evaluate(
            "([lon, lat]) => { const m = lookout.situationMap.leaflet();"
            " const p = m.latLngToContainerPoint([lat, lon]);"
            " const b = m.getContainer().getBoundingClientRect(); return [p.x + b.left, p.y + b.top]; }",
            [lon, lat],
        )
        return point[0], point[1]

    def look(self, lon: float, lat: float, zoom: float) -> Screen:
        """Bring a position to the middle of the map, at once."""
        self.page.evaluate(
            "([lon, lat, zoom]) => lookout.situationMap.leaflet().setView([lat, lon], zoom, {animate: false})",
            [lon, lat, zoom],
        )
        return self.still()

    def still(self) -> Screen:
        """Wait until the map neither moves nor owes a drawing."""
        script = """async () => { const m = lookout.situationMap.leaflet(); await lookout.situationMap.painted();
          const c = m.getCenter(); return [c.lng, c.lat, m.getZoom(), Boolean(m._animatingZoom)].join(); }"""
        last = ""

        def is_still() -> bool:
            nonlocal last
            now = self.page.evaluate(script)
            same, last = now == last, now
            if not same:
                time.sleep(0.1)
            return same and now.endswith("false")

        self.until(is_still, "the map did not come to rest")
        return self

    def shot(self, name: str) -> Path:
        OUTPUT.mkdir(exist_ok=True)
        path = OUTPUT / f"{name}.png"
        self.page.screenshot(path=path)
        return path
