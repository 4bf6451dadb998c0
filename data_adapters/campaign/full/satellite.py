"""What satellites saw on the grid: PM2.5 (A01), AOD (A02), NO2 (A03), HCHO (A04)."""

from __future__ import annotations

import numpy as np

from data_adapters.campaign import grid
from data_adapters.campaign.full.ambient import SUMMER
from data_adapters.campaign.full.cells import HOT_DAYS, HotSpots
from data_adapters.campaign.full.columns import Columns, dates, named, reals, same, times
from data_adapters.campaign.full.draws import draw_of
from data_adapters.campaign.full.hot_places import RING_CELLS
from data_adapters.campaign.full.plan import ROUND_DAYS
from data_adapters.campaign.full.sink import Sink
from data_adapters.campaign.full.world import World
from data_adapters.campaign.randomness import Flags, Floats, Ints, stream

HOT_UG_M3, SIDE = 38.0, 0.35  # at the planted cell; the share of it at the cells around
CLOUDY = 0.5
ROUGH = 1.6  # spreads a cell may lie above its neighbours for good
OVERPASS_H = 13
HCHO_UP = {"positive": 1.6, "negative": 1.1, "lookalike": 1.8}
CLEAR_CELLS = 8  # under a clear sky around R30: nine cells are a top twentieth of no fewer than 180
HCHO_REACH = {"positive": 1, "negative": 1, "lookalike": 0}


def write_satellite(world: World, sink: Sink, spots: HotSpots, excess: Floats) -> None:
    """A01 for every cell and day, the others where the sky was clearest."""
    terrain = world.terrain
    rough = stream(world.plan.seed, "texture").standard_normal(len(terrain))
    texture = np.exp(0.06 * np.clip(rough, -ROUGH, ROUGH))  # what stands out on every day has a source
    voc = _voc_density(world)
    for day in range(ROUND_DAYS):
        hour = np.array([24.0 * day + OVERPASS_H])
        rng = stream(world.plan.seed, f"sky-{day}")
        cloud = 1 / (1 + np.exp(-2.2 * (world.weather.cloud.at(terrain.lon, terrain.lat, hour)[:, 0] - 0.1)))
        cloud += rng.normal(0, 0.02, len(terrain))
        cloud, hot = _with_hot_cells(world, spots, day, np.clip(cloud, 0, 1))
        base = world.places.pm25_base[terrain.city] * SUMMER * texture
        haze = world.weather.haze_factor(terrain.lon, terrain.lat, hour)[:, 0]
        pm25 = (base * haze + excess[day] + hot) * np.exp(0.03 * rng.standard_normal(len(terrain)))
        everything = np.arange(len(terrain))
        _write(world, sink, ("A01", "PM25", 3.0), day, everything, pm25, cloud)
        _write_aod(world, sink, day, _clearest(sink, "A02", day, cloud), pm25)
        no2 = (4.5 + 0.11 * pm25 + 0.12 * excess[day]) * np.exp(0.08 * rng.standard_normal(len(terrain)))
        _write(world, sink, ("A03", "NO2", 5.5), day, _clearest(sink, "A03", day, cloud), no2, cloud)
        warm = world.weather.haze.at(terrain.lon, terrain.lat, hour)[:, 0]
        hcho = 11 * np.exp(0.06 * warm) * voc * np.exp(0.05 * rng.standard_normal(len(terrain)))
        hcho = _with_hcho(world, spots, day, hcho)
        _write(world, sink, ("A04", "HCHO", 5.5), day, _clearest(sink, "A04", day, cloud), hcho, cloud)
    sink.close("A01", "A02", "A03", "A04")


def _voc_density(world: World) -> Floats:
    """Formaldehyde is a little higher where many enterprises are."""
    count = np.bincount(world.enterprises.cell, minlength=len(world.terrain))
    return 1 + 0.12 * np.tanh(count / max(float(count.mean()) * 8, 1.0))


def _with_hot_cells(world: World, spots: HotSpots, day: int, cloud: Floats) -> tuple[Floats, Floats]:
    """Clouds and what is added at the cells of R29 and R31 on a day."""
    hot = np.zeros(len(cloud))
    for (rule, kind, turn), cell in spots.cell.items():
        near = spots.around(world, (rule, kind, turn), 1)
        if rule == "R30":
            cloud[near] = np.minimum(cloud[near], 0.02)
            if kind == "positive":
                wide = spots.around(world, (rule, kind, turn), CLEAR_CELLS)
                cloud[wide] = np.minimum(cloud[wide], 0.02)
            continue
        days = {"positive": HOT_DAYS, "negative": 2, "lookalike": 6}[kind] if rule == "R29" else HOT_DAYS
        is_hot = day < days
        ring = spots.around(world, (rule, kind, turn), RING_CELLS)
        cloud[ring] = np.minimum(cloud[ring], 0.1)
        if is_hot:
            heat = _heat(world, rule, turn)
            hot[near] += SIDE * heat
            hot[cell] += (1 - SIDE) * heat
        if is_hot and (rule, kind) == ("R29", "lookalike"):
            cloud[near] = 0.53
    return cloud, hot


