"""A vector picture as points, for programs that can't show it; drawn by Typst, without a browser."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import typst

from dashboard.briefing.document import Picture
from dashboard.briefing.fonts import fonts
from dashboard.briefing.pack_files import templates

PIXELS_PER_INCH = 160


def points_of(picture: Picture, font_folder: Path | None) -> bytes:
    """The picture as PNG."""
    size = json.dumps({"width": picture.width, "height": picture.height}).encode()
    given: Any = {"main.typ": templates()["picture.typ"], "data.json": size, "picture.svg": picture.svg.encode()}
    return bytes(typst.compile(given, font_paths=fonts(font_folder), format="png", ppi=PIXELS_PER_INCH))
