"""One build at a time into a folder of snapshots: a second one is refused, and told who builds."""

from __future__ import annotations

import fcntl
import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from fusion.errors import FusionError

LOCK = ".lock"


@contextmanager
def only_builder(root: Path) -> Iterator[None]:
    """The folder for one build; the system lets go of it when its process ends, however it ends.

    Raises  FusionError naming the process that builds
    """
    root.mkdir(parents=True, exist_ok=True)
    with (root / LOCK).open("a+", encoding="utf-8") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            lock.seek(0)
            raise FusionError(
                f"{root}: another build is at work here ({lock.read().strip() or 'it has just begun'})",
                "nothing was changed; build again when it is done",
            ) from None
        lock.truncate(0)
        lock.write(f"process {os.getpid()} on {socket.gethostname()} since {datetime.now(UTC):%Y-%m-%d %H:%M:%S} UTC\n")
        lock.flush()
        yield
