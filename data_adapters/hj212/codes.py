"""What the parts of a frame mean: commands, system codes, factor codes of both code sets, kinds of value."""

from __future__ import annotations

import csv
import re
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

REFERENCE = Path(__file__).parent / "reference" / "factor_codes.csv"
PERIODS = {
    "2011": "rtd",
    "2021": "rtd",
    "2051": "minute",
    "2061": "hour",
    "2031": "day",
    "2041": "day",
}
KNOWN_COMMANDS = frozenset(
    "1000 1001 1002 1011 1012 1013 1014 1031 1032 1041 1042 1061 1062 1063 1064 1072 2011 2012 2013 2021 2022 2031"
    " 2041 2051 2052 2061 2062 2071 2072 2081 2111 3011 3012 3013 3014 3015 3016 3017 3018 3019 3020 3021 9011 9012"
    " 9013 9014 9015".split()
)
SUFFIXES = {
    "Rtd": "rtd",
    "Min": "min",
    "Avg": "avg",
    "Max": "max",
    "ZsRtd": "zs_rtd",
    "ZsMin": "zs_min",
    "ZsAvg": "zs_avg",
    "ZsMax": "zs_max",
    "Cou": "cou",
    "RS": "state",
    "RT": "run_hours",
}
NOT_VALUES = frozenset(("Flag", "EFlag", "SampleTime"))
FLAGS = frozenset("NFMSDCTBP")
PERIOD_KINDS = frozenset(("min", "avg", "max", "zs_min", "zs_avg", "zs_max"))
AIR_SYSTEMS = frozenset(("22", "27", "31", "39", "51"))
WATER_SYSTEMS = frozenset(("21", "32", "52"))
ITEM = re.compile(r"([A-Za-z0-9_]+)-([A-Za-z0-9_]+)\Z")
WATER_FORM = re.compile(r"(?:w\d{5}|B01|\d{3})\Z")
PROCESS_FORM = re.compile(r"(?:[gei]\d{5}|SB\d{1,3})\Z")
STACK_2005 = re.compile(r"(?:S\d{2}|B02|\d{2})\Z")


class Factor(NamedTuple):
    """What a code in a frame stands for."""

    code: str
    """2017 code; the code as sent if it is in no table"""
    raw: str
    unit: str
    amount_unit: str
    medium: str
    """air, water, process or empty when not known"""
    code_set: str
    """2005, 2017, symbol or empty"""

    def unit_of(self, kind: str) -> str:
        """Unit of a kind of value by the default of the standard; empty when not known."""
        if kind == "run_hours":
            return "h"
        return self.amount_unit if kind == "cou" else self.unit


@lru_cache(maxsize=1)
def _known_factors() -> dict[str, tuple[str, str, str, str]]:
    """(2017 code, unit, amount unit, code set) by code as sent."""
    known: dict[str, tuple[str, str, str, str]] = {}
    with REFERENCE.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            for column, code_set in (("code_2017", "2017"), ("code_2005", "2005"), ("symbol", "symbol")):
                if row[column]:
                    known[row[column]] = (row["code_2017"], row["unit"], row["amount_unit"], code_set)
    return known


@lru_cache(maxsize=4096)
def factor_of(raw: str) -> Factor:
    """The factor a code stands for, in either code set or written as a chemical symbol."""
    found = _known_factors().get(raw) or _known_factors().get(raw.upper() if not raw[:1].islower() else raw)
    if found:
        code, unit, amount_unit, code_set = found
        return Factor(code, raw, unit, amount_unit, "air", code_set)
    if WATER_FORM.match(raw):
        return Factor(raw, raw, "", "", "water", "2017" if raw[0] == "w" else "2005")
    if PROCESS_FORM.match(raw):
        return Factor(raw, raw, "", "", "process", "2017")
    return Factor(raw, raw, "", "", "air" if STACK_2005.match(raw) else "", "")


def is_of_other_system(medium: str, system_code: str) -> bool:
    """Whether a factor of this medium has no place under this ST."""
    if medium == "air":
        return system_code in WATER_SYSTEMS
    return medium == "water" and system_code in AIR_SYSTEMS
