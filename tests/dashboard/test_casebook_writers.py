"""Fifty processes write and are killed in the middle: what was acknowledged is there, and the chain is whole."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from dashboard.casebook.store import open_casebook

pytestmark = pytest.mark.enable_socket
WRITERS = 50
TOLD_BEFORE_DEATH = 150
HERE = Path(__file__).parent
REPOSITORY = HERE.parents[1]


def told(folder):
    """What the writers were told is written; a line that death cut short was not told."""
    lines = [line for file in folder.glob("*.told") for line in file.read_bytes().split(b"\n")[:-1]]
    return [tuple(line.decode().split()) for line in lines]


def test_no_acknowledged_event_is_lost_when_all_writers_are_killed(database, tmp_path):
    casebook = open_casebook(database)
    folder = tmp_path / "told"
    folder.mkdir()
    command = [sys.executable, str(HERE / "casebook_writers.py"), database, str(folder), str(WRITERS)]
    paths = os.pathsep.join((str(REPOSITORY), str(HERE)))
    writers = subprocess.Popen(command, env={**os.environ, "PYTHONPATH": paths}, start_new_session=True)
    try:
        until = time.monotonic() + 120
        while len(told(folder)) < TOLD_BEFORE_DEATH and writers.poll() is None and time.monotonic() < until:
            time.sleep(0.05)
    finally:
        os.killpg(writers.pid, signal.SIGKILL)
        writers.wait()
    acknowledged = told(folder)
    assert len(acknowledged) >= TOLD_BEFORE_DEATH
    assert len({line for line in folder.glob("*.told")}) == WRITERS

    report = casebook.verify()
    assert report.faults == ()
    kept = {(str(e.seq), e.event_id, e.hash) for life in casebook.lives().values() for e in life}
    assert set(acknowledged) <= kept
    assert casebook.seq() == report.n_events == len(kept)
    # Nobody's lock outlived him.
    (clue_id, *_) = casebook.lives()
    casebook.rebuild()
    assert casebook.case(clue_id).last_seq <= casebook.seq()
