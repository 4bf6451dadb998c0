"""Rules R17 and R20 to R36 on tables made by hand: what each finds, what looks like it, what it can't know."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from data_adapters.catalogue import AUXILIARY, CATEGORIES, table
from fusion import grid
from fusion.engine import Engine
from fusion.findings import Judge
from fusion.rulebook import BUILT_IN, _load
from fusion.rules import R21, R29, R30, R34, R35

START = datetime(2023, 7, 20)
TABLES = sorted({one.canonical_table for one in CATEGORIES.values()} | set(AUXILIARY) - {"truth"})
RULES = ("R17", *(f"R{number}" for number in range(20, 37)))
Rows = Sequence[Mapping[str, Any]]
LON, LAT = 117.0, 34.0
FAR = date(2030, 1, 1)


def at(hour: float) -> datetime:
    return START + timedelta(hours=hour)


def day(number: int) -> date:
    return START.date() + timedelta(days=number)


def given(name: str, rows: Rows = ()) -> pa.Table:
    schema = table(name).schema
    made = [pa.array([row.get(field.name) for row in rows], field.type) for field in schema]
    category = [row.get("category", "X00") for row in rows]
    return pa.Table.from_arrays([*made, pa.array(category, pa.string())], names=[*schema.names, "category"])


def ask_rule(rule_id: str, tables: Mapping[str, Rows], as_of: float = 336, from_h: float = 0, **changes: Any) -> Rows:
    rule = _load(BUILT_IN / f"{rule_id}.toml")
    with Engine("1GB", 1) as engine:
        for name in TABLES:
            engine.register(name, given(name, tables.get(name, ())))
        found = Judge(engine, at(as_of), at(from_h)).find(rule, rule.values(None, changes)).to_pylist()
    return [row | {"facts": json.loads(row["facts"])} for row in found]


def moved(east_km: float, north_km: float) -> dict[str, float]:
    north = north_km / 111.2
    return {"lon_deg": LON + east_km / 111.2 / np.cos(np.radians(LAT)), "lat_deg": LAT + north}


@pytest.mark.parametrize("rule_id", RULES)
def test_rule_says_nothing_without_data(rule_id):
    assert ask_rule(rule_id, {}) == []


@pytest.mark.parametrize("rule_id", RULES)
def test_rule_is_told_in_both_languages_and_every_number_has_a_basis(rule_id):
    rule = _load(BUILT_IN / f"{rule_id}.toml")
    for zh, en in ((rule.evidence_zh, rule.evidence_en), (rule.lookalikes_zh, rule.lookalikes_en)):
        assert len(zh) == len(en)
    assert len(rule.checklist_zh) == len(rule.checklist_en)
    assert all(one.meaning_zh and one.meaning_en for one in rule.parameter.values())


# R17


def furnace(low: int, mark: str = "normal", temp_c: float = 840.0, before: Rows = ()) -> dict[str, Rows]:
    def row(minute: int, temp: float, said: str) -> dict[str, Any]:
        section = {"upper_c": temp, "middle_c": temp, "mean_c": temp}
        return {"furnace_id": "F1", "enterprise_id": "E1", "time": at(minute / 60), "mark": said} | section

    hot = [row(5 * step, 900.0, "normal") for step in range(12, 24)]
    return {"furnace_minutes": [*before, *hot, *(row(120 + 5 * step, temp_c, mark) for step in range(low))]}


@pytest.mark.parametrize(("low", "severity"), [(0, None), (1, 2), (5, 2), (6, 1)])
def test_r17_severity_follows_the_number_of_low_means_of_a_day(low, severity):
    found = ask_rule("R17", furnace(low))
    assert [row["severity"] for row in found] == ([] if severity is None else [severity])


def test_r17_850_itself_is_enough():
    assert ask_rule("R17", furnace(9, temp_c=850.0)) == []


def test_r17_onset_is_the_first_low_mean():
    (found,) = ask_rule("R17", furnace(9))
    assert (found["onset_at"], found["window_to"], found["facts"]["min_c"]) == (at(2), at(2.75), 840.0)


@pytest.mark.parametrize("mark", ["shut_down", "start_up", "drying", "stopped", "thermocouple_fault"])
def test_r17_marked_hours_are_exempt(mark):
    assert ask_rule("R17", furnace(12, mark)) == []


def test_r17_a_mark_beyond_its_quota_exempts_nothing():
    found = ask_rule("R17", furnace(12, "shut_down"), quota_ssfa=0.5)
    assert found[0]["facts"]["means_beyond_quota"] == 6


# R20


def meters(
    off: Mapping[str, Sequence[int]], roles: Mapping[str, str], hours: int = 96, **missing: Any
) -> dict[str, Rows]:
    rows = []
    for meter, role in roles.items():
        for hour in range(hours):
            kw = 0.0 if hour in off.get(meter, ()) else 70.0
            row = {"meter_id": meter, "time": at(hour), "pair_id": "PAIR", "role": role, "rated_kw": 100.0}
            online = hour not in missing.get("offline", {}).get(meter, ())
            rows.append(
                row | {"facility_id": meter, "enterprise_id": "E1", "kwh": kw, "mean_kw": kw, "is_online": online}
            )
    return {"power_hours": rows}


PAIR = {"P": "production", "T": "treatment"}
TWO_DAYS = (30, 31, 32, 55, 56)


def test_r20_finds_treatment_off_while_production_runs():
    (found,) = ask_rule("R20", meters({"T": TWO_DAYS}, PAIR), 96)
    assert (found["object_id"], found["onset_at"], found["window_to"]) == ("PAIR", at(30), at(57))
    assert (found["severity"], found["facts"]["hours_off"]) == (1, 5)


def test_r20_one_day_is_not_enough():
    assert ask_rule("R20", meters({"T": (30, 31, 32)}, PAIR), 96) == []


def test_r20_one_hour_a_day_is_not_enough():
    assert ask_rule("R20", meters({"T": (30, 55, 80)}, PAIR), 96) == []


def test_r20_units_that_take_turns_are_no_finding():
    others = [hour for hour in range(96) if hour not in TWO_DAYS]
    assert ask_rule("R20", meters({"T": TWO_DAYS, "T2": others}, PAIR | {"T2": "treatment"}), 96) == []


def test_r20_production_that_rests_too_is_no_finding():
    assert ask_rule("R20", meters({"T": TWO_DAYS, "P": TWO_DAYS}, PAIR), 96) == []


def test_r20_a_treatment_meter_that_is_silent_is_offline_and_never_off():
    (found,) = ask_rule("R20", meters({}, PAIR, offline={"T": TWO_DAYS}), 96)
    assert (found["severity"], found["facts"]["hours_off"], found["facts"]["hours_offline"]) == (2, 0, 5)


def test_r20_a_pair_without_treatment_says_nothing():
    assert ask_rule("R20", meters({}, {"P": "production"}), 96) == []


# R21


def plant(gas_share: Mapping[int, float], load_share: Mapping[int, float], hours: int = 480) -> dict[str, Rows]:
    rng = np.random.default_rng(3)
    load = 0.7 + 0.1 * np.sin(np.arange(hours) / 5) + 0.01 * rng.standard_normal(hours)
    load = load * np.array([load_share.get(hour, 1.0) for hour in range(hours)])
    gas = 1e5 * load * (1 + 0.01 * rng.standard_normal(hours))
    outlet = {"outlet_id": "O1", "enterprise_id": "E1", "mn": "M", "o2_pct": 6.0, "valid_minutes": 60}
    cems = [
        outlet | {"time": at(hour), "flow_m3_h": gas[hour] * gas_share.get(hour, 1.0)} for hour in range(hours)
    ]  # fmt: skip
    meter = {"meter_id": "P", "pair_id": "PAIR", "role": "production", "rated_kw": 900.0, "facility_id": "P"}
    power = [
        meter | {"enterprise_id": "E1", "time": at(hour), "kwh": 800 * load[hour], "is_online": True}
        for hour in range(hours)
    ]  # fmt: skip
    return {"cems_hours": cems, "power_hours": power}


def test_r21_finds_half_the_gas_at_the_usual_power():
    (found,) = ask_rule("R21", plant({hour: 0.5 for hour in range(300, 330)}, {}), 480)
    assert (found["object_id"], found["onset_at"], found["window_to"]) == ("O1", at(300), at(330))
    assert found["facts"]["direction"] == "power_high_gas_low"


def test_r21_half_load_of_both_is_no_finding():
    assert ask_rule("R21", plant({}, {hour: 0.5 for hour in range(300, 400)}), 480) == []


@pytest.mark.parametrize(("hours", "found"), [(11, 0), (12, 1)])
def test_r21_needs_twelve_hours(hours, found):
    assert len(ask_rule("R21", plant({300 + hour: 0.5 for hour in range(hours)}, {}), 480)) == found


def test_r21_too_short_a_history_says_nothing():
    assert ask_rule("R21", plant({hour: 0.5 for hour in range(100, 130)}, {}, 200), 200) == []


def test_r21_robust_fit_is_not_moved_by_a_fifth_of_the_hours():
    x = np.tile(np.arange(100.0), 2)
    y = 3 + 2 * x
    y[::5] += 500
    slope, base, _, _ = R21.fit(np.zeros(200, np.int64), x, y, 1)
    assert (round(slope[0], 1), round(base[0])) == (2.0, 3)


# R22


def alerted(alert_share: float, measure: str = "stop", pct: float = 100.0, **duty: Any) -> dict[str, Rows]:
    power = []
    for hour in range(336):
        kwh = 100.0 * (alert_share if 236 <= hour < 300 else 1.0)
        power.append({"meter_id": "P", "time": at(hour), "facility_id": "P", "enterprise_id": "E1", "pair_id": "PAIR",
                      "role": "production", "rated_kw": 150.0, "kwh": kwh, "is_online": True})  # fmt: skip
    entry = {"enterprise_id": "E1", "line": "L1", "level": "orange", "measure": measure, "reduction_pct": pct}
    entry |= {"baseline_kwh": 2400.0, "min_load_pct": 0.0, "is_exempt": False} | duty
    alert = {"alert_id": "A1", "city_adcode": "340100", "level": "orange", "from_at": at(228), "to_at": at(300)}
    enterprise = {"enterprise_id": "E1", "city_adcode": "340100"}
    return {"power_hours": power, "reduction_measures": [entry], "alert_periods": [alert], "enterprises": [enterprise]}


def test_r22_finds_a_stopped_line_that_runs_from_the_end_of_the_grace():
    (found,) = ask_rule("R22", alerted(0.85))
    assert (found["object_id"], found["onset_at"], found["facts"]["hours_running"]) == ("E1", at(236), 64)


def test_r22_what_stops_or_may_keep_its_least_load_is_no_finding():
    assert ask_rule("R22", alerted(0.03)) == []
    assert ask_rule("R22", alerted(0.5, min_load_pct=50.0)) == []


@pytest.mark.parametrize(("share", "found"), [(0.84, 1), (0.74, 0)])
def test_r22_a_limited_line_has_a_tolerance(share, found):
    assert len(ask_rule("R22", alerted(share, "limit", 30.0))) == found


def test_r22_exempt_lines_and_grade_a_of_the_year_are_left_alone():
    assert ask_rule("R22", alerted(1.0, is_exempt=True)) == []
    grade = {"enterprise_id": "E1", "industry39": "steel", "grade": "A"}
    assert ask_rule("R22", alerted(1.0) | {"grades": [grade | {"year": 2023}]}) == []
    assert len(ask_rule("R22", alerted(1.0) | {"grades": [grade | {"year": 2021}]})) == 1


def test_r22_without_days_before_the_alert_there_is_no_baseline():
    tables = alerted(1.0)
    tables["power_hours"] = [row for row in tables["power_hours"] if row["time"] >= at(228)]
    assert ask_rule("R22", tables) == []


# R23


GRADE_A = {"enterprise_id": "E1", "industry39": "chemicals", "year": 2023, "grade": "A"}
FALSIFIED = {"decision_no": "D1", "enterprise_id": "E1", "decided_date": day(-20), "law_article": "99", "fine_cny": 1.0,
             "fact_code": "cems_falsification", "during_alert": False, "is_closed": True}  # fmt: skip


def test_r23_a_decision_on_falsified_data_questions_the_grade():
    (found,) = ask_rule("R23", {"grades": [GRADE_A], "penalties": [FALSIFIED]})
    assert (found["object_id"], found["onset_at"], found["severity"]) == ("E1", at(-480), 3)


def test_r23_only_the_latest_grade_counts():
    grades = [GRADE_A | {"year": 2021}, GRADE_A | {"grade": "C"}]
    assert ask_rule("R23", {"grades": grades, "penalties": [FALSIFIED]}) == []


@pytest.mark.parametrize(
    "change", [{"fact_code": "exceedance"}, {"decided_date": day(-400)}, {"decided_date": day(20)}]
)
def test_r23_other_old_and_later_decisions_are_no_finding(change):
    assert ask_rule("R23", {"grades": [GRADE_A], "penalties": [FALSIFIED | change]}) == []


# R24


def permit(to: date, number: str = "P1", enterprise: str = "E1") -> dict[str, Any]:
    place = {"lon_deg": LON, "lat_deg": LAT, "city_adcode": "340100", "county_adcode": "340122"}
    said = {
        "permit_no": number,
        "enterprise_id": enterprise,
        "name": "N",
        "industry_code": "steel",
        "management": "key",
    }
    return said | place | {"valid_from": date(2018, 1, 1), "valid_to": to}


def electricity(kwh: float = 100.0, enterprise: str = "E1", days: int = 14) -> Rows:
    account = {"account_no": f"A-{enterprise}", "enterprise_id": enterprise, "peak_kwh": 1.0, "valley_kwh": 1.0}
    return [account | {"date": day(number), "kwh": kwh if number else 100.0} for number in range(days)]


def test_r24_finds_an_expired_permit_with_electricity_going_on():
    (found,) = ask_rule("R24", {"permits": [permit(day(-40))], "power_days": electricity()})
    assert (found["object_id"], found["onset_at"], found["severity"]) == ("E1", at(-960), 1)


def test_r24_a_second_permit_in_force_is_enough():
    permits = [permit(day(-40)), permit(FAR, "P2")]
    assert ask_rule("R24", {"permits": permits, "power_days": electricity()}) == []


def test_r24_an_expired_permit_without_any_activity_is_no_finding():
    assert ask_rule("R24", {"permits": [permit(day(-40))]}) == []


@pytest.mark.parametrize(("days", "kind"), [(50, "renewal_due"), (80, "expires_soon"), (120, None)])
def test_r24_warns_before_the_expiry(days, kind):
    found = ask_rule("R24", {"permits": [permit(day(14 + days))], "power_days": electricity()})
    assert [row["facts"]["kind"] for row in found] == ([kind] if kind else [])


def unlicensed(**registration: Any) -> dict[str, Rows]:
    place = {"industry_code": "steel", "lon_deg": LON + 1, "lat_deg": LAT}
    tables = {"permits": [permit(FAR, enterprise="E2")], "power_days": electricity(),
              "enterprises": [{"enterprise_id": "E1"} | place]}  # fmt: skip
    if registration:
        said = {"registration_no": "R", "enterprise_id": "E9", "name": "N", "industry_code": "steel"}
        tables["registrations"] = [said | {"lon_deg": LON + 1, "lat_deg": LAT} | registration]
    return tables


def test_r24_finds_activity_without_any_permit_where_the_industry_needs_one():
    assert [row["facts"]["kind"] for row in ask_rule("R24", unlicensed())] == ["no_permit"]


def test_r24_a_registration_of_its_own_or_within_200_m_is_enough():
    assert ask_rule("R24", unlicensed(enterprise_id="E1", lon_deg=LON + 3)) == []
    assert ask_rule("R24", unlicensed(lon_deg=LON + 1.001)) == []
    assert len(ask_rule("R24", unlicensed(lon_deg=LON + 1.01))) == 1


# R25


def amounts(now: float, before: float = 0.4, **changes: Any) -> dict[str, Rows]:
    def row(year: int, period: str, reported: float) -> dict[str, Any]:
        said = {"permit_no": "P1", "pollutant": "NOx", "year": year, "period": period, "permitted_t": 200.0}
        return said | {"reported_t": reported} | changes

    rows = [row(2022, period, 50 * before) for period in ("Q1", "Q2", "Q3", "Q4")]
    return {"permits": [permit(FAR)], "permit_amounts": [*rows, row(2023, "Q1", 100 * now), row(2023, "Q2", 100 * now)]}


def test_r25_finds_the_amount_of_the_year_used_up_by_midyear():
    (found,) = ask_rule("R25", amounts(1.04))
    assert (found["object_id"], found["pollutant"], found["onset_at"]) == ("E1", "NOx", datetime(2023, 6, 30))


def test_r25_last_year_and_less_than_the_amount_are_no_finding():
    assert ask_rule("R25", amounts(0.99, before=1.2)) == []


def test_r25_forecasts_only_from_ninety_days():
    def days(n: int) -> Rows:
        outlet = {"outlet_id": "O1", "enterprise_id": "E1", "valid_hours": 24, "is_valid": True, "nox_kg": 1_000.0}
        return [outlet | {"date": day(-n + number)} for number in range(n)]

    assert ask_rule("R25", amounts(0.1) | {"cems_days": days(60)}) == []
    (found,) = ask_rule("R25", amounts(0.1) | {"cems_days": days(100)})
    assert (found["severity"], found["facts"]["kind"]) == (3, "forecast")


# R26


def samples(values: Sequence[float], **changes: Any) -> dict[str, Rows]:
    said = {"permit_no": "P1", "outlet_code": "DA001", "pollutant": "PM", "required_per_quarter": 1, "lab": "L"}
    rows = [
        said | {"sample_id": f"S{number}", "value_mg_m3": value, "sampled_date": day(3 * number)} | changes
        for number, value in enumerate(values)
    ]
    return {"permits": [permit(FAR)], "manual_samples": rows}


def test_r26_finds_four_equal_results():
    (found,) = ask_rule("R26", samples([6.42] * 4))
    assert (found["object_id"], found["onset_at"], found["facts"]["kinds"]) == ("E1", at(0), "equal_results")


@pytest.mark.parametrize("values", [[1.0] * 4, [6.4] * 3, [6.4, 6.4, 6.5, 6.4, 6.4]], ids=["limit", "three", "broken"])
def test_r26_results_at_the_reporting_limit_three_or_broken_runs_are_no_finding(values):
    assert ask_rule("R26", samples(values)) == []


def test_r26_four_equal_results_of_one_day_are_one_period():
    assert ask_rule("R26", samples([6.42] * 4, sampled_date=day(2))) == []


def test_r26_samples_that_lack_are_judged_only_in_quarters_the_data_cover():
    said = {"permit_no": "P1", "outlet_code": "DA001", "pollutant": "PM", "required_per_quarter": 3, "lab": "L"}
    early = said | {"sample_id": "S1", "value_mg_m3": 5.0, "sampled_date": date(2023, 4, 1)}
    found = ask_rule("R26", {"permits": [permit(FAR)], "manual_samples": [early]})
    assert [row["facts"]["kinds"] for row in found] == ["too_few"]
    late = early | {"sampled_date": date(2023, 5, 2)}
    assert ask_rule("R26", {"permits": [permit(FAR)], "manual_samples": [late]}) == []


# R27


def complaint(hour: float, person: str, enterprise: str | None = "E1", **changes: Any) -> dict[str, Any]:
    said = {"case_no": f"C{hour}", "received_at": at(hour), "person_hash": person, "enterprise_id": enterprise}
    place = {"lon_deg": LON, "lat_deg": LAT, "county_adcode": "340122"}
    return said | place | {"issue": "odour", "text": "", "status": "open"} | changes


def test_r27_onset_is_the_complaint_that_makes_three_of_two_persons():
    rows = [complaint(30, "A"), complaint(110, "B"), complaint(200, "C"), complaint(290, "A")]
    (found,) = ask_rule("R27", {"complaints": rows})
    assert (found["object_id"], found["window_from"], found["onset_at"]) == ("E1", at(30), at(200))
    assert found["facts"]["persons"] == 3


def test_r27_one_neighbour_and_two_complaints_are_no_finding():
    assert ask_rule("R27", {"complaints": [complaint(hour, "A") for hour in (1, 2, 3, 4, 5)]}) == []
    assert ask_rule("R27", {"complaints": [complaint(1, "A"), complaint(2, "B")]}) == []


@pytest.mark.parametrize(("km", "found"), [(0.4, 1), (0.6, 0)])
def test_r27_cases_that_name_nobody_make_a_group_within_500_m(km, found):
    rows = [complaint(1, "A", None), complaint(2, "B", None), complaint(3, "C", None, **moved(km, 0))]
    assert len(ask_rule("R27", {"complaints": rows})) == found


def test_r27_cases_of_different_enterprises_or_issues_are_no_group():
    assert ask_rule("R27", {"complaints": [complaint(hour, f"P{hour}", f"E{hour}") for hour in (1, 2, 3)]}) == []
    rows = [complaint(hour, f"P{hour}", None, issue=issue) for hour, issue in enumerate(("odour", "dust", "smoke"))]
    assert ask_rule("R27", {"complaints": rows}) == []


# R28


def relapse(closed: date, problem: str = "exceedance", hours: int = 6, flag: str = "N") -> dict[str, Rows]:
    outlet = {"outlet_id": "O1", "enterprise_id": "E1", "mn": "M", "o2_pct": 6.0, "flow_m3_h": 1e5, "valid_minutes": 60}
    cems = [
        outlet | {"time": at(hour), "nox_zs_mg_m3": 65.0 if 130 <= hour < 130 + hours else 30.0, "nox_flag": flag}
        for hour in range(336)
    ]
    limit = {"permit_no": "P1", "outlet_code": "DA001", "pollutant": "NOx", "averaging": "hour", "outlet_id": "O1",
             "limit_mg_m3": 50.0, "limit_basis": "permit", "standard": "S", "valid_from": date(2000, 1, 1)}  # fmt: skip
    past = {"problem_id": "Q1", "round_code": "2023-R07", "team_code": "T01", "enterprise_id": "E1", "pollutant": "NOx"}
    past |= {"problem_type": problem, "is_prominent": True, "found_date": closed, "closed_date": closed}
    return {"cems_hours": cems, "permit_limits": [limit], "past_problems": [past]}


def test_r28_finds_the_limit_exceeded_again_after_closure():
    (found,) = ask_rule("R28", relapse(day(-60)))
    assert (found["object_id"], found["onset_at"], found["facts"]["parent_id"]) == ("O1", at(130), "Q1")


@pytest.mark.parametrize(
    "tables",
    [relapse(day(-300)), relapse(day(-60), "dust_bare_land"), relapse(day(-60), hours=2), relapse(day(-60), flag="M")],
    ids=["long ago", "another kind", "two hours", "marked"],
)
def test_r28_long_ago_another_kind_short_or_invalid_is_no_relapse(tables):
    assert ask_rule("R28", tables) == []


# R29 and R30


COL, ROW = 1380, 1150
CELLS = [(COL + dx, ROW + dy) for dx in range(20) for dy in range(20)]
MIDDLE = (COL + 10, ROW + 10)


def field(seed: int = 1, days: int = 14, level: float = 30.0) -> dict[tuple[int, int], np.ndarray]:
    rng = np.random.default_rng(seed)
    return {cell: level * (1 + 0.05 * rng.standard_normal(days)) for cell in CELLS}


def sky(
    values: Mapping[tuple[int, int], np.ndarray], product: str = "PM25", cloudy: Mapping[tuple[int, int], Any] = {}
) -> dict[str, list[dict[str, Any]]]:
    lon, lat = grid.centres_of([cell[0] for cell in values], [cell[1] for cell in values])
    cells = [
        {"cell_id": grid.cell_id(*cell), "col": cell[0], "row": cell[1], "lon_deg": lon[at], "lat_deg": lat[at],
         "city_adcode": "340100", "county_adcode": "340122"}
        for at, cell in enumerate(values)
    ]  # fmt: skip
    pixels = [
        {"product": product, "date": day(number), "lon_deg": lon[at], "lat_deg": lat[at], "native_km": 3.0,
         "value": value, "is_valid": number not in cloudy.get(cell, ())}
        for at, (cell, series) in enumerate(values.items()) for number, value in enumerate(series)
    ]  # fmt: skip
    return {"grid_cells": cells, "satellite_grid": pixels}


def hot_field(days: Sequence[int], cells: Sequence[tuple[int, int]] = (MIDDLE,)) -> dict[tuple[int, int], np.ndarray]:
    values = field()
    for cell in cells:
        values[cell][:] = 30
        values[cell][list(days)] = 60
    return values


def test_r29_finds_a_cell_hot_on_every_day_with_its_first_day():
    (found,) = ask_rule("R29", sky(hot_field(range(14))))
    assert (found["object_id"], found["onset_at"]) == (grid.cell_id(*MIDDLE), at(0))
    assert found["facts"]["area_id"] == f"{grid.cell_id(*MIDDLE)}-20230720"


@pytest.mark.parametrize(("days", "found"), [(2, 0), (4, 0), (5, 1)])
def test_r29_five_hot_days_are_needed(days, found):
    assert len(ask_rule("R29", sky(hot_field(range(14 - days, 14))))) == found


def test_r29_days_before_the_last_ten_valid_ones_do_not_count():
    assert ask_rule("R29", sky(hot_field(range(4)))) == []


def test_r29_a_cloudy_cell_is_never_hot():
    assert ask_rule("R29", sky(hot_field(range(14)), cloudy={MIDDLE: range(10)})) == []


def test_r29_a_cloudy_day_is_never_clean():
    cloudy = {MIDDLE: [5, 6, 7, 8, 9]}  # hot on every valid day; the others lack and count neither way
    (found,) = ask_rule("R29", sky(hot_field([0, 1, 2, 3, 4, 10, 11, 12, 13]), cloudy=cloudy))
    assert (found["facts"]["valid_days"], found["facts"]["hot_days"], found["onset_at"]) == (9, 9, at(0))


def test_r29_an_area_is_reported_once_at_its_middle():
    block = [(MIDDLE[0] + dx, MIDDLE[1] + dy) for dx in (-1, 0, 1) for dy in (-1, 0, 1)]
    (found,) = ask_rule("R29", sky(hot_field(range(14), block)))
    assert (found["object_id"], found["facts"]["n_cells"]) == (grid.cell_id(*MIDDLE), 9)


def test_r29_old_heat_weighs_less_and_expires():
    tables = sky(hot_field(range(14)))
    fresh, later = (ask_rule("R29", tables, as_of)[0]["facts"]["weight"] for as_of in (336, 336 + 96))
    assert later < fresh
    assert ask_rule("R29", tables, 336 + 24 * 10) == []


def test_r29_a_regional_episode_is_no_hot_day():
    values = np.full((40, 2), 30.0, dtype=np.float32)
    values[:20, 1] = 90  # the first city on the second day
    cells = R29.Grid([f"C{one}" for one in range(40)], np.arange(40), np.zeros(40, int), np.repeat([0, 1], 20),
                     np.full(40, LON), np.full(40, LAT))  # fmt: skip
    assert R29.is_episode(values, cells, {"episode": 1.5, "region_km": 300}).tolist() == [[False, True], [False, False]]


def test_r29_areas_join_over_corners_and_not_over_gaps():
    cells = R29.Grid(["a", "b", "c", "d"], np.array([5, 6, 8, 5]), np.array([5, 6, 6, 8]), np.zeros(4, int),
                     np.zeros(4), np.zeros(4))  # fmt: skip
    area = R29.merge(cells, np.arange(4))
    assert area[0] == area[1]
    assert len(set(area.tolist())) == 3


def test_r29_false_discoveries_are_held_by_benjamini_and_hochberg():
    q = R29.benjamini_hochberg(np.array([0.001, 0.01, 0.03, 0.8]), 10)
    assert q.tolist() == pytest.approx([0.01, 0.05, 0.1, 1.0])
    noise = R29.benjamini_hochberg(np.random.default_rng(0).random(10_000), 10_000)
    assert (noise < 0.05).sum() == 0


def test_r29_a_ring_that_is_mostly_unseen_judges_nothing():
    values = hot_field(range(14))
    cloudy = {cell: range(14) for cell in CELLS if max(abs(cell[0] - MIDDLE[0]), abs(cell[1] - MIDDLE[1])) in (2, 3, 4)}
    assert ask_rule("R29", sky(values, cloudy=cloudy)) == []


WARM = [{"station_id": "W1", "time": at(hour), "wind_speed_m_s": 2.0, "wind_from_deg": 0.0, "temp_c": 28.0}
        for hour in range(336)]  # fmt: skip


def formaldehyde(share: float, reach: int, temp_c: float = 28.0, days: int = 14) -> dict[str, list[dict[str, Any]]]:
    values = field(2, days, 11.0)
    for cell in values:
        if max(abs(cell[0] - MIDDLE[0]), abs(cell[1] - MIDDLE[1])) <= reach:
            values[cell] *= share
    tables = sky(values, "HCHO")
    lon, lat = grid.centres_of([MIDDLE[0]], [MIDDLE[1]])
    tables["sites"] = [{"site_id": "W1", "kind": "weather", "name": "", "lon_deg": lon[0], "lat_deg": lat[0]}]
    tables["weather_hours"] = [row | {"temp_c": temp_c} for row in WARM]
    tables["satellite_grid"] += [
        row | {"product": "NO2", "value": row["value"] / 4} for row in tables["satellite_grid"]
    ]  # fmt: skip
    return tables


def test_r30_finds_nine_cells_high_all_along_at_their_middle():
    (found,) = ask_rule("R30", formaldehyde(1.6, 1))
    assert (found["object_id"], found["onset_at"]) == (grid.cell_id(*MIDDLE), at(0))
    assert (found["facts"]["n_cells"], found["facts"]["fnr"], found["facts"]["regime"]) == (9, 4.0, "NOx-limited")


def test_r30_days_on_which_the_city_was_hardly_seen_do_not_move_the_onset():
    tables = formaldehyde(1.6, 1)
    near = {grid.cell_id(MIDDLE[0] + col, MIDDLE[1] + row) for col in (-1, 0, 1) for row in (-1, 0, 1)}
    names = {(round(row["lon_deg"], 6), round(row["lat_deg"], 6)): row["cell_id"] for row in tables["grid_cells"]}
    for row in tables["satellite_grid"]:
        is_far = names[round(row["lon_deg"], 6), round(row["lat_deg"], 6)] not in near
        row["is_valid"] = row["is_valid"] and not (is_far and row["date"] < at(72).date())
    (found,) = ask_rule("R30", tables)
    assert found["onset_at"] == at(0)


@pytest.mark.parametrize(
    "tables",
    [formaldehyde(1.1, 1), formaldehyde(1.8, 0), formaldehyde(1.6, 1, temp_c=12), formaldehyde(1.6, 1, days=3)],
    ids=["ten percent", "one cell", "cold", "three days"],
)
def test_r30_little_lonely_cold_or_rarely_seen_is_no_area(tables):
    assert ask_rule("R30", tables) == []


def test_r30_without_weather_it_is_not_known_to_be_warm():
    assert ask_rule("R30", formaldehyde(1.6, 1) | {"weather_hours": []}) == []


def test_r30_composite_needs_four_valid_days():
    values = np.full((20, 4), 10.0, dtype=np.float32)
    values[0, :1] = np.nan
    cells = R29.Grid([f"C{one}" for one in range(20)], np.arange(20), np.zeros(20, int), np.zeros(20, int),
                     np.zeros(20), np.zeros(20))  # fmt: skip
    asked = {"comp_d": 10, "min_valid": 4, "an_min": 0.3, "top_share": 0.05, "fdr_q": 0.1, "cells_min": 2}
    mean = R30.composite(values, cells, 3, asked).mean
    assert np.isnan(mean[0])
    assert mean[1] == 10


# R32


def dust(area: float = 30_000, covered: bool = False, km: float = 1.5, ratio: float = 2.9, strong: float = 6.0) -> Any:
    patch = {"patch_id": "B1", "area_m2": area, "land_use": "mining", "geometry_wkt": "", "county_adcode": "340122"}
    images = [patch | moved(0, km) | {"image_date": day(-20), "is_covered": False},
              patch | moved(0, km) | {"image_date": day(-6), "is_covered": covered}]  # fmt: skip
    sites = [
        {"site_id": name, "kind": kind, "name": ""} | moved(0, 0)
        for name, kind in (("S", "provincial"), ("W", "weather"))
    ]
    station, weather = [], []
    for hour in range(96):
        blows = 40 <= hour < 60
        pm = {"pm25_ug_m3": 30.0, "pm10_ug_m3": 30 * (ratio if blows else 1.6)}
        station.append({"station_id": "S", "time": at(hour), "flag": "N", "category": "B02"} | pm)
        wind = {"wind_speed_m_s": strong if blows else 2.0, "wind_from_deg": 5.0 if blows else 180.0}
        weather.append({"station_id": "W", "time": at(hour), "rain_mm": 0.0} | wind)
    return {"bare_land": images, "sites": sites, "station_hours": station, "weather_hours": weather}


def test_r32_finds_bare_ground_upwind_of_a_dusty_station():
    (found,) = ask_rule("R32", dust(), 96)
    assert (found["object_id"], found["onset_at"], found["facts"]["station_id"]) == ("B1", at(40), "S")


@pytest.mark.parametrize(
    "tables",
    [dust(area=9_000), dust(covered=True), dust(km=3.5), dust(km=-1.5), dust(ratio=1.7), dust(strong=3.0)],
    ids=["small", "covered", "far", "downwind", "no dust", "light wind"],
)
def test_r32_small_covered_far_downwind_or_without_dust_is_no_finding(tables):
    assert ask_rule("R32", tables, 96) == []


# R33


def fire(hour: float = 61.5, kind: str | None = "vegetation", confidence: str = "high", **place: Any) -> dict[str, Any]:
    said = {"detection_id": f"D{hour}", "satellite": "NOAA-20", "instrument": "VIIRS", "observed_at": at(hour)}
    said |= {"observed_date": at(hour).date(), "frp_mw": 20.0, "confidence": confidence, "fire_type": kind}
    return said | {"processing": "nrt"} | (place or moved(0, 0))


PLANT = {"enterprise_id": "E1", "industry_code": "steel", "city_adcode": "340100"} | moved(0, 0.1)


def test_r33_finds_a_fire_on_vegetation_at_its_moment():
    (found,) = ask_rule("R33", {"satellite_detections": [fire()]})
    assert (found["object_id"], found["onset_at"]) == ("D61.5", at(61.5))


@pytest.mark.parametrize("change", [{"confidence": "low"}, {"kind": "static_land"}])
def test_r33_low_confidence_and_steady_heat_are_no_finding(change):
    assert ask_rule("R33", {"satellite_detections": [fire(**change)]}) == []


def test_r33_a_point_of_unknown_kind_must_be_away_from_plants_and_seen_once():
    assert len(ask_rule("R33", {"satellite_detections": [fire(kind=None)]})) == 1
    assert ask_rule("R33", {"satellite_detections": [fire(kind=None)], "enterprises": [PLANT]}) == []
    steady = [fire(hour, None) for hour in (10, 40, 70)]
    assert ask_rule("R33", {"satellite_detections": steady}) == []


@pytest.mark.parametrize(
    ("hours", "found"), [((40, 60), 1), ((40,), 0), ((25, 28), 0)], ids=["twice", "once", "cooling"]
)
def test_r33_finds_a_plant_hot_again_and_again_while_marked_stopped(hours, found):
    stop = {"mark_id": "K", "facility_id": "U", "enterprise_id": "E1", "condition": "stopped"}
    stop |= {"from_at": at(24), "to_at": at(96), "marked_at": at(24)}
    detections = [fire(hour, "static_land", "nominal") for hour in hours]
    rows = ask_rule("R33", {"satellite_detections": detections, "enterprises": [PLANT], "condition_marks": [stop]})
    assert [row["facts"]["why"] for row in rows] == ["stop_mark"] * found


# R34 and R35


def cluster(
    raised: Mapping[int, Sequence[int]], rh: Mapping[int, Sequence[int]] = {}, wind: Any = None, **more: Any
) -> dict[str, list[dict[str, Any]]]:
    """Eight micro-stations 400 m apart in a row, 120 hours or as many as asked, some raised by 60 ug/m3."""
    rng = np.random.default_rng(7)
    hours, step_km = more.get("hours", 120), more.get("step_km", 0.4)
    sites = [{"site_id": f"M{one}", "kind": "micro", "name": ""} | moved(step_km * one, 0) for one in range(8)]
    rows = []
    for one in range(8):
        bias = 1 + 0.05 * one
        for hour in range(hours):
            pm = 30 * bias * (1 + 0.05 * rng.standard_normal()) + 60 * (hour in raised.get(one, ()))
            speed, come_from = wind(hour) if wind else (2.0, 180.0)
            rows.append({"station_id": f"M{one}", "time": at(hour), "pm25_ug_m3": pm, "pm10_ug_m3": 1.5 * pm,
                         "qc": "ok", "rh_pct": 92.0 if hour in rh.get(one, ()) else 60.0, "wind_speed_m_s": speed,
                         "wind_from_deg": come_from})  # fmt: skip
    return {"sites": sites, "microstation_hours": rows}


def test_r34_finds_two_stations_side_by_side_as_one_area():
    (found,) = ask_rule("R34", cluster({2: range(60, 68), 3: range(60, 68)}), 120)
    assert (found["object_id"], found["onset_at"], found["window_to"]) == ("M2", at(60), at(68))
    assert (found["severity"], found["facts"]["stations"]) == (2, ["M2", "M3"])


def test_r34_a_lone_station_is_for_the_watch_list():
    (found,) = ask_rule("R34", cluster({2: range(60, 68)}), 120)
    assert (found["severity"], found["facts"]["is_area"]) == (3, False)


@pytest.mark.parametrize(
    ("hours", "found"),
    [(range(60, 61), 0), (range(60, 65), 0), (range(60, 66), 1), ((60, 61, 70, 71, 80, 81), 1), ((60, 61, 70, 71), 0)],
    ids=["one hour", "five hours", "six hours", "three episodes", "two episodes"],
)
def test_r34_needs_six_hours_or_three_episodes(hours, found):
    assert len(ask_rule("R34", cluster({2: hours}), 120)) == found


def test_r34_a_sensor_that_leads_in_damp_air_is_dropped():
    damp = range(60, 70)
    assert ask_rule("R34", cluster({2: damp}, {2: damp}), 120) == []


def test_r34_a_real_bubble_survives_some_damp_hours():
    assert len(ask_rule("R34", cluster({2: range(60, 70)}, {2: range(60, 62)}), 120)) == 1


def test_r34_a_constant_bias_is_no_bubble_and_poor_days_are_not_used():
    tables = cluster({2: range(120)})
    assert ask_rule("R34", tables, 120) == []
    tables = cluster({2: range(60, 68)})
    bad = [{"station_id": "M2", "date": day(one), "uptime_pct": 99.0, "drift_pct": 40.0} for one in range(5)]
    assert ask_rule("R34", tables | {"microstation_days": bad}, 120) == []


def test_r34_without_three_neighbours_a_station_says_nothing():
    assert ask_rule("R34", cluster({2: range(60, 68)}, step_km=3.0), 120) == []


def test_r34_stations_a_kilometre_apart_at_the_same_time_are_one_area():
    flat = np.array([[0.0, 0.0], [0.9, 0.0], [3.0, 0.0], [0.0, 0.5]])
    marked = np.zeros((10, 4), dtype=bool)
    marked[2:5, [0, 1, 2]] = True
    marked[7:9, 3] = True  # near, but at another time
    area = R34.areas(flat, marked, 1.0)
    assert area[0] == area[1]
    assert len({area[0], area[2], area[3]}) == 3


def turning(hour: int) -> tuple[float, float]:
    return 2.5, float(hour * 37 % 360)


def night(hour: int) -> bool:
    return hour % 24 >= 22 or hour % 24 < 6


def spiky(chosen: Any, wind: Any = turning, **place: Any) -> dict[str, list[dict[str, Any]]]:
    tables = cluster({2: [hour for hour in range(336) if night(hour) and chosen(hour)]}, wind=wind, hours=336)
    enterprise = {"enterprise_id": "E1"} | (place or moved(0.8, -1.5))
    return tables | {"enterprises": [enterprise]}


def from_south(hour: int) -> bool:
    return abs(turning(hour)[1] - 180) <= 20


def test_r35_finds_spikes_from_one_sector_and_the_enterprise_there():
    (found,) = ask_rule("R35", spiky(from_south))
    first = next(hour for hour in range(336) if night(hour) and from_south(hour))
    assert (found["object_id"], found["enterprise_id"], found["onset_at"]) == ("M2", "E1", at(first))
    assert found["facts"]["bearing_deg"] == pytest.approx(180, abs=10)


def test_r35_spikes_at_any_wind_or_in_calm_air_are_no_finding():
    assert ask_rule("R35", spiky(lambda hour: hour % 6 == 0)) == []
    assert ask_rule("R35", spiky(from_south, lambda hour: (0.3 if from_south(hour) else 2.5, turning(hour)[1]))) == []


def test_r35_without_an_enterprise_in_the_sector_nobody_is_pointed_at():
    assert ask_rule("R35", spiky(from_south, **moved(0.8, 1.5))) == []
    assert ask_rule("R35", spiky(from_south, **moved(0.8, -3.5))) == []


def test_r35_one_night_proves_nothing():
    assert ask_rule("R35", spiky(lambda hour: hour in range(46, 54), lambda _: (2.5, 180.0))) == []


def test_r35_bearing_is_the_mean_over_north():
    weight = np.zeros(R35.SECTORS)
    weight[[35, 0, 1]] = 1
    assert (R35.bearing_of(weight) + 180) % 360 == pytest.approx(180)


# R36


def stations(dip: Sequence[int], gases: float = 1.0, rain: float = 0.0, neighbours_up: float = 1.0) -> dict[str, Rows]:
    sites = [{"site_id": "N1", "kind": "national", "name": ""} | moved(0, 0)]
    sites += [{"site_id": f"T{one}", "kind": "township", "name": ""} | moved(4, one) for one in range(3)]
    sites.append({"site_id": "W1", "kind": "weather", "name": ""} | moved(1, 1))
    hours = []
    for site in sites[:-1]:
        for hour in range(120):
            low = hour in dip
            is_one = site["site_id"] == "N1"
            pm = 0.4 if low and is_one and neighbours_up == 1 else neighbours_up if low and not is_one else 1.0
            gas = gases if low and is_one else 1.0
            row = {
                "station_id": site["site_id"],
                "time": at(hour),
                "flag": "N",
                "pm25_ug_m3": 40 * pm,
                "category": "B01",
            }
            row |= {"pm10_ug_m3": 70 * pm, "so2_ug_m3": 8 * gas, "no2_ug_m3": 25 * gas, "co_mg_m3": 0.7 * gas}
            hours.append(row)
    weather = [{"station_id": "W1", "time": at(hour), "rain_mm": rain if hour in dip else 0.0} for hour in range(120)]
    return {"sites": sites, "station_hours": hours, "weather_hours": weather}


def test_r36_finds_particles_that_fall_alone():
    (found,) = ask_rule("R36", stations(range(80, 85)), 120)
    assert (found["object_id"], found["pollutant"], found["onset_at"], found["window_to"]) == (
        "N1",
        "PM10",
        at(80),
        at(85),
    )


def without(tables: dict[str, Rows], gone: Sequence[int]) -> dict[str, Rows]:
    hours = [
        row | {"flag": "H"} if row["time"] in [at(one) for one in gone] else row for row in tables["station_hours"]
    ]
    return tables | {"station_hours": hours}


def test_r36_an_hour_that_was_not_measured_does_not_split_a_dip():
    (found,) = ask_rule("R36", without(stations(range(80, 85)), [82]), 120)
    assert (found["onset_at"], found["window_to"], found["facts"]["hours"]) == (at(80), at(85), 4)


def test_r36_an_hour_at_the_level_of_the_neighbours_or_a_long_gap_does_split_it():
    assert ask_rule("R36", stations([80, 81, 83, 84]), 120) == []
    assert ask_rule("R36", without(stations(range(80, 87)), [82, 83, 84]), 120) == []


@pytest.mark.parametrize(
    "tables",
    [
        stations(range(80, 82)), stations(range(80, 85), rain=6.4), stations(range(80, 85), gases=0.4),
        stations(range(80, 85), neighbours_up=2.5), stations(range(80, 85)) | {"weather_hours": []},
    ],
    ids=["two hours", "rain", "gases fall too", "neighbours are up", "weather unknown"],
)  # fmt: skip
def test_r36_short_rainy_general_or_unknown_dips_are_no_finding(tables):
    assert ask_rule("R36", tables, 120) == []


def test_r36_repeated_dips_in_working_hours_are_found():
    (found,) = ask_rule("R36", stations([34, 58, 82, 106]), 120)
    assert (found["facts"]["kind"], found["facts"]["days"]) == ("repeated_dips", 4)


def test_r36_finds_pm10_below_pm25():
    tables = stations([])
    for row in tables["station_hours"]:
        if row["station_id"] == "N1" and row["time"] >= at(100):
            row["pm10_ug_m3"] = 38.0
    (found,) = ask_rule("R36", tables, 104)
    assert found["facts"]["kind"] == "pm10_below_pm25"
