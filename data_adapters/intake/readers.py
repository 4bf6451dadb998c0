"""Files of four kinds as a relation of text columns c0, c1, … that DuckDB can run through."""

from __future__ import annotations

import zipfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import duckdb
import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from data_adapters.intake.checks import SQL_TYPES, literal
from data_adapters.intake.headings import Heading, aliases, heading_of_text
from data_adapters.intake.incoming import Incoming
from data_adapters.intake.sight import MAX_LINE
from data_adapters.intake.wanted import Wanted, known_of_categories
from data_adapters.source import AdapterError, FileAccount
from data_adapters.sources.delimited import RawRows, distinct, match_columns, read_delimited
from data_adapters.sources.register_headings import below_title
from data_adapters.tables import TIME

MAX_PARQUET_ROWS = 200_000_000
MAX_DOCUMENT = 1 << 30
MAX_SHEET = 512 << 20
MAX_KEYS = 2000
ARROW_TYPES = {name: kind for kind, name in SQL_TYPES.items()} | {"TIMESTAMP": TIME, "TIMESTAMP_MS": TIME}

Refused = tuple[int, str, str]  # data row from 1, reason, text


def nothing_refused() -> list[Refused]:
    """No row is refused for its shape."""
    return []


@dataclass
class TextRows:
    """Headings and the relation of their columns; rows refused for their shape are known after the run."""

    cells: list[str]
    relation: str
    refused: Callable[[], list[Refused]] = nothing_refused
    numbers: NDArray[np.int64] | None = None
    notes: list[str] = field(default_factory=list)
    heading: Heading | None = None  # of a delimited text
    is_typed: bool = False  # every column is there with the type of the category, none besides


@contextmanager
def told_of(path: Path) -> Iterator[None]:
    """Turns what DuckDB says into the error of a file."""
    try:
        yield
    except duckdb.Error as error:
        first = str(error).strip().splitlines()[0] if str(error).strip() else type(error).__name__
        raise AdapterError(path, f"cannot be read: {first[:200]}") from error


def text_rows(db: duckdb.DuckDBPyConnection, path: Path, found: Incoming, wanted: Wanted) -> TextRows:
    """The rows of a file made ready.

    Raises  AdapterError if there is no table in it
    """
    if found.kind == "parquet":
        return _parquet(db, path, found.path, wanted)
    if found.kind == "workbook":
        return _workbook(db, path, found.path, wanted)
    with found.path.open(encoding="utf-8-sig") as file:
        start = file.read(4096).lstrip()
    if start.startswith(("{", "[")):
        return _json(db, path, found.path, is_list=start.startswith("["))
    heading = heading_of_text(path, found.path, wanted)
    return delimited(db, found.path, heading)


def delimited(
    db: duckdb.DuckDBPyConnection, file: Path, heading: Heading, types: Mapping[int, str] | None = None
) -> TextRows:
    """The rows of a CSV file below its heading; a row that does not fit columns given a type is told of as refused."""
    names = {f"c{place}": (types or {}).get(place, "VARCHAR") for place in range(len(heading.cells))}
    longest = "" if types else f"max_line_size={4 * MAX_LINE}, "  # to ask for more than 2 MB costs time
    relation = (
        f"read_csv({literal(file)}, header=false, skip={heading.lines}, delim={literal(heading.delimiter)}, "
        f"quote='\"', escape='\"', columns={names}, auto_detect=false, nullstr='', null_padding=false, "
        f"{longest}store_rejects=true)"
    )
    db.execute("DROP TABLE IF EXISTS reject_errors; DROP TABLE IF EXISTS reject_scans")

    def refused() -> list[Refused]:
        found = db.execute(
            "SELECT line, ltrim(any_value(csv_line), chr(10) || chr(13)) FROM reject_errors GROUP BY line ORDER BY line"
        ).fetchall()
        return [(line - heading.lines, "ragged", text or "") for line, text in found if (text or "").strip()]

    notes = [f"{heading.title} lines above the heading"] if heading.title else []
    return TextRows(list(heading.cells), relation, refused, notes=notes, heading=heading)


def _parquet(db: duckdb.DuckDBPyConnection, path: Path, file: Path, wanted: Wanted) -> TextRows:
    """Columns as text; those that have exactly the names and types of the category stay as they are."""
    read = f"read_parquet({literal(file)}, hive_partitioning=false)"
    with told_of(path):
        types = {str(row[0]): str(row[1]) for row in db.execute(f"DESCRIBE FROM {read}").fetchall()}
        rows = db.execute(f"SELECT sum(num_rows) FROM parquet_file_metadata({literal(file)})").fetchall()[0][0] or 0
    if rows > MAX_PARQUET_ROWS:
        raise AdapterError(path, f"says it has {rows:,} rows", f"no category has over {MAX_PARQUET_ROWS:,} in a file")
    is_typed = wanted.is_plain and {column.name: column.type for column in wanted.table.columns} == {
        name: ARROW_TYPES.get(kind) for name, kind in types.items()
    }
    quoted = ['"' + name.replace('"', '""') + '"' for name in types]
    cells = quoted if is_typed else [f"CAST({name} AS VARCHAR)" for name in quoted]
    listed = ", ".join(f"{cell} AS c{n}" for n, cell in enumerate(cells))
    return TextRows(distinct(list(types)), f"(SELECT {listed} FROM {read})", is_typed=is_typed)


