"""Opening files that people hand in: is it there, is it readable, which text encoding."""

from __future__ import annotations

import gzip
import hashlib
import io
import re
import zipfile
import zlib
from pathlib import Path
from typing import Any

from data_adapters.source import AdapterError, FileAccount

GZIP_MAGIC = b"\x1f\x8b"
KINDS = (
    (b"PK\x03\x04", "a ZIP archive or Excel workbook"),
    (b"\x89HDF\r\n\x1a\n", "a NetCDF-4 / HDF5 file"),
    (b"CDF\x01", "a NetCDF-3 file"),
    (b"CDF\x02", "a NetCDF-3 file"),
    (b"CDF\x05", "a NetCDF-3 file"),
    (b"\xd0\xcf\x11\xe0", "an old Excel (.xls) workbook"),
    (b"%PDF", "a PDF"),
    (b"PAR1", "a Parquet file"),
    (b"\x89PNG", "a picture"),
    (b"\xff\xd8\xff", "a picture"),
)
ENCODINGS = ("utf-8-sig", "gb18030")
USUAL_PAIR = re.compile(rb"[\xa1-\xa3\xb0-\xd7][\xa1-\xfe]")
BEYOND_ASCII = re.compile(rb"[\x80-\xff]")
BROKEN = (OSError, ValueError, RuntimeError, EOFError, zipfile.BadZipFile, zlib.error)
MAX_BYTES = 4 << 30
SAMPLE_BYTES = 1 << 20
SAVE = "save it as UTF-8"
SAVE_OR_DECLARE = "save it as UTF-8, or declare what it is: option encoding=cp1252"


def read_bytes(path: Path, account: FileAccount) -> bytes:
    """The content of a file, gunzipped if need be; size and checksum of the file itself go to the account.

    Raises  AdapterError if it is missing, a directory, empty, unreadable, or a broken gzip file
    """
    try:
        if not path.exists():
            raise AdapterError(path, "no such file")
        if path.is_dir():
            raise AdapterError(path, "is a directory", "give the files in it")
        if not path.is_file():
            raise AdapterError(path, "is no regular file")
        _refuse_huge(path, _size(path))
        content = path.read_bytes()
    except BROKEN as error:
        raise AdapterError(path, f"cannot be read: {getattr(error, 'strerror', None) or error}") from error
    account.bytes = len(content)
    account.sha256 = hashlib.sha256(content).hexdigest()
    if content.startswith(GZIP_MAGIC):
        try:
            content = gzip.GzipFile(fileobj=io.BytesIO(content)).read(MAX_BYTES + 1)
        except (OSError, EOFError, zlib.error) as error:
            raise AdapterError(path, f"broken gzip file: {error}") from error
        _refuse_huge(path, len(content))
    if not content.strip():
        raise AdapterError(path, "is empty")
    return content


def _size(path: Path) -> int:
    member: Any = path  # a zipfile.Path is no Path to the type checker
    return int(member.root.getinfo(member.at).file_size if isinstance(member, zipfile.Path) else path.stat().st_size)


def _refuse_huge(path: Path, size: int) -> None:
    if size > MAX_BYTES:
        raise AdapterError(path, f"is larger than {MAX_BYTES >> 30} GB", "split it")


def kind_of(content: bytes) -> str | None:
    """What a binary file looks like, or nothing if it may be text."""
    for magic, kind in KINDS:
        if content.startswith(magic):
            return kind
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        return None
    return "binary data" if b"\x00" in content[:65536] else None


def decode_text(path: Path, content: bytes, declared: str | None = None, hint: str = SAVE) -> tuple[str, str]:
    """The text and the name of its encoding: as declared, else UTF-8, UTF-16 with BOM, or GB18030.

    Raises  AdapterError for binary content, and for text in none of these
    Note    Western letters often decode as rare Chinese characters: what is not mostly usual ones is no GB18030
    """
    kind = kind_of(content)
    if kind:
        raise AdapterError(path, f"is {kind}, not text")
    encodings = ("utf-16",) if content.startswith((b"\xff\xfe", b"\xfe\xff")) else ENCODINGS
    for encoding in (declared,) if declared else encodings:
        try:
            if encoding != "gb18030" or declared or _is_usual_chinese(content):
                return content.decode(encoding), encoding
        except UnicodeDecodeError:
            continue
        except LookupError as error:
            raise AdapterError("", f"encoding is {declared!r}", "as utf-8, gb18030 or cp1252") from error
    tried = f"is no text in {declared}" if declared else f"text in none of the encodings {', '.join(encodings)}"
    raise AdapterError(path, tried, hint)


def _is_usual_chinese(content: bytes) -> bool:
    """Whether most bytes beyond ASCII are pairs of GB 2312's signs and first-level characters."""
    first = BEYOND_ASCII.search(content)
    sample = content[first.start() : first.start() + SAMPLE_BYTES] if first else b""
    return 4 * len(USUAL_PAIR.findall(sample)) >= len(BEYOND_ASCII.findall(sample))
