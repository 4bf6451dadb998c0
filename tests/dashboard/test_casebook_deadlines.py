"""By when: working days, holidays, the stopped clock, what time alone brings."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest
from casebook_builders import MONDAY, TO_CLOSED, WAYS, Life, in_state, person

from dashboard.casebook.calendar import (
    add_working_days,
    is_working_day,
    knows,
    working_days_between,
    working_hours_between,
)
from dashboard.casebook.machine import automatic, decide


@pytest.mark.parametrize(
    ("at", "n", "due"),
    [
        (datetime(2023, 6, 12, 9), 2, datetime(2023, 6, 14, 23, 59, 59)),
        (datetime(2023, 6, 16, 17), 1, datetime(2023, 6, 19, 23, 59, 59)),
        (datetime(2023, 6, 21, 9), 1, datetime(2023, 6, 25, 23, 59, 59)),  # Dragon Boat; Sunday the 25th is worked
        (
            datetime(2023, 9, 28, 9),
            1,
            datetime(2023, 10, 7, 23, 59, 59),
        ),  # National Day; the 7th, a Saturday, is worked
        (datetime(2024, 2, 9, 9), 1, datetime(2024, 2, 18, 23, 59, 59)),  # Spring Festival
        (datetime(2025, 1, 27, 9), 1, datetime(2025, 2, 5, 23, 59, 59)),
        (datetime(2026, 2, 14, 9), 1, datetime(2026, 2, 24, 23, 59, 59)),
        (datetime(2030, 10, 1, 9), 1, datetime(2030, 10, 2, 23, 59, 59)),  # no notice: weekends only
    ],
)
def test_working_days_follow_the_notices_of_the_state_council(at, n, due):
    assert add_working_days(at, n) == due


def test_a_year_without_a_notice_says_so():
    assert [year for year in range(2022, 2029) if knows(year)] == [2023, 2024, 2025, 2026]
    life = Life(at=datetime(2026, 12, 30, 9), severity=2, detected_at=datetime(2026, 12, 30)).go(*TO_CLOSED[:3])
    assert "deadline_basis" not in life.events[1].payload
    assert life.events[-1].payload["deadline_basis"] == "weekends_only"


@pytest.mark.parametrize("year", [2023, 2024, 2025, 2026])
def test_a_year_has_as_many_working_days_as_the_notices_leave(year):
    days = [
        date(year, 1, 1) + timedelta(days=n) for n in range(366) if (date(year, 1, 1) + timedelta(days=n)).year == year
    ]
    # 365 days, 104 or 105 of weekends, 11 holidays (13 since 2025) of which some fall on weekends and are moved.
    assert sum(map(is_working_day, days)) == {2023: 249, 2024: 251, 2025: 248, 2026: 248}[year]


def test_days_and_hours_between_count_only_working_days():
    assert working_days_between(datetime(2023, 6, 21, 9), datetime(2023, 6, 26, 9)) == 2
    assert working_hours_between(datetime(2023, 6, 21, 12), datetime(2023, 6, 25, 6)) == 18
    assert working_days_between(MONDAY, MONDAY - timedelta(days=3)) == working_hours_between(MONDAY, MONDAY) == 0


@pytest.mark.parametrize(
    ("state", "severity", "due"),
    [
        ("SCREENED", 2, datetime(2023, 6, 12, 18)),
        ("PUSHED", 2, datetime(2023, 6, 13, 11)),
        ("ACCEPTED", 2, datetime(2023, 6, 15, 23, 59, 59)),
        ("ACCEPTED", 1, datetime(2023, 6, 13, 12)),
        ("RETURNED", 2, datetime(2023, 6, 13, 12)),
        ("CHECKING", 2, datetime(2023, 6, 19, 23, 59, 59)),
        ("NOT_CONFIRMED", 2, datetime(2023, 6, 19, 23, 59, 59)),  # the 17th is a Saturday
        ("CONFIRMED", 2, datetime(2023, 6, 14, 23, 59, 59)),
        ("RECTIFYING", 2, datetime(2023, 7, 2, 23, 59, 59)),
        ("RECHECK", 2, datetime(2023, 6, 27, 23, 59, 59)),
        ("E_SUPERVISED", 1, datetime(2023, 6, 17, 23, 59, 59)),
        ("LISTED_SUPERVISED", 1, datetime(2023, 12, 12, 23, 59, 59)),
        ("RELAPSED", 1, datetime(2023, 6, 13, 18)),
        ("CLOSED", 2, None),
        ("DISCARDED", 2, None),
        ("MERGED", 2, None),
    ],
)
def test_each_state_has_its_deadline(state, severity, due):
    life = in_state(state) if severity == 1 else Life(severity=severity).go(*WAYS[state])
    assert life.standing.due_at == due


def test_an_identified_clue_opened_from_a_snapshot_keeps_its_deadline():
    assert Life(opened_due_at=MONDAY + timedelta(hours=72)).standing.due_at == MONDAY + timedelta(hours=72)
    life = Life(opened_state="", origin="hand").go("create")
    assert life.standing.due_at == life.now + timedelta(hours=72)


def test_a_push_after_six_in_the_evening_is_due_the_next_day():
    life = Life(at=datetime(2023, 6, 12, 18, 0)).go("screen_accept", hours=0)
    assert life.standing.due_at == datetime(2023, 6, 13, 18)


def test_a_daily_penalty_is_reinspected_within_thirty_days_of_the_order():
    life = in_state("CONFIRMED")
    life.do("order_rectify", is_daily_penalty=True, due_on="2023-07-11")
    ordered = life.now
    life.now += timedelta(days=25)
    life.do("report_done")
    assert life.standing.due_at == datetime.combine((ordered + timedelta(days=30)).date(), datetime.max.time()).replace(
        microsecond=0
    )


def test_the_clock_stops_while_suspended():
    life = in_state("CHECKING")
    due = life.standing.due_at
    left = working_days_between(life.now, due)
    life.do("suspend")
    assert (life.standing.clock_stopped, life.standing.due_at) == (True, datetime(2023, 6, 22))
    life.now += timedelta(days=20)
    life.do("resume")
    assert (life.standing.clock_stopped, life.standing.state) == (False, "CHECKING")
    assert life.standing.due_at == add_working_days(life.now, left)

    life = in_state("RECTIFYING")
    due = life.standing.due_at
    life.do("suspend")
    life.now += timedelta(days=10, hours=1)
    life.do("resume_rectify")
    assert life.standing.due_at == due + timedelta(days=10, hours=1)


def test_rectification_is_overdue_one_day_after_its_day_and_not_before():
    life = in_state("RECTIFYING")
    due = life.standing.due_at
    assert automatic(life.standing, due + timedelta(days=1)) is None
    request = automatic(life.standing, due + timedelta(days=1, seconds=1))
    assert (request.event, request.payload["overdue_days"]) == ("overdue", 1)
    (event,) = decide(life.standing, request, due + timedelta(days=1, seconds=1))
    assert (event.target, event.role) == ("E_SUPERVISED", "system")
    assert event.due_at == add_working_days(event.at, 3)


@pytest.mark.parametrize(("state", "event"), [("CHECKING", "resume"), ("RECTIFYING", "resume_rectify")])
def test_a_suspended_case_wakes_on_its_day(state, event):
    life = in_state(state)
    life.do("suspend")
    wakes = life.standing.due_at
    assert automatic(life.standing, wakes - timedelta(seconds=1)) is None
    assert automatic(life.standing, wakes).event == event


@pytest.mark.parametrize("state", ["PUSHED", "CHECKING", "CONFIRMED", "RECHECK", "E_SUPERVISED", "CLOSED"])
def test_nothing_else_happens_by_itself(state):
    assert automatic(in_state(state).standing, MONDAY + timedelta(days=400)) is None


def test_supervision_without_effect_may_be_listed_after_thirty_days():
    life = in_state("E_SUPERVISED")
    life.now += timedelta(days=30)
    assert life.do("escalate", grounds="no_effect")[0].target == "LISTED_SUPERVISED"


def test_a_relapse_counts_when_it_was_found_within_180_days():
    life = in_state("CLOSED")
    closed = life.now
    life.now += timedelta(days=200)
    assert life.do("relapse", person("inspector"), found_at=closed + timedelta(days=180))[0].target == "RELAPSED"


def test_times_of_a_case_never_go_back():
    life = in_state("PUSHED")
    last = life.now
    life.now -= timedelta(hours=5)
    assert life.do("accept")[0].at == last