def planted_heat(world: World, spots: HotSpots) -> Floats:
    """What is planted of R29 and R31 as hot all along, in ug/m3, by cell."""
    heat = np.zeros(len(world.terrain))
    for (rule, kind, turn), cell in spots.cell.items():
        if (rule, kind) in (("R29", "positive"), ("R31", "positive"), ("R31", "lookalike")):
            near = spots.around(world, (rule, kind, turn), 1)
            heat[near] += _heat(world, rule, turn) * np.where(near == cell, 1.0, SIDE)
    return heat


def _heat(world: World, rule: str, turn: int) -> float:
    return HOT_UG_M3 * draw_of(world.plan.seed, rule, turn).size


def planted_plumes(world: World, spots: HotSpots) -> tuple[Ints, Ints, Floats]:
    """Whose the planted heat of R31 is: cells, enterprises, ug/m3 as a mean of the round."""
    cells, owners, added = [], [], []
    for turn in range(world.plan.turns):
        for kind, source in (("positive", "positive"), ("lookalike", "source")):
            near = spots.around(world, ("R31", kind, turn), 1)
            cells.append(near)
            owners.append(np.full(len(near), world.cast.of("R31", source, turn).enterprise))
            share = np.where(near == spots.cell["R31", kind, turn], 1.0, SIDE)
            added.append(_heat(world, "R31", turn) * share)
    return np.concatenate(cells), np.concatenate(owners), np.concatenate(added)


def _with_hcho(world: World, spots: HotSpots, day: int, hcho: Floats) -> Floats:
    for turn in range(world.plan.turns):
        size = draw_of(world.plan.seed, "R30", turn).size
        for kind, factor in HCHO_UP.items():
            if day < HOT_DAYS:
                up = factor if kind == "negative" else 1 + (factor - 1) * size
                hcho[spots.around(world, ("R30", kind, turn), HCHO_REACH[kind])] *= up
    return hcho


def _share(sink: Sink, code: str, day: int) -> int:
    """Rows of a day, so that the days together have the rows of the plan."""
    return -(-sink.left(code) // (ROUND_DAYS - day))


def _clearest(sink: Sink, code: str, day: int, cloud: Floats) -> Ints:
    return np.sort(np.argsort(cloud, kind="stable")[: _share(sink, code, day)])


def _is_valid(cloud: Floats) -> Flags:
    valid: Flags = cloud < CLOUDY
    return valid


def _write(
    world: World, sink: Sink, product: tuple[str, str, float], day: int, which: Ints, values: Floats, *clouds: Floats
) -> None:
    """Rows of one product; A01 has a row where nothing was observed, the others only where something was."""
    code, name, native_km = product
    cloud, n = clouds[0][which], len(which)
    valid = _is_valid(cloud) if code == "A01" else np.ones(n, np.bool_)
    has_value = valid | (cloud < 0.56)
    columns: Columns = {
        "product": same(name, n),
        "date": dates(np.full(n, world.plan.start_day + day)),
        "lon_deg": np.round(world.terrain.lon[which], 6),
        "lat_deg": np.round(world.terrain.lat[which], 6),
        "native_km": np.full(n, native_km),
        "value": reals(np.where(has_value, values[which], np.nan), 2),
        "qa": reals(np.where(has_value, 0.98 - 0.4 * cloud, np.nan), 2),
        "cloud_fraction": reals(cloud, 2),
        "is_valid": valid,
    }
    sink.write_days(code, columns, np.full(n, day))


def _write_aod(world: World, sink: Sink, day: int, which: Ints, pm25: Floats) -> None:
    terrain, n = world.terrain, len(which)
    columns: Columns = {
        "cell_id": grid.cell_ids(terrain.col[which], terrain.row[which]),
        "date": dates(np.full(n, world.plan.start_day + day)),
        "sensor": named(("Terra", "Aqua"), which % 2),
        "aod_550": reals(0.08 + 0.011 * pm25[which], 3),
        "overpass_at": times(np.full(n, world.plan.start_s + day * 86_400 + OVERPASS_H * 3_600) - which % 2 * 9_000),
        "qa": np.full(n, 0.9),
    }
    sink.write_days("A02", columns, np.full(n, day))
