"""The checks of the rounds of earlier years: who was seen, and at which check a problem was found."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from data_adapters.campaign.checks import CLEAN_SHARE
from data_adapters.campaign.full.columns import dates, named, numbered
from data_adapters.campaign.full.history import LEAST_CHECKS
from data_adapters.campaign.full.plan import CHECKED, ROUND_DAYS, round_start
from data_adapters.campaign.full.sink import Sink
from data_adapters.campaign.full.world import World
from data_adapters.campaign.randomness import Flags, Floats, Ints, stream

ABOUT = 0.06  # how far the number of checks of a round is from the usual


@dataclass(frozen=True)
class Visits:
    """Checks by round; an enterprise is seen once a round."""

    rounds: tuple[tuple[int, int], ...]  # year and number
    round: Ints
    enterprise: Ints
    day: Ints  # from 1970
    weight: Floats  # how much is wrong there; nothing at about a third

    def __len__(self) -> int:
        """Number of checks."""
        return len(self.round)

    def where(self, rng: np.random.Generator, rounds: Ints) -> Ints:
        """For each problem, given by its round, the check that found it."""
        bounds = np.concatenate([[0.0], np.cumsum(self.weight)])
        first = np.searchsorted(self.round, rounds, side="left")
        last = np.searchsorted(self.round, rounds, side="right")
        drawn = bounds[first] + rng.random(len(rounds)) * (bounds[last] - bounds[first])
        at: Ints = np.clip(np.searchsorted(bounds, drawn, side="right") - 1, first, last - 1)
        return at


def make_visits(world: World, rounds: list[tuple[int, int]]) -> Visits:
    """Of enterprises in the cities listed then, none of them of a planted case."""
    rng, plan = stream(world.plan.seed, "past-checks"), world.plan
    is_listed = world.places.in_scope(is_after=False)[world.enterprises.city]
    there = np.flatnonzero(is_listed & (np.arange(len(world.enterprises)) >= world.cast.enterprises))
    usual = plan.scaled(CHECKED, LEAST_CHECKS)
    number = [min(round(usual * rng.normal(1.0, ABOUT)), len(there)) for _ in rounds]
    of = np.repeat(np.arange(len(rounds)), number)
    who = np.concatenate([np.sort(rng.choice(there, n, replace=False)) for n in number])
    first = np.array([(round_start(*one) - plan.start).days + plan.start_day for one in rounds])
    weight = rng.gamma(1.5, 1.0, len(of)) * (rng.random(len(of)) > CLEAN_SHARE)
    return Visits(tuple(rounds), of, who, first[of] + rng.integers(0, ROUND_DAYS, len(of)), weight)


def write_visits(world: World, sink: Sink, visits: Visits, at: Ints, is_prominent: Flags) -> None:
    """The register past_checks; `at` is the check of each problem."""
    codes = [f"{year}-R{number:02d}" for year, number in visits.rounds]
    sink.register(
        "past_checks",
        {
            "check_id": numbered("PAST-C", np.arange(len(visits)), 7),
            "round_code": named(codes, visits.round),
            "enterprise_id": named(world.enterprises.id, visits.enterprise),
            "checked_date": dates(visits.day),
            "problems": np.bincount(at, minlength=len(visits)).astype(np.int32),
            "prominent": np.bincount(at, is_prominent, len(visits)).astype(np.int32),
        },
    )
