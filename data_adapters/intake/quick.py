"""A plain CSV file read while it is looked through: on two cores the look costs no time of its own.

The reading is a guess from the first lines; it counts only if the whole look bears it out.
"""

from __future__ import annotations

import zipfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import NamedTuple

import duckdb

from data_adapters.intake.clean import Doubts, fill_quickly
from data_adapters.intake.headings import Heading, Match, heading_of_text, matched
from data_adapters.intake.incoming import Incoming, incoming
from data_adapters.intake.wanted import Wanted
from data_adapters.source import AdapterError, FileAccount

HEAD_BYTES = 1 << 16
FROM_BYTES = 1 << 20  # below it a thread costs more than it saves


class Try(NamedTuple):
    """How the quick way went: whether it was tried, and what it left in doubt; no doubts told if it was in vain."""

    is_tried: bool
    doubts: Doubts | None = None


def incoming_quickly(
    db: duckdb.DuckDBPyConnection, name: str, file: tuple[Path, FileAccount, Path], wanted: Wanted
) -> tuple[Incoming, Try]:
    """The file made ready, and how far it is already read into table `name`.

    Raises  AdapterError if the file cannot be used
    """
    path, account, work = file
    guess = _guess(path, wanted)
    if guess is None or not _starts_well(db, name, (path, work), (wanted, *guess)):
        return incoming(path, account, work, wanted.encoding), Try(guess is not None)
    with ThreadPoolExecutor(1) as pool:
        look = pool.submit(incoming, path, account, work, wanted.encoding)
        doubts = fill_quickly(db, name, guess[0], Incoming(path, is_plain=True), (wanted, guess[1]))
    found = look.result()
    is_sure = found.path == path and found.kind == "text" and found.is_plain and not found.has_quotes
    underscores = sum(cell.count("_") for cell in guess[0].cells)
    return found, Try(True, doubts if is_sure and found.underscores <= underscores else None)


def _starts_well(
    db: duckdb.DuckDBPyConnection, name: str, file: tuple[Path, Path], said: tuple[Wanted, Heading, Match]
) -> bool:
    """Whether few of the first rows are in doubt, so that the quick way is worth it."""
    (path, work), (wanted, heading, match) = file, said
    start = work / "start.csv"
    with path.open("rb") as text:
        start.write_bytes(text.read(HEAD_BYTES).rpartition(b"\n")[0] + b"\n")
    return fill_quickly(db, name, heading, Incoming(start, is_plain=True), (wanted, match)) is not None


def _guess(path: Path, wanted: Wanted) -> tuple[Heading, Match] | None:
    """Heading and columns of what looks like a plain file, large enough to be worth it."""
    if _is_member(path) or wanted.encoding or set("*?[]{}") & set(str(path)):
        return None
    try:
        if not path.is_file() or path.stat().st_size < FROM_BYTES:
            return None
        with path.open("rb") as file:
            head = file.read(HEAD_BYTES)
        is_plain = head.isascii() and head.count(b"\n") > 2 and not any(sign in head for sign in b'\0\r\t"')
        if not is_plain:
            return None
        heading = heading_of_text(path, path, wanted)
        return heading, matched(path, heading.cells, wanted)
    except (AdapterError, OSError, ValueError):
        return None  # the look says what is wrong


def _is_member(path: object) -> bool:
    return isinstance(path, zipfile.Path)
