"""What is written about stacks and their devices: marks (E04, E05) and service (E09)."""

from __future__ import annotations

from typing import Any

import numpy as np

from data_adapters.campaign.full.cases import Slot
from data_adapters.campaign.full.cems import Kept
from data_adapters.campaign.full.columns import Columns, empty, joined, named, numbered, same, stacked, times
from data_adapters.campaign.full.draws import draw_for
from data_adapters.campaign.full.minutes import APART_HOURS, CO_MARKED_HOURS
from data_adapters.campaign.full.plan import DAY_S, ROUND_DAYS
from data_adapters.campaign.full.recipes import CURE_H, ONSET_H
from data_adapters.campaign.full.sink import Sink
from data_adapters.campaign.full.world import World
from data_adapters.campaign.randomness import stream

FAULT = ("fault", "分析仪故障")
CARE = ("maintenance", "日常维护")
OPERATORS = ("模拟运维甲公司", "模拟运维乙公司", "模拟运维丙公司", "模拟运维丁公司")
# rule, kind, layer, (type, item), first and last hour, reason
MARKS: tuple[tuple[str, str, str, tuple[str, str], float, float, str], ...] = (
    ("R01", "positive", "auto", FAULT, ONSET_H, CURE_H, "设备故障"),
    ("R01", "positive", "manual", FAULT, ONSET_H, CURE_H, "设备故障"),
    ("R01", "negative", "manual", FAULT, -40, -30, "设备故障"),
    ("R01", "lookalike", "manual", FAULT, -90, 10, "停运检修"),
    ("R10", "positive", "manual", CARE, 80, 120, "维护"),
    ("R10", "negative", "manual", CARE, 80, 82, "维护"),
    ("R10", "lookalike", "manual", ("maintenance", "大修"), 80, 120, "大修已报备"),
    ("R11", "lookalike", "condition", ("stopped", "停运"), 71, 169, "计划停运"),
    ("R12", "lookalike", "condition", ("start_up", "启炉"), 199, 206, "启炉"),
    ("R15", "positive", "condition", ("stopped", "停运"), 72, 84, "停运"),
    ("R15", "negative", "condition", ("stopped", "停运"), 72, 84, "停运"),
    ("R15", "lookalike", "condition", ("stopped", "停运"), 72, 84, "停运"),
    ("R18", "lookalike", "manual", CARE, 52, 58, "维护"),
    *(("R09", "positive", "manual", CARE, hour + 1 / 3, hour + 5 / 6, "维护") for hour in CO_MARKED_HOURS),
    *(("R09", "negative", "manual", CARE, hour + 1 / 3, hour + 5 / 6, "维护") for hour in APART_HOURS),
    *(
        ("R09", "lookalike", "auto", ("calibration", "零点量程"), 24 * day + 2.5, 24 * day + 2.75, "")
        for day in (1, 2, 3)
    ),
)
FILED_AHEAD_H = 72
CONDITIONS = ("normal", "stopped", "start_up", "shut_down")


def _slot_marks(world: World) -> list[tuple[Slot, dict[str, Any]]]:
    rows = []
    told = [(turn, *mark) for turn in range(world.plan.turns) for mark in MARKS]
    for index, (turn, rule, kind, layer, (mark, item), begin, end, reason) in enumerate(told):
        slot = world.cast.of(rule, kind, turn)
        shift = draw_for(world.plan.seed, slot).shift_h
        first, last = begin + shift, end + shift
        is_ahead = (rule, kind) == ("R10", "lookalike")
        row = {
            "mark_id": f"MARK-P{index:05d}",
            "outlet_id": str(world.stacks.id[slot.outlet]),
            "mn": str(world.stacks.mn[slot.outlet]),
            "pollutant": "NOx" if rule in ("R01", "R09") else "*",
            "layer": layer,
            "mark_type": mark,
            "item": item,
            "from_at": world.plan.at(first),
            "to_at": world.plan.at(last),
            "reason": reason or None,
            "marked_at": world.plan.at(first - FILED_AHEAD_H if is_ahead else first + (2 if layer == "manual" else 0)),
            "author": "logger" if layer == "auto" else "enterprise",
        }
        rows.append((slot, row))
    return rows


def write_marks(world: World, sink: Sink, kept: Kept) -> None:
    """E04: planted marks, stops, then the daily calibration of every outlet."""
    stacks, plan = world.stacks, world.plan
    rows = [row for _, row in _slot_marks(world)]
    for serial, (stopped, first, last) in enumerate(kept.stops):
        rows.append(
            {
                "mark_id": f"MARK-S{serial:05d}",
                "outlet_id": str(stacks.id[stopped]),
                "mn": str(stacks.mn[stopped]),
                "pollutant": "*",
                "layer": "condition",
                "mark_type": "stopped",
                "item": "停运",
                "from_at": plan.at(first),
                "to_at": plan.at(last),
                "reason": "停产",
                "marked_at": plan.at(first),
                "author": "enterprise",
            }
        )
    n = max(plan.rows("E04") - len(rows), 0)
    index = np.arange(n)
    outlet, day = index % len(stacks), index // len(stacks)
    extra = day // ROUND_DAYS  # at odd scales an outlet may calibrate twice a day
    begin = plan.start_s + (day % ROUND_DAYS) * DAY_S + outlet * 613 % 86_000 // 60 * 60 + extra * 3600
    sink.write_events("E04", stacked("cems_marks", rows, _calibrations(world, outlet, begin)))


