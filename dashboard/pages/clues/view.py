"""The shell of the clues page: filters, views, the list's place and the drawer, in words, still without clues."""

from __future__ import annotations

import dash_mantine_components as dmc
from dash import html
from dash.development.base_component import Component

from dashboard.components.filter_menu import filter_menu
from dashboard.components.panel import panel
from dashboard.data.filters import CATEGORIES, STATUS_GROUPS
from dashboard.data.store import Loaded
from dashboard.data.vocabulary import vocabulary
from dashboard.i18n import Words
from dashboard.page import PageContext
from dashboard.pages.clues.ids import Ids


def layout(context: PageContext, loaded: Loaded) -> Component:
    """The page, empty; its scripts fill it."""
    t = context.words
    return html.Main(
        [
            _filter_bar(t, loaded),
            html.Div(
                [
                    html.Nav("", id=Ids.CRUMBS, className="crumbs", **{"aria-label": t("filter.crumbs")}),
                    html.Div("", id=Ids.CHIPS, className="chips", role="group", **{"aria-label": t("filter.chips")}),
                    html.Div("", id=Ids.NOTICE, className="notice", role="status", **{"aria-live": "polite"}),
                ],
                className="chip-bar",
            ),
            html.Div(
                [
                    _list(t),
                    html.Aside(
                        "", id=Ids.DRAWER, className="panel clues-drawer", hidden=True, tabIndex="-1",
                        **{"aria-label": t("clues.drawer")},
                    ),
                ],
                className="clues-main",
            ),
        ],
        className="clues",
    )  # fmt: skip


def _filter_bar(t: Words, loaded: Loaded) -> Component:
    lists = vocabulary(loaded)
    rounds = [(row["code"], t("round.name", number=row["number"], year=row["year"])) for row in lists["rounds"]]
    rules = [(row["code"], f"{row['code']} {row[f'name_{t.language}']}") for row in lists["rules"]]
    return html.Div(
        [
            html.Div("", id=Ids.SEARCH, className="clues-search"),
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
            filter_menu(
                id=Ids.CATEGORY, label=t("filter.category"), choices=[(c, t(f"category.{c}")) for c in CATEGORIES]
            ),
            filter_menu(id=Ids.RULE, label=t("clues.rule"), choices=rules, columns=2),
            filter_menu(
                id=Ids.STATUS, label=t("filter.status"), choices=[(s, t(f"status.{s}")) for s in STATUS_GROUPS]
            ),
            filter_menu(
                id=Ids.SEVERITY, label=t("filter.severity"), choices=[(str(n), t(f"severity.{n}")) for n in (1, 2, 3)]
            ),
        ],
        className="filter-bar",
        role="search",
        **{"aria-label": t("filter.bar")},
    )


def _list(t: Words) -> Component:
    body = [
        html.Div("", id=Ids.VIEWS, className="clues-views", role="group", **{"aria-label": t("clues.views")}),
        html.Div("", id=Ids.SAVED, className="clues-saved", role="group", **{"aria-label": t("clues.saved")}),
        html.Div("", id=Ids.BULK, className="clues-bulk", hidden=True, role="group", **{"aria-label": t("clues.bulk")}),
        html.Div("", id=Ids.TABLE_SLOT, className="clues-table-slot"),
    ]
    return panel(
        name="clues-list", title=t("clues.title"), note=t("clues.note"), body=body, state_id=Ids.LIST_STATE
    )  # fmt: skip
