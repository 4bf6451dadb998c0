"""Columns of text made numbers, times and words; a row that does not fit is refused with its reason and place."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

import numpy as np
import pandas as pd

from data_adapters.source import FileAccount, RejectionLog
from data_adapters.sources.delimited import RawRows
from data_adapters.sources.firms_columns import NOTHING, UTC_PLUS_8, Checks

MAX_TOLD = 20
TIME = r"^\d{4}-\d{2}-\d{2}(?:[T ]\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?)?(?:Z|\+00:?00)?$"


def checks_of(raw: RawRows, account: FileAccount, log: RejectionLog) -> Checks:
    """All rows good, those that fit no heading refused."""
    raw.enter(account, log)
    return Checks(account, log, raw.rows, np.ones(len(raw.frame), dtype=bool))


def tell_unused(account: FileAccount, headings: Sequence[str], used: Collection[str]) -> None:
    """Note the headings of a file of which nothing is taken."""
    unused = [heading for heading in headings if heading not in used]
    if unused:
        account.notes.append(f"columns not used: {', '.join(unused[:MAX_TOLD])}" + ("…" if unused[MAX_TOLD:] else ""))


def is_nothing(raw: pd.Series) -> pd.Series:
    """Whether a cell says nothing."""
    return raw.str.lower().isin(NOTHING)


def number(raw: pd.Series, checks: Checks, within: tuple[float, float], *, is_optional: bool = False) -> pd.Series:
    """Numbers within a range, NaN where nothing is said and nothing has to be."""
    values = pd.to_numeric(raw, errors="coerce").astype(float)
    nothing = is_nothing(raw)
    checks.refuse(nothing & (not is_optional), "missing", "a value that every row must have is not there", raw)
    checks.refuse(~nothing & ~np.isfinite(values), "not_a_number", "is no number", raw)
    checks.refuse((values < within[0]) | (values > within[1]), "out_of_range", "is outside what it can be", raw)
    return values


def moment(raw: pd.Series, checks: Checks, *, is_optional: bool = False) -> pd.Series:
    """Times in UTC, with or without fractions of a second, as naive UTC+8 to the second."""
    nothing = is_nothing(raw)
    plain = raw.where(raw.str.fullmatch(TIME), None)
    times = pd.to_datetime(plain, format="ISO8601", utc=True, errors="coerce").dt.tz_localize(None)
    checks.refuse(nothing & (not is_optional), "missing", "a value that every row must have is not there", raw)
    checks.refuse(~nothing & times.isna(), "not_a_time", "is no time as 2023-07-01T05:00:00", raw)
    return (times + UTC_PLUS_8).astype("datetime64[s]")


def word(raw: pd.Series, known: Mapping[str, object], checks: Checks, *, is_optional: bool = False) -> pd.Series:
    """What a word stands for; `known` is in small letters."""
    found = raw.str.lower().map(dict(known)).astype(object)
    nothing = is_nothing(raw) & ~raw.str.lower().isin(list(known))
    checks.refuse(nothing & (not is_optional), "missing", "a value that every row must have is not there", raw)
    checks.refuse(~nothing & found.isna(), "unknown_word", f"is none of {', '.join(known)}", raw)
    return found.where(found.notna(), None)


def text(raw: pd.Series, checks: Checks, *, is_optional: bool = False) -> pd.Series:
    """Text; nothing where nothing is said."""
    nothing = is_nothing(raw)
    checks.refuse(nothing & (not is_optional), "missing", "a value that every row must have is not there", raw)
    return raw.astype(object).where(~nothing, None)


def repeated(keys: pd.DataFrame, checks: Checks, seen: set[tuple[object, ...]]) -> None:
    """Refuse rows whose key an earlier row or file has; `seen` is filled."""
    listed = list(keys.itertuples(index=False, name=None))
    again = np.zeros(len(listed), dtype=bool)
    for place, key in enumerate(listed):
        if checks.good[place]:
            again[place] = key in seen
            seen.add(key)
    shown = pd.Series([" ".join(map(str, key)) for key in listed], name=keys.columns[0], dtype="str")
    checks.refuse(again, "duplicate", "the key of an earlier row", shown)
