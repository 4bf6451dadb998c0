"""A round against the round of the same number of the year before 同比.

Where the snapshot holds the checks of that round, rates per enterprise are compared as round on round are. Shares of
problems are compared by the list of problems of past rounds (H02), which alone tells both sides.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import duckdb

from fusion.errors import FusionError
from fusion.metrics import NO_CONDITION, Measured, dictionary, judged
from fusion.metrics_compare import Note, RoundOnRound, change_of, find_round, round_against, rounds_by_code

# Shares of problems, as columns of LISTED.
OF_PROBLEMS = {"prominent_share": ("prominent", "problems"), "falsification_share": ("falsified", "prominent")}
TYPES_CHANGED = """
SELECT COUNT(*) FROM (
    SELECT problem_type FROM problems WHERE round_idx IN ($now, $before)
    GROUP BY problem_type
    HAVING COUNT(DISTINCT round_idx) = 1
)
"""
LISTED = """
WITH told AS (
    SELECT
        JSON_EXTRACT_STRING(f.detail, '$.round') AS round_code, e.city_idx, f.code,
        JSON_EXTRACT_STRING(f.detail, '$.is_prominent') = 'true' AS is_prominent
    FROM dossier_facts AS f
    INNER JOIN enterprises AS e ON e.enterprise_idx = f.enterprise_idx
    WHERE f.kind = 'past_problem' AND e.city_idx <> 65535
)
SELECT
    round_code, city_idx, COUNT(*) AS problems, COUNT(*) FILTER (is_prominent) AS prominent,
    COUNT(*) FILTER (is_prominent AND code IN ('cems_falsification', 'self_monitoring_falsification')) AS falsified,
    LIST(DISTINCT code) AS types
FROM told
WHERE round_code IN ($now, $before)
GROUP BY round_code, city_idx
"""
Row = dict[str, Any]


def year_on_year(
    db: duckdb.DuckDBPyConnection, metric_id: str, round_code: str, lacking: Mapping[str, str] = NO_CONDITION
) -> RoundOnRound:
    """How a figure changed from the same round of the year before, over the cities known in both.

    Give a connection that sees both rounds: no filter on rounds or dates.

    Raises  FusionError for a figure that can't be compared, a round that is not there, or a year before that isn't
    """
    rounds = rounds_by_code(db)
    now = find_round(rounds, round_code)
    before = f"{now.year - 1}-R{round_code.rpartition('R')[2]}"
    if before in rounds and metric_id not in OF_PROBLEMS:
        found = round_against(db, metric_id, round_code, before, lacking)
        ((changed,),) = db.execute(TYPES_CHANGED, {"now": now.idx, "before": rounds[before].idx}).fetchall()
        return found.noted([Note("types_changed", changed)] if changed else [])
    if metric_id not in OF_PROBLEMS:
        told = "the snapshot holds no checks of it; of the list of problems these can be compared"
        raise FusionError(f"there is no round {before} to compare with", f"{told}: {', '.join(OF_PROBLEMS)}")
    return _by_the_list(db, metric_id, round_code, before)


def _by_the_list(db: duckdb.DuckDBPyConnection, metric_id: str, now: str, before: str) -> RoundOnRound:
    rows: list[Row] = db.sql(LISTED, params={"now": now, "before": before}).to_arrow_table().to_pylist()
    sides = {code: {row["city_idx"]: row for row in rows if row["round_code"] == code} for code in (now, before)}
    if not all(sides.values()):
        absent = next(code for code, cities in sides.items() if not cities)
        raise FusionError(f"the list of past problems (H02) has none of round {absent}")
    common = sides[now].keys() & sides[before].keys()
    both = [_share(metric_id, [sides[code][city] for city in common]) for code in (now, before)]
    cities = Note("city_list_changed", len(sides[now]) - len(common), len(sides[before]) - len(common))
    types = [{kind for city in common for kind in sides[code][city]["types"]} for code in (now, before)]
    notes = [cities] if cities.now or cities.before else []
    notes += [Note("types_changed", len(types[0] ^ types[1]))] if types[0] ^ types[1] else []
    notes += [Note(key) for key in (*dictionary().get(metric_id).warnings, "as_registered", "same_cities")]
    change = change_of(both[0].value, both[1].value)
    return RoundOnRound(metric_id, now, before, change, both[0], both[1], len(common), tuple(notes))


def _share(metric_id: str, rows: list[Row]) -> Measured:
    part, whole = (float(sum(row[name] for row in rows)) for name in OF_PROBLEMS[metric_id])
    return judged(metric_id, dictionary().get(metric_id), None, part, whole)
