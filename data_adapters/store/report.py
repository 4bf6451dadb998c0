"""What a store holds of each of the 49 categories: how much, how fresh, how good, what was refused, which days lack."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any, Literal

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from data_adapters.catalogue import CATEGORIES, Category, day_column
from data_adapters.store.handover import known_accounts
from data_adapters.store.parts import ALL_DAYS
from data_adapters.store.watch import SEEN

State = Literal["on_time", "late", "missing", "never"]
PERIOD_H = {"hourly": 1, "daily": 24, "event": 24, "snapshot": 0}
MISSING_AFTER = 3  # times what may pass between two arrivals
WITH_GAPS = ("hourly", "daily")
MAX_GAPS = 400


@dataclass
class CategoryReport:
    """One category in a store; times are wall time in China."""

    code: str
    name_zh: str
    name_en: str
    group_zh: str
    group_en: str
    owner: str
    cadence: str
    data_class: str
    rows: int = 0
    files: int = 0
    failed_files: int = 0
    last_data_at: str | None = None  # start of the newest period held
    last_arrival_at: str | None = None
    due_at: str | None = None  # when more should have come
    state: State = "never"
    read: int = 0
    accepted: int = 0
    quality: float | None = None  # accepted / read
    rejected: dict[str, int] = field(default_factory=dict)
    first_day: str | None = None
    last_day: str | None = None
    gaps: list[str] = field(default_factory=list)  # days without a row between first and last, at most MAX_GAPS
    gap_days: int = 0


def report(store: Path, now: datetime) -> list[CategoryReport]:
    """All categories, in the order of the catalogue; `now` is wall time in China."""
    accounts = list(known_accounts(store).values())
    path = store / SEEN
    seen = list(json.loads(path.read_text(encoding="utf-8")).values()) if path.is_file() else []
    failed = Counter(str(one.get("code", "")).upper() for one in seen if one.get("status") == "failed")
    return [_one(store, category, accounts, failed[code], now) for code, category in CATEGORIES.items()]


def _one(store: Path, category: Category, accounts: list[dict[str, Any]], failed: int, now: datetime) -> CategoryReport:
    made = CategoryReport(
        category.code,
        category.name_zh,
        category.name_en,
        category.group_zh,
        category.group_en,
        category.owner,
        category.cadence,
        category.data_class,
        failed_files=failed,
    )
    own = [account for account in accounts if account.get("category") == category.code]
    _count_files(made, own)
    days = {path.parent.name.removeprefix("day="): path for path in _parts(store, category)}
    made.rows = sum(pq.read_metadata(path).num_rows for path in days.values())
    if not days:
        return made
    arrived = max([str(account["arrived_at"]) for account in own if account.get("arrived_at")], default=None)
    made.last_arrival_at = arrived or _changed(list(days.values()))
    if ALL_DAYS not in days:
        made.first_day, made.last_day = min(days), max(days)
        made.last_data_at = _newest(days[max(days)], category).isoformat(timespec="seconds")
        if category.cadence in WITH_GAPS:
            _find_gaps(made, set(days))
    made.due_at, made.state = _state(made, category, now)
    return made


def _count_files(made: CategoryReport, own: list[dict[str, Any]]) -> None:
    made.files = len(own)
    made.read = sum(int(account["read"]) for account in own)
    made.accepted = sum(int(account["accepted"]) for account in own)
    made.quality = round(made.accepted / made.read, 6) if made.read else None
    totals: Counter[str] = Counter()
    for account in own:
        totals.update(account.get("rejected", {}))
    made.rejected = dict(sorted(totals.items()))


def _parts(store: Path, category: Category) -> list[Path]:
    return sorted((store / category.canonical_table / category.code).glob("day=*/part.parquet"))


def _changed(paths: list[Path]) -> str:
    """When the youngest part was written, in wall time of China."""
    youngest = max(path.stat().st_mtime for path in paths)
    return (datetime(1970, 1, 1) + timedelta(seconds=int(youngest), hours=8)).isoformat(timespec="seconds")


def _newest(part: Path, category: Category) -> datetime:
    column = day_column(category.canonical_table)
    newest = pc.max(pq.ParquetFile(part).read([column])[column].cast(pa.timestamp("s"))).as_py()
    return datetime.combine(newest, datetime.min.time()) if not isinstance(newest, datetime) else newest


def _find_gaps(made: CategoryReport, days: set[str]) -> None:
    first, last = date.fromisoformat(min(days)), date.fromisoformat(max(days))
    every = (first + timedelta(days=n) for n in range((last - first).days + 1))
    gaps = [day.isoformat() for day in every if day.isoformat() not in days]
    made.gap_days, made.gaps = len(gaps), gaps[:MAX_GAPS]


def _state(made: CategoryReport, category: Category, now: datetime) -> tuple[str, State]:
    """When the next data should be here, and whether they are; of a snapshot the arrival counts, else the data."""
    period = timedelta(hours=PERIOD_H[category.cadence])
    since = datetime.fromisoformat(made.last_data_at or made.last_arrival_at or now.isoformat())
    allowed = 2 * period + timedelta(hours=category.expected_lag_h)  # the period held, the next one, and its way here
    due = since + allowed
    if now <= due:
        state: State = "on_time"
    else:
        state = "late" if now <= since + MISSING_AFTER * allowed else "missing"
    return due.isoformat(timespec="seconds"), state
