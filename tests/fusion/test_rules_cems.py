"""Rules R02 to R16 and R18 on small stacks: what each finds, what looks the same and isn't, what it can't know."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from data_adapters.catalogue import AUXILIARY, CATEGORIES, table
from fusion.engine import Engine
from fusion.findings import Judge
from fusion.rulebook import BUILT_IN, _load
from fusion.rules.R06 import repeated_blocks

START = datetime(2023, 7, 1)
AGES_AGO = date(2000, 1, 1)
LIMITS = {"PM": 10.0, "SO2": 35.0, "NOx": 50.0}
NAMES = {"PM": "pm", "SO2": "so2", "NOx": "nox"}
TABLES = sorted({one.canonical_table for one in CATEGORIES.values()} | set(AUXILIARY) - {"truth"})
Hours = dict[str, Any]


def at(hour: float) -> datetime:
    return START + timedelta(hours=hour)


def stack(n: int = 336, outlet: str = "O1", seed: int = 1) -> Hours:
    """Ordinary hours of a stack that runs: everything fits together, nothing is over the limit."""
    rng = np.random.default_rng([seed, *outlet.encode()])
    hours: Hours = {
        "outlet_id": [outlet] * n,
        "enterprise_id": [f"E-{outlet}"] * n,
        "mn": [f"MN-{outlet}"] * n,
        "time": [at(hour) for hour in range(n)],
        "o2_pct": np.round(6 + 0.2 * rng.standard_normal(n), 3),
        "flow_m3_h": np.round(100_000 * (1 + 0.08 * rng.standard_normal(n))),
        "temp_c": np.round(100 + rng.standard_normal(n), 2),
        "pressure_pa": np.full(n, -150.0),
        "humidity_pct": np.full(n, 8.5),
        "duct_area_m2": np.full(n, 5.0),
        "nh3_mg_m3": np.full(n, 2.0),
        "valid_minutes": np.full(n, 60, np.int32),
    }
    for pollutant, limit in LIMITS.items():
        hours[f"{NAMES[pollutant]}_mg_m3"] = np.round(0.5 * limit * (1 + 0.1 * rng.standard_normal(n)), 3)
        hours[f"{NAMES[pollutant]}_flag"] = np.array(["N"] * n, dtype=object)
    return hours


def settled(hours: Hours) -> pa.Table:
    """As the table; what was not set follows from raw values, oxygen and flow."""
    rows = dict(hours)
    factor = np.where(np.isnan(rows["o2_pct"]) | (rows["o2_pct"] >= 20), 1.0, 15 / (21 - rows["o2_pct"]))
    dry = 3600 * rows["duct_area_m2"] * 273 / (273 + rows["temp_c"]) * (101_325 - 150) / 101_325 * (1 - 0.085)
    rows.setdefault("velocity_m_s", rows["flow_m3_h"] / dry)
    for name in NAMES.values():
        raw = rows[f"{name}_mg_m3"]
        rows.setdefault(f"{name}_zs_mg_m3", np.round(raw * factor, 3))
        rows.setdefault(f"{name}_text", [None if np.isnan(one) else f"{one:.3f}" for one in raw])
        rows.setdefault(f"{name}_kg", np.maximum(raw, 0) * rows["flow_m3_h"] * 1e-6)
    return given("cems_hours", rows)


def given(name: str, columns: Mapping[str, Any]) -> pa.Table:
    schema = table(name).schema
    n = len(next(iter(columns.values())))
    made = [pa.array(columns.get(field.name, [None] * n), field.type, from_pandas=True) for field in schema]
    return pa.Table.from_arrays([*made, pa.array(["X00"] * n)], names=[*schema.names, "category"])


def rows_of(name: str, rows: Sequence[Mapping[str, Any]]) -> pa.Table:
    return given(name, {key: [row.get(key) for row in rows] for key in dict.fromkeys(k for row in rows for k in row)})


def limits(outlet: str = "O1", averaging: str = "hour", **changes: Any) -> list[dict[str, Any]]:
    return [
        {"permit_no": "P", "outlet_code": outlet, "pollutant": pollutant, "averaging": averaging, "outlet_id": outlet,
         "limit_mg_m3": limit, "limit_basis": "permit", "ref_o2_pct": 6.0, "standard": "S", "valid_from": AGES_AGO}
        | changes
        for pollutant, limit in LIMITS.items()
    ]  # fmt: skip


def mark(first: float, last: float, kind: str = "maintenance", **changes: Any) -> dict[str, Any]:
    said = {"mark_id": f"M{first}", "outlet_id": "O1", "mn": "MN", "pollutant": "*", "layer": "manual", "item": ""}
    span = {"from_at": at(first), "to_at": at(last), "marked_at": at(first)}
    return said | span | {"mark_type": kind, "author": "enterprise"} | changes


def stop(first: float, last: float, condition: str = "stopped", **changes: Any) -> dict[str, Any]:
    said = {"mark_id": f"C{first}", "facility_id": "O1-U1", "enterprise_id": "E-O1", "outlet_id": "O1"}
    span = {"from_at": at(first), "to_at": at(last), "marked_at": at(first)}
    return said | span | {"condition": condition} | changes


def find(rule_id: str, as_of: float, tables: Mapping[str, pa.Table], from_h: float = 0) -> list[dict[str, Any]]:
    """What a rule finds, facts as a dictionary; tables not given are empty, limits are the usual ones."""
    rule = _load(BUILT_IN / f"{rule_id}.toml")
    data = {"permit_limits": rows_of("permit_limits", limits())} | tables
    with Engine("1GB", 1) as engine:
        for name in TABLES:
            engine.register(name, data[name] if name in data else given(name, {table(name).schema.names[0]: []}))
        found = Judge(engine, at(as_of), at(from_h)).find(rule, rule.values()).to_pylist()
    return [row | {"facts": json.loads(row["facts"])} for row in found]


def hours_only(hours: Hours) -> dict[str, pa.Table]:
    return {"cems_hours": settled(hours)}


def stood_still(hours: Hours, first: int, last: int) -> Hours:
    """The plant stands: no flow, air in the stack, nothing measured, flagged so."""
    for name in NAMES.values():
        hours[f"{name}_mg_m3"][first:last] = 0
        hours[f"{name}_flag"][first:last] = "F"
    hours["flow_m3_h"][first:last], hours["o2_pct"][first:last], hours["temp_c"][first:last] = 1_000, 20.9, 31
    return hours


RULES = ("R02", "R03", "R04", "R05", "R06", "R07", "R08", "R09", "R10", "R11", "R12", "R13", "R14", "R15", "R16", "R18")


@pytest.mark.parametrize("rule_id", RULES)
def test_rule_says_nothing_of_an_ordinary_stack(rule_id):
    assert find(rule_id, 336, hours_only(stack())) == []


@pytest.mark.parametrize("rule_id", RULES)
def test_rule_says_nothing_without_data(rule_id):
    assert find(rule_id, 336, {}) == []


@pytest.mark.parametrize("rule_id", RULES)
def test_rule_bears_empty_cells(rule_id):
    hours = stack(48)
    kept = ("outlet_id", "time", "mn", "enterprise_id", "valid_minutes")
    assert find(rule_id, 48, {"cems_hours": given("cems_hours", {name: hours[name] for name in kept})}) == []


# R02


def ammonia(dose_h: float, nox_h: float, end_h: float = 336, n: int = 480) -> dict[str, pa.Table]:
    """NOx over the limit from `nox_h` until `end_h`, the dose up by 40 % from `dose_h` until `end_h`."""
    rng = np.random.default_rng(5)
    hours = stack(n)
    clock = np.arange(n)
    hours["nox_mg_m3"] = np.where((clock >= nox_h) & (clock < end_h), 75.0, 25.0) + rng.standard_normal(n)
    dose = np.where((clock >= dose_h) & (clock < end_h), 84.0, 60.0) + 0.5 * rng.standard_normal(n)
    process = {
        "plant_id": ["P"] * n, "time": hours["time"], "enterprise_id": hours["enterprise_id"],
        "outlet_id": hours["outlet_id"], "load_pct": np.full(n, 80.0), "nh3_flow_kg_h": dose,
        "inlet_nox_mg_m3": np.full(n, 330.0), "nh3_slip_mg_m3": np.where(dose > 70, 11.0, 2.0),
    }  # fmt: skip
    return {"cems_hours": settled(hours), "process_hours": given("process_hours", process)}


def seen_before(tables: Mapping[str, pa.Table], hour: float) -> dict[str, pa.Table]:
    return {name: data.filter(pa.compute.less(data["time"], pa.scalar(at(hour)))) for name, data in tables.items()}


def test_ammonia_is_a_hypothesis_first_and_verified_by_the_cut_under_the_same_clue_id():
    tables = ammonia(dose_h=240, nox_h=240, end_h=400)
    [told] = find("R02", 380, seen_before(tables, 380))
    assert told["facts"]["hypothesis"] == "ammonia"
    assert (told["facts"]["is_verified"], told["facts"]["a_dose_step"], told["facts"]["c_slip"]) == (False, True, True)
    assert (told["window_from"], told["onset_at"], told["score"]) == (at(240), at(240), pytest.approx(0.7))
    [later] = find("R02", 480, tables)
    assert (later["facts"]["is_verified"], later["score"], later["clue_id"]) == (True, 1.0, told["clue_id"])
    assert later["facts"]["dose_cut_at"] == "2023-07-17 16:00:00"


def test_dose_that_leads_by_two_hours_is_a_reason_and_the_onset():
    [told] = find("R02", 336, seen_before(ammonia(dose_h=240, nox_h=242), 336))
    assert (told["facts"]["direction"], told["facts"]["lag_h"], told["facts"]["b_dose_leads"]) == (
        "dose_leads",
        2,
        True,
    )
    assert (told["window_from"], told["onset_at"], told["score"]) == (at(242), at(240), pytest.approx(1.0))


def test_dose_that_follows_nox_is_the_controller():
    assert find("R02", 336, seen_before(ammonia(dose_h=242, nox_h=240), 336)) == []


def test_dose_that_stays_is_no_hypothesis():
    assert find("R02", 336, seen_before(ammonia(dose_h=9_999, nox_h=240), 336)) == []


def test_dose_that_goes_up_with_the_load_is_no_hypothesis():
    tables = seen_before(ammonia(dose_h=240, nox_h=240), 336)
    process = tables["process_hours"].to_pydict()
    process["load_pct"] = [80.0 if time < at(240) else 96.0 for time in process["time"]]
    assert find("R02", 336, tables | {"process_hours": given("process_hours", process)}) == []


def test_unknown_dose_is_no_hypothesis():
    assert find("R02", 336, {"cems_hours": seen_before(ammonia(240, 240), 336)["cems_hours"]}) == []


# R03


def held(first: int, last: int) -> Hours:
    hours = stack()
    hours["nox_mg_m3"][first:last] = 31.234
    return hours


def test_four_equal_hours_are_told_and_three_are_not():
    [told] = find("R03", 336, hours_only(held(100, 104)))
    assert (told["pollutant"], told["window_from"], told["window_to"]) == ("NOx", at(100), at(104))
    assert (told["facts"]["hours_equal"], told["severity"]) == (4, 1)
    assert find("R03", 336, hours_only(held(100, 103))) == []


@pytest.mark.parametrize(("equal", "count"), [(12, 1), (11, 0)])
def test_whole_numbers_must_be_equal_three_times_as_long(equal, count):
    hours = stack()
    hours["pm_mg_m3"] = 4.0 + np.arange(336) % 3
    hours["pm_mg_m3"][100 : 100 + equal] = 5.0
    hours["pm_mg_m3"][[99, 100 + equal]] = 6.0
    hours["pm_text"] = [f"{one:.0f}" for one in hours["pm_mg_m3"]]
    found = find("R03", 336, hours_only(hours))
    assert [(row["pollutant"], row["facts"]["hours_equal"], row["severity"]) for row in found] == [
        ("PM", 12, 3)
    ] * count


def test_hour_not_sent_ends_the_flat_run():
    hours = held(100, 106)
    keep = np.arange(336) != 103
    cut = {name: np.array(values, dtype=object)[keep].tolist() for name, values in hours.items()}
    floats = {name: np.array(values, float) for name, values in cut.items() if isinstance(values[0], float)}
    assert find("R03", 336, hours_only(cut | floats)) == []


def test_other_text_of_the_same_number_is_another_value():
    hours = held(100, 104)
    hours["nox_text"] = [f"{one:.3f}" for one in hours["nox_mg_m3"]]
    hours["nox_text"][102] = "31.2340"
    hours["nox_zs_mg_m3"] = hours["nox_mg_m3"] + np.arange(336) * 0.001
    assert find("R03", 336, hours_only(hours)) == []


def test_zeros_of_a_stopped_plant_are_not_flat():
    assert find("R03", 336, hours_only(stood_still(stack(), 100, 130))) == []


def test_plant_that_stands_for_most_of_what_was_sent_is_not_running():
    assert find("R03", 40, hours_only(stood_still(stack(40), 10, 40))) == []


def test_flat_zeros_of_a_running_plant_are_for_the_watch_list():
    hours = stack()
    hours["so2_mg_m3"][100:110] = 0
    [told] = find("R03", 336, hours_only(hours))
    assert (told["pollutant"], told["severity"]) == ("SO2", 3)


@pytest.mark.parametrize(("minutes", "count"), [(60, 1), (59, 0)])
def test_minutes_that_do_not_move(minutes, count):
    n = 180
    values = 25 + np.arange(n) * 0.01
    values[30 : 30 + minutes] = 27.0
    columns = {"outlet_id": ["O1"] * n, "time": [at(50) + timedelta(minutes=one) for one in range(n)],
               "pollutant": ["NOx"] * n, "mn": ["M"] * n, "value_mg_m3": values, "flag": ["N"] * n}  # fmt: skip
    found = find("R03", 336, hours_only(stack()) | {"cems_minutes": given("cems_minutes", columns)})
    assert [row["facts"]["minutes"] for row in found] == [True] * count


def test_half_a_month_in_a_narrow_band_is_told_with_its_begin():
    hours = stack(24 * 20)
    hours["nox_zs_mg_m3"] = 25 + 0.2 * np.sin(np.arange(480) * 1.3)
    hours["nox_zs_mg_m3"][:48] += 10
    [told] = find("R03", 480, hours_only(hours))
    assert (told["facts"]["narrow_range"], told["window_from"]) == (True, at(48))


# R04


def stepped(first: int = 150, last: int = 336, level: float = 10.0) -> Hours:
    hours = stack()
    hours["nox_mg_m3"][first:last] = level + 0.1 * np.sin(np.arange(last - first) * 1.3)
    hours["o2_pct"][:] = 6.0
    return hours


def test_step_to_a_flat_level_is_told_at_its_hour():
    [told] = find("R04", 336, hours_only(stepped()))
    assert (told["pollutant"], told["onset_at"], told["severity"]) == ("NOx", at(150), 2)


def test_step_right_after_an_hour_near_the_limit_is_graver():
    hours = stepped()
    hours["nox_mg_m3"][148:150] = 47.0
    [told] = find("R04", 336, hours_only(hours))
    assert (told["onset_at"], told["severity"]) == (at(150), 1)


def test_step_with_the_load_is_no_step():
    hours = stepped()
    hours["flow_m3_h"][150:] *= 0.6
    assert find("R04", 336, hours_only(hours)) == []


def test_slow_fall_is_no_step():
    hours = stack()
    hours["nox_mg_m3"] = 25 - 15 * np.clip((np.arange(336) - 120) / 96, 0, 1)
    assert find("R04", 336, hours_only(hours)) == []


def test_end_of_a_short_peak_is_no_step():
    hours = stepped(0, 336, 25.0)
    hours["nox_mg_m3"][140:150] = 70.0
    assert find("R04", 336, hours_only(hours)) == []


def test_end_of_a_day_at_another_level_is_no_step():
    hours = stepped(0, 336, 25.0)
    hours["nox_mg_m3"][120:140] = 70.0
    assert find("R04", 336, hours_only(hours)) == []


def test_flat_level_above_the_limit_is_left_to_other_rules():
    assert find("R04", 336, hours_only(stepped(level=60.0))) == []


def test_flat_stretch_that_is_too_short_so_far_is_not_told():
    assert find("R04", 160, hours_only(stepped(150, 160)), 0) == []


# R05


def crowded(n: int, high: float = 49.8, spread: float = 1.0) -> Hours:
    rng = np.random.default_rng(3)
    hours = stack(n)
    hours["nox_zs_mg_m3"] = np.minimum(48.5 + spread * rng.standard_normal(n), high - 0.2 * rng.random(n))
    return hours


@pytest.mark.parametrize(("n", "count"), [(360, 1), (359, 0)])
def test_hours_crowded_under_the_limit_need_360_of_them(n, count):
    found = find("R05", n, hours_only(crowded(n)))
    assert [row["onset_at"] for row in found] == [START] * count


def test_crowd_begins_with_its_first_day_and_keeps_its_id():
    hours = crowded(480)
    hours["nox_zs_mg_m3"][:72] = 25.0
    [first] = find("R05", 450, seen_before(hours_only(hours), 450))
    [later] = find("R05", 480, hours_only(hours))
    assert (first["onset_at"], first["clue_id"]) == (at(72), later["clue_id"])


def test_tight_control_with_an_upper_tail_is_legal():
    assert find("R05", 400, hours_only(crowded(400, high=99.0, spread=3.0))) == []


def test_no_limit_is_no_crowd():
    empty = given("permit_limits", {"permit_no": []})
    assert find("R05", 400, hours_only(crowded(400)) | {"permit_limits": empty}) == []


def test_hourly_limit_behind_a_stricter_daily_one_is_no_line_to_stop_at():
    both = rows_of("permit_limits", [*limits(), *limits(averaging="day", limit_mg_m3=8.0)])
    assert find("R05", 400, hours_only(crowded(400)) | {"permit_limits": both}) == []


# R06


@pytest.mark.parametrize(("size", "count"), [(12, 1), (11, 0)])
def test_block_that_comes_again_needs_twelve_values(size, count):
    hours = stack()
    hours["so2_mg_m3"][200 : 200 + size] = hours["so2_mg_m3"][100 : 100 + size]
    found = find("R06", 336, hours_only(hours))
    assert [(row["onset_at"], row["facts"]["lag_h"], row["facts"]["repeated_hours"]) for row in found] == [
        (at(200), 100, 12)
    ] * count


def test_day_sent_three_times_more_is_one_block():
    hours = stack()
    for copy in (120, 144, 168):
        hours["so2_mg_m3"][copy : copy + 24] = hours["so2_mg_m3"][96:120]
    [told] = find("R06", 336, hours_only(hours))
    assert (told["window_from"], told["window_to"]) == (at(120), at(192))


def test_flat_line_is_no_repeated_block():
    zeros = np.zeros(50, np.int64)
    assert repeated_blocks(zeros, np.arange(50), zeros + 7, least=12, distinct=6) == []


def test_block_of_few_values_is_no_repeated_block():
    hour = np.arange(60)
    assert repeated_blocks(np.zeros(60, np.int64), hour, hour % 3, least=12, distinct=6) == []


def test_block_of_another_outlet_is_no_repeat():
    hour, value = np.tile(np.arange(30), 2), np.tile(np.arange(30) * 37 % 101, 2)
    assert repeated_blocks(np.repeat([0, 1], 30), hour, value, least=12, distinct=6) == []


@pytest.mark.parametrize(("swing", "count"), [(0.1, 1), (0.001, 0)])
def test_quiet_concentration_is_odd_only_while_the_load_swings(swing, count):
    hours = stack()
    wave = np.sin(np.arange(336) * 0.7)
    hours["nox_mg_m3"][100:200] = np.round(25 + 0.1 * np.sin(np.arange(100) * 1.9 + np.arange(100) ** 2), 3)
    hours["flow_m3_h"] = 100_000 * (1 + swing * wave)
    assert len(find("R06", 336, hours_only(hours))) == count


def test_whole_numbers_are_quiet_by_rounding_only():
    hours = stack()
    hours["pm_mg_m3"] = np.full(336, 5.0)
    hours["pm_text"] = ["5"] * 336
    assert find("R06", 336, hours_only(hours)) == []


@pytest.mark.parametrize(("digit", "count"), [(5, 1), (None, 0)])
def test_last_digits_are_even_unless_someone_likes_one(digit, count):
    n = 600
    hours = stack(n)
    if digit is not None:
        hours["nox_mg_m3"] = np.round(np.floor(hours["nox_mg_m3"] * 100) / 100 + digit / 1000 * (np.arange(n) % 2), 3)
    found = find("R06", n, hours_only(hours))
    assert [row["pollutant"] for row in found if "digit_p" in row["facts"]] == ["NOx"] * count


# R07


def off_formula(*where: int, by: float = 0.8) -> Hours:
    hours = stack()
    hours["nox_zs_mg_m3"] = np.round(hours["nox_mg_m3"] * 15 / (21 - hours["o2_pct"]), 3)
    hours["nox_zs_mg_m3"][list(where)] *= by
    return hours


def test_three_hours_of_a_day_off_the_formula_are_told_and_two_are_not():
    [told] = find("R07", 336, hours_only(off_formula(100, 105, 123)))
    assert (told["onset_at"], told["window_to"], told["facts"]["formula_hours"]) == (at(100), at(124), 3)
    assert find("R07", 336, hours_only(off_formula(100, 105))) == []
    assert find("R07", 336, hours_only(off_formula(100, 105, 124))) == []


def test_formula_holds_within_the_tolerance():
    assert find("R07", 336, hours_only(off_formula(*range(100, 130), by=0.97))) == []


def test_no_reference_oxygen_is_no_formula():
    bare = rows_of("permit_limits", limits(ref_o2_pct=None))
    assert find("R07", 336, hours_only(off_formula(*range(100, 130))) | {"permit_limits": bare}) == []


def test_same_factor_throughout_points_at_the_register():
    [told] = find("R07", 336, hours_only(off_formula(*range(336))))
    assert (told["severity"], told["facts"]["is_always"]) == (3, True)


@pytest.mark.parametrize(("hours_long", "temp", "count"), [(4, 100, 1), (3, 100, 0), (4, 50, 0)])
def test_oxygen_of_a_stopped_plant_in_hot_gas(hours_long, temp, count):
    hours = stack()
    hours["o2_pct"][100 : 100 + hours_long] = 19.5
    hours["temp_c"][100 : 100 + hours_long] = temp
    assert [row["facts"]["stop_like_hours"] for row in find("R07", 336, hours_only(hours))] == [4] * count


def test_oxygen_that_falls_for_good_at_the_same_load_is_told_at_its_hour():
    hours = stack()
    hours["o2_pct"] = hours["o2_pct"] + np.where(np.arange(336) >= 150, 0, 3.0)
    [told] = find("R07", 336, hours_only(hours))
    assert (told["onset_at"], told["facts"]["o2_step_pct"]) == (at(150), pytest.approx(3, abs=0.3))


def test_low_oxygen_that_hides_an_exceedance_is_told():
    hours = stack()
    hours["flow_m3_h"][:] = 100_000
    hours["o2_pct"] = 8 + 0.01 * np.sin(np.arange(336))
    hours["nox_mg_m3"][100:105] = 48.0  # 55 at the usual 8 %, 45 at the 5 % sent
    hours["o2_pct"][100:105] = 5.0
    [told] = find("R07", 336, hours_only(hours))
    assert (told["onset_at"], told["facts"]["hidden_hours"]) == (at(100), 5)


# R08


@pytest.mark.parametrize(("hours_long", "count"), [(6, 1), (5, 0)])
def test_flow_off_the_usual_ratio_for_six_hours(hours_long, count):
    tables = hours_only(stack())
    columns = tables["cems_hours"].to_pydict()
    for hour in range(100, 100 + hours_long):
        columns["flow_m3_h"][hour] *= 0.6
        for name in NAMES.values():
            columns[f"{name}_kg"][hour] *= 0.6
    found = find("R08", 336, {"cems_hours": given("cems_hours", columns)})
    assert [(row["onset_at"], row["facts"]["flow_hours"]) for row in found] == [(at(100), 6)] * count


def test_unit_kept_throughout_is_no_manipulation():
    columns = hours_only(stack())["cems_hours"].to_pydict()
    columns["flow_m3_h"] = [one / 3600 for one in columns["flow_m3_h"]]
    assert find("R08", 336, {"cems_hours": given("cems_hours", columns)}) == []


def test_kilograms_off_raw_value_times_flow_are_told():
    columns = hours_only(stack())["cems_hours"].to_pydict()
    for hour in range(100, 110):
        columns["nox_kg"][hour] *= 0.5
    [told] = find("R08", 336, {"cems_hours": given("cems_hours", columns)})
    assert (told["onset_at"], told["facts"]["kg_hours"], told["facts"]["flow_hours"]) == (at(100), 10, None)


def test_changed_duct_area_is_told():
    hours = stack()
    hours["velocity_m_s"] = hours["flow_m3_h"] / (3600 * 5 * 273 / 373 * 0.9985 * 0.915)
    hours["duct_area_m2"][200:] = 4.8
    [told] = find("R08", 336, hours_only(hours))
    assert (told["onset_at"], told["facts"]["area_over_before"]) == (at(200), pytest.approx(0.96))


def test_flow_that_no_longer_follows_the_load_is_told():
    n = 24 * 40
    rng = np.random.default_rng(4)
    hours = stack(n)
    load = 80 + 10 * np.sin(np.arange(n) * 0.3)
    recent = np.arange(n) >= n - 336
    hours["flow_m3_h"] = 1_000 * np.where(recent, 80 + 5 * rng.standard_normal(n), load)
    process = given("process_hours", {"plant_id": ["P"] * n, "time": hours["time"], "enterprise_id": ["E"] * n,
                                      "outlet_id": ["O1"] * n, "load_pct": load})  # fmt: skip
    [told] = find("R08", n, hours_only(hours) | {"process_hours": process})
    assert told["facts"]["rho_load"] < 0.2
    assert find("R08", n, hours_only(hours)) == []


# R09


def exceeding(events: int, offset_min: int = 10, marks: Sequence[dict[str, Any]] | None = None) -> dict[str, pa.Table]:
    """A day of minutes with exceedances at ten past every third hour, each with a mark `offset_min` later."""
    n = 1_440
    minute = np.arange(n)
    hours = [3 * event for event in range(events)]
    is_over = np.isin(minute // 60, hours) & (minute % 60 >= 10) & (minute % 60 < 50)
    columns = {"outlet_id": ["O1"] * n, "time": [at(24) + timedelta(minutes=int(one)) for one in minute],
               "pollutant": ["NOx"] * n, "mn": ["M"] * n, "value_mg_m3": np.where(is_over, 70.0, 25.0),
               "zs_mg_m3": np.where(is_over, 70.0, 25.0), "flag": ["N"] * n}  # fmt: skip
    made = [mark(24 + hour + (10 + offset_min) / 60, 24 + hour + 1) for hour in hours] if marks is None else marks
    return hours_only(stack()) | {
        "cems_minutes": given("cems_minutes", columns),
        "cems_marks": rows_of("cems_marks", made),
    }


@pytest.mark.parametrize(("events", "count"), [(5, 1), (4, 0)])
def test_marks_that_begin_with_five_exceedances_are_told(events, count):
    found = find("R09", 60, exceeding(events))
    assert [(row["onset_at"], row["facts"]["events_marked"]) for row in found] == [(at(24), 5)] * count


@pytest.mark.parametrize(("offset", "count"), [(30, 1), (31, 0)])
def test_mark_belongs_to_an_exceedance_within_half_an_hour(offset, count):
    assert len(find("R09", 60, exceeding(6, offset))) == count


def test_marks_at_a_fixed_time_of_day_are_the_device_itself():
    hours = [3 * event for event in range(6)]
    daily = [
        mark(24 * day + hour + 1 / 3, 24 * day + hour + 0.5, mark_id=f"{day}-{hour}")
        for day in range(3)
        for hour in hours
    ]
    assert find("R09", 80, exceeding(6, marks=daily)) == []


def test_exceedances_without_marks_are_not_told():
    assert find("R09", 60, exceeding(6, marks=[mark(300, 301)])) == []


def test_hours_made_invalid_while_their_other_minutes_exceed_are_told():
    tables = exceeding(3, marks=[mark(300, 301)])
    columns = tables["cems_minutes"].to_pydict()
    for index in range(1_440):
        if index // 60 in (0, 3, 6) and index % 60 < 20:
            columns["flag"][index] = "M"
    [told] = find("R09", 60, tables | {"cems_minutes": given("cems_minutes", columns)})
    assert (told["facts"]["emptied_hours"], told["onset_at"]) == (3, at(24))


# R10


@pytest.mark.parametrize(("last", "count"), [(125, 1), (124, 0)])
def test_maintenance_of_more_than_a_day_is_told(last, count):
    found = find("R10", 336, hours_only(stack()) | {"cems_marks": rows_of("cems_marks", [mark(100, last)])})
    assert [(row["onset_at"], row["facts"]["segment_hours"]) for row in found] == [(at(100), 25)] * count


def test_repair_announced_and_borne_out_is_no_abuse():
    announced = mark(100, 140, marked_at=at(28))
    repair = {
        "event_id": "S",
        "outlet_id": "O1",
        "event": "repair",
        "operator": "x",
        "from_at": at(100),
        "to_at": at(140),
    }
    tables = hours_only(stack()) | {"cems_marks": rows_of("cems_marks", [announced])}
    assert len(find("R10", 336, tables)) == 1
    assert find("R10", 336, tables | {"cems_service": rows_of("cems_service", [repair])}) == []


def test_marks_of_a_stopped_plant_are_not_counted():
    tables = hours_only(stood_still(stack(), 100, 140)) | {"cems_marks": rows_of("cems_marks", [mark(100, 140)])}
    assert find("R10", 336, tables) == []


def test_daily_calibration_of_minutes_is_no_share():
    daily = [mark(24 * day + 2.5, 24 * day + 2.7, "calibration", layer="auto") for day in range(14)]
    assert find("R10", 336, hours_only(stack()) | {"cems_marks": rows_of("cems_marks", daily)}) == []


def test_share_of_the_running_hours_is_told():
    hours = stack()
    for day in range(14):
        hours["nox_flag"][24 * day : 24 * day + 3] = "M"
    [told] = find("R10", 336, hours_only(hours))
    assert told["facts"]["share_marked"] == pytest.approx(0.125)


def test_incinerator_has_thirty_hours_of_maintenance_a_quarter():
    hours = stack()
    for day in range(11):
        hours["nox_flag"][24 * day : 24 * day + 3] = "M"
    burner = rows_of("enterprises", [{"enterprise_id": "E-O1", "industry_code": "waste_incineration"}])
    assert find("R10", 336, hours_only(hours)) == []
    [told] = find("R10", 336, hours_only(hours) | {"enterprises": burner})
    assert told["facts"]["quarter_hours"] == 33


# R11


def gappy(days: int, hours_a_day: int = 3, n: int = 336, outlet: str = "O1") -> pa.Table:
    data = settled(stack(n, outlet))
    gone = {at(24 * (4 + day) + hour) for day in range(days) for hour in range(hours_a_day)}
    return data.filter(pa.array([time.as_py() not in gone for time in data["time"]]))


@pytest.mark.parametrize(("days", "hours_a_day", "count"), [(3, 3, 1), (2, 3, 0), (3, 2, 0)])
def test_three_poor_days_of_a_week_are_told(days, hours_a_day, count):
    found = find("R11", 336, {"cems_hours": gappy(days, hours_a_day)})
    assert [(row["onset_at"], row["facts"]["lost_hours"]) for row in found] == [(at(96), 9)] * count


def test_hours_missing_under_a_stop_mark_are_excused():
    tables = {"cems_hours": gappy(4, 8), "condition_marks": rows_of("condition_marks", [stop(90, 200)])}
    assert find("R11", 336, tables) == []


def test_outage_of_a_whole_county_is_the_carrier():
    outlets = [f"O{number}" for number in range(1, 6)]
    plants = [{"enterprise_id": f"E-{one}", "county_adcode": "340122"} for one in outlets]
    all_gone = pa.concat_tables([gappy(4, 8, outlet=one) for one in outlets])
    assert find("R11", 336, {"cems_hours": all_gone, "enterprises": rows_of("enterprises", plants)}) == []
    one_gone = pa.concat_tables([gappy(4, 8), *(settled(stack(outlet=one)) for one in outlets[1:])])
    assert len(find("R11", 336, {"cems_hours": one_gone, "enterprises": rows_of("enterprises", plants)})) == 1


@pytest.mark.parametrize(("minutes", "flag", "count"), [(44, "N", 1), (45, "N", 0), (10, "M", 0)])
def test_thin_hours_count_as_lost_unless_a_flag_says_why(minutes, flag, count):
    hours = stack()
    for day in range(4, 8):
        hours["valid_minutes"][24 * day : 24 * day + 8] = minutes
        hours["nox_flag"][24 * day : 24 * day + 8] = flag
    assert len(find("R11", 336, hours_only(hours))) == count


def test_monitor_that_fell_silent_is_told():
    [told] = find("R11", 336, hours_only(stack(200)))
    assert (told["onset_at"], told["window_to"]) == (at(200), at(336))


# R12


def over(*where: int, ratio: float = 1.3) -> Hours:
    hours = stack()
    hours["so2_zs_mg_m3"] = np.full(336, 15.0) + np.arange(336) % 7
    hours["so2_zs_mg_m3"][list(where)] = 35 * ratio
    return hours


def test_three_hours_in_a_row_are_yellow_and_two_are_nothing():
    [told] = find("R12", 336, hours_only(over(100, 101, 102)))
    assert (told["pollutant"], told["onset_at"], told["facts"]["level"]) == ("SO2", at(100), "yellow")
    assert find("R12", 336, hours_only(over(100, 101))) == []


def test_invalid_hour_between_is_bridged_and_a_low_one_is_not():
    hours = over(100, 102, 103)
    assert find("R12", 336, hours_only(hours)) == []
    hours["valid_minutes"][101] = 44
    assert [row["facts"]["hours_in_a_row"] for row in find("R12", 336, hours_only(hours))] == [3]


@pytest.mark.parametrize(("where", "count"), [((96, 98, 100, 102, 104, 106), 1), ((96, 98, 100, 102, 104), 0)])
def test_six_hours_of_a_day_are_yellow(where, count):
    assert [row["facts"]["hours_of_day"] for row in find("R12", 336, hours_only(over(*where)))] == [6] * count


@pytest.mark.parametrize(("minutes", "count"), [(45, 1), (44, 0)])
def test_hour_is_valid_with_45_minutes(minutes, count):
    hours = over(100, 101, 102)
    hours["valid_minutes"][102] = minutes
    assert len(find("R12", 336, hours_only(hours))) == count


@pytest.mark.parametrize(("ratio", "level"), [(2.0, "orange"), (1.99, None)])
def test_one_hour_of_twice_the_limit_is_orange(ratio, level):
    found = find("R12", 336, hours_only(over(100, ratio=ratio)))
    assert [row["facts"]["level"] for row in found] == ([level] if level else [])


def test_limit_that_changes_in_the_middle_of_a_run_counts_from_its_day():
    changed = [*limits(), *limits(limit_mg_m3=60.0, valid_from=date(2023, 7, 6), standard="new")]
    hours = over(*range(117, 123))  # 45.5 is over 35 until midnight of 6 July, hour 120, and under 60 from then on
    [told] = find("R12", 336, hours_only(hours) | {"permit_limits": rows_of("permit_limits", changed)})
    assert (told["window_from"], told["window_to"], told["facts"]["hours_over"]) == (at(117), at(120), 3)


def test_marked_start_up_is_exempt_but_not_for_days():
    tables = hours_only(over(*range(100, 105)))
    assert find("R12", 336, tables | {"condition_marks": rows_of("condition_marks", [stop(99, 106, "start_up")])}) == []
    long = rows_of("condition_marks", [stop(90, 115, "start_up")])
    assert len(find("R12", 336, tables | {"condition_marks": long})) == 1


def test_marked_hours_are_not_judged():
    tables = hours_only(over(*range(100, 105))) | {"cems_marks": rows_of("cems_marks", [mark(100, 105, "fault")])}
    assert find("R12", 336, tables) == []


def test_no_limit_is_no_exceedance():
    assert (
        find("R12", 336, hours_only(over(100, 101, 102)) | {"permit_limits": rows_of("permit_limits", limits("O2"))})
        == []
    )


def day_means(*values: float, hours: int = 24, pollutant: str = "nox") -> pa.Table:
    rows = [
        {"outlet_id": "O1", "enterprise_id": "E-O1", "date": date(2023, 7, 2) + timedelta(days=number),
         f"{pollutant}_zs_mg_m3": value, "valid_hours": hours, "is_valid": hours >= 20}
        for number, value in enumerate(values)
    ]  # fmt: skip
    return rows_of("cems_days", rows)


@pytest.mark.parametrize(
    ("values", "hours", "level"),
    [((51,), 20, "blue"), ((51,), 19, None), ((50,), 24, None), ((75,), 24, "orange"), ((51,) * 5, 24, "red"),
     ((51,) * 4, 24, "blue")],
)  # fmt: skip
def test_daily_means_above_the_daily_limit(values, hours, level):
    daily = rows_of("permit_limits", limits(averaging="day"))
    found = find("R12", 336, {"cems_days": day_means(*values, hours=hours), "permit_limits": daily})
    assert [row["facts"]["level"] for row in found] == ([level] if level else [])


def test_hourly_limit_says_nothing_of_days():
    assert find("R12", 336, {"cems_days": day_means(51, 51)}) == []


# R13


def below(value: float, first: int, last: int, flag: str = "N") -> Hours:
    hours = stack()
    hours["so2_mg_m3"][first:last] = value
    hours["so2_flag"][first:last] = flag
    return hours


@pytest.mark.parametrize(
    ("value", "last", "flag", "what"),
    [(-1.2, 101, "N", "negative_hours"), (0.0, 104, "N", "zero_hours"), (0.0, 103, "N", None), (0.2, 110, "N", None),
     (-1.2, 106, "C", None), (99.0, 101, "T", "over_range_hours")],
)  # fmt: skip
def test_values_a_stack_cannot_have(value, last, flag, what):
    found = find("R13", 336, hours_only(below(value, 100, last, flag)))
    assert [(row["onset_at"], row["facts"][what]) for row in found] == ([(at(100), last - 100)] if what else [])


def test_zeros_of_a_stopped_plant_are_no_zeros():
    assert find("R13", 336, hours_only(stood_still(stack(), 90, 130))) == []


def test_zero_gas_under_a_mark_stands_for_nothing():
    tables = hours_only(below(-1, 100, 102)) | {"cems_marks": rows_of("cems_marks", [mark(100, 102, "calibration")])}
    assert find("R13", 336, tables) == []


def test_over_range_again_and_again_above_the_limit_is_grave():
    hours = below(60.0, 100, 102, "T")
    hours["so2_mg_m3"][130:132], hours["so2_flag"][130:132] = 60.0, "T"
    assert {row["severity"] for row in find("R13", 336, hours_only(hours))} == {1}


# R14


def twins(same_h: int, first: int = 100, **changes: Any) -> pa.Table:
    one, other = stack(), stack(outlet="O2")
    for name in NAMES.values():
        other[f"{name}_mg_m3"][first : first + same_h] = one[f"{name}_mg_m3"][first : first + same_h]
    return pa.concat_tables([settled(one), settled(other | changes)])


@pytest.mark.parametrize(("hours", "count"), [(24, 1), (23, 0)])
def test_two_outlets_with_the_same_values_for_a_day(hours, count):
    found = find("R14", 336, {"cems_hours": twins(hours)})
    assert [(row["object_id"], row["onset_at"], row["facts"]["twin_outlet_id"]) for row in found] == [
        ("O1", at(100), "O2")
    ] * count


def test_one_device_that_serves_two_outlets_is_no_pair():
    assert find("R14", 336, {"cems_hours": twins(336, 0, mn=["MN-O1"] * 336)}) == []


def test_one_factor_alone_is_no_pair():
    one, other = stack(), stack(outlet="O2")
    other["nox_mg_m3"] = one["nox_mg_m3"].copy()
    assert find("R14", 336, {"cems_hours": pa.concat_tables([settled(one), settled(other)])}) == []


def test_two_stopped_plants_are_no_pair():
    both = [settled(stood_still(stack(outlet=name), 50, 150)) for name in ("O1", "O2")]
    assert find("R14", 336, {"cems_hours": pa.concat_tables(both)}) == []


def test_own_day_sent_again_on_two_factors_is_told_at_the_copy():
    hours = stack()
    for name in ("so2", "nox"):
        hours[f"{name}_mg_m3"][200:230] = hours[f"{name}_mg_m3"][100:130]
    [told] = find("R14", 336, hours_only(hours))
    assert (told["object_kind"], told["onset_at"], told["facts"]["lag_h"]) == ("outlet", at(200), 100)


# R15


def run_on(first: int = 100, last: int = 112) -> dict[str, pa.Table]:
    return hours_only(stack()) | {"condition_marks": rows_of("condition_marks", [stop(first, last)])}


@pytest.mark.parametrize(("last", "count"), [(104, 1), (103, 0)])
def test_marked_as_stopped_for_four_hours_and_running(last, count):
    found = find("R15", 336, run_on(100, last))
    assert [(row["onset_at"], row["severity"]) for row in found] == [(at(100), 1)] * count


def test_flag_alone_is_a_stop_mark():
    hours = stack()
    for name in NAMES.values():
        hours[f"{name}_flag"][100:110] = "F"
    [told] = find("R15", 336, hours_only(hours))
    assert (told["onset_at"], told["facts"]["is_marked"]) == (at(100), False)


def test_marked_as_stopped_and_standing():
    tables = hours_only(stood_still(stack(), 100, 112)) | {
        "condition_marks": rows_of("condition_marks", [stop(100, 112)])
    }
    assert find("R15", 336, tables) == []


@pytest.mark.parametrize(("flow", "temp", "count"), [(12_000, 50, 0), (30_000, 50, 1), (12_000, 90, 1)])
def test_fan_moves_little_and_cold_air(flow, temp, count):
    hours = stood_still(stack(), 100, 112)
    hours["flow_m3_h"][100:112], hours["temp_c"][100:112] = flow, temp
    tables = hours_only(hours) | {"condition_marks": rows_of("condition_marks", [stop(100, 112)])}
    assert len(find("R15", 336, tables)) == count


def test_furnace_that_cools_down_after_the_stop_is_not_running():
    hours = stood_still(stack(), 100, 112)
    hours["temp_c"][100:104] = 95
    tables = hours_only(hours) | {"condition_marks": rows_of("condition_marks", [stop(100, 112)])}
    assert find("R15", 336, tables) == []


def test_production_meter_that_turns_is_running():
    n = 12
    meter = {"meter_id": ["M"] * n, "time": [at(100 + hour) for hour in range(n)], "facility_id": ["O1-U1"] * n,
             "enterprise_id": ["E-O1"] * n, "pair_id": ["P"] * n, "role": ["production"] * n, "rated_kw": [800.0] * n,
             "mean_kw": [500.0] * n, "is_online": [True] * n}  # fmt: skip
    tables = hours_only(stood_still(stack(), 100, 112)) | {
        "condition_marks": rows_of("condition_marks", [stop(100, 112)]),
        "power_hours": given("power_hours", meter),
    }
    assert [row["facts"]["powered_hours"] for row in find("R15", 336, tables)] == [12]


def test_stop_mark_without_data_is_silent():
    tables = {"condition_marks": rows_of("condition_marks", [stop(100, 112)])}
    assert find("R15", 336, tables) == []


# R16


def at_night(by: float, load: float = 1.0, first: int = 0, n: int = 336) -> dict[str, pa.Table]:
    hours = stack(n)
    clock = np.arange(n)
    night = ((clock % 24 >= 22) | (clock % 24 < 6)) & (clock >= first)
    for name, factor in (("nox_mg_m3", by), ("flow_m3_h", load)):
        hours[name] = np.where(night, factor, 1.0) * hours[name] * (0.6 if name == "nox_mg_m3" else 1)
    return hours_only(hours)


@pytest.mark.parametrize(("by", "is_up"), [(1.8, True), (0.4, False)])
def test_nights_unlike_days_are_told(by, is_up):
    [told] = find("R16", 336, at_night(by))
    assert (told["pollutant"], told["onset_at"], told["facts"]["is_up"]) == ("NOx", START, is_up)


def test_nights_begin_with_the_first_night_and_keep_their_id():
    tables = at_night(1.8, first=94, n=480)
    [first] = find("R16", 440, seen_before(tables, 440))
    [later] = find("R16", 480, tables)
    assert (first["onset_at"], first["clue_id"]) == (at(94), later["clue_id"])


@pytest.mark.parametrize(("by", "load"), [(1.6, 1.35), (1.2, 1.0)])
def test_more_work_at_night_or_little_more_is_legal(by, load):
    assert find("R16", 336, at_night(by, load)) == []


def test_five_nights_are_too_few():
    assert find("R16", 120, at_night(1.8, n=120)) == []


# R18

BURNER = {"enterprises": rows_of("enterprises", [{"enterprise_id": "E-O1", "industry_code": "waste_incineration"}])}


@pytest.mark.parametrize(
    ("pollutant", "value", "hours", "count"),
    [("nox", 251, 20, 1), ("nox", 251, 19, 0), ("nox", 250, 24, 0), ("hcl", 51, 24, 1), ("co", 80, 24, 0)],
)
def test_daily_mean_of_an_incinerator(pollutant, value, hours, count):
    tables = BURNER | {"cems_days": day_means(100, value, hours=hours, pollutant=pollutant)}
    if pollutant == "hcl":
        tables["cems_days"] = day_means(10, value, hours=hours, pollutant=pollutant)
    if pollutant == "co":
        tables["cems_days"] = day_means(10, value, hours=hours, pollutant=pollutant)
    found = find("R18", 336, tables | {"permit_limits": given("permit_limits", {"permit_no": []})})
    assert [row["onset_at"] for row in found] == [at(48)] * count


def test_six_days_of_a_month_are_one_clue_over_the_count():
    none = given("permit_limits", {"permit_no": []})
    [told] = find("R18", 336, BURNER | {"cems_days": day_means(*[260] * 6), "permit_limits": none})
    assert (told["facts"]["days"], told["facts"]["is_over_month"], told["window_to"]) == (6, True, at(168))


def test_other_plants_are_not_judged_as_incinerators():
    assert find("R18", 336, {"cems_days": day_means(260, 260)}) == []


def test_stricter_local_limit_binds():
    local = rows_of("permit_limits", limits(averaging="day", limit_mg_m3=150.0))
    assert len(find("R18", 336, BURNER | {"cems_days": day_means(151), "permit_limits": local})) == 1


@pytest.mark.parametrize(("last", "severity"), [(47, None), (48, 3), (60, 3), (61, 1)])
def test_exempt_hours_against_the_quota_of_the_year(last, severity):
    overlapping = [stop(0, last, "start_up"), stop(10, 20, "fault"), stop(100, 300, "stopped")]
    found = find("R18", 336, BURNER | {"condition_marks": rows_of("condition_marks", overlapping)})
    assert [(row["object_id"], row["severity"]) for row in found] == ([("O1-U1", severity)] if severity else [])


@pytest.mark.parametrize("rule_id", RULES)
def test_rule_asks_for_the_parameters_it_declares_and_no_other(rule_id):
    rule = _load(BUILT_IN / f"{rule_id}.toml")
    text = rule.sql or (BUILT_IN / f"{rule_id}.py").read_text("utf-8")
    asked = set(re.findall(r"\$([a-z_][a-z0-9_]*)", re.sub(r"--[^\n]*", "", text)))
    asked |= set(re.findall(r'values\["([a-z_0-9]+)"\]', text))
    assert asked - {"as_of", "from_at"} == set(rule.parameter)
