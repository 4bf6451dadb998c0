"""Who is there: enterprises, outlets, stations, and the weather over them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from data_adapters.campaign import grid, invented
from data_adapters.campaign.full.cases import COMPLIERS, LISTED, REFERENCE_COUNTY, Cast, Truth, make_cast
from data_adapters.campaign.full.columns import credit_codes
from data_adapters.campaign.full.hot_places import FLOW_M3_H, HEIGHT_M, choose_places
from data_adapters.campaign.full.plan import ROUND_DAYS, Plan
from data_adapters.campaign.full.terrain import Terrain, make_terrain
from data_adapters.campaign.full.wind import Weather, make_weather
from data_adapters.campaign.places import Places, load_places
from data_adapters.campaign.randomness import Floats, Ints, Texts, pick, stream

PARK_EVERY = 12
PARK_WEIGHT = 25.0
LIMITS = ("limit_pm", "limit_so2", "limit_nox")
POLLUTANTS = ("pm", "so2", "nox")
USUAL_RATIOS = (0.06, 0.72)
PLANTED_RATIO, PLANTED_SPREAD, PLANTED_RATIOS = 0.48, 0.2, (0.2, 0.55)
REFERENCE_O2 = {"thermal_power": 6.0, "steel": 16.0, "cement": 10.0, "waste_incineration": 11.0, "coking": np.nan}
COMMON_O2 = 9.0
OUTLETS_PER_ENTERPRISE = 1.3


@dataclass(frozen=True)
class Enterprises:
    """Enterprises as arrays; the first are those of the planted cases."""

    id: Texts
    cell: Ints
    county: Ints
    city: Ints
    industry: Ints
    lon: Floats
    lat: Floats

    def __len__(self) -> int:
        """Number of enterprises."""
        return len(self.id)


@dataclass(frozen=True)
class Stacks:
    """Outlets with automatic monitoring; the first are those of the planted cases."""

    id: Texts
    enterprise: Ints
    number: Ints  # 1 for DA001
    mn: Texts
    limit: Floats  # outlets x 3
    usual: Floats  # outlets x 3, of the limit
    o2_ref: Floats  # NaN where no reference oxygen applies
    flow: Floats  # m3/h at full load
    height: Floats
    area: Floats
    history: Ints  # days of data before the round

    def __len__(self) -> int:
        """Number of outlets."""
        return len(self.id)


@dataclass(frozen=True)
class World:
    """Everything the categories are made from."""

    plan: Plan
    places: Places
    terrain: Terrain
    enterprises: Enterprises
    stacks: Stacks
    weather: Weather
    truth: Truth

    @property
    def cast(self) -> Cast:
        """Who is set aside for the planted cases."""
        return make_cast(self.plan.turns)

    def industry_code(self, enterprise: Ints) -> Texts:
        """Industry codes of enterprises."""
        return invented.texts("industries", "industry_code")[self.enterprises.industry[enterprise]]


def make_world(plan: Plan, regions: pa.Table) -> World:
    """The world of a plan.

    Raises  PlacesError if `regions` lacks a city of the campaign
    """
    places = load_places("all", regions)
    terrain = make_terrain(plan, places)
    weather = make_weather(plan.seed)
    enterprises = _make_enterprises(plan, places, terrain, weather)
    stacks = _make_stacks(plan, enterprises)
    return World(plan, places, terrain, enterprises, stacks, weather, Truth(plan))


def _make_enterprises(plan: Plan, places: Places, terrain: Terrain, weather: Weather) -> Enterprises:
    rng, cast = stream(plan.seed, "full-enterprises"), make_cast(plan.turns)
    n = max(plan.rows("L01"), cast.enterprises + 1)
    home = np.flatnonzero(terrain.is_home)
    weight = np.where(rng.random(len(home)) < 1 / PARK_EVERY, PARK_WEIGHT, 1.0) * rng.gamma(2.0, 1.0, len(home))
    in_county = home[places.county_code[terrain.county[home]] == REFERENCE_COUNTY]
    reference = int(in_county[len(in_county) // 2])
    hot = choose_places(plan, terrain, weather, reference)
    cell = pick(rng, home, np.where(hot.empty[home], 0.0, weight), n).astype(np.int64)
    cell[0] = reference
    cell[hot.enterprise] = terrain.nearest(hot.lon, hot.lat)
    for slot in cast.all(LISTED, COMPLIERS):
        cell[slot.enterprise] = cell[cast.of("R22", "positive", slot.turn).enterprise]  # in a city under alert
    codes = invented.texts("industries", "industry_code").tolist()
    industry = pick(rng, np.arange(len(codes)), invented.numbers("industries", "hebei"), n).astype(np.int64)
    for slot in cast.slots:
        industry[slot.enterprise] = codes.index(slot.industry)
    inside = rng.uniform(0.04, 0.96, (2, n)) - 0.5
    lon, lat = grid.centre(terrain.col[cell] + inside[0], terrain.row[cell] + inside[1])
    lon[hot.enterprise], lat[hot.enterprise] = hot.lon, hot.lat
    return Enterprises(
        id=credit_codes(np.arange(n) * 37 % 99_999_989 + 1_019),
        cell=cell,
        county=terrain.county[cell],
        city=terrain.city[cell],
        industry=industry,
        lon=np.round(lon, 6),
        lat=np.round(lat, 6),
    )


def _make_stacks(plan: Plan, enterprises: Enterprises) -> Stacks:
    """Outlets until the outlet-days of the plan are used up by rounds and histories."""
    rng, cast = stream(plan.seed, "full-stacks"), make_cast(plan.turns)
    planted = {slot.outlet: slot for slot in cast.slots if slot.outlet >= 0}
    history = [plan.history_days(planted[at].rule) for at in range(cast.outlets)]
    used = sum(history) + cast.outlets * ROUND_DAYS
    ordinary = max(1, -(-(plan.rows("E02") - used) // ROUND_DAYS))
    # A few more than the days need: hours that are missing at planted outlets are made good there.
    n = cast.outlets + ordinary + 2
    enterprise, number = _owners(n, len(enterprises), cast)
    industry = enterprises.industry[enterprise]
    codes = invented.texts("industries", "industry_code")[industry]
    flow = invented.numbers("industries", "flow_m3_h")[industry] * rng.lognormal(0, 0.35, n)
    for at, slot in planted.items():
        flow[at] = FLOW_M3_H if slot.rule == "R31" else flow[at]
    limit = np.stack([invented.numbers("industries", column)[industry] for column in LIMITS], axis=1)
    mn = np.array([f"99990000SIM{serial:013X}" for serial in range(n)], dtype=np.str_)
    twins = np.array([slot.outlet for slot in cast.slots if slot.kind == "twin"])
    mn[twins] = mn[twins - 1]
    height = np.clip(30 + flow / 9000 * rng.uniform(0.7, 1.2, n), 25, 210).round().astype(np.float64)
    height[[at for at, slot in planted.items() if slot.rule == "R31"]] = HEIGHT_M
    return Stacks(
        id=np.char.add(np.char.add(enterprises.id[enterprise], "-DA"), np.char.zfill(number.astype(np.str_), 3)),
        enterprise=enterprise,
        number=number,
        mn=mn,
        limit=limit,
        usual=_usual_ratios(plan, industry, cast.outlets),
        o2_ref=np.array([REFERENCE_O2.get(code, COMMON_O2) for code in codes.tolist()]),
        flow=np.round(flow),
        height=height,
        area=np.clip(flow / 3600 / 11.0 * 1.6, 0.3, None).round(2).astype(np.float64),
        history=np.concatenate([history, np.zeros(n - cast.outlets, np.int64)]).astype(np.int64),
    )


def _usual_ratios(plan: Plan, industry: Ints, planted: int) -> Floats:
    """Of the limit, outlets x 3: as industry and plant go; planted cases are all told against one."""
    rng, n = stream(plan.seed, "full-usual"), len(industry)
    of_industry = np.stack([invented.numbers("habits", name)[industry] for name in POLLUTANTS], axis=1)
    spread = invented.numbers("habits", "spread")[industry][:, None]
    plant = spread * rng.standard_normal((n, 1))  # a careful plant is careful with all of them
    ratio = of_industry * np.exp(plant + 0.6 * spread * rng.standard_normal((n, 3)))
    drawn = rng.lognormal(np.log(PLANTED_RATIO), PLANTED_SPREAD, (planted, 3))
    return np.concatenate([np.clip(drawn, *PLANTED_RATIOS), np.clip(ratio[planted:], *USUAL_RATIOS)])


def _owners(n: int, enterprises: int, cast: Cast) -> tuple[Ints, Ints]:
    """Enterprise and running number of each outlet: planted ones by slot, the others about 1.3 an enterprise."""
    first = [slot.enterprise for slot in cast.slots if slot.outlet >= 0]
    index = np.arange(n - cast.outlets)
    room = enterprises - cast.enterprises
    rest = cast.enterprises + np.floor(index / OUTLETS_PER_ENTERPRISE).astype(np.int64) % room
    enterprise = np.concatenate([np.array(first, dtype=np.int64), rest])
    order = np.argsort(enterprise, kind="stable")
    start = np.searchsorted(enterprise[order], enterprise[order], side="left")
    number = np.empty(n, np.int64)
    number[order] = np.arange(n) - start + 1
    return enterprise, number
