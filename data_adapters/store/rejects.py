"""Refused rows as a table: where each stands, what it says, and why it was refused."""

from __future__ import annotations

import pyarrow as pa

MAX_VALUE = 200
REJECTS = pa.schema(
    [
        pa.field("source", pa.string(), nullable=False),
        pa.field("code", pa.string(), nullable=False),
        pa.field("file", pa.string(), nullable=False),
        pa.field("sha256", pa.string(), nullable=False),
        pa.field("row", pa.int64(), nullable=False),  # data row from 1, the heading not included
        pa.field("column", pa.string(), nullable=False),
        pa.field("value", pa.string(), nullable=False),  # cut to MAX_VALUE
        pa.field("reason", pa.string(), nullable=False),
    ]
)
