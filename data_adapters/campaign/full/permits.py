"""Permits (G01), their outlets and limits (G02), amounts (G03), samples (G04) and registrations (G05)."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import numpy as np
import pyarrow as pa

from data_adapters.campaign.full.cases import Planted, Slot, Window
from data_adapters.campaign.full.columns import Columns, dates, empty, joined, named, numbered, reals, same, stacked
from data_adapters.campaign.full.draws import draw_for
from data_adapters.campaign.full.names import enterprise_names
from data_adapters.campaign.full.plan import ROUND_DAYS
from data_adapters.campaign.full.series import usual_kg_h
from data_adapters.campaign.full.sink import Sink
from data_adapters.campaign.full.world import World
from data_adapters.campaign.randomness import Floats, Ints, Texts, stream

SUFFIX = "001P"
POLLUTANTS = ("PM", "SO2", "NOx", "VOC")
OUTLETS_A_PERMIT = 4
INCINERATOR_DAY = (("PM", 20.0), ("SO2", 80.0), ("NOx", 250.0), ("HCl", 50.0), ("CO", 80.0))
INCINERATOR_HOUR_FACTOR = {"PM": 1.5, "SO2": 1.25, "NOx": 1.2, "HCl": 1.2, "CO": 1.25}
YEAR_D, YEAR_H = 365, 8_760
MARGIN = (1.3, 2.5)  # permitted over what is usual
EXPIRED_D = 40
QUARTERS_TOLD = ("Q1", "Q2")


def write_permits(world: World, sink: Sink) -> None:
    """G01 to G05."""
    _write_masters(world, sink)
    _write_limits(world, sink)
    _write_amounts(world, sink)
    _write_samples(world, sink)
    _write_registrations(world, sink)


def holders(world: World) -> Ints:
    """Enterprises with a permit: the first of the register; the last rows of G01 are second permits of R24."""
    return np.arange(min(world.plan.rows("G01") - world.plan.turns, len(world.enterprises)))


def _write_masters(world: World, sink: Sink) -> None:
    rng, enterprises, plan = stream(world.plan.seed, "permits"), world.enterprises, world.plan
    who = holders(world)
    second = [slot.enterprise for slot in world.cast.all("R24", ("lookalike",))]
    who = np.append(who, second)
    n = len(who)
    valid_to = plan.start_day + rng.integers(200, 5 * YEAR_D, n)
    for slot in world.cast.all("R24", ("positive", "lookalike")):
        valid_to[slot.enterprise] = plan.start_day + _expiry_h(world, slot) // 24
    valid_to[-len(second) :] = plan.start_day + 4 * YEAR_D
    suffix = named((SUFFIX, "002P"), (np.arange(n) >= n - len(second)).astype(np.int8))
    codes = np.unique(world.industry_code(who))
    columns: Columns = {
        "permit_no": joined(named(enterprises.id, who), suffix),
        "enterprise_id": named(enterprises.id, who),
        "name": enterprise_names(world, who),
        "industry_code": named(codes, np.searchsorted(codes, world.industry_code(who))),
        "management": named(("key", "simplified"), (rng.random(n) < 0.7).astype(np.int8)),
        "valid_from": dates(valid_to - 5 * YEAR_D),
        "valid_to": dates(valid_to),
        "lon_deg": enterprises.lon[who],
        "lat_deg": enterprises.lat[who],
        "city_adcode": named(world.places.city_code, enterprises.city[who]),
        "county_adcode": named(world.places.county_code, enterprises.county[who]),
    }
    sink.write("G01", columns)
    sink.close("G01")
    notes = {
        "positive": "expired weeks ago, electricity goes on",
        "negative": "in force",
        "lookalike": "expired, but a second permit is in force",
    }
    for slot in world.cast.all("R24"):
        _tell(world, slot, notes[slot.kind], _expiry_h(world, slot))


def _expiry_h(world: World, slot: Slot) -> int:
    return -EXPIRED_D * 24 + draw_for(world.plan.seed, slot).shift_h


def _tell(world: World, slot: Slot, note: str, first: float) -> None:
    enterprise = str(world.enterprises.id[slot.enterprise])
    onset = first if slot.kind == "positive" else None
    window = Window(first, ROUND_DAYS * 24, onset)
    world.truth.add((slot.rule, slot.kind), Planted("enterprise", enterprise, enterprise), window, note)


def _write_limits(world: World, sink: Sink) -> None:
    """Outlets with monitoring first, then the numbered outlets of all other permits."""
    stacks = world.stacks
    burns = world.industry_code(stacks.enterprise) == "waste_incineration"
    sink.write("G02", _monitored(world, np.flatnonzero(~burns)))
    sink.write("G02", _burners(world, np.flatnonzero(burns)))
    without = np.setdiff1d(holders(world), stacks.enterprise)
    for number in range(1, OUTLETS_A_PERMIT + 1):
        if sink.left("G02"):
            sink.write("G02", _unmonitored(world, without, number))
    sink.close("G02")


def _monitored(world: World, which: Ints) -> Columns:
    stacks, n = world.stacks, len(which) * 3
    place = np.repeat(np.arange(len(which)), 3)
    return {
        "permit_no": joined(named(world.enterprises.id[stacks.enterprise[which]], place), SUFFIX),
        "outlet_code": numbered("DA", stacks.number[which][place], 3),
        "pollutant": named(POLLUTANTS, np.tile(np.arange(3), len(which))),
        "averaging": same("hour", n),
        "outlet_id": named(stacks.id[which], place),
        "limit_mg_m3": stacks.limit[which].ravel(),
        "limit_basis": same("permit", n),
        "ref_o2_pct": reals(stacks.o2_ref[which][place]),
        "standard": same("ultra-low", n),
        "stack_height_m": stacks.height[which][place],
        "valid_from": dates(np.full(n, world.plan.start_day - YEAR_D)),
    }


def _burners(world: World, which: Ints) -> Columns:
    stacks = world.stacks
    kinds = [(name, limit, "day") for name, limit in INCINERATOR_DAY]
    kinds += [(name, limit * INCINERATOR_HOUR_FACTOR[name], "hour") for name, limit in INCINERATOR_DAY]
    place, kind = np.repeat(np.arange(len(which)), len(kinds)), np.tile(np.arange(len(kinds)), len(which))
    n = len(place)
    return {
        "permit_no": joined(named(world.enterprises.id[stacks.enterprise[which]], place), SUFFIX),
        "outlet_code": numbered("DA", stacks.number[which][place], 3),
        "pollutant": named([name for name, _, _ in kinds], kind),
        "averaging": named([averaging for _, _, averaging in kinds], kind),
        "outlet_id": named(stacks.id[which], place),
        "limit_mg_m3": np.array([limit for _, limit, _ in kinds])[kind],
        "limit_basis": same("national", n),
        "ref_o2_pct": np.full(n, 11.0),
        "standard": same("GB 18485-2014", n),
        "stack_height_m": stacks.height[which][place],
        "valid_from": dates(np.full(n, world.plan.start_day - YEAR_D)),
    }


def _unmonitored(world: World, who: Ints, number: int) -> Columns:
    place = np.repeat(np.arange(len(who)), 2)
    kind, n = np.tile(np.array([0, 1]), len(who)), len(who) * 2
    ids = np.char.add(world.enterprises.id[who], f"-DA{number:03d}")
    return {
        "permit_no": joined(named(world.enterprises.id[who], place), SUFFIX),
        "outlet_code": same(f"DA{number:03d}", n),
        "pollutant": named(("PM", "NMHC"), kind),
        "averaging": same("hour", n),
        "outlet_id": named(ids, place),
        "limit_mg_m3": np.where(kind == 0, 20.0, 60.0),
        "limit_basis": same("national", n),
        "ref_o2_pct": empty(n),
        "standard": same("GB 16297-1996", n),
        "stack_height_m": np.full(n, 15.0),
        "valid_from": dates(np.full(n, world.plan.start_day - YEAR_D)),
    }


def _write_amounts(world: World, sink: Sink) -> None:
    plan = world.plan
    rows: list[dict[str, Any]] = []
    shares = {"positive": (0.4, 1.04), "negative": (0.7, 0.4), "lookalike": (1.06, 0.4)}
    notes = {
        "positive": "reported more than the yearly amount by midyear",
        "negative": "less than half by midyear",
        "lookalike": "over the amount of the year before only",
    }
    for slot in world.cast.all("R25"):
        permit = f"{world.enterprises.id[slot.enterprise]}{SUFFIX}"
        size = draw_for(plan.seed, slot).size
        before, now = (1 + (share - 1) * size for share in shares[slot.kind])
        for year, share, periods in (
            (plan.year - 1, before, ("Q1", "Q2", "Q3", "Q4")),
            (plan.year, now, QUARTERS_TOLD),
        ):
            for period in periods:
                row = {"permit_no": permit, "pollutant": "NOx", "year": year, "period": period, "permitted_t": 200.0}
                rows.append(row | {"reported_t": round(200.0 * share / len(periods), 2)})
        _tell(world, slot, notes[slot.kind], -20.0 * 24)
    reserved = [slot.enterprise for slot in world.cast.all("R25")]
    who = np.setdiff1d(holders(world), reserved)
    index = np.arange(max(plan.rows("G03") - len(rows), 0))
    turn = index // len(who)
    owner, what = who[index % len(who)], np.array([2, 1, 0, 3])[turn % 4]  # NOx first
    a_year = _yearly_t(world, stream(plan.seed, "amounts"))[owner, what]
    permitted = np.round(a_year * stream(plan.seed, "margins").uniform(*MARGIN, len(index)), 2)
    rest: Columns = {
        "permit_no": joined(named(world.enterprises.id, owner), SUFFIX),
        "pollutant": named(POLLUTANTS, what),
        "year": (plan.year - turn // 4).astype(np.int32),
        "period": same("Q1", len(index)),
        "permitted_t": permitted,
        "reported_t": np.round(a_year / 4 * stream(plan.seed, "reports").uniform(0.85, 1.1, len(index)), 2),
    }
    sink.write("G03", stacked("permit_amounts", rows, rest))
    sink.close("G03")


def _yearly_t(world: World, rng: np.random.Generator) -> Floats:
    """Tonnes a year, enterprises x POLLUTANTS: of stacks what they usually emit, invented where nothing is measured."""
    n, owner = len(world.enterprises), world.stacks.enterprise
    invented = rng.lognormal(2.0, 1.0, (n, len(POLLUTANTS)))
    kg_h = usual_kg_h(world.stacks)
    measured = np.stack([np.bincount(owner, kg_h[:, one], n) for one in range(kg_h.shape[1])], axis=1)
    invented[:, : kg_h.shape[1]] = np.where(measured > 0, measured * YEAR_H / 1000, invented[:, : kg_h.shape[1]])
    return invented


def _write_samples(world: World, sink: Sink) -> None:
    rng, plan = stream(world.plan.seed, "samples"), world.plan
    rows: list[dict[str, Any]] = []
    values = {"positive": [6.42] * 4, "negative": [5.1, 7.3, 6.0, 4.4], "lookalike": [1.0] * 4}
    notes = {
        "positive": "four equal results",
        "negative": "four different results",
        "lookalike": "four results at the reporting limit of 1.0",
    }
    for slot in world.cast.all("R26"):
        permit = f"{world.enterprises.id[slot.enterprise]}{SUFFIX}"
        size = 1.0 if slot.kind == "lookalike" else draw_for(plan.seed, slot).size
        for index, value in enumerate(values[slot.kind]):
            number = f"{slot.kind[0].upper()}{slot.turn or ''}{index}"
            row: dict[str, Any] = {"sample_id": f"SAMPLE-{number}", "permit_no": permit}
            row |= {
                "outlet_code": "DA001",
                "pollutant": "PM",
                "value_mg_m3": round(value * size, 2),
                "required_per_quarter": 1,
            }
            rows.append(row | {"sampled_date": plan.start + timedelta(days=3 * index), "lab": "模拟检测甲公司"})
        _tell(world, slot, notes[slot.kind], 0.0)
    n = max(plan.rows("G04") - len(rows), 0)
    who = holders(world)[rng.integers(len(holders(world)) // 2, len(holders(world)), n)]
    rest: Columns = {
        "sample_id": numbered("SAMPLE-", np.arange(n), 8),
        "permit_no": joined(named(world.enterprises.id, who), SUFFIX),
        "outlet_code": same("DA001", n),
        "pollutant": same("PM", n),
        "value_mg_m3": np.round(rng.lognormal(1.6, 0.4, n), 2),
        "sampled_date": dates(plan.start_day + rng.integers(0, ROUND_DAYS, n)),
        "required_per_quarter": np.ones(n, np.int32),
        "lab": named(("模拟检测甲公司", "模拟检测乙公司"), rng.integers(0, 2, n)),
    }
    sink.write_events("G04", stacked("manual_samples", rows, rest))


def _write_registrations(world: World, sink: Sink) -> None:
    """Sites of the enterprises without a permit; one enterprise may have several."""
    n, enterprises = world.plan.rows("G05"), world.enterprises
    first = len(holders(world))
    who = first + np.arange(n) % (len(enterprises) - first)
    codes: Texts = np.unique(world.industry_code(who))
    name: pa.Array = enterprise_names(world, who)
    columns: Columns = {
        "registration_no": numbered("REG9199", np.arange(n), 9),
        "enterprise_id": named(enterprises.id, who),
        "name": name,
        "industry_code": named(codes, np.searchsorted(codes, world.industry_code(who))),
        "lon_deg": enterprises.lon[who],
        "lat_deg": enterprises.lat[who],
    }
    sink.write("G05", columns)
    sink.close("G05")
