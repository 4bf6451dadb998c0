"""How large a campaign is: every number that decides about rows, in one place."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Literal

FIRST_DAY = date(2023, 3, 2)
EVENING_H = 18  # the hour of "now", within the last day
EPOCH = date(1970, 1, 1)
LAST_ROUND_OF_OLD_LISTS = 4  # membership of the groups changes between R04 and R05

# Published of the first 8 rounds of 2023: 8,700+ enterprises, 28,000 problems, 3,700+ prominent ones.
PROBLEMS_PER_ENTERPRISE = 28_000 / 8_715
PROMINENT_PER_ENTERPRISE = 3_706 / 8_715


Scope = Literal["tiny", "small", "all"]  # 6, 40 or every city of the lists


@dataclass(frozen=True)
class Size:
    """One size of campaign; proportions stay, numbers grow."""

    name: str
    scope: Scope
    enterprises: int
    key_sources: int
    teams: int
    checks_per_round: int  # distinct enterprises
    clues: int
    rounds: int = 8
    days_per_round: int = 14
    plumes_per_city: int = 14  # episodes of raised PM2.5 over the whole campaign
    hcho_every_days: int = 4  # one HCHO field stands for so many days
    first_day: date = FIRST_DAY
    days_after: int = 0  # from the end of the last round until now

    @property
    def days(self) -> int:
        """Days of the campaign."""
        return self.rounds * self.days_per_round

    @property
    def switch_date(self) -> date:
        """First day of the new membership lists."""
        return self.first_day + timedelta(days=LAST_ROUND_OF_OLD_LISTS * self.days_per_round)

    @property
    def epoch_day(self) -> int:
        """First day, counted from 1970."""
        return (self.first_day - EPOCH).days

    @property
    def origin_s(self) -> int:
        """First second, counted from 1970 in wall time."""
        return self.epoch_day * 86_400

    @property
    def as_of(self) -> datetime:
        """The campaign's "now"."""
        day = self.first_day + timedelta(days=self.days + self.days_after - 1)
        return datetime(day.year, day.month, day.day, EVENING_H)

    @property
    def as_of_s(self) -> int:
        """Its seconds since the first day began."""
        return (self.days + self.days_after - 1) * 86_400 + EVENING_H * 3_600


SIZES: dict[str, Size] = {
    "tiny": Size("tiny", "tiny", 400, 120, 8, 110, 1_200, plumes_per_city=6, hcho_every_days=14),
    "small": Size("small", "small", 5_000, 1_500, 40, 1_090, 12_000),
}
