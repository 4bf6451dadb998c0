"""Emergency reduction: lists (J01), alerts (J02) and grades (J03)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from data_adapters.campaign.full.cases import COMPLIERS, LISTED, Planted, Window
from data_adapters.campaign.full.columns import Columns, joined, named, numbered, same, stacked, times
from data_adapters.campaign.full.draws import draw_for
from data_adapters.campaign.full.plan import ROUND_DAYS
from data_adapters.campaign.full.sink import Sink
from data_adapters.campaign.full.terrain import city_order
from data_adapters.campaign.full.world import World
from data_adapters.campaign.randomness import Ints, stream

ALERT_H = (228, 300)  # an orange alert in every planted city
GRACE_H = 8
DUTY = 0.3  # of the compliers
LEVELS = ("yellow", "orange", "red")
AQI_VERSIONS = ("HJ 633-2012", "HJ 633-2026")
NEW_AQI_YEAR = 2027  # the first whole year of the version in force since March 2026


@dataclass(frozen=True)
class Alerts:
    """Alerts of the round: city, place in LEVELS, first and last hour, and for which pollutant (0 is ozone)."""

    city: Ints
    level: Ints
    first_h: Ints
    last_h: Ints
    pollutant: Ints


def write_emergency(world: World, sink: Sink) -> None:
    """J01, J02 and J03."""
    _write_list(world, sink)
    _write_alerts(world, sink)
    _write_grades(world, sink)


def _write_list(world: World, sink: Sink) -> None:
    rng = stream(world.plan.seed, "reduction")
    rows: list[dict[str, Any]] = []
    notes = {
        "positive": "listed to stop under orange, runs at 85 % of its usual power",
        "negative": "listed to stop, stops",
        "lookalike": "listed to stop, but a least load of 50 % is allowed for safety",
    }
    for slot in world.cast.all("R22"):
        kind, enterprise = slot.kind, str(world.enterprises.id[slot.enterprise])
        for level in LEVELS:
            least = 50.0 if kind == "lookalike" else 0.0
            row = {"enterprise_id": enterprise, "line": "L1", "level": level, "measure": "stop", "reduction_pct": 100.0}
            rows.append(row | {"baseline_kwh": 13_400.0, "min_load_pct": least, "is_exempt": False})
        onset = ALERT_H[0] + GRACE_H if kind == "positive" else None
        planted = Planted("enterprise", enterprise, enterprise)
        world.truth.add(("R22", kind), planted, Window(*ALERT_H, onset), notes[kind])
    rows += _list_compliers(world)
    n = max(world.plan.rows("J01") - len(rows), 0)
    index = np.arange(n)
    rank = index // len(LEVELS)
    room = len(world.enterprises) - world.cast.enterprises
    who = (
        len(world.enterprises) - 1 - rank % room
    )  # from the end: without stacks, meters or accounts nobody judges them
    share = rng.choice(np.array([10.0, 20.0, 30.0, 50.0, 100.0]), n)
    rest: Columns = {
        "enterprise_id": named(world.enterprises.id, who),
        "line": numbered("L", 1 + rank // room, 1),
        "level": named(LEVELS, index % len(LEVELS)),
        "measure": named(("limit", "stop"), (share == 100.0).astype(np.int8)),
        "reduction_pct": share,
        "baseline_kwh": np.round(rng.lognormal(8.2, 1.0, n), 1),
        "min_load_pct": np.zeros(n),
        "is_exempt": rng.random(n) < 0.06,
    }
    sink.write("J01", stacked("reduction_measures", rows, rest))
    sink.close("J01")


def _list_compliers(world: World) -> list[dict[str, Any]]:
    """Enterprises that are to cut by a share and do."""
    rows: list[dict[str, Any]] = []
    for slot in world.cast.all(LISTED, COMPLIERS):
        enterprise = str(world.enterprises.id[slot.enterprise])
        row = {"enterprise_id": enterprise, "line": "L1", "measure": "limit", "reduction_pct": 100 * DUTY}
        row |= {"baseline_kwh": 13_400.0, "min_load_pct": 0.0, "is_exempt": False}
        rows += [row | {"level": level} for level in LEVELS]
        planted = Planted("enterprise", enterprise, enterprise)
        world.truth.add(("R22", "negative"), planted, Window(*ALERT_H), "listed to cut by a share, cuts as much")
    return rows


def planned_alerts(world: World) -> Alerts:
    """The alert of the planted cases first: it holds in the city of each of them."""
    rng, plan = stream(world.plan.seed, "alerts"), world.plan
    n = plan.rows("J02")
    slots = [slot.enterprise for slot in world.cast.all("R22")]
    planted = np.array(list(dict.fromkeys(world.enterprises.city[slots].tolist())))  # that of the positive first
    order = city_order(world.places)
    others = np.setdiff1d(order[: plan.cities], planted)
    others = others if len(others) else np.setdiff1d(order, planted)  # of three cities all may be planted
    city = np.concatenate([planted, rng.choice(others, n)])[:n]  # no second alert there: R22 is planted
    is_planted = np.arange(n) < len(planted)
    first = np.where(is_planted, ALERT_H[0], rng.integers(0, 300, n))
    last = np.where(is_planted, ALERT_H[1], first + rng.integers(30, 96, n))
    level = np.where(is_planted, 1, rng.choice(3, n, p=[0.7, 0.27, 0.03]))
    return Alerts(city, level, first, last, rng.integers(0, 2, n))


def _write_alerts(world: World, sink: Sink) -> None:
    plan, alerts = world.plan, planned_alerts(world)
    n = len(alerts.city)
    sink.write_events(
        "J02",
        {
            "alert_id": numbered(f"ALERT-{plan.round_code}-", np.arange(n), 5),
            "city_adcode": named(world.places.city_code, alerts.city),
            "level": named(LEVELS, alerts.level),
            "from_at": times(plan.seconds(alerts.first_h)),
            "to_at": times(plan.seconds(alerts.last_h)),
            "pollutant": named(("O3", "PM25"), alerts.pollutant),
            "document_no": joined(f"模拟气办〔{plan.year}〕", numbered("", np.arange(n), 4), "号"),
            "aqi_version": same(AQI_VERSIONS[plan.year >= NEW_AQI_YEAR], n),
        },
    )


def _write_grades(world: World, sink: Sink) -> None:
    rng, plan = stream(world.plan.seed, "grades"), world.plan
    rows = []
    notes = {
        "positive": "grade A this year and a penalty for falsified monitoring",
        "negative": "grade A, no penalty",
        "lookalike": "the grade A was of an earlier year; graded C now",
    }
    for slot in world.cast.all("R23"):
        kind, enterprise = slot.kind, str(world.enterprises.id[slot.enterprise])
        row = {"enterprise_id": enterprise, "industry39": "chemicals", "year": plan.year, "grade": "A"}
        rows.append(row if kind != "lookalike" else row | {"grade": "C"})
        if kind == "lookalike":
            rows.append(row | {"year": plan.year - 2})
        planted = Planted("enterprise", enterprise, enterprise)
        decided = -20.0 * 24 + draw_for(plan.seed, slot).shift_h
        onset = decided if kind == "positive" else None
        world.truth.add(("R23", kind), planted, Window(decided, ROUND_DAYS * 24, onset), notes[kind])
    n = max(plan.rows("J03") - len(rows), 0)
    index = np.arange(n)
    room = len(world.enterprises) - world.cast.enterprises
    who = world.cast.enterprises + index % room
    grades = ("A", "B", "C", "D", "leading", "not_leading")
    rest: Columns = {
        "enterprise_id": named(world.enterprises.id, who),
        "industry39": named(
            np.unique(world.industry_code(who)), np.unique(world.industry_code(who), return_inverse=True)[1]
        ),
        "year": (plan.year - index // room).astype(np.int32),
        "grade": named(grades, rng.choice(6, n, p=[0.03, 0.12, 0.4, 0.25, 0.05, 0.15])),
    }
    sink.write("J03", stacked("grades", rows, rest))
    sink.close("J03")
