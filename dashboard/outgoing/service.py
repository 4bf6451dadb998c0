"""Sets a deliverer up from the settings: for the command line, and as a thread beside the server."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from datetime import datetime

from dashboard.accounts.secret import server_secret
from dashboard.casebook.calendar import wall_clock
from dashboard.casebook.store import Casebook
from dashboard.data.scope import make_scope
from dashboard.database import open_database, upgrade
from dashboard.outgoing.deliver import Deliverer
from dashboard.outgoing.outbox import Outbox
from dashboard.outgoing.surroundings import Atlas
from dashboard.outgoing.targets import OutgoingError, load_outgoing
from dashboard.settings import Settings

log = logging.getLogger(__name__)


def deliverer(settings: Settings, clock: Callable[[], datetime] = wall_clock) -> Deliverer:
    """A deliverer over the database and the file of targets that the settings name.

    Raises  OutgoingError where no file is named or it is not as it must be
    """
    if settings.outgoing is None:
        raise OutgoingError("nothing leaves: LOOKOUT_OUTGOING names no file of targets; see docs/outgoing.md")
    outgoing = load_outgoing(settings.outgoing)
    engine = open_database(settings.casebook)
    upgrade(engine)
    salt = make_scope(None, None, True, server_secret(settings)).salt
    atlas = Atlas(settings.snapshots, salt, settings.public_url)
    return Deliverer(outgoing, Casebook(engine, clock), Outbox(engine), atlas, clock)


def start_beside(settings: Settings) -> threading.Event | None:
    """Deliver in a thread of this process while it lives; None, and no thread, where no file of targets is named.

    Shape   set the event to end it
    Raises  OutgoingError for a file that is not as it must be
    """
    if settings.outgoing is None:
        return None
    found = deliverer(settings)
    stop = threading.Event()
    threading.Thread(target=found.run, args=(stop,), name="outgoing", daemon=True).start()
    log.info("event=outgoing_started targets=%s", ",".join(target.name for target in found.outgoing.target))
    return stop
