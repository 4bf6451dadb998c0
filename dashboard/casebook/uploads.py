"""Files that somebody brought for a clue: attached by the same person to the same clue, and by nobody elsewhere.

Who knows the hash of a file has not got it: for them it is as if nobody had brought it.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

import sqlalchemy as sa

from dashboard.casebook.records import Actor
from dashboard.casebook.tables import UPLOADS


def uploader_of(name: str, person: str | None) -> str:
    """By what somebody is known as the one who brought a file."""
    return person or name


def note_upload(db: sa.Connection, sha256: str, clue_id: str, actor: Actor, name: str, now: datetime) -> None:
    """Put down that `actor` brought the file for the clue; brought again it has its newest name."""
    own = {"sha256": sha256, "clue_id": clue_id, "uploader": uploader_of(actor.name, actor.person)}
    db.execute(sa.delete(UPLOADS).where(*(UPLOADS.c[column] == value for column, value in own.items())))
    db.execute(sa.insert(UPLOADS).values(**own, name=name, at=now))


def not_brought(db: sa.Connection, hashes: Collection[str], clue_id: str, actor: Actor) -> list[str]:
    """Those of the hashes that `actor` did not bring for this clue."""
    uploader = uploader_of(actor.name, actor.person)
    asked = sa.select(UPLOADS.c.sha256).where(UPLOADS.c.clue_id == clue_id, UPLOADS.c.uploader == uploader)
    brought = set(db.execute(asked).scalars())
    return [one for one in hashes if one not in brought]


def names_of(db: sa.Connection, clue_id: str) -> dict[tuple[str, str], str]:
    """What each called the files they brought for a clue, by hash and uploader."""
    found = db.execute(sa.select(UPLOADS).where(UPLOADS.c.clue_id == clue_id).order_by(UPLOADS.c.at)).mappings()
    return {(row["sha256"], row["uploader"]): row["name"] for row in found}
