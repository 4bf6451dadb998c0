"""Rows of text into typed rows in DuckDB, each with the reason why it is refused, if it is."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import duckdb
import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from data_adapters.intake.checks import NUMBER, PERIODS, SPAN, Check, checks, literal
from data_adapters.intake.clean import Doubts, fill_quickly
from data_adapters.intake.headings import Match, matched
from data_adapters.intake.incoming import Incoming
from data_adapters.intake.lines import copy_lines
from data_adapters.intake.quick import incoming_quickly
from data_adapters.intake.readers import Refused, TextRows, delimited, text_rows, told_of
from data_adapters.intake.wanted import Wanted, known_of_categories
from data_adapters.source import AdapterError, FileAccount
from data_adapters.tables import TEXT

MEMORY = "2GB"
AGAIN = 1_000_000  # added to the number of a table for its rows in doubt


@dataclass
class Loaded:
    """One file in table rows_<number>, and the rows that never came that far."""

    number: int
    account: FileAccount
    rows: TextRows
    refused: list[Refused]
    made: list[Check]
    order: str = "rowid"  # by which its rows stand as in the file

    @property
    def name(self) -> str:
        """Name of its table."""
        return f"rows_{self.number}"


@contextmanager
def engine() -> Iterator[tuple[duckdb.DuckDBPyConnection, Path]]:
    """A DuckDB of bounded memory and a folder for working copies, gone afterwards."""
    with tempfile.TemporaryDirectory(prefix="lookout-intake-") as folder:
        settings = {"memory_limit": MEMORY, "temp_directory": f"{folder}/spill"}
        db = duckdb.connect(config={**settings, "autoinstall_known_extensions": "false"})
        try:
            db.execute("SET TimeZone = 'UTC'")
            db.execute("SET disabled_optimizers = 'in_clause'")  # a join for each IN costs ten times the reading
            yield db, Path(folder)
        finally:
            db.close()


def load(
    db: duckdb.DuckDBPyConnection, number: int, path: Path, account: FileAccount, work: Path, wanted: Wanted
) -> Loaded:
    """One file read, checked and kept in its own table.

    Raises  AdapterError if it cannot be used
    """
    found, quick = incoming_quickly(db, f"rows_{number}", (path, account, work), wanted)
    if not found.encoding.startswith("utf-8"):
        account.notes.append(f"read as {found.encoding}")
    rows = text_rows(db, path, found, wanted)
    match = matched(path, rows.cells, wanted)
    loaded = Loaded(number, account, rows, [], checks(wanted, match, is_typed=rows.is_typed))
    with told_of(path):
        doubts = quick.doubts
        if not quick.is_tried:
            doubts = fill_quickly(db, loaded.name, rows.heading, found, (wanted, match))
        if doubts is None or not _settle(db, loaded, found, (work, wanted), doubts):
            _fill(db, loaded, wanted)
            loaded.refused = rows.refused()
            if found.has_quotes and rows.heading and _is_swallowed(db, loaded):
                _again_without_open_marks(db, loaded, found, work, wanted)
            _refuse_unzoned(db, loaded, wanted)
        _refuse_swapped(db, path, loaded, match)
    account.notes += [*loaded.rows.notes, *match.notes]
    _count_lines(db, path, loaded, found)
    return loaded


def _fill(db: duckdb.DuckDBPyConnection, loaded: Loaded, wanted: Wanted) -> None:
    """The table of a file: the columns of the category, then why, raw, key hash and z<n> for times with an offset."""
    made = loaded.made
    given = {**known_of_categories()["expected"].get(wanted.code, {}), **wanted.constants}
    used = [n for n, one in enumerate(made) if one.place is not None or one.column.name in given]
    texts = [
        f"c{made[n].place} AS x{n}" if made[n].place is not None else f"{literal(given[made[n].column.name])} AS x{n}"
        for n in used
    ]
    values = [f"{one.value} AS v{n}" for n, one in enumerate(made)]
    zones = [f"{one.zoned} AS z{n}" for n, one in enumerate(made) if one.zoned and n in used]
    refusals = [*_heading_refusal(loaded), *(f"({made[n].refusal})" for n in used), *_order_refusals(made)]
    raw = f"left(CASE why // {SPAN} {' '.join(f'WHEN {n} THEN CAST(x{n} AS VARCHAR)' for n in used)} END, 200)"
    key = ", ".join(f"v{n}" for n, one in enumerate(made) if one.column.name in wanted.table.key)
    finals = [f'{one.final} AS "{one.column.name}"' for n, one in enumerate(made)]
    flags = [f"z{n}" for n, one in enumerate(made) if one.zoned and n in used]
    db.execute("DROP TABLE IF EXISTS reject_errors; DROP TABLE IF EXISTS reject_scans")
    db.execute(f"""
        CREATE OR REPLACE TABLE {loaded.name} AS
        SELECT {", ".join([*finals, *flags])}, CAST(why AS INTEGER) AS why,
            CASE WHEN why IS NOT NULL THEN {raw} END AS raw, hash({key}) AS h
        FROM (SELECT *, coalesce({", ".join(refusals)}) AS why
        FROM (SELECT *, {", ".join([*values, *zones])} FROM (SELECT {", ".join(texts)} FROM {loaded.rows.relation})))
    """)


def _settle(
    db: duckdb.DuckDBPyConnection, loaded: Loaded, found: Incoming, said: tuple[Path, Wanted], doubts: Doubts
) -> bool:
    """Whether the rows in doubt went through the full check alone; if not the whole file has to."""
    heading, (work, wanted) = loaded.rows.heading, said
    if heading is None or not doubts.count:
        return heading is not None
    kept = int(db.execute(f"SELECT count(*) FROM {loaded.name}").fetchall()[0][0])
    total = kept + len(doubts.lines)
    if found.lines - heading.lines not in (total, total - 1):
        return False  # blank lines: which row stands in which line is not known
    missing = doubts.lines - heading.lines
    is_there = np.ones(total + 1, dtype=bool)
    is_there[0], is_there[missing] = False, False
    numbers = np.flatnonzero(is_there)
    asked = np.union1d(numbers[doubts.places], missing)
    copy_lines(found.path, asked + heading.lines, work / "doubts.csv")
    rows = delimited(db, work / "doubts.csv", replace(heading, lines=0))
    again = Loaded(loaded.number + AGAIN, loaded.account, rows, [], loaded.made)
    _fill(db, again, wanted)
    refused = rows.refused()
    judged = np.delete(asked, [row - 1 for row, _, _ in refused])
    zoned = [f"bool_or(z{n})" for n, one in enumerate(again.made) if one.zoned and one.place is not None]
    told = db.execute(f"SELECT {', '.join(['count(*)', *zoned])} FROM {again.name}").fetchall()[0]
    is_whole = told[0] == len(judged) and np.isin(numbers[doubts.places], judged).all()
    if not is_whole or any(told[1:]):
        return False  # an offset in one row says something of all
    loaded.refused = [(int(asked[row - 1]), reason, text) for row, reason, text in refused]
    _put_back(db, loaded, again.name, np.searchsorted(numbers, judged), is_there[judged])
    loaded.rows.numbers = np.concatenate([numbers, judged[~is_there[judged]]])
    return True


def _put_back(
    db: duckdb.DuckDBPyConnection, loaded: Loaded, again: str, place: NDArray[np.int64], is_there: NDArray[np.bool_]
) -> None:
    """Rows judged take the place they have in the table, or are added to it, told before which place they belong."""
    turns = np.arange(len(place))
    db.register("back", pa.table({"turn": turns[is_there], "place": place[is_there]}))
    db.register("late", pa.table({"turn": turns[~is_there], "before": place[~is_there] - 0.5}))
    names = [f'"{one.column.name}"' for one in loaded.made] + ["why", "raw", "h"]
    db.execute(f"""
        UPDATE {loaded.name} SET {", ".join(f"{name} = new.{name}" for name in names)}
        FROM (SELECT back.place, {again}.* FROM {again} JOIN back ON {again}.rowid = back.turn) AS new
        WHERE {loaded.name}.rowid = new.place
    """)
    db.execute(f"ALTER TABLE {loaded.name} ADD COLUMN before DOUBLE")
    db.execute(f"""
        INSERT INTO {loaded.name} SELECT {", ".join(names)}, late.before
        FROM {again} JOIN late ON {again}.rowid = late.turn ORDER BY late.turn
    """)
    db.execute(f"DROP TABLE {again}")
    loaded.order = "coalesce(before, rowid)"


def _heading_refusal(loaded: Loaded) -> list[str]:
    """A heading in the middle, where files were put together; only a text could pass for a value."""
    for n, one in enumerate(loaded.made):
        if one.place is not None and one.column.type == TEXT and not one.column.nullable:
            again = literal(loaded.rows.cells[one.place])
            return [f"CASE WHEN x{n} = {again} THEN {n * SPAN + NUMBER['heading']} END"]
    return []


def _order_refusals(made: Sequence[Check]) -> list[str]:
    place = {one.column.name: n for n, one in enumerate(made) if one.place is not None}
    return [
        f"CASE WHEN v{place[end]} < v{place[start]} THEN {place[end] * SPAN + NUMBER['ends_before_start']} END"
        for start, end in PERIODS
        if start in place and end in place
    ]


def _is_swallowed(db: duckdb.DuckDBPyConnection, loaded: Loaded) -> bool:
    """Whether a quotation mark that is never closed has taken in whole rows."""
    heading = loaded.rows.heading
    if heading is None or any("\n" in text.strip() for _, _, text in loaded.refused):
        return heading is not None
    count = f"length(c) - length(replace(c, {literal(heading.delimiter)}, ''))"
    every = " UNION ALL ".join(f"SELECT c{n} AS c FROM {loaded.rows.relation}" for n in range(len(heading.cells)))
    query = f"SELECT count(*) FROM ({every}) WHERE contains(c, chr(10)) AND {count} >= {len(heading.cells) - 1}"
    return bool(db.execute(query).fetchall()[0][0])


def _again_without_open_marks(
    db: duckdb.DuckDBPyConnection, loaded: Loaded, found: Incoming, work: Path, wanted: Wanted
) -> None:
    """Read a second time, with lines of an odd number of quotation marks freed of them."""
    heading = loaded.rows.heading
    if heading is None:
        return
    copy, count = work / "freed.csv", 0
    with found.path.open("rb") as lines, copy.open("wb") as kept:
        for line in lines:
            is_open = line.count(b'"') % 2 == 1
            count += is_open
            kept.write(line.replace(b'"', b"") if is_open else line)
    found.path, found.has_quotes = copy, False
    notes = [*loaded.rows.notes, f"{count} lines with an open quotation mark, read without it"]
    loaded.rows = replace(delimited(db, copy, heading), notes=notes)
    _fill(db, loaded, wanted)
    loaded.refused = loaded.rows.refused()


def _refuse_unzoned(db: duckdb.DuckDBPyConnection, loaded: Loaded, wanted: Wanted) -> None:
    """Where some times have an offset, those without one are not guessed at, unless the zone is declared."""
    for n, one in enumerate(loaded.made):
        if one.zoned is None or one.place is None or wanted.is_zone_declared:
            continue
        is_mixed = f"SELECT bool_or(z{n}) AND bool_or(NOT z{n}) FROM {loaded.name} WHERE why IS NULL"
        if db.execute(is_mixed).fetchall()[0][0]:
            why = n * SPAN + NUMBER["time_zone_unknown"]
            raw = f'CAST("{one.column.name}" AS VARCHAR)'
            db.execute(f"UPDATE {loaded.name} SET why = {why}, raw = {raw} WHERE why IS NULL AND NOT z{n}")


def _refuse_swapped(db: duckdb.DuckDBPyConnection, path: Path, loaded: Loaded, match: Match) -> None:
    """PM2.5 is part of PM10: a file where it is mostly above has the two swapped."""
    if not {"pm25_ug_m3", "pm10_ug_m3"} <= set(match.places):
        return
    limits = known_of_categories()["parameters"]
    above, both = db.execute(
        f"SELECT count(*) FILTER (pm25_ug_m3 > pm10_ug_m3), count(*) FROM {loaded.name}"
        " WHERE why IS NULL AND pm25_ug_m3 IS NOT NULL AND pm10_ug_m3 IS NOT NULL"
    ).fetchall()[0]
    if both >= limits["swapped_rows"] and above > limits["swapped_share"] * both:
        told = f"has PM2.5 above PM10 in {above:,} of {both:,} rows"
        raise AdapterError(path, told, "the two columns seem swapped: option columns says which is which")


def _count_lines(db: duckdb.DuckDBPyConnection, path: Path, loaded: Loaded, found: Incoming) -> None:
    """Without quoted line ends every line is a row: what the reader gave must be as many."""
    heading = loaded.rows.heading
    if heading is None or found.has_quotes:
        return
    kept = db.execute(f"SELECT count(*) FROM {loaded.name}").fetchall()[0][0] + len(loaded.refused)
    if kept == found.lines - heading.lines or kept == found.lines - heading.lines + 1:
        return
    with found.path.open("rb") as file:
        filled = sum(1 for line in file if line.strip()) - _filled_above(found.path, heading.lines)
    if kept != filled:
        raise AdapterError(
            path, f"has {filled:,} lines below the heading, of which {kept:,} became rows", "report this"
        )


def _filled_above(file: Path, lines: int) -> int:
    with file.open("rb") as text:
        return sum(1 for _, line in zip(range(lines), text, strict=False) if line.strip())
