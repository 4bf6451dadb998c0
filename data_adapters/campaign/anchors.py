"""What clues are hung on: exceedance episodes, plumes, checked enterprises, or any place in scope."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from data_adapters.campaign import invented
from data_adapters.campaign.checks import Checks
from data_adapters.campaign.emissions import POLLUTANTS, Episodes
from data_adapters.campaign.life import DAY, HOUR, NO_TIME
from data_adapters.campaign.places import Cells, Places
from data_adapters.campaign.plumes import Plumes, locate
from data_adapters.campaign.randomness import Flags, Floats, Ints, Texts, pick
from data_adapters.campaign.register import Outlets, Register
from data_adapters.campaign.schedule import Teams, scope
from data_adapters.campaign.sizes import Size

CHECKED_BOOST = 7.0
BLAMED_SHARE = 0.55  # attributions that name the true source


@dataclass(frozen=True)
class Truth:
    """All a clue can be hung on."""

    size: Size
    places: Places
    cells: Cells
    register: Register
    outlets: Outlets
    teams: Teams
    checks: Checks
    episodes: Episodes
    plumes: dict[str, Plumes]
    outcome: Ints  # rounds x enterprises: 1 checked with problems, -1 checked without, 0 not checked


@dataclass(frozen=True)
class Draw:
    """Objects of clues and their day of detection; onset is NO_TIME where the rule's window decides."""

    enterprise: Ints
    cell: Ints
    day: Ints
    onset_s: Ints
    pollutant: Texts | None = None


def outcomes(size: Size, register: Register, checks: Checks, problem_check: Ints) -> Ints:
    """Whether each enterprise was checked in each round, and with problems or without."""
    result = np.zeros((size.rounds, len(register)), dtype=np.int64)
    result[checks.round, checks.enterprise] = -1
    result[checks.round[problem_check], checks.enterprise[problem_check]] = 1
    return result


def draw_objects(rng: np.random.Generator, truth: Truth, task: tuple[str, int], n: int) -> Draw:
    """About `n` objects for a rule with this anchor in this round."""
    anchor, round_index = task
    if anchor == "episode":
        return _episodes(rng, truth, round_index, n)
    if anchor in ("hot_pm25", "hot_hcho", "plume_enterprise"):
        return _plumes(rng, truth, task, n)
    if anchor == "cell":
        in_scope = np.flatnonzero(scope(truth.places, round_index)[truth.cells.city])
        cell = in_scope[rng.integers(0, len(in_scope), n)]
        return Draw(np.full(n, -1), cell, _any_day(rng, truth, round_index, n), np.full(n, NO_TIME))
    return _enterprises(rng, truth, task, n)


def _any_day(rng: np.random.Generator, truth: Truth, round_index: int, n: int) -> Ints:
    length = truth.size.days_per_round
    return np.maximum(round_index * length + rng.integers(0, length, n), 1)


def _enterprises(rng: np.random.Generator, truth: Truth, task: tuple[str, int], n: int) -> Draw:
    """Enterprises in scope, mostly such as are checked in this round; the clue comes some days before the check."""
    anchor, round_index = task
    register, length = truth.register, truth.size.days_per_round
    was_checked = truth.outcome[round_index] != 0
    weight = register.dirt**0.6 * np.where(was_checked, CHECKED_BOOST, 1.0)
    in_scope = scope(truth.places, round_index)[register.city]
    suited = in_scope & _suited(register, anchor)
    weight *= suited if suited.any() else in_scope
    enterprise = pick(rng, np.arange(len(register)), weight, n).astype(np.int64)
    check_day = np.full(len(register), -1)
    of_round = truth.checks.round == round_index
    check_day[truth.checks.enterprise[of_round]] = truth.checks.day[of_round]
    before = check_day[enterprise] - rng.integers(3, 7, n)
    day = np.where(check_day[enterprise] >= 0, before, _any_day(rng, truth, round_index, n))
    day = np.clip(day, max(1, round_index * length), (round_index + 1) * length - 1)
    return Draw(enterprise, np.full(n, -1), day, np.full(n, NO_TIME))


