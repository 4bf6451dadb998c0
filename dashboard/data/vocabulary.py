"""The words and lists of one snapshot that a page needs before it can draw: rounds, industries, rules, days."""

from __future__ import annotations

from typing import Any

from dashboard.data.store import Loaded

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

REGIONS = """select * from (
                 select distinct 'g:' || group_code as code, name_zh, name_en from place_groups order by code)
             union all select * from (select adcode, name_zh, name_en from places where level = 0 order by place_idx)"""
NAMES = """select 'g:' || group_code as code, name_zh, name_en from place_groups
           union all select adcode, name_zh, name_en from places"""


def vocabulary(loaded: Loaded) -> dict[str, list[dict[str, Any]]]:
    """Lists by name; each entry a dictionary, dates as ISO text."""
    return loaded.remembered("vocabulary", lambda: _vocabulary(loaded))


def first_and_last_day(loaded: Loaded) -> tuple[str, str]:
    """The days the snapshot covers, as ISO text; both the as-of day where nothing is dated."""
    return loaded.remembered("first_and_last_day", lambda: _first_and_last_day(loaded))


def regions(loaded: Loaded) -> list[dict[str, str]]:
    """Key-region groups and provinces: `code` (adcode, or `g:` and the group's), `name_zh`, `name_en`."""
    return loaded.remembered("regions", lambda: _rows(loaded.cursor().sql(REGIONS).to_arrow_table().to_pylist()))


def place_names(loaded: Loaded, codes: tuple[str, ...], language: str) -> list[str]:
    """The names of regions in the order of their codes; a code nobody knows stands for itself."""
    asked = f"select code, any_value(name_{language}) from ({NAMES}) where list_contains($codes, code) group by code"
    known = dict(loaded.cursor().execute(asked, {"codes": list(codes)}).fetchall())
    return [known.get(code, code) for code in codes]


def _vocabulary(loaded: Loaded) -> dict[str, list[dict[str, Any]]]:
    db = loaded.cursor()
    return {name: _rows(db.sql(question).to_arrow_table().to_pylist()) for name, question in QUESTIONS.items()}


def _first_and_last_day(loaded: Loaded) -> tuple[str, str]:
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
