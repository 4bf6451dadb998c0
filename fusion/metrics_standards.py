"""Whether two rounds are measured by the same standards: the list of problems, and the air-quality index.

A rate on either side of a change of standard is told with its counts, but no change is worked out between them.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

import duckdb

from fusion.metrics import dictionary
from fusion.metrics_compare import Note

SURELY_SEEN = 10.0  # so many were to be expected, and none was there: the list has changed, it was no chance
TYPES_FOUND = "SELECT round_idx, problem_type, COUNT(*) FROM problems WHERE round_idx IN ($now, $before) GROUP BY ALL"
TYPES_LISTED = """
SELECT JSON_EXTRACT_STRING(detail, '$.round') AS round_code, code, COUNT(*)
FROM dossier_facts
WHERE kind = 'past_problem' AND JSON_EXTRACT_STRING(detail, '$.round') IN ($now, $before)
GROUP BY ALL
"""
Counts = Mapping[str, int]


def types_found(db: duckdb.DuckDBPyConnection, now: int, before: int) -> tuple[Counts, Counts]:
    """How many problems of each type the checks of two rounds of the snapshot found."""
    return _sides(db, TYPES_FOUND, now, before)


def types_listed(db: duckdb.DuckDBPyConnection, now: str, before: str) -> tuple[Counts, Counts]:
    """The same of the list of past problems (H02)."""
    return _sides(db, TYPES_LISTED, now, before)


def apart(now: Counts, before: Counts, days: tuple[date, date]) -> list[Note]:
    """What keeps two rounds from being compared, `not_comparable` first if it does; `days` are their first ones."""
    only = [kind for kind in now.keys() ^ before.keys() if kind]
    notes = [Note("types_changed", len(only))] if only else []
    is_other_list = any(_expected(kind, now, before) >= SURELY_SEEN for kind in only)
    if not now or not before:
        notes, is_other_list = [Note("types_unknown")], False
    standards = {aqi_standard(day) for day in days}
    notes += [Note("aqi_changed")] if len(standards) > 1 else []
    return [Note("not_comparable"), *notes] if is_other_list or len(standards) > 1 else notes


def aqi_standard(day: date) -> str:
    """The air-quality index in force on a day; empty before the first that is known."""
    begun = [one for one in dictionary().aqi_standard if one.valid_from <= day]
    return max(begun, key=lambda one: one.valid_from).code if begun else ""


def _expected(kind: str, now: Counts, before: Counts) -> float:
    """How many of a type that one side has would be found at the other, if its share were the same."""
    there, other = (now, before) if kind in now else (before, now)
    return there[kind] / sum(there.values()) * sum(other.values())


def _sides(db: duckdb.DuckDBPyConnection, text: str, now: int | str, before: int | str) -> tuple[Counts, Counts]:
    rows = db.execute(text, {"now": now, "before": before}).fetchall()
    first, second = ({kind: n for side, kind, n in rows if side == one} for one in (now, before))
    return first, second
