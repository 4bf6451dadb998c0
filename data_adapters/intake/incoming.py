"""One pass over a file that came in: its hash, its encoding, its line ends; a plain UTF-8 copy where it is not plain.

Memory stays at a few blocks whatever the size; what unpacks without bound, and lines without end, are refused.
"""

from __future__ import annotations

import contextlib
import errno
import gzip
import hashlib
import io
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, cast

from data_adapters.files import BROKEN, GZIP_MAGIC, SAVE_OR_DECLARE, decode_text, kind_of
from data_adapters.intake.sight import BLOCK, MAX_LINE, UTF16, Sight
from data_adapters.source import AdapterError, FileAccount

BINARY = "binary data"
LOOKED_AT = 8 << 20  # of a line without end
TOO_LONG = (f"has a line longer than {MAX_LINE >> 20} MB", "no row of a table is that long")
MAX_EXPANDED = 16 << 30
MAX_RATIO = 200
RATIO_FROM = 64 << 20
UTF8_MARK = b"\xef\xbb\xbf"
TAKEN_AS_IS = {b"PAR1": "parquet", b"PK\x03\x04": "workbook"}


@dataclass
class Incoming:
    """A file ready to be read: where, of which kind, and what was seen on the way."""

    path: Path
    kind: str = "text"  # text, json, parquet or workbook
    encoding: str = "utf-8"
    has_quotes: bool = False
    lines: int = 0  # line ends seen
    is_plain: bool = False  # ASCII without tabs
    underscores: int = 0  # DuckDB takes 1_000 for a number


class _Hashing(io.RawIOBase):
    """A file that is hashed while it is read."""

    def __init__(self, file: IO[bytes]) -> None:
        self.file, self.hash, self.size = file, hashlib.sha256(), 0

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1) -> bytes:
        block = self.file.read(BLOCK if size < 0 else size)
        self.hash.update(block)
        self.size += len(block)
        return block

    def readinto(self, buffer: Any) -> int:  # noqa: ANN401  a writable buffer has no name in 3.11
        block = self.read(len(buffer))
        buffer[: len(block)] = block
        return len(block)


def incoming(path: Path, account: FileAccount, work: Path, encoding: str | None) -> Incoming:
    """A file of any kind made ready; what has to be copied goes to the folder `work`.

    Raises  AdapterError if it cannot be read, is broken, unpacks without bound, or is text in no known encoding
    """
    try:
        if not path.exists():
            raise AdapterError(path, "no such file")
        if path.is_dir():
            raise AdapterError(path, "is a directory", "give the files in it")
        if not path.is_file():
            raise AdapterError(path, "is no regular file")
        return _taken_in(path, account, work, encoding)
    except BROKEN as error:
        raise _unreadable(path, error) from error


def _unreadable(path: Path, error: BaseException) -> AdapterError:
    if isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EFBIG, errno.EDQUOT):
        return AdapterError(path, f"no room for a working copy: {error.strerror}", "free space, or set TMPDIR")
    broken = isinstance(error, (gzip.BadGzipFile, EOFError, zlib.error))
    reason = getattr(error, "strerror", None) or error
    return AdapterError(path, f"broken gzip file: {error}" if broken else f"cannot be read: {reason}")


def _taken_in(path: Path, account: FileAccount, work: Path, encoding: str | None) -> Incoming:
    _refuse_bomb(path)
    with path.open("rb") as start:
        magic = start.read(4)
    account.bytes = 0 if _is_member(path) else path.stat().st_size
    is_packed = magic.startswith(GZIP_MAGIC)
    copy = work / "unpacked" if is_packed or _is_member(path) else None
    sight, kind = Sight(), TAKEN_AS_IS.get(magic, "text")
    with path.open("rb") as opened, contextlib.ExitStack() as stack:
        file = _Hashing(opened)
        kept = None if copy is None else stack.enter_context(copy.open("wb"))
        _see_all(path, _gunzipped(path, file) if is_packed else _blocks(file), (sight, kind, kept))
        while file.read(BLOCK):
            pass
    kind = TAKEN_AS_IS.get(sight.head[:4], kind)
    account.bytes, account.sha256 = file.size, file.hash.hexdigest()
    found = Incoming(copy or _named_plainly(path, work), kind, "utf-8", sight.quotes > 0, sight.lf)
    found.underscores, found.is_plain = sight.underscores, not sight.beyond and not sight.tabs
    return found if kind != "text" else _as_text(path, found, sight, work, encoding)


def _is_member(path: object) -> bool:
    """Whether it lies in an archive."""
    return isinstance(path, zipfile.Path)


