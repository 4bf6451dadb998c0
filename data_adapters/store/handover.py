"""Rows read from a file into the store of canonical Parquet: days merged, accounts and refusals kept, each hash once.

The store is the one of `data_adapters.store.staging`: <table>/<code>/day=…/part.parquet, _rejects/, accounts.json.
"""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import tempfile
from collections.abc import Iterator
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from data_adapters.catalogue import CATEGORIES, day_column, table
from data_adapters.source import FileAccount
from data_adapters.sources.category import CategoryResult

ACCOUNTS = "accounts.json"
REJECTS = "_rejects"
ALL_DAYS = "all"
MEMORY = "1GB"


@contextlib.contextmanager
def held(store: Path) -> Iterator[None]:
    """The store for one writer at a time."""
    store.mkdir(parents=True, exist_ok=True)
    with (store / ".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def known_accounts(store: Path) -> dict[str, dict[str, Any]]:
    """The accounts of every file the store holds, by hash."""
    path = store / ACCOUNTS
    if not path.is_file():
        return {}
    loaded: dict[str, dict[str, Any]] = json.loads(path.read_text(encoding="utf-8"))
    return loaded


def write_beside(path: Path, content: object) -> None:
    """A JSON file replaced in one step: at no time is there half of it."""
    beside = path.with_name(f"{path.name}.{os.getpid()}.new")
    beside.write_text(json.dumps(content, ensure_ascii=False, indent=0) + "\n", encoding="utf-8")
    os.replace(beside, path)


def keep(store: Path, result: CategoryResult, arrived_at: datetime) -> list[str]:
    """The days written. Rows replace those of the same key; a file the store knows by its hash changes nothing.

    Raises  OSError or duckdb.Error if the store cannot be written: then nothing of the files counts as kept
    """
    with held(store):
        accounts = known_accounts(store)
        usable = [account for account in result.files if account.error is None]
        fresh = [account for account in usable if account.sha256 not in accounts]
        if not fresh:
            return []
        days = _merge(store, result)
        for account in fresh:
            _keep_rejects(store, result, account)
            told = {"category": result.code, **asdict(account), "arrived_at": arrived_at.isoformat(timespec="seconds")}
            accounts[account.sha256] = told
        write_beside(store / ACCOUNTS, accounts)
    return days


def _keep_rejects(store: Path, result: CategoryResult, account: FileAccount) -> None:
    rows = result.rejected_rows.filter(pc.equal(result.rejected_rows["sha256"], account.sha256))
    if not rows.num_rows:
        return
    (store / REJECTS).mkdir(exist_ok=True)
    target = store / REJECTS / f"{result.code}-{account.sha256[:16]}-rows.parquet"
    beside = target.with_name(f".{target.name}")
    pq.write_table(rows, beside, compression="zstd")
    os.replace(beside, target)


def _merge(store: Path, result: CategoryResult) -> list[str]:
    name = CATEGORIES[result.code].canonical_table
    rows = result.tables[name]
    base = store / name / result.code
    day = day_column(name)
    with tempfile.TemporaryDirectory(prefix=f"{result.code}-", dir=store) as work:
        db = duckdb.connect(config={"memory_limit": MEMORY, "temp_directory": f"{work}/spill"})
        try:
            db.register("arrived", rows)
            days = _days(db, day) if rows.num_rows else []
            for one in days:
                _write_day(db, name, (day, one), base / f"day={one}" / "part.parquet", Path(work) / f"{one}.parquet")
            for one in days:  # only when all are written: a full disk leaves the store as it was
                target = base / f"day={one}" / "part.parquet"
                target.parent.mkdir(parents=True, exist_ok=True)
                os.replace(Path(work) / f"{one}.parquet", target)
        finally:
            db.close()
    return days


def _days(db: duckdb.DuckDBPyConnection, day: str | None) -> list[str]:
    if day is None:
        return [ALL_DAYS]
    found = db.sql(f'SELECT DISTINCT CAST(CAST("{day}" AS DATE) AS VARCHAR) AS d FROM arrived ORDER BY d')
    return [str(one) for one in found.to_arrow_table()["d"].to_pylist()]


def _write_day(
    db: duckdb.DuckDBPyConnection, name: str, of: tuple[str | None, str], target: Path, beside: Path
) -> None:
    """What is there of a day and what has arrived, by key; what arrived goes before what is there."""
    day, one = of
    here = f"CAST(\"{day}\" AS DATE) = DATE '{one}'" if day else "true"
    wide = table(name)
    names = ", ".join(f'"{column.name}"' for column in wide.columns)
    key = ", ".join(f'"{column}"' for column in wide.key)
    query = f"SELECT {names}, 1 AS turn FROM arrived WHERE {here}"
    if target.is_file():
        query = f"SELECT {names}, 0 AS turn FROM read_parquet('{_quoted(target)}') UNION ALL {query}"
        query = f"SELECT * FROM ({query}) QUALIFY row_number() OVER (PARTITION BY {key} ORDER BY turn DESC) = 1"
    merged: pa.Table = db.sql(f"SELECT {names} FROM ({query}) ORDER BY {key}").to_arrow_table()
    pq.write_table(merged.cast(wide.schema), beside, compression="zstd")


def _quoted(path: Path) -> str:
    return str(path).replace("'", "''")
