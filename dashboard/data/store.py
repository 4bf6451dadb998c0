"""Open snapshots: the newest for new pages, the last ones for pages that are still open on them."""

from __future__ import annotations

import logging
import threading
from collections import OrderedDict
from collections.abc import Callable
from pathlib import Path

import duckdb

from dashboard.data.layers import sql
from fusion.snapshot import Manifest, Snapshot, SnapshotError, current_id, open_current, open_named

log = logging.getLogger(__name__)
KEPT_OPEN = 2


class Loaded:
    """One snapshot, its tables in memory, ready for questions from several threads."""

    def __init__(self, snapshot: Snapshot, memory_limit: str) -> None:
        """Read every table of `snapshot`.

        Raises  SnapshotError for a table that is not what was published
        """
        self.snapshot = snapshot
        self._connection = duckdb.connect(":memory:", config={"memory_limit": memory_limit})
        for name in snapshot.manifest.tables:
            source = str(snapshot.table(name)).replace("'", "''")
            try:
                self._connection.execute(f"create table \"{name}\" as from read_parquet('{source}')")
            except duckdb.Error as error:
                raise SnapshotError(f"snapshot {snapshot.id}: {name}.parquet can't be read", "rebuild") from error
        self._connection.execute(sql("macros"))

    @property
    def id(self) -> str:
        """The snapshot's id, the beginning of every data address."""
        return self.snapshot.id

    @property
    def manifest(self) -> Manifest:
        """What the snapshot says of itself."""
        return self.snapshot.manifest

    def cursor(self) -> duckdb.DuckDBPyConnection:
        """A cursor of its own for each call: connections are not safe to share between threads."""
        return self._connection.cursor()


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
            while len(self._open) > KEPT_OPEN:
                self._open.popitem(last=False)
        log.info("event=snapshot_opened id=%s", loaded.id)
        return loaded
