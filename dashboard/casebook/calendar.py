"""Deadlines in working days of mainland China; which days these are, `fusion.working_days` knows.

A year without a notice has weekends only; `knows` says so, and a deadline that falls in it is marked provisional.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta

from fusion.working_days import is_working_day, knows

__all__ = [
    "add_working_days",
    "end_of_period",
    "is_working_day",
    "knows",
    "wall_clock",
    "working_days_between",
    "working_hours_between",
]

DAY = timedelta(days=1)
END_OF_DAY = time(23, 59, 59)
UTC_8 = timedelta(hours=8)


def wall_clock() -> datetime:
    """The time of day of the house: naive UTC+8, to the second."""
    return datetime.now(UTC).replace(tzinfo=None, microsecond=0) + UTC_8


def add_working_days(at: datetime, n: int) -> datetime:
    """The end of the n-th working day after the day of `at`, which itself doesn't count.

    Raises  ValueError for n below 1
    """
    if n < 1:
        raise ValueError(f"{n} working days are no period")
    day = at.date()
    while n:
        day += DAY
        n -= is_working_day(day)
    return datetime.combine(day, END_OF_DAY)


def end_of_period(day: date) -> datetime:
    """The end of a period of calendar days whose last is `day`: of the next working day if that one is off."""
    while not is_working_day(day):
        day += DAY
    return datetime.combine(day, END_OF_DAY)


def working_days_between(start: datetime, end: datetime) -> int:
    """Working days after the day of `start`, up to and with the day of `end`; 0 where `end` is not later."""
    days = (end.date() - start.date()).days
    return sum(is_working_day(start.date() + DAY * n) for n in range(1, days + 1))


def working_hours_between(start: datetime, end: datetime) -> float:
    """Hours from `start` to `end` that lie on working days, 24 a day; 0 where `end` is not later."""
    hours = 0.0
    day = start.date()
    while day <= end.date():
        if is_working_day(day):
            opens = datetime.combine(day, time())
            hours += max((min(end, opens + DAY) - max(start, opens)).total_seconds(), 0) / 3600
        day += DAY
    return hours
