"""Industries ranked by clues: all in scope, and of them those confirmed on site."""

from __future__ import annotations

import plotly.graph_objects as go

from dashboard.figures.template import TOKENS, frame
from dashboard.i18n import Words


def ranking_frame(t: Words, theme: str) -> go.Figure:
    """Two bar traces laid over each other: clues, confirmed clues."""
    tokens = TOKENS[theme]
    figure = frame(
        theme,
        barmode="overlay",
        hovermode="y unified",
        margin={"l": 112 if t.language == "zh" else 158, "r": 34, "t": 4, "b": 20},
    )
    for key, colour, width in (("ranking.clues", tokens.cyan, 0.72), ("ranking.confirmed", tokens.hot, 0.36)):
        figure.add_bar(
            x=[], y=[], orientation="h", name=t(key), width=width, marker={"color": colour}, hovertemplate="%{x}",
        )  # fmt: skip
    figure.data[0].marker.opacity = 0.55
    figure.update_yaxes(type="category", autorange="reversed", showgrid=False, dtick=1, ticks="", tickfont={"size": 12})
    figure.update_xaxes(rangemode="tozero", nticks=4)
    return figure
