"""The words and lists of one snapshot that a page needs before it can draw: rounds, industries, rules, days."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from dashboard.data.store import KEPT_OPEN, Loaded

QUESTIONS = {
    "rounds": """select round_idx as idx, round_code as code, year, number, from_date, to_date - 1 as last_date
                 from rounds order by round_idx""",
    "industries": "select industry_idx as idx, code, name_zh, name_en from industries order by industry_idx",
    "rules": "select rule_idx as idx, rule_id as code, name_zh, name_en, category from rules order by rule_idx",
    "groups": "select distinct group_code as code, name_zh, name_en from place_groups order by group_code",
    "products": """select distinct product as code from coverage
                   union select distinct product from hotspots order by code""",
    "pollutants": "select distinct pollutant as code from emission_daily order by code",
}


@lru_cache(maxsize=KEPT_OPEN)
def vocabulary(loaded: Loaded) -> dict[str, list[dict[str, Any]]]:
    """Lists by name; each entry a dictionary, dates as ISO text."""
    db = loaded.cursor()
    return {name: _rows(db.sql(question).to_arrow_table().to_pylist()) for name, question in QUESTIONS.items()}


@lru_cache(maxsize=KEPT_OPEN)
def first_and_last_day(loaded: Loaded) -> tuple[str, str]:
    """The days the snapshot covers, as ISO text; both the as-of day where nothing is dated."""
    ((first, last),) = (
        loaded.cursor()
        .execute(
            "select min(date), max(date) from (select date from emission_daily "
            "union all select date from hotspots union all select date from coverage)"
        )
        .fetchall()
    )
    as_of = loaded.manifest.as_of[:10]
    return (first.isoformat(), last.isoformat()) if first else (as_of, as_of)


def _rows(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [
        {key: value.isoformat() if hasattr(value, "isoformat") else value for key, value in row.items()} for row in rows
    ]
