"""A whole file or raw log as frames and values: quickly where frames are regular, strictly where they are not."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from data_adapters.hj212.batch import FRAMES, VALUES, Batch, batch_of
from data_adapters.hj212.crc import Places
from data_adapters.hj212.devices import Devices
from data_adapters.hj212.frames import Framer
from data_adapters.hj212.judge import Judged, judge
from data_adapters.hj212.quick import read_quickly

CHUNK = 1 << 20


@dataclass
class FileReading:
    """What a file holds. Frame numbers count from 1 in the order of the file."""

    batch: Batch
    judged: list[tuple[int, Judged]]
    """every piece that was not read quickly, with its number"""
    count: int
    offsets: Places
    """where each frame begins, by number"""


def read_content(content: bytes, devices: Devices, is_quick: bool = True) -> FileReading:
    """All frames of a content. `is_quick=False` judges each frame strictly; the result is the same."""
    line_end = b"\r\n" if b"\r\n" in content else b"\n"
    batches: list[Batch] = []
    offsets: list[Places] = []
    left: list[tuple[int, int]] = []
    for start, end in _chunks(content):
        if not is_quick:
            left.append((start, end))
            continue
        quick = read_quickly(content[start:end], devices, line_end)
        batches.append(_moved(quick.batch, start))
        offsets.append(quick.offsets + start)
        left += [(start + first, start + last) for first, last in quick.left]
    judged = list(_judge_left(content, left, devices, line_end))
    strict = batch_of(((one.piece.offset, one) for one in judged), devices)
    offsets.append(np.array([one.piece.offset for one in judged], dtype=np.int64))
    places = np.sort(np.concatenate(offsets))
    batch = _numbered([*batches, strict], places)
    numbers = (np.searchsorted(places, offsets[-1]) + 1).tolist()
    return FileReading(batch, list(zip(numbers, judged, strict=True)), len(places), places)


def _chunks(content: bytes) -> Iterator[tuple[int, int]]:
    start = 0
    while start < len(content):
        end = content.find(b"\n", min(start + CHUNK, len(content) - 1)) + 1 or len(content)
        yield start, end
        start = end


def _judge_left(content: bytes, left: list[tuple[int, int]], devices: Devices, line_end: bytes) -> Iterator[Judged]:
    joined: list[tuple[int, int]] = []
    for start, end in left:
        if joined and joined[-1][1] == start:
            joined[-1] = (joined[-1][0], end)
        else:
            joined.append((start, end))
    for start, end in joined:
        framer = Framer()
        for place in range(start, end, CHUNK):
            for piece in framer.feed(content[place : min(end, place + CHUNK)]):
                yield judge(piece._replace(offset=piece.offset + start), devices, line_end)
        for piece in framer.flush():
            yield judge(piece._replace(offset=piece.offset + start), devices, line_end)


def _moved(batch: Batch, start: int) -> Batch:
    return Batch(*(_with_numbers(table, table["frame_no"].to_numpy() + start) for table in batch))


def _numbered(batches: list[Batch], places: Places) -> Batch:
    """All batches as one, frames numbered by their place, in that order."""
    frames = pa.concat_tables([batch.frames for batch in batches]).unify_dictionaries()
    values = pa.concat_tables([batch.values for batch in batches]).unify_dictionaries()
    frames, values = (
        _with_numbers(table, np.searchsorted(places, table["frame_no"].to_numpy()) + 1).combine_chunks()
        for table in (frames, values)
    )
    return Batch(_in_order(frames, FRAMES), _in_order(values, VALUES))


def _in_order(table: pa.Table, schema: pa.Schema) -> pa.Table:
    numbers = table["frame_no"].to_numpy()
    if len(numbers) and (numbers[1:] < numbers[:-1]).any():
        table = table.take(pa.array(np.argsort(numbers, kind="stable")))
    return table.cast(schema)


def _with_numbers(table: pa.Table, numbers: Places) -> pa.Table:
    return table.set_column(0, "frame_no", pa.array(numbers))
