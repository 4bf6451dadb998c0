"""What became of scheduled briefings: one row for each run, time and reader. A row is made by one process at a time."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from dashboard.database import metadata, writing

MAKING, MADE, FAILED = "making", "made", "failed"
LEASE = timedelta(minutes=15)
MOST_ATTEMPTS = 5
FIRST_WAIT = timedelta(minutes=5)

RUNS = sa.Table(
    "briefing_runs",
    metadata,
    sa.Column("run", sa.String(40), primary_key=True),
    sa.Column("due_at", sa.DateTime, primary_key=True),
    sa.Column("reader", sa.String(100), primary_key=True),
    sa.Column("state", sa.String(8), nullable=False),
    sa.Column("attempts", sa.Integer, nullable=False),
    sa.Column("tried_at", sa.DateTime, nullable=False),
    sa.Column("next_at", sa.DateTime, nullable=False),
    sa.Column("snapshot_id", sa.Text),
    sa.Column("files", sa.Text),
    sa.Column("error", sa.Text),
)


@dataclass(frozen=True)
class Turn:
    """One try at one briefing, for this process alone."""

    run: str
    due_at: datetime
    reader: str
    attempts: int


class Runs:
    """The rows of one database."""

    def __init__(self, engine: sa.Engine) -> None:
        """Over the tables that `dashboard.database.upgrade` made."""
        self._engine = engine

    def claim(self, run: str, due_at: datetime, reader: str, now: datetime) -> Turn | None:
        """The right to make it now; None where it was made, is being made, waits, or was given up."""
        here = self._here(run, due_at, reader)
        with writing(self._engine) as db:
            row = db.execute(sa.select(RUNS.c.state, RUNS.c.attempts, RUNS.c.next_at).where(here)).mappings().first()
            if row is None:
                values = {"run": run, "due_at": due_at, "reader": reader, "state": MAKING, "attempts": 1,
                          "tried_at": now, "next_at": now + LEASE}  # fmt: skip
                db.execute(RUNS.insert(), [values])
                return Turn(run, due_at, reader, 1)
            if row["state"] == MADE or row["next_at"] > now or row["attempts"] >= MOST_ATTEMPTS:
                return None
            attempts = int(row["attempts"]) + 1
            anew = {"state": MAKING, "attempts": attempts, "tried_at": now, "next_at": now + LEASE}
            # The condition once more: on PostgreSQL another may have taken the row since it was looked at.
            taken = db.execute(RUNS.update().where(here, RUNS.c.attempts == row["attempts"]).values(**anew)).rowcount
            return Turn(run, due_at, reader, attempts) if taken else None

    def made(self, turn: Turn, snapshot_id: str, files: Sequence[str]) -> None:
        """It is there."""
        self._settle(turn, state=MADE, snapshot_id=snapshot_id, files=json.dumps(list(files)), error=None)

    def failed(self, turn: Turn, error: str, now: datetime) -> None:
        """It is not there: tried again after 5 minutes, doubled each time, `MOST_ATTEMPTS` times in all."""
        wait = FIRST_WAIT * 2 ** (turn.attempts - 1)
        self._settle(turn, state=FAILED, error=error[:2000], next_at=now + wait)

    def rows(self, limit: int = 200) -> list[dict[str, Any]]:
        """Rows as they stand, the newest first."""
        with self._engine.connect() as db:
            asked = sa.select(RUNS).order_by(RUNS.c.due_at.desc(), RUNS.c.run, RUNS.c.reader).limit(limit)
            return [dict(row) for row in db.execute(asked).mappings()]

    def _settle(self, turn: Turn, **values: object) -> None:
        mine = sa.and_(self._here(turn.run, turn.due_at, turn.reader), RUNS.c.attempts == turn.attempts)
        with writing(self._engine) as db:
            db.execute(RUNS.update().where(mine).values(**values))

    def _here(self, run: str, due_at: datetime, reader: str) -> sa.ColumnElement[bool]:
        return sa.and_(RUNS.c.run == run, RUNS.c.due_at == due_at, RUNS.c.reader == reader)
