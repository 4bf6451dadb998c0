"""Industry words of a register as codes of reference/industries.csv."""

from __future__ import annotations

import csv
import re
from functools import cache
from pathlib import Path

import pandas as pd

REFERENCE = Path(__file__).parent / "reference"
OTHER = "other"
GBT4754 = re.compile(r"^[A-Sa-s]?(\d{2,4})(?!\d)")


@cache
def _pairs(file: str, key: str) -> dict[str, str]:
    with (REFERENCE / file).open(encoding="utf-8", newline="") as opened:
        return {row[key].lower(): row["code"] for row in csv.DictReader(opened)}


@cache
def _keywords() -> tuple[tuple[str, str], ...]:
    pairs = _pairs("industry_keywords.csv", "keyword")
    return tuple(sorted(pairs.items(), key=lambda pair: -len(pair[0])))


@cache
def industry_code(raw: str) -> str:
    """The code for an industry as written: by its GB/T 4754 number, else by the longest keyword in it."""
    text = raw.strip().lower()
    number = GBT4754.match(text)
    if number:
        classes = _pairs("industry_classes.csv", "class")
        for digits in (4, 3, 2):
            if number[1][:digits] in classes and len(number[1]) >= digits:
                return classes[number[1][:digits]]
    return next((code for keyword, code in _keywords() if keyword in text), OTHER)


def industry_codes(raw: pd.Series) -> pd.Series:
    """Codes of a column of industries."""
    return raw.map({text: industry_code(text) for text in raw.unique()})


def fuel_codes(raw: pd.Series) -> pd.Series:
    """Codes of a column of fuels as the power plant databases name them."""
    return raw.str.strip().str.lower().map(_pairs("fuels.csv", "fuel")).fillna("power_other")
