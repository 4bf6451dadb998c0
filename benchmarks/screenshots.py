"""Pictures of all scenes, both languages and themes: `python -m benchmarks.screenshots [SNAPSHOTS] [SCENE...]`.

They go to docs/screenshots as WebP, which keeps the whole folder under 20 MB where PNG would need four times as much.
"""

from __future__ import annotations

import io
import os
import sys
import tempfile
from pathlib import Path

from PIL import Image
from playwright.sync_api import Browser, Page

from benchmarks.chromium import SIZE, chromium, open_page
from benchmarks.closed_house import CLOSED, closed_house, look
from benchmarks.scenes import scenes, worded
from benchmarks.serving import server

OUT = Path("docs/screenshots")
LOOKS = [(language, theme) for language in ("zh", "en") for theme in ("dark", "light")]
QUALITY = 64
# Curves and the last tiles of the map are drawn a moment after the figures stand.
DRAWN_MS = 800
# What comes later still, by scene.
AWAITED = {"table": ".ag-row", "clues": ".ag-row"}


def tab(browser: Browser, language: str) -> Page:
    """A tab of somebody who reads `language` and was asked about the tour before."""
    context = browser.new_context(viewport=SIZE, locale={"zh": "zh-CN", "en": "en-GB"}[language])
    context.add_init_script("localStorage.setItem('lookout.tour', 'asked')")
    return context.new_page()


def picture(page: Page, to: Path) -> None:
    """What the page shows now."""
    Image.open(io.BytesIO(page.screenshot())).convert("RGB").save(to, "WEBP", quality=QUALITY)


def main(snapshots: Path, only: list[str]) -> None:
    """Take the pictures of all scenes, or of those in `only`."""
    OUT.mkdir(parents=True, exist_ok=True)
    # The browser writes the days of its own controls as its surroundings ask.
    os.environ["LANGUAGE"] = "zh_CN"
    wanted = {name: path for name, path in scenes(snapshots).items() if not only or name in only}
    with chromium() as browser:
        _open_to_all(browser, snapshots, wanted)
        _closed(browser, snapshots, [name for name in CLOSED if not only or name in only])


def _open_to_all(browser: Browser, snapshots: Path, wanted: dict[str, str]) -> None:
    with server(snapshots) as url:
        for language, theme in LOOKS:
            page = tab(browser, language)
            for name, path in wanted.items():
                open_page(page, url + worded(path, language, theme))
                if name in AWAITED:
                    page.locator(AWAITED[name]).first.wait_for()
                page.wait_for_timeout(DRAWN_MS)
                picture(page, OUT / f"{name}-{language}-{theme}.webp")
            page.context.close()


def _closed(browser: Browser, snapshots: Path, names: list[str]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        settings = closed_house(snapshots, Path(folder))
        with server(snapshots, settings) as url:
            for language, theme in LOOKS:
                for name in names:
                    page = tab(browser, language)
                    look(page, url, name, lambda path, look=(language, theme): worded(path, *look))
                    picture(page, OUT / f"{name}-{language}-{theme}.webp")
                    page.context.close()


if __name__ == "__main__":
    main(Path(sys.argv[1] if len(sys.argv) > 1 else "var/snapshots"), sys.argv[2:])
