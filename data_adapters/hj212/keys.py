"""What each distinct key of a buffer means, looked up once and not once a frame."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from data_adapters.hj212.codes import ITEM, NOT_VALUES, factor_of
from data_adapters.hj212.fields import HEAD_ORDER
from data_adapters.hj212.pairs import MARK_KEY
from data_adapters.hj212.values import kind_of

TIME_RANK = len(HEAD_ORDER)
ITEM_RANK = TIME_RANK + 1
MARK_RANK = -1
UNKNOWN_RANK = -2
Ids = NDArray[np.int32]


class Keys(NamedTuple):
    """Facts by key id."""

    ranks: NDArray[np.int8]
    """place in the order of fields; a key that has none breaks the order"""
    is_value: NDArray[np.bool_]
    heads: dict[str, int]
    factors: list[str]
    factor_of_key: NDArray[np.int64]
    suffixes: list[str]
    codes: list[str | None]
    raws: list[str | None]
    kinds: list[str | None]
    units: list[str | None]


def keys_of(names: Sequence[str]) -> Keys:
    """The facts of these keys."""
    ranks = np.full(len(names), UNKNOWN_RANK, dtype=np.int8)
    heads: dict[str, int] = {}
    factors: dict[str, int] = {}
    of_key = np.zeros(len(names), dtype=np.int64)
    suffixes = [""] * len(names)
    columns: list[list[str | None]] = [[None] * len(names) for _ in range(4)]
    for place, name in enumerate(names):
        if name in HEAD_ORDER or name == "DataTime":
            ranks[place] = TIME_RANK if name == "DataTime" else HEAD_ORDER.index(name)
            heads[name] = place
            continue
        if name == MARK_KEY:
            ranks[place] = MARK_RANK
        matched = ITEM.match(name)
        if not matched:
            continue
        raw, suffixes[place] = matched.group(1), matched.group(2)
        ranks[place] = ITEM_RANK
        of_key[place] = factors.setdefault(raw, len(factors))
        factor, kind = factor_of(raw), kind_of(suffixes[place])
        for column, fact in zip(columns, (factor.code, raw, kind, factor.unit_of(kind) or None), strict=True):
            column[place] = fact
    is_value = np.array([bool(suffix) and suffix not in NOT_VALUES for suffix in suffixes], dtype=bool)
    return Keys(ranks, is_value, heads, list(factors), of_key, suffixes, *columns)


def coded(facts: Sequence[str | None], ids: NDArray[np.integer]) -> pa.DictionaryArray:
    """A column that holds `facts[id]` for each id, as a dictionary; -1 and None give null."""
    words: dict[str, int] = {}
    code_of = np.array(
        [*(-1 if fact is None else words.setdefault(fact, len(words)) for fact in facts), -1], dtype=np.int32
    )
    codes = code_of[ids]
    mask = codes < 0
    indices = pa.array(codes, mask=mask) if mask.any() else pa.array(codes)
    return pa.DictionaryArray.from_arrays(indices, pa.array(list(words), pa.string()))
