"""Orders of electronic supervision (E08), and which faults were put right by them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from data_adapters.campaign.full.columns import named, numbered, times
from data_adapters.campaign.full.plan import DAY_S, ROUND_DAYS
from data_adapters.campaign.full.sink import Sink
from data_adapters.campaign.full.world import World
from data_adapters.campaign.randomness import Flags, Floats, Ints, stream

TRIGGERS = ("hour_mean", "day_mean", "constant", "transmission")
REPLIES = ("verified", "not_verified", "explained")
OF_VALUES = 2  # the first triggers are about what is emitted
FIRST_ISSUED_H = 210  # the planted exceedance of R12 is seen then


@dataclass(frozen=True)
class Orders:
    """Orders of the round; times in seconds from 1970."""

    outlet: Ints
    issued: Ints
    closed: Ints
    is_open: Flags
    pollutant: Ints
    trigger: Ints  # place in TRIGGERS
    level: Ints
    reply: Ints  # place in REPLIES, -1 while it is open


def planned_orders(world: World) -> Orders:
    """The first is about the planted case of R12."""
    rng, plan = stream(world.plan.seed, "orders"), world.plan
    n = plan.rows("E08")
    outlet = rng.integers(world.cast.outlets, len(world.stacks), n)
    outlet[0] = world.cast.of("R12", "positive").outlet
    issued = plan.start_s + rng.integers(0, ROUND_DAYS * 24, n) * 3600
    issued[0] = plan.start_s + FIRST_ISSUED_H * 3600
    is_open = rng.random(n) < 0.3
    return Orders(
        outlet=outlet,
        issued=issued,
        is_open=is_open,
        pollutant=np.where(np.arange(n) == 0, 1, rng.integers(0, 3, n)),
        trigger=rng.integers(0, len(TRIGGERS), n) * (outlet > 0),
        level=rng.choice(4, n, p=[0.5, 0.35, 0.12, 0.03]),
        reply=np.where(is_open, -1, rng.integers(0, len(REPLIES), n)),
        closed=issued + rng.integers(1, 6, n) * DAY_S,
    )


def mended_by_order(world: World) -> Floats:
    """By enterprise the hour of the round at which an order that was found true was closed; inf where none was."""
    orders = planned_orders(world)
    chosen = (orders.reply == REPLIES.index("verified")) & (orders.trigger < OF_VALUES)
    hour = np.full(len(world.enterprises), np.inf)
    closed_h = (orders.closed[chosen] - world.plan.start_s) / 3600
    np.minimum.at(hour, world.stacks.enterprise[orders.outlet[chosen]], closed_h)
    return hour


def write_orders(world: World, sink: Sink) -> None:
    """E08: orders of the round."""
    plan, orders = world.plan, planned_orders(world)
    sink.write_events(
        "E08",
        {
            "order_id": numbered(f"ORDER-{plan.round_code}-", np.arange(len(orders.outlet)), 6),
            "outlet_id": named(world.stacks.id, orders.outlet),
            "enterprise_id": named(world.enterprises.id, world.stacks.enterprise[orders.outlet]),
            "pollutant": named(("PM", "SO2", "NOx"), orders.pollutant),
            "trigger": named(TRIGGERS, orders.trigger),
            "level": named(("yellow", "blue", "orange", "red"), orders.level),
            "issued_at": times(orders.issued),
            "reply_due_at": times(orders.issued + 4 * DAY_S),
            "reply": named(REPLIES, orders.reply),
            "closed_at": times(orders.closed, mask=orders.is_open),
        },
    )
