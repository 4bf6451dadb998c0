"""Plain addresses: layers, trend, cards, exports, health. Everything that is not a Dash callback.

Answers below `/data/<snapshot id>/` never change and are marked so; the browser keeps them.
"""

from __future__ import annotations

import gzip
import json
import logging
import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from flask import Blueprint, Response, abort, jsonify, request
from flask_caching import Cache
from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest

from dashboard import urls
from dashboard.data import export, layers, methods, metrics, queries, sources
from dashboard.data.filters import Filters, parse
from dashboard.data.store import Loaded, Store
from dashboard.settings import Settings
from fusion.snapshot import SnapshotError

YEAR_S = 31_536_000
NO_ROUND = 255
LAST_INDEX = 2**31 - 1
NO_SNAPSHOT = "no snapshot can be opened; the server's log says why"
log = logging.getLogger(__name__)


class Measures:
    """The counters of one app, so that two apps in one process do not share them."""

    def __init__(self) -> None:
        """Make an own registry."""
        self.registry = CollectorRegistry()
        self.requests = Counter(
            "lookout_requests", "data requests answered", ["what", "status"], registry=self.registry
        )
        self.seconds = Histogram("lookout_request_seconds", "time to answer", ["what"], registry=self.registry)
        self.age = Gauge("lookout_snapshot_age_seconds", "time since the snapshot was built", registry=self.registry)
        self.sources_failed = Gauge(
            "lookout_sources_failed", "sources of the snapshot that failed", registry=self.registry
        )


def data_routes(store: Store, cache: Cache, settings: Settings) -> Blueprint:
    """All plain routes over `store`."""
    routes = Blueprint("data", __name__)
    measures = Measures()
    _add_time(routes, measures)
    routes.register_error_handler(SnapshotError, _no_snapshot)
    routes.add_url_rule(urls.LAYER, "layer", lambda snapshot_id, layer: _layer(store, cache, snapshot_id, layer))
    routes.add_url_rule(urls.TREND, "trend", lambda snapshot_id: _trend(store, cache, snapshot_id))
    routes.add_url_rule(
        urls.DESCRIBE, "describe", lambda snapshot_id, kind, index: _describe(store, snapshot_id, kind, index)
    )
    routes.add_url_rule(
        urls.EXPORT, "export", lambda snapshot_id, table, form: _export(store, snapshot_id, table, form)
    )
    routes.add_url_rule(urls.CATALOGUE, "catalogue", lambda snapshot_id: _catalogue(store, cache, snapshot_id))
    routes.add_url_rule(urls.RULES, "rules", lambda snapshot_id: _rules(store, cache, snapshot_id))
    routes.add_url_rule(urls.SAMPLES, "samples", lambda snapshot_id, code: _samples(store, snapshot_id, code))
    routes.add_url_rule(urls.FIGURES, "figures", lambda snapshot_id: _figures(store, cache, snapshot_id))
    routes.add_url_rule(urls.VERSION, "version", lambda: _version(store))
    routes.add_url_rule(urls.HEALTH, "health", lambda: _health(store, settings))
    routes.add_url_rule(urls.METRICS, "metrics", lambda: _metrics(store, measures))
    return routes


def age_seconds(loaded: Loaded) -> float:
    """How long ago the snapshot was built."""
    return (datetime.now(UTC) - datetime.fromisoformat(loaded.manifest.built_at)).total_seconds()


def _named(store: Store, snapshot_id: str) -> Loaded:
    try:
        return store.named(snapshot_id)
    except SnapshotError:
        abort(404, "this snapshot is gone; load the page again")


def _filters() -> Filters:
    return parse(request.args)[0]


def _kept(body: bytes, mimetype: str) -> Response:
    response = Response(body, mimetype=mimetype)
    response.cache_control.private = True
    response.cache_control.max_age = YEAR_S
    response.cache_control.immutable = True
    return response


def _gzipped(cache: Cache, key: str, make: Callable[[], bytes], mimetype: str) -> Response:
    body = cache.get(key)
    if body is None:
        body = gzip.compress(make(), 6, mtime=0)
        cache.set(key, body)
    response = _kept(body, mimetype)
    response.headers["Content-Encoding"] = "gzip"
    response.headers["Vary"] = "Accept-Encoding"
    return response


def _layer(store: Store, cache: Cache, snapshot_id: str, layer: str) -> Response:
    if layer not in layers.LAYERS:
        abort(404)
    loaded = _named(store, snapshot_id)
    round_idx = request.args.get("round", type=int)
    if round_idx is not None and not 0 <= round_idx <= NO_ROUND:
        abort(404)
    key = f"{snapshot_id}/{layer}/{round_idx}"
    return _gzipped(
        cache, key, lambda: layers.layer(loaded.cursor(), layer, round_idx), "application/vnd.apache.arrow.stream"
    )


