"""The list of clues as it stands now: views, rows in order, and one clue in full.

Every function takes a cursor of `dashboard.data.live.live`, in which `clues_now` and `events_now` exist.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import duckdb

from dashboard.casebook.records import Actor
from dashboard.data.filters import Filters
from dashboard.data.layers import sql
from dashboard.data.queries import Sort, parameters

PARAMETER = re.compile(r"\$([a-z_]+)")
VIEWS = ("queue", "overdue", "unassigned", "mine", "all")
OVER = frozenset({"CLOSED", "DISCARDED", "MERGED"})
MOST_ROWS = 1000
# Most urgent first: late before in time, then the gravest, then what is due next.
URGENT = {"is_overdue": "is_overdue desc", "severity": "severity", "due_at": "due_at nulls last"}
# Columns that the page has whatever its order.
HAD = frozenset({"clue_idx", "clue_id", "is_overdue", "late_hours"})
ORDERS = {
    "city": "city_idx",
    "county": "county_idx",
    "rule": "rule_id",
    "team": "team_code",
    "round_code": "round_idx",
    "state_since": "state_since",
    "assignee": "assignee",
    **{name: name for name in ("clue_id", "severity", "state", "score", "enterprise", "category", "pollutant")},
    **{name: name for name in ("detected_at", "due_at")},
}


NOBODY = Actor("", frozenset())
Clocks = tuple[datetime, datetime]


@dataclass(frozen=True)
class Wanted:
    """Which part of the list somebody looks at.

    Shape   view: one of VIEWS; text: what to find in names and ids; sorts: empty for the most urgent first;
            states: those in which the asker may do the next step; asker: who looks; now: wall time of the house;
            register_now: the time by which clocks that only the register set are read; cohort: the only clues wanted,
            None for all
    """

    view: str
    text: str
    sorts: tuple[Sort, ...]
    states: tuple[str, ...]
    asker: Actor
    now: datetime
    register_now: datetime
    cohort: tuple[str, ...] | None = None


def rows(
    db: duckdb.DuckDBPyConnection, filters: Filters, wanted: Wanted, start: int, end: int
) -> tuple[list[dict[str, Any]], int]:
    """Rows `start` to `end` of the list, and how many there are in all."""
    named = _named(db, filters, wanted, wanted.view)
    n = max(0, min(end - start, MOST_ROWS))
    page = _asked(db, _page(wanted.sorts), {**named, "n": n, "start": max(0, start)})
    if page:
        return page, page[0]["total"]
    return [], _asked(db, f"select count(*) as total from ({sql('worklist')})", named)[0]["total"]


def counts(db: duckdb.DuckDBPyConnection, filters: Filters, wanted: Wanted) -> dict[str, int]:
    """How many clues each view has under these filters."""
    named = _named(db, filters, wanted, "all")
    text = f"""select count(*) filter (list_contains($queue, state)) as queue, count(*) filter (is_overdue) as overdue,
        count(*) filter (assignee is null and not list_contains($over, state)) as unassigned,
        count(*) filter (list_contains($my_ids, assignee_person)
            or (assignee_person is null and list_contains($my_names, assignee))) as mine,
        count(*) as "all" from ({sql("worklist")})"""
    asked = {**named, "queue": list(wanted.states), "over": sorted(OVER)}
    asked |= {"my_ids": _persons(wanted.asker), "my_names": _names(wanted.asker)}
    (found,) = _asked(db, text, asked)
    return {view: found[view] for view in VIEWS}


def standing(db: duckdb.DuckDBPyConnection, clue_id: str, clocks: Clocks) -> dict[str, Any] | None:
    """One clue as it stands now, with the names of what it refers to; None where the viewer has no such clue."""
    named = {**_named(db, Filters(), Wanted("all", "", (), (), NOBODY, *clocks), "all"), "clue_id": clue_id}
    text = _page((), f"select * from ({sql('worklist')}) where clue_id = $clue_id")
    found = _asked(db, text, {**named, "n": 1, "start": 0})
    return found[0] if found else None


def timeline(db: duckdb.DuckDBPyConnection, clue_id: str) -> list[dict[str, Any]]:
    """Every step of a clue's life, the register's and the casebook's, in order."""
    return _rows(db, sql("worklist_timeline"), {"clue_id": clue_id})


