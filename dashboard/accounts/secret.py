"""The secret of an installation: signs cookies, names scopes, makes masked codes. Its file is for its owner only."""

from __future__ import annotations

import os
import secrets
from pathlib import Path

import sqlalchemy as sa

from dashboard.access import AccessError
from dashboard.settings import Settings

SECRET_BYTES = 32


def server_secret(settings: Settings) -> bytes:
    """The secret of the settings; else of the file beside the database; else one of this process alone.

    Without users and without a database nothing has to outlive the process, and no file is made.

    Raises  AccessError for a file that others can read, or where several processes would each make their own
    """
    if settings.secret is not None:
        return settings.secret.get_secret_value().encode()
    address = sa.make_url(settings.casebook)
    if address.get_backend_name() != "sqlite":
        raise AccessError("a database that several processes share needs LOOKOUT_SECRET, the same for all of them")
    database = Path(address.database or "")
    path = database.with_suffix(".secret")
    if path.exists():
        return _read(path)
    return _made(path) if database.exists() else secrets.token_bytes(SECRET_BYTES)


def _read(path: Path) -> bytes:
    if path.stat().st_mode & 0o077:
        raise AccessError(f"{path} can be read by others; make it yours alone: chmod 600 {path}")
    return path.read_bytes()


def _made(path: Path) -> bytes:
    """A new secret, written whole or not at all; the first of several processes wins."""
    beside = path.with_name(f"{path.name}.{os.getpid()}")
    handle = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        os.write(handle, secrets.token_bytes(SECRET_BYTES))
        os.fsync(handle)
    finally:
        os.close(handle)
    try:
        os.link(beside, path)
    except FileExistsError:
        pass
    finally:
        beside.unlink()
    return _read(path)
