"""What is still to be delivered. A row is tried by one deliverer at a time, until it was taken or given up."""

from __future__ import annotations

import json
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from dashboard.database import metadata, writing

WAITING, SENT, DEAD = "waiting", "sent", "dead"
MINUTE = timedelta(minutes=1)

TARGETS = sa.Table(
    "outgoing_targets",
    metadata,
    sa.Column("target", sa.String(40), primary_key=True),
    sa.Column("seq", sa.BigInteger, nullable=False),
    sa.Column("known_since", sa.DateTime, nullable=False),
)
OUTBOX = sa.Table(
    "outbox",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("target", sa.String(40), nullable=False),
    sa.Column("event_id", sa.String(32), nullable=False),
    sa.Column("seq", sa.BigInteger, nullable=False),
    sa.Column("message", sa.Text, nullable=False),
    sa.Column("state", sa.String(8), nullable=False),
    sa.Column("attempts", sa.Integer, nullable=False),
    sa.Column("made_at", sa.DateTime, nullable=False),
    sa.Column("next_at", sa.DateTime, nullable=False),
    sa.Column("tried_at", sa.DateTime),
    sa.Column("claim", sa.String(32)),
    sa.Column("claimed_until", sa.DateTime),
    sa.Column("error", sa.Text),
    sa.UniqueConstraint("target", "event_id"),
    sa.Index("ix_outbox_state_next_at", "state", "next_at"),
)


@dataclass(frozen=True)
class Letter:
    """One row that this deliverer, and no other, may try now. `attempts` counts this try too."""

    id: int
    target: str
    event_id: str
    seq: int
    attempts: int
    message: Mapping[str, Any]
    claim: str


