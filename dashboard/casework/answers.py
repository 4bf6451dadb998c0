"""What the browser is told when something cannot be done: one code, one sentence in its language, the fields meant."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, jsonify
from werkzeug.exceptions import HTTPException

from dashboard.casebook.attachments import AttachmentError
from dashboard.casebook.errors import CasebookError, Conflict, MissingRecord, NotAllowed, UnknownCase
from dashboard.i18n import Words
from dashboard.page import page_context

STATUS = {Conflict: 409, NotAllowed: 403, MissingRecord: 422, UnknownCase: 404}
CODES = {Conflict: "conflict", NotAllowed: "not_allowed", MissingRecord: "missing_record", UnknownCase: "unknown_case"}


class BadRequest(Exception):
    """What was sent cannot be read; `key` is the sentence."""

    def __init__(self, key: str, field: str = "") -> None:
        """`field` is the entry that is meant."""
        self.key, self.field = key, field
        super().__init__(key)


def words(default_language: str) -> Words:
    """The words of whoever asks."""
    return page_context(default_language).words


def complaint(error: CasebookError, t: Words) -> dict[str, Any]:
    """Code, sentence and fields of what the casebook refused."""
    told: dict[str, Any] = {"code": CODES.get(type(error), "failed"), "message": error.text(t), "fields": {}}
    if isinstance(error, MissingRecord):
        told["fields"] = {one.field: one.text(t) for one in error.complaints if one.field}
    if isinstance(error, Conflict):
        told["clue_id"] = error.clue_id
        told["newer"] = [
            {"event": t(f"casebook.event.{one.event}"), "actor": one.actor, "at": f"{one.at:%Y-%m-%d %H:%M}"}
            for one in error.newer
        ]
    return told


def tell_errors(routes: Blueprint, default_language: str) -> None:
    """Every refusal below `routes` is told as JSON."""

    @routes.errorhandler(CasebookError)
    def refused(error: CasebookError) -> tuple[Response, int]:
        return jsonify(complaint(error, words(default_language))), STATUS.get(type(error), 400)

    @routes.errorhandler(BadRequest)
    def unreadable(error: BadRequest) -> tuple[Response, int]:
        message = words(default_language)(f"work.error.{error.key}")
        return jsonify(code=error.key, message=message, fields={error.field: message} if error.field else {}), 400

    @routes.errorhandler(AttachmentError)
    def unkept(error: AttachmentError) -> tuple[Response, int]:
        return jsonify(code="attachment", message=error.text(words(default_language)), fields={}), 422

    # The gate answers these two for the whole app; here they are told as all else is.
    @routes.errorhandler(401)
    @routes.errorhandler(403)
    @routes.errorhandler(HTTPException)
    def http(error: HTTPException) -> tuple[Response, int]:
        status = error.code or 500
        t = words(default_language)
        known = {400: "bad_request", 401: "signed_out", 403: "not_permitted", 404: "not_found", 413: "too_large"}
        key = known.get(status, "failed")
        return jsonify(code=key, message=t(f"work.error.{key}"), fields={}), status
