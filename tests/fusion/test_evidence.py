"""What each of the nine kinds of data says of a finding, on data made by hand around one place."""

from __future__ import annotations

import json
from datetime import date, datetime, timedelta
from typing import Any

import pyarrow as pa
import pytest

from data_adapters.catalogue import schema
from data_adapters.tables import TABLES
from fusion.engine import Engine, step_sql
from fusion.evidence import STEPS, evidence_methods, evidence_raw, evidence_values
from fusion.findings import FINDINGS
from fusion.layout import RULES
from fusion.layout import TABLES as LAYOUT
from fusion.ring_test import RING_BELOW, RING_PASSED
from fusion.ring_test import SCHEMA as RING
from fusion.store import Store

LON, LAT = 117.0, 34.0
KM = 1 / 111.2  # degrees of latitude
DAY = date(2023, 7, 25)
BEGIN = datetime(2023, 7, 24)
KINDS = ["satellite", "air", "network", "microstation", "cems", "power", "permit", "penalty", "complaint"]
CATEGORIES = {
    "R12": "cems",
    "R20": "power",
    "R22": "permit",
    "R27": "complaint",
    "R29": "satellite",
    "R34": "microstation",
}


def finding(rule: str = "R12", **more: Any) -> dict[str, Any]:
    one = {
        "clue_id": rule,
        "rule_id": rule,
        "rule_version": "1",
        "object_kind": "outlet",
        "object_id": "E1-DA001",
        "enterprise_id": "E1",
        "pollutant": "PM",
        "window_from": BEGIN,
        "window_to": BEGIN + timedelta(days=3),
        "onset_at": BEGIN,
        "severity": 2,
        "score": 0.9,
        "facts": "{}",
        "told_date": DAY,
        "detected_at": BEGIN + timedelta(days=4),
    }
    return one | more


def station(
    name: str, north_km: float, pm25: float, kind: str = "township", days: int = 3
) -> dict[str, list[dict[str, Any]]]:
    """A station so far north of the place, with the same value every hour."""
    site = {"site_id": name, "kind": kind, "name": name, "lon_deg": LON, "lat_deg": LAT + north_km * KM,
            "city_adcode": "340100", "county_adcode": "340101"}  # fmt: skip
    hours = [
        {"station_id": name, "time": BEGIN + timedelta(hours=hour), "pm25_ug_m3": pm25, "sulfate_ug_m3": pm25 / 5}
        for hour in range(24 * days)
    ]
    if kind == "component":
        return {"sites": [site], "component_hours": hours}
    return {"sites": [site], "station_hours": [{**one, "flag": "N"} for one in hours]}


def joined(*parts: dict[str, list[dict[str, Any]]]) -> dict[str, list[dict[str, Any]]]:
    out: dict[str, list[dict[str, Any]]] = {}
    for part in parts:
        for name, rows in part.items():
            out.setdefault(name, []).extend(rows)
    return out


AROUND = joined(station("T1", 10, 30.0), station("T2", -12, 34.0))
CELL_ID = "G3-0001-0001"
GRID_CELL = {"cell_id": CELL_ID, "col": 1, "row": 1, "county_adcode": "340101", "city_adcode": "340100",
             "lon_deg": LON, "lat_deg": LAT}  # fmt: skip
CELL = {"cell_idx": 1, "lon_deg": LON, "lat_deg": LAT + 2 * KM}


def told(
    findings: list[dict[str, Any]], data: dict[str, list[dict[str, Any]]] | None = None
) -> dict[str, dict[str, Any]]:
    """Of the first finding the row of each kind."""
    data = data or {}
    shared = {
        "findings": pa.Table.from_pylist(findings, schema=FINDINGS.schema),
        "rules": pa.Table.from_pylist(
            [{"rule_idx": n, "rule_id": rule, "name_zh": "", "name_en": "", "category": category, "severity": 2}
             for n, (rule, category) in enumerate(CATEGORIES.items())], schema=RULES.schema),
        "enterprises": pa.Table.from_pylist(
            [{"enterprise_id": "E1", "name": "甲", "city_adcode": "340100", "lon_deg": LON, "lat_deg": LAT}],
            schema=TABLES["enterprises"].schema),
        "cells": pa.Table.from_pylist(data.get("cells", []), schema=pa.schema(
            [("cell_idx", pa.int32()), ("lon_deg", pa.float64()), ("lat_deg", pa.float64())])),
        "grid_days": pa.Table.from_pylist(data.get("grid_days", []), schema=pa.schema(
            [("product", pa.string()), ("date", pa.date32()), ("cell_idx", pa.int32()), ("value", pa.float64())])),
        "ring_days": pa.Table.from_pylist(data.get("ring_days", []), schema=RING),
    }  # fmt: skip
    stored = {name: rows for name, rows in data.items() if name not in shared}
    shared |= {name: pa.Table.from_pylist(rows, schema=schema(name)) for name, rows in stored.items()}
    with Engine() as engine:
        Store(None).attach(engine)
        for name, table in shared.items():
            engine.forget(name)
            engine.register(name, table)
        for name in (*STEPS, "evidence_kinds"):
            engine.make(name, step_sql(f"evidence/{name}"), evidence_values())
        rows = engine.table("evidence_kinds").to_pylist()
    assert len(rows) == 9 * len(findings)
    return {row["kind"]: row for row in rows if row["clue_id"] == findings[0]["clue_id"]}


