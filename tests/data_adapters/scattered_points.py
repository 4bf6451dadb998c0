"""Points of known truth: evenly scattered over the north of China, each with the county it lies in."""

from __future__ import annotations

import numpy as np
import pandas as pd

from data_adapters.places.placing import Places

NAMES = np.array([a + b + c for a in "华建宏兴泰丰润达" for b in "恒通金宝利源顺德" for c in "中天新东方大成永"])


def scattered(places: Places, count: int, seed: int = 0) -> pd.DataFrame:
    """Columns as check_points takes them, WGS-84 to 6 decimals; lon_true and lat_true beside them."""
    rng = np.random.default_rng(seed)
    lon, lat = rng.uniform(111.0, 119.0, 2 * count), rng.uniform(32.0, 39.5, 2 * count)
    area = places.locate(lon, lat, reach_deg=0)
    inside = np.flatnonzero(area >= 0)[:count]
    lon, lat = np.round(lon[inside], 6), np.round(lat[inside], 6)
    made = pd.DataFrame({"lon_true": lon, "lat_true": lat, "adcode": places.codes[area[inside]].astype(str)})
    made["register_key"] = [f"k{n}" for n in range(count)]
    made["name"] = rng.choice(NAMES, count) + made["register_key"] + "厂"
    return written(made, lon, lat)


def written(points: pd.DataFrame, lon: np.ndarray, lat: np.ndarray) -> pd.DataFrame:
    """The same points with other positions written down."""
    return points.assign(lon=[f"{value:.6f}" for value in lon], lat=[f"{value:.6f}" for value in lat])
