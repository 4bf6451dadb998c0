"""The recipes of all cases at outlets."""

from __future__ import annotations

import numpy as np

from data_adapters.campaign.full.cases import FROM_THE_FIRST, Window
from data_adapters.campaign.full.recipes import (
    CURE_H,
    NOX,
    ONSET_H,
    PM,
    SO2,
    Change,
    Recipe,
    both,
    calm,
    held,
    load_step,
    load_swing,
    marked,
    missing,
    nights,
    over,
    quiet,
    scaled,
    stopped,
    within,
)
from data_adapters.campaign.full.series import FLAG, Series
from data_adapters.campaign.randomness import stream

DOSE_H, DOSE_END_H = 96, 240  # the second plant whose analyser is disturbed by ammonia
ALL_H = Window(0, 336)


def _reference(series: Series) -> None:
    """Raw 63.2 at 9 % oxygen is 79.0 at 6 %: the first hour over the limit, and every hour after it."""
    at = np.flatnonzero(series.hour == ONSET_H)
    series.o2[:, at] = 9.0
    series.raw[NOX][:, at] = np.round(63.2 * series.size, 1)
    series.zs[NOX][:, at] = np.round(79.0 * series.size, 1)
    series.nh3[:, within(series, ONSET_H, CURE_H)] += 9.0


def _slip(first: float, last: float, amount: float) -> Change:
    def change(series: Series) -> None:
        series.nh3[:, within(series, first, last)] += amount * series.size

    return change


def _clipped(low: float, high: float, spread: float) -> Change:
    """Concentrations drawn near the limit, with the upper tail cut off at `high`."""

    def change(series: Series) -> None:
        rng = stream(len(series.hour), "clipped")
        drawn = rng.normal(low, spread, series.ratio[NOX].shape)
        series.ratio[NOX] = np.where(drawn > high, high - 0.03 * rng.random(drawn.shape), drawn)

    return change


def _stop_oxygen_formula(series: Series) -> None:
    series.zs_factor[:, within(series, 100, 130)] = series.times(0.8)


def _reported_flow(by: float, first: float, last: float) -> Change:
    def change(series: Series) -> None:
        series.flow_factor[:, within(series, first, last)] = by if by < 0.1 else series.times(by)  # a unit has no size

    return change


def _negative(series: Series) -> None:
    series.raw[SO2][:, within(series, 90, 96)] = -1.2 * series.size


def _false_stop(series: Series) -> None:
    """Marked as stopped while the plant runs."""
    series.flag[:, :, within(series, 72, 84)] = FLAG["F"]


def _fan(series: Series) -> None:
    """Stopped; a fan cools the furnace with a tenth of the flow, the gas is no hotter than 50."""
    inside = within(series, 72, 84)
    series.flow[:, inside] = np.round(series.flow[:, inside] + 0.1 * 0.8 * series.flow.max())
    series.temp[:, inside] = 50.0


def _copied_block(series: Series) -> None:
    """One day of raw values sent again on the three days after it."""
    day = within(series, 96, 120)
    for offset in (24, 48, 72):
        series.raw[SO2][:, within(series, 96 + offset, 120 + offset)] = series.raw[SO2][:, day]


def _sagging(series: Series) -> None:
    fall = np.clip((series.hour - 120) / 96.0, 0, 1) * 0.5
    series.ratio[NOX] *= 1 - fall


