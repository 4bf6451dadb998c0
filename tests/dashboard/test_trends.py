"""Emission trends of parts: the same days and numbers as the trend of the situation page."""

from __future__ import annotations

from datetime import date

import pytest

from dashboard.data import queries, trends
from dashboard.data.filters import Filters

SCOPES = [
    Filters(pollutant="NOx"),
    Filters(region="410000", pollutant="SO2"),
    Filters(industry=("steel",), pollutant="PM"),
]


def days_of(loaded, filters: Filters) -> dict[int, dict[str, float]]:
    """The situation page's trend by day since 1970."""
    told = queries.trend(loaded.cursor(), filters)[filters.pollutant]
    days = [(date.fromisoformat(day) - date(1970, 1, 1)).days for day in told["date"]]
    return {day: {name: told[name][i] for name in told} for i, day in enumerate(days)}


@pytest.mark.parametrize("filters", SCOPES, ids=lambda f: f.query())
def test_the_fleet_is_what_the_situation_shows(loaded, filters):
    (fleet,) = trends.trends(loaded, filters, "fleet")["items"]
    told = days_of(loaded, filters)
    assert fleet["days"] == sorted(told)
    for i, day in enumerate(fleet["days"]):
        assert fleet["concentration"][i] == pytest.approx(told[day]["concentration_mg_m3"], abs=2e-3)
        assert fleet["ratio"][i] == pytest.approx(told[day]["limit_ratio"], abs=2e-3)
        assert (fleet["valid_hours"][i], fleet["exceed_hours"][i]) == (
            told[day]["valid_hours"],
            told[day]["exceed_hours"],
        )


def test_industries_add_up_to_the_fleet(loaded):
    filters = Filters(pollutant="NOx")
    (fleet,) = trends.trends(loaded, filters, "fleet")["items"]
    industries = trends.trends(loaded, filters, "industry")["items"]
    for name in ("emission_kg", "valid_hours", "exceed_hours", "enterprises"):
        sums: dict[int, float] = {}
        for item in industries:
            for day, value in zip(item["days"], item[name], strict=True):
                sums[day] = sums.get(day, 0) + (value or 0)
        whole = dict(zip(fleet["days"], fleet[name], strict=True))
        assert sums == pytest.approx(whole, abs=len(industries)), name


def test_a_cluster_has_five_enterprises_that_report_and_a_county(loaded):
    for item in trends.trends(loaded, Filters(pollutant="NOx"), "cluster")["items"]:
        assert item["of_enterprises"] >= 5
        assert item["name_zh"] and item["name_en"]


def test_no_more_enterprises_are_listed_than_it_says_and_the_largest_come(loaded):
    answer = trends.trends(loaded, Filters(pollutant="SO2"), "enterprise")
    assert 0 < len(answer["items"]) <= answer["most"]
    assert len({item["key"] for item in answer["items"]}) == len(answer["items"])
    kept = min(sum(kg or 0 for kg in item["emission_kg"]) for item in answer["items"])
    shown = {int(item["key"]) for item in answer["items"]}
    asked = "select enterprise_idx, sum(emission_kg) from emission_daily where pollutant = 'SO2' group by 1"
    every = loaded.cursor().execute(asked).fetchall()
    assert all(kg <= kept + 1 for idx, kg in every if idx not in shown)


def test_without_electricity_it_is_said_not_to_be_there(loaded):
    answer = trends.trends(loaded, Filters(), "fleet")
    assert answer["has_power"] is False and answer["power"] == {}


def test_another_level_is_not_answered(client, loaded):
    root = f"/data/{loaded.id}/trends.json"
    assert client.get(f"{root}?level=industry").status_code == 200
    assert client.get(f"{root}?level=planet").status_code == 404
