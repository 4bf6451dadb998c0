"""What a page is: a name, a path, a layout and the callbacks that belong to it.

A page imports without an app, so its wiring can be tested as data; the factory hands it to an app.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from dash import ClientsideFunction, Dash
from dash.development.base_component import Component
from flask import has_request_context, request

from dashboard.i18n import LANGUAGES, Words

THEMES = ("dark", "light")


@dataclass(frozen=True)
class PageContext:
    """What a layout needs to know of the one who asked: words, theme, and the address."""

    words: Words
    theme: str
    path: str
    query: dict[str, str]


def page_context(default_language: str) -> PageContext:
    """The context of the page that is being asked for.

    Dash asks for a layout without its query string, so the page's own address is read from the Referer of that
    request; it decides language, theme and page only, never what may be seen.
    """
    url = ""
    if has_request_context():
        url = request.referrer or "" if request.path.startswith("/_dash") else request.url
    parts = urlsplit(url)
    query = dict(parse_qsl(parts.query))
    language = query.get("lang", default_language)
    theme = query.get("theme", THEMES[0])
    return PageContext(
        words=Words(language if language in LANGUAGES else default_language),
        theme=theme if theme in THEMES else THEMES[0],
        path=parts.path or "/",
        query=query,
    )


@dataclass(frozen=True)
class Page:
    """One page of the dashboard; `wiring` holds the callbacks until there is an app to give them to.

    Shape   has_header: False for a screen that nobody operates: no links, no menu
    """

    name: str
    path: str
    layout: Callable[..., Component]
    has_header: bool = True
    wiring: list[Callable[[Dash], Any]] = field(default_factory=list)

    def callback(self, *args: Any, **kwargs: Any) -> Callable[[Any], Any]:  # noqa: ANN401 - Dash's own signature
        """Remember a server callback; the function itself stays callable in tests."""

        def remember(function: Any) -> Any:  # noqa: ANN401 - any callback function
            self.wiring.append(lambda app: app.callback(*args, **kwargs)(function))
            return function

        return remember

    def clientside(self, namespace: str, function: str, *wires: Any) -> None:  # noqa: ANN401 - Dash's own signature
        """Remember a callback that the browser answers: `function` of `namespace` in `assets/js`."""
        answer = ClientsideFunction(namespace, function)
        self.wiring.append(lambda app: app.clientside_callback(answer, *wires, prevent_initial_call=True))

    def register(self, app: Dash) -> None:
        """Give the remembered callbacks to `app`."""
        for wire in self.wiring:
            wire(app)
