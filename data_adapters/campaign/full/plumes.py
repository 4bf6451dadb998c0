"""Gaussian plumes: what stacks add to PM2.5 at the ground, cell by cell and day by day."""

from __future__ import annotations

import numpy as np

from data_adapters.campaign.full.plan import ROUND_DAYS
from data_adapters.campaign.full.world import World
from data_adapters.campaign.grid import CELL_M
from data_adapters.campaign.randomness import Flags, Floats, Ints

REACH_CELLS = 5
OVERPASS_HOURS = (10, 12, 14)
FUGITIVE = 9.0  # dust of yards and roads and what forms on the way, as a multiple of the stack
CALM_M_S = 0.8
RISE_M2_S = 120.0  # buoyant rise over the stack, divided by the wind
WIDE_M = CELL_M / np.sqrt(12.0)  # a cell is no point: its width adds to that of the plume
# Briggs' open-country curves for the Pasquill classes B, C and D: sigma_y, then sigma_z with its curvature
SIGMA_Y = np.array([0.16, 0.11, 0.08])
SIGMA_Z = np.array([0.12, 0.08, 0.06])
BEND_Z = np.array([0.0, 0.0002, 0.0015])


def pasquill(speed_m_s: Floats) -> Ints:
    """Class of a summer noon by wind speed: 0 = B, 1 = C, 2 = D."""
    kind: Ints = np.digitize(speed_m_s, [2.5, 5.0]).astype(np.int64)
    return kind


def concentration(along_m: Floats, across_m: Floats, speed_m_s: Floats, height_m: Floats) -> Floats:
    """Concentration at the ground for one unit a second, in units/m3; nothing upwind."""
    kind = pasquill(speed_m_s)
    x = np.maximum(along_m, 1.0)
    sigma_y = np.hypot(SIGMA_Y[kind] * x / np.sqrt(1 + 0.0001 * x), WIDE_M)
    sigma_z = SIGMA_Z[kind] * x / np.sqrt(1 + BEND_Z[kind] * x)
    spread = np.exp(-0.5 * (across_m / sigma_y) ** 2 - 0.5 * (height_m / sigma_z) ** 2)
    return np.where(along_m > 0, spread / (np.pi * speed_m_s * sigma_y * sigma_z), 0.0)


def daily_excess(world: World, pm_kg_h: Floats) -> Floats:
    """PM2.5 the stacks add, in ug/m3, days x cells: the mean over the hours of the overpasses."""
    terrain, stacks = world.terrain, world.stacks
    n = len(pm_kg_h)
    cell = world.enterprises.cell[stacks.enterprise[:n]]
    lon, lat = terrain.lon[cell], terrain.lat[cell]
    hours = np.array([24 * day + hour for day in range(ROUND_DAYS) for hour in OVERPASS_HOURS], dtype=np.float64)
    u, v = world.weather.wind(lon, lat, hours)
    speed = np.maximum(np.hypot(u, v), CALM_M_S)
    source = pm_kg_h * 1e9 / 3600 * FUGITIVE  # ug/s
    side = np.arange(-REACH_CELLS, REACH_CELLS + 1).astype(np.int64)
    dx, dy = (offset.ravel() for offset in np.meshgrid(side, side))
    target, inside = _targets(world, cell, dx, dy)
    out = np.zeros((ROUND_DAYS, len(terrain)))
    for index in range(len(hours)):
        east, north = u[:, index] / speed[:, index], v[:, index] / speed[:, index]
        along = CELL_M * (dx * east[:, None] + dy * north[:, None]) + CELL_M / 4
        across = CELL_M * (dx * north[:, None] - dy * east[:, None])
        at = speed[:, index][:, None]
        height = stacks.height[:n, None] * 0.35 + RISE_M2_S / at
        value = source[:, None] * concentration(along, across, at, height)
        day = index // len(OVERPASS_HOURS)
        out[day] += np.bincount(target[inside], value[inside], minlength=len(terrain)) / len(OVERPASS_HOURS)
    return out


def _targets(world: World, cell: Ints, dx: Ints, dy: Ints) -> tuple[Ints, Flags]:
    terrain = world.terrain
    code = terrain.col * 10_000 + terrain.row
    wanted = (terrain.col[cell][:, None] + dx) * 10_000 + terrain.row[cell][:, None] + dy
    place = np.clip(np.searchsorted(code, wanted), 0, len(code) - 1)
    return place, code[place] == wanted
