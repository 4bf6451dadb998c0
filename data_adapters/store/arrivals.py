"""A file of a category read and checked by source `category`, its accepted rows left as parts in a work folder."""

from __future__ import annotations

import zipfile
from pathlib import Path

import duckdb
import pyarrow as pa

from data_adapters.intake.collect import accepted_rows
from data_adapters.intake.wanted import Wanted
from data_adapters.source import AdapterError, FileAccount
from data_adapters.sources.category import checked_rows
from data_adapters.store.handover import Arrival
from data_adapters.store.parts import write_parts
from data_adapters.store.rejects import REJECTS
from data_adapters.store.staging_files import RawFile

SOURCE = "category"
UNEXPECTED = (duckdb.Error, pa.ArrowException, ValueError, TypeError, LookupError, ArithmeticError, zipfile.BadZipFile)


def read_arrivals(
    opened: tuple[duckdb.DuckDBPyConnection, Path], file: RawFile, asked: Wanted, work: Path
) -> list[Arrival]:
    """What a file brings, or each file of an archive; one that cannot be used carries the error in its account.

    Raises  OSError or duckdb.IOException if there is no room for the parts
    """
    try:
        return _read(opened, file, asked, work)
    except AdapterError as error:
        return [_failed(file, error)]
    except duckdb.IOException:
        raise  # the disk, not the file
    except UNEXPECTED as problem:
        told = f"cannot be read: unexpected {type(problem).__name__}: {problem}"
        return [_failed(file, AdapterError(file.path, told[:300], "please report it"))]


def _read(opened: tuple[duckdb.DuckDBPyConnection, Path], file: RawFile, asked: Wanted, work: Path) -> list[Arrival]:
    rows = checked_rows(opened, SOURCE, [file.path], asked)
    arrivals = [Arrival(account, {}, REJECTS.empty_table()) for account in rows.accounts if account.error is not None]
    for part, refused in zip(rows.parts, rows.refused, strict=True):
        db, account = opened[0], part.account
        parts = write_parts(db, accepted_rows(part, asked), asked.table, work / str(part.number))
        db.execute(f"DROP TABLE {part.name}")
        arrivals.append(Arrival(account, parts, refused, file.sha256 if account.sha256 != file.sha256 else ""))
    return arrivals


def _failed(file: RawFile, error: AdapterError) -> Arrival:
    account = FileAccount(str(file.path), sha256=file.sha256)
    account.fail(error)
    return Arrival(account, {}, REJECTS.empty_table())
