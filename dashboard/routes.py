"""Plain addresses: layers, trend, cards, exports, health. Everything that is not a Dash callback.

Answers below `/data/<snapshot id>/` never change and are marked so; the browser keeps them.
"""

from __future__ import annotations

import gzip
import hashlib
import json
import logging
import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from flask import Blueprint, Response, abort, current_app, jsonify, request
from flask_caching import Cache
from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest

from dashboard import access, urls
from dashboard.casebook.store import Casebook
from dashboard.data import boards, export, layers, methods, metrics, queries, rounds, sources, trends
from dashboard.data.filters import Filters, parse
from dashboard.data.store import Loaded, Store
from dashboard.settings import Settings
from fusion.snapshot import SnapshotError

YEAR_S = 31_536_000
NO_ROUND = 255
LAST_INDEX = 2**31 - 1
# What a screen with any of these pages may draw.
DRAWN = ("situation", "clues", "loop", "rounds", "dossier", "boards")
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
    routes.add_url_rule(urls.LAYER, "layer", lambda snapshot_id, layer: _layer(cache, snapshot_id, layer))
    routes.add_url_rule(urls.TREND, "trend", lambda snapshot_id: _trend(cache, snapshot_id))
    routes.add_url_rule(urls.DESCRIBE, "describe", _describe)
    routes.add_url_rule(urls.EXPORT, "export", _export)
    routes.add_url_rule(urls.CATALOGUE, "catalogue", lambda snapshot_id: _catalogue(cache, snapshot_id))
    routes.add_url_rule(urls.RULES, "rules", lambda snapshot_id: _rules(cache, snapshot_id))
    routes.add_url_rule(urls.SAMPLES, "samples", _samples)
    routes.add_url_rule(urls.FIGURES, "figures", lambda snapshot_id: _figures(cache, snapshot_id))
    routes.add_url_rule(urls.TRENDS_PART, "trends", lambda snapshot_id: _trends(cache, snapshot_id))
    routes.add_url_rule(urls.ROUNDS_PART, "rounds", lambda snapshot_id, part: _rounds(cache, snapshot_id, part))
    routes.add_url_rule(urls.BOARDS_PART, "boards", lambda snapshot_id, part: _boards(cache, snapshot_id, part))
    routes.add_url_rule(urls.BOARDS_PLANT, "plant", _plant)
    routes.add_url_rule(urls.VERSION, "version", _version)
    routes.add_url_rule(urls.HEALTH, "health", lambda: _health(store, settings))
    routes.add_url_rule(urls.METRICS, "metrics", lambda: _metrics(store, measures))
    return routes


def age_seconds(loaded: Loaded) -> float:
    """How long ago the snapshot was built."""
    return (datetime.now(UTC) - datetime.fromisoformat(loaded.manifest.built_at)).total_seconds()


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
    response.vary.add("Accept-Encoding")
    return response


def _live(cache: Cache, key: str, book: Casebook, make: Callable[[], dict[str, Any]]) -> Response:
    """An answer that stays until somebody acts: the browser keeps it and asks each time whether it still holds."""
    seq, digest = book.head()
    tag = hashlib.sha256(f"{key}/{seq}/{digest}".encode()).hexdigest()[:32]
    response = _gzipped(cache, f"{key}/{tag}", lambda: json.dumps(make()).encode(), "application/json")
    response.cache_control.max_age = None
    response.cache_control.immutable = False
    response.cache_control.no_cache = True
    response.set_etag(tag)
    response.make_conditional(request)
    return response


def _casebook() -> Casebook:
    opened: Callable[[], Casebook] = current_app.config["lookout.casebook"]
    return opened()


def _layer(cache: Cache, snapshot_id: str, layer: str) -> Response:
    access.require_any(DRAWN)
    if layer not in layers.LAYERS:
        abort(404)
    loaded = access.named_loaded(snapshot_id)
    round_idx = request.args.get("round", type=int)
    if round_idx is not None and not 0 <= round_idx <= NO_ROUND:
        abort(404)
    key = f"{snapshot_id}/{layer}/{round_idx}"
    return _gzipped(
        cache, key, lambda: layers.layer(loaded.cursor(), layer, round_idx), "application/vnd.apache.arrow.stream"
    )


def _trend(cache: Cache, snapshot_id: str) -> Response:
    access.require_any(DRAWN)
    loaded = access.named_loaded(snapshot_id)
    filters = _filters()
    key = f"{snapshot_id}/trend/{filters.query()}"
    return _gzipped(
        cache, key, lambda: json.dumps(queries.trend(loaded.cursor(), filters)).encode(), "application/json"
    )


