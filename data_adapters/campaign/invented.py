"""The campaign's own numbers and words, read from `campaign/reference/*.csv` and `data_adapters/reference/*.csv`."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np

from data_adapters.campaign.randomness import Floats, Texts

HERE = Path(__file__).parent / "reference"
SHARED = Path(__file__).parents[1] / "reference"


@cache
def columns(name: str, is_shared: bool = False) -> dict[str, list[str]]:
    """A reference file as columns of text."""
    path = (SHARED if is_shared else HERE) / f"{name}.csv"
    with path.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.reader(file))
    return {column: [row[at] for row in rows[1:]] for at, column in enumerate(rows[0])}


def texts(name: str, column: str) -> Texts:
    """A column of text of the campaign's own file `name`."""
    return np.array(columns(name)[column], dtype=np.str_)


def numbers(name: str, column: str) -> Floats:
    """A column of numbers of the campaign's own file `name`."""
    return np.array([float(value) for value in columns(name)[column]], dtype=np.float64)


@dataclass(frozen=True)
class ClueRules:
    """The rules the campaign makes clues of, with the words of the reference."""

    rule_id: Texts
    category: Texts
    severity: Floats
    weight: Floats
    anchor: Texts
    pollutants: Texts
    window_days: Floats
    confirm: Floats


def clue_rules() -> ClueRules:
    """Weights and anchors of the campaign joined with category and severity of the reference."""
    shared = columns("rules", is_shared=True)
    at = {rule: index for index, rule in enumerate(shared["rule_id"])}
    order = [at[rule] for rule in columns("clue_rules")["rule_id"]]
    return ClueRules(
        rule_id=texts("clue_rules", "rule_id"),
        category=np.array([shared["category"][index] for index in order], dtype=np.str_),
        severity=np.array([float(shared["severity"][index]) for index in order]),
        weight=numbers("clue_rules", "weight"),
        anchor=texts("clue_rules", "anchor"),
        pollutants=texts("clue_rules", "pollutants"),
        window_days=numbers("clue_rules", "window_days"),
        confirm=numbers("clue_rules", "confirm_pct") / 100,
    )
