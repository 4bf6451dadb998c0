"""The VOC campaign's scene: areas pushed, how many were checked, and the enterprises found there."""

from __future__ import annotations

from typing import Any

from dashboard.data import boards, wall
from dashboard.data.filters import Filters
from dashboard.data.loop import Loop
from dashboard.wall.situation import UNDER_WAY, map_of, strip
from dashboard.wall.telling import Part, Reach, day, figure, name, of_clues, panel, share, state_of, top, words


def campaign(now: Loop, filters: Filters) -> dict[str, Any]:
    """What the campaign against VOC came to."""
    loaded = now.loaded
    told = boards.voc(loaded, filters, now.casebook)
    n = int(told["figures"]["areas_pushed"]["value"] or 0)
    key = "wall.title.voc" if n else "wall.title.no_voc"
    if n and not told["enterprises"] and _found(now).state != "ready":
        key = "wall.title.voc_unchecked"
    title = words(key, n=n, m=told["enterprises"], cities=told["cities_touched"])
    return {
        "title": of_clues(loaded, title, n),
        "figures": _figures(now, told, n),
        "panels": [_cities(now, told), _months(now, filters, told)],
        "strip": strip(loaded, filters),
        "map": map_of(loaded, filters, "HCHO" if told["has_hcho"] else "", groups=UNDER_WAY, pollutant="HCHO"),
    }


def _reach(now: Loop) -> Reach:
    return Reach(now.loaded.manifest.as_of, state_of(now.loaded, "clues"))


def _found(now: Loop) -> Reach:
    """What is known of problems found: told by clues, visits and problems together."""
    states = [state_of(now.loaded, table) for table in ("clues", "inspections", "problems")]
    worst = next((state for state in ("failed", "not_configured") if state in states), "ready")
    return Reach(now.loaded.manifest.as_of, worst)


def _figures(now: Loop, told: Part, n: int) -> list[Part]:
    reach, counties, rate = _reach(now), told["figures"]["area_counties"], told["figures"]["area_check_rate"]
    found = _found(now)
    checked = words("wall.note.area_checks", n=rate["numerator"] or 0, all=rate["denominator"] or 0)
    in_cities = words("wall.note.cities", n=told["cities_touched"])
    known = Reach(reach.until, "few" if rate["value"] is None and reach.state == "ready" else reach.state)
    return [
        figure("areas", n, reach, tone="hot", note=words("wall.note.cells", n=told["cells"])),
        figure("counties", counties["value"], reach, tone="plain", note=in_cities),
        figure("found_there", told["enterprises"], found, tone="enterprise", note=words("wall.note.found_there")),
        figure("area_checks", rate["value"], known, tone="good", unit="share", note=checked),
    ]


def _cities(now: Loop, told: Part) -> Part:
    rows = [
        {"name": name(row["name_zh"], row["name_en"]), "value": row["areas"], "part": row["enterprises"]}
        for row in told["cities"]
        if row["areas"]
    ]
    shown, more = top(rows)
    return panel("voc_cities", "bars", shown, _reach(now), more=more, note=words("wall.note.voc_cities"))


def _months(now: Loop, filters: Filters, told: Part) -> Part:
    """Pushes by month, beside the share of the grid that was observed; null where the snapshot has no look at it."""
    seen = wall.observed(now.loaded, filters, "HCHO")
    rows = [
        {
            "label": month["month"],
            "value": month["areas"],
            "seen": share(month["observed"], month["due"])["share"] if month["due"] else None,
        }
        for month in told["months"]
    ]
    reach = _reach(now)
    until = Reach(day(seen["last_day"]) or reach.until, reach.state)
    return panel("voc_months", "columns", rows, until, note=words("wall.note.voc_months"))
