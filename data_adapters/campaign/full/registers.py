"""Base registers: enterprises (L01), grid (L02); beside them the fleet of points, incinerators, stations, truth."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from data_adapters.campaign import grid
from data_adapters.campaign.full.columns import Columns, dates, joined, named, numbered, shortest
from data_adapters.campaign.full.names import enterprise_names
from data_adapters.campaign.full.permits import SUFFIX, holders
from data_adapters.campaign.full.sink import Sink
from data_adapters.campaign.full.world import World
from data_adapters.campaign.randomness import Ints, stream

FLEET_ENTERPRISES, FLEET_POINTS, INCINERATION_PLANTS = 35_800, 60_000, 484


def write_registers(world: World, sink: Sink) -> None:
    """L01 and L02, and the registers that stand beside the categories."""
    _write_enterprises(world, sink)
    _write_cells(world, sink)
    _write_fleet(world, sink)
    _write_plants(world, sink)


def _write_enterprises(world: World, sink: Sink) -> None:
    enterprises, n = world.enterprises, len(world.enterprises)
    who = np.arange(n)
    has_permit = np.where(who < len(holders(world)), who, -1)
    codes = np.unique(world.industry_code(who))
    industry = named(codes, np.searchsorted(codes, world.industry_code(who)))
    has_outlet = np.zeros(n, np.bool_)
    has_outlet[world.stacks.enterprise] = True
    permit = joined(named(enterprises.id, np.maximum(has_permit, 0)), SUFFIX)
    columns: Columns = {
        "enterprise_id": enterprises.id,
        "name": enterprise_names(world, who),
        "uscc": enterprises.id,
        "permit_no": pc.if_else(pa.array(has_permit >= 0), permit, pa.scalar(None, pa.string())),
        "industry_code": industry,
        "industry_raw": industry,
        "city_adcode": named(world.places.city_code, enterprises.city),
        "county_adcode": named(world.places.county_code, enterprises.county),
        "lon_deg": enterprises.lon,
        "lat_deg": enterprises.lat,
        "lon_raw": shortest(enterprises.lon),
        "lat_raw": shortest(enterprises.lat),
        "coordinate_status": named(("ok",), np.zeros(n, np.int8)),
        "is_key_source": has_outlet,
    }
    sink.write("L01", columns)
    sink.close("L01")


def _write_cells(world: World, sink: Sink) -> None:
    terrain = world.terrain
    columns: Columns = {
        "cell_id": grid.cell_ids(terrain.col, terrain.row),
        "col": terrain.col.astype(np.int32),
        "row": terrain.row.astype(np.int32),
        "county_adcode": named(world.places.county_code, terrain.county),
        "city_adcode": named(world.places.city_code, terrain.city),
        "lon_deg": np.round(terrain.lon, 6),
        "lat_deg": np.round(terrain.lat, 6),
    }
    sink.write("L02", columns)
    sink.close("L02")


def _write_fleet(world: World, sink: Sink) -> None:
    """60,000 points of 35,800 enterprises: the outlets of the round first."""
    plan, stacks = world.plan, world.stacks
    n, owners = plan.scaled(FLEET_POINTS), min(plan.scaled(FLEET_ENTERPRISES), len(world.enterprises))
    own = min(len(stacks), n)
    enterprise = np.concatenate([stacks.enterprise[:own], _others(stacks.enterprise[:own], n - own, owners)])
    extra = numbered("POINT-", np.arange(n - own), 7).to_pylist()
    columns: Columns = {
        "point_id": [*stacks.id[:own].tolist(), *extra],
        "enterprise_id": named(world.enterprises.id, enterprise),
        "medium": named(("air", "water"), (np.arange(n) >= own) & (np.arange(n) % 3 == 0)),
        "mn": [*stacks.mn[:own].tolist(), *(f"99990000FLT{serial:013X}" for serial in range(n - own))],
        "city_adcode": named(world.places.city_code, world.enterprises.city[enterprise]),
        "county_adcode": named(world.places.county_code, world.enterprises.county[enterprise]),
        "connected_date": dates(plan.start_day - stream(plan.seed, "fleet").integers(100, 3_000, n)),
    }
    sink.register("fleet_points", columns)


def _others(taken: Ints, n: int, owners: int) -> Ints:
    """Owners of the points beyond the round: first those without a point, then all again."""
    used = np.unique(taken)
    fresh = np.setdiff1d(np.arange(max(owners, len(used))), used)[: max(owners - len(used), 0)]
    everyone = np.concatenate([used, fresh])
    again = everyone[np.arange(max(n - len(fresh), 0)) % len(everyone)]
    return np.concatenate([fresh, again])[:n]


def _write_plants(world: World, sink: Sink) -> None:
    burners = np.flatnonzero(world.enterprises.industry == world.enterprises.industry[_first_burner(world)])
    chosen = burners[: world.plan.scaled(INCINERATION_PLANTS)]
    rng, n = stream(world.plan.seed, "plants"), len(chosen)
    furnaces = rng.integers(1, 5, n).astype(np.int32)
    columns: Columns = {
        "enterprise_id": named(world.enterprises.id, chosen),
        "name": enterprise_names(world, chosen),
        "furnaces": furnaces,
        "capacity_t_d": furnaces * 400.0,
        "city_adcode": named(world.places.city_code, world.enterprises.city[chosen]),
    }
    sink.register("incineration_plants", columns)


def _first_burner(world: World) -> int:
    codes = world.industry_code(np.arange(world.cast.enterprises))
    return int(np.flatnonzero(codes == "waste_incineration")[0])
