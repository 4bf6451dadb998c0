"""The quick way for a CSV file in which little is wrong: the reader types the numbers, rows in doubt are told.

What it lets pass is what the full check lets pass, a little less: a row in doubt goes there.
"""

from __future__ import annotations

from dataclasses import dataclass

import duckdb
import numpy as np
from numpy.typing import NDArray

from data_adapters.intake.checks import (
    FIRST,
    LAST,
    PERIODS,
    is_good,
    is_number,
    literal,
    plain_time,
    signs_for_nothing,
    sql_type,
)
from data_adapters.intake.headings import Heading, Match
from data_adapters.intake.incoming import Incoming
from data_adapters.intake.readers import delimited
from data_adapters.intake.wanted import CHINA_MINUTES, Wanted, known_of_categories
from data_adapters.tables import DATE, FLAG, INT, REAL, TEXT, Column

IN_DOUBT = -1  # for a reason
MOST_DOUBTS = 0.1  # of the rows; with more the full check of the whole file is quicker
READ_AS = {REAL: "DOUBLE", INT: "DOUBLE", FLAG: "BOOLEAN"}
TRIMMED = "'^[\\s\\x{3000}\\x{a0}\\x{200b}\\x{feff}]|[\\s\\x{3000}\\x{a0}\\x{200b}\\x{feff}]$'"


@dataclass(frozen=True)
class Doubts:
    """Rows that the quick way did not judge."""

    places: NDArray[np.int64]  # in the table, which holds them with reason IN_DOUBT
    lines: NDArray[np.int64]  # of the file, from 1, which are not in the table

    @property
    def count(self) -> int:
        """How many."""
        return len(self.places) + len(self.lines)


def fill_quickly(
    db: duckdb.DuckDBPyConnection, name: str, heading: Heading | None, found: Incoming, said: tuple[Wanted, Match]
) -> Doubts | None:
    """Table `name` as the full check makes it but for the rows in doubt; nothing if it is not for this file."""
    wanted, match = said
    if heading is None or (wanted.decimal, wanted.thousands) != (".", "") or found.has_quotes:
        return None
    if found.underscores > sum(cell.count("_") for cell in heading.cells):
        return None
    try:
        db.execute(_statement(db, name, heading, found, said))
        places = db.sql(f"SELECT rowid AS place FROM {name} WHERE why = {IN_DOUBT} ORDER BY place").fetchnumpy()
        lines = db.sql("SELECT DISTINCT CAST(line AS BIGINT) AS line FROM reject_errors ORDER BY line").fetchnumpy()
        rows = db.sql(f"SELECT count(*) FROM {name}").fetchall()[0][0]
    except duckdb.Error:
        db.execute(f"DROP TABLE IF EXISTS {name}")
        return None
    doubts = Doubts(np.asarray(places["place"], np.int64), np.asarray(lines["line"], np.int64))
    return doubts if doubts.count <= MOST_DOUBTS * (rows + len(doubts.lines)) else None


def _statement(
    db: duckdb.DuckDBPyConnection, name: str, heading: Heading, found: Incoming, said: tuple[Wanted, Match]
) -> str:
    wanted, match = said
    columns = wanted.table.columns
    types = {
        match.places[column.name]: READ_AS.get(column.type, "VARCHAR")
        for column in columns
        if column.name in match.places
    }
    rows = delimited(db, found.path, heading, types)
    sure = " AND ".join(
        _sure(column, n, (f"c{place}", heading.cells[place]), wanted, found)
        for n, column in enumerate(columns)
        for place in [match.places.get(column.name)]
        if place is not None
    )
    sure += _sure_of_order(wanted, match)
    key = ", ".join(f"v{n}" for n, column in enumerate(columns) if column.name in wanted.table.key)
    listed = ", ".join(
        (f"TRY_CAST(v{n} AS {sql_type(column.type)})" if column.type not in (REAL, TEXT) else f"v{n}")
        + f' AS "{column.name}"'
        for n, column in enumerate(columns)
    )
    made = ", ".join(f"{_value(column, wanted, match)} AS v{n}" for n, column in enumerate(columns))
    return f"""
        CREATE OR REPLACE TABLE {name} AS
        SELECT {listed}, CASE WHEN {sure} THEN NULL ELSE {IN_DOUBT} END AS why, CAST(NULL AS VARCHAR) AS raw,
            hash({key}) AS h
        FROM (SELECT *, {made} FROM {rows.relation})
    """


def _value(column: Column, wanted: Wanted, match: Match) -> str:
    if column.name not in match.places:
        given = {**known_of_categories()["expected"].get(wanted.code, {}), **wanted.constants}.get(column.name)
        return f"CAST({'NULL' if given is None else literal(given)} AS {sql_type(column.type)})"
    c = f"c{match.places[column.name]}"
    if column.type in (REAL, INT):
        factor, summand = match.conversions.get(column.name, (1.0, 0.0))
        return c if (factor, summand) == (1.0, 0.0) else f"{c} * {factor!r} + {summand!r}"
    if column.type in (TEXT, FLAG):
        return c
    if column.type == DATE:
        return f"CASE WHEN {c} LIKE '____-__-__' THEN TRY_CAST({c} AS DATE) END"
    shift = CHINA_MINUTES - wanted.zone_minutes
    moved = f" + INTERVAL ({shift}) MINUTE" if shift else ""
    return f"CASE WHEN {plain_time(c)} THEN TRY_CAST({c} AS TIMESTAMP){moved} END"


def _sure(column: Column, n: int, at: tuple[str, str], wanted: Wanted, found: Incoming) -> str:
    """A condition under which the full check would find nothing either."""
    v, c = f"v{n}", at[0]
    if column.type in (REAL, INT):
        condition = is_good(column, v)
        if signs := signs_for_nothing(wanted):
            condition += f" AND {c} NOT IN ({', '.join(map(repr, signs))})"
    elif column.type == TEXT:
        condition = _sure_text(column, at, wanted, found)
    elif column.type == FLAG:
        condition = f"{v} IS NOT NULL"
    else:
        condition = f"{v} BETWEEN '{FIRST}' AND '{LAST}'"
    return f"({condition} OR {c} IS NULL)" if column.nullable else f"({condition})"


def _sure_of_order(wanted: Wanted, match: Match) -> str:
    place = {column.name: n for n, column in enumerate(wanted.table.columns) if column.name in match.places}
    pairs = [(place[start], place[end]) for start, end in PERIODS if start in place and end in place]
    return "".join(f" AND (v{end} >= v{start} OR v{end} IS NULL OR v{start} IS NULL)" for start, end in pairs)


def _sure_text(column: Column, at: tuple[str, str], wanted: Wanted, found: Incoming) -> str:
    c, cell = at
    tokens = sorted({token.lower() for token in wanted.missing if not is_number(token)})
    listed = ", ".join(map(literal, tokens))
    is_whole = f"NOT suffix({c}, ' ')" if found.is_plain else f"NOT regexp_matches({c}, {TRIMMED})"
    expected = known_of_categories()["expected"].get(wanted.code, {}).get(column.name)
    if expected:
        return f"{c} = {literal(expected)}"
    is_short = f"length({c}) <= {max(map(len, tokens))}"
    is_value = f"NOT ({is_short} AND lower({c}) IN ({listed}))"
    return f"({c} > '!' AND {c} <> {literal(cell)} AND {is_whole} AND {is_value})"
