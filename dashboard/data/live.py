"""The snapshot with the casebook on top: what machines found, where people have brought it by now.

An event of the casebook is step `opened_sequence + version` of its clue's life. A snapshot built with the source
`casebook` has the same step under the same number; such steps are left out here, so nothing counts twice.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from weakref import WeakKeyDictionary

import duckdb
import pyarrow as pa
import pyarrow.compute as pc

from dashboard.casebook.records import CORRECT
from dashboard.casebook.rows import EVENT_TABLE, STATE_TABLE, state_table
from dashboard.casebook.store import Casebook
from dashboard.data.layers import sql
from dashboard.data.store import Loaded

# States of one casebook over one snapshot that stay: a request that began on one may still ask it.
KEPT = 8
BEGINNING = (0, "")
# The clues as they are while nobody acts: laid out once for a snapshot.
UNTOUCHED = "live.untouched_clues"
# Names as they are looked for: made small once, not at every search.
NAMES = "live.names"
LOWER = "select enterprise_idx, lower(name) as name from enterprises"
THERE = "select 1 from duckdb_tables() where schema_name = 'live' and table_name = $name"
SHOWN = {"clues": "*", "events": "*"}
# On a screen for everybody in the room: nobody's name and words, and of a case made by hand no place finer than a cell.
MASKED = {
    "clues": """* replace (null::varchar as assignee, null::varchar as assignee_person,
        case when origin = 'hand' then round(lon_deg, 1) else lon_deg end as lon_deg,
        case when origin = 'hand' then round(lat_deg, 1) else lat_deg end as lat_deg)""",
    "events": """* replace (null::varchar as actor, null::varchar as reason, null::varchar as payload,
        null::varchar[] as attachments, null::varchar as person)""",
}


@dataclass(frozen=True)
class Told:
    """All that a casebook said up to its head (number and hash of the newest event)."""

    head: tuple[int, str]
    cases: pa.Table
    events: pa.Table

    @property
    def name(self) -> str:
        """A name for tables made of it: another casebook, or another state of it, has another."""
        return f"{self.head[0]}_{self.head[1][:16]}"


_told: WeakKeyDictionary[Casebook, Told] = WeakKeyDictionary()
_reading = threading.Lock()
_making = threading.Lock()


def live(loaded: Loaded, casebook: Casebook) -> duckdb.DuckDBPyConnection:
    """A cursor of the snapshot in which `clues_now` and `events_now` exist besides its own tables.

    Shape   clues_now: see sql/live_clues.sql; events_now: the columns of clue_events, and event_id, seq, version,
            actor, person, reason, payload, attachments (null for steps of the register)
    Note    a viewer's part of a snapshot shows the cases of its clues, and those made by hand that it reaches
    """
    told = _newest(casebook)
    cursor = loaded.cursor()
    with _making:
        if not _is_made(cursor, told.name):
            _make(cursor, loaded, told)
    shown = MASKED if loaded.scope.is_masked else SHOWN
    cursor.execute(f"create or replace temp view clues_now as select {shown['clues']} from ({_clues(told.name)})")
    cursor.execute(
        f"create or replace temp view events_now as select {shown['events']} from "
        f'(from clue_events union all by name from live."events_{told.name}")'
    )
    return cursor


def _clues(name: str) -> str:
    """The clues that nobody acted on as the snapshot has them, and the others as that state of the casebook has them.

    Note    laid out together they would cost ten times as much after every event as reading them side by side does
    """
    return f'from {UNTOUCHED} anti join live."clues_{name}" using (clue_id) union all by name from live."clues_{name}"'


def _newest(casebook: Casebook) -> Told:
    """What the casebook says now; only what is new is read."""
    with _reading:
        known = _told.get(casebook)
        if known is not None and known.head == casebook.head():
            return known
        told = _read_on(casebook, known)
        _told[casebook] = told
        return told


def _read_on(casebook: Casebook, known: Told | None) -> Told:
    # What is written meanwhile has a higher number than this head; it is read now or again next time.
    head = casebook.head()
    since = known.head[0] if known else 0
    events = casebook.event_table(since)
    if known is None or CORRECT in events["event"].to_pylist():
        return Told(head, casebook.state_table(), casebook.event_table())
    cases = state_table(casebook.standings(since))
    old = pc.invert(pc.is_in(known.cases["clue_id"], value_set=cases["clue_id"].combine_chunks()))
    older = pc.less_equal(known.events["seq"], since)
    return Told(
        head,
        pa.concat_tables([known.cases.filter(old), cases.cast(STATE_TABLE)]),
        pa.concat_tables([known.events.filter(older), events.cast(EVENT_TABLE)]),
    )


def _is_made(cursor: duckdb.DuckDBPyConnection, name: str) -> bool:
    return f"events_{name}" in _made(cursor)


def _made(cursor: duckdb.DuckDBPyConnection) -> list[str]:
    """The event tables there are, oldest first."""
    asked = "select table_name from duckdb_tables() where schema_name = 'live' and starts_with(table_name, 'events_')"
    names = [name for (name,) in cursor.execute(asked).fetchall()]
    return sorted(names, key=lambda name: int(name.split("_")[1]))


def _make(cursor: duckdb.DuckDBPyConnection, loaded: Loaded, told: Told) -> None:
    cursor.execute("create schema if not exists live")
    named = {"as_of": datetime.fromisoformat(loaded.manifest.as_of)}
    if not cursor.execute(THERE, {"name": UNTOUCHED.partition(".")[2]}).fetchall():
        with _shown(cursor, loaded, Told(BEGINNING, told.cases.slice(0, 0), told.events.slice(0, 0))):
            text = sql("live_clues").replace("{clues}", "clues")
            cursor.execute(f"create or replace table {UNTOUCHED} as {text}", named)
            cursor.execute(f"create or replace table {NAMES} as {LOWER}")
    with _shown(cursor, loaded, told):
        clues = f'live."clues_{told.name}"'
        text = sql("live_clues").replace("{clues}", "(from clues semi join casebook_cases using (clue_id))")
        cursor.execute(f"create or replace table {clues} as {text}", named)
        text = sql("live_events").replace("{clues}", clues)
        cursor.execute(f'create or replace table live."events_{told.name}" as {text}')
    # Another casebook over the same snapshot may be further on: what was just made is not the oldest for that.
    others = [name for name in _made(cursor) if name != f"events_{told.name}"]
    for old in others[: 1 - KEPT]:
        for table in (old, old.replace("events_", "clues_", 1)):
            cursor.execute(f'drop table if exists live."{table}"')


@contextmanager
def _shown(cursor: duckdb.DuckDBPyConnection, loaded: Loaded, told: Told) -> Iterator[None]:
    """The casebook's tables, to be read by the cursor."""
    cursor.register("casebook_cases", told.cases)
    cursor.register("casebook_steps", told.events)
    cursor.register("casebook_reached", _reached(cursor, loaded))
    yield
    for name in ("casebook_cases", "casebook_steps", "casebook_reached"):
        cursor.unregister(name)


def _reached(cursor: duckdb.DuckDBPyConnection, loaded: Loaded) -> pa.Table:
    """Cases that the snapshot, or the viewer's part of it, doesn't have as a clue, and that he may see all the same."""
    text = """select clue_id, city_adcode, county_adcode, round_code from casebook_cases
        anti join clues using (clue_id)"""
    asked = cursor.sql(text).to_arrow_table().to_pylist()
    reached = [row["clue_id"] for row in asked if _reaches(loaded, row)]
    return pa.table({"clue_id": pa.array(reached, pa.string())})


def _reaches(loaded: Loaded, row: dict[str, str]) -> bool:
    return loaded.reaches(row["city_adcode"], row["county_adcode"], row["round_code"])
