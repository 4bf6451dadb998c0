"""Names of divisions and the origin of data, for who speaks of clues without a snapshot in memory."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

import pyarrow.parquet as pq

from fusion.snapshot import SnapshotError, current_id, open_named


def place_names(root: Path, language: str) -> dict[str, str]:
    """Name by adcode out of the published snapshot; empty where there is none."""
    try:
        return _names(root, current_id(root), language)
    except SnapshotError:
        return {}


def data_origin(root: Path, snapshot_id: str) -> str:
    """Whether the data of a snapshot are `synthetic` or `real`; `unknown` once it is gone."""
    try:
        return _origin(root, snapshot_id)
    except SnapshotError:
        return "unknown"


@lru_cache(maxsize=4)
def _names(root: Path, snapshot_id: str, language: str) -> dict[str, str]:
    table = pq.read_table(open_named(root, snapshot_id).table("places"), columns=["adcode", f"name_{language}"])
    return dict(zip(*(column.to_pylist() for column in table.columns), strict=True))


@lru_cache(maxsize=64)
def _origin(root: Path, snapshot_id: str) -> str:
    return "synthetic" if open_named(root, snapshot_id).manifest.is_synthetic else "real"
