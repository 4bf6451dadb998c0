"""Electronic supervision's scene: which orders stand unanswered, where, and for how long."""

from __future__ import annotations

from typing import Any

from dashboard.data import wall
from dashboard.data.filters import Filters
from dashboard.data.loop import Loop
from dashboard.data.supervision import supervision
from dashboard.wall.situation import map_of, strip
from dashboard.wall.telling import (
    SHOWN_TALL,
    Part,
    Reach,
    enterprise,
    figure,
    name,
    of_clues,
    panel,
    place,
    state_of,
    top,
    words,
)

LATE = "overdue.E_SUPERVISED"


def orders(now: Loop, filters: Filters) -> dict[str, Any]:
    """Orders and listings that stand, and how many were answered in time."""
    loaded = now.loaded
    told = supervision(now, filters)
    counts = told["electronic"]["counts"]
    reach = Reach(loaded.manifest.as_of, state_of(loaded, "clue_events"))
    key = "wall.title.orders" if counts["standing"] else "wall.title.no_orders"
    title = words(key, n=counts["standing"], m=counts["unanswered_late"], all=counts["issued"])
    return {
        "title": of_clues(loaded, title, counts["issued"], "clue_events"),
        "figures": _figures(told, reach),
        "panels": [_cities(now, filters, reach), _longest(told["electronic"], reach)],
        "strip": strip(loaded, filters),
        "map": map_of(loaded, filters, groups=["supervised"], late=wall.rows_of(now, filters, LATE)),
    }


def _figures(told: Part, reach: Reach) -> list[Part]:
    counts, listed, replied = told["electronic"]["counts"], told["listed"]["counts"], told["electronic"]["replied"]
    known = Reach(reach.until, "few" if replied["share"] is None and reach.state == "ready" else reach.state)
    issued, due = words("wall.note.issued", n=counts["issued"]), words("wall.note.due24", n=counts["due24"])
    in_time = words("wall.note.replied", n=replied["part"], all=replied["whole"])
    of_listed = words("wall.note.listed", n=listed["listed"], m=listed["delisted"])
    return [
        figure("orders", counts["standing"], reach, tone="plain", note=issued),
        figure("orders_late", counts["unanswered_late"], reach, tone="hot", note=due),
        figure("replied", replied["share"], known, tone="good", unit="share", note=in_time),
        figure("listed", listed["standing"], reach, tone="violet", note=of_listed),
    ]


def _cities(now: Loop, filters: Filters, reach: Reach) -> Part:
    rows = wall.cities_of(now, filters, "orders")
    shown, more = top([{"name": place(now.loaded, row["city_idx"]), "value": row["n"]} for row in rows])
    return panel("order_cities", "bars", shown, reach, more=more)


def _longest(electronic: Part, reach: Reach) -> Part:
    """The orders that stand longest; those listed are the first to fall due, so the oldest are among them."""
    rows = sorted(electronic["rows"], key=lambda row: -(row["days"] or 0))[:SHOWN_TALL]
    shown = [{"name": _about(row), "sub": name(row["city_zh"], row["city_en"]), "value": row["days"]} for row in rows]
    more = electronic["counts"]["standing"] - len(shown)
    return panel("order_days", "bars", shown, reach, more=more, note=words("wall.note.order_days"))


def _about(row: Part) -> Part:
    """The enterprise, or the cell where none is named."""
    return enterprise(row["enterprise"]) if row["enterprise"] else {"cell": row["cell_id"]}
