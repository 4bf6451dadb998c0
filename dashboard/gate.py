"""What every request passes before anything answers it: from here, by somebody, who may.

Open without a name are the way in (`/login`, `/device`, `/oidc`), the scripts and styles, and the bare word of
`/healthz`. Everything else needs a viewer, and what it shows is asked of `access` again where it is shown.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import cast
from urllib.parse import urlencode, urlsplit

from flask import Flask, Response, abort, current_app, jsonify, redirect, request
from werkzeug.exceptions import HTTPException
from werkzeug.wrappers import Response as AnyResponse

from dashboard import access, urls
from dashboard.accounts.sessions import DEVICE_COOKIE, is_closed
from dashboard.accounts.store import Accounts
from dashboard.limits import Limits
from dashboard.page import page_context
from dashboard.pages.login.plain import look, notice_page
from dashboard.settings import LOOPBACK, Settings

OPEN = ("/assets/", "/_dash-component-suites/", "/_favicon.ico", urls.HEALTH, urls.LOGIN, "/device/", "/oidc/")
API = "/api/v1/"
STATIC = ("/assets/", "/_dash-component-suites/", "/_favicon.ico")
FOR_PROGRAMS = ("/data/", "/api/", "/work/", "/_dash", urls.METRICS)
SAFE = ("GET", "HEAD", "OPTIONS")
CALLBACK = "/_dash-update-component"


def guard(
    server: Flask, settings: Settings, accounts: Accounts, pages: Mapping[str, str], owners: Mapping[str, str]
) -> None:
    """Put the gate before `server`.

    Shape   pages: name of the page at each path; owners: name of the page that each callback's output stands on
    """
    server.before_request(lambda: _refuse_foreign_host(settings, accounts))
    server.before_request(_refuse_foreign_sites)
    server.before_request(lambda: _refuse_strangers(pages, owners))
    server.before_request(lambda: _refuse_haste(settings))
    server.after_request(_for_this_viewer_only)
    for code in (401, 403):
        server.register_error_handler(code, lambda error: _refused(error, settings))


def _is_below(prefixes: tuple[str, ...]) -> bool:
    return any(request.path == prefix or request.path.startswith(prefix) for prefix in prefixes)


def _refuse_foreign_host(settings: Settings, accounts: Accounts) -> None:
    """Without users only this machine is served, under its own names: a foreign name could be any web site's."""
    if not settings.is_loopback or settings.open_access or is_closed(settings, accounts):
        return
    name = urlsplit(f"//{request.host}").hostname or ""
    if name not in LOOPBACK:
        abort(421, "without users only this machine is served, as 127.0.0.1 or localhost; see docs/access.md")


def _refuse_foreign_sites() -> None:
    """Nothing is changed at the wish of another site's page: browsers tell where a request comes from.

    Programs tell nothing and bring no cookie of a browser's; for them their token speaks.
    """
    if request.method in SAFE:
        return
    site = request.headers.get("Sec-Fetch-Site")
    origin = request.headers.get("Origin")
    is_own = site in ("same-origin", "none") if site else origin is None or urlsplit(origin).netloc == request.host
    if not is_own:
        abort(403, "this was asked by another site's page")


def _refuse_strangers(pages: Mapping[str, str], owners: Mapping[str, str]) -> AnyResponse | None:
    if _is_below(OPEN):
        return None
    if request.path == urls.SITUATION and access.viewer().enterprise_id:
        return redirect(f"{urls.OWN}?{request.query_string.decode()}".rstrip("?"))
    access.viewer()
    if request.path == CALLBACK:
        asked = request.get_json(silent=True)
        owner = owners.get(str(asked.get("output", ""))) if isinstance(asked, dict) else None
        if owner is None:
            abort(400, "there is no such callback")
        access.require(owner)
    elif request.path in pages:
        access.require(pages[request.path])
    return None


def _refuse_haste(settings: Settings) -> Response | None:
    """A program asks so often and no more, whatever it asks; the API tells it in its own words and counts alike."""
    if _is_below((*OPEN, API)):
        return None
    asking, limits = access.viewer(), cast(Limits, current_app.config["lookout.limits"])
    wait_s = limits.take(asking.key) if asking.kind == "token" else 0.0
    if not wait_s:
        return None
    message = page_context(settings.language).words("work.error.too_many_requests")
    response = jsonify(code="too_many_requests", message=message, fields={})
    response.status_code = 429
    response.headers["Retry-After"] = str(int(wait_s) + 1)
    return response


def _for_this_viewer_only(response: Response) -> Response:
    """An answer is for who asked, not for the next one at the same browser or behind the same proxy."""
    if not _is_below(STATIC):
        response.vary.add("Cookie")
        response.vary.add("Authorization")
        response.cache_control.private = True
        if not response.cache_control.max_age:
            response.cache_control.no_cache = True
    return response


def _refused(error: HTTPException, settings: Settings) -> AnyResponse:
    """A page for people, a line for programs; strangers are shown the door."""
    code = error.code or 403
    takes_pages = not request.accept_mimetypes or request.accept_mimetypes.accept_html
    is_page = request.method == "GET" and takes_pages and not request.path.startswith(FOR_PROGRAMS)
    if not is_page:
        body = {401: "sign in first", 403: "not permitted"}[code]
        response = Response(f'{{"error": "{body}"}}\n', code, mimetype="application/json")
        if code == 401:
            response.headers["WWW-Authenticate"] = "Bearer"
        return response
    if code == 401 and DEVICE_COOKIE not in request.cookies:
        return redirect(f"{urls.LOGIN}?{urlencode({'next': request.full_path.rstrip('?')} | look())}")
    asking = access.viewer_or_none()
    return notice_page("device" if code == 401 else "refused", code, settings.language, asking.kind if asking else "")
