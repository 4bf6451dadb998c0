"""Plain addresses of the loop's page. Each asks access first; what is outside the viewer's scope is not there."""

from __future__ import annotations

import csv
import gzip
import json
import threading
from collections import OrderedDict
from collections.abc import Callable, Collection, Mapping
from datetime import date
from typing import Any

import sqlalchemy as sa
from flask import Blueprint, Response, abort, current_app, jsonify, request

from dashboard import urls
from dashboard.access import Viewer, current_loaded, is_nation, require, require_actor
from dashboard.casework.answers import BadRequest, tell_errors, words
from dashboard.data import clocks, controls, fixes, funnel, supervision, teams
from dashboard.data.draw import list_version
from dashboard.data.filters import Filters, parse
from dashboard.data.loop import Loop, loop
from dashboard.dispatch import by_lot, kept_draws, pushing
from dashboard.i18n import Words

# Who may know which checks are a control: nobody who visits, and nobody who is visited.
KNOWS_CONTROL = frozenset({"dispatcher", "analyst", "supervisor", "leader", "auditor"})
ROUTINE_ID = "routine-"
MAY_DRAW = frozenset({"dispatcher", "analyst"})
PARTS: dict[str, Callable[[Loop, Filters], dict[str, Any]]] = {
    "funnel": funnel.funnel,
    "clocks": clocks.clocks,
    "fixes": fixes.fixes,
    "supervision": supervision.supervision,
    "teams": teams.teams,
}
KEPT = 200
LONGEST_LIST = 4 << 20
LONGEST_BODY = 1 << 20
LONGEST_SEED = 200
MOST_DRAWN = 5000
Key = tuple[tuple[str, int, str], str, str, str]


class Answers:
    """Answers by state of snapshot and casebook, part, filters and minute: the same question is counted once."""

    def __init__(self) -> None:
        """Begin with none."""
        self._kept: OrderedDict[Key, bytes] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, key: Key, make: Callable[[], dict[str, Any]]) -> bytes:
        """The answer as compressed JSON, made if it is not kept."""
        with self._lock:
            known = self._kept.get(key)
        if known is not None:
            return known
        made = gzip.compress(json.dumps(make(), ensure_ascii=False, default=str).encode(), 4, mtime=0)
        with self._lock:
            self._kept[key] = made
            while len(self._kept) > KEPT:
                self._kept.popitem(last=False)
        return made


def loop_routes(language: str) -> Blueprint:
    """All addresses of the loop; `language` is the one of who names none."""
    routes = Blueprint("loop", __name__)
    tell_errors(routes, language)
    answers = Answers()
    routes.add_url_rule(urls.LOOP_PART, "part", lambda part: _part(answers, part))
    routes.add_url_rule(urls.LOOP_LOTS, "lots", _lots)
    routes.add_url_rule(urls.LOOP_LOTS, "draw", lambda: _draw(words(language)), methods=["POST"])
    routes.add_url_rule(urls.LOOP_LOT, "lot", lambda draw_id: _lot(draw_id))
    routes.add_url_rule(urls.LOOP_POOL, "bring", _bring, methods=["POST"])
    routes.add_url_rule(urls.LOOP_PUSH, "push", lambda: _push(words(language)), methods=["POST"])
    return routes


def _now() -> Loop:
    return loop(current_loaded(), current_app.config["lookout.casebook"]())


def _filters() -> Filters:
    return parse(request.args)[0]


def _part(answers: Answers, part: str) -> Response:
    require("loop")
    if part not in PARTS:
        abort(404)
    now, filters = _now(), _filters()
    at = now.now
    key: Key = (now.key, part, filters.query(), f"{at:%Y-%m-%d %H:%M}")
    clocks_read = {"now": now.register_now.isoformat(), "wall": at.isoformat()}
    body = answers.get(key, lambda: {**PARTS[part](now, filters), **clocks_read})
    is_packed = request.accept_encodings.quality("gzip") > 0
    response = Response(body if is_packed else gzip.decompress(body), mimetype="application/json")
    if is_packed:
        response.headers["Content-Encoding"] = "gzip"
    response.vary.add("Accept-Encoding")
    response.add_etag()
    response.cache_control.private = True
    response.cache_control.no_cache = True
    response.make_conditional(request)
    return response


