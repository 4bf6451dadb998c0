"""What a wall may show: the viewer's own part of the snapshot, without names unless the playlist shows them."""

from __future__ import annotations

import hmac
from dataclasses import replace

from flask import abort, current_app

from dashboard import access
from dashboard.data.scope import Scope
from dashboard.data.store import SCOPE_MARK, Loaded, Store
from dashboard.wall.playlist import Playlist
from fusion.snapshot import SnapshotError


def room_now(playlist: Playlist) -> Loaded:
    """The published snapshot as the room may see it.

    Raises  401, 403; SnapshotError where there is none
    """
    store: Store = current_app.config["lookout.store"]
    return store.current().scoped(_scope(playlist))


def room_named(playlist: Playlist, data_id: str) -> Loaded:
    """The snapshot of an address of the wall's, if it is there and is this room's.

    Raises  401, 403; 404 for a snapshot that is gone and for another room's address alike
    """
    scope = _scope(playlist)
    snapshot_id, _, key = data_id.partition(SCOPE_MARK)
    if not hmac.compare_digest(key.encode(), scope.key.encode()):
        abort(404)
    store: Store = current_app.config["lookout.store"]
    try:
        return store.named(snapshot_id).scoped(scope)
    except SnapshotError:
        abort(404)


def _scope(playlist: Playlist) -> Scope:
    asking = access.require("wall")
    is_masked = asking.is_masked or playlist.names == "masked"
    return access.scope_of(replace(asking, is_masked=is_masked), current_app.config["lookout.secret"])
