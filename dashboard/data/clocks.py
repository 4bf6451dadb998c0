"""Clocks: what is late and by how many working days, what is due in the next 24 hours, whose clock stands still."""

from __future__ import annotations

from datetime import date, datetime, time
from typing import Any

import pyarrow as pa

from dashboard.casebook.calendar import knows, working_days_between
from dashboard.data.filters import Filters
from dashboard.data.layers import sql
from dashboard.data.loop import COHORTS, Loop

LISTED = 200
# Whose turn it is in each step (domain: life-cycle); the team stands beside it.
OWNERS = {
    "IDENTIFIED": "analyst",
    "SCREENED": "dispatcher",
    "PUSHED": "team_leader",
    "RETURNED": "dispatcher",
    "ACCEPTED": "inspector",
    "CHECKING": "inspector",
    "CONFIRMED": "local_bureau",
    "NOT_CONFIRMED": "dispatcher",
    "RECTIFYING": "local_bureau",
    "RECHECK": "reviewer",
    "E_SUPERVISED": "local_bureau",
    "LISTED_SUPERVISED": "city_government",
    "RELAPSED": "analyst",
    "SUSPENDED": "team_leader",
}
KINDS = ("overdue", "due24", "stopped")


def clocks(now: Loop, filters: Filters) -> dict[str, Any]:
    """Counts and lists of the clocks in scope.

    Shape   overdue: by step with its owner, by team, and the rows; due24 and stopped: rows; unclocked: how many have no
            deadline at all, which is not the same as being in time; total: open clues
    Units   late: whole working days after the deadline's day, by the calendar of the State Council
    """
    lateness = _lateness(now)
    groups = now.rows(sql("clocks_by").format(overdue=COHORTS["overdue"]), filters, lateness=lateness)
    wanted = ", ".join(f"count(*) filter ({COHORTS[name]}) as {name}" for name in (*KINDS, "open", "unclocked"))
    counts = now.rows(f"select {wanted} from scoped", filters)[0]
    steps = [{**row, "owner": OWNERS.get(row["state"])} for row in groups if row["by"] == "step"]
    return {
        "counts": counts,
        "by_step": [_plain(row) for row in steps],
        "by_team": [_plain(row) for row in groups if row["by"] == "team"],
        "lists": {kind: [_plain(row) for row in _listed(now, filters, kind, lateness)] for kind in KINDS},
        "listed": LISTED,
        "is_calendar_known": knows(now.now.year),
    }


def _lateness(now: Loop) -> pa.Table:
    """Working days from every deadline's day to each of the two clocks; 0 where it is not past."""
    with now.cursor() as db:
        text = "select distinct due_at::date, version = 0 from loop_clues where due_at is not null"
        days: list[tuple[date, bool]] = db.execute(text).fetchall()
    clocks = {True: now.register_now, False: now.now}
    late = [working_days_between(datetime.combine(day, time()), clocks[is_register]) for day, is_register in days]
    return pa.table(
        {
            "day": pa.array([day for day, _ in days], pa.date32()),
            "is_register": pa.array([is_register for _, is_register in days], pa.bool_()),
            "late": pa.array(late, pa.int32()),
        }
    )


def _listed(now: Loop, filters: Filters, kind: str, lateness: pa.Table) -> list[dict[str, Any]]:
    text = sql("clocks_list").format(cohort=COHORTS[kind])
    return now.rows(text, filters, lateness=lateness, n=LISTED)


def _plain(row: dict[str, Any]) -> dict[str, Any]:
    return {key: value.isoformat() if isinstance(value, date) else value for key, value in row.items()}