def _lots() -> Response:
    """Draws, the share of clues whose enterprise is in the pool, and precision beside the control group."""
    asking = require("loop")
    now, filters = _now(), _filters()
    engine = now.casebook.engine
    may_know = _may_know(asking)
    known = {row["enterprise_id"] for row in _enterprises(now)}
    told: dict[str, Any] = {
        "pool": _in_pool(now, filters, kept_draws.in_pool(engine, with_control=not may_know) & known),
        "draws": [_told(draw) for draw in _draws(asking, now, known)] if not asking.is_masked else [],
        "control": controls.controls(now, filters, kept_draws.control_clues(engine)) if may_know else None,
        "control_share_pct": teams.settings()["control"]["share_pct"],
        "may_draw": bool(asking.actor().roles & MAY_DRAW),
        "may_push": "dispatcher" in asking.actor().roles,
    }
    return jsonify(told)


def _draw(t: Words) -> Response:
    asking = _drawer()
    sent = _body()
    wanted = {
        "kind": str(sent.get("kind")),
        "n": sent.get("n"),
        "seed": _seed(sent.get("seed")),
        "makes_checks": sent.get("makes_checks") is True,
    }
    if wanted["kind"] not in ("control", "dual_random") or not wanted["seed"]:
        raise BadRequest("bad_request", "seed")
    if not isinstance(wanted["n"], int) or isinstance(wanted["n"], bool) or not 0 < wanted["n"] <= MOST_DRAWN:
        raise BadRequest("bad_request", "n")
    draw_id, n = by_lot.draw_by_lot(_now(), _filters(), wanted, asking.actor(), t("loop.grounds_of_lot"))
    return jsonify(draw_id=draw_id, n=n)


def _lot(draw_id: str) -> Response:
    """The list of a draw as CSV: those of its enterprises that the viewer may see."""
    asking = require("export")
    if asking.is_masked:
        abort(403)
    now = _now()
    engine = now.casebook.engine
    names = {row["enterprise_id"]: row for row in _enterprises(now)}
    draw = next((one for one in _draws(asking, now, names) if one["draw_id"] == draw_id), None)
    if draw is None:
        abort(404)
    members = kept_draws.drawn(engine, draw_id) if draw["kind"] != kept_draws.ROUTINE else _routine_of(engine, draw_id)
    rows = [names[one["enterprise_id"]] | one for one in members if one["enterprise_id"] in names]
    body = kept_draws.as_csv(draw, rows, now.loaded.manifest.is_synthetic)
    response = Response(body, mimetype="text/csv")
    response.headers["Content-Disposition"] = f'attachment; filename="lookout-{draw["kind"]}-{draw_id}.csv"'
    return response


def _bring() -> Response:
    """A list that was drawn elsewhere: read, every row accounted for, kept."""
    asking = _drawer()
    request.max_content_length = LONGEST_LIST
    now = _now()
    engine = now.casebook.engine
    known = {row["enterprise_id"] for row in _enterprises(now)}
    try:
        text = request.get_data(cache=False).decode("utf-8-sig")
        found = kept_draws.read_list(text, known, kept_draws.in_pool(engine))
    except (ValueError, csv.Error):
        raise BadRequest("bad_request", "file") from None
    if found.taken:
        kept_draws.keep(engine, _brought(now, found, text, asking))
    return jsonify(read=found.read, taken=len(found.taken), refused=found.refused, examples=found.examples)


def _push(t: Words) -> Response:
    asking = require_actor("work")
    try:
        asked = pushing.wishes(_body().get("clues"))
    except ValueError:
        raise BadRequest("bad_request", "clues") from None
    return jsonify(pushing.push(_now(), asking.actor(), asked, t))


def _drawer() -> Viewer:
    asking = require_actor("work")
    if not asking.roles & MAY_DRAW:
        abort(403)
    return asking