def test_every_finding_has_all_nine_kinds_and_without_any_data_nothing_is_claimed():
    rows = told([finding()])
    assert sorted(rows) == sorted(KINDS)
    says = {kind: row["says"] for kind, row in rows.items()}
    assert says.pop("cems") == "supports"  # it is a finding of that kind itself
    assert set(says.values()) == {"not_observed"} and {row["n"] for kind, row in rows.items() if kind != "cems"} == {0}


@pytest.mark.parametrize(
    ("value", "says"), [(40.0, "supports"), (33.0, "silent"), (30.0, "against")], ids=["above", "within", "below"]
)
def test_air_quality_is_the_nearest_station_against_those_around(value, says):
    row = told([finding()], joined(station("T0", 2, value), AROUND))["air"]
    assert (row["says"], row["n"], row["away_km"]) == (says, 3, 2.0)
    assert row["value"] == pytest.approx(value / 32, abs=0.006)


def test_an_episode_that_lifts_all_stations_supports_nothing():
    row = told([finding()], joined(station("T0", 2, 150.0), station("T1", 10, 148.0), station("T2", -12, 152.0)))["air"]
    assert row["says"] == "against" and row["value"] == 1.0


def test_a_station_out_of_reach_or_without_neighbours_is_not_observed():
    assert told([finding()], AROUND)["air"]["says"] == "not_observed"
    alone = joined(station("T0", 2, 90.0), station("T1", 10, 30.0))
    assert told([finding()], alone)["air"]["says"] == "not_observed"


def test_hours_with_a_flag_and_days_of_few_hours_do_not_count():
    data = joined(station("T0", 2, 90.0), AROUND)
    for row in data["station_hours"]:
        if row["station_id"] == "T0":
            row["flag"] = "N" if row["time"].hour < 11 else "D"
    assert told([finding()], data)["air"]["says"] == "not_observed"


def test_a_station_is_never_held_against_itself():
    clue = finding("R34", object_kind="station", object_id="T0", enterprise_id=None, pollutant="PM25")
    assert told([clue], joined(station("T0", 0, 90.0), AROUND))["air"]["says"] == "not_observed"


def city(day: date, pm25: float) -> dict[str, Any]:
    others = dict.fromkeys(("pm10_ug_m3", "so2_ug_m3", "no2_ug_m3", "co_mg_m3", "o3_ug_m3", "composite_index"), 1.0)
    known = {"city_adcode": "340100", "date": day, "aqi": 50, "level": 1, "standard_version": ""}
    return {**known, **others, "pm25_ug_m3": pm25}


def test_without_a_station_near_the_city_is_held_against_its_own_days_before():
    days = [city(BEGIN.date() + timedelta(days=n), 45.0 if n >= 0 else 30.0) for n in range(-4, 3)]
    row = told([finding()], {"city_days": days})["air"]
    assert (row["says"], row["value"], row["away_km"], row["n"]) == ("supports", 1.5, None, 3)
    assert told([finding()], {"city_days": days[2:]})["air"]["says"] == "not_observed"


def test_a_pollutant_that_a_network_does_not_measure_leaves_it_silent():
    data = joined(station("T0", 2, 90.0), AROUND)
    assert told([finding(pollutant="HCHO")], data)["air"]["says"] == "silent"
    assert told([finding(pollutant="CO")])["satellite"]["says"] == "silent"


def test_component_network_asks_for_the_component_of_the_pollutant():
    data = joined(station("K0", 8, 50.0, "component"), *(station(f"K{n}", 60 + n, 30.0, "component") for n in (1, 2)))
    row = told([finding(pollutant="SO2")], data)["network"]
    assert (row["says"], row["away_km"]) == ("supports", 8.0) and row["value"] == pytest.approx(1.67)
    far = joined(station("K0", 20, 50.0, "component"), *(station(f"K{n}", 60 + n, 30.0, "component") for n in (1, 2)))
    assert told([finding(pollutant="SO2")], far)["network"]["says"] == "not_observed"


def grid(days: int, ring: int | None = None) -> dict[str, list[dict[str, Any]]]:
    seen = [{"product": "PM25", "date": BEGIN.date() + timedelta(days=n), "cell_idx": 1} for n in range(days)]
    hot = (
        [{**seen[0], "ring": ring, "ring_z": 3.0, "n_valid_days": 1, "n_hot_days": 1, "persists": False}]
        if ring
        else []
    )
    return {"cells": [CELL], "grid_days": [{**one, "value": 30.0} for one in seen], "ring_days": hot}


