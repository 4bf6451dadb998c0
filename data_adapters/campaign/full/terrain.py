"""The cells of the campaign: those of its cities, and beyond them as many neighbours as the plan asks for."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import ndimage

from data_adapters.campaign import grid
from data_adapters.campaign.full.cases import REFERENCE_COUNTY
from data_adapters.campaign.full.plan import ROUND_DAYS, Plan
from data_adapters.campaign.places import Cells, Places, cells_within
from data_adapters.campaign.randomness import Flags, Floats, Ints

MARGIN_CELLS = 8


@dataclass(frozen=True)
class Terrain:
    """Cells in the order of their ids; `county` and `city` are row numbers of the places."""

    col: Ints
    row: Ints
    lon: Floats
    lat: Floats
    county: Ints
    city: Ints
    is_home: Flags  # lies in a city of the campaign; the others are its surroundings

    def __len__(self) -> int:
        """Number of cells."""
        return len(self.col)

    def nearest(self, lon_deg: Floats, lat_deg: Floats) -> Ints:
        """The cell each point lies in, or the first one where it lies in none."""
        col, row = grid.to_cell(np.atleast_1d(lon_deg), np.atleast_1d(lat_deg))
        code = self.col * 10_000 + self.row
        place = np.clip(np.searchsorted(code, col * 10_000 + row), 0, len(code) - 1)
        return np.where(code[place] == col * 10_000 + row, place, 0)


def city_order(places: Places) -> Ints:
    """Cities of the lists of 2023: that of the reference case first, then the heavier ones."""
    reference = places.county_city[np.flatnonzero(places.county_code == REFERENCE_COUNTY)[0]]
    rank = np.where(np.arange(len(places.city_code)) == reference, np.inf, places.city_weight)
    order = np.argsort(-rank, kind="stable")
    return order[places.in_scope(True)[order]]


def make_terrain(plan: Plan, places: Places) -> Terrain:
    """As many cells as the plan has grid cells: the middle of each city first, its surroundings last."""
    cells = cells_within(places)
    chosen = city_order(places)[: plan.cities]
    home = np.flatnonzero(np.isin(cells.city, chosen))
    wanted = max(plan.rows("L02"), plan.objects("A01", ROUND_DAYS))  # at odd scales the days need a cell more
    if wanted < len(home):
        home = home[np.sort(np.argsort(_distance_rank(places, cells, home), kind="stable")[:wanted])]
    near = _neighbours(cells, home, wanted - len(home))
    col = np.concatenate([cells.col[home], near[0]])
    row = np.concatenate([cells.row[home], near[1]])
    like = np.concatenate([home, near[2]])
    order = np.lexsort((row, col))
    lon, lat = grid.centre(col[order], row[order])
    county = cells.county[like[order]]
    is_home = np.arange(len(col))[order] < len(home)
    return Terrain(col[order], row[order], lon, lat, county, places.county_city[county], is_home)


def _distance_rank(places: Places, cells: Cells, home: Ints) -> Floats:
    """Rank of a cell among those of its city by distance from the middle, as a share of the city."""
    centre_lon, centre_lat = places.city_lon.copy(), places.city_lat.copy()
    reference = int(np.flatnonzero(places.county_code == REFERENCE_COUNTY)[0])
    city = places.county_city[reference]
    centre_lon[city], centre_lat[city] = places.county_lon[reference], places.county_lat[reference]
    of = cells.city[home]
    east = (cells.lon[home] - centre_lon[of]) * np.cos(np.radians(centre_lat[of]))
    distance = np.hypot(east, cells.lat[home] - centre_lat[of])
    order = np.lexsort((distance, of))
    start = np.searchsorted(of[order], of[order], side="left")
    rank = np.empty(len(home))
    rank[order] = (np.arange(len(home)) - start) / np.bincount(of)[of[order]]
    return rank


def _neighbours(cells: Cells, home: Ints, wanted: int) -> tuple[Ints, Ints, Ints]:
    """The nearest cells outside, and the home cell each is nearest to."""
    if wanted <= 0:
        return np.empty(0, np.int64), np.empty(0, np.int64), np.empty(0, np.int64)
    margin = MARGIN_CELLS + int(np.sqrt(wanted) / 2)
    col0, row0 = int(cells.col[home].min()) - margin, int(cells.row[home].min()) - margin
    shape = int(cells.row[home].max()) - row0 + margin + 1, int(cells.col[home].max()) - col0 + margin + 1
    picture = np.full(shape, -1, dtype=np.int64)
    picture[cells.row[home] - row0, cells.col[home] - col0] = home
    distance, source = ndimage.distance_transform_edt(picture < 0, return_indices=True)
    flat = np.where(picture.ravel() >= 0, np.inf, distance.ravel())
    chosen = np.argsort(flat, kind="stable")[:wanted]
    row, col = np.divmod(chosen, shape[1])
    like = picture[source[0].ravel()[chosen], source[1].ravel()[chosen]]
    return col + col0, row + row0, like
