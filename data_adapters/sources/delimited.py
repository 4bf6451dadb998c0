"""Tables of text that people hand in: CSV in any usual encoding and delimiter, or a sheet of a workbook.

Every value stays the text it was. Numbers are made later, where it is known what the column means.
"""

from __future__ import annotations

import csv
import io
import re
import unicodedata
import warnings
import zipfile
import zlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
from numpy.typing import NDArray

from data_adapters.files import SAVE_OR_DECLARE, decode_text, read_bytes
from data_adapters.source import AdapterError, FileAccount, RejectionLog, nearest, sidecar
from data_adapters.sources.csv_text import (
    BLANKS,
    DELIMITERS,
    HEADING_CHARS,
    Layout,
    from_heading,
    is_swallowed,
    parsed,
    with_surplus_blanks,
    without_open_marks,
)

ZIP_MAGIC = b"PK\x03\x04"
SIGNED = ("firms", "power_plants", "satellite_grid", "region_groups", "enterprise_register")
CELL_BLANKS = BLANKS.replace("\r", "").replace("\n", "")
NO_TABLE = "is a line longer than 16 MB, or a quotation mark never closed?"
UNNAMED = re.compile(r"^Unnamed: \d+$")
BROKEN_BOOK = (
    zipfile.BadZipFile,
    zlib.error,
    KeyError,
    ValueError,
    OSError,
    EOFError,
    IndexError,
    TypeError,
    AttributeError,
    SyntaxError,
    RuntimeError,
)


@dataclass
class RawRows:
    """Rows as text. `rows` are their numbers in the file; `ragged` lines do not fit the heading."""

    frame: pd.DataFrame
    rows: NDArray[np.int64]
    ragged: list[tuple[int, str]] = field(default_factory=list)
    headings: list[tuple[int, str, str]] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def enter(self, account: FileAccount, log: RejectionLog) -> None:
        """Count all rows as read; refuse the ragged ones and repeated headings."""
        account.read += len(self.frame) + len(self.ragged) + len(self.headings)
        account.notes.extend(self.notes)
        places = [(row, "", text) for row, text in self.ragged]
        log.add(account, "ragged", "more or fewer cells than the heading", places)
        log.add(account, "heading", "the heading a second time", self.headings)

    def without_headings(self) -> None:
        """Take out the rows that only repeat the heading."""
        names = [name for name in self.frame.columns if "#" not in name]
        again = np.ones(len(self.frame), dtype=bool)
        for name in names:
            if again.any():
                again &= (self.frame[name].str.lower() == name.lower()).to_numpy(dtype=bool)
        if again.any() and names:
            self.headings = [(row, names[0], names[0]) for row in self.rows[again].tolist()]
            self.frame, self.rows = self.frame[~again].reset_index(drop=True), self.rows[~again]


def read_delimited(
    path: Path,
    account: FileAccount,
    sheet: str | None = None,
    encoding: str | None = None,
    is_wanted: Callable[[RawRows], bool] | None = None,
) -> RawRows:
    """The rows of a CSV file or workbook; cells and headings without blanks around, empty cells as empty text.

    Of a workbook the sheet named, else the first one that is wanted.

    Raises  AdapterError if there is no heading with at least two columns
    """
    content = read_bytes(path, account)
    if content.startswith(ZIP_MAGIC):
        return _workbook(path, content, sheet, is_wanted)
    text, found = decode_text(path, content, encoding, SAVE_OR_DECLARE)
    if found != "utf-8-sig":
        account.notes.append(f"read as {found}")
    return parse_delimited(path, text.lstrip("\ufeff\r\n "))


def parse_delimited(path: Path, text: str, *, is_quoted: bool = True) -> RawRows:
    """The rows of CSV text. Without quoting a stray quotation mark cannot swallow the lines after it."""
    text = from_heading(text if "\n" in text else text.replace("\r", "\n"))
    first = text.split("\n", 1)[0]
    delimiter = max(DELIMITERS, key=first.count)
    if first.lstrip().startswith(("<", "{", "[")) or not first.count(delimiter):
        raise AdapterError(path, "the first line is no heading of a table", "expected columns parted by , ; or tab")
    try:
        reader = csv.reader(io.StringIO(text[:HEADING_CHARS]), delimiter=delimiter)
        layout = Layout(distinct(next(reader)), delimiter, reader.line_num, is_quoted)
    except csv.Error as error:
        raise AdapterError(path, f"broken heading: {error}") from error
    notes: list[str] = []
    try:
        table, ragged = parsed(text, layout)
        has_swallowed = is_quoted and '"' in text and is_swallowed(table, ragged, layout)
    except pa.ArrowInvalid as error:
        if not is_quoted or '"' not in text:
            raise AdapterError(path, f"is no table: {error}", NO_TABLE) from error
        has_swallowed = True
    if has_swallowed:
        text, count = without_open_marks(text)
        notes.append(f"{count} lines with an open quotation mark, read without it")
        try:
            table, ragged = parsed(text, layout)
        except pa.ArrowInvalid as error:
            raise AdapterError(path, f"is no table: {error}", NO_TABLE) from error
    frame = table.to_pandas()
    rows = _row_numbers(len(frame), [row for row, _ in ragged])
    frame, rows, ragged = with_surplus_blanks(frame, rows, ragged, layout)
    may_have_blanks = is_quoted and '"' in text or any(mark in text for mark in CELL_BLANKS)
    return RawRows(_stripped(frame) if may_have_blanks else frame, rows, ragged, notes=notes)


