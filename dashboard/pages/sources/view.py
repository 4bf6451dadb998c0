"""The shell of the catalogue page, in words, still without numbers."""

from __future__ import annotations

from dash import html
from dash.development.base_component import Component

from dashboard import urls
from dashboard.components.panel import panel
from dashboard.data.store import Loaded
from dashboard.i18n import Words
from dashboard.page import PageContext
from dashboard.pages.sources.ids import Ids


def layout(context: PageContext, loaded: Loaded) -> Component:
    """The page, empty; its scripts fill it."""
    t = context.words
    search = html.Label(
        [html.Span(t("sources.search")), html.Div(id=Ids.SEARCH, className="search-slot")], className="sources-search"
    )
    return html.Main(
        [
            html.Div([search, html.Div("", id=Ids.GROUPS, className="chips")], className="sources-bar", role="search"),
            html.Section("", id=Ids.TALLY, className="sources-tally", **{"aria-label": t("sources.tally")}),
            html.Div(
                [
                    panel(
                        name="sources-table",
                        title=t("sources.title"),
                        note=t("sources.note", time=loaded.manifest.as_of[:16].replace("T", " ")),
                        body=html.Div("", id=Ids.TABLE),
                        state_id=Ids.TABLE_STATE,
                    ),
                    html.Div(
                        [
                            html.Aside(
                                "",
                                id=Ids.DETAIL,
                                className="panel sources-detail",
                                tabIndex="0",
                                **{"aria-label": t("sources.detail")},
                            ),
                            panel(
                                name="sources-files",
                                title=t("sources.files"),
                                note=t("sources.files_note"),
                                body=html.Div("", id=Ids.FILES),
                                state_id=Ids.FILES_STATE,
                            ),
                            panel(
                                name="sources-rejects",
                                title=t("sources.rejects"),
                                body=html.Div("", id=Ids.REJECTS),
                                state_id=Ids.REJECTS_STATE,
                            ),
                            _positions(t, loaded),
                        ],
                        className="sources-side",
                    ),
                ],
                className="sources-main",
            ),
        ],
        className="sources",
    )


def _positions(t: Words, loaded: Loaded) -> Component:
    """The positions to mend, with their file."""
    export = html.A(
        t("sources.positions_export"),
        id=Ids.POSITIONS_EXPORT,
        className="header-link",
        href=f"{urls.data_root(loaded.id)}/export/positions.csv",
    )
    return panel(
        name="sources-positions",
        title=t("sources.positions"),
        note=t("sources.positions_note"),
        body=html.Div("", id=Ids.POSITIONS),
        state_id=Ids.POSITIONS_STATE,
        tools=[export],
    )
