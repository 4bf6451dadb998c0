"""The browser of the benchmarks, and what is asked of a page."""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from playwright.sync_api import Browser, Page, sync_playwright

ARGUMENTS = [
    "--no-sandbox",
    "--disable-dev-shm-usage",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--no-first-run",
]
SIZE = {"width": 1920, "height": 1080}


class NoBrowser(Exception):
    """There is no chromium to measure with."""


@contextmanager
def chromium() -> Iterator[Browser]:
    path = shutil.which("chromium")
    if path is None:
        raise NoBrowser("no chromium on the PATH; install it with: sh tests/install_browser.sh")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=ARGUMENTS)
        yield browser
        browser.close()


def until(is_so: Callable[[], Any], seconds: float = 30) -> None:
    """Poll from outside: the page's own security policy forbids to evaluate text inside."""
    end = time.monotonic() + seconds
    while not is_so():
        if time.monotonic() > end:
            raise TimeoutError("the page did not come to rest")
        time.sleep(0.01)


def settled(page: Page, after: str = "") -> str:
    """Wait for a change later than `after` to be painted; the mark of that change."""
    found = ""

    def is_later() -> bool:
        nonlocal found
        found = page.evaluate("() => document.documentElement?.dataset.settled || ''")
        return found.isdigit() and found != after

    until(is_later)
    return found


def open_page(page: Page, url: str) -> None:
    page.goto(url)
    settled(page)
