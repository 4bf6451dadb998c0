"""The `key=value` pairs of regular frames, tokenised by the CSV reader of Arrow."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.csv
from numpy.typing import NDArray

from data_adapters.hj212.crc import Bytes, Places
from data_adapters.hj212.scan import LF, MARK, Lines

BREAKS = bytes.maketrans(b";,\r", b"\n\n\n")
MARK_KEY = chr(MARK)
MARK_LINE = np.frombuffer(b"\n\x01=1\n\n", dtype=np.uint8)


class Pairs(NamedTuple):
    """Pairs in the order sent."""

    keys: list[str]
    ids: NDArray[np.int32]
    """place in `keys` of each pair"""
    values: pa.Array
    frames: NDArray[np.int64]
    """number of the frame of each pair, counted over the frames that were given"""


def pairs_of(content: bytes, lines: Lines, rows: Places) -> Pairs | None:
    """The pairs of these lines; nothing if one of them holds something that is no pair.

    Note    separators become line breaks, headers a marker line, all other lines blank
    """
    text = bytearray(content.translate(BREAKS).replace(b"\nCP=&&", b"\nCP=\n\n"))
    buffer = np.frombuffer(text, dtype=np.uint8)
    _blank_others(buffer, lines, rows)
    first = lines.starts[rows]
    buffer[first[:, None] + np.arange(6)] = MARK_LINE
    buffer[(first + 4 + lines.lengths[rows])[:, None] + np.arange(6)] = LF
    try:
        table = pyarrow.csv.read_csv(
            pa.py_buffer(text),
            read_options=pyarrow.csv.ReadOptions(
                column_names=["key", "value"], use_threads=False, block_size=len(text) + 1
            ),
            parse_options=pyarrow.csv.ParseOptions(delimiter="=", quote_char=False),
            convert_options=pyarrow.csv.ConvertOptions(
                column_types={"key": pa.dictionary(pa.int32(), pa.string()), "value": pa.string()},
                strings_can_be_null=False,
                check_utf8=False,
            ),
        ).combine_chunks()
    except pa.ArrowInvalid:
        return None
    keys = table["key"].chunk(0)
    names = keys.dictionary.to_pylist()
    ids = keys.indices.to_numpy()
    is_mark = ids == names.index(MARK_KEY)
    if int(is_mark.sum()) != len(rows):
        return None
    return Pairs(names, ids, table["value"].chunk(0), np.cumsum(is_mark) - 1)


def frames_with_other_than_pairs(content: bytes, lines: Lines, rows: Places) -> Places:
    """Which of these lines hold an item without exactly one equals sign."""
    text = b"\n" + content.translate(BREAKS).replace(b"\nCP=&&", b"\nCP=\n\n")
    buffer = np.frombuffer(text, dtype=np.uint8)
    edges = np.flatnonzero(buffer == LF)
    equals = np.cumsum(buffer == ord("="))
    is_odd = (np.diff(equals[edges]) != 1) & (np.diff(edges) > 1)
    found = np.searchsorted(lines.starts, edges[:-1][is_odd], side="right") - 1
    return np.intersect1d(found, rows)


def _blank_others(buffer: Bytes, lines: Lines, rows: Places) -> None:
    is_kept = np.zeros(len(lines.starts), dtype=bool)
    is_kept[rows] = True
    for start, end in stretches(lines, ~is_kept):
        buffer[start:end] = LF


def stretches(lines: Lines, chosen: NDArray[np.bool_]) -> list[tuple[int, int]]:
    """The chosen lines as byte ranges, neighbours joined."""
    edges = np.diff(np.concatenate([[0], chosen.astype(np.int8), [0]]))
    begins, ends = np.flatnonzero(edges == 1), np.flatnonzero(edges == -1) - 1
    return list(zip(lines.starts[begins].tolist(), lines.ends[ends].tolist(), strict=True))
