"""Gaussian plumes: what stacks add to PM2.5 at the ground, cell by cell and day by day."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from data_adapters.campaign import grid
from data_adapters.campaign.full.plan import ROUND_DAYS
from data_adapters.campaign.full.sink import REGISTERS, Sink
from data_adapters.campaign.full.world import World
from data_adapters.campaign.grid import CELL_M
from data_adapters.campaign.randomness import Flags, Floats, Ints

REACH_CELLS = 5
OVERPASS_HOURS = (10, 12, 14)
FUGITIVE = 9.0  # dust of yards and roads and what forms on the way, as a multiple of the stack
CALM_M_S = 0.8
RISE_M2_S = 120.0  # buoyant rise over the stack, divided by the wind
WIDE_M = CELL_M / np.sqrt(12.0)  # a cell is no point: its width adds to that of the plume
CELL_UG_M3, PART_UG_M3 = 1.0, 0.05  # what the truth about plumes keeps
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
    target, inside = _targets(world, len(pm_kg_h))
    out = np.zeros((ROUND_DAYS, len(world.terrain)))
    for index, value in enumerate(_hourly(world, pm_kg_h)):
        day = index // len(OVERPASS_HOURS)
        out[day] += np.bincount(target[inside], value[inside], minlength=len(world.terrain)) / len(OVERPASS_HOURS)
    return out


def contributions(world: World, pm_kg_h: Floats, planted: tuple[Ints, Ints, Floats]) -> pa.Table:
    """Whose plume it is: what each enterprise adds to a cell, mean over the overpasses of the round, by cell.

    `planted` is what was added beside the plumes: cells, enterprises, ug/m3.
    Only cells to which plumes add CELL_UG_M3 or more, and of them the enterprises that add PART_UG_M3 or more.
    """
    target, inside = _targets(world, len(pm_kg_h))
    total = np.zeros(target.shape)
    hours = 0
    for value in _hourly(world, pm_kg_h):
        total += value
        hours += 1
    owner = np.repeat(world.stacks.enterprise[: len(pm_kg_h)], target.shape[1]).reshape(target.shape)
    pair = target[inside] * len(world.enterprises) + owner[inside]
    pair = np.concatenate([pair, planted[0] * len(world.enterprises) + planted[1]])
    pair, place = np.unique(pair, return_inverse=True)
    excess = np.bincount(place, np.concatenate([total[inside] / hours, planted[2]]))
    cell, enterprise = np.divmod(pair, len(world.enterprises))
    in_cell = np.bincount(cell, excess, len(world.terrain))
    kept = np.flatnonzero((in_cell[cell] >= CELL_UG_M3) & (excess >= PART_UG_M3))
    cell, enterprise, excess = cell[kept], enterprise[kept], excess[kept]
    return pa.table(
        {
            "cell_id": pa.array(grid.cell_ids(world.terrain.col[cell], world.terrain.row[cell])).cast(pa.string()),
            "enterprise_id": pa.array(world.enterprises.id[enterprise].tolist(), pa.string()),
            "excess_ug_m3": np.round(excess, 3),
            "share": np.round(excess / in_cell[cell], 4),
        }
    )


def write_truth(world: World, sink: Sink, pm_kg_h: Floats, planted: tuple[Ints, Ints, Floats]) -> None:
    """The register `plume_truth`, by which tracing is scored: no table of the catalogue, never staged."""
    folder = sink.out / REGISTERS / "plume_truth"
    folder.mkdir(parents=True, exist_ok=True)
    table = contributions(world, pm_kg_h, planted)
    pq.write_table(table, folder / "part-all.parquet", compression="zstd", store_schema=False)


def _hourly(world: World, pm_kg_h: Floats) -> Iterator[Floats]:
    """What each stack adds to each cell around it in the hours of the overpasses, in ug/m3, stacks x cells."""
    terrain, stacks = world.terrain, world.stacks
    n = len(pm_kg_h)
    cell = world.enterprises.cell[stacks.enterprise[:n]]
    hours = np.array([24 * day + hour for day in range(ROUND_DAYS) for hour in OVERPASS_HOURS], dtype=np.float64)
    u, v = world.weather.wind(terrain.lon[cell], terrain.lat[cell], hours)
    speed = np.maximum(np.hypot(u, v), CALM_M_S)
    source = pm_kg_h * 1e9 / 3600 * FUGITIVE  # ug/s
    dx, dy = _offsets()
    for index in range(len(hours)):
        east, north = u[:, index] / speed[:, index], v[:, index] / speed[:, index]
        along = CELL_M * (dx * east[:, None] + dy * north[:, None]) + CELL_M / 4
        across = CELL_M * (dx * north[:, None] - dy * east[:, None])
        at = speed[:, index][:, None]
        height = stacks.height[:n, None] * 0.35 + RISE_M2_S / at
        yield source[:, None] * concentration(along, across, at, height)


def _offsets() -> tuple[Ints, Ints]:
    side = np.arange(-REACH_CELLS, REACH_CELLS + 1).astype(np.int64)
    dx, dy = np.meshgrid(side, side)
    return dx.ravel(), dy.ravel()


def _targets(world: World, n: int) -> tuple[Ints, Flags]:
    """The cells around each of the first n stacks, and whether the terrain has them."""
    terrain = world.terrain
    cell = world.enterprises.cell[world.stacks.enterprise[:n]]
    dx, dy = _offsets()
    code = terrain.col * 10_000 + terrain.row
    wanted = (terrain.col[cell][:, None] + dx) * 10_000 + terrain.row[cell][:, None] + dy
    place = np.clip(np.searchsorted(code, wanted), 0, len(code) - 1)
    return place, code[place] == wanted
