"""Builds killed with SIGKILL, one after the other in the same folder: `python killed_builds.py ROOT PART OF`.

Of all moments every OF-th from PART on.
Each build is a process of its own, forked from here, that kills itself at one moment: at the begin of a stage, or where
it calls one of MOMENTS. After each a line of JSON tells what CURRENT says and how the process ended.
"""

from __future__ import annotations

import json
import os
import signal
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path

import fusion_builders as make
import pytest
from conftest import put_in_place

from fusion import kept, pipeline, publish
from fusion.config import Config, LookoutConfig, SourceConfig
from fusion.snapshot import current_id

CONFIG = Config(lookout=LookoutConfig(as_of=make.NOON), source=(SourceConfig(name="campaign"),))
MOMENTS = {
    "the first table is written": (publish, "_write_table"),
    "the snapshot is checked": (publish, "verify"),
    "the snapshot is renamed": (publish, "_sync_folder"),
    "CURRENT is to be moved": (publish, "make_current"),
    "CURRENT is written beside": (os, "replace"),  # all answers are kept, so it is the first to be replaced
}


def die(*_: object) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def half_written(self: Path, content: bytes) -> int:
    """Half of a file, then death."""
    with self.open("wb") as file:
        file.write(content[: len(content) // 2])
    die()
    return 0


def build(root: Path, at_stage: str = "") -> list[str]:
    """One build; the names of its stages."""
    stages: list[str] = []

    def told(what: str, *_: int) -> None:
        stages.append(what)
        if what == at_stage:
            die()

    pipeline.build(CONFIG, root, told, make.NOW)
    return stages


def killed(root: Path, moment: str, run: Callable[[], object]) -> None:
    """Run in a process of its own and tell how it ended."""
    child = os.fork()
    if not child:
        run()
        os._exit(0)
    _, status = os.waitpid(child, 0)
    beside = sorted(path.name for path in root.glob(".building-*"))
    told = {"moment": moment, "current": current_id(root), "signal": os.WTERMSIG(status), "beside": beside}
    sys.stdout.write(json.dumps(told) + "\n")
    sys.stdout.flush()


def killed_while_keeping(root: Path, module: object, name: str, does: Callable[..., object] = die) -> None:
    """Nothing is kept from before, so that the build has something to keep."""
    for path in (root / kept.FOLDER).iterdir():
        path.unlink()
    killed_where_called(root, module, name, does)


def killed_where_called(root: Path, module: object, name: str, does: Callable[..., object] = die) -> None:
    """A build that dies where it first calls a function."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, name, does)
        build(root)


def main(root: Path, part: int, of: int) -> None:
    """All builds: the first one lives, the others die."""
    with pytest.MonkeyPatch.context() as patch:
        put_in_place(patch)
        runs = {f"stage {stage}": partial(build, root, stage) for stage in build(root)}
        runs["half a kept answer"] = partial(killed_while_keeping, root, Path, "write_bytes", half_written)
        runs["a kept answer beside its name"] = partial(killed_while_keeping, root, os, "replace")
        runs |= {moment: partial(killed_where_called, root, *where) for moment, where in MOMENTS.items()}
        for moment in list(runs)[part::of]:
            killed(root, moment, runs[moment])


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]))
