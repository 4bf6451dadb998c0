"""The database of what people decide: who opens it waits for his turn, also where the file is only just made."""

from __future__ import annotations

import sqlite3
import threading

import sqlalchemy as sa

from dashboard.database import open_database


def test_who_opens_a_file_that_another_is_just_writing_waits_instead_of_failing(tmp_path):
    file = tmp_path / "lookout.db"
    other = sqlite3.connect(file, isolation_level=None, check_same_thread=False)
    other.execute("CREATE TABLE of_another (x)")
    other.execute("BEGIN IMMEDIATE")
    end_of_turn = threading.Timer(0.2, other.execute, ("COMMIT",))
    end_of_turn.start()
    with open_database(f"sqlite:///{file}").connect() as connection:
        assert connection.execute(sa.text("PRAGMA journal_mode")).scalar_one() == "wal"
    end_of_turn.join()
    other.close()
