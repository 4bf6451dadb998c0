"""Users, sessions and tokens in the database: whoever presents the right secret becomes a Viewer."""

from __future__ import annotations

import hashlib
import json
import secrets
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from dashboard.access import PERMISSIONS, Kind, Viewer
from dashboard.accounts.grants import (
    AccountError,
    as_person,
    check_plant,
    for_plant,
    grant_of,
    grant_row,
    is_open,
    viewer_of,
)
from dashboard.accounts.tables import LOGIN_TRIES, READ_AUDIT, SESSIONS, TOKENS, USERS
from dashboard.casebook import persons
from dashboard.database import open_database, upgrade, writing
from dashboard.settings import Grant

TRIES_PER_NAME = 5
TRIES_PER_ADDRESS = 20
LOCKED_FOR = timedelta(minutes=15)
SEEN_EVERY = timedelta(minutes=1)
SHORTEST_PASSWORD = 10
# How soon the first user counts for a server that runs already.
ASK_AGAIN_S = 1.0
PREFIX = {"device": "ld_", "token": "lk_"}


class Locked(AccountError):
    """Too many tries; the next one may be made later."""


@dataclass(frozen=True)
class Lifetime:
    """How long somebody stays signed in."""

    idle: timedelta = timedelta(hours=1)
    at_most: timedelta = timedelta(hours=12)