def _may_know(asking: Viewer) -> bool:
    return bool(asking.roles & KNOWS_CONTROL) and not asking.is_masked and asking.kind != "device"


def _seed(sent: object) -> str:
    """The words a draw is drawn by; empty for what is no printable text."""
    text = sent.strip()[:LONGEST_SEED] if isinstance(sent, str) else ""
    return text if text.isprintable() else ""


def _draws(asking: Viewer, now: Loop, known: Collection[str]) -> list[dict[str, Any]]:
    """The draws the viewer may know of: out of scope are those that drew none of the enterprises they see.

    Who may not know which checks are a control sees what was drawn here as one list a day.

    Shape   known: ids of these enterprises; n counts them alone
    """
    engine = now.casebook.engine
    may_know = _may_know(asking)
    found = kept_draws.draws(engine, (*kept_draws.DRAWN, kept_draws.IMPORTED) if may_know else (kept_draws.IMPORTED,))
    if not is_nation(asking):
        inside = kept_draws.members_among(engine, known)
        found = [{**draw, "n": inside[draw["draw_id"]]} for draw in found if draw["draw_id"] in inside]
    return found if may_know else [*_routine(engine, known), *found]


def _routine(engine: sa.Engine, known: Collection[str]) -> list[dict[str, Any]]:
    """What was drawn, one list a day: a control check stands in it like any other."""
    blank = dict.fromkeys(("seed", "method", "list_version", "n_pool"))
    counts = {day: len(set(ids) & set(known)) for day, ids in kept_draws.routine_days(engine).items()}
    return [
        {
            **blank,
            "draw_id": f"{ROUTINE_ID}{day}",
            "kind": kept_draws.ROUTINE,
            "n": n,
            "made_at": date.fromisoformat(day),
        }
        for day, n in counts.items()
        if n
    ]


def _routine_of(engine: sa.Engine, draw_id: str) -> list[dict[str, Any]]:
    ids = kept_draws.routine_days(engine).get(draw_id.removeprefix(ROUTINE_ID), [])
    return [{"position": at, "enterprise_id": one} for at, one in enumerate(ids, start=1)]


def _body() -> dict[str, Any]:
    request.max_content_length = LONGEST_BODY
    sent = request.get_json(silent=True)
    if not isinstance(sent, dict):
        raise BadRequest("bad_request")
    return sent


def _told(draw: Mapping[str, Any]) -> dict[str, Any]:
    told = {name: value for name, value in draw.items() if name != "made_by_person"}
    return {**told, "made_at": draw["made_at"].isoformat()}


def _enterprises(now: Loop) -> list[dict[str, Any]]:
    with now.loaded.cursor() as db:
        text = """select e.enterprise_id, e.name, city.name_zh as city, county.name_zh as county from enterprises e
            left join places city on city.place_idx = e.city_idx
            left join places county on county.place_idx = e.county_idx"""
        return list(db.sql(text).to_arrow_table().to_pylist())


def _in_pool(now: Loop, filters: Filters, pooled: set[str]) -> dict[str, Any]:
    """How many of the clues in scope that name an enterprise have it in the dual-random pool."""
    text = """select count(*) filter (enterprise_id is not null) as whole,
        count(*) filter (list_contains($pooled, enterprise_id)) as part from scoped"""
    counts = now.rows(text, filters, pooled=sorted(pooled))[0]
    return funnel.share(counts["part"], counts["whole"]) | {"enterprises": len(pooled)}


def _brought(now: Loop, found: kept_draws.Reading, text: str, asking: Viewer) -> kept_draws.Kept:
    return kept_draws.Kept(
        kind="imported",
        seed="",
        method="imported",
        list_version=list_version(text.splitlines()),
        filters="",
        n_pool=found.read,
        snapshot_id=now.loaded.id.partition("~")[0],
        made_by=asking.name,
        made_by_person=asking.person or None,
        made_at=now.now.replace(microsecond=0),
        members=tuple((enterprise_id, 1.0, None) for enterprise_id in found.taken),
    )