def _suited(register: Register, anchor: str) -> Flags:
    if anchor == "incinerator":
        code = invented.texts("industries", "industry_code")[register.industry]
        burns: Flags = register.is_key & (code == "waste_incineration")
        return burns
    return register.is_key | np.bool_(anchor != "key")


def _episodes(rng: np.random.Generator, truth: Truth, round_index: int, n: int) -> Draw:
    """Days of exceedance episodes, detected the morning after."""
    episodes = truth.episodes
    owner = truth.outlets.enterprise[episodes.outlet]
    in_scope = scope(truth.places, round_index)[truth.register.city[owner]]
    chosen, day = _days_within(
        rng, truth.size, round_index, (episodes.start + 1, episodes.length, in_scope.astype(np.float64)), n
    )
    if not len(chosen):
        return _enterprises(rng, truth, ("key", round_index), n)
    onset = episodes.start[chosen] * DAY + (chosen * 7 % 24) * HOUR
    pollutant = np.array(POLLUTANTS)[episodes.pollutant[chosen]]
    return Draw(owner[chosen], np.full(len(chosen), -1), day, onset, pollutant)


def _days_within(
    rng: np.random.Generator, size: Size, round_index: int, spans: tuple[Ints, Ints, Floats], n: int
) -> tuple[Ints, Ints]:
    """`n` draws of spans that touch the round (by `weight` and days in it), each with one of those days."""
    start, length, weight = spans
    first = np.maximum(start, max(1, round_index * size.days_per_round))
    days = np.minimum(start + length, (round_index + 1) * size.days_per_round) - first
    weight = weight * np.maximum(days, 0)
    if not weight.any():
        return np.empty(0, np.int64), np.empty(0, np.int64)
    chosen = pick(rng, np.arange(len(start)), weight, n).astype(np.int64)
    return chosen, first[chosen] + np.floor(rng.random(n) * days[chosen]).astype(np.int64)


def _plumes(rng: np.random.Generator, truth: Truth, task: tuple[str, int], n: int) -> Draw:
    """Cells under a plume, or an enterprise blamed for one."""
    anchor, round_index = task
    plumes = truth.plumes["HCHO" if anchor == "hot_hcho" else "PM25"]
    in_scope = scope(truth.places, round_index)[truth.register.city[plumes.enterprise]]
    spans = (plumes.start + 2, plumes.length - 1, in_scope * plumes.strength)
    chosen, day = _days_within(rng, truth.size, round_index, spans, n)
    if anchor == "plume_enterprise":
        return Draw(
            _blamed(rng, truth, plumes.enterprise[chosen]), np.full(len(chosen), -1), day, np.full(len(chosen), NO_TIME)
        )
    age = (day - plumes.start[chosen])[:, None]
    spread = plumes.radius[chosen, None] * 0.6 * rng.standard_normal((len(chosen), 2))
    position = np.stack([plumes.col[chosen], plumes.row[chosen]], axis=1) + plumes.drift[chosen] * age + spread
    cell, exists = locate(truth.cells, *np.round(position).astype(np.int64).T)
    exists &= scope(truth.places, round_index)[truth.cells.city[cell]]
    rows = np.flatnonzero(exists)
    return Draw(np.full(len(rows), -1), cell[rows], day[rows], np.full(len(rows), NO_TIME))


def _blamed(rng: np.random.Generator, truth: Truth, source: Ints) -> Ints:
    """The true source, or another enterprise of the same county."""
    county = truth.register.county
    order = np.argsort(county, kind="stable")
    first, last = (
        np.searchsorted(county[order], county[source]),
        np.searchsorted(county[order], county[source], "right"),
    )
    other = order[first + np.floor(rng.random(len(source)) * (last - first)).astype(np.int64)]
    return np.where(rng.random(len(source)) < BLAMED_SHARE, source, other)
