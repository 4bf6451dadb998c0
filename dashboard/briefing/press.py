"""Makes scheduled briefings when they are due, each with its reader's own rights, and puts letters into the outbox."""

from __future__ import annotations

import hashlib
import logging
import threading
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path

from sqlalchemy.exc import SQLAlchemyError

from dashboard.accounts.secret import server_secret
from dashboard.accounts.sessions import open_accounts
from dashboard.accounts.store import Accounts
from dashboard.briefing.document import Document, text_of
from dashboard.briefing.files import file_of
from dashboard.briefing.fonts import NoFont
from dashboard.briefing.periods import Wish, WishError
from dashboard.briefing.readers import NoReader, reader_of
from dashboard.briefing.recipes import RecipeError
from dashboard.briefing.runs import Runs, Turn
from dashboard.briefing.schedule import Recipient, Run, Schedule, load_schedule
from dashboard.briefing.service import Briefer
from dashboard.casebook.calendar import wall_clock
from dashboard.casebook.store import Casebook
from dashboard.data.store import Store
from dashboard.outgoing.messages import harmless
from dashboard.outgoing.outbox import Outbox
from dashboard.outgoing.targets import Mail, OutgoingError, load_outgoing
from dashboard.settings import Settings
from fusion.snapshot import SnapshotError

log = logging.getLogger(__name__)
BEAT_S = 30.0
# A run that nobody could make in its time is not made days later: the next one is.
LATEST = timedelta(hours=24)
TROUBLE = (WishError, RecipeError, NoReader, NoFont, OutgoingError, SnapshotError, SQLAlchemyError, OSError)


@dataclass
class Press:
    """Everything a run needs."""

    settings: Settings
    schedule: Schedule
    store: Store
    casebook: Casebook
    accounts: Accounts
    briefer: Briefer
    clock: Callable[[], datetime] = wall_clock

    def due(self) -> tuple[int, int]:
        """Make all that is due and not there yet; how many were made, and how many failed."""
        runs, outcomes = Runs(self.casebook.engine), []
        now = self.clock()
        for run in self.schedule.run:
            due_at = run.due_before(now)
            if now - due_at > LATEST:
                continue
            for recipient in run.to:
                turn = runs.claim(run.name, due_at, recipient.user, now)
                if turn is not None:
                    outcomes.append(self._try(runs, turn, run, recipient))
        self._forget()
        return outcomes.count(True), outcomes.count(False)

    def run(self, stop: threading.Event) -> None:
        """Look for what is due until `stop` is set."""
        while not stop.wait(BEAT_S):
            try:
                self.due()
            except (SQLAlchemyError, OSError):
                log.exception("event=briefings_failed")

    def _try(self, runs: Runs, turn: Turn, run: Run, recipient: Recipient) -> bool:
        try:
            snapshot_id, files = self._make(turn, run, recipient)
        except TROUBLE as error:
            runs.failed(turn, f"{type(error).__name__}: {error}", self.clock())
            log.warning("event=briefing_failed run=%s reader=%s attempts=%s why=%s",
                        turn.run, turn.reader, turn.attempts, error)  # fmt: skip
            return False
        runs.made(turn, snapshot_id, files)
        log.info("event=briefing_made run=%s reader=%s files=%s", turn.run, turn.reader, len(files))
        return True

    def _make(self, turn: Turn, run: Run, recipient: Recipient) -> tuple[str, list[str]]:
        reader = reader_of(self.accounts, recipient.user, self.clock())
        target = self._target(recipient)
        if target is not None and target.names == "masked":
            reader = replace(reader, is_masked=True)
        wish = Wish(run.recipe, run.language, "", run.region, run.enterprise)
        document = self.briefer.made(self.store.current(), self.casebook, wish, reader)
        folder = self.schedule.folder / run.name / f"{turn.due_at:%Y%m%dT%H%M}" / _folder_of(recipient.user)
        folder.mkdir(parents=True, exist_ok=True)
        files = []
        for form in run.formats:
            path = folder / f"{run.name}-{turn.due_at:%Y%m%d}.{form}"
            path.write_bytes(file_of(document, form, base_address(self.settings), self.settings.fonts))
            files.append(str(path))
        if target is not None:
            message = _letter(turn, document, files)
            Outbox(self.casebook.engine).add(target.name, message, self.clock())
        return document.snapshot, files

    def _target(self, recipient: Recipient) -> Mail | None:
        """The mail target of a reader.

        Raises  OutgoingError where it is not there
        """
        if recipient.mail is None:
            return None
        if self.settings.outgoing is None:
            raise OutgoingError(f"mail {recipient.mail!r}: LOOKOUT_OUTGOING names no file of targets")
        found = load_outgoing(self.settings.outgoing).named(recipient.mail)
        if not isinstance(found, Mail):
            raise OutgoingError(f"{self.settings.outgoing}: there is no mail target {recipient.mail!r}")
        return found

    def _forget(self) -> None:
        """Drop files that are older than they are kept; what was made stays on record."""
        before = (self.clock() - timedelta(days=self.schedule.keep_days)).strftime("%Y%m%dT%H%M")
        for path in self.schedule.folder.glob("*/????????T????/*/*"):
            if path.is_file() and path.parent.parent.name < before:
                path.unlink(missing_ok=True)


