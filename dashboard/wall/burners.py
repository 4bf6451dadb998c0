"""The waste incinerators' scene: whether furnaces stay hot and stacks below their limits."""

from __future__ import annotations

from typing import Any

from dashboard.data import boards
from dashboard.data.filters import Filters
from dashboard.data.loop import Loop
from dashboard.data.store import Loaded
from dashboard.wall.situation import map_of, strip
from dashboard.wall.telling import SHOWN_TALL, Part, Reach, day, enterprise, figure, name, panel, state_of, top, words

MARKS = ("ssfa", "dry", "thermocouple")


def burners(now: Loop, filters: Filters) -> dict[str, Any]:
    """The plants that report, those over a limit, and who uses up the hours of marks."""
    loaded = now.loaded
    told = boards.incineration(loaded, filters, now.casebook)
    tally: Part = told["tally"] or {}
    known = day(tally.get("last_day")) or loaded.manifest.as_of
    furnaces = Reach(known, "ready" if told["has_furnaces"] else told["untold"])
    air = day(tally.get("last_stack_day")) or known
    stacks = Reach(air, "ready" if told["has_stacks"] else told["untold"])
    return {
        "title": _title(told, tally),
        "figures": _figures(loaded, told, tally, furnaces, stacks),
        "panels": [_over(told, furnaces if told["has_furnaces"] else stacks), _quotas(told, furnaces)],
        "strip": strip(loaded, filters),
        "map": {**map_of(loaded, filters, groups=[]), "points": _points(loaded, told)},
    }


def _title(told: Part, tally: Part) -> Part:
    if not told["has_furnaces"] and not told["has_stacks"]:
        key = "wall.title.burners_failed" if told["untold"] == "failed" else "wall.title.no_burners"
        return words(key, n=tally.get("registered", 0))
    over = tally["furnace_days_over"] + tally["stack_days_over"]
    key = "wall.title.burners_over" if over else "wall.title.burners_fine"
    plants, cold, stacks = tally["plants_furnaces"], tally["furnace_days_over"], tally["stack_days_over"]
    return words(key, n=plants, days=cold, stacks=stacks, t=told["t_min_c"])


def _figures(loaded: Loaded, told: Part, tally: Part, furnaces: Reach, stacks: Reach) -> list[Part]:
    clues = Reach(loaded.manifest.as_of, state_of(loaded, "clues"))
    registered = words("wall.note.plants", n=tally.get("registered", 0))
    of_days = words("wall.note.furnace_days", n=tally.get("furnace_days", 0))
    of_stacks = words("wall.note.stack_days", n=tally.get("stack_days", 0), m=tally.get("untold", 0))
    return [
        figure("plants", tally.get("plants_furnaces"), furnaces, tone="enterprise", note=registered),
        figure("furnaces_cold", tally.get("furnace_days_over"), furnaces, tone="hot", note=of_days),
        figure("stacks_over", tally.get("stack_days_over"), stacks, tone="warn", note=of_stacks),
        figure("burner_clues", told["clues"], clues, tone="plain", note=words("wall.note.burner_clues")),
    ]


def _over(told: Part, reach: Reach) -> Part:
    """Plants with a cold furnace-day or a stack-day over its limit."""
    rows = [_row(row, (row["days_over"] or 0) + (row["means_over"] or 0)) for row in told["plants"]]
    shown, more = top([row for row in rows if row["value"]], SHOWN_TALL)
    return panel("burners", "bars", shown, reach, more=more, note=words("wall.note.burners"))


def _quotas(told: Part, reach: Reach) -> Part:
    """Who used most of the hours that marks may take."""
    rows = [row for row in (_row(plant, _used(plant)) for plant in told["plants"]) if row["value"]]
    shown, more = top(sorted(rows, key=lambda row: -row["value"]), SHOWN_TALL)
    return panel("quotas", "shares", shown, reach, more=more, note=words("wall.note.quotas"))


def _row(plant: Part, value: float) -> Part:
    return {"name": enterprise(plant["name"]), "sub": name(plant["city_zh"], plant["city_en"]), "value": value}


def _used(plant: Part) -> float:
    """The largest share of a quota that the plant's busiest furnace used."""
    pairs = [(plant[f"used_{kind}_h"] or 0, plant[f"quota_{kind}_h"]) for kind in MARKS]
    return max((hours / quota for hours, quota in pairs if quota), default=0)


def _points(loaded: Loaded, told: Part) -> list[Part]:
    """Where the plants that reported lie, and which of them were over; a masked room sees the middle of their cell."""
    over = {row["enterprise_id"]: bool(row["days_over"] or row["means_over"]) for row in told["plants"]}
    asked = """select enterprise_id, lon_deg, lat_deg from enterprises
        where list_contains($ids, enterprise_id) and lon_deg is not null and lat_deg is not null order by 1"""
    found = loaded.cursor().execute(asked, {"ids": list(over)}).fetchall()
    return [{"lon": round(lon, 4), "lat": round(lat, 4), "is_over": over[key]} for key, lon, lat in found]
