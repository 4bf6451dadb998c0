"""Pictures of the situation page for the documentation: both languages, both themes, near and wide."""

from __future__ import annotations

from pathlib import Path

from benchmarks.browser import open_page, served

OUT = Path("docs/screenshots")
SHOTS = {
    "situation-zh-dark": ("/", 1920, 1080),
    "situation-en-light": ("/?lang=en&theme=light&region=130000&rounds=2023-R07,2023-R08&pollutant=NOx", 1920, 1080),
    "county-zh-dark": ("/?map=114.5,36.6,9.5&pollutant=NOx", 1920, 1080),
}


def main() -> None:
    """Take every picture of SHOTS."""
    OUT.mkdir(parents=True, exist_ok=True)
    with served() as address:
        for name, (path, width, height) in SHOTS.items():
            with open_page(address + path, width, height) as page:
                page.wait_for_timeout(800)
                page.screenshot(path=OUT / f"{name}.png")


if __name__ == "__main__":
    main()
