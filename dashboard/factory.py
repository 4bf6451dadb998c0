"""Builds the app: settings and a store go in, a Dash app comes out. Nobody imports an app."""

from __future__ import annotations

import hmac
import logging
import time
from importlib import resources
from typing import Any

import dash_ag_grid
from dash import Dash
from dash.development.base_component import Component
from flask import Response, request
from flask_caching import Cache
from flask_compress import Compress
from flask_talisman import Talisman
from werkzeug.middleware.proxy_fix import ProxyFix

from dashboard import access
from dashboard.accounts.oidc import SingleSignOn
from dashboard.accounts.secret import server_secret
from dashboard.accounts.sessions import demo_viewer, is_closed, open_accounts, set_up_sessions, signed_in
from dashboard.accounts.store import Accounts
from dashboard.api.routes import api_routes
from dashboard.bodies import PlainJSON
from dashboard.briefing.briefing_routes import briefing_routes
from dashboard.briefing.routes import dossier_routes
from dashboard.casebook.attachments import MOST_BYTES
from dashboard.casework import work_routes
from dashboard.casework.opening import casebook_of
from dashboard.casework.own_plant import own_routes
from dashboard.data.store import Store
from dashboard.dispatch import loop_routes
from dashboard.gate import guard
from dashboard.limits import Limits
from dashboard.page import Page, PageContext, page_context
from dashboard.pages.boards import PAGE as BOARDS
from dashboard.pages.briefing import PAGE as BRIEFING
from dashboard.pages.clues import PAGE as CLUES
from dashboard.pages.dossier import PAGE as DOSSIER
from dashboard.pages.login.lost import lost_pages
from dashboard.pages.login.routes import way_in
from dashboard.pages.loop import PAGE as LOOP
from dashboard.pages.methods import PAGE as METHODS
from dashboard.pages.own import PAGE as OWN
from dashboard.pages.rounds import PAGE as ROUNDS
from dashboard.pages.situation import PAGE as SITUATION
from dashboard.pages.sources import PAGE as SOURCES
from dashboard.pages.trends import PAGE as TRENDS
from dashboard.pages.wall import PAGE as WALL
from dashboard.routes import YEAR_S, data_routes
from dashboard.settings import Settings
from dashboard.shell import browser_config, document, failed_frame, frame, refused_page
from dashboard.tour import tour_routes
from dashboard.wall import wall_routes
from dashboard.wall.playlist import read_playlist
from fusion.snapshot import SnapshotError

PAGES: tuple[Page, ...] = (
    SITUATION, CLUES, LOOP, ROUNDS, TRENDS, BOARDS, BRIEFING, DOSSIER, METHODS, SOURCES, WALL, OWN,
)  # fmt: skip
PLOTLY_ROUTE = "_dash-component-suites/plotly/package_data/plotly.min.js"
ANSWERS_KEPT = 500
# The largest body of all is a file with the form around it.
LARGEST_BODY = MOST_BYTES + (1 << 20)
log = logging.getLogger(__name__)


class LookoutDash(Dash):  # type: ignore[misc]  # Dash has no types
    """Dash with our own document: language, theme and page data are in it from the first byte."""

    store: Store
    lookout_settings: Settings

    def interpolate_index(self, **parts: Any) -> str:  # noqa: ANN401 - Dash's own signature
        """The HTML document around the app."""
        context = page_context(self.lookout_settings.language)
        page = _page(context).name
        try:
            config = browser_config(context, page, access.current_loaded(), self.lookout_settings, access.viewer())
        except SnapshotError:
            config = None
        return document(context, page, parts, config)


def create_app(settings: Settings, store: Store | None = None) -> LookoutDash:
    """The dashboard over the snapshots that `settings` name."""
    # The table's bundle is 0.6 MB; the page fetches it when a table is first opened.
    for script in dash_ag_grid._js_dist:
        if "dynamic" not in script:
            script["async"] = "lazy"
    app = LookoutDash(
        __name__,
        assets_folder=str(resources.files("dashboard").joinpath("..", "assets")),
        # What one page alone needs is linked by that page's document.
        assets_path_ignore=["pages"],
        title="Lookout",
        update_title="",
        serve_locally=True,
        # The table is in the layout only once it is opened; tests/dashboard/test_wiring.py checks every id instead.
        suppress_callback_exceptions=True,
    )
    app.store = store or Store(settings.snapshots, settings.query_memory)
    app.lookout_settings = settings
    app.server.json = PlainJSON(app.server)
    app.server.config["MAX_CONTENT_LENGTH"] = LARGEST_BODY
    app.server.config["lookout.store"] = app.store
    app.server.config["lookout.language"] = settings.language
    app.server.config["lookout.casebook"] = casebook_of(settings)
    accounts = _who_is_who(app, settings)
    app.layout = lambda: _layout(app)
    owners: dict[str, str] = {}
    for page in PAGES:
        known = set(app.callback_map)
        page.register(app)
        owners |= {output: page.name for output in app.callback_map if output not in known}
    guard(app.server, settings, accounts, {page.path: page.name for page in PAGES}, owners)
    lost_pages(app.server, {page.path for page in PAGES}, settings.language)
    _serve(app, settings)
    return app


