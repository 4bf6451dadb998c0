"""What the seed decides about a case: how many hours later it happens, and how large it is."""

from __future__ import annotations

from dataclasses import dataclass

from data_adapters.campaign.full.cases import Slot
from data_adapters.campaign.randomness import stream

DAY_H = 24
SIZES = (0.85, 1.35)
# Least and most hours a case may come later than the first of its kind, and in which steps: whole days where the time
# of day is part of the case. When the first is, the recipes tell; a rule that is missing here is there all the time.
SHIFTS: dict[str, tuple[int, int, int]] = {
    "R01": (-36, 96, 1),  # open on the first evening
    "R02": (-72, 60, 1),
    "R03": (-48, 200, 1),
    "R04": (-72, 96, 1),
    "R06": (-48, 96, DAY_H),
    "R07": (-48, 150, 1),
    "R08": (-96, 96, 1),
    "R09": (0, 192, DAY_H),
    "R10": (-48, 150, 1),
    "R11": (-24, 120, DAY_H),
    "R12": (-150, 96, 1),
    "R13": (-60, 150, 1),
    "R14": (-24, 200, 1),
    "R15": (-48, 200, 1),
    "R17": (0, 240, 1),
    "R18": (-24, 96, DAY_H),
    "R20": (-24, 200, 1),
    "R21": (-72, 72, 1),
    "R23": (-30 * DAY_H, 10 * DAY_H, DAY_H),
    "R24": (-60 * DAY_H, 25 * DAY_H, DAY_H),
    "R27": (-24, 24, 1),
    "R28": (-100, 150, 1),
    "R33": (-48, 200, 1),
    "R34": (-40, 220, 1),
    "R36": (-4 * DAY_H, 5 * DAY_H, DAY_H),
}


@dataclass(frozen=True)
class Draw:
    """One draw; the first of a kind has none and is as its recipe tells it."""

    shift_h: int = 0
    size: float = 1.0


def draw_of(seed: int, rule: str, turn: int) -> Draw:
    """The draw of a rule's cases of one turn: all its kinds share it, as do both halves of a pair."""
    if turn == 0:
        return Draw()
    rng = stream(seed, f"case-{rule}-{turn}")
    least, most, step = SHIFTS.get(rule, (0, 0, 1))
    shift = step * int(rng.integers(least // step, most // step + 1))
    return Draw(shift, round(float(rng.uniform(*SIZES)), 3))


def draw_for(seed: int, slot: Slot) -> Draw:
    """The draw of the case of a slot."""
    return draw_of(seed, slot.rule, slot.turn)
