"""The map of the situation page and what stands around it."""

from __future__ import annotations

from typing import Any

import dash_leaflet as dl
import dash_mantine_components as dmc
from dash import html
from dash.development.base_component import Component

from dashboard.components.map_canvas import MapCanvas
from dashboard.data.store import Loaded
from dashboard.data.vocabulary import vocabulary
from dashboard.i18n import Words
from dashboard.pages.situation.ids import Ids

CHINA = {"center": [36.2, 104.0], "zoom": 4.4}
MAP_LAYERS = ("choropleth", "hotspots", "enterprises", "clues", "labels")
METRICS = ("clues", "hotspots", "enterprises", "checked", "problems_per")


def map_panel(t: Words, loaded: Loaded) -> Component:
    """The map with its player, choices, legend, inset, source line, card and tip."""
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
            html.H2(t("map.label"), className="unseen"),
            html.Div(_player(t), className="map-tools-top"),
            html.Div(
                [
                    dmc.SegmentedControl(
                        id=Ids.PRODUCT,
                        size="xs",
                        value=products[0] if products else "",
                        data=[{"value": p, "label": t(f"product.{p}")} for p in products],
                        display=None if products else "none",
                    ),
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
