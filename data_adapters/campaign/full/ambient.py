"""Stations of the air networks: hours of six pollutants (B01-B03), and mobile points (C03)."""

from __future__ import annotations

import numpy as np

from data_adapters.campaign.full.cases import KINDS, Planted, Window
from data_adapters.campaign.full.columns import Columns, named, reals, same, times
from data_adapters.campaign.full.draws import draw_of
from data_adapters.campaign.full.plan import HOURS, ROUND_DAYS
from data_adapters.campaign.full.sink import Sink
from data_adapters.campaign.full.sites import Network
from data_adapters.campaign.full.wind import speed_and_from
from data_adapters.campaign.full.world import World
from data_adapters.campaign.randomness import Floats, Ints, stream

SUMMER = 0.62
NOON_H = 12  # when the plumes of a day are as the satellite sees them
STATIONS_A_CHUNK = 1_000
DIP_H = (154, 159)  # R36: day 6 from 10:00; it rains nowhere from 08:00 to 18:00 but at the look-alike
DIP = 0.38
WIND_M_S = 4.0
DUSTY_PATCHES = 40  # beyond the three turns, in the whole campaign
Six = dict[str, Floats]


def through_the_day(daily: Floats) -> Floats:
    """Hours x places of days x places: from noon to noon in a straight line, so that no day begins with a jump."""
    share = np.clip((np.arange(HOURS) - NOON_H) / 24, 0, ROUND_DAYS - 1)
    first = np.minimum(share.astype(np.int64), ROUND_DAYS - 2)
    later = (share - first)[:, None]
    hourly: Floats = daily[first] * (1 - later) + daily[first + 1] * later
    return hourly


def pm25_at(world: World, place: tuple[Floats, Floats, Ints], excess: Floats, rng: np.random.Generator) -> Floats:
    """Hourly PM2.5, hours x stations: city level, haze, time of day, plumes of the day."""
    lon, lat, cell = place
    hour = np.arange(HOURS)
    base = world.places.pm25_base[world.terrain.city[cell]] * SUMMER
    haze = world.weather.haze_factor(lon, lat, hour.astype(np.float64)).T
    daily = 1 + 0.14 * np.cos(2 * np.pi * (hour - 6) / 24)
    noise = np.exp(0.06 * rng.standard_normal((HOURS, len(cell))))
    return base * haze * daily[:, None] * noise + through_the_day(excess[:, cell])


def six_pollutants(pm25: Floats, rng: np.random.Generator) -> Six:
    """The other five in step with PM2.5 and the time of day."""
    hour = np.arange(HOURS)[:, None] % 24
    sun = np.clip(np.sin(np.pi * (hour - 6) / 13), 0, None)

    def around(spread: float) -> Floats:
        return np.exp(spread * rng.standard_normal(pm25.shape))

    return {
        "pm25_ug_m3": pm25,
        "pm10_ug_m3": (pm25 * 1.45 + 15) * around(0.07),
        "so2_ug_m3": (5 + 0.08 * pm25) * around(0.12),
        "no2_ug_m3": (11 + 0.35 * pm25) * (1.25 - 0.5 * sun) * around(0.1),
        "co_mg_m3": (0.3 + 0.009 * pm25) * around(0.08),
        "o3_ug_m3": (45 + 115 * sun) * around(0.1),
    }


def write_stations(world: World, sink: Sink, networks: dict[str, Network], excess: Floats) -> None:
    """B01 to B03."""
    for kind, code in (("national", "B01"), ("provincial", "B02"), ("township", "B03")):
        network = networks[kind]
        for first in range(0, len(network), STATIONS_A_CHUNK):
            which = np.arange(first, min(first + STATIONS_A_CHUNK, len(network)))
            rng = stream(world.plan.seed, f"stations-{code}-{first}")
            place = (network.lon[which], network.lat[which], network.cell[which])
            values = six_pollutants(pm25_at(world, place, excess, rng), rng)
            if code == "B01" and first == 0:
                _disturb(world, network, values)
            if code == "B02" and first == 0:
                raise_dust(world, network, values)
            _write(world, sink, code, (network, which, values), rng)
        sink.close(code)


