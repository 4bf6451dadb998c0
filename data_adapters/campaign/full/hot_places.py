"""Where the cases of R31 stand: hot cells in the middle of the grid, their sources upwind of them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from data_adapters.campaign.full.cases import make_cast
from data_adapters.campaign.full.plan import HOURS, Plan
from data_adapters.campaign.full.terrain import Terrain
from data_adapters.campaign.full.wind import Weather
from data_adapters.campaign.randomness import Flags, Floats, Ints, stream

RING_CELLS = 4  # what a cell is compared with lies within
MARGIN_CELLS = RING_CELLS + 2  # a source stands up to two cells away
EMPTY_CELLS = 3
APART_CELLS = 12
DOWNWIND_KM = 3.5
KM_PER_DEG = 111.2
SOURCES = ("positive", "source")  # stand upwind of the hot cells of the positive and the look-alike
FLOW_M3_H, HEIGHT_M = 2.4e6, 60.0


@dataclass(frozen=True)
class HotPlaces:
    """Where the enterprises of R31 stand, and the cells where nobody else may."""

    enterprise: Ints
    lon: Floats
    lat: Floats
    empty: Flags


def shifted(lon: Floats, lat: Floats, east_km: Floats | float, north_km: Floats | float) -> tuple[Floats, Floats]:
    """Positions moved by kilometres."""
    new_lat = lat + north_km / KM_PER_DEG
    return lon + east_km / (KM_PER_DEG * np.cos(np.radians(lat))), new_lat


def overpass_hours() -> Ints:
    """Hours around the overpasses."""
    hour = np.arange(HOURS)
    return hour[(hour % 24 >= 10) & (hour % 24 <= 14)]


def is_inside(terrain: Terrain, margin: int) -> Flags:
    """Home cells with home cells all around, so many columns and rows away."""
    home = np.sort((terrain.col * 10_000 + terrain.row)[terrain.is_home])
    inside = terrain.is_home.copy()
    for dx in (-margin, -(margin // 2), 0, margin // 2, margin):
        for dy in (-margin, -(margin // 2), 0, margin // 2, margin):
            wanted = (terrain.col + dx) * 10_000 + terrain.row + dy
            place = np.minimum(np.searchsorted(home, wanted), len(home) - 1)
            inside &= home[place] == wanted
    return inside


def choose_places(plan: Plan, terrain: Terrain, weather: Weather, avoid: int) -> HotPlaces:
    """Three hot cells a turn, apart from each other and from the cell `avoid`; nobody stands around a negative one."""
    rng, cast = stream(plan.seed, "hot-places"), make_cast(plan.turns)
    order = rng.permutation(_middle(terrain))
    hot: list[int] = []
    for _ in range(3 * plan.turns):
        taken = np.array([avoid, *hot])
        away = _away(terrain, order, taken)
        far = away >= APART_CELLS
        hot.append(int(order[np.argmax(far if far.any() else away)]))  # a small grid: as far as it goes
    lon, lat = [], []
    beside = [(hot[3 * turn + at], sign) for turn in range(plan.turns) for at, sign in ((0, -1), (1, 1), (1, -1))]
    for cell, sign in beside:
        way = weather.mean_way(float(terrain.lon[cell]), float(terrain.lat[cell]), overpass_hours())
        km = sign * DOWNWIND_KM
        moved = shifted(terrain.lon[[cell]], terrain.lat[[cell]], km * way[0], km * way[1])
        lon.append(float(moved[0][0]))
        lat.append(float(moved[1][0]))
    who = [slot.enterprise for slot in cast.all("R31", ("positive", "lookalike", "source"))]
    empty = _away(terrain, np.arange(len(terrain)), np.array(hot[2::3])) <= EMPTY_CELLS
    return HotPlaces(np.array(who, dtype=np.int64), np.array(lon), np.array(lat), empty)


def _middle(terrain: Terrain) -> Ints:
    for margin in range(MARGIN_CELLS, 0, -1):
        inside = is_inside(terrain, margin)
        if inside.sum() >= 3:
            return np.flatnonzero(inside)
    return np.flatnonzero(terrain.is_home)


def _away(terrain: Terrain, cells: Ints, others: Ints) -> Ints:
    """Columns or rows to the nearest of the others."""
    col, row = terrain.col[cells][:, None], terrain.row[cells][:, None]
    apart: Ints = np.maximum(np.abs(col - terrain.col[others]), np.abs(row - terrain.row[others])).min(axis=1)
    return apart