def _row_numbers(kept: int, skipped: list[int]) -> NDArray[np.int64]:
    every = np.arange(1, kept + len(skipped) + 1)
    return np.setdiff1d(every, skipped)[:kept] if skipped else every


def _workbook(path: Path, content: bytes, sheet: str | None, is_wanted: Callable[[RawRows], bool] | None) -> RawRows:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # openpyxl warns of styles and extensions that do not matter here
            book = pd.ExcelFile(io.BytesIO(content), engine="openpyxl")
        names = [str(name) for name in book.sheet_names]
        if sheet is not None and sheet not in names:
            raise AdapterError(path, f"has no sheet {sheet!r}", nearest(sheet, names))
        usable: list[RawRows] = []
        for name in names if sheet is None else [sheet]:
            frame = pd.read_excel(book, sheet_name=name, dtype=str, keep_default_na=False, na_filter=False)
            if frame.columns.size < 2:
                continue
            usable.append(_sheet_rows(frame))
            if len(names) > 1:
                usable[-1].notes.append(f"sheet {name!r} of {', '.join(names[:5])}")
            if is_wanted is None or is_wanted(usable[-1]):
                return usable[-1]
    except BROKEN_BOOK as error:
        raise AdapterError(path, f"is no readable workbook: {error}") from error
    if not usable:
        raise AdapterError(path, "has fewer than two columns")
    return usable[0]


def _sheet_rows(frame: pd.DataFrame) -> RawRows:
    frame.columns = pd.Index(distinct([UNNAMED.sub("", str(name)) for name in frame.columns]))
    frame = _stripped(frame.fillna("").astype(str))
    filled = (frame != "").any(axis=1).to_numpy()
    return RawRows(frame[filled].reset_index(drop=True), np.flatnonzero(filled) + 1)


def _stripped(frame: pd.DataFrame) -> pd.DataFrame:
    return frame.apply(lambda column: column.str.strip(BLANKS)) if len(frame) else frame


def distinct(headings: Sequence[str]) -> list[str]:
    """Headings without blanks around; an empty or repeated one gets its place as a name."""
    names: list[str] = []
    for place, heading in enumerate(headings, start=1):
        name = heading.replace("\ufeff", "").strip()
        names.append(name if name and name not in names else f"{name}#{place}")
    return names


def plain_heading(name: str) -> str:
    """A heading for comparing: full-width folded, units in brackets and blanks dropped, small letters."""
    folded = unicodedata.normalize("NFKC", name).lower()
    return re.sub(r"[\s_\-*:·]+", "", re.sub(r"[(\[].*?[)\]]", "", folded))


def match_columns(headings: Sequence[str], known: Mapping[str, Sequence[str]]) -> dict[str, str]:
    """Which heading holds which canonical column; earlier names in `known` are preferred."""
    by_plain: dict[str, str] = {}
    for heading in headings:
        by_plain.setdefault(plain_heading(heading), heading)
    found: dict[str, str] = {}
    for column, names in known.items():
        fits = [by_plain[plain_heading(name)] for name in names if plain_heading(name) in by_plain]
        if fits:
            found[column] = fits[0]
    return found


def pick_columns(
    path: Path, raw: RawRows, known: Mapping[str, Sequence[str]], mandatory: Sequence[str], source: str
) -> pd.DataFrame:
    """The frame under canonical names; a column that is absent and not mandatory is empty text.

    Raises  AdapterError naming the mandatory columns that are missing, and the source the file seems to be of
    """
    raw.without_headings()
    frame = raw.frame
    found = match_columns(list(frame.columns), known)
    missing = [column for column in mandatory if column not in found]
    if missing:
        wanted = ", ".join(f"{column} (as {' / '.join(list(known[column])[:3])})" for column in missing)
        raise AdapterError(path, f"is not of source {source}: lacks {wanted}", seems_to_be(list(frame.columns), source))
    empty = pd.Series("", index=frame.index, dtype="str")
    return pd.DataFrame({column: frame[found[column]] if column in found else empty for column in known})


def other_source(headings: Sequence[str], besides: str) -> str | None:
    """The source other than `besides` whose headings these are."""
    plain = {plain_heading(heading) for heading in headings}
    for name in SIGNED:
        signatures: list[list[str]] = sidecar(name)["signatures"]
        if name != besides and any({plain_heading(word) for word in words} <= plain for words in signatures):
            return name
    return None


def seems_to_be(headings: Sequence[str], besides: str) -> str:
    """A hint which other source has such headings, else the headings themselves."""
    other = other_source(headings, besides)
    if other:
        return f"looks like source {other}"
    return f"it has {', '.join(heading[:30] for heading in headings[:8])}" + ("…" if len(headings) > 8 else "")


def with_own_mapping(
    path: Path, headings: Sequence[str], known: Mapping[str, Sequence[str]], own: Mapping[str, str]
) -> dict[str, Sequence[str]]:
    """`known` with the user's own mapping in front of it.

    Raises  AdapterError for a canonical name that does not exist, or a heading the file does not have
    """
    merged: dict[str, Sequence[str]] = dict(known)
    for column, heading in own.items():
        if column not in known:
            raise AdapterError("", f"option columns names {column!r}", nearest(column, known))
        if heading not in headings:
            raise AdapterError(path, f"has no column {heading!r} given for {column}", nearest(heading, headings))
        merged[column] = (heading,)
    return merged
