"""The order in which the full campaign is made, category by category, straight to Parquet."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from data_adapters.campaign.full import (
    ambient,
    cells,
    cems,
    complaints,
    components,
    emergency,
    enforcement,
    history,
    marks,
    micro,
    minutes,
    orders,
    permits,
    plumes,
    power,
    process,
    products,
    registers,
    satellite,
    sites,
    sky,
)
from data_adapters.campaign.full.habits import make_habits
from data_adapters.campaign.full.plan import Plan
from data_adapters.campaign.full.sink import MANIFEST, Sink, Told, write_manifest
from data_adapters.campaign.full.world import World, make_world
from data_adapters.campaign.randomness import Floats
from data_adapters.catalogue import CATEGORIES
from data_adapters.source import AdapterError


def write_campaign(out: Path, plan: Plan, regions: pa.Table, told: Told) -> dict[str, Any]:
    """All 49 categories and the registers under `out`; gives the manifest.

    Shape   `<out>/<code>/part-<day or all or history>.parquet`, `<out>/registers/<name>/`, manifest.json
    Raises  AdapterError if `out` holds something else than a campaign, PlacesError if `regions` lacks a city
    Note    the same plan and regions give the same bytes
    """
    _make_room(out)
    world = make_world(plan, regions)
    sink = Sink(out, plan, told)
    networks = sites.make_networks(world)
    past = history.make_history(world)
    habits = make_habits(world, past)
    kept = cems.write_cems(world, sink, habits)
    minutes.write_minutes(world, sink, kept)
    minutes.write_furnaces(world, sink)
    marks.write_marks(world, sink, kept)
    marks.write_conditions(world, sink, kept)
    orders.write_orders(world, sink)
    marks.write_service(world, sink)
    power.write_power(world, sink, kept)
    power.write_accounts(world, sink, habits)
    process.write_process(world, sink, kept)
    pm_kg_h = np.concatenate(kept.pm_kg_h)
    excess = plumes.daily_excess(world, pm_kg_h)
    spots = cells.choose_cells(world, excess)
    plumes.write_truth(world, sink, pm_kg_h, satellite.planted_plumes(world, spots))
    ground = components.ground_excess(world, spots, excess)
    networks |= components.near_plumes(world, networks, spots, ground)
    components.write_components(world, sink, networks, (spots, ground))
    _write_air(world, sink, networks, (spots, excess))
    permits.write_permits(world, sink)
    older = enforcement.write_enforcement(world, sink, past)
    complaints.write_complaints(world, sink)
    emergency.write_emergency(world, sink)
    registers.write_registers(world, sink)
    sites.write_sites(world, sink, networks)
    history.write_history(past, sink)
    enforcement.write_rounds(world, sink, older | past.counts())
    sink.register("truth", world.truth.columns())
    _check(sink)
    return write_manifest(sink)


def _write_air(
    world: World, sink: Sink, networks: dict[str, sites.Network], above: tuple[cells.HotSpots, Floats]
) -> None:
    spots, excess = above
    satellite.write_satellite(world, sink, spots, excess)
    products.write_products(world, sink, spots, excess, networks["provincial"])
    ambient.write_stations(world, sink, networks, excess)
    ambient.write_mobile(world, sink)
    micro.write_micro(world, sink, networks["micro"], excess)
    sky.write_weather(world, sink, networks["weather"])
    sky.write_wind_grid(world, sink)
    sky.write_cities(world, sink)


def _make_room(out: Path) -> None:
    """Empty a folder that holds an earlier campaign; refuse any other that is not empty."""
    if out.is_dir() and any(out.iterdir()):
        if not (out / MANIFEST).is_file():
            raise AdapterError(out, "is not empty and holds no campaign", "give a new folder")
        for child in out.iterdir():
            shutil.rmtree(child) if child.is_dir() else child.unlink()
    out.mkdir(parents=True, exist_ok=True)
    (out / MANIFEST).write_text("{}\n", encoding="utf-8")  # replaced when all is written


def _check(sink: Sink) -> None:
    """Raises ValueError if a category has not the rows of the plan: a fault of the generator."""
    short = {code: sink.left(code) for code in CATEGORIES if sink.left(code)}
    if short:
        raise ValueError(f"rows missing: {short}")
