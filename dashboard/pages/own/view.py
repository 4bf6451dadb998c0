"""The shell of the page of a plant's own user, in words, still without its plant."""

from __future__ import annotations

from dash import html
from dash.development.base_component import Component

from dashboard.components.panel import panel
from dashboard.data.store import Loaded
from dashboard.page import PageContext
from dashboard.pages.own.ids import Ids


def layout(context: PageContext, _loaded: Loaded) -> Component:
    """The page, empty; its script fills it with what the server tells of this one plant."""
    t = context.words
    return html.Main(
        [
            html.Section("", id=Ids.HEAD, className="own-head", **{"aria-label": t("own.head")}),
            panel(
                name="own-orders",
                title=t("own.orders"),
                note=t("own.orders_note"),
                body=html.Div("", id=Ids.ORDERS, className="own-orders"),
                state_id=Ids.ORDERS_STATE,
            ),
            panel(
                name="own-axis",
                title=t("own.axis"),
                note=t("own.axis_note"),
                body=html.Div("", id=Ids.AXIS, className="own-axis", tabIndex="0"),
                state_id=Ids.AXIS_STATE,
            ),
            html.Div("", id=Ids.TABLES, className="own-tables"),
        ],
        className="own",
    )