def _json(db: duckdb.DuckDBPyConnection, path: Path, file: Path, *, is_list: bool) -> TextRows:
    """Objects of a list, or one a line; a line that is none is refused."""
    if is_list:
        if file.stat().st_size > MAX_DOCUMENT:
            raise AdapterError(path, "is a JSON list over 1 GB", "write one object a line")
        read = f"read_json_objects({literal(file)}, format='array', maximum_object_size={MAX_LINE})"
    else:
        columns = "columns={'line': 'VARCHAR'}, delim='\\0', quote='', escape='', header=false, auto_detect=false"
        lines = f"read_csv({literal(file)}, {columns}, max_line_size={4 * MAX_LINE})"
        read = f"(SELECT CASE WHEN json_valid(line) THEN CAST(line AS JSON) END AS json, line FROM {lines})"
    with told_of(path):
        db.execute(f"CREATE OR REPLACE TEMP TABLE documents AS FROM {read}")
        keys = [
            row[0]
            for row in db.execute(
                "SELECT k FROM (SELECT unnest(json_keys(json)) AS k FROM documents WHERE json_type(json) = 'OBJECT')"
                f" GROUP BY k ORDER BY count(*) DESC, k LIMIT {MAX_KEYS + 1}"
            ).fetchall()
        ]
    if not keys or len(keys) > MAX_KEYS:
        raise AdapterError(
            path, "is no list of records" if not keys else f"has over {MAX_KEYS} keys", "one object a row"
        )
    listed = ", ".join(f"json_extract_string(json, {literal(_pointer(key))}) AS c{n}" for n, key in enumerate(keys))

    def refused() -> list[Refused]:
        text = "CAST(json AS VARCHAR)" if is_list else "line"
        query = f"SELECT rowid + 1, {text} FROM documents WHERE json IS NULL OR json_type(json) <> 'OBJECT'"
        return [(row, "not_json", value or "") for row, value in db.execute(query).fetchall() if (value or "").strip()]

    good = "json IS NOT NULL AND json_type(json) = 'OBJECT'"
    numbers = db.execute(f"SELECT rowid + 1 AS n FROM documents WHERE {good} ORDER BY rowid").fetchnumpy()["n"]
    relation = f"(SELECT {listed} FROM documents WHERE {good})"
    return TextRows(distinct(keys), relation, refused, np.asarray(numbers, dtype=np.int64))


def _pointer(key: str) -> str:
    return "/" + key.replace("~", "~0").replace("/", "~1")


def _workbook(db: duckdb.DuckDBPyConnection, path: Path, file: Path, wanted: Wanted) -> TextRows:
    _refuse_bomb(path, file)
    sought = {name: [*names, wanted.columns.get(name, name)] for name, names in aliases(wanted).items()}

    def is_wanted(raw: RawRows) -> bool:
        key = wanted.table.key[0]
        return key in match_columns(list(below_title(raw, sought).frame.columns), sought)

    try:
        raw = below_title(read_delimited(file, FileAccount(str(path)), wanted.sheet, None, is_wanted), sought)
    except AdapterError as error:
        raise AdapterError(path, error.message, error.hint) from error
    cells = [str(name) for name in raw.frame.columns]
    raw.frame.columns = [f"c{place}" for place in range(len(cells))]
    text = pa.Table.from_pandas(raw.frame, preserve_index=False)
    if len(cells) > known_of_categories()["parameters"]["max_columns"]:
        raise AdapterError(path, f"has {len(cells)} columns", "no category has as many")
    db.register("sheet", text)
    shape = [(row, "ragged", value) for row, value in raw.ragged]
    return TextRows(cells, "sheet", lambda: shape, raw.rows, list(raw.notes))


def _refuse_bomb(path: Path, file: Path) -> None:
    """A workbook is unpacked no further than its table of contents says; that is looked at before."""
    try:
        with zipfile.ZipFile(file) as book:
            size = sum(part.file_size for part in book.infolist())
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError) as error:
        raise AdapterError(path, f"is no readable workbook: {error}") from error
    if size > MAX_SHEET:
        raise AdapterError(path, f"unpacks to {size >> 20} MB, more than {MAX_SHEET >> 20}", "save the sheet as CSV")
