"""The shell of the boards page, in words, still without numbers."""

from __future__ import annotations

from dash import html
from dash.development.base_component import Component

from dashboard.components.panel import panel
from dashboard.data.store import Loaded
from dashboard.i18n import Words
from dashboard.page import PageContext
from dashboard.pages.boards.ids import Ids

# The panels of each board; one board is seen at a time.
BOARDS = {
    "incineration": (Ids.PLANTS, Ids.PLANT),
    "supervision": (Ids.REGIONS, Ids.CITIES, Ids.THRESHOLDS),
    "voc": (Ids.MONTHS, Ids.FOUND, Ids.AREAS),
    "bare_land": (Ids.LAND,),
}


def layout(context: PageContext, loaded: Loaded) -> Component:
    """The page, empty; its scripts fill it."""
    boards = [
        html.Div(
            [_panel(context.words, name) for name in names],
            className=f"boards-board boards-{board}",
            hidden=True,
            **{"data-board": board},
        )
        for board, names in BOARDS.items()
    ]
    return html.Main(
        [
            html.Div("", id=Ids.CONTROLS, className="asks", role="search"),
            html.Dl("", id=Ids.TALLY, className="boards-tally"),
            html.P("", id=Ids.SENTENCE, className="boards-sentence"),
            *boards,
        ],
        className="boards",
        **{"data-as-of": loaded.manifest.as_of[:10]},
    )


def _panel(t: Words, name: Ids) -> Component:
    word = name.removeprefix("boards-")
    return panel(
        name=name,
        title=t(f"boards.panel.{word}"),
        note=t(f"boards.note.{word}"),
        body=html.Div("", id=name, tabIndex="0"),
        state_id=f"{name}-state",
    )
