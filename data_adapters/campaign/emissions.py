"""Automatic monitoring of key sources: loads, weekly rhythm, gaps, and episodes over the limit."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np
import pyarrow as pa

from data_adapters.campaign import invented
from data_adapters.campaign.randomness import Flags, Floats, Ints, stream
from data_adapters.campaign.register import Outlets, Register
from data_adapters.campaign.sizes import Size

POLLUTANTS = ("PM", "SO2", "NOx")
LIMIT_COLUMNS = ("limit_pm", "limit_so2", "limit_nox")
EPISODES_PER_SERIES = 0.105
HOURLY_SPREAD = 20.0  # how sharply the share of hours over the limit follows the daily ratio
SAFE_RATIO = 0.78  # below it no single hour is over
FIRST_RATE, LAST_RATE = 1.3, 0.6  # how many episodes begin, from the first day to the last
USUAL_RATIO = (0.31, 0.38, 0.50)  # median of concentration over limit, by pollutant
SHARED_FALL = 0.17  # what all plants together come down by, from the first day to the last
HOLIDAY = (date(2023, 4, 29), date(2023, 5, 4), 0.88)  # the May holiday: from, to, load
QUIET_DAYS = 30  # after an episode was found and put right


@dataclass(frozen=True)
class Episodes:
    """Runs of days over the limit: the truth behind the exceedance clues."""

    outlet: Ints
    pollutant: Ints
    start: Ints
    length: Ints
    ratio: Floats  # concentration over limit


def make_episodes(size: Size, seed: int, register: Register, outlets: Outlets) -> Episodes:
    """Episodes, likelier at careless enterprises and in the first rounds; rarely soon after another."""
    rng = stream(seed, "episodes")
    series = len(outlets.enterprise) * len(POLLUTANTS)
    care = register.dirt[outlets.enterprise]
    count = rng.poisson(np.repeat(care / care.mean(), len(POLLUTANTS)) * EPISODES_PER_SERIES * size.days / 112)
    serial = np.repeat(np.arange(series), count)
    n = len(serial)
    length = np.where(rng.random(n) < 0.13, rng.integers(9, 31, n), 1 + rng.geometric(0.3, n))
    falling = FIRST_RATE - np.sqrt(FIRST_RATE**2 - rng.random(n) * (FIRST_RATE**2 - LAST_RATE**2))
    start = np.floor(falling / (FIRST_RATE - LAST_RATE) * size.days).astype(np.int64)
    order = np.lexsort((start, serial))
    serial, start, length = serial[order], start[order], length[order]
    end = start + length
    keep = np.ones(n, dtype=np.bool_)
    keep[1:] = (serial[1:] != serial[:-1]) | (start[1:] > end[:-1] + QUIET_DAYS)
    ratio = 1.08 + rng.gamma(1.3, 0.32, n)
    serial, start, length, ratio = serial[keep], start[keep], length[keep], ratio[keep]
    outlet, pollutant = np.divmod(serial, len(POLLUTANTS))
    return Episodes(outlet, pollutant, start, np.minimum(length, size.days - start), ratio)


def make_emission_series(size: Size, seed: int, register: Register, outlets: Outlets, episodes: Episodes) -> pa.Table:
    """One row per outlet, pollutant and day; a day without data is a row without a value."""
    rng = stream(seed, "emissions")
    days, n = size.days, len(outlets.enterprise)
    industry = register.industry[outlets.enterprise]
    limit = np.stack([invented.numbers("industries", column) for column in LIMIT_COLUMNS], axis=1)[industry]
    load = _loads(rng, n, size)
    level = np.clip(rng.lognormal(np.log(USUAL_RATIO), 0.33, (n, len(POLLUTANTS))), 0.08, 0.74)
    slow = 1 + 0.14 * np.sin(2 * np.pi * (np.arange(days) / rng.uniform(18, 50, (n, 1)) + rng.random((n, 1))))
    ratio = (
        level[:, :, None]
        * _shared(size)
        * (0.72 + 0.34 * load * slow)[:, None, :]
        * rng.lognormal(0, 0.085, (n, 3, days))
    )
    _raise_episodes(rng, ratio, episodes)
    hours, is_stopped = _valid_hours(rng, n, days)
    hours3 = np.broadcast_to(hours[:, None, :], ratio.shape)
    missing = np.broadcast_to((is_stopped | (hours == 0))[:, None, :], ratio.shape).ravel()
    value = np.round(ratio * limit[:, :, None], 2)
    over = value / limit[:, :, None]
    share = 1 / (1 + np.exp(-(over - 1.0) * HOURLY_SPREAD))
    exceed = np.where(over > SAFE_RATIO, rng.binomial(hours3, np.where(over > SAFE_RATIO, share, 0.0)), 0)
    flow = invented.numbers("industries", "flow_m3_h")[industry] * rng.lognormal(0, 0.35, n)
    kg = np.round(value * (flow[:, None] * (0.3 + 0.7 * load))[:, None, :] * hours3 / 1e6, 2)
    row = np.repeat(np.arange(n), len(POLLUTANTS) * days)
    date = np.tile((np.arange(days) + size.epoch_day).astype(np.int32), n * len(POLLUTANTS))
    pollutant = np.tile(np.repeat(np.arange(len(POLLUTANTS)), days), n)
    return pa.table(
        {
            "outlet_id": _named(outlets.outlet_id, row),
            "enterprise_id": _named(register.enterprise_id[outlets.enterprise], row),
            "date": pa.array(date).view(pa.date32()),
            "pollutant": _named(np.array(POLLUTANTS), pollutant),
            "concentration_mg_m3": pa.array(value.ravel(), mask=missing),
            "limit_mg_m3": np.repeat(limit.ravel(), days),
            "valid_hours": pa.array(hours3.ravel(), pa.int32()),
            "exceed_hours": pa.array(np.where(missing, 0, exceed.ravel()), pa.int32()),
            "emission_kg": pa.array(kg.ravel(), mask=missing),
        }
    )


def _shared(size: Size) -> Floats:
    """What moves all plants together: the slow fall of the campaign, a monthly swing, the holiday."""
    days, day = size.days, np.arange(size.days)
    fall = 1 + SHARED_FALL * (0.5 - day / max(days - 1, 1))
    begin, end = ((edge.replace(year=size.first_day.year) - size.first_day).days for edge in HOLIDAY[:2])
    shared: Floats = (
        fall * (1 + 0.04 * np.sin(2 * np.pi * day / 31)) * np.where((day >= begin) & (day < end), HOLIDAY[2], 1.0)
    )
    return shared


def _named(words: np.ndarray, index: Ints) -> pa.Array:
    return pa.DictionaryArray.from_arrays(pa.array(index.astype(np.int32)), pa.array(words.tolist())).cast(pa.string())


def _loads(rng: np.random.Generator, n: int, size: Size) -> Floats:
    """Load of the plant, about 1: slow wandering, and a quieter Sunday for some."""
    days = size.days
    wander = rng.normal(size=(n, days)) * 0.05
    for day in range(1, days):
        wander[:, day] += 0.9 * wander[:, day - 1]
    weekday = (size.first_day.weekday() + np.arange(days)) % 7
    rhythm = np.where(weekday == 6, -0.16, np.where(weekday == 5, -0.07, 0.03))
    load: Floats = np.clip(1 + wander + rhythm * (rng.random((n, 1)) < 0.6), 0.25, 1.35)
    return load


def _raise_episodes(rng: np.random.Generator, ratio: Floats, episodes: Episodes) -> None:
    at = np.repeat(np.arange(len(episodes.start)), episodes.length)
    age = np.arange(len(at)) - np.repeat(np.cumsum(episodes.length) - episodes.length, episodes.length)
    raised = np.maximum(1 + (episodes.ratio[at] - 1) * rng.lognormal(0, 0.35, len(at)), 1.02)
    ratio[episodes.outlet[at], episodes.pollutant[at], episodes.start[at] + age] = raised


def _valid_hours(rng: np.random.Generator, n: int, days: int) -> tuple[Ints, Flags]:
    hours = rng.binomial(24, 0.985, (n, days))
    few = rng.random((n, days)) < 0.025
    hours = np.where(few, rng.integers(1, 19, (n, days)), hours)
    is_stopped = rng.random((n, days)) < 0.006
    begin = np.flatnonzero(rng.random(n) < 0.22)
    first, length = rng.integers(0, days, len(begin)), rng.integers(2, 12, len(begin))
    day = np.arange(days)
    is_stopped[begin] |= (day >= first[:, None]) & (day < (first + length)[:, None])
    return np.where(is_stopped, 0, hours), is_stopped
