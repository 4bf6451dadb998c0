"""The questions the screens ask: one function a question, one SQL file a question, named parameters only."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import duckdb
import pyarrow as pa

from dashboard.data.filters import Filters
from dashboard.data.layers import sql

SORTABLE = frozenset(
    {
        "clue_id",
        "severity",
        "state",
        "score",
        "pollutant",
        "category",
        "enterprise",
        "industry",
        "county_zh",
        "city_zh",
        "round_code",
        "team_code",
        "detected_at",
        "state_since",
        "due_at",
        "rule_id",
    }
)
EXPORT_LIMIT = 1_000_000
EXPORT_ORDER = {
    "clues": "clue_idx",
    "enterprises": "enterprise_id",
    "hotspots": "product, date, cell_row, cell_col",
    "checks": "round_code, province_en, city_en",
    "positions": "confidence desc, problem, enterprise_id",
}
EXPORTABLE = tuple(EXPORT_ORDER)
REGION = ("cities", "counties", "group_code")
EXTENT = ("west", "south", "east", "north")
TIME = ("rounds", "from_date", "to_date")
PARAMETERS: dict[str, tuple[str, ...]] = {
    "trend": (*REGION, *EXTENT, "industries"),
    "clues": (*REGION, *EXTENT, *TIME, "industries", "pollutant", "categories", "rules", "states", "severities"),
    "enterprises": (*REGION, *EXTENT, "industries", "as_of"),
    "hotspots": (*REGION, *EXTENT, *TIME),
    "checks": (*REGION, *EXTENT, *TIME, "industries"),
    "positions": (),
}


@dataclass(frozen=True)
class Sort:
    """An order of rows; the column is one of SORTABLE."""

    column: str
    descending: bool = False


def parameters(db: duckdb.DuckDBPyConnection, question: str, filters: Filters, as_of: str = "") -> dict[str, Any]:
    """The named parameters of `question` for `filters`; null where nothing is restricted.

    A region, round or industry that the snapshot does not have matches nothing: an empty list, never "everything".
    """
    west, south, east, north = filters.extent or (None, None, None, None)
    every: dict[str, Any] = {
        **_region(db, filters.region),
        "west": west,
        "south": south,
        "east": east,
        "north": north,
        "rounds": _indices(db, "rounds", "round_code", filters.rounds),
        "industries": _indices(db, "industries", "code", filters.industry),
        "from_date": filters.from_date,
        "to_date": filters.to_date,
        "pollutant": filters.pollutant or None,
        "categories": list(filters.category) or None,
        "rules": list(filters.rule) or None,
        "states": list(filters.states) or None,
        "severities": list(filters.severity) or None,
        "as_of": as_of or None,
    }
    return {name: every[name] for name in PARAMETERS[question]}


def trend(db: duckdb.DuckDBPyConnection, filters: Filters) -> dict[str, dict[str, list[Any]]]:
    """Emission trend by pollutant: lists over days, and `date` as ISO days (see trend.sql for units)."""
    table = db.sql(sql("trend"), params=parameters(db, "trend", filters)).to_arrow_table()
    answer: dict[str, dict[str, list[Any]]] = {}
    for row in table.to_pylist():
        lists = answer.setdefault(row.pop("pollutant"), {})
        for name, value in row.items():
            lists.setdefault(name, []).append(_plain(value))
    return answer


def clue_rows(
    db: duckdb.DuckDBPyConnection, filters: Filters, start: int, end: int, sorts: Iterable[Sort] = ()
) -> tuple[list[dict[str, Any]], int]:
    """Rows `start` to `end` of the clues in scope, and how many there are in all."""
    named = parameters(db, "clues", filters)
    ((total,),) = db.execute(f"select count(*) from ({sql('clues')})", named).fetchall()
    order = [f"{s.column} {'desc' if s.descending else 'asc'} nulls last" for s in sorts if s.column in SORTABLE]
    text = f"select * from ({sql('clues')}) order by {', '.join([*order, 'clue_idx'])} limit $n offset $start"
    table = db.sql(text, params={**named, "n": max(0, min(end - start, 1000)), "start": max(0, start)}).to_arrow_table()
    return [{key: _plain(value) for key, value in row.items()} for row in table.to_pylist()], total


def export(db: duckdb.DuckDBPyConnection, table: str, filters: Filters, as_of: str) -> pa.Table:
    """All rows of `table` in scope, at most EXPORT_LIMIT.

    Raises  KeyError for a table that is not in EXPORTABLE
    """
    if table not in EXPORTABLE:
        raise KeyError(table)
    text = f"select * from ({sql(table)}) order by {EXPORT_ORDER[table]} limit {EXPORT_LIMIT}"
    return db.sql(text, params=parameters(db, table, filters, as_of)).to_arrow_table()


def describe(db: duckdb.DuckDBPyConnection, kind: str, index: int) -> dict[str, Any] | None:
    """What a card tells of enterprise or clue number `index`; None where there is no such one."""
    rows = db.sql(sql(f"describe_{kind}"), params={"index": index}).to_arrow_table().to_pylist()
    if not rows:
        return None
    card: dict[str, Any] = _plain(rows[0])
    if card.get("facts"):
        card["candidates"] = _named_candidates(db, json.loads(card["facts"]).get("candidates", []))
    return card


def _named_candidates(db: duckdb.DuckDBPyConnection, candidates: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Candidates of an attribution with the names of their enterprises and their row numbers."""
    ids = [one["enterprise_id"] for one in candidates]
    asked = "select enterprise_id, name, enterprise_idx from enterprises where list_contains($ids, enterprise_id)"
    known = {row[0]: {"name": row[1], "enterprise_idx": row[2]} for row in db.execute(asked, {"ids": ids}).fetchall()}
    return [one | known.get(one["enterprise_id"], {"name": one["enterprise_id"], "enterprise_idx": None})
            for one in candidates]  # fmt: skip


