"""Honest precision: how often the rules were right, beside how often a check by lot finds something."""

from __future__ import annotations

import math
from collections.abc import Collection
from typing import Any

from dashboard.data.filters import Filters
from dashboard.data.funnel import LEAST, share
from dashboard.data.layers import sql
from dashboard.data.loop import Loop

Z_95 = 1.959963984540054


def controls(now: Loop, filters: Filters, control_clues: Collection[str]) -> dict[str, Any]:
    """Hit rates of control group, rules together and each rule; lift where both have enough verdicts.

    Shape   control, rules: share of confirmed among those with a verdict, and how many were pushed; lift: value, low,
            high, or None: not enough yet; by_rule: rule_id, share
    """
    found = now.rows(sql("controls"), filters, control=sorted(control_clues))
    told: dict[str, Any] = {"control": _none(), "rules": _none(), "by_rule": []}
    for row in found:
        one = {"share": share(row["confirmed"], row["checked"]), "pushed": row["pushed"]}
        if row["of"] == "rule":
            if row["rule_id"] is not None and row["checked"]:
                told["by_rule"].append({"rule_id": row["rule_id"], **one, "lift": None})
        else:
            told[row["of"]] = one
    control = told["control"]["share"]
    told["lift"] = lift(told["rules"]["share"], control)
    for one in told["by_rule"]:
        one["lift"] = lift(one["share"], control)
    return told | {"drawn": len(control_clues), "least": LEAST}


def lift(hit: dict[str, Any], base: dict[str, Any]) -> dict[str, float] | None:
    """The one rate over the other with its 95 % bounds (on the logarithm); None with too few or none confirmed."""
    parts = (hit["part"], hit["whole"], base["part"], base["whole"])
    if hit["share"] is None or base["share"] is None or not hit["part"] or not base["part"]:
        return None
    a, n, b, m = parts
    value = (a / n) / (b / m)
    width = math.exp(Z_95 * math.sqrt(1 / a - 1 / n + 1 / b - 1 / m))
    return {"value": value, "low": value / width, "high": value * width}


def _none() -> dict[str, Any]:
    return {"share": share(0, 0), "pushed": 0}
