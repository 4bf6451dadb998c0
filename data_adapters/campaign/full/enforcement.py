"""Penalties (H01), problems of past rounds (H02), coercive cases (H03), and the summaries of rounds."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from data_adapters.campaign import invented
from data_adapters.campaign.full.columns import Columns, dates, joined, named, numbered, stacked
from data_adapters.campaign.full.draws import draw_for
from data_adapters.campaign.full.history import DAYS_TO_CLOSE, History, closed_days, planted_problems
from data_adapters.campaign.full.older_rounds import make_visits, write_visits
from data_adapters.campaign.full.plan import CHECKED, ROUND_DAYS, TEAMS, earlier_rounds, round_start
from data_adapters.campaign.full.sink import Sink
from data_adapters.campaign.full.world import World
from data_adapters.campaign.randomness import Ints, stream

ARTICLES = ("大气法99", "大气法100", "大气法117", "大气法108")
YEARS_D = 3 * 365
DAYS_TO_FIX, SHARE_TO_FIX = (7, 30, 90), (0.35, 0.4, 0.25)
MEASURES = ("seizure", "limit", "stop", "detention", "crime")
TO_POLICE = 3  # from this one on the case goes to the police
PROBLEMS, PROMINENT = 3_500, 463  # of a round: 28,000 and 3,700 in eight


Counts = dict[str, dict[str, int]]


def write_enforcement(world: World, sink: Sink, history: History) -> Counts:
    """H01 to H03; gives what was found in each round of the years before."""
    _write_penalties(world, sink)
    older = _write_problems(world, sink, history)
    _write_coercive(world, sink)
    return older


def _write_penalties(world: World, sink: Sink) -> None:
    """R23: falsification penalties of the positive and the look-alike."""
    rng, plan = stream(world.plan.seed, "penalties"), world.plan
    rows: list[dict[str, Any]] = []
    for slot in world.cast.all("R23", ("positive", "lookalike")):
        rows.append(
            {
                "decision_no": f"模拟环罚〔{plan.year}〕P{len(rows)}",
                "enterprise_id": str(world.enterprises.id[slot.enterprise]),
                "decided_date": plan.start + timedelta(days=-20, hours=draw_for(plan.seed, slot).shift_h),
                "law_article": ARTICLES[0],
                "fine_cny": 300_000.0,
                "fact_code": "cems_falsification",
                "during_alert": False,
                "is_closed": True,
            }
        )
    n = max(plan.rows("H01") - len(rows), 0)
    who = rng.integers(world.cast.enterprises, len(world.enterprises), n)
    types = invented.columns("problem_types", is_shared=True)["code"][2:]  # falsification is planted only
    fact = rng.integers(0, len(types), n)
    rest: Columns = {
        "decision_no": numbered("模拟环罚", np.arange(n), 7),
        "enterprise_id": named(world.enterprises.id, who),
        "decided_date": dates(plan.start_day - 1 - rng.integers(0, YEARS_D, n)),
        "law_article": named(ARTICLES, rng.integers(0, len(ARTICLES), n)),
        "fine_cny": np.round(rng.lognormal(11.2, 0.7, n), -3),
        "fact_code": named(types, fact),
        "pollutant": named(("NOx", "SO2", "PM"), np.where(np.array(types)[fact] == "exceedance", fact % 3, -1)),
        "during_alert": rng.random(n) < 0.05,
        "is_closed": rng.random(n) < 0.9,
    }
    sink.write("H01", stacked("penalties", rows, rest))
    sink.close("H01")


def _write_problems(world: World, sink: Sink, history: History) -> Counts:
    """The planted ones, those this year's rounds found, and as many of the years before as the plan asks for."""
    sink.write("H02", stacked("past_problems", planted_problems(world), _found(world, history.ordinary_problems())))
    older = _write_older(world, sink, sink.left("H02"))
    sink.close("H02")
    return older


def _found(world: World, problems: pa.Table) -> Columns:
    """Problems of this year's rounds; the later ones are still open."""
    plan, n = world.plan, problems.num_rows
    found_day = problems["found_date"].cast(pa.int32()).to_numpy()
    closed_day = closed_days(world, found_day)
    is_exceedance = np.array(problems["problem_type"].to_pylist()) == "exceedance"
    shared = ("problem_id", "round_code", "team_code", "enterprise_id", "problem_type", "is_prominent", "found_date")
    return {
        **{name: problems[name] for name in shared},
        "due_date": dates(found_day + _days_to_fix(world, "found", n)),
        "pollutant": named(("NOx", "SO2", "PM"), np.where(is_exceedance, np.arange(n) % 3, -1)),
        "closed_date": dates(closed_day, mask=closed_day >= plan.start_day),
    }


