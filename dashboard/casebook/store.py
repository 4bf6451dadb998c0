"""The casebook on a database: every step one transaction, its event last in one chain, its case's standing beside it.

Whoever writes holds the chain's head from his first read to his commit (SQLite: BEGIN IMMEDIATE; PostgreSQL: the row of
the head), so numbers are dense, the chain never forks, and of two who act on one clue the second is told.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, BinaryIO

import pyarrow as pa
import sqlalchemy as sa

from dashboard.casebook import checks, problems, rows
from dashboard.casebook.attachments import Attachment, keep, missing
from dashboard.casebook.calendar import wall_clock
from dashboard.casebook.chain import link
from dashboard.casebook.errors import Complaint, Conflict, MissingRecord, UnknownCase
from dashboard.casebook.event_reads import events_of, lives_asked
from dashboard.casebook.machine import Request, automatic, correction, decide, opening, remark
from dashboard.casebook.persons import People, people
from dashboard.casebook.record_fields import SHA256
from dashboard.casebook.records import COMMENT, CORRECT, NOTES, OPEN, SYSTEM, Actor, Case, Event
from dashboard.casebook.standing import Standing, stand
from dashboard.casebook.states import transition
from dashboard.casebook.tables import CASES, EVENTS, HEAD
from dashboard.casebook.uploads import names_of, not_brought, note_upload
from dashboard.database import open_database, upgrade, writing

Clock = Callable[[], datetime]
READ_AT_ONCE = 20_000


def open_casebook(url: str, folder: Path | None = None, clock: Clock = wall_clock) -> Casebook:
    """The casebook at `url`, its tables made or brought up to date; attachments lie in `folder`."""
    engine = open_database(url)
    upgrade(engine)
    return Casebook(engine, clock, folder)


class Casebook:
    """What people decided. Safe for any number of threads and processes; holds nothing but the engine."""

    def __init__(self, engine: sa.Engine, clock: Clock, folder: Path | None = None) -> None:
        """`clock` gives naive UTC+8 wall time; `folder` holds the attachments, None: they aren't looked for."""
        self.engine = engine
        self.clock = clock
        self.folder = folder

    def open_case(self, case: Case) -> None:
        """Remember `case` from now on; nothing happens if it is remembered already."""
        with self._writing() as db:
            if not events_of(db, case.clue_id):
                self._append(db, [], [opening(case, self.clock())])

    def create(self, actor: Actor, case: Case, payload: Mapping[str, Any], reason: str | None = None) -> Event:
        """Open a case that a person makes by hand, and create its clue; both or nothing.

        Raises  NotAllowed, MissingRecord, Conflict if the clue has a case
        """
        with self._writing() as db:
            there = events_of(db, case.clue_id)
            if there:
                raise Conflict(case.clue_id, there)
            begun = self._append(db, [], [opening(case, self.clock())])
            return self._step(db, begun, Request(actor, "create", payload, (), reason), self.clock())

    def act(  # noqa: PLR0913 - one sentence: who does what to which, on what record
        self,
        actor: Actor,
        clue_id: str,
        event: str,
        *,
        payload: Mapping[str, Any],
        expected_version: int,
        attachments: Sequence[str] = (),
        reason: str | None = None,
    ) -> Event:
        """Take one step.

        Raises  UnknownCase, NotAllowed, MissingRecord; Conflict with the newer events if the clue isn't any more at
                `expected_version` (comments don't count as newer)
        """
        request = Request(actor, event, payload, tuple(attachments), reason)
        with self._writing() as db:
            self._refuse_absent_files(db, clue_id, request)
            events = _known_events(db, clue_id)
            _refuse_old(clue_id, events, expected_version)
            return self._step(db, events, request, self.clock())

    def comment(self, actor: Actor, clue_id: str, text: str, *, attachments: Sequence[str] = ()) -> Event:
        """Put a remark on record; the state stays.

        Raises  UnknownCase, NotAllowed for a role that only reads, MissingRecord for no text
        """
        request = Request(actor, COMMENT, {}, tuple(attachments), text)
        with self._writing() as db:
            self._refuse_absent_files(db, clue_id, request)
            events = _known_events(db, clue_id)
            (written,) = self._append(db, events, [remark(stand(events), request, self.clock())])[len(events) :]
            return written

    def correct(
        self, actor: Actor, event_id: str, *, payload: Mapping[str, Any], reason: str, attachments: Sequence[str] = ()
    ) -> Event:
        """Put right what an earlier event has on record: a new event; the old one stays as it is.

        Raises  UnknownCase if there is no such event, NotAllowed, MissingRecord as the corrected record would have
        """
        with self._writing() as db:
            clue_id = db.execute(sa.select(EVENTS.c.clue_id).where(EVENTS.c.event_id == event_id)).scalar()
            if clue_id is None:
                raise UnknownCase(event_id)
            request = Request(actor, CORRECT, payload, tuple(attachments), reason, people(db))
            self._refuse_absent_files(db, clue_id, request)
            events = _known_events(db, clue_id)
            place = next(i for i, event in enumerate(events) if event.event_id == event_id)
            if events[place].event in NOTES:
                raise MissingRecord(CORRECT, [Complaint("", "no_correction", {"event": events[place].event})])
            made = correction(stand(events[:place]), stand(events), events[place], request, self.clock())
            (written,) = self._append(db, events, [made])[len(events) :]
            return written

    def keep(self, actor: Actor, clue_ids: Sequence[str], stream: BinaryIO, name: str) -> Attachment:
        """Keep a file that `actor` brings for these clues; they may attach it there, under the name they gave it.

        Raises  AttachmentError; ValueError where this casebook keeps no files
        """
        if self.folder is None:
            raise ValueError("this casebook keeps no files")
        kept = keep(self.folder, stream, name)
        with writing(self.engine) as db:
            for clue_id in dict.fromkeys(clue_ids):
                note_upload(db, kept.sha256, clue_id, actor, kept.name, self.clock())
        return kept

    def file_names(self, clue_id: str) -> dict[tuple[str, str], str]:
        """What each called the files they brought for a clue, by hash and uploader."""
        with self.engine.connect() as db:
            return names_of(db, clue_id)

    def people(self) -> People:
        """Who has an account here."""
        with self.engine.connect() as db:
            return people(db)

    def case(self, clue_id: str) -> Standing:
        """Where the case stands.

        Raises  UnknownCase
        """
        with self.engine.connect() as db:
            text = db.execute(sa.select(CASES.c.standing).where(CASES.c.clue_id == clue_id)).scalar()
        if text is None:
            raise UnknownCase(clue_id)
        return rows.read_standing(text)

    def timeline(self, clue_id: str) -> list[Event]:
        """All events of a clue in their order, the opening first; empty if nobody acted on it."""
        with self.engine.connect() as db:
            return events_of(db, clue_id)

    def seq(self) -> int:
        """The number of the newest event: what is kept under it is as new as the casebook."""
        with self.engine.connect() as db:
            return int(db.execute(sa.select(HEAD.c.seq)).scalar_one())

    def head(self) -> tuple[int, str]:
        """Number and hash of the newest event; kept elsewhere, they prove later that nothing was cut off."""
        with self.engine.connect() as db:
            seq, digest = db.execute(sa.select(HEAD.c.seq, HEAD.c.hash)).one()
        return int(seq), str(digest)

    def newest_at(self) -> datetime | None:
        """When the newest event was written; None while nothing has happened."""
        asked = sa.select(EVENTS.c.at).join(HEAD, HEAD.c.seq == EVENTS.c.seq)
        with self.engine.connect() as db:
            found: datetime | None = db.execute(asked).scalar()
        return found

    def standings(self, since_seq: int = 0) -> list[Standing]:
        """Where each case stands that had an event after `since_seq`."""
        asked = sa.select(CASES.c.standing).where(CASES.c.last_seq > since_seq).order_by(CASES.c.clue_id)
        with self.engine.connect() as db:
            return [rows.read_standing(text) for text in db.execute(asked).scalars()]

    def state_table(self, as_of: datetime | None = None) -> pa.Table:
        """One row per case, as it stands or stood (see rows.STATE_TABLE).

        Note  a case that was opened after `as_of` isn't there
        """
        if as_of is None:
            return rows.state_table(self.standings())
        return rows.state_table(stand(events) for events in self.lives(as_of=as_of).values())

    def event_table(self, since_seq: int = 0, as_of: datetime | None = None) -> pa.Table:
        """One row per event after `since_seq` and not after `as_of`, openings too (see rows.EVENT_TABLE)."""
        with self.engine.connect() as db:
            return rows.event_table(db.execute(lives_asked(since_seq, as_of)).mappings().all(), since_seq)

    def problem_table(self, as_of: datetime | None = None) -> pa.Table:
        """One row per problem that a check confirmed or denied, corrections laid over (see rows.PROBLEM_TABLE)."""
        lives = self.lives(as_of=as_of).values()
        return rows.problem_table(row for events in lives for row in problems.found_in(events))

    def lives(self, since_seq: int = 0, as_of: datetime | None = None) -> dict[str, list[Event]]:
        """The whole lives of the clues that had an event after `since_seq`, up to `as_of`, in the order of opening."""
        found: dict[str, list[Event]] = {}
        with self.engine.connect() as db:
            for row in db.execute(
                lives_asked(since_seq, as_of), execution_options={"yield_per": READ_AT_ONCE}
            ).mappings():
                found.setdefault(row["clue_id"], []).append(rows.read_event(row))
        return found

    def tick(self, now: datetime) -> list[Event]:
        """Do what time alone brings: overdue, and waking up. Doing it again does nothing.

        Note  what a person does in the same moment goes first or is seen: each case is looked at again under lock
        """
        asked = sa.select(CASES.c.clue_id).where(CASES.c.state.in_(("RECTIFYING", "SUSPENDED")), CASES.c.due_at <= now)
        with self.engine.connect() as db:
            due = list(db.execute(asked.order_by(CASES.c.due_at, CASES.c.clue_id)).scalars())
        return [event for clue_id in due for event in self._tick_one(clue_id, now)]

    def relapse(self, finding: Case) -> list[Event]:
        """The closed cases of the same rule about the same thing that `finding` shows to have relapsed: it is within
        their window after closure. Each becomes RELAPSED once, the finding named as the new clue.
        """
        object_id = finding.enterprise_id or finding.cell_id or finding.county_adcode
        asked = sa.select(CASES.c.clue_id).where(
            CASES.c.state == "CLOSED", CASES.c.rule_id == finding.rule_id, CASES.c.object_id == object_id
        )
        with self.engine.connect() as db:
            closed = sorted(db.execute(asked).scalars())
        return [event for clue_id in closed for event in self._relapse_one(clue_id, finding)]

    def verify(self, anchor: tuple[int, str] | None = None) -> checks.Report:
        """Whether all events are there, unchanged and in place, and everything that follows from them is right.

        Shape   anchor: number and hash of an event as noted earlier elsewhere
        """
        return checks.verify(self.engine, self.folder, anchor)

    def rebuild(self) -> int:
        """Make the standings anew from the events alone; returns how many cases there are."""
        with self._writing() as db:
            db.execute(sa.delete(CASES))
            lives: dict[str, list[Event]] = {}
            for row in db.execute(sa.select(EVENTS).order_by(EVENTS.c.seq)).mappings():
                lives.setdefault(row["clue_id"], []).append(rows.read_event(row))
            if lives:
                db.execute(sa.insert(CASES), [rows.standing_row(stand(events)) for events in lives.values()])
        return len(lives)

    def _tick_one(self, clue_id: str, now: datetime) -> list[Event]:
        with self._writing() as db:
            events = events_of(db, clue_id)
            request = automatic(stand(events), now)
            return [self._step(db, events, request, now)] if request else []

    def _relapse_one(self, clue_id: str, finding: Case) -> list[Event]:
        with self._writing() as db:
            events = events_of(db, clue_id)
            standing = stand(events)
            step = transition(standing.state, "relapse")
            days = timedelta(days=step.window_days or 0) if step else timedelta()
            now = self.clock()
            is_after = standing.since < finding.detected_at <= min(standing.since + days, now)
            if not is_after or standing.verdict == "not_confirmed" or clue_id == finding.clue_id:
                return []
            record = {"new_clue": finding.clue_id, "parent": clue_id, "found_at": finding.detected_at}
            return [self._step(db, events, Request(SYSTEM, "relapse", record), now)]

    @contextmanager
    def _writing(self) -> Iterator[sa.Connection]:
        """A transaction that has the chain's head from its beginning: what it reads then is the newest there is."""
        with writing(self.engine) as db:
            db.execute(sa.select(HEAD.c.seq).with_for_update()).one()
            yield db

    def _step(self, db: sa.Connection, events: list[Event], request: Request, now: datetime) -> Event:
        named = request if request.actor == SYSTEM else replace(request, people=people(db))
        done = decide(stand(events), named, now)
        return self._append(db, events, done)[len(events)]

    def _append(self, db: sa.Connection, events: list[Event], new: Sequence[Event]) -> list[Event]:
        """The events of a clue with the new ones in the chain; the standing follows them."""
        seq, digest = db.execute(sa.select(HEAD.c.seq, HEAD.c.hash)).one()
        linked = list(events)
        for event in new:
            linked.append(link(event, seq + 1, digest))
            seq, digest = linked[-1].seq, linked[-1].hash
        db.execute(sa.insert(EVENTS), [rows.event_row(event) for event in linked[len(events) :]])
        db.execute(sa.update(HEAD).values(seq=seq, hash=digest))
        row = rows.standing_row(stand(linked))
        if new[0].event == OPEN:
            db.execute(sa.insert(CASES).values(row))
        else:
            db.execute(sa.update(CASES).where(CASES.c.clue_id == row["clue_id"]).values(row))
        return linked

    def _refuse_absent_files(self, db: sa.Connection, clue_id: str, request: Request) -> None:
        # What is no hash is refused with the record; what another brought, or for another clue, is told as absent.
        hashes = [one for one in request.attachments if SHA256.fullmatch(one)]
        if not self.folder or not hashes:
            return
        absent = {*missing(self.folder, hashes), *not_brought(db, hashes, clue_id, request.actor)}
        if absent:
            raise MissingRecord(request.event, [Complaint("attachments", "not_kept", {"n": len(absent)})])


def _known_events(db: sa.Connection, clue_id: str) -> list[Event]:
    events = events_of(db, clue_id)
    if not events:
        raise UnknownCase(clue_id)
    return events


def _refuse_old(clue_id: str, events: Sequence[Event], expected_version: int) -> None:
    newer = [event for event in events if event.version > expected_version]
    is_ahead = expected_version > events[-1].version
    if is_ahead or any(event.event != COMMENT for event in newer):
        raise Conflict(clue_id, newer or events[-1:])
