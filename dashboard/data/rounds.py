"""The rounds page in numbers: regions by round, a span of rounds together, one round against another, the next one.

Everything is asked of tables that `metrics.scoped` narrowed, so each number equals the dictionary's for its filter.
"""

from __future__ import annotations

from dataclasses import asdict, replace
from datetime import date, timedelta
from typing import Any

import duckdb

from dashboard.casebook.store import Casebook
from dashboard.data.filters import Filters
from dashboard.data.layers import sql
from dashboard.data.metrics import figures, scoped
from dashboard.data.store import Loaded
from fusion.metrics import dictionary, lacking
from fusion.metrics_compare import round_against

COMPARED = ("problem_found_rate", "problems_per_enterprise", "prominent_per_enterprise")
CUMULATED = ("enterprises_checked", "enterprises_distinct", "checks", "problems", "prominent_problems",
             "enterprises_with_problems", "problems_per_enterprise", "prominent_per_enterprise", "clues_pushed",
             "clues_confirmed", "hit_rate")  # fmt: skip
AIR_DAYS = 30
ROUNDS_BACK = 3
ROUND_DAYS = 14
# What of a city's reasons each table tells.
TOLD_BY = {
    "hotspots": ("hot_cells",),
    "coverage": ("observed",),
    "clues": ("relapsed", "unclosed"),
    "checks": ("checks", "visits", "last_round_idx"),
}

PARTS = ("frame", "span", "against", "planner")


def part(
    loaded: Loaded, name: str, filters: Filters, pair: tuple[str, str], casebook: Casebook | None = None
) -> dict[str, Any]:
    """The part `name` of the page, one of PARTS; `pair` names the rounds that `against` compares.

    Clues are told as the casebook has them; checks and problems, which `against` compares, are the snapshot's.
    """
    if name == "against":
        return against(loaded, filters, *pair)
    return {"frame": frame, "span": span, "planner": planner}[name](loaded, filters, casebook)


def known(loaded: Loaded) -> set[str]:
    """The codes of all rounds."""
    return {code for (code,) in loaded.cursor().execute("select round_code from rounds").fetchall()}


def frame(loaded: Loaded, filters: Filters, casebook: Casebook | None = None) -> dict[str, Any]:
    """Every round in scope, whatever rounds and dates the filters name: the frame of the page.

    Shape   `by_round`: a row a round (level 9), province (0) and city (1); `clues`: a row a round; `types`: a row a
            type and round; `members`: by key-region group the cities listed in each round
    """
    with scoped(loaded, replace(filters, rounds=(), from_date=None, to_date=None), casebook) as db:
        return {
            "by_round": _rows(db, "rounds/by_round"),
            "clues": _rows(db, "rounds/clues_by_round"),
            "types": _rows(db, "rounds/types_by_round"),
            "type_names": _asked(db, "select code, name_zh, name_en, is_prominent from problem_types order by code"),
            "members": _members(db, filters.region),
        }


def span(loaded: Loaded, filters: Filters, casebook: Casebook | None = None) -> dict[str, Any]:
    """The rounds that the filters name, together: totals of the dictionary, teams, industries, visits."""
    whole = replace(filters, from_date=None, to_date=None)
    totals = {one["id"]: one for one in figures(loaded, whole, CUMULATED, casebook)["metrics"]}
    with scoped(loaded, whole, casebook) as db:
        return {
            "totals": totals,
            "teams": _rows(db, "rounds/span_teams"),
            "industries": _rows(db, "rounds/span_industries"),
            "visits": _rows(db, "rounds/span_visits"),
        }


def against(loaded: Loaded, filters: Filters, now: str, before: str) -> dict[str, Any]:
    """Round `now` against round `before` over the cities that both checked, with what speaks against comparing.

    Raises  FusionError for a round that is not there
    """
    book = dictionary()
    whole = replace(filters, rounds=(), from_date=None, to_date=None)
    with scoped(loaded, whole) as db:
        compared = [round_against(db, name, now, before, lacking(loaded.manifest)) for name in COMPARED]
    notes = {note.key: note for one in compared for note in one.notes}
    return {
        "now": now,
        "before": before,
        "n_cities": compared[0].n_cities,
        "metrics": [
            {
                "id": one.metric_id,
                "name_zh": book.get(one.metric_id).name_zh,
                "name_en": book.get(one.metric_id).name_en,
                "change": one.change,
                "now": asdict(one.now),
                "before": asdict(one.before),
            }
            for one in compared
        ],
        "notes": [
            {
                lang: book.warning[key].model_dump()[lang].format(now=note.now, before=note.before)
                for lang in ("zh", "en")
            }
            for key, note in notes.items()
        ],
    }


def planner(loaded: Loaded, filters: Filters, casebook: Casebook | None = None) -> dict[str, Any]:
    """What speaks for and against each listed city in the round after the last one.

    Shape   `cities`: a row a city of any key region on the proposed first day; counts as measured, nothing weighted;
            null, not 0, where the table that tells them could not be read or was never told
    """
    with scoped(loaded, replace(filters, rounds=(), from_date=None, to_date=None), casebook) as db:
        (last,) = db.execute("select max(to_date) from rounds").fetchall()[0]
        as_of = date.fromisoformat(loaded.manifest.as_of[:10])
        first = max(last, as_of + timedelta(days=1)) if last else as_of + timedelta(days=1)
        cities = _rows(db, "rounds/planner", {"day": as_of, "days": AIR_DAYS, "rounds_back": ROUNDS_BACK})
    unknown = dict.fromkeys(name for table in lacking(loaded.manifest) for name in TOLD_BY.get(table, ()))
    return {
        "from": first.isoformat(),
        "to": (first + timedelta(days=ROUND_DAYS - 1)).isoformat(),
        "air_days": AIR_DAYS,
        "rounds_back": ROUNDS_BACK,
        "cities": [row | unknown for row in cities],
    }


def _members(db: duckdb.DuckDBPyConnection, region: str) -> list[dict[str, Any]]:
    """The rounds in which each city was listed by the chosen group; nothing where no group is chosen."""
    if not region.startswith("g:"):
        return []
    text = """select g.city_idx, list(distinct r.round_idx order by r.round_idx) as rounds
        from place_groups g join rounds r
          on g.valid_from < r.to_date and (g.valid_to is null or g.valid_to > r.from_date)
        where g.group_code = $code group by 1 order by 1"""
    return _asked(db, text, {"code": region[2:]})


def _rows(db: duckdb.DuckDBPyConnection, question: str, values: dict[str, Any] | None = None) -> list[dict[str, Any]]:
    return _asked(db, sql(question), values)


def _asked(db: duckdb.DuckDBPyConnection, text: str, values: dict[str, Any] | None = None) -> list[dict[str, Any]]:
    rows = db.sql(text, params=values or {}).to_arrow_table().to_pylist()
    return [{name: round(x, 3) if isinstance(x, float) else x for name, x in row.items()} for row in rows]
