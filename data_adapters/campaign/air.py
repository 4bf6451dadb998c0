"""What satellites and stations saw: PM2.5 and HCHO on the 3 km grid under moving clouds, and city means."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from data_adapters.campaign import invented
from data_adapters.campaign.fields import Grids, Motion, Nodes, moving_field, nodes_under
from data_adapters.campaign.places import Cells, Places
from data_adapters.campaign.plumes import PlumeKind, Plumes, footprint, make_plumes
from data_adapters.campaign.randomness import Flags, Floats, Ints, stream
from data_adapters.campaign.register import Register
from data_adapters.campaign.sizes import Size

OBSERVED_SHARE = 0.53
CITY_REACH_DEG = 0.7
NATIVE_KM = {"PM25": 3.0, "HCHO": 5.5}


@dataclass(frozen=True)
class Air:
    """The air of the campaign: the product tables and the truth behind them."""

    satellite_grid: pa.Table
    city_pm25: Grids  # days x cities, without clouds
    plumes: dict[str, Plumes]


@dataclass(frozen=True)
class _Product:
    name: str
    value: Grids
    cloud: Grids
    day: Ints


def make_air(size: Size, seed: int, places: Places, cells: Cells, register: Register) -> Air:
    """Fields, plumes and clouds for every day."""
    rng = stream(seed, "air")
    nodes = nodes_under(cells)
    cloud = _clouds(rng, nodes, size.days)
    plumes = plumes_of(size, seed, register)
    season = np.linspace(1.22, 0.62, size.days, dtype=np.float32)[:, None]
    regional = np.exp(0.34 * nodes.at_cells(moving_field(rng, nodes, size.days, Motion(16.0, 0.72, (3.6, 1.2)))))
    ground = _city_base(places, cells) * _texture(rng, nodes)
    pm25 = ground * season * regional * (1 + footprint(cells, plumes["PM25"], size.days, seed))
    every = np.arange(size.hcho_every_days - 1, size.days, size.hcho_every_days)
    hcho = _hcho(rng, nodes, size, (1 + footprint(cells, plumes["HCHO"], size.days, seed + 1)) * _texture(rng, nodes))
    clearest = np.minimum(cloud[every], cloud[every - 1])
    products = (
        _Product("PM25", pm25, cloud, np.arange(size.days)),
        _Product("HCHO", hcho[every], clearest, every),
    )
    table = pa.concat_tables([_observed(rng, cells, product, size.epoch_day) for product in products])
    first = np.searchsorted(cells.city, np.arange(len(places.city_code)))
    per_city = np.diff(np.append(first, len(cells)))
    return Air(table, (np.add.reduceat(pm25, first, axis=1) / per_city).astype(np.float32), plumes)


def plumes_of(size: Size, seed: int, register: Register) -> dict[str, Plumes]:
    """The episodes of raised PM2.5 and HCHO, by product."""
    voc = invented.numbers("industries", "voc")[register.industry] * register.heat**0.3
    return {
        "PM25": make_plumes(size, seed, register, PlumeKind("PM25", register.heat, 11, 1.0, 1.2)),
        "HCHO": make_plumes(size, seed, register, PlumeKind("HCHO", voc, 20, 0.8, 1.5)),
    }


def _city_base(places: Places, cells: Cells) -> Grids:
    """City levels blended over their borders."""
    squared = (cells.lon[:, None] - places.city_lon) ** 2 + (cells.lat[:, None] - places.city_lat) ** 2
    weight = np.exp(-squared / (2 * CITY_REACH_DEG**2)) + 1e-9
    base: Grids = ((weight * places.pm25_base).sum(axis=1) / weight.sum(axis=1)).astype(np.float32)
    return base


def _texture(rng: np.random.Generator, nodes: Nodes) -> Grids:
    texture: Grids = np.exp(0.07 * nodes.at_cells(moving_field(rng, nodes, 1, Motion(2.0, 0.0, (0, 0)))))[0]
    return texture


def _hcho(rng: np.random.Generator, nodes: Nodes, size: Size, local: Grids) -> Grids:
    warmth = np.linspace(7.5, 13.5, size.days, dtype=np.float32)[:, None]
    regional = nodes.at_cells(moving_field(rng, nodes, size.days, Motion(14.0, 0.8, (2.0, 0.8))))
    value: Grids = warmth * np.exp(0.18 * regional) * local
    return value


def _clouds(rng: np.random.Generator, nodes: Nodes, days: int) -> Grids:
    """Cloud fraction: fronts and small clouds moving east; above 0.5 nothing is observed."""
    fronts = nodes.at_cells(moving_field(rng, nodes, days, Motion(9.0, 0.55, (18.0, 2.0))))
    small = nodes.at_cells(moving_field(rng, nodes, days, Motion(1.7, 0.2, (12.0, 0.0))))
    cover = fronts + np.float32(0.8) * small + rng.normal(0, 0.35, (days, 1)).astype(np.float32)
    threshold = np.quantile(cover[:, :: max(1, cover.shape[1] // 4000)], OBSERVED_SHARE)
    fraction: Grids = (1 / (1 + np.exp(-3 * (cover - np.float32(threshold))))).astype(np.float32)
    return fraction


def _observed(rng: np.random.Generator, cells: Cells, product: _Product, epoch_day: int) -> pa.Table:
    """A product as rows. Under cloud there is no value, or near the edge one that must not be used."""
    days, n = len(product.day), len(cells)
    noise = rng.standard_normal((days, n), dtype=np.float32)
    cloud = product.cloud.ravel()
    is_lost = rng.random(days * n, dtype=np.float32) < 0.012
    value = np.round((product.value * np.exp(np.float32(0.045) * noise)).ravel(), 1)
    is_valid = (cloud < 0.5) & ~is_lost
    has_value = is_valid | ((cloud < 0.56) & ~is_lost)
    qa = np.clip(np.float32(0.98) - np.float32(0.55) * cloud - np.float32(0.03) * np.abs(noise.ravel()), 0, 1)
    date = np.repeat((product.day + epoch_day).astype(np.int32), n)
    return pa.table(
        {
            "product": pa.DictionaryArray.from_arrays(pa.array(np.zeros(days * n, np.int8)), pa.array([product.name])),
            "date": pa.array(date).view(pa.date32()),
            "lon_deg": np.tile(np.round(cells.lon, 6), days),
            "lat_deg": np.tile(np.round(cells.lat, 6), days),
            "native_km": np.full(days * n, NATIVE_KM[product.name]),
            "value": _reals(value, has_value),
            "qa": _reals(np.round(qa, 2), has_value),
            "cloud_fraction": _reals(np.round(cloud, 2), np.ones(days * n, dtype=np.bool_)),
            "is_valid": pa.array(is_valid),
        }
    ).cast(_TYPES)


_TYPES = pa.schema(
    [
        ("product", pa.string()),
        ("date", pa.date32()),
        *((name, pa.float64()) for name in ("lon_deg", "lat_deg", "native_km", "value", "qa", "cloud_fraction")),
        ("is_valid", pa.bool_()),
    ]
)


def _reals(values: Grids, present: Flags) -> pa.Array:
    return pa.array(np.round(values.astype(np.float64), 2), mask=~present)


def make_ambient_series(size: Size, seed: int, places: Places, air: Air) -> pa.Table:
    """City means of six pollutants, in step with the satellite's field; a day in sixty is missing."""
    rng = stream(seed, "ambient")
    pm25: Floats = air.city_pm25.astype(np.float64)
    days, cities = pm25.shape
    warmth = np.linspace(0.0, 1.0, days)[:, None]

    def around(spread: float) -> Floats:
        return rng.lognormal(0.0, spread, (days, cities))

    dust = 1 + 0.9 * (rng.random((days, 1)) < 0.06) * (1 - 0.6 * warmth)
    values = {
        "PM25": pm25 * around(0.06),
        "PM10": (pm25 * 1.45 + 18) * dust * around(0.08),
        "SO2": (6.5 + 0.07 * pm25) * around(0.15),
        "NO2": (14 + 0.38 * pm25) * (1 - 0.25 * warmth) * around(0.12),
        "CO": (0.32 + 0.009 * pm25) * around(0.10),
        "O3": (88 + 62 * warmth) * np.exp(-0.002 * (pm25 - 40)) * around(0.13),
    }
    kept = rng.random((len(values), days, cities)) > 1 / 60
    stack = np.stack([np.round(value, 1 if name != "CO" else 2) for name, value in values.items()])
    date = np.broadcast_to((np.arange(days) + size.epoch_day).astype(np.int32)[None, :, None], stack.shape)
    city = np.broadcast_to(places.city_code[None, None, :], stack.shape).ravel().tolist()
    return pa.table(
        {
            "place_code": pa.array(city),
            "city_adcode": pa.array(city),
            "date": pa.array(date.ravel()).view(pa.date32()),
            "pollutant": pa.array(np.repeat(list(values), days * cities).tolist()),
            "value": pa.array(stack.ravel(), mask=~kept.ravel()),
        }
    )