CLIP_NOTE = "hourly NOx held just under the limit, no upper tail"
RECIPES: dict[tuple[str, str], Recipe] = {
    ("R01", "positive"): Recipe(
        "NOx",
        Window(ONSET_H, CURE_H, ONSET_H),
        "reference case: over the limit under a fault mark, dose up 40 %, ammonia slip; R02 applies as well",
        both(calm, over(NOX, ONSET_H, CURE_H, 1.55, "D")),
        _reference,
    ),
    ("R01", "negative"): Recipe("NOx", Window(-40, -30), "10 h only", both(calm, over(NOX, -40, -30, 1.5, "D"))),
    ("R01", "lookalike"): Recipe("NOx", Window(-90, 10), "fault mark while stopped", both(calm, stopped(-90, 10))),
    ("R02", "positive"): Recipe(
        "NOx",
        Window(DOSE_H, DOSE_END_H, DOSE_H),
        "dose up 40 % two hours before NOx rises, slip 11; cured by a lower dose",
        both(calm, over(NOX, DOSE_H + 2, DOSE_END_H + 2, 1.3)),
        _slip(DOSE_H, DOSE_END_H, 9.0),
    ),
    ("R02", "negative"): Recipe(
        "NOx", Window(DOSE_H, DOSE_END_H), "over the limit, dose unchanged", both(calm, over(NOX, 98, 242, 1.3))
    ),
    ("R02", "lookalike"): Recipe(
        "NOx",
        Window(DOSE_H, DOSE_END_H),
        "controller: dose follows NOx by two hours",
        both(calm, over(NOX, 94, 238, 1.3)),
    ),
    ("R03", "positive"): Recipe("NOx", Window(60, 69, 60), "nine equal hours", calm, held(NOX, 60, 69)),
    ("R03", "negative"): Recipe("NOx", Window(60, 63), "three equal hours", calm, held(NOX, 60, 63)),
    ("R03", "lookalike"): Recipe("NOx", Window(60, 90), "zero while stopped", both(calm, stopped(60, 90))),
    ("R04", "positive"): Recipe(
        "NOx",
        Window(120, 200, 120),
        "down by two thirds right after an hour at 0.95 of the limit, then flat",
        both(calm, load_swing(0.0), over(NOX, 118, 120, 0.93), quiet(NOX, 120, 200, 0.12, 0.015)),
    ),
    ("R04", "negative"): Recipe("NOx", Window(120, 216), "a slow fall over four days", both(calm, _sagging)),
    ("R04", "lookalike"): Recipe(
        "NOx",
        Window(120, 200),
        "step with the load: half load from then on",
        both(calm, load_step(120, 0.55), quiet(NOX, 120, 200, 0.25, 0.015)),
    ),
    ("R05", "positive"): Recipe(
        "NOx", Window(FROM_THE_FIRST, 336, FROM_THE_FIRST), CLIP_NOTE, both(calm, _clipped(0.965, 0.995, 0.03))
    ),
    ("R05", "negative"): Recipe("NOx", ALL_H, "well below the limit", both(calm, _clipped(0.6, 0.995, 0.05))),
    ("R05", "lookalike"): Recipe(
        "NOx", ALL_H, "set point below the limit, upper tail present", both(calm, _clipped(0.97, 9.0, 0.06))
    ),
    ("R06", "positive"): Recipe("SO2", Window(96, 192, 120), "a day repeated three times", calm, _copied_block),
    ("R06", "negative"): Recipe("SO2", Window(96, 192), "usual spread", both(calm, load_swing(0.15))),
    ("R06", "lookalike"): Recipe(
        "SO2",
        Window(96, 192),
        "hardly any spread, nor in the load",
        both(calm, load_swing(0.01), quiet(SO2, 96, 192, 0.5, 0.012)),
    ),
    ("R07", "positive"): Recipe(
        "NOx", Window(100, 130, 100), "reported 20 % below the formula", both(calm, _stop_oxygen_formula)
    ),
    ("R07", "negative"): Recipe("NOx", Window(100, 130), "formula holds", calm),
    ("R07", "lookalike"): Recipe("NOx", ALL_H, "no reference oxygen applies: reported equals raw", calm),
    ("R08", "positive"): Recipe(
        None, Window(150, 200, 150), "flow 40 % below velocity x area", both(calm, _reported_flow(0.6, 150, 200))
    ),
    ("R08", "negative"): Recipe(None, Window(150, 200), "flow fits the velocity", calm),
    ("R08", "lookalike"): Recipe(
        None, ALL_H, "flow sent in m3/s throughout", both(calm, _reported_flow(1 / 3600, -9999, 9999))
    ),
    ("R09", "positive"): Recipe("NOx", Window(24, 48, 26), "maintenance marks begin with exceedances", calm),
    ("R09", "negative"): Recipe("NOx", Window(24, 48), "marks away from exceedances", calm),
    ("R09", "lookalike"): Recipe("NOx", Window(24, 96), "automatic zero and span at 02:30 every day", calm),
    ("R10", "positive"): Recipe(
        None, Window(80, 120, 80), "one maintenance mark of 40 h", both(calm, marked("M", 80, 120))
    ),
    ("R10", "negative"): Recipe(None, Window(80, 82), "maintenance of 2 h", both(calm, marked("M", 80, 82))),
    ("R10", "lookalike"): Recipe(
        None, Window(80, 120), "repair of 40 h filed three days before", both(calm, marked("M", 80, 120))
    ),
    ("R11", "positive"): Recipe(
        None, Window(72, 168, 72), "eight hours missing on four nights", both(calm, missing((0, 8), (3, 7)))
    ),
    ("R11", "negative"): Recipe(None, Window(72, 75), "one hour missing", both(calm, missing((1, 2), (3, 4)))),
    ("R11", "lookalike"): Recipe(
        None, Window(72, 168), "the same hours missing under a stop mark", both(calm, missing((0, 8), (3, 7)))
    ),
    ("R12", "positive"): Recipe("SO2", Window(200, 205, 200), "five hours", both(calm, over(SO2, 200, 205, 1.4))),
    ("R12", "negative"): Recipe("SO2", Window(200, 202), "two hours", both(calm, over(SO2, 200, 202, 1.15))),
    ("R12", "lookalike"): Recipe(
        "SO2", Window(200, 205), "five hours of a marked start-up", both(calm, over(SO2, 200, 205, 1.4))
    ),
    ("R13", "positive"): Recipe("SO2", Window(90, 96, 90), "six negative hours while running", calm, _negative),
    ("R13", "negative"): Recipe("SO2", Window(90, 96), "low but positive", both(calm, scaled(SO2, 90, 96, 0.2))),
    ("R13", "lookalike"): Recipe("SO2", Window(90, 130), "zero while stopped", both(calm, stopped(90, 130))),
    ("R14", "positive"): Recipe(None, Window(48, 96, 48), "two enterprises send the same values for 48 h", calm),
    ("R14", "partner"): Recipe(None, Window(48, 96), "", calm),
    ("R14", "negative"): Recipe(None, Window(48, 96), "values of its own", calm),
    ("R14", "lookalike"): Recipe(None, Window(48, 96), "one monitor serves two outlets of a plant: one device", calm),
    ("R14", "twin"): Recipe(None, Window(48, 96), "", calm),
    ("R15", "positive"): Recipe(None, Window(72, 84, 72), "stop mark, but it runs", both(calm, _false_stop)),
    ("R15", "negative"): Recipe(None, Window(72, 84), "stop mark, and it stands", both(calm, stopped(72, 84))),
    ("R15", "lookalike"): Recipe(
        None, Window(72, 84), "stopped, only a fan cools the furnace", both(calm, stopped(72, 84)), _fan
    ),
    ("R16", "positive"): Recipe(
        "NOx",
        Window(FROM_THE_FIRST, 336, FROM_THE_FIRST),
        "nights at 1.8 of the day",
        both(calm, scaled(NOX, -9_999, 9_999, 0.6), nights(NOX, 1.8)),
    ),
    ("R16", "negative"): Recipe("NOx", ALL_H, "nights like days", both(calm, nights(NOX, 1.05))),
    ("R16", "lookalike"): Recipe(
        "NOx",
        ALL_H,
        "valley tariff: more load at night",
        both(calm, scaled(NOX, -9_999, 9_999, 0.6), nights(NOX, 1.6, 1.35)),
    ),
    ("R18", "positive"): Recipe(
        "NOx", Window(48, 192, 48), "daily mean over 250 on six days", both(calm, over(NOX, 48, 192, 1.12))
    ),
    ("R18", "negative"): Recipe("NOx", Window(48, 192), "below the daily limit", calm),
    ("R18", "lookalike"): Recipe(
        "NOx",
        Window(48, 72),
        "a day over the limit with 18 valid hours: not a valid day",
        both(calm, over(NOX, 48, 72, 1.12), marked("M", 52, 58)),
    ),
    ("R21", "positive"): Recipe(
        None, Window(168, 198, 168), "electricity as ever, half the gas", both(calm, _reported_flow(0.5, 168, 198))
    ),
    ("R21", "negative"): Recipe(None, Window(168, 198), "gas follows electricity", calm),
    ("R21", "lookalike"): Recipe(
        None, Window(168, 336), "half load: gas and electricity fall together", both(calm, load_step(168, 0.5))
    ),
    ("R31", "positive"): Recipe("PM", ALL_H, "", both(calm, scaled(PM, 0, 336, 1.2))),
    ("R31", "source"): Recipe("PM", ALL_H, "", both(calm, scaled(PM, 0, 336, 1.2))),
    ("R28", "positive"): Recipe(
        "NOx", Window(130, 136, 130), "over again 60 days after closure", both(calm, over(NOX, 130, 136, 1.3))
    ),
    ("R28", "negative"): Recipe("NOx", Window(130, 136), "closed 300 days ago", both(calm, over(NOX, 130, 136, 1.3))),
    ("R28", "lookalike"): Recipe(
        "NOx", Window(130, 136), "the closed problem was dust", both(calm, over(NOX, 130, 136, 1.3))
    ),
}