class Outbox:
    """The rows of one database."""

    def __init__(self, engine: sa.Engine) -> None:
        """Over the tables that `dashboard.database.upgrade` made."""
        self._engine = engine

    def followed(self, target: str, newest_seq: int, now: datetime) -> int:
        """Up to which event `target` was considered; one that is new begins with what comes from now on."""
        asked = sa.select(TARGETS.c.seq).where(TARGETS.c.target == target)
        with self._engine.connect() as connection:
            seq = connection.execute(asked).scalar()
        if seq is not None:
            return int(seq)
        with writing(self._engine) as connection:
            if connection.execute(asked).scalar() is None:
                row = {"target": target, "seq": newest_seq, "known_since": now}
                connection.execute(TARGETS.insert(), [row])
        return newest_seq

    def follows(self, target: str) -> bool:
        """Whether `target` is known: what happens from now on is kept for it."""
        with self._engine.connect() as connection:
            return connection.execute(sa.select(TARGETS.c.seq).where(TARGETS.c.target == target)).first() is not None

    def put(self, target: str, since: int, until: int, messages: Sequence[Mapping[str, Any]], now: datetime) -> bool:
        """Keep `messages` of the events after `since` up to `until`, all in one transaction.

        Shape   False, and nothing kept, where another follower was faster
        """
        moved = TARGETS.update().where(TARGETS.c.target == target, TARGETS.c.seq == since).values(seq=until)
        rows = [
            {
                "target": target,
                "event_id": message["event_id"],
                "seq": message["seq"],
                "message": json.dumps(message, ensure_ascii=False),
                "state": WAITING,
                "attempts": 0,
                "made_at": now,
                "next_at": now,
            }
            for message in messages
        ]
        with writing(self._engine) as connection:
            if connection.execute(moved).rowcount != 1:
                return False
            if rows:
                connection.execute(OUTBOX.insert(), rows)
        return True

    def add(self, target: str, message: Mapping[str, Any], now: datetime) -> bool:
        """Keep a message that no event of the casebook made; False, and nothing kept, where its id is there."""
        row = {
            "target": target,
            "event_id": message["event_id"],
            "seq": message["seq"],
            "message": json.dumps(message, ensure_ascii=False),
            "state": WAITING,
            "attempts": 0,
            "made_at": now,
            "next_at": now,
        }
        same = sa.and_(OUTBOX.c.target == target, OUTBOX.c.event_id == message["event_id"])
        with writing(self._engine) as connection:
            if connection.execute(sa.select(OUTBOX.c.id).where(same)).first() is not None:
                return False
            connection.execute(OUTBOX.insert(), [row])
        return True

    def claim(self, target: str, now: datetime, lease: timedelta, per_minute: int) -> Letter | None:
        """The next row of `target` that is due, for the caller alone until the lease ends; None where there is none.

        A deliverer that dies leaves its claim behind: after the lease the row is tried again.
        """
        is_due = sa.and_(
            OUTBOX.c.target == target,
            OUTBOX.c.state == WAITING,
            OUTBOX.c.next_at <= now,
            sa.or_(OUTBOX.c.claimed_until.is_(None), OUTBOX.c.claimed_until <= now),
        )
        lately = sa.select(sa.func.count()).where(OUTBOX.c.target == target, OUTBOX.c.tried_at > now - MINUTE)
        claim = uuid.uuid4().hex
        with writing(self._engine) as connection:
            if connection.execute(lately).scalar_one() >= per_minute:
                return None
            first = sa.select(OUTBOX.c.id).where(is_due).order_by(OUTBOX.c.next_at, OUTBOX.c.seq).limit(1)
            found = connection.execute(first).scalar()
            # The condition once more: on PostgreSQL another may have taken the row since it was looked for.
            taken = {
                "claim": claim,
                "claimed_until": now + lease,
                "tried_at": now,
                "attempts": OUTBOX.c.attempts + 1,
            }
            connection.execute(OUTBOX.update().where(OUTBOX.c.id == found, is_due).values(**taken))
            row = connection.execute(sa.select(OUTBOX).where(OUTBOX.c.claim == claim)).mappings().first()
        if row is None:
            return None
        names = ("id", "target", "event_id", "seq", "attempts")
        return Letter(**{name: row[name] for name in names}, message=json.loads(row["message"]), claim=claim)

    def sent(self, letter: Letter) -> None:
        """It was taken."""
        self._settle(letter, state=SENT, error=None)

    def failed(self, letter: Letter, error: str, next_at: datetime | None) -> None:
        """It was not taken: try again at `next_at`, or never again."""
        again = {"next_at": next_at} if next_at else {"state": DEAD}
        self._settle(letter, error=error, **again)

    def retry(self, now: datetime, target: str = "", row_id: int | None = None) -> int:
        """Try what was given up again from the beginning; how many rows that are."""
        which = [OUTBOX.c.state == DEAD]
        if target:
            which.append(OUTBOX.c.target == target)
        if row_id is not None:
            which.append(OUTBOX.c.id == row_id)
        anew = {"state": WAITING, "attempts": 0, "next_at": now, "claim": None, "claimed_until": None}
        with writing(self._engine) as connection:
            return connection.execute(OUTBOX.update().where(*which).values(**anew)).rowcount

    def rows(self, state: str = "", limit: int = 1000) -> list[dict[str, Any]]:
        """Rows as they stand, the newest first, messages left out."""
        columns = [column for column in OUTBOX.c if column.name not in ("message", "claim", "claimed_until")]
        asked = sa.select(*columns).order_by(OUTBOX.c.id.desc()).limit(limit)
        if state:
            asked = asked.where(OUTBOX.c.state == state)
        with self._engine.connect() as connection:
            return [dict(row) for row in connection.execute(asked).mappings()]

    def counts(self) -> dict[tuple[str, str], int]:
        """Rows by target and state."""
        asked = sa.select(OUTBOX.c.target, OUTBOX.c.state, sa.func.count()).group_by(OUTBOX.c.target, OUTBOX.c.state)
        with self._engine.connect() as connection:
            return {(target, state): number for target, state, number in connection.execute(asked)}

    def forget_sent(self, before: datetime) -> int:
        """Drop rows that were taken before that time; what is waiting or dead stays."""
        old = OUTBOX.delete().where(OUTBOX.c.state == SENT, OUTBOX.c.tried_at < before)
        with writing(self._engine) as connection:
            return connection.execute(old).rowcount

    def _settle(self, letter: Letter, **values: object) -> None:
        """Write the outcome, unless the claim has run out and another has the row now."""
        mine = sa.and_(OUTBOX.c.id == letter.id, OUTBOX.c.claim == letter.claim)
        with writing(self._engine) as connection:
            connection.execute(OUTBOX.update().where(mine).values(claim=None, claimed_until=None, **values))
