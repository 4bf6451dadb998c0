"""Emission trend: concentration against the limit, and exceedance, by day."""

from __future__ import annotations

import plotly.graph_objects as go

from dashboard.figures.template import TOKENS, frame
from dashboard.i18n import Words

# Colour and width: lines that run on one another are all still seen, the widest below.
POLLUTANT_LINES = {"PM": ("warm", 4.2), "SO2": ("violet", 2.8), "NOx": ("cyan", 1.5)}


def trend_frame(t: Words, theme: str) -> go.Figure:
    """Traces in order: exceedance bars, limit band low and high, one line a pollutant (PM, SO2, NOx)."""
    tokens = TOKENS[theme]
    figure = frame(theme, dragmode="select", selectdirection="h", margin={"l": 40, "r": 40, "t": 8, "b": 22})
    figure.add_bar(
        x=[],
        y=[],
        yaxis="y2",
        name=t("trend.exceedance"),
        marker={"color": tokens.hot, "opacity": 0.55},
        hovertemplate="%{y:.2f}%",
    )
    for name in ("low", "high"):
        figure.add_scatter(
            x=[],
            y=[],
            mode="lines",
            name=t(f"trend.limit_{name}"),
            hovertemplate="%{y:.4~g}",
            line={"color": tokens.quiet, "width": 1.2, "dash": "dash"},
        )
    for pollutant, (colour, width) in POLLUTANT_LINES.items():
        figure.add_scatter(
            x=[],
            y=[],
            mode="lines",
            name=t(f"pollutant.{pollutant}"),
            hovertemplate="%{y:.3~g}",
            line={"color": getattr(tokens, colour), "width": width},
        )
    figure.update_xaxes(type="date", tickformat="%m-%d", nticks=8, showgrid=False)
    figure.update_yaxes(rangemode="tozero", nticks=5)
    figure.update_layout(
        yaxis2={
            "overlaying": "y",
            "side": "right",
            "rangemode": "tozero",
            "showgrid": False,
            "fixedrange": True,
            "nticks": 4,
            "tickfont": {"color": tokens.hot},
            "ticksuffix": "%",
            "tickformat": ".2~g",
            "zeroline": False,
        },
        selections=[],
    )
    return figure
