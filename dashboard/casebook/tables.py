"""The tables of the casebook. Only `casebook_events` is the record; the rest follows from it and can be rebuilt."""

from __future__ import annotations

import sqlalchemy as sa

from dashboard.database import metadata

EVENTS = sa.Table(
    "casebook_events",
    metadata,
    sa.Column("seq", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("event_id", sa.String(32), nullable=False, unique=True),
    sa.Column("clue_id", sa.Text, nullable=False),
    sa.Column("version", sa.Integer, nullable=False),
    sa.Column("source", sa.Text),
    sa.Column("target", sa.Text, nullable=False),
    sa.Column("event", sa.Text, nullable=False),
    sa.Column("actor", sa.Text, nullable=False),
    sa.Column("role", sa.Text, nullable=False),
    sa.Column("at", sa.DateTime, nullable=False),
    sa.Column("due_at", sa.DateTime),
    sa.Column("reason", sa.Text),
    sa.Column("payload", sa.Text, nullable=False),
    sa.Column("attachments", sa.Text, nullable=False),
    sa.Column("rule_version", sa.Text, nullable=False),
    sa.Column("snapshot_id", sa.Text, nullable=False),
    sa.Column("prev_hash", sa.String(64), nullable=False),
    sa.Column("hash", sa.String(64), nullable=False, unique=True),
    sa.Column("person", sa.String(32)),
    sa.UniqueConstraint("clue_id", "version"),
)

HEAD = sa.Table(
    "casebook_head",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("seq", sa.BigInteger, nullable=False),
    sa.Column("hash", sa.String(64), nullable=False),
)

CASES = sa.Table(
    "casebook_cases",
    metadata,
    sa.Column("clue_id", sa.Text, primary_key=True),
    sa.Column("state", sa.Text, nullable=False, index=True),
    sa.Column("version", sa.Integer, nullable=False),
    sa.Column("due_at", sa.DateTime, index=True),
    sa.Column("rule_id", sa.Text, nullable=False),
    sa.Column("object_id", sa.Text, nullable=False, index=True),
    sa.Column("last_seq", sa.BigInteger, nullable=False, index=True),
    sa.Column("standing", sa.Text, nullable=False),
)

# Who brought which file for which clue, and what they called it: a file is attached by who brought it, there alone.
UPLOADS = sa.Table(
    "uploads",
    metadata,
    sa.Column("sha256", sa.String(64), primary_key=True),
    sa.Column("clue_id", sa.Text, primary_key=True),
    sa.Column("uploader", sa.Text, primary_key=True),
    sa.Column("name", sa.Text, nullable=False),
    sa.Column("at", sa.DateTime, nullable=False),
)
