"""How large a campaign is: every number that decides about rows, in one place."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

YEAR = 2023
FIRST_DAY = date(2023, 3, 2)
AS_OF = datetime(2023, 6, 21, 18, 0, 0)  # the campaign's "now", within its last day
LAST_ROUND_OF_OLD_LISTS = 4  # membership of the groups changes between R04 and R05

# Published of the first 8 rounds of 2023: 8,700+ enterprises, 28,000 problems, 3,700+ prominent ones.
PROBLEMS_PER_ENTERPRISE = 28_000 / 8_715
PROMINENT_PER_ENTERPRISE = 3_706 / 8_715


@dataclass(frozen=True)
class Size:
    """One size of campaign; proportions stay, numbers grow."""

    name: str
    cities: int  # 0 means every city of the lists
    enterprises: int
    key_sources: int
    teams: int
    checks_per_round: int  # distinct enterprises
    clues: int
    rounds: int = 8
    days_per_round: int = 14
    plumes_per_city: int = 14  # episodes of raised PM2.5 over the whole campaign
    hcho_every_days: int = 4  # one HCHO field stands for so many days

    @property
    def days(self) -> int:
        """Days of the campaign."""
        return self.rounds * self.days_per_round

    @property
    def switch_date(self) -> date:
        """First day of the new membership lists."""
        return FIRST_DAY + timedelta(days=LAST_ROUND_OF_OLD_LISTS * self.days_per_round)


SIZES: dict[str, Size] = {
    "tiny": Size("tiny", 6, 400, 120, 8, 110, 1_200, plumes_per_city=6, hcho_every_days=14),
    "small": Size("small", 40, 5_000, 1_500, 40, 1_090, 12_000),
    "full": Size("full", 0, 35_800, 9_500, 40, 1_090, 60_000),
}
