"""The cities and counties of the campaign, and the grid cells inside them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import shapely

from data_adapters.campaign import grid, invented
from data_adapters.campaign.randomness import Flags, Floats, Ints, Texts
from data_adapters.campaign.sizes import Scope
from data_adapters.places.names import english_name

MUNICIPALITIES = ("11", "12", "31", "50")
TINY_CITIES = ("阳泉市", "三门峡市", "鹤壁市", "铜陵市", "枣庄市", "马鞍山市")


class PlacesError(Exception):
    """The regions table does not hold the cities of the campaign."""


@dataclass(frozen=True)
class Places:
    """Cities (c) and their counties (k), in code order."""

    city_code: Texts
    city_name: Texts
    city_name_en: Texts
    group_before: Texts
    group_after: Texts
    city_weight: Floats
    pm25_base: Floats
    city_lon: Floats
    city_lat: Floats
    county_code: Texts
    county_city: Ints
    county_lon: Floats
    county_lat: Floats
    county_shape: list[Any]

    def in_scope(self, is_after: bool) -> Flags:
        """Cities in one of the groups, by the lists before or after the change."""
        flags: Flags = (self.group_after if is_after else self.group_before) != ""
        return flags


@dataclass(frozen=True)
class Cells:
    """3 km cells whose centre lies in a city of the campaign, sorted by city, row, column."""

    col: Ints
    row: Ints
    lon: Floats
    lat: Floats
    county: Ints
    city: Ints

    def __len__(self) -> int:
        """Number of cells."""
        return len(self.col)

    def index(self) -> tuple[Ints, int, int]:
        """A dense picture of cell numbers (-1 where there is none) and its first column and row."""
        col0, row0 = int(self.col.min()), int(self.row.min())
        picture = np.full((int(self.row.max()) - row0 + 1, int(self.col.max()) - col0 + 1), -1, dtype=np.int64)
        picture[self.row - row0, self.col - col0] = np.arange(len(self))
        return picture, col0, row0


def _chosen_cities(scope: Scope) -> Flags:
    if scope == "tiny":
        return np.isin(invented.texts("cities", "name_zh"), TINY_CITIES)
    chosen: Flags = (invented.texts("cities", "in_small") == "1") | (scope == "all")
    return chosen


def load_places(scope: Scope, regions: pa.Table) -> Places:
    """The cities of a scope, with the counties `regions` gives them.

    Raises  PlacesError naming the cities without any county
    """
    chosen = _chosen_cities(scope)
    listed = invented.texts("cities", "city_adcode")[chosen]
    counties = regions.filter(pc.equal(regions["level"], "county")).sort_by("adcode")
    codes = np.array(counties["adcode"].to_pylist(), dtype=np.str_)
    is_municipal = np.isin(codes.astype("U2"), MUNICIPALITIES)
    prefix = np.where(is_municipal, np.char.add(codes.astype("U2"), "0000"), np.char.add(codes.astype("U4"), "00"))
    keep = np.isin(prefix, listed)
    missing = sorted(set(listed.tolist()) - set(prefix[keep].tolist()))
    if missing:
        raise PlacesError(f"regions: no counties for cities {', '.join(missing)}")
    kept = counties.filter(pa.array(keep))
    city = np.searchsorted(listed, prefix[keep]).astype(np.int64)
    parent = np.array(kept["parent_adcode"].to_pylist(), dtype=np.str_)
    lon, lat = kept["lon_deg"].to_numpy(), kept["lat_deg"].to_numpy()
    n = np.bincount(city, minlength=len(listed))
    names = invented.texts("cities", "name_zh")[chosen]
    return Places(
        city_code=parent[np.searchsorted(city, np.arange(len(listed)))],
        city_name=names,
        city_name_en=np.array([english_name(name) for name in names.tolist()], dtype=np.str_),
        group_before=invented.texts("cities", "group_before")[chosen],
        group_after=invented.texts("cities", "group_after")[chosen],
        city_weight=invented.numbers("cities", "weight")[chosen],
        pm25_base=invented.numbers("cities", "pm25_base_ug_m3")[chosen],
        city_lon=np.bincount(city, lon) / n,
        city_lat=np.bincount(city, lat) / n,
        county_code=codes[keep],
        county_city=city,
        county_lon=lon,
        county_lat=lat,
        county_shape=[_sound(wkb) for wkb in kept["geometry_wkb"].to_pylist()],
    )


def _sound(wkb: bytes) -> Any:  # noqa: ANN401 - a shapely geometry
    shape = shapely.from_wkb(wkb)
    if not shape.is_valid:
        shape = shapely.make_valid(shape)
    shapely.prepare(shape)
    return shape


def cells_within(places: Places) -> Cells:
    """The cells of all counties."""
    parts = [_cells_of(shape) for shape in places.county_shape]
    county = np.repeat(np.arange(len(parts)), [len(part[0]) for part in parts])
    col, row, lon, lat = (np.concatenate(column) for column in zip(*parts, strict=True))
    # A centre exactly on a shared edge could be counted twice: the first county has it.
    _, first = np.unique(row * 10_000 + col, return_index=True)
    order = first[np.lexsort((col[first], row[first], places.county_city[county[first]]))]
    county = county[order]
    return Cells(col[order], row[order], lon[order], lat[order], county, places.county_city[county])


def _cells_of(shape: Any) -> tuple[Ints, Ints, Floats, Floats]:  # noqa: ANN401
    west, south, east, north = shape.bounds
    along = np.linspace(0.0, 1.0, 9)
    edge_lon = np.concatenate([west + along * (east - west)] * 2 + [np.full(9, west), np.full(9, east)])
    edge_lat = np.concatenate([np.full(9, south), np.full(9, north)] + [south + along * (north - south)] * 2)
    cols, rows = grid.to_cell(edge_lon, edge_lat)
    box = np.meshgrid(np.arange(cols.min() - 1, cols.max() + 2), np.arange(rows.min() - 1, rows.max() + 2))
    col, row = box[0].ravel(), box[1].ravel()
    lon, lat = grid.centre(col, row)
    inside = shapely.contains_xy(shape, lon, lat)
    return col[inside], row[inside], lon[inside], lat[inside]
