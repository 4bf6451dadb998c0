"""Every question against an independent count over the Parquet files."""

from __future__ import annotations

from datetime import date, datetime
from urllib.parse import parse_qsl

import pyarrow as pa
import pytest

from dashboard.data import queries
from dashboard.data.filters import Filters, parse

# Yangquan is in BTH until 2023-04-27 and in FWP from then on; Yuncheng the other way round.
MOVED = "140300"
SCOPES = {
    "everything": "",
    "province": "region=140000",
    "municipality": "region=110000",
    "city": f"region={MOVED}",
    "county": "region=140302",
    "group": "region=g:BTH",
    "group of old lists": "region=g:FWP&to=2023-04-26",
    "unknown region": "region=999999",
    "unknown group": "region=g:NOWHERE",
    "one round": "rounds=2023-R03",
    "rounds": "rounds=2023-R02,2023-R05",
    "unknown round": "rounds=1999-R01",
    "dates": "from=2023-03-10&to=2023-04-20",
    "one day": "from=2023-04-01&to=2023-04-01",
    "days before": "to=2023-01-01",
    "days turned round": "from=2023-05-01&to=2023-04-01",
    "industries": "industry=steel,cement",
    "unknown industry": "industry=alchemy",
    "category": "category=cems",
    "categories": "category=cems,satellite,permit",
    "rule": "rule=R01,R04",
    "unknown rule": "rule=R99",
    "status": "status=closed",
    "statuses": "status=pushed,checking,dismissed",
    "severity": "severity=1",
    "severities": "severity=2,3",
    "pollutant": "pollutant=NOx",
    "extent": "extent=112.5,37.0,114.0,38.5",
    "extent at sea": "extent=150,0,160,10",
    "all at once": "region=140000&rounds=2023-R01,2023-R02,2023-R06&industry=steel,cement,coking&severity=1,2"
    "&extent=110,34,114.5,40&from=2023-03-05&to=2023-06-01",
}
scopes = pytest.mark.parametrize("query", SCOPES.values(), ids=SCOPES.keys())


def filters_of(query: str) -> Filters:
    filters, ignored = parse(dict(parse_qsl(query)))
    assert not ignored
    return filters


@scopes
def test_clues_in_scope_are_those_an_independent_count_finds(loaded, recount, query):
    filters = filters_of(query)
    expected = recount.clue_ids(filters)
    rows, total = queries.clue_rows(loaded.cursor(), filters, 0, 1000)
    exported = queries.export(loaded.cursor(), "clues", filters, "2023-06-21")
    assert total == exported.num_rows == len(expected)
    assert set(exported["clue_id"].to_pylist()) == expected
    assert {row["clue_id"] for row in rows} <= expected
    assert len(rows) == min(total, 1000)


@scopes
def test_enterprises_in_scope_are_those_an_independent_count_finds(loaded, recount, query):
    filters = filters_of(query)
    exported = queries.export(loaded.cursor(), "enterprises", filters, "2023-06-21")
    found = exported["enterprise_id"].to_pylist()
    assert len(found) == len(set(found))
    assert set(found) == recount.enterprise_ids(filters, date(2023, 6, 21))


@scopes
def test_hotspots_in_scope_are_those_an_independent_count_finds(loaded, recount, query):
    exported = queries.export(loaded.cursor(), "hotspots", filters_of(query), "2023-06-21")
    columns = [exported[name].to_pylist() for name in ("product", "date", "cell_col", "cell_row")]
    found = [(product, str(day), col, row) for product, day, col, row in zip(*columns, strict=True)]
    assert len(found) == len(set(found))
    assert set(found) == recount.hotspot_keys(filters_of(query))


