"""Columns of digits as times, all at once."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

TIME_DIGITS = 14
NOT_A_TIME = np.datetime64("NaT", "s")
Times = NDArray[np.datetime64]


def times_of(texts: pa.Array, width: int) -> Times:
    """The times in the first fourteen digits of texts of exactly `width` digits; NaT for any other text."""
    times = np.full(len(texts), NOT_A_TIME, dtype="datetime64[s]")
    rows = np.flatnonzero(pc.binary_length(texts).to_numpy(zero_copy_only=False) == width)
    if not len(rows):
        return times
    joined = texts if len(rows) == len(texts) else texts.take(pa.array(rows))
    offsets = np.frombuffer(joined.buffers()[1], dtype=np.int32)[joined.offset : joined.offset + len(joined) + 1]
    data = np.frombuffer(joined.buffers()[2], dtype=np.uint8)[offsets[0] : offsets[-1]]
    digits = data.reshape(len(rows), width) - np.uint8(48)
    sound = (digits <= 9).all(axis=1)
    year = _number(digits, 0, 4)
    month, day, hour, minute, second = (_number(digits, place, 2) for place in (4, 6, 8, 10, 12))
    sound &= (year > 0) & (month >= 1) & (month <= 12) & (day >= 1) & (hour < 24) & (minute < 60) & (second < 60)
    months = ((year - 1970) * 12 + np.where(sound, month, 1) - 1).astype("datetime64[M]")
    sound &= day <= ((months + 1).astype("datetime64[D]") - months.astype("datetime64[D]")).astype(np.int64)
    seconds = ((day - 1) * 86400 + hour * 3600 + minute * 60 + second).astype("timedelta64[s]")
    found = months.astype("datetime64[s]") + seconds
    found[~sound] = NOT_A_TIME
    times[rows] = found
    return times


def _number(digits: NDArray[np.uint8], place: int, width: int) -> NDArray[np.int64]:
    value = np.zeros(len(digits), dtype=np.int64)
    for column in range(place, place + width):
        value = value * 10 + digits[:, column]
    return value
