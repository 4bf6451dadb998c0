"""What the methods page asks: the rules, their texts and scores, the verdicts on their clues by round, what false
alarms were, and whether scores mean what they say."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Mapping
from typing import Any

import duckdb

from dashboard.data.layers import sql

Bins = list[dict[str, Any]]


def methods(db: duckdb.DuckDBPyConnection, day: str) -> dict[str, Any]:
    """The page's numbers on a day, as 2023-08-02.

    Shape   rules: one entry a rule: names, texts, parameters, profiles of regions and whether they are used,
            planted cases if known, by round clues, verdicts and confirmed, and false alarms by cause;
            calibration: bins of scores by what they were held against
    """
    by_rule = _grouped(db, "rule_verdicts")
    causes = _grouped(db, "false_alarms")
    rows = db.sql(sql("methods")).to_arrow_table().to_pylist()
    rules = [_entry(row, day) | {"rounds": by_rule[row["idx"]], "causes": causes[row["idx"]]} for row in rows]
    return {"rules": rules, "calibration": calibration(db)}


def calibration(db: duckdb.DuckDBPyConnection) -> dict[str, Bins]:
    """Bins of scores (bin, n, n_true, mean_score) against verdicts of checks, planted cases, and whose plume it was."""
    found: dict[str, Bins] = {"verdicts": db.sql(sql("verdict_bins")).to_arrow_table().to_pylist()}
    for basis in ("rules", "attribution"):
        asked = "select bin, n, n_true, mean_score from calibration where basis = $basis order by bin"
        found[basis] = db.sql(asked, params={"basis": basis}).to_arrow_table().to_pylist()
    return found


def _grouped(db: duckdb.DuckDBPyConnection, question: str) -> defaultdict[int, list[list[Any]]]:
    """The answer by its first column, the rule."""
    found: defaultdict[int, list[list[Any]]] = defaultdict(list)
    for rule_idx, *values in db.sql(sql(question)).fetchall():
        found[rule_idx].append(values)
    return found


def _entry(row: dict[str, Any], day: str) -> dict[str, Any]:
    entry = dict(row)
    for name in ("lists", "parameters", "profiles"):
        entry[name] = json.loads(entry.pop(f"{name}_json"))
    for profile in entry["profiles"].values():
        if "values" in profile:  # snapshots of before tell the values alone
            profile["is_used"] = is_used(profile, day)
    entry["valid_from"] = entry["valid_from"].isoformat()
    return entry


def is_used(profile: Mapping[str, Any], day: str) -> bool:
    """Whether the numbers of a region's own profile hold on `day`; until its first day the default does."""
    return profile["valid_from"] is None or str(profile["valid_from"]) <= day
