"""The one way into the store of canonical Parquet, for files staged, watched, or read elsewhere.

    <store>/<table>/<code>/day=2023-07-20/part.parquet   keys unique, sorted by key, canonical columns and types
    <store>/_rejects/<code>-<hash>-rows.parquet          rows refused, in the form of `data_adapters.store.rejects`
    <store>/accounts.json                                every file ever kept, by its SHA-256, with its `arrived_at`

One writer at a time (`held`). All that is new is written beside first, then put in place by renaming, the accounts
last: a disk that fills up leaves the store as it was, and what was cut off in the middle is simply taken in again.
A file is kept once, however often it arrives. Of rows with one key in one file the first stays, the others are refused;
rows of a later file replace those of the same key. A snapshot or register has the one day `all`: it is merged by key
too, so that what is left out of a later file stays, unless the arrival is said to be the whole content.
"""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import shutil
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from data_adapters.catalogue import CATEGORIES, table
from data_adapters.intake.load import engine
from data_adapters.source import FileAccount
from data_adapters.sources.category import CategoryResult
from data_adapters.store.parts import PART, merge_parts, write_parts
from data_adapters.tables import Table

ACCOUNTS = "accounts.json"
REJECTS = "_rejects"
WORK = ".work-"
CHINA = timezone(timedelta(hours=8))


@dataclass(frozen=True)
class Arrival:
    """One file read and checked, its accepted rows as one part a day in a work folder of the store."""

    account: FileAccount
    parts: Mapping[str, Path]  # by day
    refused: pa.Table  # in the form of data_adapters.store.rejects
    archive: str = ""  # SHA-256 of the archive it came in


@dataclass(frozen=True)
class Place:
    """Where the rows of a category, or of a register under its own name, lie in a store."""

    store: Path
    code: str
    table: Table

    def part(self, day: str) -> Path:
        """The part of a day."""
        return self.store / self.table.name / self.code / f"day={day}" / PART


def china_now() -> datetime:
    """Wall time in China, as all times here."""
    return datetime.fromtimestamp(time.time(), CHINA).replace(tzinfo=None)


@contextlib.contextmanager
def held(store: Path) -> Iterator[None]:
    """The store for one writer at a time; what a writer that died left behind is cleared away."""
    store.mkdir(parents=True, exist_ok=True)
    with (store / ".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        for left in store.glob(f"{WORK}*"):
            shutil.rmtree(left, ignore_errors=True)
        yield


@contextlib.contextmanager
def workplace(store: Path) -> Iterator[Path]:
    """A folder on the disk of the store, gone afterwards."""
    with tempfile.TemporaryDirectory(prefix=WORK, dir=store, ignore_cleanup_errors=True) as work:
        yield Path(work)


def known_accounts(store: Path) -> dict[str, dict[str, Any]]:
    """The accounts of every file the store holds, by hash."""
    path = store / ACCOUNTS
    if not path.is_file():
        return {}
    loaded: dict[str, dict[str, Any]] = json.loads(path.read_text(encoding="utf-8"))
    return loaded


def known_hashes(accounts: Mapping[str, Mapping[str, Any]]) -> set[str]:
    """The hashes of the files of these accounts, and of the archives they came in."""
    return set(accounts) | {str(account["archive"]) for account in accounts.values() if account.get("archive")}


def write_beside(path: Path, content: object) -> None:
    """A JSON file replaced in one step: at no time is there half of it."""
    beside = path.with_name(f"{path.name}.{os.getpid()}.new")
    _write_json(beside, content)
    os.replace(beside, path)


def _write_json(path: Path, content: object) -> None:
    path.write_text(json.dumps(content, ensure_ascii=False, indent=0) + "\n", encoding="utf-8")


def keep(store: Path, result: CategoryResult, arrived_at: datetime) -> list[str]:
    """The days written with what was read of a category; a file the store knows by its hash changes nothing.

    Raises  OSError or duckdb.Error if the store cannot be written: then nothing of the files counts as kept
    """
    place = Place(store, result.code, table(CATEGORIES[result.code].canonical_table))
    with held(store), workplace(store) as work, engine() as (db, _):
        known = known_hashes(known_accounts(store))
        arrivals, start = [], 0
        for number, account in enumerate(one for one in result.files if one.error is None):
            rows = result.tables[place.table.name].slice(start, account.accepted)
            start += account.accepted
            if account.sha256 in known:
                continue
            db.register("arrived", rows)
            parts = write_parts(db, "SELECT * FROM arrived", place.table, work / str(number))
            mask = pc.equal(result.rejected_rows["sha256"], account.sha256)
            arrivals.append(Arrival(account, parts, result.rejected_rows.filter(mask)))
        return put_in_place(db, place, arrivals, arrived_at, work)


def put_in_place(
    db: duckdb.DuckDBPyConnection,
    place: Place,
    arrivals: Sequence[Arrival],
    arrived_at: datetime,
    work: Path,
    *,
    is_whole: bool = False,
) -> list[str]:
    """The days written; the store is held. With `is_whole` these files are all there is of a snapshot, nothing merged.

    Raises  OSError or duckdb.Error if the store cannot be written: then nothing of the files counts as kept
    """
    if not arrivals:
        return []
    days = sorted({day for arrival in arrivals for day in arrival.parts})
    moves = [_new_part(db, place, day, arrivals, work, is_whole=is_whole) for day in days]
    moves += [_new_rejects(place, arrival, work) for arrival in arrivals if arrival.refused.num_rows]
    accounts = known_accounts(place.store)
    at = arrived_at.isoformat(timespec="seconds")
    for arrival in arrivals:
        told = {"category": place.code, **asdict(arrival.account), "arrived_at": at}
        accounts[arrival.account.sha256] = told | ({"archive": arrival.archive} if arrival.archive else {})
    _write_json(work / ACCOUNTS, accounts)
    moves.append((work / ACCOUNTS, place.store / ACCOUNTS))
    for _, target in moves:
        target.parent.mkdir(parents=True, exist_ok=True)
    for beside, target in moves:
        os.replace(beside, target)
    return days


def _new_part(
    db: duckdb.DuckDBPyConnection, place: Place, day: str, arrivals: Sequence[Arrival], work: Path, *, is_whole: bool
) -> tuple[Path, Path]:
    """A day as it will be, and where it belongs."""
    beside, target = work / f"{day}.parquet", place.part(day)
    there = [target] if target.is_file() and not is_whole else []
    merge_parts(db, place.table, [*there, *(one.parts[day] for one in arrivals if day in one.parts)], beside)
    return beside, target


def _new_rejects(place: Place, arrival: Arrival, work: Path) -> tuple[Path, Path]:
    name = f"{place.code}-{arrival.account.sha256[:16]}-rows.parquet"
    pq.write_table(arrival.refused, work / name, compression="zstd")
    return work / name, place.store / REJECTS / name
