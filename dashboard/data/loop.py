"""The loop 闭环: one row per clue with the stages it reached, kept for each state of snapshot and casebook.

Everything the loop's page says is counted over these rows, and every number it says can be opened: a *cohort*
(`checked`, `pushed.returned`, `overdue.RECHECK@T05`) names the rows that were counted, and `clues_of` lists them.
"""

from __future__ import annotations

import re
import threading
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import duckdb
import pyarrow as pa

from dashboard.casebook.store import Casebook
from dashboard.data.filters import Filters
from dashboard.data.layers import sql
from dashboard.data.live import live
from dashboard.data.queries import parameters
from dashboard.data.store import Loaded, in_memory

STAGES = ("pushed", "accepted", "checked", "confirmed", "rectified", "rechecked", "fixed")
# How a clue stands that reached a stage and not the next; only the first two are still under way.
RESTS = ("open", "suspended", "returned", "denied", "dismissed", "merged", "relapsed", "closed")
STATES = (
    "IDENTIFIED", "SCREENED", "DISCARDED", "MERGED", "PUSHED", "ACCEPTED", "RETURNED", "CHECKING", "CONFIRMED",
    "NOT_CONFIRMED", "RECTIFYING", "RECHECK", "E_SUPERVISED", "LISTED_SUPERVISED", "CLOSED", "RELAPSED", "SUSPENDED",
)  # fmt: skip
# Made of clues and their steps; the rest are lists of the snapshot.
MADE = ("loop_clues", "loop_orders")
NOBODY_ACTED = {
    "relapse_links": "select null::varchar as clue_id, null::varchar as new_clue limit 0",
    "visits_all": """select e.enterprise_id, k.checked_date, k.mode from checks k
        join enterprises e on e.enterprise_idx = k.enterprise_idx""",
}
# What only the casebook tells: the clue a relapse was noticed by, checks begun since the snapshot.
ACTED = {
    "relapse_links": """select clue_id, arg_max(json_extract_string(payload, '$.new_clue'), sequence) as new_clue
        from events_now where event = 'relapse' and payload is not null group by clue_id""",
    "visits_all": """select n.enterprise_id, e."at"::date as checked_date,
            coalesce(json_extract_string(e.payload, '$.mode'), 'onsite') as mode
        from events_now e join clues_now c on c.clue_id = e.clue_id
        join enterprises n on n.enterprise_idx = c.enterprise_idx
        where e.event = 'start_check' and e.event_id is not null""",
}
VIEWS = (*MADE, *ACTED)
# A snapshot, and number and hash of the newest event of a casebook.
Key = tuple[str, int, str]
# States of a casebook over one snapshot whose rows stay laid out.
KEPT = 16
CLOCK_RUNS = "is_open AND state <> 'SUSPENDED' AND due_at IS NOT NULL"
# What may be opened beside the stages.
COHORTS = {
    "open": "is_open",
    "overdue": f"{CLOCK_RUNS} AND due_at < clock",
    "due24": f"{CLOCK_RUNS} AND due_at >= clock AND due_at < clock + INTERVAL 24 HOUR",
    "stopped": "state = 'SUSPENDED'",
    "unclocked": "is_open AND state <> 'SUSPENDED' AND due_at IS NULL",
    "relapsed": "n_relapses > 0",
    "young": "is_fixed AND last_passed_at > clock - INTERVAL 30 DAY",
    "ordered": "n_orders > 0",
    "orders": "state = 'E_SUPERVISED'",
    "listed_ever": "n_listings > 0",
    "listed": "state = 'LISTED_SUPERVISED'",
    "investigated": "is_checked AND category = 'cems'",
}
COHORT = re.compile(r"(?P<name>[a-z_0-9]+)(\.(?P<part>[a-zA-Z_]+))?(@(?P<team>\w{1,16}))?")
LISTS = ("places", "place_groups", "rounds", "teams", "rules", "industries", "push_plan", "supervision", "checks")
SCOPE = """among($cities, c.city_idx) and among($counties, c.county_idx) and among($industries, c.industry_idx)
    and in_group($group_code, c.city_idx, c.detected_date)
    and within($west, $south, $east, $north, c.lon_deg, c.lat_deg)
    and among($rounds, c.round_idx) and between_days($from_date, $to_date, c.detected_date)
    and ($pollutant is null or c.pollutant = $pollutant) and among($categories, c.category)
    and ($rules is null or c.rule_idx in (select r.rule_idx from rules r where list_contains($rules, r.rule_id)))
    and among($states, c.state) and among($severities, c.severity)"""


