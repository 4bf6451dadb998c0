"""What the catalogue page asks: categories, their days, files, rejected rows, samples."""

from __future__ import annotations

import json
from typing import Any

import duckdb

from dashboard.data.layers import sql


def catalogue(db: duckdb.DuckDBPyConnection) -> dict[str, list[dict[str, Any]]]:
    """All of the page but samples: `categories`, `files`, `rejects`, `positions` by fault; dates as ISO text."""
    return {
        "categories": _rows(db, "sources"),
        "files": _rows(db, "source_files"),
        "rejects": _rows(db, "source_rejects"),
        "positions": _rows(db, "source_positions"),
    }


def samples(db: duckdb.DuckDBPyConnection, code: str) -> list[dict[str, Any]]:
    """A few rows of one category as they stand in its table; none of personal data."""
    rows = db.sql(sql("source_samples"), params={"code": code}).to_arrow_table().to_pylist()
    return [json.loads(row["row_json"]) for row in rows]


def _rows(db: duckdb.DuckDBPyConnection, question: str) -> list[dict[str, Any]]:
    rows = db.sql(sql(question)).to_arrow_table().to_pylist()
    return [
        {name: value.isoformat() if hasattr(value, "isoformat") else value for name, value in row.items()}
        for row in rows
    ]
