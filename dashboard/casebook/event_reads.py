"""How events are asked of the database: whole lives, of all clues or of one."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import sqlalchemy as sa

from dashboard.casebook import rows
from dashboard.casebook.records import Event
from dashboard.casebook.tables import EVENTS


def lives_asked(since_seq: int, as_of: datetime | None) -> sa.Select[Any]:
    """All events of the clues that had one after `since_seq`, up to `as_of`, in the order of the chain."""
    asked = sa.select(EVENTS).order_by(EVENTS.c.seq)
    if since_seq:
        touched = sa.select(EVENTS.c.clue_id).where(EVENTS.c.seq > since_seq)
        asked = asked.where(EVENTS.c.clue_id.in_(touched))
    return asked if as_of is None else asked.where(EVENTS.c.at <= as_of)


def events_of(db: sa.Connection, clue_id: str) -> list[Event]:
    """The events of one clue in their order."""
    found = db.execute(sa.select(EVENTS).where(EVENTS.c.clue_id == clue_id).order_by(EVENTS.c.version)).mappings()
    return [rows.read_event(row) for row in found]
