"""Opening files that people hand in: is it there, is it readable, which text encoding."""

from __future__ import annotations

import gzip
import hashlib
import zlib
from pathlib import Path

from data_adapters.source import AdapterError, FileAccount

GZIP_MAGIC = b"\x1f\x8b"
KINDS = (
    (b"PK\x03\x04", "a ZIP or Excel workbook"),
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


def read_bytes(path: Path, account: FileAccount) -> bytes:
    """The content of a file, gunzipped if need be; size and checksum of the file itself go to the account.

    Raises  AdapterError if it is missing, a directory, empty, unreadable, or a broken gzip file
    """
    if not path.exists():
        raise AdapterError(path, "no such file")
    if path.is_dir():
        raise AdapterError(path, "is a directory", "give the files in it")
    try:
        content = path.read_bytes()
    except OSError as error:
        raise AdapterError(path, f"cannot be read: {error.strerror or error}") from error
    account.bytes = len(content)
    account.sha256 = hashlib.sha256(content).hexdigest()
    if content.startswith(GZIP_MAGIC):
        try:
            content = gzip.decompress(content)
        except (OSError, EOFError, zlib.error) as error:
            raise AdapterError(path, f"broken gzip file: {error}") from error
    if not content.strip():
        raise AdapterError(path, "is empty")
    return content


def kind_of(content: bytes) -> str | None:
    """What a binary file looks like, or nothing if it may be text."""
    for magic, kind in KINDS:
        if content.startswith(magic):
            return kind
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        return None
    return "binary data" if b"\x00" in content[:65536] else None


def decode_text(path: Path, content: bytes) -> tuple[str, str]:
    """The text and the name of its encoding: UTF-8 with or without BOM, UTF-16 with BOM, else GB18030.

    Raises  AdapterError for binary content and for text in none of these
    """
    kind = kind_of(content)
    if kind:
        raise AdapterError(path, f"is {kind}, not text")
    encodings = ("utf-16",) if content.startswith((b"\xff\xfe", b"\xfe\xff")) else ENCODINGS
    for encoding in encodings:
        try:
            return content.decode(encoding), encoding
        except UnicodeDecodeError:
            continue
    raise AdapterError(path, f"text in none of the encodings {', '.join(encodings)}", "save it as UTF-8")
