"""The wiring of the situation page.

Controls and the map meet in the browser (`assets/js`); the server is asked for the table, row by row.
"""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qsl

import dash_ag_grid as dag
from dash import Input, Output, State, no_update
from dash.development.base_component import Component
from flask import current_app

from dashboard import access
from dashboard.data import queries
from dashboard.data.filters import parse
from dashboard.i18n import Words
from dashboard.page import Page, page_context
from dashboard.pages.situation.ids import Ids
from dashboard.pages.situation.view import layout

PAGE = Page("situation", "/", layout)
COLUMNS = (
    "severity",
    "state",
    "enterprise",
    "rule",
    "category",
    "pollutant",
    "city",
    "county",
    "industry",
    "round_code",
    "team",
    "detected_at",
    "due_at",
    "score",
    "clue_id",
)
# All of them side by side fill a screen of 1920.
WIDTHS = {
    "severity": 140,
    "state": 118,
    "enterprise": 236,
    "rule": 196,
    "category": 100,
    "pollutant": 96,
    "city": 90,
    "county": 90,
    "industry": 108,
    "round_code": 92,
    "team": 134,
    "detected_at": 140,
    "due_at": 140,
    "score": 86,
    "clue_id": 96,
}
CONTROLS = {
    Ids.REGION: "value",
    Ids.ROUNDS: "value",
    Ids.DATES: "value",
    Ids.POLLUTANT: "value",
    Ids.INDUSTRY: "value",
    Ids.CATEGORY: "value",
    Ids.STATUS: "value",
    Ids.SEVERITY: "value",
    Ids.FOLLOW: "checked",
    Ids.PRODUCT: "value",
    Ids.METRIC: "value",
    Ids.HEAT: "value",
    Ids.LAYERS: "value",
}


for _control, _property in CONTROLS.items():
    PAGE.clientside("lookout_controls", "moved", Input(_control, _property), State(_control, "id"))
PAGE.clientside("lookout_controls", "picked", Input(Ids.TABLE, "selectedRows"))


@PAGE.callback(Output(Ids.TABLE_SLOT, "children"), Input(Ids.TABLE_WANTED, "data"), prevent_initial_call=True)
def show_table(wanted: bool | None) -> Component | Any:  # noqa: ANN401 - Dash's no_update
    """The table, once its bundle is there and it is wanted."""
    return clue_table(_words()) if wanted else no_update


@PAGE.callback(
    Output(Ids.TABLE, "getRowsResponse"),
    inputs={"wanted": Input(Ids.TABLE, "getRowsRequest")},
    state={"filters": State(Ids.FILTERS, "data")},
    prevent_initial_call=True,
)
def answer_rows(wanted: dict[str, Any] | None, filters: dict[str, str] | None) -> Any:  # noqa: ANN401 - Dash's no_update
    """The rows the table has scrolled to, filtered as the page is and out of the page's own snapshot."""
    if not wanted:
        return no_update
    t = _words()
    page = filters if isinstance(filters, dict) else {}
    scope, _ = parse(dict(parse_qsl(page.get("query", ""))))
    access.require("situation")
    loaded = access.named_loaded(page["snapshot"]) if page.get("snapshot") else access.current_loaded()
    sorts = [
        queries.Sort(_sort_column(sort["colId"]), sort["sort"] == "desc") for sort in wanted.get("sortModel") or []
    ]
    rows, total = queries.clue_rows(loaded.cursor(), scope, wanted["startRow"], wanted["endRow"], sorts)
    return {"rowData": [row_in_words(row, t) for row in rows], "rowCount": total}


def clue_table(t: Words) -> Component:
    """An empty grid that asks for its rows as it is scrolled."""
    columns = [
        {"field": name, "headerName": t(f"column.{name}"), "width": WIDTHS.get(name, 120), "sortable": True}
        for name in COLUMNS
    ]
    return dag.AgGrid(
        id=Ids.TABLE,
        columnDefs=columns,
        rowModelType="infinite",
        getRowId="params.data.clue_id",
        defaultColDef={"resizable": True, "suppressHeaderMenuButton": True},
        dashGridOptions={
            "rowHeight": 30,
            "headerHeight": 34,
            "cacheBlockSize": 100,
            "maxBlocksInCache": 20,
            "rowBuffer": 10,
            "rowSelection": {"mode": "singleRow", "checkboxes": False, "enableClickSelection": True},
            "localeText": t.under("grid."),
        },
        className="table",
    )


def row_in_words(row: dict[str, Any], t: Words) -> dict[str, Any]:
    """One row of `clues.sql` in the words of a language."""
    language = t.language
    return {
        **{name: row.get(name) for name in COLUMNS},
        "clue_idx": row["clue_idx"],
        "state": t(f"state.{row['state']}"),
        "category": t(f"category.{row['category']}"),
        "pollutant": t(f"pollutant.{row['pollutant']}") if row["pollutant"] else "",
        "severity": t(f"severity.{row['severity']}"),
        "detected_at": row["detected_at"][:16],
        "due_at": (row["due_at"] or "")[:16],
        "enterprise": row["enterprise"] or t("table.cell", cell=row["cell_id"]),
        **{name: row[f"{name}_{language}"] for name in ("rule", "city", "county", "team", "industry")},
    }


def _sort_column(column: str) -> str:
    return {"city": "city_zh", "county": "county_zh", "rule": "rule_id", "team": "team_code"}.get(column, column)


def _words() -> Words:
    return page_context(current_app.config["lookout.language"]).words
