"""The store of canonical Parquet as tables of an engine: one view a table, of the categories and days asked for.

The folders are `<store>/<table>/<category>/day=2023-07-20/part.parquet`, `day=all` for a register (docs/catalogue.md).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property
from pathlib import Path

import pyarrow.parquet as pq

from data_adapters.catalogue import AUXILIARY, CATEGORIES, day_column, table
from data_adapters.tables import TABLES, Column
from fusion.engine import Engine
from fusion.errors import FusionError

ALL_DAYS = "all"
TYPES = {
    "string": "VARCHAR",
    "int32": "INTEGER",
    "double": "DOUBLE",
    "date32[day]": "DATE",
    "timestamp[s]": "TIMESTAMP",
    "bool": "BOOLEAN",
}
REGISTERS = tuple(name for name in AUXILIARY if name != "truth")


@dataclass(frozen=True)
class Store:
    """A folder of staged categories; without a folder it has all tables and no row."""

    folder: Path | None

    def __post_init__(self) -> None:
        """Looks whether it is there.

        Raises  FusionError if it is no folder
        """
        if self.folder and not self.folder.is_dir():
            raise FusionError(f"{self.folder}: no such store", "python -m data_adapters stage --from DIR --store STORE")

    @cached_property
    def codes(self) -> Mapping[str, tuple[str, ...]]:
        """For every table of the catalogue the categories that go into it; a register goes into its own."""
        found: dict[str, tuple[str, ...]] = {name: (name,) for name in REGISTERS}
        for code, category in CATEGORIES.items():
            found[category.canonical_table] = (*found.get(category.canonical_table, ()), code)
        return found

    def days(self, name: str, code: str) -> dict[str, Path]:
        """The parts of a category by day."""
        if not self.folder:
            return {}
        parts = (self.folder / name / code).glob("day=*/part.parquet")
        return {path.parent.name.removeprefix("day="): path for path in sorted(parts)}

    def parts(self, name: str, code: str, as_of: datetime | None = None) -> dict[str, Path]:
        """The parts of a category by day, of dated ones those begun before `as_of`."""
        last = as_of.date().isoformat() if as_of else None
        days = self.days(name, code).items()
        return {day: path for day, path in days if not last or day == ALL_DAYS or day <= last}

    def has(self, name: str) -> bool:
        """Whether a part of a table is there."""
        return any(self.days(name, code) for code in self.codes.get(name, ()))

    def end(self) -> datetime | None:
        """The end of the last day of any dated category."""
        days = (day for name, codes in self.codes.items() for code in codes for day in self.days(name, code))
        last = max((day for day in days if day != ALL_DAYS), default=None)
        return datetime.fromisoformat(last) + timedelta(days=1) if last else None

    def attach(self, engine: Engine, as_of: datetime | None = None, names: Iterable[str] | None = None) -> None:
        """Make the tables readable, of dated ones only what was before `as_of`.

        A table of several categories has a column `category` more, a canonical one has not.
        """
        for name in self.codes if names is None else names:
            engine.view(name, self.select(name, as_of))

    def select(self, name: str, as_of: datetime | None = None) -> str:
        """The SELECT that reads a table; no part at all gives no row, with all columns."""
        column = day_column(name)
        before = f" WHERE {column} < TIMESTAMP '{as_of:%Y-%m-%d %H:%M:%S}'" if column and as_of else ""
        parts = []
        for code in self.codes[name]:
            chosen = list(self.parts(name, code, as_of).values())
            if chosen:
                files = ", ".join(_quoted(path) for path in chosen)
                read = f"read_parquet([{files}], hive_partitioning = false, union_by_name = true)"
                parts.append(f"SELECT {_columns(name, chosen)}{_category(name, code)} FROM {read}{before}")
        return " UNION ALL ".join(parts) or _empty(name)


def _columns(name: str, parts: Sequence[Path]) -> str:
    """The columns of a table; one that the parts were written without is empty."""
    there = {column for path in (parts[0], parts[-1]) for column in pq.read_schema(path).names}
    return ", ".join(f'"{one.name}"' if one.name in there else _nothing(one) for one in table(name).columns)


def _nothing(column: Column) -> str:
    return f'CAST(NULL AS {TYPES[str(column.type)]}) AS "{column.name}"'


def _category(name: str, code: str) -> str:
    return "" if name in TABLES else f", '{code}' AS category"


def _empty(name: str) -> str:
    typed = ", ".join(_nothing(one) for one in table(name).columns)
    return f"SELECT {typed}{_category(name, '')} WHERE 1 = 0"


def _quoted(path: Path) -> str:
    return "'" + str(path).replace("'", "''") + "'"