class CohortError(ValueError):
    """A cohort that nobody counts."""


@dataclass(frozen=True)
class Loop:
    """The rows of one state of snapshot and casebook."""

    key: Key
    loaded: Loaded
    casebook: Casebook
    _connection: duckdb.DuckDBPyConnection
    _views: Mapping[str, str]

    @property
    def now(self) -> datetime:
        """The wall time of the house."""
        return self.casebook.clock()

    @property
    def register_now(self) -> datetime:
        """By when clocks are read that only the register set.

        Note    an invented register stands still at its last hour; by today each of its clocks would have run out
        """
        manifest = self.loaded.manifest
        return datetime.fromisoformat(manifest.as_of) if manifest.is_synthetic else self.now

    def cursor(self) -> duckdb.DuckDBPyConnection:
        """A cursor of its own, over `loop_clues` and the lists of the snapshot."""
        cursor = self._connection.cursor()
        for name, text in self._views.items():
            cursor.execute(f"create temp view {name} as {text}")
        return cursor

    def rows(self, text: str, filters: Filters, **named: Any) -> list[dict[str, Any]]:  # noqa: ANN401 - SQL values
        """Rows of the question `text`, in which `scoped` are the clues within `filters`."""
        return list(self.table(text, filters, **named).to_pylist())

    def table(self, text: str, filters: Filters, **named: Any) -> pa.Table:  # noqa: ANN401 - SQL values, tables to join
        """The same, in columns; a table among `named` can be joined by its name."""
        with self.cursor() as db:
            for name, given in named.items():
                if isinstance(given, pa.Table):
                    db.register(name, given)
            values = {name: value for name, value in named.items() if not isinstance(value, pa.Table)}
            clocks = {"now": self.now, "register_now": self.register_now}
            asked = {**parameters(db, "clues", filters), **clocks, **values}
            return db.sql(f"with scoped as ({SCOPED}) {text}", params=asked).to_arrow_table()


# `clock`: the moment by which a clue's clock is read.
SCOPED = f"""select c.*, case when c.version = 0 then $register_now else $now end as clock
    from loop_clues c where {SCOPE}"""
_lock = threading.Lock()


def loop(loaded: Loaded, casebook: Casebook) -> Loop:
    """The loop as it stands now; what it counts is made once for each state of snapshot and casebook."""
    seq, digest = casebook.head()
    key = (loaded.id, seq, digest)
    with _lock:
        connection = loaded.remembered("loop", lambda: _of_snapshot(loaded))
        if not seq:
            return Loop(key, loaded, casebook, connection, {name: f"from base_{name}" for name in VIEWS})
        # They go with the snapshot that they are rows of.
        kept = loaded.remembered("loop.kept", OrderedDict[Key, dict[str, str]])
        if key not in kept:
            kept[key] = _with_casebook(connection, loaded, casebook, _mark(key))
            while len(kept) > KEPT:
                _drop(connection, kept.popitem(last=False)[0])
        return Loop(key, loaded, casebook, connection, kept[key])


