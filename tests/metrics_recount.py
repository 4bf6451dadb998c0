"""The figures counted again, in plain Python over rows: none of the dictionary's SQL."""

from __future__ import annotations

import json
import math
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Collection, Mapping
from datetime import date, datetime, timedelta
from itertools import zip_longest
from typing import Any

Row = dict[str, Any]
Part = tuple[float, float | None]
NOWHERE = 65535
OPEN_WORK = ("RECTIFYING", "RECHECK")
BEFORE_VERDICT = ("PUSHED", "RETURNED", "ACCEPTED", "CHECKING", "SUSPENDED")
NEVER_OF_NONE = (
    "problem_closed_rate_all", "problem_closed_rate", "effective_transmission_rate", "emergency_reduction_rate",
)  # fmt: skip
POLICE = ("detention", "crime")
FALSE = ("cems_falsification", "self_monitoring_falsification")


def recount(
    tables: Mapping[str, list[Row]], as_of: datetime, last_day: date, arrived: Collection[str] = ()
) -> dict[str, Part | None]:
    """By figure: numerator and denominator; None where nothing was observed. `arrived` are categories with a row."""
    return {
        **_of_checks(tables["checks"], tables["problems"]),
        **_of_clues(tables["clues"]),
        **_of_lives(tables["clues"], _histories(tables["clue_events"]), as_of),
        **_of_satellites(tables["hotspots"], tables["coverage"], last_day),
        **_of_registers(tables["dossier_facts"], as_of, arrived),
        "enterprises": (len(tables["enterprises"]), None),
        "problem_enterprises_per_area": _of_areas(tables, _histories(tables["clue_events"])),
        "exceedance_hour_share": (
            sum(row["exceed_hours"] for row in tables["emission_daily"]),
            sum(row["valid_hours"] for row in tables["emission_daily"]),
        ),
    }


def durations(tables: Mapping[str, list[Row]], as_of: datetime) -> dict[str, float | None]:
    """By figure: hours from push to close."""
    lasted = _lasted(tables["clues"], _histories(tables["clue_events"]), as_of)
    over = sorted(hours for hours, is_over in lasted if is_over)
    return {
        "hours_to_close_p50": _quantile(over, 0.5),
        "hours_to_close_p90": _quantile(over, 0.9),
        "hours_to_close_survival_p50": _survival_median(lasted),
        "working_days_to_close_p50": _quantile(_working_days(tables, as_of), 0.5),
    }


def _working_days(tables: Mapping[str, list[Row]], as_of: datetime) -> list[float]:
    """Working days of what is closed, after the day of the push; the days suspended are taken out."""
    answer, lives = [], _histories(tables["clue_events"])
    working = sorted(row["date"] for row in tables["working_days"] if row["is_working"])

    def between(start: datetime, end: datetime) -> int:
        return bisect_right(working, end.date()) - bisect_right(working, start.date())

    for clue in tables["clues"]:
        steps = lives.get(clue["clue_idx"], [])
        pushed, closed = _first(steps, "PUSHED"), _first(steps, "CLOSED")
        if pushed is None or closed is None or steps[closed]["at"] < steps[pushed]["at"]:
            continue
        begin, end = steps[pushed]["at"], steps[closed]["at"]
        waits = [
            between(step["at"], after["at"])
            for step, after in zip(steps, steps[1:], strict=False)
            if step["to_state"] == "SUSPENDED" and begin <= step["at"] < end
        ]
        answer.append(float(between(begin, end) - sum(waits)))
    return sorted(answer)


