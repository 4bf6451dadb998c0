"""Whom a team should see on a day, from the plan of the snapshot and from what the casebook pushed."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from typing import Any

import duckdb

from dashboard.data.dossier import LIVE, STILL
from dashboard.data.layers import sql

DAY = timedelta(days=1)


def team(db: duckdb.DuckDBPyConnection, team_code: str) -> dict[str, Any] | None:
    """A team and the position of its base; None where there is no such team."""
    rows = _rows(db, sql("pack_team"), {"team_code": team_code})
    return rows[0] if rows else None


def targets(db: duckdb.DuckDBPyConnection, team_idx: int, day: date, as_of: datetime, is_live: bool) -> dict[str, str]:
    """For every enterprise to be seen why: `pushed` by a person, or only suggested by the `plan`."""
    text = sql("pack_targets").replace("{clues}", (LIVE if is_live else STILL)["clues"])
    midnight = datetime.combine(day, time())
    named = {"team_idx": team_idx, "from_at": midnight - DAY, "to_at": midnight + DAY, "as_of": as_of,
             "is_tonight": is_tonight(day, as_of)}  # fmt: skip
    out: dict[str, str] = {}
    for row in _rows(db, text, named):
        if out.get(row["enterprise_id"]) != "pushed":
            out[row["enterprise_id"]] = row["why"]
    return out


def areas(db: duckdb.DuckDBPyConnection, team_idx: int) -> list[dict[str, Any]]:
    """Hot areas in the team's plan, with the names of their candidates."""
    out = []
    for row in _rows(db, sql("pack_areas"), {"team_idx": team_idx}):
        told = json.loads(row.pop("candidates") or "{}").get("candidates", [])
        out.append({**row, "candidates": [_named(db, one) for one in told[:3]]})
    return out


def is_tonight(day: date, as_of: datetime) -> bool:
    """Whether the plan made of data until `as_of` is for this day: the next one, or the same while it lasts."""
    return day in (as_of.date(), as_of.date() + DAY)


def _named(db: duckdb.DuckDBPyConnection, one: Mapping[str, Any]) -> dict[str, Any]:
    asked = "select name from enterprises where enterprise_id = $id"
    found = db.execute(asked, {"id": one["enterprise_id"]}).fetchall()
    return {"name": found[0][0] if found else one["enterprise_id"], "share": one["share"]}


def _rows(db: duckdb.DuckDBPyConnection, text: str, named: Mapping[str, Any]) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = db.sql(text, params=dict(named)).to_arrow_table().to_pylist()
    return rows
