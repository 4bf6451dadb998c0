"""Emission trends of the fleet, of industries, clusters and enterprises, with electricity and alerts beside them."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import duckdb

from dashboard.data.filters import STACK_POLLUTANTS, Filters
from dashboard.data.layers import sql
from dashboard.data.metrics import scoped
from dashboard.data.store import Loaded

LEVELS = ("fleet", "industry", "cluster", "enterprise")
MOST = 120
ALERTS = """select a.alert_id, a.level, a.pollutant, a.from_at, a.to_at, p.name_zh, p.name_en
    from dossier_alerts a join places p on p.place_idx = a.city_idx
    where a.city_idx in (select city_idx from enterprises)
    order by a.from_at, a.alert_id"""


def trends(loaded: Loaded, filters: Filters, level: str) -> dict[str, Any]:
    """The parts of `level` in scope, the largest emitters, for one pollutant (NOx unless the filters name another).

    Shape   `items`: by part the days (since 1970-01-01) on which any enterprise reported, and as long lists of numbers:
            concentration mg/m3 (mean over enterprises), ratio to the limit, emission_kg, hours; `power` by part: kWh
    Raises  KeyError for a level that is not in LEVELS
    """
    if level not in LEVELS:
        raise KeyError(level)
    pollutant = filters.pollutant if filters.pollutant in STACK_POLLUTANTS else "NOx"
    whole = replace(filters, rounds=(), from_date=None, to_date=None, pollutant=pollutant)
    with scoped(loaded, whole) as db:
        names = {row.pop("key"): row for row in _rows(db, sql("trends/names"), {"level": level})}
        items = _rows(db, sql("trends/items"), {"level": level, "n": MOST})
        has_power = _has(db, "dossier_power")
        power = _rows(db, sql("trends/power"), {"level": level}) if has_power else []
        alerts = _rows(db, ALERTS) if _has(db, "dossier_alerts") else []
    shown = {item["key"] for item in items}
    return {
        "level": level,
        "pollutant": pollutant,
        "most": MOST,
        "items": [item | names.get(item["key"], {}) for item in items],
        "power": {row.pop("key"): row for row in power if row["key"] in shown},
        "has_power": has_power,
        "alerts": [row | {"from_at": str(row["from_at"]), "to_at": str(row["to_at"])} for row in alerts],
    }


def _has(db: duckdb.DuckDBPyConnection, table: str) -> bool:
    """Whether the snapshot knows anything of `table`: an empty one is not connected."""
    ((rows,),) = db.execute(f'select count(*) from "{table}"').fetchall()
    return bool(rows)


def _rows(db: duckdb.DuckDBPyConnection, text: str, values: dict[str, Any] | None = None) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = db.sql(text, params=values or {}).to_arrow_table().to_pylist()
    return rows
