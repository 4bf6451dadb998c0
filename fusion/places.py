"""Administrative divisions as dense numbers, and which of them a point lies in."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
import shapely

from fusion.errors import FusionError
from fusion.layout import NO_PLACE

LEVELS = ("province", "city", "county")
COUNTY = 2

Geometries = npt.NDArray[np.object_]
Numbers = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Places:
    """Divisions in the order of their numbers: provinces, cities, counties, each by code."""

    table: pa.Table
    level: Numbers
    geometry: Geometries

    def county_cities(self) -> pa.Table:
        """One row per county: adcode, county_idx, and city_idx, 65535 where no city lies above it."""
        adcode = self.table["adcode"].filter(pa.array(self.level == COUNTY))
        county = np.flatnonzero(self.level == COUNTY)
        return pa.table({"adcode": adcode, "county_idx": county.astype(np.uint16), "city_idx": self.city_of(county)})

    def city_of(self, county_idx: Numbers) -> npt.NDArray[np.uint16]:
        """The city above each county; 65535 for 65535 and for a county directly under its province."""
        parents = np.append(self.table["parent_idx"].to_numpy(), -1)
        levels = np.append(self.level, -1)
        parent = parents[np.where(county_idx == NO_PLACE, len(self.level), county_idx)]
        return np.where(levels[parent] == 1, parent, NO_PLACE).astype(np.uint16)

    def counties_at(self, lon_deg: npt.ArrayLike, lat_deg: npt.ArrayLike) -> Numbers:
        """Number of the county each point lies in; 65535 outside all. On a border the smaller code."""
        positions = np.stack((np.asarray(lon_deg, dtype=np.float64), np.asarray(lat_deg, dtype=np.float64)), axis=1)
        points = np.atleast_1d(np.asarray(shapely.points(positions), dtype=np.object_))
        found = np.full(len(points), NO_PLACE, dtype=np.int64)
        first = len(self.level) - int((self.level == COUNTY).sum())
        counties = self.geometry[first:]
        shapely.prepare(counties)
        county, point = shapely.STRtree(points).query(counties, predicate="intersects")
        np.minimum.at(found, point, county + first)
        return found


def number_places(regions: pa.Table) -> Places:
    """The divisions of table `regions`, numbered.

    Raises  FusionError if there are none, or more than fit
    """
    if not 0 < regions.num_rows < NO_PLACE:
        raise FusionError(f"the boundary source has {regions.num_rows} divisions", "check the source 'boundaries'")
    level = np.array([LEVELS.index(name) for name in regions["level"].to_pylist()], dtype=np.int64)
    adcode = np.array(regions["adcode"].to_pylist(), dtype=np.str_)
    order = np.lexsort((adcode, level))
    level, adcode, regions = level[order], adcode[order], regions.take(pa.array(order))
    geometry = shapely.from_wkb(regions["geometry_wkb"].to_numpy(zero_copy_only=False))
    bounds = shapely.bounds(geometry)
    columns = {
        "place_idx": np.arange(len(level), dtype=np.uint16),
        "adcode": regions["adcode"],
        "level": level.astype(np.uint8),
        "name_zh": regions["name_zh"],
        "name_en": regions["name_en"],
        "short_name_zh": regions["short_name_zh"],
        "parent_idx": _parents(regions, level, adcode),
        "lon_deg": regions["lon_deg"],
        "lat_deg": regions["lat_deg"],
        **{name: bounds[:, side] for side, name in enumerate(("min_lon", "min_lat", "max_lon", "max_lat"))},
    }
    return Places(pa.table(columns), level, geometry)


def _parents(regions: pa.Table, level: Numbers, adcode: npt.NDArray[np.str_]) -> npt.NDArray[np.int16]:
    """The nearest higher division of that code; Beijing is a province and a city of one code."""
    number = {(int(lv), str(code)): index for index, (lv, code) in enumerate(zip(level, adcode, strict=True))}
    wanted = pc.fill_null(regions["parent_adcode"], "").to_pylist()
    parents = [
        next((number[(above, code)] for above in range(int(own) - 1, -1, -1) if (above, code) in number), -1)
        for own, code in zip(level, wanted, strict=True)
    ]
    return np.array(parents, dtype=np.int16)
