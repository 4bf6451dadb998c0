"""The first and the second load: bytes over the wire by kind, and the time until everything stands."""

from __future__ import annotations

from collections import Counter
from typing import Any
from urllib.parse import urlsplit

from playwright.sync_api import Browser, Page

from benchmarks.chromium import SIZE, open_page
from benchmarks.measure import Measure, of

LOADS = 5
MB = 1e6


class Wire:
    """Adds up what comes over the wire for one page, by kind."""

    def __init__(self, page: Page) -> None:
        self.bytes: Counter[str] = Counter()
        self.files: Counter[str] = Counter()
        self._kinds: dict[str, tuple[str, str]] = {}
        session = page.context.new_cdp_session(page)
        session.send("Network.enable")
        session.on("Network.responseReceived", self._began)
        session.on("Network.loadingFinished", self._ended)

    def _began(self, event: dict[str, Any]) -> None:
        path = urlsplit(event["response"]["url"]).path
        is_data = path.startswith("/data/") or path.startswith("/_dash-update")
        self._kinds[event["requestId"]] = ("data" if is_data else "code", path)

    def _ended(self, event: dict[str, Any]) -> None:
        kind, path = self._kinds.get(event["requestId"], ("code", "?"))
        self.bytes[kind] += event["encodedDataLength"]
        self.files[path] += event["encodedDataLength"]


def measure_loading(browser: Browser, url: str) -> list[Measure]:
    """Loads of a cold browser from a warm server, and what a second load still asks for."""
    code, data, first, times, again, again_times = [], [], [], [], [], []
    for _ in range(LOADS):
        context = browser.new_context(viewport=SIZE, locale="zh-CN")
        page = context.new_page()
        wire = Wire(page)
        open_page(page, url)
        code.append(wire.bytes["code"] / MB)
        data.append(wire.bytes["data"] / MB)
        times.append(settled_at(page, "lookout:settled"))
        first.append(settled_at(page, "lookout:first"))
        page.close()
        page = context.new_page()
        wire = Wire(page)
        open_page(page, url)
        again.append(sum(wire.bytes.values()) / 1e3)
        again_times.append(settled_at(page, "lookout:settled"))
        context.close()
    totals = [c + d for c, d in zip(code, data, strict=True)]
    return [
        Measure("first load, all bytes", sorted(totals)[LOADS // 2], "MB", 2.0, note="compressed, cold browser"),
        Measure("  of it code", sorted(code)[LOADS // 2], "MB", 1.45),
        Measure("  of it data", sorted(data)[LOADS // 2], "MB"),
        of("first load until map and key figures", first, note="from navigation, warm server"),
        of("first load until settled", times, budget=2000),
        of("second load, all bytes", again, "kB"),
        of("second load until settled", again_times),
    ]


def settled_at(page: Page, name: str) -> float:
    """When the first measure `name` ended, in milliseconds from the navigation."""
    return page.evaluate(
        "n => { const m = performance.getEntriesByName(n)[0]; return m.startTime + m.duration; }", name
    )


def largest_files(browser: Browser, url: str, n: int = 12) -> list[tuple[str, int]]:
    """The largest answers of a first load."""
    page = browser.new_context(viewport=SIZE, locale="zh-CN").new_page()
    wire = Wire(page)
    open_page(page, url)
    page.context.close()
    return wire.files.most_common(n)
