"""A loop over the small campaign, and a casebook to act in whose clock stands at the campaign's last hour."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from dashboard.casebook.records import Actor, Event
from dashboard.casebook.states import ROLES
from dashboard.casebook.store import Casebook
from dashboard.data.clue_case import case_of
from dashboard.data.live import live
from dashboard.data.loop import Loop, loop
from dashboard.data.store import Loaded
from dashboard.data.worklist import standing
from dashboard.database import open_database, upgrade

ALL = Actor("all", frozenset(ROLES))
PUSH = {"receiver": "T01", "round_code": "2023-R08", "package_hash": "x", "due_on": "2023-07-01"}


def casebook_at(folder: Path, at: datetime) -> Casebook:
    engine = open_database(f"sqlite:///{folder / 'casebook.db'}")
    upgrade(engine)
    return Casebook(engine, lambda: at)


def loop_of(loaded: Loaded, casebook: Casebook) -> Loop:
    return loop(loaded, casebook)


def act(now: Loop, clue_id: str, event: str, payload: Mapping[str, Any], version: int = 0) -> Event:
    """A step by somebody who may do everything."""
    with live(now.loaded, now.casebook) as db:
        clue = standing(db, clue_id, (now.now, now.register_now))
    assert clue is not None
    if clue["origin"] == "snapshot":
        now.casebook.open_case(case_of(now.loaded.cursor(), now.loaded, clue))
    return now.casebook.act(ALL, clue_id, event, payload=payload, expected_version=version)
