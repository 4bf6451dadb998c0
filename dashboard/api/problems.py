"""Errors as RFC 9457 tells them: `application/problem+json` with a code that does not change."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from flask import Response, json

MEDIA = "application/problem+json"


@dataclass(frozen=True)
class Kind:
    """A kind of error: its HTTP status and what it means."""

    status: int
    title: str


KINDS: Mapping[str, Kind] = {
    "unknown_parameter": Kind(400, "A parameter is not known here"),
    "invalid_parameter": Kind(400, "A parameter's value is not valid"),
    "invalid_cursor": Kind(400, "The cursor is not one of this question's"),
    "invalid_body": Kind(400, "The body is not what is expected"),
    "invalid_precondition": Kind(400, "If-Match does not name a version"),
    "unauthenticated": Kind(401, "A token or a session is needed"),
    "forbidden": Kind(403, "This is not permitted"),
    "not_found": Kind(404, "There is no such thing, or it is out of scope"),
    "method_not_allowed": Kind(405, "This address does not take this method"),
    "not_now": Kind(409, "The clue's state does not allow this event"),
    "version_conflict": Kind(412, "Somebody else acted first"),
    "body_too_large": Kind(413, "The body is too large"),
    "unsupported_media_type": Kind(415, "The body must be application/json"),
    "incomplete_record": Kind(422, "The record that this event must put down is not complete"),
    "precondition_required": Kind(428, "If-Match must name the clue's version"),
    "too_many_requests": Kind(429, "The token's limit is reached"),
    "internal_error": Kind(500, "Something broke here; the server's log says what"),
    "no_snapshot": Kind(503, "No snapshot can be opened"),
}
BY_STATUS = {
    401: "unauthenticated", 403: "forbidden", 404: "not_found", 405: "method_not_allowed", 413: "body_too_large",
    415: "unsupported_media_type", 429: "too_many_requests", 500: "internal_error", 503: "no_snapshot",
}  # fmt: skip


class Problem(Exception):
    """An answer that is an error. `more` are further members, as the names of parameters."""

    def __init__(self, code: str, detail: str = "", headers: Mapping[str, str] | None = None, **more: object) -> None:
        """Raise KeyError for a code that is not in KINDS."""
        super().__init__(detail or KINDS[code].title)
        self.code, self.detail, self.headers, self.more = code, detail, dict(headers or {}), more

    def response(self) -> Response:
        """What is answered."""
        kind = KINDS[self.code]
        body = {"type": f"/api#{self.code}", "title": kind.title, "status": kind.status, "code": self.code, **self.more}
        if self.detail:
            body["detail"] = self.detail
        answer = Response(json.dumps(body), status=kind.status, mimetype=MEDIA, headers=self.headers)
        answer.cache_control.no_store = True
        if kind.status == 401:
            answer.headers["WWW-Authenticate"] = 'Bearer realm="lookout"'
        return answer
