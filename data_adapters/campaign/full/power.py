"""Electricity and energy: meters (F01), accounts (F02), process parameters (F03), gas and steam (F04)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from data_adapters.campaign.full.cases import COMPLIERS, LISTED, Planted, Slot, Window
from data_adapters.campaign.full.cems import Kept
from data_adapters.campaign.full.columns import Columns, dates, named, reals, times
from data_adapters.campaign.full.draws import draw_for
from data_adapters.campaign.full.emergency import ALERT_H, DUTY, GRACE_H
from data_adapters.campaign.full.habits import Habits
from data_adapters.campaign.full.plan import HOURS, ROUND_DAYS
from data_adapters.campaign.full.sink import Sink
from data_adapters.campaign.full.world import World
from data_adapters.campaign.randomness import Floats, Ints, stream

METERS_A_CHUNK = 1_500
ROLES = ("production", "treatment")
OFF_H = ((30, 33), (55, 58), (80, 83))  # R20: three hours on three days
LEFT = {"positive": 0.85, "negative": 0.03, "lookalike": 0.5}  # R22: of the usual power under the alert
RATED_KW = 800.0
ACCOUNT_SPREAD = 0.09  # of a day, beside what load does


@dataclass(frozen=True)
class Meter:
    """A planted meter and its hours."""

    enterprise: int
    pair: str
    role: int
    hour: Ints
    share: Floats  # of rated power


def _planted_meters(world: World, kept: Kept) -> list[Meter]:
    """Meters of R20 (pairs), R22 (production lines), R21, R15 and R16 (beside their outlets)."""
    meters: list[Meter] = []
    hour = np.arange(HOURS)
    wobble = 0.7 + 0.03 * np.sin(hour / 3.0)
    for slot in world.cast.all("R20"):
        kind, pair = slot.kind, _pair(slot)
        spans = _off_hours(world, slot)
        off = np.any([(hour >= first) & (hour < last) for first, last in spans], axis=0)
        meters.append(Meter(slot.enterprise, pair, 0, hour, wobble))
        meters.append(Meter(slot.enterprise, pair, 1, hour, np.where(off & (kind != "negative"), 0.0, wobble)))
        if kind == "lookalike":  # the standby runs while the first one rests
            meters.append(Meter(slot.enterprise, pair, 1, hour, np.where(off, wobble, 0.0)))
        _tell_pair(world, slot, spans)
    in_alert = (hour >= ALERT_H[0] + GRACE_H) & (hour < ALERT_H[1])
    for slot in world.cast.all("R22"):
        left = LEFT[slot.kind]
        meters.append(Meter(slot.enterprise, _pair(slot), 0, hour, np.where(in_alert, left, 1.0) * wobble))
    for number, slot in enumerate(world.cast.all(LISTED, COMPLIERS)):
        left = 1 - DUTY - 0.01 * (number % len(COMPLIERS))  # as much as they must, or a little more
        meters.append(Meter(slot.enterprise, _pair(slot), 0, hour, np.where(in_alert, left, 1.0) * wobble))
    for rule in ("R21", "R15", "R16"):
        for slot in world.cast.all(rule):
            series = kept.planted[slot.outlet]
            meters.append(Meter(slot.enterprise, _pair(slot), 0, series.hour, 0.9 * series.load[0]))
    return meters


def _pair(slot: Slot) -> str:
    return f"PAIR-{slot.rule}-{slot.kind}" + (f"-{slot.turn}" if slot.turn else "")


def _off_hours(world: World, slot: Slot) -> list[tuple[int, int]]:
    """When the treatment of R20 is off; the size is how long, from two hours on."""
    draw = draw_for(world.plan.seed, slot)
    return [(first + draw.shift_h, first + draw.shift_h + round((last - first) * draw.size)) for first, last in OFF_H]


def _tell_pair(world: World, slot: Slot, spans: list[tuple[int, int]]) -> None:
    notes = {
        "positive": "treatment off three hours a day on three days while production runs",
        "negative": "both run",
        "lookalike": "two treatment units take turns: one of them always runs",
    }
    onset = float(spans[0][0]) if slot.kind == "positive" else None
    planted = Planted("meter_pair", _pair(slot), str(world.enterprises.id[slot.enterprise]))
    world.truth.add(("R20", slot.kind), planted, Window(spans[0][0], spans[-1][1], onset), notes[slot.kind])


def write_power(world: World, sink: Sink, kept: Kept) -> None:
    """F01: planted meters, then pairs of production and treatment."""
    rng = stream(world.plan.seed, "power")
    done = 0
    for meter in _planted_meters(world, kept):
        pair = np.array([meter.pair])
        who = (np.array([meter.enterprise]), np.array([meter.role]), pair, np.array([done]))
        _write_meters(world, sink, who, (meter.hour, meter.share[:, None], np.array([RATED_KW])))
        done += 1
    first = int(world.stacks.enterprise.max()) + 1  # beyond the stacks: R21 is planted only
    done += done % 2  # pairs begin at even numbers
    while sink.left("F01"):
        n = min(METERS_A_CHUNK, -(-sink.left("F01") // HOURS) + 1) // 2 * 2 + 2
        pair_number = (done + np.arange(n)) // 2
        who_enterprise = first + pair_number * 3 % (len(world.enterprises) - first)
        share = _shares(rng, n)
        pair = np.array([f"PAIR-{number:06d}" for number in pair_number.tolist()], dtype=np.str_)
        who = (who_enterprise, np.arange(n) % 2, pair, done + np.arange(n))
        _write_meters(world, sink, who, (np.arange(HOURS), share, np.round(rng.uniform(60, 2_500, n))))
        done += n
    sink.close("F01")


def _shares(rng: np.random.Generator, n: int) -> Floats:
    """Pairs that work round the clock or by day; treatment follows production."""
    hour = np.arange(HOURS)[:, None]
    by_day = np.repeat(rng.random(n // 2) < 0.45, 2)
    on = ~by_day | ((hour % 24 >= 7) & (hour % 24 < 21))
    level = np.repeat(rng.uniform(0.5, 0.85, n // 2), 2)
    noise = 1 + 0.05 * rng.standard_normal((HOURS, n))
    return np.where(on, level * noise, 0.012)


Who = tuple[Ints, Ints, NDArray[np.str_], Ints]  # enterprise, role, pair, running number of the meter


def _write_meters(world: World, sink: Sink, who: Who, what: tuple[Ints, Floats, Floats]) -> None:
    enterprise, role, pair, number = who
    hour, share, rated = what
    n, h = len(enterprise), len(hour)
    place = np.tile(np.arange(n), h)
    kwh = np.round((share * rated).ravel(), 2)
    meter_id = np.array([f"METER-{index:07d}" for index in number.tolist()], dtype=np.str_)
    facility = np.char.add(np.char.add(world.enterprises.id[enterprise], "-U"), (1 + number % 100).astype(np.str_))
    columns: Columns = {
        "meter_id": named(meter_id, place),
        "time": times(np.repeat(world.plan.seconds(hour), n)),
        "facility_id": named(facility, place),
        "enterprise_id": named(world.enterprises.id[enterprise], place),
        "pair_id": named(pair, place),
        "role": named(ROLES, role[place]),
        "rated_kw": rated[place],
        "kwh": kwh,
        "mean_kw": kwh,
        "max_kw": np.round(kwh * 1.12, 2),
        "is_online": np.ones(n * h, np.bool_),
    }
    sink.write_days("F01", columns, np.repeat(hour // 24, n))


def write_accounts(world: World, sink: Sink, habits: Habits) -> None:
    """F02 and F04: daily energy of the enterprises, planted ones first."""
    for code, part in (("F02", 0.30), ("F04", 0.5)):
        rng = stream(world.plan.seed, f"accounts-{code}")
        n = world.plan.objects(code, ROUND_DAYS)
        who = np.arange(n) % len(world.enterprises)
        level = rng.lognormal(8.2, 1.1, n)
        use = level * rng.lognormal(0, ACCOUNT_SPREAD, (ROUND_DAYS, n)) * habits.daily_load(world, who)
        place = np.tile(np.arange(n), ROUND_DAYS)
        columns: Columns = {
            "account_no": named(np.array([f"{code}A{index:08d}" for index in range(n)]), place),
            "date": dates(np.repeat(world.plan.start_day + np.arange(ROUND_DAYS), n)),
            "enterprise_id": named(world.enterprises.id[who], place),
        }
        if code == "F02":
            columns |= {"kwh": reals(use, 1), "peak_kwh": reals(use * 0.42, 1), "valley_kwh": reals(use * part, 1)}
        else:
            steam = np.where(np.arange(n) % 3 == 0, use / 400, np.nan)
            columns |= {"gas_m3": reals(use * part, 1), "steam_t": reals(steam, 2)}
        sink.write_days(code, columns, np.repeat(np.arange(ROUND_DAYS), n))
        sink.close(code)


def plants_with_outlets(world: World, n: int) -> Ints:
    """Outlets of the plants with process parameters: those of R01 and R02, then ordinary ones."""
    planted = [slot.outlet for rule in ("R01", "R02") for slot in world.cast.all(rule)]
    return np.concatenate([planted, world.cast.outlets + np.arange(max(n, 1))]).astype(np.int64)