def base_address(settings: Settings) -> str:
    """What stands before links in files."""
    return settings.public_url or f"http://{settings.host}:{settings.port}"


def press_of(settings: Settings, store: Store, casebook: Casebook) -> Press | None:
    """A press over the file that the settings name; None where they name none.

    Raises  ScheduleError, RecipeError where a file is not as it must be
    """
    if settings.briefings is None:
        return None
    schedule = load_schedule(settings.briefings)
    briefer = Briefer(settings.recipes, server_secret(settings))
    unknown = [run.recipe for run in schedule.run if run.recipe not in briefer.recipes]
    if unknown:
        raise RecipeError(f"{settings.briefings}: there is no recipe {unknown[0]!r}")
    return Press(settings, schedule, store, casebook, open_accounts(settings), briefer)


def start_press(settings: Settings, store: Store, casebook: Casebook) -> threading.Event | None:
    """Make briefings in a thread of this process while it lives; None, and no thread, where no file names any.

    Shape   set the event to end it
    Raises  ScheduleError, RecipeError
    """
    found = press_of(settings, store, casebook)
    if found is None:
        return None
    stop = threading.Event()
    threading.Thread(target=found.run, args=(stop,), name="briefings", daemon=True).start()
    return stop


def _folder_of(user: str) -> str:
    """A folder for a user, whatever signs the name has."""
    plain = "".join(sign if sign.isascii() and sign.isalnum() else "_" for sign in user)[:30]
    return f"{plain}-{hashlib.sha256(user.encode()).hexdigest()[:8]}"


def _letter(turn: Turn, document: Document, files: list[str]) -> dict[str, object]:
    """The letter as the outbox keeps it: its id is the run's, so a second try makes no second letter."""
    told = f"{turn.run} {turn.due_at.isoformat()} {turn.reader}"
    headline = "".join(text_of(part) for part in document.first.headline)
    lines = [document.synthetic, harmless_lines(headline), document.footnote]
    return {
        "event_id": hashlib.sha256(told.encode()).hexdigest()[:32],
        "event": "briefing",
        "seq": 0,
        "title": " ".join(part for part in (document.synthetic, document.title, document.subtitle) if part),
        "text": "\n".join(line for line in lines if line),
        "files": [{"path": str(Path(path).resolve()), "name": Path(path).name} for path in files],
    }


def harmless_lines(text: str) -> str:
    """A long text, piece by piece without anything that a mail program would act on."""
    return "".join(harmless(text[at : at + 80]) for at in range(0, len(text), 80))
