"""Outlines for the browser: simplified with shared borders kept shared, packed as small integers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import shapely

from fusion.layout import GEOMETRY, NO_PLACE
from fusion.places import Geometries, Places

UNITS_PER_DEG = 10_000
LINES_LEVEL = 9
LONGEST_STEP = 32_767
TOLERANCE_DEG: Mapping[int, float] = {0: 0.02, 1: 0.016, 2: 0.004}
# Far levels are rounded coarser than the unit: invisible at their zoom, and half the bytes.
ROUNDED_TO: Mapping[int, int] = {0: 10, 1: 10, 2: 2}
LINE_TOLERANCE_DEG = 0.002

Ints = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Paths:
    """Paths one after another: points in 1e-4 degree, how many a path has, and whose it is."""

    xy: Ints
    lengths: Ints
    owner: Ints


def pack_outlines(places: Places, lines: pa.Table) -> pa.Table:
    """Table `geometry`: every place at the tolerance of its level, and the boundary lines by kind."""
    parts = []
    for level, tolerance_deg in TOLERANCE_DEG.items():
        numbers = np.flatnonzero(places.level == level)
        if len(numbers):
            shapes = shapely.coverage_simplify(places.geometry[numbers], tolerance_deg)
            parts.append(_pack(rings_of(shapes, ROUNDED_TO[level]), level, numbers, [None] * len(numbers)))
    if lines.num_rows:
        kinds, owner = np.unique(np.array(lines["kind"].to_pylist(), dtype=np.str_), return_inverse=True)
        shapes = shapely.from_wkb(lines["geometry_wkb"].to_numpy(zero_copy_only=False))
        paths = lines_of(shapely.simplify(shapes, LINE_TOLERANCE_DEG), owner)
        parts.append(_pack(paths, LINES_LEVEL, np.full(len(kinds), NO_PLACE), [str(kind) for kind in kinds]))
    return pa.concat_tables(parts) if parts else GEOMETRY.empty()


def rings_of(shapes: Geometries, rounded_to: int = 1) -> Paths:
    """All rings of polygons, rounded to so many 1e-4 degrees; a ring that shrinks to nothing by it is left out."""
    polygons, owner = shapely.get_parts(shapes, return_index=True)
    rings, polygon = shapely.get_rings(polygons, return_index=True)
    return _rounded(rings, owner[polygon], 4, rounded_to)


def lines_of(shapes: Geometries, owner: Ints) -> Paths:
    """All lines, by owner in order."""
    order = np.argsort(owner, kind="stable")
    lines, shape = shapely.get_parts(shapes[order], return_index=True)
    return _rounded(lines, owner[order][shape], 2)


def _rounded(lines: Geometries, owner: Ints, least: int, rounded_to: int = 1) -> Paths:
    degrees, path = shapely.get_coordinates(lines, return_index=True)
    xy = np.round(degrees * (UNITS_PER_DEG / rounded_to)).astype(np.int64) * rounded_to
    is_new = np.ones(len(xy), dtype=np.bool_)
    is_new[1:] = (path[1:] != path[:-1]) | (xy[1:] != xy[:-1]).any(axis=1)
    xy, path = _short_steps(xy[is_new], path[is_new])
    lengths = np.bincount(path, minlength=len(lines))
    is_kept = lengths >= least
    return Paths(xy[is_kept[path]], lengths[is_kept], owner[is_kept])


def _short_steps(xy: Ints, path: Ints) -> tuple[Ints, Ints]:
    """Points inserted where a step would not fit into 16 bits."""
    step = np.zeros_like(xy)
    step[1:] = np.where((path[1:] == path[:-1])[:, None], xy[1:] - xy[:-1], 0)
    pieces = np.maximum(-(-np.abs(step).max(axis=1) // LONGEST_STEP), 1) if len(xy) else np.zeros(0, np.int64)
    if not len(xy) or pieces.max() == 1:
        return xy, path
    target = np.repeat(np.arange(len(xy)), pieces)
    back = np.repeat(np.cumsum(pieces), pieces) - 1 - np.arange(len(target))
    share = back / pieces[target]
    return xy[target] - np.round(step[target] * share[:, None]).astype(np.int64), path[target]


def _pack(paths: Paths, level: int, numbers: Ints, kinds: list[str | None]) -> pa.Table:
    first = np.cumsum(paths.lengths) - paths.lengths
    step = np.diff(paths.xy, axis=0, prepend=paths.xy[:1])
    is_step = np.ones(len(paths.xy), dtype=np.bool_)
    is_step[first] = False
    rings = np.bincount(paths.owner, minlength=len(numbers))
    steps = np.bincount(paths.owner, weights=paths.lengths - 1, minlength=len(numbers)).astype(np.int64)
    columns = {
        "level": pa.array(np.full(len(numbers), level, dtype=np.uint8)),
        "place_idx": pa.array(numbers.astype(np.uint16)),
        "kind": pa.array(kinds, pa.string()),
        "ring_lengths": _lists(rings, paths.lengths, pa.uint32()),
        "x0": _lists(rings, paths.xy[first, 0], pa.int32()),
        "y0": _lists(rings, paths.xy[first, 1], pa.int32()),
        "dx": _lists(steps, step[is_step, 0], pa.int16()),
        "dy": _lists(steps, step[is_step, 1], pa.int16()),
    }
    return pa.table(columns, schema=GEOMETRY.schema)


def _lists(lengths: Ints, values: Ints, kind: pa.DataType) -> pa.Array:
    offsets = np.concatenate(([0], np.cumsum(lengths))).astype(np.int32)
    return pa.ListArray.from_arrays(pa.array(offsets), pa.array(values).cast(kind))
