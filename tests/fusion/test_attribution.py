"""Candidates behind a hot cell or a bubble, and R31 that pushes them."""

from __future__ import annotations

from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from test_rules_other import MIDDLE, START, TABLES, at, day, field, given, hot_field, sky

from data_adapters.campaign.full import plumes
from data_adapters.campaign.full.plan import Plan
from data_adapters.campaign.full.world import make_world
from data_adapters.campaign.grid import cell_ids
from data_adapters.sources.boundaries import BOUNDARIES
from fusion import attribution, grid
from fusion.engine import Engine
from fusion.findings import FINDINGS, Judge
from fusion.rulebook import BUILT_IN, _load

VALUES = _load(BUILT_IN / "R31.toml").values() | {"as_of": at(336), "from_at": at(0)}
CELL_LON, CELL_LAT = (float(one[0]) for one in grid.centres_of([MIDDLE[0]], [MIDDLE[1]]))


def beside(east_km: float, north_km: float) -> dict[str, float]:
    """A place so many kilometres from the middle of the hot cell."""
    lon = CELL_LON + east_km / 111.2 / np.cos(np.radians(CELL_LAT))
    return {"lon_deg": lon, "lat_deg": CELL_LAT + north_km / 111.2}


def around(
    *places: tuple[float, float], kg: dict[int, float] | None = None, come_from: float = 180.0
) -> dict[str, Any]:
    """Enterprises E0, E1 … at places, some with kilograms a day measured, under a steady wind."""
    enterprises = [
        {"enterprise_id": f"E{one}", "industry_code": "steel"} | beside(*at) for one, at in enumerate(places)
    ]
    angle = np.radians(come_from)
    wind = {"cell_code": "Q", "lon_deg": CELL_LON, "lat_deg": CELL_LAT}
    wind |= {"u10_m_s": float(-2 * np.sin(angle)), "v10_m_s": float(-2 * np.cos(angle))}
    emitted = [
        {"outlet_id": f"O{one}", "enterprise_id": f"E{one}", "date": day(13), "pm_kg": value, "is_valid": True}
        for one, value in (kg or {}).items()
    ]
    hours = [wind | {"time": at(hour)} for hour in range(336)]
    return {"enterprises": enterprises, "wind_grid_hours": hours, "cems_days": emitted}


def judged(tables: dict[str, Any]) -> Any:
    engine = Engine("1GB", 1)
    for name in TABLES:
        engine.register(name, given(name, tables.get(name, ())))
    return Judge(engine, VALUES["as_of"], VALUES["from_at"])


def one_cell() -> attribution.Targets:
    cells = [grid.cell_id(*MIDDLE)], np.array([MIDDLE[0]]), np.array([MIDDLE[1]])
    return attribution.cell_targets(cells, np.ones((1, 14), dtype=bool), START, (10, 14))


def found(
    tables: dict[str, Any], targets: attribution.Targets | None = None, findings: Any = None
) -> list[dict[str, Any]]:
    chosen = one_cell() if targets is None else targets
    return attribution.candidates(judged(tables).ask, VALUES, chosen, findings).to_pylist()


def test_upwind_comes_before_downwind():
    upwind, downwind = found(around((0, 4), (0, -4)))
    assert (upwind["enterprise_id"], downwind["enterprise_id"]) == ("E1", "E0")
    assert upwind["wind_weight"] == pytest.approx(1, abs=0.01)
    assert downwind["wind_weight"] == pytest.approx(0, abs=0.01)


def test_great_emission_comes_before_small_and_unmonitored_counts_little():
    rows = found(around((0, -3), (0.1, -3), (-0.1, -3), kg={0: 24, 1: 240}))
    assert [row["enterprise_id"] for row in rows] == ["E1", "E0", "E2"]
    assert [row["emission_basis"] for row in rows] == ["measured", "measured", "typical"]
    assert rows[2]["emission_kg_h"] == pytest.approx(0.05 * 5.5)


