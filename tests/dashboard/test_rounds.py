"""The rounds page in numbers: the dictionary's, by round, by place, together and against each other."""

from __future__ import annotations

from dataclasses import replace

import pytest
from snapshot_builders import doctored, source_failed, without_rows

from dashboard.data import rounds
from dashboard.data.filters import Filters
from dashboard.data.metrics import figures, round_on_round
from dashboard.data.store import Store

SAME = {
    "checked": "enterprises_checked",
    "checks": "checks",
    "with_problems": "enterprises_with_problems",
    "problems": "problems",
    "prominent": "prominent_problems",
}
CLUES = {
    "clues": "clues",
    "pushed": "clues_pushed",
    "verdict": "clues_with_verdict",
    "confirmed": "clues_confirmed",
    "fixed": "clues_fixed",
}
SCOPES = [Filters(), Filters(region="g:BTH"), Filters(region="410000", industry=("steel",))]


def dictionary_says(loaded, filters: Filters, ids) -> dict[str, float]:
    return {one["id"]: one["value"] or 0 for one in figures(loaded, filters, ids)["metrics"]}


def codes(loaded) -> dict[int, str]:
    return dict(loaded.cursor().execute("select round_idx, round_code from rounds").fetchall())


@pytest.mark.parametrize("filters", SCOPES, ids=lambda f: f.query() or "all")
def test_each_round_says_what_the_dictionary_says_of_it(loaded, filters):
    frame = rounds.frame(loaded, filters)
    by_code = {code: replace(filters, rounds=(code,)) for code in codes(loaded).values()}
    for row in (row for row in frame["by_round"] if row["level"] == 9):
        said = dictionary_says(loaded, by_code[codes(loaded)[row["round_idx"]]], SAME.values())
        assert {name: row[name] for name in SAME} == {name: said[metric] for name, metric in SAME.items()}
    for row in frame["clues"]:
        said = dictionary_says(loaded, by_code[codes(loaded)[row["round_idx"]]], CLUES.values())
        assert {name: row[name] for name in CLUES} == {name: said[metric] for name, metric in CLUES.items()}


@pytest.mark.parametrize("level", [0, 1])
def test_the_places_of_a_round_add_up_to_the_round(loaded, level):
    by_round = rounds.frame(loaded, Filters())["by_round"]
    for name in (*SAME, "checks_by_clue", "problems_by_clue", "checks_offsite"):
        whole = {row["round_idx"]: row[name] for row in by_round if row["level"] == 9}
        parts = dict.fromkeys(whole, 0)
        for row in by_round:
            if row["level"] == level:
                parts[row["round_idx"]] += row[name]
        assert parts == whole, name


def test_kinds_of_problems_add_up_to_the_problems_of_each_round(loaded):
    frame = rounds.frame(loaded, Filters())
    whole = {row["round_idx"]: row["problems"] for row in frame["by_round"] if row["level"] == 9}
    parts = dict.fromkeys(whole, 0)
    for row in frame["types"]:
        parts[row["round_idx"]] += row["problems"]
    assert parts == whole


def test_a_city_is_listed_only_in_the_rounds_of_its_membership(loaded):
    members = {row["city_idx"]: row["rounds"] for row in rounds.frame(loaded, Filters(region="g:BTH"))["members"]}
    every = set(codes(loaded))
    came_or_went = {city for city, listed in members.items() if set(listed) != every}
    assert came_or_went, "the campaign changes its list of cities between rounds"
    for row in rounds.frame(loaded, Filters(region="g:BTH"))["by_round"]:
        if row["level"] == 1:
            assert row["round_idx"] in members[row["place_idx"]]


def test_a_span_is_summed_once_however_the_rounds_are_named(loaded):
    some = tuple(sorted(codes(loaded).values())[:4])
    span = rounds.span(loaded, Filters(rounds=some))
    frame = rounds.frame(loaded, Filters())
    in_span = [row for row in frame["by_round"] if row["level"] == 9 and codes(loaded)[row["round_idx"]] in some]
    assert span["totals"]["problems"]["value"] == sum(row["problems"] for row in in_span)
    assert span["totals"]["enterprises_checked"]["value"] == sum(row["checked"] for row in in_span)
    assert sum(row["checks"] for row in span["industries"]) == span["totals"]["checks"]["value"]
    assert sum(row["enterprises"] for row in span["visits"]) == span["totals"]["enterprises_distinct"]["value"]


def test_two_rounds_in_a_row_are_compared_as_the_dictionary_compares_them(loaded):
    earlier, later = sorted(codes(loaded).values())[4:6]
    answer = rounds.against(loaded, Filters(), later, earlier)
    for one in answer["metrics"]:
        known = round_on_round(loaded, Filters(), one["id"], later)
        assert (one["change"], answer["n_cities"]) == (known.change, known.n_cities)


def test_the_change_of_a_round_turns_round_with_the_order(loaded):
    first, *_, last = sorted(codes(loaded).values())
    there = rounds.against(loaded, Filters(), last, first)["metrics"]
    back = rounds.against(loaded, Filters(), first, last)["metrics"]
    assert [one["now"] for one in there] == [one["before"] for one in back]


def test_the_next_round_begins_when_the_last_is_over_and_names_listed_cities(loaded):
    plan = rounds.planner(loaded, Filters())
    ((last,),) = loaded.cursor().execute("select max(to_date) from rounds").fetchall()
    assert plan["from"] >= last.isoformat() > "2023"
    listed = {city for (city,) in loaded.cursor().execute(
        "select distinct city_idx from place_groups where valid_to is null").fetchall()}  # fmt: skip
    assert {row["city_idx"] for row in plan["cities"]} == listed


def test_a_part_or_round_that_is_not_there_is_not_answered(client, loaded):
    root = f"/data/{loaded.id}/rounds"
    assert client.get(f"{root}/frame.json").status_code == 200
    assert client.get(f"{root}/nothing.json").status_code == 404
    assert client.get(f"{root}/against.json?now=2023-R01&before=1999-R01").status_code == 404


def test_a_reason_whose_source_failed_is_not_known_and_not_zero(root, tmp_path):
    def manifest(told):
        for table in ("satellite_grid", "inspections"):
            source_failed(table, "cut off")(told)

    gone = dict.fromkeys(("hotspots", "coverage", "checks"), without_rows)
    doctored(root, tmp_path, tables=gone, manifest=manifest)
    cities = rounds.planner(Store(tmp_path, "1GB").current(), Filters())["cities"]
    for name in ("hot_cells", "observed", "visits", "last_round_idx"):
        assert {city[name] for city in cities} == {None}, name
    assert sum(city["unclosed"] for city in cities) > 0
