"""Region by round: one cell a region and round, coloured by the chosen figure, its number written in it."""

from __future__ import annotations

import plotly.graph_objects as go

from dashboard.figures.template import TOKENS, frame
from dashboard.i18n import Words


def heatmap_frame(t: Words, theme: str) -> go.Figure:
    """One heat-map trace; regions down, rounds across. Cells without a check stay empty."""
    tokens = TOKENS[theme]
    steps = len(tokens.heat_scale) - 1
    figure = frame(theme, hovermode="closest", margin={"l": 92, "r": 8, "t": 20, "b": 4})
    figure.add_heatmap(
        x=[], y=[], z=[], text=[], texttemplate="%{text}", customdata=[], xgap=2, ygap=2,
        hovertemplate="%{customdata}<extra></extra>", hoverongaps=False, showscale=False,
        colorscale=[[i / steps, colour] for i, colour in enumerate(tokens.heat_scale)],
        textfont={"size": 12},
    )  # fmt: skip
    figure.update_xaxes(type="category", showgrid=False, side="top", ticks="")
    figure.update_yaxes(type="category", showgrid=False, autorange="reversed", dtick=1, ticks="")
    return figure
