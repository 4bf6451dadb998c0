"""HJ 212 messages of stack monitors, recorded to a file or kept by the gateway (see docs/hj212.md).

A row is a frame, or a stretch of bytes between frames. A value appears once however often it was sent; a value sent
again with another number or flag stays beside the first, marked as revised.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from data_adapters.files import read_bytes
from data_adapters.hj212.batch import Batch
from data_adapters.hj212.devices import Devices, read_devices
from data_adapters.hj212.reading import FileReading, read_content
from data_adapters.hj212.readings import readings_of
from data_adapters.hj212.repeats import settle
from data_adapters.hj212.segments import received_times
from data_adapters.hj212.verdicts import REASONS, Reason, warning_text
from data_adapters.source import FileAccount, RejectionLog, SourceResult, check_options, read_each
from data_adapters.tables import CEMS_READINGS

Part = tuple[FileAccount, FileReading, Path]


class Hj212:
    """Source `hj212`: table cems_readings."""

    name = "hj212"

    def read(self, paths: Sequence[Path], options: Mapping[str, Any]) -> SourceResult:
        """Every value once. Option `devices`: the device register."""
        check_options(self.name, options, ("devices",))
        devices = read_devices(Path(options["devices"])) if options.get("devices") else Devices()
        log = RejectionLog()

        def read_one(path: Path, account: FileAccount) -> Part:
            content = read_bytes(path, account)
            reading = read_content(content, devices)
            account.read = reading.count
            _refuse(account, log, reading)
            return account, reading, path

        accounts, parts = read_each(paths, log, read_one)
        table = _together(parts, log, devices)
        for account, _, _ in parts:
            account.accepted = account.read - sum(account.rejected.values())
        return SourceResult({"cems_readings": table}, accounts, log.rejections)


def _refuse(account: FileAccount, log: RejectionLog, reading: FileReading) -> None:
    for reason in Reason:
        places = [
            (number, "frame", one.piece.raw.decode("utf-8", "backslashreplace"))
            for number, one in reading.judged
            if one.reason is reason
        ]
        log.add(account, reason.value, REASONS[reason], places)


def _together(parts: Sequence[Part], log: RejectionLog, devices: Devices) -> pa.Table:
    """The readings of all files; frames are numbered through, in the order of the files."""
    frames, values, received = [], [], []
    first = 0
    for _, reading, path in parts:
        numbers = reading.batch.frames["frame_no"].to_numpy()
        received.append(received_times(path, reading.offsets[numbers - 1]))
        frames.append(_moved(reading.batch.frames, first))
        values.append(_moved(reading.batch.values, first))
        first += reading.count
    if not parts:
        return CEMS_READINGS.empty()
    whole = Batch(
        pa.concat_tables(frames).unify_dictionaries().combine_chunks(),
        pa.concat_tables(values).unify_dictionaries().combine_chunks(),
    )
    settled = settle(whole)
    _refuse_repeats(parts, log, settled.repeats)
    _tell_warnings(parts, settled.batch)
    times = pa.concat_arrays(received)
    if len(settled.repeats):
        times = times.filter(pa.array(~np.isin(whole.frames["frame_no"].to_numpy(), settled.repeats)))
    return readings_of(settled.batch, devices, times)


def _moved(table: pa.Table, first: int) -> pa.Table:
    if not first:
        return table
    return table.set_column(0, "frame_no", pa.array(table["frame_no"].to_numpy() + first))


def _refuse_repeats(parts: Sequence[Part], log: RejectionLog, repeats: np.ndarray[Any, Any]) -> None:
    first = 0
    for account, reading, _ in parts:
        here = repeats[(repeats > first) & (repeats <= first + reading.count)] - first
        places = [(int(number), "frame", f"at byte {reading.offsets[number - 1]}") for number in here]
        log.add(account, Reason.REPEAT.value, REASONS[Reason.REPEAT], places)
        first += reading.count


def _tell_warnings(parts: Sequence[Part], batch: Batch) -> None:
    """How many frames of each file were accepted in spite of what."""
    numbers, bits = batch.values["frame_no"].to_numpy(), batch.values["bits"].to_numpy()
    pairs = np.unique(np.stack([numbers[bits != 0], bits[bits != 0]]), axis=1)
    joined: dict[int, int] = {}
    for number, one in pairs.T.tolist():
        joined[number] = joined.get(number, 0) | one
    numbered = sorted(joined)
    first = 0
    for account, reading, _ in parts:
        begin, end = bisect_right(numbered, first), bisect_right(numbered, first + reading.count)
        empty = [int(one.warnings) for _, one in reading.judged if not one.reason and not one.values]
        counts: Counter[str] = Counter()
        for one, times in Counter([*(joined[number] for number in numbered[begin:end]), *empty]).items():
            counts.update({word: times for word in warning_text(one).split(";") if word})
        if empty:
            account.notes.append(f"frames without values: {len(empty)}")
        if counts:
            account.notes.append(
                "frames with warnings: " + ", ".join(f"{word} {n}" for word, n in counts.most_common())
            )
        first += reading.count


HJ212 = Hj212()
