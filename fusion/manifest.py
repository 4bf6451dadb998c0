"""What a snapshot says about itself: `manifest.json`, as typed values."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

FILE_NAME = "manifest.json"


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore")


class Title(_Frozen):
    """The name of the installation in both languages."""

    zh: str
    en: str


class TableEntry(_Frozen):
    """One Parquet file of the snapshot."""

    rows: int
    bytes: int
    sha256: str
    columns: list[str]


class FileEntry(_Frozen):
    """What became of one file: read == accepted + sum(rejected)."""

    path: str
    bytes: int
    sha256: str
    read: int
    accepted: int
    rejected: dict[str, int]
    notes: list[str] = Field(default_factory=list)
    error: str | None = None


class SourceEntry(_Frozen):
    """What became of one source."""

    name: str
    status: str
    error: str | None = None
    seconds: float = 0.0
    files: list[FileEntry] = Field(default_factory=list)
    read: int = 0
    accepted: int = 0
    rejected: dict[str, int] = Field(default_factory=dict)
    duplicates: dict[str, int] = Field(default_factory=dict)
    tables: dict[str, int] = Field(default_factory=dict)


class TableState(_Frozen):
    """Whether a canonical table has data, and if not, why not."""

    state: str
    source: str | None = None
    error: str | None = None


class Boundary(_Frozen):
    """Where the boundaries come from; the map shows it."""

    source: str
    review_no: str | None = None


class Manifest(_Frozen):
    """The whole manifest.

    `built_at` is UTC, `as_of` UTC+8 wall time. `left_out` counts canonical rows that found no place in a snapshot
    table, by reason; `seconds` and `parameters` tell how the build went and with which numbers.
    """

    format_version: int
    id: str
    built_at: str
    as_of: str
    is_synthetic: bool
    title: Title
    grid_version: str
    code_version: str
    tables: dict[str, TableEntry]
    sources: list[SourceEntry]
    states: dict[str, TableState]
    boundary: Boundary
    left_out: dict[str, int] = Field(default_factory=dict)
    seconds: dict[str, float] = Field(default_factory=dict)
    parameters: dict[str, Any] = Field(default_factory=dict)


def read(folder: Path) -> Manifest:
    """The manifest of a snapshot folder.

    Raises  OSError if it can't be read, ValueError if it isn't a manifest
    """
    return Manifest.model_validate_json((folder / FILE_NAME).read_bytes())


def dump(manifest: Manifest) -> bytes:
    """The manifest as it is written."""
    return (json.dumps(manifest.model_dump(), ensure_ascii=False, indent=1) + "\n").encode()


def format_version_of(folder: Path) -> int | None:
    """The format version of a manifest that is otherwise not understood; None if it has none."""
    try:
        found = json.loads((folder / FILE_NAME).read_bytes())
    except (OSError, ValueError):
        return None
    version = found.get("format_version") if isinstance(found, dict) else None
    return version if isinstance(version, int) else None
