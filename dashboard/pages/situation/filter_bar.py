"""The filters of the situation page, and what of them is chosen."""

from __future__ import annotations

import dash_mantine_components as dmc
from dash import html
from dash.development.base_component import Component

from dashboard.components.filter_menu import filter_menu, popover_button
from dashboard.data.filters import CATEGORIES, POLLUTANTS, STATUS_GROUPS
from dashboard.data.store import Loaded
from dashboard.data.vocabulary import first_and_last_day, vocabulary
from dashboard.i18n import Words
from dashboard.pages.situation.ids import Ids


def filter_bar(t: Words, loaded: Loaded) -> Component:
    """Every filter as a control, and the buttons for table and export."""
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


def chip_bar(t: Words) -> Component:
    """Where you are, what is chosen, and notices; filled by the page's scripts."""
    return html.Div(
        [
            html.Nav("", id=Ids.CRUMBS, className="crumbs", **{"aria-label": t("filter.crumbs")}),
            html.Div("", id=Ids.CHIPS, className="chips", role="group", **{"aria-label": t("filter.chips")}),
            html.Div("", id=Ids.NOTICE, className="notice", role="status", **{"aria-live": "polite"}),
        ],
        className="chip-bar",
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
            popover_button(t("export.button")),
            dmc.PopoverDropdown(html.Div([html.P(t("export.hint")), *links], id=Ids.EXPORTS, className="exports")),
        ],
        position="bottom-end",
        withinPortal=True,
        trapFocus=True,
        keepMounted=True,
    )
