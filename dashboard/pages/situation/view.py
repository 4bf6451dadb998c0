"""The shell of the situation page: every part in its place, in words, still without numbers."""

from __future__ import annotations

import dash_mantine_components as dmc
from dash import dcc, html
from dash.development.base_component import Component

from dashboard.components.panel import panel
from dashboard.data.filters import STACK_POLLUTANTS
from dashboard.data.store import Loaded
from dashboard.figures.heatmap import heatmap_frame
from dashboard.figures.ranking import ranking_frame
from dashboard.figures.trend import trend_frame
from dashboard.i18n import Words
from dashboard.page import PageContext
from dashboard.pages.situation.filter_bar import chip_bar, filter_bar
from dashboard.pages.situation.ids import Ids
from dashboard.pages.situation.map_panel import map_panel

HEATS = ("checked", "problems", "prominent", "problems_per", "prominent_per", "found_rate")
KPIS = ("hot", "enterprises", "clues", "checked", "problems", "prominent", "hit")
GRAPH = {"displayModeBar": False, "responsive": True, "doubleClick": False}


def layout(context: PageContext, loaded: Loaded) -> Component:
    """The page, empty; its scripts fill it."""
    t = context.words
    return html.Main(
        [
            dcc.Store(id=Ids.FILTERS, data={}),
            dcc.Store(id=Ids.TABLE_WANTED),
            filter_bar(t, loaded),
            chip_bar(t),
            _kpis(t),
            html.Div([map_panel(t, loaded), _side(context)], className="middle"),
            html.Div([_heatmap(context), _categories(t)], className="bottom"),
            html.Div(id=Ids.TABLE_SLOT, className="table-slot", hidden=True),
        ],
        className="situation",
    )


def _kpis(t: Words) -> Component:
    steps = [
        html.Div(
            [
                html.Span(t(f"kpi.{key}"), className="kpi-label"),
                html.B("—", className="kpi-value", **{"data-kpi": key}),
                html.Small("", className="kpi-sub", **{"data-kpi-sub": key}),
            ],
            className=f"kpi-step kpi-step-{key}",
        )
        for key in ("pushed", "answered", "verdict", "fixed")
    ]
    tiles = [
        html.Div(
            [
                html.Span(t(f"kpi.{key}"), className="kpi-label", title=t(f"kpi.{key}.hint")),
                html.B("—", className="kpi-value", **{"data-kpi": key}),
                html.Small("", className="kpi-sub", **{"data-kpi-sub": key}),
            ],
            className=f"panel kpi kpi-{key}",
            **{"data-panel": f"kpi-{key}"},
        )
        for key in KPIS
    ]
    loop = html.Div(steps, className="panel kpi kpi-loop", title=t("kpi.loop.hint"))
    return html.Section([loop, *tiles], id=Ids.KPIS, className="kpis", **{"aria-label": t("kpi.title")})


def _side(context: PageContext) -> Component:
    t = context.words
    return html.Div(
        [
            panel(
                name="trend",
                title=t("trend.title"),
                note=t("trend.note"),
                state_id=Ids.TREND_STATE,
                tools=_pollutant_keys(t),
                body=[
                    dcc.Graph(id=Ids.TREND, figure=trend_frame(t, context.theme), config=GRAPH, className="graph"),
                ],
            ),
            panel(
                name="funnel",
                title=t("funnel.title"),
                note=t("funnel.note"),
                state_id=Ids.FUNNEL_STATE,
                body=html.Div("", id=Ids.FUNNEL, className="bars", role="group", **{"aria-label": t("funnel.title")}),
            ),
            panel(
                name="ranking",
                title=t("ranking.title"),
                note=t("ranking.note"),
                state_id=Ids.RANKING_STATE,
                body=dcc.Graph(id=Ids.RANKING, figure=ranking_frame(t, context.theme), config=GRAPH, className="graph"),
            ),
        ],
        className="side",
    )


def _pollutant_keys(t: Words) -> list[Component]:
    """The lines' names in their colours; a press filters by the pollutant."""
    return [
        html.Button(p, type="button", className=f"key key-{p}", title=t(f"pollutant.{p}"), **{"data-pollutant": p})
        for p in STACK_POLLUTANTS
    ]


def _heatmap(context: PageContext) -> Component:
    t = context.words
    tools: list[Component] = [
        dmc.SegmentedControl(
            id=Ids.HEAT, size="xs", value="problems_per", data=[{"value": h, "label": t(f"heat.{h}")} for h in HEATS]
        )
    ]
    return panel(
        name="heatmap",
        title=t("heat.title"),
        note=t("heat.selected_targets"),
        tools=tools,
        state_id=Ids.HEATMAP_STATE,
        body=dcc.Graph(id=Ids.HEATMAP, figure=heatmap_frame(t, context.theme), config=GRAPH, className="graph"),
    )


def _categories(t: Words) -> Component:
    return panel(
        name="categories",
        title=t("categories.title"),
        note="",
        state_id=Ids.CATEGORIES_STATE,
        body=html.Div("", id=Ids.CATEGORIES, className="bars", role="group", **{"aria-label": t("categories.title")}),
    )
