"""What a plant's own user sees: its registers, what it measured itself, and what it was ordered to put right.

Everything here is picked by name out of what is known, so that what is added to a dossier later is not told by
itself. Not told: findings and their scores, candidates, readings, what will be checked, complaints, visits, the words
of the staff, hot cells, other plants.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import duckdb

from dashboard.casebook.standing import effective
from dashboard.casebook.store import Casebook
from dashboard.data.dossier import dossier
from dashboard.data.layers import sql
from dashboard.data.store import Loaded

PLANT = (
    "enterprise_id", "name", "uscc", "permit_no", "n_outlets", "lon_deg", "lat_deg", "industry_zh", "industry_en",
    "county_zh", "county_en", "city_zh", "city_en",
)  # fmt: skip
# Registers that were served on the plant, or that it keeps itself; complaints and past checks are not among them.
REGISTERS = ("permit", "limit", "amount", "penalty", "order", "service", "reduction")
ORDER = ("order_no", "measures", "mode", "milestones")
ROLE = "enterprise"


def own_dossier(loaded: Loaded, db: duckdb.DuckDBPyConnection, enterprise_id: str) -> dict[str, Any]:
    """The dossier of a plant as the plant may read it, in the shape of a dossier with the rest left empty.

    Raises  UnknownEnterprise
    """
    found = dossier(loaded, enterprise_id, None, db)
    lists = dict.fromkeys(
        ("clues", "candidates", "hot", "history", "visits", "notes", "runs", "problems", "reading"), ()
    )
    return {
        **lists,
        "as_of": found["as_of"],
        "is_synthetic": found["is_synthetic"],
        "enterprise": {name: found["enterprise"][name] for name in PLANT},
        "lanes": found["lanes"],
        "alerts": found["alerts"],
        "facts": {kind: found["facts"][kind] for kind in REGISTERS if kind in found["facts"]},
        # `data`: no row says that something is missing which is not for a plant at all.
        "states": {**found["states"], "satellite": "data"},
        "window": {"from": found["window"]["all_from"], "to": found["window"]["all_to"]},
    }


def own_orders(db: duckdb.DuckDBPyConnection, casebook: Casebook, enterprise_id: str) -> list[dict[str, Any]]:
    """What a plant still has to put right, the newest order first.

    Shape   clue_id, state, ordered_at, due_at (of who has to act: None where that is not the plant), order_no,
            measures, mode, milestones (None where only the register told of the order), reported_at (of its last report
            that it is done, if it sent one), notes of the plant's own
    """
    rows = db.sql(sql("own_orders"), params={"enterprise_id": enterprise_id}).to_arrow_table().to_pylist()
    return [_order(row, casebook) for row in rows]


def _order(row: Mapping[str, Any], casebook: Casebook) -> dict[str, Any]:
    events = casebook.timeline(row["clue_id"])
    records = effective(events)
    orders = [records[event.event_id] for event in events if event.event == "order_rectify"]
    told = orders[-1] if orders else {}
    reports = [event.at for event in events if event.role == ROLE and event.event == "report_done"]
    notes = [event for event in events if event.role == ROLE and event.reason]
    is_due_by_plant = row["state"] in ("RECTIFYING", "LISTED_SUPERVISED")
    return {
        "clue_id": row["clue_id"],
        "state": row["state"],
        "ordered_at": _text(row["ordered_at"]),
        "due_at": _text(row["due_at"]) if is_due_by_plant else None,
        **{name: told.get(name) for name in ORDER},
        "reported_at": _text(reports[-1]) if reports else None,
        "notes": [{"at": _text(event.at), "text": event.reason} for event in notes],
    }


def _text(at: datetime | None) -> str | None:
    return at.isoformat(" ", "minutes") if at else None
