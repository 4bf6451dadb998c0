"""Clues as GeoJSON: all in scope page by page, and one with its evidence and its life."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from dashboard.access import note_read
from dashboard.api import cursors
from dashboard.api.endpoint import GEOJSON, Ask, Endpoint, Page
from dashboard.api.events import event
from dashboard.api.parameters import CLUE_ID, CURSOR, FILTERS, LIMIT, ORDER
from dashboard.api.problems import Problem
from dashboard.api.words import plain, wall
from dashboard.data import feed, queries
from dashboard.data.live import live

NOT_TOLD = ("clue_idx", "lon_deg", "lat_deg", "origin")
TIMES = ("detected_at", "state_since", "due_at")


def list_clues(ask: Ask) -> Page:
    """A page of clues."""
    order = ask.values["order"]
    question = f"clues {ask.loaded.scope.key} {ask.filters.query()} {order}"
    after = _after(ask.values["cursor"], question)
    db = live(ask.loaded, ask.book)
    found = feed.clues(db, ask.filters, after, ask.values["limit"], newest_first=order.startswith("-"))
    body = {
        "type": "FeatureCollection",
        "number_matched": feed.n_clues(db, ask.filters),
        "number_returned": len(found.rows),
        "features": [_feature(ask, row) for row in found.rows],
    }
    if not found.is_more:
        return Page(body)
    return Page(body, cursors.written(question, [str(found.rows[-1][name]) for name in feed.CLUE_KEY]))


def show_clue(ask: Ask) -> Page:
    """One clue."""
    db = live(ask.loaded, ask.book)
    row = feed.clue(db, ask.values["clue_id"])
    if row is None:
        raise Problem("not_found", "there is no such clue, or it is out of scope")
    note_read("clue", row["clue_id"], ask.loaded.id)
    timeline = [event(step) for step in feed.timeline(db, row["clue_id"])]
    return Page({**_feature(ask, row), "evidence": _evidence(ask, row), "timeline": timeline})


def _after(cursor: str, question: str) -> list[Any]:
    if not cursor:
        return []
    at, clue_id = cursors.read(cursor, question, (str, str))
    try:
        return [datetime.fromisoformat(at), clue_id]
    except ValueError as error:
        raise Problem("invalid_cursor", parameter="cursor") from error


def _feature(ask: Ask, row: Mapping[str, Any]) -> dict[str, Any]:
    """A clue made by hand stands where its enterprise does, which a masked viewer is not told to the metre."""
    is_exact = not (ask.loaded.scope.is_masked and row["origin"] == "hand")
    is_placed = is_exact and row["lon_deg"] is not None and row["lat_deg"] is not None
    properties = {name: value for name, value in row.items() if name not in NOT_TOLD}
    properties |= {name: wall(row[name]) for name in TIMES}
    return {
        "type": "Feature",
        "id": row["clue_id"],
        "geometry": {"type": "Point", "coordinates": [row["lon_deg"], row["lat_deg"]]} if is_placed else None,
        "properties": plain(properties),
    }


def _evidence(ask: Ask, row: Mapping[str, Any]) -> dict[str, Any]:
    """What speaks for the clue and against it, as its card on the screen has it; a clue made by hand has none."""
    card = queries.describe(ask.loaded.cursor(), "clue", row["clue_idx"]) or {}
    if card.get("clue_id") != row["clue_id"]:
        card = {}
    return {
        "rule_version": card.get("rule_version"),
        **{name: wall(card.get(name)) for name in ("onset_at", "window_from", "window_to")},
        "facts": json.loads(card["facts"]) if card.get("facts") else None,
        "kinds": card.get("kinds") or [],
        "series": card.get("evidence") or [],
        "candidates": [
            {name: value for name, value in one.items() if name != "enterprise_idx"}
            for one in card.get("candidates") or []
        ],
    }


ENDPOINTS = (
    Endpoint(
        path="/clues",
        name="list_clues",
        summary="Clues in scope as they stand now",
        description="GeoJSON points, page by page in order of detection: no clue is told twice, and clues found "
        "meanwhile come at the end (order=detected_at). State, deadline and team are the casebook's where "
        "people have acted, the snapshot's register otherwise.",
        permission="read:clues",
        schema="ClueCollection",
        parameters=(*FILTERS, ORDER, LIMIT, CURSOR),
        answer=list_clues,
        media=GEOJSON,
    ),
    Endpoint(
        path="/clues/{clue_id}",
        name="show_clue",
        summary="One clue with its evidence and its life",
        description="`evidence` is what the finding rests on, `timeline` every step of the register and the casebook. "
        "Names of persons, records and files are not told by the API.",
        permission="read:clues",
        schema="ClueDetail",
        parameters=(CLUE_ID,),
        answer=show_clue,
        media=GEOJSON,
        problems=("not_found",),
    ),
)
