"""The addresses below `/api`: who asks, what exactly, whether it is already known, and the answer."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from functools import cache
from typing import Any
from urllib.parse import urlencode

from flask import Blueprint, Response, current_app, g, request
from werkzeug.exceptions import HTTPException

from dashboard.access import Viewer, current_loaded, require, require_actor, viewer
from dashboard.accounts.store import Accounts
from dashboard.api import clues, dossiers, events, figures, hotspots, parameters, writes
from dashboard.api.endpoint import JSON, Ask, Endpoint, Page
from dashboard.api.openapi import ROOT, VERSION, document
from dashboard.api.page import page
from dashboard.api.problems import BY_STATUS, KINDS, MEDIA, Problem
from dashboard.casebook.store import Casebook
from dashboard.data import feed
from dashboard.data.live import live
from dashboard.limits import Limits
from dashboard.settings import Settings
from fusion.snapshot import SnapshotError

READS: tuple[Endpoint, ...] = (
    *clues.ENDPOINTS, *hotspots.ENDPOINTS, *events.ENDPOINTS, *figures.ENDPOINTS, *dossiers.ENDPOINTS,
)  # fmt: skip
ENDPOINTS: tuple[Endpoint, ...] = (*READS, *writes.ENDPOINTS)
BEARER = "Bearer "
TRIES = 3
METHODS = ["GET", "POST", "PUT", "PATCH", "DELETE"]
NOWHERE = ("api.nowhere", "api.root")


def api_routes(settings: Settings) -> Blueprint:
    """All addresses of the API; nothing in a cookie makes them write."""
    routes = Blueprint("api", __name__, template_folder="templates")
    routes.before_request(_known_token)
    for code in BY_STATUS:
        routes.register_error_handler(code, _http_problem)
    routes.register_error_handler(HTTPException, _http_problem)
    routes.register_error_handler(Problem, Problem.response)
    routes.register_error_handler(SnapshotError, lambda _: Problem("no_snapshot").response())
    for one in READS:
        routes.add_url_rule(ROOT + one.rule, one.name, _reader(one))
    routes.add_url_rule(f"{ROOT}/clues/<clue_id>/events", "write_event", _write, methods=["POST"])
    routes.add_url_rule(f"{ROOT}/openapi.json", "openapi", _openapi)
    routes.add_url_rule("/api", "page", lambda: page(settings.language, ENDPOINTS))
    routes.add_url_rule(f"{ROOT}/<path:rest>", "nowhere", _nowhere, methods=METHODS)
    routes.add_url_rule(f"{ROOT}/", "root", lambda: _nowhere(""), methods=METHODS)
    return routes


def _known_token() -> None:
    """A token that comes along decides alone who asks: a wrong one is never helped out by a cookie, or by no users."""
    header = request.headers.get("Authorization")
    if header is not None:
        accounts: Accounts = current_app.config["lookout.accounts"]
        found = accounts.of_token(header.removeprefix(BEARER)) if header.startswith(BEARER) else None
        if found is None or found.kind != "token":
            raise Problem("unauthenticated", "the token is not known, has expired or was revoked")
        g.lookout_viewer = found
    asking = viewer()
    limits: Limits = current_app.config["lookout.limits"]
    if asking.kind == "token" and (wait_s := limits.take(asking.key)):
        headers = {"Retry-After": str(int(wait_s) + 1)}
        raise Problem("too_many_requests", f"ask again in {wait_s:.0f} s", headers=headers)


def _reader(endpoint: Endpoint) -> Callable[..., Response]:
    def read(**path: str) -> Response:
        asking = require(endpoint.permission)
        loaded, book = current_loaded(), _casebook()
        filters, values = parameters.values(endpoint.parameters, request.args)
        query = tuple(sorted(request.args.items()))
        ask = Ask(loaded, book, filters, {**values, **path}, query)
        tag = _tag(endpoint, ask, book.seq())
        if _is_known(tag):
            return _not_changed(tag)
        _refuse_unknown_words(ask)
        return _answer(endpoint, ask, asking)

    return read


def _answer(endpoint: Endpoint, ask: Ask, asking: Viewer) -> Response:
    """The answer with its ETag; without one where somebody kept writing while it was made."""
    for _ in range(TRIES):
        seq = ask.book.seq()
        found = endpoint.answer(ask) if endpoint.answer else Page({})
        if ask.book.seq() == seq:
            break
    body = {**found.body, **_envelope(ask, asking)}
    if endpoint.name in ("list_clues", "show_clue", "list_events"):
        body["casebook_seq"] = seq
    headers = {}
    if endpoint.name.startswith("list_") and endpoint.name != "list_metrics":
        body["links"] = _links(endpoint, ask, found.next_cursor)
        if found.next_cursor:
            headers["Link"] = f'<{body["links"][-1]["href"]}>; rel="next"'
    response = _json(body, endpoint.media)
    response.headers.update(headers)
    if ask.book.seq() == seq:
        response.set_etag(_tag(endpoint, ask, seq))
    return response


def _envelope(ask: Ask, asking: Viewer) -> dict[str, Any]:
    manifest = ask.loaded.manifest
    return {
        "snapshot": ask.loaded.id,
        "as_of": manifest.as_of,
        "data_origin": "synthetic" if manifest.is_synthetic else "real",
        "scope": {
            "regions": None if asking.regions is None else list(asking.regions),
            "rounds": None if asking.rounds is None else list(asking.rounds),
            "is_masked": asking.is_masked,
        },
    }


def _links(endpoint: Endpoint, ask: Ask, next_cursor: str) -> list[dict[str, str]]:
    """The page itself, and the one after it."""
    path = request.path
    own = urlencode(ask.query)
    links = [{"rel": "self", "href": f"{path}?{own}" if own else path, "type": endpoint.media}]
    if next_cursor:
        name = "since" if endpoint.name == "list_events" else "cursor"
        query = urlencode([*((key, text) for key, text in ask.query if key != name), (name, next_cursor)])
        links.append({"rel": "next", "href": f"{path}?{query}", "type": endpoint.media})
    return links


def _tag(endpoint: Endpoint, ask: Ask, seq: int) -> str:
    """Equal tags, equal bytes: of one snapshot and scope, one state of the casebook, one question."""
    path = [text for name, text in sorted(ask.values.items()) if f"{{{name}}}" in endpoint.path]
    told = json.dumps([VERSION, ask.loaded.id, seq, endpoint.name, path, ask.query])
    return hashlib.sha256(told.encode()).hexdigest()[:32]


def _is_known(tag: str) -> bool:
    """Whether who asks has this very answer, compressed on its way or not."""
    known = request.if_none_match
    return any(known.contains(f"{tag}{coding}") for coding in ("", ":gzip"))


def _not_changed(tag: str) -> Response:
    response = Response(status=304)
    response.set_etag(tag)
    return response


def _refuse_unknown_words(ask: Ask) -> None:
    if ask.filters.query():
        names = feed.unknown_words(live(ask.loaded, ask.book), ask.filters)
        if names:
            raise Problem("invalid_parameter", f"names nothing that there is: {', '.join(names)}", parameters=names)


def _write(clue_id: str) -> Response:
    asking = viewer()
    if asking.kind != "token":
        raise Problem("forbidden", "only a token may write; a session of a browser may not")
    require_actor("write:events")
    parameters.values((), request.args)
    told = writes.write_event(asking, current_loaded(), _casebook(), clue_id)
    response = _json(told, JSON)
    response.status_code = 201
    response.headers["Location"] = f"{ROOT}/clues/{clue_id}"
    return response


def _openapi() -> Response:
    parameters.values((), request.args)
    tag = hashlib.sha256(_document()).hexdigest()[:32]
    if _is_known(tag):
        return _not_changed(tag)
    response = Response(_document(), mimetype=JSON)
    response.set_etag(tag)
    return response


@cache
def _document() -> bytes:
    return _bytes(document(ENDPOINTS))


def _nowhere(rest: str) -> Response:
    """No such address, or one that takes another method."""
    adapter = current_app.url_map.bind("")
    own = [method for method in ("GET", "POST") if adapter.match(request.path, method)[0] not in NOWHERE]
    if own:
        raise Problem("method_not_allowed", headers={"Allow": ", ".join(own)})
    raise Problem("not_found", f"there is no {ROOT}/{rest}; GET {ROOT}/openapi.json lists what there is")


def _http_problem(error: HTTPException) -> Response:
    code = error.code or 500
    name = BY_STATUS.get(code, "not_found")
    if KINDS[name].status == code:
        return Problem(name).response()
    told = {"type": "about:blank", "title": error.name, "status": code, "code": "http_error"}
    return Response(json.dumps(told), code, mimetype=MEDIA)


def _casebook() -> Casebook:
    opened: Callable[[], Casebook] = current_app.config["lookout.casebook"]
    return opened()


def _json(body: dict[str, Any], media: str) -> Response:
    return Response(_bytes(body), mimetype=media)


def _bytes(body: dict[str, Any]) -> bytes:
    return json.dumps(body, ensure_ascii=False, separators=(",", ":"), allow_nan=False).encode()
