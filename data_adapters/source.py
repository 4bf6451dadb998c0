"""What a source is: files in, canonical tables out, every row accounted for.

`read == accepted + sum(rejected)` holds for every file. A row that cannot be used is rejected with a
reason and its place; it is never dropped in silence. A file that cannot be used at all carries its error
in its account and does not stop the others.
"""

from __future__ import annotations

import difflib
import tomllib
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple, Protocol, TypeVar

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from data_adapters.archives import unpacked
from data_adapters.tables import conform

MAX_EXAMPLES = 5
MAX_VALUE_CHARS = 80
SIDECARS = Path(__file__).parent / "sources"
T = TypeVar("T")
Mask = NDArray[np.bool_]
Rows = NDArray[np.int64]


class Values(Protocol):
    """A column as written: a numpy array or a pandas array."""

    def __getitem__(self, place: int, /) -> object:
        """The value at a place."""


class AdapterError(Exception):
    """An input that cannot be used: which file, what is wrong, what to do. Always one line."""

    def __init__(self, file: str | Path, message: str, hint: str = "") -> None:
        """`file` may be empty when the fault is in an option."""
        self.file = str(file)
        self.message = message
        self.hint = hint
        super().__init__(str(self))

    def __str__(self) -> str:
        """`file: message (hint)`, line breaks folded."""
        text = f"{self.file}: {self.message}" if self.file else self.message
        return " ".join((f"{text} ({self.hint})" if self.hint else text).split())


class Example(NamedTuple):
    """Where a rejected value stands. `row` counts data rows from 1, the heading not included."""

    file: str
    row: int
    column: str
    value: str


@dataclass
class Rejection:
    """Rows refused for one reason, with the first few places."""

    reason: str
    message: str
    count: int = 0
    examples: list[Example] = field(default_factory=list)


@dataclass
class FileAccount:
    """What became of one file."""

    path: str
    bytes: int = 0
    sha256: str = ""
    read: int = 0
    accepted: int = 0
    rejected: dict[str, int] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)
    error: str | None = None

    @property
    def is_balanced(self) -> bool:
        """Whether every row read is accepted or rejected."""
        return self.read == self.accepted + sum(self.rejected.values())

    def fail(self, error: AdapterError) -> None:
        """Mark the file as unusable; none of its rows count."""
        self.error = str(error)
        self.read = self.accepted = 0
        self.rejected = {}


@dataclass
class SourceResult:
    """The tables of a source and the account of every file."""

    tables: dict[str, pa.Table]
    files: list[FileAccount] = field(default_factory=list)
    rejects: list[Rejection] = field(default_factory=list)

    @property
    def read(self) -> int:
        """Rows read in all files."""
        return sum(account.read for account in self.files)

    @property
    def accepted(self) -> int:
        """Rows accepted in all files."""
        return sum(account.accepted for account in self.files)

    @property
    def rejected(self) -> dict[str, int]:
        """Rows rejected in all files, by reason."""
        totals: dict[str, int] = {}
        for account in self.files:
            for reason, count in account.rejected.items():
                totals[reason] = totals.get(reason, 0) + count
        return totals

    @property
    def error(self) -> str | None:
        """Why nothing could be used, if every file failed."""
        errors = [account.error for account in self.files if account.error]
        if not errors or len(errors) < len(self.files):
            return None
        more = f" [and {len(errors) - 1} more files failed]" if len(errors) > 1 else ""
        return errors[0] + more

    def checked(self) -> SourceResult:
        """Itself, with tables in canonical form.

        Raises  AdapterError if a file's account does not balance, TableError if a table breaks its schema
        """
        for account in self.files:
            if not account.is_balanced:
                raise AdapterError(
                    account.path,
                    f"{account.read} rows read but {account.accepted} accepted and {account.rejected} rejected",
                    "a fault of the adapter, not of the file: please report it",
                )
        self.tables = {name: conform(name, table) for name, table in self.tables.items()}
        return self


