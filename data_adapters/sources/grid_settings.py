"""What the sidecar and the options say about gridded products: names, units, screening."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from data_adapters.source import AdapterError, nearest, sidecar

FILE_DAY = re.compile(r"(?<!\d)((?:19|20)\d{2})[-_m]?(0[1-9]|1[0-2])[-_]?(0[1-9]|[12]\d|3[01])(?!\d)")
SPELLINGS = (
    (r"molecules?|molec\.|molecs", "molec"),
    (r"moles?\b", "mol"),
    (r"micro-?grams?", "ug"),
    (r"dobson[ _-]?units?", "dobson"),
    (r"^\s*[x×*]\s*(?=1)", ""),
    (r"^\s*1\.?0*e\+?(?=\d)|^\s*e\+?(?=\d)", "1e"),
    (r"cubic met(?:er|re)s?", "m3"),
)


@dataclass(frozen=True)
class Screening:
    """Thresholds of one product while they are in force."""

    product: str
    qa_min: float
    cloud_max: float
    valid_from: date
    valid_to: date | None

    def is_in_force(self, days: pd.Series) -> pd.Series:
        """On which days it holds."""
        after = days >= pd.Timestamp(self.valid_from)
        return after if self.valid_to is None else after & (days < pd.Timestamp(self.valid_to))


@dataclass(frozen=True)
class GridSettings:
    """Sidecar and options, checked."""

    known: Mapping[str, Any]
    screening: tuple[Screening, ...]
    variables: Mapping[str, str]
    units: Mapping[str, str]
    product: str | None
    day: pd.Timestamp | None
    native_km: float | None
    bbox: tuple[float, float, float, float] | None

    @classmethod
    def of(cls, options: Mapping[str, Any]) -> GridSettings:
        """Settings from options.

        Raises  AdapterError naming the option that is wrong
        """
        known = sidecar("satellite_grid")
        products = known["products"]
        for name in ("variables", "units"):
            given = options.get(name, {})
            if not isinstance(given, Mapping):
                raise AdapterError("", f"option {name} is no mapping", f'as {name} = {{NO2 = "…"}}')
            for product in given:
                if product not in products:
                    raise AdapterError("", f"option {name} names product {product!r}", nearest(product, products))
        product = options.get("product")
        if product is not None and product not in products:
            raise AdapterError("", f"product is {product!r}", nearest(str(product), products))
        return cls(
            known,
            _screening(known["parameters"]["screening"]),
            dict(options.get("variables", {})),
            dict(options.get("units", {})),
            product,
            _day(options.get("date")),
            _positive(options.get("native_km")),
            _box(options.get("bbox")),
        )

    def without_fills(self, values: NDArray[np.floating[Any]]) -> NDArray[np.float64]:
        """Values as written, NaN where there is none or a number that only stands for none."""
        fills = np.array(self.known["parameters"]["fill_values"], dtype=float)
        is_fill = np.isin(values, fills) | np.isin(values, fills.astype(np.float32).astype(float))
        return np.where(np.isfinite(values) & ~is_fill, values, np.nan)

    def factor(self, file: str | Path, product: str, unit: str) -> float:
        """What turns a unit into the one of the table.

        Raises  AdapterError if the unit is missing or unknown
        """
        stated = self.units.get(product, unit)
        table = self.known["units_to_table"]["PM25" if product == "PM25" else "column"]
        plain = plain_unit(stated)
        if plain not in table:
            what = (
                f"states unit {stated!r} for {product}, which is not known"
                if stated
                else f"states no unit for {product}"
            )
            raise AdapterError(
                file, what, f'give option units = {{{product} = "{"ug m-3" if product == "PM25" else "mol m-2"}"}}'
            )
        return float(table[plain])


def plain_unit(unit: str) -> str:
    """A unit without blanks and signs of power, denominators as negative powers: mol/m^2 is molm-2."""
    text = unicodedata.normalize("NFKC", unit).lower().replace("μ", "u").replace("µ", "u").replace("−", "-")
    for pattern, plain in SPELLINGS:
        text = re.sub(pattern, plain, text)
    text = re.sub(r"[\s·*^()\[\]_]+", "", text)
    text = re.sub(r"(?<=[a-z])\.(?=[a-z])|\.$", "", text)
    return re.sub(r"/(c?m)-?([23])", r"\1-\2", text)


def _screening(rules: list[dict[str, Any]]) -> tuple[Screening, ...]:
    ordered = sorted(rules, key=lambda rule: (rule["product"], rule["valid_from"]))
    made = []
    for place, rule in enumerate(ordered):
        later = ordered[place + 1] if place + 1 < len(ordered) else None
        ends = later["valid_from"] if later and later["product"] == rule["product"] else None
        made.append(Screening(rule["product"], rule["qa_min"], rule["cloud_max"], rule["valid_from"], ends))
    return tuple(made)


def _day(given: object) -> pd.Timestamp | None:
    if given is None:
        return None
    day = pd.to_datetime(str(given), format="%Y-%m-%d", errors="coerce")
    if pd.isna(day):
        raise AdapterError("", f"date is {given!r}", "as 2023-07-01")
    return pd.Timestamp(day)


def _positive(given: object) -> float | None:
    if given is None:
        return None
    try:
        value = float(str(given))
    except ValueError:
        value = 0.0
    if not value > 0:
        raise AdapterError("", f"native_km is {given!r}", "a number of kilometres above 0")
    return value


def _box(given: object) -> tuple[float, float, float, float] | None:
    if given is None:
        return None
    parts = given.split(",") if isinstance(given, str) else list(given) if isinstance(given, (list, tuple)) else []
    try:
        west, south, east, north = (float(part) for part in parts)
    except ValueError as error:
        raise AdapterError("", f"bbox is {given!r}", 'as "73,3,136,54": west,south,east,north') from error
    if west >= east or south >= north:
        raise AdapterError("", f"bbox is {given!r}", "west before east, south before north")
    return west, south, east, north
