"""Lists made from satellites: VOC areas (A05), hot cells (A06), fires (A07), bare land (A08)."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import numpy as np
import pyarrow as pa

from data_adapters.campaign import grid
from data_adapters.campaign.full.ambient import patch_cases, strong_wind_hours
from data_adapters.campaign.full.cases import KINDS, Planted, Window
from data_adapters.campaign.full.cells import HotSpots
from data_adapters.campaign.full.columns import Columns, dates, empty, joined, named, numbered, same, stacked, times
from data_adapters.campaign.full.draws import draw_of
from data_adapters.campaign.full.hot_places import shifted
from data_adapters.campaign.full.plan import HOURS, ROUND_DAYS, Plan
from data_adapters.campaign.full.sink import Sink
from data_adapters.campaign.full.sites import Network
from data_adapters.campaign.full.world import World
from data_adapters.campaign.randomness import Floats, Ints, stream

HALF_DEG = 0.014
PATCH_KM = 1.5
PATCH_M2 = (30_000.0, 7_000.0, 26_000.0)
FIRE_H = 61.5
LAND = ("construction", "demolition", "mining", "farmland", "road")


def squares(lon: Floats, lat: Floats, half_deg: Floats | float) -> pa.Array:
    """Squares around points as WKT."""
    west, east = np.round(lon - half_deg, 5), np.round(lon + half_deg, 5)
    south, north = np.round(lat - half_deg, 5), np.round(lat + half_deg, 5)
    w, e, s, n = (pa.array(one).cast(pa.string()) for one in (west, east, south, north))
    ring = (w, " ", s, ", ", e, " ", s, ", ", e, " ", n, ", ", w, " ", n, ", ", w, " ", s)
    return joined("POLYGON ((", *ring, "))")


def _day_of(n: int) -> Ints:
    """Days of n rows spread evenly over the round."""
    return np.arange(n) * ROUND_DAYS // n


def write_products(world: World, sink: Sink, spots: HotSpots, excess: Floats, stations: Network) -> None:
    """A05 to A08."""
    _write_areas(world, sink, spots)
    _write_hot_list(world, sink, excess)
    _write_fires(world, sink)
    _write_patches(world, sink, stations)


def _write_areas(world: World, sink: Sink, spots: HotSpots) -> None:
    plan, terrain, rng = world.plan, world.terrain, stream(world.plan.seed, "areas")
    n = plan.rows("A05")
    count = np.bincount(world.enterprises.cell, minlength=len(terrain))
    best = np.argsort(-count, kind="stable")
    day = _day_of(n)
    rank = np.arange(n) - np.searchsorted(day, day, side="left")
    cell = best[rank % len(best)]
    for turn in range(min(plan.turns, int(rank.max()) + 1)):
        cell[rank == turn] = spots.cell["R30", "positive", turn]
    lon, lat = terrain.lon[cell], terrain.lat[cell]
    sink.write_events(
        "A05",
        {
            "area_id": joined("VOC-", pa.array(grid.cell_ids(terrain.col[cell], terrain.row[cell])), "-", _text(rank)),
            "period_from": dates(plan.start_day + day - 9),
            "period_to": dates(plan.start_day + day),
            "geometry_wkt": squares(lon, lat, HALF_DEG),
            "lon_deg": lon,
            "lat_deg": lat,
            "county_adcode": named(world.places.county_code, terrain.county[cell]),
            "hcho_anomaly": np.round(0.62 - 0.3 * rank / (rank.max() + 1) + rng.uniform(0, 0.02, n), 3),
            "fnr": np.round(rng.uniform(0.8, 3.0, n), 2),
            "rank": (rank + 1).astype(np.int32),
            "pushed_at": times(plan.start_s + (day + 1) * 86_400 + 36_000),
        },
    )


def _text(numbers: Ints) -> pa.Array:
    return numbered("", numbers, 3)


def _write_hot_list(world: World, sink: Sink, excess: Floats) -> None:
    plan, terrain, rng = world.plan, world.terrain, stream(world.plan.seed, "hot-list")
    n = min(plan.rows("A06"), len(terrain))
    cell = np.sort(np.argsort(-excess.mean(axis=0), kind="stable")[:n])
    month = (plan.start.replace(day=1) - timedelta(days=1)).replace(day=1)
    base = world.places.pm25_base[terrain.city[cell]]
    columns: Columns = {
        "cell_id": grid.cell_ids(terrain.col[cell], terrain.row[cell]),
        "month": pa.array([month] * n),
        "pm25_ug_m3": np.round(base * 0.7 + excess.mean(axis=0)[cell], 1),
        "yoy_pct": np.round(rng.normal(-3, 12, n), 1),
        "mom_pct": np.round(rng.normal(-6, 10, n), 1),
        "alert_class": named(("highest", "worst_yoy", "worst_mom"), rng.integers(0, 3, n)),
        "county_adcode": named(world.places.county_code, terrain.county[cell]),
    }
    sink.write("A06", columns)
    sink.close("A06")


def _fire(world: World, turn: int, kind: str) -> dict[str, Any]:
    """R33: a field fire, the same without confidence, and the steady heat of a plant."""
    index, draw = KINDS.index(kind), draw_of(world.plan.seed, "R33", turn)
    home = np.flatnonzero(world.terrain.is_home)
    at = 17 + 29 * index if turn == 0 else stream(world.plan.seed, f"fire-{turn}-{kind}").integers(0, len(home))
    cell = home[at]
    observed = world.plan.at(FIRE_H + draw.shift_h)
    return {
        "detection_id": f"FIRE-P{len(KINDS) * turn + index}",
        "satellite": "NOAA-20",
        "instrument": "VIIRS",
        "observed_at": observed,
        "observed_date": observed.date(),
        "lon_deg": round(float(world.terrain.lon[cell]), 5),
        "lat_deg": round(float(world.terrain.lat[cell]), 5),
        "frp_mw": round((22.0, 2.0, 18.0)[index] * draw.size, 1),
        "brightness_k": (341.0, 301.0, 335.0)[index],
        "scan_km": 0.4,
        "track_km": 0.4,
        "confidence": ("high", "low", "nominal")[index],
        "is_day": True,
        "fire_type": ("vegetation", "vegetation", "static_land")[index],
        "processing": "nrt",
    }


def _write_fires(world: World, sink: Sink) -> None:
    plan, rng = world.plan, stream(world.plan.seed, "fires")
    notes = ("field fire of high confidence", "low confidence", "steady heat of a plant, static on land")
    fires = [_fire(world, turn, kind) for turn, kind in world.cast.turn_kinds()]
    for (turn, kind), fire in zip(world.cast.turn_kinds(), fires, strict=True):
        window = Window(FIRE_H, FIRE_H + 1, FIRE_H if kind == "positive" else None)
        window = window.later(draw_of(plan.seed, "R33", turn).shift_h)
        world.truth.add(("R33", kind), Planted("detection", fire["detection_id"]), window, notes[KINDS.index(kind)])
    n = max(plan.rows("A07") - len(fires), 0)
    cell = rng.integers(0, len(world.terrain), n)
    moment = plan.start_s + rng.integers(0, HOURS * 60, n) * 60
    lon, lat = shifted(world.terrain.lon[cell], world.terrain.lat[cell], *rng.uniform(-1.4, 1.4, (2, n)))
    rest: Columns = {
        "detection_id": numbered("FIRE-", np.arange(n), 8),
        "satellite": named(("Suomi-NPP", "NOAA-20", "NOAA-21"), rng.integers(0, 3, n)),
        "instrument": same("VIIRS", n),
        "observed_at": times(moment),
        "observed_date": dates(moment // 86_400),
        "lon_deg": np.round(lon, 5),
        "lat_deg": np.round(lat, 5),
        "frp_mw": np.round(rng.lognormal(1.2, 0.7, n), 1),
        "brightness_k": np.round(rng.normal(325, 10, n), 1),
        "scan_km": np.full(n, 0.4),
        "track_km": np.full(n, 0.4),
        "confidence": named(("low", "nominal", "high"), rng.choice(3, n, p=[0.2, 0.7, 0.1])),
        "confidence_pct": empty(n),
        "is_day": moment % 86_400 > 43_200,
        "fire_type": same("static_land", n),
        "processing": same("nrt", n),
    }
    sink.write_events("A07", stacked("satellite_detections", fires, rest))


def image_dates(plan: Plan) -> tuple[int, int]:
    """The two latest images, as days from 1970."""
    return plan.start_day - 21, plan.start_day - 6


def _write_patches(world: World, sink: Sink, stations: Network) -> None:
    """A08: two images of every patch; the first lie upwind of the stations of R32."""
    plan, terrain, rng = world.plan, world.terrain, stream(world.plan.seed, "patches")
    n = -(-plan.rows("A08") // 2)
    cell = rng.choice(np.flatnonzero(terrain.is_home), n)
    lon, lat = shifted(terrain.lon[cell], terrain.lat[cell], *rng.uniform(-1.3, 1.3, (2, n)))
    area = np.round(10_500 + rng.gamma(1.5, 14_000, n))
    notes = ("large, upwind, bare in both images", "too small to count", "covered in the latest image")
    planted_kinds = patch_cases(world)[: min(n, len(stations))]
    for index, (turn, kind) in enumerate(planted_kinds):
        towards, hours = strong_wind_hours(world, stations, index)
        angle = np.radians(towards)
        place = shifted(stations.lon[index], stations.lat[index], PATCH_KM * np.sin(angle), PATCH_KM * np.cos(angle))
        size = draw_of(plan.seed, "R32", turn).size
        lon[index], lat[index] = float(place[0]), float(place[1])
        area[index] = round(PATCH_M2[KINDS.index(kind)] * size)
        cell[index] = stations.cell[index]
        onset = float(hours[0]) if kind == "positive" else None
        planted = Planted("patch", f"PATCH-{index:06d}", pollutant="PM10")
        world.truth.add(("R32", kind), planted, Window(0, HOURS, onset), notes[KINDS.index(kind)])
    image, patch = np.divmod(np.arange(2 * n), n)
    covered = rng.random(2 * n) < 0.45
    is_planted = patch < len(planted_kinds)
    covered[is_planted] = False
    alike = [index for index, (_, kind) in enumerate(planted_kinds) if kind == "lookalike"]
    covered[np.isin(patch, alike) & (image == 1)] = True
    order = np.lexsort((image, patch))
    half = np.sqrt(area) / 2 / 111_200
    columns: Columns = {
        "patch_id": numbered("PATCH-", patch[order], 6),
        "image_date": dates(np.array(image_dates(plan))[image[order]]),
        "geometry_wkt": squares(lon[patch[order]], lat[patch[order]], half[patch[order]]),
        "lon_deg": np.round(lon, 6)[patch[order]],
        "lat_deg": np.round(lat, 6)[patch[order]],
        "area_m2": area[patch[order]],
        "land_use": named(LAND, np.where(is_planted[order], 0, patch[order] % len(LAND))),
        "is_covered": covered[order],
        "county_adcode": named(world.places.county_code, terrain.county[cell[patch[order]]]),
    }
    sink.write("A08", columns)
    sink.close("A08")
