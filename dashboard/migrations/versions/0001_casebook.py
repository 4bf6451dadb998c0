"""The casebook: events that can only be added, the head of their chain, and where each case stands."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001_casebook"
down_revision = None
branch_labels = None
depends_on = None

REFUSED = "events of the casebook are never changed"
SQLITE = (
    "CREATE TRIGGER casebook_events_no_{what} BEFORE {what} ON casebook_events "
    f"BEGIN SELECT RAISE(ABORT, '{REFUSED}'); END"
)
# INSERT OR REPLACE deletes without asking the trigger on DELETE.
SQLITE_REPLACE = (
    "CREATE TRIGGER casebook_events_no_replace BEFORE INSERT ON casebook_events WHEN EXISTS (SELECT 1 FROM "
    "casebook_events WHERE seq = NEW.seq OR event_id = NEW.event_id OR hash = NEW.hash OR (clue_id = NEW.clue_id AND "
    f"version = NEW.version)) BEGIN SELECT RAISE(ABORT, '{REFUSED}'); END"
)
POSTGRESQL = (
    "CREATE FUNCTION casebook_refuse() RETURNS trigger LANGUAGE plpgsql AS "
    f"$$ BEGIN RAISE EXCEPTION '{REFUSED}'; END $$",
    "CREATE TRIGGER casebook_events_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON casebook_events "
    "FOR EACH STATEMENT EXECUTE FUNCTION casebook_refuse()",
)


def upgrade() -> None:
    """Forward."""
    op.create_table(
        "casebook_events",
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
        sa.UniqueConstraint("clue_id", "version"),
    )
    head = op.create_table(
        "casebook_head",
        sa.Column("id", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("seq", sa.BigInteger, nullable=False),
        sa.Column("hash", sa.String(64), nullable=False),
    )
    op.bulk_insert(head, [{"id": 1, "seq": 0, "hash": "0" * 64}])
    op.create_table(
        "casebook_cases",
        sa.Column("clue_id", sa.Text, primary_key=True),
        sa.Column("state", sa.Text, nullable=False, index=True),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("due_at", sa.DateTime, index=True),
        sa.Column("rule_id", sa.Text, nullable=False),
        sa.Column("object_id", sa.Text, nullable=False, index=True),
        sa.Column("last_seq", sa.BigInteger, nullable=False, index=True),
        sa.Column("standing", sa.Text, nullable=False),
    )
    _append_only()


def _append_only() -> None:
    if op.get_bind().dialect.name == "sqlite":
        for what in ("UPDATE", "DELETE"):
            op.execute(SQLITE.format(what=what))
        op.execute(SQLITE_REPLACE)
    else:
        for statement in POSTGRESQL:
            op.execute(statement)
