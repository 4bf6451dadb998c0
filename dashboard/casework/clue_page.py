"""A clue as the browser is told of it: its row, its card with what is open to do, its timeline, and what changed."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from flask import abort

from dashboard.casebook.attachments import Attachment, find
from dashboard.casebook.records import ASSIGN
from dashboard.casebook.states import transition
from dashboard.casebook.uploads import uploader_of
from dashboard.casework.bench import Bench
from dashboard.casework.desk import desk_of
from dashboard.casework.forms import GIVEN, Desk, said, steps
from dashboard.data import queries, worklist
from dashboard.data.clue_case import REACH_KM, Cell
from dashboard.data.filters import STATUS_GROUPS

SHOWN = (
    "clue_id", "clue_idx", "severity", "state", "is_overdue", "clock_stopped", "enterprise", "cell_id", "rule_id",
    "category", "pollutant", "round_code", "team_code", "assignee", "score", "version", "verdict", "origin",
)  # fmt: skip
NAMED = ("rule", "city", "county", "team", "industry")
TIMES = ("detected_at", "state_since", "due_at", "window_from", "window_to")
Names = Mapping[tuple[str, str], str]
PLACED = ("lon_deg", "lat_deg", "city_idx", "county_idx")


def row(bench: Bench, clue: Mapping[str, Any]) -> dict[str, Any]:
    """One row of the list in the words of the asker's language."""
    language = bench.t.language
    return {
        **{name: clue[name] for name in SHOWN},
        **{name: clue[f"{name}_{language}"] for name in NAMED},
        "rule": clue[f"rule_{language}"] or bench.t("work.by_hand"),
        **{name: _time(clue[name]) for name in TIMES},
        "late_hours": round(clue["late_hours"] or 0, 1),
    }


def clue(bench: Bench, clue_id: str) -> dict[str, Any]:
    """All that is told of one clue.

    Raises  404 where the viewer has no such clue
    """
    found = bench.clue(clue_id)
    if found is None:
        abort(404)
    card = queries.describe(bench.loaded.cursor(), "clue", found["clue_idx"])
    desk = desk_of(bench, found, card or {})
    names = bench.casebook.file_names(clue_id)
    may_work = bench.viewer.may("work") and bool(bench.viewer.actor().roles)
    return {
        "clue": row(bench, found)
        | {name: found[name] for name in PLACED}
        | {f"{name}_{code}": found[f"{name}_{code}"] for name in NAMED for code in ("zh", "en")}
        | ({} if found["rule_zh"] else {f"rule_{bench.t.language}": bench.t("work.by_hand")}),
        "group": next(group for group, states in STATUS_GROUPS.items() if found["state"] in states),
        "card": card,
        "candidates": _placed_candidates(bench, card),
        "may_work": may_work,
        "steps": steps(desk) if may_work else [],
        "timeline": [_step(bench, desk, names, one) for one in worklist.timeline(bench.live(), clue_id)],
        "seq": bench.seq,
    }


def changes(bench: Bench, since: int) -> list[dict[str, Any]]:
    """Where the clues stand now that had an event after number `since`, as far as the viewer may see them."""
    ids = [standing.case.clue_id for standing in bench.casebook.standings(since)]
    return worklist.changed(bench.live(), ids) if ids else []


def cell(bench: Bench, found: Cell) -> dict[str, Any]:
    """A high-value cell as the ground of a clue: what was seen, who is near, and whether the asker may make one."""
    language = bench.t.language
    return {
        "cell_id": found.cell_id,
        "product": found.product,
        "day": found.day.isoformat(),
        "hot_days": found.hot_days,
        "valid_days": found.valid_days,
        "reach_km": REACH_KM,
        "may_make": "analyst" in bench.viewer.actor().roles,
        "candidates": [
            {name: one[name] for name in ("enterprise_id", "enterprise_idx", "name", "distance_km", "bearing_deg",
                                          "is_key_source", "open_clues")} | {"industry": one[f"industry_{language}"]}
            for one in found.candidates
        ],
    }  # fmt: skip


def file(kept: Attachment) -> dict[str, Any]:
    """A kept file: hash, name, type and size."""
    return {"sha256": kept.sha256, "name": kept.name, "type": kept.type, "size_words": _size(kept.bytes)}


def _size(n: int) -> str:
    return f"{n / (1 << 20):.1f} MB" if n >= 1 << 20 else f"{max(1, n >> 10)} kB"


def _placed_candidates(bench: Bench, card: Mapping[str, Any] | None) -> list[dict[str, Any]]:
    """The candidates of the card with their positions, for the small map."""
    found = (card or {}).get("candidates") or []
    places = worklist.positions(bench.loaded.cursor(), [one["enterprise_id"] for one in found])
    return [
        {"name": one["name"], "lon_deg": places[one["enterprise_id"]][0], "lat_deg": places[one["enterprise_id"]][1]}
        for one in found
        if one["enterprise_id"] in places
    ]


def _step(bench: Bench, desk: Desk, names: Names, one: Mapping[str, Any]) -> dict[str, Any]:
    """One line of the timeline."""
    t = bench.t
    is_note = one["from_state"] == one["to_state"]
    title = t(f"casebook.event.{one['event']}")
    return {
        "at": f"{one['at']:%Y-%m-%d %H:%M}",
        "title": title if is_note else t("work.step", event=title, state=t(f"state.{one['to_state']}")),
        "is_note": is_note,
        "actor": one["actor"] or "",
        "role": t(f"casebook.role.{one['role']}") if one["role"] else "",
        "text": one["reason"] or "",
        "record": _record(desk, one, json.loads(one["payload"] or "{}")),
        "attachments": _files(bench, names, one) if one["attachments"] else [],
    }


def _record(desk: Desk, one: Mapping[str, Any], payload: Mapping[str, Any]) -> list[dict[str, str]]:
    """What was put on record, in the order and words of the form; files are told by themselves."""
    if one["event"] == ASSIGN and payload:
        return [{"label": desk.t("casebook.field.person"), "value": str(payload["person"])}]
    step = transition(one["from_state"], one["event"])
    told = [field for field in (step.record if step else ()) if field.kind != "files" and field.name not in GIVEN]
    return [
        {"label": desk.t(f"casebook.field.{field.name}"), "value": said(desk, field, payload[field.name])}
        for field in told
        if field.name in payload
    ]


def file_of(bench: Bench, clue_id: str, sha256: str) -> Attachment | None:
    """A file on record of a clue, called as somebody called it who brought it for that clue."""
    names = bench.casebook.file_names(clue_id)
    name = next((name for (one, _), name in names.items() if one == sha256), "")
    return _named_file(find(bench.folder, sha256), name)


def _files(bench: Bench, names: Names, one: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The files of one step, as who took it called them."""
    if bench.viewer.is_masked or bench.casebook.folder is None:
        return []
    uploader = uploader_of(one["actor"] or "", one["person"])
    found = [
        _named_file(find(bench.casebook.folder, sha), names.get((sha, uploader), "")) for sha in one["attachments"]
    ]
    return [file(known) for known in found if known is not None]


def _named_file(known: Attachment | None, name: str) -> Attachment | None:
    """A kept file under a name; one kept when files had no uploader has its old one, one that has none its hash."""
    if known is None:
        return None
    return replace(known, name=name or known.name or f"{known.sha256[:12]}.{known.type}")


def _time(at: datetime | None) -> str | None:
    return at.isoformat(" ", "seconds") if at else None
