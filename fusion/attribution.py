"""Which enterprise may be behind a hot cell or a bubble: candidates in order, each with the parts of its score.

score = emission^0.5 x exp(-distance / L) x wind x (1 + 0.5 signals)

- distance is to the edge of the cell (0 inside), or to the bubble; L is 5 km for a cell, 1.5 km for a bubble
- wind: over the hours of the overpasses on the hot days (of a bubble: its own hours), how well the bearing to the
  enterprise agrees with where the wind came from; light wind counts more, calm air half for every bearing
- emission: measured kg of particulates an hour; of an enterprise without monitoring a small share of what is usual in
  its industry, for the large ones are monitored
- signals: families of other findings or facts against it, three at most

A tall stack reaches the ground only some kilometres downwind; beside it a hot cell points to something low, which is
told.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
from scipy.spatial import cKDTree

from fusion.grid import corners_of
from fusion.rulebook import load_rules
from fusion.rules import R29

Ask = Callable[..., pa.Table]
Values = Mapping[str, Any]
Reals = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]

KM_PER_DEG = 111.2
HALF_DIAGONAL_KM = 2.13
BUBBLE_L_KM = 1.5
SIGNALS_MAX = 3
INSIDE_WIND = 0.5  # an enterprise in the cell itself needs no wind from anywhere
TALL_KM = 1.0  # nearer than this a tall stack gives nearly nothing
WIND_KM = 40.0
PAIRS_A_CHUNK = 20_000
SCHEMA = pa.schema(
    [
        ("target_id", pa.string()),  # cell or station
        ("target_kind", pa.string()),  # cell or bubble
        ("enterprise_id", pa.string()),
        ("rank", pa.int32()),
        ("score", pa.float64()),
        ("share", pa.float64()),  # of all candidates of the target
        ("doubt", pa.float64()),  # second score over the first: 0 nobody else, 1 a tie
        ("distance_km", pa.float64()),  # to the edge of the cell, 0 inside
        ("middle_km", pa.float64()),  # to its middle
        ("bearing_deg", pa.float64()),
        ("distance_weight", pa.float64()),
        ("wind_weight", pa.float64()),
        ("emission_kg_h", pa.float64()),
        ("emission_basis", pa.string()),  # measured or typical
        ("signals", pa.string()),  # families, with commas
        ("n_signals", pa.int32()),
        ("stack_height_m", pa.float64()),
        ("note", pa.string()),  # tall_stack_near or empty
    ]
)
ENTERPRISES = """
WITH measured AS (
    SELECT enterprise_id, CAST(SUM(kg) AS DOUBLE) / COUNT(*) / 24 AS kg_h  -- decimal sums know no order
    FROM (
        SELECT enterprise_id, date, SUM(CAST(pm_kg AS DECIMAL(18, 3))) AS kg FROM cems_days
        WHERE date >= $as_of::TIMESTAMP - INTERVAL 14 DAY GROUP BY enterprise_id, date
    ) AS days
    GROUP BY enterprise_id
),
usual AS (
    SELECT e.industry_code, MEDIAN(m.kg_h) AS kg_h
    FROM measured AS m
    INNER JOIN enterprises AS e ON e.enterprise_id = m.enterprise_id
    GROUP BY e.industry_code
),
anyone AS (
    SELECT MEDIAN(kg_h) AS kg_h FROM measured
),
monitored AS (
    SELECT DISTINCT outlet_id FROM cems_days
),
stacks AS (
    SELECT p.enterprise_id, MAX(l.stack_height_m) AS height_m
    FROM permit_limits AS l
    INNER JOIN monitored AS m ON m.outlet_id = l.outlet_id
    INNER JOIN permits AS p ON p.permit_no = l.permit_no
    GROUP BY p.enterprise_id
),
spoken AS (
    SELECT enterprise_id, STRING_AGG(family, ',' ORDER BY family) AS families FROM signals GROUP BY enterprise_id
)
SELECT
    e.enterprise_id, e.lon_deg, e.lat_deg, m.kg_h IS NOT NULL AS is_measured,
    COALESCE(m.kg_h, $unmonitored * COALESCE(u.kg_h, a.kg_h), 1.0) AS kg_h,
    COALESCE(s.height_m, 15.0) AS height_m, COALESCE(k.families, '') AS families
