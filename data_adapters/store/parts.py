"""Rows as Parquet, a part a day: written from a query, merged with what is there. All sorted by key, one form."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

import duckdb

from data_adapters.catalogue import day_column
from data_adapters.intake.checks import literal
from data_adapters.tables import Table

ALL_DAYS = "all"  # the one day of a snapshot or register
PART = "part.parquet"
PARQUET = "(FORMAT parquet, COMPRESSION snappy)"  # a third quicker than zstd, a fifth larger


def write_parts(db: duckdb.DuckDBPyConnection, query: str, one: Table, folder: Path) -> dict[str, Path]:
    """The rows of a query as one part a day in `folder`; no part for no rows."""
    folder.mkdir(parents=True, exist_ok=True)
    column = day_column(one.name)
    day = f'CAST(CAST("{column}" AS DATE) AS VARCHAR)' if column else literal(ALL_DAYS)
    days = [str(row[0]) for row in db.execute(f"SELECT DISTINCT {day} AS day FROM ({query}) ORDER BY day").fetchall()]
    parts = {name: folder / f"{name}.parquet" for name in days}
    for name, part in parts.items():
        here = f"CAST(\"{column}\" AS DATE) = DATE '{name}'" if column else "true"
        _copy(db, f"SELECT * FROM ({query}) WHERE {here} ORDER BY {_key(one)}", part)
    return parts


def merge_parts(db: duckdb.DuckDBPyConnection, one: Table, parts: Sequence[Path], target: Path) -> None:
    """Parts of one day as one; of a key the row of the latest part stays. A part alone is moved."""
    if len(parts) == 1:
        os.replace(parts[0], target)
        return
    names = ", ".join(f'"{column.name}"' for column in one.columns)
    numbered = " UNION ALL ".join(
        f"SELECT {names}, {number} AS turn FROM read_parquet({literal(path)}, hive_partitioning=false)"
        for number, path in enumerate(parts)
    )
    latest = f"SELECT * FROM ({numbered}) QUALIFY row_number() OVER (PARTITION BY {_key(one)} ORDER BY turn DESC) = 1"
    _copy(db, f"SELECT {names} FROM ({latest}) ORDER BY {_key(one)}", target)


def _copy(db: duckdb.DuckDBPyConnection, query: str, target: Path) -> None:
    db.execute(f"COPY ({query}) TO {literal(target)} {PARQUET}")


def _key(one: Table) -> str:
    return ", ".join(f'"{name}"' for name in one.key)
