"""Teams and what waits to be sent to them: workload, capacity, suggestions with reasons, visits so far."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib import resources
from typing import Any

from dashboard.data.filters import Filters
from dashboard.data.layers import sql
from dashboard.data.loop import COHORTS, Loop

LISTED = 500
USUAL_CAP = 6
# Lines of the registers; a snapshot without them, or without such lines, can't tell who is on the list.
FACTS = "dossier_facts"
POSITIVE = "positive_list"


@dataclass(frozen=True)
class VisitCap:
    """From how many on-site checks in 12 months on a further push is warned of, and on what ground."""

    visits: int
    basis: str


@cache
def settings() -> dict[str, Any]:
    """The numbers of `dispatch.toml`."""
    return tomllib.loads(resources.files(__package__).joinpath("dispatch.toml").read_text("utf-8"))


def visit_cap(day: date) -> VisitCap:
    """The cap that is in force on `day`."""
    known = sorted(settings()["visit_cap"], key=lambda row: row["valid_from"])
    row = [row for row in known if row["valid_from"] <= day][-1:] or known[:1]
    return VisitCap(row[0]["visits"], row[0]["basis"])


def teams(now: Loop, filters: Filters) -> dict[str, Any]:
    """The teams' desks and the queue of clues to send.

    Shape   cap: enterprises a team is sent to on a day; round: whose checks are counted, None where there is none;
            queue: rows with warnings: frequency, positive_list, severe; is_positive_known: is the list connected
    """
    cap = visit_cap(now.now.date())
    known_round = running_round(now)
    positive = positive_list(now)
    desks = now.rows(
        sql("teams").format(**{name: COHORTS[name] for name in ("overdue", "due24", "stopped")}),
        filters,
        rounds_checked=_rounds(now, filters, known_round),
    )
    queue = now.rows(sql("dispatch_queue"), filters, n=LISTED, positive=sorted(positive or ()))
    return {
        "teams": desks,
        "cap": _team_day_cap(now),
        "round": {key: _plain(value) for key, value in known_round.items()} if known_round else None,
        "visit_cap": {"visits": cap.visits, "basis": cap.basis},
        "is_positive_known": positive is not None,
        "queue": [_warned(row, cap) for row in queue],
        "limit": LISTED,
    }


def positive_list(now: Loop) -> set[str] | None:
    """Enterprises on the positive list 正面清单 today; None where no list is connected, which is not an empty list."""
    if not now.loaded.remembered("positive list", lambda: _has_positive(now)):
        return None
    text = f"""select distinct e.enterprise_id from {FACTS} f join enterprises e on e.enterprise_idx = f.enterprise_idx
        where f.kind = $kind and coalesce(f.from_at <= $at, true) and coalesce(f.to_at > $at, true)"""
    with now.loaded.cursor() as db:
        return {row[0] for row in db.execute(text, {"kind": POSITIVE, "at": now.register_now}).fetchall()}


def _has_positive(now: Loop) -> bool:
    """Whether the registers of this snapshot hold a positive list at all."""
    if FACTS not in now.loaded.manifest.tables:
        return False
    with now.loaded.cursor() as db:
        found = db.execute(f"select 1 from {FACTS} where kind = $kind limit 1", {"kind": POSITIVE}).fetchall()
    return bool(found)


def warnings_of(row: dict[str, Any], cap: VisitCap) -> list[str]:
    """What a dispatcher must weigh before this push."""
    told = {
        "frequency": row["visits"] >= cap.visits,
        "positive_list": row["is_positive"],
        "severe": row["severity"] == 1,
    }
    return [name for name, is_so in told.items() if is_so]


def _warned(row: dict[str, Any], cap: VisitCap) -> dict[str, Any]:
    return {key: _plain(value) for key, value in row.items()} | {"warnings": warnings_of(row, cap)}


def _team_day_cap(now: Loop) -> int:
    """As the snapshot was built with."""
    return int(now.loaded.manifest.parameters.get("push", {}).get("team_day_cap", USUAL_CAP))


def running_round(now: Loop) -> dict[str, Any] | None:
    """The round that is running, else the last one begun."""
    with now.cursor() as db:
        text = """select round_idx, round_code, number, year, from_date, to_date - 1 as last_date from rounds
            where from_date <= $now order by from_date desc limit 1"""
        found = db.sql(text, params={"now": now.register_now}).to_arrow_table().to_pylist()
    return found[0] if found else None


def _rounds(now: Loop, filters: Filters, running: dict[str, Any] | None) -> list[int]:
    """The rounds whose checks are counted: those chosen, else the running one."""
    if not filters.rounds:
        return [running["round_idx"]] if running else []
    with now.cursor() as db:
        text = "select round_idx from rounds where list_contains($codes, round_code)"
        return [row[0] for row in db.execute(text, {"codes": list(filters.rounds)}).fetchall()]


def _plain(value: Any) -> Any:  # noqa: ANN401 - values of a row
    return value.isoformat() if isinstance(value, date) else value