FROM enterprises AS e
CROSS JOIN anyone AS a
LEFT JOIN measured AS m ON m.enterprise_id = e.enterprise_id
LEFT JOIN usual AS u ON u.industry_code = e.industry_code
LEFT JOIN stacks AS s ON s.enterprise_id = e.enterprise_id
LEFT JOIN spoken AS k ON k.enterprise_id = e.enterprise_id
WHERE e.lon_deg IS NOT NULL AND e.lat_deg IS NOT NULL
ORDER BY e.enterprise_id
"""
WINDS = """
WITH grid AS (
    SELECT
        lon_deg, lat_deg, time, SQRT(u10_m_s * u10_m_s + v10_m_s * v10_m_s) AS speed,
        (DEGREES(ATAN2(-u10_m_s, -v10_m_s)) + 360) % 360 AS come_from
    FROM wind_grid_hours
    WHERE time >= $first_at::TIMESTAMP
),
posts AS (
    SELECT s.lon_deg, s.lat_deg, w.time, w.wind_speed_m_s AS speed, w.wind_from_deg AS come_from
    FROM weather_hours AS w
    INNER JOIN sites AS s ON s.site_id = w.station_id
    WHERE w.time >= $first_at::TIMESTAMP
)
SELECT lon_deg, lat_deg, DATE_DIFF('hour', $first_at::TIMESTAMP, time) AS hour, speed, come_from FROM grid
UNION ALL
SELECT lon_deg, lat_deg, DATE_DIFF('hour', $first_at::TIMESTAMP, time), speed, come_from FROM posts
"""


@dataclass(frozen=True)
class Targets:
    """Hot cells and bubbles: where they are, and which hours speak for them (targets x hours from `first_at`)."""

    ids: list[str]
    kind: list[str]
    lon: Reals
    lat: Reals
    corners: tuple[Reals, Reals]  # longitude and latitude, targets x 4; all the same for a bubble
    hours: Flags
    first_at: datetime

    def __len__(self) -> int:
        """Number of targets."""
        return len(self.ids)


def cell_targets(
    cells: tuple[list[str], Ints, Ints], hot_days: Flags, first_at: datetime, hours: tuple[int, int]
) -> Targets:
    """Cells (ids, columns, rows) with the days they were hot on (cells x days) and the hours of the overpasses."""
    ids, col, row = cells
    lon, lat = corners_of(col, row)
    clock = np.arange(hot_days.shape[1] * 24) % 24
    during = np.repeat(hot_days, 24, axis=1) & (clock >= hours[0]) & (clock < hours[1])
    return Targets(ids, ["cell"] * len(ids), lon.mean(axis=1), lat.mean(axis=1), (lon, lat), during, first_at)


def bubble_targets(ids: list[str], places: tuple[Reals, Reals], hours: Flags, first_at: datetime) -> Targets:
    """Bubbles at places, with their own hours."""
    lon, lat = places
    corners = np.repeat(lon[:, None], 4, axis=1), np.repeat(lat[:, None], 4, axis=1)
    return Targets(ids, ["bubble"] * len(ids), lon, lat, corners, hours, first_at)


def candidates(ask: Ask, values: Values, targets: Targets | None = None, findings: pa.Table | None = None) -> pa.Table:
    """Every enterprise near every target, ranked, as SCHEMA; without `targets` those of the cells that persist now.

    `values` are the parameters of R31 with `as_of`; `findings` of other rules become signals of their category.
    """
    targets = _hot_cells(ask, values) if targets is None else targets
    enterprises = ask(ENTERPRISES, values)
    if not len(targets) or not enterprises.num_rows:
        return SCHEMA.empty_table()
    places = np.column_stack([enterprises["lon_deg"].to_numpy(), enterprises["lat_deg"].to_numpy()])
    target, other = _pairs(targets, places, float(values["r_km"]))
    distance, middle, bearing = geometry(targets, target, places[other])
    near = distance <= values["r_km"]
    target, other, distance, middle, bearing = (one[near] for one in (target, other, distance, middle, bearing))
    if not len(target):
        return SCHEMA.empty_table()
    wind = _wind_weights(ask, targets, (target, bearing), values)
    wind = np.where(distance == 0, np.maximum(wind, INSIDE_WIND), wind)
    reach = np.where(np.array(targets.kind)[target] == "cell", values["l_km"], BUBBLE_L_KM)
    families = _families(enterprises, findings)
    signals = np.array([min(len(one), SIGNALS_MAX) for one in families])
    kg_h = enterprises["kg_h"].to_numpy()
    score = np.sqrt(kg_h[other]) * np.exp(-distance / reach) * wind * (1 + 0.5 * signals[other])
    parts = {"distance_km": distance, "middle_km": middle, "bearing_deg": bearing, "wind_weight": wind, "score": score,
             "distance_weight": np.exp(-distance / reach)}  # fmt: skip
    return _ranked(targets, enterprises, (target, other), parts, (families, signals, float(values["tall_m"])))


def _hot_cells(ask: Ask, values: Values) -> Targets:
    wanted = {**load_rules()["R29"].values(), "as_of": values["as_of"], "from_at": values["from_at"]}
    grid = R29.read_grid(ask)
    hours = int(values["hour_from"]), int(values["hour_to"])
    if not grid.ids:
        nothing = np.empty(0, dtype=np.int64)
        return cell_targets(([], nothing, nothing), np.zeros((0, 1), dtype=np.bool_), values["as_of"], hours)
    hot, first = R29.find_hot(ask, grid, wanted)
    cells = [grid.ids[int(one)] for one in hot.cell], grid.col[hot.cell], grid.row[hot.cell]
    return cell_targets(cells, hot.is_hot, datetime(first.year, first.month, first.day), hours)


def _pairs(targets: Targets, places: Reals, r_km: float) -> tuple[Ints, Ints]:
    scale = np.array([np.cos(np.radians(targets.lat.mean())), 1.0]) * KM_PER_DEG
    tree = cKDTree(places * scale)
    stretch = 1.15  # degrees are wider south of the mean latitude; `geometry` is exact
    near = tree.query_ball_point(
        np.column_stack([targets.lon, targets.lat]) * scale, (r_km + HALF_DIAGONAL_KM) * stretch, return_sorted=True
    )
    size = np.array([len(one) for one in near])
    return np.repeat(np.arange(len(near)), size), np.concatenate([np.array(one, dtype=np.int64) for one in near])


def geometry(targets: Targets, target: Ints, places: Reals) -> tuple[Reals, Reals, Reals]:
    """Distance in km to the edge of each target (0 inside) and to its middle, and bearing from there."""
    scale = np.column_stack([np.cos(np.radians(targets.lat)), np.ones(len(targets))]) * KM_PER_DEG
    corner = np.stack(targets.corners, axis=2) * scale[:, None, :]
    away = places * scale[target] - (np.column_stack([targets.lon, targets.lat]) * scale)[target]
    outside = []
    for first, second in ((0, 1), (0, 3)):  # along the edges: cells are turned against north
        edge = corner[:, second] - corner[:, first]
        length = np.hypot(edge[:, 0], edge[:, 1])
        unit = edge / np.maximum(length, 1e-9)[:, None]
        along = np.abs((away * unit[target]).sum(axis=1))
        outside.append(np.where(length[target] > 0, np.maximum(along - length[target] / 2, 0), np.nan))
    box = np.hypot(*outside)
    middle = np.hypot(away[:, 0], away[:, 1])
    return np.where(np.isfinite(box), box, middle), middle, np.degrees(np.arctan2(away[:, 0], away[:, 1])) % 360


def _wind_weights(ask: Ask, targets: Targets, pairs: tuple[Ints, Reals], values: Values) -> Reals:
    """How well the wind of a target's hours agrees with each bearing; 0.5 where no wind is known."""
    target, bearing = pairs
    used_hours = np.flatnonzero(targets.hours.any(axis=0))
    rows = ask(WINDS, {"first_at": targets.first_at})
    hour = rows["hour"].to_numpy().astype(np.int64)
    inside = np.isin(hour, used_hours)
    lon_lat = np.column_stack([rows["lon_deg"].to_numpy(), rows["lat_deg"].to_numpy()])[inside]
    if not len(lon_lat):
        return np.full(len(target), INSIDE_WIND)
    posts, post = np.unique(lon_lat, axis=0, return_inverse=True)
    speed, come_from = np.full((2, len(posts), len(used_hours)), np.nan)
    column = np.searchsorted(used_hours, hour[inside])
    speed[post.ravel(), column] = rows["speed"].to_numpy()[inside]
    come_from[post.ravel(), column] = rows["come_from"].to_numpy()[inside]
    hours = targets.hours[:, used_hours]
    scale = np.array([np.cos(np.radians(targets.lat.mean())), 1.0]) * KM_PER_DEG
    away, nearest = cKDTree(posts * scale).query(np.column_stack([targets.lon, targets.lat]) * scale)
    out = np.full(len(target), INSIDE_WIND)
    for first in range(0, len(target), PAIRS_A_CHUNK):
        part = slice(first, first + PAIRS_A_CHUNK)
        at = nearest[target[part]]
        used = hours[target[part]] & np.isfinite(speed[at]) & (away[target[part]] <= WIND_KM)[:, None]
        value = sector_weight(bearing[part], (speed[at], come_from[at]), used, values)
        out[part] = np.where(used.any(axis=1), value, INSIDE_WIND)
    return out


