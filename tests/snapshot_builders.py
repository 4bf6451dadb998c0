"""Snapshots for tests of the screen: the invented campaign, built once a run, and doctored copies of it."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
from once_a_run import once_a_run

from fusion.config import demo_config
from fusion.pipeline import build
from fusion.snapshot import Snapshot, open_snapshot

Change = Callable[[pa.Table], pa.Table]

HOSTILE_NAMES = (
    '<img src=x onerror="alert(1)">',
    "<script>alert(2)</script>",
    "</script><script>alert(3)</script>",
    '=HYPERLINK("http://evil.example","x")',
    "+1+1",
    "-2+3",
    "@SUM(A1)",
    "'; drop table clues; --",
    "{{7*7}} ${7*7} %{x}",
    "\u202e倒序\u200b",
)


def campaign_root(size: str) -> Path:
    """The folder of snapshots that holds the campaign of `size`, built once a run; for reading only."""
    return once_a_run(f"campaign-{size}", lambda folder: build(demo_config(size), folder / "snapshots")) / "snapshots"


def only_snapshot(root: Path) -> Snapshot:
    return open_snapshot(root / (root / "CURRENT").read_text().strip())


def doctored(
    source: Path,
    target: Path,
    *,
    name: str = "20230621T100000Z-doctored",
    tables: Mapping[str, Change] | None = None,
    manifest: Callable[[dict[str, Any]], None] = lambda _: None,
) -> Snapshot:
    """A copy of the current snapshot of `source` in `target`, current there, its tables and manifest changed."""
    folder = target / name
    folder.mkdir(parents=True)
    original = only_snapshot(source)
    described = original.manifest.model_dump()
    for table in original.manifest.tables:
        path = folder / f"{table}.parquet"
        if table in (tables or {}):
            changed = (tables or {})[table](pq.read_table(original.table(table)))
            pq.write_table(changed, path)
            described["tables"][table] |= _entry(path, changed.num_rows)
        else:
            _link(original.table(table), path)
    described["id"] = name
    manifest(described)
    (folder / "manifest.json").write_text(json.dumps(described), "utf-8")
    make_current(target, name)
    return open_snapshot(folder)


def make_current(root: Path, name: str) -> None:
    beside = root / ".next"
    beside.write_text(f"{name}\n")
    beside.replace(root / "CURRENT")


def with_names(names: tuple[str, ...], column: str = "name") -> Change:
    """A change of `enterprises`: row i is called `names[i]`, round and round."""

    def change(table: pa.Table) -> pa.Table:
        values = [names[i % len(names)] for i in range(table.num_rows)]
        return table.set_column(table.schema.get_field_index(column), table.schema.field(column), [values])

    return change


def without_rows(table: pa.Table) -> pa.Table:
    return table.slice(0, 0)


def source_failed(table: str, why: str) -> Callable[[dict[str, Any]], None]:
    """A change of a manifest: the source of `table` failed."""

    def change(manifest: dict[str, Any]) -> None:
        manifest["states"][table] = {"state": "failed", "source": table, "error": why}
        manifest["sources"].append({"name": table, "status": "failed", "error": why})

    return change


def built_at(when: str) -> Callable[[dict[str, Any]], None]:
    def change(manifest: dict[str, Any]) -> None:
        manifest["built_at"] = when

    return change


def _entry(path: Path, rows: int) -> dict[str, Any]:
    return {"rows": rows, "bytes": path.stat().st_size, "sha256": hashlib.sha256(path.read_bytes()).hexdigest()}


def _link(source: Path, target: Path) -> None:
    try:
        os.link(source, target)
    except OSError:
        shutil.copy(source, target)
