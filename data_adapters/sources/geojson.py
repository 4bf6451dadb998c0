"""Reading GeoJSON and TopoJSON into features: properties and a shapely geometry, or nothing where there is none."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.errors import GEOSException
from shapely.geometry import shape
from shapely.geometry.base import BaseGeometry

from data_adapters.files import decode_text, read_bytes
from data_adapters.source import AdapterError, FileAccount

WANTED = "expected a FeatureCollection or a Topology of polygons"


class Feature(NamedTuple):
    """One feature; `geometry` is None when empty or broken."""

    properties: dict[str, Any]
    geometry: BaseGeometry | None


def read_features(path: Path, account: FileAccount) -> tuple[list[Feature], str]:
    """The features of a GeoJSON or TopoJSON file, names of properties in small letters; the system it states, if any.

    Raises  AdapterError if the file is neither
    """
    text, _ = decode_text(path, read_bytes(path, account))
    try:
        document = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise AdapterError(path, f"is not JSON: {error}", "expected GeoJSON or TopoJSON") from error
    kind = document.get("type") if isinstance(document, dict) else None
    try:
        if kind == "Topology":
            return _topology_features(document), _stated_crs(document)
        if kind == "FeatureCollection":
            features = [_feature(item, item.get("geometry")) for item in document["features"]]
            return features, _stated_crs(document)
        if kind == "Feature":
            return [_feature(document, document.get("geometry"))], _stated_crs(document)
    except (KeyError, TypeError, AttributeError, IndexError, ValueError) as error:
        raise AdapterError(path, f"broken {kind}: {error}", WANTED) from error
    raise AdapterError(path, "is JSON but neither GeoJSON nor TopoJSON", WANTED)


def _stated_crs(document: dict[str, Any]) -> str:
    crs = document.get("crs")
    stated = crs.get("properties") if isinstance(crs, dict) else None
    return str(stated.get("name") or "").strip() if isinstance(stated, dict) else ""


def _feature(item: dict[str, Any], geometry: dict[str, Any] | None) -> Feature:
    own = {str(name).strip().lower(): value for name, value in dict(item.get("properties") or {}).items()}
    return Feature({"id": item["id"], **own} if "id" in item else own, _shape(geometry))


def _shape(geometry: dict[str, Any] | None) -> BaseGeometry | None:
    if not geometry:
        return None
    try:
        made = shape(geometry)
    except (ValueError, TypeError, KeyError, IndexError, AttributeError, GEOSException):
        return None
    return None if made.is_empty or not np.isfinite(made.bounds).all() else made


def _topology_features(document: dict[str, Any]) -> list[Feature]:
    arcs = _decoded_arcs(document)
    features: list[Feature] = []
    waiting = list(document["objects"].values())[::-1]
    while waiting:
        item = waiting.pop()
        if item.get("type") == "GeometryCollection":
            waiting.extend(reversed(item["geometries"]))
        else:
            features.append(_feature(item, _with_coordinates(item, arcs)))
    return features


def _decoded_arcs(document: dict[str, Any]) -> list[NDArray[np.float64]]:
    transform = document.get("transform")
    arcs = [np.asarray(arc, dtype=float)[:, :2] for arc in document["arcs"]]
    if not transform:
        return arcs
    scale, move = np.asarray(transform["scale"]), np.asarray(transform["translate"])
    return [np.cumsum(arc, axis=0) * scale + move for arc in arcs]


def _joined(indices: list[int], arcs: list[NDArray[np.float64]]) -> list[list[float]]:
    parts = [arcs[index] if index >= 0 else arcs[~index][::-1] for index in indices]
    kept = parts[:1] + [part[1:] for part in parts[1:]]
    line: list[list[float]] = np.concatenate(kept).tolist()
    return line


def _with_coordinates(item: dict[str, Any], arcs: list[NDArray[np.float64]]) -> dict[str, Any] | None:
    kind, refs = item.get("type"), item.get("arcs")
    coordinates: Any
    if kind == "Polygon":
        coordinates = [_joined(ring, arcs) for ring in refs or []]
    elif kind == "MultiPolygon":
        coordinates = [[_joined(ring, arcs) for ring in polygon] for polygon in refs or []]
    elif kind == "LineString":
        coordinates = _joined(refs or [], arcs)
    elif kind == "MultiLineString":
        coordinates = [_joined(line, arcs) for line in refs or []]
    else:
        return None
    return {"type": kind, "coordinates": coordinates} if coordinates else None


def polygonal(geometry: BaseGeometry) -> BaseGeometry:
    """The geometry made valid, polygons only."""
    made = shapely.make_valid(geometry, method="structure", keep_collapsed=False)
    if made.geom_type in ("Polygon", "MultiPolygon"):
        return made
    parts = [part for part in shapely.get_parts(made) if part.geom_type in ("Polygon", "MultiPolygon")]
    return shapely.union_all(parts)
