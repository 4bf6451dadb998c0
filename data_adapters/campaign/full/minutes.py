"""Minutes of suspicious outlets (E03) and furnace temperatures (E06)."""

from __future__ import annotations

import numpy as np

from data_adapters.campaign.full.cases import KINDS, Planted, Window
from data_adapters.campaign.full.cems import Kept
from data_adapters.campaign.full.columns import Columns, named, reals, same, times
from data_adapters.campaign.full.draws import draw_for
from data_adapters.campaign.full.plan import HOURS, ROUND_DAYS
from data_adapters.campaign.full.series import FLAG, FLAGS, POLLUTANTS, Series
from data_adapters.campaign.full.sink import Sink
from data_adapters.campaign.full.world import World
from data_adapters.campaign.randomness import Flags, Floats, Ints, Texts, stream

MINUTES_A_DAY = 1_440
NOX = 2
CO_MARKED_HOURS = (26, 30, 34, 38, 42, 46)  # exceedances of R09, each with a mark ten minutes in
APART_HOURS = (25, 29, 33, 37, 41, 45)
EXCEED = (10, 50)  # minutes of the hour above the limit
SPAN = (150, 165)  # 02:30 to 02:45, automatic zero and span
FIVE_MINUTES = HOURS * 12
COLD_MINUTES = (120, 180)  # minutes from the start in which a planted furnace is too cold
FURNACE_PLANTS = 0.62  # furnaces of the round to plants


def write_minutes(world: World, sink: Sink, kept: Kept) -> None:
    """E03: the windows of R09, then of the reference case, then of other outlets."""
    for slot in world.cast.all("R09"):
        later = draw_for(world.plan.seed, slot).shift_h // 24
        for day in range(3 if slot.kind == "lookalike" else 1):
            _write_day(world, sink, (kept.planted[slot.outlet], 0, 1 + day + later), (slot.kind, later))
    for day in range(ROUND_DAYS):
        _write_day(world, sink, (kept.planted[0], 0, day), ("", 0))
    ordinary = kept.ordinary
    for place in range(len(ordinary.stacks) if ordinary else 0):
        for day in range(ROUND_DAYS):
            if ordinary and sink.left("E03"):
                _write_day(world, sink, (ordinary, place, day), ("", 0))
    sink.close("E03")


def _write_day(world: World, sink: Sink, what: tuple[Series, int, int], case: tuple[str, int]) -> None:
    """One day of an outlet; `case` is the kind of R09, empty where there is none, and how many days later it is."""
    (series, place, day), (kind, later) = what, case
    outlet = int(series.stacks[place])
    minute = np.arange(MINUTES_A_DAY).astype(np.int64)
    at = np.flatnonzero(series.hour == 24 * day)[0] + minute // 60
    rng = stream(world.plan.seed, f"minutes-{outlet}-{day}")
    shake = 1 + 0.04 * rng.standard_normal(MINUTES_A_DAY)
    raw, zs = series.raw[NOX, place, at] * shake, series.zs[NOX, place, at] * shake
    flag = series.flag[NOX, place, at].astype(np.int64)
    limit = float(world.stacks.limit[outlet, NOX])
    if kind:
        hour = 24 * (day - later) + minute // 60
        factor = _shape(kind, hour, minute, zs / limit) ** series.size
        raw, zs = raw * factor, zs * factor
        flag = np.where(_is_marked(kind, hour, minute), FLAG["C" if kind == "lookalike" else "M"], 0)
    columns: Columns = {
        "outlet_id": same(str(world.stacks.id[outlet]), MINUTES_A_DAY),
        "time": times(world.plan.start_s + day * 86_400 + minute * 60),
        "pollutant": same(POLLUTANTS[NOX], MINUTES_A_DAY),
        "mn": same(str(world.stacks.mn[outlet]), MINUTES_A_DAY),
        "value_mg_m3": reals(raw),
        "zs_mg_m3": reals(zs),
        "flag": named(FLAGS, flag),
    }
    sink.write_days("E03", columns, np.full(MINUTES_A_DAY, day))


