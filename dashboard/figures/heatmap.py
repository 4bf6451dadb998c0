"""Region by round: one cell a region and round, coloured by the chosen figure, its number written in it."""

from __future__ import annotations

import plotly.graph_objects as go

from dashboard.figures.template import TOKENS, frame
from dashboard.i18n import Words


def heatmap_frame(t: Words, theme: str) -> go.Figure:
    """Regions down, rounds across. Traces in order: cells with a figure; cells with too few checks for a rate.

    Cells without a check stay empty.
    """
    tokens = TOKENS[theme]
    steps = len(tokens.heat_scale) - 1
    shaded = [[i / steps, colour] for i, colour in enumerate(tokens.heat_scale)]
    plain = [[0, tokens.grid], [1, tokens.grid]]
    figure = frame(theme, hovermode="closest", margin={"l": 92, "r": 8, "t": 20, "b": 4})
    for scale, font in ((shaded, {"size": 12}), (plain, {"size": 12, "color": tokens.quiet})):
        figure.add_heatmap(
            x=[], y=[], z=[], text=[], texttemplate="%{text}", customdata=[], xgap=2, ygap=2, colorscale=scale,
            hovertemplate="%{customdata}<extra></extra>", hoverongaps=False, showscale=False, textfont=font,
        )  # fmt: skip
    figure.update_xaxes(type="category", showgrid=False, side="top", ticks="")
    figure.update_yaxes(type="category", showgrid=False, autorange="reversed", dtick=1, ticks="")
    return figure
