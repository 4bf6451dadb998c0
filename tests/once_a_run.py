"""What is dear to make is made once a run of the tests, by whichever process asks first; all others wait and read."""

from __future__ import annotations

import atexit
import fcntl
import os
import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path

SHARED = "LOOKOUT_TEST_RUN"


def share_a_folder() -> None:
    """A folder for this run, inherited by the processes it starts, removed by the one that made it."""
    if SHARED not in os.environ:
        os.environ[SHARED] = tempfile.mkdtemp(prefix="lookout-run-")
        atexit.register(shutil.rmtree, os.environ[SHARED], ignore_errors=True)


def once_a_run(name: str, make: Callable[[Path], object]) -> Path:
    """The folder `name`, as `make` has filled it; for reading only."""
    folder = Path(os.environ[SHARED]) / name
    with folder.with_suffix(".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not folder.exists():
            making = folder.with_suffix(".making")
            shutil.rmtree(making, ignore_errors=True)
            making.mkdir()
            make(making)
            making.rename(folder)
    return folder
