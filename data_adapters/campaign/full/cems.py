"""Stack monitoring: hours (E01), days (E02) and transmission (E07) of all outlets."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from data_adapters.campaign.full.cases import Planted, Slot
from data_adapters.campaign.full.columns import Columns, dates, named, reals, shortest, times
from data_adapters.campaign.full.draws import draw_for
from data_adapters.campaign.full.habits import Habits
from data_adapters.campaign.full.outlet_cases import RECIPES
from data_adapters.campaign.full.plan import HOURS
from data_adapters.campaign.full.recipes import Change
from data_adapters.campaign.full.series import (
    FLAG,
    FLAGS,
    HUMIDITY_PCT,
    POLLUTANTS,
    PRESSURE_PA,
    Series,
    refresh,
    settle,
    usual,
)
from data_adapters.campaign.full.sink import Sink
from data_adapters.campaign.full.world import World
from data_adapters.campaign.randomness import Flags, Floats, Ints, stream

OUTLETS_A_CHUNK = 1_500
VALID_MINUTES, VALID_HOURS = 45, 20
NAMES = tuple(name.lower() for name in POLLUTANTS)


@dataclass
class Kept:
    """What other categories need of the outlets: planted series whole, of the others means and stops."""

    planted: dict[int, Series] = field(default_factory=dict)
    pm_kg_h: list[Floats] = field(default_factory=list)
    ordinary: Series | None = None  # the first outlets without a case
    stops: list[tuple[int, int, int]] = field(default_factory=list)  # outlet, first and last hour


def planted_series(world: World, habits: Habits, slot: Slot) -> Series:
    """The hours of a planted outlet, history included, with what its recipe does to them."""
    recipe = RECIPES[slot.rule, slot.kind]
    stacks = world.stacks
    hour = np.arange(-24 * int(stacks.history[slot.outlet]), HOURS)
    which = np.array([slot.outlet])
    rhythm = habits.rhythm(world, which, hour)
    series = usual(stream(world.plan.seed, f"outlet-{slot.outlet}"), stacks, which, hour, rhythm)
    draw = draw_for(world.plan.seed, slot)
    series.size = draw.size
    if recipe.before:
        _at(recipe.before, series, draw.shift_h)
    settle(series, stacks)
    if recipe.after:
        _at(recipe.after, series, draw.shift_h)
        refresh(series, stacks)
    return series


def _at(change: Change, series: Series, shift_h: int) -> None:
    """A change of a recipe, so many hours later than the recipe tells."""
    series.hour = series.hour - shift_h
    change(series)
    series.hour = series.hour + shift_h


def write_cems(world: World, sink: Sink, habits: Habits) -> Kept:
    """E01, E02 and E07; planted outlets first."""
    kept = Kept()
    slots = [slot for slot in world.cast.slots if slot.outlet >= 0]
    for slot in slots:
        series = planted_series(world, habits, slot)
        kept.planted[slot.outlet] = series
        _copy_partner(world, slot, kept)
    for slot in slots:
        _tell_truth(world, slot)
        _write(world, sink, kept.planted[slot.outlet])
        _keep(kept, kept.planted[slot.outlet])
    hour = np.arange(HOURS)
    for first in range(world.cast.outlets, len(world.stacks), OUTLETS_A_CHUNK):
        which = np.arange(first, min(first + OUTLETS_A_CHUNK, len(world.stacks)))
        rng, rhythm = stream(world.plan.seed, f"outlets-{first}"), habits.rhythm(world, which, hour)
        series = usual(rng, world.stacks, which, hour, rhythm)
        settle(series, world.stacks)
        kept.ordinary = kept.ordinary or series
        _write(world, sink, series)
        _keep(kept, series)
    sink.close("E01", "E02", "E07")
    return kept


def _copy_partner(world: World, slot: Slot, kept: Kept) -> None:
    """Partner and twin send what the outlet before them sends."""
    if slot.kind not in ("partner", "twin"):
        return
    model, copy = kept.planted[slot.outlet - 1], kept.planted[slot.outlet]
    shift = draw_for(world.plan.seed, slot).shift_h
    first, last = (48 + shift, 96 + shift) if slot.kind == "partner" else (-9_999, 9_999)
    inside = (copy.hour >= first) & (copy.hour < last)
    copy.raw[:, :, inside] = model.raw[:, :, inside]
    copy.o2[:, inside] = model.o2[:, inside]
    refresh(copy, world.stacks)


def _tell_truth(world: World, slot: Slot) -> None:
    if slot.kind in ("partner", "twin") or slot.rule == "R31":  # that of R31 is told of its cells
        return
    recipe = RECIPES[slot.rule, slot.kind]
    outlet_id = str(world.stacks.id[slot.outlet])
    enterprise_id = str(world.enterprises.id[slot.enterprise])
    planted = Planted("outlet", outlet_id, enterprise_id, outlet_id, recipe.pollutant)
    window = recipe.window.later(draw_for(world.plan.seed, slot).shift_h)
    world.truth.add((slot.rule, slot.kind), planted, window, recipe.note)


def _keep(kept: Kept, series: Series) -> None:
    recent = series.hour >= 0
    kept.pm_kg_h.append((series.raw[0] * series.flow * 1e-6)[:, recent].mean(axis=1))
    for at in np.flatnonzero(series.is_stopped.any(axis=1)).tolist():
        hours = series.hour[series.is_stopped[at]]
        kept.stops.append((int(series.stacks[at]), int(hours[0]), int(hours[-1]) + 1))


def _write(world: World, sink: Sink, series: Series) -> None:
    """Hours and days, in the order of time."""
    there = ~series.is_missing.T.ravel()
    sink.write_days("E01", hour_columns(world, series, there), np.repeat(series.hour // 24, len(series.stacks))[there])
    if sink.left("E02"):
        columns = _day_columns(world, series)
        day = np.repeat(series.hour[::24] // 24, len(series.stacks))
        sink.write_days("E02", columns[0], day)
        sink.write_days("E07", columns[1], day)


def hour_columns(world: World, series: Series, there: Flags) -> Columns:
    """Rows of cems_hours, hour by hour, where `there`."""
    stacks = world.stacks
    n = len(series.stacks)
    place = np.tile(np.arange(n), len(series.hour))[there]

    def flat(values: NDArray[Any]) -> NDArray[Any]:
        return values.T.ravel()[there]

    seconds = np.repeat(world.plan.seconds(series.hour), n)[there]
    flow = flat(series.flow)
    columns: Columns = {
        "outlet_id": named(stacks.id[series.stacks], place),
        "time": times(seconds),
        "mn": named(stacks.mn[series.stacks], place),
        "enterprise_id": named(world.enterprises.id[stacks.enterprise[series.stacks]], place),
        "nh3_mg_m3": reals(flat(series.nh3), 2),
        "o2_pct": reals(flat(series.o2)),
        "flow_m3_h": reals(flow, 2),
        "velocity_m_s": reals(flat(series.velocity)),
        "temp_c": reals(flat(series.temp), 2),
        "pressure_pa": np.full(len(place), PRESSURE_PA),
        "humidity_pct": np.full(len(place), HUMIDITY_PCT),
        "duct_area_m2": stacks.area[series.stacks][place],
        "valid_minutes": np.where(flat(series.is_stopped), 0, flat(series.valid_minutes)).astype(np.int32),
        "received_at": times(seconds + 3600 + place * 7 % 900),
    }
    true_flow = flow / flat(series.flow_factor)
    for index, name in enumerate(NAMES):
        raw = flat(series.raw[index])
        columns |= {
            f"{name}_mg_m3": reals(raw),
            f"{name}_zs_mg_m3": reals(flat(series.zs[index])),
            f"{name}_text": shortest(raw),
            f"{name}_flag": named(FLAGS, flat(series.flag[index])),
            f"{name}_kg": reals(np.maximum(raw, 0) * np.where(flow < 1e3, true_flow, flow) * 1e-6),
        }
    return columns


def _day_columns(world: World, series: Series) -> tuple[Columns, Columns]:
    """Rows of cems_days and transmission_days, day by day."""
    n, days = len(series.stacks), len(series.hour) // 24

    def daily(values: NDArray[Any]) -> NDArray[Any]:
        return values.reshape(n, days, 24).transpose(1, 0, 2)

    here = daily(~series.is_missing)
    place = np.tile(np.arange(n), days)
    day = np.repeat(world.plan.start_day + series.hour[::24] // 24, n)
    outlet = named(world.stacks.id[series.stacks], place)
    valid = here & (daily(series.valid_minutes) >= VALID_MINUTES) & (daily(series.flag[2]) == FLAG["N"])
    count = valid.sum(axis=2).ravel()
    columns: Columns = {
        "outlet_id": outlet,
        "date": dates(day),
        "enterprise_id": named(world.enterprises.id[world.stacks.enterprise[series.stacks]], place),
        "valid_hours": count.astype(np.int32),
        "is_valid": count >= VALID_HOURS,
    }
    for index, name in enumerate(NAMES):
        ok = valid & (daily(series.flag[index]) == FLAG["N"])
        total = np.where(ok, daily(series.zs[index]), 0.0).sum(axis=2).ravel()
        n_ok = ok.sum(axis=2).ravel()
        columns[f"{name}_zs_mg_m3"] = reals(np.where(n_ok > 0, total / np.maximum(n_ok, 1), np.nan))
        kg = series.raw[index] * series.flow * 1e-6
        columns[f"{name}_kg"] = reals(np.maximum(daily(kg), 0).sum(axis=2).ravel(), 2)
    columns |= _incinerator_columns(world, series, place)
    received = here.sum(axis=2).ravel()
    stopped = (daily(series.is_stopped) & here).sum(axis=2).ravel()
    valid_rate = np.where(received > 0, np.minimum(count + stopped, received) / np.maximum(received, 1), 0.0)
    return columns, {
        "outlet_id": outlet,
        "date": columns["date"],
        "transmission_rate": np.round(received / 24, 4),
        "valid_rate": np.round(valid_rate, 4),
        "effective_rate": np.round(received / 24 * valid_rate, 4),
        "missing_hours": (24 - received).astype(np.int32),
    }


def _incinerator_columns(world: World, series: Series, place: Ints) -> Columns:
    burns = world.industry_code(world.stacks.enterprise[series.stacks])[place] == "waste_incineration"
    rng = stream(world.plan.seed, f"hcl-{series.stacks[0]}-{len(place)}")
    hcl = np.where(burns, rng.normal(18, 4, len(place)).clip(2, 45), np.nan)
    co = np.where(burns, rng.normal(22, 6, len(place)).clip(3, 70), np.nan)
    return {"hcl_zs_mg_m3": reals(hcl, 2), "co_zs_mg_m3": reals(co, 2)}
