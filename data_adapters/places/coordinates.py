"""Between WGS-84, GCJ-02 (Amap, Tencent) and BD-09 (Baidu), vectorised.

Units   degrees, lon before lat
Note    used to test what a register was written in, and where a deployer declares the system; a point is
        never shifted because it merely looks shifted. Outside China's box GCJ-02 equals WGS-84.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import ArrayLike, NDArray

Degrees = NDArray[np.float64]
Pair = tuple[Degrees, Degrees]

SEMI_MAJOR_M = 6378245.0
ECCENTRICITY_SQUARED = 0.00669342162296594323
BAIDU_TURN = np.pi * 3000.0 / 180.0
BOX = (72.004, 0.8293, 137.8347, 55.8271)
INVERSE_STEPS = 8


def is_in_china_box(lon_deg: ArrayLike, lat_deg: ArrayLike) -> NDArray[np.bool_]:
    """Whether points lie in the box in which GCJ-02 shifts."""
    lon, lat = np.asarray(lon_deg, dtype=float), np.asarray(lat_deg, dtype=float)
    return (lon >= BOX[0]) & (lon <= BOX[2]) & (lat >= BOX[1]) & (lat <= BOX[3])


def _waves(x: Degrees, scale_long: float, scale_longer: float) -> Degrees:
    short = 20.0 * np.sin(x * np.pi) + 40.0 * np.sin(x * np.pi / 3.0)
    return (short + scale_long * np.sin(x * np.pi / 12.0) + scale_longer * np.sin(x * np.pi / 30.0)) * 2.0 / 3.0


def _offset(lon: Degrees, lat: Degrees) -> Pair:
    x, y = lon - 105.0, lat - 35.0
    ripple = (20.0 * np.sin(6.0 * x * np.pi) + 20.0 * np.sin(2.0 * x * np.pi)) * 2.0 / 3.0
    north = -100.0 + 2.0 * x + 3.0 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * np.sqrt(np.abs(x)) + ripple
    north += _waves(y, 160.0, 320.0)
    east = 300.0 + x + 2.0 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * np.sqrt(np.abs(x)) + ripple
    east += _waves(x, 150.0, 300.0)
    phi = lat / 180.0 * np.pi
    magic = 1.0 - ECCENTRICITY_SQUARED * np.sin(phi) ** 2
    root = np.sqrt(magic)
    metres_north = SEMI_MAJOR_M * (1.0 - ECCENTRICITY_SQUARED) / (magic * root) * np.pi / 180.0
    metres_east = SEMI_MAJOR_M / root * np.cos(phi) * np.pi / 180.0
    return east / metres_east, north / metres_north


def wgs84_to_gcj02(lon_deg: ArrayLike, lat_deg: ArrayLike) -> Pair:
    """WGS-84 as GCJ-02."""
    lon, lat = np.asarray(lon_deg, dtype=float), np.asarray(lat_deg, dtype=float)
    d_lon, d_lat = _offset(lon, lat)
    inside = is_in_china_box(lon, lat)
    return np.where(inside, lon + d_lon, lon), np.where(inside, lat + d_lat, lat)


def gcj02_to_bd09(lon_deg: ArrayLike, lat_deg: ArrayLike) -> Pair:
    """GCJ-02 as BD-09."""
    lon, lat = np.asarray(lon_deg, dtype=float), np.asarray(lat_deg, dtype=float)
    radius = np.hypot(lon, lat) + 0.00002 * np.sin(lat * BAIDU_TURN)
    angle = np.arctan2(lat, lon) + 0.000003 * np.cos(lon * BAIDU_TURN)
    return radius * np.cos(angle) + 0.0065, radius * np.sin(angle) + 0.006


def wgs84_to_bd09(lon_deg: ArrayLike, lat_deg: ArrayLike) -> Pair:
    """WGS-84 as BD-09."""
    return gcj02_to_bd09(*wgs84_to_gcj02(lon_deg, lat_deg))


def _inverse(forward: Callable[[ArrayLike, ArrayLike], Pair], lon_deg: ArrayLike, lat_deg: ArrayLike) -> Pair:
    lon, lat = np.asarray(lon_deg, dtype=float), np.asarray(lat_deg, dtype=float)
    guess_lon, guess_lat = lon, lat
    for _ in range(INVERSE_STEPS):
        there_lon, there_lat = forward(guess_lon, guess_lat)
        guess_lon, guess_lat = guess_lon + lon - there_lon, guess_lat + lat - there_lat
    return guess_lon, guess_lat


def gcj02_to_wgs84(lon_deg: ArrayLike, lat_deg: ArrayLike) -> Pair:
    """GCJ-02 as WGS-84, by iteration to less than a micrometre."""
    return _inverse(wgs84_to_gcj02, lon_deg, lat_deg)


def bd09_to_gcj02(lon_deg: ArrayLike, lat_deg: ArrayLike) -> Pair:
    """BD-09 as GCJ-02."""
    return _inverse(gcj02_to_bd09, lon_deg, lat_deg)


def bd09_to_wgs84(lon_deg: ArrayLike, lat_deg: ArrayLike) -> Pair:
    """BD-09 as WGS-84."""
    return gcj02_to_wgs84(*bd09_to_gcj02(lon_deg, lat_deg))


def unchanged(lon_deg: ArrayLike, lat_deg: ArrayLike) -> Pair:
    """WGS-84 as it is."""
    return np.asarray(lon_deg, dtype=float), np.asarray(lat_deg, dtype=float)


TO_WGS84: dict[str, Callable[[ArrayLike, ArrayLike], Pair]] = {
    "wgs84": unchanged,
    "gcj02": gcj02_to_wgs84,
    "bd09": bd09_to_wgs84,
}
