"""R29: cells of the grid that stay hot, and the areas they make.

A hot day: above the ring of cells 6 to 12 km around (median and MAD, so that a large industrial area doesn't hide
itself), among the top of the city, and no regional episode. A cell persists if `k_of` of its last `n_days` valid days
are hot: a cloudy day is not observed and counts neither way. Because 88,000 cells are tried at once, a cell must also
stand out from all cells: the mean z of a cell is compared with how the mean z of ordinary cells scatters, and the
false discovery rate is held by the procedure of Benjamini and Hochberg. Neighbours (8) are one area, reported at the
cell nearest to the middle of its excess. Worst against last year or last month needs grids of those months, which the
store has not; the monthly list (A06) is quoted.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components
from scipy.special import ndtr

from fusion.grid import cells_of
from fusion.rules.asked import asked

Floats = npt.NDArray[np.float32]
Reals = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]
Ask = Callable[..., pa.Table]
Values = Mapping[str, Any]

RING = [(dx, dy) for dx in range(-4, 5) for dy in range(-4, 5) if max(abs(dx), abs(dy)) >= 2]
TOUCH = [(dx, dy) for dx in (-1, 0, 1) for dy in (-1, 0, 1) if (dx, dy) > (0, 0)]
SPREAD_MIN = 0.5  # ug/m3: a ring of equal values is not known better than the product
CITY_MIN = 10  # valid cells a city's percentile needs
SAMPLE = 7  # every so manieth cell shows how ordinary cells scatter
CHUNK = 20_000
CELLS = "SELECT cell_id, col, row, city_adcode, lon_deg, lat_deg FROM grid_cells ORDER BY cell_id"
PIXELS = """
SELECT DATE_DIFF('day', $first_date::TIMESTAMP, date) AS day, lon_deg, lat_deg, value
FROM satellite_grid
WHERE product = $product AND is_valid AND value IS NOT NULL AND date >= $first_date::TIMESTAMP
"""
LISTED = """
SELECT cell_id, MAX(alert_class) AS alert_class FROM hot_cells
WHERE month >= $as_of::TIMESTAMP - INTERVAL 70 DAY AND month < $as_of::TIMESTAMP
GROUP BY cell_id
"""


@dataclass(frozen=True)
class Grid:
    """Cells in the order of their ids."""

    ids: list[str]
    col: Ints
    row: Ints
    city: Ints
    lon: Reals
    lat: Reals

    def place(self, col: Ints, row: Ints) -> Ints:
        """Number of the cells at columns and rows, -1 where the grid has none."""
        cols, rows = self._numbers.shape
        is_inside = (col >= 0) & (col < cols) & (row >= 0) & (row < rows)
        return np.where(is_inside, self._numbers[np.where(is_inside, col, 0), np.where(is_inside, row, 0)], -1)

    @cached_property
    def _numbers(self) -> Ints:
        """Columns x rows of the whole grid: the number of the cell that lies there."""
        numbers = np.full((self.col.max(initial=0) + 1, self.row.max(initial=0) + 1), -1)
        numbers[self.col, self.row] = np.arange(len(self.col))
        return numbers


@dataclass(frozen=True)
class Hot:
    """Cells that persist: numbers, and for each its figures; `area` numbers the areas from 0."""

    cell: Ints
    area: Ints
    first_day: Ints
    last_day: Ints
    hot_days: Ints
    valid_days: Ints
    excess: Reals
    mean_z: Reals
    q: Reals
    is_hot: Flags  # cells x days


def read_grid(ask: Ask) -> Grid:
    """The cells of the register."""
    cells = ask(CELLS)
    city = np.unique(cells["city_adcode"].to_numpy(zero_copy_only=False).astype(str), return_inverse=True)[1]
    col, row = (cells[name].to_numpy().astype(np.int64) for name in ("col", "row"))
    lon, lat = (cells[name].to_numpy().astype(np.float64) for name in ("lon_deg", "lat_deg"))
    return Grid(cells["cell_id"].to_pylist(), col, row, city.astype(np.int64), lon, lat)


def read_days(ask: Ask, grid: Grid, product: str, values: Values) -> tuple[Floats, date]:
    """Valid values, cells x days, NaN where a cell wasn't observed; and the first day."""
    first = (values["as_of"] - timedelta(days=int(values["history_d"]))).date()
    days = (values["as_of"].date() - first).days + 1
    rows = ask(PIXELS, {"product": product, "first_date": datetime(first.year, first.month, first.day)})
    col, row = cells_of(rows["lon_deg"].to_numpy(), rows["lat_deg"].to_numpy())
    at = grid.place(col.astype(np.int64), row.astype(np.int64))
    inside = at >= 0
    flat = at[inside] * days + rows["day"].to_numpy()[inside]
    total = np.bincount(flat, rows["value"].to_numpy()[inside], len(grid.ids) * days)
    count = np.bincount(flat, minlength=len(grid.ids) * days)
    with np.errstate(invalid="ignore"):
        dense = (total / np.where(count, count, np.nan)).astype(np.float32)
    return dense.reshape(len(grid.ids), days), first


