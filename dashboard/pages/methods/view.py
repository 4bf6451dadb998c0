"""The shell of the methods page, in words, still without numbers."""

from __future__ import annotations

from dash import html
from dash.development.base_component import Component

from dashboard.components.panel import panel
from dashboard.data.store import Loaded
from dashboard.page import PageContext
from dashboard.pages.methods.ids import Ids


def layout(context: PageContext, loaded: Loaded) -> Component:
    """The page, empty; its scripts fill it."""
    t = context.words
    search = html.Label(
        [html.Span(t("methods.search")), html.Div(id=Ids.SEARCH, className="search-slot")], className="sources-search"
    )
    return html.Main(
        [
            html.Div([search, html.Div("", id=Ids.GROUPS, className="chips")], className="sources-bar", role="search"),
            html.Section(
                "", id=Ids.TALLY, className="sources-tally methods-tally", **{"aria-label": t("methods.tally")}
            ),
            html.Div(
                [
                    panel(
                        name="methods-table",
                        title=t("methods.title"),
                        note=t("methods.note"),
                        body=html.Div("", id=Ids.TABLE),
                        state_id=Ids.TABLE_STATE,
                    ),
                    html.Aside(
                        "",
                        id=Ids.DETAIL,
                        className="panel sources-detail methods-detail",
                        tabIndex="0",
                        **{"aria-label": t("methods.detail")},
                    ),
                ],
                className="sources-main methods-main",
            ),
        ],
        className="sources methods",
        **{"data-as-of": loaded.manifest.as_of[:10]},
    )
