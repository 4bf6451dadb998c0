"""Files that belong to a record: kept under the hash of their content, never changed, known by content and not by name.

A photograph's own time and place are read where it carries them: what it says of itself, not proof.
"""

from __future__ import annotations

import codecs
import hashlib
import json
import os
import re
import tempfile
import zipfile
from collections.abc import Iterable
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any, BinaryIO

from PIL import Image, UnidentifiedImageError
from PIL.ExifTags import GPS, IFD, Base

from dashboard.casebook.errors import Texts

MOST_BYTES = 50 << 20
BLOCK = 1 << 20
LONGEST_NAME = 200
BARRED_IN_NAMES = re.compile(r"[\x00-\x1f\x7f/\\\u202a-\u202e\u2066-\u2069]")
SIGNATURES = (
    ("jpg", 0, b"\xff\xd8\xff"),
    ("png", 0, b"\x89PNG\r\n\x1a\n"),
    ("pdf", 0, b"%PDF-"),
    ("mp4", 4, b"ftyp"),
)
OFFICE = (("docx", "word/document.xml"), ("xlsx", "xl/workbook.xml"))
MEDIA_TYPES = {
    "jpg": "image/jpeg",
    "png": "image/png",
    "pdf": "application/pdf",
    "mp4": "video/mp4",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "csv": "text/csv",
}


class AttachmentError(Exception):
    """A file that isn't kept; `key` is the end of a sentence's key in `casebook.attachment.*`."""

    def __init__(self, key: str, message: str) -> None:
        """What is wrong, in English too."""
        self.key = key
        super().__init__(message)

    def text(self, words: Texts) -> str:
        """What to tell the person who brought it."""
        return words(f"casebook.attachment.{self.key}", most_mb=MOST_BYTES >> 20)


@dataclass(frozen=True)
class Attachment:
    """A kept file. `taken_at`, `lon_deg`, `lat_deg`: what a photograph says of itself, None if it doesn't."""

    sha256: str
    name: str
    type: str
    bytes: int
    taken_at: datetime | None = None
    lon_deg: float | None = None
    lat_deg: float | None = None

    @property
    def media_type(self) -> str:
        """Its type in the words of HTTP."""
        return MEDIA_TYPES[self.type]


def keep(folder: Path, stream: BinaryIO, name: str) -> Attachment:
    """Keep what `stream` gives; the same content is kept once, and each who brings it has it under their own name.

    Raises  AttachmentError if it is empty, too large, or of a kind that isn't taken
    """
    folder.mkdir(parents=True, exist_ok=True)
    handle, text = tempfile.mkstemp(dir=folder, prefix=".coming-")
    coming = Path(text)
    try:
        with os.fdopen(handle, "wb") as file:
            size, digest = _copy(stream, file)
            file.flush()
            os.fsync(file.fileno())
        kept = find(folder, digest)
        if kept is not None:
            return replace(kept, name=safe_name(name))
        taken_at, lon, lat = _told_by_photo(coming) if (kind := _kind(coming)) == "jpg" else (None, None, None)
        attachment = Attachment(digest, "", kind, size, taken_at, lon, lat)
        _publish(folder, coming, attachment)
        return replace(attachment, name=safe_name(name))
    finally:
        coming.unlink(missing_ok=True)


def find(folder: Path, sha256: str) -> Attachment | None:
    """What is known of a kept file; None if there is none of that hash.

    Note    its name is who brought it's own (`uploads`); one kept before that was so has the name it first came with
    """
    try:
        content = json.loads(_about(folder, sha256).read_text("utf-8"))
    except FileNotFoundError:
        return None
    taken_at = datetime.fromisoformat(content["taken_at"]) if content["taken_at"] else None
    return Attachment(**{**content, "taken_at": taken_at})


def path_of(folder: Path, sha256: str) -> Path:
    """Where the content of that hash lies, if it is kept.

    Raises  ValueError for what is no hash
    """
    if not re.fullmatch(r"[0-9a-f]{64}", sha256):
        raise ValueError(f"{sha256!r} is no SHA-256")
    return folder / sha256[:2] / sha256


def missing(folder: Path, hashes: Iterable[str]) -> list[str]:
    """Those of the hashes of which nothing is kept."""
    return [one for one in hashes if not path_of(folder, one).is_file()]


