"""Figures against each other: a round against another, cities or industries against each other."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

import duckdb

from fusion.errors import FusionError
from fusion.metrics import FOLLOWS, NO_CONDITION, TABLES_THERE, Asked, Measured, Metric, dictionary

NARROWABLE = frozenset({"checks", "clues", "moment", *FOLLOWS})
PER_ENTERPRISE = "enterprises_checked"
NO_PLACE = 65535
NO_TEAM = NO_INDUSTRY = 255
COMMON = "round_idx = $round AND LIST_CONTAINS($cities, city_idx)"
VERSIONS = """
SELECT DISTINCT k.round_idx, f.rule_id, f.rule_version
FROM findings AS f INNER JOIN clues AS k ON k.clue_id = f.clue_id
WHERE k.round_idx IN ($now, $before)
"""
NEW_RULES = "SELECT COUNT(*) FROM rule_methods WHERE valid_from > $begin AND valid_from < $until"


@dataclass(frozen=True)
class Note:
    """A warning of the dictionary with its numbers, {now} and {before}."""

    key: str
    now: int = 0
    before: int = 0


@dataclass(frozen=True)
class RoundOnRound:
    """A rate per enterprise in a round and in the one before, both over their common cities."""

    metric_id: str
    round_code: str
    previous_code: str
    change: float | None  # (now - before) / before; none where either is no rate, or before is 0
    now: Measured
    before: Measured
    n_cities: int
    notes: tuple[Note, ...]

    def noted(self, notes: Sequence[Note]) -> RoundOnRound:
        """The same with more notes before the others."""
        return replace(self, notes=(*notes, *self.notes))


@dataclass(frozen=True)
class Ranked:
    """A place in a ranking; `place` is none where there are too few to rank."""

    idx: int
    place: int | None
    measured: Measured


@dataclass(frozen=True)
class Round:
    """A round of the snapshot; `until` is the day after its last."""

    idx: int
    code: str
    year: int
    begin: Any
    until: Any


def round_on_round(
    db: duckdb.DuckDBPyConnection, metric_id: str, round_code: str, lacking: Mapping[str, str] = NO_CONDITION
) -> RoundOnRound:
    """How a rate per enterprise changed from the round before, over the cities that `db` sees checks of in both.

    Give a connection that sees both rounds: no filter on rounds or dates.

    Raises  FusionError for a figure that is no rate per enterprise, a round that is not there, or the first one
    """
    there = rounds_by_code(db)
    find_round(there, round_code)
    codes = list(there)
    if codes[0] == round_code:
        raise FusionError(f"round {round_code} is the first: there is none before it to compare with")
    return round_against(db, metric_id, round_code, codes[codes.index(round_code) - 1], lacking)


def round_against(
    db: duckdb.DuckDBPyConnection,
    metric_id: str,
    round_code: str,
    other_code: str,
    lacking: Mapping[str, str] = NO_CONDITION,
) -> RoundOnRound:
    """The same against any other round.

    Raises  FusionError for a figure that is no rate per enterprise, or a round that is not there
    """
    metric = dictionary().get(metric_id)
    if metric.denominator != PER_ENTERPRISE:
        known = [name for name, one in dictionary().metric.items() if one.denominator == PER_ENTERPRISE]
        raise FusionError(f"metric {metric_id} can't be compared round on round", f"known: {', '.join(known)}")
    there = rounds_by_code(db)
    now, before = find_round(there, round_code), find_round(there, other_code)
    cities_now, cities_before = (cities_of(db, one.idx) for one in (now, before))
    common = sorted(cities_now & cities_before)
    both = [
        Asked(db, dictionary(), COMMON, {"round": one.idx, "cities": common}).measure({metric_id: metric}, lacking)[0]
        for one in (now, before)
    ]
    lists = Note("city_list_changed", len(cities_now - cities_before), len(cities_before - cities_now))
    notes = [lists] if lists.now or lists.before else []
    notes += [*_teams(db, now, before), *_rules(db, now, before), *_calendar(db, now, before)]
    notes += [Note(key) for key in (*metric.warnings, "same_cities")]
    change = change_of(both[0].value, both[1].value)
    return RoundOnRound(metric_id, now.code, before.code, change, both[0], both[1], len(common), tuple(notes))


def ranking(
    db: duckdb.DuckDBPyConnection,
    metric_id: str,
    by: Literal["city", "county", "industry"],
    lacking: Mapping[str, str] = NO_CONDITION,
) -> list[Ranked]:
    """Cities, counties or industries by the lower bound of a share, or by the value of what has no bounds.

    Those with too few stand at the end without a place. `idx` is the row of places or industries.

    Raises  FusionError for a figure that is no rate, or does not rest on checks or clues
    """
    metric = dictionary().get(metric_id)
    asked = Asked(db, dictionary())
    if metric.kind not in ("ratio", "share") or metric.needs or asked.reads(metric) - NARROWABLE:
        raise FusionError(f"metric {metric_id} can't be ranked", "rank a rate of checks, problems or clues")
    found = [
        (idx, Asked(db, dictionary(), f"{by}_idx = $chosen", {"chosen": idx}).measure({metric_id: metric}, lacking)[0])
        for idx in _members(db, metric, by)
    ]
    enough = sorted((one for one in found if one[1].is_enough), key=lambda one: (*_weight(one[1]), one[0]))
    few = sorted((one for one in found if not one[1].is_enough), key=lambda one: (-(one[1].denominator or 0), one[0]))
    ranked = [Ranked(idx, place, measured) for place, (idx, measured) in enumerate(enough, start=1)]
    return [*ranked, *(Ranked(idx, None, measured) for idx, measured in few)]


def _weight(one: Measured) -> tuple[float, float]:
    value = one.value or 0.0
    return (-(value if one.low is None else one.low), -value)


def _members(db: duckdb.DuckDBPyConnection, metric: Metric, by: str) -> list[int]:
    table = "clues" if {"clues", "clue_events"} & Asked(db, dictionary()).reads(metric) else "checks"
    nothing = NO_INDUSTRY if by == "industry" else NO_PLACE
    found = db.execute(f"SELECT DISTINCT {by}_idx FROM {table} WHERE {by}_idx <> {nothing} ORDER BY 1").fetchall()
    return [idx for (idx,) in found]


def change_of(now: float | None, before: float | None) -> float | None:
    """(now - before) / before; none where either is none, or before is 0."""
    return (now - before) / before if now is not None and before else None


def rounds_by_code(db: duckdb.DuckDBPyConnection) -> dict[str, Round]:
    """All rounds by code, in order of time."""
    rows = db.execute(
        "SELECT round_idx, round_code, year, from_date, to_date FROM rounds ORDER BY round_idx"
    ).fetchall()
    return {row[1]: Round(*row) for row in rows}


def find_round(rounds: Mapping[str, Round], code: str) -> Round:
    """The round of that code.

    Raises  FusionError if there is none
    """
    if code not in rounds:
        raise FusionError(f"there is no round {code!r}", f"known: {', '.join(rounds)}")
    return rounds[code]


def cities_of(db: duckdb.DuckDBPyConnection, round_idx: int) -> set[int]:
    """The cities, by their rows of places, that a round has checks of."""
    text = "SELECT DISTINCT city_idx FROM checks WHERE round_idx = $round AND city_idx <> $nothing"
    return {city for (city,) in db.execute(text, {"round": round_idx, "nothing": NO_PLACE}).fetchall()}


def _teams(db: duckdb.DuckDBPyConnection, now: Round, before: Round) -> list[Note]:
    text = "SELECT COUNT(DISTINCT team_idx) FROM checks WHERE round_idx = $round AND team_idx <> $nothing"
    counts = [db.execute(text, {"round": one.idx, "nothing": NO_TEAM}).fetchall()[0][0] for one in (now, before)]
    return [Note("team_count_changed", *counts)] if counts[0] != counts[1] else []


def _rules(db: duckdb.DuckDBPyConnection, now: Round, before: Round) -> list[Note]:
    """Rules that changed between the rounds, as far as the snapshot can tell."""
    there = {name for (name,) in db.execute(TABLES_THERE).fetchall()}
    changed = 0
    used: dict[int, set[tuple[str, str]]] = {now.idx: set(), before.idx: set()}
    if "rule_methods" in there:
        changed = db.execute(NEW_RULES, {"begin": before.begin, "until": now.until}).fetchall()[0][0]
    if "findings" in there:
        for idx, rule, version in db.execute(VERSIONS, {"now": now.idx, "before": before.idx}).fetchall():
            used[idx].add((rule, version))
    if used[now.idx] and used[before.idx]:
        changed = max(changed, len({rule for rule, _ in used[now.idx] ^ used[before.idx]}))
    elif not changed:
        return [Note("rule_version_unknown")]
    return [Note("rule_version_changed", changed)] if changed else []


def _calendar(db: duckdb.DuckDBPyConnection, now: Round, before: Round) -> list[Note]:
    notes = [Note("year_changed")] if now.year != before.year else []
    text = "SELECT CAST(as_of AS DATE) < $until FROM moment"
    return [*notes, Note("round_unfinished")] if db.execute(text, {"until": now.until}).fetchall()[0][0] else notes
