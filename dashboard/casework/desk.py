"""A clue laid out for work: its row, its card, and the lists its forms choose from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from dashboard.casework.bench import Bench
from dashboard.casework.forms import Desk
from dashboard.data import queries, worklist
from dashboard.data.vocabulary import vocabulary


def desk_of(bench: Bench, clue: Mapping[str, Any], card: Mapping[str, Any] | None = None) -> Desk:
    """The desk for `clue`, a row of the list; its card is looked up where it is not given."""
    if card is None:
        card = queries.describe(bench.loaded.cursor(), "clue", clue["clue_idx"])
    return _desk(bench, clue, card or {})


def empty_desk(bench: Bench, state: str) -> Desk:
    """A desk for no clue in particular, whose forms propose nothing that is one clue's own."""
    clue = {"clue_id": "", "state": state, "severity": 3, "rule_id": "", "origin": "snapshot"}
    desk = _desk(bench, clue, {})
    return replace(desk, rounds=(), is_for_many=True)


def _desk(bench: Bench, clue: Mapping[str, Any], card: Mapping[str, Any]) -> Desk:
    rounds = [row["code"] for row in vocabulary(bench.loaded)["rounds"]]
    teams = worklist.teams(bench.loaded.cursor())
    return Desk(bench.viewer, bench.t, bench.now, clue, card, teams, rounds, people=bench.casebook.people())
