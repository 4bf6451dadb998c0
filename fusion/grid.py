"""The national 3 km grid: Albers equal-area, every cell exactly 9 km2.

A cell is named `G3-CCCC-RRRR` by its column and row from the origin. Cells are turned 2-12 degrees against
north, so they are drawn by their four reprojected corners, never as a box in lon/lat.
"""

from __future__ import annotations

from functools import cache

import numpy as np
import numpy.typing as npt
from pyproj import Transformer

GRID_VERSION = "ALB-2547-105-v1"
CELL_M = 3000.0
ORIGIN_X_M = -3_000_000.0
ORIGIN_Y_M = 0.0
CELLS_PER_SIDE = 2000
OUTSIDE = -1

_ALBERS = "+proj=aea +lat_1=25 +lat_2=47 +lat_0=0 +lon_0=105 +ellps=GRS80 +units=m +no_defs"

Floats = npt.NDArray[np.float64]
Cells = npt.NDArray[np.int16]


@cache
def _to_albers() -> Transformer:
    return Transformer.from_crs("EPSG:4490", _ALBERS, always_xy=True)


def cells_of(lon_deg: npt.ArrayLike, lat_deg: npt.ArrayLike) -> tuple[Cells, Cells]:
    """Column and row of each point; -1, -1 for a point outside the grid or without a position.

    Note    distinct points only are worth passing: a transform costs 0.5 us a point
    """
    lon = np.asarray(lon_deg, dtype=np.float64)
    lat = np.asarray(lat_deg, dtype=np.float64)
    x_m, y_m = _to_albers().transform(lon, lat)
    with np.errstate(invalid="ignore"):
        col = np.floor((np.asarray(x_m) - ORIGIN_X_M) / CELL_M)
        row = np.floor((np.asarray(y_m) - ORIGIN_Y_M) / CELL_M)
        inside = (col >= 0) & (col < CELLS_PER_SIDE) & (row >= 0) & (row < CELLS_PER_SIDE)
    return (
        np.where(inside, col, OUTSIDE).astype(np.int16),
        np.where(inside, row, OUTSIDE).astype(np.int16),
    )


def cell_id(col: int, row: int) -> str:
    """The stable name of a cell, as `G3-1318-1448`."""
    return f"G3-{col:04d}-{row:04d}"


def cell_of_id(name: str) -> tuple[int, int]:
    """Column and row of a cell's name.

    Raises  ValueError if it isn't the name of a cell of this grid
    """
    parts = name.split("-")
    if len(parts) != 3 or parts[0] != "G3" or not all(len(part) == 4 and part.isdigit() for part in parts[1:]):
        raise ValueError(f"not a cell of the 3 km grid: {name!r}")
    return int(parts[1]), int(parts[2])


def centres_of(col: npt.ArrayLike, row: npt.ArrayLike) -> tuple[Floats, Floats]:
    """Longitude and latitude of the centres, in degrees."""
    return _degrees(np.asarray(col) + 0.5, np.asarray(row) + 0.5)


def corners_of(col: npt.ArrayLike, row: npt.ArrayLike) -> tuple[Floats, Floats]:
    """Longitude and latitude of the corners, shape (cells, 4): south-west, south-east, north-east, north-west."""
    cols = np.atleast_1d(np.asarray(col, dtype=np.float64))[:, None] + np.array([0.0, 1.0, 1.0, 0.0])
    rows = np.atleast_1d(np.asarray(row, dtype=np.float64))[:, None] + np.array([0.0, 0.0, 1.0, 1.0])
    return _degrees(cols, rows)


def _degrees(cols: npt.NDArray[np.floating], rows: npt.NDArray[np.floating]) -> tuple[Floats, Floats]:
    x_m = np.asarray(cols, dtype=np.float64) * CELL_M + ORIGIN_X_M
    y_m = np.asarray(rows, dtype=np.float64) * CELL_M + ORIGIN_Y_M
    lon, lat = _to_albers().transform(x_m, y_m, direction="INVERSE")
    return np.asarray(lon, dtype=np.float64), np.asarray(lat, dtype=np.float64)
