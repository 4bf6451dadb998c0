"""The shell of the situation page: every part in its place, in words, still without numbers."""

from __future__ import annotations

from typing import Any

import dash_leaflet as dl
import dash_mantine_components as dmc
from dash import dcc, html
from dash.development.base_component import Component

from dashboard.components.filter_menu import filter_menu
from dashboard.components.map_canvas import MapCanvas
from dashboard.components.panel import panel
from dashboard.data.filters import CATEGORIES, POLLUTANTS, STACK_POLLUTANTS, STATUS_GROUPS
from dashboard.data.store import Loaded
from dashboard.data.vocabulary import first_and_last_day, vocabulary
from dashboard.figures.heatmap import heatmap_frame
from dashboard.figures.ranking import ranking_frame
from dashboard.figures.trend import trend_frame
from dashboard.i18n import Words
from dashboard.page import PageContext
from dashboard.pages.situation.ids import Ids

CHINA = {"center": [36.2, 104.0], "zoom": 4.4}
MAP_LAYERS = ("choropleth", "hotspots", "enterprises", "clues", "labels")
METRICS = ("clues", "hotspots", "enterprises", "checked", "problems_per")
HEATS = ("checked", "problems", "prominent", "problems_per", "prominent_per", "found_rate")
KPIS = ("hot", "enterprises", "clues", "checked", "problems", "prominent", "hit")
GRAPH = {"displayModeBar": False, "responsive": True, "doubleClick": False}


def layout(context: PageContext, loaded: Loaded) -> Component:
    """The page, empty; its scripts fill it."""
    t = context.words
    return html.Main(
        [
            dcc.Store(id=Ids.FILTERS, data=""),
            dcc.Store(id=Ids.TABLE_WANTED),
            _filter_bar(t, loaded),
            _chip_bar(t),
            _kpis(t),
            html.Div([_map(t, loaded), _side(context)], className="middle"),
            html.Div([_heatmap(context), _categories(t)], className="bottom"),
            html.Div(id=Ids.TABLE_SLOT, className="table-slot", hidden=True),
        ],
        className="situation",
    )


def _filter_bar(t: Words, loaded: Loaded) -> Component:
    lists = vocabulary(loaded)
    first, last = first_and_last_day(loaded)
    industries = [(row["code"], row[f"name_{t.language}"]) for row in lists["industries"]]
    rounds = [(row["code"], t("round.name", number=row["number"], year=row["year"])) for row in lists["rounds"]]
    return html.Div(
        [
            dmc.Select(
                id=Ids.REGION,
                data=[],
                searchable=True,
                clearable=True,
                limit=60,
                size="xs",
                placeholder=t("filter.region"),
                nothingFoundMessage=t("filter.no_match"),
                className="filter-region",
                **{"aria-label": t("filter.region")},
            ),
            filter_menu(id=Ids.ROUNDS, label=t("filter.rounds"), choices=rounds, columns=2),
            dmc.DatePickerInput(
                id=Ids.DATES,
                type="range",
                size="xs",
                clearable=True,
                allowSingleDateInRange=True,
                minDate=first,
                maxDate=last,
                placeholder=t("filter.dates"),
                valueFormat="YYYY-MM-DD",
                className="filter-dates",
                **{"aria-label": t("filter.dates")},
            ),
            dmc.Select(
                id=Ids.POLLUTANT,
                size="xs",
                clearable=True,
                placeholder=t("filter.pollutant"),
                className="filter-pollutant",
                data=[{"value": p, "label": t(f"pollutant.{p}")} for p in POLLUTANTS],
                **{"aria-label": t("filter.pollutant")},
            ),
            filter_menu(id=Ids.INDUSTRY, label=t("filter.industry"), choices=industries, columns=2),
            filter_menu(
                id=Ids.CATEGORY, label=t("filter.category"), choices=[(c, t(f"category.{c}")) for c in CATEGORIES]
            ),
            filter_menu(
                id=Ids.STATUS, label=t("filter.status"), choices=[(s, t(f"status.{s}")) for s in STATUS_GROUPS]
            ),
            filter_menu(
                id=Ids.SEVERITY, label=t("filter.severity"), choices=[(str(n), t(f"severity.{n}")) for n in (1, 2, 3)]
            ),
            dmc.Switch(id=Ids.FOLLOW, label=t("filter.follow"), size="xs", checked=False, className="filter-follow"),
            html.Span(className="spacer"),
            html.Button(t("table.open"), id=Ids.TABLE_OPEN, className="filter-button", type="button"),
            _exports(t),
        ],
        className="filter-bar",
        role="search",
        **{"aria-label": t("filter.bar")},
    )


