"""The store of canonical Parquet as tables of an engine: one view a table, of the categories and days asked for.

The folders are `<store>/<table>/<category>/day=2023-07-20/part.parquet`, `day=all` for a register (docs/catalogue.md).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from pathlib import Path

from data_adapters.catalogue import AUXILIARY, CATEGORIES, day_column, table
from fusion.engine import Engine
from fusion.errors import FusionError

ALL_DAYS = "all"
TYPES = {"string": "VARCHAR", "int32": "INTEGER", "double": "DOUBLE", "date32[day]": "DATE", "timestamp[s]": "TIMESTAMP",
         "bool": "BOOLEAN"}  # fmt: skip
REGISTERS = tuple(name for name in AUXILIARY if name != "truth")


@dataclass(frozen=True)
class Store:
    """A folder of staged categories."""

    folder: Path

    def __post_init__(self) -> None:
        """Looks whether it is there.

        Raises  FusionError if it is no folder
        """
        if not self.folder.is_dir():
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
        parts = (self.folder / name / code).glob("day=*/part.parquet")
        return {path.parent.name.removeprefix("day="): path for path in sorted(parts)}

    def attach(self, engine: Engine, as_of: datetime | None = None, names: Iterable[str] | None = None) -> None:
        """Make the tables readable, with a column `category`; of dated ones only what was before `as_of`."""
        for name in self.codes if names is None else names:
            engine.view(name, self.select(name, as_of))

    def select(self, name: str, as_of: datetime | None = None) -> str:
        """The SELECT that reads a table; no part at all gives no row, with all columns."""
        last = as_of.date().isoformat() if as_of else None
        column = day_column(name)
        before = f" WHERE {column} < TIMESTAMP '{as_of:%Y-%m-%d %H:%M:%S}'" if column and as_of else ""
        columns = ", ".join(f'"{one.name}"' for one in table(name).columns)
        parts = []
        for code in self.codes[name]:
            chosen = [path for day, path in self.days(name, code).items() if not last or day == ALL_DAYS or day <= last]
            if chosen:
                files = ", ".join(_quoted(path) for path in chosen)
                read = f"read_parquet([{files}], hive_partitioning = false)"
                parts.append(f"SELECT {columns}, '{code}' AS category FROM {read}{before}")
        return " UNION ALL ".join(parts) or _empty(name)


def _empty(name: str) -> str:
    typed = [f'CAST(NULL AS {TYPES[str(one.type)]}) AS "{one.name}"' for one in table(name).columns]
    return f"SELECT {', '.join([*typed, 'CAST(NULL AS VARCHAR) AS category'])} WHERE 1 = 0"


def _quoted(path: Path) -> str:
    return "'" + str(path).replace("'", "''") + "'"
