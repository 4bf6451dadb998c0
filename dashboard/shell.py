"""What every page stands in: the document, the header, the notices."""

from __future__ import annotations

import hashlib
import json
from functools import cache
from importlib import resources
from typing import Any
from urllib.parse import urlencode

import dash_mantine_components as dmc
from dash import html
from dash.development.base_component import Component
from markupsafe import escape

from dashboard import urls
from dashboard.access import DEMO, Viewer, is_nation
from dashboard.components.help_panel import help_button, help_panel, tour_offer
from dashboard.components.viewer_menu import region_text, viewer_menu
from dashboard.data.filters import CATEGORIES, POLLUTANTS, STATUS_GROUPS
from dashboard.data.store import Loaded
from dashboard.data.vocabulary import first_and_last_day, vocabulary
from dashboard.page import PageContext
from dashboard.settings import Settings

# Mantine's greys replaced by the navy of the house, from text to ground.
NAVY = ["#e6f0ff", "#c4d6ee", "#9db3d2", "#6f8ab0", "#3a5a88", "#1f3f6d", "#12294d", "#0d2040", "#0b1c38", "#061127"]
NAVIGATION = (
    (urls.SITUATION, "nav.situation"),
    (urls.CLUES, "nav.clues"),
    (urls.DOSSIER, "nav.dossier"),
    (urls.LOOP, "nav.loop"),
    (urls.ROUNDS, "nav.rounds"),
    (urls.TRENDS, "nav.trends"),
    (urls.BOARDS, "nav.boards"),
    (urls.BRIEFING, "nav.briefing"),
    (urls.OWN, "nav.own"),
    (urls.METHODS, "nav.methods"),
    (urls.SOURCES, "nav.sources"),
)
DOCUMENT = """<!DOCTYPE html>
<html lang="{lang}" data-theme="{theme}" data-mantine-color-scheme="{theme}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title>
<link rel="icon" href="/assets/favicon.svg" type="image/svg+xml">
{css}
</head>
<body data-ag-theme-mode="{grid_theme}">
<script type="application/json" id="lookout-config">{page_config}</script>
{entry}
<footer>{config}
{scripts}
{renderer}</footer>
</body>
</html>"""


def browser_config(
    context: PageContext, page: str, loaded: Loaded, settings: Settings, asking: Viewer = DEMO
) -> dict[str, Any]:
    """Everything the page's scripts are told; data themselves come as columns."""
    manifest = loaded.manifest
    first, last = first_and_last_day(loaded)
    return {
        "page": page,
        "lang": context.words.language,
        "theme": context.theme,
        "words": context.words.on_page(page),
        "states": context.words.under("state."),
        "statusWords": context.words.under("status."),
        "categoryWords": context.words.under("category."),
        "statusGroups": STATUS_GROUPS,
        "categories": CATEGORIES,
        "pollutantCodes": POLLUTANTS,
        "dataRoot": urls.data_root(loaded.id),
        "versionUrl": urls.VERSION,
        "gridBundle": urls.GRID_BUNDLE,
        "pollSeconds": settings.poll_seconds,
        "staleAfterHours": settings.stale_after_hours,
        "viewer": {
            "isWhole": is_nation(asking),
            "isMasked": asking.is_masked,
            "maySample": asking.may("samples") and is_nation(asking),
            "scope": region_text(context.words, loaded, asking),
        },
        "snapshot": {
            "id": loaded.id,
            "builtAt": manifest.built_at,
            "asOf": manifest.as_of,
            "isSynthetic": manifest.is_synthetic,
            "hotPercentile": round(100 * float(manifest.parameters["hotspots"]["percentile"])),
            "states": {name: {"state": s.state, "error": s.error} for name, s in manifest.states.items()},
        },
        "firstDay": first,
        "lastDay": last,
        **vocabulary(loaded),
    }


@cache
def page_assets(page: str) -> tuple[str, str]:
    """Tags of the styles and scripts that only `page` needs: `assets/pages/<page>`, in order of their names."""
    folder = resources.files("dashboard").joinpath("..", "assets", "pages", page)
    if not folder.is_dir():
        return "", ""
    entries = sorted(folder.iterdir(), key=lambda entry: entry.name)
    marks = {entry.name: hashlib.sha256(entry.read_bytes()).hexdigest()[:12] for entry in entries}
    addresses = {name: f"/assets/pages/{page}/{name}?m={mark}" for name, mark in marks.items()}
    css = [f'<link rel="stylesheet" href="{url}">' for name, url in addresses.items() if name.endswith(".css")]
    scripts = [f'<script src="{url}"></script>' for name, url in addresses.items() if name.endswith(".js")]
    return "\n".join(css), "\n".join(scripts)


