"""The engine of the SQL steps: DuckDB in memory, one connection a build."""

from __future__ import annotations

import re
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from copy import copy
from importlib import resources
from types import TracebackType
from typing import Any

import duckdb
import pyarrow as pa

from fusion.errors import FusionError

_PARAMETER = re.compile(r"\$([a-z_][a-z0-9_]*)")
_COMMENT = re.compile(r"--[^\n]*")
MOST_AT_ONCE = 2  # questions; each has its share of the memory limit, and each is already spread over the threads


def step_sql(step: str) -> str:
    """The text of `fusion/sql/<step>.sql`; a step of a folder is named `folder/step`."""
    return resources.files("fusion").joinpath("sql", *f"{step}.sql".split("/")).read_text("utf-8")


class Engine:
    """Runs steps: each is one SELECT in `fusion/sql/<step>.sql` and becomes a table of the same name."""

    def __init__(self, memory_limit: str = "2GB", threads: int = 2) -> None:
        """What doesn't fit into `memory_limit` spills into a temporary folder, removed at the end."""
        self._spill = tempfile.TemporaryDirectory(prefix="lookout-")
        self._db = duckdb.connect(
            ":memory:",
            config={"memory_limit": memory_limit, "threads": threads, "temp_directory": self._spill.name},
        )
        self._db.execute("SET preserve_insertion_order = true")
        self._db.execute("SET enable_progress_bar = false")
        self._at_once = min(threads, MOST_AT_ONCE)
        self._registered: dict[str, pa.Table] = {}

    def __enter__(self) -> Engine:
        """The engine itself; leaving the block closes it."""
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        """Free the memory and the spill folder."""
        self._db.close()
        self._spill.cleanup()

    @property
    def at_once(self) -> int:
        """How many questions it answers faster together than one after the other, each asked by a thread."""
        return self._at_once

    @contextmanager
    def beside(self) -> Iterator[Engine]:
        """The same tables for another thread, over a connection of its own; one registered later isn't there."""
        other = copy(self)
        other._registered = dict(self._registered)
        with self._db.cursor() as other._db:
            for name, data in other._registered.items():
                other._db.register(name, data)
            yield other

    def register(self, name: str, data: pa.Table) -> None:
        """Make an Arrow table readable under `name`; nothing is copied."""
        self._db.register(name, data)
        self._registered[name] = data

    def view(self, name: str, select: str) -> None:
        """Make a SELECT readable under `name`; it is run again wherever it is asked."""
        self._db.execute(f'CREATE OR REPLACE VIEW "{name}" AS {select}')

    def make(self, name: str, text: str, parameters: Mapping[str, Any]) -> None:
        """Make a table of a SELECT; of the parameters it gets those it names.

        Raises  FusionError naming the table
        """
        try:
            self._db.execute(f'CREATE OR REPLACE TABLE "{name}" AS {text}', _wanted(text, parameters))
        except duckdb.Error as error:
            raise FusionError(f"table {name}: {str(error).splitlines()[0]}") from error

    def forget(self, name: str) -> None:
        """Let go of a registered table, a view, or the table of a step."""
        self._db.unregister(name)
        self._registered.pop(name, None)
        kinds = self._db.execute("SELECT table_type FROM information_schema.tables WHERE table_name = ?", [name])
        for (kind,) in kinds.fetchall():
            self._db.execute(f'DROP {"VIEW" if kind == "VIEW" else "TABLE"} "{name}"')

    def run(self, step: str, parameters: Mapping[str, Any]) -> int:
        """Run a step and return how many rows its table has; of the parameters it gets those it names.

        Raises  FusionError naming the step
        """
        text = step_sql(step)
        try:
            self._db.execute(f'CREATE TABLE "{step}" AS {text}', _wanted(text, parameters)).fetchall()
            return self.count(step)
        except duckdb.Error as error:
            first_line = str(error).splitlines()[0]
            raise FusionError(f"step {step}: {first_line}", "memory_limit can be raised in lookout.toml") from error

    def count(self, name: str) -> int:
        """Rows of a table."""
        return self._number(f'SELECT COUNT(*) FROM "{name}"')

    def count_duplicates(self, name: str, key: Sequence[str]) -> int:
        """Rows of a table beyond the first of their key."""
        columns = ", ".join(f'"{column}"' for column in key)
        return self._number(
            f'SELECT COALESCE(SUM(n - 1), 0) FROM (SELECT COUNT(*) AS n FROM "{name}" GROUP BY {columns})'
        )

    def _number(self, text: str) -> int:
        return int(self._db.execute(text).fetchall()[0][0])

    def query(self, text: str, parameters: Mapping[str, Any] | None = None) -> pa.Table:
        """The answer to a question that is no step of its own."""
        try:
            return self._db.sql(text, params=_wanted(text, parameters or {})).to_arrow_table()
        except duckdb.Error as error:
            raise FusionError(f"a question to the tables failed: {str(error).splitlines()[0]}") from error

    def table(self, name: str) -> pa.Table:
        """A table in the order it was made."""
        return self.query(f'SELECT * FROM "{name}"')


def _wanted(text: str, parameters: Mapping[str, Any]) -> dict[str, Any] | None:
    """Of the parameters those a text names."""
    names = sorted(set(_PARAMETER.findall(_COMMENT.sub("", text))))
    missing = [name for name in names if name not in parameters]
    if missing:
        raise FusionError(f"the parameter ${missing[0]} is not given")
    return {name: parameters[name] for name in names} or None
