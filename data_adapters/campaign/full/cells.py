"""The cells planted for R29, R30 and R31, apart from each other."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product

import numpy as np
from scipy.spatial import cKDTree

from data_adapters.campaign import grid
from data_adapters.campaign.full.cases import KINDS, Planted, Window
from data_adapters.campaign.full.hot_places import DOWNWIND_KM, RING_CELLS, is_inside, overpass_hours, shifted
from data_adapters.campaign.full.sites import mean_wind
from data_adapters.campaign.full.world import World
from data_adapters.campaign.randomness import Flags, Floats, Ints, stream

APART_CELLS = 5
ROOMY_CELLS = 240  # of a city: the nine cells of R30 can then be among its top twentieth
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


Case = tuple[str, str, int]


@dataclass(frozen=True)
class HotSpots:
    """Planted cells by (rule, kind, turn)."""

    cell: dict[Case, int]

    def around(self, world: World, case: Case, reach: int) -> Ints:
        """The cells within `reach` columns and rows."""
        terrain, at = world.terrain, self.cell[case]
        near = (np.abs(terrain.col - terrain.col[at]) <= reach) & (np.abs(terrain.row - terrain.row[at]) <= reach)
        return np.flatnonzero(near)


def choose_cells(world: World, excess: Floats) -> HotSpots:
    """R31 beside its enterprises, the others wherever there is room."""
    chosen: dict[Case, int] = {}
    turns = range(world.plan.turns)
    for turn in turns:
        for kind in ("positive", "lookalike"):
            chosen["R31", kind, turn] = _beside(world, kind, turn)
    for turn in turns:
        chosen["R31", "negative", turn] = _remote(world, list(chosen.values()))
    order = stream(world.plan.seed, "hot-cells").permutation(_quiet_cells(world, excess))
    for turn, rule, kind in product(turns, ("R29", "R30"), KINDS):
        chosen[rule, kind, turn] = int(order[_is_free(world, order, list(chosen.values()))][0])
    for case, cell in chosen.items():
        _tell(world, case, cell)
    return HotSpots(chosen)


def _quiet_cells(world: World, excess: Floats) -> Ints:
    """Cells with home cells all around and less of the plumes than most."""
    terrain = world.terrain
    inside = is_inside(terrain, RING_CELLS)
    mean = excess.mean(axis=0)
    quiet = inside & (mean <= np.median(mean[inside] if inside.any() else mean))
    roomy = quiet & (
        np.bincount(terrain.city[terrain.is_home], minlength=terrain.city.max() + 1)[terrain.city] >= ROOMY_CELLS
    )
    return np.flatnonzero(roomy if roomy.any() else quiet if quiet.any() else terrain.is_home)


def _is_free(world: World, cells: Ints, taken: list[int]) -> Flags:
    col, row = world.terrain.col[cells][:, None], world.terrain.row[cells][:, None]
    apart = np.maximum(np.abs(col - world.terrain.col[taken]), np.abs(row - world.terrain.row[taken]))
    free: Flags = apart.min(axis=1) >= APART_CELLS
    return free if free.any() else np.isin(cells, taken, invert=True)


def _beside(world: World, kind: str, turn: int) -> int:
    at = world.cast.of("R31", kind, turn).enterprise
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


def _tell(world: World, case: Case, cell: int) -> None:
    rule, kind, turn = case
    terrain = world.terrain
    cell_id = str(grid.cell_ids(terrain.col[[cell]], terrain.row[[cell]])[0])
    is_about = rule == "R31" and kind != "negative"
    enterprise = str(world.enterprises.id[world.cast.of(rule, kind, turn).enterprise]) if is_about else None
    onset = 0.0 if kind == "positive" else None
    planted = Planted("cell", cell_id, enterprise, pollutant="HCHO" if rule == "R30" else "PM25")
    world.truth.add((rule, kind), planted, Window(0, 24 * HOT_DAYS, onset), NOTES[rule][KINDS.index(kind)])
