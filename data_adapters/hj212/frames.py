"""Cutting a stream of bytes into frames, whatever the pieces it arrives in.

`##` + 4 digits + data + 4 hex digits + CR LF. The declared length is believed where the line end stands where it says;
otherwise the frame goes to the next line end or the next `##`. What stands between frames is handed out as well.
Every decision depends on the bytes alone, never on how they were chunked.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

MAX_FRAME = 16384
MAX_KEPT_GARBAGE = 120
CLOSING = re.compile(rb"&&[0-9A-Fa-f]{4}\r?\Z")
CHECKSUM = re.compile(rb"[0-9A-Fa-f]{4}\Z")
WHITE = b" \t\r\n"


class Piece(NamedTuple):
    """A stretch of the stream: where it began, its bytes, and what the framer made of it."""

    offset: int
    raw: bytes
    kind: str
    """`frame` (goes on to be judged), `garbage` (between frames, the first bytes) or `too_long`."""
    size: int


class Framer:
    """Feeds on bytes, gives pieces. Holds at most `max_frame` bytes and what was fed last."""

    def __init__(self, max_frame: int = MAX_FRAME) -> None:
        """`max_frame` bounds what is kept while waiting for the end of a frame."""
        self._max = max_frame
        self._buffer = bytearray()
        self._offset = 0
        self._garbage = bytearray()
        self._garbage_size = 0
        self._garbage_at = 0

    @property
    def waiting(self) -> int:
        """Bytes held back because their frame has not ended."""
        return len(self._buffer)

    def feed(self, data: bytes) -> Iterator[Piece]:
        """The pieces that are complete with these bytes."""
        self._buffer += data
        yield from self._cut(is_final=False)

    def flush(self) -> Iterator[Piece]:
        """What is left when no more bytes come."""
        yield from self._cut(is_final=True)
        yield from self._give_garbage()

    def _cut(self, is_final: bool) -> Iterator[Piece]:
        while self._buffer:
            start = self._buffer.find(b"##")
            if start < 0:
                keep = 1 if self._buffer.endswith(b"#") and not is_final else 0
                self._drop(len(self._buffer) - keep)
                return
            self._drop(start)
            while self._buffer.startswith(b"###"):
                self._drop(1)
            if len(self._buffer) < 3 and not is_final:
                return
            end = self._end(is_final)
            if end is None:
                return
            kind = "too_long" if end == self._max else "frame"
            yield from self._give_garbage()
            raw = bytes(self._buffer[:end])
            yield Piece(self._offset, raw, kind, end)
            self._advance(end)

    def _end(self, is_final: bool) -> int | None:
        """Where the frame at the start of the buffer ends; nothing while that is open."""
        buffer = self._buffer
        line = buffer.find(b"\n", 0, self._max)
        declared = bytes(buffer[2:6])
        if len(declared) < 4 and line < 0 and not is_final:
            return None
        tail = 10 + int(declared) if declared.isdigit() and len(declared) == 4 else 0
        if tail:
            if line == tail + 1 and buffer[tail] == 13:
                return line + 1
            if 0 <= line < tail and CLOSING.search(buffer, 0, line) and buffer.find(b"##", 2, line) < 0:
                return line + 1
            if len(buffer) < tail + 2 and not is_final:
                return None
            if buffer[tail : tail + 2] == b"\r\n" and CHECKSUM.match(buffer, tail - 4, tail):
                return tail + 2
        inner = buffer.find(b"##", 2, self._max if line < 0 else line)
        if inner >= 0:
            return inner
        if line >= 0:
            return line + 1
        if len(buffer) >= self._max:
            return self._max
        return len(buffer) if is_final else None

    def _advance(self, count: int) -> None:
        del self._buffer[:count]
        self._offset += count

    def _drop(self, count: int) -> None:
        if not count:
            return
        if not self._garbage_size:
            self._garbage_at = self._offset
        self._garbage += self._buffer[: min(count, max(0, MAX_KEPT_GARBAGE - len(self._garbage)))]
        self._garbage_size += count
        self._advance(count)

    def _give_garbage(self) -> Iterator[Piece]:
        raw, size = bytes(self._garbage), self._garbage_size
        self._garbage.clear()
        self._garbage_size = 0
        if raw.strip(WHITE):
            yield Piece(self._garbage_at, raw, "garbage", size)
