"""A round against that of the year before, and the lift of clues over checks drawn by lot."""

from __future__ import annotations

import json
from datetime import date, datetime, timedelta

import pytest
from test_metrics import check, clue, database, keys, one, problem

from fusion.errors import FusionError
from fusion.metrics import dictionary, reason
from fusion.metrics_standards import aqi_standard
from fusion.metrics_year import year_on_year


def two_years(**more):
    """Round 1 of 2022 and of 2023: city 10 in both, 30 and 60 problems at 30 enterprises each; city 20 in one only."""
    days = {2022: date(2022, 3, 2), 2023: date(2023, 3, 2)}
    rounds = [
        {"round_idx": at, "round_code": f"{year}-R01", "year": year, "number": 1, "from_date": day,
         "to_date": day + timedelta(days=14)}
        for at, (year, day) in enumerate(days.items())
    ]  # fmt: skip
    checks = [check(i) for i in range(30)] + [check(100 + i, round_idx=1) for i in range(30)]
    checks += [check(200 + i, round_idx=1, city=20) for i in range(50)]
    problems = [problem(i, i) | {"round_idx": 0} for i in range(30)]
    problems += [problem(100 + i, 100 + i % 30, kind="dust") | {"round_idx": 1} for i in range(60)]
    return database(**{"rounds": rounds, "checks": checks, "problems": problems} | more)


def listed(number, round_code, city=0, *, is_prominent=False, kind="other"):
    """A problem of the list of past rounds at the only enterprise of a city."""
    detail = json.dumps({"round": round_code, "is_prominent": is_prominent, "due": None})
    return {"enterprise_idx": city, "kind": "past_problem", "fact_id": f"P{number}", "code": kind, "detail": detail}


def the_list():
    """In city 0 25 of 2022 of which 5 prominent, 40 of 2023 of which 20; in city 1 of 2023 alone."""
    facts = [listed(i, "2022-R01", is_prominent=i < 5) for i in range(25)]
    facts += [listed(100 + i, "2023-R01", is_prominent=i < 20) for i in range(40)]
    facts += [listed(200 + i, "2023-R01", 1, is_prominent=True) for i in range(30)]
    firms = [{"enterprise_idx": i, "city_idx": 10 + i} for i in range(2)]
    return two_years(dossier_facts=facts, enterprises=firms)


def alike():
    """Problems of one type in both years: 30 and 60."""
    first = [problem(i, i) | {"round_idx": 0} for i in range(30)]
    return first + [problem(200 + i, 100 + i % 30) | {"round_idx": 1} for i in range(60)]


def test_rates_per_enterprise_are_compared_over_the_cities_checked_in_both_years():
    found = year_on_year(two_years(problems=alike()), "problems_per_enterprise", "2023-R01")
    assert (found.previous_code, found.n_cities, found.change) == ("2022-R01", 1, pytest.approx(1.0))
    assert (found.now.denominator, found.before.denominator) == (30, 30)
    assert not {"types_changed", "not_comparable"} & keys(found) and keys(found) <= set(dictionary().warning)


def test_years_with_another_list_of_problems_are_told_as_not_comparable_with_both_counts():
    found = year_on_year(two_years(), "problems_per_enterprise", "2023-R01")
    assert found.change is None and found.notes[0].key == "not_comparable"
    assert (found.now.numerator, found.now.denominator) == (60, 30)
    assert (found.before.numerator, found.before.denominator) == (30, 30)
    changed = next(note for note in found.notes if note.key == "types_changed")
    assert changed.now == 2
    assert keys(found) <= set(dictionary().warning)


def test_a_type_too_rare_to_be_missed_is_told_and_hinders_no_comparison():
    rare = problem(999, 101, kind="rare") | {"round_idx": 1}
    found = year_on_year(two_years(problems=[*alike(), rare]), "problems_per_enterprise", "2023-R01")
    assert found.change == pytest.approx(61 / 30 - 1) and "types_changed" in keys(found)


def test_years_with_another_air_quality_index_are_told_as_not_comparable():
    rounds = [
        {"round_idx": at, "round_code": f"{year}-R01", "year": year, "number": 1, "from_date": date(year, 3, 2),
         "to_date": date(year, 3, 16)}
        for at, year in enumerate((2025, 2026))
    ]  # fmt: skip
    found = year_on_year(two_years(rounds=rounds, problems=alike()), "problems_per_enterprise", "2026-R01")
    assert found.change is None and {"not_comparable", "aqi_changed"} <= keys(found)
    assert (aqi_standard(date(2026, 2, 28)), aqi_standard(date(2026, 3, 1))) == ("HJ 633-2012", "HJ 633-2026")


def past_check(number, enterprise, problems, prominent=0):
    detail = json.dumps({"round": "2022-R02", "problems": problems, "prominent": prominent})
    return {"enterprise_idx": enterprise, "kind": "past_check", "fact_id": f"C{number}", "detail": detail}


