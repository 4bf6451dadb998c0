"""Episodes of raised concentration around clusters of emitters: they come, drift a little, and go."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from data_adapters.campaign import grid
from data_adapters.campaign.fields import Grids
from data_adapters.campaign.places import Cells
from data_adapters.campaign.randomness import Flags, Floats, Ints, largest_remainder, pick, stream
from data_adapters.campaign.register import Register
from data_adapters.campaign.sizes import Size

REACH = 5  # cells


@dataclass(frozen=True)
class Plumes:
    """One entry per plume: where it begins, how long it lasts, how strong it is, who causes it (the truth)."""

    enterprise: Ints
    col: Floats
    row: Floats
    drift: Floats  # plumes x 2, cells a day
    start: Ints
    length: Ints
    strength: Floats
    radius: Floats  # cells


@dataclass(frozen=True)
class PlumeKind:
    """What tells the plumes of one product from those of another."""

    product: str
    weight: Floats  # of every enterprise
    mean_days: float
    strength: float
    radius: float


def make_plumes(size: Size, seed: int, register: Register, kind: PlumeKind) -> Plumes:
    """Plumes at enterprises, likelier at heavy and careless ones; every city has some."""
    rng = stream(seed, f"plumes-{kind.product}")
    cities = int(register.city.max()) + 1
    per_city = largest_remainder(np.sqrt(np.bincount(register.city, minlength=cities)), cities * size.plumes_per_city)
    weight = kind.weight * register.dirt
    enterprise = np.concatenate(
        [_drawn(rng, np.flatnonzero(register.city == city), weight, n) for city, n in enumerate(per_city.tolist())]
    )
    n = len(enterprise)
    col, row = grid.to_cell(register.lon[enterprise], register.lat[enterprise])
    length = np.clip(np.round(rng.gamma(1.6, kind.mean_days / 1.6, n)), 3, 45).astype(np.int64)
    return Plumes(
        enterprise=enterprise,
        col=col + rng.normal(0, 0.5, n),
        row=row + rng.normal(0, 0.5, n),
        drift=rng.normal(0, 0.06, (n, 2)),
        start=rng.integers(-8, size.days - 2, n),
        length=length,
        strength=kind.strength * rng.lognormal(0, 0.35, n),
        radius=kind.radius * rng.uniform(0.75, 1.3, n),
    )


def _drawn(rng: np.random.Generator, members: Ints, weight: Floats, n: int) -> Ints:
    return pick(rng, members, weight[members], n).astype(np.int64)


def footprint(cells: Cells, plumes: Plumes, days: int, seed: int) -> Grids:
    """Relative enhancement, days x cells."""
    rng = stream(seed, "footprint")
    plume = np.repeat(np.arange(len(plumes.start)), plumes.length)
    age = np.arange(len(plume)) - np.repeat(np.cumsum(plumes.length) - plumes.length, plumes.length)
    day = plumes.start[plume] + age
    keep = (day >= 0) & (day < days)
    plume, age, day = plume[keep], age[keep], day[keep]
    rise = np.sin(np.pi * (age + 0.8) / (plumes.length[plume] + 0.6)) ** 0.4
    power = plumes.strength[plume] * rise * rng.uniform(0.75, 1.2, len(plume))
    wander = rng.normal(0, 0.3, (len(plume), 2))
    x = plumes.col[plume] + plumes.drift[plume, 0] * age + wander[:, 0]
    y = plumes.row[plume] + plumes.drift[plume, 1] * age + wander[:, 1]
    dx, dy = (offset.ravel() for offset in np.meshgrid(np.arange(-REACH, REACH + 1), np.arange(-REACH, REACH + 1)))
    col, row = np.round(x)[:, None] + dx, np.round(y)[:, None] + dy
    squared = (col - x[:, None]) ** 2 + (row - y[:, None]) ** 2
    value = power[:, None] * np.exp(-squared / (2 * plumes.radius[plume, None] ** 2))
    cell, inside = locate(cells, col.astype(np.int64), row.astype(np.int64))
    target = (day[:, None] * len(cells) + cell)[inside]
    total = np.bincount(target, value[inside], minlength=days * len(cells))
    return total.reshape(days, len(cells)).astype(np.float32)


def locate(cells: Cells, col: Ints, row: Ints) -> tuple[Ints, Flags]:
    """Cell numbers of columns and rows, and whether there is such a cell."""
    picture, col0, row0 = cells.index()
    x, y = col - col0, row - row0
    within = (x >= 0) & (y >= 0) & (x < picture.shape[1]) & (y < picture.shape[0])
    cell = np.where(within, picture[np.where(within, y, 0), np.where(within, x, 0)], -1)
    return cell, cell >= 0
