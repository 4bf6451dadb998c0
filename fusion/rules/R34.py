"""R34: micro-stations that stand above their neighbours for hours, and the areas they make.

Hours of poor quality are not used (flag of the hour, uptime, drift and correlation of the day). Each sensor's bias is
its median ratio to the neighbours over two weeks and is divided out. Stations with an episode in the same hours
within `eps_km` make an area, as DBSCAN would: every station of an area has another at that distance. A lone station
is reported as severity 3, for one sensor may err. A sensor that leads whenever the air is damp is dropped. Barbecues,
fireworks and road works can't be told apart from other sources: no table has them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components
from scipy.spatial import cKDTree

from fusion.rules.asked import asked

Floats = npt.NDArray[np.float32]
Ints = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]
Ask = Callable[..., pa.Table]
Values = Mapping[str, Any]

KM_PER_DEG = 111.2
CHUNK = 1_000
WEEK_H = 7 * 24
SCALE_MIN = 1.0  # ug/m3; a sensor that never moves is not precise
SITES = """
SELECT site_id, lon_deg, lat_deg FROM sites WHERE kind = 'micro' AND lon_deg IS NOT NULL AND lat_deg IS NOT NULL
ORDER BY site_id
"""
HOURS = """
WITH places AS (
    SELECT site_id, ROW_NUMBER() OVER (ORDER BY site_id) - 1 AS place
    FROM sites
    WHERE kind = 'micro' AND lon_deg IS NOT NULL AND lat_deg IS NOT NULL
)
SELECT
    p.place, DATE_DIFF('hour', $first_at::TIMESTAMP, h.time) AS hour, h.pm25_ug_m3, h.pm10_ug_m3, h.rh_pct,
    h.wind_speed_m_s, h.wind_from_deg
FROM microstation_hours AS h
INNER JOIN places AS p ON p.site_id = h.station_id
LEFT JOIN microstation_days AS d ON d.station_id = h.station_id AND d.date = CAST(h.time AS DATE)
WHERE h.qc = 'ok' AND h.time >= $first_at::TIMESTAMP
    AND COALESCE(d.uptime_pct, 100) >= $uptime_min AND ABS(COALESCE(d.drift_pct, 0)) <= $drift_max
    AND COALESCE(d.collocation_r, 1) >= $r_min
