"""The database of what people decide: casebook, accounts and outbox; SQLite on one machine, PostgreSQL for several."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import resources
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from alembic import command
from alembic.config import Config

BUSY_TIMEOUT_S = 60
# One number for all processes that bring one PostgreSQL database up to date at the same moment.
UPGRADE_LOCK = 7_012_026
WRITES = {"lookout_writes": True}

metadata = sa.MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)


def open_database(url: str) -> sa.Engine:
    """An engine for `url`: `sqlite:///file.db` or `postgresql+psycopg://user:password@host/database`.

    SQLite runs in WAL mode, waits for its turn to write, checks foreign keys, and has each commit on disk before it
    answers. Nothing is opened before the first use.

    Raises  ValueError for another kind of database
    """
    address = sa.make_url(url)
    if address.get_backend_name() == "sqlite":
        return _open_sqlite(address)
    if address.drivername == "postgresql+psycopg":
        return sa.create_engine(address, pool_pre_ping=True, isolation_level="READ COMMITTED")
    raise ValueError(f"no casebook can lie in {address.drivername}: use sqlite:/// or postgresql+psycopg://")


def upgrade(engine: sa.Engine) -> None:
    """Bring the tables to the newest revision; several processes may ask for it at once."""
    config = Config()
    config.set_main_option("script_location", str(resources.files("dashboard").joinpath("migrations")))
    with writing(engine) as connection:
        if engine.dialect.name == "postgresql":
            connection.execute(sa.text("SELECT pg_advisory_xact_lock(:number)"), {"number": UPGRADE_LOCK})
        config.attributes["connection"] = connection
        command.upgrade(config, "head")


@contextmanager
def writing(engine: sa.Engine) -> Iterator[sa.Connection]:
    """A transaction that is going to write; on SQLite it has the only right to write from its first moment."""
    with engine.connect().execution_options(**WRITES) as connection, connection.begin():
        yield connection


def _open_sqlite(address: sa.URL) -> sa.Engine:
    if address.database and address.database != ":memory:":
        Path(address.database).parent.mkdir(parents=True, exist_ok=True)
    engine = sa.create_engine(address, connect_args={"timeout": BUSY_TIMEOUT_S})
    sa.event.listen(engine, "connect", _set_up)
    sa.event.listen(engine, "begin", _begin)
    return engine


def _set_up(connection: Any, _record: object) -> None:  # noqa: ANN401 - the driver's own class
    # The driver would begin transactions by itself, and only at the first write: two could then read the same head.
    connection.isolation_level = None
    cursor = connection.cursor()
    for pragma in (f"busy_timeout={BUSY_TIMEOUT_S * 1000}", "synchronous=FULL", "foreign_keys=ON"):
        cursor.execute(f"PRAGMA {pragma}")
    _keep_a_log(cursor)
    cursor.close()


def _keep_a_log(cursor: sqlite3.Cursor) -> None:
    """Put the file into WAL mode; SQLite refuses at once, and does not wait, while another connection is doing it."""
    give_up_at = time.monotonic() + BUSY_TIMEOUT_S
    while True:
        try:
            cursor.execute("PRAGMA journal_mode=WAL")
        except sqlite3.OperationalError as refusal:
            if refusal.sqlite_errorcode != sqlite3.SQLITE_BUSY or time.monotonic() > give_up_at:
                raise
            time.sleep(0.01)
        else:
            return


def _begin(connection: sa.Connection) -> None:
    is_writing = connection.get_execution_options().get("lookout_writes", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if is_writing else "BEGIN")