def _of_registers(facts: list[Row], as_of: datetime, arrived: Collection[str]) -> dict[str, Part | None]:
    """What the lines of the registers tell; None where the register never arrived."""
    lines: dict[str, list[Row]] = defaultdict(list)
    for row in facts:
        lines[row["kind"]].append({**row, **json.loads(row["detail"] or "{}")})
    problems, replies = lines["past_problem"], [row["reply"] for row in lines["order"] if row["reply"]]
    due = [row for row in problems if row["due"] and datetime.fromisoformat(row["due"]) <= as_of]
    closed = [row for row in problems if row["to_at"] and row["to_at"] <= as_of]
    sent = lines["transmission"]
    told: dict[str, tuple[tuple[str, ...], Part]] = {
        "supervision_verified_rate": (("E08",), (replies.count("verified"), len(replies))),
        "cases_to_police": (("H03",), (sum(row["code"] in POLICE for row in lines["coercive"]), None)),
        "problem_closed_rate": (("H02",), (sum(row in closed for row in due), len(due))),
        "problem_closed_rate_all": (("H02",), (len(closed), len(problems))),
        "effective_transmission_rate": (("E07",), (sum(row["effective"] for row in sent), _sum(sent, "outlets"))),
        "emergency_reduction_rate": (("J01", "J02"), (_sum(lines["cut"], "is_met"), len(lines["cut"]))),
    }
    unheard = {name for name in NEVER_OF_NONE if not told[name][1][1]}
    return {
        name: part if set(codes) <= set(arrived) and name not in unheard else None
        for name, (codes, part) in told.items()
    }


def _sum(rows: list[Row], name: str) -> int:
    return sum(row[name] for row in rows)


def _of_areas(tables: Mapping[str, list[Row]], lives: dict[int, list[Row]]) -> Part:
    """Enterprises found with a problem in a cell pushed, on the day of its first push or later, once an area."""
    pushed: dict[tuple[int, str], date] = {}
    for clue in tables["clues"]:
        if clue["cell_id"] and clue["stages"] & 1:
            steps = lives.get(clue["clue_idx"], [])
            first = _first(steps, "PUSHED")
            day = (clue["detected_at"] if first is None else steps[first]["at"]).date()
            area = clue["round_idx"], clue["cell_id"]
            pushed[area] = min(pushed.get(area, day), day)
    found = {
        (area, row["enterprise_idx"])
        for area, day in pushed.items()
        for row in tables["checks"]
        if row["cell_id"] == area[1] and row["n_problems"] and row["checked_date"] >= day
    }
    return len(found), len(pushed)


def _of_checks(checks: list[Row], problems: list[Row]) -> dict[str, Part | None]:
    checked = {(row["round_idx"], row["enterprise_idx"]) for row in checks}
    by_check = {row["inspection_id"]: (row["round_idx"], row["enterprise_idx"]) for row in checks}
    found = {by_check[row["inspection_id"]] for row in problems}
    prominent = [row for row in problems if row["is_prominent"]]
    false = [row for row in prominent if row["problem_type"] in FALSE]
    return {
        "enterprises_checked": (len(checked), None),
        "enterprises_distinct": (len({row["enterprise_idx"] for row in checks}), None),
        "checks": (len(checks), None),
        "enterprises_with_problems": (len(found), None),
        "problems": (len(problems), None),
        "prominent_problems": (len(prominent), None),
        "problem_found_rate": (len(found), len(checked)),
        "problems_per_enterprise": (len(problems), len(checked)),
        "prominent_per_enterprise": (len(prominent), len(checked)),
        "prominent_share": (len(prominent), len(problems)),
        "falsification_share": (len(false), len(prominent)),
        "control_hit_rate": _of_lot(checks),
    }


def _of_lot(checks: list[Row]) -> Part | None:
    told = [row for row in checks if row["is_control"] is not None]
    by_lot = [row for row in told if row["is_control"]]
    return (sum(bool(row["n_problems"]) for row in by_lot), len(by_lot)) if told else None


def _of_clues(clues: list[Row]) -> dict[str, Part]:
    n = {bit: sum(1 for row in clues if row["stages"] & bit) for bit in (1, 2, 4, 8, 16, 32, 64)}
    return {
        "clues": (len(clues), None),
        "clues_pushed": (n[1], None),
        "clues_answered": (n[2], None),
        "clues_with_verdict": (n[4], None),
        "clues_confirmed": (n[8], None),
        "clues_fixed": (n[16], None),
        "clues_closed": (n[32], None),
        "clues_overdue": (n[64], None),
        "hit_rate": (n[8], n[4]),
        "answered_rate": (n[2], n[1]),
        "verdict_rate": (n[4], n[1]),
        "rectification_rate_all": (n[16], n[8]),
    }


