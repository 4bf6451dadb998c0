"""The addresses of a plant's own user: its dossier, its open orders, its notes to them, its report that one is done."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any, BinaryIO, cast

from flask import Blueprint, Response, abort, current_app, jsonify, request

from dashboard import urls
from dashboard.access import Viewer, note_read, own_plant
from dashboard.briefing.sheet import place
from dashboard.briefing.sheet_tables import tables
from dashboard.briefing.timeline import timeline
from dashboard.casebook.states import allowed
from dashboard.casebook.store import Casebook
from dashboard.casework import acts, clue_page
from dashboard.casework.answers import BadRequest, tell_errors, words
from dashboard.casework.bench import Bench
from dashboard.casework.forms import Desk, described
from dashboard.data.dossier import UnknownEnterprise
from dashboard.data.live import live
from dashboard.data.own_plant import own_dossier, own_orders
from dashboard.data.store import Loaded
from dashboard.i18n import Words

LONGEST_BODY = 1 << 16
REPORT = "report_done"
# Of a dossier's tables those that tell a plant what is its own.
TABLES = frozenset({"emission", "limits", "registers", "service", "alerts", "reduction"})


def own_routes(language: str) -> Blueprint:
    """All addresses of a plant's own user; `language` is the one of who names none."""
    routes = Blueprint("own", __name__)
    tell_errors(routes, language)
    routes.add_url_rule(urls.OWN_DATA, "data", lambda: _data(words(language)))
    routes.add_url_rule(urls.OWN_NOTES, "note", lambda: _note(words(language)), methods=["POST"])
    routes.add_url_rule(urls.OWN_FILES, "keep", lambda: _keep(words(language)), methods=["POST"])
    routes.add_url_rule(urls.OWN_DONE, "done", lambda: _done(words(language)), methods=["POST"])
    return routes


def _casebook() -> Casebook:
    book: Casebook = current_app.config["lookout.casebook"]()
    return book


def _data(t: Words) -> Response:
    loaded, asking = own_plant()
    note_read("own dossier", asking.enterprise_id, loaded.id)
    return _told(loaded, asking, t)


def _note(t: Words) -> Response:
    """A note on record of one of the plant's open orders."""
    sent = _body()
    if not isinstance(sent.get("text"), str):
        raise BadRequest("bad_request", "text")
    bench, clue = _ordered(sent.get("clue_id"), t)
    acts.comment(bench, clue["clue_id"], {"text": sent["text"]})
    return _told(bench.loaded, bench.viewer, t)


def _done(t: Words) -> Response:
    """The plant's report that it has put right what it was ordered to: the record every such report needs."""
    sent = _body()
    bench, clue = _ordered(sent.get("clue_id"), t)
    acts.act(bench, clue["clue_id"], REPORT, sent)
    return _told(bench.loaded, bench.viewer, t)


def _keep(t: Words) -> Response:
    """Keep a file for one of the plant's open orders, to be sent with its report."""
    sent, clue_ids = request.files.get("file"), request.form.getlist("clue")
    if sent is None or len(clue_ids) != 1:
        raise BadRequest("bad_request")
    bench, clue = _ordered(clue_ids[0], t)
    stream = cast(BinaryIO, sent.stream)
    response = jsonify(
        clue_page.file(bench.casebook.keep(bench.viewer.actor(), [clue["clue_id"]], stream, sent.filename or ""))
    )
    response.cache_control.no_store = True
    return response


def _body() -> dict[str, Any]:
    request.max_content_length = LONGEST_BODY
    sent = request.get_json(silent=True)
    if not isinstance(sent, dict):
        raise BadRequest("bad_request")
    return sent


def _ordered(clue_id: object, t: Words) -> tuple[Bench, dict[str, Any]]:
    """The clue of one of the plant's open orders, and where to work on it; what is not among them is not there.

    Raises  401; 403; 404
    """
    loaded, asking = own_plant()
    bench = Bench(asking, loaded, _casebook(), t)
    with bench.live() as db:
        if clue_id not in {one["clue_id"] for one in own_orders(db, bench.casebook, asking.enterprise_id)}:
            abort(404)
    clue = bench.clue(str(clue_id))
    if clue is None:
        abort(404)
    return bench, clue


def _told(loaded: Loaded, asking: Viewer, t: Words) -> Response:
    book = _casebook()
    with live(loaded, book) as db:
        try:
            found = own_dossier(loaded, db, asking.enterprise_id)
        except UnknownEnterprise:
            abort(404)
        orders = own_orders(db, book, asking.enterprise_id)
    plant = found["enterprise"]
    ends = (datetime.fromisoformat(found["window"]["from"]), datetime.fromisoformat(found["window"]["to"]))
    response = jsonify(
        title=plant["name"],
        subtitle=" · ".join(part for part in (plant[f"industry_{t.language}"], place(plant, t)) if part),
        as_of=found["as_of"],
        is_synthetic=found["is_synthetic"],
        facts=[[t(f"dossier.fact.{name}"), value] for name, value in _facts(plant) if value],
        orders=[_order(one, t) | {"report": _report(Bench(asking, loaded, book, t), one)} for one in orders],
        tables=[_table(one, t) for one in tables(found, t) if one["key"] in TABLES],
        picture=timeline(found, t, ends).svg if found["lanes"] else "",
    )
    response.cache_control.no_store = True
    return response


def _report(bench: Bench, one: Mapping[str, Any]) -> dict[str, Any] | None:
    """The form of the report that an order is done, and its version; None where it is not the plant's turn."""
    step = next((step for step in allowed(one["state"], bench.viewer.actor().roles) if step.event == REPORT), None)
    clue = bench.clue(one["clue_id"]) if step else None
    if step is None or clue is None:
        return None
    desk = Desk(bench.viewer, bench.t, bench.now, clue, card={}, teams=(), rounds=())
    return described(desk, step) | {"version": clue["version"]}


def _facts(plant: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    yield "uscc", plant["uscc"] or ""
    yield "permit", plant["permit_no"] or ""
    yield "outlets", str(plant["n_outlets"])
    yield "position", "" if plant["lon_deg"] is None else f"{plant['lon_deg']:.4f}, {plant['lat_deg']:.4f}"


def _table(one: Mapping[str, Any], t: Words) -> dict[str, Any]:
    """A table of the dossier; of the registers a plant sees fewer, and is not told which others there are."""
    if one["key"] != "registers":
        return dict(one)
    return {**one, "title": t("own.registers"), "empty": t("own.registers_none") if one["empty"] else ""}


def _order(one: Mapping[str, Any], t: Words) -> dict[str, Any]:
    """An order in words; what only the casebook could tell is said to be unknown, not left out."""
    unknown = t("own.unknown")
    return {
        "clue_id": one["clue_id"],
        "title": one["order_no"] or t("own.no_number"),
        "state": t(f"state.{one['state']}"),
        "lines": [
            [t("own.ordered_at"), one["ordered_at"] or unknown],
            [t("own.due_at"), one["due_at"] or t("own.not_yours")],
            [t("casebook.field.measures"), one["measures"] or unknown],
            [t("casebook.field.mode"), t(f"work.choice.{one['mode']}") if one["mode"] else unknown],
            *([[t("casebook.field.milestones"), one["milestones"]]] if one["milestones"] else []),
            *([[t("own.reported_at"), one["reported_at"]]] if one["reported_at"] else []),
        ],
        "is_due": one["due_at"] is not None,
        "notes": one["notes"],
    }
