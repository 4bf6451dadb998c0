"""The chain: every event carries the hash of the one before it, over one canonical text.

The text is JSON of sorted keys without spaces, times to the second: the same on every database, in every language.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import fields, replace
from datetime import date, datetime
from typing import Any

from dashboard.casebook.records import Event

BEGINNING = "0" * 64
HASHED = tuple(field.name for field in fields(Event) if field.name != "hash")


def canonical(value: Any) -> str:  # noqa: ANN401 - whatever a record holds
    """`value` as canonical JSON; a time is written as 2023-06-21T18:00:00.

    Raises  ValueError for what JSON or a database can't hold: not a number, half a character, a zero byte
    """
    text = json.dumps(
        value, ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False, default=_written
    )
    text.encode("utf-8")
    if "\\u0000" in text:
        raise ValueError("a zero byte in a text")
    return text


def hash_of(event: Event) -> str:
    """The hash an event must have: of everything in it but the hash; `person` counts where one is told.

    Note    events from before there were persons have none: their hashes stay what they were
    """
    content = {name: getattr(event, name) for name in HASHED if name != "person" or event.person}
    return hashlib.sha256(canonical(content).encode("utf-8")).hexdigest()


def link(event: Event, seq: int, prev_hash: str) -> Event:
    """The event in its place in the chain."""
    placed = replace(event, seq=seq, prev_hash=prev_hash, hash="")
    return replace(placed, hash=hash_of(placed))


def _written(value: object) -> str:
    if isinstance(value, datetime):
        return value.isoformat(timespec="seconds")
    if isinstance(value, date):
        return value.isoformat()
    raise ValueError(f"{type(value).__name__} can't be put on record")