def _describe(snapshot_id: str, kind: str, index: int) -> Response:
    access.require_any(DRAWN)
    if kind not in ("clue", "enterprise") or index > LAST_INDEX:
        abort(404)
    card = queries.describe(access.named_loaded(snapshot_id).cursor(), kind, index)
    if card is None:
        abort(404)
    access.note_read(kind, str(card.get("clue_id") or card.get("enterprise_id")), snapshot_id)
    return _kept(json.dumps(card).encode(), "application/json")


def _export(snapshot_id: str, table: str, form: str) -> Response:
    access.require("export")
    if table not in queries.EXPORTABLE or form not in export.FORMS.get(table, ()):
        abort(404)
    loaded = access.named_loaded(snapshot_id)
    manifest = loaded.manifest
    filters = _filters()
    rows = queries.export(loaded.cursor(), table, filters, manifest.as_of[:10])
    access.note_read("export", f"{table}.{form} {filters.query()} rows={rows.num_rows}", snapshot_id)
    body, mimetype = export.written(rows, form, manifest.is_synthetic)
    response = Response(body, mimetype=mimetype)
    origin = "synthetic-" if manifest.is_synthetic else ""
    response.headers["Content-Disposition"] = f'attachment; filename="lookout-{origin}{table}-{loaded.id}.{form}"'
    response.headers["X-Lookout-Filter"] = filters.query()
    response.headers["X-Lookout-Rows"] = str(rows.num_rows)
    return response


def _catalogue(cache: Cache, snapshot_id: str) -> Response:
    access.require("sources")
    loaded = access.named_loaded(snapshot_id)
    return _gzipped(
        cache,
        f"{snapshot_id}/sources",
        lambda: json.dumps(sources.catalogue(loaded.cursor())).encode(),
        "application/json",
    )


def _rules(cache: Cache, snapshot_id: str) -> Response:
    access.require("methods")
    loaded = access.named_loaded(snapshot_id)
    return _gzipped(
        cache,
        f"{snapshot_id}/methods",
        lambda: json.dumps(methods.methods(loaded.cursor(), loaded.manifest.as_of[:10])).encode(),
        "application/json",
    )


def _samples(snapshot_id: str, code: str) -> Response:
    access.require("samples")
    rows = sources.samples(access.named_loaded(snapshot_id).cursor(), code)
    access.note_read("samples", code, snapshot_id)
    return _kept(json.dumps(rows).encode(), "application/json")


def _figures(cache: Cache, snapshot_id: str) -> Response:
    access.require_any(DRAWN)
    loaded = access.named_loaded(snapshot_id)
    filters = _filters()
    book = _casebook()
    return _live(
        cache, f"{snapshot_id}/metrics/{filters.query()}", book, lambda: metrics.figures(loaded, filters, None, book)
    )


def _trends(cache: Cache, snapshot_id: str) -> Response:
    access.require("trends")
    level = request.args.get("level", "fleet")
    if level not in trends.LEVELS:
        abort(404)
    loaded = access.named_loaded(snapshot_id)
    filters = _filters()
    key = f"{snapshot_id}/trends/{level}/{filters.query()}"
    return _gzipped(cache, key, lambda: json.dumps(trends.trends(loaded, filters, level)).encode(), "application/json")


def _rounds(cache: Cache, snapshot_id: str, part: str) -> Response:
    access.require("rounds")
    if part not in rounds.PARTS:
        abort(404)
    loaded = access.named_loaded(snapshot_id)
    filters = _filters()
    pair = request.args.get("now", ""), request.args.get("before", "")
    if part == "against" and not set(pair) <= rounds.known(loaded):
        abort(404)
    key = f"{snapshot_id}/rounds/{part}/{filters.query()}/{pair if part == 'against' else ''}"
    book = _casebook()
    return _live(cache, key, book, lambda: rounds.part(loaded, part, filters, pair, book))


def _boards(cache: Cache, snapshot_id: str, part: str) -> Response:
    access.require("boards")
    if part not in boards.PARTS:
        abort(404)
    loaded = access.named_loaded(snapshot_id)
    filters = _filters()
    book = _casebook()
    key = f"{snapshot_id}/boards/{part}/{filters.query()}"
    return _live(cache, key, book, lambda: boards.part(loaded, part, filters, book))


def _plant(snapshot_id: str, plant: str) -> Response:
    access.require("boards")
    found = boards.plant(access.named_loaded(snapshot_id), _filters(), plant)
    if found is None:
        abort(404)
    access.note_read("plant", plant, snapshot_id)
    return _kept(json.dumps(found).encode(), "application/json")


def _version() -> Response:
    loaded = access.current_loaded()
    at = metrics.casebook_until(_casebook())
    response = jsonify(id=loaded.id, as_of=loaded.manifest.as_of, casebook_at=at)
    response.set_etag(f"{loaded.id}-{at}")
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
    if not access.sees_all():
        return jsonify(status=status), 200
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
    access.require("metrics")
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
