"""Databases for the casebook: SQLite always, PostgreSQL where its server is installed."""

from __future__ import annotations

import functools
import importlib.util
import sys
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg

_PATH = Path(__file__).parents[1] / "data_adapters" / "postgres_server.py"


@functools.cache
def postgres():
    """The module that starts a server; it lies with the tests of the other floor."""
    found = importlib.util.spec_from_file_location("postgres_server", _PATH)
    module = importlib.util.module_from_spec(found)
    sys.modules.setdefault("postgres_server", module)
    found.loader.exec_module(module)
    return module


@contextmanager
def fresh_database(server: str) -> Iterator[str]:
    """A database of its own on the server."""
    name = f"casebook_{uuid.uuid4().hex[:12]}"
    with psycopg.connect(server, autocommit=True) as db:
        db.execute(f"CREATE DATABASE {name}")
    try:
        yield server.rsplit("/", 1)[0].replace("postgresql://", "postgresql+psycopg://") + f"/{name}"
    finally:
        with psycopg.connect(server, autocommit=True) as db:
            db.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