def city_quantile(measured: Floats, city: Ints, share: float, least: int = CITY_MIN) -> Floats:
    """The quantile of each city's known cells, by city; NaN with too few of them."""
    known = np.flatnonzero(np.isfinite(measured))
    order = known[np.lexsort((measured[known], city[known]))]
    n = int(city.max()) + 1 if len(city) else 0
    size = np.bincount(city[order], minlength=n)
    start = np.concatenate([[0], np.cumsum(size)])[:-1]
    at = np.minimum(start + np.ceil(share * size).astype(np.int64), start + np.maximum(size - 1, 0))
    out = np.full(n, np.nan, dtype=np.float32)
    enough = size >= least
    out[enough] = measured[order[at[enough]]]
    return out


def ring_z(measured: Floats, grid: Grid, cells: Ints, ring_min: float) -> tuple[Floats, Floats]:
    """z of cells against their rings, and the ring's median; NaN where too little of the ring was observed."""
    z, middle = (np.full(len(cells), np.nan, dtype=np.float32) for _ in range(2))
    padded = np.append(measured, np.float32(np.nan))
    dx, dy = (np.array(one) for one in zip(*RING, strict=True))
    for first in range(0, len(cells), CHUNK):
        part = cells[first : first + CHUNK]
        around = grid.place((grid.col[part][:, None] + dx).ravel(), (grid.row[part][:, None] + dy).ravel())
        ring = padded[around.reshape(len(part), -1)]
        median, known = _median(ring)
        spread, _ = _median(np.abs(ring - median[:, None]))
        enough = known >= ring_min * len(RING)
        value = (measured[part] - median) / np.maximum(1.4826 * spread, SPREAD_MIN)
        z[first : first + CHUNK] = np.where(enough, value, np.nan)
        middle[first : first + CHUNK] = median
    return z, middle


