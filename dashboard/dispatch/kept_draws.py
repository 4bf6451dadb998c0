"""Draws on record: kept once, read by those who may know which checks are a control."""

from __future__ import annotations

import csv
import hashlib
import io
import json
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

import sqlalchemy as sa

from dashboard.database import writing
from dashboard.dispatch.tables import DRAWS, MEMBERS

Kind = Literal["dual_random", "control", "imported"]
IMPORTED = "imported"
# What is drawn here, whatever for: to those who must not tell a control check from another it is one list a day.
DRAWN = ("dual_random", "control")
ROUTINE = "routine"
MOST_ROWS = 20_000


@dataclass(frozen=True)
class Kept:
    """A draw as it is kept. `members`: enterprise, weight and, of a control check, its clue, in order of drawing."""

    kind: Kind
    seed: str
    method: str
    list_version: str
    filters: str
    n_pool: int
    snapshot_id: str
    made_by: str
    made_at: datetime
    members: tuple[tuple[str, float, str | None], ...]
    made_by_person: str | None = None

    @property
    def draw_id(self) -> str:
        """The same draw has the same id: asked twice it is kept once."""
        told = json.dumps(
            [self.kind, self.seed, self.method, self.list_version, self.filters, [m[0] for m in self.members]]
        )
        return hashlib.sha256(told.encode()).hexdigest()[:16]


@dataclass(frozen=True)
class Reading:
    """A list that was brought: what of it is in the pool now, and why the rest is not; read == taken + refused."""

    read: int
    taken: tuple[str, ...]
    refused: Mapping[str, int] = field(default_factory=dict)
    examples: Mapping[str, str] = field(default_factory=dict)


def keep(engine: sa.Engine, draw: Kept) -> str:
    """Put `draw` on record; its id. One that is there already stays as it is."""
    row = {name: getattr(draw, name) for name in DRAWS.columns.keys()}
    members = [
        {"draw_id": draw.draw_id, "position": at, "enterprise_id": enterprise_id, "weight": weight, "clue_id": clue_id}
        for at, (enterprise_id, weight, clue_id) in enumerate(draw.members, start=1)
    ]
    with writing(engine) as db:
        if db.execute(sa.select(DRAWS.c.draw_id).where(DRAWS.c.draw_id == draw.draw_id)).scalar() is None:
            db.execute(sa.insert(DRAWS), [row])
            if members:
                db.execute(sa.insert(MEMBERS), members)
    return draw.draw_id


def draws(engine: sa.Engine, kinds: Collection[str]) -> list[dict[str, Any]]:
    """The draws of these kinds, the newest first, with how many are in each."""
    asked = (
        sa.select(DRAWS, sa.func.count(MEMBERS.c.position).label("n"))
        .outerjoin(MEMBERS, MEMBERS.c.draw_id == DRAWS.c.draw_id)
        .where(DRAWS.c.kind.in_(sorted(kinds)))
        .group_by(*DRAWS.columns)
        .order_by(DRAWS.c.made_at.desc(), DRAWS.c.draw_id)
    )
    with engine.connect() as db:
        return [dict(row) for row in db.execute(asked).mappings()]


def drawn(engine: sa.Engine, draw_id: str) -> list[dict[str, Any]]:
    """The members of a draw in their order; empty where there is no such draw."""
    asked = sa.select(MEMBERS).where(MEMBERS.c.draw_id == draw_id).order_by(MEMBERS.c.position)
    with engine.connect() as db:
        return [dict(row) for row in db.execute(asked).mappings()]


def members_among(engine: sa.Engine, known: Collection[str]) -> dict[str, int]:
    """How many members each draw has among the enterprises `known`; a draw without any is left out."""
    with engine.connect() as db:
        found = db.execute(sa.select(MEMBERS.c.draw_id, MEMBERS.c.enterprise_id)).all()
    return dict(Counter(draw_id for draw_id, enterprise_id in found if enterprise_id in known))


