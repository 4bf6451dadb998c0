"""Columns that no heading holds as it stands: made from one or several others, by a rule a mapping names.

A rule gives text. What it cannot make sense of it leaves as written, for the check of the column to refuse and to show;
where all it needs is missing it gives nothing.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import Any

import numpy as np
import pandas as pd

from data_adapters.source import AdapterError, sidecar

POINT_ZERO = r"\.0+$"
US_DATE = r"^\s*(?P<month>\d{1,2})/(?P<day>\d{1,2})/(?P<year>\d{4}|\d{2})\s*$"
LATEST_YEAR_OF_20 = 68  # without a column of years, as in POSIX: 69 is 1969, 68 is 2068
MAGNUS_A, MAGNUS_B_C = 17.625, 243.04  # Alduchov and Eskridge (1996), over water, -40 to 50 C
HASH_CHARS = 16
NO_MONEY = r"[$,\s]"


@dataclass(frozen=True)
class Given:
    """The columns a rule is made of, in its order, where they are missing, and what the mapping says besides."""

    columns: Sequence[pd.Series]
    is_missing: Sequence[pd.Series]
    settings: Mapping[str, Any] = field(default_factory=dict)

    @property
    def is_all_missing(self) -> pd.Series:
        """Rows in which none of the columns says anything."""
        found: pd.Series = pd.concat(self.is_missing, axis=1).all(axis=1)
        return found


def _time_of_parts(given: Given) -> pd.Series:
    """Year, month, day, hour and perhaps minute as 2013-03-01 00:00."""
    year, month, day, hour, *rest = (part.str.replace(POINT_ZERO, "", regex=True) for part in given.columns)
    minute = rest[0].str.zfill(2) if rest else "00"
    date = year + "-" + month.str.zfill(2) + "-" + day.str.zfill(2)
    return (date + " " + hour.str.zfill(2) + ":" + minute).where(~given.is_all_missing, "")


def _words(given: Given) -> pd.Series:
    """A word as what the sidecar's list says it is; a word not in the list stays."""
    known = {
        str(word).upper(): str(value) for word, value in sidecar("mapped")["words"][given.settings["list"]].items()
    }
    text = given.columns[0]
    return text.str.upper().map(known).fillna(text)


def _relative_humidity(given: Given) -> pd.Series:
    """Relative humidity in % from temperature and dew point in C, two decimals."""
    temp, dew = (pd.to_numeric(part, errors="coerce").to_numpy(dtype=float) for part in given.columns)
    with np.errstate(all="ignore"):
        steam = np.exp(MAGNUS_A * dew / (MAGNUS_B_C + dew)) / np.exp(MAGNUS_A * temp / (MAGNUS_B_C + temp))
    made = pd.Series(np.round(100.0 * steam, 2), index=given.columns[0].index)
    lacking = given.is_missing[0] | given.is_missing[1]
    written = given.columns[0] + " " + given.columns[1]
    return made.map(repr).where(made.notna(), written).where(~lacking, "")


def _present(given: Given) -> pd.Series:
    """One word where at least one of the columns says something, another where none does."""
    some, none = given.settings["words"]
    return pd.Series(np.where(given.is_all_missing, none, some), index=given.columns[0].index, dtype="str")


def _hashed(given: Given) -> pd.Series:
    """A name of the row that tells nothing of what it is made of."""
    joined = given.columns[0]
    for part in given.columns[1:]:
        joined = joined + "\x1f" + part
    prefix = str(given.settings.get("prefix", ""))
    made = joined.map(lambda text: prefix + hashlib.sha256(text.encode()).hexdigest()[:HASH_CHARS])
    return made.astype("str").where(~given.is_all_missing, "")


def _us_date(given: Given) -> pd.Series:
    """m/d/yy as 2004-12-29. The column of years decides the century; a date of another year stays as written."""
    text = given.columns[0]
    parts = text.str.extract(US_DATE).fillna("")
    short = pd.to_numeric(parts["year"], errors="coerce")
    full = short.where(short >= 100, short + np.where(short <= LATEST_YEAR_OF_20, 2000, 1900))
    told = "" if len(given.columns) < 2 else " (year " + given.columns[1] + ")"
    if len(given.columns) > 1:
        stated = pd.to_numeric(given.columns[1], errors="coerce")
        agrees = (stated == full) | (stated % 100 == short) | stated.isna()
        full = full.where(stated.isna(), stated).where(agrees)
    is_date = full.notna() & (parts["month"] != "")
    year = full.fillna(0).astype(int).astype("str")
    made = year + "-" + parts["month"].str.zfill(2) + "-" + parts["day"].str.zfill(2)
    return made.where(is_date, text + told).where(~given.is_missing[0], "")


def _money(given: Given) -> pd.Series:
    """An amount in CNY, at the yearly mean rate of the year of the date; left with its currency where there is none."""
    currency = str(given.settings["currency"])
    rates = {str(year): float(rate) for year, rate in sidecar("mapped")["cny_per"][currency].items()}
    text = given.columns[0]
    amount = pd.to_numeric(text.str.replace(NO_MONEY, "", regex=True), errors="coerce").astype(float)
    rate = given.columns[1].str[:4].map(rates).astype(float)
    made = (amount * rate).round(2)
    return made.map(repr).where(made.notna(), text + " " + currency).where(~given.is_missing[0], "")


def _first_true(given: Given) -> pd.Series:
    """The word of the first column that is true; the default where none is."""
    words = [str(word) for word in given.settings["words"]]
    flags = [column.str.lower().isin(("true", "1", "yes")).to_numpy(dtype=bool) for column in given.columns]
    made = np.select(flags, words, str(given.settings["default"]))
    return pd.Series(made, index=given.columns[0].index, dtype="str")


RULES: Mapping[str, Callable[[Given], pd.Series]] = MappingProxyType(
    {
        "time_of_parts": _time_of_parts,
        "words": _words,
        "relative_humidity": _relative_humidity,
        "present": _present,
        "hashed": _hashed,
        "us_date": _us_date,
        "money": _money,
        "first_true": _first_true,
    }
)
LEAST: Mapping[str, int] = MappingProxyType({"time_of_parts": 4, "relative_humidity": 2, "money": 2})
NEEDED: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {"words": ("list",), "present": ("words",), "money": ("currency",), "first_true": ("words", "default")}
)


def apply_rule(path: Path, name: str, given: Given) -> pd.Series:
    """The column a rule makes.

    Raises  AdapterError if the mapping does not say what the rule needs
    """
    try:
        return RULES[name](given)
    except (KeyError, ValueError, TypeError) as error:
        raise AdapterError(path, f"rule {name} cannot be used: {error}", "see docs/real-files.md") from error
