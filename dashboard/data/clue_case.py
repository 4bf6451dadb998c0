"""What the casebook must remember of a clue: out of the snapshot, or out of a cell and what was picked in it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

import duckdb

from dashboard.casebook.records import Case
from dashboard.data.layers import sql
from dashboard.data.store import Loaded
from fusion.grid import cell_of_id, centres_of

BY_HAND = "HAND"
BY_HAND_VERSION = "1"
CANDIDATES = 8
REACH_KM = 5.0
WINDOW_DAYS = 10
POLLUTANT_OF = {"PM25": "PM25", "NO2": "NOx", "HCHO": "HCHO", "FIRE": "PM"}


@dataclass(frozen=True)
class Cell:
    """A high-value cell of one product, as it was told on `day`, with what lies around it.

    Shape   hot_days: days of the window on which it was high; valid_days: on which it was observed; candidates: see
            cell_candidates.sql; county_idx, city_idx: rows of places
    """

    cell_id: str
    product: str
    day: date
    lon_deg: float
    lat_deg: float
    county_adcode: str
    city_adcode: str
    round_code: str | None
    value: float
    unit: str
    hot_days: int
    valid_days: int
    candidates: tuple[dict[str, Any], ...]


def case_of(db: duckdb.DuckDBPyConnection, loaded: Loaded, clue: Mapping[str, Any]) -> Case:
    """The case of a clue that the snapshot knows; `clue` is its row of the list.

    Shape   `db` is a cursor of the whole snapshot (`loaded.whole`): what is on record must not depend on how much of it
            the first who acts may see
    """
    (known,) = db.sql(sql("clue_case"), params={"clue_id": clue["clue_id"]}).to_arrow_table().to_pylist()
    return Case(**known, origin="snapshot", snapshot_id=loaded.id.partition("~")[0])


def cell_found(db: duckdb.DuckDBPyConnection, cell_id: str, product: str, day: date) -> Cell | None:
    """The cell as it was last high up to `day`; None where it was not, or is not the viewer's to see.

    Raises  ValueError for a text that is no cell
    """
    col, row = cell_of_id(cell_id)
    named = {"col": col, "row": row, "product": product, "day": day}
    found = db.sql(sql("cell_found"), params=named).to_arrow_table().to_pylist()
    if not found:
        return None
    (lon,), (lat,) = centres_of([col], [row])
    near = {"lon": float(lon), "lat": float(lat), "reach_km": REACH_KM, "n": CANDIDATES}
    candidates = db.sql(sql("cell_candidates"), params=near).to_arrow_table().to_pylist()
    return Cell(cell_id, product, lon_deg=float(lon), lat_deg=float(lat), candidates=tuple(candidates), **found[0])


def case_by_hand(loaded: Loaded, cell: Cell, enterprise: Mapping[str, Any] | None, now: datetime) -> Case:
    """The case of a clue about `cell`, and about `enterprise` where one alone was picked.

    Note    made twice for the same cell, product, day and enterprise it has the same id
    """
    about = enterprise["enterprise_id"] if enterprise else cell.cell_id
    told = json.dumps([BY_HAND, cell.cell_id, about, cell.product, cell.day.isoformat()])
    window_to = datetime.combine(cell.day, time()) + timedelta(days=1)
    return Case(
        clue_id=hashlib.sha256(told.encode()).hexdigest()[:16],
        rule_id=BY_HAND,
        rule_version=BY_HAND_VERSION,
        severity=2,
        enterprise_id=enterprise["enterprise_id"] if enterprise else None,
        enterprise_name=enterprise["name"] if enterprise else None,
        cell_id=cell.cell_id,
        city_adcode=cell.city_adcode,
        county_adcode=cell.county_adcode,
        round_code=cell.round_code,
        team_code=None,
        pollutant=POLLUTANT_OF[cell.product],
        category="satellite",
        lon_deg=enterprise["lon_deg"] if enterprise else cell.lon_deg,
        lat_deg=enterprise["lat_deg"] if enterprise else cell.lat_deg,
        window_from=window_to - timedelta(days=WINDOW_DAYS),
        window_to=window_to,
        detected_at=now.replace(microsecond=0),
        score=None,
        origin="hand",
        snapshot_id=loaded.id.partition("~")[0],
        opened_state="",
    )
