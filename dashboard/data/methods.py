"""What the methods page asks: the rules, their texts, their scores, and the verdicts on their clues by round."""

from __future__ import annotations

import json
from typing import Any

import duckdb

from dashboard.data.layers import sql


def methods(db: duckdb.DuckDBPyConnection) -> list[dict[str, Any]]:
    """One entry a rule: names, texts, parameters, planted cases if known, and by round clues, verdicts, confirmed."""
    by_rule: dict[int, list[list[int]]] = {}
    for rule_idx, *numbers in db.sql(sql("rule_verdicts")).fetchall():
        by_rule.setdefault(rule_idx, []).append(numbers)
    rows = db.sql(sql("methods")).to_arrow_table().to_pylist()
    return [_entry(row, by_rule.get(row["idx"], [])) for row in rows]


def _entry(row: dict[str, Any], rounds: list[list[int]]) -> dict[str, Any]:
    """A rule as the page reads it; `rounds` holds round, clues, verdicts, confirmed."""
    entry = dict(row)
    for name in ("lists", "parameters", "profiles"):
        entry[name] = json.loads(entry.pop(f"{name}_json"))
    entry["valid_from"] = entry["valid_from"].isoformat()
    return entry | {"rounds": rounds}
