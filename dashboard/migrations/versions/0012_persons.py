"""Persons with their identities, who brought which file, and the person beside every name that was kept so far.

Events are never changed: those of before have no person, and their hashes stay. Who is signed in signs in again.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from uuid import uuid4

import sqlalchemy as sa
from alembic import op

revision = "0012_persons"
down_revision = "0011_draws"
branch_labels = None
depends_on = None

OIDC = "oidc:"
# What gets a person beside the names it has.
ADDED = (
    ("casebook_events", "person"),
    ("users", "person_id"),
    ("sessions", "person_id"),
    ("tokens", "person_id"),
    ("draws", "made_by_person"),
    ("read_audit", "person"),
)


def upgrade() -> None:
    """Forward."""
    op.create_table(
        "persons",
        sa.Column("person_id", sa.String(32), primary_key=True),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("name_key", sa.Text, nullable=False, unique=True),
        sa.Column("is_human", sa.Boolean, nullable=False),
        sa.Column("team_code", sa.Text),
        sa.Column("known_as", sa.Text),
        sa.Column("same_as", sa.String(32)),
        sa.Column("created_at", sa.DateTime, nullable=False),
    )
    op.create_index("ix_persons_same_as", "persons", ["same_as"])
    op.create_table(
        "identities",
        sa.Column("issuer", sa.Text, primary_key=True),
        sa.Column("subject", sa.Text, primary_key=True),
        sa.Column("person_id", sa.String(32), sa.ForeignKey("persons.person_id"), nullable=False),
    )
    op.create_index("ix_identities_person_id", "identities", ["person_id"])
    op.create_table(
        "uploads",
        sa.Column("sha256", sa.String(64), primary_key=True),
        sa.Column("clue_id", sa.Text, primary_key=True),
        sa.Column("uploader", sa.Text, primary_key=True),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("at", sa.DateTime, nullable=False),
    )
    for table, column in ADDED:
        op.add_column(table, sa.Column(column, sa.String(32)))
    op.add_column("users", sa.Column("enterprise_id", sa.Text))
    _give_persons(op.get_bind())


def _give_persons(db: sa.Connection) -> None:
    """A person for every user, program and name of single sign-on there is; views become their owner's person's."""
    people = _People(db)
    for name in _names(db, "SELECT name FROM users ORDER BY name"):
        person_id = people.add(name, "local", name)
        _set(db, "UPDATE users SET person_id = :id WHERE name = :name", person_id, name)
        _set(db, "UPDATE saved_views SET owner = :id WHERE owner = :name", person_id, name)
        _set(db, "UPDATE draws SET made_by_person = :id WHERE made_by = :name", person_id, name)
        _set(db, "UPDATE read_audit SET person = :id WHERE viewer = :name AND kind = 'user'", person_id, name)
    for name in _names(db, "SELECT name FROM tokens WHERE kind = 'token' ORDER BY name"):
        _set(db, "UPDATE tokens SET person_id = :id WHERE name = :name", people.add(name, "token", name), name)
    acted = (
        "SELECT actor AS name FROM casebook_events UNION SELECT owner FROM saved_views UNION SELECT made_by FROM draws"
    )
    for name in _names(db, f"SELECT DISTINCT name FROM ({acted}) AS told WHERE name LIKE 'oidc:%' ORDER BY name"):
        person_id = people.add(name.removeprefix(OIDC), "oidc-name", name.removeprefix(OIDC), known_as=name)
        _set(db, "UPDATE saved_views SET owner = :id WHERE owner = :name", person_id, name)
        _set(db, "UPDATE draws SET made_by_person = :id WHERE made_by = :name", person_id, name)
    db.execute(sa.text("DELETE FROM sessions"))


class _People:
    """Persons as they are added, each under a name nobody else has."""

    def __init__(self, db: sa.Connection) -> None:
        self._db = db
        self._taken: set[str] = set()
        self._now = (datetime.now(UTC) + timedelta(hours=8)).replace(tzinfo=None, microsecond=0)

    def add(self, name: str, issuer: str, subject: str, known_as: str = "") -> str:
        person_id, number, free = uuid4().hex, 1, name
        while (key := "".join(free.split()).casefold()) in self._taken:
            number += 1
            free = f"{name} ({number})"
        self._taken.add(key)
        row = {
            "id": person_id, "name": free, "key": key, "human": issuer != "token", "at": self._now,
            "known": known_as or (name if free != name else None),
        }  # fmt: skip
        added = "INSERT INTO persons (person_id, name, name_key, is_human, known_as, created_at)"
        person = sa.text(f"{added} VALUES (:id, :name, :key, :human, :known, :at)")
        self._db.execute(person.bindparams(sa.bindparam("at", type_=sa.DateTime)), row)
        identity = sa.text("INSERT INTO identities (issuer, subject, person_id) VALUES (:issuer, :subject, :id)")
        self._db.execute(identity, {"issuer": issuer, "subject": subject, "id": person_id})
        return person_id


def _names(db: sa.Connection, asked: str) -> list[str]:
    return list(db.execute(sa.text(asked)).scalars())


def _set(db: sa.Connection, text: str, person_id: str, name: str) -> None:
    db.execute(sa.text(text), {"id": person_id, "name": name})