def _calibrations(world: World, outlet: Any, begin: Any) -> Columns:  # noqa: ANN401 - integer arrays
    n = len(outlet)
    return {
        "mark_id": numbered("MARK-C", np.arange(n), 8),
        "outlet_id": named(world.stacks.id, outlet),
        "mn": named(world.stacks.mn, outlet),
        "pollutant": same("*", n),
        "layer": same("auto", n),
        "mark_type": same("calibration", n),
        "item": same("零点量程校准", n),
        "from_at": times(begin),
        "to_at": times(begin + 12 * 60),
        "reason": empty(n),
        "marked_at": times(begin),
        "author": same("logger", n),
        **{name: empty(n) for name in ("attachments", "revises", "withdrawn_at")},
    }


def write_conditions(world: World, sink: Sink, kept: Kept) -> None:
    """E05: the condition marks of planted outlets and of stops, then those of other facilities."""
    plan, enterprises = world.plan, world.enterprises
    spans = [
        (slot.outlet, row["mark_type"], row["from_at"], row["to_at"])
        for slot, row in _slot_marks(world)
        if row["layer"] == "condition"
    ]
    spans += [(outlet, "stopped", plan.at(first), plan.at(last)) for outlet, first, last in kept.stops]
    rows = [
        {
            "mark_id": f"COND-P{index:05d}",
            "facility_id": f"{world.stacks.id[outlet]}-U1",
            "enterprise_id": str(enterprises.id[world.stacks.enterprise[outlet]]),
            "outlet_id": str(world.stacks.id[outlet]),
            "condition": condition,
            "from_at": first,
            "to_at": last,
            "marked_at": first,
        }
        for index, (outlet, condition, first, last) in enumerate(spans)
    ]
    rng = stream(plan.seed, "conditions")
    n = max(plan.rows("E05") - len(rows), 0)
    who = rng.integers(len(enterprises) // 2, len(enterprises), n)  # enterprises without outlets of their own
    begin = plan.start_s + rng.integers(0, ROUND_DAYS * 24, n) * 3600
    rest: Columns = {
        "mark_id": numbered("COND-", np.arange(n), 8),
        "facility_id": joined(named(enterprises.id, who), "-U1"),
        "enterprise_id": named(enterprises.id, who),
        "outlet_id": empty(n),
        "condition": named(CONDITIONS, rng.integers(0, len(CONDITIONS), n)),
        "from_at": times(begin),
        "to_at": times(begin + rng.integers(1, 30, n) * 3600),
        "marked_at": times(begin + rng.integers(0, 3, n) * 600),
    }
    sink.write_events("E05", stacked("condition_marks", rows, rest))


def write_service(world: World, sink: Sink) -> None:
    """E09: the repairs filed ahead (R10), then calibration and maintenance of all outlets."""
    rng, plan, stacks = stream(world.plan.seed, "service"), world.plan, world.stacks
    repairs = [
        {
            "event_id": f"SERVICE-P{slot.turn}",
            "outlet_id": str(stacks.id[slot.outlet]),
            "event": "repair",
            "operator": OPERATORS[0],
            "from_at": plan.at(80 + draw_for(plan.seed, slot).shift_h),
            "to_at": plan.at(120 + draw_for(plan.seed, slot).shift_h),
        }
        for slot in world.cast.all("R10", ("lookalike",))
    ]
    n, first = plan.rows("E09") - len(repairs), world.cast.outlets
    begin = plan.start_s + rng.integers(0, ROUND_DAYS * 24 * 4, n) * 900
    rest: Columns = {
        "event_id": numbered("SERVICE-", np.arange(n), 8),
        "outlet_id": named(stacks.id, first + np.arange(n) % (len(stacks) - first)),
        "event": named(("calibration", "verification", "maintenance"), rng.choice(3, n, p=[0.6, 0.15, 0.25])),
        "zero_drift_pct": np.round(rng.normal(0, 0.8, n), 2),
        "span_drift_pct": np.round(rng.normal(0, 1.1, n), 2),
        "gas_lot": numbered("LOT", rng.integers(0, 900, n), 4),
        "operator": named(OPERATORS, rng.integers(0, len(OPERATORS), n)),
        "from_at": times(begin),
        "to_at": times(begin + rng.integers(1, 5, n) * 1800),
    }
    sink.write_events("E09", stacked("cems_service", repairs, rest))
