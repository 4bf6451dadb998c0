"""The loop's scene: how far clues came, and which step holds up how many."""

from __future__ import annotations

from typing import Any

from dashboard.data.clocks import clocks
from dashboard.data.filters import Filters
from dashboard.data.funnel import funnel
from dashboard.data.loop import Loop
from dashboard.data.wall import rows_of
from dashboard.wall.situation import map_of, strip
from dashboard.wall.telling import Reach, figure, of_clues, panel, share, state_of, top, words


def late(now: Loop, filters: Filters) -> dict[str, Any]:
    """The funnel, what is late by step and by team."""
    loaded = now.loaded
    told, clock = funnel(now, filters), clocks(now, filters)
    state, until, counts = state_of(loaded, "clues"), loaded.manifest.as_of, clock["counts"]
    stages = [
        {"stage": one["stage"], "value": one["n"], "share": one["of"]["share"] if "of" in one else None}
        for one in told["stages"]
    ]
    steps = [{"step": row["state"], "value": row["n"], "late": row["most_late"]} for row in clock["by_step"]]
    steps_shown, more_steps = top(steps)
    in_all = told["steps"]["in_all"]
    fixed = told["stages"][-1]
    return {
        "title": of_clues(loaded, _title(counts, steps), counts["open"]),
        "figures": [
            figure(
                "overdue",
                counts["overdue"],
                Reach(until, state),
                tone="hot",
                note=words("wall.note.of_open", n=counts["open"]),
            ),
            figure(
                "due24",
                counts["due24"],
                Reach(until, state),
                tone="warn",
                note=words("wall.note.stopped", n=counts["stopped"], m=counts["unclocked"]),
            ),
            figure(
                "close_hours",
                in_all["hours"] / 24 if in_all["n"] else None,
                Reach(until, state if in_all["n"] or state != "ready" else "none"),
                tone="plain",
                unit="days",
                note=words("wall.note.close_hours", n=in_all["n"]),
            ),
            figure(
                "fixed",
                fixed["n"],
                Reach(until, state),
                tone="good",
                note=words("wall.note.fixed", share=share(fixed["n"], told["stages"][3]["n"])),
            ),
        ],
        "panels": [
            panel("funnel", "funnel", stages, Reach(until, state), note=words("wall.note.funnel")),
            panel(
                "late_steps",
                "bars",
                steps_shown,
                Reach(until, state),
                more=more_steps,
                note=words("wall.note.late_steps"),
            ),
        ],
        "strip": strip(loaded, filters),
        "map": map_of(loaded, filters, rows=rows_of(now, filters, "overdue")),
    }


def _title(counts: dict[str, Any], steps: list[dict[str, Any]]) -> dict[str, Any]:
    if not counts["overdue"]:
        return words("wall.title.nothing_late", n=counts["open"], m=counts["due24"])
    return words("wall.title.late", n=counts["overdue"], step={"state": steps[0]["step"]}, m=steps[0]["value"])
