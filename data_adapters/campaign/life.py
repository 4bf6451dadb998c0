"""The life of every clue: a walk over the states of `reference/states.csv`, all clues a step at a time.

Only transitions of that file can happen; `campaign/reference/life.csv` says how often and how fast.
Times are seconds since the first day of the campaign.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from data_adapters.campaign import invented
from data_adapters.campaign.randomness import Flags, Floats, Ints, Texts, pick_by_row

HOUR, DAY = 3600, 86_400
PUSH_HOUR = 18
WORK_FROM, WORK_TO = int(8.5 * HOUR), 20 * HOUR
BY_MACHINE = ("create", "overdue", "fail_twice", "resume", "resume_rectify", "relapse")
LEAST_STEP_S = 600
MOST_STEPS = 80
NO_TIME = -1
SHORT_RECTIFICATION_SHARE = 0.55
VERDICT_WEIGHT = 96.0  # shared by confirm and deny


@dataclass(frozen=True)
class Beginnings:
    """What a life starts from."""

    detected_s: Ints
    severity: Ints
    confirm: Floats  # chance that a check confirms it
    as_of_s: int


@dataclass(frozen=True)
class History:
    """One entry per event, sorted by clue and sequence; states and events are words, "" for none."""

    clue: Ints
    sequence: Ints
    at_s: Ints
    event: Texts
    from_state: Texts
    to_state: Texts
    due_s: Ints
    is_with_team: Flags

    def final(self) -> Ints:
        """Row of the last event of every clue."""
        return np.flatnonzero(np.append(self.clue[1:] != self.clue[:-1], True))

    def select(self, keep: Flags) -> History:
        """Only the chosen rows."""
        return History(*(getattr(self, name)[keep] for name in self.__dataclass_fields__))


@dataclass(frozen=True)
class Transitions:
    """Options of each state as matrices, states x options; an option without an event means staying for ever."""

    states: Texts
    event: Texts
    to: Ints
    weight: Floats
    median_h: Floats
    sigma: Floats
    due_h: Floats  # states x (severity 1, other); NaN: no deadline


@dataclass
class _Walk:
    """Where every clue stands."""

    state: Ints
    at_s: Ints
    due_s: Ints
    fails: Ints
    is_with_team: Flags
    is_confirmed: Flags
    waits_in_check: Flags  # suspended while being checked, not while being put right
    rows: list[tuple[NDArray[Any], ...]] = field(default_factory=list)


def all_states() -> list[str]:
    """Every state, in the order of the reference."""
    return list(dict.fromkeys(invented.columns("states", is_shared=True)["to_state"]))


def load_transitions() -> Transitions:
    """The legal steps with the campaign's weights.

    Raises  KeyError if the campaign knows a step that the reference does not
    """
    shared = invented.columns("states", is_shared=True)
    legal = {
        (start, event): end
        for start, event, end in zip(shared["from_state"], shared["event"], shared["to_state"], strict=True)
    }
    states = all_states()
    shape = (len(states), 4)
    event, to = np.full(shape, "", dtype="U24"), np.zeros(shape, dtype=np.int64)
    weight, median, sigma = np.zeros(shape), np.zeros(shape), np.zeros(shape)
    used = np.zeros(len(states), dtype=np.int64)
    for start, name, *values in zip(*invented.columns("life").values(), strict=True):
        at = states.index(start)
        slot = (at, used[at])
        used[at] += 1
        event[slot], to[slot] = name, states.index(legal[start, name]) if name else at
        weight[slot], median[slot], sigma[slot] = (float(value) for value in values)
    weight[used == 0, 0] = 1.0
    due = np.full((len(states), 2), np.nan)
    for state, urgent, usual in zip(*invented.columns("deadlines").values(), strict=True):
        due[states.index(state)] = float(urgent), float(usual)
    return Transitions(np.array(states), event, to, weight, median, sigma, due)


def live(rng: np.random.Generator, start: Beginnings) -> History:
    """The history of every clue up to `as_of_s`."""
    table = load_transitions()
    n = len(start.detected_s)
    born = int(np.flatnonzero(table.states == "IDENTIFIED")[0])
    no = np.zeros(n, dtype=np.bool_)
    walk = _Walk(
        np.full(n, born),
        start.detected_s.copy(),
        np.zeros(n, np.int64),
        np.zeros(n, np.int64),
        no,
        no.copy(),
        no.copy(),
    )
    everyone = np.arange(n)
    walk.due_s = _due(rng, table, walk, start, everyone)
    walk.rows.append(
        (everyone, walk.at_s.copy(), np.full(n, -1), np.full(n, -1), walk.state.copy(), walk.due_s.copy(), no.copy())
    )
    active = everyone
    for _ in range(MOST_STEPS):
        active = _step(rng, table, walk, start, active)
        if not len(active):
            break
    return _history(table, walk)


def _step(rng: np.random.Generator, table: Transitions, walk: _Walk, start: Beginnings, active: Ints) -> Ints:
    """One event for every active clue; returns those that had one in time."""
    state = walk.state[active]
    option = pick_by_row(rng, _weights(table, walk, start, active))
    event = table.event[state, option]
    at = _times(rng, table, walk, (active, option))
    moved = (event != "") & (at <= start.as_of_s)
    active, state, option, event, at = active[moved], state[moved], option[moved], event[moved], at[moved]
    walk.state[active], walk.at_s[active] = table.to[state, option], at
    walk.fails[active] += event == "fail"
    walk.is_with_team[active] |= event == "push"
    walk.is_confirmed[active] |= event == "confirm"
    walk.waits_in_check[active] = table.states[state] == "CHECKING"
    walk.due_s[active] = _due(rng, table, walk, start, active)
    walk.rows.append((active, at, state, option, walk.state[active], walk.due_s[active], walk.is_with_team[active]))
    return active


def _weights(table: Transitions, walk: _Walk, start: Beginnings, active: Ints) -> Floats:
    state = walk.state[active]
    weight, event = table.weight[state], table.event[state]
    chance = start.confirm[active][:, None]
    weight = np.where(event == "confirm", VERDICT_WEIGHT * chance, weight)
    weight = np.where(event == "deny", VERDICT_WEIGHT * (1 - chance), weight)
    waits = walk.waits_in_check[active][:, None]
    has_failed = (walk.fails[active] > 0)[:, None]
    barred = (event == "resume") & ~waits | (event == "resume_rectify") & waits
    barred |= (event == "fail") & has_failed | (event == "fail_twice") & ~has_failed
    barred |= (event == "relapse") & ~walk.is_confirmed[active][:, None]
    return np.where(barred, 0.0, weight)


def _times(rng: np.random.Generator, table: Transitions, walk: _Walk, choice: tuple[Ints, Ints]) -> Ints:
    active, option = choice
    state, now, due = walk.state[active], walk.at_s[active], walk.due_s[active]
    event = table.event[state, option]
    factor = table.median_h[state, option] * np.exp(table.sigma[state, option] * rng.standard_normal(len(active)))
    at = now + factor * HOUR
    at = np.where(event == "report_done", now + (due - now) * factor, at)
    at = np.where(event == "overdue", due + np.maximum(factor, 24) * HOUR, at)
    at = np.maximum(at, now + LEAST_STEP_S * (1 + rng.random(len(active))))
    pushed = np.isin(event, ("push", "re_push"))
    jitter = rng.random(len(active))
    at = np.where(pushed, np.ceil((at - PUSH_HOUR * HOUR) / DAY) * DAY + PUSH_HOUR * HOUR + jitter * 1200, at)
    by_hand = ~np.isin(event, BY_MACHINE) & ~pushed
    return np.where(by_hand, _in_working_hours(at, jitter), at).astype(np.int64)


def _in_working_hours(at: Floats, jitter: Floats) -> Floats:
    """The same moment, or the next morning: people act between 08:30 and 20:00."""
    day, second = np.divmod(at, DAY)
    morning = WORK_FROM + jitter * 1.5 * HOUR
    too_late = second > WORK_TO
    return np.where(too_late, (day + 1) * DAY + morning, np.where(second < WORK_FROM, day * DAY + morning, at))


def _due(rng: np.random.Generator, table: Transitions, walk: _Walk, start: Beginnings, active: Ints) -> Ints:
    state = walk.state[active]
    column = (start.severity[active] != 1).astype(np.int64)
    is_plan = table.states[state] == "RECTIFYING"
    column = np.where(is_plan & (rng.random(len(active)) < SHORT_RECTIFICATION_SHARE), 0, column)
    hours = table.due_h[state, column]
    due = walk.at_s[active] + np.nan_to_num(hours) * HOUR
    return np.where(np.isnan(hours), NO_TIME, due).astype(np.int64)


def _history(table: Transitions, walk: _Walk) -> History:
    step = np.repeat(np.arange(len(walk.rows)), [len(row[0]) for row in walk.rows])
    clue, at, state, option, to, due, with_team = (np.concatenate(column) for column in zip(*walk.rows, strict=True))
    order = np.lexsort((step, clue))
    is_birth = state < 0
    event = np.where(is_birth, "create", table.event[state, option])
    from_state = np.where(is_birth, "", table.states[state])
    columns: tuple[NDArray[Any], ...] = (clue, step + 1, at, event, from_state, table.states[to], due, with_team)
    return _every_state_reached(History(*(column[order] for column in columns)))


def _every_state_reached(history: History) -> History:
    """If nobody stands in a state at the end, the last clue that passed through it stops there."""
    keep = np.ones(len(history.clue), dtype=np.bool_)
    for state in _missing_states(history):
        passed = np.flatnonzero((history.to_state == state) & keep)
        if len(passed):
            last = passed[-1]
            keep[(history.clue == history.clue[last]) & (history.sequence > history.sequence[last])] = False
    return history.select(keep)


def _missing_states(history: History) -> Iterator[str]:
    present = set(history.to_state[history.final()].tolist())
    return (state for state in all_states() if state not in present)
