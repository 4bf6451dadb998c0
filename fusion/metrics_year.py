"""A round against the round of the same number of the year before 同比.

Where the snapshot holds the checks of that round, rates per enterprise are compared as round on round are; else by the
register of the checks of earlier years (`past_checks`). Shares of problems are compared by the list of problems of past
rounds (H02), which alone tells both sides. Where the standards differ no change is told (`metrics_standards`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

import duckdb

from fusion.errors import FusionError
from fusion.metrics import NO_CONDITION, Asked, Measured, dictionary, judged
from fusion.metrics_compare import (
    COMMON,
    Note,
    Round,
    RoundOnRound,
    change_of,
    cities_of,
    find_round,
    round_against,
    rounds_by_code,
)
from fusion.metrics_standards import apart, types_found, types_listed

# Shares of problems, as columns of LISTED; rates per enterprise, as columns of CHECKED.
OF_PROBLEMS = {"prominent_share": ("prominent", "problems"), "falsification_share": ("falsified", "prominent")}
OF_CHECKS = {
    "problem_found_rate": ("with_problems", "enterprises"),
    "problems_per_enterprise": ("problems", "enterprises"),
    "prominent_per_enterprise": ("prominent", "enterprises"),
}
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
    COUNT(*) FILTER (is_prominent AND code IN ('cems_falsification', 'self_monitoring_falsification')) AS falsified
FROM told
WHERE round_code IN ($now, $before)
GROUP BY round_code, city_idx
"""
CHECKED = """
WITH told AS (
    SELECT
        e.city_idx, f.enterprise_idx,
        SUM(CAST(JSON_EXTRACT_STRING(f.detail, '$.problems') AS INTEGER)) AS problems,
        SUM(CAST(JSON_EXTRACT_STRING(f.detail, '$.prominent') AS INTEGER)) AS prominent
    FROM dossier_facts AS f
    INNER JOIN enterprises AS e ON e.enterprise_idx = f.enterprise_idx
    WHERE f.kind = 'past_check' AND JSON_EXTRACT_STRING(f.detail, '$.round') = $before AND e.city_idx <> 65535
    GROUP BY e.city_idx, f.enterprise_idx
)
SELECT
    city_idx, COUNT(*) AS enterprises, COUNT(*) FILTER (problems > 0) AS with_problems, SUM(problems) AS problems,
    SUM(prominent) AS prominent
FROM told
GROUP BY city_idx
"""
YEAR = timedelta(days=365)
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
    if metric_id in OF_PROBLEMS:
        found = _by_the_list(db, metric_id, now.code, before)
    elif before in rounds:
        found = round_against(db, metric_id, now.code, before, lacking)
    else:
        found = _by_past_checks(db, metric_id, now, before, lacking)
    is_found = before in rounds and metric_id not in OF_PROBLEMS
    types = types_found(db, now.idx, rounds[before].idx) if is_found else types_listed(db, now.code, before)
    begun = rounds[before].begin if before in rounds else now.begin - YEAR
    notes = apart(*types, (now.begin, begun))
    is_apart = any(note.key == "not_comparable" for note in notes)
    return replace(found, change=None if is_apart else found.change).noted(notes)


def _by_the_list(db: duckdb.DuckDBPyConnection, metric_id: str, now: str, before: str) -> RoundOnRound:
    rows: list[Row] = db.sql(LISTED, params={"now": now, "before": before}).to_arrow_table().to_pylist()
    sides = {code: {row["city_idx"]: row for row in rows if row["round_code"] == code} for code in (now, before)}
    if not all(sides.values()):
        absent = next(code for code, cities in sides.items() if not cities)
        raise FusionError(f"the list of past problems (H02) has none of round {absent}")
    common = sides[now].keys() & sides[before].keys()
    both = [_rate(metric_id, OF_PROBLEMS, [sides[code][city] for city in common]) for code in (now, before)]
    notes = _cities_apart(sides[now].keys() - common, sides[before].keys() - common)
    notes += [Note(key) for key in (*dictionary().get(metric_id).warnings, "as_registered", "same_cities")]
    change = change_of(both[0].value, both[1].value)
    return RoundOnRound(metric_id, now, before, change, both[0], both[1], len(common), tuple(notes))


def _by_past_checks(
    db: duckdb.DuckDBPyConnection, metric_id: str, now: Round, before: str, lacking: Mapping[str, str]
) -> RoundOnRound:
    if metric_id not in OF_CHECKS:
        known = ", ".join((*OF_CHECKS, *OF_PROBLEMS))
        raise FusionError(f"metric {metric_id} can't be compared year on year", f"known: {known}")
    rows: list[Row] = db.sql(CHECKED, params={"before": before}).to_arrow_table().to_pylist()
    then = {row["city_idx"]: row for row in rows}
    if not then:
        told = "the snapshot holds no checks of it, nor has the register past_checks any"
        raise FusionError(
            f"there is no round {before} to compare with", f"{told}; of H02 there may be: {', '.join(OF_PROBLEMS)}"
        )
    metric, there = dictionary().get(metric_id), cities_of(db, now.idx)
    common = sorted(there & then.keys())
    asked = Asked(db, dictionary(), COMMON, {"round": now.idx, "cities": common})
    (measured,) = asked.measure({metric_id: metric}, lacking)
    past = _rate(metric_id, OF_CHECKS, [then[city] for city in common])
    notes = _cities_apart(there - then.keys(), then.keys() - there)
    notes += [Note(key) for key in ("rule_version_unknown", *metric.warnings, "as_registered", "same_cities")]
    change = change_of(measured.value, past.value)
    return RoundOnRound(metric_id, now.code, before, change, measured, past, len(common), tuple(notes))


def _cities_apart(now: set[int], before: set[int]) -> list[Note]:
    return [Note("city_list_changed", len(now), len(before))] if now or before else []


def _rate(metric_id: str, columns: Mapping[str, tuple[str, str]], rows: Sequence[Row]) -> Measured:
    part, whole = (float(sum(row[name] for row in rows)) for name in columns[metric_id])
    return judged(metric_id, dictionary().get(metric_id), None, part, whole)