def _write_older(world: World, sink: Sink, n: int) -> Counts:
    rng, plan = stream(world.plan.seed, "past"), world.plan
    rounds = [one for one in earlier_rounds(plan) if one[0] < plan.year]
    types = invented.columns("problem_types", is_shared=True)
    prominent = np.array([value == "true" for value in types["is_prominent"]])
    weight = np.where(prominent, PROMINENT / prominent.sum(), (PROBLEMS - PROMINENT) / (~prominent).sum())
    kind_of = rng.choice(len(weight), n, p=weight / weight.sum())
    of = rng.integers(0, len(rounds), n)
    visits = make_visits(world, rounds)
    at = visits.where(stream(plan.seed, "past-found"), of)
    found = visits.day[at]
    closed_day = found + rng.integers(*DAYS_TO_CLOSE, n)
    rest: Columns = {
        "problem_id": numbered("PROBLEM-", np.arange(n), 8),
        "round_code": named([f"{year}-R{number:02d}" for year, number in rounds], of),
        "team_code": named([f"T{team:02d}" for team in range(1, TEAMS + 1)], rng.integers(0, TEAMS, n)),
        "enterprise_id": named(world.enterprises.id, visits.enterprise[at]),
        "problem_type": named(types["code"], kind_of),
        "pollutant": named(("NOx", "SO2", "PM"), np.where(kind_of == types["code"].index("exceedance"), of % 3, -1)),
        "is_prominent": prominent[kind_of],
        "found_date": dates(found),
        "due_date": dates(found + _days_to_fix(world, "past", n)),
        "closed_date": dates(closed_day, mask=closed_day >= plan.start_day),
    }
    sink.write("H02", rest)
    write_visits(world, sink, visits, at, prominent[kind_of])
    counts = (np.bincount(one, minlength=len(rounds)) for one in (visits.round, of, of[prominent[kind_of]]))
    codes = [f"{year}-R{number:02d}" for year, number in rounds]
    names = ("enterprises", "problems", "prominent")
    rows = zip(*(one.tolist() for one in counts), strict=True)
    return {code: dict(zip(names, row, strict=True)) for code, row in zip(codes, rows, strict=True)}


def _days_to_fix(world: World, what: str, n: int) -> Ints:
    """Days from finding a problem to its deadline: at once, a month, or by a plan with milestones."""
    return stream(world.plan.seed, f"deadlines-{what}").choice(DAYS_TO_FIX, n, p=SHARE_TO_FIX).astype(np.int64)


def _write_coercive(world: World, sink: Sink) -> None:
    rng, plan = stream(world.plan.seed, "coercive"), world.plan
    n = plan.rows("H03")
    first = plan.start_day - 1 - rng.integers(0, YEARS_D, n)
    last = first + rng.integers(5, 60, n)
    who, measure = rng.integers(world.cast.enterprises, len(world.enterprises), n), rng.integers(0, len(MEASURES), n)
    police_no = joined(f"模拟公环〔{plan.year}〕", numbered("", np.arange(n), 5), "号")
    columns: Columns = {
        "case_id": numbered("CASE-", np.arange(n), 7),
        "enterprise_id": named(world.enterprises.id, who),
        "measure": named(MEASURES, measure),
        "from_date": dates(first),
        "to_date": dates(last, mask=last >= plan.start_day),
        "police_case_no": pc.if_else(pa.array(measure >= TO_POLICE), police_no, pa.scalar(None, pa.string())),
    }
    sink.write("H03", columns)
    sink.close("H03")


def write_rounds(world: World, sink: Sink, counted: Counts) -> None:
    """The summaries of earlier rounds and, without results yet, of this one: as counted, else about as usual."""
    rng, plan = stream(world.plan.seed, "rounds"), world.plan
    rounds = [*earlier_rounds(plan), (plan.year, plan.number)]
    codes, n = [f"{year}-R{number:02d}" for year, number in rounds], len(rounds)
    is_past = np.arange(n) < n - 1

    def about(what: str, count: int) -> list[int]:
        rough = (np.round(count * plan.scale * rng.uniform(0.92, 1.08, n)) * is_past).astype(np.int32).tolist()
        return [counted.get(code, {}).get(what, number) for code, number in zip(codes, rough, strict=True)]

    starts = [round_start(*one) for one in rounds]
    sink.register(
        "round_summaries",
        {
            "round_code": codes,
            "from_date": starts,
            "to_date": [start + timedelta(days=ROUND_DAYS) for start in starts],
            "cities": np.full(n, plan.cities, np.int32),
            "teams": np.full(n, TEAMS, np.int32),
            "enterprises": about("enterprises", CHECKED),
            "problems": about("problems", PROBLEMS),
            "prominent": about("prominent", PROMINENT),
            "rows": np.full(n, sum(sink.written.values()), np.int32),
        },
    )
