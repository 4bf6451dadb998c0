"""The heads of all frames of a buffer: device, command, times, version."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from data_adapters.hj212.batch import FRAMES
from data_adapters.hj212.codes import KNOWN_COMMANDS, PERIODS
from data_adapters.hj212.crc import Places
from data_adapters.hj212.devices import Devices
from data_adapters.hj212.digits import Times, times_of
from data_adapters.hj212.fields import HEAD_ORDER, QN_DIGITS, SMALL_NUMBER, TIME_DIGITS, is_mn_well_formed
from data_adapters.hj212.judge import CLOCK_TOLERANCE, LATE, NO_MN
from data_adapters.hj212.keys import Keys, coded
from data_adapters.hj212.pairs import Pairs
from data_adapters.hj212.values import item_warnings
from data_adapters.hj212.verdicts import Warn

Ids = NDArray[np.int32]


@dataclass(frozen=True)
class Texts:
    """A field of all frames: code by frame (-1 where absent) and the distinct texts."""

    codes: Ids
    words: list[str]

    def facts(self, values: list[int], absent: int) -> NDArray[np.int64]:
        """A number by frame, from a number by distinct text."""
        return np.array([*values, absent], dtype=np.int64)[self.codes]


@dataclass(frozen=True)
class Head:
    """What the heads say, by frame."""

    is_sound: NDArray[np.bool_]
    """nothing here calls for judgement"""
    bits: NDArray[np.int64]
    mn: Texts
    system: Texts
    command: Texts
    data_time: Times
    sent_at: Times
    pnum: NDArray[np.int64]
    pno: NDArray[np.int64]
    is_resent: NDArray[np.bool_]

    @property
    def pair_of(self) -> NDArray[np.int64]:
        """Number of the combination of ST and CN of each frame."""
        return self.system.codes.astype(np.int64) * len(self.command.words) + self.command.codes

    def key_bits(self, keys: Keys) -> NDArray[np.int64]:
        """Warning bits by combination of ST and CN, and key."""
        names = list(zip(keys.raws, keys.suffixes, strict=True))
        rows = [
            [int(item_warnings(raw, suffix, system, command)) if raw else 0 for raw, suffix in names]
            for system in self.system.words
            for command in self.command.words
        ]
        return np.array(rows, dtype=np.int64).reshape(-1, len(names))

    def table(self, offsets: Places, rows: Places) -> pa.Table:
        """The frames in these rows."""
        return pa.table(
            {
                "frame_no": pa.array(offsets[rows]),
                "device_mn": coded(self.mn.words, self.mn.codes[rows]),
                "system_code": coded(self.system.words, self.system.codes[rows]),
                "command": coded(self.command.words, self.command.codes[rows]),
                "data_time": pa.array(self.data_time[rows]),
                "pnum": pa.array(self.pnum[rows].astype(np.int32)),
                "pno": pa.array(self.pno[rows].astype(np.int32)),
                "is_resent": pa.array(self.is_resent[rows]),
                "sent_at": pa.array(self.sent_at[rows]),
                "bits": pa.array(self.bits[rows]),
            },
            schema=FRAMES,
        )


def read_head(pairs: Pairs, heads: dict[str, int], devices: Devices, count: int) -> Head:
    """The heads of `count` frames. Frames that lack a field have been sorted out elsewhere."""
    fields = {name: _texts(pairs, heads.get(name), count) for name in HEAD_ORDER if name not in ("QN", "CP")}
    mn, system, command, password = (fields[name] for name in ("MN", "ST", "CN", "PW"))
    data_time, _ = _times(pairs, heads.get("DataTime"), TIME_DIGITS, count)
    sent_at, has_number = _times(pairs, heads.get("QN"), QN_DIGITS, count)
    flag, pnum, pno = (_numbers(fields[name]) for name in ("Flag", "PNUM", "PNO"))
    is_split = (pnum > 0) & (pno > 0) & (pno <= pnum) & (flag & 2 > 0)
    is_whole = (fields["PNUM"].codes < 0) & (fields["PNO"].codes < 0) & (flag & 2 == 0)
    is_sound = (is_split | is_whole) & (flag >= 0) & (flag >> 2 <= 2) & ~np.isnat(data_time)
    is_sound &= ~(has_number & np.isnat(sent_at))
    is_sound &= (flag >> 2 < 2) | (np.where(has_number, sent_at, data_time) >= np.datetime64("2024-01-01"))
    is_sound &= mn.facts([int(word.strip() not in NO_MN) for word in mn.words], 0) > 0
    is_sound &= system.facts([int(len(word) == 2 and word.isdigit()) for word in system.words], 0) > 0
    is_sound &= command.facts([int(word in KNOWN_COMMANDS) for word in command.words], 0) > 0
    bits = mn.facts([0 if is_mn_well_formed(word) else int(Warn.MN_FORM) for word in mn.words], 0)
    bits |= password.facts([0 if len(word) == 6 else int(Warn.PW_WIDTH) for word in password.words], 0)
    length, shift = _periods(mn, command, devices)
    begin = data_time - shift
    with_number = has_number & is_sound
    late = with_number & (sent_at - (begin + length) > np.timedelta64(LATE))
    early = with_number & (data_time - sent_at > np.timedelta64(CLOCK_TOLERANCE)) & ~late
    bits |= np.where(late, int(Warn.LATE), 0) | np.where(early, int(Warn.DATA_TIME_AFTER_QN), 0)
    resent = fields["RF"].facts([int(word == "1") for word in fields["RF"].words], 0) > 0
    return Head(is_sound, bits, mn, system, command, begin, sent_at, pnum, pno, resent)


def _texts(pairs: Pairs, key: int | None, count: int) -> Texts:
    codes = np.full(count, -1, dtype=np.int32)
    if key is None:
        return Texts(codes, [])
    places = np.flatnonzero(pairs.ids == key)
    texts = pairs.values.take(pa.array(places)).dictionary_encode()
    codes[pairs.frames[places]] = texts.indices.to_numpy()
    return Texts(codes, texts.dictionary.to_pylist())


def _numbers(field: Texts) -> NDArray[np.int64]:
    """The field as a small number: 0 where absent, -1 where it is none."""
    return field.facts([int(word) if SMALL_NUMBER.match(word) else -1 for word in field.words], 0)


def _times(pairs: Pairs, key: int | None, width: int, count: int) -> tuple[Times, NDArray[np.bool_]]:
    """The times by frame, and where the field stands."""
    times = np.full(count, np.datetime64("NaT", "s"), dtype="datetime64[s]")
    is_there = np.zeros(count, dtype=bool)
    if key is not None:
        places = np.flatnonzero(pairs.ids == key)
        times[pairs.frames[places]] = times_of(pairs.values.take(pa.array(places)), width)
        is_there[pairs.frames[places]] = True
    return times, is_there


def _periods(mn: Texts, command: Texts, devices: Devices) -> tuple[NDArray[np.timedelta64], NDArray[np.timedelta64]]:
    """Length of the period, and how far DataTime stands behind its begin, by frame."""
    table = np.zeros((len(mn.words) + 1, len(command.words) + 1), dtype=np.int64)
    for row, name in enumerate(mn.words):
        device = devices.of(name)
        for column, word in enumerate(command.words):
            table[row, column] = device.period_seconds(PERIODS.get(word, ""))
    is_end = mn.facts([int(devices.of(name).time_convention == "end") for name in mn.words], 0)
    length = table[mn.codes, command.codes]
    return length.astype("timedelta64[s]"), (length * is_end).astype("timedelta64[s]")
