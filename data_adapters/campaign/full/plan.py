"""Which campaign: scale, round and seed, and the numbers of rows that follow."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from math import ceil

import numpy as np

from data_adapters.campaign.randomness import Ints
from data_adapters.catalogue import CATEGORIES

ROUND_DAYS = 14
HOURS = ROUND_DAYS * 24
EVENING_H = 18
FIRST_ROUND = (3, 2)  # month and day round 1 begins; round 11 then begins on 20 July
ROUNDS_A_YEAR = 12
YEARS_BEFORE = 2  # of which the problems are known
TEAMS = 40
CHECKED = 1_090  # enterprises a round: 8,700 in eight
CITIES = 82
FEW_CITIES = 3
ROOMY = 0.1  # from this scale on, planted objects have a month of history or more
LONG_HISTORY_DAYS = {"R08": 60, "R21": 60}
SHORT_HISTORY_DAYS = {"R01": 10, "R05": 3}
WITHOUT_HISTORY = ("R31",)
HISTORY_DAYS = 30
TURNS = 3  # cases of a kind for each rule, from ROOMY on
DAY_S = 86_400
EPOCH = datetime(1970, 1, 1)


@dataclass(frozen=True)
class Plan:
    """One campaign of 14 days."""

    scale: float = 1.0
    year: int = 2023
    number: int = 11
    seed: int = 7

    @property
    def round_code(self) -> str:
        """As 2023-R11."""
        return f"{self.year}-R{self.number:02d}"

    @property
    def start(self) -> date:
        """First day of the round."""
        return round_start(self.year, self.number)

    @property
    def start_s(self) -> int:
        """First second of the round, counted from 1970 in wall time."""
        return int((datetime(self.start.year, self.start.month, self.start.day) - EPOCH).total_seconds())

    @property
    def start_day(self) -> int:
        """First day of the round, counted from 1970."""
        return self.start_s // DAY_S

    @property
    def evenings(self) -> tuple[datetime, ...]:
        """When clues are pushed and the campaign is looked at: the first evening of the round, and the last."""
        return self.at(EVENING_H), self.at(HOURS - 24 + EVENING_H)

    @property
    def cities(self) -> int:
        """Cities in scope."""
        return min(max(ceil(CITIES * self.scale), FEW_CITIES), CITIES)

    def rows(self, code: str) -> int:
        """Rows of a category."""
        return max(1, round(CATEGORIES[code].rows_per_round * self.scale))

    @property
    def turns(self) -> int:
        """How many cases of a kind a rule has: a small campaign has room for one."""
        return TURNS if self.scale >= ROOMY else 1

    def objects(self, code: str, rows_each: int = HOURS) -> int:
        """Objects a category needs if each has so many rows."""
        return -(-self.rows(code) // rows_each)

    def scaled(self, count: int, least: int = 1) -> int:
        """A number of the national campaign at this scale."""
        return max(least, round(count * self.scale))

    def history_days(self, rule: str) -> int:
        """Days of data before the round that a planted object of a rule has."""
        if rule in WITHOUT_HISTORY:
            return 0
        if self.scale < ROOMY:
            return SHORT_HISTORY_DAYS.get(rule, 0)
        return LONG_HISTORY_DAYS.get(rule, HISTORY_DAYS)

    def at(self, hour: float) -> datetime:
        """The wall time so many hours after the start."""
        return EPOCH + timedelta(seconds=self.start_s + hour * 3600)

    def seconds(self, hours: Ints) -> Ints:
        """Hours after the start as seconds from 1970."""
        return (self.start_s + np.asarray(hours) * 3600).astype(np.int64)


def round_start(year: int, number: int) -> date:
    """First day of a round."""
    return date(year, *FIRST_ROUND) + timedelta(days=ROUND_DAYS * (number - 1))


def earlier_rounds(plan: Plan) -> list[tuple[int, int]]:
    """Year and number of the rounds of the two years before and of this year before the campaign's."""
    years = range(plan.year - YEARS_BEFORE, plan.year)
    before = [(year, number) for year in years for number in range(1, ROUNDS_A_YEAR + 1)]
    return before + [(plan.year, number) for number in range(1, plan.number)]