def _disturb(world: World, network: Network, values: Six) -> None:
    """R36 at the first national stations."""
    notes = (
        "PM10 and PM2.5 far below the neighbours for five hours, gases follow them, no rain",
        "one hour below the neighbours",
        "five hours below the neighbours in local rain",
    )
    for station, (turn, kind) in enumerate(world.cast.turn_kinds()[: len(network)]):
        first, end = dip_hours(world, turn)
        last = first + 1 if kind == "negative" else end
        for name in ("pm25_ug_m3", "pm10_ug_m3"):
            values[name][first:last, station] *= DIP / draw_of(world.plan.seed, "R36", turn).size
        window = Window(first, last, float(first) if kind == "positive" else None)
        planted = Planted("station", str(network.id[station]), pollutant="PM10")
        world.truth.add(("R36", kind), planted, window, notes[KINDS.index(kind)])


def dip_hours(world: World, turn: int) -> tuple[int, int]:
    """First hour of a case of R36 and the hour after its last: always from 10:00 to 15:00."""
    shift = draw_of(world.plan.seed, "R36", turn).shift_h
    return DIP_H[0] + shift, DIP_H[1] + shift


def patch_cases(world: World) -> tuple[tuple[int, str], ...]:
    """Turn and kind of the cases of R32: as of every rule, and more that must be found, as an autumn's survey has."""
    turns = world.plan.turns
    more = tuple((turns + number, "positive") for number in range(world.plan.scaled(DUSTY_PATCHES, 0)))
    return (*world.cast.turn_kinds(), *more)


def raise_dust(world: World, network: Network, values: Six) -> None:
    """R32: at the first provincial stations PM10 rises when a strong wind blows over the patch beside them."""
    for station, (turn, kind) in enumerate(patch_cases(world)[: len(network)]):
        blowing = strong_wind_hours(world, network, station)[1]
        ratio = 2.9 * max(draw_of(world.plan.seed, "R32", turn).size, 1.0) if kind == "positive" else 1.6
        values["pm10_ug_m3"][blowing, station] = values["pm25_ug_m3"][blowing, station] * ratio


def strong_wind_hours(world: World, network: Network, station: int) -> tuple[float, Ints]:
    """The direction strong winds mostly come from, and the hours they do, within 30 degrees."""
    hour = np.arange(HOURS)
    wind = world.weather.wind(
        network.lon[station : station + 1], network.lat[station : station + 1], hour.astype(np.float64)
    )
    speed, come_from = (one[0] for one in speed_and_from(*wind))
    strong = speed > min(WIND_M_S, float(np.quantile(speed, 0.8)))
    angle = np.radians(come_from[strong])
    towards = float(np.degrees(np.arctan2(np.sin(angle).mean(), np.cos(angle).mean())) % 360)
    apart = np.abs((come_from - towards + 180) % 360 - 180)
    return towards, hour[strong & (apart <= 30)]


def _write(world: World, sink: Sink, code: str, what: tuple[Network, Ints, Six], rng: np.random.Generator) -> None:
    network, which, values = what
    n = len(which)
    gone = rng.random(HOURS * n) < 0.004
    columns: Columns = {
        "station_id": named(network.id[which], np.tile(np.arange(n), HOURS)),
        "time": times(np.repeat(world.plan.seconds(np.arange(HOURS)), n)),
        "flag": named(("N", "H"), gone.astype(np.int8)),
    }
    for name, value in values.items():
        columns[name] = reals(np.where(gone, np.nan, value.ravel()), 2 if name == "co_mg_m3" else 1)
    sink.write_days(code, columns, np.repeat(np.arange(HOURS) // 24, n))


def write_mobile(world: World, sink: Sink) -> None:
    """C03: runs of an hour, one point every five seconds."""
    n, points = world.plan.rows("C03"), 720
    rng = stream(world.plan.seed, "mobile")
    run, step = np.divmod(np.arange(n), points)
    runs = int(run[-1]) + 1
    home = np.flatnonzero(world.terrain.is_home)
    cell = home[rng.integers(0, len(home), runs)]
    begin = rng.integers(0, HOURS - 1, runs)
    heading = rng.uniform(0, 2 * np.pi, runs)[run] + step / 300.0
    away = 4e-5 * step
    sink.write_events(
        "C03",
        {
            "run_id": named(np.array([f"RUN-{index:06d}" for index in range(runs)]), run),
            "time": times(world.plan.seconds(begin)[run] + 5 * step),
            "parameter": same("PM25", n),
            "lon_deg": np.round(world.terrain.lon[cell][run] + away * np.cos(heading), 6),
            "lat_deg": np.round(world.terrain.lat[cell][run] + away * np.sin(heading), 6),
            "value": np.round(rng.lognormal(3.3, 0.3, n), 1),
            "unit": same("ug/m3", n),
            "device": named(("vehicle", "lidar", "drone"), run % 3),
        },
    )
