"""Finding the lines of a buffer that are frames beyond doubt: header, length, closing, checksum, line end."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from data_adapters.hj212.crc import Bytes, Places, crcs

MIN_SEGMENT, MAX_SEGMENT = 20, 1024
AROUND = 10
MARK = 1
AMPERSANDS = 4  # of a whole frame: CP=&&…&&
HASH, AMPERSAND, COMMA, SEMICOLON, CR, LF = b"#&,;\r\n"
HEX_VALUES = np.full(256, 99, dtype=np.uint16)
HEX_VALUES[np.frombuffer(b"0123456789ABCDEF", np.uint8)] = np.arange(16)
Mask = NDArray[np.bool_]


class Lines(NamedTuple):
    """The lines of a buffer and which of them are regular frames."""

    starts: Places
    ends: Places
    """behind the line end"""
    lengths: Places
    """bytes of the data segment, if the line is a frame"""
    is_regular: Mask


def scan_lines(buffer: Bytes, line_end: bytes) -> Lines:
    """All lines of a buffer; the last may lack its line end and is then not regular."""
    line_ends = np.flatnonzero(buffer == LF)
    starts = np.concatenate([[0], line_ends + 1]).astype(np.int64)
    ends = np.concatenate([line_ends + 1, [len(buffer)]]).astype(np.int64)
    if starts[-1] == len(buffer):
        starts, ends = starts[:-1], ends[:-1]
    lengths = ends - starts - len(line_end) - AROUND
    is_regular = (lengths >= MIN_SEGMENT) & (lengths <= MAX_SEGMENT)
    is_regular[len(line_ends) :] = False
    _check_forms(buffer, starts, lengths, is_regular, line_end)
    _check_characters(buffer, starts, is_regular)
    rows = np.flatnonzero(is_regular)
    first = starts[rows] + 6
    last = first + lengths[rows]
    sent = [HEX_VALUES[buffer[last + place]] for place in range(4)]
    value = sent[0] << 12 | sent[1] << 8 | sent[2] << 4 | sent[3]
    is_hex = np.max(sent, axis=0, initial=0) < 16 if len(rows) else np.zeros(0, bool)
    is_regular[rows] = is_hex & (value == crcs(buffer, first, last))
    return Lines(starts, ends, lengths, is_regular)


def _check_forms(buffer: Bytes, starts: Places, lengths: Places, is_regular: Mask, line_end: bytes) -> None:
    rows = np.flatnonzero(is_regular)
    first = starts[rows]
    sound = (buffer[first] == HASH) & (buffer[first + 1] == HASH)
    declared = np.zeros(len(rows), dtype=np.int64)
    for place in range(2, 6):
        digit = buffer[first + place] - np.uint8(48)
        sound &= digit <= 9
        declared = declared * 10 + digit
    sound &= declared == lengths[rows]
    closing = first + 6 + lengths[rows]
    sound &= (buffer[closing - 1] == AMPERSAND) & (buffer[closing - 2] == AMPERSAND)
    if len(line_end) == 2:
        sound &= buffer[closing + 4] == CR
    is_regular[rows] = sound


def _check_characters(buffer: Bytes, starts: Places, is_regular: Mask) -> None:
    """Lines with empty items, a stray &, bytes beyond ASCII or our own mark are left to the strict way."""
    separator = (buffer == SEMICOLON) | (buffer == COMMA)
    ampersand = buffer == AMPERSAND
    odd = separator[:-1] & (separator[1:] | ampersand[1:])
    odd |= ampersand[:-1] & separator[1:]
    pairs = np.searchsorted(starts, np.flatnonzero(ampersand), side="right") - 1
    is_regular &= np.bincount(pairs, minlength=len(starts)) == AMPERSANDS
    for places in (np.flatnonzero(odd), np.flatnonzero((buffer >= 128) | (buffer == MARK))):
        is_regular[np.searchsorted(starts, places, side="right") - 1] = False
