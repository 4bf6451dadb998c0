"""R30: areas where the formaldehyde column stays high, from 10-day composites.

A cell needs `min_valid` valid days; one noisy day of HCHO says nothing. It must stand above the median of its city,
be among the city's top and stand out from all cells at the false discovery rate `fdr_q` (Benjamini and Hochberg),
with a neighbour that does so too; it must be warm. HCHO over NO2 of the same days (FNR) and the permits around are
told with it. It began on the first day it stood above the median of its city: of that day, or of the composite where
too little of the city was seen that day. Forests can't be masked, for no table has them, nor are fires taken out of
the composite; a native pixel is 5.5 km wide, so an area of neighbours may be one pixel seen twice: the edge is told.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

import numpy as np
import pyarrow as pa
from scipy.spatial import cKDTree
from scipy.special import ndtr

from fusion.rules.asked import asked
from fusion.rules.R29 import (
    Flags,
    Floats,
    Grid,
    Ints,
    Reals,
    Values,
    area_id,
    benjamini_hochberg,
    centre,
    city_quantile,
    merge,
    read_days,
    read_grid,
)

Ask = Callable[..., pa.Table]
KM_PER_DEG = 111.2
WEATHER = """
SELECT s.lon_deg, s.lat_deg, AVG(w.temp_c) AS temp_c
FROM weather_hours AS w
INNER JOIN sites AS s ON s.site_id = w.station_id
WHERE w.time >= $as_of::TIMESTAMP - INTERVAL 1 DAY * $comp_d AND EXTRACT(HOUR FROM w.time) BETWEEN 10 AND 16
    AND s.lon_deg IS NOT NULL AND s.lat_deg IS NOT NULL
GROUP BY s.lon_deg, s.lat_deg
"""
PERMITS = "SELECT lon_deg, lat_deg FROM permits WHERE lon_deg IS NOT NULL AND lat_deg IS NOT NULL"
NATIVE = "SELECT MAX(native_km) AS native_km FROM satellite_grid WHERE product = 'HCHO'"
WEATHER_KM = 100.0


@dataclass(frozen=True)
class Composite:
    """The days up to one day, put together: mean, valid days, anomaly, and which cells are high."""

    mean: Reals
    valid: Ints
    anomaly: Reals
    q: Reals
    is_high: Flags


def composite(measured: Floats, grid: Grid, until: int, values: Values) -> Composite:
    """The composite of the `comp_d` days that end with day `until`."""
    days = measured[:, max(until - int(values["comp_d"]) + 1, 0) : until + 1]
    known = np.isfinite(days)
    valid = known.sum(axis=1)
    enough = valid >= values["min_valid"]
    total = np.where(known, days, 0).sum(axis=1, dtype=np.float64)
    mean = np.where(enough, total / np.maximum(valid, 1), np.nan)
    middle, top = (city_quantile(mean.astype(np.float32), grid.city, one) for one in (0.5, 1 - values["top_share"]))
    with np.errstate(invalid="ignore", divide="ignore"):
        anomaly = mean / middle[grid.city] - 1
        high = (anomaly >= values["an_min"]) & (mean >= top[grid.city])
    q = np.ones(len(mean))
    known_cells = np.flatnonzero(np.isfinite(anomaly))
    if len(known_cells):
        usual = anomaly[known_cells]
        spread = max(1.4826 * float(np.median(np.abs(usual - np.median(usual)))), 0.01)
        q[known_cells] = benjamini_hochberg(ndtr((np.median(usual) - usual) / spread), len(usual))
    high &= q <= values["fdr_q"]
    cells = np.flatnonzero(high)
    area = merge(grid, cells)
    size = np.bincount(area, minlength=1)
    high[cells] = size[area] >= values["cells_min"] if len(cells) else False
    return Composite(mean, valid, anomaly, q, high)


def since(raised_days: Flags, measured: Floats, anomaly_days: Floats, comp_d: int, an_min: float) -> Ints:
    """First day of the present spell: composites have stood above the city ever since, and that day itself did."""
    days = raised_days.shape[1]
    index = np.arange(days)
    last_break = np.where(raised_days, -1, index).max(axis=1, initial=-1)
    begin = np.maximum(last_break + 1 - (comp_d - 1), 0)
    with np.errstate(invalid="ignore"):
        candidates = (anomaly_days >= an_min) & np.isfinite(measured) & (index >= begin[:, None])
    first = np.where(candidates, index, days).min(axis=1, initial=days)
    return np.asarray(np.where(first < days, first, np.minimum(last_break + 1, days - 1)), dtype=np.int64)


def find(ask: Ask, values: Values) -> pa.Table:
    """One finding an area."""
    grid = read_grid(ask)
    if not grid.ids:
        return asked("cell", [])
    measured, first = read_days(ask, grid, "HCHO", values)
    seen = np.flatnonzero(np.isfinite(measured).any(axis=0))
    if not len(seen):
        return asked("cell", [])
    last = int(seen[-1])
    now = composite(measured, grid, last, values)
    cells = np.flatnonzero(now.is_high & _is_warm(ask, grid, values))
    if not len(cells):
        return asked("cell", [])
    begins = _begins(measured, grid, cells, (now, last, values))
    no2, _ = read_days(ask, grid, "NO2", values)
    return asked("cell", _told(grid, now, (cells, begins, last, first), (ask, no2, values)))


def _begins(measured: Floats, grid: Grid, cells: Ints, when: tuple[Composite, int, Values]) -> Ints:
    now, last, values = when
    usual = city_quantile(now.mean.astype(np.float32), grid.city, 0.5)
    raised = np.zeros((len(cells), last + 1), dtype=np.bool_)
    daily = np.full((len(cells), last + 1), np.nan, dtype=np.float32)
    for day in np.flatnonzero(np.isfinite(measured[:, : last + 1]).any(axis=0)):
        with np.errstate(invalid="ignore"):  # a place among the top of its city hangs on how much of it was seen
            raised[:, day] = composite(measured, grid, int(day), values).anomaly[cells] >= values["an_min"]
        middle = city_quantile(measured[:, day], grid.city, 0.5)
        middle = np.where(np.isnan(middle), usual, middle)
        daily[:, day] = measured[cells, day] / middle[grid.city[cells]] - 1
    return since(raised, measured[cells, : last + 1], daily, int(values["comp_d"]), values["an_min"])


def _is_warm(ask: Ask, grid: Grid, values: Values) -> Flags:
    """Whether the weather station nearest to a cell had warm days; without one near, it isn't known and not warm."""
    weather = ask(WEATHER, values)
    if not weather.num_rows:
        return np.zeros(len(grid.ids), dtype=np.bool_)
    scale = np.cos(np.radians(grid.lat.mean())) * KM_PER_DEG
    tree = cKDTree(np.column_stack([weather["lon_deg"].to_numpy() * scale, weather["lat_deg"].to_numpy() * KM_PER_DEG]))
    away, at = tree.query(np.column_stack([grid.lon * scale, grid.lat * KM_PER_DEG]))
    return np.asarray((away <= WEATHER_KM) & (weather["temp_c"].to_numpy()[at] > values["temp_min"]), dtype=np.bool_)


