"""Days of waste incinerators, invented for the first enterprises of a snapshot."""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pyarrow as pa

from fusion.layout_incineration import MARKS

FIRST = date(2023, 6, 1)
DAYS = 14
LEAST_C = 850
LIMITS = {"PM": 20.0, "SO2": 80.0, "NOx": 250.0, "HCl": 50.0, "CO": 80.0}
# Two plants with furnaces and stacks, one with furnaces only, one with stacks only.
FURNACES = {0: 2, 1: 1, 2: 3}
STACKS = {0: 1, 1: 2, 3: 1}


def furnace_days(plants: list[int]) -> list[dict[str, Any]]:
    """Rows of incineration_days; `plants` are the enterprises that the four plants are."""
    draw = random.Random(17)
    rows: list[dict[str, Any]] = []
    for at, number in FURNACES.items():
        for line in range(number):
            used = 0.0
            for day in range(DAYS):
                n_low = draw.choice([0, 0, 0, 0, 3, 9])
                fault_h = draw.choice([0.0, 0.0, 1.5])
                used += fault_h
                rows.append(
                    {
                        "enterprise_idx": plants[at],
                        "furnace_id": f"OWNER{at}-FURNACE-{line}",
                        "date": FIRST + timedelta(days=day),
                        "n_means": 288 if day < DAYS - 1 or at else 0,
                        "n_low": n_low,
                        "n_low_exempt": draw.choice([0, 2]),
                        "min_c": 840.5 - line if n_low else 861.25 + line,
                        "is_over": n_low > 5,
                        **{f"{mark}_h": fault_h if mark == "fault" else 0.0 for mark in MARKS},
                        "used_ssfa_h": used,
                        "quota_ssfa_h": 60.0,
                        "used_dry_h": 0.0,
                        "quota_dry_h": 700.0,
                        "used_thermocouple_h": 0.0,
                        "quota_thermocouple_h": 60.0,
                        "known_from": FIRST,
                    }
                )
    return rows


def stack_days(plants: list[int]) -> list[dict[str, Any]]:
    """Rows of incineration_outlet_days of the same plants."""
    draw = random.Random(18)
    rows: list[dict[str, Any]] = []
    for at, number in STACKS.items():
        for stack in range(number):
            for pollutant, limit in LIMITS.items():
                over = 0
                for day in range(DAYS):
                    value = round(limit * draw.uniform(0.2, 1.1), 2)
                    is_valid = draw.random() > 0.1
                    over += is_valid and value > limit
                    rows.append(
                        {
                            "enterprise_idx": plants[at],
                            "outlet_id": f"OWNER{at}-DA00{stack}",
                            "date": FIRST + timedelta(days=day),
                            "pollutant": pollutant,
                            "value_mg_m3": value,
                            "limit_mg_m3": limit,
                            "valid_hours": 24 if is_valid else 11,
                            "is_over": value > limit if is_valid else None,
                            "days_over": over,
                        }
                    )
    return rows


def filled(rows: list[dict[str, Any]]) -> Callable[[pa.Table], pa.Table]:
    """A change of a table: these rows instead of its own, in its own columns."""
    return lambda table: pa.Table.from_pylist(rows, schema=table.schema)
