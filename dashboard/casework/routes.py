"""Plain addresses of work on clues. Each asks access first; what is outside the viewer's scope is not found."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, BinaryIO, cast

from flask import Blueprint, Response, abort, current_app, jsonify, request, send_file

from dashboard import urls
from dashboard.access import current_loaded, note_read, require, require_actor, viewer
from dashboard.casebook.attachments import Attachment, path_of
from dashboard.casebook.errors import UnknownCase
from dashboard.casework import acts, clue_page, saved_views
from dashboard.casework.answers import BadRequest, tell_errors, words
from dashboard.casework.bench import Bench, whole_number
from dashboard.data import outlines, worklist
from dashboard.data.filters import Filters, parse
from dashboard.data.loop import CohortError, clues_of, loop
from dashboard.data.store import Loaded
from dashboard.data.worklist_names import names_of

LONGEST_BODY = 1 << 20
OWN = ("view", "q", "sort", "stage", "start", "end", "lang", "states", "since")


def work_routes(language: str) -> Blueprint:
    """All addresses below `/work`; `language` is the one of who names none."""
    routes = Blueprint("work", __name__)
    tell_errors(routes, language)

    def bench(what: str) -> Bench:
        asking = require_actor(what) if what == "work" else require(what)
        return Bench(asking, current_loaded(), current_app.config["lookout.casebook"](), words(language))

    routes.add_url_rule(urls.WORK_LIST, "list", lambda: _list(bench("clues")))
    routes.add_url_rule(urls.WORK_VIEWS, "views", lambda: _views(bench("clues")))
    routes.add_url_rule(urls.WORK_VIEWS, "save", lambda: _save(bench("clues")), methods=["POST"])
    routes.add_url_rule(urls.WORK_CLUE, "clue", lambda clue_id: _clue(bench("clues"), clue_id))
    routes.add_url_rule(urls.WORK_CHANGES, "changes", lambda: _changes(bench("clues")))
    routes.add_url_rule(urls.WORK_CELL, "cell", lambda cell_id: _cell(bench("clues"), cell_id))
    routes.add_url_rule(urls.WORK_OUTLINE, "outline", lambda city_idx: _outline(bench("clues").loaded, city_idx))
    routes.add_url_rule(urls.WORK_ASSIGN, "common", lambda: _common(bench("work")))
    routes.add_url_rule(urls.WORK_MAKE, "make", lambda: _make(bench("work")), methods=["POST"])
    routes.add_url_rule(urls.WORK_ASSIGN, "assign", lambda: _assign(bench("work")), methods=["POST"])
    routes.add_url_rule(
        urls.WORK_COMMENT, "comment", lambda clue_id: _comment(bench("work"), clue_id), methods=["POST"]
    )
    routes.add_url_rule(
        urls.WORK_STEP, "step", lambda clue_id, event: _step(bench("work"), clue_id, event), methods=["POST"]
    )
    routes.add_url_rule(urls.WORK_ATTACHMENTS, "keep", lambda: _keep(bench("work")), methods=["POST"])
    routes.add_url_rule(urls.WORK_ATTACHMENT, "attachment", lambda sha256: _attachment(bench("clues"), sha256))
    return routes


def _private(told: object) -> Response:
    """An answer for this viewer and this moment."""
    response = jsonify(told)
    response.cache_control.no_store = True
    return response


def _body() -> dict[str, Any]:
    """The JSON object that was sent.

    Raises  BadRequest
    """
    request.max_content_length = LONGEST_BODY
    sent = request.get_json(silent=True)
    if not isinstance(sent, dict):
        raise BadRequest("bad_request")
    return sent


def _asked(bench: Bench) -> tuple[Any, worklist.Wanted]:
    filters, _ = parse({name: text for name, text in request.args.items() if name not in OWN})
    view = request.args.get("view", "queue")
    wanted = bench.wanted(
        view if view in worklist.VIEWS else "queue", request.args.get("q", "")[:100], request.args.get("sort", "")
    )
    return filters, replace(wanted, cohort=_cohort(bench, filters))


def _cohort(bench: Bench, filters: Filters) -> tuple[str, ...] | None:
    """The clues that a number of the loop's page counts, if one was pressed."""
    stage = request.args.get("stage", "")
    if not stage:
        return None
    try:
        found = clues_of(loop(bench.loaded, bench.casebook), stage, filters)
    except CohortError:
        raise BadRequest("bad_request", "stage") from None
    return tuple(found["clue_id"].to_pylist())


