"""Small canonical tables, made by hand: a province of two cities with two counties each, and what happens there."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

import numpy as np
import pyarrow as pa
import shapely

from data_adapters.source import FileAccount, SourceResult
from data_adapters.tables import TABLES
from fusion import grid

WEST, SOUTH = 116.0, 33.0
DAY = date(2023, 3, 2)
NOON = datetime(2023, 3, 10, 12)
NOW = datetime.fromisoformat("2023-07-01T00:00:00+00:00")

HISTORIES: dict[str, list[str]] = {
    "screened": ["IDENTIFIED", "SCREENED"],
    "pushed": ["IDENTIFIED", "SCREENED", "PUSHED"],
    "returned": ["IDENTIFIED", "SCREENED", "PUSHED", "RETURNED"],
    "checking": ["IDENTIFIED", "SCREENED", "PUSHED", "ACCEPTED", "CHECKING"],
    "suspended": ["IDENTIFIED", "SCREENED", "PUSHED", "ACCEPTED", "CHECKING", "SUSPENDED"],
    "denied": ["IDENTIFIED", "SCREENED", "PUSHED", "ACCEPTED", "CHECKING", "NOT_CONFIRMED", "CLOSED"],
    "rectifying": ["IDENTIFIED", "SCREENED", "PUSHED", "ACCEPTED", "CHECKING", "CONFIRMED", "RECTIFYING"],
    "discarded": ["IDENTIFIED", "DISCARDED"],
}
HISTORIES["fixed"] = [*HISTORIES["rectifying"], "RECHECK", "CLOSED"]
HISTORIES["relapsed"] = [*HISTORIES["fixed"], "RELAPSED"]
HISTORIES["denied after relapse"] = [
    *HISTORIES["relapsed"],
    *("SCREENED", "PUSHED", "ACCEPTED", "CHECKING", "NOT_CONFIRMED", "CLOSED"),
]


def table(name: str, rows: list[dict[str, Any]]) -> pa.Table:
    """Canonical table `name`; columns that are left out are empty."""
    schema = TABLES[name].schema
    return pa.Table.from_pylist([{**dict.fromkeys(schema.names), **row} for row in rows], schema=schema)


def box(west: float, south: float, size_lon: float, size_lat: float) -> shapely.Polygon:
    return shapely.box(west, south, west + size_lon, south + size_lat)


def regions() -> pa.Table:
    """A province 2 x 1 degree; cities 340100 (west) and 340200 (east); each city a southern and a northern county."""
    rows = [_division("340000", "province", None, box(WEST, SOUTH, 2, 1))]
    for number in (1, 2):
        west = WEST + number - 1
        rows.append(_division(f"340{number}00", "city", "340000", box(west, SOUTH, 1, 1)))
        for half in (1, 2):
            shape = box(west, SOUTH + (half - 1) / 2, 1, 0.5)
            rows.append(_division(f"340{number}0{half}", "county", f"340{number}00", shape))
    return table("regions", rows)


def _division(adcode: str, level: str, parent: str | None, shape: shapely.Polygon) -> dict[str, Any]:
    return {
        "adcode": adcode,
        "level": level,
        "name_zh": f"模拟{adcode}",
        "name_en": f"Place {adcode}",
        "short_name_zh": adcode,
        "parent_adcode": parent,
        "lon_deg": shape.centroid.x,
        "lat_deg": shape.centroid.y,
        "geometry_wkb": shapely.to_wkb(shape),
    }


def boundary_lines() -> pa.Table:
    line = shapely.LineString([(110.0, 5.0), (110.0, 9.0), (119.0, 15.0)])
    return table("boundary_lines", [{"kind": "dash_line_10", "part": 1, "geometry_wkb": shapely.to_wkb(line)}])


def grid_rows(values: np.ndarray, valid: np.ndarray | None = None, first_day: date = DAY) -> pa.Table:
    """PM25 on a block of cells in city 340100; `values` has the shape (days, cells)."""
    days, cells = values.shape
    is_valid = np.ones(values.shape, dtype=bool) if valid is None else valid
    col0, row0 = (int(number[0]) for number in grid.cells_of([WEST + 0.2], [SOUTH + 0.1]))
    lon, lat = grid.centres_of(col0 + np.arange(cells) % 10, row0 + np.arange(cells) // 10)
    return table(
        "satellite_grid",
        [
            {
                "product": "PM25",
                "date": first_day + timedelta(days=day),
                "lon_deg": float(lon[cell]),
                "lat_deg": float(lat[cell]),
                "native_km": 3.0,
                "value": float(values[day, cell]) if is_valid[day, cell] else None,
                "is_valid": bool(is_valid[day, cell]),
            }
            for day in range(days)
            for cell in range(cells)
        ],
    )


def clue(clue_id: str, **changes: Any) -> dict[str, Any]:
    base = {
        "clue_id": clue_id,
        "rule_id": "R01",
        "category": "cems",
        "severity": 1,
        "enterprise_id": "E1",
        "county_adcode": "340101",
        "lon_deg": WEST + 0.5,
        "lat_deg": SOUTH + 0.2,
        "round_code": "2023-R01",
        "pollutant": "NOx",
        "window_from": datetime(2023, 3, 3),
        "window_to": datetime(2023, 3, 4),
        "detected_at": datetime(2023, 3, 4, 1),
        "score": 0.5,
    }
    return base | changes


def events(clue_id: str, states: list[str], due_at: datetime | None = None) -> list[dict[str, Any]]:
    """A history through `states`, one step an hour; `due_at` is the deadline of the last state."""
    return [
        {
            "clue_id": clue_id,
            "sequence": number,
            "at": datetime(2023, 3, 4, 1) + timedelta(hours=number),
            "event": "step",
            "from_state": states[number - 2] if number > 1 else None,
            "to_state": state,
            "role": "system",
            "team_code": "T1" if state == "PUSHED" else None,
            "due_at": due_at if number == len(states) else None,
        }
        for number, state in enumerate(states, start=1)
    ]


def enterprise(enterprise_id: str, **changes: Any) -> dict[str, Any]:
    base = {
        "enterprise_id": enterprise_id,
        "name": f"模拟企业{enterprise_id}",
        "industry_code": "steel",
        "city_adcode": "340100",
        "county_adcode": "340101",
        "lon_deg": WEST + 0.5,
        "lat_deg": SOUTH + 0.2,
        "coordinate_status": "ok",
        "is_key_source": True,
    }
    return base | changes


def campaign() -> dict[str, pa.Table]:
    """One row or more of every table a campaign has."""
    outlet = {"enterprise_id": "E1", "date": DAY, "pollutant": "NOx", "limit_mg_m3": 50.0, "valid_hours": 24}
    return {
        "rounds": table("rounds", [_round(1), _round(2)]),
        "teams": table("teams", [_team("T2"), _team("T1")]),
        "enterprises": table(
            "enterprises", [enterprise("E2", county_adcode=None, lat_deg=SOUTH + 0.7), enterprise("E1")]
        ),
        "outlets": table(
            "outlets", [{"outlet_id": f"E1-{n}", "enterprise_id": "E1", "outlet_code": str(n)} for n in (1, 2)]
        ),
        "satellite_grid": grid_rows(np.where(np.arange(80) == 7, 90.0, 30.0 + np.arange(80) % 5)[None, :]),
        "ambient_series": table(
            "ambient_series", [{"place_code": "340100", "date": DAY, "pollutant": "PM25", "value": 41.0}]
        ),
        "emission_series": table(
            "emission_series",
            [
                {**outlet, "outlet_id": "E1-1", "concentration_mg_m3": 40.0, "exceed_hours": 0, "emission_kg": 1.5},
                {**outlet, "outlet_id": "E1-2", "concentration_mg_m3": 60.0, "exceed_hours": 20, "emission_kg": 2.0},
            ],
        ),
        "inspections": table(
            "inspections",
            [
                {
                    "inspection_id": "I1",
                    "round_code": "2023-R01",
                    "team_code": "T1",
                    "enterprise_id": "E1",
                    "checked_date": DAY,
                    "mode": "onsite",
                }
            ],
        ),
        "problems": table("problems", [_problem("P1", True), _problem("P2", False)]),
        "clues": table("clues", [clue(name) for name in HISTORIES] + [clue("untouched", enterprise_id=None)]),
        "clue_events": table(
            "clue_events", [row for name, states in HISTORIES.items() for row in events(name, states)]
        ),
    }


def _round(number: int) -> dict[str, Any]:
    start = DAY + timedelta(days=14 * (number - 1))
    end = start + timedelta(days=14)
    return {"round_code": f"2023-R{number:02d}", "year": 2023, "number": number, "from_date": start, "to_date": end}


def _team(code: str) -> dict[str, Any]:
    team = {
        "team_code": code,
        "name_zh": f"模拟{code}",
        "name_en": code,
        "kind": "professional",
        "number": int(code[1:]),
    }
    return {**team, "city_adcode": "340100"}


def _problem(problem_id: str, is_prominent: bool) -> dict[str, Any]:
    return {
        "problem_id": problem_id,
        "inspection_id": "I1",
        "enterprise_id": "E1",
        "round_code": "2023-R01",
        "problem_type": "exceedance",
        "is_prominent": is_prominent,
        "found_date": DAY,
    }


def result(tables: dict[str, pa.Table]) -> SourceResult:
    """What a source gives that accepted every row of one file."""
    rows = sum(data.num_rows for data in tables.values())
    return SourceResult(tables, [FileAccount("made by hand", 1, "0", rows, rows)])
