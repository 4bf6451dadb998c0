"""Who somebody is, however they came in: a person has one id and one name; identities lead to it.

An identity is what proves somebody: issuer and subject. A local user, a single sign-on and a token may be the same
person. Names are for people to read; whether two acts are one person's is asked of the ids.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from uuid import uuid4

import sqlalchemy as sa

from dashboard.casebook.records import same_text
from dashboard.database import metadata

# Issuers of our own; any other is the address of a single sign-on.
LOCAL, TOKEN = "local", "token"
# Who was known by a name of single sign-on before there were persons; the first to sign in under it takes it over.
OLD_NAME = "oidc-name"

PERSONS = sa.Table(
    "persons",
    metadata,
    sa.Column("person_id", sa.String(32), primary_key=True),
    sa.Column("name", sa.Text, nullable=False),
    sa.Column("name_key", sa.Text, nullable=False, unique=True),
    sa.Column("is_human", sa.Boolean, nullable=False),
    sa.Column("team_code", sa.Text),
    sa.Column("known_as", sa.Text),
    sa.Column("same_as", sa.String(32), index=True),
    sa.Column("created_at", sa.DateTime, nullable=False),
)
IDENTITIES = sa.Table(
    "identities",
    metadata,
    sa.Column("issuer", sa.Text, primary_key=True),
    sa.Column("subject", sa.Text, primary_key=True),
    sa.Column("person_id", sa.String(32), sa.ForeignKey("persons.person_id"), nullable=False, index=True),
)


@dataclass(frozen=True)
class Person:
    """Somebody. `known_as`: what else the record knows them by, an old name or the id of an identity joined later."""

    person_id: str
    name: str
    team_code: str | None = None
    known_as: frozenset[str] = frozenset()


@dataclass(frozen=True)
class People:
    """The people of the house, as a record may name them.

    Shape   by_key: by id and by name as `same_text` writes it; empty where nobody has an account, as in a demo
    """

    by_key: Mapping[str, Person] = field(default_factory=dict)

    def __bool__(self) -> bool:
        """Whether anybody is known at all."""
        return bool(self.by_key)

    def named(self, text: object) -> Person | None:
        """Who is meant by an id or a name; None for nobody known."""
        return self.by_key.get(same_text(text)) if isinstance(text, str) else None


def people(db: sa.Connection) -> People:
    """Everybody who acts for themselves: programs, and persons that were joined to another, are not among them."""
    asked = sa.select(PERSONS).where(PERSONS.c.is_human, PERSONS.c.same_as.is_(None))
    found = [_person(row) for row in db.execute(asked).mappings()]
    return People({key: one for one in found for key in (one.person_id, same_text(one.name))})


def person_of(db: sa.Connection, issuer: str, subject: str) -> Person | None:
    """Whose identity that is; None for one that nobody has shown yet."""
    asked = sa.select(IDENTITIES.c.person_id).where(IDENTITIES.c.issuer == issuer, IDENTITIES.c.subject == subject)
    found = db.execute(asked).scalar()
    return None if found is None else person(db, found)


def person(db: sa.Connection, person_id: str) -> Person | None:
    """The person of that id, with all they were known by before."""
    row = db.execute(sa.select(PERSONS).where(PERSONS.c.person_id == person_id)).mappings().first()
    if row is None:
        return None
    joined = db.execute(sa.select(PERSONS).where(PERSONS.c.same_as == person_id)).mappings().all()
    also = {row[name] for row in joined for name in ("person_id", "name", "known_as")} | {row["known_as"]}
    return _person(row, frozenset(one for one in also if one))


def add_person(
    db: sa.Connection, name: str, now: datetime, *, is_human: bool = True, team_code: str | None = None
) -> Person:
    """Somebody new; where the name is taken a number is put behind it, so that one name is one person's."""
    taken = set(db.execute(sa.select(PERSONS.c.name_key)).scalars())
    free = _free(name, taken)
    made = Person(uuid4().hex, free, team_code)
    row = {"person_id": made.person_id, "name": free, "name_key": same_text(free), "is_human": is_human}
    db.execute(sa.insert(PERSONS).values(**row, team_code=team_code, created_at=now))
    return made


def add_identity(db: sa.Connection, issuer: str, subject: str, person_id: str) -> None:
    """From now on whoever shows this identity is that person; it may have been another's."""
    own = (IDENTITIES.c.issuer == issuer, IDENTITIES.c.subject == subject)
    db.execute(sa.delete(IDENTITIES).where(*own))
    db.execute(sa.insert(IDENTITIES).values(issuer=issuer, subject=subject, person_id=person_id))


def signed_on(db: sa.Connection, issuer: str, subject: str, name: str, now: datetime) -> Person:
    """Who came in by a single sign-on under that name: known by the subject, which the provider never gives twice."""
    known = person_of(db, issuer, subject)
    if known is not None:
        return known
    old = person_of(db, OLD_NAME, name)
    found = old or add_person(db, name, now)
    if old is not None:
        db.execute(sa.delete(IDENTITIES).where(IDENTITIES.c.issuer == OLD_NAME, IDENTITIES.c.subject == name))
    add_identity(db, issuer, subject, found.person_id)
    return found


def join(db: sa.Connection, one: str, other: str) -> None:
    """Person `other` was `one` all along: their identities become `one`'s, what is on record stays as it is."""
    db.execute(sa.update(IDENTITIES).where(IDENTITIES.c.person_id == other).values(person_id=one))
    db.execute(sa.update(PERSONS).where(PERSONS.c.same_as == other).values(same_as=one))
    db.execute(sa.update(PERSONS).where(PERSONS.c.person_id == other).values(same_as=one))


def set_team(db: sa.Connection, person_id: str, team_code: str | None) -> None:
    """The team somebody belongs to from now on; None for none."""
    db.execute(sa.update(PERSONS).where(PERSONS.c.person_id == person_id).values(team_code=team_code))


def set_human(db: sa.Connection, person_id: str, *, is_human: bool) -> None:
    """Whether somebody acts for themselves from now on, or for a plant."""
    db.execute(sa.update(PERSONS).where(PERSONS.c.person_id == person_id).values(is_human=is_human))


def _free(name: str, taken: Iterable[str]) -> str:
    keys, number, found = set(taken), 1, name
    while same_text(found) in keys:
        number += 1
        found = f"{name} ({number})"
    return found


def _person(row: sa.RowMapping, known_as: frozenset[str] = frozenset()) -> Person:
    return Person(row["person_id"], row["name"], row["team_code"], known_as)
