"""Weather stations (K01), the wind grid (K02), and city air (B04, B05)."""

from __future__ import annotations

import numpy as np

from data_adapters.campaign.full.ambient import SUMMER, dip_hours
from data_adapters.campaign.full.columns import Columns, dates, named, reals, same, times
from data_adapters.campaign.full.emergency import AQI_VERSIONS, NEW_AQI_YEAR
from data_adapters.campaign.full.micro import humidity
from data_adapters.campaign.full.plan import HOURS, ROUND_DAYS
from data_adapters.campaign.full.sink import Sink
from data_adapters.campaign.full.sites import Network
from data_adapters.campaign.full.terrain import city_order
from data_adapters.campaign.full.wind import speed_and_from
from data_adapters.campaign.full.world import World
from data_adapters.campaign.randomness import Floats, Ints, stream

DRY_HOURS = 2  # before and after the hours of R36
GRID_DEG = 0.25
CELLS_A_CHUNK = 1_000
LEADS = 7
IAQI = (0.0, 50.0, 100.0, 150.0, 200.0, 300.0, 400.0, 500.0)
PM25_OLD = (0.0, 35.0, 75.0, 115.0, 150.0, 250.0, 350.0, 500.0)
PM25_NEW = (0.0, 35.0, 60.0, 115.0, 150.0, 250.0, 350.0, 500.0)
O3_8H = (0.0, 100.0, 160.0, 215.0, 265.0, 800.0, 1000.0, 1200.0)
STANDARDS = {"pm25": 35, "pm10": 70, "so2": 60, "no2": 40, "co": 4, "o3": 160}


