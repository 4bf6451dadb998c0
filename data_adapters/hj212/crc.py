"""The CRC of HJ 212 (Annex A) and the Modbus CRC that some devices send instead.

Annex A moves the register down a byte, XORs the byte in and drops the low byte, so that the state after each byte
has eight bits and only 256 checksums exist: a corrupted frame passes with probability 1/256.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

POLYNOMIAL = 0xA001
FOLDS = 6
BLOCK = 1 << FOLDS
HEX = frozenset(b"0123456789abcdefABCDEF")

Bytes = NDArray[np.uint8]
Places = NDArray[np.int64]


def _shifted(value: int) -> int:
    for _ in range(8):
        value = value >> 1 ^ (POLYNOMIAL if value & 1 else 0)
    return value


TABLE = tuple(_shifted(value) for value in range(256))


def hj212_crc(data: bytes) -> int:
    """CRC-16 as HJ 212 Annex A specifies it."""
    crc = 0xFFFF
    for byte in data:
        crc = TABLE[crc >> 8 ^ byte]
    return crc


def modbus_crc(data: bytes) -> int:
    """CRC-16/Modbus: same polynomial, but the register keeps its low byte."""
    crc = 0xFFFF
    for byte in data:
        crc = crc >> 8 ^ TABLE[(crc ^ byte) & 0xFF]
    return crc


def crc_text(crc: int) -> bytes:
    """Four upper-case hex digits."""
    return b"%04X" % crc


@lru_cache(maxsize=1)
def _fold_tables() -> tuple[NDArray[np.uint16], list[Bytes], Bytes]:
    """CRC by last index; for each fold, the index of two neighbours; the map over one whole block."""
    crc = np.array(TABLE, dtype=np.uint16)
    step = (crc >> 8).astype(np.uint8)
    low, high = np.arange(65536) & 0xFF, np.arange(65536) >> 8
    folds = []
    for _ in range(FOLDS):
        folds.append((step[low] ^ high).astype(np.uint8))
        step = step[step]
    return crc, folds, step


def crcs(buffer: Bytes, starts: Places, ends: Places) -> NDArray[np.uint16]:
    """`hj212_crc` of many stretches of a buffer at once.

    Note    the index after each byte is linear in the bytes, so neighbours fold two by two; bytes before a stretch
            are blanked, which changes nothing, and the initial value is an XOR into the first byte
    """
    crc, folds, over_block = _fold_tables()
    result = np.zeros(len(starts), dtype=np.uint16)
    lengths = ends - starts
    widths = -(-lengths // BLOCK) * BLOCK
    padded = np.concatenate([np.zeros(int(widths.max(initial=0)), np.uint8), buffer])
    for width in np.unique(widths[lengths > 0]).tolist():
        rows = np.flatnonzero((widths == width) & (lengths > 0))
        last = ends[rows] + int(widths.max())
        matrix = np.lib.stride_tricks.sliding_window_view(padded, width)[last - width]
        blank = width - lengths[rows]
        matrix[:, :BLOCK][np.arange(BLOCK) < blank[:, None]] = 0
        matrix[np.arange(len(rows)), blank] ^= 0xFF
        for fold in folds:
            matrix = fold[matrix.view("<u2")]
        index = matrix[:, 0]
        for column in range(1, matrix.shape[1]):
            index = over_block[index] ^ matrix[:, column]
        result[rows] = crc[index]
    result[lengths == 0] = 0xFFFF
    return result
