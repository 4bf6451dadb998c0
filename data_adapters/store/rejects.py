"""Refused rows as a table: where each stands, what it says, and why it was refused."""

from __future__ import annotations

import re

import pyarrow as pa

MAX_VALUE = 200
LENGTHS = (4, 16, 64)
MASKED = re.compile(r"\*{3} \(\d+-\d*\)")
REJECTS = pa.schema(
    [
        pa.field("source", pa.string(), nullable=False),
        pa.field("code", pa.string(), nullable=False),
        pa.field("file", pa.string(), nullable=False),
        pa.field("sha256", pa.string(), nullable=False),
        pa.field("row", pa.int64(), nullable=False),  # data row from 1, the heading not included
        pa.field("column", pa.string(), nullable=False),
        pa.field("value", pa.string(), nullable=False),  # cut to MAX_VALUE; masked where the data are personal
        pa.field("reason", pa.string(), nullable=False),
    ]
)


def masked(value: str) -> str:
    """What may be kept of a refused value about a person: whether there was one, and how long it was about."""
    if not value or MASKED.fullmatch(value):
        return value
    low = 1
    for most in LENGTHS:
        if len(value) <= most:
            return f"*** ({low}-{most})"
        low = most + 1
    return f"*** ({low}-)"