@scopes
def test_checks_by_city_and_round_are_those_an_independent_count_finds(loaded, recount, query):
    filters = filters_of(query)
    names = dict(zip(recount.places["place_idx"].tolist(), recount.places["name_en"], strict=True))
    codes = dict(zip(recount.rounds["round_idx"].tolist(), recount.rounds["round_code"], strict=True))
    expected = {
        (names[city], codes[number]): figures for (city, number), figures in recount.check_cells(filters).items()
    }
    rows = queries.export(loaded.cursor(), "checks", filters, "2023-06-21").to_pylist()
    figures = ("enterprises_checked", "checks", "enterprises_with_problems", "problems", "prominent_problems")
    found = {(row["city_en"], row["round_code"]): tuple(row[name] for name in figures) for row in rows}
    assert found == expected


@pytest.mark.parametrize(
    "query",
    ["", "region=140000", f"region={MOVED}", "region=g:BTH", "industry=steel", "extent=112.5,37.0,114.0,38.5"],
    ids=["everything", "province", "city", "group", "industry", "extent"],
)
def test_the_trend_is_what_an_independent_count_finds(loaded, recount, query):
    filters = filters_of(query)
    answer = queries.trend(loaded.cursor(), filters)
    for pollutant in ("PM", "SO2", "NOx"):
        expected = recount.trend(filters, pollutant)
        got = answer.get(pollutant, {"date": []})
        assert got["date"] == sorted(expected)
        for i, day in enumerate(got["date"]):
            n, mean, valid, exceeding = expected[day]
            assert (got["n_enterprises"][i], got["valid_hours"][i], got["exceed_hours"][i]) == (n, valid, exceeding)
            assert got["concentration_mg_m3"][i] == (pytest.approx(mean, abs=1e-3) if n else None)


def test_the_trend_is_not_cut_to_the_chosen_days(loaded):
    everything = queries.trend(loaded.cursor(), Filters())
    assert queries.trend(loaded.cursor(), filters_of("from=2023-04-01&to=2023-04-02&rounds=2023-R01")) == everything


@pytest.mark.parametrize("query", ["region=999999", "region=g:NOWHERE", "industry=alchemy"])
def test_the_trend_of_what_is_not_there_is_empty(loaded, query):
    assert queries.trend(loaded.cursor(), filters_of(query)) == {}


def test_a_city_counts_for_its_old_group_in_old_rounds_and_for_the_new_one_later(loaded, recount):
    city = recount.place(MOVED)
    old = recount.clues["clue_id"][(recount.clues["city_idx"] == city) & (recount.clues["round_idx"] < 4)]
    new = recount.clues["clue_id"][(recount.clues["city_idx"] == city) & (recount.clues["round_idx"] >= 4)]

    def ids(group: str) -> set[str]:
        rows = queries.export(loaded.cursor(), "clues", filters_of(f"region=g:{group}"), "2023-06-21")
        return set(rows["clue_id"].to_pylist())

    assert len(old) and len(new)
    assert set(old) <= ids("BTH") and not set(new) & ids("BTH")
    assert set(new) <= ids("FWP") and not set(old) & ids("FWP")


def test_rows_come_in_pages_that_neither_repeat_nor_skip(loaded, recount):
    sorts = [queries.Sort("severity"), queries.Sort("city_zh", descending=True)]
    seen: list[str] = []
    for start in range(0, 1200, 100):
        rows, _ = queries.clue_rows(loaded.cursor(), Filters(), start, start + 100, sorts)
        seen += [row["clue_id"] for row in rows]
    assert len(seen) == len(set(seen)) == len(recount.clues["clue_id"])


@pytest.mark.parametrize("column", sorted(queries.SORTABLE))
@pytest.mark.parametrize("descending", [False, True])
def test_rows_are_sorted_by_any_column_of_the_table_with_the_unknown_last(loaded, column, descending):
    rows, total = queries.clue_rows(loaded.cursor(), Filters(), 0, 2000, [queries.Sort(column, descending)])
    assert len(rows) == 1000 < total
    values = [row[column] for row in rows]
    known = [value for value in values if value is not None]
    key = (lambda text: text.encode()) if known and isinstance(known[0], str) else None
    assert known == sorted(known, key=key, reverse=descending)
    assert values[: len(known)] == known


