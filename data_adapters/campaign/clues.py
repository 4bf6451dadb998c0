"""Clues: what the rules would have found in the invented data, and what became of it."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from data_adapters.campaign import grid, invented
from data_adapters.campaign.anchors import Draw, Truth, draw_objects
from data_adapters.campaign.life import DAY, HOUR, NO_TIME, Beginnings, History, live
from data_adapters.campaign.randomness import Flags, Floats, Ints, Texts, largest_remainder, pick_by_row, stream
from data_adapters.campaign.schedule import round_codes, teams_for
from data_adapters.campaign.sizes import Size

RAISED_SHARE = 0.08  # clues one step more severe than their rule
FALSE_ALARMS = ("DISCARDED", "NOT_CONFIRMED")
SURPLUS = 1.25  # drawn, to have enough after equal ones are dropped


@dataclass(frozen=True)
class Clues:
    """One entry per clue, sorted by time of detection; enterprise or cell is -1 where it is about the other."""

    clue_id: Texts
    rule: Ints
    severity: Ints
    enterprise: Ints
    cell: Ints
    round: Ints
    pollutant: Texts
    window_from_s: Ints
    window_to_s: Ints
    detected_s: Ints
    score: Floats
    confirm: Floats
    county: Ints

    def select(self, rows: Ints) -> Clues:
        """These rows in this order."""
        return Clues(*(getattr(self, name)[rows] for name in self.__dataclass_fields__))


def make_clues(size: Size, seed: int, truth: Truth) -> Clues:
    """Clues of all rules and rounds."""
    rng = stream(seed, "clues")
    rules = invented.clue_rules()
    rule, enterprise, cell, day, window_from, pollutant = _drawn(rng, size, truth, rules)
    window_to, detected = _moments(rng, rules, rule, day)
    window_from = np.clip(window_from, 0, window_to - 6 * HOUR)
    rounds = day // size.days_per_round
    confirm = _chances(rules.confirm[rule], truth, enterprise, rounds)
    is_raised = rng.random(len(rule)) < RAISED_SHARE
    clues = Clues(
        clue_id=_clue_ids(truth, rules.rule_id[rule], enterprise, cell, window_from),
        rule=rule,
        severity=np.maximum(1, rules.severity[rule].astype(np.int64) - is_raised),
        enterprise=enterprise,
        cell=cell,
        round=rounds,
        pollutant=pollutant,
        window_from_s=window_from,
        window_to_s=window_to,
        detected_s=detected,
        score=_scores(rng, confirm),
        confirm=confirm,
        county=np.where(enterprise >= 0, truth.register.county[enterprise], truth.cells.county[cell]),
    )
    _, first = np.unique(clues.clue_id, return_index=True)
    return clues.select(first[np.lexsort((clues.clue_id[first], detected[first]))])


def _drawn(rng: np.random.Generator, size: Size, truth: Truth, rules: invented.ClueRules) -> list[NDArray[Any]]:
    """Columns rule, enterprise, cell, day, window start and pollutant of as many clues as the size asks for."""
    growth = np.linspace(0.9, 1.12, size.rounds) * rng.normal(1, 0.04, size.rounds)
    wanted = largest_remainder(np.outer(growth, rules.weight).ravel(), size.clues).reshape(size.rounds, -1)
    parts = []
    for index, rule in np.argwhere(wanted).tolist():
        n = int(wanted[index, rule])
        draw = draw_objects(rng, truth, (str(rules.anchor[rule]), index), round(n * SURPLUS) + 4)
        parts.append(_distinct(draw, n, rng, rules, rule))
    return [np.concatenate(column) for column in zip(*parts, strict=True)]


def _distinct(
    draw: Draw, n: int, rng: np.random.Generator, rules: invented.ClueRules, rule: int
) -> tuple[Ints, Ints, Ints, Ints, Ints, Texts]:
    """The first `n` of the draw that differ in object and day, with window and pollutant."""
    key = (draw.enterprise * 1_000_003 + draw.cell) * 1_000 + draw.day
    _, first = np.unique(key, return_index=True)
    chosen = np.sort(first)[:n]
    day, onset = draw.day[chosen], draw.onset_s[chosen]
    window = round(float(rules.window_days[rule])) * DAY
    hour = 0 if rules.category[rule] == "satellite" else rng.integers(0, 24, len(chosen)) * HOUR
    starts = np.where(onset == NO_TIME, day * DAY - window + hour, np.maximum(onset, day * DAY - window))
    words = np.array(str(rules.pollutants[rule]).split("|"))
    pollutant = words[rng.integers(0, len(words), len(chosen))]
    if draw.pollutant is not None:
        pollutant = np.where(np.isin(draw.pollutant[chosen], words), draw.pollutant[chosen], pollutant)
    return np.full(len(chosen), rule), draw.enterprise[chosen], draw.cell[chosen], day, starts, pollutant


def _moments(rng: np.random.Generator, rules: invented.ClueRules, rule: Ints, day: Ints) -> tuple[Ints, Ints]:
    """End of the data and time of detection: satellite rules use whole days, the others data up to 06:00."""
    end_hour = np.where(rules.category[rule] == "satellite", 0, 6)
    detected = day * DAY + (6.5 * HOUR + rng.random(len(day)) * 2 * HOUR).astype(np.int64)
    return day * DAY + end_hour * HOUR, detected


def _chances(base: Floats, truth: Truth, enterprise: Ints, rounds: Ints) -> Floats:
    """Chance of a confirming check: higher where this round's check found problems, lower where it found none."""
    outcome = np.where(enterprise >= 0, truth.outcome[rounds, enterprise], 0)
    chance: Floats = np.clip(base + 0.03 + np.array((-0.26, 0.0, 0.12))[outcome + 1], 0.05, 0.96)
    return chance


