"""Where the heading of a register stands and what it spans: titles above it, two rows of it, positions in parts."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace

import pandas as pd

from data_adapters.sources.delimited import RawRows, distinct, match_columns

HEADING_ROWS = 12
MIN_KNOWN = 3
NO_NAME = re.compile(r"^(#\d+)?$")
PART = re.compile(r"^(?P<axis>.*[经纬]度.*?)[\s_\-·(\[\uff08]*(?P<part>[度分秒])[)\]\uff09]?$")
PARTS = {"度": "°", "分": "'", "秒": '"'}


def below_title(raw: RawRows, known: Mapping[str, Sequence[str]]) -> RawRows:
    """The same rows, with the heading from where most of it is known: below a title, or from two rows."""
    table = [list(map(str, raw.frame.columns)), *raw.frame.iloc[:HEADING_ROWS].to_numpy(dtype=object).tolist()]
    best, most, used = table[0], len(match_columns(table[0], known)), 0
    has_name = "name" in match_columns(table[0], known)
    for place, cells in enumerate(table):
        below = table[place + 1] if place + 1 < len(table) else []
        for headings, last in ((distinct(cells), place), (_of_two_rows(cells, below), place + 1)):
            count = len(match_columns(headings, known)) + 2 * len(_parts(headings))
            if count > most and (count >= MIN_KNOWN or (has_name and place == 0)):
                best, most, used = headings, count, last
    if used == 0:
        return raw
    rest = raw.frame.iloc[used:].reset_index(drop=True)
    rest.columns = pd.Index(best)
    return replace(raw, frame=rest, rows=raw.rows[used:])


def _of_two_rows(upper: list[str], lower: list[str]) -> list[str]:
    """Headings of two rows as one; a cell merged over several columns stands in the first of them."""
    made: list[str] = []
    above = ""
    for place, under in enumerate(lower):
        is_own = not NO_NAME.match(upper[place])
        above = upper[place] if is_own else above
        if under in PARTS:
            made.append(f"{above}{under}")
        else:
            made.append(under or (upper[place] if is_own else ""))
    return distinct(made)


def _parts(headings: Sequence[str]) -> dict[str, dict[str, str]]:
    """Headings that hold degrees, minutes and seconds of one axis, by axis and sign."""
    axes: dict[str, dict[str, str]] = {}
    for heading in headings:
        found = PART.match(heading)
        if found:
            axes.setdefault(found["axis"], {})[PARTS[found["part"]]] = heading
    return {axis: parts for axis, parts in axes.items() if {"°", "'"} <= set(parts)}


def with_joined_parts(raw: RawRows) -> RawRows:
    """The same rows, with degrees, minutes and seconds in columns of their own put into one."""
    axes = _parts(list(map(str, raw.frame.columns)))
    frame = raw.frame
    for axis, parts in axes.items():
        joined = pd.Series("", index=frame.index, dtype="str")
        for sign, heading in parts.items():
            joined = joined + frame[heading].where(frame[heading] == "", frame[heading] + sign)
        frame = frame.drop(columns=[*parts.values(), *([axis] if axis in frame.columns else [])]).assign(
            **{axis: joined}
        )
        raw.notes.append(f"{axis}: put together from {', '.join(parts.values())}")
    return replace(raw, frame=frame)
