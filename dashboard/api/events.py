"""What happened to clues, to be followed: the register's steps first, then the casebook's events as they come."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from dashboard.api import cursors
from dashboard.api.endpoint import Ask, Endpoint, Page
from dashboard.api.parameters import FILTERS, LIMIT, SINCE
from dashboard.api.problems import Problem
from dashboard.api.words import wall
from dashboard.data import feed
from dashboard.data.live import live

# By day found and by state a clue moves in and out of sight; a feed that is followed must not.
ABOUT_CLUES = tuple(one for one in FILTERS if one.name not in ("from", "to", "status"))


def list_events(ask: Ask) -> Page:
    """Events after a cursor, and the cursor to go on from, which there always is."""
    question = f"events {ask.loaded.scope.key} {ask.filters.query()}"
    step, seq = _since(ask.values["since"], question)
    db = live(ask.loaded, ask.book)
    limit = ask.values["limit"]
    register = feed.steps(db, ask.filters, step, limit)
    # A page that the register fills asks of the casebook only whether there is more.
    casebook = feed.events(db, ask.filters, seq, 0 if register.is_more else limit - len(register.rows))
    if register.rows:
        step = [register.rows[-1][name] for name in feed.STEP_KEY]
    if casebook.rows:
        seq = casebook.rows[-1]["seq"]
    since = cursors.written(question, [*([str(step[0]), *step[1:]] if step else ["", "", 0]), seq])
    rows = [*register.rows, *casebook.rows]
    has_more = register.is_more or casebook.is_more
    body = {
        "events": [event(row) for row in rows],
        "since": since,
        "has_more": has_more,
        "number_returned": len(rows),
    }
    return Page(body, since if has_more else "")


def event(row: Mapping[str, Any]) -> dict[str, Any]:
    """A step as it is told."""
    return {**row, "at": wall(row["at"]), "due_at": wall(row["due_at"])}


def _since(cursor: str, question: str) -> tuple[list[Any], int]:
    """The last step of the register and the number of the last event that were told."""
    if not cursor:
        return [], 0
    at, clue_id, sequence, seq = cursors.read(cursor, question, (str, str, int, int))
    try:
        return ([datetime.fromisoformat(at), clue_id, sequence] if at else []), seq
    except ValueError as error:
        raise Problem("invalid_cursor", parameter="since") from error


ENDPOINTS = (
    Endpoint(
        path="/events",
        name="list_events",
        summary="What happened to clues, after a cursor",
        description="First the steps that the snapshot's register knows, in order of time, then the casebook's events "
        "in order of their number. Keep `since` and ask again: without news the list is empty. `clue_id` and "
        "`sequence` together are a step's key: an event that a later snapshot took into its register may be told "
        "again under the same key. Filters are about the clue. Names of persons and records are not told.",
        permission="read:events",
        schema="EventList",
        parameters=(*ABOUT_CLUES, LIMIT, SINCE),
        answer=list_events,
    ),
)
