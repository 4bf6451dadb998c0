"""The cells planted for R29, R30 and R31, apart from each other."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.spatial import cKDTree

from data_adapters.campaign import grid
from data_adapters.campaign.full.cases import KINDS, Planted, Window, slot_of
from data_adapters.campaign.full.hot_places import DOWNWIND_KM, RING_CELLS, is_inside, overpass_hours, shifted
from data_adapters.campaign.full.sites import mean_wind
from data_adapters.campaign.full.world import World
from data_adapters.campaign.randomness import Flags, Floats, Ints, stream

APART_CELLS = 5
HOT_DAYS = 14
NOTES = {
    "R29": ("hot on every day of the round", "hot on two days", "high on six days, each time under cloud: not valid"),
    "R30": ("nine cells 60 % above the city all along", "nine cells 10 % above", "one cell alone"),
    "R31": (
        "hot cell downwind of the enterprise, whose monitored stack is its main source",
        "hot cell far from every enterprise",
        "the enterprise is downwind and has no stack; the source is another one, upwind",
    ),
}


@dataclass(frozen=True)
class HotSpots:
    """Planted cells by (rule, kind)."""

    cell: dict[tuple[str, str], int]

    def around(self, world: World, case: tuple[str, str], reach: int) -> Ints:
        """The cells within `reach` columns and rows."""
        terrain, at = world.terrain, self.cell[case]
        near = (np.abs(terrain.col - terrain.col[at]) <= reach) & (np.abs(terrain.row - terrain.row[at]) <= reach)
        return np.flatnonzero(near)


def choose_cells(world: World, excess: Floats) -> HotSpots:
    """R31 beside its enterprises, the others wherever there is room."""
    chosen: dict[tuple[str, str], int] = {}
    for kind in ("positive", "lookalike"):
        chosen["R31", kind] = _beside(world, kind)
    chosen["R31", "negative"] = _remote(world, list(chosen.values()))
    order = stream(world.plan.seed, "hot-cells").permutation(_quiet_cells(world, excess))
    for rule in ("R29", "R30"):
        for kind in KINDS:
            chosen[rule, kind] = int(order[_is_free(world, order, list(chosen.values()))][0])
    for case, cell in chosen.items():
        _tell(world, case, cell)
    return HotSpots(chosen)


def _quiet_cells(world: World, excess: Floats) -> Ints:
    """Cells with home cells all around and less of the plumes than most."""
    terrain = world.terrain
    inside = is_inside(terrain, RING_CELLS)
    mean = excess.mean(axis=0)
    quiet = inside & (mean <= np.median(mean[inside] if inside.any() else mean))
    return np.flatnonzero(quiet if quiet.any() else terrain.is_home)


def _is_free(world: World, cells: Ints, taken: list[int]) -> Flags:
    col, row = world.terrain.col[cells][:, None], world.terrain.row[cells][:, None]
    apart = np.maximum(np.abs(col - world.terrain.col[taken]), np.abs(row - world.terrain.row[taken]))
    free: Flags = apart.min(axis=1) >= APART_CELLS
    return free if free.any() else np.isin(cells, taken, invert=True)


def _beside(world: World, kind: str) -> int:
    at = slot_of("R31", kind).enterprise
    lon, lat = world.enterprises.lon[at], world.enterprises.lat[at]
    east, north = mean_wind(world, lon, lat, overpass_hours())
    way = DOWNWIND_KM if kind == "positive" else -DOWNWIND_KM
    moved = shifted(lon, lat, way * east, way * north)
    return int(world.terrain.nearest(*moved)[0])


def _remote(world: World, taken: list[int]) -> int:
    terrain, enterprises = world.terrain, world.enterprises
    flat = np.column_stack([enterprises.lon * np.cos(np.radians(34)), enterprises.lat])
    tree = cKDTree(flat)
    inside = is_inside(terrain, RING_CELLS)  # at the coast a cell has no ring to stand out from
    home = np.flatnonzero(inside if inside.any() else terrain.is_home)
    home = home[_is_free(world, home, taken)]
    distance, _ = tree.query(np.column_stack([terrain.lon[home] * np.cos(np.radians(34)), terrain.lat[home]]))
    return int(home[int(np.argmax(distance))])


def _tell(world: World, case: tuple[str, str], cell: int) -> None:
    rule, kind = case
    terrain = world.terrain
    cell_id = str(grid.cell_ids(terrain.col[[cell]], terrain.row[[cell]])[0])
    enterprise = (
        None if rule != "R31" or kind == "negative" else str(world.enterprises.id[slot_of(rule, kind).enterprise])
    )
    onset = 0.0 if kind == "positive" else None
    planted = Planted("cell", cell_id, enterprise, pollutant="HCHO" if rule == "R30" else "PM25")
    world.truth.add(case, planted, Window(0, 24 * HOT_DAYS, onset), NOTES[rule][KINDS.index(kind)])
