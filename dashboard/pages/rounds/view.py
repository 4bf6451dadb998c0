"""The shell of the rounds page, in words, still without numbers."""

from __future__ import annotations

from dash import html
from dash.development.base_component import Component

from dashboard.components.panel import panel
from dashboard.data.store import Loaded
from dashboard.i18n import Words
from dashboard.page import PageContext
from dashboard.pages.rounds.ids import Ids

ABOVE = (Ids.HEAT, Ids.AGAINST, Ids.TYPES)
BELOW = (Ids.TEAMS, Ids.INDUSTRIES, Ids.FOUND_BY, Ids.HOURS, Ids.VISITS)


def layout(context: PageContext, loaded: Loaded) -> Component:
    """The page, empty; its scripts fill it."""
    t = context.words
    analysis = html.Div(
        [
            html.P("", id=Ids.SENTENCE, className="rounds-sentence"),
            html.Div([_panel(t, name) for name in ABOVE], className="rounds-above"),
            html.Div([_panel(t, name) for name in BELOW], className="rounds-below"),
        ],
        className="rounds-analysis",
    )
    planner = html.Div(
        [html.Div("", id=Ids.WEIGHTS, className="panel rounds-weights"), _panel(t, Ids.PLANNER)],
        className="rounds-plan",
        hidden=True,
    )
    return html.Main(
        [html.Div("", id=Ids.CONTROLS, className="asks", role="search"), analysis, planner],
        className="rounds",
        **{"data-as-of": loaded.manifest.as_of[:10]},
    )


def _panel(t: Words, name: Ids) -> Component:
    word = name.removeprefix("rounds-")
    return panel(
        name=name,
        title=t(f"rounds.panel.{word}"),
        note=t(f"rounds.note.{word}"),
        body=html.Div("", id=name),
        state_id=f"{name}-state",
    )
