"""What a briefing asks beside the dictionary: the tables of its sections, one period against another, what is new.

Everything is asked of tables that `metrics.scoped` narrowed, or of the loop, so each number equals its page's.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any

import duckdb
import numpy as np

from dashboard.casebook.store import Casebook
from dashboard.data.filters import Filters
from dashboard.data.layers import sql
from dashboard.data.loop import Loop, cohort_clause
from dashboard.data.metrics import scoped
from dashboard.data.outlines import UNIT_DEG
from dashboard.data.rounds import COMPARED
from dashboard.data.store import Loaded
from fusion.metrics import Asked, dictionary, lacking

COMMON = "LIST_CONTAINS($cities, city_idx)"
COUNTED = ("checked", "checks", "with_problems", "problems", "prominent")
NO_PLACE = 65535
# What the questions here read; narrowing the rest would only take time.
CHECKS = ("moment", "checks", "problems")
CHECKED = (*CHECKS, "clues", "clue_events")
FOUND = (*CHECKED, "hotspots")
QUESTIONS = {
    "hot_days": """select product, date, count(*) as n from hotspots where product in ('PM25', 'NO2', 'HCHO')
        group by all order by all""",
    "hot_cells": """select cell_col, cell_row, any_value(lon_deg) as lon_deg, any_value(lat_deg) as lat_deg,
        count(distinct date) as days, any_value(city_idx) as city_idx
        from hotspots where product = 'PM25' group by all order by days desc, cell_row, cell_col""",
    "clue_points": """select lon_deg, lat_deg, severity from clues where lon_deg is not null
        order by severity desc, clue_id""",
    "clues_by_day": "select detected_date as date, severity, count(*) as n from clues group by all order by all",
    "clues_by_rule": """select r.rule_id, r.name_zh, r.name_en, count(*) as n, count(*) filter (c.severity = 1) as grave
        from clues c join rules r using (rule_idx) group by all order by n desc, r.rule_id""",
    "by_county": """select county_idx, count(distinct (round_idx, enterprise_idx)) as checked, count(*) as checks,
        count(distinct (round_idx, enterprise_idx)) filter (n_problems > 0) as with_problems,
        sum(n_problems)::bigint as problems, sum(n_prominent)::bigint as prominent
        from checks group by all order by problems desc, county_idx""",
    "last_check": "select max(checked_date) as date from main.checks",
}
ASKED = ("rounds/by_round", "rounds/types_by_round", "rounds/span_industries", "rounds/span_teams")
TYPE_NAMES = "select code, name_zh, name_en, is_prominent from problem_types"
PLACES = "select place_idx, adcode, level, name_zh, name_en, parent_idx from places"


@dataclass(frozen=True)
class Place:
    """A division as a line of a table names it."""

    adcode: str
    level: int
    name_zh: str
    name_en: str
    parent_idx: int | None


def places(loaded: Loaded) -> dict[int, Place]:
    """Every division by its number; kept with the snapshot."""

    def read() -> dict[int, Place]:
        rows = loaded.cursor().execute(PLACES).fetchall()
        return {row[0]: Place(*row[1:]) for row in rows}

    return loaded.remembered("briefing_places", read)


def tables(loaded: Loaded, filters: Filters, casebook: Casebook) -> dict[str, list[dict[str, Any]]]:
    """Checks by round and place, kinds of problems, industries, teams, hot cells and clues in scope of `filters`.

    Shape   by_round: level 9 all, 0 provinces, 1 cities, as on the rounds page; hot_cells: one row a PM2.5 cell
    """
    with scoped(loaded, filters, casebook, FOUND) as db:
        told = {name.rpartition("/")[2]: _rows(db, sql(name)) for name in ASKED}
        return (
            told | {name: _rows(db, text) for name, text in QUESTIONS.items()} | {"type_names": _rows(db, TYPE_NAMES)}
        )


def by_round(loaded: Loaded, filters: Filters, casebook: Casebook) -> list[dict[str, Any]]:
    """The same checks by round and place, whatever rounds and dates the filters name."""
    with scoped(loaded, replace(filters, rounds=(), from_date=None, to_date=None), casebook, CHECKED) as db:
        return _rows(db, sql("rounds/by_round"))


def summed(rows: Iterable[Mapping[str, Any]], level: int) -> dict[int, dict[str, int]]:
    """Rows of `by_round` of one level added up over the rounds, by place: an enterprise counts once a round."""
    found: dict[int, dict[str, int]] = {}
    for row in rows:
        if row["level"] == level and row["place_idx"] != NO_PLACE:
            sums = found.setdefault(row["place_idx"], dict.fromkeys(COUNTED, 0))
            for name in COUNTED:
                sums[name] += int(row[name])
    return found


def listed_cities(loaded: Loaded, group: str, day: str) -> set[int]:
    """The cities of a group on a day."""
    text = """select city_idx from place_groups where group_code = $code and valid_from <= $day::date
        and (valid_to is null or valid_to > $day::date)"""
    return {city for (city,) in loaded.cursor().execute(text, {"code": group, "day": day}).fetchall()}


def against(loaded: Loaded, now: Filters, before: Filters) -> dict[str, Any]:
    """Rates per enterprise of two filter states over the cities checked in both.

    Shape   as `rounds.against`; only_now and only_before: cities left out
    """
    book = dictionary()
    wanted = {name: book.get(name) for name in COMPARED}
    with scoped(loaded, now, None, CHECKS) as db, scoped(loaded, before, None, CHECKS) as db_before:
        cities = [_cities(one) for one in (db, db_before)]
        common = sorted(cities[0] & cities[1])
        lacks = lacking(loaded.manifest)
        both = [Asked(one, book, COMMON, {"cities": common}).measure(wanted, lacks) for one in (db, db_before)]
    metrics = [
        {"id": one.id, "change": _change(one.value, other.value), "now": asdict(one), "before": asdict(other)}
        for one, other in zip(*both, strict=True)
    ]
    return {
        "metrics": metrics,
        "n_cities": len(common),
        "only_now": len(cities[0] - cities[1]),
        "only_before": len(cities[1] - cities[0]),
    }


def cohort_counts(now: Loop, filters: Filters, cohorts: Iterable[str]) -> dict[str, int]:
    """How many clues each cohort holds, as the page of clues lists them under `stage=`."""
    columns, values = [], {}
    names = list(cohorts)
    for number, cohort in enumerate(names):
        clause, named = cohort_clause(cohort)
        for name, value in named.items():
            clause = clause.replace(f"${name}", f"$c{number}_{name}")
            values[f"c{number}_{name}"] = value
        columns.append(f"count(*) filter ({clause}) as c{number}")
    (row,) = now.rows(f"select {', '.join(columns)} from scoped", filters, **values)
    return {cohort: int(row[f"c{number}"]) for number, cohort in enumerate(names)}


def outlines(loaded: Loaded, level: int) -> list[tuple[int, str | None, list[np.ndarray]]]:
    """Outlines of one level: number of the place, kind of a line, rings of lon and lat in degrees."""
    text = "select place_idx, kind, ring_lengths, x0, y0, dx, dy from geometry where level = $level order by place_idx"
    rows = loaded.cursor().execute(text, {"level": level}).fetchall()
    return [(row[0], row[1], _rings(*row[2:])) for row in rows]


def _rings(lengths: list[int], x0: list[int], y0: list[int], dx: list[int], dy: list[int]) -> list[np.ndarray]:
    rings, at = [], 0
    for ring, length in enumerate(lengths):
        steps = slice(at, at + length - 1)
        at += length - 1
        lon, lat = np.cumsum([x0[ring], *dx[steps]]), np.cumsum([y0[ring], *dy[steps]])
        rings.append(np.column_stack([lon, lat]) * UNIT_DEG)
    return rings


def _cities(db: duckdb.DuckDBPyConnection) -> set[int]:
    text = "select distinct city_idx from checks where city_idx <> $nothing"
    return {city for (city,) in db.execute(text, {"nothing": NO_PLACE}).fetchall()}


def _change(now: float | None, before: float | None) -> float | None:
    return (now - before) / before if now is not None and before else None


def _rows(db: duckdb.DuckDBPyConnection, text: str) -> list[dict[str, Any]]:
    return list(db.sql(text).to_arrow_table().to_pylist())