def _trend(store: Store, cache: Cache, snapshot_id: str) -> Response:
    loaded = _named(store, snapshot_id)
    filters = _filters()
    key = f"{snapshot_id}/trend/{filters.query()}"
    return _gzipped(
        cache, key, lambda: json.dumps(queries.trend(loaded.cursor(), filters)).encode(), "application/json"
    )


def _describe(store: Store, snapshot_id: str, kind: str, index: int) -> Response:
    if kind not in ("clue", "enterprise") or index > LAST_INDEX:
        abort(404)
    card = queries.describe(_named(store, snapshot_id).cursor(), kind, index)
    if card is None:
        abort(404)
    return _kept(json.dumps(card).encode(), "application/json")


def _export(store: Store, snapshot_id: str, table: str, form: str) -> Response:
    if table not in queries.EXPORTABLE or form not in export.FORMS.get(table, ()):
        abort(404)
    loaded = _named(store, snapshot_id)
    manifest = loaded.manifest
    filters = _filters()
    rows = queries.export(loaded.cursor(), table, filters, manifest.as_of[:10])
    body, mimetype = export.written(rows, form, manifest.is_synthetic)
    response = Response(body, mimetype=mimetype)
    origin = "synthetic-" if manifest.is_synthetic else ""
    response.headers["Content-Disposition"] = f'attachment; filename="lookout-{origin}{table}-{loaded.id}.{form}"'
    response.headers["X-Lookout-Filter"] = filters.query()
    response.headers["X-Lookout-Rows"] = str(rows.num_rows)
    return response


def _catalogue(store: Store, cache: Cache, snapshot_id: str) -> Response:
    loaded = _named(store, snapshot_id)
    return _gzipped(
        cache,
        f"{snapshot_id}/sources",
        lambda: json.dumps(sources.catalogue(loaded.cursor())).encode(),
        "application/json",
    )


def _rules(store: Store, cache: Cache, snapshot_id: str) -> Response:
    loaded = _named(store, snapshot_id)
    return _gzipped(
        cache,
        f"{snapshot_id}/methods",
        lambda: json.dumps(methods.methods(loaded.cursor())).encode(),
        "application/json",
    )


def _samples(store: Store, snapshot_id: str, code: str) -> Response:
    rows = sources.samples(_named(store, snapshot_id).cursor(), code)
    return _kept(json.dumps(rows).encode(), "application/json")


def _figures(store: Store, cache: Cache, snapshot_id: str) -> Response:
    loaded = _named(store, snapshot_id)
    filters = _filters()
    key = f"{snapshot_id}/metrics/{filters.query()}"
    return _gzipped(cache, key, lambda: json.dumps(metrics.figures(loaded, filters)).encode(), "application/json")


def _version(store: Store) -> Response:
    loaded = store.current()
    response = jsonify(id=loaded.id, as_of=loaded.manifest.as_of)
    response.set_etag(loaded.id)
    response.cache_control.no_cache = True
    response.make_conditional(request)
    return response


def _health(store: Store, settings: Settings) -> tuple[Response, int]:
    try:
        loaded = store.current()
    except SnapshotError as error:
        return _no_snapshot(error)
    age = age_seconds(loaded)
    failed = [source.name for source in loaded.manifest.sources if source.status != "ok"]
    status = "degraded" if failed else "stale" if age > settings.stale_after_hours * 3600 else "ok"
    sources = {source.name: source.status for source in loaded.manifest.sources}
    body = jsonify(
        status=status, snapshot=loaded.id, as_of=loaded.manifest.as_of, age_seconds=round(age), sources=sources
    )
    return body, 200


def _no_snapshot(error: SnapshotError) -> tuple[Response, int]:
    """The reason names folders of this machine: it is for its log, not for whoever asks."""
    log.error("event=no_snapshot why=%s", error)
    return jsonify(status="failed", error=NO_SNAPSHOT), 503


def _metrics(store: Store, measures: Measures) -> Response:
    loaded = store.current()
    measures.age.set(age_seconds(loaded))
    measures.sources_failed.set(sum(source.status != "ok" for source in loaded.manifest.sources))
    return Response(generate_latest(measures.registry), mimetype="text/plain; version=0.0.4")


def _add_time(routes: Blueprint, measures: Measures) -> None:
    """Every answer tells its own cost."""

    @routes.before_request
    def start() -> None:
        request.environ["lookout.start"] = time.perf_counter()

    @routes.after_request
    def stop(response: Response) -> Any:  # noqa: ANN401 - Flask's own signature
        seconds = time.perf_counter() - request.environ.get("lookout.start", time.perf_counter())
        what = (request.endpoint or "data.none").partition(".")[2]
        response.headers["Server-Timing"] = f"app;dur={seconds * 1000:.1f}"
        measures.seconds.labels(what).observe(seconds)
        measures.requests.labels(what, response.status_code).inc()
        return response