"""


@dataclass(frozen=True)
class Sensors:
    """Micro-stations, their hours (hours x stations, NaN where nothing usable was sent) and their neighbours."""

    ids: list[str]
    flat_km: npt.NDArray[np.float64]  # stations x 2
    lon: npt.NDArray[np.float64]
    lat: npt.NDArray[np.float64]
    first_at: datetime
    hours: dict[str, Floats]
    near: Ints  # stations x k, -1 where there is none


def read_sensors(ask: Ask, values: Values, columns: tuple[str, ...], days: float) -> Sensors:
    """The stations and the columns asked for, of so many days or of what is judged if that is longer."""
    begin = min(values["from_at"], values["as_of"] - timedelta(days=days))
    first_at = begin.replace(minute=0, second=0, microsecond=0)
    sites = ask(SITES)
    rows = ask(HOURS, {**values, "first_at": first_at})
    n = sites.num_rows
    size = int((values["as_of"] - first_at).total_seconds() // 3600) + 1
    lon, lat = sites["lon_deg"].to_numpy(), sites["lat_deg"].to_numpy()
    middle = float(np.radians(lat.mean())) if n else 0.0
    flat = KM_PER_DEG * np.column_stack([lon * np.cos(middle), lat])
    at = rows["hour"].to_numpy() * max(n, 1) + rows["place"].to_numpy()
    hours: dict[str, Floats] = {}
    for name in columns:
        dense = np.full(size * n, np.nan, dtype=np.float32)
        dense[at] = rows[name].to_numpy(zero_copy_only=False).astype(np.float32)
        hours[name] = dense.reshape(size, n)
    near = neighbours(flat, int(values["k_near"]), float(values.get("near_km", values["r_km"])))
    return Sensors(sites["site_id"].to_pylist(), flat, lon, lat, first_at, hours, near)


def neighbours(flat_km: npt.NDArray[np.float64], k: int, r_km: float) -> Ints:
    """The k nearest others within a radius; -1 where there are fewer."""
    n = len(flat_km)
    if n < 2:
        return np.full((n, k), -1, dtype=np.int64)
    distance, at = cKDTree(flat_km).query(flat_km, k=min(k + 1, n), distance_upper_bound=r_km)
    is_other = np.isfinite(distance) & (at != np.arange(n)[:, None])
    order = np.argsort(~is_other, axis=1, kind="stable")[:, :k]
    found = np.where(np.take_along_axis(is_other, order, 1), np.take_along_axis(at, order, 1), -1)
    return np.pad(found, ((0, 0), (0, k - found.shape[1])), constant_values=-1).astype(np.int64)


def median_known(values: Floats, axis: int = -1) -> tuple[Floats, Ints]:
    """Median of what is known along an axis, NaN where nothing is, and how many are."""
    known = np.isfinite(values).sum(axis=axis)
    ordered = np.sort(values, axis=axis)  # NaN last
    low = np.expand_dims(np.maximum(known - 1, 0) // 2, axis)
    high = np.expand_dims(np.minimum(known // 2, values.shape[axis] - 1), axis)
    middle = (np.take_along_axis(ordered, low, axis) + np.take_along_axis(ordered, high, axis)) / 2
    return np.squeeze(middle, axis), known


def local_excess(measured: Floats, near: Ints, near_min: int) -> tuple[Floats, Floats]:
    """Excess over the median of the neighbours, bias removed, and that median; NaN with too few neighbours."""
    first = _around(measured, near, near_min)
    with np.errstate(invalid="ignore", divide="ignore"):
        ratio = np.where(first > 0, measured / first, np.nan).astype(np.float32)
    bias, _ = median_known(ratio, axis=0)
    divisor = np.where(np.isfinite(bias) & (bias > 0), bias, 1)
    level = np.asarray(measured / divisor, dtype=np.float32)
    around = _around(level, near, near_min)
    return level - around, around


def _around(measured: Floats, near: Ints, near_min: int) -> Floats:
    out = np.full_like(measured, np.nan)
    padded = np.column_stack([measured, np.full(len(measured), np.nan, dtype=np.float32)])
    for first in range(0, measured.shape[1], CHUNK):
        part = slice(first, first + CHUNK)
        middle, known = median_known(padded[:, near[part]])
        out[:, part] = np.where(known >= near_min, middle, np.nan)
    return out


def robust_z(excess: Floats) -> Floats:
    """Excess against its own median and spread over the hours."""
    middle, _ = median_known(excess, axis=0)
    spread, _ = median_known(np.abs(excess - middle), axis=0)
    return np.asarray((excess - middle) / np.maximum(1.4826 * spread, SCALE_MIN), dtype=np.float32)


def find(ask: Ask, values: Values) -> pa.Table:
    """Areas and lone stations with a bubble."""
    sensors = read_sensors(ask, values, ("pm25_ug_m3", "pm10_ug_m3", "rh_pct"), values["bias_d"])
    if not sensors.ids:
        return asked("station", [])
    marked = np.zeros(sensors.hours["pm25_ug_m3"].shape, dtype=np.bool_)
    strongest = np.full(marked.shape, np.nan, dtype=np.float32)
    for name, least in (("pm10_ug_m3", "abs_pm10"), ("pm25_ug_m3", "abs_pm25")):
        excess, around = local_excess(sensors.hours[name], sensors.near, values["near_min"])
        with np.errstate(invalid="ignore"):
            high = excess >= np.maximum(values["rel"] * around, values[least])
            marked |= high & (robust_z(excess) >= values["z_min"])
        strongest = excess
    judged_from = max(int((values["from_at"] - sensors.first_at).total_seconds() // 3600) - WEEK_H, 0)
    marked[:judged_from] = False
    marked &= ~is_damp_artefact(marked, sensors.hours["rh_pct"], values)
    return asked("station", _told(sensors, episodes_only(marked, int(values["h_c"])), strongest, values))


def is_damp_artefact(marked: Flags, rh_pct: Floats, values: Values) -> Flags:
    """Stations that lead in most damp hours and hardly ever else."""
    with np.errstate(invalid="ignore"):
        damp = rh_pct > values["rh_pct"]
    both, damp_hours, marked_hours = (marked & damp).sum(axis=0), damp.sum(axis=0), marked.sum(axis=0)
    leads = (both > values["rh_share"] * damp_hours) & (both > marked_hours / 2)
    return np.asarray(leads, dtype=np.bool_)


def episodes_only(marked: Flags, least_h: int) -> Flags:
    """The marked hours of runs of `least_h` hours or more."""
    length = np.zeros(marked.shape[1], dtype=np.int64)
    run = np.zeros(marked.shape, dtype=np.int64)
    for hour in range(len(marked)):  # over hours, all stations at once
        length = np.where(marked[hour], length + 1, 0)
        run[hour] = length
    for hour in range(len(marked) - 2, -1, -1):
        run[hour] = np.where(marked[hour] & marked[hour + 1], run[hour + 1], run[hour])
    return np.asarray(run >= least_h, dtype=np.bool_)


def areas(flat_km: npt.NDArray[np.float64], marked: Flags, eps_km: float) -> Ints:
    """Number of the area of each station: stations near each other and marked in the same hours belong together."""
    n = len(flat_km)
    busy = np.flatnonzero(marked.any(axis=0))
    pairs = (
        cKDTree(flat_km[busy]).query_pairs(eps_km, output_type="ndarray") if len(busy) > 1 else np.empty((0, 2), int)
    )
    one, other = busy[pairs[:, 0]], busy[pairs[:, 1]]
    together = (marked[:, one] & marked[:, other]).any(axis=0)
    links = coo_array((np.ones(int(together.sum())), (one[together], other[together])), shape=(n, n))
    return np.asarray(connected_components(links, directed=False)[1], dtype=np.int64)


def _told(sensors: Sensors, marked: Flags, excess: Floats, values: Values) -> Iterator[dict[str, Any]]:
    area = areas(sensors.flat_km, marked, values["eps_km"])
    busy = np.flatnonzero(marked.any(axis=0))
    size = np.bincount(area[busy], minlength=int(area.max()) + 1)
    from_h = (values["from_at"] - sensors.first_at).total_seconds() / 3600
    for number in np.unique(area[busy]):
        members = busy[area[busy] == number]
        for begin, end in _spells(np.asarray(marked[:, members].any(axis=1), dtype=np.bool_)):
            counts = [_episodes(marked[begin : end + 1, member]) for member in members]
            enough = any(_is_enough(begins, lengths, values) for begins, lengths in counts)
            if not enough or end + 1 <= from_h:
                continue
            inside = np.where(marked[begin : end + 1, members], excess[begin : end + 1, members], 0)
            yield _row(sensors, members, (begin, end), {
                "stations": [sensors.ids[member] for member in members],
                "leading": sensors.ids[members[int(inside.sum(axis=0).argmax())]],
                "episodes": max(len(begins) for begins, _ in counts),
                "longest_h": int(max((lengths.max() for _, lengths in counts if len(lengths)), default=0)),
                "hours": int(marked[begin : end + 1, members].any(axis=1).sum()),
                "largest_excess": round(float(np.nanmax(inside)), 1),
                "is_area": bool(size[number] >= values["area_min"]),
                "lon_deg": round(float(sensors.lon[members].mean()), 5),
                "lat_deg": round(float(sensors.lat[members].mean()), 5),
            })  # fmt: skip


def _row(sensors: Sensors, members: Ints, hours: tuple[int, int], facts: dict[str, Any]) -> dict[str, Any]:
    begin, end = (sensors.first_at + timedelta(hours=one) for one in (hours[0], hours[1] + 1))
    strength = 0.1 * facts["episodes"] + 0.03 * facts["longest_h"] + 0.1 * len(members)
    return {
        "object_id": sensors.ids[int(members[0])],
        "pollutant": "PM25",
        "window_from": begin,
        "window_to": end,
        "onset_at": begin,
        "severity": 2 if facts["is_area"] else 3,
        "score": min(1.0, 0.2 + strength),
        "facts": facts,
    }


def _spells(marked: Flags) -> Iterator[tuple[int, int]]:
    """First and last hour of spells without a week between their hours."""
    at = np.flatnonzero(marked)
    for part in np.split(at, np.flatnonzero(np.diff(at) > WEEK_H) + 1):
        yield int(part[0]), int(part[-1])


def _episodes(marked: Flags) -> tuple[Ints, Ints]:
    """First hours and lengths of the runs of a station."""
    at = np.flatnonzero(marked)
    if not len(at):
        return at, at
    first = np.concatenate([[0], np.flatnonzero(np.diff(at) > 1) + 1])
    return at[first], np.diff(np.concatenate([first, [len(at)]]))


def _is_enough(begins: Ints, lengths: Ints, values: Values) -> bool:
    """Whether one episode is long enough, or so many fall into seven days."""
    n = int(values["n_ep"])
    often = len(begins) >= n and bool((begins[n - 1 :] - begins[: len(begins) - n + 1] < WEEK_H).any())
    return often or bool((lengths >= values["long_h"]).any())
