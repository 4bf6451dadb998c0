"""The situation of the nation or of one region: where it is hot, what stands open there, and the rounds so far."""

from __future__ import annotations

from typing import Any

from dashboard.data import rounds, wall
from dashboard.data.filters import STATUS_GROUPS, Filters
from dashboard.data.loop import Loop
from dashboard.data.store import Loaded
from dashboard.data.vocabulary import vocabulary
from dashboard.wall.telling import (
    Part,
    Reach,
    day,
    figure,
    of_clues,
    panel,
    place,
    region_name,
    share,
    state_of,
    top,
    words,
)

UNDER_WAY = [group for group in STATUS_GROUPS if group not in ("closed", "dismissed")]
# Too few verdicts for a share.
LEAST = 20
ALL_REGIONS = 9


def situation(now: Loop, filters: Filters) -> dict[str, Any]:
    """Hot cells, open clues and lateness of the region in scope, or of everything."""
    loaded = now.loaded
    hot = loaded.remembered(f"wall/hot/{filters.query()}", lambda: _hot(loaded, filters, "PM25"))
    told = wall.counts(now, filters)
    return {
        "title": _title(loaded, filters, hot, told),
        "figures": [hot["figure"], _register(loaded, filters), *clue_figures(now, told)],
        "panels": [hot["panel"], status_panel(now, filters, told)],
        "strip": strip(loaded, filters),
        "map": map_of(loaded, filters, "PM25", enterprises=True, groups=UNDER_WAY),
    }


def map_of(
    loaded: Loaded,
    filters: Filters,
    product: str = "",
    *,
    enterprises: bool = False,
    **clues: str | list[str] | list[int],
) -> dict[str, Any]:
    """What the map draws: cells of `product` up to which day, which enterprises and clues, and where to look.

    Shape   clues: those that fit all that is named of `groups` (of states), `pollutant` and `rows` (numbers in the
            snapshot's columns); of these the ones in `late`, if it is named, stand out; near: rounds whose cells are
            not too old; hot_state: of the table the cells come from
    """
    end = wall.last_day(loaded, filters)
    chosen = [row["idx"] for row in vocabulary(loaded)["rounds"] if row["code"] in filters.rounds]
    return {
        "product": product,
        "hot_state": hot_state(loaded, product) if product else "",
        "end": end,
        "near": wall.rounds_near(loaded, end),
        "rounds": chosen,
        "region": filters.region,
        "bounds": None if filters.region else loaded.remembered("wall/bounds", lambda: wall.bounds(loaded, filters)),
        "enterprises": enterprises,
        "clues": clues,
    }


def hot_state(loaded: Loaded, product: str) -> str:
    """Of the table that cells of `product` come from."""
    return state_of(loaded, "satellite_detections" if product == "FIRE" else "satellite_grid")


def strip(loaded: Loaded, filters: Filters) -> Part:
    """Enterprises checked and problems per enterprise, round by round; kept as long as the snapshot."""
    own = Filters(region=filters.region)
    return loaded.remembered(f"wall/rounds/{filters.region}", lambda: _strip(loaded, own))


def clue_figures(now: Loop, told: dict[str, Any]) -> list[Part]:
    """Clues under way, and those past their deadline."""
    state, until = state_of(now.loaded, "clues"), now.loaded.manifest.as_of
    late = words("wall.note.due24", n=told["due24"])
    pushed = words("wall.note.pushed_24h", n=told["pushed_24h"])
    return [
        figure("open", told["open"], Reach(until, state), tone="plain", note=pushed),
        figure("overdue", told["overdue"], Reach(until, state), tone="warn", note=late),
    ]


def status_panel(now: Loop, filters: Filters, told: dict[str, Any]) -> Part:
    """Clues by where they stand, and of how many verdicts how many were confirmed."""
    states = wall.standing(now, filters)
    rows = [
        {"mark": group, "value": sum(states.get(state, 0) for state in members)}
        for group, members in STATUS_GROUPS.items()
    ]
    key = "wall.note.confirmed" if told["checked"] >= LEAST else "wall.note.few_verdicts"
    rate = share(told["confirmed"], told["checked"])
    note = words(
        key, n=told["confirmed"], all=told["checked"], **({"share": rate} if key.endswith("confirmed") else {})
    )
    return panel("status", "bars", rows, Reach(now.loaded.manifest.as_of, state_of(now.loaded, "clues")), note=note)


