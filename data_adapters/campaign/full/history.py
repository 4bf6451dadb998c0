"""What people did in the rounds before: teams, checks, problems, clues and what became of them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from data_adapters.campaign import checks, clues, invented, register, schedule
from data_adapters.campaign.air import plumes_of
from data_adapters.campaign.anchors import Truth, outcomes
from data_adapters.campaign.emissions import make_episodes
from data_adapters.campaign.full.plan import CHECKED, ROUND_DAYS, TEAMS, earlier_rounds, round_start
from data_adapters.campaign.full.sink import Sink
from data_adapters.campaign.full.world import World
from data_adapters.campaign.places import cells_within
from data_adapters.campaign.randomness import Floats, Ints, Texts, stream
from data_adapters.campaign.sizes import Size
from data_adapters.tables import TABLES, conform

CLUES_A_ROUND = 6_000
LEAST_CHECKS = 20
PLANTED_PROBLEM = "PROBLEM-P"
AT_THE_STACK = ("exceedance", "treatment_not_operating", "evasion", "emergency_noncompliance", "cems_falsification")
DAYS_TO_CLOSE = (5, 90)
MENDED_AT_H = 9  # o'clock on the day the problem is closed
# R28: days since the problem was closed, and its kind
CLOSED = {"positive": (60, "exceedance"), "negative": (300, "exceedance"), "lookalike": (60, "dust_bare_land")}
COUNTS = """
SELECT i.round_code, COUNT(DISTINCT i.enterprise_id), COUNT(p.problem_id), COUNT(CASE WHEN p.is_prominent THEN 1 END)
FROM inspections AS i LEFT JOIN problems AS p ON p.inspection_id = i.inspection_id GROUP BY i.round_code
"""
MORE = [("round_code", pa.string()), ("is_prominent", pa.bool_())]
GIVEN_UP = """
WITH once AS (
    SELECT round_code, enterprise_id FROM inspections GROUP BY round_code, enterprise_id HAVING COUNT(*) = 1
),
ordinary AS (
    SELECT i.inspection_id, i.round_code, BOOL_AND(p.is_prominent) AS is_prominent
    FROM inspections AS i SEMI JOIN once USING (round_code, enterprise_id)
    JOIN problems AS p ON p.inspection_id = i.inspection_id
    GROUP BY i.inspection_id, i.round_code
    HAVING COUNT(*) = 1
),
ranked AS (
    SELECT *, ROW_NUMBER() OVER (PARTITION BY round_code, is_prominent ORDER BY inspection_id) AS place FROM ordinary
)
SELECT r.inspection_id
FROM ranked AS r
JOIN (SELECT round_code, is_prominent, COUNT(*) AS n FROM more GROUP BY ALL) AS m USING (round_code, is_prominent)
WHERE r.place <= m.n
"""
OF_PEOPLE = ("inspections", "problems", "clues", "clue_events")


@dataclass(frozen=True)
class History:
    """Canonical tables of the rounds of this year before the campaign's own; empty in its first round."""

    tables: dict[str, pa.Table]

    def counts(self) -> dict[str, dict[str, int]]:
        """Of each round with checks the enterprises seen, the problems found and the prominent ones."""
        with duckdb.connect(":memory:") as db:
            for name in ("inspections", "problems"):
                db.register(name, self.tables[name])
            rows = db.sql(COUNTS).fetchall()
        return {row[0]: dict(zip(("enterprises", "problems", "prominent"), row[1:], strict=True)) for row in rows}

    def problems(self) -> pa.Table:
        """The problems found, each with the team that found it."""
        teams = self.tables["inspections"].select(["inspection_id", "team_code"])
        return self.tables["problems"].join(teams, "inspection_id").sort_by("problem_id")

    def ordinary_problems(self) -> pa.Table:
        """Those of `problems` that were not planted."""
        problems = self.problems()
        return problems.filter(pc.invert(pc.starts_with(problems["problem_id"], PLANTED_PROBLEM)))


def closed_days(world: World, found_day: Ints) -> Ints:
    """When the ordinary problems of this year are closed, in days from 1970; the later ones after the round."""
    days: Ints = found_day + stream(world.plan.seed, "found").integers(*DAYS_TO_CLOSE, len(found_day))
    return days


def put_right(world: World, history: History) -> Floats:
    """By enterprise the hour of the round at which a fault at its stacks was put right; inf where none was."""
    problems = history.ordinary_problems()
    closed = closed_days(world, problems["found_date"].cast(pa.int32()).to_numpy()) - world.plan.start_day
    types = np.array(problems["problem_type"].to_pylist(), dtype=np.str_)
    chosen = np.isin(types, AT_THE_STACK) & (closed >= 0) & (closed < ROUND_DAYS)
    order = np.argsort(world.enterprises.id)
    names = np.array(problems["enterprise_id"].to_pylist(), dtype=np.str_)[chosen]
    who = order[np.searchsorted(world.enterprises.id, names, sorter=order)]
    hour = np.full(len(world.enterprises), np.inf)
    np.minimum.at(hour, who, 24.0 * closed[chosen] + MENDED_AT_H)
    return hour


def make_history(world: World) -> History:
    """Teams, rounds and regions as they stand, and all that happened from the first round of the year to the last."""
    plan, places = world.plan, world.places
    size = Size(
        "history",
        scope="all",
        enterprises=len(world.enterprises),
        key_sources=len(world.stacks),
        teams=TEAMS,
        checks_per_round=plan.scaled(CHECKED, LEAST_CHECKS),
        clues=plan.scaled(CLUES_A_ROUND * (plan.number - 1)),
        rounds=plan.number - 1,
        first_day=round_start(plan.year, 1),
        days_after=ROUND_DAYS,
    )
    teams = schedule.place_teams(size, plan.seed, places)
    tables = {
        "region_groups": schedule.make_region_groups(size, places),
        "rounds": schedule.make_rounds(replace(size, rounds=plan.number)),
        "teams": schedule.make_teams(plan.seed, places, teams),
        **(_lives(world, size, teams) if size.rounds else {name: TABLES[name].empty() for name in OF_PEOPLE}),
    }
    tables = _with_planted(world, tables)
    return History({name: conform(name, table) for name, table in tables.items()})