def _shape(kind: str, hour: Ints, minute: Ints, ratio: Floats) -> Floats:
    """What brings the minutes of an event above the limit."""
    if kind == "lookalike":
        inside = (minute >= SPAN[0]) & (minute < SPAN[1])
    else:
        inside = np.isin(hour, CO_MARKED_HOURS) & (minute % 60 >= EXCEED[0]) & (minute % 60 < EXCEED[1])
    return np.where(inside, 1.35 / np.maximum(ratio, 0.05), 1.0)


def _is_marked(kind: str, hour: Ints, minute: Ints) -> Flags:
    if kind == "lookalike":
        is_span: Flags = (minute >= SPAN[0]) & (minute < SPAN[1])
        return is_span
    hours = CO_MARKED_HOURS if kind == "positive" else APART_HOURS
    is_marked: Flags = np.isin(hour, hours) & (minute % 60 >= 20) & (minute % 60 < 50)
    return is_marked


def furnace_ids(world: World) -> Texts:
    """The furnaces of the round, planted ones first."""
    n = max(world.plan.objects("E06", FIVE_MINUTES), len(world.cast.all("R17")))
    return np.array([f"FURNACE-{index:05d}" for index in range(n)], dtype=np.str_)


def write_furnaces(world: World, sink: Sink) -> None:
    """E06, furnace by furnace in the order of time."""
    rng = stream(world.plan.seed, "furnaces")
    ids = furnace_ids(world)
    slots = world.cast.all("R17")
    n, first_free = len(ids), len(slots)
    owner = np.array([slot.enterprise for slot in slots] + [0] * (n - first_free))
    burners = np.flatnonzero(world.enterprises.industry == world.enterprises.industry[owner[0]])
    owner[first_free:] = burners[(np.arange(n - first_free) * FURNACE_PLANTS).astype(np.int64) % len(burners)]
    for first in range(0, n, 40):
        which = np.arange(first, min(first + 40, n)).astype(np.int64)
        _write_furnaces(world, sink, rng, (which, ids, owner[which]))
    notes = ("five-minute means below 850", "never below 856", "12 below 850, marked as shutting down")
    for furnace, slot in enumerate(slots):
        onset = COLD_MINUTES[0] / 60 if slot.kind == "positive" else None
        planted = Planted("furnace", str(ids[furnace]), str(world.enterprises.id[owner[furnace]]))
        window = Window(COLD_MINUTES[0] / 60, COLD_MINUTES[1] / 60, onset)
        window = window.later(draw_for(world.plan.seed, slot).shift_h)
        world.truth.add(("R17", slot.kind), planted, window, notes[KINDS.index(slot.kind)])
    sink.close("E06")


def _write_furnaces(world: World, sink: Sink, rng: np.random.Generator, what: tuple[Ints, Texts, Ints]) -> None:
    which, ids, owner = what
    step = np.arange(FIVE_MINUTES)
    n = len(which)
    slow = 12 * np.sin(2 * np.pi * step[:, None] / rng.uniform(100, 600, n))
    middle = np.maximum(900 + rng.uniform(-10, 25, n) + slow + rng.normal(0, 5, (FIVE_MINUTES, n)), 857)
    upper = middle + rng.normal(6, 3, (FIVE_MINUTES, n)).clip(-1, 20)
    mark = np.zeros((FIVE_MINUTES, n), np.int8)
    slots = world.cast.all("R17")
    for place in np.flatnonzero(which < len(slots)).tolist():
        slot = slots[int(which[place])]
        if slot.kind != "negative":
            draw = draw_for(world.plan.seed, slot)
            first = COLD_MINUTES[0] // 5 + 12 * draw.shift_h
            chosen = np.arange(first, first + (round(9 * draw.size) if slot.kind == "positive" else 12))
            middle[chosen, place], upper[chosen, place] = 838.0, 844.0
            mark[chosen, place] = slot.kind == "lookalike"
    columns: Columns = {
        "furnace_id": named(ids[which], np.tile(np.arange(n), FIVE_MINUTES)),
        "time": times(np.repeat(world.plan.start_s + step * 300, n)),
        "enterprise_id": named(world.enterprises.id[owner], np.tile(np.arange(n), FIVE_MINUTES)),
        "upper_c": reals(upper, 1),
        "middle_c": reals(middle, 1),
        "mean_c": reals((np.round(upper, 1) + np.round(middle, 1)) / 2, 2),
        "mark": named(("normal", "shut_down"), mark.ravel()),
    }
    sink.write_days("E06", columns, np.repeat(step // 288, n))
