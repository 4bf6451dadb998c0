"""Pages made on the server, without scripts and without data: sign in, refused, this screen was withdrawn."""

from __future__ import annotations

import hashlib
from functools import cache
from importlib import resources
from pathlib import Path
from urllib.parse import urlencode

from flask import Response, render_template, request

from dashboard.page import THEMES, page_context

STYLES = ("00-tokens.css", "pages/login/login.css")


def look() -> dict[str, str]:
    """The language and theme that the address asks for, to be asked for again where it leads."""
    return {name: request.args[name] for name in ("lang", "theme") if name in request.args}


def plain_page(template: str, status: int, default_language: str, **values: object) -> Response:
    """`template` in the language and theme that the address asks for."""
    context = page_context(default_language)
    kept: dict[str, str] = {name: context.query[name] for name in ("next", "lang", "theme") if name in context.query}
    other: dict[str, str] = {"lang": "en" if context.words.language == "zh" else "zh"}
    theme: dict[str, str] = {"theme": next(theme for theme in THEMES if theme != context.theme)}
    body = render_template(
        f"login/{template}.html",
        t=context.words,
        say=context.words.under("login."),
        lang="zh-CN" if context.words.language == "zh" else "en",
        theme=context.theme,
        styles=styles(),
        here=urlencode(kept),
        other_lang="en" if context.words.language == "zh" else "zh-CN",
        other_language=f"{request.path}?{urlencode(kept | other)}",
        home=f"/?{urlencode(look())}",
        other_theme=f"{request.path}?{urlencode(kept | theme)}",
        **values,
    )
    return Response(body, status, mimetype="text/html")


def notice_page(what: str, status: int, default_language: str, kind: str = "") -> Response:
    """A page that says why there is nothing to see, `refused` or `device`, with the way out for a viewer of `kind`."""
    return plain_page("notice", status, default_language, what=what, kind=kind)


@cache
def styles() -> tuple[str, ...]:
    """Addresses of the styles, each with the mark of its content."""
    assets = Path(str(resources.files("dashboard").joinpath("..", "assets")))
    marks = {name: hashlib.sha256(assets.joinpath(name).read_bytes()).hexdigest()[:12] for name in STYLES}
    return tuple(f"/assets/{name}?m={mark}" for name, mark in marks.items())
