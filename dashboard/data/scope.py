"""How much of a snapshot somebody may see, and the name of that part in addresses and cache keys."""

from __future__ import annotations

import hashlib
import hmac
import json
from dataclasses import dataclass, field

KEY_HEX = 16


@dataclass(frozen=True)
class Scope:
    """A part of every snapshot; `key` is empty for the whole nation unmasked.

    Shape   regions: adcodes and `g:` groups, None for all; rounds: round codes, None for all;
            salt: makes the codes that stand for masked names, the same on every screen of the house
    """

    regions: tuple[str, ...] | None = None
    rounds: tuple[str, ...] | None = None
    is_masked: bool = False
    key: str = ""
    salt: str = field(default="", repr=False)


NATION = Scope()


def make_scope(
    regions: tuple[str, ...] | None, rounds: tuple[str, ...] | None, is_masked: bool, secret: bytes
) -> Scope:
    """The part for these regions and rounds; nobody without `secret` can tell or guess its key."""
    regions = None if regions is None else tuple(sorted(set(regions)))
    rounds = None if rounds is None else tuple(sorted(set(rounds)))
    told = json.dumps(["scope", regions, rounds, is_masked])
    return Scope(regions, rounds, is_masked, _code(secret, told)[:KEY_HEX], _code(secret, "mask"))


def _code(secret: bytes, told: str) -> str:
    return hmac.new(secret, told.encode(), hashlib.sha256).hexdigest()