def test_near_comes_before_far_and_beyond_reach_is_no_candidate():
    rows = found(around((0, -3), (0, -6), (0, -7)))
    assert [row["enterprise_id"] for row in rows] == ["E0", "E1"]


def test_distance_is_to_the_edge_of_the_cell_and_nothing_inside():
    inside, outside = sorted(found(around((0.5, 0.5), (0, -3))), key=lambda row: row["enterprise_id"])
    assert (inside["distance_km"], inside["wind_weight"]) == (0, 0.5)
    assert outside["distance_km"] == pytest.approx(1.5, abs=0.1)
    assert outside["middle_km"] == pytest.approx(3, abs=0.01)


def test_parts_make_the_score_and_shares_add_up():
    rows = found(around((0, -3), (2, -3), (0.5, 0.5), kg={0: 24}))
    for row in rows:
        parts = row["emission_kg_h"] ** 0.5 * row["distance_weight"] * row["wind_weight"] * (1 + 0.5 * row["n_signals"])
        assert row["score"] == pytest.approx(parts)
    assert sum(row["share"] for row in rows) == pytest.approx(1)
    assert rows[0]["doubt"] == pytest.approx(rows[1]["score"] / rows[0]["score"])


def test_calm_air_says_half_for_every_bearing():
    tables = around((0, 4), (0, -4))
    calm = {"u10_m_s": 0.1, "v10_m_s": 0.1}
    tables["wind_grid_hours"] = [row | calm for row in tables["wind_grid_hours"]]
    assert [row["wind_weight"] for row in found(tables)] == [0.5, 0.5]


def test_weather_stations_speak_where_the_grid_is_silent_and_nothing_known_is_half():
    tables = around((0, -4))
    tables["wind_grid_hours"] = []
    assert found(tables)[0]["wind_weight"] == 0.5
    tables["sites"] = [{"site_id": "W", "kind": "weather", "name": ""} | beside(5, 5)]
    tables["weather_hours"] = [
        {"station_id": "W", "time": at(hour), "wind_speed_m_s": 2.0, "wind_from_deg": 180.0} for hour in range(336)
    ]
    assert found(tables)[0]["wind_weight"] == pytest.approx(1)


def test_only_the_hours_of_hot_days_count():
    tables = around((0, -4))
    turned = {"v10_m_s": -2.0}  # from the north on the first day
    tables["wind_grid_hours"] = [row | turned if row["time"] < at(24) else row for row in tables["wind_grid_hours"]]
    cells = [grid.cell_id(*MIDDLE)], np.array([MIDDLE[0]]), np.array([MIDDLE[1]])
    first_day = attribution.cell_targets(cells, np.arange(14)[None, :] == 0, START, (10, 14))
    assert found(tables, first_day)[0]["wind_weight"] == pytest.approx(0, abs=0.01)


def test_findings_of_other_rules_and_complaints_are_signals():
    tables = around((0, -4), (0.1, -4))
    findings = pa.table({"enterprise_id": ["E1", "E1", "E1"], "rule_id": ["R20", "R27", "R31"]})
    first = found(tables, findings=findings)[0]
    assert (first["enterprise_id"], first["signals"], first["n_signals"]) == ("E1", "R20,R27", 2)
    assert {"enterprise_id", "rule_id"} <= set(FINDINGS.schema.names)


def test_a_tall_stack_beside_the_cell_is_noted():
    tables = around((0, -1.6), kg={0: 24})
    tables["permits"] = [{"permit_no": "P", "enterprise_id": "E0"}]
    tables["permit_limits"] = [{"permit_no": "P", "outlet_code": "D", "pollutant": "PM", "averaging": "hour",
                                "outlet_id": "O0", "limit_mg_m3": 10.0, "stack_height_m": 180.0}]  # fmt: skip
    (row,) = found(tables)
    assert (row["stack_height_m"], row["note"]) == (180, "tall_stack_near")


