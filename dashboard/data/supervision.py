"""Supervision boards: electronic orders 电子督办, listed supervision 挂牌督办, candidates for both, and the counter."""

from __future__ import annotations

from datetime import date
from typing import Any

from dashboard.data.filters import Filters
from dashboard.data.funnel import share
from dashboard.data.layers import sql
from dashboard.data.loop import Loop
from dashboard.data.queries import parameters

LISTED = 200
REGISTERS = "dossier_facts"
ORDERS_SCOPE = ("cities", "counties", "group_code", "industries", "rounds", "from_date", "to_date")


def supervision(now: Loop, filters: Filters) -> dict[str, Any]:
    """Orders and listings in scope, with what became of them.

    Shape   electronic, listed: counts, shares and the rows that stand; verified: the orders register's own answers,
            null where it is not connected; candidates: suggested by rules R12, R18, R28; investigated: by month
    """
    orders = now.rows(sql("supervision_orders"), filters)[0]
    listings = now.rows(sql("supervision_listed"), filters)[0]
    return {
        "electronic": {
            "counts": orders,
            "replied": share(orders["in_time"], orders["due"]),
            "rows": _standing(now, filters, "E_SUPERVISED"),
        },
        "verified": _verified(now, filters),
        "listed": {
            "counts": listings,
            "delisted": share(listings["delisted"], listings["listed"]),
            "rows": _standing(now, filters, "LISTED_SUPERVISED"),
        },
        "candidates": [_plain(row) for row in now.rows(sql("supervision_candidates"), filters, n=LISTED)],
        "investigated": now.rows(sql("investigated"), filters),
        "limit": LISTED,
    }


def _standing(now: Loop, filters: Filters, kind: str) -> list[dict[str, Any]]:
    rows = now.rows(sql("supervision_list"), filters, kind=kind, n=LISTED)
    return [_plain(row) for row in rows]


def _verified(now: Loop, filters: Filters) -> dict[str, Any] | None:
    """Answers of the orders register (E08): by order, region and day; it knows neither our rules nor our clues."""
    if REGISTERS not in now.loaded.manifest.tables:
        return None
    with now.loaded.cursor() as db:
        named = parameters(db, "clues", filters)
        asked = {name: named[name] for name in ORDERS_SCOPE}
        counts: dict[str, int] = db.sql(sql("orders_verified"), params=asked).to_arrow_table().to_pylist()[0]
    return {"counts": counts, "share": share(counts["verified"], counts["answered"])} if counts["orders"] else None


def _plain(row: dict[str, Any]) -> dict[str, Any]:
    return {key: value.isoformat() if isinstance(value, date) else value for key, value in row.items()}
