"""Plain addresses of dossiers and packs. Each asks access first; what is outside the viewer's scope is not found."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from flask import Blueprint, Response, abort, current_app, jsonify, request

from dashboard import urls
from dashboard.access import named_loaded, note_read, require
from dashboard.briefing.fonts import NoFont
from dashboard.briefing.pack import EmptyPack, Pack, UnknownTeam, pack_of
from dashboard.briefing.pack_files import FORMS, written
from dashboard.briefing.sheet import sheet
from dashboard.briefing.timeline import Picture, timeline
from dashboard.data.dossier import UnknownEnterprise, dossier, search, suggested
from dashboard.data.live import live
from dashboard.data.store import Loaded
from dashboard.i18n import LANGUAGES, Words
from dashboard.settings import Settings

RANGES = {"7": timedelta(days=7), "30": timedelta(days=30)}
FOUND_AT_MOST = 12
# Before it there are no data, and the weeks before a day are still days.
EARLIEST_YEAR = 1970


def dossier_routes(settings: Settings) -> Blueprint:
    """All addresses of dossiers, in the language asked for, else in that of the settings."""
    routes = Blueprint("dossier", __name__)

    def words() -> Words:
        asked = request.args.get("lang", settings.language)
        return Words(asked if asked in LANGUAGES else settings.language)

    routes.add_url_rule(urls.DOSSIER_DATA, "data", lambda snapshot_id: _dossier(_part(snapshot_id), words()))
    routes.add_url_rule(urls.DOSSIER_SEARCH, "search", lambda snapshot_id: _search(_part(snapshot_id), words()))

    def pack(snapshot_id: str, team: str, day: str, form: str) -> Response:
        if form not in FORMS:
            abort(404)
        loaded = _part(snapshot_id)
        made = _pack(loaded, team, day)
        try:
            body, mimetype = written(made, form, words(), settings.fonts)
        except NoFont as error:
            abort(503, str(error))
        note_read("pack", f"{made.team_code} {made.day}", loaded.id)
        return _file(body, mimetype, f"pack-{made.team_code}-{made.day}.{form}", loaded.manifest.is_synthetic)

    routes.add_url_rule(urls.PACK, "pack", pack)
    return routes


def _part(snapshot_id: str) -> Loaded:
    require("dossier")
    return named_loaded(snapshot_id)


def moment(name: str) -> datetime | None:
    """A moment of the request; 404 for what is none."""
    text = request.args.get(name)
    if not text:
        return None
    try:
        found = datetime.fromisoformat(text).replace(tzinfo=None)
    except ValueError:
        abort(404)
    if found.year < EARLIEST_YEAR:
        abort(404)
    return found


def _dossier(loaded: Loaded, t: Words) -> Response:
    enterprise_id = request.args.get("id", "")
    as_of = moment("as_of")
    try:
        found = dossier(loaded, enterprise_id, as_of, live(loaded, current_app.config["lookout.casebook"]()))
    except UnknownEnterprise:
        abort(404)
    note_read("dossier", enterprise_id, loaded.id)
    picture = timeline(found, t, window_of(found, request.args.get("range", "case")))
    return _private({
        "sheet": sheet(found, t),
        "lanes": found["lanes"],
        "picture": {**_plain(picture), "svg": picture.svg},
        "team": next((clue["team_code"] for clue in found["clues"] if clue["team_code"]), None),
    })  # fmt: skip


def window_of(found: dict[str, Any], asked: str) -> tuple[datetime, datetime]:
    """The ends of the axis for a choice of the page: `case`, `all`, or the last 7 or 30 days."""
    window = {name: datetime.fromisoformat(text) for name, text in found["window"].items()}
    if asked == "all":
        return window["all_from"], window["all_to"]
    if asked in RANGES:
        return window["all_to"] - RANGES[asked], window["all_to"]
    return window["from"], window["to"]


def _plain(picture: Picture) -> dict[str, Any]:
    return {"width": picture.width, "height": picture.height, "left": picture.left, "right": picture.right,
            "from": picture.from_at, "to": picture.to_at, "lanes": picture.lanes}  # fmt: skip


def _search(loaded: Loaded, t: Words) -> Response:
    """Who is named so; where nothing is asked, whom the push plan suggests, with what for."""
    asked = request.args.get("q", "")
    if asked.strip():
        return _private([_named(row, t) for row in search(loaded.cursor(), asked, FOUND_AT_MOST)])
    return _private([_named(row, t) | _why(row, t) for row in suggested(loaded.cursor())])


def _named(row: dict[str, Any], t: Words) -> dict[str, str]:
    parts = (row[f"industry_{t.language}"], row[f"city_{t.language}"])
    return {"id": row["enterprise_id"], "name": row["name"], "note": " · ".join(part for part in parts if part)}


def _why(row: dict[str, Any], t: Words) -> dict[str, Any]:
    return {
        "county": row[f"county_{t.language}"] or "",
        "rule": f"{row['rule_id']} {row[f'rule_{t.language}']}",
        "severity": t(f"severity.{row['severity']}"),
        "detected_at": f"{row['detected_at']:%Y-%m-%d %H:%M}",
        "team": row[f"team_{t.language}"] or "",
        "clues": row["clues"],
    }


def _pack(loaded: Loaded, team: str, day: str) -> Pack:
    try:
        return pack_of(loaded, team, day, live(loaded, current_app.config["lookout.casebook"]()))
    except (UnknownTeam, EmptyPack) as error:
        abort(404, str(error))


def _file(body: bytes, mimetype: str, name: str, is_synthetic: bool) -> Response:
    response = Response(body, mimetype=mimetype)
    origin = "synthetic-" if is_synthetic else ""
    response.headers["Content-Disposition"] = f'attachment; filename="lookout-{origin}{name}"'
    response.cache_control.no_store = True
    return response


def _private(told: object) -> Response:
    """An answer for this viewer and this moment: the casebook may say more a minute later."""
    response = jsonify(told)
    response.cache_control.no_store = True
    return response
