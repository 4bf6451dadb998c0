"""One browser and one server for all browser tests; whatever a page complains of fails its test."""

from __future__ import annotations

import shutil
import socket
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from browser import ARGUMENTS, Screen, Watch
from playwright.sync_api import Browser, BrowserContext, sync_playwright
from snapshot_builders import campaign_root

from dashboard.factory import LookoutDash, create_app
from dashboard.serving import create_server
from dashboard.settings import Settings

CHROMIUM = shutil.which("chromium")
HERE = Path(__file__).parent


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if HERE not in item.path.parents:
            continue
        item.add_marker(pytest.mark.browser)
        item.add_marker(pytest.mark.enable_socket)
        if CHROMIUM is None:
            item.add_marker(pytest.mark.skip(reason="no chromium on the PATH: sh tests/install_browser.sh"))


@dataclass
class Site:
    """A running server over a folder of snapshots."""

    url: str
    app: LookoutDash
    stop: Callable[[], None]


@pytest.fixture(scope="session")
def serve() -> Iterator[Callable[..., Site]]:
    """Start a server on a free port; all are stopped at the end."""
    running: list[Site] = []

    def start(root: Path, **settings: object) -> Site:
        app = create_app(Settings(snapshots=root, **settings))
        server = create_server(app.server, 6, socket.create_server(("127.0.0.1", 0)))
        thread = threading.Thread(target=server.run, daemon=True)
        thread.start()

        def stop() -> None:
            server.close()
            for channel in list(server.active_channels.values()):
                channel.handle_close()
            server.task_dispatcher.shutdown()

        site = Site(f"http://127.0.0.1:{server.effective_port}", app, stop)
        running.append(site)
        return site

    yield start
    for site in running:
        site.stop()


@pytest.fixture(scope="session")
def root() -> Path:
    return campaign_root("small")


@pytest.fixture(scope="session")
def site(serve: Callable[..., Site], root: Path) -> Site:
    return serve(root)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield chromium
        chromium.close()


@pytest.fixture(scope="session")
def contexts(browser: Browser) -> Iterator[Callable[..., BrowserContext]]:
    """One browser context a size of screen, so that all but the first page come from its cache."""
    kept: dict[tuple[int, int], BrowserContext] = {}

    def context(size: tuple[int, int], is_fresh: bool) -> BrowserContext:
        if is_fresh or size not in kept:
            made = browser.new_context(viewport={"width": size[0], "height": size[1]}, locale="zh-CN")
            made.set_default_timeout(30_000)
            # Whoever runs these has been asked already; tests of the tour make a context of their own.
            made.add_init_script("localStorage.setItem('lookout.tour', 'asked')")
            kept.setdefault(size, made)
            return made
        return kept[size]

    yield context
    for made in kept.values():
        made.close()


@pytest.fixture
def visit(contexts: Callable[..., BrowserContext], site: Site) -> Iterator[Callable[..., Screen]]:
    """Open the situation in a tab of its own, or leave it blank; at the end nothing may have gone wrong in it."""
    watches: list[Watch] = []

    def go(query: str = "", *, at: Site = site, allowed: tuple[str, ...] = (), **how: Any) -> Screen:
        page = contexts(how.get("size", (1920, 1080)), how.get("is_fresh", False)).new_page()
        watches.append(Watch(page, at.url, allowed))
        screen = Screen(page, at.url)
        return screen if how.get("is_blank") else screen.open(query, how.get("is_settling", True))

    yield go
    complaints = []
    for watch in watches:
        complaints += watch.complaints
        watch.page.close()
    assert complaints == []


@pytest.fixture(scope="session")
def tab(contexts: Callable[..., BrowserContext], site: Site) -> tuple[Screen, Watch]:
    """A tab that stays open, for tests that don't care how the page came to be."""
    page = contexts((1920, 1080), False).new_page()
    watch = Watch(page, site.url)
    return Screen(page, site.url).open(), watch


@pytest.fixture
def screen(tab: tuple[Screen, Watch]) -> Iterator[Screen]:
    """The page as it is first seen: nothing chosen, nothing open."""
    shared, watch = tab
    watch.complaints.clear()
    yield shared.as_new()
    assert watch.complaints == []
