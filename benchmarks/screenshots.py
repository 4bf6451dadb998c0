"""Pictures for the documentation: `python -m benchmarks.screenshots [SNAPSHOTS]`, into docs/screenshots."""

from __future__ import annotations

import sys
from pathlib import Path

from benchmarks.chromium import SIZE, chromium, open_page
from benchmarks.serving import server

OUT = Path("docs/screenshots")
SHOTS = {
    "situation-zh-dark": "/",
    "situation-en-light": "/?lang=en&theme=light&region=130000&rounds=2023-R07,2023-R08&pollutant=NOx",
    "county-zh-dark": "/?map=114.5,36.6,9.5&pollutant=NOx",
    "sources-zh-dark": "/sources?code=A01",
    "methods-zh-dark": "/methods?rule=R01",
    "methods-en-light": "/methods?rule=R12&lang=en&theme=light",
}


def main(snapshots: Path) -> None:
    """Take every picture of SHOTS."""
    OUT.mkdir(parents=True, exist_ok=True)
    with server(snapshots) as url, chromium() as browser:
        for name, path in SHOTS.items():
            page = browser.new_page(viewport=SIZE)
            open_page(page, url + path)
            page.wait_for_timeout(800)
            page.screenshot(path=OUT / f"{name}.png")
            page.close()


if __name__ == "__main__":
    main(Path(sys.argv[1] if len(sys.argv) > 1 else "var/snapshots"))
