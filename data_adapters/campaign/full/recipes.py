"""What is done to the hours of a planted outlet, rule by rule. Hours count from the start of the round."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from data_adapters.campaign.full.cases import Window
from data_adapters.campaign.full.series import FLAG, Series
from data_adapters.campaign.randomness import Flags, stream

PM, SO2, NOX = 0, 1, 2
ONSET_H = -219  # nine days and three hours before the round: 10 July 21:00 in 2023-R11
CURE_H = 60  # on the third day the dose is cut and the reading falls
Change = Callable[[Series], None]


@dataclass(frozen=True)
class Recipe:
    """A case at an outlet: what it is about, when, what it does before and after values are settled."""

    pollutant: str | None
    window: Window
    note: str
    before: Change | None = None
    after: Change | None = None


def within(series: Series, first: float, last: float) -> Flags:
    """The hours of a window."""
    inside: Flags = (series.hour >= first) & (series.hour < last)
    return inside


def over(factor: int, first: float, last: float, ratio: float, flag: str = "N") -> Change:
    """Above the limit by a ratio that trembles a little, every minute valid unless the flag says otherwise."""

    def change(series: Series) -> None:
        inside = within(series, first, last)
        tremble = 1 + 0.05 * np.sin(1.7 * series.hour[inside])
        above = series.times(ratio) if ratio > 1 else ratio  # what is to stay below the limit does
        series.ratio[factor, :, inside] = (above * tremble)[:, None]
        series.flag[factor, :, inside] = FLAG[flag]
        series.is_stopped[:, inside] = False
        series.valid_minutes[:, inside] = 58 if flag == "N" else 12

    return change


def calm(series: Series) -> None:
    """No stop and no mark, so that nothing but the case is to be seen."""
    series.is_stopped[:] = False
    series.flag[:] = 0
    series.valid_minutes[:] = 58


def stopped(first: float, last: float) -> Change:
    """The plant stands still."""

    def change(series: Series) -> None:
        series.is_stopped[:, within(series, first, last)] = True

    return change


def scaled(factor: int, first: float, last: float, by: float) -> Change:
    """A pollutant multiplied within a window."""

    def change(series: Series) -> None:
        series.ratio[factor, :, within(series, first, last)] *= by

    return change


def held(factor: int, first: int, last: int) -> Change:
    """The raw value of the first hour is sent again and again."""

    def change(series: Series) -> None:
        inside = within(series, first, last)
        series.raw[factor, :, inside] = series.raw[factor][:, inside][:, :1].T

    return change


def quiet(factor: int, first: float, last: float, ratio: float, spread: float) -> Change:
    """A pollutant that hardly moves around a ratio."""

    def change(series: Series) -> None:
        inside = within(series, first, last)
        rng = stream(int(inside.sum()), f"quiet-{factor}")
        series.ratio[factor, :, inside] = ratio * (1 + rng.normal(0, spread, (int(inside.sum()), 1)))

    return change


def load_step(first: float, by: float) -> Change:
    """The load changes for good."""

    def change(series: Series) -> None:
        series.load[:, series.hour >= first] *= by

    return change


def load_swing(share: float) -> Change:
    """A load that swings by a share every day, or, with 0, stays as it is."""

    def change(series: Series) -> None:
        series.load[:] = 0.78 * (1 + share * np.sin(2 * np.pi * series.hour / 17.0))

    return change


def both(*changes: Change) -> Change:
    """One change after the other."""

    def change(series: Series) -> None:
        for one in changes:
            one(series)

    return change


def marked(flag: str, first: float, last: float) -> Change:
    """Hours that carry a device flag for all pollutants."""

    def change(series: Series) -> None:
        inside = within(series, first, last)
        series.flag[:, :, inside] = FLAG[flag]
        series.valid_minutes[:, inside] = 10

    return change


def missing(hours_of_day: tuple[int, int], days: tuple[int, int]) -> Change:
    """Hours that never arrive, on some days."""

    def change(series: Series) -> None:
        day, hour = np.divmod(series.hour, 24)
        gone = (day >= days[0]) & (day < days[1]) & (hour >= hours_of_day[0]) & (hour < hours_of_day[1])
        series.is_missing[:, gone] = True

    return change


def nights(factor: int, by: float, load_by: float = 1.0) -> Change:
    """More at night, 22:00 to 06:00, and more load where the plant also works more."""

    def change(series: Series) -> None:
        hour = series.hour % 24
        night = (hour >= 22) | (hour < 6)
        series.load[:] = np.where(night, 0.75 * load_by, 0.75)
        series.ratio[factor][:, night] *= series.times(by)

    return change
