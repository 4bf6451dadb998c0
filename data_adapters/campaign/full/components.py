"""Component stations: particles (C01) and organics (C02). Half of them stand where plumes or planted areas are."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from data_adapters.campaign.full.ambient import pm25_at, through_the_day
from data_adapters.campaign.full.cells import HotSpots
from data_adapters.campaign.full.columns import Columns, named, reals, times
from data_adapters.campaign.full.plan import HOURS
from data_adapters.campaign.full.satellite import HCHO_UP, planted_heat
from data_adapters.campaign.full.sink import Sink
from data_adapters.campaign.full.sites import Network
from data_adapters.campaign.full.world import World
from data_adapters.campaign.randomness import Floats, Ints, stream

NEAR_SHARE = 2  # one station of so many stands in a plume
APART_CELLS = 6
# Parts of PM2.5 in the air of a region, and in what stacks and their yards add: what it is made of tells the plume.
AROUND = {"sulfate": 0.2, "nitrate": 0.22, "ammonium": 0.14, "oc": 0.17, "ec": 0.05, "metals": 0.02}
IN_PLUME = {"sulfate": 0.31, "nitrate": 0.24, "ammonium": 0.17, "oc": 0.08, "ec": 0.09, "metals": 0.06}
ORGANICS = {"voc57_ppb": 1.0, "tnmhc_ppbc": 4.6, "isoprene_ppb": 0.03, "toluene_ppb": 0.06, "ofp_ug_m3": 6.5}


def near_plumes(world: World, networks: dict[str, Network], spots: HotSpots, ground: Floats) -> dict[str, Network]:
    """The networks of components and of organics, every second station moved to where there is something to see."""
    first = {
        "component": _planted(spots, ("R29", "R31")),
        "voc": _planted(spots, ("R30",)),
    }
    return {kind: _moved(world, networks[kind], _chosen(world, cells, ground)) for kind, cells in first.items()}


def ground_excess(world: World, spots: HotSpots, excess: Floats) -> Floats:
    """What the stacks add and what is planted of R29 and R31, in ug/m3, days x cells."""
    ground: Floats = excess + planted_heat(world, spots)
    return ground


def _planted(spots: HotSpots, rules: tuple[str, ...]) -> list[int]:
    return [cell for (rule, kind, _), cell in spots.cell.items() if rule in rules and kind == "positive"]


def _chosen(world: World, first: list[int], ground: Floats) -> list[int]:
    """The planted cells, then those with most of the plumes, apart from each other."""
    terrain, chosen = world.terrain, list(first)
    for cell in np.argsort(-ground.mean(axis=0), kind="stable")[:2_000].tolist():
        apart = np.maximum(
            np.abs(terrain.col[chosen] - terrain.col[cell]), np.abs(terrain.row[chosen] - terrain.row[cell])
        )
        if apart.min() >= APART_CELLS:
            chosen.append(cell)
    return chosen


def _moved(world: World, network: Network, cells: list[int]) -> Network:
    count = min(len(network) // NEAR_SHARE, len(cells))
    at, cell = np.arange(count) * NEAR_SHARE, np.array(cells[:count], dtype=np.int64)
    lon, lat, of = network.lon.copy(), network.lat.copy(), network.cell.copy()
    lon[at], lat[at], of[at] = world.terrain.lon[cell].round(6), world.terrain.lat[cell].round(6), cell
    return replace(network, lon=lon, lat=lat, cell=of)


def write_components(world: World, sink: Sink, networks: dict[str, Network], air: tuple[HotSpots, Floats]) -> None:
    """C01 and C02; `air` is the planted areas, and what plumes add at the ground."""
    spots, ground = air
    for kind, code in (("component", "C01"), ("voc", "C02")):
        network, rng = networks[kind], stream(world.plan.seed, f"stations-{code}")
        place = (network.lon, network.lat, network.cell)
        around = pm25_at(world, place, np.zeros_like(ground), rng)
        plume = through_the_day(ground[:, network.cell])
        if code == "C01":
            shares = {f"{name}_ug_m3": (around * part + plume * IN_PLUME[name], 2) for name, part in AROUND.items()}
            shares |= {"pm25_ug_m3": (around + plume, 1)}
        else:
            level = 12 + 0.35 * (around + plume) * np.exp(0.1 * rng.standard_normal(around.shape))
            level *= _organic(world, spots, network.cell)
            shares = {name: (level * factor, 2) for name, factor in ORGANICS.items()}
        _write(world, sink, (code, network), shares)


def _organic(world: World, spots: HotSpots, cell: Ints) -> Floats:
    """What stations in the planted areas of R30 see above the others."""
    above = np.ones(len(cell))
    for rule, kind, turn in spots.cell:
        if (rule, kind) == ("R30", "positive"):
            above[np.isin(cell, spots.around(world, (rule, kind, turn), 1))] = HCHO_UP[kind]
    return above


def _write(world: World, sink: Sink, what: tuple[str, Network], shares: dict[str, tuple[Floats, int]]) -> None:
    code, network = what
    n = len(network)
    columns: Columns = {
        "station_id": named(network.id, np.tile(np.arange(n), HOURS)),
        "time": times(np.repeat(world.plan.seconds(np.arange(HOURS)), n)),
    }
    columns |= {name: reals(value, digits) for name, (value, digits) in shares.items()}
    sink.write_days(code, columns, np.repeat(np.arange(HOURS) // 24, n))
    sink.close(code)