def routine_days(engine: sa.Engine) -> dict[str, list[str]]:
    """By day the enterprises that were drawn on it, for whatever purpose, in order of their ids; the newest day first.

    Note    neither seed, weight, list nor time of a draw is told: by each of them a control could be told from the rest
    """
    asked = sa.select(DRAWS.c.made_at, MEMBERS.c.enterprise_id).join(MEMBERS).where(DRAWS.c.kind.in_(DRAWN))
    found: dict[str, set[str]] = {}
    with engine.connect() as db:
        for made_at, enterprise_id in db.execute(asked):
            found.setdefault(made_at.date().isoformat(), set()).add(enterprise_id)
    return {day: sorted(found[day]) for day in sorted(found, reverse=True)}


def in_pool(engine: sa.Engine, with_control: bool = False) -> set[str]:
    """Enterprises drawn for, or brought into, the dual-random pool; with the controls for who may not know them."""
    kinds = [IMPORTED, *(DRAWN if with_control else DRAWN[:1])]
    asked = sa.select(MEMBERS.c.enterprise_id).join(DRAWS).where(DRAWS.c.kind.in_(kinds)).distinct()
    with engine.connect() as db:
        return set(db.execute(asked).scalars())


def control_clues(engine: sa.Engine) -> set[str]:
    """The clues that are random control checks."""
    asked = sa.select(MEMBERS.c.clue_id).join(DRAWS).where(DRAWS.c.kind == "control", MEMBERS.c.clue_id.is_not(None))
    with engine.connect() as db:
        return {str(clue_id) for clue_id in db.execute(asked).scalars()}


def read_list(text: str, known: Collection[str], pooled: Collection[str]) -> Reading:
    """A drawn list as CSV with a column `enterprise_id` (or `uscc`), every row accounted for.

    Shape   refused by reason: no_id, unknown, repeated, pooled (is there already), beyond (more rows than are read)
    Raises  ValueError where there is no such column
    """
    rows = csv.DictReader(io.StringIO(text.lstrip("\ufeff")))
    column = next((name for name in ("enterprise_id", "uscc") if name in (rows.fieldnames or ())), None)
    if column is None:
        raise ValueError("no column enterprise_id or uscc")
    taken: dict[str, None] = {}
    refused: dict[str, int] = {}
    examples: dict[str, str] = {}
    read = 0
    for read, row in enumerate(rows, start=1):
        named = (row[column] or "").strip().removeprefix("'")
        why = "beyond" if read > MOST_ROWS else _why_not(named, taken, known, pooled)
        if why is None:
            taken[named] = None
        else:
            refused[why] = refused.get(why, 0) + 1
            examples.setdefault(why, named[:40])
    return Reading(read, tuple(taken), refused, examples)


def _why_not(named: str, taken: Collection[str], known: Collection[str], pooled: Collection[str]) -> str | None:
    told = {"no_id": not named, "unknown": named not in known, "repeated": named in taken, "pooled": named in pooled}
    return next((why for why, is_so in told.items() if is_so), None)


def as_csv(draw: Mapping[str, Any], rows: Sequence[Mapping[str, Any]], is_synthetic: bool) -> bytes:
    """The list of a draw for taking away; every row says how it was drawn, if the reader may know it.

    Note    begins with a byte-order mark
    """
    sink = io.StringIO()
    names = ["position", "enterprise_id", "name", "city", "county"]
    told = ["draw_id", "kind"]
    if draw["kind"] != ROUTINE:
        names.append("weight")
        told += ["seed", "method", "list_version", "n_pool", "snapshot_id"]
    writer = csv.writer(sink)
    writer.writerow([*names, *told, "data_origin"])
    origin = "synthetic" if is_synthetic else "real"
    for row in rows:
        writer.writerow([_safe(row.get(name)) for name in names] + [_safe(draw[name]) for name in told] + [origin])
    return sink.getvalue().encode("utf-8-sig")


def _safe(value: object) -> object:
    """An apostrophe before a text that a spreadsheet would calculate."""
    return f"'{value}" if isinstance(value, str) and value[:1] in "=+-@\t\r" and value else value
