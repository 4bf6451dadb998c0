"""The statements of staging: a raw file to parts by day, parts of a day to one."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from pathlib import Path

import duckdb
import pyarrow as pa

from data_adapters.catalogue import day_column, table
from data_adapters.source import FileAccount
from data_adapters.store.staging_files import RawFile
from data_adapters.tables import Table

SNAPSHOT = "all"
NOT_A_VALUE = "not_a_value"
EMPTY = "empty"
REPEATED = "repeated_key"
PARQUET = "(format parquet, compression snappy)"  # a third quicker than zstd, a fifth larger
SQL_TYPES = {
    pa.string(): "VARCHAR",
    pa.int32(): "INTEGER",
    pa.float64(): "DOUBLE",
    pa.date32(): "DATE",
    pa.timestamp("s"): "TIMESTAMP_S",
    pa.bool_(): "BOOLEAN",
}


class StageError(Exception):
    """A file that cannot be staged: what is wrong with it."""


def quoted(path: Path | str) -> str:
    """A text as an SQL literal."""
    return "'" + str(path).replace("'", "''") + "'"


def _types(one: Table) -> dict[str, str]:
    return {column.name: SQL_TYPES[column.type] for column in one.columns}


def _columns_of(connection: duckdb.DuckDBPyConnection, file: RawFile) -> list[str]:
    """Names of the columns of a file.

    Raises  StageError if it cannot be read
    """
    if _is_csv(file):
        return _heading(file.path)
    asked = f"describe select * from read_parquet({quoted(file.path)})"
    try:
        return [str(row[0]) for row in connection.execute(asked).fetchall()]
    except duckdb.Error as error:
        raise StageError(f"cannot be read: {_line(error)}") from error


def _heading(path: Path) -> list[str]:
    """The first line of a CSV file.

    Raises  StageError if there is none, or it is not UTF-8
    """
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            return next(csv.reader(file))
    except StopIteration as error:
        raise StageError("cannot be read: it is empty") from error
    except (UnicodeDecodeError, csv.Error, OSError) as error:
        raise StageError(f"cannot be read: {_line(error)}") from error


def _is_csv(file: RawFile) -> bool:
    return file.path.suffix.lower() == ".csv"


def _line(error: Exception) -> str:
    return " ".join(str(error).split())[:300]


def read_parts(
    connection: duckdb.DuckDBPyConnection, name: str, file: RawFile, account: FileAccount, folder: Path, rejects: Path
) -> dict[str, Path]:
    """The accepted rows of a file as one part a day under `folder`; the account tells the rest.

    Raises  StageError if a column is missing or the file cannot be read
    """
    one = table(name)
    there = _columns_of(connection, file)
    missing = [column.name for column in one.columns if column.name not in there and not column.nullable]
    if missing:
        raise StageError(f"columns missing: {', '.join(missing)}")
    surplus = [column for column in there if column not in _types(one)]
    if surplus:
        account.notes.append(f"columns not used: {', '.join(surplus)}")
    folder.mkdir(parents=True)
    try:
        connection.execute(f"create or replace temp view raw as {_select(one, file, there)}")
        return _write_parts(connection, one, file, account, folder, rejects)
    except duckdb.Error as error:
        raise StageError(f"cannot be read: {_line(error)}") from error


def _select(one: Table, file: RawFile, there: Sequence[str]) -> str:
    types = _types(one)
    if _is_csv(file):
        typed = ", ".join(f"{quoted(column)}: {quoted(types.get(column, 'VARCHAR'))}" for column in there)
        source = (
            f"read_csv({quoted(file.path)}, header = true, auto_detect = false, columns = {{{typed}}}, delim = ',', "
            "quote = '\"', escape = '\"', store_rejects = true, nullstr = '')"
        )
        chosen = [name if name in there else f"null::{sql} as {name}" for name, sql in types.items()]
        return f"select {', '.join(chosen)} from {source}"
    chosen = [f"{name}::{sql} as {name}" if name in there else f"null::{sql} as {name}" for name, sql in types.items()]
    return f"select {', '.join(chosen)} from read_parquet({quoted(file.path)})"


def _write_parts(
    connection: duckdb.DuckDBPyConnection, one: Table, file: RawFile, account: FileAccount, folder: Path, rejects: Path
) -> dict[str, Path]:
    """One pass over the file into a table that may spill, then one part a day."""
    whole = " and ".join(f"{column.name} is not null" for column in one.columns if not column.nullable)
    column = day_column(one.name)
    day = f"strftime({column}, '%Y-%m-%d')" if column else f"'{SNAPSHOT}'"
    day = f"case when {whole} then {day} else '{EMPTY}' end as day"
    connection.execute(f"create or replace temp table fresh as select *, {day} from raw")
    key = ", ".join(one.key)
    counts = connection.execute(f"select day, count(*), count(distinct ({key})) from fresh group by all order by day")
    rows = {str(name): (int(n), int(n_keys)) for name, n, n_keys in counts.fetchall()}
    empties = rows.pop(EMPTY, (0, 0))[0]
    if empties:
        asked = f"select '{EMPTY}' as reason, null::bigint as line, to_json(fresh) as content from fresh"
        target = quoted(_reject_path(rejects, EMPTY))
        connection.execute(f"copy ({asked} where day = '{EMPTY}') to {target} {PARQUET}")
    broken = _reject_broken(connection, file, rejects)
    repeated = sum(n - n_keys for n, n_keys in rows.values())
    found = ((EMPTY, empties), (NOT_A_VALUE, broken), (REPEATED, repeated))
    account.rejected = {reason: n for reason, n in found if n}
    account.accepted = sum(n_keys for _, n_keys in rows.values())
    account.read = account.accepted + sum(account.rejected.values())
    parts = {name: folder / f"{name}.parquet" for name in rows}
    for name, part in parts.items():
        connection.execute(_part_sql(one, name, part, rows[name][0] > rows[name][1]))
    return parts


def _part_sql(one: Table, day: str, part: Path, has_repeats: bool) -> str:
    """The rows of a day as a part; of equal keys the row that sorts last stays, whatever their order in the file."""
    order = ", ".join(f"{column.name} desc nulls last" for column in one.columns)
    distinct = f"distinct on ({', '.join(one.key)})" if has_repeats else ""
    sort = f"order by {order}" if has_repeats else ""
    chosen = f"select {distinct} * exclude (day) from fresh where day = {quoted(day)} {sort}"
    return f"copy ({chosen}) to {quoted(part)} {PARQUET}"


def _reject_path(rejects: Path, reason: str) -> Path:
    rejects.parent.mkdir(parents=True, exist_ok=True)
    return rejects.with_name(f"{rejects.name}-{reason}.parquet")


def _reject_broken(connection: duckdb.DuckDBPyConnection, file: RawFile, rejects: Path) -> int:
    """Keep the lines of a CSV file of which a value could not be understood."""
    if not _is_csv(file):
        return 0
    asked = (
        f"select '{NOT_A_VALUE}' as reason, line, min(column_name || ': ' || error_message) as content "
        "from reject_errors join reject_scans using (scan_id, file_id) "
        f"where file_path = {quoted(file.path)} group by line"
    )
    found = connection.execute(f"select count(*) from ({asked})").fetchone()
    count = int(found[0]) if found else 0
    if count:
        connection.execute(f"copy ({asked}) to {quoted(_reject_path(rejects, NOT_A_VALUE))} {PARQUET}")
    connection.execute("drop table reject_errors; drop table reject_scans")
    return count


def merge_parts(connection: duckdb.DuckDBPyConnection, name: str, parts: Sequence[Path], target: Path) -> None:
    """Parts of one day as one; of a key the row of the latest part stays."""
    key = ", ".join(table(name).key)
    numbered = " union all by name ".join(
        f"select *, {number} as arrival from read_parquet({quoted(path)}, hive_partitioning = false)"
        for number, path in enumerate(parts)
    )
    connection.execute(
        f"copy (select * exclude (arrival) from ({numbered}) qualify arrival = max(arrival) over (partition by {key})) "
        f"to {quoted(target)} {PARQUET}"
    )
