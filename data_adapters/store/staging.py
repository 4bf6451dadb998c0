"""Staging: the raw files of the 49 categories and the registers into a store (see `data_adapters.store.handover`).

Each file is read by source `category`, with all its checks and reasons, and is known by its SHA-256 afterwards, to
`watch` as well. Only the days a new file touches are written again.

A snapshot or register is merged by key: a row that a later file leaves out stays. Where the files that arrive are the
whole content, `replace` says so: then they take the place of all that was there, if every one of them can be used and
some row of theirs is accepted; else that category stays as it was, and its files count as not arrived.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from data_adapters.catalogue import CATEGORIES, day_column
from data_adapters.intake.load import engine
from data_adapters.intake.wanted import Wanted, wanted, wanted_register
from data_adapters.source import AdapterError, FileAccount, nearest
from data_adapters.store.arrivals import SOURCE, read_arrivals
from data_adapters.store.handover import (
    Arrival,
    Place,
    china_now,
    held,
    known_accounts,
    known_hashes,
    put_in_place,
    workplace,
)
from data_adapters.store.staging_files import REGISTERS, RawFile, find_files

Told = Callable[[str, int], None]


@dataclass
class Staged:
    """What a run did."""

    files: list[FileAccount] = field(default_factory=list)
    registers: list[FileAccount] = field(default_factory=list)
    known: int = 0  # files staged before, or twice in this run
    days: int = 0  # day folders written
    seconds: float = 0.0
    notes: list[str] = field(default_factory=list)

    @property
    def read(self) -> int:
        """Rows read in new files of the categories; registers are counted apart."""
        return sum(account.read for account in self.files)

    @property
    def accepted(self) -> int:
        """Rows accepted."""
        return sum(account.accepted for account in self.files)


def stage(
    source: Path,
    store: Path,
    told: Told = lambda code, rows: None,
    *,
    arrived_at: datetime | None = None,
    replace: Collection[str] = (),
) -> Staged:
    """Stage the files under `<source>/<code>/` that the store does not know yet.

    `arrived_at` is wall time in China; `replace` names snapshots and registers whose files are their whole content.

    Raises  AdapterError if there is no such folder, no file of any category in it, or `replace` names no snapshot;
            OSError or duckdb.Error if the store cannot be written: the category at hand is then as it was
    Note    a file that cannot be used carries its error in its account and does not stop the others
    """
    started = time.perf_counter()
    whole = {_snapshot(code) for code in replace}
    files = find_files(source)
    staged = Staged()
    for code in (*CATEGORIES, *REGISTERS):
        asked = wanted(SOURCE, {"code": code}) if code in CATEGORIES else wanted_register(code)
        accounts = _stage_category(
            Place(store, code, asked.table),
            asked,
            files.get(code, []),
            arrived_at or china_now(),
            staged,
            code in whole,
        )
        (staged.files if code in CATEGORIES else staged.registers).extend(accounts)
        for account in accounts:
            told(code, account.accepted)
    staged.seconds = time.perf_counter() - started
    return staged


def _snapshot(code: str) -> str:
    """The code as it is known. Raises AdapterError unless its rows belong to no day."""
    known = {one.upper(): one for one in (*CATEGORIES, *REGISTERS)}
    found = known.get(code.upper())
    if found is None:
        raise AdapterError(
            "", f"replace names {code!r}, which is no category or register", nearest(code, known.values())
        )
    if found in CATEGORIES and day_column(CATEGORIES[found].canonical_table):
        raise AdapterError("", f"replace names {found}, which has days", "only a snapshot can be replaced as a whole")
    return found


def _stage_category(
    place: Place, asked: Wanted, files: Sequence[RawFile], arrived_at: datetime, staged: Staged, is_whole: bool
) -> list[FileAccount]:
    """Read all new files of a category, then write again the days they touch."""
    with held(place.store):
        known = known_hashes(known_accounts(place.store))
        fresh = _fresh(files, known, staged)
        if not fresh:
            if is_whole:
                staged.notes.append(f"{place.code}: nothing new has arrived, so nothing is replaced")
            return []
        with workplace(place.store) as work, engine() as opened:
            arrivals: list[Arrival] = []
            for number, file in enumerate(fresh):
                found = read_arrivals(opened, file, asked, work / str(number))
                arrivals += [one for one in found if one.account.error or one.account.sha256 not in known]
                known |= {one.account.sha256 for one in found if not one.account.error}
            if is_whole:
                _refuse_partial(arrivals)
            usable = [one for one in arrivals if one.account.error is None]
            staged.days += len(put_in_place(opened[0], place, usable, arrived_at, work, is_whole=is_whole))
    return [one.account for one in arrivals]


def _fresh(files: Sequence[RawFile], known: Collection[str], staged: Staged) -> list[RawFile]:
    """Files not staged before; of two with the same content the first."""
    fresh: dict[str, RawFile] = {}
    for file in files:
        if file.sha256 and (file.sha256 in known or file.sha256 in fresh):
            staged.known += 1
            continue
        fresh[file.sha256 or str(file.path)] = file
    return list(fresh.values())


def _refuse_partial(arrivals: Sequence[Arrival]) -> None:
    """A snapshot is not replaced by a part of one: unless all its files can be used, none is."""
    is_short = any(one.account.error for one in arrivals) or not any(one.parts for one in arrivals)
    for one in arrivals:
        if is_short and one.account.error is None:
            told = "replaces nothing: of the files that arrived with it not all can be used, or no row is accepted"
            one.account.fail(AdapterError(one.account.path, told, "mend them, or stage without --replace"))