@pytest.mark.parametrize(
    "column", ["clue_id; drop table clues", "1", "(select 1)", "", "stages", "lon_deg", "Severity"]
)
def test_a_column_that_is_not_sortable_sorts_nothing(loaded, column):
    plain = queries.clue_rows(loaded.cursor(), Filters(), 0, 50)
    assert queries.clue_rows(loaded.cursor(), Filters(), 0, 50, [queries.Sort(column)]) == plain


INJECTIONS = (
    "' or 1=1 --",
    "'); drop table clues; --",
    "x') or true --",
    "$cities",
    "%",
    "_",
    "\\",
    "0) or (1=1",
    "\x00",
    "🐉",
)


@pytest.mark.parametrize("text", INJECTIONS)
@pytest.mark.parametrize("field", ["region", "rounds", "industry", "category", "rule", "pollutant"])
def test_sql_in_a_filter_is_a_word_that_matches_nothing(loaded, recount, field, text):
    filters = Filters(**{field: text if field in ("region", "pollutant") else (text,)})
    for table in queries.EXPORTABLE:
        if field not in FIELDS_OF[table]:
            continue
        assert queries.export(loaded.cursor(), table, filters, "2023-06-21").num_rows == 0, table
    assert loaded.cursor().execute("select count(*) from clues").fetchone() == (len(recount.clues["clue_id"]),)


FIELDS_OF = {
    "clues": {"region", "rounds", "industry", "category", "rule", "pollutant"},
    "enterprises": {"region", "industry"},
    "hotspots": {"region", "rounds"},
    "checks": {"region", "rounds", "industry"},
    "positions": set(),  # a list for all, whatever is filtered
}


@pytest.mark.parametrize("table", ["teams", "clues; drop table clues", "", "places"])
def test_only_four_tables_can_be_taken_away(loaded, table):
    with pytest.raises(KeyError):
        queries.export(loaded.cursor(), table, Filters(), "2023-06-21")


@pytest.mark.parametrize("index", [0, 17, 1129])
def test_the_card_of_a_clue_tells_its_history_in_order(loaded, recount, index):
    card = queries.describe(loaded.cursor(), "clue", index)
    assert card["clue_id"] == recount.clues["clue_id"][index]
    assert card["history"][-1]["to_state"] == card["state"] == recount.clues["state"][index]
    times = [datetime.fromisoformat(step["at"]) for step in card["history"]]
    assert times == sorted(times)
    assert card["is_overdue"] == bool(recount.clues["stages"][index] & 64)


@pytest.mark.parametrize("index", [0, 12, 399])
def test_the_card_of_an_enterprise_counts_its_own_rows(loaded, recount, index):
    card = queries.describe(loaded.cursor(), "enterprise", index)
    own = recount.checks["enterprise_idx"] == index
    assert card["enterprise_id"] == recount.enterprises["enterprise_id"][index]
    assert card["n_clues"] == (recount.clues["enterprise_idx"] == index).sum()
    assert card["n_checks"] == own.sum()
    assert card["n_problems"] == recount.checks["n_problems"][own].sum()
    assert card["n_prominent"] == recount.checks["n_prominent"][own].sum()


@pytest.mark.parametrize("kind", ["clue", "enterprise"])
def test_there_is_no_card_of_what_is_not_there(loaded, kind):
    assert queries.describe(loaded.cursor(), kind, 10**6) is None


def test_every_question_takes_the_parameters_it_is_given(loaded):
    for question in queries.PARAMETERS:
        named = queries.parameters(loaded.cursor(), question, Filters(), "2023-06-21")
        if question != "trend":
            table = queries.export(loaded.cursor(), question, Filters(), "2023-06-21")
            assert isinstance(table, pa.Table) and table.num_rows
        assert set(named) == set(queries.PARAMETERS[question])
