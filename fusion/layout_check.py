"""Holding a table against the layout, and the layout as a page to read."""

from __future__ import annotations

import pyarrow as pa

from data_adapters.tables import Table
from fusion.errors import FusionError
from fusion.layout import FORMAT_VERSION, TABLES


def fit(name: str, data: pa.Table) -> pa.Table:
    """`data` with exactly the columns, order and types the layout promises for table `name`.

    Raises  FusionError naming the column that is missing, surplus, of a wrong type, or empty where it may not be
    """
    table = TABLES[name]
    wanted = [column.name for column in table.columns]
    if sorted(wanted) != sorted(data.column_names):
        missing = [column for column in wanted if column not in data.column_names]
        surplus = [column for column in data.column_names if column not in wanted]
        raise FusionError(f"snapshot table {name}: missing columns {missing}, surplus columns {surplus}")
    data = data.select(wanted)
    for column in table.columns:
        empty = 0 if column.nullable else data[column.name].null_count
        if empty:
            raise FusionError(f"snapshot table {name}, column {column.name}: {empty} empty values")
    try:
        return data.cast(table.schema)
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError, ValueError) as error:
        raise FusionError(f"snapshot table {name}: {error}") from error


def markdown() -> str:
    """The tables of a snapshot as `docs/snapshot.md` shows them."""
    lines = [
        "# Tables of a snapshot",
        "",
        "Made by `python -m fusion tables --markdown`; do not edit by hand.",
        "",
        f"Format version {FORMAT_VERSION}. A snapshot is a folder with `manifest.json` and one Parquet file a table.",
        "Times are naive UTC+8, positions WGS-84 degrees. `*_idx` are row numbers of the table they name;",
        "the largest value of the type (255, 65535) or -1 means none.",
    ]
    for table in TABLES.values():
        lines += _section(table)
    return "\n".join(lines) + "\n"


def _section(table: Table) -> list[str]:
    rows = [
        f"| `{column.name}` | {_type_name(column.type)} | {'yes' if column.nullable else ''} "
        f"| {column.unit} | {column.meaning} |"
        for column in table.columns
    ]
    head = ["| column | type | may be empty | unit | meaning |", "|---|---|---|---|---|"]
    return ["", f"## {table.name}", "", f"{table.grain}. Key: {', '.join(table.key)}.", "", *head, *rows]


def _type_name(kind: pa.DataType) -> str:
    if pa.types.is_list(kind):
        return f"list of {kind.value_type}"
    return str(kind)
