"""The shell of the dossier page, in words, still without an enterprise."""

from __future__ import annotations

from dash import html
from dash.development.base_component import Component

from dashboard.components.panel import panel
from dashboard.data.store import Loaded
from dashboard.page import PageContext
from dashboard.pages.dossier.ids import Ids


def layout(context: PageContext, loaded: Loaded) -> Component:
    """The page, empty; its scripts fill it."""
    t = context.words
    return html.Main(
        [
            html.Div(
                [
                    html.Div("", id=Ids.SEARCH, className="dossier-search", role="search"),
                    html.Div("", id=Ids.TOOLS, className="dossier-tools"),
                ],
                className="dossier-bar",
            ),
            html.Section("", id=Ids.HEAD, className="dossier-head", **{"aria-label": t("dossier.facts")}),
            html.Div(
                [
                    panel(
                        name="dossier-reading",
                        title=t("dossier.reading"),
                        body=html.Div("", id=Ids.READING, className="dossier-reading"),
                        state_id=Ids.READING_STATE,
                    ),
                    panel(
                        name="dossier-axis",
                        title=t("dossier.axis"),
                        note=t("dossier.axis.note"),
                        body=html.Div("", id=Ids.AXIS, className="dossier-axis", tabIndex="0"),
                        state_id=Ids.AXIS_STATE,
                    ),
                ],
                className="dossier-main",
            ),
            html.Div("", id=Ids.TABLES, className="dossier-tables"),
        ],
        className="dossier",
        **{"data-as-of": loaded.manifest.as_of[:10]},
    )
