"""Drawing by lot: the same list, seed and number give the same draw on any machine, and anyone can check it.

Each enterprise gets a number between 0 and 1 out of seed and id (SHA-256), raised to one over its weight; the largest
are drawn (Efraimidis and Spirakis: a weighted draw without replacement). No generator, no order of rows, plays a part.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from dashboard.data.filters import Filters
from dashboard.data.layers import sql
from dashboard.data.loop import Loop
from dashboard.data.queries import parameters
from dashboard.data.teams import settings

METHOD = "weighted-sha256-1"
SCOPE = ("cities", "counties", "group_code", "industries")
HASH_BITS = 256


@dataclass(frozen=True)
class Candidate:
    """An enterprise that may be drawn. `row` is what the snapshot tells of it."""

    enterprise_id: str
    weight: float
    row: Mapping[str, Any]


@dataclass(frozen=True)
class Draw:
    """A draw and what it was made of: with these anyone gets the same again."""

    seed: str
    method: str
    list_version: str
    n_pool: int
    drawn: tuple[Candidate, ...]


def draw(pool: Sequence[Candidate], n: int, seed: str) -> Draw:
    """The `n` of `pool` that the seed picks, the first drawn first; all of them where there are fewer."""
    ordered = sorted(pool, key=lambda one: (_key(seed, one), one.enterprise_id))
    return Draw(seed, METHOD, list_version(one.enterprise_id for one in pool), len(pool), tuple(ordered[: max(0, n)]))


def list_version(enterprise_ids: Iterable[str]) -> str:
    """A name for exactly this list of enterprises, whatever its order."""
    return hashlib.sha256("\n".join(sorted(enterprise_ids)).encode()).hexdigest()[:16]


def pool_of(now: Loop, filters: Filters, is_control: bool) -> list[Candidate]:
    """Who may be drawn in the region: everyone for the dual-random pool; for the control group those without any clue.

    Note  a control group is drawn without weights: its base rate is to be that of all, not of the risky ones
    """
    weights: Mapping[str, float] = settings()["weight"]
    with now.loaded.cursor() as db:
        named = parameters(db, "clues", filters)
        asked = {**{name: named[name] for name in SCOPE}, "now": now.register_now}
        rows = db.sql(sql("draw_pool"), params=asked).to_arrow_table().to_pylist()
    chosen = [row for row in rows if not (is_control and row["has_clue"])]
    return [Candidate(row["enterprise_id"], 1.0 if is_control else weights[row["class"]], row) for row in chosen]


def _key(seed: str, one: Candidate) -> float:
    """Smaller is drawn earlier: -ln(u) / weight is an exponential waiting time."""
    digest = hashlib.sha256(f"{seed}\n{one.enterprise_id}".encode()).digest()
    u = (int.from_bytes(digest) + 0.5) / (1 << HASH_BITS)
    return -math.log(u) / one.weight
