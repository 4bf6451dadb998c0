"""Users, sessions and tokens in the database: whoever presents the right secret becomes a Viewer."""

from __future__ import annotations

import hashlib
import json
import re
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

from dashboard.access import PERMISSIONS, ROLES, Kind, Viewer
from dashboard.accounts.tables import LOGIN_TRIES, READ_AUDIT, SESSIONS, TOKENS, USERS
from dashboard.database import open_database, upgrade, writing
from dashboard.settings import Grant

TRIES_PER_NAME = 5
TRIES_PER_ADDRESS = 20
LOCKED_FOR = timedelta(minutes=15)
SEEN_EVERY = timedelta(minutes=1)
SHORTEST_PASSWORD = 10
# How soon the first user counts for a server that runs already.
ASK_AGAIN_S = 1.0
REGION = re.compile(r"\d{6}|g:\w+")
PREFIX = {"device": "ld_", "token": "lk_"}


class AccountError(Exception):
    """What was asked of the accounts can't be done; the text says why, for whoever asked."""


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

    def add(self, name: str, password: str, grant: Grant, expires_at: datetime | None = None) -> None:
        """A new user.

        Raises  AccountError for a name that is taken, a weak password, an unknown role
        """
        _check_name(name)
        row = {**_row(grant), "name": name, "password": self._hashed(name, password), "is_disabled": False,
               "expires_at": expires_at, "created_at": self._now()}  # fmt: skip
        with writing(self.engine) as db:
            if db.execute(sa.select(USERS.c.name).where(USERS.c.name == name)).first():
                raise AccountError(f"there is a user {name} already")
            db.execute(USERS.insert().values(row))
        self._ask_again_at = 0.0

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
        if not self._is_right(user["password"] if user else self._nobody(), password) or not _is_open(user, now):
            self._remember_try(name, address, now)
            return None
        with writing(self.engine) as db:
            db.execute(LOGIN_TRIES.delete().where(LOGIN_TRIES.c.name == name))
        return self.begin(name)

    def begin(self, name: str, grant: Grant | None = None) -> str:
        """The secret of a new session of `name`; with a `grant` of its own for one who is no local user."""
        secret, now = secrets.token_urlsafe(32), self._now()
        row = {"hash": _hash(secret), "name": name, "created_at": now, "seen_at": now,
               "grant_json": None if grant is None else grant.model_dump_json()}  # fmt: skip
        with writing(self.engine) as db:
            db.execute(SESSIONS.delete().where(SESSIONS.c.created_at < now - self._lifetime.at_most))
            db.execute(SESSIONS.insert().values(row))
        return secret

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
        if now - session["seen_at"] >= SEEN_EVERY:
            with writing(self.engine) as db:
                db.execute(SESSIONS.update().where(SESSIONS.c.hash == session["hash"]).values(seen_at=now))
        if session["grant_json"] is not None:
            return viewer_of(session["name"], Grant.model_validate_json(session["grant_json"]), session=secret)
        return viewer_of(session["name"], _grant(user), session=secret) if user and _is_open(user, now) else None

    def add_token(self, name: str, kind: Kind, grant: Grant, pages: tuple[str, ...], expires_at: datetime) -> str:
        """The secret of a new device or program, told this once.

        Raises  AccountError for a name that is taken, a page nobody declared, an unknown role
        """
        _check_name(name)
        unknown = set(pages) - set(PERMISSIONS)
        if unknown or not pages:
            raise AccountError(f"no page or action {', '.join(sorted(unknown))}; there are {', '.join(PERMISSIONS)}")
        secret = PREFIX[kind] + secrets.token_urlsafe(32)
        row = {**_row(grant), "name": name, "hash": _hash(secret), "kind": kind, "pages": json.dumps(sorted(pages)),
               "expires_at": expires_at, "created_at": self._now()}  # fmt: skip
        with writing(self.engine) as db:
            if db.execute(sa.select(TOKENS.c.name).where(TOKENS.c.name == name)).first():
                raise AccountError(f"there is a token {name} already")
            db.execute(TOKENS.insert().values(row))
        return secret

    def of_token(self, secret: str) -> Viewer | None:
        """Which device or program has `secret`; None once it is revoked or expired."""
        now = self._now()
        with self.engine.connect() as db:
            token = db.execute(sa.select(TOKENS).where(TOKENS.c.hash == _hash(secret))).mappings().first()
        if token is None or token["revoked_at"] is not None or token["expires_at"] <= now:
            return None
        if token["used_at"] is None or now - token["used_at"] >= SEEN_EVERY:
            with writing(self.engine) as db:
                db.execute(TOKENS.update().where(TOKENS.c.name == token["name"]).values(used_at=now))
        pages = frozenset(json.loads(token["pages"]))
        return viewer_of(token["name"], _grant(token), pages=pages, kind=token["kind"])

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
               "snapshot_id": snapshot_id}  # fmt: skip
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


def viewer_of(
    name: str, grant: Grant, *, pages: frozenset[str] | None = None, kind: Kind = "user", session: str = ""
) -> Viewer:
    """The viewer that a grant makes of somebody."""
    roles = frozenset(grant.roles) & frozenset(ROLES)
    return Viewer(name, roles, grant.regions, grant.rounds, grant.is_masked, pages, kind, session)


def _row(grant: Grant) -> dict[str, Any]:
    unknown = set(grant.roles) - set(ROLES)
    if unknown or not grant.roles:
        raise AccountError(f"no role {', '.join(sorted(unknown))}; there are {', '.join(ROLES)}")
    strange = [region for region in grant.regions or () if not REGION.fullmatch(region)]
    if strange:
        raise AccountError(f"no region {', '.join(strange)}: an adcode of six digits, or g: and a group's code")
    return {
        "roles": json.dumps(sorted(grant.roles)),
        "regions": None if grant.regions is None else json.dumps(sorted(grant.regions)),
        "rounds": None if grant.rounds is None else json.dumps(sorted(grant.rounds)),
        "is_masked": grant.is_masked,
    }


def _grant(row: sa.RowMapping) -> Grant:
    regions, rounds = (None if row[name] is None else tuple(json.loads(row[name])) for name in ("regions", "rounds"))
    return Grant(roles=tuple(json.loads(row["roles"])), regions=regions, rounds=rounds, is_masked=row["is_masked"])


def _is_open(user: sa.RowMapping | None, now: datetime) -> bool:
    return user is not None and not user["is_disabled"] and (user["expires_at"] is None or user["expires_at"] > now)


def _check_name(name: str) -> None:
    if not name or len(name) > 100 or any(ord(char) < 32 for char in name):
        raise AccountError("a name has 1 to 100 characters, none of them a control character")


def _hash(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()
