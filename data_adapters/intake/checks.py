"""What DuckDB is asked for each column: the value, or the reason why there is none.

Every expression reads the text `x`; the usual spelling is tried first, so that the rare ones cost nothing.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

import pyarrow as pa

from data_adapters.catalogue.ranges import ranges
from data_adapters.intake.headings import Match
from data_adapters.intake.wanted import CHINA_MINUTES, MISSING, Wanted, known_of_categories
from data_adapters.tables import DATE, FLAG, INT, REAL, TEXT, TIME, Column

REASONS: Mapping[str, str] = MappingProxyType(
    {
        "missing": "a value that every row must have is not there",
        "not_a_number": "is no number; option decimal, thousands or missing may explain it",
        "not_finite": "is infinite or not a number (NaN)",
        "not_whole": "is no whole number",
        "not_a_date": "is no date as 2025-07-10, 2025/7/10, 20250710 or 2025年7月10日",
        "not_a_time": "is no time as 2025-07-10 21:00, with or without an offset; 24:00 tells no start",
        "not_a_flag": "is neither true nor false, 1 nor 0, 是 nor 否",
        "out_of_range": "is outside what the quantity can be",
        "ends_before_start": "ends before it starts",
        "other_product": "belongs to another category",
        "time_zone_unknown": "has no offset where other rows have one; option time_zone says what it is",
        "duplicate": "the same row a second time",
        "conflict": "the key of an earlier row, with other values",
        "ragged": "more or fewer cells than the heading",
        "swallowed": "a quotation mark that is never closed has taken in other rows",
        "not_json": "is no JSON object",
        "heading": "the heading a second time",
    }
)
NUMBER = {reason: place for place, reason in enumerate(REASONS)}
SPAN = 64  # a refusal is column * SPAN + reason
BLANKS = "' \t\r\n\u3000\u00a0\u200b\ufeff'"
MAX_REAL = 1.7976931348623157e308
FIRST, LAST = ("1990-01-01", "2100-01-01")
ZONED = r"\d{4}[-/]\d{1,2}[-/]\d{1,2}[ T]([01]?\d|2[0-3]):\d{2}(:\d{2}(\.\d+)?)? ?(Z|[+-]\d{2}(:?\d{2})?)"
NAIVE = r"\d{4}[-/]\d{1,2}[-/]\d{1,2}[ T]([01]?\d|2[0-3]):\d{2}(:\d{2}(\.\d+)?)?"
DIGITS = {
    r"20\d{12}": "%Y%m%d%H%M%S",
    r"20\d{10}": "%Y%m%d%H%M",
    r"20\d{8}": "%Y%m%d%H",
    r"\d{4}-\d{1,2}-\d{1,2} \d{1,2}时?": "%Y-%m-%d %H",
    r"\d{4}年\d{1,2}月\d{1,2}日 ?\d{1,2}时": "%Y年%m月%d日%H时",
    r"\d{4}年\d{1,2}月\d{1,2}日 \d{1,2}:\d{2}": "%Y年%m月%d日 %H:%M",
}
PERIODS = (
    ("from_at", "to_at"),
    ("from_date", "to_date"),
    ("valid_from", "valid_to"),
    ("period_from", "period_to"),
    ("found_date", "closed_date"),
    ("issued_at", "closed_at"),
)
SQL_TYPES = {TEXT: "VARCHAR", INT: "INTEGER", REAL: "DOUBLE", DATE: "DATE", TIME: "TIMESTAMP_S", FLAG: "BOOLEAN"}


@dataclass(frozen=True)
class Check:
    """Expressions of one column over x<n> (the text) and v<n> (the value before the last step)."""

    column: Column
    place: int | None  # place in the heading; nothing for a constant or an absent column
    value: str
    refusal: str
    final: str
    zoned: str | None = None


def literal(text: object) -> str:
    """A text as SQL."""
    return "'" + str(text).replace("'", "''") + "'"


def sql_type(kind: pa.DataType) -> str:
    """Name of an Arrow type in DuckDB."""
    return SQL_TYPES[kind]


def checks(wanted: Wanted, match: Match, *, is_typed: bool = False) -> list[Check]:
    """One check for every column of the table, in order; of typed columns only what their type leaves open."""
    given = {**known_of_categories()["expected"].get(wanted.code, {}), **wanted.constants}
    made = []
    for n, column in enumerate(wanted.table.columns):
        place = match.places.get(column.name)
        if place is None and column.name not in given:
            made.append(Check(column, None, f"CAST(NULL AS {sql_type(column.type)})", "NULL", f"v{n}"))
            continue
        unit = match.conversions.get(column.name, (1.0, 0.0))
        made.append(_typed_check(n, column, place, wanted) if is_typed else _check(n, column, place, wanted, unit))
    return made


def _check(n: int, column: Column, place: int | None, wanted: Wanted, unit: tuple[float, float]) -> Check:
    build = {TEXT: _text, INT: _number, REAL: _number, DATE: _date, TIME: _time, FLAG: _flag}[column.type]
    value, fails = build(f"x{n}", f"v{n}", column, wanted, unit)
    refusal = _refusal(n, column, fails, _is_nothing(f"x{n}", column, wanted))
    final = f"TRY_CAST(v{n} AS {sql_type(column.type)})" if column.type in (INT, TIME) else f"v{n}"
    zoned = f"CASE WHEN {plain_time(f'x{n}')} THEN false ELSE regexp_full_match(trim(x{n}), {literal(ZONED)}) END"
    return Check(column, place, value, refusal, final, zoned if column.type == TIME else None)


def _typed_check(n: int, column: Column, place: int | None, wanted: Wanted) -> Check:
    """The check of a column that has its type already: whether it is there, and what it says can be."""
    x, v, nothing = f"x{n}", f"v{n}", f"x{n} IS NULL"
    good = "CASE WHEN {} THEN NULL <nothing> {} END"
    if column.type == TEXT:
        value, fails = _text(x, v, column, wanted, (1.0, 0.0))
        nothing = _is_nothing(x, column, wanted)
    elif column.type in (REAL, INT):
        value = f"CAST({x} AS DOUBLE)"
        # a bound alone would be left out by the statistics of a Parquet file, which know nothing of its NaN
        is_fine = is_good(column, v) if column.type == INT else f"isfinite({v}) AND {is_good(column, v)}"
        fails = good.format(is_fine, f"WHEN NOT isfinite({v}) THEN <not_finite> ELSE <out_of_range>")
    elif column.type == FLAG:
        value, fails = x, good.format(f"{v} IS NOT NULL", "")
    else:
        kind = "DATE" if column.type == DATE else "TIMESTAMP"
        value = x if column.type == DATE else f"date_trunc('second', CAST({x} AS TIMESTAMP))"
        fails = good.format(f"{v} BETWEEN {kind} '{FIRST}' AND {kind} '{LAST}'", "ELSE <out_of_range>")
    final = f"TRY_CAST({v} AS {sql_type(column.type)})" if column.type in (INT, TIME) else v
    return Check(column, place, value, _refusal(n, column, fails, nothing), final)


def _refusal(n: int, column: Column, fails: str, nothing: str) -> str:
    """A refusal with its numbers in place of the words in <>."""
    code = f"{n * SPAN} + "
    for reason, number in NUMBER.items():
        fails = fails.replace(f"<{reason}>", code + str(number))
    lacking = "NULL" if column.nullable else code + str(NUMBER["missing"])
    return fails.replace("<nothing>", f"WHEN v{n} IS NULL AND {nothing} THEN {lacking}")


def _is_nothing(x: str, column: Column, wanted: Wanted) -> str:
    tokens = ", ".join(sorted({literal(token.lower()) for token in wanted.missing}))
    return f"({x} IS NULL OR lower(trim({x}, {BLANKS})) IN ({tokens}){_sign(x, column, wanted)})"


def signs_for_nothing(wanted: Wanted) -> list[float]:
    """Numbers that stand for nothing."""
    found = []
    for token in wanted.missing:
        try:
            found.append(float(token))
        except ValueError:
            continue
    return [sign for sign in found if math.isfinite(sign)]


def _sign(x: str, column: Column, wanted: Wanted) -> str:
    signs = signs_for_nothing(wanted) if column.type in (REAL, INT) else []
    return f" OR {_read_number(x, wanted)} IN ({', '.join(map(repr, signs))})" if signs else ""


def _read_number(x: str, wanted: Wanted) -> str:
    plain = x
    if wanted.thousands:
        point = r"\." if wanted.decimal == "." else ","
        mark = {".": r"\."}.get(wanted.thousands, wanted.thousands)
        form = rf"\s*[+-]?\d{{1,3}}({mark}\d{{3}})+({point}\d*)?\s*"
        gone = f"replace({x}, {literal(wanted.thousands)}, '')"
        plain = f"CASE WHEN regexp_full_match({x}, {literal(form)}) THEN {gone} ELSE {x} END"
    if wanted.decimal == ",":
        is_other = "" if wanted.thousands == "." else f"WHEN contains({x}, '.') THEN NULL "
        plain = f"replace(CASE {is_other}ELSE {plain} END, ',', '.')"
    return f"CASE WHEN contains({x}, '_') THEN NULL ELSE TRY_CAST({plain} AS DOUBLE) END"


def _number(x: str, v: str, column: Column, wanted: Wanted, unit: tuple[float, float]) -> tuple[str, str]:
    read = _read_number(x, wanted)
    if signs := signs_for_nothing(wanted):
        read = f"CASE WHEN {read} NOT IN ({', '.join(map(repr, signs))}) THEN {read} END"
    if unit != (1.0, 0.0):
        read = f"({read}) * {unit[0]!r} + {unit[1]!r}"
    whole = f"WHEN {v} <> floor({v}) THEN <not_whole>" if column.type == INT else ""
    return read, (
        f"CASE WHEN {is_good(column, v)} THEN NULL <nothing> WHEN {v} IS NULL THEN <not_a_number>"
        f" WHEN NOT isfinite({v}) THEN <not_finite> {whole} ELSE <out_of_range> END"
    )


def is_good(column: Column, v: str) -> str:
    """Whether a number is what the quantity can be."""
    low, high = ranges().get(column.name, (-MAX_REAL, MAX_REAL))
    if column.type != INT:
        return f"{v} BETWEEN {low!r} AND {high!r}"
    return f"{v} BETWEEN {max(low, -(2.0**31))!r} AND {min(high, 2.0**31 - 1)!r} AND {v} = floor({v})"


def _text(x: str, v: str, column: Column, wanted: Wanted, unit: tuple[float, float]) -> tuple[str, str]:
    tokens = sorted({token.lower() for token in wanted.missing if not is_number(token)})
    listed = ", ".join(map(literal, tokens))
    trimmed = f"trim({x}, {BLANKS})"  # ten times as dear as all the rest: only where there is something to trim
    is_odd = f"({x} < '!' OR suffix({x}, ' ') OR suffix({x}, chr(9)) OR strlen({x}) <> length({x}))"
    is_usual = "" if set(tokens) - set(map(str.lower, MISSING)) else f"WHEN {x} >= '0' AND {x} < 'N' THEN {x}"
    value = (
        f"CASE WHEN {is_odd} THEN CASE WHEN lower({trimmed}) NOT IN ({listed}) THEN {trimmed} END {is_usual}"
        f" WHEN length({x}) > {max(map(len, tokens))} THEN {x} WHEN lower({x}) NOT IN ({listed}) THEN {x} END"
    )
    expected = known_of_categories()["expected"].get(wanted.code, {}).get(column.name)
    other = f"WHEN {v} <> {literal(expected)} THEN <other_product>" if expected else ""
    return value, f"CASE {other} WHEN {v} IS NOT NULL THEN NULL <nothing> END"


def is_number(token: str) -> bool:
    """Whether a sign for nothing is a number."""
    try:
        return math.isfinite(float(token))
    except ValueError:
        return False


def _flag(x: str, v: str, column: Column, wanted: Wanted, unit: tuple[float, float]) -> tuple[str, str]:
    value = (
        f"CASE WHEN {x} IN ('true', '1', 'True') THEN true WHEN {x} IN ('false', '0', 'False') THEN false "
        f"WHEN lower(trim({x}, {BLANKS})) IN ('true', 't', '1', '1.0', 'y', 'yes', '是', '有') THEN true "
        f"WHEN lower(trim({x}, {BLANKS})) IN ('false', 'f', '0', '0.0', 'n', 'no', '否', '无') THEN false END"
    )
    return value, f"CASE WHEN {v} IS NOT NULL THEN NULL <nothing> ELSE <not_a_flag> END"


def _date(x: str, v: str, column: Column, wanted: Wanted, unit: tuple[float, float]) -> tuple[str, str]:
    plain = f"regexp_replace(trim({x}, {BLANKS}), {literal('[ T]0{1,2}:00(:00([.]0+)?)?$')}, '')"
    value = (
        f"CASE WHEN {x} IS NULL THEN NULL"
        f" WHEN {x} LIKE '____-__-__' THEN TRY_CAST({x} AS DATE)"
        f" WHEN regexp_full_match({plain}, '\\d{{4}}[-/]\\d{{1,2}}[-/]\\d{{1,2}}') THEN TRY_CAST({plain} AS DATE)"
        f" WHEN regexp_full_match({plain}, '(19|20)\\d{{6}}') THEN CAST(try_strptime({plain}, '%Y%m%d') AS DATE)"
        f" ELSE CAST(try_strptime({plain}, '%Y年%m月%d日') AS DATE) END"
    )
    is_good = f"{v} BETWEEN DATE '{FIRST}' AND DATE '{LAST}'"
    return value, (
        f"CASE WHEN {is_good} THEN NULL <nothing> WHEN {v} IS NULL THEN <not_a_date> ELSE <out_of_range> END"
    )


def plain_time(x: str) -> str:
    """Whether a text is 2025-07-10 21:00 or 2025-07-10 21:00:00, by the places of its signs."""
    return f"(({x} LIKE '____-__-__ __:__:__' OR {x} LIKE '____-__-__ __:__') AND NOT contains({x}, ' 24:'))"


def _time(x: str, v: str, column: Column, wanted: Wanted, unit: tuple[float, float]) -> tuple[str, str]:
    shift = CHINA_MINUTES - wanted.zone_minutes
    moved = f" + INTERVAL ({shift}) MINUTE" if shift else ""
    plain = f"trim({x}, {BLANKS})"
    written = " ".join(
        f"WHEN regexp_full_match({plain}, {literal(form)}) THEN try_strptime({plain}, {literal(layout)}){moved}"
        for form, layout in DIGITS.items()
    )
    value = (
        f"CASE WHEN {x} IS NULL THEN NULL WHEN {plain_time(x)} THEN TRY_CAST({x} AS TIMESTAMP){moved}"
        f" WHEN regexp_full_match({plain}, {literal(NAIVE)}) THEN TRY_CAST({plain} AS TIMESTAMP){moved}"
        f" WHEN regexp_full_match({plain}, {literal(ZONED)})"
        f" THEN timezone('UTC', TRY_CAST({plain} AS TIMESTAMPTZ)) + INTERVAL ({CHINA_MINUTES}) MINUTE {written} END"
    )
    is_good = f"{v} BETWEEN TIMESTAMP '{FIRST}' AND TIMESTAMP '{LAST}'"
    return f"date_trunc('second', {value})", (
        f"CASE WHEN {is_good} THEN NULL <nothing> WHEN {v} IS NULL THEN <not_a_time> ELSE <out_of_range> END"
    )
