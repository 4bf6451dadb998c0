"""Survival by Kaplan and Meier: the share still standing after so long, honest about those not yet watched so long."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

Z_95 = 1.959963984540054


@dataclass(frozen=True)
class Step:
    """The curve from `time` on. `at_risk`: watched just before; bounds are 95 %, log-log (Greenwood)."""

    time: float
    at_risk: int
    ended: int
    share: float
    low: float
    high: float


def kaplan_meier(times: Sequence[float], has_ended: Sequence[bool]) -> list[Step]:
    """The steps of the curve, one at each time at which something ended, in order.

    Note  what is merely no longer watched at a time (not ended) counts as at risk at that time
    """
    order = sorted(zip(times, has_ended, strict=True), key=lambda one: (one[0], not one[1]))
    at_risk, share, spread = len(order), 1.0, 0.0
    steps: list[Step] = []
    at = 0
    while at < len(order):
        time, here, ended = order[at][0], at, 0
        while at < len(order) and order[at][0] == time:
            ended += order[at][1]
            at += 1
        if ended:
            share *= 1 - ended / at_risk
            spread += ended / (at_risk * (at_risk - ended)) if at_risk > ended else math.inf
            low, high = _bounds(share, spread)
            steps.append(Step(time, at_risk, ended, share, low, high))
        at_risk -= at - here
    return steps


def at_time(steps: Sequence[Step], time: float) -> tuple[float, float, float]:
    """Share and bounds after `time`; 1 before anything ended."""
    passed = [step for step in steps if step.time <= time]
    return (passed[-1].share, passed[-1].low, passed[-1].high) if passed else (1.0, 1.0, 1.0)


def _bounds(share: float, spread: float) -> tuple[float, float]:
    if share <= 0 or share >= 1 or not math.isfinite(spread):
        return (0.0, 0.0) if share <= 0 else (share, share)
    width = Z_95 * math.sqrt(spread) / abs(math.log(share))
    return share ** math.exp(width), share ** math.exp(-width)