def _exports(t: Words) -> Component:
    """Links whose addresses the page's scripts keep in step with the filters."""
    files = [
        ("clues", "csv"),
        ("clues", "geojson"),
        ("enterprises", "csv"),
        ("hotspots", "csv"),
        ("hotspots", "geojson"),
        ("checks", "csv"),
    ]
    links = [
        html.A(
            f"{t(f'export.{table}')} · {form.upper()}",
            href="#",
            className="export-link",
            **{"data-export": f"{table}.{form}"},
        )
        for table, form in files
    ]
    return dmc.Popover(
        [
            dmc.PopoverTarget(html.Button(t("export.button"), className="filter-button", type="button")),
            dmc.PopoverDropdown(html.Div([html.P(t("export.hint")), *links], id=Ids.EXPORTS, className="exports")),
        ],
        position="bottom-end",
        withinPortal=True,
        trapFocus=True,
        keepMounted=True,
    )


def _chip_bar(t: Words) -> Component:
    return html.Div(
        [
            html.Nav("", id=Ids.CRUMBS, className="crumbs", **{"aria-label": t("filter.crumbs")}),
            html.Div("", id=Ids.CHIPS, className="chips", **{"aria-label": t("filter.chips")}),
            html.Div("", id=Ids.NOTICE, className="notice", role="status", **{"aria-live": "polite"}),
        ],
        className="chip-bar",
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


def _map(t: Words, loaded: Loaded) -> Component:
    boundary = loaded.manifest.boundary
    review = boundary.review_no or t("map.no_review")
    products = [row["code"] for row in vocabulary(loaded)["products"]]
    return html.Section(
        [
            dl.Map(
                [MapCanvas(id=Ids.MAP_CANVAS), dl.ScaleControl(position="bottomright", imperial=False)],
                id=Ids.MAP,
                **CHINA,
                zoomSnap=0,
                zoomDelta=0.75,
                wheelPxPerZoomLevel=100,
                minZoom=3,
                maxZoom=14,
                trackViewport=False,
                attributionControl=False,
                zoomControl=False,
                preferCanvas=True,
                className="map",
            ),
            html.Div(_player(t), className="map-tools-top"),
            html.Div(
                [
                    dmc.SegmentedControl(
                        id=Ids.PRODUCT,
                        size="xs",
                        value=products[0] if products else "",
                        data=[{"value": p, "label": t(f"product.{p}")} for p in products],
                    )
                    if products
                    else html.Span("", id=Ids.PRODUCT),
                    dmc.Select(
                        id=Ids.METRIC,
                        size="xs",
                        value="clues",
                        allowDeselect=False,
                        className="map-metric",
                        data=[{"value": m, "label": t(f"metric.{m}")} for m in METRICS],
                        **{"aria-label": t("map.metric")},
                    ),
                    html.Button("+", id="map-zoom-in", className="map-button", type="button", title=t("map.zoom_in")),
                    html.Button("−", id="map-zoom-out", className="map-button", type="button", title=t("map.zoom_out")),
                    html.Button("⌂", id="map-home", className="map-button", type="button", title=t("map.home")),
                ],
                className="map-tools-right",
            ),
            _legend(t),
            html.Figure(
                [html.Canvas(id=Ids.INSET, className="inset-canvas"), html.Figcaption(t("map.inset"))],
                className="inset",
            ),
            html.P(t("map.source", source=boundary.source, review=review), className="map-source"),
            html.Div("", id=Ids.MAP_STATE, className="panel-state", role="status"),
            html.Aside("", id=Ids.CARD, className="card", hidden=True, **{"aria-label": t("card.label")}),
            html.Div("", id="map-tip", className="map-tip", hidden=True),
        ],
        className="panel map-panel",
        **{"aria-label": t("map.label"), "data-panel": "map"},
    )


def _player(t: Words) -> list[Component]:
    return [
        html.Button("▶", id="player-play", className="map-button", type="button", title=t("player.play")),
        html.Div(
            "",
            id=Ids.PLAYER,
            className="player",
            role="slider",
            tabIndex="0",
            **{"aria-label": t("player.label"), "aria-valuemin": "0", "aria-valuemax": "0", "aria-valuenow": "0"},
        ),
        html.Span("", id="player-day", className="player-day"),
        html.Button("»", id="player-last", className="map-button", type="button", title=t("player.last")),
    ]


def _legend(t: Words) -> Component:
    choices: list[dict[str, Any]] = [{"value": key, "label": t(f"layer.{key}")} for key in MAP_LAYERS]
    boxes = [dmc.Checkbox(label=choice["label"], value=choice["value"], size="xs") for choice in choices]
    return html.Details(
        [
            html.Summary(t("map.legend")),
            dmc.CheckboxGroup(html.Div(boxes, className="layer-choices"), id=Ids.LAYERS, value=list(MAP_LAYERS)),
            html.Div("", id=Ids.LEGEND, className="legend-body"),
        ],
        className="legend",
        open=True,
    )


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
