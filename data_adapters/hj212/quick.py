"""The values of regular frames, all frames of a buffer at once.

A frame is read here only if nothing about its form calls for judgement: fields in the order of the standard, each
once, a DataTime that is a time, known commands, numbers in plain decimals. Every other one is left to `judge`.
`read_quickly` and `judge` give the same values for the same frame; a test holds them together.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from data_adapters.hj212.batch import FRAMES, VALUES, Batch
from data_adapters.hj212.crc import Places
from data_adapters.hj212.devices import Devices
from data_adapters.hj212.fields import HEAD_ORDER
from data_adapters.hj212.keys import ITEM_RANK, TIME_RANK, Keys, coded, keys_of
from data_adapters.hj212.pairs import MARK_KEY, Pairs, frames_with_other_than_pairs, pairs_of, stretches
from data_adapters.hj212.quick_head import Head, read_head
from data_adapters.hj212.quick_values import order_bits, text_grid, value_numbers
from data_adapters.hj212.scan import Mask, scan_lines

MAX_GRID = 50_000_000
NEEDED = tuple(HEAD_ORDER.index(name) for name in ("ST", "CN", "PW", "MN", "CP"))


class Quick(NamedTuple):
    """What was read quickly, and the byte ranges that were not. `frame_no` is the offset of the frame."""

    batch: Batch
    offsets: Places
    left: list[tuple[int, int]]


def read_quickly(content: bytes, devices: Devices, line_end: bytes) -> Quick:
    """The values of the regular frames in a buffer that begins and ends with whole lines."""
    lines = scan_lines(np.frombuffer(content, dtype=np.uint8), line_end)
    rows = np.flatnonzero(lines.is_regular)
    pairs = pairs_of(content, lines, rows) if len(rows) else None
    if pairs is None and len(rows):
        rows = np.setdiff1d(rows, frames_with_other_than_pairs(content, lines, rows))
        pairs = pairs_of(content, lines, rows) if len(rows) else None
    if pairs is None:
        return Quick(_nothing(), np.zeros(0, np.int64), [(0, len(content))] if content else [])
    batch, is_read = _read_pairs(pairs, lines.starts[rows], devices)
    is_left = np.ones(len(lines.starts), dtype=bool)
    is_left[rows[is_read]] = False
    return Quick(batch, lines.starts[rows[is_read]], stretches(lines, is_left))


def _nothing() -> Batch:
    return Batch(FRAMES.empty_table(), VALUES.empty_table())


def _read_pairs(pairs: Pairs, offsets: Places, devices: Devices) -> tuple[Batch, Mask]:
    count = len(offsets)
    keys = keys_of(pairs.keys)
    if count * len(pairs.keys) > MAX_GRID:
        return _nothing(), np.zeros(count, dtype=bool)
    is_read = _well_ordered(pairs, keys, count)
    head = read_head(pairs, keys.heads, devices, count)
    is_read &= head.is_sound
    places = np.flatnonzero(keys.is_value[pairs.ids] & is_read[pairs.frames])
    numbers, is_number = value_numbers(pairs.values, places)
    is_read[pairs.frames[places[~is_number]]] = False
    kept = is_read[pairs.frames[places]]
    places, numbers = places[kept], numbers[kept]
    values = _value_table(pairs, keys, head, places, numbers)
    rows = np.flatnonzero(is_read)
    frames = head.table(offsets, rows)
    values = values.set_column(0, "frame_no", pa.array(offsets[pairs.frames[places]]))
    return Batch(frames, values.select(VALUES.names).cast(VALUES)), is_read


def _well_ordered(pairs: Pairs, keys: Keys, count: int) -> Mask:
    """Frames whose fields stand in order, each once, with all that are needed and at least one value."""
    ids, frames = pairs.ids, pairs.frames
    ranks = keys.ranks[ids]
    follows = ranks[1:] > ranks[:-1]
    follows |= (ranks[1:] == ITEM_RANK) & (ranks[:-1] == ITEM_RANK)
    follows |= ids[1:] == pairs.keys.index(MARK_KEY)
    is_sound = np.ones(count, dtype=bool)
    is_sound[frames[1:][~follows]] = False
    for rank in (*NEEDED, TIME_RANK):
        is_there = np.zeros(count, dtype=bool)
        is_there[frames[ranks == rank]] = True
        is_sound &= is_there
    is_there = np.zeros(count, dtype=bool)
    is_there[frames[keys.is_value[ids]]] = True
    is_sound &= is_there
    seen = np.zeros(count * len(pairs.keys), dtype=bool)
    cells = frames * len(pairs.keys) + ids
    seen[cells] = True
    if int(seen.sum()) != len(cells):
        distinct = seen.reshape(count, -1).sum(axis=1)
        is_sound &= distinct == np.bincount(frames, minlength=count)
    return is_sound


def _value_table(pairs: Pairs, keys: Keys, head: Head, places: Places, numbers: NDArray[np.float64]) -> pa.Table:
    frames, ids = pairs.frames[places], pairs.ids[places]
    count = len(head.is_sound)
    cells = frames * len(keys.factors) + keys.factor_of_key[ids]
    flags, flag_bits = text_grid(pairs, keys, "Flag", count)
    equipment_flags, _ = text_grid(pairs, keys, "EFlag", count)
    bits = head.bits[frames] | head.key_bits(keys)[head.pair_of[frames], ids]
    bits |= order_bits(keys, ids, cells, numbers, count)
    if flags is None:
        flag_column = pa.nulls(len(places), VALUES.field("device_flag").type)
    else:
        indices = flags.indices[cells]
        bits |= flag_bits[indices]
        flag_column = flags.column(indices)
    if equipment_flags is None:
        equipment_column = pa.nulls(len(places), VALUES.field("equipment_flag").type)
    else:
        equipment_column = equipment_flags.column(equipment_flags.indices[cells])
    begins = np.flatnonzero(np.diff(frames, prepend=-1))
    lengths = np.diff(np.append(begins, len(frames)))
    item_no = np.arange(len(frames)) - np.repeat(begins, lengths) + 1
    return pa.table(
        {
            "frame_no": pa.array(frames),
            "item_no": pa.array(item_no.astype(np.int32)),
            "factor_code": coded(keys.codes, ids),
            "factor_raw": coded(keys.raws, ids),
            "value_kind": coded(keys.kinds, ids),
            "value": pa.array(numbers),
            "value_text": pairs.values.take(pa.array(places)),
            "device_flag": flag_column,
            "equipment_flag": equipment_column,
            "unit": coded(keys.units, ids),
            "bits": pa.array(bits),
        }
    )
