"""Weather that holds together: travelling waves, so that wind, clouds and regional haze agree everywhere."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from data_adapters.campaign.randomness import Floats, Ints, stream

WAVES = 7
HOURS_A_DAY = 24
MEAN_WIND = (1.3, 2.2)  # summer monsoon: from the south-south-west, m/s eastward and northward


@dataclass(frozen=True)
class Waves:
    """A field of mean 0 and spread about 1 over places and hours."""

    k_lon: Floats
    k_lat: Floats
    omega: Floats
    phase: Floats

    def at(self, lon_deg: Floats, lat_deg: Floats, hour: Floats) -> Floats:
        """The field, places x hours."""
        place = np.outer(lon_deg - 115.0, self.k_lon) + np.outer(lat_deg - 35.0, self.k_lat) + self.phase
        time = np.outer(self.omega, hour)
        value: Floats = np.sin(place) @ np.cos(time) - np.cos(place) @ np.sin(time)
        value *= np.sqrt(2.0 / len(self.omega))
        return value


def make_waves(seed: int, part: str, length_deg: tuple[float, float], period_h: tuple[float, float]) -> Waves:
    """Waves of lengths and periods in the given ranges."""
    rng = stream(seed, f"waves-{part}")
    k = 2 * np.pi / rng.uniform(*length_deg, WAVES)
    heading = rng.uniform(0, 2 * np.pi, WAVES)
    omega = 2 * np.pi / rng.uniform(*period_h, WAVES)
    return Waves(k * np.cos(heading), k * np.sin(heading), omega, rng.uniform(0, 2 * np.pi, WAVES))


@dataclass(frozen=True)
class Weather:
    """The weather of the campaign; hours count from the start of the round, wall time."""

    east: Waves
    north: Waves
    haze: Waves
    cloud: Waves
    shower: Waves

    def wind(self, lon_deg: Floats, lat_deg: Floats, hour: Floats) -> tuple[Floats, Floats]:
        """Eastward and northward wind at 10 m in m/s, places x hours."""
        day = 1.0 + 0.3 * np.sin(2 * np.pi * (hour - 9.0) / HOURS_A_DAY)
        u = (MEAN_WIND[0] + 1.7 * self.east.at(lon_deg, lat_deg, hour)) * day
        v = (MEAN_WIND[1] + 1.7 * self.north.at(lon_deg, lat_deg, hour)) * day
        return u, v

    def mean_way(self, lon_deg: float, lat_deg: float, hours: Ints) -> tuple[float, float]:
        """Unit vector of the mean wind over hours, eastward and northward."""
        u, v = self.wind(np.array([lon_deg]), np.array([lat_deg]), hours.astype(np.float64))
        length = float(np.hypot(u.mean(), v.mean()))
        return float(u.mean()) / length, float(v.mean()) / length

    def haze_factor(self, lon_deg: Floats, lat_deg: Floats, hour: Floats) -> Floats:
        """What lifts and lowers PM2.5 over whole regions, about 1."""
        factor: Floats = np.exp(0.22 * self.haze.at(lon_deg, lat_deg, hour))
        return factor

    def rain_mm(self, lon_deg: Floats, lat_deg: Floats, hour: Floats) -> Floats:
        """Rain of the hour."""
        amount: Floats = np.round(np.maximum(self.shower.at(lon_deg, lat_deg, hour) - 1.55, 0.0) * 4.0, 1)
        return amount


def make_weather(seed: int) -> Weather:
    """The weather of a seed."""
    return Weather(
        east=make_waves(seed, "east", (6.0, 18.0), (40.0, 150.0)),
        north=make_waves(seed, "north", (6.0, 18.0), (40.0, 150.0)),
        haze=make_waves(seed, "haze", (5.0, 15.0), (60.0, 200.0)),
        cloud=make_waves(seed, "cloud", (1.5, 6.0), (20.0, 90.0)),
        shower=make_waves(seed, "shower", (1.0, 4.0), (10.0, 40.0)),
    )


def speed_and_from(u: Floats, v: Floats) -> tuple[Floats, Floats]:
    """Wind speed and the direction the wind comes from."""
    return np.hypot(u, v), np.degrees(np.arctan2(-u, -v)) % 360.0
