"""Where the rows of a campaign go: Parquet files by category and day, never more rows than planned."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from data_adapters.campaign.full.columns import Columns
from data_adapters.campaign.full.plan import DAY_S, Plan
from data_adapters.campaign.randomness import Ints
from data_adapters.catalogue import CATEGORIES, day_column, schema

MANIFEST = "manifest.json"
REGISTERS = "registers"
CHUNK = 1 << 20
HISTORY = "history"
ROWS_A_GROUP = 60_000
Told = Callable[[str, int], None]


@dataclass
class Sink:
    """Writes parts; keeps one writer a part open until the category is closed."""

    out: Path
    plan: Plan
    told: Told = lambda code, rows: None
    written: dict[str, int] = field(default_factory=dict)
    _writers: dict[Path, Any] = field(default_factory=dict)
    _waiting: dict[Path, list[pa.Table]] = field(default_factory=dict)

    def left(self, code: str) -> int:
        """Rows a category may still have."""
        return self.plan.rows(code) - self.written.get(code, 0)

    def write(self, code: str, columns: Columns, part: str = "all") -> None:
        """Append rows to a part of a category, cut where the plan ends."""
        table = _as_table(CATEGORIES[code].canonical_table, columns).slice(0, self.left(code))
        if not table.num_rows:
            return
        self._append(self.out / code / f"part-{part}.parquet", table)
        self.written[code] = self.written.get(code, 0) + table.num_rows
        self.told(code, table.num_rows)

    def write_days(self, code: str, columns: Columns, day: Ints) -> None:
        """Append rows to the parts of their days; `day` counts from the start of the round and never falls."""
        table = _as_table(CATEGORIES[code].canonical_table, columns).slice(0, self.left(code))
        rows = table.num_rows
        for index in np.unique(np.maximum(day[:rows], -1)).tolist():
            first, last = np.searchsorted(day[:rows], [-(10**9) if index < 0 else index, index + 1]).tolist()
            part = HISTORY if index < 0 else self.plan.at(24 * index).date().isoformat()
            self._append(self.out / code / f"part-{part}.parquet", table.slice(first, last - first))
        if rows:
            self.written[code] = self.written.get(code, 0) + rows
            self.told(code, rows)

    def write_events(self, code: str, columns: Columns) -> None:
        """Write a whole category, rows in the order of importance; they are cut, then sorted by time into days."""
        name = CATEGORIES[code].canonical_table
        table = _as_table(name, columns).slice(0, self.left(code))
        column = day_column(name) or ""
        table = table.take(pc.sort_indices(table[column]))
        days = table[column].cast(pa.timestamp("s")).cast(pa.int64()).to_numpy() // DAY_S - self.plan.start_day
        self.write_days(code, {one: table[one] for one in table.column_names}, days)
        self.close(code)

    def register(self, name: str, columns: Columns) -> int:
        """Write a register that stands beside the categories."""
        table = _as_table(name, columns)
        self._append(self.out / REGISTERS / name / "part-all.parquet", table)
        self.close(name)
        return int(table.num_rows)

    def close(self, *names: str) -> None:
        """Finish the parts of categories or registers."""
        for path in [path for path in self._waiting if path.parent.name in names]:
            self._flush(path)
            del self._waiting[path]
            self._writers.pop(path).close()

    def _append(self, path: Path, table: pa.Table) -> None:
        waiting = self._waiting.setdefault(path, [])
        waiting.append(table)
        if sum(piece.num_rows for piece in waiting) >= ROWS_A_GROUP:
            self._flush(path)

    def _flush(self, path: Path) -> None:
        pieces, self._waiting[path] = self._waiting[path], []
        if not pieces:
            return
        if any(piece.schema != pieces[0].schema for piece in pieces):
            pieces = [_plain(piece) for piece in pieces]
        table = pa.concat_tables(pieces).unify_dictionaries()
        if path not in self._writers:
            path.parent.mkdir(parents=True, exist_ok=True)
            self._writers[path] = pq.ParquetWriter(
                path, table.schema, compression="zstd", compression_level=1, store_schema=False
            )
        self._writers[path].write_table(table.cast(self._writers[path].schema))


def _as_table(name: str, columns: Columns) -> pa.Table:
    wanted = schema(name)
    if set(columns) != set(wanted.names):
        raise ValueError(f"table {name}: columns {sorted(set(columns) ^ set(wanted.names))} do not match")
    arrays, fields = [], []
    for one in wanted:
        array = columns[one.name]
        array = array if isinstance(array, pa.Array | pa.ChunkedArray) else pa.array(array)
        if not one.nullable and array.null_count:
            raise ValueError(f"table {name}, column {one.name}: {array.null_count} empty values")
        kept = array if pa.types.is_dictionary(array.type) else array.cast(one.type)
        arrays.append(kept)
        fields.append(pa.field(one.name, kept.type, nullable=one.nullable))
    return pa.table(arrays, schema=pa.schema(fields))


def _plain(table: pa.Table) -> pa.Table:
    """The table with texts instead of dictionaries of texts."""
    fields = [one.with_type(pa.string()) if pa.types.is_dictionary(one.type) else one for one in table.schema]
    return table.cast(pa.schema(fields))


def write_manifest(sink: Sink) -> dict[str, Any]:
    """Rows of every category and size and SHA-256 of every part, as manifest.json; gives its content."""
    plan = sink.plan
    files = sorted(path for path in sink.out.rglob("part-*.parquet"))
    manifest: dict[str, Any] = {
        "round": plan.round_code,
        "from_date": plan.start.isoformat(),
        "scale": plan.scale,
        "seed": plan.seed,
        "rows": sum(sink.written.values()),
        "categories": {code: sink.written.get(code, 0) for code in CATEGORIES},
        "files": {
            path.relative_to(sink.out).as_posix(): {"bytes": path.stat().st_size, "sha256": sha256_of(path)}
            for path in files
        },
    }
    text = json.dumps(manifest, ensure_ascii=False, indent=1, sort_keys=True)
    (sink.out / MANIFEST).write_text(text + "\n", encoding="utf-8")
    return manifest


def sha256_of(path: Path) -> str:
    """Checksum of a file, read in pieces."""
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while piece := file.read(CHUNK):
            digest.update(piece)
    return digest.hexdigest()
