"""The shell of the briefing page, in words, still without a briefing."""

from __future__ import annotations

from dash import html
from dash.development.base_component import Component

from dashboard.data.store import Loaded
from dashboard.page import PageContext
from dashboard.pages.briefing.ids import Ids


def layout(context: PageContext, loaded: Loaded) -> Component:
    """The page, empty; its scripts fill it."""
    t = context.words
    bar = html.Div(
        [
            html.Div("", id=Ids.CONTROLS, className="briefing-controls", role="search"),
            html.Nav("", id=Ids.FILES, className="briefing-files", **{"aria-label": t("briefing.files")}),
        ],
        className="briefing-bar",
    )
    paper = html.Div(
        [html.Div("", id=Ids.PAPER, className="briefing-paper"),
         html.P("", id=Ids.STATE, className="briefing-state", role="status")],
        className="panel briefing-desk",
    )  # fmt: skip
    return html.Main([bar, paper], className="briefing", **{"data-as-of": loaded.manifest.as_of[:10]})
