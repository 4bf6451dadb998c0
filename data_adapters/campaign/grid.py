"""The national 3 km grid (Albers equal-area, version ALB-2547-105-v1), as far as the campaign needs it."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from pyproj import Transformer

from data_adapters.campaign.randomness import Floats, Ints, Texts

CELL_M = 3000.0
ORIGIN_X_M = -3_000_000.0
ALBERS = "+proj=aea +lat_1=25 +lat_2=47 +lat_0=0 +lon_0=105 +ellps=GRS80 +units=m +no_defs"


@lru_cache(maxsize=2)
def _transformer(backwards: bool) -> Transformer:
    ends = (ALBERS, "EPSG:4490") if backwards else ("EPSG:4490", ALBERS)
    return Transformer.from_crs(*ends, always_xy=True)


def to_cell(lon_deg: Floats, lat_deg: Floats) -> tuple[Ints, Ints]:
    """Column and row of the cells the points lie in."""
    x, y = _transformer(False).transform(lon_deg, lat_deg)
    col = np.floor((np.asarray(x) - ORIGIN_X_M) / CELL_M).astype(np.int64)
    return col, np.floor(np.asarray(y) / CELL_M).astype(np.int64)


def centre(col: Ints, row: Ints) -> tuple[Floats, Floats]:
    """Longitude and latitude of the cell centres."""
    lon, lat = _transformer(True).transform((col + 0.5) * CELL_M + ORIGIN_X_M, (row + 0.5) * CELL_M)
    return np.asarray(lon, dtype=np.float64), np.asarray(lat, dtype=np.float64)


def cell_ids(col: Ints, row: Ints) -> Texts:
    """Cell names as `G3-1318-1448`."""
    return np.array([f"G3-{c:04d}-{r:04d}" for c, r in zip(col.tolist(), row.tolist(), strict=True)], dtype=np.str_)