def test_bubbles_are_traced_over_their_own_hours():
    hours = np.zeros((1, 48), dtype=bool)
    hours[0, 20:24] = True
    target = attribution.bubble_targets(["M1"], (np.array([CELL_LON]), np.array([CELL_LAT])), hours, START)
    (row,) = found(around((0, -1.5)), target)
    assert (row["target_kind"], row["target_id"]) == ("bubble", "M1")
    assert row["distance_weight"] == pytest.approx(np.exp(-1), abs=0.01)


def test_nobody_around_gives_no_candidate():
    assert found(around((30, 30))) == []


def pushed(tables: dict[str, Any]) -> list[dict[str, Any]]:
    rule = _load(BUILT_IN / "R31.toml")
    return judged(sky(hot_field(range(14))) | tables).find(rule, rule.values()).to_pylist()


def test_r31_names_who_stands_out_for_the_watch_list():
    (row,) = pushed(around((0, -3), (0, 3)))
    assert (row["object_id"], row["enterprise_id"], row["severity"]) == (grid.cell_id(*MIDDLE), "E0", 3)
    assert "E1" not in row["facts"]
    assert row["onset_at"] == at(0)


def test_r31_a_second_signal_makes_it_a_push():
    tables = around((0, -3), (0, 3))
    tables["complaints"] = [
        {"case_no": f"C{one}", "received_at": at(one), "person_hash": f"P{one}", "enterprise_id": "E0", "issue": "dust"}
        for one in range(2)
    ]
    assert [row["severity"] for row in pushed(tables)] == [2]


def test_r31_names_nobody_where_nobody_stands_out():
    places = [(0.3 * number, -3 - 0.1 * number) for number in range(-6, 7)]
    (row,) = pushed(around(*places))
    assert (row["enterprise_id"], row["severity"]) == (None, 3)


def test_r31_a_hot_cell_far_from_everybody_and_a_cold_one_are_no_finding():
    assert pushed(around((30, 0))) == []
    rule = _load(BUILT_IN / "R31.toml")
    assert judged(sky(field()) | around((0, -3))).find(rule, rule.values()).num_rows == 0


def test_tracing_is_scored_against_the_plumes_the_nearest_and_chance():
    rows = [("C1", "A", 1, 9.0, "measured"), ("C1", "B", 2, 1.0, "typical"), ("C2", "A", 1, 1.0, "measured"),
            ("C2", "B", 2, 2.0, "measured"), ("C3", "A", 1, 1.0, "measured")]  # fmt: skip
    names = ("target_id", "enterprise_id", "rank", "middle_km", "emission_basis")
    candidates = pa.table({name: [row[at] for row in rows] for at, name in enumerate(names)})
    truth = pa.table({"cell_id": ["C1", "C1", "C2", "C3"], "enterprise_id": ["A", "B", "B", "A"],
                      "excess_ug_m3": [8.0, 1.0, 5.0, 1.0]})  # fmt: skip
    score = attribution.score_tracing(candidates, truth)
    assert (score["cells"], score["top1"], score["top3"]) == (2, 0.5, 1.0)
    assert (score["nearest_top1"], score["nearest_monitored_top1"], score["random_top1"]) == (0, 0.5, 0.5)


NOTHING_PLANTED = (np.empty(0, np.int64), np.empty(0, np.int64), np.empty(0))


def test_what_enterprises_add_to_a_cell_adds_up_to_its_excess():
    world = make_world(Plan(0.01), BOUNDARIES.read([], {}).tables["regions"])
    pm_kg_h = np.full(40, 3.0)
    excess = plumes.daily_excess(world, pm_kg_h).mean(axis=0)
    told = (
        plumes.contributions(world, pm_kg_h, NOTHING_PLANTED).group_by(["cell_id"]).aggregate([("excess_ug_m3", "sum")])
    )
    place = {one: at for at, one in enumerate(cell_ids(world.terrain.col, world.terrain.row).tolist())}
    expected = [excess[place[one]] for one in told["cell_id"].to_pylist()]
    assert told.num_rows == (excess >= plumes.CELL_UG_M3).sum()
    assert told["excess_ug_m3_sum"].to_pylist() == pytest.approx(expected, abs=0.3)