def _hot(loaded: Loaded, filters: Filters, product: str) -> dict[str, Any]:
    """The figure and the cities of fresh cells of one product."""
    state = hot_state(loaded, product)
    rows = wall.hot_cities(loaded, filters, product)
    seen = wall.observed(loaded, filters, product)
    until = day(seen["last_day"]) or wall.last_day(loaded, filters)
    fresh, ageing = (sum(row[age] for row in rows) for age in ("fresh", "ageing"))
    note = words("wall.note.hot", n=ageing, share=share(seen["observed"], seen["cells"]))
    shown, more = top(
        [
            {"name": place(loaded, row["city_idx"]), "value": row["fresh"], "part": row["ageing"]}
            for row in rows
            if row["fresh"]
        ]
    )
    return {
        "fresh": fresh,
        "first": rows[0] if fresh else None,
        "observed": seen["observed"],
        "state": state,
        "figure": figure("hot", fresh, Reach(until, state), tone="hot", note=note),
        "panel": panel(
            "hot_cities", "bars", shown, Reach(until, state), more=more, note=words("wall.note.fresh_cells")
        ),
    }


def _register(loaded: Loaded, filters: Filters) -> Part:
    """Enterprises in the register of the region."""
    n = loaded.remembered(f"wall/register/{filters.region}", lambda: wall.enterprises(loaded, filters))
    return figure(
        "enterprises",
        n,
        Reach(loaded.manifest.as_of, state_of(loaded, "enterprises")),
        tone="enterprise",
        note=words("wall.note.register"),
    )


def _title(loaded: Loaded, filters: Filters, hot: dict[str, Any], told: dict[str, Any]) -> Part:
    where = region_name(loaded, filters.region) if filters.region else {"word": "place.country"}
    if hot["state"] != "ready" or not hot["observed"]:
        key = "wall.title.hot_failed" if hot["state"] == "failed" else "wall.title.unseen"
        title = words(key, place=where, open=told["open"], overdue=told["overdue"])
        return of_clues(loaded, title, told["open"])
    if hot["first"] is None:
        return of_clues(loaded, words("wall.title.no_hot", place=where, open=told["open"]), told["open"])
    first = hot["first"]
    return words("wall.title.hot", place=where, n=hot["fresh"], m=first["fresh"], city=place(loaded, first["city_idx"]))


def _strip(loaded: Loaded, filters: Filters) -> Part:
    known = {row["idx"]: row for row in vocabulary(loaded)["rounds"]}
    under_way = wall.round_of(loaded, loaded.manifest.as_of[:10])
    found = {row["round_idx"]: row for row in rounds.frame(loaded, filters)["by_round"] if row["level"] == ALL_REGIONS}
    rows = []
    for index, one in sorted(known.items()):
        row = found.get(index)
        is_now = under_way is not None and under_way["code"] == one["code"] and not under_way["is_over"]
        checked = row["checked"] if row else 0
        rows.append(
            {
                "round": one["number"],
                "year": one["year"],
                "value": checked,
                "is_now": is_now,
                "problems": row["problems"] if row else 0,
                "prominent": row["prominent"] if row else 0,
                "per": row["problems"] / checked if row and checked >= LEAST else None,
            }
        )
    sums = {key: sum(row[key] for row in rows) for key in ("value", "problems", "prominent")}
    note = words(
        "wall.note.rounds", n=len(rows), checked=sums["value"], problems=sums["problems"], prominent=sums["prominent"]
    )
    return panel(
        "rounds",
        "rounds",
        rows,
        Reach(wall.last_check(loaded) or loaded.manifest.as_of, state_of(loaded, "inspections")),
        note=note,
    )