def sector_weight(bearing: Reals, wind: tuple[Reals, Reals], used: Flags, values: Values) -> Reals:
    """Mean over hours of exp(-apart^2 / 2 sigma^2), each hour by 1/speed; calm hours count 0.5 for all bearings."""
    speed, come_from = wind
    apart = np.abs((bearing[:, None] - come_from + 180) % 360 - 180)
    agrees = np.where(speed < values["calm_m_s"], 0.5, np.exp(-0.5 * (apart / values["sigma_deg"]) ** 2))
    weight = np.where(used, 1 / np.maximum(speed, 1.0), 0.0)
    total = np.where(used, agrees * weight, 0.0).sum(axis=1)
    return np.asarray(total / np.maximum(weight.sum(axis=1), 1e-9), dtype=np.float64)


def _families(enterprises: pa.Table, findings: pa.Table | None) -> list[list[str]]:
    known = [set(filter(None, one.split(","))) for one in enterprises["families"].to_pylist()]
    if findings is not None and findings.num_rows:
        place = {one: at for at, one in enumerate(enterprises["enterprise_id"].to_pylist())}
        others = findings.filter(pc.invert(pc.equal(findings["rule_id"], "R31")))
        for owner, rule in zip(others["enterprise_id"].to_pylist(), others["rule_id"].to_pylist(), strict=True):
            if owner in place:
                known[place[owner]].add(rule)
    return [sorted(one) for one in known]


