"""The raw log of the gateway: frames as received, in append-only files, each with an index of when they came.

`<name>.hj212` holds the frames one after another, each ending with CR LF; `<name>.index` one line a frame:
offset, length, milliseconds since 1970 (UTC), verdict. The log comes first; an index that lags behind it after a
crash is completed when the folder is opened again.
"""

from __future__ import annotations

import logging
import os
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import BinaryIO, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.csv

from data_adapters.hj212.crc import Places
from data_adapters.hj212.frames import Framer

log = logging.getLogger(__name__)
SUFFIX, INDEX_SUFFIX = ".hj212", ".index"
FSYNC_MODES = ("batch", "never")
CHINA_MS = 8 * 3600 * 1000


class Entry(NamedTuple):
    """A frame to keep: its bytes, when it came (ms since 1970, UTC), the verdict."""

    raw: bytes
    received_ms: int
    verdict: str


class SegmentLog:
    """Appends frames to the newest segment of a folder; `append` returns once they are safe."""

    def __init__(
        self,
        folder: Path,
        max_bytes: int = 64 << 20,
        fsync: str = "batch",
        clock: Callable[[], float] = time.time,
    ) -> None:
        """`fsync` batch: on disk before `append` returns; never: left to the system, lost with a power cut."""
        self._folder = folder
        self._max_bytes = max_bytes
        self._is_synced = fsync == "batch"
        self._clock = clock
        self._segment: BinaryIO | None = None
        self._index: BinaryIO | None = None
        self._size = self._index_size = 0

    def open(self) -> int:
        """Make the folder ready and complete indices left behind; the number of frames found without one."""
        self._folder.mkdir(parents=True, exist_ok=True)
        return sum(complete_index(path) for path in sorted(self._folder.glob(f"*{SUFFIX}"))[-2:])

    def append(self, entries: Iterable[Entry]) -> None:
        """Keep these frames.

        Raises  OSError if they could not be kept; then none of them counts as kept
        """
        if self._segment is None or self._size >= self._max_bytes:
            self._begin_segment()
        assert self._segment is not None and self._index is not None
        frames, lines, size = [], [], self._size
        for entry in entries:
            raw = entry.raw if entry.raw.endswith(b"\r\n") else entry.raw.rstrip(b"\r\n") + b"\r\n"
            frames.append(raw)
            lines.append(b"%d,%d,%d,%s\n" % (size, len(raw), entry.received_ms, entry.verdict.encode("ascii")))
            size += len(raw)
        try:
            written = self._write(self._segment, b"".join(frames))
            indexed = self._write(self._index, b"".join(lines))
        except OSError:
            self._undo()
            raise
        self._size += written
        self._index_size += indexed

    def close(self) -> None:
        """Close the files; the next `append` begins a new segment."""
        for file in (self._segment, self._index):
            if file is not None:
                file.close()
        self._segment = self._index = None

    def _write(self, file: BinaryIO, data: bytes) -> int:
        view = memoryview(data)
        while view:
            view = view[os.write(file.fileno(), view) :]
        if self._is_synced:
            os.fsync(file.fileno())
        return len(data)

    def _begin_segment(self) -> None:
        self.close()
        stamp = time.strftime("%Y%m%dT%H%M%S", time.gmtime(self._clock()))
        number = 0
        while (path := self._folder / f"{stamp}-{number:04d}{SUFFIX}").exists():
            number += 1
        self._segment = path.open("xb", buffering=0)
        self._index = path.with_suffix(INDEX_SUFFIX).open("ab", buffering=0)
        self._size = self._index_size = 0
        if self._is_synced:
            folder = os.open(self._folder, os.O_RDONLY)
            try:
                os.fsync(folder)
            finally:
                os.close(folder)

    def _undo(self) -> None:
        """Take back what was half written and begin a new segment next time."""
        for file, size in ((self._segment, self._size), (self._index, self._index_size)):
            if file is not None:
                try:
                    os.ftruncate(file.fileno(), size)
                except OSError as error:
                    log.warning("event=truncate_failed file=%s error=%s", file.name, error)
        self.close()


def complete_index(path: Path) -> int:
    """Bring the index of a segment in line with it; the number of frames that had no entry.

    Note    their time of receipt is not known any more; the last change of the segment stands for it
    """
    index = path.with_suffix(INDEX_SUFFIX)
    size = path.stat().st_size
    kept, end = [], 0
    for line in index.read_bytes().splitlines(keepends=True) if index.exists() else []:
        parts = line.split(b",")
        if len(parts) != 4 or not line.endswith(b"\n") or int(parts[0]) != end or end + int(parts[1]) > size:
            break
        kept.append(line)
        end += int(parts[1])
    framer = Framer()
    with path.open("rb") as file:
        file.seek(end)
        pieces = [*framer.feed(file.read()), *framer.flush()]
    changed_ms = int(path.stat().st_mtime * 1000)
    found = [b"%d,%d,%d,recovered\n" % (end + one.offset, one.size, changed_ms) for one in pieces]
    if found or not index.exists() or index.stat().st_size != sum(map(len, kept)):
        beside = index.with_suffix(".index.new")
        beside.write_bytes(b"".join([*kept, *found]))
        beside.replace(index)
    return len(found)


def received_times(path: Path, offsets: Places) -> pa.Array:
    """When the frames at these offsets of a segment came, UTC+8; null without an index."""
    index = path.with_suffix(INDEX_SUFFIX)
    if path.suffix != SUFFIX or not index.exists() or not index.stat().st_size:
        return pa.nulls(len(offsets), pa.timestamp("s"))
    names = ["offset", "length", "received_ms", "verdict"]
    try:
        table = pyarrow.csv.read_csv(index, read_options=pyarrow.csv.ReadOptions(column_names=names))
        starts = table["offset"].to_numpy().astype(np.int64)
        seconds = (table["received_ms"].to_numpy().astype(np.int64) + CHINA_MS) // 1000
    except (pa.ArrowInvalid, ValueError) as error:
        log.warning("event=index_unreadable file=%s error=%s", index, " ".join(str(error).split()))
        return pa.nulls(len(offsets), pa.timestamp("s"))
    places = np.minimum(np.searchsorted(starts, offsets), len(starts) - 1)
    return pa.array(seconds[places], pa.timestamp("s"), mask=starts[places] != offsets)
