"""The addresses of the walls: scenes, the map's columns, and what changed on the map since a number.

A token made for walls reads nothing else.
"""

from __future__ import annotations

import gzip
from collections.abc import Hashable
from typing import Any

from flask import Blueprint, Response, abort, current_app, jsonify, request

from dashboard import urls
from dashboard.casebook.store import Casebook
from dashboard.data import layers, worklist
from dashboard.data.live import live
from dashboard.data.loop import Loop, loop
from dashboard.data.store import Loaded
from dashboard.wall.answers import Answer, Answers
from dashboard.wall.playlist import Playlist, Scene
from dashboard.wall.room import room_named, room_now
from dashboard.wall.scenes import OF_SNAPSHOT, scene_answer, scenes_for
from fusion.snapshot import SnapshotError

ARROW = "application/vnd.apache.arrow.stream"
YEAR_S = 31_536_000
LAST_ROUND = 255
LONGEST_NUMBER = 12
# Clocks are read anew so often although nothing happened.
CLOCK_MINUTES = 5


def wall_routes(playlist: Playlist) -> Blueprint:
    """All addresses of the walls that show `playlist`."""
    routes = Blueprint("wall", __name__)
    answers = Answers()
    routes.register_error_handler(SnapshotError, lambda _: (jsonify(status="failed"), 503))
    routes.add_url_rule(urls.WALL_SCENE, "scene", lambda scene: _scene(answers, playlist, scene))
    routes.add_url_rule(
        urls.WALL_LAYER, "layer", lambda snapshot_id, layer: _layer(answers, room_named(playlist, snapshot_id), layer)
    )
    routes.add_url_rule(
        urls.WALL_CHANGES, "changes", lambda snapshot_id: _changes(answers, room_named(playlist, snapshot_id))
    )
    return routes


def _casebook() -> Casebook:
    casebook: Casebook = current_app.config["lookout.casebook"]()
    return casebook


def _scene(answers: Answers, playlist: Playlist, name: str) -> Response:
    """A scene by its name; `first` is whichever comes first."""
    loaded = room_now(playlist)
    scenes = {scene.name: scene for scene in scenes_for(playlist, loaded)}
    wanted = next(iter(scenes.values())) if name == "first" else scenes.get(name)
    if wanted is None:
        abort(404)
    now = loop(loaded, _casebook())
    answer = answers.json(wanted.name, loaded, _key(wanted, now), lambda: scene_answer(now, wanted, playlist))
    return _told(answer, "application/json", is_kept=False)


def _key(scene: Scene, now: Loop) -> Hashable:
    """What the answer hangs on: the snapshot's part, and for what people do the casebook and the clock."""
    if scene.kind in OF_SNAPSHOT:
        return scene.name, now.key[0]
    at = now.now
    return scene.name, now.key, f"{at:%Y-%m-%d %H}", at.minute // CLOCK_MINUTES


def _layer(answers: Answers, loaded: Loaded, layer: str) -> Response:
    if layer not in layers.LAYERS:
        abort(404)
    number = request.args.get("round", type=int)
    if number is not None and not 0 <= number <= LAST_ROUND:
        abort(404)
    answer = answers.get(
        f"layer/{layer}", loaded, (layer, number), lambda: layers.layer(loaded.cursor(), layer, number)
    )
    return _told(answer, ARROW, is_kept=True)


def _changes(answers: Answers, loaded: Loaded) -> Response:
    """Where clues stand that had an event after number `since`, in the numbers of the map's columns."""
    casebook = _casebook()
    text = request.args.get("since", "0")
    since = int(text) if text.isdecimal() and len(text) < LONGEST_NUMBER else 0
    key = ("changes", casebook.head(), since)
    answer = answers.json("changes", loaded, key, lambda: _changed(loaded, casebook, since))
    return _told(answer, "application/json", is_kept=False)


def _changed(loaded: Loaded, casebook: Casebook, since: int) -> dict[str, Any]:
    seq = casebook.seq()
    ids = [standing.case.clue_id for standing in casebook.standings(since)] if seq > since else []
    return {"seq": seq, "changes": worklist.changed(live(loaded, casebook), ids) if ids else []}


def _told(answer: Answer, mimetype: str, *, is_kept: bool) -> Response:
    """The answer as it was packed; columns of a snapshot may be kept for ever, scenes are asked for anew."""
    is_packed = request.accept_encodings.quality("gzip") > 0
    response = Response(answer.packed if is_packed else gzip.decompress(answer.packed), mimetype=mimetype)
    if is_packed:
        response.headers["Content-Encoding"] = "gzip"
    response.vary.add("Accept-Encoding")
    response.cache_control.private = True
    if is_kept:
        response.cache_control.max_age = YEAR_S
        response.cache_control.immutable = True
        return response
    response.cache_control.no_cache = True
    response.set_etag(answer.etag)
    response.make_conditional(request)
    return response
