"""`/api` for people: every address with its parameters, its scope and its errors. No script, nothing from outside."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from functools import cache
from importlib import resources
from pathlib import Path
from urllib.parse import urlencode

from flask import Response, render_template, request

from dashboard.api.endpoint import Endpoint
from dashboard.api.openapi import ROOT
from dashboard.api.problems import KINDS
from dashboard.page import THEMES, page_context

STYLES = ("00-tokens.css", "pages/api/api.css")


def page(default_language: str, endpoints: Sequence[Endpoint]) -> Response:
    """The page in the language and theme that the address asks for."""
    context = page_context(default_language)
    kept = {name: context.query[name] for name in ("lang", "theme") if name in context.query}
    other = {"lang": "en" if context.words.language == "zh" else "zh"}
    theme = {"theme": next(theme for theme in THEMES if theme != context.theme)}
    body = render_template(
        "api/index.html",
        t=context.words,
        say=context.words.under("api."),
        lang="zh-CN" if context.words.language == "zh" else "en",
        theme=context.theme,
        styles=_styles(),
        other_language=f"{request.path}?{urlencode(kept | other)}",
        other_theme=f"{request.path}?{urlencode(kept | theme)}",
        root=ROOT,
        endpoints=endpoints,
        problems=KINDS,
    )
    return Response(body, mimetype="text/html")


@cache
def _styles() -> tuple[str, ...]:
    """Addresses of the styles, each with the mark of its content."""
    assets = Path(str(resources.files("dashboard").joinpath("..", "assets")))
    marks = {name: hashlib.sha256(assets.joinpath(name).read_bytes()).hexdigest()[:12] for name in STYLES}
    return tuple(f"/assets/{name}?m={mark}" for name, mark in marks.items())
