"""R35: night spikes of a micro-station that come with one sector and speed of wind, and the enterprises there.

Conditional probability (CBPF): of the night hours with wind from a sector of 10 degrees and in a bin of speed, the
share that are spikes. A spike is an hour in the top tenth of the station's nights by its excess over the neighbours,
or out of its usual range where more than a tenth is: regional haze raises all stations and is no spike. One night
proves nothing, and a sensor that leads whenever the air is damp is dropped as in R34. Sectors next to each other are
read together, 30 degrees wide, as polar plots are smoothed. Calm hours say nothing. The analyst's bivariate polar
plot needs 500 hours and is drawn elsewhere.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import timedelta
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
from scipy.spatial import cKDTree

from fusion.rules.asked import asked
from fusion.rules.R34 import (
    KM_PER_DEG,
    Floats,
    Sensors,
    is_damp_artefact,
    local_excess,
    median_known,
    read_sensors,
)

SECTORS = 36
SPEEDS_M_S = (2.0, 4.0)
Z_OUT = 3.0
QUALITY = {"uptime_min": 60, "drift_max": 20, "r_min": 0.6, "rh_pct": 85, "rh_share": 0.7}  # as R34 asks
ENTERPRISES = (
    "SELECT enterprise_id, lon_deg, lat_deg FROM enterprises WHERE lon_deg IS NOT NULL AND lat_deg IS NOT NULL"
)
Reals = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]


def find(ask: Callable[..., pa.Table], values: Mapping[str, Any]) -> pa.Table:
    """Stations whose night spikes have a bearing with an enterprise in it."""
    values = {**QUALITY, **values}
    wanted = ("pm25_ug_m3", "rh_pct", "wind_speed_m_s", "wind_from_deg")
    sensors = read_sensors(ask, values, wanted, values["win_d"])
    if not sensors.ids:
        return asked("station", [])
    spike, blown = night_spikes(sensors, values)
    share, hours, spikes = cbpf(sensors, spike, blown)
    shown = (share >= values["cb_min"]) & (hours >= values["n_min"])
    stations = np.flatnonzero(shown.any(axis=(1, 2)))
    enterprises = ask(ENTERPRISES)
    return asked("station", _told(sensors, (spike & blown, shown, spikes), stations, (enterprises, values)))


def night_spikes(sensors: Sensors, values: Mapping[str, Any]) -> tuple[Flags, Flags]:
    """Spikes of the nights, and night hours with wind and a value; hours x stations."""
    excess, _ = local_excess(sensors.hours["pm25_ug_m3"], sensors.near, values["near_min"])
    clock = (sensors.first_at.hour + np.arange(len(excess))) % 24
    last_h = (values["as_of"] - sensors.first_at).total_seconds() / 3600
    recent = np.arange(len(excess)) >= last_h - 24 * values["win_d"]
    middle, _ = median_known(excess, axis=0)  # of day and night: a busy source fills most of the nights
    spread, _ = median_known(np.abs(excess - middle), axis=0)
    excess[~(((clock >= 22) | (clock < 6)) & recent)] = np.nan
    known = np.isfinite(excess)
    rank = np.maximum(np.ceil((1 - values["top_share"]) * known.sum(axis=0)).astype(np.int64) - 1, 0)
    top = np.take_along_axis(np.sort(excess, axis=0), rank[None, :], 0)[0]
    with np.errstate(invalid="ignore"):
        high = np.minimum(top, middle + Z_OUT * 1.4826 * spread)
        spike = excess >= np.maximum(high, values["abs_pm25"])
        spike &= ~is_damp_artefact(spike, np.where(known, sensors.hours["rh_pct"], np.nan), values)
        blown = known & (sensors.hours["wind_speed_m_s"] >= values["calm_m_s"])
    return spike, blown & np.isfinite(sensors.hours["wind_from_deg"])


def cbpf(sensors: Sensors, spike: Flags, blown: Flags) -> tuple[Reals, Reals, Reals]:
    """Share of spikes, hours and spikes by station, sector and bin of speed; a sector with its neighbours."""
    n, bins = len(sensors.ids), len(SPEEDS_M_S) + 1
    hour, station = np.nonzero(blown)
    sector = (np.round(sensors.hours["wind_from_deg"][hour, station] / (360 / SECTORS)).astype(np.int64)) % SECTORS
    speed = np.digitize(sensors.hours["wind_speed_m_s"][hour, station], SPEEDS_M_S)
    at = (station * SECTORS + sector) * bins + speed
    counts = []
    for weight in (None, spike[hour, station].astype(np.float64)):
        count = np.bincount(at, weight, n * SECTORS * bins).reshape(n, SECTORS, bins)
        counts.append(count + np.roll(count, 1, axis=1) + np.roll(count, -1, axis=1))
    hours, spikes = (np.asarray(count, dtype=np.float64) for count in counts)
    return spikes / np.maximum(hours, 1), hours, spikes


def _told(
    sensors: Sensors, seen: tuple[Flags, Flags, Reals], stations: npt.NDArray[np.int64], asked_for: tuple[pa.Table, Any]
) -> Iterator[dict[str, Any]]:
    spike, shown, spikes = seen
    enterprises, values = asked_for
    lon, lat = enterprises["lon_deg"].to_numpy(), enterprises["lat_deg"].to_numpy()
    middle = np.cos(np.radians(sensors.lat.mean()))
    tree = cKDTree(KM_PER_DEG * np.column_stack([lon * middle, lat])) if len(lon) else None
    for station in stations:
        bearing = bearing_of((spikes * shown)[station].sum(axis=1))
        apart = _apart(sensors.hours["wind_from_deg"][:, station], bearing)
        hours = np.flatnonzero(spike[:, station] & (apart <= values["half_deg"] + 360 / SECTORS / 2))
        reach = values["r_km"] * 1.05
        near = tree.query_ball_point(sensors.flat_km[station], reach) if tree else []
        found = _inside(sensors, int(station), (lon[near], lat[near]), (bearing, values))
        nights = np.unique((hours + sensors.first_at.hour + 2) // 24)  # 22:00 begins the next day's night
        if len(nights) < values["nights_min"] or not found:
            continue
        ids = [enterprises["enterprise_id"][near[place]].as_py() for place, _ in found]
        begin, end = (sensors.first_at + timedelta(hours=int(one)) for one in (hours[0], hours[-1] + 1))
        best = float((spikes[station] * shown[station]).max())
        yield {
            "object_id": sensors.ids[int(station)],
            "enterprise_id": ids[0] if len(ids) == 1 else None,
            "pollutant": "PM25",
            "window_from": begin,
            "window_to": end,
            "onset_at": begin,
            "severity": 2,
            "score": min(1.0, 0.4 + 0.02 * best),
            "facts": {
                "bearing_deg": round(bearing) % 360,
                "spike_hours": len(hours),
                "nights": len(nights),
                "spikes_in_bin": int(best),
                "enterprises": [
                    {"enterprise_id": one, "distance_km": round(km, 2)} for one, (_, km) in zip(ids, found, strict=True)
                ][:10],
            },
        }


def bearing_of(weight: Reals) -> float:
    """Mean direction of sectors by their weight."""
    angle = np.radians(np.arange(SECTORS) * 360 / SECTORS)
    return float(np.degrees(np.arctan2((weight * np.sin(angle)).sum(), (weight * np.cos(angle)).sum())) % 360)


def _apart(one: Reals | Floats, other: float) -> Reals:
    return np.abs((np.asarray(one, dtype=np.float64) - other + 180) % 360 - 180)


def _inside(
    sensors: Sensors, station: int, places: tuple[Reals, Reals], where: tuple[float, Mapping[str, Any]]
) -> list[tuple[int, float]]:
    """Places within the sector and radius, nearest first, with their distance."""
    bearing, values = where
    east = (places[0] - sensors.lon[station]) * np.cos(np.radians(sensors.lat[station])) * KM_PER_DEG
    north = (places[1] - sensors.lat[station]) * KM_PER_DEG
    distance = np.hypot(east, north)
    apart = _apart(np.degrees(np.arctan2(east, north)) % 360, bearing)
    kept = np.flatnonzero((distance <= values["r_km"]) & (apart <= values["half_deg"]))
    return [(int(one), float(distance[one])) for one in kept[np.argsort(distance[kept])]]
