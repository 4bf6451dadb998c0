"""What a store tells of itself: rows a day, files, refused rows, a few samples; all by category."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import PurePath
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from data_adapters.catalogue import CATEGORIES
from data_adapters.store.handover import known_accounts
from fusion.engine import Engine
from fusion.layout_accounts import CATEGORY_DAYS, CATEGORY_SAMPLES, REJECTS, SOURCE_FILES
from fusion.manifest import SourceEntry
from fusion.store import ALL_DAYS, Store

NAME = "store"
SAMPLES = 5
EXAMPLES = 20
REFUSED = """
SELECT
    code AS source, reason,
    CAST(ROW_NUMBER() OVER same AS BIGINT) AS number,
    CAST(COUNT(*) OVER (PARTITION BY code, reason) AS BIGINT) AS count,
    '' AS message, file, "row", "column", "value"
FROM read_parquet($files, union_by_name = true)
WINDOW same AS (PARTITION BY code, reason ORDER BY file, "row", "column")
QUALIFY number <= $examples
ORDER BY code, count DESC, reason, number
"""


def staged_days(store: Store) -> pa.Table:
    """Rows by category and day; a register has no day."""
    rows = [
        {"code": code, "date": None if day == ALL_DAYS else day, "rows": pq.read_metadata(path).num_rows}
        for code, category in CATEGORIES.items()
        for day, path in store.days(category.canonical_table, code).items()
    ]
    text = pa.schema([("code", pa.string()), ("date", pa.string()), ("rows", pa.int64())])
    schema = pa.schema([(column.name, column.type) for column in CATEGORY_DAYS.columns])
    return pa.Table.from_pylist(rows, schema=text).cast(schema)


def staged_files(store: Store) -> pa.Table:
    """Every file the store knows, under the category it belongs to."""
    rows: list[Mapping[str, Any]] = []
    numbers: dict[str, int] = {}
    for account in _accounts(store):
        code = str(account["category"])
        numbers[code] = numbers.get(code, 0) + 1
        rows.append(
            {
                "source": code,
                "number": numbers[code],
                "path": PurePath(account["path"]).name,
                "bytes": account["bytes"],
                "sha256": account["sha256"],
                "read": account["read"],
                "accepted": account["accepted"],
                "rejected": sum(account["rejected"].values()),
                "notes": "; ".join(account["notes"]),
                "error": account["error"],
            }
        )
    return pa.Table.from_pylist(rows, schema=SOURCE_FILES.schema)


def staged_rejects(store: Store, engine: Engine) -> pa.Table:
    """Every reason for which rows of a category were refused, with its first examples."""
    files = sorted(str(path) for path in (store.folder / "_rejects").glob("*.parquet")) if store.folder else []
    if not files:
        return REJECTS.empty()
    found = engine.query(REFUSED, {"files": files, "examples": EXAMPLES})
    names = [PurePath(path).name for path in found["file"].to_pylist()]
    found = found.set_column(found.column_names.index("file"), "file", pa.array(names, pa.string()))
    return found.select(REJECTS.schema.names).cast(REJECTS.schema)


def staged_samples(store: Store, engine: Engine) -> pa.Table:
    """The first rows of each category as JSON; none of personal data."""
    rows = [row for code in CATEGORIES for row in _samples(store, engine, code)]
    return pa.Table.from_pylist(rows, schema=CATEGORY_SAMPLES.schema)


def _samples(store: Store, engine: Engine, code: str) -> Iterator[dict[str, Any]]:
    category = CATEGORIES[code]
    parts = list(store.days(category.canonical_table, code).values())
    if category.data_class == "personal" or not parts:
        return
    first = engine.query(f"SELECT * FROM read_parquet($file, hive_partitioning = false) LIMIT {SAMPLES}",
                         {"file": str(parts[-1])})  # fmt: skip
    for number, row in enumerate(first.to_pylist(), 1):
        yield {"code": code, "number": number, "row_json": json.dumps(row, ensure_ascii=False, default=str)}


def store_entry(store: Store, seconds: float) -> SourceEntry:
    """The store as one source among the others; its files are in `source_files`."""
    accounts = _accounts(store)
    rejected: dict[str, int] = {}
    for account in accounts:
        for reason, count in account["rejected"].items():
            rejected[reason] = rejected.get(reason, 0) + count
    return SourceEntry(
        name=NAME,
        status="ok",
        seconds=round(seconds, 3),
        read=sum(account["read"] for account in accounts),
        accepted=sum(account["accepted"] for account in accounts),
        rejected=dict(sorted(rejected.items())),
    )


def _accounts(store: Store) -> list[dict[str, Any]]:
    return list(known_accounts(store.folder).values()) if store.folder else []
