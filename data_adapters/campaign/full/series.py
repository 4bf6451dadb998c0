"""Hours of a stack: load, oxygen, flow and three pollutants that fit together as HJ 75 computes them."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray
from scipy import signal

from data_adapters.campaign.full.habits import Rhythm
from data_adapters.campaign.full.world import Stacks
from data_adapters.campaign.randomness import Flags, Floats, Ints

POLLUTANTS = ("PM", "SO2", "NOx")
FLAGS = ("N", "F", "M", "S", "D", "C", "T", "B")
FLAG = {name: index for index, name in enumerate(FLAGS)}
AIR_O2 = 20.9
DRYER_O2 = 12.0  # where no reference oxygen applies
STOPPED_C = 31.0
HUMIDITY_PCT, PRESSURE_PA = 8.5, -150.0
MEMORY = 0.85
USUAL_LOAD = 0.8
LEAST_LOAD = 0.3  # below it a load falls ever less, and never to nothing
FULL_LOAD = (0.95, 0.1)
WANDER, TREMBLE = (0.05, 0.11, 0.065), (0.03, 0.055, 0.035)  # of the ratio, by pollutant: over hours, and within one
SPREAD_OF_SPREADS = (0.7, 1.4)
# Whoever nears the limit doses more: above the first a ratio rises ever less, and never by more than the second; first
# what is expected, then what comes of it in an hour.
EXPECTED, REACHED = (0.58, 0.14), (0.80, 0.13)


@dataclass
class Series:
    """Outlets x hours; `ratio`, `raw`, `zs` and `flag` have the pollutant first. Recipes change it before `settle`."""

    stacks: Ints
    hour: Ints  # hours from the start of the round
    load: Floats
    o2: Floats
    ratio: Floats  # concentration at reference oxygen over the limit
    flag: NDArray[np.int8]
    is_stopped: Flags
    nh3: Floats
    temp: Floats
    flow_factor: Floats  # reported flow over true flow
    zs_factor: Floats  # reported over recomputed concentration at reference oxygen
    valid_minutes: Ints
    is_missing: Flags
    raw: Floats
    zs: Floats
    flow: Floats
    velocity: Floats
    size: float = field(default=1.0, init=False)  # of what is planted, against the first case of its kind

    def times(self, by: float) -> float:
        """A multiple of the usual, as far from it as the size says."""
        return 1 + (by - 1) * self.size


def _wander(rng: np.random.Generator, shape: tuple[int, ...], spread: float | Floats) -> Floats:
    noise = rng.standard_normal(shape) * spread * np.sqrt(1 - MEMORY**2)
    value: Floats = signal.lfilter([1.0], [1.0, -MEMORY], noise, axis=-1)
    return value


def usual(rng: np.random.Generator, stacks: Stacks, which: Ints, hour: Ints, rhythm: Rhythm) -> Series:
    """What the outlets would send if nothing were wrong: no hour is above the limit."""
    n, h = len(which), len(hour)
    daily = 0.05 * np.sin(2 * np.pi * ((hour % 24)[None, :] - rng.uniform(6, 12, (n, 1))) / 24)
    load = _held((USUAL_LOAD + daily + _wander(rng, (n, h), 0.06)) * rhythm.load, *FULL_LOAD)
    low = load < LEAST_LOAD
    load[low] = LEAST_LOAD * np.exp(load[low] / LEAST_LOAD - 1)  # no floor: a run of equal loads is a flat line
    reference = np.where(np.isnan(stacks.o2_ref[which]), DRYER_O2, stacks.o2_ref[which])
    room = 4 * np.minimum((21 - reference) / 12, 1.0)  # where little oxygen is used up, little is left at low load
    o2 = np.clip(reference[:, None] + room[:, None] * (0.9 - load) + _wander(rng, (n, h), 0.25), 2.0, 18.0)
    ratio = _ratio(rng, stacks.usual[which].T[:, :, None] * rhythm.level * (0.52 + 0.6 * load))
    flag = np.zeros((3, n, h), np.int8)
    mark = rng.random((n, h))
    for name, share in (("C", 0.0025), ("M", 0.0015), ("D", 0.001)):
        flag[:, (mark >= 0) & (mark < share)] = FLAG[name]
        mark -= share
    stop = rng.random((n, 1)) < 0.025
    begin = rng.integers(0, max(1, h - 30), (n, 1))
    is_stopped = stop & (np.arange(h) >= begin) & (np.arange(h) < begin + rng.integers(8, 60, (n, 1)))
    valid = np.where(flag[0] == 0, 60 - rng.binomial(8, 0.1, (n, h)), rng.integers(5, 40, (n, h)))
    ones = np.ones((n, h))
    blank = np.empty((0,))
    temp = 88 + 25 * load + _wander(rng, (n, h), 1.5)
    nh3 = np.clip(2.0 + _wander(rng, (n, h), 0.5), 0.1, 4.5)
    missing = np.zeros((n, h), np.bool_)
    return Series(
        which, hour, load, o2, ratio, flag, is_stopped, nh3, temp, ones, ones.copy(), valid, missing, *[blank] * 4
    )


def _ratio(rng: np.random.Generator, expected: Floats) -> Floats:
    """Ratios that tremble about what is expected and stay below the limit, each outlet in its own measure."""
    _, n, _ = expected.shape
    own = rng.uniform(*SPREAD_OF_SPREADS, (3, n, 1))
    slow, fast = (own * np.array(one)[:, None, None] for one in (WANDER, TREMBLE))
    tremble = np.exp(_wander(rng, expected.shape, slow) + fast * rng.standard_normal(expected.shape))
    return _held(_held(expected, *EXPECTED) * tremble, *REACHED)


def _held(ratio: Floats, near: float, room: float) -> Floats:
    high = ratio > near
    ratio[high] = near + room * np.tanh((ratio[high] - near) / room)
    return ratio


def usual_kg_h(stacks: Stacks) -> Floats:
    """What outlets emit at the usual ratio and load, in kg an hour, outlets x 3: a little more than on average."""
    kg: Floats = stacks.limit * stacks.usual * (stacks.flow * USUAL_LOAD * 1e-6)[:, None]
    return kg


def settle(series: Series, stacks: Stacks) -> None:
    """Turn loads and ratios into what is transmitted; zs follows from the rounded raw value and oxygen."""
    which = series.stacks
    stopped = series.is_stopped
    series.flag[:, stopped] = FLAG["F"]
    series.load = np.where(stopped, 0.0, series.load)
    series.o2 = np.where(stopped, AIR_O2, series.o2).round(3).astype(np.float64)
    series.temp = np.where(stopped, STOPPED_C, series.temp).round(2).astype(np.float64)
    reference = stacks.o2_ref[which][:, None]
    has_reference = ~np.isnan(reference)
    with np.errstate(divide="ignore", invalid="ignore"):
        factor = (21 - reference) / (21 - series.o2)
    factor = np.where(has_reference & (series.o2 < 20.0), factor, 1.0)
    wanted = np.where(stopped, 0.0, series.ratio * stacks.limit[which].T[:, :, None])
    series.raw = np.round(wanted / factor, 3)
    series.zs = np.round(series.raw * factor * series.zs_factor, 3)
    flow = np.round(stacks.flow[which][:, None] * (0.02 * stopped + series.load))
    area = stacks.area[which][:, None]
    dry = (1 - HUMIDITY_PCT / 100) * (101_325 + PRESSURE_PA) / 101_325 * 273 / (273 + series.temp)
    series.velocity = np.round(flow / (3600 * area * dry), 3)
    series.flow = np.round(flow * series.flow_factor, 2)


def refresh(series: Series, stacks: Stacks) -> None:
    """Compute zs again after a recipe has changed raw values or oxygen."""
    reference = stacks.o2_ref[series.stacks][:, None]
    is_apt = ~np.isnan(reference) & (series.o2 < 20.0)
    factor = np.where(is_apt, (21 - reference) / np.where(is_apt, 21 - series.o2, 1.0), 1.0)
    series.zs = np.round(series.raw * factor * series.zs_factor, 3)
