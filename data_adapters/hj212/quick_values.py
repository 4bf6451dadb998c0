"""Numbers, flags and the order of min, avg and max for all values of a buffer."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from data_adapters.hj212.codes import FLAGS
from data_adapters.hj212.crc import Places
from data_adapters.hj212.keys import Keys, coded
from data_adapters.hj212.pairs import Pairs
from data_adapters.hj212.values import NUMBER, ORDERS, kind_of
from data_adapters.hj212.verdicts import Warn

PLAIN = np.zeros(256, dtype=bool)
PLAIN[np.frombuffer(b"0123456789.-", np.uint8)] = True
MAX_NUMBER_CHARS = 40
Bits = NDArray[np.int64]


def value_numbers(values: pa.Array, places: Places) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    """The values at these places as numbers, and which of them are plain decimals."""
    texts = values.take(pa.array(places))
    data = np.frombuffer(texts.buffers()[2] or b"", dtype=np.uint8)
    lengths = pc.max(pc.binary_length(texts)).as_py() or 0
    if PLAIN[data].all() and lengths <= MAX_NUMBER_CHARS:
        try:
            numbers = pc.cast(texts, pa.float64()).to_numpy(zero_copy_only=False)
            return numbers, np.ones(len(places), dtype=bool)
        except pa.ArrowInvalid:
            pass
    listed = texts.to_pylist()
    is_number = np.array([bool(NUMBER.match(text)) for text in listed], dtype=bool)
    numbers = np.array([float(text) if sound else np.nan for text, sound in zip(listed, is_number, strict=True)])
    return numbers, is_number


@dataclass(frozen=True)
class Grid:
    """A text for each frame and factor: codes, and the words they stand for."""

    indices: NDArray[np.int32]
    words: list[str]

    def column(self, indices: NDArray[np.int32]) -> pa.DictionaryArray:
        """The words at these codes; an empty word is null."""
        return coded([word or None for word in self.words], indices)


def text_grid(pairs: Pairs, keys: Keys, suffix: str, count: int) -> tuple[Grid | None, Bits]:
    """The texts of a suffix by frame and factor, if there are any, and the warning bits by code."""
    is_flag = np.array([one == suffix for one in keys.suffixes], dtype=bool)
    places = np.flatnonzero(is_flag[pairs.ids]) if is_flag.any() else np.zeros(0, np.int64)
    if not len(places):
        return None, np.zeros(0, np.int64)
    texts = pairs.values.take(pa.array(places)).dictionary_encode()
    grid = np.full(count * len(keys.factors), -1, dtype=np.int32)
    cells = pairs.frames[places] * len(keys.factors) + keys.factor_of_key[pairs.ids[places]]
    grid[cells] = texts.indices.to_numpy()
    words = texts.dictionary.to_pylist()
    bits = [int(Warn.UNKNOWN_FLAG) if word and word not in FLAGS else 0 for word in words]
    return Grid(grid, words), np.array([*bits, 0], dtype=np.int64)


def order_bits(keys: Keys, ids: NDArray[np.int32], cells: Places, numbers: NDArray[np.float64], count: int) -> Bits:
    """The warning where min <= avg <= max fails for a factor of a frame."""
    bits = np.zeros(len(ids), dtype=np.int64)
    kinds = [kind_of(suffix) if suffix else "" for suffix in keys.suffixes]
    for order in ORDERS:
        if order[1] not in kinds or not (order[0] in kinds or order[2] in kinds):
            continue
        by_kind = []
        of_order = np.array([kind in order for kind in kinds], dtype=bool)[ids]
        for kind in order:
            grid = np.full(count * len(keys.factors), np.nan)
            chosen = np.array([one == kind for one in kinds], dtype=bool)[ids]
            grid[cells[chosen]] = numbers[chosen]
            by_kind.append(grid)
        low, mean, high = by_kind
        is_odd = (low > mean) | (high < mean)
        if is_odd.any():
            bits[of_order & is_odd[cells]] = int(Warn.MIN_AVG_MAX_ORDER)
    return bits
