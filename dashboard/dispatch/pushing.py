"""Pushing a day's suggestions at once: every clue by itself, each with its own team, none without what it needs."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from dashboard.casebook.calendar import add_working_days
from dashboard.casebook.errors import CasebookError
from dashboard.casebook.machine import refuse_impossible
from dashboard.casebook.records import Actor
from dashboard.data.clue_case import case_of
from dashboard.data.filters import Filters
from dashboard.data.live import live
from dashboard.data.loop import Loop
from dashboard.data.teams import running_round, teams
from dashboard.data.worklist import standing
from dashboard.i18n import Words

MOST = 300
WORKING_DAYS = 3
# Warnings that need a sentence from the dispatcher before the push.
NEED_REASON = ("frequency", "positive_list")


@dataclass(frozen=True)
class Wish:
    """One clue to push. `version`: of its case, 0 if nobody acted yet."""

    clue_id: str
    team: str
    version: int
    reason: str
    approver: str


def wishes(sent: Any) -> list[Wish]:  # noqa: ANN401 - whatever was sent
    """What was asked for.

    Raises  ValueError for anything else than a list of up to MOST clues with their teams
    """
    if not isinstance(sent, list) or not 0 < len(sent) <= MOST:
        raise ValueError(f"1 to {MOST} clues")
    return [_wish(one) for one in sent]


def push(now: Loop, actor: Actor, asked: Sequence[Wish], t: Words) -> dict[str, Any]:
    """Push the clues that may be pushed; the others with the reason why not, all in the order asked.

    Shape   done: clue ids; refused: clue_id and message
    """
    queue = {row["clue_id"]: row for row in teams(now, Filters())["queue"]}
    current = running_round(now)
    with live(now.loaded, now.casebook) as db:
        clues = {wish.clue_id: standing(db, wish.clue_id, (now.now, now.register_now)) for wish in asked}
    done: list[str] = []
    refused: list[dict[str, str]] = []
    for wish in asked:
        clue = clues[wish.clue_id]
        why = _why_not(wish, clue, queue.get(wish.clue_id), t)
        if why is None and clue is not None:
            why = _push(now, actor, wish, _record(now, wish, clue, current["round_code"] if current else ""), clue, t)
        if why is None:
            done.append(wish.clue_id)
        else:
            refused.append({"clue_id": wish.clue_id, "message": why})
    return {"done": done, "refused": refused}


def _wish(one: Any) -> Wish:  # noqa: ANN401 - whatever was sent
    if not isinstance(one, dict) or not isinstance(one.get("version"), int) or isinstance(one["version"], bool):
        raise ValueError("no clue with its version")
    told = {name: one.get(name) or "" for name in ("clue_id", "team", "reason", "approver")}
    if not all(isinstance(text, str) for text in told.values()):
        raise ValueError("texts expected")
    texts = {name: text.strip()[:400] for name, text in told.items()}
    return Wish(version=one["version"], **texts)


def _why_not(wish: Wish, clue: Mapping[str, Any] | None, row: Mapping[str, Any] | None, t: Words) -> str | None:
    """What is missing before the casebook is asked; it knows neither visit caps nor lists."""
    if clue is None:
        return t("loop.refused.unknown")
    if clue["state"] != "SCREENED" or row is None:
        return t("loop.refused.not_screened", state=t(f"state.{clue['state']}"))
    if set(row["warnings"]) & set(NEED_REASON) and not wish.reason:
        return t("loop.refused.reason")
    return None


def _record(now: Loop, wish: Wish, clue: Mapping[str, Any], round_code: str) -> dict[str, Any]:
    told = json.dumps({"clue": dict(clue), "team": wish.team}, sort_keys=True, ensure_ascii=False, default=str)
    record = {
        "receiver": wish.team,
        "round_code": clue.get("round_code") or round_code,
        "package_hash": hashlib.sha256(told.encode()).hexdigest(),
        "due_on": f"{add_working_days(now.now, WORKING_DAYS):%Y-%m-%d}",
    }
    return record | ({"approver": wish.approver} if wish.approver else {})


def _push(  # noqa: PLR0913 - who pushes which clue on what record, in whose words
    now: Loop, actor: Actor, wish: Wish, record: Mapping[str, Any], clue: Mapping[str, Any], t: Words
) -> str | None:
    try:
        refuse_impossible(actor, clue["state"], "push")
        if clue["origin"] == "snapshot":
            now.casebook.open_case(case_of(now.loaded.whole.cursor(), now.loaded, clue))
        now.casebook.act(
            actor, wish.clue_id, "push", payload=record, expected_version=wish.version, reason=wish.reason or None
        )
    except CasebookError as error:
        return error.text(t)
    return None