def _who_is_who(app: LookoutDash, settings: Settings) -> Accounts:
    """Accounts, sessions and the way in; whoever asks is known to `access` from here on."""
    server = app.server
    accounts = open_accounts(settings)
    secret = server_secret(settings)
    is_https = settings.public_url.startswith("https://")
    server.secret_key = hmac.digest(secret, b"cookies", "sha256")
    server.config.update(
        SESSION_COOKIE_NAME="lookout",
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_SECURE=is_https,
        SESSION_REFRESH_EACH_REQUEST=False,
    )
    if settings.proxies:
        server.wsgi_app = ProxyFix(server.wsgi_app, settings.proxies, settings.proxies)
    set_up_sessions(server, accounts)
    sso = SingleSignOn(server, settings) if settings.oidc_issuer else None
    server.register_blueprint(way_in(accounts, sso, settings))

    def note_read(asking: access.Viewer, what: str, which: str, snapshot_id: str) -> None:
        if is_closed(settings, accounts):
            accounts.note_read(asking, what, which, snapshot_id)

    server.config["lookout.accounts"] = accounts
    server.config["lookout.limits"] = Limits(settings.api_per_minute, time.monotonic)
    server.config["lookout.secret"] = secret
    server.config["lookout.who"] = lambda: signed_in() if is_closed(settings, accounts) else demo_viewer()
    server.config["lookout.note_read"] = note_read
    return accounts


def _layout(app: LookoutDash) -> Component:
    context = page_context(app.lookout_settings.language)
    asking = access.viewer_or_none()
    if asking is None:
        # Dash makes a layout before the first request of all, whoever asks it; the gate lets no stranger ask for one.
        return refused_page(context)
    try:
        loaded = access.current_loaded()
    except SnapshotError as error:
        log.error("event=no_snapshot why=%s", error)
        return failed_frame(context)
    page = _page(context)
    content = page.layout(context, loaded) if asking.may(page.name) else refused_page(context)
    return frame(context, loaded, content, asking, has_header=page.has_header or not asking.may(page.name))


def _page(context: PageContext) -> Page:
    return next((page for page in PAGES if page.path == context.path), SITUATION)


def _serve(app: LookoutDash, settings: Settings) -> None:
    """Routes, compression, caching and headers around the app."""
    server = app.server
    cache = Cache(
        server, config={"CACHE_TYPE": "SimpleCache", "CACHE_THRESHOLD": ANSWERS_KEPT, "CACHE_DEFAULT_TIMEOUT": 0}
    )
    server.register_blueprint(data_routes(app.store, cache, settings))
    server.register_blueprint(api_routes(settings))
    server.register_blueprint(work_routes(settings.language))
    server.register_blueprint(own_routes(settings.language))
    server.register_blueprint(dossier_routes(settings))
    server.register_blueprint(briefing_routes(settings, server.config["lookout.secret"]))
    server.register_blueprint(loop_routes(settings.language))
    server.register_blueprint(wall_routes(read_playlist(settings.wall)))
    server.register_blueprint(tour_routes(settings.language))
    _serve_plotly(app)
    server.config["SEND_FILE_MAX_AGE_DEFAULT"] = YEAR_S
    server.config["COMPRESS_ALGORITHM"] = ["gzip"]
    server.config["COMPRESS_MIMETYPES"] = [
        "text/html", "text/css", "text/javascript", "application/javascript", "application/json",
        "application/geo+json",
    ]  # fmt: skip
    Compress(server)
    Talisman(
        server,
        force_https=False,
        strict_transport_security=settings.public_url.startswith("https://"),
        session_cookie_secure=settings.public_url.startswith("https://"),
        session_cookie_http_only=True,
        referrer_policy="same-origin",
        content_security_policy={
            "default-src": "'self'",
            "script-src": ["'self'", *app.csp_hashes()],
            # React, Mantine and Leaflet position with inline styles; nothing else is let in.
            "style-src": ["'self'", "'unsafe-inline'"],
            "img-src": ["'self'", "data:", "blob:"],
            "font-src": "'self'",
            "connect-src": "'self'",
            "worker-src": "'self'",
            "object-src": "'none'",
            "base-uri": "'none'",
            "form-action": "'self'",
            "frame-ancestors": "'self'",
        },
    )


def _serve_plotly(app: LookoutDash) -> None:
    """Plotly's cartesian bundle at the address the renderer asks: a third of the full one, and unable to call out."""
    bundle = resources.files("dashboard").joinpath("vendor", "plotly-cartesian.min.js")

    def plotly() -> Response | None:
        if not request.path.endswith(PLOTLY_ROUTE):
            return None
        response = Response(bundle.read_bytes(), mimetype="application/javascript")
        response.cache_control.max_age = YEAR_S
        response.cache_control.immutable = True
        return response

    app.server.before_request(plotly)
