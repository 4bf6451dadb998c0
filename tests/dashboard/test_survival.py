"""Kaplan-Meier against an example worked by hand: 21 patients on 6-MP (Freireich et al. 1963), as in the textbooks."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboard.data.survival import at_time, kaplan_meier

ENDED = [6, 6, 6, 7, 10, 13, 16, 22, 23]
WATCHED = [6, 9, 10, 11, 17, 19, 20, 25, 32, 32, 34, 35]
TIMES = [*ENDED, *WATCHED]
HAS_ENDED = [True] * len(ENDED) + [False] * len(WATCHED)


def test_the_curve_is_the_one_worked_by_hand():
    told = [(step.time, step.at_risk, step.ended, round(step.share, 3)) for step in kaplan_meier(TIMES, HAS_ENDED)]
    assert told == [
        (6, 21, 3, 0.857),
        (7, 17, 1, 0.807),
        (10, 15, 1, 0.753),
        (13, 12, 1, 0.690),
        (16, 11, 1, 0.627),
        (22, 7, 1, 0.538),
        (23, 6, 1, 0.448),
    ]


def test_the_bounds_are_those_of_greenwood_on_the_log_log_scale():
    (step,) = [step for step in kaplan_meier(TIMES, HAS_ENDED) if step.time == 10]
    assert (round(step.low, 3), round(step.high, 3)) == (0.503, 0.889)


def test_nothing_is_lost_before_anything_ended():
    assert at_time(kaplan_meier(TIMES, HAS_ENDED), 5) == (1.0, 1.0, 1.0)
    assert at_time(kaplan_meier(TIMES, HAS_ENDED), 12)[0] == pytest.approx(0.753, abs=5e-4)
    assert kaplan_meier([3, 4], [False, False]) == []


def test_when_the_last_one_ends_nothing_is_left():
    assert kaplan_meier([2, 5], [False, True])[-1].share == 0


@given(st.lists(st.tuples(st.integers(0, 200), st.booleans()), max_size=60))
def test_the_curve_only_falls_and_stays_within_its_bounds(spells):
    steps = kaplan_meier([time for time, _ in spells], [ended for _, ended in spells])
    shares = [step.share for step in steps]
    assert shares == sorted(shares, reverse=True)
    assert all(0 <= step.low <= step.share + 1e-12 and step.share <= step.high + 1e-12 <= 1 + 1e-9 for step in steps)
    assert sum(step.ended for step in steps) == sum(ended for _, ended in spells)


def test_without_anything_watched_to_its_end_it_is_the_plain_share():
    times = list(range(1, 11))
    assert at_time(kaplan_meier(times, [True] * 10), 4)[0] == pytest.approx(0.6)
