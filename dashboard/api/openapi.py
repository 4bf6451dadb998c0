"""The OpenAPI 3.1 document, made of the endpoints and schemas that the routes themselves use."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from dashboard.api.endpoint import JSON, Endpoint, Parameter
from dashboard.api.problems import KINDS, MEDIA
from dashboard.api.schemas import SCHEMAS, ref

VERSION = "1.0.0"
ROOT = "/api/v1"
DESCRIPTION = """Clues, hotspots, events and figures of Lookout for programs, as docs/api.md tells at length.

Everything is answered out of the part of the nation that the token, or the person signed in, may see. A clue is a
suspicion until a person on site has decided. Times are wall times of UTC+8. Lists go on at the `next` link. A parameter
that is not known is refused. Answers carry a strong ETag; ask again with If-None-Match."""
ETAG = {"description": "Strong; changes with snapshot, scope and casebook", "schema": {"type": "string"}}
LINK = {"description": "rel=next, where there is more", "schema": {"type": "string"}}


def document(endpoints: Iterable[Endpoint]) -> dict[str, Any]:
    """The whole document."""
    paths: dict[str, Any] = {}
    for one in endpoints:
        paths.setdefault(one.path, {})[one.method] = _operation(one)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Lookout",
            "version": VERSION,
            "description": DESCRIPTION,
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
        },
        "servers": [{"url": ROOT}],
        "paths": paths,
        "components": {
            "schemas": SCHEMAS,
            "responses": {code: _problem(code) for code in KINDS},
            "securitySchemes": {
                "token": {"type": "http", "scheme": "bearer", "description": "python -m dashboard.accounts token"},
                "session": {
                    "type": "apiKey",
                    "in": "cookie",
                    "name": "lookout",
                    "description": "A person signed in with a browser; reads only",
                },
            },
        },
    }


def _operation(one: Endpoint) -> dict[str, Any]:
    headers = {"ETag": ETAG} if one.method == "get" else {}
    if any(parameter.name in ("cursor", "since") for parameter in one.parameters):
        headers = {**headers, "Link": LINK}
    good = {"description": one.summary, "headers": headers, "content": {one.media: {"schema": ref(one.schema)}}}
    answers: dict[str, Any] = {str(one.status): good}
    if one.method == "get":
        answers["304"] = {"description": "Nothing has changed since that ETag"}
    for status, codes in _by_status(one.every_problem).items():
        answers[status] = _problems(codes)
    found: dict[str, Any] = {
        "operationId": one.name,
        "summary": one.summary,
        "description": f"{one.description}\n\nScope of the token: `{one.permission}`.",
        "parameters": [_parameter(parameter) for parameter in one.parameters],
        "responses": answers,
        "security": [{"token": []}, {"session": []}] if one.method == "get" else [{"token": []}],
    }
    if one.body_schema:
        found["requestBody"] = {"required": True, "content": {JSON: {"schema": ref(one.body_schema)}}}
    return found


def _parameter(one: Parameter) -> dict[str, Any]:
    found = {
        "name": one.name,
        "in": one.place,
        "description": one.description,
        "required": one.is_required,
        "schema": one.schema,
    }
    return found if one.example is None else {**found, "example": one.example}


def _by_status(codes: Iterable[str]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for code in codes:
        found.setdefault(str(KINDS[code].status), []).append(code)
    return dict(sorted(found.items()))


def _problems(codes: list[str]) -> dict[str, Any]:
    if len(codes) == 1:
        return {"$ref": f"#/components/responses/{codes[0]}"}
    told = "; ".join(f"`{code}`: {KINDS[code].title}" for code in codes)
    return {"description": told, "content": {MEDIA: {"schema": ref("Problem")}}}


def _problem(code: str) -> dict[str, Any]:
    return {"description": f"`{code}`: {KINDS[code].title}", "content": {MEDIA: {"schema": ref("Problem")}}}
