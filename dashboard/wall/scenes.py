"""Which scenes a room sees, and the one answer that each of them is."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any

from dashboard.data import wall
from dashboard.data.filters import Filters
from dashboard.data.loop import Loop
from dashboard.data.store import Loaded
from dashboard.data.vocabulary import vocabulary
from dashboard.wall.burners import burners
from dashboard.wall.campaign import campaign
from dashboard.wall.health import health
from dashboard.wall.late import late
from dashboard.wall.orders import orders
from dashboard.wall.playlist import EACH_GROUP, Playlist, Scene
from dashboard.wall.situation import situation

KINDS: dict[str, Callable[[Loop, Filters], dict[str, Any]]] = {
    "situation": situation,
    "region": situation,
    "voc": campaign,
    "incineration": burners,
    "supervision": orders,
    "loop": late,
    "sources": health,
}
# What these tell nobody acts upon: an event of the casebook does not change them.
OF_SNAPSHOT = frozenset({"sources"})
log = logging.getLogger(__name__)


def scenes_for(playlist: Playlist, loaded: Loaded) -> list[Scene]:
    """The scenes of the playlist with anything to see in `loaded`; one for each region group where it says so.

    Note    a region of which the room sees nothing is left out, and logged; there is always one scene
    """
    found: list[Scene] = []
    for scene in playlist.scene:
        regions = _groups(loaded) if scene.region == EACH_GROUP else [scene.region]
        shown = [region for region in regions if not region or wall.is_reached(loaded, region)]
        if not shown:
            log.info("event=scene_left_out scene=%s snapshot=%s", scene.name, loaded.id)
        found += [scene.model_copy(update={"region": region}) for region in shown]
    return found or [Scene(kind="situation")]


def scene_answer(now: Loop, scene: Scene, playlist: Playlist) -> dict[str, Any]:
    """All that a screen needs to draw `scene`, and to know what comes after it.

    Shape   root: where the map's columns lie; seq: newest event counted in; round: under way on the last day of data;
            geometry: changes when outlines do; scenes: names and dwell of all, in order
    """
    loaded, manifest = now.loaded, now.loaded.manifest
    outlines = loaded.whole.manifest.tables.get("geometry")
    return {
        **KINDS[scene.kind](now, filters_of(scene, loaded)),
        "scene": scene.name,
        "kind": scene.kind,
        "snapshot": loaded.id,
        "root": f"/data/wall/{loaded.id}",
        "seq": 0 if scene.kind in OF_SNAPSHOT else now.key[1],
        "as_of": manifest.as_of,
        "built_at": manifest.built_at,
        "is_synthetic": manifest.is_synthetic,
        "is_masked": loaded.scope.is_masked,
        "round": wall.round_of(loaded, manifest.as_of[:10]),
        "geometry": outlines.sha256 if outlines else "",
        "poll_s": playlist.poll_s,
        "quiet_hour": playlist.quiet_hour,
        "scenes": [
            {"name": one.name, "dwell_s": one.dwell_s or playlist.dwell_s} for one in scenes_for(playlist, loaded)
        ],
    }


def filters_of(scene: Scene, loaded: Loaded) -> Filters:
    """What of the snapshot the scene asks for."""
    under_way = wall.round_of(loaded, loaded.manifest.as_of[:10])
    current = under_way["code"] if under_way else ""
    code = current if scene.round == "current" else scene.round
    return Filters(region=scene.region, rounds=(code,) if code else ())


def _groups(loaded: Loaded) -> list[str]:
    return [f"g:{group['code']}" for group in vocabulary(loaded)["groups"]]