def _ranked(
    targets: Targets,
    enterprises: pa.Table,
    pairs: tuple[Ints, Ints],
    parts: dict[str, Reals],
    more: tuple[list[list[str]], npt.NDArray[np.int64], float],
) -> pa.Table:
    target, other = pairs
    families, signals, tall_m = more
    order = np.lexsort((other, -parts["score"], target))
    target, other = target[order], other[order]
    parts = {name: value[order] for name, value in parts.items()}
    start = np.searchsorted(target, target, side="left")
    rank = np.arange(len(target)) - start + 1
    total = np.bincount(target, parts["score"], len(targets))
    first = parts["score"][start]
    second = np.zeros(len(targets))
    second[target[rank == 2]] = parts["score"][rank == 2]
    height = enterprises["height_m"].to_numpy()[other]
    is_near = (height >= tall_m) & (parts["distance_km"] + 1e-9 < TALL_KM)
    told = np.array([",".join(one) for one in families], dtype=object)
    basis = np.where(enterprises["is_measured"].to_numpy(zero_copy_only=False).astype(bool), "measured", "typical")
    columns = {
        "target_id": np.array(targets.ids, dtype=object)[target],
        "target_kind": np.array(targets.kind, dtype=object)[target],
        "enterprise_id": enterprises["enterprise_id"].to_numpy(zero_copy_only=False)[other],
        "rank": rank.astype(np.int32),
        "score": parts["score"],
        "share": parts["score"] / np.maximum(total[target], 1e-12),
        "doubt": second[target] / np.maximum(first, 1e-12),
        "distance_km": parts["distance_km"],
        "middle_km": parts["middle_km"],
        "bearing_deg": parts["bearing_deg"],
        "distance_weight": parts["distance_weight"],
        "wind_weight": parts["wind_weight"],
        "emission_kg_h": enterprises["kg_h"].to_numpy()[other],
        "emission_basis": basis[other].astype(object),
        "signals": told[other],
        "n_signals": signals[other].astype(np.int32),
        "stack_height_m": height,
        "note": np.where(is_near, "tall_stack_near", "").astype(object),
    }
    return pa.table({name: pa.array(columns[name]) for name in SCHEMA.names}).cast(SCHEMA)


