"""From positions to grid cells, and from cells to counties: distinct points only."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from fusion.engine import Engine
from fusion.grid import OUTSIDE, cell_id, cells_of, centres_of
from fusion.layout import NO_PLACE
from fusion.places import Places

DISTINCT_POINTS = """
SELECT lon_deg, lat_deg FROM satellite_grid
UNION
SELECT lon_deg, lat_deg FROM satellite_detections
"""


class GridCells(NamedTuple):
    """Cells that hold a satellite point, and in which of them each distinct point lies."""

    points: pa.Table
    cells: pa.Table


def grid_cells(engine: Engine, places: Places) -> GridCells:
    """The cells of all satellite points. A point outside the national grid has none."""
    points = engine.query(DISTINCT_POINTS)
    col, row = cells_of(points["lon_deg"].to_numpy(), points["lat_deg"].to_numpy())
    is_inside = col != OUTSIDE
    both = np.stack((col[is_inside], row[is_inside]), axis=1)
    cells, cell_idx = np.unique(both, axis=0, return_inverse=True)
    lon_deg, lat_deg = centres_of(cells[:, 0], cells[:, 1])
    county_idx = places.counties_at(lon_deg, lat_deg)
    table = {
        "cell_idx": np.arange(len(cells), dtype=np.int32),
        "cell_col": cells[:, 0],
        "cell_row": cells[:, 1],
        "lon_deg": lon_deg,
        "lat_deg": lat_deg,
        "county_idx": county_idx.astype(np.uint16),
        "city_idx": places.city_of(county_idx),
    }
    inside = points.filter(pa.array(is_inside))
    return GridCells(inside.append_column("cell_idx", pa.array(cell_idx.reshape(-1).astype(np.int32))), pa.table(table))


def enterprise_counties(enterprises: pa.Table, places: Places) -> pa.Table:
    """Of every enterprise with a position: its cell, and its county where it names none.

    Shape   county_idx is empty where the register names a county or the position lies in none; cell_id outside the grid
    """
    is_placed = pc.and_(pc.is_valid(enterprises["lon_deg"]), pc.is_valid(enterprises["lat_deg"]))
    chosen = enterprises.filter(is_placed)
    lon_deg, lat_deg = chosen["lon_deg"].to_numpy(), chosen["lat_deg"].to_numpy()
    is_nameless = chosen["county_adcode"].is_null().to_numpy(zero_copy_only=False)
    county_idx = np.full(len(lon_deg), NO_PLACE, dtype=np.uint16)
    county_idx[is_nameless] = places.counties_at(lon_deg[is_nameless], lat_deg[is_nameless])
    col, row = cells_of(lon_deg, lat_deg)
    names = [cell_id(*cell) if cell[0] != OUTSIDE else None for cell in zip(col.tolist(), row.tolist(), strict=True)]
    return pa.table(
        {
            "enterprise_id": chosen["enterprise_id"],
            "county_idx": pa.array(county_idx, mask=county_idx == NO_PLACE),
            "cell_id": pa.array(names, pa.string()),
        }
    )