def _region(db: duckdb.DuckDBPyConnection, region: str) -> dict[str, Any]:
    """Region as the lists of cities or counties it covers, or as the code of a dated group."""
    if not region:
        return {"cities": None, "counties": None, "group_code": None}
    if region.startswith("g:"):
        return {"cities": None, "counties": None, "group_code": region[2:]}
    # A municipality is a province and a city of one code; the code means the province.
    found = db.execute(
        "select place_idx, level from places where adcode = $code order by level", {"code": region}
    ).fetchall()
    if not found:
        return {"cities": [], "counties": [], "group_code": None}
    index, level = found[0]
    if level == 2:
        return {"cities": None, "counties": [index], "group_code": None}
    if level == 1:
        return {"cities": [index], "counties": None, "group_code": None}
    cities = db.execute("select place_idx from places where parent_idx = $index", {"index": index}).fetchall()
    return {"cities": [city for (city,) in cities], "counties": None, "group_code": None}


def _indices(db: duckdb.DuckDBPyConnection, table: str, key: str, codes: tuple[str, ...]) -> list[int] | None:
    """Row numbers of `codes` in a list of words; a code that is not there has none."""
    if not codes:
        return None
    index = {"rounds": "round_idx", "industries": "industry_idx"}[table]
    found = db.execute(f"select {index} from {table} where list_contains($codes, {key})", {"codes": list(codes)})
    return [number for (number,) in found.fetchall()]


def _plain(value: Any) -> Any:  # noqa: ANN401 - any value of a row, ready for JSON
    if isinstance(value, float):
        return round(value, 4) if value == value else None
    if isinstance(value, (date, datetime)):
        return value.isoformat(sep=" ") if isinstance(value, datetime) else value.isoformat()
    if isinstance(value, dict):
        return {key: _plain(part) for key, part in value.items()}
    if isinstance(value, list):
        return [_plain(part) for part in value]
    return value