class Source(Protocol):
    """One kind of input."""

    @property
    def name(self) -> str:
        """Name in the registry and of the sidecar."""

    def read(self, paths: Sequence[Path], options: Mapping[str, Any]) -> SourceResult:
        """Canonical tables of these files."""


class RejectionLog:
    """Collects refused rows over all files of a source."""

    def __init__(self) -> None:
        """Starts empty."""
        self._by_reason: dict[str, Rejection] = {}

    @property
    def rejections(self) -> list[Rejection]:
        """One entry per reason, in the order met."""
        return list(self._by_reason.values())

    def add(self, account: FileAccount, reason: str, message: str, places: Iterable[tuple[int, str, str]]) -> None:
        """Refuse rows of a file; `places` are (data row from 1, column, value), one per refused row."""
        listed = list(places)
        if not listed:
            return
        entry = self._by_reason.setdefault(reason, Rejection(reason, message))
        entry.count += len(listed)
        account.rejected[reason] = account.rejected.get(reason, 0) + len(listed)
        for row, column, value in listed[: max(0, MAX_EXAMPLES - len(entry.examples))]:
            entry.examples.append(Example(account.path, row, column, _shorten(value)))

    def add_mask(
        self, account: FileAccount, why: tuple[str, str, str], mask: Mask, values: Values, rows: Rows | None = None
    ) -> None:
        """Refuse the rows where `mask` is true.

        `why` is (reason, message, column); `values` the column as written; `rows` the row numbers if not 1, 2, 3…
        """
        places = np.flatnonzero(mask)
        if not len(places):
            return
        reason, message, column = why
        entry = self._by_reason.setdefault(reason, Rejection(reason, message))
        entry.count += len(places)
        account.rejected[reason] = account.rejected.get(reason, 0) + len(places)
        for place in places[: max(0, MAX_EXAMPLES - len(entry.examples))].tolist():
            row = place + 1 if rows is None else int(rows[place])
            entry.examples.append(Example(account.path, row, column, _shorten(values[place])))

    def forget(self, account: FileAccount) -> None:
        """Take back what a file added before it failed."""
        for reason, count in account.rejected.items():
            entry = self._by_reason[reason]
            entry.count -= count
            entry.examples = [example for example in entry.examples if example.file != account.path]
        self._by_reason = {reason: entry for reason, entry in self._by_reason.items() if entry.count}


def _shorten(value: object) -> str:
    text = "" if value is None else str(value)
    return text if len(text) <= MAX_VALUE_CHARS else text[: MAX_VALUE_CHARS - 1] + "…"


def read_each(
    paths: Sequence[Path], log: RejectionLog, read_one: Callable[[Path, FileAccount], T]
) -> tuple[list[FileAccount], list[T]]:
    """The account of every file, and what `read_one` gave for those that could be used; archives are opened.

    Raises  AdapterError if there is no file at all
    """
    if not paths:
        raise AdapterError("", "no file given")
    accounts: list[FileAccount] = []
    parts: list[T] = []
    unpacked_paths = [(path, note) for given in paths for members, note in [unpacked(given)] for path in members]
    for path, note in unpacked_paths:
        account = FileAccount(str(path), notes=[note] if note else [])
        accounts.append(account)
        try:
            parts.append(read_one(path, account))
        except AdapterError as error:
            log.forget(account)
            account.fail(error)
    return accounts, parts


def nearest(word: str, known: Collection[str]) -> str:
    """A hint naming the known word that looks most like `word`, or all of them."""
    close = difflib.get_close_matches(word, list(known), n=1, cutoff=0.5)
    return f"did you mean {close[0]}?" if close else f"known: {', '.join(sorted(known)) or 'none'}"


def check_options(source: str, options: Mapping[str, Any], known: Collection[str]) -> None:
    """Raises AdapterError naming an option the source does not have, and the nearest it has."""
    for name in options:
        if name not in known:
            raise AdapterError("", f"source {source} has no option {name!r}", nearest(name, known))


def sidecar(name: str) -> dict[str, Any]:
    """What is known about a source besides its rows: title, provider, licence, units, parameters."""
    with (SIDECARS / f"{name}.toml").open("rb") as file:
        return tomllib.load(file)
