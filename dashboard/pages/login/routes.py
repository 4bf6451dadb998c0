"""The addresses of the way in and out."""

from __future__ import annotations

import logging
from urllib.parse import parse_qsl, urlencode

from flask import Blueprint, Response, abort, redirect, request
from werkzeug.wrappers import Response as AnyResponse

from dashboard import access, urls
from dashboard.accounts.oidc import SingleSignOn
from dashboard.accounts.sessions import DEVICE_COOKIE, TRY_COOKIE, begin_session, end_session, is_closed
from dashboard.accounts.store import Accounts, Locked
from dashboard.pages.login.plain import look, plain_page
from dashboard.settings import Settings

YEAR_S = 31_536_000
TRIED_S = 7 * 86_400
LONGEST = 1000
log = logging.getLogger(__name__)


def way_in(accounts: Accounts, sso: SingleSignOn | None, settings: Settings) -> Blueprint:
    """All routes of the way in and out."""
    routes = Blueprint("login", __name__, template_folder="templates")
    routes.add_url_rule(urls.LOGIN, "show", lambda: _show(sso, settings))
    routes.add_url_rule(urls.LOGIN, "sign_in", lambda: _sign_in(accounts, sso, settings), methods=["POST"])
    routes.add_url_rule(urls.LOGOUT, "sign_out", _sign_out, methods=["POST"])
    routes.add_url_rule(urls.DEVICE, "device", lambda secret: _start_device(accounts, settings, secret))
    routes.add_url_rule(urls.TRY, "try_role", lambda: _try_role(accounts, settings), methods=["POST"])
    if sso is not None:
        routes.add_url_rule(urls.OIDC_START, "oidc_start", lambda: _off(sso, settings))
        routes.add_url_rule(urls.OIDC_BACK, "oidc_back", lambda: _back(accounts, sso, settings))
    return routes


def _show(sso: SingleSignOn | None, settings: Settings) -> AnyResponse:
    """The form; who is in already goes on."""
    if access.viewer_or_none() is not None:
        return redirect(_next())
    return _login_page(settings, sso, 200)


def _sign_in(accounts: Accounts, sso: SingleSignOn | None, settings: Settings) -> AnyResponse:
    name, password = (request.form.get(field, "")[:LONGEST] for field in ("name", "password"))
    try:
        secret = accounts.sign_in(name, password, request.remote_addr or "")
    except Locked:
        log.warning("event=login_locked name=%r address=%s", name, request.remote_addr)
        return _login_page(settings, sso, 429, error="locked", name=name)
    if secret is None:
        log.warning("event=login_refused name=%r address=%s", name, request.remote_addr)
        return _login_page(settings, sso, 401, error="wrong", name=name)
    log.info("event=login name=%r address=%s", name, request.remote_addr)
    begin_session(secret)
    return redirect(_next())


def _sign_out() -> AnyResponse:
    """The session is ended on the server, and the browser is asked to forget what it kept."""
    end_session()
    response = redirect(urls.LOGIN)
    response.headers["Clear-Site-Data"] = '"cache", "cookies", "storage"'
    return response


def _start_device(accounts: Accounts, settings: Settings, secret: str) -> AnyResponse:
    """A screen on a wall opens its own link once and stays known by a cookie until it is revoked or expires."""
    device = accounts.of_token(secret) if is_closed(settings, accounts) else None
    if device is None or device.kind != "device":
        abort(404)
    is_https = settings.public_url.startswith("https://")
    response = redirect(_next())
    response.set_cookie(DEVICE_COOKIE, secret, max_age=YEAR_S, httponly=True, samesite="Lax", secure=is_https)
    return response


def _try_role(accounts: Accounts, settings: Settings) -> AnyResponse:
    """In the demo: be somebody else from now on."""
    if is_closed(settings, accounts):
        abort(404)
    tried = [request.form.get(field, "").replace("|", "")[:40] for field in ("role", "region", "round", "names")]
    response = redirect(_next())
    response.set_cookie(TRY_COOKIE, "|".join(tried), max_age=TRIED_S, httponly=True, samesite="Lax")
    return response


def _off(sso: SingleSignOn, settings: Settings) -> AnyResponse:
    """To the provider, or back to the door if it does not answer."""
    return sso.start(_next()) or _login_page(settings, sso, 502, error="sso")


def _back(accounts: Accounts, sso: SingleSignOn, settings: Settings) -> AnyResponse:
    """From the provider with a signed word of who it is."""
    known = sso.finish()
    if known is None:
        return _login_page(settings, sso, 401, error="sso")
    log.info("event=login name=%r address=%s by=oidc", known.name, request.remote_addr)
    begin_session(accounts.begin_signed_on(known.issuer, known.subject, known.name, known.grant))
    return redirect(known.target)


def _login_page(
    settings: Settings, sso: SingleSignOn | None, status: int, *, error: str = "", name: str = ""
) -> Response:
    return plain_page("login", status, settings.language, error=error, name=name, has_sso=sso is not None)


def _next() -> str:
    """Where somebody wanted to go, in the language and theme chosen since; an address of this house only."""
    wanted = request.args.get("next") or request.form.get("next") or urls.SITUATION
    is_ours = wanted.startswith("/") and not wanted.startswith(("//", "/\\")) and wanted.isprintable()
    path, _, query = (wanted if is_ours else urls.SITUATION).partition("?")
    chosen = look()
    asked = [(name, value) for name, value in parse_qsl(query, keep_blank_values=True) if name not in chosen]
    told = urlencode([*asked, *chosen.items()])
    return f"{path}?{told}" if told else path
