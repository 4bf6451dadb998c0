"""What one pass over the blocks of a text shows: encoding, line ends, signs that matter to readers."""

from __future__ import annotations

import codecs

BLOCK = 1 << 20
MAX_LINE = 1 << 20
HEADING_BYTES = 4096
UTF16 = (b"\xff\xfe", b"\xfe\xff")


class Sight:
    """What one pass over the blocks of a text shows."""

    def __init__(self) -> None:
        """Before the first block."""
        self.lf = self.cr = self.crlf = self.quotes = self.underscores = self.tabs = self.nul = self.size = 0
        self.is_utf8 = True
        self.has_long_line = False
        self.beyond = b""  # lines with the first letters beyond ASCII
        self.head = b""
        self._open_line = 0
        self._last = b""
        self._decoder = codecs.getincrementaldecoder("utf-8")()

    def see(self, block: bytes) -> None:
        """Take in one block."""
        self.size += len(block)
        if len(self.head) < HEADING_BYTES:
            self.head += block[:HEADING_BYTES]
        self.lf += block.count(b"\n")
        if b"\r" in block or self._last == b"\r":
            self.cr += block.count(b"\r")
            self.crlf += block.count(b"\r\n") + (self._last == b"\r" and block[:1] == b"\n")
        self.quotes += _count(block, b'"')
        self.underscores += _count(block, b"_")
        self.tabs += _count(block, b"\t")
        self.nul += _count(block, b"\0")
        self._measure(block, b"\n" if b"\n" in block else b"\r")
        self._decode(block)
        self._last = block[-1:]

    def _measure(self, block: bytes, end: bytes) -> None:
        first = block.find(end)
        if first < 0:
            self._open_line += len(block)
        else:
            self.has_long_line |= self._open_line + first > MAX_LINE
            self._open_line = len(block) - block.rfind(end) - 1
        self.has_long_line |= self._open_line > MAX_LINE

    def _decode(self, block: bytes) -> None:
        if block.isascii() and not self._decoder.getstate()[0]:
            return
        if not self.beyond:
            self.beyond = block
        if self.is_utf8:
            try:
                self._decoder.decode(block)
            except UnicodeDecodeError:
                self.is_utf8 = False

    @property
    def is_plain(self) -> bool:
        """Whether it can be read as it lies: UTF-8, one kind of line end that every reader knows."""
        return self.is_utf8 and not self.head.startswith(UTF16) and (self.cr == 0 or self.cr == self.crlf == self.lf)


def _count(block: bytes, sign: bytes) -> int:
    """How often a rare sign is there: to look whether it is at all takes a fifth of counting."""
    return block.count(sign) if sign in block else 0
