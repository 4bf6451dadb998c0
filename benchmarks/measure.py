"""One measured number with the budget it is held against, and tables of them."""

from __future__ import annotations

import os
import platform
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from statistics import median, quantiles


@dataclass(frozen=True)
class Measure:
    """A median; `budget` is the largest (or, with `is_floor`, the smallest) value that was promised."""

    what: str
    value: float
    unit: str
    budget: float | None = None
    is_floor: bool = False
    note: str = ""

    @property
    def verdict(self) -> str:
        if self.budget is None:
            return ""
        is_met = self.value >= self.budget if self.is_floor else self.value <= self.budget
        return "ok" if is_met else "OVER" if not self.is_floor else "UNDER"

    @property
    def cells(self) -> tuple[str, str, str, str, str]:
        budget = "" if self.budget is None else f"{'>=' if self.is_floor else '<='} {self.budget:g} {self.unit}"
        return self.what, f"{self.value:,.{digits(self.value)}f} {self.unit}", budget, self.verdict, self.note


HEADS = ("what", "median", "budget", "", "how")


def digits(value: float) -> int:
    return 2 if abs(value) < 10 else 1 if abs(value) < 100 else 0


def spread(values: Sequence[float], unit: str = "ms") -> str:
    """How many values there were and where nine tenths of them lie."""
    if len(values) < 4:
        return f"n={len(values)}"
    return f"n={len(values)}, p90 {quantiles(values, n=10)[-1]:.0f} {unit}, worst {max(values):.0f} {unit}"


def of(what: str, values: Sequence[float], unit: str = "ms", budget: float | None = None, note: str = "") -> Measure:
    """The median of `values`."""
    return Measure(
        what, median(values), unit, budget, note=f"{note}; {spread(values, unit)}" if note else spread(values, unit)
    )


def plain(measures: Iterable[Measure]) -> str:
    rows = [HEADS, *(measure.cells for measure in measures)]
    widths = [max(len(row[i]) for row in rows) for i in range(len(HEADS))]
    lines = ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows]
    return "\n".join([lines[0], "  ".join("-" * width for width in widths), *lines[1:]])


def markdown(measures: Iterable[Measure]) -> str:
    lines = [f"| {' | '.join(cells)} |" for cells in (HEADS, ("---",) * len(HEADS), *(m.cells for m in measures))]
    machine = f"{os.cpu_count()} cores, {platform.machine()}, Python {platform.python_version()}"
    head = f"# Measured\n\n`python -m benchmarks --write` on {datetime.now(UTC):%Y-%m-%d}, {machine}.\n"
    return "\n".join([head, *lines, ""])