class Accounts:
    """All accounts of one installation."""

    def __init__(
        self,
        url: str,
        clock: Callable[[], datetime],
        lifetime: Lifetime | None = None,
        hasher: PasswordHasher | None = None,
    ) -> None:
        """Remember where they lie; the database is opened, and made, when it is first needed."""
        self._url = url
        self._now = clock
        self._lifetime = lifetime or Lifetime()
        self._engine: sa.Engine | None = None
        self._opening = threading.Lock()
        self._is_in_use = False
        self._ask_again_at = 0.0
        self._nobodys_hash = ""
        self._hasher = hasher or PasswordHasher()

    @property
    def engine(self) -> sa.Engine:
        """The database, its tables up to date."""
        with self._opening:
            if self._engine is None:
                engine = open_database(self._url)
                upgrade(engine)
                self._engine = engine
        return self._engine

    def is_in_use(self) -> bool:
        """Whether anybody is named; from then on nobody is let in who is not. Asking makes no database."""
        now = time.monotonic()
        if not self._is_in_use and now >= self._ask_again_at and self._is_there():
            with self.engine.connect() as db:
                self._is_in_use = db.execute(sa.select(USERS.c.name).limit(1)).first() is not None
            self._ask_again_at = now + ASK_AGAIN_S
        return self._is_in_use

    def add(
        self, name: str, password: str, grant: Grant, expires_at: datetime | None = None, enterprise_id: str = ""
    ) -> None:
        """A new user, and with them a new person; a plant's own user names the plant.

        Raises  AccountError for a name that is taken, a weak password, an unknown role, a plant's role without a plant
        """
        _check_name(name)
        check_plant(grant, enterprise_id)
        row = {**grant_row(grant), "name": name, "password": self._hashed(name, password), "is_disabled": False,
               "expires_at": expires_at, "created_at": self._now(), "enterprise_id": enterprise_id or None}  # fmt: skip
        with writing(self.engine) as db:
            if db.execute(sa.select(USERS.c.name).where(USERS.c.name == name)).first():
                raise AccountError(f"there is a user {name} already")
            made = persons.add_person(db, name, self._now(), team_code=grant.team, is_human=not enterprise_id)
            persons.add_identity(db, persons.LOCAL, name, made.person_id)
            db.execute(USERS.insert().values(row | {"person_id": made.person_id}))
        self._ask_again_at = 0.0

    def set_team(self, name: str, team: str | None) -> None:
        """The team that user `name` belongs to from now on.

        Raises  AccountError where there is no such user
        """
        with writing(self.engine) as db:
            persons.set_team(db, _person_of(db, name), team)

    def link(self, name: str, issuer: str, subject: str) -> None:
        """Whoever signs on as `subject` of `issuer` is user `name`: one person, one history, one pair of eyes.

        Raises  AccountError where there is no such user
        """
        with writing(self.engine) as db:
            own = _person_of(db, name)
            other = persons.person_of(db, issuer, subject)
            if other is not None and other.person_id != own:
                persons.join(db, own, other.person_id)
                db.execute(SESSIONS.delete().where(SESSIONS.c.person_id == other.person_id))
                db.execute(TOKENS.update().where(TOKENS.c.person_id == other.person_id).values(person_id=own))
            persons.add_identity(db, issuer, subject, own)

    def change(self, name: str, **values: object) -> None:
        """Change a user (is_disabled, expires_at) and sign him out everywhere.

        Raises  AccountError where there is none
        """
        with writing(self.engine) as db:
            if db.execute(USERS.update().where(USERS.c.name == name).values(values)).rowcount == 0:
                raise AccountError(f"there is no user {name}")
            db.execute(SESSIONS.delete().where(SESSIONS.c.name == name))

    def set_password(self, name: str, password: str) -> None:
        """A new password; whoever was signed in with the old one is not any more.

        Raises  AccountError for a weak one, or where there is no such user
        """
        self.change(name, password=self._hashed(name, password))

    def sign_in(self, name: str, password: str, address: str) -> str | None:
        """The secret of a new session, or None where name and password do not fit or the account is closed.

        Raises  Locked after too many failures of the name or from the address
        """
        now = self._now()
        with self.engine.connect() as db:
            if self._is_locked(db, name, address, now):
                raise Locked(name)
            user = db.execute(sa.select(USERS).where(USERS.c.name == name)).mappings().first()
        if not self._is_right(user["password"] if user else self._nobody(), password) or not is_open(user, now):
            self._remember_try(name, address, now)
            return None
        with writing(self.engine) as db:
            db.execute(LOGIN_TRIES.delete().where(LOGIN_TRIES.c.name == name))
        return self.begin(name)

    def begin(self, name: str) -> str:
        """The secret of a new session of the local user `name`."""
        with writing(self.engine) as db:
            return self._begin(db, name, _person_of(db, name))

    def begin_signed_on(self, issuer: str, subject: str, name: str, grant: Grant) -> str:
        """The secret of a new session of who came by single sign-on: known by the subject, called by the name."""
        with writing(self.engine) as db:
            found = persons.signed_on(db, issuer, subject, name, self._now())
            persons.set_human(db, found.person_id, is_human=not grant.enterprise_id)
            if grant.team is not None:
                persons.set_team(db, found.person_id, grant.team)
            return self._begin(db, found.name, found.person_id, grant)

    def end(self, secret: str) -> None:
        """Nobody gets in with this session any more."""
        with writing(self.engine) as db:
            db.execute(SESSIONS.delete().where(SESSIONS.c.hash == _hash(secret)))

    def of_session(self, secret: str) -> Viewer | None:
        """Who is signed in with `secret`; None once it is idle too long, too old, ended, or the account closed."""
        now = self._now()
        with self.engine.connect() as db:
            session = db.execute(sa.select(SESSIONS).where(SESSIONS.c.hash == _hash(secret))).mappings().first()
            if session is None or not self._is_fresh(session, now):
                return None
            user = db.execute(sa.select(USERS).where(USERS.c.name == session["name"])).mappings().first()
            somebody = persons.person(db, session["person_id"] or "")
        if now - session["seen_at"] >= SEEN_EVERY:
            with writing(self.engine) as db:
                db.execute(SESSIONS.update().where(SESSIONS.c.hash == session["hash"]).values(seen_at=now))
        if session["grant_json"] is not None:
            grant = Grant.model_validate_json(session["grant_json"])
            made = for_plant(viewer_of(session["name"], grant, session=secret), grant.enterprise_id)
        elif user is None or not is_open(user, now):
            return None
        else:
            made = viewer_of(session["name"], grant_of(user), session=secret)
            made = for_plant(made, user["enterprise_id"] or "")
        return as_person(made, somebody)

    def add_token(  # noqa: PLR0913 - as its command: who, what for, until when, for whom
        self, name: str, kind: Kind, grant: Grant, pages: tuple[str, ...], expires_at: datetime, user: str = ""
    ) -> str:
        """The secret of a new device or program, told this once; a program acts as `user`, else as itself.

        Raises  AccountError for a name that is taken, a page nobody declared, an unknown role, no such user
        """
        _check_name(name)
        unknown = set(pages) - set(PERMISSIONS)
        if unknown or not pages:
            raise AccountError(f"no page or action {', '.join(sorted(unknown))}; there are {', '.join(PERMISSIONS)}")
        secret = PREFIX[kind] + secrets.token_urlsafe(32)
        row = {**grant_row(grant), "name": name, "hash": _hash(secret), "kind": kind,
               "pages": json.dumps(sorted(pages)), "expires_at": expires_at, "created_at": self._now()}  # fmt: skip
        with writing(self.engine) as db:
            if db.execute(sa.select(TOKENS.c.name).where(TOKENS.c.name == name)).first():
                raise AccountError(f"there is a token {name} already")
            person_id = None if kind == "device" else self._person_of_token(db, name, user)
            db.execute(TOKENS.insert().values(row | {"person_id": person_id}))
        return secret

    def of_token(self, secret: str) -> Viewer | None:
        """Which device or program has `secret`; None once it is revoked or expired, or its person shut out."""
        now = self._now()
        with self.engine.connect() as db:
            token = db.execute(sa.select(TOKENS).where(TOKENS.c.hash == _hash(secret))).mappings().first()
            if token is None or token["revoked_at"] is not None or token["expires_at"] <= now:
                return None
            somebody = persons.person(db, token["person_id"] or "")
            user = db.execute(sa.select(USERS).where(USERS.c.person_id == token["person_id"])).mappings().first()
        if user is not None and not is_open(user, now):
            return None
        if token["used_at"] is None or now - token["used_at"] >= SEEN_EVERY:
            with writing(self.engine) as db:
                db.execute(TOKENS.update().where(TOKENS.c.name == token["name"]).values(used_at=now))
        pages = frozenset(json.loads(token["pages"]))
        return as_person(viewer_of(token["name"], grant_of(token), pages=pages, kind=token["kind"]), somebody)

    def revoke(self, name: str) -> None:
        """The device or program `name` is shut out from now on.

        Raises  AccountError where there is none
        """
        with writing(self.engine) as db:
            if db.execute(TOKENS.update().where(TOKENS.c.name == name).values(revoked_at=self._now())).rowcount == 0:
                raise AccountError(f"there is no device or token {name}")

    def note_read(self, viewer: Viewer, what: str, which: str, snapshot_id: str) -> None:
        """One line of the log of what was read."""
        row = {"at": self._now(), "viewer": viewer.name, "kind": viewer.kind, "what": what, "which": which[:500],
               "snapshot_id": snapshot_id, "person": viewer.person or None}  # fmt: skip
        with writing(self.engine) as db:
            db.execute(READ_AUDIT.insert().values(row))

    def rows(self, table: sa.Table, limit: int = 1000) -> list[dict[str, Any]]:
        """The newest rows of users, tokens or the log, without their secrets."""
        columns = [column for column in table.c if column.name not in ("password", "hash")]
        newest = table.c["id" if "id" in table.c else "created_at"]
        with self.engine.connect() as db:
            return [
                dict(row) for row in db.execute(sa.select(*columns).order_by(newest.desc()).limit(limit)).mappings()
            ]

    def _begin(self, db: sa.Connection, name: str, person_id: str, grant: Grant | None = None) -> str:
        secret, now = secrets.token_urlsafe(32), self._now()
        row = {"hash": _hash(secret), "name": name, "created_at": now, "seen_at": now, "person_id": person_id,
               "grant_json": None if grant is None else grant.model_dump_json()}  # fmt: skip
        db.execute(SESSIONS.delete().where(SESSIONS.c.created_at < now - self._lifetime.at_most))
        db.execute(SESSIONS.insert().values(row))
        return secret

    def _person_of_token(self, db: sa.Connection, name: str, user: str) -> str:
        if user:
            return _person_of(db, user)
        made = persons.add_person(db, name, self._now(), is_human=False)
        persons.add_identity(db, persons.TOKEN, name, made.person_id)
        return made.person_id

    def _nobody(self) -> str:
        """The password of nobody: a name that is not there takes as long as one that is."""
        with self._opening:
            if not self._nobodys_hash:
                self._nobodys_hash = self._hasher.hash(secrets.token_hex())
        return self._nobodys_hash

    def _is_there(self) -> bool:
        address = sa.make_url(self._url)
        if address.get_backend_name() != "sqlite":
            return True
        return bool(address.database) and Path(str(address.database)).exists()

    def _is_fresh(self, session: sa.RowMapping, now: datetime) -> bool:
        is_awake: bool = now - session["seen_at"] < self._lifetime.idle
        return is_awake and bool(now - session["created_at"] < self._lifetime.at_most)

    def _is_right(self, hashed: str, password: str) -> bool:
        try:
            return bool(self._hasher.verify(hashed, password))
        except (VerificationError, InvalidHashError):
            return False

    def _hashed(self, name: str, password: str) -> str:
        if len(password) < SHORTEST_PASSWORD or password.lower() == name.lower():
            raise AccountError(f"a password has at least {SHORTEST_PASSWORD} characters and is not the name")
        return self._hasher.hash(password)

    def _is_locked(self, db: sa.Connection, name: str, address: str, now: datetime) -> bool:
        recent = LOGIN_TRIES.c.at > now - LOCKED_FOR
        tries = sa.select(sa.func.count()).select_from(LOGIN_TRIES)
        of_name = db.execute(tries.where(recent, LOGIN_TRIES.c.name == name)).scalar_one()
        of_address = db.execute(tries.where(recent, LOGIN_TRIES.c.address == address)).scalar_one()
        return bool(of_name >= TRIES_PER_NAME or of_address >= TRIES_PER_ADDRESS)

    def _remember_try(self, name: str, address: str, now: datetime) -> None:
        with writing(self.engine) as db:
            db.execute(LOGIN_TRIES.delete().where(LOGIN_TRIES.c.at < now - timedelta(days=1)))
            db.execute(LOGIN_TRIES.insert().values(name=name[:200], address=address, at=now))


def _person_of(db: sa.Connection, name: str) -> str:
    """The person of the local user `name`.

    Raises  AccountError where there is none
    """
    found = persons.person_of(db, persons.LOCAL, name)
    if found is None:
        raise AccountError(f"there is no user {name}")
    return found.person_id


def _check_name(name: str) -> None:
    if not name or len(name) > 100 or any(ord(char) < 32 for char in name):
        raise AccountError("a name has 1 to 100 characters, none of them a control character")


def _hash(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()
