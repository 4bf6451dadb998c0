"""Pages of clues, events and hotspots for programs: keyset by keyset, so that nothing is skipped or told twice.

Clues and events are asked of a cursor of `dashboard.data.live.live`, hotspots of any cursor of a snapshot.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import duckdb

from dashboard.data.filters import Filters
from dashboard.data.layers import sql
from dashboard.data.queries import parameters

CLUE_KEY = ("detected_at", "clue_id")
STEP_KEY = ("at", "clue_id", "sequence")
HOTSPOT_KEY = ("date", "product", "cell_row", "cell_col")
DAY_KEY = ("date", "product")
# Types to compare a key with, as it comes back out of a cursor.
TYPES = {"detected_at": "timestamp", "at": "timestamp", "date": "date", "sequence": "integer",
         "cell_row": "integer", "cell_col": "integer"}  # fmt: skip
# Lists of the snapshot that a filter's values must stand in.
WORDS = {
    "region": "select adcode from places union select 'g:' || group_code from place_groups",
    "rounds": "select round_code from rounds",
    "industry": "select code from industries",
    "rule": "select rule_id from rules union select distinct rule_id from clues_now",
}


@dataclass(frozen=True)
class Rows:
    """One page; `is_more` if others follow it."""

    rows: list[dict[str, Any]]
    is_more: bool


def unknown_words(db: duckdb.DuckDBPyConnection, filters: Filters) -> list[str]:
    """Names of the filters with a value that the snapshot does not know: a slip of the pen, not an empty answer."""
    asked = {"region": (filters.region,), "rounds": filters.rounds, "industry": filters.industry, "rule": filters.rule}
    return [name for name, values in asked.items() if any(values) and _lacks(db, WORDS[name], values)]


def clues(
    db: duckdb.DuckDBPyConnection, filters: Filters, after: Sequence[Any], limit: int, newest_first: bool = False
) -> Rows:
    """Clues after the key `after` (CLUE_KEY), in order of detection."""
    return _page(db, sql("feed_clues"), _of_clues(db, filters), CLUE_KEY, after, limit, newest_first)


def n_clues(db: duckdb.DuckDBPyConnection, filters: Filters) -> int:
    """How many clues there are in all."""
    return _count(db, sql("feed_clues"), _of_clues(db, filters))


def clue(db: duckdb.DuckDBPyConnection, clue_id: str) -> dict[str, Any] | None:
    """One clue; None where there is none in scope."""
    rows = _page(db, sql("feed_clues"), _of_clues(db, Filters(), clue_id), CLUE_KEY, (), 1).rows
    return rows[0] if rows else None


def steps(db: duckdb.DuckDBPyConnection, filters: Filters, after: Sequence[Any], limit: int) -> Rows:
    """Steps of the register after the key `after` (STEP_KEY), in order of time."""
    text = f"select * from ({_events()}) where seq is null"
    return _page(db, text, _of_clues(db, filters), STEP_KEY, after, limit)


def events(db: duckdb.DuckDBPyConnection, filters: Filters, seq: int, limit: int) -> Rows:
    """Events of the casebook after number `seq`, in their order."""
    text = f"select * from ({_events()}) where seq is not null"
    return _page(db, text, _of_clues(db, filters), ("seq",), (seq,), limit)


def timeline(db: duckdb.DuckDBPyConnection, clue_id: str) -> list[dict[str, Any]]:
    """All steps of one clue, in the order of its life."""
    text = f"select * from ({_events()}) order by sequence"
    return _rows(db, text, _of_clues(db, Filters(), clue_id))


def hotspots(
    db: duckdb.DuckDBPyConnection, filters: Filters, product: str | None, after: Sequence[Any], limit: int
) -> Rows:
    """High-value cells after the key `after` (HOTSPOT_KEY), day by day."""
    return _page(db, sql("feed_hotspots"), _of_cells(db, filters, product), HOTSPOT_KEY, after, limit)


def n_hotspots(db: duckdb.DuckDBPyConnection, filters: Filters, product: str | None) -> int:
    """How many there are in all."""
    return _count(db, sql("feed_hotspots"), _of_cells(db, filters, product))


def observed_days(
    db: duckdb.DuckDBPyConnection, filters: Filters, product: str | None, after: Sequence[Any], limit: int
) -> Rows:
    """What was observed, day by day, after the key `after` (DAY_KEY)."""
    return _page(db, _observed(), _of_cells(db, filters, product), DAY_KEY, after, limit)


def n_observed_days(db: duckdb.DuckDBPyConnection, filters: Filters, product: str | None) -> int:
    """How many days of products there are in all."""
    return _count(db, _observed(), _of_cells(db, filters, product))


def observed(db: duckdb.DuckDBPyConnection, filters: Filters, product: str | None) -> list[dict[str, Any]]:
    """What was observed by product, over all days in scope."""
    text = f"""select product, count(*) as days, sum(cells)::bigint as cell_days,
        sum(observed)::bigint as cell_days_observed, sum(not_observed)::bigint as cell_days_not_observed,
        sum(observed) / nullif(sum(cells), 0) as observed_share
        from ({_observed()}) group by product order by product"""
    return _rows(db, text, _of_cells(db, filters, product))


def _events() -> str:
    return sql("feed_events").replace("{clues}", f"select clue_id from ({sql('feed_clues')})")


def _observed() -> str:
    return sql("feed_observed").replace("{hotspots}", sql("feed_hotspots"))


def _of_clues(db: duckdb.DuckDBPyConnection, filters: Filters, clue_id: str | None = None) -> dict[str, Any]:
    return {**parameters(db, "clues", filters), "clue_id": clue_id}


def _of_cells(db: duckdb.DuckDBPyConnection, filters: Filters, product: str | None) -> dict[str, Any]:
    return {**parameters(db, "hotspots", filters), "product": product}


def _page(  # noqa: PLR0913 - one question: what, with which values, from where on, how many, which way
    db: duckdb.DuckDBPyConnection,
    text: str,
    named: dict[str, Any],
    key: Sequence[str],
    after: Sequence[Any],
    limit: int,
    descending: bool = False,
) -> Rows:
    """Rows after the key; one more is asked for than is told, to know whether others follow."""
    order = ", ".join(f'"{name}" desc' if descending else f'"{name}"' for name in key)
    where = ""
    if after:
        places = ", ".join(f"$after_{name}::{TYPES[name]}" if name in TYPES else f"$after_{name}" for name in key)
        columns = ", ".join(f'"{name}"' for name in key)
        where = f"where ({columns}) {'<' if descending else '>'} ({places})"
        named = {**named, **{f"after_{name}": value for name, value in zip(key, after, strict=True)}}
    rows = _rows(db, f"select * from ({text}) {where} order by {order} limit {limit + 1}", named)
    return Rows(rows[:limit], len(rows) > limit)


def _count(db: duckdb.DuckDBPyConnection, text: str, named: dict[str, Any]) -> int:
    ((number,),) = db.execute(f"select count(*) from ({text})", named).fetchall()
    return int(number)


def _rows(db: duckdb.DuckDBPyConnection, text: str, named: dict[str, Any]) -> list[dict[str, Any]]:
    return db.sql(text, params=named).to_arrow_table().to_pylist()  # type: ignore[no-any-return]  # pyarrow has no types


def _lacks(db: duckdb.DuckDBPyConnection, words: str, values: Sequence[str]) -> bool:
    asked = f"select count(*) from (select unnest($values) as word) where word not in ({words})"
    ((number,),) = db.execute(asked, {"values": list(values)}).fetchall()
    return bool(number)