def is_whole(folder: Path, sha256: str) -> bool:
    """Whether the kept content still has its hash."""
    digest = hashlib.sha256()
    with path_of(folder, sha256).open("rb") as file:
        while block := file.read(BLOCK):
            digest.update(block)
    return digest.hexdigest() == sha256


def _copy(stream: BinaryIO, file: BinaryIO) -> tuple[int, str]:
    digest, size = hashlib.sha256(), 0
    while block := stream.read(BLOCK):
        size += len(block)
        if size > MOST_BYTES:
            raise AttachmentError("too_large", f"over {MOST_BYTES >> 20} MB")
        digest.update(block)
        file.write(block)
    if not size:
        raise AttachmentError("empty", "an empty file")
    return size, digest.hexdigest()


def _publish(folder: Path, coming: Path, attachment: Attachment) -> None:
    """The content first, what is known of it second: a file without the second is as good as absent."""
    place = path_of(folder, attachment.sha256)
    place.parent.mkdir(exist_ok=True)
    os.replace(coming, place)
    about = _about(folder, attachment.sha256)
    half = about.with_suffix(f".{os.getpid()}.half")
    half.write_text(json.dumps(asdict(attachment), ensure_ascii=False, default=str), "utf-8")
    os.replace(half, about)


def _about(folder: Path, sha256: str) -> Path:
    return path_of(folder, sha256).with_suffix(".json")


def safe_name(name: str) -> str:
    """A name without path and without what hides or turns letters."""
    shown = BARRED_IN_NAMES.sub("_", name.replace("\\", "/").rsplit("/", 1)[-1]).strip()
    return shown[:LONGEST_NAME] or "file"


def _kind(path: Path) -> str:
    with path.open("rb") as file:
        start = file.read(4096)
    for kind, offset, signature in SIGNATURES:
        if start[offset : offset + len(signature)] == signature:
            return kind
    if start.startswith(b"PK\x03\x04"):
        return _office_kind(path)
    if _is_table_text(start):
        return "csv"
    raise AttachmentError("kind", f"no file of a kind that is taken ({', '.join(sorted(MEDIA_TYPES))})")


def _office_kind(path: Path) -> str:
    try:
        with zipfile.ZipFile(path) as archive:
            names = set(archive.namelist())
    except zipfile.BadZipFile as error:
        raise AttachmentError("kind", "a broken office file") from error
    found = [kind for kind, part in OFFICE if part in names]
    if not found or any(name.endswith("vbaProject.bin") for name in names):
        raise AttachmentError("kind", "an archive, or an office file with macros")
    return found[0]


def _is_table_text(start: bytes) -> bool:
    if b"\x00" in start or start.lstrip(b"\xef\xbb\xbf \r\n\t")[:1] == b"<":
        return False
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            # Not final: the last character may be cut in half.
            text = codecs.getincrementaldecoder(encoding)().decode(start)
        except UnicodeDecodeError:
            continue
        first = text.splitlines()[0] if text.strip() else ""
        return any(separator in first for separator in ",;\t") and all(
            one.isprintable() or one in "\r\n\t" for one in text
        )
    return False


def _told_by_photo(path: Path) -> tuple[datetime | None, float | None, float | None]:
    try:
        with Image.open(path) as image:
            exif = image.getexif()
            inner, place = exif.get_ifd(IFD.Exif), exif.get_ifd(IFD.GPSInfo)
            told = inner.get(Base.DateTimeOriginal) or exif.get(Base.DateTime)
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError) as error:
        raise AttachmentError("kind", "a broken photograph") from error
    lon = _degrees(place, GPS.GPSLongitude, GPS.GPSLongitudeRef, "W")
    lat = _degrees(place, GPS.GPSLatitude, GPS.GPSLatitudeRef, "S")
    return _time(told), *((lon, lat) if lon is not None and lat is not None else (None, None))


def _time(told: object) -> datetime | None:
    try:
        return datetime.strptime(str(told).strip("\x00 "), "%Y:%m:%d %H:%M:%S")
    except ValueError:
        return None


def _degrees(place: dict[int, Any], value: int, reference: int, negative: str) -> float | None:
    try:
        degrees, minutes, seconds = (float(part) for part in place[value])
    except (KeyError, TypeError, ValueError, ZeroDivisionError):
        return None
    found = degrees + minutes / 60 + seconds / 3600
    if found != found or abs(found) > 180:
        return None
    return round(-found if place.get(reference) == negative else found, 6)