def changed(db: duckdb.DuckDBPyConnection, clue_ids: Sequence[str]) -> list[dict[str, Any]]:
    """Of the clues of these ids those that are here, as they stand, in the numbers of the map's columns."""
    return _rows(db, sql("worklist_changed"), {"ids": list(clue_ids)})


def positions(db: duckdb.DuckDBPyConnection, enterprise_ids: Sequence[str]) -> dict[str, tuple[float, float]]:
    """Where those of the enterprises lie whose place is known: lon, lat in degrees by id."""
    text = """select enterprise_id, lon_deg, lat_deg from enterprises
        where list_contains($ids, enterprise_id) and lon_deg is not null"""
    found = db.execute(text, {"ids": list(enterprise_ids)}).fetchall()
    return {enterprise_id: (lon, lat) for enterprise_id, lon, lat in found}


def teams(db: duckdb.DuckDBPyConnection) -> list[dict[str, Any]]:
    """Whom clues are sent to: code, names, and the city each comes from."""
    text = "select team_code, name_zh, name_en, city_adcode from teams order by team_idx"
    return _rows(db, text, {})


def states_of_queue(states: Collection[str]) -> tuple[str, ...]:
    """Of the states in which somebody may do something, those whose clues wait for it."""
    return tuple(sorted(set(states) - OVER))


def sorts_of(text: str) -> tuple[Sort, ...]:
    """An order out of an address, as `due_at` or `-due_at`; what is no column of the list is left out."""
    parts = [part for part in text.split(",") if part.lstrip("-") in ORDERS]
    return tuple(Sort(part.lstrip("-"), part.startswith("-")) for part in parts[:3])


def _page(sorts: Sequence[Sort], listed: str = "") -> str:
    """The question for some rows of the list in that order."""
    columns = [ORDERS[sort.column] for sort in sorts] or list(URGENT)
    order = [f"{ORDERS[sort.column]} {'desc' if sort.descending else 'asc'} nulls last" for sort in sorts]
    keys = [f", e.name as {name}" if name == "enterprise" else f", s.{name}" for name in columns if name not in HAD]
    parts = {
        "{list}": listed or sql("worklist"),
        "{keys}": "".join(dict.fromkeys(keys)),
        "{names}": "left join enterprises e on e.enterprise_idx = s.enterprise_idx" if "enterprise" in columns else "",
        "{order}": ", ".join([*(order or URGENT.values()), "clue_id"]),
    }
    text = sql("worklist_page")
    text = text[text.index("with found") :]
    for mark, part in parts.items():
        text = text.replace(mark, part)
    return text


def _asked(db: duckdb.DuckDBPyConnection, text: str, named: dict[str, Any]) -> list[dict[str, Any]]:
    """The rows that `text` asks for; conditions on nothing are left out: planning them costs more than the answer."""
    lines = [line for line in text.splitlines() if not line.startswith("  and ") or _restricts(line, named)]
    kept = "\n".join(line for line in lines if not line.startswith("--"))
    wanted = {name: named[name] for name in set(PARAMETER.findall(kept))}
    return _rows(db, kept, wanted)


def _rows(db: duckdb.DuckDBPyConnection, text: str, named: dict[str, Any]) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = db.sql(text, params=named).to_arrow_table().to_pylist()
    return rows


def _restricts(line: str, named: dict[str, Any]) -> bool:
    return any(named[name] not in (None, False) for name in PARAMETER.findall(line))


def _persons(asker: Actor) -> list[str]:
    return [one for one in (asker.person, *asker.known_as) if one]


def _names(asker: Actor) -> list[str]:
    return [asker.name, *asker.known_as]


def _named(db: duckdb.DuckDBPyConnection, filters: Filters, wanted: Wanted, view: str) -> dict[str, Any]:
    return {
        **parameters(db, "clues", filters),
        "now": wanted.now,
        "register_now": wanted.register_now,
        "q": wanted.text.strip().lower() or None,
        "view_states": list(wanted.states) if view == "queue" else None,
        "is_overdue_only": view == "overdue",
        "is_unassigned_only": view == "unassigned",
        "persons": _persons(wanted.asker) if view == "mine" else None,
        "names": _names(wanted.asker) if view == "mine" else None,
        "cohort": None if wanted.cohort is None else list(wanted.cohort),
    }
