"""The tables of accounts. Secrets are kept as hashes only; times are UTC+8 wall time."""

from __future__ import annotations

import sqlalchemy as sa

from dashboard.database import metadata

# What somebody may do and see; regions and rounds are JSON lists, null for everywhere and always.
GRANT = ("roles", "regions", "rounds", "is_masked")

USERS = sa.Table(
    "users",
    metadata,
    sa.Column("name", sa.Text, primary_key=True),
    sa.Column("password", sa.Text, nullable=False),
    sa.Column("roles", sa.Text, nullable=False),
    sa.Column("regions", sa.Text),
    sa.Column("rounds", sa.Text),
    sa.Column("is_masked", sa.Boolean, nullable=False),
    sa.Column("is_disabled", sa.Boolean, nullable=False),
    sa.Column("expires_at", sa.DateTime),
    sa.Column("created_at", sa.DateTime, nullable=False),
    sa.Column("person_id", sa.String(32)),
    sa.Column("enterprise_id", sa.Text),
)
# A session of single sign-on carries its own grant; a local one is asked of its user each time.
SESSIONS = sa.Table(
    "sessions",
    metadata,
    sa.Column("hash", sa.String(64), primary_key=True),
    sa.Column("name", sa.Text, nullable=False, index=True),
    sa.Column("grant_json", sa.Text),
    sa.Column("created_at", sa.DateTime, nullable=False),
    sa.Column("seen_at", sa.DateTime, nullable=False),
    sa.Column("person_id", sa.String(32)),
)
TOKENS = sa.Table(
    "tokens",
    metadata,
    sa.Column("name", sa.Text, primary_key=True),
    sa.Column("hash", sa.String(64), nullable=False, unique=True),
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("roles", sa.Text, nullable=False),
    sa.Column("regions", sa.Text),
    sa.Column("rounds", sa.Text),
    sa.Column("is_masked", sa.Boolean, nullable=False),
    sa.Column("pages", sa.Text, nullable=False),
    sa.Column("expires_at", sa.DateTime, nullable=False),
    sa.Column("created_at", sa.DateTime, nullable=False),
    sa.Column("revoked_at", sa.DateTime),
    sa.Column("used_at", sa.DateTime),
    sa.Column("person_id", sa.String(32)),
)
LOGIN_TRIES = sa.Table(
    "login_tries",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("name", sa.Text, nullable=False),
    sa.Column("address", sa.Text, nullable=False),
    sa.Column("at", sa.DateTime, nullable=False, index=True),
)
READ_AUDIT = sa.Table(
    "read_audit",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("at", sa.DateTime, nullable=False, index=True),
    sa.Column("viewer", sa.Text, nullable=False),
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("what", sa.Text, nullable=False),
    sa.Column("which", sa.Text, nullable=False),
    sa.Column("snapshot_id", sa.Text, nullable=False),
    sa.Column("person", sa.String(32)),
)
