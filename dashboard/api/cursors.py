"""Cursors: where a page ended, written so that it can be handed back. They carry nothing that has to be kept secret."""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
from collections.abc import Sequence
from typing import Any

from dashboard.api.problems import Problem

LONGEST = 500


def written(question: str, key: Sequence[Any]) -> str:
    """The cursor of `key` within `question`, which is everything that decides what is counted and in which order."""
    told = json.dumps([_mark(question), *key], ensure_ascii=False, separators=(",", ":"), default=str)
    return base64.urlsafe_b64encode(told.encode()).decode().rstrip("=")


def read(cursor: str, question: str, kinds: Sequence[type]) -> list[Any]:
    """The key that `cursor` holds, of one value for each of `kinds`.

    Raises  Problem `invalid_cursor` for anything that was not given out for this very question
    """
    wrong = Problem(
        "invalid_cursor", "a cursor goes with the filters and the order it was given for", parameter="cursor"
    )
    if len(cursor) > LONGEST:
        raise wrong
    try:
        found = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
    except (ValueError, binascii.Error, RecursionError) as error:
        raise wrong from error
    if not isinstance(found, list) or len(found) != len(kinds) + 1 or found[0] != _mark(question):
        raise wrong
    if any(type(value) is not kind for value, kind in zip(found[1:], kinds, strict=True)):
        raise wrong
    return found[1:]


def _mark(question: str) -> str:
    return hashlib.sha256(question.encode()).hexdigest()[:12]
