"""R31: the enterprises that may be behind an area of hot cells (R29), by `fusion.attribution`.

One finding an area, at its middle cell, with the candidates whose share is worth a visit. Nobody is pushed on
attribution alone: without another signal against one of them the finding is for the watch list (severity 3). Where
nobody stands out (all shares small, as in a park of many alike) nobody is named, and the area is one for screening.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import date, datetime, timedelta
from typing import Any

import numpy as np
import pyarrow as pa

from fusion.attribution import candidates, cell_targets
from fusion.rulebook import load_rules
from fusion.rules import R29
from fusion.rules.asked import asked

PARTS = ("enterprise_id", "rank", "share", "distance_km", "bearing_deg", "distance_weight", "wind_weight",
         "emission_kg_h", "emission_basis", "signals", "stack_height_m", "note")  # fmt: skip


def find(ask: Callable[..., pa.Table], values: Mapping[str, Any]) -> pa.Table:
    """One finding an area with a candidate."""
    grid = R29.read_grid(ask)
    if not grid.ids:
        return asked("cell", [])
    as_r29 = {**load_rules()["R29"].values(), "as_of": values["as_of"], "from_at": values["from_at"]}
    hot, first = R29.find_hot(ask, grid, as_r29)
    middle = middles(grid, hot)
    cells = hot.cell[middle]
    hours = int(values["hour_from"]), int(values["hour_to"])
    told = [grid.ids[int(one)] for one in cells], grid.col[cells], grid.row[cells]
    targets = cell_targets(told, hot.is_hot[middle], datetime(first.year, first.month, first.day), hours)
    found = candidates(ask, values, targets)
    return asked("cell", _told(found, {one: at for one, at in zip(told[0], middle, strict=True)}, (hot, first), values))


def middles(grid: R29.Grid, hot: R29.Hot) -> list[int]:
    """For every area the place of its middle cell among the hot cells."""
    out = []
    for number in range(int(hot.area.max()) + 1 if len(hot.area) else 0):
        members = np.flatnonzero(hot.area == number)
        out.append(int(members[R29.centre(grid, hot.cell[members], hot.excess[members])]))
    return out


def _told(
    found: pa.Table, place: Mapping[str, int], cells: tuple[R29.Hot, date], values: Mapping[str, Any]
) -> Iterator[dict[str, Any]]:
    hot, first = cells
    ranked: dict[str, list[dict[str, Any]]] = {}
    counts: dict[str, int] = {}
    leading = found["rank"].to_numpy() <= values["top_k"]
    for row in found.filter(pa.array(leading)).to_pylist():
        ranked.setdefault(row["target_id"], []).append(row)
    for one in found["target_id"].value_counts().to_pylist():
        counts[one["values"]] = one["counts"]
    for cell, rows in ranked.items():
        at = place[cell]
        begin, last = (first + timedelta(days=int(one)) for one in (hot.first_day[at], hot.last_day[at]))
        end = datetime(last.year, last.month, last.day) + timedelta(days=1)
        if end <= values["from_at"]:
            continue
        pushed = [row for row in rows if row["share"] >= values["s_min"]]
        has_signal = any(row["n_signals"] for row in pushed)
        yield {
            "object_id": cell,
            "cell_id": cell,
            "enterprise_id": pushed[0]["enterprise_id"] if pushed else None,
            "pollutant": "PM25",
            "window_from": datetime(begin.year, begin.month, begin.day),
            "window_to": end,
            "onset_at": datetime(begin.year, begin.month, begin.day),
            "severity": 2 if has_signal else 3,
            "score": float(min(1.0, rows[0]["share"] * (1 if has_signal else 0.8))),
            "facts": {
                "doubt": round(rows[0]["doubt"], 3),
                "top_share": round(rows[0]["share"], 3),
                "in_reach": counts[cell],
                "mean_excess": round(float(hot.excess[at]), 1),
                "hot_days": int(hot.hot_days[at]),
                "candidates": [{name: _short(row[name]) for name in PARTS} for row in pushed],
            },
        }


def _short(value: Any) -> Any:  # noqa: ANN401 - a cell of a table
    return round(value, 3) if isinstance(value, float) else value
