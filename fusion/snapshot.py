"""The door to this floor: the snapshot that is published now, opened for reading.

A snapshot is immutable; only the file `CURRENT` beside the snapshots moves. Opening checks what is cheap
(format, presence and size of every table); `verify` reads every byte.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path

from fusion import manifest as manifest_file
from fusion.errors import SnapshotError
from fusion.grid import corners_of
from fusion.layout import FORMAT_VERSION
from fusion.manifest import Boundary, FileEntry, Manifest, SourceEntry, TableEntry, TableState, Title

__all__ = [
    "Boundary",
    "FileEntry",
    "Manifest",
    "Snapshot",
    "SnapshotError",
    "SourceEntry",
    "TableEntry",
    "TableState",
    "Title",
    "corners_of",
    "current_id",
    "open_current",
    "open_named",
    "open_snapshot",
    "verify",
]

CURRENT = "CURRENT"
REBUILD = "build one with: python -m fusion build --demo small"


@dataclass(frozen=True)
class Snapshot:
    """A published snapshot: its folder and what it says about itself."""

    path: Path
    manifest: Manifest

    @property
    def id(self) -> str:
        """The name of the snapshot; every cache key and layer address begins with it."""
        return self.path.name

    def table(self, name: str) -> Path:
        """The Parquet file of a table.

        Raises  SnapshotError if the snapshot has no such table
        """
        if name not in self.manifest.tables:
            raise SnapshotError(
                f"snapshot {self.id} has no table {name!r}", f"it has: {', '.join(self.manifest.tables)}"
            )
        return self.path / f"{name}.parquet"

    table_path = table


def current_id(root: Path) -> str:
    """The id of the current snapshot; one small read, cheap enough to poll.

    Raises  SnapshotError if nothing was published under `root`
    """
    if not root.is_dir():
        raise SnapshotError(f"no snapshot folder at {root}", REBUILD)
    try:
        name = (root / CURRENT).read_text(encoding="utf-8").strip()
    except FileNotFoundError:
        raise SnapshotError(f"nothing is published in {root}: it has no file {CURRENT}", REBUILD) from None
    except (OSError, UnicodeDecodeError) as error:
        raise SnapshotError(f"{root / CURRENT} can't be read: {error}", "check its permissions, or rebuild") from error
    if not name or name.startswith(".") or Path(name).name != name:
        raise SnapshotError(f"{root / CURRENT} doesn't name a snapshot", REBUILD)
    return name


def open_current(root: Path) -> Snapshot:
    """The current snapshot of the folder `root`.

    Raises  SnapshotError if there is none, or it isn't what was published
    """
    name = current_id(root)
    if not (root / name).is_dir():
        raise SnapshotError(f"{root / CURRENT} names {name}, which is not there", "restore that folder, or rebuild")
    return open_snapshot(root / name)


def open_named(root: Path, snapshot_id: str) -> Snapshot:
    """A snapshot of the folder `root` by its id, for pages that are still open on an older one.

    Raises  SnapshotError if it is no longer there, or isn't what was published
    """
    if Path(snapshot_id).name != snapshot_id or snapshot_id.startswith(".") or not (root / snapshot_id).is_dir():
        raise SnapshotError(f"snapshot {snapshot_id!r} is not in {root}", "reload the page to get the current one")
    return open_snapshot(root / snapshot_id)


def open_snapshot(folder: Path) -> Snapshot:
    """The snapshot in one folder, whether or not it is the current one.

    Raises  SnapshotError if it is damaged or of another format version
    """
    try:
        found = manifest_file.read(folder)
    except OSError as error:
        raise SnapshotError(
            f"snapshot {folder.name}: its manifest can't be read ({error.strerror})", "rebuild"
        ) from error
    except ValueError as error:
        _refuse_other_format(folder)
        raise SnapshotError(f"snapshot {folder.name}: its manifest is damaged", "rebuild") from error
    if found.format_version != FORMAT_VERSION:
        raise _other_format(folder, found.format_version)
    snapshot = Snapshot(folder, found)
    for name, entry in found.tables.items():
        _check_size(snapshot.table(name), entry)
    return snapshot


def verify(snapshot: Snapshot) -> None:
    """Nothing, if every byte of every table is the one that was published.

    Raises  SnapshotError naming the first table that differs
    """
    for name, entry in snapshot.manifest.tables.items():
        path = snapshot.table(name)
        _check_size(path, entry)
        with path.open("rb") as file:
            found = hashlib.file_digest(file, "sha256").hexdigest()
        if found != entry.sha256:
            raise SnapshotError(f"snapshot {snapshot.id}: {path.name} has another checksum than published", "rebuild")


def _check_size(path: Path, entry: TableEntry) -> None:
    try:
        size = path.stat().st_size
    except OSError as error:
        raise SnapshotError(f"snapshot {path.parent.name}: {path.name} is missing", "rebuild") from error
    if size != entry.bytes:
        raise SnapshotError(
            f"snapshot {path.parent.name}: {path.name} has {size} bytes, {entry.bytes} were published", "rebuild"
        )


def _refuse_other_format(folder: Path) -> None:
    version = manifest_file.format_version_of(folder)
    if version is not None and version != FORMAT_VERSION:
        raise _other_format(folder, version)


def _other_format(folder: Path, version: int) -> SnapshotError:
    return SnapshotError(
        f"snapshot {folder.name} has format {version}, this program reads format {FORMAT_VERSION}",
        "rebuild it with this program",
    )
