"""Publishing a snapshot: written beside, checked, renamed into place, then CURRENT is moved.

Whatever dies before the last step leaves CURRENT as it was; the half-written folder begins with a dot and is
removed by the next build.
"""

from __future__ import annotations

import hashlib
import os
import shutil
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import UTC, datetime
from itertools import chain, count
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from fusion import manifest as manifest_file
from fusion.errors import FusionError
from fusion.layout import TABLES
from fusion.layout_check import fit
from fusion.manifest import Manifest, TableEntry
from fusion.snapshot import CURRENT, Snapshot, open_snapshot, verify

BUILDING = ".building-"
BESIDE = f".{CURRENT}-"
KEEP = 5
AT_ONCE = 2  # tables that are written: one core packs while the other waits for the disk
ROW_GROUP_ROWS = 122_880

Describe = Callable[[str, dict[str, TableEntry]], Manifest]


def publish(
    root: Path, tables: Mapping[str, pa.Table], describe: Describe, built_at: datetime, keep: int = KEEP
) -> Snapshot:
    """The new snapshot, current from now on; at most `keep` snapshots stay.

    `describe` makes the manifest once the id and the checksums are known. Equal tables give equal checksums, and
    equal checksums the same hash in the id.

    Raises  FusionError if a table isn't what the layout promises, OSError if the disk refuses
    """
    root.mkdir(parents=True, exist_ok=True)
    _remove_leftovers(root)
    with _folder_beside(root) as building:
        with ThreadPoolExecutor(AT_ONCE) as pool:
            written = pool.map(lambda name: _write_table(building, name, tables[name]), TABLES)
            entries = dict(zip(TABLES, written, strict=True))
        snapshot_id = _free_name(root, f"{built_at.astimezone(UTC):%Y%m%dT%H%M%SZ}-{_hash_of(entries)}")
        _write(building / manifest_file.FILE_NAME, manifest_file.dump(describe(snapshot_id, entries)))
        verify(open_snapshot(building))
        _sync_folder(building)
        final = building.rename(root / snapshot_id)
    _sync_folder(root)
    make_current(root, final.name)
    _remove_old(root, keep, final.name)
    return open_snapshot(final)


def make_current(root: Path, name: str) -> None:
    """Move CURRENT to a published snapshot, in one step that either happens or doesn't."""
    beside = root / f"{BESIDE}{os.getpid()}"
    _write(beside, f"{name}\n".encode())
    os.replace(beside, root / CURRENT)
    _sync_folder(root)


@contextmanager
def _folder_beside(root: Path) -> Iterator[Path]:
    building = root / f"{BUILDING}{os.getpid()}"
    building.mkdir()
    try:
        yield building
    finally:
        shutil.rmtree(building, ignore_errors=True)


def _write_table(folder: Path, name: str, data: pa.Table) -> TableEntry:
    data = fit(name, data)
    path = folder / f"{name}.parquet"
    pq.write_table(data, path, compression="zstd", row_group_size=ROW_GROUP_ROWS)
    with path.open("rb") as file:
        os.fsync(file.fileno())
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    rows = pq.read_metadata(path).num_rows
    if rows != data.num_rows:
        raise FusionError(f"snapshot table {name}: {data.num_rows} rows were written, {rows} can be read")
    return TableEntry(rows=rows, bytes=path.stat().st_size, sha256=digest, columns=data.column_names)


def _hash_of(entries: Mapping[str, TableEntry]) -> str:
    text = "\n".join(f"{name} {entry.sha256}" for name, entry in sorted(entries.items()))
    return hashlib.sha256(text.encode()).hexdigest()[:8]


def _free_name(root: Path, wanted: str) -> str:
    names = chain([wanted], (f"{wanted}-{number}" for number in count(2)))
    return next(name for name in names if not (root / name).exists())


def _write(path: Path, content: bytes) -> None:
    with path.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def published(root: Path) -> list[Path]:
    """The folders of all snapshots, the oldest first."""
    return sorted(folder for folder in root.iterdir() if (folder / manifest_file.FILE_NAME).is_file())


def _remove_leftovers(root: Path) -> None:
    for folder in root.glob(f"{BUILDING}*"):
        if not _is_running(folder.name.removeprefix(BUILDING)):
            shutil.rmtree(folder, ignore_errors=True)
    for beside in root.glob(f"{BESIDE}*"):
        if not _is_running(beside.name.removeprefix(BESIDE)):
            beside.unlink(missing_ok=True)


def _is_running(pid: str) -> bool:
    if not pid.isdigit() or int(pid) == os.getpid():
        return False
    try:
        os.kill(int(pid), 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def _remove_old(root: Path, keep: int, current: str) -> None:
    names = [folder for folder in published(root) if folder.name != current and not folder.name.startswith(".")]
    surplus = len(names) - max(keep - 1, 0)
    for folder in names[: max(surplus, 0)]:
        shutil.rmtree(folder, ignore_errors=True)