def _scores(rng: np.random.Generator, confirm: Floats) -> Floats:
    """What the machine thought: right on the whole, not in every case."""
    doubt: Floats = rng.normal(0, 0.12, len(confirm))
    score: Floats = np.clip(0.22 + 0.55 * confirm + doubt, 0.05, 0.99)
    return score.round(3)


def _clue_ids(truth: Truth, rule_id: Texts, enterprise: Ints, cell: Ints, window_from: Ints) -> Texts:
    names = grid.cell_ids(truth.cells.col[cell], truth.cells.row[cell])
    objects = np.where(enterprise >= 0, truth.register.enterprise_id[enterprise], names)
    moments = np.datetime_as_string((window_from + truth.size.origin_s).astype("datetime64[s]"))
    return np.array(
        [
            hashlib.sha256(f"{rule}|{thing}|{moment}".encode()).hexdigest()[:16]
            for rule, thing, moment in zip(rule_id.tolist(), objects.tolist(), moments.tolist(), strict=True)
        ],
        dtype=np.str_,
    )


def clue_table(size: Size, truth: Truth, clues: Clues) -> pa.Table:
    """The table clues."""
    rules, register, cells, places = invented.clue_rules(), truth.register, truth.cells, truth.places
    is_cell = clues.enterprise < 0
    unplaced = ~is_cell & (register.status[clues.enterprise] == "missing")
    lon = np.where(is_cell, cells.lon[clues.cell], register.lon[clues.enterprise])
    lat = np.where(is_cell, cells.lat[clues.cell], register.lat[clues.enterprise])
    return pa.table(
        {
            "clue_id": pa.array(clues.clue_id.tolist()),
            "rule_id": pa.array(rules.rule_id[clues.rule].tolist()),
            "category": pa.array(rules.category[clues.rule].tolist()),
            "severity": pa.array(clues.severity, pa.int32()),
            "enterprise_id": _words(register.enterprise_id[clues.enterprise], ~is_cell),
            "cell_id": _words(grid.cell_ids(cells.col[clues.cell], cells.row[clues.cell]), is_cell),
            "county_adcode": pa.array(places.county_code[clues.county].tolist()),
            "lon_deg": np.round(np.where(unplaced, places.county_lon[clues.county], lon), 6),
            "lat_deg": np.round(np.where(unplaced, places.county_lat[clues.county], lat), 6),
            "round_code": pa.array(round_codes(size)[clues.round].tolist()),
            "pollutant": _words(clues.pollutant, clues.pollutant != ""),
            "window_from": _times(size, clues.window_from_s),
            "window_to": _times(size, clues.window_to_s),
            "detected_at": _times(size, clues.detected_s),
            "score": clues.score,
        }
    )


def make_events(seed: int, truth: Truth, clues: Clues) -> pa.Table:
    """The table clue_events."""
    rng = stream(seed, "life")
    history = live(rng, Beginnings(clues.detected_s, clues.severity, clues.confirm, truth.size.as_of_s))
    team = teams_for(rng, truth.teams, truth.places.county_city[clues.county])
    return _event_table(truth.size, clues, history, (truth.teams.code[team], causes(seed, clues, history)))


def causes(seed: int, clues: Clues, history: History) -> Texts:
    """Why a clue was discarded or not confirmed, of each event; in the shares of its category, "" for all others."""
    known = invented.columns("false_alarms")
    names = np.array(sorted(set(known["cause"])), dtype=np.str_)
    categories = np.array(sorted(set(known["category"])), dtype=np.str_)
    weight = np.zeros((len(categories), len(names)))
    at = np.searchsorted(categories, known["category"]), np.searchsorted(names, known["cause"])
    weight[at] = np.array(known["weight"], dtype=np.float64)
    is_false = np.isin(history.to_state, FALSE_ALARMS)
    category = invented.clue_rules().category[clues.rule[history.clue[is_false]]]
    picked = pick_by_row(stream(seed, "causes"), weight[np.searchsorted(categories, category)])
    out = np.full(len(history.clue), "", dtype=names.dtype)
    out[is_false] = names[picked]
    return out


def _event_table(size: Size, clues: Clues, history: History, told: tuple[Texts, Texts]) -> pa.Table:
    team, cause = told
    shared = invented.columns("states", is_shared=True)
    steps = zip(shared["from_state"], shared["event"], shared["role"], strict=True)
    roles = {(start, event): role for start, event, role in steps}
    made = zip(history.from_state.tolist(), history.event.tolist(), strict=True)
    return pa.table(
        {
            "clue_id": pa.array(clues.clue_id[history.clue].tolist()),
            "sequence": pa.array(history.sequence, pa.int32()),
            "at": _times(size, history.at_s),
            "event": pa.array(history.event.tolist()),
            "from_state": _words(history.from_state, history.from_state != ""),
            "to_state": pa.array(history.to_state.tolist()),
            "role": pa.array([roles[step] for step in made]),
            "team_code": _words(team[history.clue], history.is_with_team),
            "due_at": _times(size, history.due_s),
            "cause": _words(cause, cause != ""),
        }
    )


def _words(values: Texts, present: Flags) -> pa.Array:
    return pa.array(values.tolist(), pa.string(), mask=~present)


def _times(size: Size, seconds: Ints) -> pa.Array:
    return pa.array(seconds + size.origin_s, pa.int64(), mask=seconds == NO_TIME).view(pa.timestamp("s"))
