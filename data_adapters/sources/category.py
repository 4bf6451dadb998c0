"""Files of any category of the catalogue: CSV, gzipped or not, XLSX, Parquet, JSON, JSON lines.

Options  code        the category, as B02
         columns     {canonical name: heading in the file}, where the heading is not known
         constants   {canonical name: value of every row}, for a column that the file does not have
         units       {canonical name: unit of the file}; a unit in the heading's brackets is converted by itself
         time_zone   of times without an offset: Asia/Shanghai (default), UTC or +08:00
         missing     further signs for nothing, as 9999
         sheet       of a workbook; the first that fits otherwise
         encoding    of a text that is neither UTF-8 nor GB18030
         decimal, thousands   signs in numbers, as decimal=, thousands=.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

import duckdb
import pyarrow as pa

from data_adapters.catalogue import schema, table
from data_adapters.intake.collect import accepted, close_account, refuse_repeated
from data_adapters.intake.load import Loaded, engine, load
from data_adapters.intake.wanted import Wanted, wanted
from data_adapters.source import FileAccount, RejectionLog, SourceResult, read_each
from data_adapters.store.rejects import REJECTS
from data_adapters.tables import TableError


@dataclass
class CategoryResult(SourceResult):
    """The table of a category, and every refused row."""

    code: str = ""
    rejected_rows: pa.Table = field(default_factory=REJECTS.empty_table)

    def checked(self) -> CategoryResult:
        """Itself, with the accounts balanced and the table as the catalogue has it, which may differ from `tables`.

        Raises  AdapterError or TableError, as any result
        """
        tables, self.tables = self.tables, {}
        super().checked()
        for name, data in tables.items():
            for column in table(name).columns:
                if not column.nullable and data[column.name].null_count:
                    raise TableError(f"table {name}, column {column.name}: {data[column.name].null_count} empty values")
            self.tables[name] = data.cast(schema(name))
        return self


class CheckedRows(NamedTuple):
    """Files in an engine: the account of each, and for those that could be used their rows and what was refused."""

    accounts: list[FileAccount]
    parts: list[Loaded]
    refused: list[pa.Table]
    log: RejectionLog


class CategoryFiles:
    """Source `category`: the canonical table of the category."""

    name = "category"

    def read(self, paths: Sequence[Path], options: Mapping[str, Any]) -> SourceResult:
        """Every row of the files that passes the checks of its columns, and every other with its reason."""
        return read_files(self.name, paths, wanted(self.name, options))


def read_files(source: str, paths: Sequence[Path], asked: Wanted) -> CategoryResult:
    """The files of a category.

    Raises  AdapterError if there is no file at all
    """
    with engine() as opened:
        rows = checked_rows(opened, source, paths, asked)
        tables = {asked.table.name: accepted(opened[0], rows.parts, asked)}
    rejected_rows = pa.concat_tables(rows.refused) if rows.refused else REJECTS.empty_table()
    return CategoryResult(tables, rows.accounts, rows.log.rejections, asked.code, rejected_rows)


def checked_rows(
    opened: tuple[duckdb.DuckDBPyConnection, Path], source: str, paths: Sequence[Path], asked: Wanted
) -> CheckedRows:
    """Files that arrive together, each in a table of the engine: of a key that repeats the first row stays.

    Raises  AdapterError if there is no file at all
    """
    (db, work), log, numbers = opened, RejectionLog(), iter(range(1_000_000))

    def read_one(path: Path, account: FileAccount) -> Loaded:
        return load(db, next(numbers), path, account, work, asked)

    accounts, parts = read_each(paths, log, read_one)
    refuse_repeated(db, parts, asked)
    refused = [close_account(db, part, asked, log, source) for part in parts]
    return CheckedRows(accounts, parts, refused, log)


CATEGORY = CategoryFiles()
