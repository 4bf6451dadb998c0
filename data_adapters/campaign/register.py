"""Enterprises and their outlets: clustered in invented parks, inside the real county."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
import shapely

from data_adapters.campaign import invented, names
from data_adapters.campaign.places import Places
from data_adapters.campaign.randomness import (
    Flags,
    Floats,
    Ints,
    Texts,
    largest_remainder,
    pick_by_row,
    pick_distinct,
    stream,
)
from data_adapters.campaign.sizes import Size

MIX_COLUMN = {"13": "hebei", "14": "shanxi", "37": "shandong", "41": "henan", "61": "shaanxi"}
MIX_COLUMN |= {
    "32": "jiangsu",
    "33": "zhejiang",
    "34": "anhui",
    "31": "shanghai",
    "11": "north",
    "12": "hebei",
    "1302": "tangshan",
}
PER_PARK = 9
KM_PER_DEG = 111.2
STATUSES = ("ok", "missing", "outside_county", "swapped", "dms")
STATUS_SHARES = (0.958, 0.016, 0.014, 0.006, 0.006)


@dataclass(frozen=True)
class Register:
    """Enterprises as arrays; county, city and industry are row numbers."""

    enterprise_id: Texts
    county: Ints
    city: Ints
    industry: Ints
    lon: Floats
    lat: Floats
    status: Texts
    is_key: Flags
    dirt: Floats  # how likely something is wrong there: the campaign's own truth
    heat: Floats  # weight as a source of PM2.5

    def __len__(self) -> int:
        """Number of enterprises."""
        return len(self.county)


@dataclass(frozen=True)
class Outlets:
    """Outlets with automatic monitoring."""

    outlet_id: Texts
    code: Texts
    enterprise: Ints


def make_register(size: Size, seed: int, places: Places) -> Register:
    """All enterprises of the campaign."""
    rng = stream(seed, "register")
    county = _counties(rng, places, size.enterprises)
    lon, lat, park = _positions(rng, places, county)
    industry = _industries(rng, places, county, park)
    key_weight = invented.numbers("industries", "key_share")[industry] ** 2
    is_key = np.zeros(len(county), dtype=np.bool_)
    is_key[pick_distinct(rng, key_weight, size.key_sources)] = True
    status = np.array(STATUSES)[pick_by_row(rng, np.tile(np.array(STATUS_SHARES), (len(county), 1)))]
    status[is_key & (status == "missing")] = "ok"
    county, lon, lat = _misplace(rng, places, (county, lon, lat), status == "outside_county")
    size_factor = rng.lognormal(0.0, 0.5, len(county)) * np.where(is_key, 1.6, 0.6)
    return Register(
        enterprise_id=np.array([names.credit_code(n * 37 + 10_000_019) for n in range(len(county))], dtype=np.str_),
        county=county,
        city=places.county_city[county],
        industry=industry,
        lon=lon,
        lat=lat,
        status=status,
        is_key=is_key,
        dirt=rng.gamma(1.2, 1.0, len(county)) * invented.numbers("industries", "dirt")[industry],
        heat=invented.numbers("industries", "heat")[industry] * size_factor,
    )


def _counties(rng: np.random.Generator, places: Places, n: int) -> Ints:
    area = np.array([shape.area for shape in places.county_shape])
    weight = area**0.4 * rng.gamma(2.0, 1.0, len(area))
    in_city = np.bincount(places.county_city, weight)
    weight = weight / in_city[places.county_city] * places.city_weight[places.county_city]
    return np.repeat(np.arange(len(weight)), largest_remainder(weight, n))


def _inside(rng: np.random.Generator, shape: Any, n: int) -> Floats:  # noqa: ANN401 - a shapely geometry
    west, south, east, north = shape.bounds
    found = np.empty((0, 2))
    while len(found) < n:
        tries = np.column_stack([rng.uniform(west, east, 4 * n + 16), rng.uniform(south, north, 4 * n + 16)])
        found = np.concatenate([found, tries[shapely.contains_xy(shape, tries[:, 0], tries[:, 1])]])
    return found[:n]


def _positions(rng: np.random.Generator, places: Places, county: Ints) -> tuple[Floats, Floats, Ints]:
    """Positions, and the park each enterprise belongs to (one in six stands alone)."""
    in_county = np.bincount(county, minlength=len(places.county_shape))
    parks = np.where(in_county > 0, 1 + in_county // PER_PARK, 0)
    first = np.concatenate([[0], np.cumsum(parks)])
    centres = np.concatenate(
        [_inside(rng, shape, n) for shape, n in zip(places.county_shape, parks.tolist(), strict=True)]
    )
    park = first[county] + np.floor(rng.random(len(county)) ** 1.7 * parks[county]).astype(np.int64)
    alone = rng.random(len(county)) < 1 / 6
    anchor = centres[park]
    spread_km = np.where(alone, 9.0, 0.5 + 0.9 * rng.random(len(centres))[park])
    position, waiting = anchor.copy(), np.arange(len(county))
    while len(waiting):
        step = rng.normal(size=(len(waiting), 2)) * spread_km[waiting, None] / KM_PER_DEG
        step[:, 0] /= np.cos(np.radians(anchor[waiting, 1]))
        position[waiting] = np.round(anchor[waiting] + step, 6)
        waiting = waiting[~_is_inside(places, county[waiting], position[waiting])]
        spread_km[waiting] *= 0.75
    return position[:, 0], position[:, 1], park


def _is_inside(places: Places, county: Ints, position: Floats) -> Flags:
    inside = np.zeros(len(county), dtype=np.bool_)
    starts = np.flatnonzero(np.diff(county, prepend=-1))
    for start, end in zip(starts, [*starts[1:], len(county)], strict=True):
        shape = places.county_shape[county[start]]
        inside[start:end] = shapely.contains_xy(shape, position[start:end, 0], position[start:end, 1])
    return inside


def _industries(rng: np.random.Generator, places: Places, county: Ints, park: Ints) -> Ints:
    """Industries by the mix of the city or province; half of a park follows its theme."""
    codes = places.county_code.tolist()
    mix_of = [MIX_COLUMN.get(code[:4]) or MIX_COLUMN[code[:2]] for code in codes]
    mix = np.stack([invented.numbers("industries", column) for column in mix_of])
    own = pick_by_row(rng, mix[county])
    county_of_park = np.zeros(park.max() + 1, dtype=np.int64)
    county_of_park[park] = county
    theme = pick_by_row(rng, mix[county_of_park])
    return np.where(rng.random(len(county)) < 0.5, theme[park], own)


def _misplace(
    rng: np.random.Generator, places: Places, where: tuple[Ints, Floats, Floats], wrong: Flags
) -> tuple[Ints, Floats, Floats]:
    """Moves enterprises into another county of the same city: what a wrong coordinate looks like once it is located."""
    county, lon, lat = where[0].copy(), where[1].copy(), where[2].copy()
    for at in np.flatnonzero(wrong).tolist():
        sisters = np.flatnonzero(places.county_city == places.county_city[county[at]])
        county[at] = rng.choice(sisters[sisters != county[at]] if len(sisters) > 1 else sisters)
        lon[at], lat[at] = np.round(_inside(rng, places.county_shape[county[at]], 1)[0], 6)
    return county, lon, lat


def make_enterprises(seed: int, places: Places, register: Register) -> pa.Table:
    """The table enterprises, with names, permits and coordinates as a register would have written them."""
    rng = stream(seed, "names")
    n = len(register)
    options = [stems.split("|") for stems in invented.columns("industries")["stems"]]
    stem = np.array(
        [options[i][d % len(options[i])] for i, d in zip(register.industry, rng.integers(0, 97, n), strict=True)]
    )
    short = np.array([name.removesuffix("市") for name in places.city_name])[register.city]
    written = names.enterprise_names(short, stem, rng.integers(0, 10_000, n))
    for at, hostile in zip(
        pick_distinct(rng, register.dirt, len(names.HOSTILE_NAMES)).tolist(), names.HOSTILE_NAMES, strict=True
    ):
        written[at] = hostile
    has_permit = register.is_key | (rng.random(n) < 0.88)
    letters = np.array(list("PQRSU"))[rng.integers(0, 5, n)]
    permits = [f"{code}001{letter}" for code, letter in zip(register.enterprise_id, letters, strict=True)]
    unknown = register.status == "missing"
    lon_raw, lat_raw = _as_written(register)
    return pa.table(
        {
            "enterprise_id": pa.array(register.enterprise_id.tolist()),
            "name": pa.array(written),
            "uscc": pa.array(register.enterprise_id.tolist()),
            "permit_no": pa.array(permits, mask=~has_permit),
            "industry_code": pa.array(invented.texts("industries", "industry_code")[register.industry].tolist()),
            "industry_raw": pa.array(stem.tolist()),
            "city_adcode": pa.array(places.city_code[register.city].tolist()),
            "county_adcode": pa.array(places.county_code[register.county].tolist()),
            "lon_deg": pa.array(register.lon, mask=unknown),
            "lat_deg": pa.array(register.lat, mask=unknown),
            "lon_raw": pa.array(lon_raw, mask=unknown),
            "lat_raw": pa.array(lat_raw, mask=unknown),
            "coordinate_status": pa.array(register.status.tolist()),
            "is_key_source": pa.array(register.is_key),
        }
    )


def _as_written(register: Register) -> tuple[list[str], list[str]]:
    lon = [f"{value:.6f}" for value in register.lon.tolist()]
    lat = [f"{value:.6f}" for value in register.lat.tolist()]
    for at in np.flatnonzero(register.status == "swapped").tolist():
        lon[at], lat[at] = lat[at], lon[at]
    for at in np.flatnonzero(register.status == "dms").tolist():
        lon[at], lat[at] = (_degrees_minutes_seconds(float(value)) for value in (lon[at], lat[at]))
    return lon, lat


def _degrees_minutes_seconds(value: float) -> str:
    seconds = round(value * 3600, 1)
    return f"{int(seconds // 3600)}°{int(seconds % 3600 // 60)}′{seconds % 60:.1f}″"


def make_outlets(seed: int, register: Register) -> tuple[Outlets, pa.Table]:
    """One or two monitored outlets for every key source, as arrays and as the table outlets."""
    rng = stream(seed, "outlets")
    key = np.flatnonzero(register.is_key)
    count = 1 + (rng.random(len(key)) < 0.4)
    enterprise = np.repeat(key, count)
    number = 1 + np.arange(len(enterprise)) - np.repeat(np.cumsum(count) - count, count)
    code = np.array([f"DA{n:03d}" for n in number.tolist()], dtype=np.str_)
    outlet_id = np.char.add(np.char.add(register.enterprise_id[enterprise], "-"), code)
    height = np.round(np.clip(rng.lognormal(np.log(22 + 7 * register.heat[enterprise]), 0.35), 15, 240))
    table = pa.table(
        {
            "outlet_id": pa.array(outlet_id.tolist()),
            "enterprise_id": pa.array(register.enterprise_id[enterprise].tolist()),
            "outlet_code": pa.array(code.tolist()),
            "name": pa.array([f"{n}号废气排放口（模拟）" for n in number.tolist()]),
            "stack_height_m": pa.array(height),
        }
    )
    return Outlets(outlet_id, code, enterprise), table
