"""The funnel counted by hand from the event log, in plain Python: pushed > accepted > checked > confirmed > rectified >
re-checked > still fixed, in all and by region, round, team and rule. It shares no code with the dashboard.

Run as  python -m dashboard.casebook export | python casebook_recount.py
"""

from __future__ import annotations

import json
import sys
from collections import Counter, defaultdict
from collections.abc import Iterable
from typing import Any

STAGES = ("pushed", "accepted", "checked", "confirmed", "rectified", "rechecked", "fixed")
Counts = dict[str, dict[str, dict[str, int]]]


def recount(lines: Iterable[str]) -> Counts:
    """Counts by breakdown, key and stage, of an export: one event a line, in the order of the chain.

    Shape   a clue whose case was opened later than it was pushed counts as what its first step says it was
    """
    cases: dict[str, dict[str, Any]] = {}
    states: dict[str, list[str]] = defaultdict(list)
    team: dict[str, str | None] = {}
    fixed: dict[str, bool] = defaultdict(bool)
    rechecked: set[str] = set()
    for line in lines:
        event = json.loads(line)
        clue = event["clue_id"]
        if event["event"] == "open":
            cases[clue] = event["payload"]["case"]
            team[clue] = cases[clue]["team_code"]
            continue
        if event["event"] in ("comment", "correct"):
            continue
        states[clue] += [event["source"] or "", event["target"]]
        if event["event"] in ("push", "re_push"):
            team[clue] = event["payload"]["receiver"]
        if event["event"] == "pass":
            fixed[clue] = True
            rechecked.add(clue)
        if event["event"] == "relapse":
            fixed[clue] = False
    counts: Counts = {
        by: defaultdict(lambda: dict.fromkeys(STAGES, 0)) for by in ("total", "region", "round", "team", "rule")
    }
    for clue, case in cases.items():
        seen = set(states[clue])
        is_confirmed = "CONFIRMED" in seen
        reached = Counter(
            pushed="PUSHED" in seen,
            accepted="ACCEPTED" in seen and "PUSHED" in seen,
            checked=bool(seen & {"CONFIRMED", "NOT_CONFIRMED"}),
            confirmed=is_confirmed,
            rectified="RECHECK" in seen and is_confirmed,
            rechecked=clue in rechecked and is_confirmed,
            fixed=fixed[clue] and is_confirmed,
        )
        keys = {
            "total": "", "region": case["county_adcode"], "round": case["round_code"] or "", "team": team[clue] or "",
            "rule": case["rule_id"],
        }  # fmt: skip
        for by, key in keys.items():
            for stage in STAGES:
                counts[by][key][stage] += reached[stage]
    return counts


if __name__ == "__main__":
    sys.stdout.write(json.dumps(recount(sys.stdin), indent=1, ensure_ascii=False) + "\n")
