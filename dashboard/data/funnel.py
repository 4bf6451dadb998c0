"""The funnel: pushed > accepted > checked > confirmed > rectified > re-checked > still fixed; and where the rest is.

A stage counts the clues that ever reached it. Those that did not go on stand apart: open, clock stopped, returned,
found untrue, dismissed, merged, relapsed; nothing of it is called a failure that is merely not over.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pyarrow as pa

from dashboard.data.filters import Filters
from dashboard.data.layers import sql
from dashboard.data.loop import RESTS, STAGES, Loop, clues_of
from dashboard.data.queries import parameters
from fusion.metrics import wilson

# A share of fewer is not told.
LEAST = 20
STEPS = ("to_push", "to_visit", "to_close", "in_all")
TEAM_DAY_SCOPE = ("cities", "counties", "group_code", "industries", "rounds", "from_date", "to_date")
BREAKDOWNS = ("region", "round", "team", "rule")


def funnel(now: Loop, filters: Filters) -> dict[str, Any]:
    """Stages with their denominators, rests, hours, and the same counts by region, round, team and rule.

    Units   shares from 0 to 1 with the 95 % bounds of Wilson, none below LEAST; hours elapsed, medians
    """
    level = _level(now, filters)
    groups = now.rows(sql("funnel"), filters, level=level)
    (total,) = [row for row in groups if row["by"] == "total"]
    hours = now.rows(sql("funnel_hours"), filters)[0]
    rests = {
        (stage, row["rest"]): row[stage]
        for row in now.rows(sql("funnel_rests"), filters)
        for stage in STAGES[:-1]
        if row[stage]
    }
    return {
        "n_clues": total["n_clues"],
        "stages": [_stage(total, hours, rests, at) for at in range(len(STAGES))],
        "steps": {name: {"hours": hours[name], "n": int(hours[f"n_{name}"] or 0)} for name in STEPS},
        "team_days": _team_days(now, filters),
        "level": level,
        "by": {by: _groups(now, by, groups) for by in BREAKDOWNS},
        "least": LEAST,
    }


def clues_of_stage(now: Loop, stage: str, filters: Filters) -> pa.Table:
    """The clues behind a number of the funnel: one column, `clue_id` (see loop.clues_of for what `stage` may be).

    Raises  CohortError
    """
    return clues_of(now, stage, filters)


def share(part: int, whole: int) -> dict[str, Any]:
    """`part` of `whole` with its bounds; without a value where there are too few."""
    if whole < LEAST:
        return {"part": part, "whole": whole, "share": None, "low": None, "high": None}
    low, high = wilson(part, whole)
    return {"part": part, "whole": whole, "share": part / whole, "low": low, "high": high}


def _stage(total: Mapping[str, Any], hours: Mapping[str, Any], rests: Mapping[Any, int], at: int) -> dict[str, Any]:
    """One stage: how many, of how many that could have, how long after the stage before, and where the rest is."""
    name = STAGES[at]
    told: dict[str, Any] = {"stage": name, "n": total[f"n_{name}"]}
    if at:
        before = STAGES[at - 1]
        told |= {"of": share(total[f"on_{before}"], total[f"n_{before}"])}
    if name in hours:
        told |= {"hours": hours[name], "n_hours": int(hours[f"n_{name}"] or 0)}
    told["rests"] = {rest: rests[name, rest] for rest in RESTS if (name, rest) in rests}
    return told


def _groups(now: Loop, by: str, rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The groups of one breakdown that have clues, with the code that narrows to them."""
    column = {"region": "region_idx", "round": "round_idx", "team": "team_code", "rule": "rule_idx"}[by]
    names = now.loaded.remembered("names of groups", lambda: _names(now))[by]
    found = []
    for row in rows:
        if row["by"] != by:
            continue
        code, name_zh, name_en = names.get(row[column], (None, None, None))
        counts = [row[f"n_{stage}"] for stage in STAGES]
        shares = [share(row[f"on_{stage}"], row[f"n_{stage}"]) for stage in STAGES[:-1]]
        found.append({"code": code, "zh": name_zh, "en": name_en, "clues": row["n_clues"], "n": counts, "of": shares})
    return sorted(found, key=lambda group: (group["code"] is None, str(group["code"])))


def _names(now: Loop) -> dict[str, dict[Any, tuple[str, str, str]]]:
    """Code and names of every group by the key the counts carry."""
    questions = {
        "region": "select place_idx, adcode, name_zh, name_en from places",
        "round": "select round_idx, round_code, round_code, round_code from rounds",
        "team": "select team_code, team_code, name_zh, name_en from teams",
        "rule": "select rule_idx, rule_id, name_zh, name_en from rules",
    }
    with now.cursor() as db:
        return {
            by: {key: tuple(names) for key, *names in db.execute(text).fetchall()} for by, text in questions.items()
        }


def _level(now: Loop, filters: Filters) -> int:
    """Into what the region breaks down: 0 provinces, 1 cities, 2 counties."""
    if not filters.region:
        return 0
    if filters.region.startswith("g:"):
        return 1
    with now.cursor() as db:
        found = db.execute("select min(level) from places where adcode = $code", {"code": filters.region}).fetchall()
    level = found[0][0]
    return min(2, level + 1) if level is not None else 0


def _team_days(now: Loop, filters: Filters) -> dict[str, Any]:
    """Checks, problems and team-days of the snapshot's checks in region, round and days."""
    with now.loaded.cursor() as db:
        named = parameters(db, "clues", filters)
        asked = {name: named[name] for name in TEAM_DAY_SCOPE}
        row: dict[str, Any] = db.sql(sql("team_days"), params=asked).to_arrow_table().to_pylist()[0]
    return {name: int(value) for name, value in row.items()}
