"""Fixes: what share still holds after 30, 90 and 180 days, and which came back."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import asdict
from datetime import date
from typing import Any

from dashboard.data.filters import CATEGORIES, Filters
from dashboard.data.funnel import LEAST
from dashboard.data.layers import sql
from dashboard.data.loop import COHORTS, Loop
from dashboard.data.survival import at_time, kaplan_meier

MARKS = (30, 90, 180)
LISTED = 200
ALL = "all"


def fixes(now: Loop, filters: Filters) -> dict[str, Any]:
    """Survival curves in all and by rule category, and the clues that relapsed.

    Shape   curves: name, n, n_relapsed, steps (day, at risk, relapsed, share, low, high), marks; a mark without a share
            has fewer than LEAST still under watch; young: closed less than 30 days ago and still fixed
    """
    spells: dict[str, list[tuple[float, bool]]] = defaultdict(list)
    for row in now.rows(sql("fixes_spells"), filters):
        for name in (ALL, row["category"]):
            spells[name].append((row["days"], row["has_relapsed"]))
    counts = now.rows(
        f"select count(*) filter (is_rechecked) as passed, count(*) filter (is_fixed) as fixed, "
        f"count(*) filter ({COHORTS['young']}) as young, count(*) filter (n_relapses > 0) as relapsed from scoped",
        filters,
    )[0]
    return {
        "counts": counts,
        "curves": [_curve(name, spells[name]) for name in (ALL, *CATEGORIES) if name in spells],
        "marks": list(MARKS),
        "least": LEAST,
        "relapses": [_plain(row) for row in now.rows(sql("fixes_relapses"), filters, n=LISTED)],
        "listed": LISTED,
    }


def _curve(name: str, spells: list[tuple[float, bool]]) -> dict[str, Any]:
    times = [days for days, _ in spells]
    steps = kaplan_meier(times, [has_relapsed for _, has_relapsed in spells])
    marks = []
    for day in MARKS:
        at_risk = sum(days >= day for days in times)
        held, low, high = at_time(steps, day)
        told = (
            {"share": held, "low": low, "high": high} if at_risk >= LEAST else dict.fromkeys(("share", "low", "high"))
        )
        marks.append({"day": day, "at_risk": at_risk, **told})
    return {
        "name": name,
        "n": len(spells),
        "n_relapsed": sum(has_relapsed for _, has_relapsed in spells),
        "longest": max(times),
        "steps": [list(asdict(step).values()) for step in steps],
        "marks": marks,
    }


def _plain(row: dict[str, Any]) -> dict[str, Any]:
    return {key: value.isoformat() if isinstance(value, date) else value for key, value in row.items()}