def _median(values: Floats) -> tuple[Floats, Ints]:
    known = np.isfinite(values).sum(axis=1)
    ordered = np.sort(values, axis=1)
    rows = np.arange(len(values))
    high = np.minimum(known // 2, values.shape[1] - 1)
    return (ordered[rows, np.maximum(known - 1, 0) // 2] + ordered[rows, high]) / 2, known


def is_episode(measured: Floats, grid: Grid, values: Values) -> Flags:
    """Cities x days: the mean of the city is far above that of the other cities around."""
    n = int(grid.city.max()) + 1
    known = np.isfinite(measured)
    filled = np.where(known, measured, 0)
    count = np.stack([np.bincount(grid.city, known[:, day], n) for day in range(measured.shape[1])], axis=1)
    total = np.stack([np.bincount(grid.city, filled[:, day], n) for day in range(measured.shape[1])], axis=1)
    size = np.maximum(np.bincount(grid.city, minlength=n), 1)
    lon, lat = np.bincount(grid.city, grid.lon, n) / size, np.bincount(grid.city, grid.lat, n) / size
    east = (lon[:, None] - lon) * np.cos(np.radians(lat))[:, None] * 111.2
    near = (np.hypot(east, (lat[:, None] - lat) * 111.2) <= values["region_km"]) & ~np.eye(n, dtype=bool)
    with np.errstate(invalid="ignore", divide="ignore"):
        mean = total / count
        around = (near @ np.where(count >= CITY_MIN, mean, 0)) / (near @ (count >= CITY_MIN))
        return np.asarray(mean > values["episode"] * around, dtype=np.bool_)


def benjamini_hochberg(p: Reals, tried: int) -> Reals:
    """The q-value of each p when `tried` tests were made; those not in `p` count as 1."""
    order = np.argsort(p)
    ranked = p[order] * tried / np.arange(1, len(p) + 1)
    q = np.empty(len(p))
    q[order] = np.minimum(np.minimum.accumulate(ranked[::-1])[::-1], 1.0)
    return q


def last_valid(valid: Flags, n_days: int) -> Flags:
    """Of the valid days of each cell the last `n_days`."""
    back = np.cumsum(valid[:, ::-1], axis=1)[:, ::-1]
    return valid & (back <= n_days)


def onset(valid: Flags, hot: Flags, k_of: int, n_days: int) -> Ints:
    """First hot day of the present spell, in which `k_of` of the last `n_days` valid days were hot all along."""
    order = np.argsort(~valid, axis=1, kind="stable")  # valid days to the left, in their order
    size = valid.sum(axis=1)
    packed = np.take_along_axis(hot & valid, order, 1)
    total = np.cumsum(packed, axis=1)
    before = np.pad(total, ((0, 0), (n_days, 0)))[:, : total.shape[1]]
    index = np.arange(total.shape[1])
    holds = (total - before >= k_of) | (index >= size[:, None])
    last_break = np.where(holds, -1, index).max(axis=1)
    since = np.maximum(last_break + 1 - (n_days - 1), 0)
    first = np.where(packed & (index >= since[:, None]), index, total.shape[1]).min(axis=1)
    return np.asarray(order[np.arange(len(order)), np.minimum(first, total.shape[1] - 1)], dtype=np.int64)


def find_hot(ask: Ask, grid: Grid, values: Values) -> tuple[Hot, date]:
    """The cells that persist at `as_of`, and the day the numbers of days count from."""
    measured, first = read_days(ask, grid, "PM25", values)
    return persistent(measured, grid, values), first


def persistent(measured: Floats, grid: Grid, values: Values) -> Hot:
    """The cells that persist on the last of the days of `measured`."""
    valid = np.isfinite(measured)
    k_of, n_days = int(values["k_of"]), int(values["n_days"])
    top = np.zeros_like(valid)
    for day in np.flatnonzero(valid.any(axis=0)):
        limit = city_quantile(measured[:, day], grid.city, 1 - values["top_share"])
        with np.errstate(invalid="ignore"):
            top[:, day] = measured[:, day] >= limit[grid.city]
    recent = last_valid(valid, n_days)
    tried = np.flatnonzero((top & recent).sum(axis=1) >= k_of)
    sample = np.arange(0, len(grid.ids), SAMPLE)
    cells = np.union1d(tried, sample)
    z, middle = np.full((2, len(cells), measured.shape[1]), np.nan, dtype=np.float32)
    for day in np.flatnonzero(valid.any(axis=0)):
        z[:, day], middle[:, day] = ring_z(measured[:, day], grid, cells, values["ring_min"])
    calm = ~is_episode(measured, grid, values)[grid.city[cells]]
    with np.errstate(invalid="ignore"):
        hot = top[cells] & (z >= values["z_hot"]) & calm
    mean_z = mean_known(np.where(recent[cells], z, np.nan))
    q = q_values(mean_z, np.isin(cells, tried), np.isin(cells, sample), int((valid.sum(axis=1) >= k_of).sum()))
    in_window = hot & recent[cells]
    days = np.arange(measured.shape[1])
    last = np.where(in_window, days, -1).max(axis=1, initial=-1)
    fresh = (last >= 0) & (measured.shape[1] - 1 - last <= values["expire_d"])
    kept = np.flatnonzero((in_window.sum(axis=1) >= k_of) & (q <= values["fdr_q"]) & fresh)
    chosen = cells[kept]
    return Hot(
        cell=chosen,
        area=merge(grid, chosen),
        first_day=onset(valid[chosen], hot[kept], k_of, n_days),
        last_day=last[kept],
        hot_days=in_window[kept].sum(axis=1),
        valid_days=recent[chosen].sum(axis=1),
        excess=mean_known(np.where(in_window[kept], measured[chosen] - middle[kept], np.nan)),
        mean_z=mean_z[kept],
        q=q[kept],
        is_hot=in_window[kept],
    )


def mean_known(values: Floats) -> Reals:
    """The mean of each row's known values; NaN without any."""
    known = np.isfinite(values)
    total = np.where(known, values, 0).sum(axis=1, dtype=np.float64)
    return np.where(known.any(axis=1), total / np.maximum(known.sum(axis=1), 1), np.nan)


def q_values(mean_z: Reals, is_tried: Flags, is_sample: Flags, tests: int) -> Reals:
    """q of the cells tried, against the scatter of the sampled ones; 1 of all others."""
    usual = mean_z[is_sample & np.isfinite(mean_z)]
    q = np.ones(len(mean_z))
    at = np.flatnonzero(is_tried & np.isfinite(mean_z))
    if not len(at) or not len(usual):
        return q
    middle = np.median(usual)
    spread = max(1.4826 * float(np.median(np.abs(usual - middle))), 0.1)
    q[at] = benjamini_hochberg(ndtr((middle - mean_z[at]) / spread), max(tests, len(at)))
    return q


def merge(grid: Grid, cells: Ints) -> Ints:
    """Number of the area of each cell; cells that touch, corners too, are one area."""
    number = np.full(len(grid.ids), -1, dtype=np.int64)
    number[cells] = np.arange(len(cells))
    one, other = [], []
    for dx, dy in TOUCH:
        at = grid.place(grid.col[cells] + dx, grid.row[cells] + dy)
        touched = np.where(at >= 0, number[at], -1)
        one.append(np.flatnonzero(touched >= 0))
        other.append(touched[touched >= 0])
    left, right = np.concatenate(one), np.concatenate(other)
    links = coo_array((np.ones(len(left)), (left, right)), shape=(len(cells), len(cells)))
    if not len(cells):
        return np.empty(0, dtype=np.int64)
    return np.asarray(connected_components(links, directed=False)[1], dtype=np.int64)


def centre(grid: Grid, cells: Ints, weight: Reals) -> int:
    """Of the cells of an area (their places in `cells`) the one nearest to the middle of the weight."""
    share = np.maximum(weight, 1e-6) / np.maximum(weight, 1e-6).sum()
    away = np.hypot(
        grid.col[cells] - (share * grid.col[cells]).sum(), grid.row[cells] - (share * grid.row[cells]).sum()
    )
    return int(np.lexsort((cells, away.round(6)))[0])


def area_id(grid: Grid, cells: Ints, day: date) -> str:
    """Name of an area: its smallest cell and its first day."""
    return f"{grid.ids[int(cells.min())]}-{day:%Y%m%d}"


def find(ask: Ask, values: Values) -> pa.Table:
    """One finding an area that persists."""
    grid = read_grid(ask)
    if not grid.ids:
        return asked("cell", [])
    hot, first = find_hot(ask, grid, values)
    listed = dict(zip(*(column.to_pylist() for column in ask(LISTED, values).columns), strict=True))
    return asked("cell", _told(grid, hot, first, (listed, values)))


def _told(grid: Grid, hot: Hot, first: date, more: tuple[dict[str, str], Values]) -> Iterator[dict[str, Any]]:
    listed, values = more
    for number in range(int(hot.area.max()) + 1 if len(hot.area) else 0):
        members = np.flatnonzero(hot.area == number)
        at = members[centre(grid, hot.cell[members], hot.excess[members])]
        cell = grid.ids[int(hot.cell[at])]
        begin, last = (first + timedelta(days=int(one)) for one in (hot.first_day[at], hot.last_day[at]))
        if datetime(last.year, last.month, last.day) + timedelta(days=1) <= values["from_at"]:
            continue
        age = (values["as_of"].date() - last).days
        weight = float(np.exp(-age / values["tau_d"]))
        yield {
            "object_id": cell,
            "cell_id": cell,
            "pollutant": "PM25",
            "window_from": datetime(begin.year, begin.month, begin.day),
            "window_to": datetime(last.year, last.month, last.day) + timedelta(days=1),
            "onset_at": datetime(begin.year, begin.month, begin.day),
            "severity": 2,
            "score": float(min(1.0, weight * (0.4 + 0.6 * hot.hot_days[at] / max(hot.valid_days[at], 1)))),
            "facts": {
                "area_id": area_id(grid, hot.cell[members], begin),
                "cells": [grid.ids[int(one)] for one in hot.cell[members]][:50],
                "n_cells": len(members),
                "hot_days": int(hot.hot_days[at]),
                "valid_days": int(hot.valid_days[at]),
                "mean_excess": round(float(hot.excess[at]), 1),
                "mean_z": round(float(hot.mean_z[at]), 2),
                "q": float(f"{hot.q[at]:.2g}"),
                "age_d": age,
                "weight": round(weight, 3),
                "listed": listed.get(cell),
            },
        }
