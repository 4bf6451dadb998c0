"""Builds the app: settings and a store go in, a Dash app comes out. Nobody imports an app."""

from __future__ import annotations

import logging
from importlib import resources
from typing import Any

import dash_ag_grid
from dash import Dash
from dash.development.base_component import Component
from flask import Response, request
from flask_caching import Cache
from flask_compress import Compress
from flask_talisman import Talisman

from dashboard.data.store import Store
from dashboard.page import Page, PageContext, page_context
from dashboard.pages.methods import PAGE as METHODS
from dashboard.pages.situation import PAGE as SITUATION
from dashboard.pages.sources import PAGE as SOURCES
from dashboard.routes import YEAR_S, data_routes
from dashboard.settings import Settings
from dashboard.shell import browser_config, document, failed_frame, frame
from fusion.snapshot import SnapshotError

PAGES: tuple[Page, ...] = (SITUATION, METHODS, SOURCES)
PLOTLY_ROUTE = "_dash-component-suites/plotly/package_data/plotly.min.js"
ANSWERS_KEPT = 500
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
            config = browser_config(context, page, self.store.current(), self.lookout_settings)
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
    app.server.config["lookout.store"] = app.store
    app.server.config["lookout.language"] = settings.language
    app.layout = lambda: _layout(app)
    for page in PAGES:
        page.register(app)
    _serve(app, settings)
    return app


def _layout(app: LookoutDash) -> Component:
    context = page_context(app.lookout_settings.language)
    try:
        loaded = app.store.current()
    except SnapshotError as error:
        log.error("event=no_snapshot why=%s", error)
        return failed_frame(context)
    return frame(context, loaded, _page(context).layout(context, loaded))


def _page(context: PageContext) -> Page:
    return next((page for page in PAGES if page.path == context.path), SITUATION)


def _serve(app: LookoutDash, settings: Settings) -> None:
    """Routes, compression, caching and headers around the app."""
    server = app.server
    cache = Cache(
        server, config={"CACHE_TYPE": "SimpleCache", "CACHE_THRESHOLD": ANSWERS_KEPT, "CACHE_DEFAULT_TIMEOUT": 0}
    )
    server.register_blueprint(data_routes(app.store, cache, settings))
    _serve_plotly(app)
    server.config["SEND_FILE_MAX_AGE_DEFAULT"] = YEAR_S
    server.config["COMPRESS_ALGORITHM"] = ["gzip"]
    server.config["COMPRESS_MIMETYPES"] = [
        "text/html", "text/css", "text/javascript", "application/javascript", "application/json",
    ]  # fmt: skip
    Compress(server)
    Talisman(
        server,
        force_https=False,
        strict_transport_security=False,
        session_cookie_secure=False,
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
