"""What a rule written in Python gives: rows as the table of `fusion.findings.ASKED`."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any

import pyarrow as pa

from fusion.findings import ASKED_SCHEMA


def asked(object_kind: str, rows: Iterable[Mapping[str, Any]]) -> pa.Table:
    """One row a finding; what a row doesn't name stays empty, its `facts` become JSON."""
    filled = []
    for row in rows:
        facts = json.dumps(row["facts"], ensure_ascii=False, separators=(",", ":"))
        filled.append(
            {name: row.get(name) for name in ASKED_SCHEMA.names} | {"object_kind": object_kind, "facts": facts}
        )
    return pa.Table.from_pylist(filled, schema=ASKED_SCHEMA)
