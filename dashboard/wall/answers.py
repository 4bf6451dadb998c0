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

KEPT = 200


@dataclass(frozen=True)
class Answer:
    """A packed body and the mark of what it says."""

    packed: bytes
    etag: str


class Answers:
    """The answers made last, by key."""

    def __init__(self) -> None:
        """Begin with none."""
        self._kept: OrderedDict[Hashable, Answer] = OrderedDict()
        self._lock = threading.Lock()
        self._turns: defaultdict[str, threading.Lock] = defaultdict(threading.Lock)

    def json(self, turn: str, key: Hashable, make: Callable[[], dict[str, Any]]) -> Answer:
        """What `make` tells, as JSON; see `get`."""
        return self.get(turn, key, lambda: json.dumps(make(), ensure_ascii=False, default=str).encode())

    def get(self, turn: str, key: Hashable, make: Callable[[], bytes]) -> Answer:
        """The answer kept under `key`; made once, however many ask at the same time, one after the other by `turn`."""
        found = self._find(key)
        if found is not None:
            return found
        with self._lock:
            own = self._turns[turn]
        with own:
            return self._find(key) or self._keep(key, make())

    def _find(self, key: Hashable) -> Answer | None:
        with self._lock:
            if key in self._kept:
                self._kept.move_to_end(key)
            return self._kept.get(key)

    def _keep(self, key: Hashable, body: bytes) -> Answer:
        made = Answer(gzip.compress(body, 5, mtime=0), hashlib.sha256(body).hexdigest()[:20])
        with self._lock:
            self._kept[key] = made
            while len(self._kept) > KEPT:
                self._kept.popitem(last=False)
        return made
