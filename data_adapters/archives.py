"""ZIP archives as they are downloaded: the data files in them, one by one, under names like a.zip/b.csv."""

from __future__ import annotations

import zipfile
from pathlib import Path, PurePosixPath
from typing import cast

MAGIC = b"PK\x03\x04"
WORKBOOK_PART = "[Content_Types].xml"
ENDINGS = (".csv", ".tsv", ".txt", ".json", ".jsonl", ".geojson", ".topojson", ".nc", ".nc4", ".he5", ".xlsx", ".gz")
ASIDE = ("readme", "license", "licence", "citation")


def unpacked(path: Path) -> tuple[list[Path], str]:
    """The data files in an archive and a note on what was left; the file itself if it is none, or a workbook."""
    try:
        is_archive = path.is_file() and _starts_as_archive(path)
        names = _names(path) if is_archive else []
    except (OSError, ValueError, NotImplementedError, zipfile.BadZipFile):
        return [path], ""
    if not names or WORKBOOK_PART in names:
        return [path], ""
    files = [name for name in names if not name.endswith("/")]
    wanted = [name for name in files if _is_data(name)]
    left = [name for name in files if name not in wanted]
    members = [cast(Path, zipfile.Path(path, name)) for name in wanted]  # has exists, is_file, read_bytes and name
    return members or [path], f"not read in the archive: {', '.join(left[:5])}" if members and left else ""


def _starts_as_archive(path: Path) -> bool:
    with path.open("rb") as file:
        return file.read(len(MAGIC)) == MAGIC


def _names(path: Path) -> list[str]:
    with zipfile.ZipFile(path) as archive:
        return archive.namelist()


def _is_data(name: str) -> bool:
    file = PurePosixPath(name.lower())
    if file.name.startswith((".", *ASIDE)) or "__macosx" in file.parts:
        return False
    return file.name.endswith(ENDINGS)
