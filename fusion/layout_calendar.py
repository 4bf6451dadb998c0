"""The table of a snapshot by which working days are counted."""

from __future__ import annotations

from data_adapters.tables import DATE, FLAG, Column, Table

WORKING_DAYS = Table(
    "working_days",
    "one row per day: whether offices of mainland China are open",
    ("date",),
    (
        Column("date", DATE, "day"),
        Column("is_working", FLAG, "working day, shifted weekends too"),
        Column("is_announced", FLAG, "the notice of its year is on file; else only weekends are days off"),
    ),
)
