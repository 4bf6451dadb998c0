"""How often programs may ask, at whatever address: a bucket each, filled evenly, within one process."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable

REMEMBERED = 10_000


class Limits:
    """Buckets by name; each holds `per_minute` requests when it is full."""

    def __init__(self, per_minute: int, clock: Callable[[], float]) -> None:
        """`clock` counts seconds and never goes back."""
        self._size = per_minute
        self._clock = clock
        self._lock = threading.Lock()
        self._buckets: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def take(self, name: str) -> float:
        """0 if `name` may ask now; otherwise for how many seconds it has to wait."""
        now = self._clock()
        with self._lock:
            left, since = self._buckets.pop(name, (float(self._size), now))
            left = min(float(self._size), left + (now - since) * self._size / 60)
            is_allowed = left >= 1
            self._buckets[name] = (left - 1 if is_allowed else left, now)
            while len(self._buckets) > REMEMBERED:
                self._buckets.popitem(last=False)
        return 0.0 if is_allowed else (1 - left) * 60 / self._size