def score_tracing(found: pa.Table, plume_truth: pa.Table, least_ug_m3: float = 3.0) -> dict[str, float]:
    """How often the enterprise whose plume adds most to a cell is first, or among the first three, of its candidates.

    `plume_truth` has one row a cell and enterprise (cell_id, enterprise_id, excess_ug_m3); judged are cells of `found`
    to which plumes add `least_ug_m3` or more together. Beside it what naming the enterprises nearest to the middle of
    the cell would give (of all, and of the monitored ones), and what chance would.
    """
    truth = plume_truth.group_by(["cell_id"]).aggregate([("excess_ug_m3", "sum"), ("excess_ug_m3", "max")])
    total = dict(zip(truth["cell_id"].to_pylist(), truth["excess_ug_m3_sum"].to_pylist(), strict=True))
    most = dict(zip(truth["cell_id"].to_pylist(), truth["excess_ug_m3_max"].to_pylist(), strict=True))
    rows = zip(*(plume_truth[name].to_pylist() for name in ("cell_id", "enterprise_id", "excess_ug_m3")), strict=True)
    top = {cell: owner for cell, owner, excess in rows if excess == most[cell] and total[cell] >= least_ug_m3}
    names = found["target_id"].to_numpy(zero_copy_only=False)
    owners = found["enterprise_id"].to_numpy(zero_copy_only=False)
    judged = [cell for cell in dict.fromkeys(names.tolist()) if cell in top]
    is_true = np.array([top.get(cell) == owner for cell, owner in zip(names, owners, strict=True)])
    _, target = np.unique(names.astype(str), return_inverse=True)
    middle = found["middle_km"].to_numpy()
    basis = found["emission_basis"].to_numpy(zero_copy_only=False)
    orders = {
        "": found["rank"].to_numpy(),
        "nearest_": _rank(target, middle, owners),
        "nearest_monitored_": _rank(target, middle + np.where(basis == "measured", 0, 1e3), owners),
    }
    n = max(len(judged), 1)
    size = np.bincount(target)[target] if len(target) else np.zeros(0)
    out: dict[str, float] = {"cells": float(len(judged))}
    for k in (1, 3):
        for name, rank in orders.items():
            out[f"{name}top{k}"] = float((is_true & (rank <= k)).sum() / n)
        out[f"random_top{k}"] = float(np.minimum(k / size[is_true], 1.0).sum() / n) if is_true.any() else 0.0
    out["within_reach"] = float(is_true.sum() / n)
    return out


def _rank(target: Ints, value: Reals, names: npt.NDArray[np.object_]) -> Ints:
    """Rank of each row within its target, smallest value first."""
    order = np.lexsort((names.astype(str), value, target))
    out = np.empty(len(order), dtype=np.int64)
    out[order] = np.arange(len(order)) - np.searchsorted(target[order], target[order], side="left") + 1
    return out
