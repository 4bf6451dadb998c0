"""Open snapshots: the newest for new pages, the last ones for pages that are still open on them."""

from __future__ import annotations

import gc
import logging
import threading
from collections import OrderedDict
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

import duckdb

from dashboard.data import dossier_tables
from dashboard.data.layers import sql
from dashboard.data.scope import NATION, Scope
from dashboard.data.scope_tables import narrowed
from fusion.snapshot import Manifest, Snapshot, SnapshotError, current_id, open_current, open_named

log = logging.getLogger(__name__)
KEPT_OPEN = 2
# Parts of one snapshot that are kept, and how many rows they may have together, as multiples of the whole.
SCOPES_KEPT = 16
SCOPES_ROWS = 2
SCOPE_MARK = "~"
Made = TypeVar("Made")


def in_memory(memory_limit: str) -> duckdb.DuckDBPyConnection:
    """An empty database in memory; it waits for no file, so it gets no threads that would."""
    return duckdb.connect(":memory:", config={"memory_limit": memory_limit, "async_threads": 0})


class Loaded:
    """One snapshot, its tables in memory, ready for questions from several threads."""

    scope: Scope = NATION

    def __init__(self, snapshot: Snapshot, memory_limit: str) -> None:
        """Read every table of `snapshot`.

        Raises  SnapshotError for a table that is not what was published
        """
        self.snapshot = snapshot
        self.memory_limit = memory_limit
        self._connection = in_memory(memory_limit)
        for name in snapshot.manifest.tables:
            if name in dossier_tables.TABLES:
                continue
            source = str(snapshot.table(name)).replace("'", "''")
            try:
                self._connection.execute(f"create table \"{name}\" as from read_parquet('{source}')")
            except duckdb.Error as error:
                raise SnapshotError(f"snapshot {snapshot.id}: {name}.parquet can't be read", "rebuild") from error
        dossier_tables.view_whole(self._connection, snapshot)
        self._connection.execute(sql("macros"))
        self._answers: dict[str, object] = {}
        self._scopes = Scopes(self)

    @property
    def id(self) -> str:
        """The snapshot's id, the beginning of every data address and cache key."""
        return self.snapshot.id

    @property
    def manifest(self) -> Manifest:
        """What the snapshot says of itself."""
        return self.snapshot.manifest

    def cursor(self) -> duckdb.DuckDBPyConnection:
        """A cursor of its own for each call: connections are not safe to share between threads."""
        return self._connection.cursor()

    def remembered(self, name: str, make: Callable[[], Made]) -> Made:
        """What `make` made when `name` was first asked for; kept as long as this is."""
        if name not in self._answers:
            self._answers[name] = make()
        return self._answers[name]  # type: ignore[return-value]  # one name, one type

    @property
    def whole(self) -> Loaded:
        """The snapshot that this is all or a part of: for what is put on record, never for what is shown."""
        return self

    def scoped(self, scope: Scope) -> Loaded:
        """The part of this snapshot that `scope` shows: the same, smaller, with numbers of its own.

        Note    the whole nation unmasked is this very object; other parts are made once and kept while there is room
        """
        return self if scope == self.scope else self._scopes.part(scope)

    def reaches(self, city_adcode: str, county_adcode: str | None, round_code: str | None) -> bool:
        """Whether something that lies there is within what this shows."""
        return True


class Narrowed(Loaded):
    """A part of a snapshot. Its tables lie in an engine of their own: what is outside is not there to be asked for."""

    def __init__(self, whole: Loaded, scope: Scope) -> None:
        """Copy from `whole` what `scope` shows."""
        self.scope = scope
        self.memory_limit = whole.memory_limit
        self._whole = whole
        self._id = f"{whole.id}{SCOPE_MARK}{scope.key}"
        self._answers = {}
        self._connection = in_memory(self.memory_limit)
        source = whole.cursor()
        rows = {}
        for name, table in narrowed(source, scope, whole.manifest.as_of[:10]):
            self._connection.register("narrowed_table", table)
            self._connection.execute(f'create table "{name}" as from narrowed_table')
            self._connection.unregister("narrowed_table")
            rows[name] = table.num_rows
        self._connection.execute(sql("macros"))
        dossier_tables.view_part(self._connection, source, whole.snapshot, scope)
        self.rows = sum(rows.values())
        self._manifest = _narrowed_manifest(whole.manifest, rows)
        self._places = {code for (code,) in source.execute(REACHED_PLACES).fetchall()}
        self._rounds = {code for (code,) in source.execute("select round_code from scope_rounds").fetchall()}
        source.close()

    @property
    def id(self) -> str:
        """The snapshot's id and the key of the part."""
        return self._id

    @property
    def manifest(self) -> Manifest:
        """What the snapshot says of itself, without what files and sources said."""
        return self._manifest

    @property
    def whole(self) -> Loaded:
        """The snapshot that this is a part of."""
        return self._whole

    def scoped(self, scope: Scope) -> Loaded:
        """This part itself; no other can be had out of it.

        Raises  ValueError for another scope
        """
        if scope != self.scope:
            raise ValueError("a part of a snapshot holds no other part")
        return self

    def reaches(self, city_adcode: str, county_adcode: str | None, round_code: str | None) -> bool:
        """Whether something that lies there is within what this shows."""
        is_here = self.scope.regions is None or city_adcode in self._places or county_adcode in self._places
        return is_here and (self.scope.rounds is None or round_code in self._rounds)


