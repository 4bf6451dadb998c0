"""Furnaces and stacks of waste incinerators by day: cold means, marks, quotas used, daily means against the limit."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

import pyarrow as pa
import pytest

from data_adapters.catalogue import schema
from data_adapters.tables import TABLES
from fusion.engine import Engine, step_sql
from fusion.findings import Judge
from fusion.layout_incineration import INCINERATION_TABLES
from fusion.rulebook import load_rules
from fusion.store import Store

START = datetime(2023, 7, 1)
AS_OF = datetime(2023, 8, 2, 18)
FIVE = timedelta(minutes=5)


def minutes(
    count: int, temp_c: float | None = 900.0, mark: str = "normal", first: datetime = START
) -> list[dict[str, Any]]:
    """So many five-minute means of furnace F1, one after the other."""
    one = {
        "furnace_id": "F1",
        "enterprise_id": "E1",
        "upper_c": temp_c,
        "middle_c": temp_c,
        "mean_c": temp_c,
        "mark": mark,
    }
    return [one | {"time": first + n * FIVE} for n in range(count)]


def stack(day: int, nox: float, **changes: Any) -> dict[str, Any]:
    one = {"outlet_id": "S1", "enterprise_id": "E1", "date": date(2023, 7, day), "nox_zs_mg_m3": nox, "valid_hours": 24}
    return one | {"is_valid": True} | changes


def limit(value: float) -> dict[str, Any]:
    return {"permit_no": "P", "outlet_code": "DA001", "outlet_id": "S1", "pollutant": "NOx", "averaging": "day",
            "limit_mg_m3": value, "limit_basis": "permit", "valid_from": date(2020, 1, 1)}  # fmt: skip


def made(name: str, industry: str = "waste_incineration", **data: list[dict[str, Any]]) -> list[dict[str, Any]]:
    enterprises = [{"enterprise_id": "E1", "name": "甲", "industry_code": industry}]
    tables = {one: pa.Table.from_pylist(rows, schema=schema(one)) for one, rows in data.items()}
    tables["enterprises"] = pa.Table.from_pylist(enterprises, schema=TABLES["enterprises"].schema)
    tables["enterprises_numbered"] = pa.table({"enterprise_id": ["E1"], "enterprise_idx": pa.array([7], pa.uint32())})
    rules = load_rules()
    with Engine() as engine:
        Store(None).attach(engine)
        for one, table in tables.items():
            engine.forget(one)
            engine.register(one, table)
        values = rules["R17"].values() | rules["R18"].values()
        Judge(engine, AS_OF, START).make(name, step_sql(f"incineration/{name}"), values)
        columns = next(table.columns for table in INCINERATION_TABLES if table.name == name)
        found = engine.table(name)
    assert found.column_names == [column.name for column in columns]
    return list(found.to_pylist())


def days(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return made("incineration_days", furnace_minutes=rows)


@pytest.mark.parametrize(("cold", "is_over"), [(5, False), (6, True)])
def test_a_day_may_have_five_means_below_850_and_not_six(cold, is_over):
    (day,) = days(minutes(200) + minutes(cold, 849.0, first=START + 200 * FIVE))
    assert (day["n_means"], day["n_low"], day["is_over"], day["min_c"]) == (200 + cold, cold, is_over, 849.0)
    assert day["enterprise_idx"] == 7


def test_a_mean_that_was_not_measured_is_neither_warm_nor_cold():
    (day,) = days(minutes(10, None))
    assert (day["n_means"], day["n_low"], day["min_c"], day["is_over"]) == (0, 0, None, False)


def test_cold_means_under_a_mark_are_told_apart_as_exempt_and_their_hours_are_used():
    (day,) = days(minutes(100) + minutes(24, 700.0, "start_up", START + 100 * FIVE))
    assert (day["n_low"], day["n_low_exempt"], day["start_up_h"]) == (0, 24, 2.0)
    assert (day["used_ssfa_h"], day["quota_ssfa_h"], day["used_dry_h"]) == (2.0, 60.0, 0.0)


def test_hours_add_up_over_the_year_and_beyond_the_quota_a_mark_exempts_no_more():
    rows = days(minutes(61 * 12, 700.0, "fault"))
    assert [row["used_ssfa_h"] for row in rows] == [24.0, 48.0, 61.0]
    assert [row["n_low"] for row in rows] == [0, 0, 12] and [row["is_over"] for row in rows] == [False, False, True]
    assert {row["known_from"] for row in rows} == {START.date()}


def test_drying_has_a_quota_of_its_own_and_a_stopped_furnace_needs_none():
    rows = days(minutes(288, 300.0, "drying") + minutes(288, 100.0, "stopped", START + timedelta(days=1)))
    assert [(row["used_dry_h"], row["used_ssfa_h"], row["n_low"]) for row in rows] == [(24.0, 0.0, 0), (24.0, 0.0, 0)]
    assert [row["stopped_h"] for row in rows] == [0.0, 24.0]


def test_thermocouple_faults_are_counted_by_the_quarter():
    rows = days(
        minutes(24, 700.0, "thermocouple_fault", datetime(2023, 6, 30)) + minutes(12, 700.0, "thermocouple_fault")
    )
    assert [row["used_thermocouple_h"] for row in rows] == [2.0, 1.0]


def outlet_days(*rows: dict[str, Any], **more: Any) -> list[dict[str, Any]]:
    return made("incineration_outlet_days", cems_days=list(rows), **more)


def test_a_daily_mean_is_held_against_the_general_limit_or_a_stricter_one_that_binds():
    assert [(row["limit_mg_m3"], row["is_over"]) for row in outlet_days(stack(1, 249.0))] == [(250.0, False)]
    (row,) = outlet_days(stack(1, 249.0), permit_limits=[limit(200.0)])
    assert (row["limit_mg_m3"], row["is_over"]) == (200.0, True)
    assert outlet_days(stack(1, 251.0), permit_limits=[limit(400.0)])[0]["limit_mg_m3"] == 250.0


def test_a_day_with_too_few_valid_hours_is_neither_over_nor_under():
    (row,) = outlet_days(stack(1, 900.0, valid_hours=19))
    assert row["is_over"] is None and row["days_over"] == 0


def test_days_over_are_counted_within_the_calendar_month():
    rows = outlet_days(*(stack(day, 300.0) for day in (29, 30, 31)), stack(1, 300.0, date=date(2023, 8, 1)))
    assert [row["days_over"] for row in rows] == [1, 2, 3, 1]


def test_today_is_not_over_yet_and_other_plants_are_not_incinerators():
    assert outlet_days(stack(1, 300.0, date=AS_OF.date())) == []
    assert outlet_days(stack(1, 300.0), industry="cement") == []
