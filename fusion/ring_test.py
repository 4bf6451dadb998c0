"""What the test of rule R29 says of every cell the hotspot layer shows: one truth for the map and for the clues.

The layer's cells are chosen by the percentile of their city, a cheap look at one day. Whether such a cell also stands
out from the ring around it, whether its city is in a regional episode, and whether it persists, is what R29 asks; here
it is asked of every day, with the functions and the parameters of R29, as on the evening of that day. NO2 and HCHO are
tested against their rings alike; only PM2.5 has a rule of persistence that holds the rate of false discoveries.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from fusion.engine import Engine
from fusion.rulebook import load_rules
from fusion.rules import R29
from fusion.rules.R29 import Flags, Floats, Grid, Ints

Reals = npt.NDArray[np.float64]
PRODUCTS = ("PM25", "NO2", "HCHO")
WITH_RULE = "PM25"
RING_UNKNOWN, RING_BELOW, RING_EPISODE, RING_PASSED = 1, 2, 3, 4  # 0: not tested
CELLS = """
SELECT cell_idx, cell_col, cell_row, city_idx, lon_deg, lat_deg FROM cells ORDER BY cell_idx
"""
VALUES = """
SELECT cell_idx, DATE_DIFF('day', DATE '1970-01-01', date) AS day, value
FROM grid_days WHERE product = $product AND value IS NOT NULL
"""
SHOWN = """
SELECT cell_idx, DATE_DIFF('day', DATE '1970-01-01', date) AS day FROM hotspots_satellite WHERE product = $product
ORDER BY day, cell_idx
"""
SCHEMA = pa.schema(
    [
        ("product", pa.string()),
        ("date", pa.date32()),
        ("cell_idx", pa.int32()),
        ("ring", pa.uint8()),
        ("ring_z", pa.float32()),
        ("n_valid_days", pa.uint8()),
        ("n_hot_days", pa.uint8()),
        ("persists", pa.bool_()),
    ]
)


@dataclass(frozen=True)
class Tested:
    """Some cells of the grid, by day (cells x days), and of the whole grid which were observed."""

    cells: Ints
    z: Floats  # against the ring; NaN where the cell or too much of its ring wasn't observed
    top: Flags
    episode: Flags  # of its city
    hot: Flags  # as R29 calls a day hot
    valid: Flags  # all cells x days


def ring_days(engine: Engine) -> pa.Table:
    """For every row of `hotspots_satellite` what R29 says of it, as SCHEMA."""
    values = load_rules()["R29"].values()
    grid = _grid(engine.query(CELLS))
    parts = [_of_product(engine, grid, product, values) for product in PRODUCTS]
    return pa.concat_tables([SCHEMA.empty_table(), *parts])


def _grid(cells: pa.Table) -> Grid:
    city = np.unique(cells["city_idx"].to_numpy(), return_inverse=True)[1].astype(np.int64)
    col, row = (cells[name].to_numpy().astype(np.int64) for name in ("cell_col", "cell_row"))
    lon, lat = (cells[name].to_numpy().astype(np.float64) for name in ("lon_deg", "lat_deg"))
    return Grid([str(one) for one in cells["cell_idx"].to_pylist()], col, row, city, lon, lat)


def _of_product(engine: Engine, grid: Grid, product: str, values: Mapping[str, Any]) -> pa.Table:
    shown = engine.query(SHOWN, {"product": product})
    if not shown.num_rows:
        return SCHEMA.empty_table()
    cell, day = (shown[name].to_numpy().astype(np.int64) for name in ("cell_idx", "day"))
    measured, first = _dense(engine.query(VALUES, {"product": product}), len(grid.ids))
    tested = against_rings(measured, grid, np.unique(cell), values, is_ruled=product == WITH_RULE)
    at, on = np.searchsorted(tested.cells, cell), day - first
    z = tested.z[at, on]
    ring = np.select(
        [~np.isfinite(z), tested.episode[at, on], tested.hot[at, on]],
        [RING_UNKNOWN, RING_EPISODE, RING_PASSED],
        RING_BELOW,
    )
    columns = {
        "product": pa.repeat(pa.scalar(product), len(cell)),
        "date": pa.array(day.astype(np.int32)).view(pa.date32()),
        "cell_idx": cell,
        "ring": ring,
        "ring_z": pa.array(np.round(z.astype(np.float64), 2), mask=~np.isfinite(z)),
        **_persistence(tested, (at, on), values, is_ruled=product == WITH_RULE),
    }
    return pa.table(columns).cast(SCHEMA)


def _dense(rows: pa.Table, cells: int) -> tuple[Floats, int]:
    """Values, cells x days from the first day on, NaN where a cell wasn't observed."""
    day = rows["day"].to_numpy().astype(np.int64)
    first = int(day.min())
    out = np.full((cells, int(day.max()) - first + 1), np.nan, dtype=np.float32)
    out[rows["cell_idx"].to_numpy().astype(np.int64), day - first] = rows["value"].to_numpy()
    return out, first


