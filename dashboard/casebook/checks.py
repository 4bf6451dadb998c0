"""Whether the casebook is whole: the chain link by link, the steps against `states.csv`, what follows from them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import sqlalchemy as sa

from dashboard.casebook import rows
from dashboard.casebook.attachments import is_whole, missing
from dashboard.casebook.chain import BEGINNING, hash_of
from dashboard.casebook.records import NOTES, Event
from dashboard.casebook.standing import stand
from dashboard.casebook.states import transition
from dashboard.casebook.tables import CASES, EVENTS, HEAD

MOST_FAULTS = 100


@dataclass(frozen=True)
class Fault:
    """One thing that isn't as it was written. `seq`: the event it shows at, 0 if at none."""

    seq: int
    what: str


@dataclass(frozen=True)
class Report:
    """What `verify` found. `n_attachments` is None where no folder of attachments was named: not looked for."""

    n_events: int
    n_cases: int
    n_attachments: int | None
    head: tuple[int, str]
    faults: tuple[Fault, ...]

    @property
    def is_whole(self) -> bool:
        """Whether nothing is wrong."""
        return not self.faults


def verify(engine: sa.Engine, folder: Path | None, anchor: tuple[int, str] | None) -> Report:
    """Read everything in one moment and check it; at most MOST_FAULTS faults are told."""
    level = "REPEATABLE READ" if engine.dialect.name == "postgresql" else "SERIALIZABLE"
    with engine.connect() as connection:
        db = connection.execution_options(isolation_level=level) if level == "REPEATABLE READ" else connection
        found = db.execute(sa.select(EVENTS).order_by(EVENTS.c.seq)).mappings().all()
        standings = {row.clue_id: row.standing for row in db.execute(sa.select(CASES.c.clue_id, CASES.c.standing))}
        kept = db.execute(sa.select(HEAD.c.seq, HEAD.c.hash)).all()
    events, faults = _readable(found)
    head = (int(kept[0].seq), str(kept[0].hash)) if len(kept) == 1 else (0, "")
    faults += [*_chain(events, head), *_anchored(events, anchor)]
    lives: dict[str, list[Event]] = {}
    for event in events:
        lives.setdefault(event.clue_id, []).append(event)
    for life in lives.values():
        faults += _steps(life)
    faults += _projection(lives, standings)
    wanted = sorted({one for event in events for one in event.attachments})
    if folder is not None:
        faults += _files(folder, wanted)
    return Report(len(events), len(lives), None if folder is None else len(wanted), head, tuple(faults[:MOST_FAULTS]))


def _readable(found: Sequence[sa.RowMapping]) -> tuple[list[Event], list[Fault]]:
    events, faults = [], []
    for row in found:
        try:
            events.append(rows.read_event(row))
        except (ValueError, TypeError):
            faults.append(Fault(row["seq"], "the record can't be read"))
    return events, faults


def _chain(events: list[Event], head: tuple[int, str]) -> Iterator[Fault]:
    before = BEGINNING
    for number, event in enumerate(events, start=1):
        if event.seq != number:
            yield Fault(event.seq, f"number {number} is missing")
            return
        if event.prev_hash != before:
            yield Fault(event.seq, "doesn't follow the event before it")
        if hash_of(replace(event, hash="")) != event.hash:
            yield Fault(event.seq, "was changed after it was written")
        before = event.hash
    if head != (len(events), before):
        yield Fault(len(events), f"the chain ends here, its head is number {head[0]}")


def _anchored(events: list[Event], anchor: tuple[int, str] | None) -> Iterator[Fault]:
    if anchor is None:
        return
    seq, digest = anchor
    if not any(event.seq == seq and event.hash == digest for event in events):
        yield Fault(seq, "the event noted elsewhere isn't in the chain")


def _steps(life: list[Event]) -> Iterator[Fault]:
    state = None
    for number, event in enumerate(life):
        if event.version != number:
            yield Fault(event.seq, f"is version {event.version} of clue {event.clue_id}, not {number}")
        if number and event.source != state:
            yield Fault(event.seq, f"begins in {event.source}, but the clue was in {state}")
        step = transition(event.source, event.event)
        is_legal = step is not None and event.target == step.target and event.role in step.roles
        stays = event.source == event.target or not number
        if not is_legal and not (event.event in (*NOTES, "fail") and stays):
            yield Fault(event.seq, f"{event.event} from {event.source} to {event.target} by {event.role} is no step")
        state = event.target or None


def _projection(lives: Mapping[str, list[Event]], standings: Mapping[str, str]) -> Iterator[Fault]:
    for clue_id, life in lives.items():
        try:
            replayed = rows.standing_text(stand(life))
        except (ValueError, KeyError, TypeError):
            yield Fault(life[-1].seq, f"clue {clue_id} can't be replayed")
            continue
        if standings.get(clue_id) != replayed:
            yield Fault(life[-1].seq, f"clue {clue_id} doesn't stand where its events lead: rebuild")
    for clue_id in standings.keys() - lives.keys():
        yield Fault(0, f"clue {clue_id} stands somewhere without any event")


def _files(folder: Path, wanted: list[str]) -> Iterator[Fault]:
    absent = set(missing(folder, wanted))
    for one in wanted:
        if one in absent:
            yield Fault(0, f"attachment {one} is not there")
        elif not is_whole(folder, one):
            yield Fault(0, f"attachment {one} was changed")
