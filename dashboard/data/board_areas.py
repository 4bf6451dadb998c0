"""High-value areas laid beside what was observed and what was found: by ten days, month and city."""

from __future__ import annotations

from collections import Counter, defaultdict
from datetime import date
from typing import Any

import pyarrow as pa

from fusion.grid import cell_id, cells_of

Rows = list[dict[str, Any]]
NO_PLACE = 65535
# A third of a month with fewer observed days, or fewer of such thirds, names no peak.
LEAST_DAYS = 2
LEAST_THIRDS = 3
# Of an enterprise that was found; its checks are in order of their days.
ENTERPRISE = ("enterprise_id", "name", "city_idx", "county_zh", "county_en", "industry_zh", "industry_en")
NOTHING_FOUND = {"problems": 0, "prominent": 0}


def thirds_of(rows: Rows) -> Rows:
    """Thirds of months with their rates: `share` high of the observed, `seen` observed of all, mean of the high."""
    return [
        row
        | {
            "share": row["hot"] / row["observed"] if row["observed"] else None,
            "seen": row["observed"] / row["due"] if row["due"] else None,
            "mean": round(row["mean"], 2) if row["mean"] is not None else None,
        }
        for row in rows
    ]


def peak(thirds: Rows) -> dict[str, Any] | None:
    """The third with the highest mean of its high cells; None where fewer than three can be compared.

    Note    the share of high cells tells little of time: a cell is high against its own city on its own day
    """
    told = [row for row in thirds if row["days"] >= LEAST_DAYS and row["mean"] is not None]
    return max(told, key=lambda row: float(row["mean"])) if len(told) >= LEAST_THIRDS else None


def by_month(areas: Rows, thirds: Rows) -> Rows:
    """Areas pushed by the month of their first push, beside how much was observed and high in that month.

    Shape   observed, due, hot, days: null in a month without an observation in the snapshot: not known, not none
    """
    pushed = defaultdict(list)
    for area in areas:
        pushed[f"{area['pushed_on']:%Y-%m}"].append(area)
    seen: dict[str, dict[str, int]] = defaultdict(lambda: dict.fromkeys(("days", "hot", "observed", "due"), 0))
    for row in thirds:
        for name in ("days", "hot", "observed", "due"):
            seen[row["month"]][name] += row[name]
    nothing = dict.fromkeys(("days", "hot", "observed", "due"))
    return [
        {"month": month, **_touched(pushed[month]), **(seen[month] if month in seen else nothing)}
        for month in sorted(set(pushed) | set(seen))
    ]


def by_city(areas: Rows, seen: Rows, found: Rows, places: Rows) -> Rows:
    """The same by city, the most areas first; `found` are the enterprises found with a problem there."""
    names = {place["place_idx"]: place for place in places}
    own = defaultdict(list)
    for area in areas:
        own[area["city_idx"]].append(area)
    observed = {row["city_idx"]: row for row in seen}
    found_in = Counter(row["city_idx"] for row in found)
    nothing = {"hot": 0, "cells": 0, "observed": None}
    rows = []
    for city in set(own) | {row["city_idx"] for row in seen if row["hot"]}:
        place = names.get(city, {"adcode": "", "name_zh": None, "name_en": None})
        told = observed.get(city, nothing)
        rows.append(
            {
                **{name: place[name] for name in ("adcode", "name_zh", "name_en")},
                **_touched(own[city]),
                "hot": told["hot"],
                "hot_cells": told["cells"],
                "observed": told["observed"],
                "enterprises": found_in[city],
            }
        )
    return sorted(rows, key=lambda row: (-row["areas"], -row["hot"], row["adcode"]))


def found_there(checked: pa.Table, areas: Rows) -> Rows:
    """Enterprises in a cell pushed where a check found a problem on the day of the push or later, the latest first.

    Shape   the enterprise's own columns; pushed_on: of its cell, the first; found_on: the last such check; problems and
            prominent: of all of them
    """
    pushed: dict[str, date] = {}
    for area in areas:
        cell = area["cell_id"]
        pushed[cell] = min(area["pushed_on"], pushed.get(cell, area["pushed_on"]))
    cols, lines = cells_of(checked["lon_deg"].to_numpy(), checked["lat_deg"].to_numpy())
    found: dict[int, dict[str, Any]] = {}
    for col, line, check in zip(cols.tolist(), lines.tolist(), checked.to_pylist(), strict=True):
        cell = cell_id(col, line)
        if cell not in pushed or check["checked_date"] < pushed[cell]:
            continue
        row = found.setdefault(
            check["enterprise_idx"],
            {name: check[name] for name in ENTERPRISE} | {"cell_id": cell, "pushed_on": pushed[cell], **NOTHING_FOUND},
        )
        row["found_on"] = check["checked_date"]
        row["problems"] += check["problems"]
        row["prominent"] += check["prominent"]
    return sorted(found.values(), key=lambda row: (row["found_on"], row["problems"]), reverse=True)


def _touched(areas: Rows) -> dict[str, int]:
    return {
        "areas": len(areas),
        "cells": len({area["cell_id"] for area in areas}),
        "counties": len({area["county_idx"] for area in areas} - {NO_PLACE}),
        "cities": len({area["city_idx"] for area in areas} - {NO_PLACE}),
    }
