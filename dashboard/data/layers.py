"""Columns for the browser: each layer is one SQL file, answered as an Arrow IPC stream.

Row order is part of the contract: row i of `enterprises` is enterprise_idx i, and so on for places and clues.
"""

from __future__ import annotations

from importlib import resources

import duckdb
import pyarrow as pa

LAYERS = ("places", "groups", "geometry-0", "geometry-1", "geometry-2", "geometry-9", "enterprises", "clues", "checks",
          "coverage", "hotspots")  # fmt: skip


def sql(name: str) -> str:
    """The text of question `name` in `dashboard/data/sql`."""
    return resources.files("dashboard.data").joinpath("sql", f"{name}.sql").read_text("utf-8")


def layer(db: duckdb.DuckDBPyConnection, name: str, round_idx: int | None = None) -> bytes:
    """The columns of layer `name` as an Arrow IPC stream.

    Shape   see the header of the layer's SQL file; `hotspots` is asked for by round, 255 meaning outside any round
    Raises  KeyError for a name that is not in LAYERS
    """
    if name not in LAYERS:
        raise KeyError(name)
    question, _, level = name.partition("-")
    parameters: dict[str, object] = {}
    if level:
        parameters["level"] = int(level)
    if question == "hotspots":
        parameters["round_idx"] = 255 if round_idx is None else round_idx
    table = db.sql(sql(f"layer_{question}"), params=parameters).to_arrow_table()
    return _stream(table)


def _stream(table: pa.Table) -> bytes:
    """One record batch, so that the browser finds each column in one piece."""
    sink = pa.BufferOutputStream()
    table = table.combine_chunks()
    with pa.ipc.new_stream(sink, table.schema) as writer:
        writer.write_table(table)
    return bytes(sink.getvalue())
