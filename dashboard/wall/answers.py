"""Answers that many screens share: whoever asks first has it made, the others wait for it."""

from __future__ import annotations

import gzip
import hashlib
import json
import threading
from collections import OrderedDict, defaultdict
from collections.abc import Callable, Hashable
from dataclasses import dataclass
from typing import Any

from dashboard.data.store import KEPT_OPEN, Loaded

# Of one snapshot.
KEPT = 200


@dataclass(frozen=True)
class Answer:
    """A packed body and the mark of what it says."""

    packed: bytes
    etag: str


class Answers:
    """The answers made last: those of the newest snapshots, of each so many."""

    def __init__(self) -> None:
        """Begin with none."""
        self._kept: dict[str, OrderedDict[Hashable, Answer]] = {}
        self._lock = threading.Lock()
        self._turns: defaultdict[str, threading.Lock] = defaultdict(threading.Lock)

    def json(self, turn: str, loaded: Loaded, key: Hashable, make: Callable[[], dict[str, Any]]) -> Answer:
        """What `make` tells, as JSON; see `get`."""
        return self.get(turn, loaded, key, lambda: json.dumps(make(), ensure_ascii=False, default=str).encode())

    def get(self, turn: str, loaded: Loaded, key: Hashable, make: Callable[[], bytes]) -> Answer:
        """The answer kept under `key` of `loaded`; made once, however many ask at once, one after the other by `turn`.

        Note    columns take megabytes: they go when their snapshot is let go
        """
        snapshot, own = loaded.whole.id, (loaded.id, key)
        found = self._find(snapshot, own)
        if found is not None:
            return found
        with self._lock:
            its_turn = self._turns[turn]
        with its_turn:
            return self._find(snapshot, own) or self._keep(snapshot, own, make())

    def __len__(self) -> int:
        """How many are kept."""
        with self._lock:
            return sum(map(len, self._kept.values()))

    def _find(self, snapshot: str, key: Hashable) -> Answer | None:
        with self._lock:
            kept = self._kept.get(snapshot)
            if kept is None or key not in kept:
                return None
            kept.move_to_end(key)
            return kept[key]

    def _keep(self, snapshot: str, key: Hashable, body: bytes) -> Answer:
        made = Answer(gzip.compress(body, 5, mtime=0), hashlib.sha256(body).hexdigest()[:20])
        with self._lock:
            kept = self._kept.setdefault(snapshot, OrderedDict())
            kept[key] = made
            while len(kept) > KEPT:
                kept.popitem(last=False)
            while len(self._kept) > KEPT_OPEN:
                del self._kept[next(iter(self._kept))]
        return made
