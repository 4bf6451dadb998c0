from __future__ import annotations

import pytest
from snapshot_builders import HOSTILE_NAMES
from werkzeug.exceptions import NotFound

from dashboard.factory import create_app
from dashboard.i18n import Words
from dashboard.pages.situation.callbacks import COLUMNS, answer_rows, clue_table, row_in_words, show_table
from dashboard.settings import Settings

# Clues are numbered by detection: what is sorted so stands so already.
IN_ORDER = {("round_code", "asc"), ("detected_at", "asc")}


@pytest.fixture
def asked(app):
    """The table's rows as the page at an address asks for them."""

    def ask(filters: str | None = "", address: str = "http://localhost/", **wanted: object) -> dict:
        request = {"startRow": 0, "endRow": 100, "sortModel": [], **wanted}
        with app.server.test_request_context("/_dash-update-component", headers={"Referer": address}):
            return answer_rows(request, None if filters is None else {"query": filters})

    return ask


def test_rows_are_those_of_the_filters(asked, recount):
    from test_queries import filters_of

    query = "region=140000&severity=1"
    answer = asked(query)
    expected = recount.clue_ids(filters_of(query))
    assert answer["rowCount"] == len(expected)
    assert {row["clue_id"] for row in answer["rowData"]} <= expected


@pytest.mark.parametrize("filters", ["", None, "foo=bar", "severity=x"])
def test_what_restricts_nothing_shows_every_clue(asked, recount, filters):
    assert asked(filters)["rowCount"] == len(recount.clues["clue_id"])


@pytest.mark.parametrize("column", COLUMNS)
@pytest.mark.parametrize("direction", ["asc", "desc"])
def test_every_column_of_the_table_sorts(asked, column, direction):
    plain = [row["clue_id"] for row in asked()["rowData"]]
    ordered = [row["clue_id"] for row in asked(sortModel=[{"colId": column, "sort": direction}])["rowData"]]
    if (column, direction) not in IN_ORDER:
        assert ordered != plain
    assert len(ordered) == 100


@pytest.mark.parametrize("model", [None, [], [{"colId": "drop table", "sort": "desc"}]])
def test_a_sort_that_is_none_keeps_the_order(asked, model):
    assert asked(sortModel=model) == asked()


def test_rows_are_in_the_language_of_the_page(asked):
    chinese, english = asked()["rowData"][0], asked(address="http://localhost/?lang=en")["rowData"][0]
    assert chinese["clue_id"] == english["clue_id"]
    assert chinese["state"] != english["state"] and english["state"].isascii()
    assert chinese["city"] != english["city"] and english["city"].isascii()


def test_at_most_a_thousand_rows_are_answered_whatever_is_asked(asked):
    assert len(asked(startRow=0, endRow=10**9)["rowData"]) == 1000


@pytest.mark.parametrize(("start", "end"), [(5, 5), (10, 5), (-10, 5), (10**9, 10**9 + 100)])
def test_odd_ranges_break_nothing(asked, recount, start, end):
    answer = asked(startRow=start, endRow=end)
    assert answer["rowCount"] == len(recount.clues["clue_id"])


def test_a_clue_about_a_cell_is_called_by_its_cell():
    words = Words("zh")
    row = dict.fromkeys(("rule_zh", "city_zh", "county_zh", "team_zh", "industry_zh"), "x")
    row |= {"clue_idx": 3, "state": "PUSHED", "category": "satellite", "severity": 2, "enterprise": None,
            "pollutant": None,
            "cell_id": "G3-1-2",
            "detected_at": "2023-03-02 10:00:00", "due_at": None}  # fmt: skip
    shown = row_in_words(row, words)
    assert shown["enterprise"] == words("table.cell", cell="G3-1-2")
    assert set(COLUMNS) <= set(shown)


def test_names_are_shown_as_they_are_not_as_a_spreadsheet_needs_them(hostile_root):
    app = create_app(Settings(snapshots=hostile_root))
    with app.server.test_request_context("/_dash-update-component"):
        rows = answer_rows({"startRow": 0, "endRow": 1000, "sortModel": []}, {})["rowData"]
    assert {row["enterprise"] for row in rows if not row["enterprise"].startswith("网格")} <= set(HOSTILE_NAMES)


def test_the_table_is_made_only_when_it_is_wanted(app):
    with app.server.test_request_context("/_dash-update-component"):
        assert show_table(True).id == "situation-table"
        assert not hasattr(show_table(None), "id")


@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_column_has_a_head(language):
    heads = [column["headerName"] for column in clue_table(Words(language)).columnDefs]
    assert len(set(heads)) == len(COLUMNS) and not any("column." in head for head in heads)


def test_rows_come_out_of_the_pages_own_snapshot(app, asked):
    request = {"startRow": 0, "endRow": 1, "sortModel": []}
    own = app.store.current().id
    with app.server.test_request_context("/_dash-update-component"):
        assert answer_rows(request, {"snapshot": own, "query": ""})["rowCount"] == asked()["rowCount"]
        with pytest.raises(NotFound):
            answer_rows(request, {"snapshot": "20000101T000000Z-00000000", "query": ""})