def _histories(events: list[Row]) -> dict[int, list[Row]]:
    lives: dict[int, list[Row]] = defaultdict(list)
    for row in sorted(events, key=lambda row: (row["clue_idx"], row["sequence"])):
        lives[row["clue_idx"]].append(row)
    return lives


def _first(steps: list[Row], *states: str, came_from: str | None = None) -> int | None:
    for i, step in enumerate(steps):
        if step["to_state"] in states and (came_from is None or step["from_state"] == came_from):
            return i
    return None


def _of_lives(clues: list[Row], lives: dict[int, list[Row]], as_of: datetime) -> dict[str, Part]:
    n: dict[str, list[int]] = defaultdict(lambda: [0, 0])
    areas: dict[tuple[int, str], dict[str, Any]] = defaultdict(lambda: {"county": None, "verdict": False, "due": False})

    def count(name: str, *, of: bool, is_part: bool) -> None:
        n[name][1] += of
        n[name][0] += of and is_part

    for clue in clues:
        steps = lives.get(clue["clue_idx"], [])
        bits = clue["stages"]
        accepted = any("ACCEPTED" in (step["to_state"], step["from_state"]) for step in steps)
        count("acceptance_rate", of=bool(bits & 1), is_part=accepted)
        _count_acceptance(steps, as_of, count)
        verdict = _first(steps, "CONFIRMED", "NOT_CONFIRMED")
        dues = [s["due_at"] for s in steps[:verdict] if s["to_state"] in BEFORE_VERDICT and s["due_at"]]
        if clue["cell_id"] and bits & 1:
            area = areas[clue["round_idx"], clue["cell_id"]]
            area["county"] = clue["county_idx"]
            area["verdict"] |= bool(bits & 4)
            withdrawn = clue["state"] in ("DISCARDED", "MERGED")
            area["due"] |= bool(dues and dues[-1] <= as_of and not withdrawn)
        orders = [s["due_at"] for s in steps if s["to_state"] == "RECTIFYING" and s["due_at"]]
        is_due = bool(orders and orders[0] <= as_of)
        n["rectification_rate"][0] += is_due and bool(bits & 16)
        n["rectification_rate"][1] += is_due and bool(bits & 8)
        _count_closing(steps, as_of, count)
        _count_supervision(steps, as_of, count)
    names = ("acceptance_rate", "accepted_within_24h_rate", "rectification_rate", "on_time_rate", "relapse_rate",
             "supervision_reply_rate")  # fmt: skip
    due = [area for area in areas.values() if area["due"]]
    return {
        **{name: (n[name][0], n[name][1]) for name in names},
        "areas_pushed": (len(areas), None),
        "area_counties": (len({area["county"] for area in areas.values()} - {NOWHERE}), None),
        "area_check_rate": (sum(area["verdict"] for area in due), len(due)),
        "hit_rate_at_6": _best_six(clues, lives),
    }


def _count_acceptance(steps: list[Row], as_of: datetime, count: Any) -> None:
    day = timedelta(hours=24)
    pushed, accepted = _first(steps, "PUSHED"), _first(steps, "ACCEPTED")
    if pushed is not None:
        at = steps[pushed]["at"]
        in_time = accepted is not None and at <= steps[accepted]["at"] <= at + day
        count("accepted_within_24h_rate", of=at + day <= as_of, is_part=in_time)


