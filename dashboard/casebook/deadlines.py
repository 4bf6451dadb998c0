"""When a state's next step is due: the deadlines of `states.csv` on the calendar; the clock stops while suspended."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from typing import Any

from dashboard.casebook.calendar import (
    END_OF_DAY,
    add_working_days,
    end_of_period,
    knows,
    working_days_between,
)
from dashboard.casebook.standing import Standing
from dashboard.casebook.states import TRANSITIONS, Deadline, Period

REINSPECTION_DAYS = 30  # of a daily penalty, by law


def due_in(state: str, before: Standing, record: Mapping[str, Any], at: datetime) -> datetime | None:
    """When the first step out of `state` is due, if it begins at `at` with that record; None without a deadline."""
    if state == "SUSPENDED":
        return datetime.combine(date.fromisoformat(record["wake_up_on"]), time())
    severity = record.get("severity", before.severity)
    dues = [
        _due(step.deadline, severity, before, record, at)
        for step in TRANSITIONS
        if step.source == state and step.deadline
    ]
    if state == "RECHECK" and before.is_daily_penalty and before.ordered_at:
        last = (before.ordered_at + timedelta(days=REINSPECTION_DAYS)).date()
        dues.append(datetime.combine(last, END_OF_DAY))
    return min(dues, default=None)


def resumed_due(before: Standing, at: datetime) -> datetime | None:
    """The deadline of a case whose clock runs again at `at`: what was left of it when it stopped."""
    due, stopped = before.stopped_due_at, before.since
    if due is None:
        return None
    if due <= stopped:
        return at - (stopped - due)
    if before.suspended_in == "CHECKING":
        left = working_days_between(stopped, due)
        return add_working_days(at, left) if left else datetime.combine(at.date(), END_OF_DAY)
    return due + (at - stopped)


def is_provisional(at: datetime, due: datetime | None) -> bool:
    """Whether a deadline reaches into a year whose holidays aren't known here."""
    return due is not None and not all(knows(year) for year in range(at.year, due.year + 1))


def _due(deadline: Deadline, severity: int, before: Standing, record: Mapping[str, Any], at: datetime) -> datetime:
    if deadline.field and record.get(deadline.field):
        return datetime.combine(date.fromisoformat(record[deadline.field]), END_OF_DAY)
    start = before.accepted_at or at if deadline.counts_from == "accepted" else at
    return _after(start, deadline.severe if severity == 1 else deadline.usual)


def _after(start: datetime, period: Period) -> datetime:
    if period.unit == "h":
        return start + timedelta(hours=period.amount)
    if period.unit == "wd":
        return add_working_days(start, period.amount)
    if period.unit == "d":
        return end_of_period((start + timedelta(days=period.amount)).date())
    if period.unit == "mo":
        return end_of_period(_months_later(start.date(), period.amount))
    hour = datetime.combine(start.date(), time(period.amount))
    return hour if start < hour else hour + timedelta(days=1)


def _months_later(day: date, months: int) -> date:
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))