def document(context: PageContext, page: str, parts: dict[str, str], config: dict[str, Any] | None) -> str:
    """The HTML of `page`; `parts` are Dash's own pieces, to which the page's own scripts and styles are added."""
    css, scripts = page_assets(page)
    data = json.dumps(config or {}, ensure_ascii=False, separators=(",", ":"))
    return DOCUMENT.format(
        lang="zh-CN" if context.words.language == "zh" else "en",
        theme=context.theme,
        grid_theme="dark-blue" if context.theme == "dark" else "light",
        title=escape(context.words("app.title")),
        css=parts["css"] + css,
        page_config=data.replace("<", "\\u003c").replace("\u2028", "\\u2028"),
        entry=parts["app_entry"],
        config=parts["config"],
        scripts=parts["scripts"] + scripts,
        renderer=parts["renderer"],
    )


def frame(
    context: PageContext, loaded: Loaded, content: Component, asking: Viewer = DEMO, *, has_header: bool = True
) -> Component:
    """A page's content under the header that `asking` sees, if it has one, with the theme around both."""
    header = [_header(context, loaded, asking)] if has_header else []
    explained = _explained(context, loaded, asking) if has_header else []
    return dmc.MantineProvider(
        forceColorScheme=context.theme,
        theme={
            "fontFamily": "inherit",
            "primaryColor": "cyan",
            "colors": {"dark": NAVY},
            "defaultRadius": "xs",
            "scale": 1,
        },
        children=dmc.DatesProvider(
            settings={"locale": "zh-cn" if context.words.language == "zh" else "en", "firstDayOfWeek": 1},
            children=html.Div([*header, content, *explained], className="page" if has_header else "page page-bare"),
        ),
    )


def failed_frame(context: PageContext) -> Component:
    """The page where there is no snapshot to show: it says so, it does not look calm."""
    return dmc.MantineProvider(
        forceColorScheme=context.theme,
        children=html.Main(
            [
                html.H1(context.words("shell.no_snapshot")),
                html.P(context.words("shell.no_snapshot_hint")),
            ],
            className="page-failed",
        ),
    )


def refused_page(context: PageContext) -> Component:
    """What stands in the place of a page that is not for the viewer."""
    return html.Main(
        [html.H1(context.words("viewer.refused")), html.P(context.words("viewer.refused_hint"))],
        className="page-failed",
    )


def _header(context: PageContext, loaded: Loaded, asking: Viewer) -> Component:
    t = context.words
    manifest = loaded.manifest
    badges = [
        html.Span(t("shell.synthetic"), className="badge badge-synthetic", title=t("shell.synthetic_hint"))
        if manifest.is_synthetic
        else None,
        html.Span(
            [
                html.I(className="dot", id="health-dot"),
                html.Span(t("shell.data_until", time=manifest.as_of[:16].replace("T", " "))),
            ],
            className="badge",
            id="data-until",
        ),
        html.Span("", className="badge badge-quiet", id="casebook-until", title=t("shell.casebook_hint")),
        html.Span("", className="badge badge-quiet", id="snapshot-age", title=loaded.id),
    ]
    title = getattr(manifest.title, t.language) or t("app.title")
    brand, _, rest = title.partition("·")
    return html.Header(
        [
            html.H1([html.B(brand.strip()), html.Small(rest.strip())], className="header-title", title=title),
            _pages(context, asking),
            html.Div([one for one in badges if one is not None], className="header-state"),
            html.Nav(
                [
                    viewer_menu(t, loaded, asking, _address(context)),
                    *help_button(t, _page_name(context)),
                    html.Button(
                        "◐",
                        id="theme-switch",
                        className="header-link header-icon",
                        type="button",
                        title=t("shell.theme"),
                        **{"aria-label": t("shell.theme")},
                    ),
                    html.Button(
                        t("shell.other_language"), id="language-switch", className="header-link", type="button"
                    ),
                    html.Span("", id="clock", className="clock"),
                ],
                className="header-right",
                **{"aria-label": t("shell.navigation")},
            ),
        ],
        className="header",
    )


def _explained(context: PageContext, loaded: Loaded, asking: Viewer) -> list[Component]:
    """The help of the page; the tour is offered in the demo only."""
    is_demo = loaded.manifest.is_synthetic and asking.kind == "demo"
    return [*help_panel(context.words, _page_name(context)), *([tour_offer(context.words)] if is_demo else [])]


def _page_name(context: PageContext) -> str:
    return next((key.removeprefix("nav.") for path, key in NAVIGATION if path == context.path), "")


def _address(context: PageContext) -> str:
    """Where the page is, with its language, theme and filters."""
    return f"{context.path}?{urlencode(context.query)}" if context.query else context.path


def _pages(context: PageContext, asking: Viewer) -> Component:
    """Links to the pages that `asking` may see; language and theme go along."""
    kept: dict[str, str] = {name: context.query[name] for name in ("lang", "theme") if name in context.query}
    links = [
        html.A(
            context.words(key),
            href=f"{path}?{urlencode(kept)}" if kept else path,
            className="page-link",
            **({"aria-current": "page"} if path == context.path else {}),
        )
        for path, key in NAVIGATION
        if asking.may(key.removeprefix("nav."))
    ]
    return html.Nav(links, className="page-links", **{"aria-label": context.words("nav.pages")})
