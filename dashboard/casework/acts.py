"""What people do to clues, handed to the casebook: one step, a remark, the same step for many, a clue made by hand."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Any, TypeGuard

from flask import abort

from dashboard.casebook.errors import CasebookError
from dashboard.casebook.handing import may_hand_over
from dashboard.casebook.machine import refuse_impossible
from dashboard.casebook.states import STATES, Transition, allowed, transition
from dashboard.casework.answers import BadRequest, complaint
from dashboard.casework.bench import Bench
from dashboard.casework.desk import desk_of, empty_desk
from dashboard.casework.forms import GIVEN, Desk, default_of, described, handing_over
from dashboard.data import queries
from dashboard.data.clue_case import POLLUTANT_OF, Cell, case_by_hand, case_of, cell_found

MOST_AT_ONCE = 200
SHA256 = re.compile(r"[0-9a-f]{64}")
# In bulk each clue gets its own where the form leaves it empty.
OF_EACH = ("receiver", "round_code", "severity")


def is_whole(value: object) -> TypeGuard[int]:
    """Whether `value` is a whole number; true and false are none."""
    return isinstance(value, int) and not isinstance(value, bool)


def act(bench: Bench, clue_id: str, event: str, sent: Mapping[str, Any]) -> None:
    """Take one step on record.

    Raises  404 outside the viewer's scope; BadRequest; whatever the casebook refuses
    """
    payload, version = sent.get("payload"), sent.get("version")
    if not isinstance(payload, dict) or not is_whole(version):
        raise BadRequest("bad_request")
    _act(bench, _clue(bench, clue_id), event, payload, version)


def comment(bench: Bench, clue_id: str, sent: Mapping[str, Any]) -> None:
    """Put a remark on record, with files or without.

    Raises  404; whatever the casebook refuses
    """
    clue = _clue(bench, clue_id)
    files, text = sent.get("attachments") or [], sent.get("text") or ""
    if not isinstance(files, list) or not all(isinstance(one, str) for one in files):
        raise BadRequest("bad_request", "files")
    if not isinstance(text, str):
        raise BadRequest("bad_request", "text")
    _open(bench, clue)
    bench.casebook.comment(bench.viewer.actor(), clue_id, text, attachments=files)


def act_on_many(bench: Bench, sent: Mapping[str, Any]) -> dict[str, Any]:
    """The same step for several clues, each by itself: ids that are done, and why others are not.

    Raises  BadRequest for no clues or too many
    """
    clues, payload, event = sent.get("clues"), sent.get("payload"), sent.get("event")
    if not isinstance(clues, dict) or not 0 < len(clues) <= MOST_AT_ONCE:
        raise BadRequest("too_many_clues")
    if not isinstance(payload, dict) or not isinstance(event, str):
        raise BadRequest("bad_request")
    done: list[str] = []
    refused: list[dict[str, str]] = []
    for clue_id, version in clues.items():
        clue = bench.clue(clue_id)
        if clue is None or not is_whole(version):
            refused.append({"clue_id": clue_id, "message": bench.t("work.error.not_found")})
            continue
        try:
            _act(bench, clue, event, _own(bench, clue, event, payload), version)
            done.append(clue_id)
        except CasebookError as error:
            refused.append({"clue_id": clue_id, "message": complaint(error, bench.t)["message"]})
    return {"done": done, "refused": refused}


def common_steps(bench: Bench, states: Sequence[str]) -> list[dict[str, Any]]:
    """The steps that every one of `states` allows the viewer."""
    roles = bench.viewer.actor().roles
    found = [[step for step in allowed(state, roles)] for state in states if state in STATES]
    if not found:
        return []
    shared = set.intersection(*({step.event for step in steps} for steps in found))
    desk = empty_desk(bench, states[0])
    told = [described(desk, step) for step in found[0] if step.event in shared]
    for step in told:
        for field in step["fields"]:
            field["is_required"] = field["is_required"] and field["name"] not in OF_EACH
    if all(may_hand_over(bench.viewer.actor(), state) for state in states):
        told.append(handing_over(desk))
    return told


def cell(bench: Bench, cell_id: str, product: str, day: str) -> Cell:
    """The high-value cell that a clue is to be made of.

    Raises  BadRequest for what is no cell, product or day; 404 where the viewer has no such cell
    """
    if product not in POLLUTANT_OF:
        abort(404)
    try:
        found = cell_found(bench.loaded.cursor(), cell_id, product, date.fromisoformat(day))
    except ValueError:
        raise BadRequest("no_cell", "cell_id") from None
    if found is None:
        abort(404)
    return found


def make(bench: Bench, sent: Mapping[str, Any]) -> str:
    """Make a clue of a cell and the enterprises picked there; its id.

    Raises  BadRequest; 404; NotAllowed; Conflict where it is made already
    """
    of = cell(bench, *(str(sent.get(name, "")) for name in ("cell_id", "product", "day")))
    ids = sent.get("enterprise_ids") or []
    picked = [one for one in of.candidates if one["enterprise_id"] in ids]
    if not isinstance(ids, list) or len(picked) != len(ids):
        raise BadRequest("no_candidate", "enterprise_ids")
    case = case_by_hand(bench.loaded, of, picked[0] if len(picked) == 1 else None, bench.now)
    names = bench.t("casebook.list_comma").join(one["name"] for one in picked)
    grounds = bench.t(
        "work.default.grounds" if picked else "work.default.grounds_cell", cell=of.cell_id, hot=of.hot_days,
        product=bench.t(f"product.{of.product}"), valid=of.valid_days, day=of.day.isoformat(), names=names,
    )  # fmt: skip
    payload = {
        "grounds": str(sent.get("grounds") or grounds),
        "candidates": [{name: one[name] for name in ("enterprise_id", "name", "distance_km")} for one in picked],
    }
    bench.casebook.create(bench.viewer.actor(), case, payload)
    return case.clue_id


def _act(bench: Bench, clue: Mapping[str, Any], event: str, payload: Mapping[str, Any], version: int) -> None:
    # Who comes second is told so by the casebook; a step that was never possible opens no case.
    if version == clue["version"]:
        refuse_impossible(bench.viewer.actor(), clue["state"], event)
        _open(bench, clue)
    record = {name: cleaned(value) for name, value in payload.items()} | _given(bench, clue, event)
    bench.casebook.act(
        bench.viewer.actor(), clue["clue_id"], event, payload=record, expected_version=version,
        attachments=sorted(set(_hashes(record, transition(clue["state"], event)))),
    )  # fmt: skip


def _open(bench: Bench, clue: Mapping[str, Any]) -> None:
    """The casebook remembers the clue from its first step on, in the state the snapshot has it in."""
    if clue["origin"] == "snapshot" and not clue["version"]:
        bench.casebook.open_case(case_of(bench.loaded.whole.cursor(), bench.loaded, clue))


def _clue(bench: Bench, clue_id: str) -> dict[str, Any]:
    found = bench.clue(clue_id)
    if found is None:
        abort(404)
    return found


def _own(bench: Bench, clue: Mapping[str, Any], event: str, payload: Mapping[str, Any]) -> dict[str, Any]:
    """The record of one of many: what the form leaves open is what its own form would have proposed."""
    step = transition(clue["state"], event)
    own = dict(payload)
    if step is None or all(own.get(name) for name in OF_EACH):
        return own
    desk = desk_of(bench, clue)
    return own | {field.name: _proposed(desk, step, field.name) for field in step.record
                  if field.name in OF_EACH and not own.get(field.name)}  # fmt: skip


def _proposed(desk: Desk, step: Transition, name: str) -> Any:  # noqa: ANN401 - entries are of several kinds
    (field,) = (field for field in step.record if field.name == name)
    value = default_of(desk, step, field)
    return int(value) if value and field.kind == "number" else value


def _given(bench: Bench, clue: Mapping[str, Any], event: str) -> dict[str, Any]:
    """What the server puts on record by itself: the hash of all that is handed over with a push."""
    step = transition(clue["state"], event)
    if step is None or not GIVEN & {field.name for field in step.record}:
        return {}
    card = queries.describe(bench.loaded.cursor(), "clue", clue["clue_idx"])
    told = json.dumps({"clue": clue, "card": card}, sort_keys=True, ensure_ascii=False, default=str)
    return {"package_hash": hashlib.sha256(told.encode()).hexdigest()}


def cleaned(value: Any) -> Any:  # noqa: ANN401 - a record holds anything
    """A value without the empty entries that a form leaves in its rows."""
    if isinstance(value, list):
        return [cleaned(one) for one in value]
    if isinstance(value, dict):
        return {name: part for name, part in value.items() if part not in ("", None)}
    return value


def _hashes(record: Mapping[str, Any], step: Transition | None) -> Iterator[str]:
    """The files that the record names."""
    names = {field.name for field in step.record if field.kind == "files"} if step else set()
    for name in names:
        value = record.get(name)
        yield from (
            (one for one in value if isinstance(one, str) and SHA256.fullmatch(one)) if isinstance(value, list) else ()
        )