def write_weather(world: World, sink: Sink, network: Network) -> None:
    """K01: the same wind that carries the plumes."""
    rng, hour = stream(world.plan.seed, "weather"), np.arange(HOURS)
    n = len(network)
    speed, come_from = speed_and_from(
        *(one.T for one in world.weather.wind(network.lon, network.lat, hour.astype(np.float64)))
    )
    rain = world.weather.rain_mm(network.lon, network.lat, hour.astype(np.float64)).T
    dips = [dip_hours(world, turn) for turn in range(world.plan.turns)]
    for first, last in dips:
        rain[first - DRY_HOURS : last + DRY_HOURS] = 0.0
    for station, (first, last) in enumerate(dips[:n]):
        rain[first:last, station] = 6.4
    temp = 28 + 5 * np.sin(2 * np.pi * (hour[:, None] - 9) / 24) + rng.normal(0, 0.6, (HOURS, n))
    rh = humidity(world, network.lon, network.lat)
    columns: Columns = {
        "station_id": named(network.id, np.tile(np.arange(n), HOURS)),
        "time": times(np.repeat(world.plan.seconds(hour), n)),
        "wind_speed_m_s": reals(speed, 2),
        "wind_from_deg": reals(come_from, 1),
        "temp_c": reals(temp, 1),
        "rh_pct": reals(rh, 1),
        "pressure_hpa": reals(1_002 + rng.normal(0, 1.5, (HOURS, n)), 1),
        "rain_mm": reals(rain, 1),
        "visibility_km": reals(np.clip(30 - 0.22 * rh + rng.normal(0, 1, (HOURS, n)), 0.5, 30), 1),
    }
    sink.write_days("K01", columns, np.repeat(hour // 24, n))
    sink.close("K01")


def write_wind_grid(world: World, sink: Sink) -> None:
    """K02: quarter-degree cells, those with most grid cells first."""
    terrain = world.terrain
    n, hour = world.plan.objects("K02"), np.arange(HOURS).astype(np.int64)
    index = np.floor(terrain.lon / GRID_DEG).astype(np.int64) * 1_000 + np.floor(terrain.lat / GRID_DEG).astype(
        np.int64
    )
    codes, counts = np.unique(index, return_counts=True)
    codes = codes[np.argsort(-counts, kind="stable")][:n]
    if len(codes) < n:  # cells farther out, westward of all others
        codes = np.concatenate(
            [codes, codes.min() - 1_000 * (1 + np.arange(n - len(codes)) // 1_000) - np.arange(n - len(codes)) % 1_000]
        )
    column, row = np.divmod(codes, 1_000)
    for first in range(0, n, CELLS_A_CHUNK):
        part = slice(first, first + CELLS_A_CHUNK)
        _write_wind(world, sink, ((column[part] + 0.5) * GRID_DEG, (row[part] + 0.5) * GRID_DEG), hour)
    sink.close("K02")


def _write_wind(world: World, sink: Sink, place: tuple[Floats, Floats], hour: Ints) -> None:
    lon, lat = place
    n = len(lon)
    u, v = (one.T.ravel() for one in world.weather.wind(lon, lat, hour.astype(np.float64)))
    which = np.tile(np.arange(n), HOURS)
    names = np.array([f"Q{x:.3f}-{y:.3f}" for x, y in zip(lon.tolist(), lat.tolist(), strict=True)])
    sun = np.clip(np.sin(np.pi * (np.repeat(hour, n) % 24 - 6) / 13), 0, None)
    columns: Columns = {
        "cell_code": named(names, which),
        "time": times(np.repeat(world.plan.seconds(hour), n)),
        "lon_deg": lon[which],
        "lat_deg": lat[which],
        "u10_m_s": reals(u, 2),
        "v10_m_s": reals(v, 2),
        "blh_m": reals(220 + 1_250 * sun + 60 * np.hypot(u, v), 0),
        "u925_m_s": reals(1.7 * u + 0.3, 2),
        "v925_m_s": reals(1.7 * v + 0.4, 2),
    }
    sink.write_days("K02", columns, np.repeat(hour // 24, n))


def write_cities(world: World, sink: Sink) -> None:
    """B04 and B05."""
    rng, plan = stream(world.plan.seed, "cities"), world.plan
    cities = city_order(world.places)[: plan.cities]
    wanted = max(plan.objects("B04", ROUND_DAYS), plan.objects("B05", ROUND_DAYS * LEADS))
    n = min(wanted, len(cities)) if plan.scale <= 1 else wanted
    city = np.resize(cities, n).astype(np.int64)
    noon = (24.0 * np.arange(ROUND_DAYS) + 12).astype(np.float64)
    haze = world.weather.haze_factor(world.places.city_lon[city], world.places.city_lat[city], noon).T
    pm25 = np.round(world.places.pm25_base[city] * SUMMER * haze, 1)
    o3 = np.round(118 + 25 * rng.standard_normal((ROUND_DAYS, n)).clip(-2, 3), 0)
    is_new = plan.year >= NEW_AQI_YEAR
    from_pm, from_o3 = np.interp(pm25, PM25_NEW if is_new else PM25_OLD, IAQI), np.interp(o3, O3_8H, IAQI)
    aqi = np.ceil(np.maximum(from_pm, from_o3)).astype(np.int32)
    values = {"pm25": pm25, "pm10": pm25 * 1.5 + 14, "so2": 5 + pm25 * 0.08, "no2": 11 + pm25 * 0.35}
    values |= {"co": 0.3 + pm25 * 0.009, "o3": o3}
    code = city_codes(world, city)
    columns: Columns = {
        "city_adcode": named(code, np.tile(np.arange(n), ROUND_DAYS)),
        "date": dates(np.repeat(plan.start_day + np.arange(ROUND_DAYS), n)),
        "aqi": aqi.ravel(),
        "level": (1 + np.digitize(aqi.ravel(), [50.5, 100.5, 150.5, 200.5, 300.5])).astype(np.int32),
        "primary_pollutant": named(("PM25", "O3"), np.where(aqi <= 50, -1, from_o3 > from_pm).ravel()),
        "composite_index": reals(np.sum([value / STANDARDS[name] for name, value in values.items()], axis=0), 2),
        "standard_version": same(AQI_VERSIONS[is_new], n * ROUND_DAYS),
    }
    columns |= {("co_mg_m3" if name == "co" else f"{name}_ug_m3"): reals(value, 2) for name, value in values.items()}
    sink.write_days("B04", columns, np.repeat(np.arange(ROUND_DAYS), n))
    _write_forecasts(world, sink, code, aqi)
    sink.close("B04", "B05")


def city_codes(world: World, city: Ints) -> list[str]:
    """Codes of cities; beyond 82 a campaign of more than the real size counts its cities in parts."""
    turn = np.arange(len(city)) // max(len(np.unique(city)), 1)
    codes = world.places.city_code[city].tolist()
    return [code if not at else f"{code}-{at}" for code, at in zip(codes, turn.tolist(), strict=True)]


def _write_forecasts(world: World, sink: Sink, code: list[str], aqi: Floats) -> None:
    plan, n = world.plan, len(code)
    day = np.repeat(np.arange(ROUND_DAYS), n * LEADS)
    lead = np.tile(np.repeat(np.arange(1, LEADS + 1), n), ROUND_DAYS)
    middle = np.tile(aqi, (1, LEADS)).ravel()
    columns: Columns = {
        "city_adcode": named(code, np.tile(np.arange(n), ROUND_DAYS * LEADS)),
        "issued_at": times(plan.start_s + day * 86_400 + 15 * 3_600),
        "target_date": dates(plan.start_day + day + lead),
        "aqi_lo": np.maximum(middle - 12 - lead, 10).astype(np.int32),
        "aqi_hi": (middle + 12 + lead).astype(np.int32),
        "primary_pollutant": named(("O3", "PM25"), np.where(middle <= 50, -1, 0)),
    }
    sink.write_days("B05", columns, day)
