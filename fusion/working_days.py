"""Working days of mainland China, by the yearly notices of the State Council (`holidays.toml`).

A year without a notice has weekends only; `knows` says so, and what rests on it says so too.
"""

from __future__ import annotations

import tomllib
from datetime import date, timedelta
from functools import cache
from importlib import resources

import pyarrow as pa

from fusion.layout_calendar import WORKING_DAYS

SATURDAY = 5
DAY = timedelta(days=1)
FIRST_YEAR, LAST_YEAR = 2018, 2040  # of the table in a snapshot


def knows(year: int) -> bool:
    """Whether the notice for `year` is on file."""
    return year in _notices()


def is_working_day(day: date) -> bool:
    """Whether offices are open on `day`: shifted working weekends count, public holidays don't."""
    off, work = _notices().get(day.year, (frozenset(), frozenset()))
    return day in work or (day.weekday() < SATURDAY and day not in off)


def working_days() -> pa.Table:
    """The calendar as a table of a snapshot, one row a day from FIRST_YEAR to LAST_YEAR."""
    first = date(FIRST_YEAR, 1, 1)
    days = [first + DAY * n for n in range((date(LAST_YEAR + 1, 1, 1) - first).days)]
    columns = {
        "date": days,
        "is_working": [is_working_day(day) for day in days],
        "is_announced": [knows(day.year) for day in days],
    }
    return pa.table(columns, schema=WORKING_DAYS.schema)


@cache
def _notices() -> dict[int, tuple[frozenset[date], frozenset[date]]]:
    text = resources.files(__package__).joinpath("holidays.toml").read_text("utf-8")
    return {
        int(year): (frozenset(notice["off"]), frozenset(notice["work"])) for year, notice in tomllib.loads(text).items()
    }