REACHED_PLACES = """select adcode from places where level = 1 and place_idx in (select city_idx from scope_cities)
union select adcode from places where level = 2 and place_idx in (select county_idx from scope_counties)"""


class Scopes:
    """The parts of one snapshot that were asked for last."""

    def __init__(self, whole: Loaded) -> None:
        """Nothing is made before it is asked for."""
        self._whole = whole
        self._kept: OrderedDict[Scope, Narrowed] = OrderedDict()
        self._lock = threading.Lock()
        self._making = threading.Lock()

    def part(self, scope: Scope) -> Narrowed:
        """The part `scope` shows, made if it is not kept."""
        found = self._found(scope)
        if found is not None:
            return found
        with self._making:
            made = self._found(scope) or Narrowed(self._whole, scope)
        with self._lock:
            self._kept[scope] = made
            room = SCOPES_ROWS * sum(table.rows for table in self._whole.manifest.tables.values())
            while len(self._kept) > 1 and (
                len(self._kept) > SCOPES_KEPT or sum(part.rows for part in self._kept.values()) > room
            ):
                self._kept.popitem(last=False)
        log.info("event=scope_made id=%s rows=%s", made.id, made.rows)
        return made

    def _found(self, scope: Scope) -> Narrowed | None:
        with self._lock:
            if scope in self._kept:
                self._kept.move_to_end(scope)
            return self._kept.get(scope)


def _narrowed_manifest(manifest: Manifest, rows: dict[str, int]) -> Manifest:
    """`manifest` with the part's own counts and without words that came out of files."""
    tables = {
        name: entry.model_copy(update={"rows": rows[name], "bytes": 0, "sha256": ""})
        for name, entry in manifest.tables.items()
        if name in rows
    }
    silent: dict[str, object] = {
        "files": [],
        "error": None,
        "rejected": {},
        "duplicates": {},
        "read": 0,
        "accepted": 0,
        "tables": {},
    }
    sources = [source.model_copy(update=silent) for source in manifest.sources]
    states = {name: state.model_copy(update={"error": None}) for name, state in manifest.states.items()}
    return manifest.model_copy(update={"tables": tables, "sources": sources, "states": states, "left_out": {}})


class Store:
    """Snapshots by id; follows CURRENT when it moves."""

    def __init__(self, root: Path, memory_limit: str) -> None:
        """Remember where snapshots lie; nothing is opened before the first question."""
        self._root = root
        self._memory_limit = memory_limit
        self._open: OrderedDict[str, Loaded] = OrderedDict()
        self._lock = threading.Lock()
        self._loading = threading.Lock()
        self._published: Loaded | None = None

    def current(self) -> Loaded:
        """The published snapshot.

        While a newer one is being read, and when it can't be, the last good one answers.

        Raises  SnapshotError where there is none at all
        """
        try:
            wanted = current_id(self._root)
            with self._lock:
                if wanted in self._open:
                    self._published = self._open[wanted]
                    return self._published
            if not self._loading.acquire(blocking=self._published is None) and self._published:
                return self._published
            try:
                self._published = self._opened(wanted, lambda: open_current(self._root))
            finally:
                self._loading.release()
        except SnapshotError:
            if self._published is None:
                raise
            log.exception("event=snapshot_refused kept=%s", self._published.id)
        return self._published

    def named(self, snapshot_id: str) -> Loaded:
        """The snapshot `snapshot_id`, if it still lies there.

        Raises  SnapshotError
        """
        with self._loading:
            return self._opened(snapshot_id, lambda: open_named(self._root, snapshot_id))

    def _opened(self, snapshot_id: str, found: Callable[[], Snapshot]) -> Loaded:
        with self._lock:
            if snapshot_id in self._open:
                return self._open[snapshot_id]
        loaded = Loaded(found(), self._memory_limit)
        with self._lock:
            self._open[loaded.id] = loaded
            is_full = len(self._open) > KEPT_OPEN
            while len(self._open) > KEPT_OPEN:
                self._open.popitem(last=False)
        if is_full:
            # A snapshot and its parts hold each other: what they fill would wait for a full collection, hours long.
            gc.collect()
        log.info("event=snapshot_opened id=%s", loaded.id)
        return loaded
