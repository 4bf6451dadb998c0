"""One look for all charts, from the same tokens as `assets/00-tokens.css`."""

from __future__ import annotations

from dataclasses import dataclass
from importlib import import_module

import plotly.graph_objects as go

# Loaded before there are threads: plotly asks whether it is, and fails on a half that another request is loading.
import_module("pandas")


@dataclass(frozen=True)
class Tokens:
    """Colours of one theme. A test compares them with the style sheet."""

    text: str
    quiet: str
    grid: str
    cyan: str
    hot: str
    warm: str
    green: str
    violet: str
    heat_scale: tuple[str, ...]


TOKENS = {
    "dark": Tokens(
        text="#e6f0ff", quiet="#9db3d2", grid="rgba(90,140,200,.14)", cyan="#39c6ff", hot="#ff5b4a", warm="#ffb04a",
        green="#35d399", violet="#b79bff",
        heat_scale=("#0b1b36", "#173468", "#3b4d94", "#7d4f9b", "#c2537f", "#f2775c", "#ffb677", "#fff0cf"),
    ),
    "light": Tokens(
        text="#10233f", quiet="#43597a", grid="rgba(40,80,130,.14)", cyan="#0b78b6", hot="#c9271b", warm="#a85a00",
        green="#0c7a52", violet="#6a47c2",
        heat_scale=("#eef4fb", "#cfdff2", "#a9bfe4", "#a68fca", "#c4689f", "#d94f66", "#c9371f", "#8c1d0c"),
    ),
}  # fmt: skip
FONT = '"Barlow Condensed","Noto Sans CJK SC","Source Han Sans SC","Microsoft YaHei",sans-serif'


def frame(theme: str, **layout: object) -> go.Figure:
    """An empty figure in the house's look."""
    tokens = TOKENS[theme]
    axis = {
        "gridcolor": tokens.grid, "zeroline": False, "linecolor": tokens.grid, "automargin": False, "fixedrange": True,
        "tickfont": {"color": tokens.quiet}, "title": {"font": {"color": tokens.quiet}},
    }  # fmt: skip
    figure = go.Figure()
    figure.update_layout(
        template="none",
        paper_bgcolor="rgba(0,0,0,0)",
        plot_bgcolor="rgba(0,0,0,0)",
        font={"family": FONT, "size": 13, "color": tokens.text},
        margin={"l": 44, "r": 12, "t": 6, "b": 24},
        hovermode="x unified",
        hoverlabel={"font": {"family": FONT, "size": 13}},
        showlegend=False,
        uirevision="kept",
        barcornerradius=2,
        dragmode=False,
        xaxis=axis,
        yaxis=axis,
        autosize=True,
    )
    figure.update_layout(**layout)
    return figure