def _list(bench: Bench) -> Response:
    filters, wanted = _asked(bench)
    start = whole_number(request.args.get("start"), 0)
    end = whole_number(request.args.get("end"), 100)
    names = names_of(bench.loaded)
    rows, total = worklist.rows(bench.live(), filters, wanted, start, end)
    return _private(
        {"rows": [clue_page.row(bench, names.named(row)) for row in rows], "total": total, "seq": bench.seq}
    )


def _views(bench: Bench) -> Response:
    filters, wanted = _asked(bench)
    counts = worklist.counts(bench.live(), filters, wanted)
    return _private({"counts": counts, "saved": saved_views.saved_views(bench.casebook.engine, bench.viewer.key)})


def _save(bench: Bench) -> Response:
    sent = _body()
    engine, owner, name, query = bench.casebook.engine, bench.viewer.key, sent.get("name"), sent.get("query")
    if bench.viewer.kind == "device":
        abort(403)
    if not isinstance(name, str) or not isinstance(query, str | None):
        raise BadRequest("bad_request", "query" if isinstance(name, str) else "name")
    if query is None:
        saved_views.drop_view(engine, owner, name)
    else:
        saved_views.save_view(engine, owner, name, query, bench.now)
    return _private({"saved": saved_views.saved_views(engine, owner)})


def _changes(bench: Bench) -> Response:
    seq = bench.casebook.seq()
    since = max(0, whole_number(request.args.get("since"), 0))
    return _private({"seq": seq, "changes": clue_page.changes(bench, since) if seq > since else []})


def _cell(bench: Bench, cell_id: str) -> Response:
    found = acts.cell(bench, cell_id, request.args.get("product", ""), request.args.get("day", ""))
    return _private(clue_page.cell(bench, found))


def _clue(bench: Bench, clue_id: str) -> Response:
    told = clue_page.clue(bench, clue_id)
    note_read("clue", clue_id, bench.loaded.id)
    return _private(told)


def _outline(loaded: Loaded, city_idx: int) -> Response:
    response = jsonify(places=outlines.of_city(loaded.cursor(), city_idx))
    response.cache_control.private = True
    response.cache_control.max_age = 3600
    return response


def _common(bench: Bench) -> Response:
    states = [state for state in request.args.get("states", "").split(",") if state]
    return _private({"steps": acts.common_steps(bench, states)})


def _make(bench: Bench) -> Response:
    return _private(clue_page.clue(bench, acts.make(bench, _body())))


def _step(bench: Bench, clue_id: str, event: str) -> Response:
    acts.act(bench, clue_id, event, _body())
    return _private(clue_page.clue(bench, clue_id))


def _comment(bench: Bench, clue_id: str) -> Response:
    acts.comment(bench, clue_id, _body())
    return _private(clue_page.clue(bench, clue_id))


def _assign(bench: Bench) -> Response:
    return _private(acts.act_on_many(bench, _body()))


def _keep(bench: Bench) -> Response:
    """Keep a file for a clue, or for several at once: attached to them by who brought it, and nowhere else."""
    sent, clue_ids = request.files.get("file"), request.form.getlist("clue")
    if sent is None or bench.casebook.folder is None or not 0 < len(clue_ids) <= acts.MOST_AT_ONCE:
        raise BadRequest("bad_request")
    if len(worklist.changed(bench.live(), clue_ids)) < len(set(clue_ids)):
        abort(404)
    stream = cast(BinaryIO, sent.stream)
    kept: Attachment = bench.casebook.keep(bench.viewer.actor(), clue_ids, stream, sent.filename or "")
    return _private(clue_page.file(kept))


def _attachment(bench: Bench, sha256: str) -> Response:
    """A kept file, to who sees the clue it belongs to; names in files cannot be masked."""
    clue_id = request.args.get("clue", "")
    if viewer().is_masked or bench.clue(clue_id) is None:
        abort(404)
    try:
        is_of_clue = sha256 in bench.casebook.case(clue_id).attachments
    except UnknownCase:
        is_of_clue = False
    known = clue_page.file_of(bench, clue_id, sha256) if is_of_clue else None
    if known is None:
        abort(404)
    note_read("attachment", f"{clue_id} {sha256}", bench.loaded.id)
    path = path_of(bench.folder, sha256).resolve()
    response = send_file(path, known.media_type, as_attachment=True, download_name=known.name, max_age=0)
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Content-Security-Policy"] = "sandbox; default-src 'none'"
    return response
