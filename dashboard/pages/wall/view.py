"""The shell of the wall, in words, still without numbers."""

from __future__ import annotations

import dash_leaflet as dl
from dash import html
from dash.development.base_component import Component

from dashboard.components.map_canvas import MapCanvas
from dashboard.data.store import Loaded
from dashboard.i18n import Words
from dashboard.page import PageContext
from dashboard.pages.wall.ids import Ids

CHINA = {"center": [36.2, 104.0], "zoom": 4.4}


def layout(context: PageContext, loaded: Loaded) -> Component:
    """The wall, empty; its scripts fill it."""
    t = context.words
    return html.Main(
        [
            _head(t, loaded),
            html.Section("", id=Ids.FIGURES, className="wall-figures", **{"aria-label": t("wall.figures")}),
            _map(t, loaded),
            html.Section("", id=Ids.TILES, className="wall-tiles panel", hidden=True,
                         **{"aria-label": t("wall.tiles")}),
            html.Section("", id=Ids.SIDE, className="wall-side", **{"aria-label": t("wall.panels")}),
            html.Section("", id=Ids.STRIP, className="wall-strip", **{"aria-label": t("wall.strip")}),
            html.P("", id=Ids.FOOT, className="wall-foot"),
        ],
        id=Ids.STAGE,
        className="wall",
        **{"data-kind": ""},
    )  # fmt: skip


def _head(t: Words, loaded: Loaded) -> Component:
    brand, _, _ = (getattr(loaded.manifest.title, t.language) or t("app.title")).partition("·")
    synthetic = [html.Span(t("shell.synthetic"), className="badge badge-synthetic")]
    return html.Header(
        [
            html.Div(
                [html.B(brand.strip(), className="wall-brand"), *(synthetic if loaded.manifest.is_synthetic else [])],
                className="wall-name",
            ),
            html.H1("", id=Ids.TITLE, className="wall-title", **{"aria-live": "polite"}),
            html.Div(
                [
                    html.Span("", id=Ids.CLOCK, className="wall-clock"),
                    html.Span("", id=Ids.DAY, className="wall-day"),
                    html.Span("", id=Ids.ROUND, className="wall-round"),
                ],
                className="wall-time",
            ),
            html.Div("", id=Ids.STEPS, className="wall-steps", **{"aria-hidden": "true"}),
            html.Div("", id=Ids.BADGE, className="wall-badge", role="status"),
        ],
        className="wall-head",
    )


def _map(t: Words, loaded: Loaded) -> Component:
    """The one map of all scenes; it answers to nobody's mouse.

    Note    while the next scene is painted on it, the picture that was on it stays in front
    """
    boundary = loaded.manifest.boundary
    review = boundary.review_no or t("map.no_review")
    still = dict.fromkeys(("dragging", "scrollWheelZoom", "doubleClickZoom", "boxZoom", "keyboard", "touchZoom"), False)
    return html.Section(
        [
            dl.Map(
                [MapCanvas(id=Ids.MAP_CANVAS)],
                id=Ids.MAP,
                **CHINA,
                **still,
                zoomSnap=0,
                minZoom=2,
                maxZoom=14,
                trackViewport=False,
                attributionControl=False,
                zoomControl=False,
                preferCanvas=True,
                className="map",
            ),
            html.Canvas(id=Ids.FRONT, className="wall-front", **{"aria-hidden": "true"}),
            html.Div(
                html.P(t("map.source", source=boundary.source, review=review), id=Ids.SOURCE, className="wall-source"),
                id=Ids.LEGEND,
                className="wall-legend",
            ),
            html.Div("", id=Ids.LEGEND_NEXT, className="wall-legend wall-unshown", **{"aria-hidden": "true"}),
            html.Figure(
                [html.Canvas(id=Ids.INSET, className="inset-canvas"), html.Figcaption(t("map.inset"))],
                className="inset wall-inset",
            ),
        ],
        id=Ids.MAP_PANEL,
        className="panel map-panel wall-map",
        **{"aria-label": t("map.label")},
    )
