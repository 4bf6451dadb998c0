"""What a quantity can be, by name of its column: values outside are signs for nothing, or mistakes."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from types import MappingProxyType


@cache
def ranges() -> Mapping[str, tuple[float, float]]:
    """Lowest and highest value by name of column."""
    with (Path(__file__).parent / "ranges.csv").open(encoding="utf-8", newline="") as file:
        return MappingProxyType(
            {row["column"]: (float(row["low"]), float(row["high"])) for row in csv.DictReader(file)}
        )
