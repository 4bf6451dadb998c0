"""Which county a point lies in, and which division a register names."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import shapely
from numpy.typing import NDArray

from data_adapters.source import AdapterError

SHORE_DEG = 0.02  # a point this near a county belongs to it: quays, coarse coastlines
MAINLAND_PROVINCES = 31
BORDER_DEG = 0.005  # a point this near its declared county counts as inside
METRES_PER_DEG = 111_195.0
NAME_ENDING = r"(?:特别行政区|自治区|自治州|自治县|自治旗|地区|新区|省|市|区|县|旗|盟)$"

Indices = NDArray[np.int64]
Degrees = NDArray[np.float64]


class Declared(NamedTuple):
    """Division codes a register names; empty text where it names none or none that is known."""

    city: NDArray[np.object_]
    county: NDArray[np.object_]


class Places:
    """The divisions of a regions table, made ready for questions."""

    def __init__(self, regions: pa.Table) -> None:
        """Takes counties, else cities, as the areas points are placed in."""
        areas = regions.filter(pc.equal(regions["level"], "county"))
        self.has_counties = areas.num_rows > 0
        if not self.has_counties:
            areas = regions.filter(pc.equal(regions["level"], "city"))
        if not areas.num_rows:
            raise AdapterError("", "the regions table holds neither counties nor cities")
        self.codes = np.array(areas["adcode"].to_pylist(), dtype=object)
        self.cities = np.array(areas["parent_adcode" if self.has_counties else "adcode"].to_pylist(), dtype=object)
        self._shapes = shapely.from_wkb(np.array(areas["geometry_wkb"].to_pylist(), dtype=object))
        shapely.prepare(self._shapes)
        self._tree = shapely.STRtree(self._shapes)
        self._names = _names_of(regions)
        self.is_national = len({code[:2] for code in self.codes}) >= MAINLAND_PROVINCES
        self._cities_known = frozenset(self.cities.tolist())
        self._labels, self._label_kinds = _labels_of(regions, self._shapes)
        self._label_tree = shapely.STRtree(np.asarray(shapely.points(self._labels), dtype=object))
        self._by_code = {code: place for place, code in enumerate(self.codes)}

    @property
    def known_codes(self) -> frozenset[str]:
        """The codes in use: of provinces, cities and counties."""
        return frozenset().union(*(table["adcode"] for table in self._names.values()))

    def locate(self, lon_deg: Degrees, lat_deg: Degrees, *, reach_deg: float = SHORE_DEG) -> Indices:
        """Number of the area each point lies in, or within reach of; -1 where there is none."""
        found = np.full(len(lon_deg), -1, dtype=np.int64)
        known = np.flatnonzero(np.isfinite(lon_deg) & np.isfinite(lat_deg))
        if not len(known):
            return found
        points = np.asarray(shapely.points(lon_deg[known], lat_deg[known]), dtype=object)
        at, area = self._tree.query(points, predicate="intersects")
        found[known[at]] = area
        lost = found[known] < 0
        if reach_deg > 0 and lost.any():
            near, area = self._tree.query_nearest(points[lost], max_distance=reach_deg, all_matches=False)
            found[known[lost][near]] = area
        return found

    def is_near(self, codes: NDArray[np.object_], lon_deg: Degrees, lat_deg: Degrees) -> NDArray[np.bool_]:
        """Whether each point lies in the area of that code or close to it; false for a code without an area."""
        areas = np.array([self._by_code.get(code, -1) for code in codes], dtype=np.int64)
        near = np.zeros(len(codes), dtype=bool)
        asked = np.flatnonzero((areas >= 0) & np.isfinite(lon_deg) & np.isfinite(lat_deg))
        points = shapely.points(lon_deg[asked], lat_deg[asked])
        near[asked] = shapely.dwithin(self._shapes[areas[asked]], points, BORDER_DEG)
        return near

    def distance_deg(self, codes: NDArray[np.object_], lon_deg: Degrees, lat_deg: Degrees) -> Degrees:
        """From each point to the area of that code; 0 inside, NaN for a code without an area or a missing point."""
        areas = np.array([self._by_code.get(code, -1) for code in codes], dtype=np.int64)
        asked = np.flatnonzero((areas >= 0) & np.isfinite(lon_deg) & np.isfinite(lat_deg))
        found = np.full(len(codes), np.nan)
        found[asked] = shapely.distance(self._shapes[areas[asked]], shapely.points(lon_deg[asked], lat_deg[asked]))
        return found

    def distance_to_label_m(self, lon_deg: Degrees, lat_deg: Degrees) -> tuple[Degrees, NDArray[np.object_]]:
        """Metres to the nearest label point or centre of a county, or label point of a city, and which it is."""
        metres, kind = np.full(len(lon_deg), np.inf), np.full(len(lon_deg), "", dtype=object)
        known = np.flatnonzero(np.isfinite(lon_deg) & np.isfinite(lat_deg))
        place = self._label_tree.nearest(shapely.points(lon_deg[known], lat_deg[known]))
        east = (self._labels[place, 0] - lon_deg[known]) * np.cos(np.radians(lat_deg[known]))
        metres[known] = np.hypot(east, self._labels[place, 1] - lat_deg[known]) * METRES_PER_DEG
        kind[known] = self._label_kinds[place]
        return metres, kind

    def has_area(self, codes: NDArray[np.object_]) -> NDArray[np.bool_]:
        """Whether points can be tested against each code."""
        return np.array([code in self._by_code for code in codes], dtype=bool)

    def declared(self, named: pd.DataFrame) -> Declared:
        """Codes for the columns province, city, county and adcode of a register.

        Note    a name that fits several divisions of the same level fits none
        """
        unique = named[["province", "city", "county", "adcode"]].drop_duplicates()
        codes = {tuple(row): self._resolve(*row) for row in unique.to_numpy(dtype=object)}
        pairs = [codes[tuple(row)] for row in named[["province", "city", "county", "adcode"]].to_numpy(dtype=object)]
        city = np.array([pair[0] for pair in pairs], dtype=object)
        return Declared(city, np.array([pair[1] for pair in pairs], dtype=object))

    def _resolve(self, province: str, city: str, county: str, adcode: str) -> tuple[str, str]:
        if adcode in self._by_code and self.has_counties:
            return str(self.cities[self._by_code[adcode]]), adcode
        provinces = self._find("province", province, "")
        cities = self._find("city", city, provinces[0] if len(provinces) == 1 else "")
        within = cities[0] if len(cities) == 1 else ""
        if not within and adcode in self._cities_known:
            within = adcode
        counties = self._find("county", county, within) if within or not city else []
        if len(counties) == 1 and not within:
            within = self._names["county"].set_index("adcode")["parent"][counties[0]]
        return within, counties[0] if len(counties) == 1 else ""

    def _find(self, level: str, name: str, parent: str) -> list[str]:
        if not name:
            return []
        table = self._names[level]
        fits = (table["name"] == name) | (table["short"] == name)
        if not fits.any():
            fits = table["stem"] == _stem(pd.Series([name]))[0]
        if parent:
            fits &= table["parent"] == parent
        return table.loc[fits, "adcode"].tolist()


def _stem(names: pd.Series) -> pd.Series:
    shortened = names.str.replace(NAME_ENDING, "", regex=True)
    return shortened.where(shortened.str.len() > 1, names)


def _labels_of(regions: pa.Table, shapes: NDArray[np.object_]) -> tuple[Degrees, NDArray[np.object_]]:
    """Label points of counties and cities, and centres of the areas."""
    below = regions.filter(pc.not_equal(regions["level"], "province"))
    points = np.column_stack([below["lon_deg"].to_numpy(), below["lat_deg"].to_numpy()])
    centres = shapely.centroid(shapes)
    kinds = [f"label point of {code}" for code in below["adcode"].to_pylist()] + ["centre of the county"] * len(shapes)
    stacked = np.concatenate([points, np.column_stack([shapely.get_x(centres), shapely.get_y(centres)])])
    return stacked, np.array(kinds, dtype=object)


def _names_of(regions: pa.Table) -> dict[str, pd.DataFrame]:
    columns = {
        "adcode": "adcode",
        "level": "level",
        "name_zh": "name",
        "short_name_zh": "short",
        "parent_adcode": "parent",
    }
    names = regions.select(list(columns)).to_pandas().rename(columns=columns)
    names["stem"] = _stem(names["name"])
    return {level: names[names["level"] == level] for level in ("province", "city", "county")}
