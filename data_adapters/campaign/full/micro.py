"""Micro-stations: hours (D01) and quality (D02), with bubbles (R34) and night spikes (R35)."""

from __future__ import annotations

import numpy as np

from data_adapters.campaign.full.ambient import Six, pm25_at, six_pollutants
from data_adapters.campaign.full.cases import KINDS, Planted, Window
from data_adapters.campaign.full.columns import Columns, dates, named, reals, same, times
from data_adapters.campaign.full.draws import draw_for, draw_of
from data_adapters.campaign.full.plan import HOURS, ROUND_DAYS
from data_adapters.campaign.full.sink import Sink
from data_adapters.campaign.full.sites import (
    BUBBLES,
    CLUSTER,
    SPIKES,
    Network,
    mean_wind,
    night_hours,
    planted_cluster,
)
from data_adapters.campaign.full.wind import speed_and_from
from data_adapters.campaign.full.world import World
from data_adapters.campaign.randomness import Flags, Floats, stream

STATIONS_A_CHUNK = 1_000
BUBBLE_H = (60, 68)
EXCESS_UG_M3 = 60.0
HUMID_PCT = 85.0
CALM_M_S = 0.5
SECTOR_DEG = 20.0


def humidity(world: World, lon: Floats, lat: Floats) -> Floats:
    """Relative humidity in percent, hours x places."""
    hour = np.arange(HOURS)
    wet = world.weather.shower.at(lon, lat, hour.astype(np.float64)).T
    return np.clip(68 + 12 * np.cos(2 * np.pi * (hour[:, None] - 5) / 24) + 9 * wet, 25, 100)


def write_micro(world: World, sink: Sink, network: Network, excess: Floats) -> None:
    """D01, a thousand stations at a time, and D02."""
    hour = np.arange(HOURS)
    for first in range(0, len(network), STATIONS_A_CHUNK):
        which = np.arange(first, min(first + STATIONS_A_CHUNK, len(network)))
        rng = stream(world.plan.seed, f"micro-{first}")
        lon, lat = network.lon[which], network.lat[which]
        bias = rng.normal(1.0, 0.06, len(which))
        values = six_pollutants(pm25_at(world, (lon, lat, network.cell[which]), excess, rng) * bias, rng)
        speed, come_from = speed_and_from(*(one.T for one in world.weather.wind(lon, lat, hour.astype(np.float64))))
        rh = humidity(world, lon, lat)
        if first == 0:
            _bubbles(world, network, values, rh)
            _spikes(world, network, values, (speed, come_from))
        n = len(which)
        columns: Columns = {
            "station_id": named(network.id[which], np.tile(np.arange(n), HOURS)),
            "time": times(np.repeat(world.plan.seconds(hour), n)),
            "tvoc_ug_m3": reals(180 * np.exp(0.25 * rng.standard_normal((HOURS, n))), 1),
            "wind_speed_m_s": reals(speed, 2),
            "wind_from_deg": reals(come_from, 1),
            "rh_pct": reals(rh, 1),
            "qc": named(("ok", "suspect"), (rng.random(HOURS * n) < 0.003).astype(np.int8)),
        }
        columns |= {name: reals(value, 2 if name == "co_mg_m3" else 1) for name, value in values.items()}
        sink.write_days("D01", columns, np.repeat(hour // 24, n))
    sink.close("D01")
    _write_quality(world, sink, network)


def _raise(values: Six, hours: Flags, station: int, size: float) -> None:
    values["pm25_ug_m3"][hours, station] += EXCESS_UG_M3 * size
    values["pm10_ug_m3"][hours, station] += 1.6 * EXCESS_UG_M3 * size


def _bubbles(world: World, network: Network, values: Six, rh: Floats) -> None:
    """R34 at the first station of three clusters a turn, and at the second of the positive: a bubble has an area."""
    hour = np.arange(HOURS)
    notes = (
        "eight hours far above the neighbours, at two stations",
        "one hour above the neighbours",
        "leads whenever the air is damper than 85 %: an artefact of the sensor",
    )
    for turn, kind in world.cast.turn_kinds():
        station = planted_cluster(BUBBLES, turn, kind) * CLUSTER
        if station >= len(network):
            continue
        draw = draw_of(world.plan.seed, "R34", turn)
        first, last = BUBBLE_H[0] + draw.shift_h, BUBBLE_H[1] + draw.shift_h
        inside = (hour >= first) & (hour < (first + 1 if kind == "negative" else last))
        if kind == "lookalike":
            rh[first:last, station] = 92.0
            inside = rh[:, station] > HUMID_PCT
        _raise(values, inside, station, draw.size)
        if kind == "positive" and station + 1 < len(network):
            _raise(values, inside, station + 1, draw.size)
        onset = float(first) if kind == "positive" else None
        planted = Planted("station", str(network.id[station]), pollutant="PM25")
        world.truth.add(("R34", kind), planted, Window(first, last, onset), notes[KINDS.index(kind)])


def _spikes(world: World, network: Network, values: Six, wind: tuple[Floats, Floats]) -> None:
    """R35: night spikes when the wind comes from the enterprise, at any wind, or in calm air."""
    night = np.isin(np.arange(HOURS), night_hours())
    notes = (
        "night spikes whenever the wind comes from the enterprise 1.5 km upwind",
        "night spikes at any wind",
        "night spikes in calm air only",
    )
    for slot in world.cast.all("R35"):
        kind, enterprise = slot.kind, slot.enterprise
        station = planted_cluster(SPIKES, slot.turn, kind) * CLUSTER
        if station >= len(network):
            continue
        lon, lat = world.enterprises.lon[enterprise], world.enterprises.lat[enterprise]
        east, north = mean_wind(world, lon, lat, night_hours())
        bearing = float(speed_and_from(np.array(east), np.array(north))[1])
        apart = np.abs((wind[1][:, station] - bearing + 180) % 360 - 180)
        if kind == "lookalike":  # still air over this station for two hours of every night
            wind[0][np.flatnonzero(night & np.isin(np.arange(HOURS) % 24, (2, 3))), station] = 0.3
            chosen = night & (wind[0][:, station] < CALM_M_S)
        elif kind == "negative":
            chosen = night & (stream(world.plan.seed, f"any-wind{slot.turn or ''}").random(HOURS) < 0.15)
        else:
            chosen = night & (apart <= SECTOR_DEG)
        _raise(values, chosen, station, draw_for(world.plan.seed, slot).size)
        planted = Planted("station", str(network.id[station]), str(world.enterprises.id[enterprise]), pollutant="PM25")
        onset = float(np.flatnonzero(chosen)[0]) if kind == "positive" and chosen.any() else None
        world.truth.add(("R35", kind), planted, Window(0, HOURS, onset), notes[KINDS.index(kind)])


def _write_quality(world: World, sink: Sink, network: Network) -> None:
    n, rng = len(network), stream(world.plan.seed, "quality")
    size = n * ROUND_DAYS
    columns: Columns = {
        "station_id": named(network.id, np.tile(np.arange(n), ROUND_DAYS)),
        "date": dates(np.repeat(world.plan.start_day + np.arange(ROUND_DAYS), n)),
        "uptime_pct": np.round(100 - rng.gamma(1.0, 1.5, size).clip(0, 60), 1),
        "drift_pct": np.round(rng.normal(0, 3, size), 2),
        "collocation_r": np.round(rng.beta(18, 2, size), 3),
        "calibration_version": same("v3", size),
    }
    sink.write_days("D02", columns, np.repeat(np.arange(ROUND_DAYS), n))
    sink.close("D02")
