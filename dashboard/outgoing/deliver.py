"""Takes new events of the casebook into the outbox and delivers what is due: in its own loop, never in a request."""

from __future__ import annotations

import logging
import random
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import sqlalchemy as sa

from dashboard.casebook import rows
from dashboard.casebook.records import Event
from dashboard.casebook.standing import Standing
from dashboard.casebook.store import Casebook
from dashboard.casebook.tables import EVENTS
from dashboard.outgoing.connection import DeliveryError
from dashboard.outgoing.messages import is_wanted, message
from dashboard.outgoing.outbox import Letter, Outbox
from dashboard.outgoing.senders import send
from dashboard.outgoing.surroundings import Atlas
from dashboard.outgoing.targets import Outgoing, OutgoingError, Target

LONGEST_WAIT_S = 3600.0
BATCH = 500
PAUSE_S = 2.0
KEEP_SENT = timedelta(days=30)
log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Pass:
    """What one pass did: events considered by any target, letters sent, not taken, given up."""

    considered: int = 0
    sent: int = 0
    failed: int = 0
    dead: int = 0


@dataclass
class Deliverer:
    """Everything a delivery needs. `jitter` gives a number from 0 to 1."""

    outgoing: Outgoing
    book: Casebook
    outbox: Outbox
    atlas: Atlas
    clock: Callable[[], datetime]
    unix_time: Callable[[], float] = time.time
    jitter: Callable[[], float] = field(default=random.random)

    def once(self) -> Pass:
        """Follow the casebook to its end, then try each letter that is due now once."""
        considered = max((self._follow(target) for target in self.outgoing.target), default=0)
        outcomes: list[str] = []
        for target in self.outgoing.target:
            outcomes += self._deliver(target)
        return Pass(considered, outcomes.count("sent"), outcomes.count("failed"), outcomes.count("dead"))

    def run(self, stop: threading.Event, pause_s: float = PAUSE_S) -> None:
        """Pass after pass until `stop` is set; a database that is away for a while is asked again."""
        while not stop.is_set():
            try:
                self.once()
                self.outbox.forget_sent(self.clock() - KEEP_SENT)
            except (sa.exc.SQLAlchemyError, OutgoingError, OSError):
                log.exception("event=outgoing_pass_failed")
            stop.wait(pause_s)

    def wait(self, attempts: int) -> timedelta:
        """How long to wait after so many tries: doubled each time, by up to a half more or less, an hour at most."""
        usual = min(self.outgoing.backoff_s * 2 ** (attempts - 1), LONGEST_WAIT_S)
        return timedelta(seconds=min(usual * (0.5 + self.jitter()), LONGEST_WAIT_S))

    def _follow(self, target: Target) -> int:
        """Put what `target` wants of the events that it has not considered yet into the outbox."""
        considered = 0
        newest = self.book.seq()
        since = self.outbox.followed(target.name, newest, self.clock())
        while since < newest:
            until = min(since + BATCH, newest)
            wanted = [
                message(target, event, standing, self.atlas.around(target.language, standing.case.snapshot_id))
                for event, standing in self._between(since, until)
                if is_wanted(target, event, standing)
            ]
            if not self.outbox.put(target.name, since, until, wanted, self.clock()):
                return considered
            considered += until - since
            since = until
        return considered

    def _between(self, since: int, until: int) -> list[tuple[Event, Standing]]:
        """The events after `since` up to `until`, each with where its case stands now."""
        asked = sa.select(EVENTS).where(EVENTS.c.seq > since, EVENTS.c.seq <= until).order_by(EVENTS.c.seq)
        with self.book.engine.connect() as db:
            events = [rows.read_event(row) for row in db.execute(asked).mappings()]
        standings = {clue_id: self.book.case(clue_id) for clue_id in {event.clue_id for event in events}}
        return [(event, standings[event.clue_id]) for event in events]

    def _deliver(self, target: Target) -> list[str]:
        """Try what is due, up to the first that is not taken: a target that is down must not make others wait."""
        outcomes: list[str] = []
        # Longer than any try takes, so that nobody else takes the row while this one is at it.
        lease = timedelta(seconds=self.outgoing.timeout_s * 2 + 60)
        while not outcomes or outcomes[-1] == "sent":
            letter = self.outbox.claim(target.name, self.clock(), lease, target.per_minute)
            if letter is None:
                break
            outcomes.append(self._try(target, letter))
        return outcomes

    def _try(self, target: Target, letter: Letter) -> str:
        try:
            send(target, letter.message, self.outgoing.timeout_s, self.unix_time())
        except (DeliveryError, OutgoingError) as error:
            return self._again(target, letter, error)
        self.outbox.sent(letter)
        log.info("event=outgoing_sent target=%s seq=%s attempts=%s", target.name, letter.seq, letter.attempts)
        return "sent"

    def _again(self, target: Target, letter: Letter, error: DeliveryError | OutgoingError) -> str:
        is_last = letter.attempts >= target.max_attempts
        pause = max(self.wait(letter.attempts), timedelta(seconds=getattr(error, "wait_s", 0)))
        self.outbox.failed(letter, str(error), None if is_last else self.clock() + pause)
        outcome = "dead" if is_last else "failed"
        log.warning("event=outgoing_%s target=%s seq=%s attempts=%s why=%s",
                    outcome, target.name, letter.seq, letter.attempts, error)  # fmt: skip
        return outcome
