"""Checks of enterprises by teams, and the problems they found, in the published proportions."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from data_adapters.campaign import invented
from data_adapters.campaign.places import Places
from data_adapters.campaign.randomness import Flags, Floats, Ints, Texts, largest_remainder, pick_distinct, stream
from data_adapters.campaign.register import Register
from data_adapters.campaign.schedule import Teams, round_codes, scope, teams_for
from data_adapters.campaign.sizes import PROBLEMS_PER_ENTERPRISE, PROMINENT_PER_ENTERPRISE, Size

REPEATED_SHARE = 0.03
CLEAN_SHARE = 0.36
CONTROL_SHARE = 0.04  # of a round's checks are drawn by lot, to compare with those that data chose


@dataclass(frozen=True)
class Checks:
    """One entry per check."""

    enterprise: Ints
    round: Ints
    day: Ints  # of the campaign, from 0
    team: Ints


@dataclass(frozen=True)
class Problems:
    """One entry per problem: the check that found it and its type."""

    check: Ints
    type: Ints
    day: Ints


def make_checks(size: Size, seed: int, places: Places, register: Register, teams: Teams) -> Checks:
    """Targets are enterprises in scope, likelier where more is wrong; a few are seen twice in a round."""
    rng = stream(seed, "checks")
    per_round = largest_remainder(rng.normal(1.0, 0.045, size.rounds), size.checks_per_round * size.rounds)
    parts = []
    for index, n in enumerate(per_round.tolist()):
        weight = np.where(scope(places, index)[register.city], register.dirt**0.8 + 0.15 * register.is_key, 0.0)
        enterprise = pick_distinct(rng, weight, n)
        day = 1 + np.floor(rng.beta(1.5, 1.2, len(enterprise)) * (size.days_per_round - 1)).astype(np.int64)
        again = np.flatnonzero((rng.random(len(enterprise)) < REPEATED_SHARE) & (day < size.days_per_round - 2))
        later = np.minimum(day[again] + rng.integers(2, 6, len(again)), size.days_per_round - 1)
        both, days = np.concatenate([enterprise, enterprise[again]]), np.concatenate([day, later])
        order = np.lexsort((both, days))
        parts.append((both[order], np.full(len(order), index), index * size.days_per_round + days[order]))
    enterprise, rounds, day = (np.concatenate(column) for column in zip(*parts, strict=True))
    return Checks(enterprise, rounds, day, teams_for(rng, teams, register.city[enterprise]))


def make_inspections(size: Size, seed: int, register: Register, teams: Teams, checks: Checks) -> pa.Table:
    """The table inspections; the share done from afar grows from round to round."""
    rng = stream(seed, "modes")
    is_remote = rng.random(len(checks.day)) < 0.07 + 0.02 * checks.round
    codes = round_codes(size)
    return pa.table(
        {
            "inspection_id": pa.array(inspection_ids(size, checks).tolist()),
            "round_code": pa.array(codes[checks.round].tolist()),
            "team_code": pa.array(teams.code[checks.team].tolist()),
            "enterprise_id": pa.array(register.enterprise_id[checks.enterprise].tolist()),
            "checked_date": _dates(size, checks.day),
            "mode": pa.array(np.where(is_remote, "offsite", "onsite").tolist()),
            "is_control": pa.array(_by_lot(seed, register, checks)),
        }
    )


def _by_lot(seed: int, register: Register, checks: Checks) -> Flags:
    """The checks drawn by lot: mostly of enterprises that are cleaner than those data would choose."""
    rng, n = stream(seed, "by-lot"), len(checks.day)
    drawn = np.zeros(n, dtype=np.bool_)
    weight = 1 / (0.2 + register.dirt[checks.enterprise]) ** 2
    drawn[pick_distinct(rng, weight, round(n * CONTROL_SHARE))] = True
    return drawn


def inspection_ids(size: Size, checks: Checks) -> Texts:
    """Ids as 2023-R01-C00001."""
    codes = round_codes(size)[checks.round].tolist()
    number = _running(checks.round).tolist()
    return np.array([f"{code}-C{n:05d}" for code, n in zip(codes, number, strict=True)], dtype=np.str_)


def _running(group: Ints) -> Ints:
    """Numbers from 1 within each run of equal, sorted `group`."""
    return 1 + np.arange(len(group)) - np.searchsorted(group, group)


def _dates(size: Size, day: Ints) -> pa.Array:
    return pa.array((day + size.epoch_day).astype(np.int32)).view(pa.date32())


def find_problems(size: Size, seed: int, register: Register, checks: Checks) -> Problems:
    """Problems in the published proportions: a third of the enterprises have none, a few have many."""
    rng = stream(seed, "problems")
    distinct = size.checks_per_round * size.rounds
    trend = rng.normal(1.0, 0.05, size.rounds)
    found = largest_remainder(trend, round(distinct * PROBLEMS_PER_ENTERPRISE))
    outstanding = largest_remainder(
        trend * np.linspace(0.86, 1.14, size.rounds), round(distinct * PROMINENT_PER_ENTERPRISE)
    )
    weight = rng.gamma(1.5, 1.0, len(checks.day)) * (0.4 + register.dirt[checks.enterprise] ** 0.5)
    weight *= rng.random(len(checks.day)) > CLEAN_SHARE
    parts = [
        _problems_of_round(rng, (index, size.rounds), np.flatnonzero(checks.round == index), weight, (n, prominent))
        for index, (n, prominent) in enumerate(zip(found.tolist(), outstanding.tolist(), strict=True))
    ]
    check, kind = (np.concatenate(column) for column in zip(*parts, strict=True))
    return Problems(check, kind, checks.day[check])


def _problems_of_round(
    rng: np.random.Generator, position: tuple[int, int], members: Ints, weight: Floats, wanted: tuple[int, int]
) -> tuple[Ints, Ints]:
    n, n_prominent = wanted
    share = weight[members] / weight[members].sum()
    check = np.repeat(members, rng.multinomial(n, share))
    is_prominent = np.zeros(n, dtype=np.bool_)
    is_prominent[pick_distinct(rng, rng.gamma(0.7, 1.0, int(members.max()) + 1)[check] + 0.02, n_prominent)] = True
    type_weights, prominent_type = _type_weights(position[0] / max(1, position[1] - 1))
    kind = np.empty(n, dtype=np.int64)
    for flag in (False, True):
        chosen = np.where(prominent_type == flag, type_weights, 0.0)
        rows = np.flatnonzero(is_prominent == flag)
        kind[rows] = np.searchsorted(np.cumsum(chosen / chosen.sum()), rng.random(len(rows)), side="right")
    return check, np.minimum(kind, len(type_weights) - 1)


def _type_weights(progress: float) -> tuple[Floats, np.ndarray]:
    """Weights of the types between first and last round, and whether each is prominent."""
    first, last = (invented.numbers("problem_types", f"weight_{end}") for end in ("first", "last"))
    return first + (last - first) * progress, prominent_types()


def prominent_types() -> np.ndarray:
    """For each type of the campaign, whether the reference counts it as prominent."""
    shared = invented.columns("problem_types", is_shared=True)
    flag = dict(zip(shared["code"], shared["is_prominent"], strict=True))
    return np.array(
        [flag[code].lower() in ("1", "true", "yes") for code in invented.columns("problem_types")["problem_type"]]
    )


def make_problems(size: Size, register: Register, checks: Checks, problems: Problems) -> pa.Table:
    """The table problems."""
    ids = inspection_ids(size, checks)[problems.check].tolist()
    types = invented.texts("problem_types", "problem_type")[problems.type]
    number = _running(problems.check).tolist()
    return pa.table(
        {
            "problem_id": pa.array([f"{check}-P{n:02d}" for check, n in zip(ids, number, strict=True)]),
            "inspection_id": pa.array(ids),
            "enterprise_id": pa.array(register.enterprise_id[checks.enterprise[problems.check]].tolist()),
            "round_code": pa.array(round_codes(size)[checks.round[problems.check]].tolist()),
            "problem_type": pa.array(types.tolist()),
            "is_prominent": pa.array(prominent_types()[problems.type]),
            "found_date": _dates(size, problems.day),
        }
    )