def _refuse_bomb(path: Path) -> None:
    """A member of an archive is read no further than the archive's table of contents says; that is looked at before."""
    if not _is_member(path):
        return
    inside = cast(zipfile.Path, path)
    member = inside.root.getinfo(inside.at)
    if _is_bomb(member.file_size, member.compress_size):
        raise AdapterError(path, *_bomb(member.file_size))


def _is_bomb(size: int, packed: int) -> bool:
    """Whether so much comes out of so little that it is no table."""
    return size > MAX_EXPANDED or (size > RATIO_FROM and size > MAX_RATIO * packed)


def _bomb(size: int) -> tuple[str, str]:
    most = f"{MAX_EXPANDED >> 30} GB" if size > MAX_EXPANDED else f"{MAX_RATIO} times its size"
    return f"unpacks to more than {most}", "no table does; unpack it yourself if you trust it"


def _named_plainly(path: Path, work: Path) -> Path:
    """The file under a name without the signs that stand for many files."""
    if not set("*?[]{}") & set(str(path)):
        return path
    link = work / "linked"
    link.unlink(missing_ok=True)
    link.symlink_to(path.resolve())
    return link


def _see_all(path: Path, blocks: Iterator[bytes], into: tuple[Sight, str, IO[bytes] | None]) -> None:
    sight, kind, kept = into
    for block in blocks:
        if kind == "text":
            sight.see(block)
            if sight.has_long_line and sight.size > LOOKED_AT and sight.head.lstrip()[:1] != b"[":
                raise AdapterError(path, *TOO_LONG)
        if kept is not None:
            kept.write(block)


def _blocks(file: _Hashing) -> Iterator[bytes]:
    while block := file.read(BLOCK):
        yield block


def _gunzipped(path: Path, file: _Hashing) -> Iterator[bytes]:
    """The content of a gzip file, block by block, until it is more than anyone's table."""
    size = 0
    with gzip.GzipFile(fileobj=io.BufferedReader(file, BLOCK)) as unpacked:
        while block := unpacked.read(BLOCK):
            size += len(block)
            if _is_bomb(size, file.size):
                raise AdapterError(path, *_bomb(size))
            yield block


def _as_text(path: Path, found: Incoming, sight: Sight, work: Path, declared: str | None) -> Incoming:
    start = sight.head.removeprefix(UTF8_MARK).lstrip()
    if not start:
        raise AdapterError(path, "is empty")
    is_wide = sight.head.startswith(UTF16) or (declared or "").lower().replace("_", "-").startswith("utf-16")
    kind = None if is_wide else kind_of(sight.head)
    if kind and kind != BINARY:
        raise AdapterError(path, f"is {kind}, not text")
    if start[:1] == b"[" and not is_wide:
        found.kind = "json"
    elif sight.has_long_line:
        raise AdapterError(path, *TOO_LONG)
    if not is_wide and sight.nul:
        raise AdapterError(path, f"is {BINARY}, not text", "if it is UTF-16, say so: option encoding=utf-16-le")
    if sight.is_plain and (declared is None or declared.lower() in ("utf-8", "utf8", "utf-8-sig")):
        return found
    if declared and is_wide:
        found.encoding = declared
    else:
        _, found.encoding = decode_text(path, _sample(sight), declared, SAVE_OR_DECLARE)
    return _copied(path, found, work)


def _sample(sight: Sight) -> bytes:
    """Whole lines with letters beyond ASCII; all of a UTF-16 sample, which has its mark at the start."""
    if sight.head.startswith(UTF16):
        return sight.head[: len(sight.head) // 2 * 2 - 2]
    end = b"\n" if b"\n" in sight.beyond else b"\r"
    lines = sight.beyond.split(end)
    whole = lines if len(lines) < 3 else lines[1:-1] if sight.size > BLOCK else lines
    far = next((at for at, line in enumerate(whole) if not line.isascii()), 0)
    return sight.head if not sight.beyond else end.join([*whole[:1], *whole[far : far + 2000]])


def _copied(path: Path, found: Incoming, work: Path) -> Incoming:
    copy = work / "plain.txt"
    try:
        with found.path.open("r", encoding=found.encoding, newline=None) as text, copy.open("wb") as kept:
            found.lines, longest = 0, 0
            while block := text.read(BLOCK):
                longest = 0 if "\n" in block else longest + len(block)
                if longest > MAX_LINE and found.kind != "json":
                    raise AdapterError(path, *TOO_LONG)
                found.lines += block.count("\n")
                kept.write(block.encode())
    except UnicodeError as error:
        told = f"starts as {found.encoding} and is not: {error}"
        raise AdapterError(path, told[:200], SAVE_OR_DECLARE) from error
    found.path = copy
    return found