def cohort_clause(cohort: str) -> tuple[str, dict[str, Any]]:
    """The condition on `loop_clues` that `cohort` stands for, and its parameters.

    Shape   name[.part][@team]: name is a stage or one of COHORTS; part is, of a stage, one of RESTS ("stays" for all of
            them), else a state
    Raises  CohortError
    """
    found = COHORT.fullmatch(cohort)
    if found is None:
        raise CohortError(cohort)
    name, part, team = found["name"], found["part"], found["team"]
    if name in STAGES:
        clause = _stage_clause(name, part)
    elif name in COHORTS and (part is None or part in STATES):
        clause = COHORTS[name]
    else:
        raise CohortError(cohort)
    named: dict[str, Any] = {}
    if part in STATES:
        clause, named = f"({clause}) AND state = $part", {"part": part}
    elif part in RESTS:
        named = {"part": part}
    if team:
        clause, named = f"({clause}) AND team_code = $team", {**named, "team": team}
    return clause, named


def clues_of(now: Loop, cohort: str, filters: Filters) -> pa.Table:
    """The clues that a number of the page counts: one column, `clue_id`, in order of detection.

    Raises  CohortError for what nobody counts
    """
    clause, named = cohort_clause(cohort)
    return now.table(f"select clue_id from scoped where {clause} order by detected_at, clue_id", filters, **named)


def _stage_clause(stage: str, part: str | None) -> str:
    if part is None:
        return f"is_{stage}"
    onward = STAGES[STAGES.index(stage) + 1 :][:1]
    if not onward or part not in (*RESTS, "stays"):
        raise CohortError(f"{stage}.{part}")
    stays = f"is_{stage} AND NOT is_{onward[0]}"
    return stays if part == "stays" else f"{stays} AND rest = $part"


def _of_snapshot(loaded: Loaded) -> duckdb.DuckDBPyConnection:
    """A database of its own with the loop's tables as if nobody had acted yet."""
    connection = in_memory(loaded.memory_limit)
    connection.execute(sql("macros"))
    with loaded.cursor() as db:
        db.execute("create temp view clues_now as select *, 0 as version from clues")
        db.execute("create temp view events_now as from clue_events")
        asked = {f"base_{name}": sql(name) for name in MADE} | {
            f"base_{name}": text for name, text in NOBODY_ACTED.items()
        }
        for name, text in ({name: f"from {name}" for name in LISTS} | asked).items():
            _lay(connection, name, db.sql(text).to_arrow_table())
    return connection


def _with_casebook(
    connection: duckdb.DuckDBPyConnection, loaded: Loaded, casebook: Casebook, mark: str
) -> dict[str, str]:
    """What each table reads like with the clues that people acted on as the casebook has them; only theirs are made."""
    with live(loaded, casebook) as db, connection.cursor() as laid:
        db.execute("create temp table touched as select clue_id from clues_now where version > 0")
        db.execute("create temp view clues_touched as select * from clues_now semi join touched using (clue_id)")
        db.execute("create temp view events_touched as select * from events_now semi join touched using (clue_id)")
        asked = {"touched": "from touched"} | {name: _of_touched(sql(name)) for name in MADE} | ACTED
        for name, text in asked.items():
            _lay(laid, f"{name}_{mark}", db.sql(text).to_arrow_table())
    old = "from base_{0} anti join touched_{1} using (clue_id) union all by name from {0}_{1}"
    told = {name: f"from {name}_{mark}" for name in ACTED}
    told["visits_all"] = f"from base_visits_all union all by name {told['visits_all']}"
    return {name: old.format(name, mark) for name in MADE} | told


def _mark(key: Key) -> str:
    return f"{key[1]}_{key[2][:16]}"


def _drop(connection: duckdb.DuckDBPyConnection, key: Key) -> None:
    """Free what was made for a state of the casebook that nobody asks for any more."""
    with connection.cursor() as db:
        for name in ("touched", *VIEWS):
            db.execute(f"drop table if exists {name}_{_mark(key)}")


def _lay(connection: duckdb.DuckDBPyConnection, name: str, table: pa.Table) -> None:
    connection.register("given", table)
    connection.execute(f"create or replace table {name} as from given")
    connection.unregister("given")


def _of_touched(text: str) -> str:
    return text.replace("clues_now", "clues_touched").replace("events_now", "events_touched")
