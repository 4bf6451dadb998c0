"""The shell of the loop's page, in words, still without numbers."""

from __future__ import annotations

from dash import html
from dash.development.base_component import Component

from dashboard.data.store import Loaded
from dashboard.page import PageContext
from dashboard.pages.loop.ids import Ids


def layout(context: PageContext, loaded: Loaded) -> Component:
    """The page, empty; its scripts fill it."""
    t = context.words
    bar = html.Div("", id=Ids.FILTERS, className="loop-filters", role="search", **{"aria-label": t("loop.filters")})
    tabs = html.Div("", id=Ids.TABS, className="loop-tabs", role="tablist", **{"aria-label": t("loop.tabs")})
    state = html.Span("", id=Ids.STATE, className="loop-state", role="status", **{"aria-live": "polite"})
    return html.Main(
        [
            html.Div([tabs, state], className="loop-top"),
            bar,
            html.Div("", id=Ids.BODY, className="loop-body", role="tabpanel", tabIndex="-1"),
        ],
        className="loop",
        **{"data-as-of": loaded.manifest.as_of[:10]},
    )
