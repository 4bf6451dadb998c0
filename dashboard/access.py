"""Who may see what: asked by every page, layer, export and call, here and nowhere else.

Everything is refused that is not allowed in `PERMISSIONS`. What is allowed is then shown out of a snapshot narrowed
to the viewer's scope (`current_loaded`), so that no question has to remember to ask for the region.
Without users the dashboard serves this machine only; the settings refuse anything wider unless it is asked for.
"""

from __future__ import annotations

import hmac
import logging
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Literal

from flask import abort, current_app, g

from dashboard.casebook.records import Actor
from dashboard.data.scope import NATION, Scope, make_scope
from dashboard.data.store import SCOPE_MARK, Loaded, Store
from dashboard.settings import Settings
from fusion.snapshot import SnapshotError

Kind = Literal["demo", "user", "device", "token"]
ROLES = (
    "analyst", "dispatcher", "team_leader", "inspector", "local_bureau", "enterprise", "reviewer", "supervisor",
    "leader", "city_government", "auditor",
)  # fmt: skip
# An enterprise only replies: its own page is all there is for it. `system` is no person.
PLANT = frozenset({"enterprise"})
STAFF = frozenset(ROLES) - {"enterprise"}
ACTING = STAFF - {"auditor"}
PERMISSIONS: dict[str, frozenset[str]] = {
    "situation": STAFF,
    "clues": STAFF,
    "dossier": STAFF,
    "loop": STAFF,
    "rounds": STAFF,
    "trends": STAFF,
    "boards": STAFF,
    "briefing": STAFF,
    "methods": STAFF,
    "sources": STAFF,
    "wall": STAFF,
    "own": PLANT,
    "export": STAFF,
    "work": ACTING,
    "samples": frozenset({"analyst", "supervisor", "leader", "auditor"}),
    "log": frozenset({"auditor"}),
    "metrics": frozenset({"auditor"}),
    "read:clues": STAFF,
    "read:hotspots": STAFF,
    "read:events": STAFF,
    "read:metrics": STAFF,
    "read:dossier": STAFF,
    "write:events": ACTING,
}
# For the user of one plant, and of no role without one.
OWN = "own"
log = logging.getLogger(__name__)


class AccessError(Exception):
    """Serving like this would show data to people nobody has named."""


@dataclass(frozen=True)
class Viewer:
    """The one who asks: a person, a screen on a wall, or a program.

    Shape   regions: adcodes and `g:` groups, None for the whole nation; rounds: round codes, None for all;
            pages: the only pages and actions a device or token is for, None for all that the roles permit;
            person: id of whoever acts, "" for a screen and in the demo; known_as: see Actor; enterprise_id: the plant
            whose user this is, "" for everybody else
    """

    name: str
    roles: frozenset[str]
    regions: tuple[str, ...] | None = None
    rounds: tuple[str, ...] | None = None
    is_masked: bool = False
    pages: frozenset[str] | None = None
    kind: Kind = "user"
    session: str = field(default="", repr=False)
    person: str = ""
    known_as: frozenset[str] = frozenset()
    enterprise_id: str = ""

    def may(self, what: str) -> bool:
        """Whether page or action `what` is permitted; what nobody declared is not."""
        if self.pages is not None and what not in self.pages:
            return False
        if what == OWN and not self.enterprise_id:
            return False
        return bool(PERMISSIONS.get(what, frozenset()) & self.roles)

    def actor(self) -> Actor:
        """Who acts in the casebook; a device only looks on."""
        is_acting = self.kind != "device" and not self.is_masked
        return Actor(self.name, self.roles if is_acting else frozenset(), self.person, self.known_as)

    @property
    def key(self) -> str:
        """By what this viewer's own things are kept."""
        return self.person or self.name


# Tried out on one's own machine: every role, the whole nation.
DEMO = Viewer("demo", frozenset(ROLES), kind="demo")


def check_binding(settings: Settings, has_users: bool = False) -> None:
    """Refuse to serve beyond this machine while no users are configured.

    Raises  AccessError, with what to do
    """
    if not settings.is_loopback and not settings.open_access and not has_users:
        raise AccessError(
            f"no users are configured, so only this machine is served, not {settings.host}; "
            "use HOST=127.0.0.1, add users (python -m dashboard.accounts add), "
            "or set LOOKOUT_OPEN_ACCESS=true if everyone who can reach it may see everything"
        )


