"""What a program may do to a clue: one step on record, of the version it saw."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import request
from werkzeug.exceptions import HTTPException, RequestEntityTooLarge

from dashboard.access import Viewer
from dashboard.api.endpoint import Endpoint
from dashboard.api.parameters import CLUE_ID, IF_MATCH
from dashboard.api.problems import Problem
from dashboard.api.schemas import SCHEMAS
from dashboard.api.words import wall
from dashboard.casebook.errors import CasebookError, Conflict, MissingRecord, NotAllowed, UnknownCase
from dashboard.casebook.machine import refuse_impossible
from dashboard.casebook.records import Event
from dashboard.casebook.store import Casebook
from dashboard.data import feed
from dashboard.data.clue_case import case_of
from dashboard.data.live import live
from dashboard.data.store import Loaded
from dashboard.i18n import Words

LONGEST_BODY = 1 << 20


def write_event(asking: Viewer, loaded: Loaded, book: Casebook, clue_id: str) -> dict[str, Any]:
    """Take the step that the request's body tells.

    Raises  Problem
    """
    version = _version(request.headers.get("If-Match"))
    sent = _body()
    row = feed.clue(live(loaded, book), clue_id)
    if row is None:
        raise Problem("not_found", "there is no such clue, or it is out of scope")
    try:
        if row["version"] == version:
            refuse_impossible(asking.actor(), row["state"], sent["event"])
        if row["origin"] == "snapshot":
            book.open_case(case_of(loaded.whole.cursor(), loaded, row))
        done = book.act(
            asking.actor(),
            clue_id,
            sent["event"],
            payload=sent.get("payload", {}),
            expected_version=version,
            attachments=sent.get("attachments", []),
            reason=sent.get("reason"),
        )
    except CasebookError as error:
        raise _problem(error, book, clue_id) from error
    return _told(done)


def _version(text: str | None) -> int:
    """The version that If-Match names."""
    if text is None:
        raise Problem("precondition_required", 'If-Match: "<version of the clue>" is needed, as the clue tells it')
    inner = text.strip().removeprefix('"').removesuffix('"')
    if len(text.strip()) != len(inner) + 2 or not (inner.isascii() and inner.isdigit()) or len(inner) > 9:
        raise Problem("invalid_precondition", 'If-Match is the clue\'s version in quotes, as "3"')
    return int(inner)


def _body() -> Mapping[str, Any]:
    """The body, an object with the members of NewEvent and no others."""
    if not request.is_json:
        raise Problem("unsupported_media_type")
    request.max_content_length = LONGEST_BODY
    try:
        sent = request.get_json()
    except RequestEntityTooLarge as error:
        raise Problem("body_too_large", f"a body has at most {LONGEST_BODY} bytes") from error
    except HTTPException as error:
        raise Problem("invalid_body", "the body is no JSON") from error
    if wrong := _faults(sent):
        raise Problem("invalid_body", f"not as expected: {', '.join(wrong)}", parameters=wrong)
    found: Mapping[str, Any] = sent
    return found


def _faults(sent: object) -> list[str]:
    """Names of the members that are missing, unknown or of another kind."""
    if not isinstance(sent, dict):
        return ["body"]
    unknown = sorted(str(name) for name in sent if name not in SCHEMAS["NewEvent"]["properties"])
    files = sent.get("attachments", [])
    kinds = {
        "event": isinstance(sent.get("event"), str) and 0 < len(sent["event"]) <= 40,
        "payload": isinstance(sent.get("payload", {}), dict),
        "reason": isinstance(sent.get("reason"), (str, type(None))) and len(sent.get("reason") or "") <= 2000,
        "attachments": isinstance(files, list) and all(isinstance(one, str) and len(one) == 64 for one in files),
    }
    return [*unknown, *(name for name, is_right in kinds.items() if not is_right)]


def _problem(error: CasebookError, book: Casebook, clue_id: str) -> Problem:
    """What the casebook says no with, in the terms of HTTP."""
    told = error.text(Words("en"))
    if isinstance(error, Conflict):
        newer = [event.event for event in error.newer]
        return Problem("version_conflict", told, version=book.case(clue_id).version, newer=newer)
    if isinstance(error, MissingRecord):
        words = {language: Words(language) for language in ("en", "zh")}
        fields = [
            {"name": one.field, **{language: one.text(t) for language, t in words.items()}} for one in error.complaints
        ]
        return Problem("incomplete_record", told, fields=fields)
    if isinstance(error, NotAllowed) and error.who and error.why is None:
        return Problem("forbidden", told, allowed_roles=sorted(error.who))
    return Problem("not_found" if isinstance(error, UnknownCase) else "not_now", told)


def _told(event: Event) -> dict[str, Any]:
    return {
        "event_id": event.event_id,
        "seq": event.seq,
        "clue_id": event.clue_id,
        "version": event.version,
        "event": event.event,
        "from_state": event.source,
        "to_state": event.target,
        "role": event.role,
        "at": wall(event.at),
        "due_at": wall(event.due_at),
    }


ENDPOINTS = (
    Endpoint(
        path="/clues/{clue_id}/events",
        name="write_event",
        summary="Take one step with a clue",
        description="The same as on the screen: the role must be allowed the step, and the record must be complete. "
        "If-Match names the clue's version that was seen; if somebody acted since, nothing is written and the newer "
        "events are named. Only a token may write; a browser's session may not.",
        permission="write:events",
        schema="WrittenEvent",
        parameters=(CLUE_ID, IF_MATCH),
        method="post",
        status=201,
        body_schema="NewEvent",
        problems=(
            "not_found", "not_now", "version_conflict", "incomplete_record", "precondition_required", "invalid_body",
            "invalid_precondition", "unsupported_media_type", "body_too_large",
        ),
    ),
)  # fmt: skip
