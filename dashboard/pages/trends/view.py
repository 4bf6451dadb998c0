"""The shell of the trends page, in words, still without numbers."""

from __future__ import annotations

from dash import html
from dash.development.base_component import Component

from dashboard.components.panel import panel
from dashboard.data.store import Loaded
from dashboard.page import PageContext
from dashboard.pages.trends.ids import Ids


def layout(context: PageContext, loaded: Loaded) -> Component:
    """The page, empty; its scripts fill it."""
    t = context.words
    panels = [
        panel(
            name=name,
            title=t(f"trends.panel.{word}"),
            note=t(f"trends.note.{word}"),
            body=html.Div("", id=name),
            state_id=f"{name}-state",
        )
        for name, word in ((Ids.CHART, "chart"), (Ids.LIST, "list"))
    ]
    return html.Main(
        [
            html.Div("", id=Ids.CONTROLS, className="asks", role="search"),
            html.P("", id=Ids.SENTENCE, className="trends-sentence", **{"aria-live": "polite"}),
            *panels,
        ],
        className="trends",
        **{"data-as-of": loaded.manifest.as_of[:10]},
    )
