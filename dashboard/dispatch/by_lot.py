"""Routine checks by lot: drawn, put on record, made into cases that look alike whatever they were drawn for."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from dashboard.casebook.errors import Conflict
from dashboard.casebook.records import SYSTEM, Actor, Case
from dashboard.casebook.store import Casebook
from dashboard.data.clue_case import BY_HAND, BY_HAND_VERSION
from dashboard.data.draw import Candidate, draw, pool_of
from dashboard.data.filters import Filters
from dashboard.data.loop import Loop
from dashboard.data.teams import running_round
from dashboard.dispatch.kept_draws import Kept, Kind, keep

CATEGORY = "permit"
SEVERITY = 2


def draw_by_lot(now: Loop, filters: Filters, wanted: Mapping[str, Any], maker: Actor, grounds: str) -> tuple[str, int]:
    """Draw, keep the draw, and make its checks where they are wished; its id and how many are in it.

    Shape   wanted: kind, n, seed, makes_checks; grounds: the one sentence that stands on every routine check
    Note    asked again with the same words it is the same draw, and no case is made twice
    """
    kind: Kind = "control" if wanted["kind"] == "control" else "dual_random"
    lot = draw(pool_of(now, filters, kind == "control"), wanted["n"], wanted["seed"])
    cases = {one.enterprise_id: _case(now, one, lot.seed) for one in lot.drawn} if wanted["makes_checks"] else {}
    kept = Kept(
        kind=kind,
        seed=lot.seed,
        method=lot.method,
        list_version=lot.list_version,
        filters=filters.query(),
        n_pool=lot.n_pool,
        snapshot_id=now.loaded.id.partition("~")[0],
        made_by=maker.name,
        made_by_person=maker.person or None,
        made_at=now.now.replace(microsecond=0),
        members=tuple((one.enterprise_id, one.weight, _id(cases.get(one.enterprise_id))) for one in lot.drawn),
    )
    draw_id = keep(now.casebook.engine, kept)
    for case in cases.values():
        _make(now.casebook, case, grounds)
    return draw_id, len(lot.drawn)


def _make(casebook: Casebook, case: Case, grounds: str) -> None:
    """The case and its first step, by the system: the lot decided, nobody suspected anything."""
    try:
        casebook.create(SYSTEM, case, {"grounds": grounds})
    except Conflict:
        return


def _case(now: Loop, one: Candidate, seed: str) -> Case:
    """A routine check: it names no rule and no draw, so who visits can't tell a control from another drawn check."""
    at: datetime = now.now.replace(microsecond=0)
    current = running_round(now)
    told = "\n".join(("lot", seed, one.enterprise_id))
    return Case(
        clue_id=hashlib.sha256(told.encode()).hexdigest()[:16],
        rule_id=BY_HAND,
        rule_version=BY_HAND_VERSION,
        severity=SEVERITY,
        enterprise_id=one.enterprise_id,
        enterprise_name=one.row["name"],
        cell_id=None,
        city_adcode=one.row["city_adcode"],
        county_adcode=one.row["county_adcode"] or one.row["city_adcode"],
        round_code=current["round_code"] if current else None,
        team_code=None,
        pollutant=None,
        category=CATEGORY,
        lon_deg=one.row["lon_deg"],
        lat_deg=one.row["lat_deg"],
        window_from=at - timedelta(days=1),
        window_to=at,
        detected_at=at,
        score=None,
        origin="hand",
        snapshot_id=now.loaded.id.partition("~")[0],
        opened_state="",
    )


def _id(case: Case | None) -> str | None:
    return case.clue_id if case else None