def _count_closing(steps: list[Row], as_of: datetime, count: Any) -> None:
    passed = _first(steps, "CLOSED", came_from="RECHECK")
    work = [i for i, step in enumerate(steps[:passed]) if step["to_state"] in OPEN_WORK]
    dues = [steps[i]["due_at"] for i in work if steps[i]["due_at"]]
    ended = {i: steps[i + 1]["at"] for i in work if i + 1 < len(steps)}
    late = any(steps[i]["due_at"] and at > steps[i]["due_at"] for i, at in ended.items())
    count("on_time_rate", of=bool(dues and dues[-1] <= as_of), is_part=passed is not None and not late)
    if passed is not None:
        at, half_year = steps[passed]["at"], timedelta(days=180)
        relapsed = _first(steps, "RELAPSED")
        again = relapsed is not None and at <= steps[relapsed]["at"] <= at + half_year
        count("relapse_rate", of=at + half_year <= as_of, is_part=again)


def _count_supervision(steps: list[Row], as_of: datetime, count: Any) -> None:
    for step, after in zip_longest(steps, steps[1:]):
        if step["to_state"] == "E_SUPERVISED" and step["due_at"] and step["due_at"] <= as_of:
            replied = after is not None and after["to_state"] in OPEN_WORK and after["at"] <= step["due_at"]
            count("supervision_reply_rate", of=True, is_part=replied)


def _best_six(clues: list[Row], lives: dict[int, list[Row]]) -> Part:
    days: dict[tuple[Any, ...], list[Row]] = defaultdict(list)
    for clue in clues:
        pushes = [step for step in lives.get(clue["clue_idx"], []) if step["to_state"] == "PUSHED"]
        teams = [step["team_code"] for step in pushes if step["team_code"]]
        if teams:
            days[teams[0], min(step["at"] for step in pushes).date()].append(clue)
    best = [row for rows in days.values() for row in sorted(rows, key=lambda r: (-r["score"], r["clue_idx"]))[:6]]
    return sum(1 for row in best if row["stages"] & 8), sum(1 for row in best if row["stages"] & 4)


def _of_satellites(hotspots: list[Row], coverage: list[Row], last_day: date) -> dict[str, Part | None]:
    answer: dict[str, Part | None] = {}
    for product in ("PM25", "NO2", "HCHO"):
        cells = {(row["cell_col"], row["cell_row"]) for row in hotspots if row["product"] == product}
        seen = [row for row in coverage if row["product"] == product]
        observed = sum(row["n_observed"] for row in seen)
        answer[f"hot_cells_{product.lower()}"] = (len(cells), None) if observed else None
        answer[f"observed_share_{product.lower()}"] = (observed, sum(row["n_cells"] for row in seen))
        if product == "PM25":
            newest: dict[tuple[int, int], date] = {}
            for row in hotspots:
                if row["product"] == product and row["date"] <= last_day:
                    cell = row["cell_col"], row["cell_row"]
                    newest[cell] = max(newest.get(cell, row["date"]), row["date"])
            valid = sum((last_day - day).days <= 10 for day in newest.values())
            answer["hot_cells_valid_pm25"] = (valid, None) if observed else None
    return answer


def _lasted(clues: list[Row], lives: dict[int, list[Row]], as_of: datetime) -> list[tuple[float, bool]]:
    answer = []
    for clue in clues:
        steps = lives.get(clue["clue_idx"], [])
        pushed, closed = _first(steps, "PUSHED"), _first(steps, "CLOSED")
        if pushed is None or (closed is None and clue["state"] in ("DISCARDED", "MERGED")):
            continue
        end = as_of if closed is None else steps[closed]["at"]
        if end >= steps[pushed]["at"]:
            answer.append(((end - steps[pushed]["at"]).total_seconds() / 3600, closed is not None))
    return answer


def _quantile(values: list[float], share: float) -> float | None:
    if not values:
        return None
    place = share * (len(values) - 1)
    low = math.floor(place)
    high = min(low + 1, len(values) - 1)
    return values[low] + (values[high] - values[low]) * (place - low)


def _survival_median(lasted: list[tuple[float, bool]]) -> float | None:
    alive = 1.0
    for hours in sorted({hours for hours, _ in lasted}):
        at_risk = sum(1 for other, _ in lasted if other >= hours)
        alive *= 1 - sum(1 for other, is_over in lasted if is_over and other == hours) / at_risk
        if alive <= 0.5 + 1e-9:
            return hours
    return None
