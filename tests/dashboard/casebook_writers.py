"""Fifty processes that write into one casebook until they are killed; each notes what it was told is written.

Run as  python casebook_writers.py DATABASE FOLDER WRITERS
"""

from __future__ import annotations

import itertools
import os
import sys
from dataclasses import replace
from pathlib import Path

from casebook_builders import CASE, TO_CLOSED, acting, record

from dashboard.casebook.calendar import wall_clock
from dashboard.casebook.errors import Conflict, UnknownCase
from dashboard.casebook.store import Casebook
from dashboard.database import open_database


def write(url: str, folder: Path, number: int) -> None:
    """Two writers a clue, so that they meet; another clue when one is closed."""
    casebook = Casebook(open_database(url), wall_clock)
    with (folder / f"{number}.told").open("ab", buffering=0) as told:
        for round_of in itertools.count():
            clue_id = f"clue-{number // 2}-{round_of}"
            casebook.open_case(replace(CASE, clue_id=clue_id))
            for event in TO_CLOSED:
                standing = casebook.case(clue_id)
                try:
                    payload, files = record(event, standing, wall_clock())
                    done = casebook.act(
                        acting(event, standing.state) if event != "pass" else acting("pass", "RECHECK"),
                        clue_id, event, payload=payload, expected_version=standing.version, attachments=files,
                    )  # fmt: skip
                except (Conflict, UnknownCase, AttributeError):
                    # The other was here first, or has already taken the clue further.
                    break
                told.write(f"{done.seq} {done.event_id} {done.hash}\n".encode())


if __name__ == "__main__":
    for number in range(int(sys.argv[3])):
        if os.fork() == 0:
            write(sys.argv[1], Path(sys.argv[2]), number)
    os.wait()
