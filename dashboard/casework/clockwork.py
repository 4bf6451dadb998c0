"""What happens without anybody pressing: deadlines that pass, and closed cases that a new snapshot finds again.

Steps are idempotent, so several server processes may run this beside each other.
"""

from __future__ import annotations

import logging
import threading
from dataclasses import dataclass

from sqlalchemy.exc import SQLAlchemyError

from dashboard.casebook.calendar import wall_clock
from dashboard.casebook.records import Event
from dashboard.casebook.store import Casebook
from dashboard.data.relapses import note_relapses
from dashboard.data.store import Store
from fusion.snapshot import SnapshotError

log = logging.getLogger(__name__)
BEAT_S = 60.0


@dataclass
class Clockwork:
    """The automatic steps of one casebook over the snapshots of one store."""

    store: Store
    casebook: Casebook
    compared: str = ""

    def beat(self) -> list[Event]:
        """Do what is due now; relapses are looked for once a snapshot.

        An invented campaign has its own time: what was due in it years ago is not escalated today.

        Raises  SnapshotError, SQLAlchemyError
        """
        loaded = self.store.current()
        events = [] if loaded.manifest.is_synthetic else self.casebook.tick(wall_clock())
        if loaded.id != self.compared:
            events += note_relapses(loaded, self.casebook)
            self.compared = loaded.id
        return events

    def run(self, stop: threading.Event) -> None:
        """Beat until `stop` is set; trouble is logged and the next beat tries again."""
        while not stop.wait(BEAT_S):
            try:
                for event in self.beat():
                    log.info("event=automatic_step step=%s clue=%s", event.event, event.clue_id)
            except (SnapshotError, SQLAlchemyError):
                log.exception("event=automatic_steps_failed")


def start_clockwork(store: Store, casebook: Casebook) -> threading.Event:
    """Beat in a thread of this process while it lives; set the event to end it."""
    stop = threading.Event()
    works = Clockwork(store, casebook)
    threading.Thread(target=works.run, args=(stop,), name="clockwork", daemon=True).start()
    return stop