def planted_problems(world: World) -> list[dict[str, Any]]:
    """R28: problems closed 60 and 300 days ago, and one of another kind."""
    plan, rounds = world.plan, earlier_rounds(world.plan)
    rows: list[dict[str, Any]] = []
    for slot in world.cast.all("R28"):
        closed, problem = CLOSED[slot.kind]
        year, number = [one for one in rounds if round_start(*one) <= plan.start - timedelta(days=closed + 20)][-1]
        rows.append(
            {
                "problem_id": f"{PLANTED_PROBLEM}{len(rows)}",
                "round_code": f"{year}-R{number:02d}",
                "team_code": "T01",
                "enterprise_id": str(world.enterprises.id[slot.enterprise]),
                "problem_type": problem,
                "pollutant": "NOx" if problem == "exceedance" else None,
                "is_prominent": problem == "exceedance",
                "found_date": round_start(year, number) + timedelta(days=3),
                "due_date": round_start(year, number) + timedelta(days=33),
                "closed_date": plan.start - timedelta(days=closed),
            }
        )
    return rows


def _with_planted(world: World, tables: dict[str, pa.Table]) -> dict[str, pa.Table]:
    """The checks that found the planted problems of this year, and those problems."""
    years, first = f"{world.plan.year}-", len(world.cast.all("R28")) // world.plan.turns
    rows = planted_problems(world)
    tables = _with_room(tables, [one for one in rows[first:] if one["round_code"].startswith(years)])
    planted = [one for one in rows if one["round_code"].startswith(years)]
    seen = [
        {**one, "inspection_id": f"{one['problem_id']}-C", "checked_date": one["found_date"], "mode": "onsite"}
        for one in planted
    ]
    added = {name: pa.Table.from_pylist(seen, schema=TABLES[name].schema) for name in ("inspections", "problems")}
    return tables | {name: pa.concat_tables([conform(name, tables[name]), rows]) for name, rows in added.items()}


def _with_room(tables: dict[str, pa.Table], more: list[dict[str, Any]]) -> dict[str, pa.Table]:
    """Without as many ordinary checks as later turns plant, so that what a round found stays what it was.

    Given up are checks of an enterprise seen once in the round, which found one problem, as prominent as the planted.
    """
    with duckdb.connect(":memory:") as db:
        for name in ("inspections", "problems"):
            db.register(name, tables[name])
        wanted = [{"round_code": one["round_code"], "is_prominent": one["is_prominent"]} for one in more]
        db.register("more", pa.Table.from_pylist(wanted, schema=pa.schema(MORE)))
        gone = db.sql(GIVEN_UP).to_arrow_table()["inspection_id"]
    left = {name: pc.invert(pc.is_in(tables[name]["inspection_id"], gone)) for name in ("inspections", "problems")}
    return tables | {name: tables[name].filter(rows) for name, rows in left.items()}


def write_history(history: History, sink: Sink) -> None:
    """Its tables as registers beside the categories."""
    for name, table in history.tables.items():
        sink.register(name, {column: table[column] for column in table.column_names})


def _lives(world: World, size: Size, teams: schedule.Teams) -> dict[str, pa.Table]:
    seed, places = world.plan.seed, world.places
    firms, outlets = _register(world), _outlets(world)
    visits = checks.make_checks(size, seed, places, firms, teams)
    found = checks.find_problems(size, seed, firms, visits)
    truth = Truth(
        size,
        places,
        cells_within(places),
        firms,
        outlets,
        teams,
        visits,
        make_episodes(size, seed, firms, outlets),
        plumes_of(size, seed, firms),
        outcomes(size, firms, visits, found.check),
    )
    leads = clues.make_clues(size, seed, truth)
    return {
        "inspections": checks.make_inspections(size, seed, firms, teams, visits),
        "problems": checks.make_problems(size, firms, visits, found),
        "clues": clues.clue_table(size, truth, leads),
        "clue_events": clues.make_events(seed, truth, leads),
    }


def _register(world: World) -> register.Register:
    """The enterprises of the world; nothing ever happened at those of the planted cases."""
    rng = stream(world.plan.seed, "history-register")
    enterprises, n = world.enterprises, len(world.enterprises)
    is_key = np.zeros(n, np.bool_)
    is_key[world.stacks.enterprise] = True
    is_free = np.arange(n) >= world.cast.enterprises
    industry = enterprises.industry
    size_factor = rng.lognormal(0.0, 0.5, n) * np.where(is_key, 1.6, 0.6)
    return register.Register(
        enterprise_id=enterprises.id,
        county=enterprises.county,
        city=enterprises.city,
        industry=industry,
        lon=enterprises.lon,
        lat=enterprises.lat,
        status=np.full(n, "ok"),
        is_key=is_key & is_free,
        dirt=rng.gamma(1.2, 1.0, n) * invented.numbers("industries", "dirt")[industry] * is_free,
        heat=invented.numbers("industries", "heat")[industry] * size_factor * is_free,
    )


def _outlets(world: World) -> register.Outlets:
    stacks, first = world.stacks, world.cast.outlets
    number = np.char.zfill(stacks.number[first:].astype(np.str_), 3)
    code: Texts = np.char.add("DA", number)
    return register.Outlets(stacks.id[first:], code, stacks.enterprise[first:])
