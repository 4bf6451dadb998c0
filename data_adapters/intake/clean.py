"""The quick way for a CSV file in which nothing is wrong: the reader types the numbers, the first doubt ends it.

What it lets pass is what the full check lets pass, a little less: at any doubt the file goes there.
"""

from __future__ import annotations

import duckdb

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

DOUBT = "doubt"
READ_AS = {REAL: "DOUBLE", INT: "DOUBLE", FLAG: "BOOLEAN"}
TRIMMED = "'^[\\s\\x{3000}\\x{a0}\\x{200b}\\x{feff}]|[\\s\\x{3000}\\x{a0}\\x{200b}\\x{feff}]$'"


def fill_if_clean(
    db: duckdb.DuckDBPyConnection, name: str, heading: Heading | None, found: Incoming, said: tuple[Wanted, Match]
) -> bool:
    """Whether the file is read whole into table `name`: no row refused, no value in doubt."""
    wanted, match = said
    if heading is None or (wanted.decimal, wanted.thousands) != (".", "") or found.has_quotes:
        return False
    if found.underscores > sum(cell.count("_") for cell in heading.cells):
        return False
    types = {
        match.places[column.name]: READ_AS.get(column.type, "VARCHAR")
        for column in wanted.table.columns
        if column.name in match.places
    }
    rows = delimited(db, found.path, heading, types)
    values = [_value(column, wanted, match) for column in wanted.table.columns]
    sure = " AND ".join(
        _sure(column, n, (f"c{place}", heading.cells[place]), wanted, found)
        for n, column in enumerate(wanted.table.columns)
        for place in [match.places.get(column.name)]
        if place is not None
    )
    sure += _sure_of_order(wanted, match)
    key = ", ".join(f"v{n}" for n, column in enumerate(wanted.table.columns) if column.name in wanted.table.key)
    listed = ", ".join(
        (f"CAST(v{n} AS {sql_type(column.type)})" if column.type not in (REAL, TEXT) else f"v{n}")
        + f' AS "{column.name}"'
        for n, column in enumerate(wanted.table.columns)
    )
    made = ", ".join(f"{value} AS v{n}" for n, value in enumerate(values))
    try:
        db.execute(f"""
            CREATE OR REPLACE TABLE {name} AS
            SELECT {listed}, CAST(NULL AS INTEGER) AS why, CAST(NULL AS VARCHAR) AS raw, hash({key}) AS h
            FROM (SELECT *, {made} FROM {rows.relation}) WHERE CASE WHEN {sure} THEN true ELSE error('{DOUBT}') END
        """)
    except duckdb.Error:
        db.execute(f"DROP TABLE IF EXISTS {name}")
        return False
    return True


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
