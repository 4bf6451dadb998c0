"""How plants usually run: their share of the limit, nights and Sundays, alerts they cut under, faults they put right.

Per industry the numbers are those of `campaign/reference/habits.csv`: pm, so2, nox are the usual concentration over the
limit and `spread` how far plants differ in it; night, sunday and cut are shares of the load given up at night, on
Sundays, and under an orange alert.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from data_adapters.campaign import invented
from data_adapters.campaign.full.cases import Cast
from data_adapters.campaign.full.emergency import planned_alerts
from data_adapters.campaign.full.history import History, put_right
from data_adapters.campaign.full.orders import mended_by_order
from data_adapters.campaign.full.plan import HOURS, ROUND_DAYS
from data_adapters.campaign.full.world import World
from data_adapters.campaign.randomness import Flags, Floats, Ints, stream

COMPLY_SHARE = 0.8  # of the plants under an alert; nobody of them is listed, so no rule asks the others
OF_ORANGE = (0.5, 1.0, 1.4)  # what is given up under yellow, orange and red
CLEANER = 0.3  # by how much of the cut in load the share of the limit falls, too
RAMP_H = 8
SATURDAY_SHARE = 0.4  # of what Sunday gives up
RECTIFIED = (0.7, 0.85)  # what is left of the emission after a fault was put right: no step by half, which is R04
FAULT = 1.06  # what it was before
SWING, FALL = 0.08, (-0.18, 0.08)  # of an industry: its wave of nine days or so, its change over a round
DRIFT = 0.10  # of an outlet over a round
EVERY_H = 3  # is often enough for the mean of a day


@dataclass(frozen=True)
class Rhythm:
    """Over the usual: load, outlets x hours, and concentration, pollutants x outlets x hours."""

    load: Floats
    level: Floats


@dataclass(frozen=True)
class Habits:
    """Shares by enterprise, by industry and by city; those of planted cases only have days and nights."""

    night: Floats
    sunday: Floats
    cut: Floats
    fixed_h: Floats  # hour from which the fault was put right, inf where none was
    fixed_to: Floats
    alert: Floats  # cities x hours of the round: of the cut under an orange alert
    swing: Floats  # industries x 3: height, period in hours and phase of the wave
    fall: Floats  # industries x pollutants
    first_weekday: int

    def rhythm(self, world: World, outlets: Ints, hour: Ints) -> Rhythm:
        """How load and concentration of outlets move about the usual."""
        owner = world.stacks.enterprise[outlets]
        given_up = self.given_up(world, owner, hour)
        drift = self._drift(stream(world.plan.seed, f"drift-{outlets[0]}"), world, owner, hour)
        level = self.fault(owner, hour) * self._wave(world, owner, hour) * (1 - CLEANER * given_up)
        free = _is_free(world.cast, owner)[:, None]
        return Rhythm(self.by_day(owner, hour) * (1 - given_up), np.where(free, drift * level, 1.0))

    def daily_load(self, world: World, enterprise: Ints) -> Floats:
        """Mean load of a day over the usual one, days x enterprises."""
        hour = np.arange(0, HOURS, EVERY_H)
        load = self.by_day(enterprise, hour) * (1 - self.given_up(world, enterprise, hour))
        mean: Floats = load.reshape(len(enterprise), ROUND_DAYS, -1).mean(axis=2).T
        return mean

    def by_day(self, enterprise: Ints, hour: Ints) -> Floats:
        """Load by time of day and day of the week, enterprises x hours."""
        day, at = np.divmod(hour, 24)
        weekday = (self.first_weekday + day) % 7
        rest = np.select([weekday == 6, weekday == 5], [1.0, SATURDAY_SHARE], 0.0)
        dark = np.clip(np.cos(2 * np.pi * (at - 2) / 24) * 1.6, 0, 1)  # deepest at 02:00, over by 07:00
        shape: Floats = (1 - np.outer(self.night[enterprise], dark)) * (1 - np.outer(self.sunday[enterprise], rest))
        return shape

    def _wave(self, world: World, enterprise: Ints, hour: Ints) -> Floats:
        """What moves the plants of an industry together."""
        wave = self.swing[world.enterprises.industry[enterprise]]
        value: Floats = 1 + wave[:, :1] * np.sin(2 * np.pi * (hour / wave[:, 1:2] + wave[:, 2:]))
        return value

    def fault(self, enterprise: Ints, hour: Ints) -> Floats:
        """More than usual until a fault is put right, and less from then on."""
        fixed_h = self.fixed_h[enterprise][:, None]
        before = np.where(np.isfinite(fixed_h), FAULT, 1.0)
        return np.where(hour >= fixed_h, self.fixed_to[enterprise][:, None], before)

    def _drift(self, rng: np.random.Generator, world: World, enterprise: Ints, hour: Ints) -> Floats:
        """What slowly changes over the weeks, pollutants x enterprises x hours; 1 in the middle of the round."""
        fall = self.fall[world.enterprises.industry[enterprise]] + rng.normal(0, DRIFT, (len(enterprise), 3))
        weeks = np.clip((hour - HOURS / 2) / HOURS, -1.0, 1.0)
        value: Floats = 1 + fall.T[:, :, None] * weeks
        return value

    def given_up(self, world: World, enterprise: Ints, hour: Ints) -> Floats:
        """The share of the load given up under alerts, enterprises x hours."""
        inside = (hour >= 0) & (hour < HOURS)
        share = np.zeros((len(enterprise), len(hour)))
        share[:, inside] = self.alert[world.enterprises.city[enterprise]][:, hour[inside]]
        return np.minimum(self.cut[enterprise][:, None] * share, 0.75)


def make_habits(world: World, past: History) -> Habits:
    """Drawn from the seed; what is put right in the round was found by one before, or by an order of this one."""
    rng, n = stream(world.plan.seed, "habits"), len(world.enterprises)
    industry, is_free = world.enterprises.industry, _is_free(world.cast, np.arange(n))
    own = rng.uniform(0.7, 1.3, (3, n))
    night, sunday, cut = (invented.numbers("habits", name)[industry] for name in ("night", "sunday", "cut"))
    kinds = int(industry.max()) + 1
    fixed_h = np.where(is_free, np.minimum(put_right(world, past), mended_by_order(world)), np.inf)
    return Habits(
        night=np.minimum(night * own[0], 0.6),
        sunday=np.minimum(sunday * own[1], 0.6) * is_free,
        cut=cut * own[2] * (rng.random(n) < COMPLY_SHARE) * is_free,
        fixed_h=fixed_h,
        fixed_to=rng.uniform(*RECTIFIED, n),
        alert=_alert_hours(world),
        swing=np.column_stack([rng.uniform(0.3, 1.0, kinds) * SWING, rng.uniform(150, 300, kinds), rng.random(kinds)]),
        fall=rng.uniform(*FALL, (kinds, 3)),
        first_weekday=world.plan.start.weekday(),
    )


def _is_free(cast: Cast, enterprise: Ints) -> Flags:
    """Whether nothing is planted at enterprises."""
    is_free: Flags = enterprise >= cast.enterprises
    return is_free


def _alert_hours(world: World) -> Floats:
    """The share of an orange cut, cities x hours; it takes some hours to run down, and up again."""
    alerts = planned_alerts(world)
    share = np.zeros((len(world.places.city_code), HOURS))
    for city, level, first, last in zip(alerts.city, alerts.level, alerts.first_h, alerts.last_h, strict=True):
        span = slice(max(int(first), 0), int(last))
        share[city, span] = np.maximum(share[city, span], OF_ORANGE[level])
    ramp = np.ones(RAMP_H) / RAMP_H
    return np.apply_along_axis(lambda row: np.convolve(row, ramp)[:HOURS], 1, share)