def viewer() -> Viewer:
    """Who asks now.

    Raises  401 where nobody is signed in
    """
    found = viewer_or_none()
    if found is None:
        abort(401)
    return found


def viewer_or_none() -> Viewer | None:
    """Who asks now, if anybody is known to."""
    if "lookout_viewer" not in g:
        who: Callable[[], Viewer | None] = current_app.config["lookout.who"]
        g.lookout_viewer = who()
    found: Viewer | None = g.lookout_viewer
    return found


def require(what: str) -> Viewer:
    """The viewer, if page or action `what` is permitted.

    Raises  401 where nobody is signed in, 403 where it is not permitted
    """
    asking = viewer()
    if what not in PERMISSIONS:
        log.error("event=undeclared_permission what=%s", what)
    if not asking.may(what):
        log.info("event=refused viewer=%s what=%s", asking.name, what)
        abort(403)
    return asking


def require_actor(what: str) -> Viewer:
    """The viewer, if `what` is permitted and they act at all: a screen and a masked viewer only look on.

    Raises  401 where nobody is signed in, 403 where it is not permitted
    """
    asking = require(what)
    if not asking.actor().roles:
        abort(403)
    return asking


def require_any(whats: tuple[str, ...]) -> Viewer:
    """The viewer, if one of these pages or actions is permitted.

    Raises  401 where nobody is signed in, 403 where none is permitted
    """
    asking = viewer()
    return asking if any(asking.may(what) for what in whats) else require(whats[0])


def sees_all() -> bool:
    """Whether somebody asks who sees the whole nation, unmasked."""
    asking = viewer_or_none()
    return asking is not None and is_nation(asking)


def is_nation(asking: Viewer) -> bool:
    """Whether nothing of a snapshot is kept from `asking`."""
    return asking.regions is None and asking.rounds is None and not asking.is_masked


def note_read(what: str, which: str, snapshot_id: str) -> None:
    """Write down who read which single record, or took which file away."""
    note: Callable[[Viewer, str, str, str], None] = current_app.config["lookout.note_read"]
    note(viewer(), what, which, snapshot_id)


def current_scope() -> Scope:
    """What part of every snapshot the viewer may see."""
    return scope_of(viewer(), current_app.config["lookout.secret"])


def scope_of(asking: Viewer, secret: bytes) -> Scope:
    """The part of a snapshot that is `asking`'s; the whole for the nation unmasked."""
    if is_nation(asking):
        return NATION
    return make_scope(asking.regions, asking.rounds, asking.is_masked, secret)


def current_loaded() -> Loaded:
    """The published snapshot as the viewer may see it.

    Raises  401; SnapshotError where there is none
    """
    store: Store = current_app.config["lookout.store"]
    return store.current().scoped(current_scope())


def own_plant() -> tuple[Loaded, Viewer]:
    """The whole snapshot for a plant's own user: whoever asks must look for `enterprise_id` and nothing else in it.

    Raises  401; 403 for everybody else
    """
    asking = require(OWN)
    store: Store = current_app.config["lookout.store"]
    return store.current(), asking


def named_loaded(data_id: str) -> Loaded:
    """The snapshot of a data address, if it is there and the address is the viewer's own.

    Raises  401; 404 for a snapshot that is gone and for somebody else's address alike
    """
    scope = current_scope()
    snapshot_id, _, key = data_id.partition(SCOPE_MARK)
    if not hmac.compare_digest(key.encode(), scope.key.encode()):
        abort(404, "this address is another viewer's or its snapshot is gone; load the page again")
    store: Store = current_app.config["lookout.store"]
    try:
        return store.named(snapshot_id).scoped(scope)
    except SnapshotError:
        abort(404, "this snapshot is gone; load the page again")


def reaches(city_adcode: str, county_adcode: str | None, round_code: str | None) -> bool:
    """Whether something that lies there is within what the viewer may see: to be asked before acting on it.

    Raises  401; SnapshotError where there is no snapshot to tell which places a region has
    """
    return current_loaded().reaches(city_adcode, county_adcode, round_code)
