"""A pack as files: PDF by Typst, one HTML page that needs nothing else, or both in a ZIP."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Mapping
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Any

import typst
from jinja2 import Environment, PackageLoader
from markupsafe import Markup

from dashboard.briefing.fonts import chinese_family, fonts
from dashboard.briefing.pack import Pack
from dashboard.briefing.pack_sheet import pack_sheet
from dashboard.i18n import Words

PDF = "application/pdf"
HTML = "text/html; charset=utf-8"
ZIP = "application/zip"
FORMS = ("pdf", "html", "zip")
EARLIEST = (1980, 1, 1, 0, 0, 0)


def written(pack: Pack, form: str, t: Words, font_folder: Path | None = None) -> tuple[bytes, str]:
    """A pack in one of FORMS, and its content type.

    Raises  KeyError for another form; NoFont where there is nothing to print Chinese with
    """
    told = pack_sheet(pack, t)
    if form == "html":
        return page(told), HTML
    if form == "pdf":
        return pdf("pack", told, font_folder), PDF
    if form != "zip":
        raise KeyError(form)
    name = f"pack-{pack.team_code}-{pack.day.isoformat()}"
    return _zipped({f"{name}.pdf": pdf("pack", told, font_folder), f"{name}.html": page(told)}), ZIP


def pdf(template: str, told: Mapping[str, Any], font_folder: Path | None = None) -> bytes:
    """The document of `typst/<template>.typ` over data: texts are data there, never markup.

    Raises  NoFont
    """
    data = {**told, "font": chinese_family(font_folder)}
    files = {**templates(), "data.json": json.dumps(data, ensure_ascii=False).encode()}
    main = files.pop(f"{template}.typ")
    given: Any = {"main.typ": main, **files}  # a dictionary of files, which Typst's type hints don't know
    return bytes(typst.compile(given, font_paths=fonts(font_folder), format="pdf"))


def page(told: Mapping[str, Any], template: str = "pack.html") -> bytes:
    """One HTML page with everything in it: it opens from a memory stick."""
    return _environment().get_template(template).render(d=told, picture=_picture).encode()


def _picture(svg: str) -> Markup:
    """A picture of our own making; every word in it was escaped when it was drawn."""
    return Markup(svg)  # made by timeline.py, chart_svg.py and map_svg.py, which escape


@cache
def templates() -> dict[str, bytes]:
    """The templates by file name."""
    folder = resources.files("dashboard.briefing").joinpath("typst")
    return {one.name: one.read_bytes() for one in folder.iterdir() if one.name.endswith(".typ")}


@cache
def _environment() -> Environment:
    return Environment(loader=PackageLoader("dashboard.briefing", "html"), autoescape=True, trim_blocks=True)


def _zipped(files: Mapping[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, body in files.items():
            archive.writestr(zipfile.ZipInfo(name, EARLIEST), body, zipfile.ZIP_DEFLATED)
    return out.getvalue()
