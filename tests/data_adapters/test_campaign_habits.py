"""How the plants of the full campaign usually run, and what moves them: hours, days, alerts, faults put right."""

from __future__ import annotations

import numpy as np
import pytest

from data_adapters.campaign import invented
from data_adapters.campaign.full.emergency import planned_alerts
from data_adapters.campaign.full.habits import Habits, make_habits
from data_adapters.campaign.full.history import make_history, put_right
from data_adapters.campaign.full.orders import REPLIES, mended_by_order, planned_orders
from data_adapters.campaign.full.plan import HOURS, Plan
from data_adapters.campaign.full.series import settle, usual
from data_adapters.campaign.full.world import World, make_world
from data_adapters.campaign.randomness import stream

HOUR = np.arange(HOURS)
SOME = 200


@pytest.fixture(scope="module")
def world(national_regions) -> World:
    return make_world(Plan(0.1), national_regions)


@pytest.fixture(scope="module")
def habits(world) -> Habits:
    return make_habits(world, make_history(world))


@pytest.fixture(scope="module")
def series(world, habits):
    """The first outlets without a case."""
    which = world.cast.outlets + np.arange(SOME)
    made = usual(stream(7, "test"), world.stacks, which, HOUR, habits.rhythm(world, which, HOUR))
    settle(made, world.stacks)
    return made


def outlets_of(world, code):
    codes = world.industry_code(world.stacks.enterprise)
    return np.flatnonzero((codes == code) & (np.arange(len(codes)) >= world.cast.outlets))


def test_habits_are_told_of_every_industry_in_the_order_of_the_industries():
    assert invented.columns("habits")["industry_code"] == invented.columns("industries")["industry_code"]


def test_each_industry_and_pollutant_has_a_usual_share_of_the_limit_of_its_own(world):
    median = {code: np.median(world.stacks.usual[outlets_of(world, code)], axis=0) for code in ("steel", "foundry")}
    assert (median["steel"] > median["foundry"] + 0.1)[[1, 2]].all() and median["steel"][0] < median["foundry"][0]
    assert np.ptp([np.median(world.stacks.usual[:, one]) for one in range(3)]) > 0.05
    assert world.stacks.usual.min() >= 0.06 and world.stacks.usual.max() <= 0.72


def test_no_hour_of_a_plant_without_a_case_is_above_its_limit_and_none_lies_close_below(world, series):
    share = series.zs / world.stacks.limit[series.stacks].T[:, :, None]
    assert share.max() < 0.931
    assert (share > 0.9).mean() < 0.001


def test_what_a_plant_sends_trembles_like_a_monitor_and_is_no_line(series):
    running = np.where(series.is_stopped, np.nan, series.zs[2])
    spread = np.nanstd(running, axis=1) / np.nanmean(running, axis=1)
    assert 0.04 < np.nanmin(spread) and np.nanmedian(spread) < 0.5


def test_nothing_a_running_plant_sends_stays_the_same_for_four_hours(series):
    for value in (*series.raw, *series.zs, series.o2, series.velocity, series.load):
        same = (np.diff(value, axis=1) == 0) & ~series.is_stopped[:, 1:]
        assert not (same[:, 2:] & same[:, 1:-1] & same[:, :-2]).any()


def test_nights_and_sundays_are_quieter_where_an_industry_works_by_day_and_hardly_where_it_can_not(world, habits):
    def load(code, hours):
        owner = world.stacks.enterprise[outlets_of(world, code)]
        return habits.by_day(owner, hours).mean()

    noon, night = np.array([12]), np.array([2])
    sunday = 24 * ((6 - world.plan.start.weekday()) % 7) + noon
    monday = sunday + 24
    assert load("furniture", night) < 0.75 * load("furniture", monday)
    assert load("furniture", sunday) < 0.8 * load("furniture", monday)
    assert load("coking", night) > 0.95 * load("coking", monday) < 1.05 * load("coking", sunday)


def test_an_alert_is_seen_at_those_who_cut_at_nobody_else_and_at_no_planted_case(world, habits):
    alerts = planned_alerts(world)
    orange = [at for at in range(len(alerts.city)) if alerts.level[at] == 1]
    city, first, last = (int(one[orange[0]]) for one in (alerts.city, alerts.first_h, alerts.last_h))
    in_city = np.flatnonzero(world.enterprises.city == city)
    steady = np.array([first - 1, (first + last) // 2])  # before it, and within

    def given_up(who):
        return habits.given_up(world, who, steady)

    planted, free = in_city[in_city < world.cast.enterprises], in_city[in_city >= world.cast.enterprises]
    cutting, others = free[habits.cut[free] > 0.2], free[habits.cut[free] == 0]
    assert len(cutting) > 20 and len(others) > 5 and len(planted)
    assert (given_up(cutting)[:, 1] > 0.15).all() and (given_up(cutting)[:, 0] == 0).all()
    assert (given_up(others) == 0).all() and (given_up(planted) == 0).all()


def test_who_has_put_a_fault_right_emits_less_from_that_hour_on(world, habits):
    fixed = np.flatnonzero(np.isfinite(habits.fixed_h) & (habits.fixed_h > 48) & (habits.fixed_h < 280))
    assert len(fixed) > 20 and (fixed >= world.cast.enterprises).all()
    for one in fixed[:5].tolist():
        level = habits.fault(np.array([one]), HOUR)[0]
        at = int(np.ceil(habits.fixed_h[one]))
        assert level[at - 1] > 1.0 > 0.86 > level[at]


def test_faults_put_right_are_problems_closed_and_orders_found_true_in_the_round(world):
    orders, by_order = planned_orders(world), mended_by_order(world)
    told = {int(world.stacks.enterprise[outlet]) for outlet, reply in zip(orders.outlet, orders.reply, strict=True)
            if reply == REPLIES.index("verified")}  # fmt: skip
    assert set(np.flatnonzero(np.isfinite(by_order)).tolist()) <= told
    by_problem = put_right(world, make_history(world))
    found = by_problem[np.isfinite(by_problem)]
    assert len(found) > 10 and (found >= 0).all() and (found < HOURS).all()


def test_a_planted_outlet_keeps_to_one_usual_level_whatever_its_industry_does(world, habits):
    for slot in [one for one in world.cast.slots if one.outlet >= 0][:40]:
        level = habits.rhythm(world, np.array([slot.outlet]), np.arange(-48, HOURS)).level
        assert (level == 1.0).all()
    planted = world.stacks.usual[: world.cast.outlets]
    assert planted.min() >= 0.2 and planted.max() <= 0.55