def test_rates_of_a_year_whose_checks_a_register_tells_have_its_enterprises_as_denominator():
    """Round 2 of 2023: 60 problems at 30 enterprises of city 10; of 2022 25 enterprises there, 20 with 2 problems."""
    now = {"round_idx": 0, "round_code": "2023-R02", "year": 2023, "number": 2, "from_date": date(2023, 3, 16),
           "to_date": date(2023, 3, 30)}  # fmt: skip
    found_now = [problem(i, i % 30) | {"round_idx": 0} for i in range(60)]
    facts = [past_check(i, i, 2 * (i < 20), int(i < 4)) for i in range(25)]
    facts += [past_check(100, 100, 9)]  # in city 20, where nobody was this year
    facts += [listed(i, "2022-R02") for i in range(40)] + [listed(100 + i, "2023-R02") for i in range(60)]
    firms = [{"enterprise_idx": i, "city_idx": 20 if i == 100 else 10} for i in (*range(25), 100)]
    seen = [check(i) for i in range(30)]
    db = database(rounds=[now], checks=seen, problems=found_now, enterprises=firms, dossier_facts=facts)
    rate = year_on_year(db, "problems_per_enterprise", "2023-R02")
    assert (rate.before.numerator, rate.before.denominator, rate.now.denominator) == (40, 25, 30)
    assert rate.change == pytest.approx(2.0 / 1.6 - 1) and rate.n_cities == 1
    assert {"as_registered", "city_list_changed"} <= keys(rate) and keys(rate) <= set(dictionary().warning)
    share = year_on_year(db, "problem_found_rate", "2023-R02")
    assert (share.before.numerator, share.before.denominator) == (20, 25) and share.before.low < 0.8 < share.before.high
    prominent = year_on_year(db, "prominent_per_enterprise", "2023-R02")
    assert (prominent.before.numerator, prominent.before.denominator) == (4, 25)


def test_shares_of_problems_are_compared_by_the_list_over_its_common_cities():
    found = year_on_year(the_list(), "prominent_share", "2023-R01")
    assert (found.now.numerator, found.now.denominator) == (20, 40)
    assert (found.before.numerator, found.before.denominator) == (5, 25)
    assert found.change == pytest.approx(1.5) and found.n_cities == 1
    assert {"as_registered", "city_list_changed"} <= keys(found) and found.now.low < 0.5 < found.now.high


def test_a_year_before_that_is_not_there_is_refused_in_words():
    with pytest.raises(FusionError, match="no round 2021-R01"):
        year_on_year(two_years(), "problems_per_enterprise", "2022-R01")
    with pytest.raises(FusionError, match="H02"):
        year_on_year(two_years(), "prominent_share", "2023-R01")


# --- lift -----------------------------------------------------------------------------------------------------------


def hits(n_clues, n_confirmed, n_lot, n_found):
    clues = [clue(i, 1 + 4 + (8 if i < n_confirmed else 0)) for i in range(n_clues)]
    checks = [check(i) | {"is_control": i < n_lot, "n_problems": int(i < n_found)} for i in range(n_lot + 5)]
    return database(clues=clues, checks=checks)


def test_lift_is_one_hit_rate_over_the_other_with_bounds_and_both_are_told():
    found = one(hits(40, 30, 50, 10), "hit_lift")
    assert (found.numerator, found.denominator, found.value) == (0.75, 0.2, pytest.approx(3.75))
    assert 1 < found.low < found.value < found.high


@pytest.mark.parametrize("numbers", [(19, 15, 50, 10), (40, 30, 19, 10), (40, 30, 50, 0)])
def test_with_too_few_or_without_a_hit_there_is_no_lift(numbers):
    found = one(hits(*numbers), "hit_lift")
    assert found.value is None and not found.is_enough and not found.lacks
    assert "20" in reason(found).zh


def test_a_register_that_does_not_tell_who_was_drawn_by_lot_gives_no_lift():
    checks = [check(i) | {"n_problems": 1} for i in range(40)]
    found = one(database(clues=[clue(i, 13) for i in range(40)], checks=checks), "hit_lift")
    assert "inspections.is_control" in found.lacks


# --- working days ---------------------------------------------------------------------------------------------------


def test_working_days_leave_out_holidays_weekends_and_the_days_suspended():
    days = [date(2023, 4, 24) + timedelta(days=i) for i in range(30)]
    off = {date(2023, 5, 1), date(2023, 5, 2), date(2023, 5, 3)}
    calendar = [
        {"date": day, "is_working": day == date(2023, 5, 6) or (day.weekday() < 5 and day not in off)} for day in days
    ]
    states = [("PUSHED", 27, 18), ("CHECKING", 28, 9), ("SUSPENDED", 28, 10), ("CHECKING", 34, 10), ("CLOSED", 38, 9)]
    events = [
        {"clue_idx": i, "sequence": at, "to_state": state, "at": datetime(2023, 4, 1, hour) + timedelta(days=day - 1)}
        for i in range(20)
        for at, (state, day, hour) in enumerate(states, start=1)
    ]
    db = database(clues=[clue(i, 37) for i in range(20)], clue_events=events, working_days=calendar)
    # 28 April; 4, 5 and the shifted 6 and 8 May: five, of which 4 May passed while it was suspended
    assert one(db, "working_days_to_close_p50").value == 4
