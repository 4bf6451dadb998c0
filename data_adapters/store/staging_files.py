"""The raw files a stage finds: whatever lies complete in `<folder>/<code>/` and `<folder>/registers/<name>/`."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path

from data_adapters.catalogue import AUXILIARY, CATEGORIES
from data_adapters.source import AdapterError

UNFINISHED = (".part", ".tmp", ".temp", ".crdownload", ".filepart", ".swp", "~")
BLOCK = 1 << 20
REGISTERS = tuple(name for name in AUXILIARY if name != "truth")  # what was planted never enters a store


@dataclass(frozen=True)
class RawFile:
    """A file as it arrived; no hash if it cannot be read."""

    path: Path
    sha256: str


def find_files(source: Path) -> dict[str, list[RawFile]]:
    """The files of every category and register, oldest first, so that later arrivals replace earlier ones.

    Raises  AdapterError if there is no such folder, or no file of any category in it
    """
    if not source.is_dir():
        raise AdapterError(source, "no such folder")
    found: dict[str, list[RawFile]] = {}
    folders = {code: source / code for code in CATEGORIES} | {name: source / "registers" / name for name in REGISTERS}
    for code, folder in folders.items():
        paths = [path for path in folder.glob("*") if is_complete(path) and path.is_file()]
        paths.sort(key=lambda path: (path.stat().st_mtime_ns, path.name))
        if paths:
            found[code] = [RawFile(path, _hash_if_readable(path)) for path in paths]
    if not found:
        raise AdapterError(source, "holds no file of any category", "files stand in folders named A01 … L02")
    return found


def is_complete(path: Path) -> bool:
    """Whether a name is neither hidden nor that of a file still being written."""
    return not path.name.startswith((".", "~")) and not path.name.lower().endswith(UNFINISHED)


def sha256_of(path: Path) -> str:
    """The hash of what a file holds.

    Raises  OSError if it cannot be read
    """
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while piece := file.read(BLOCK):
            digest.update(piece)
    return digest.hexdigest()


def _hash_if_readable(path: Path) -> str:
    try:
        return sha256_of(path)
    except OSError:
        return ""
