"""Staging: raw files of the 49 categories into a store of canonical Parquet, a folder a day.

    <store>/<table>/<code>/day=2023-07-20/part.parquet     keys unique, canonical columns and types
    <store>/_rejects/<code>-<hash>.parquet                 rows refused, with reason and place
    <store>/accounts.json                                  every file ever staged, by its hash

A file is known by its SHA-256: staged once, however often it arrives. Rows of a later file replace rows of the
same key; only the days a new file touches are written again. A snapshot or register has the one day `all`.
"""

from __future__ import annotations

import json
import os
import shutil
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import duckdb

from data_adapters.catalogue import CATEGORIES
from data_adapters.source import AdapterError, FileAccount
from data_adapters.store.staging_files import REGISTERS, RawFile, find_files
from data_adapters.store.staging_sql import StageError, merge_parts, read_parts

ACCOUNTS = "accounts.json"
PART = "part.parquet"
REJECTS = "_rejects"
MEMORY = "2500MB"
THREADS = 2
Told = Callable[[str, int], None]


@dataclass
class Staged:
    """What a run did."""

    files: list[FileAccount] = field(default_factory=list)
    registers: list[FileAccount] = field(default_factory=list)
    known: int = 0  # files staged before, or twice in this run
    days: int = 0  # day folders written
    seconds: float = 0.0

    @property
    def read(self) -> int:
        """Rows read in new files of the categories; registers are counted apart."""
        return sum(account.read for account in self.files)

    @property
    def accepted(self) -> int:
        """Rows accepted."""
        return sum(account.accepted for account in self.files)


def stage(source: Path, store: Path, told: Told = lambda code, rows: None) -> Staged:
    """Stage the files under `<source>/<code>/` that the store does not know yet.

    Raises  AdapterError if there is no such folder, or no file of any category in it
    Note    a file that cannot be used carries its error in its account and does not stop the others
    """
    started = time.perf_counter()
    files = find_files(source)
    store.mkdir(parents=True, exist_ok=True)
    accounts = _load_accounts(store)
    staged = Staged()
    for code in (*CATEGORIES, *REGISTERS):
        fresh = _fresh(files.get(code, []), accounts, staged)
        if not fresh:
            continue
        for account in _stage_category(store, code, fresh, staged):
            (staged.files if code in CATEGORIES else staged.registers).append(account)
            if account.error is None:
                accounts[account.sha256] = {"category": code, **asdict(account)}
            told(code, account.accepted)
        _save_accounts(store, accounts)
    staged.seconds = time.perf_counter() - started
    return staged


def _fresh(files: Sequence[RawFile], accounts: Mapping[str, Any], staged: Staged) -> list[RawFile]:
    """Files not staged before; of two with the same content the first."""
    fresh: dict[str, RawFile] = {}
    for file in files:
        if file.sha256 in accounts or file.sha256 in fresh:
            staged.known += 1
            continue
        fresh[file.sha256] = file
    return list(fresh.values())


def _stage_category(store: Path, code: str, files: Sequence[RawFile], staged: Staged) -> list[FileAccount]:
    """Read all new files of a category, then write again the days they touch."""
    name = CATEGORIES[code].canonical_table if code in CATEGORIES else code
    work = Path(tempfile.mkdtemp(prefix=f".{code}-", dir=store))
    connection = _connect(work / "spill")
    try:
        accounts: list[FileAccount] = []
        parts: dict[str, list[Path]] = {}
        for number, file in enumerate(files):
            account = FileAccount(str(file.path), file.bytes, file.sha256)
            accounts.append(account)
            rejects = store / REJECTS / f"{code}-{file.sha256[:16]}"
            try:
                for day, part in read_parts(connection, name, file, account, work / str(number), rejects).items():
                    parts.setdefault(day, []).append(part)
            except StageError as error:
                account.fail(AdapterError(file.path, str(error)))
        for day, fresh in parts.items():
            _place(connection, name, store / name / code / f"day={day}" / PART, fresh)
            staged.days += 1
        return accounts
    finally:
        connection.close()
        shutil.rmtree(work, ignore_errors=True)


def _connect(spill: Path) -> duckdb.DuckDBPyConnection:
    connection = duckdb.connect(config={"threads": THREADS, "memory_limit": MEMORY, "temp_directory": str(spill)})
    connection.execute("set preserve_insertion_order = false; set enable_progress_bar = false")
    return connection


def _place(connection: duckdb.DuckDBPyConnection, name: str, target: Path, fresh: Sequence[Path]) -> None:
    """Put the parts of a day where they belong: moved if there is nothing to merge with, else merged and swapped in."""
    target.parent.mkdir(parents=True, exist_ok=True)
    known = [target] if target.is_file() else []
    if not known and len(fresh) == 1:
        os.replace(fresh[0], target)
        return
    beside = target.with_suffix(".new")
    merge_parts(connection, name, [*known, *fresh], beside)
    os.replace(beside, target)


def _load_accounts(store: Path) -> dict[str, Any]:
    path = store / ACCOUNTS
    if not path.is_file():
        return {}
    loaded: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return loaded


def _save_accounts(store: Path, accounts: Mapping[str, Any]) -> None:
    beside = store / f"{ACCOUNTS}.new"
    beside.write_text(json.dumps(accounts, ensure_ascii=False, indent=0) + "\n", encoding="utf-8")
    os.replace(beside, store / ACCOUNTS)