def against_rings(measured: Floats, grid: Grid, shown: Ints, values: Mapping[str, Any], *, is_ruled: bool) -> Tested:
    """The test of every day for the cells shown; where a rule asks, also for those its false discovery rate needs."""
    valid = np.isfinite(measured)
    top = _top_of_cities(measured, grid, float(values["top_share"]))
    cells = shown
    if is_ruled:
        cells = np.union1d(cells, np.flatnonzero(top.sum(axis=1) >= values["k_of"]))
        cells = np.union1d(cells, np.arange(0, len(grid.ids), R29.SAMPLE))
    z = np.full((len(cells), measured.shape[1]), np.nan, dtype=np.float32)
    for day in range(measured.shape[1]):
        seen = np.flatnonzero(valid[cells, day])
        if len(seen):
            z[seen, day] = R29.ring_z(measured[:, day], grid, cells[seen], values["ring_min"])[0]
    episode = R29.is_episode(measured, grid, values)[grid.city[cells]]
    with np.errstate(invalid="ignore"):
        hot = top[cells] & (z >= values["z_hot"]) & ~episode
    return Tested(cells, z, top[cells], episode, hot, valid)


def _top_of_cities(measured: Floats, grid: Grid, share: float) -> Flags:
    top = np.zeros(measured.shape, dtype=np.bool_)
    for day in np.flatnonzero(np.isfinite(measured).any(axis=0)):
        limit = R29.city_quantile(measured[:, day], grid.city, 1 - share)
        with np.errstate(invalid="ignore"):
            top[:, day] = measured[:, day] >= limit[grid.city]
    return top


def _persistence(
    tested: Tested, rows: tuple[Ints, Ints], values: Mapping[str, Any], *, is_ruled: bool
) -> dict[str, Any]:
    """For rows (place among the cells tested, day) the valid and hot days that count, and whether the cell persists."""
    at, on = rows
    n_valid, n_hot = np.zeros((2, len(at)), dtype=np.int64)
    persists = np.zeros(len(at), dtype=np.bool_)
    for day in np.unique(on).tolist():
        mine = on == day
        days = slice(max(day - int(values["history_d"]), 0), day + 1)
        recent = R29.last_valid(tested.valid[tested.cells, days], int(values["n_days"]))
        hot = tested.hot[:, days] & recent
        n_valid[mine], n_hot[mine] = recent.sum(axis=1)[at[mine]], hot.sum(axis=1)[at[mine]]
        if is_ruled:
            is_fresh = hot[:, -int(values["expire_d"]) - 1 :].any(axis=1)
            is_held = (hot.sum(axis=1) >= values["k_of"]) & (_q(tested, days, recent, values) <= values["fdr_q"])
            persists[mine] = (is_held & is_fresh)[at[mine]]
    return {"n_valid_days": n_valid, "n_hot_days": n_hot, "persists": persists}


def _q(tested: Tested, days: slice, recent: Flags, values: Mapping[str, Any]) -> Reals:
    """The q of R29 for every cell tested, on the last of some days."""
    mean_z = R29.mean_known(np.where(recent, tested.z[:, days], np.nan))
    is_tried = (tested.top[:, days] & recent).sum(axis=1) >= values["k_of"]
    tests = int((tested.valid[:, days].sum(axis=1) >= values["k_of"]).sum())
    return R29.q_values(mean_z, is_tried, tested.cells % R29.SAMPLE == 0, tests)