@pytest.mark.parametrize(
    ("days", "ring", "says"),
    [
        (3, RING_PASSED, "supports"),
        (3, RING_BELOW, "against"),
        (3, None, "against"),
        (2, None, "silent"),
        (0, None, "not_observed"),
    ],
)
def test_satellites_count_observed_days_only_and_only_cells_that_pass_the_ring_test(days, ring, says):
    row = told([finding()], grid(days, ring))["satellite"]
    assert (row["says"], row["n"]) == (says, days)


def test_micro_stations_on_line_without_a_bubble_speak_against_and_with_one_support():
    site = station("M1", 1, 1.0, "micro")["sites"]
    on_line = [{"station_id": "M1", "date": DAY, "uptime_pct": 90.0, "drift_pct": 0.0, "calibration_version": ""}]
    data = {"sites": site, "microstation_days": on_line}
    assert told([finding()], data)["microstation"]["says"] == "against"
    bubble = finding("R34", object_kind="station", object_id="M1", enterprise_id=None)
    assert told([finding(), bubble], data)["microstation"]["says"] == "supports"
    earlier = bubble | {"window_from": BEGIN - timedelta(days=9), "window_to": BEGIN - timedelta(days=8)}
    assert told([finding(), earlier], data)["microstation"]["says"] == "against"
    assert told([finding()], {"sites": site})["microstation"]["says"] == "not_observed"


def test_electricity_supports_by_its_own_rules_and_speaks_against_by_data_without_one():
    days = [{"account_no": "A", "date": DAY, "enterprise_id": "E1", "kwh": 1.0, "peak_kwh": 1.0, "valley_kwh": 1.0}]
    assert told([finding()], {"power_days": days})["power"]["says"] == "against"
    assert told([finding(), finding("R20")], {"power_days": days})["power"]["says"] == "supports"
    of_cell = finding("R29", object_kind="cell", object_id="C", enterprise_id=None, pollutant="PM25")
    assert told([of_cell], {"power_days": days})["power"]["says"] == "silent"


def penalty(days_before: int) -> dict[str, Any]:
    return {"decision_no": "1", "enterprise_id": "E1", "decided_date": BEGIN.date() - timedelta(days=days_before),
            "law_article": "", "fact_code": ""}  # fmt: skip


def test_no_penalty_on_file_is_silent_and_an_old_one_does_not_count():
    assert told([finding()], {"penalties": [penalty(100)]})["penalty"]["says"] == "supports"
    assert told([finding()], {"penalties": [penalty(800)]})["penalty"]["says"] == "silent"
    assert told([finding()])["penalty"]["says"] == "not_observed"


def complaint(days_before: float, enterprise: str | None, north_km: float) -> dict[str, Any]:
    return {"case_no": "1", "received_at": BEGIN - timedelta(days=days_before), "person_hash": "x", "lon_deg": LON,
            "lat_deg": LAT + north_km * KM, "county_adcode": "340101", "enterprise_id": enterprise, "issue": "odour",
            "text": "", "status": "open"}  # fmt: skip


def test_complaints_are_those_about_the_enterprise_and_of_a_place_those_near_it():
    assert told([finding()], {"complaints": [complaint(3, "E1", 9)]})["complaint"]["says"] == "supports"
    assert told([finding()], {"complaints": [complaint(3, "E2", 1)]})["complaint"]["says"] == "silent"
    assert told([finding()], {"complaints": [complaint(40, "E1", 0)]})["complaint"]["says"] == "silent"
    of_place = finding("R29", object_kind="cell", object_id=CELL_ID, enterprise_id=None, cell_id=CELL_ID)
    for n, says in ((2, "silent"), (3, "supports")):
        many = [complaint(3, "E2", 1) | {"case_no": str(number)} for number in range(n)]
        row = told([of_place], {"complaints": many, "grid_cells": [GRID_CELL]})["complaint"]
        assert (row["says"], row["n"]) == (says, n)


def test_every_kind_tells_how_it_decides_with_its_numbers_in_both_languages():
    rows = evidence_methods().to_pylist()
    assert [row["kind"] for row in rows] == KINDS and [row["place"] for row in rows] == list(range(9))
    for row in rows:
        assert "{" not in row["how_zh"] + row["how_en"]
        for number in json.loads(row["parameters_json"]).values():
            assert str(number) in row["how_zh"] and str(number) in row["how_en"]
    assert evidence_methods().schema.equals(LAYOUT["evidence_methods"].schema)


def test_no_number_of_the_evidence_stands_in_the_sql():
    texts = "".join(step_sql(f"evidence/{name}") for name in (*STEPS, "evidence_kinds"))
    for kind, one in evidence_raw()["kind"].items():
        for name in one:
            assert name.startswith("how_") or f"${kind}_{name}" in texts, f"{kind}.{name} is not used"