def _told(
    grid: Grid, now: Composite, cells_when: tuple[Ints, Ints, int, date], more: tuple[Ask, Floats, Values]
) -> Iterator[dict[str, Any]]:
    cells, begins, last, first = cells_when
    ask, no2, values = more
    permits = ask(PERMITS)
    scale = np.cos(np.radians(grid.lat.mean())) * KM_PER_DEG
    places = np.column_stack([permits["lon_deg"].to_numpy() * scale, permits["lat_deg"].to_numpy() * KM_PER_DEG])
    tree = cKDTree(places) if len(places) else None
    native_km = ask(NATIVE)["native_km"][0].as_py()
    area = merge(grid, cells)
    until = first + timedelta(days=last)
    for number in range(int(area.max()) + 1):
        members = cells[area == number]
        if len(members) < values["cells_min"] or _midnight(until) + timedelta(days=1) <= values["from_at"]:
            continue
        which = centre(grid, members, now.anomaly[members])
        at = int(members[which])
        begin = first + timedelta(days=int(begins[area == number][which]))
        age = (values["as_of"].date() - until).days
        recent = no2[members][:, max(last - int(values["comp_d"]) + 1, 0) : last + 1]
        fnr = float(now.mean[members].mean() / np.nanmean(recent)) if np.isfinite(recent).any() else None
        near = (
            tree.query_ball_point([grid.lon[at] * scale, grid.lat[at] * KM_PER_DEG], values["near_km"]) if tree else []
        )
        yield {
            "object_id": grid.ids[at],
            "cell_id": grid.ids[at],
            "pollutant": "HCHO",
            "window_from": _midnight(begin),
            "window_to": _midnight(until) + timedelta(days=1),
            "onset_at": _midnight(begin),
            "severity": 2,
            "score": float(min(1.0, np.exp(-age / values["tau_d"]) * (0.3 + now.anomaly[at]))),
            "facts": {
                "area_id": area_id(grid, members, begin),
                "cells": [grid.ids[int(one)] for one in members][:50],
                "n_cells": len(members),
                "anomaly": round(float(now.anomaly[at]), 3),
                "valid_days": int(now.valid[at]),
                "q": float(f"{now.q[at]:.2g}"),
                "fnr": None if fnr is None else round(fnr, 2),
                "regime": _regime(fnr, values),
                "permits_near": len(near),
                "native_km": native_km,
                "age_d": age,
            },
        }


def _regime(fnr: float | None, values: Values) -> str | None:
    if fnr is None:
        return None
    return "VOC-limited" if fnr < values["fnr_lo"] else "transition" if fnr <= values["fnr_hi"] else "NOx-limited"


def _midnight(day: date) -> datetime:
    return datetime(day.year, day.month, day.day)
