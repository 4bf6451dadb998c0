"""The tables of a snapshot about waste incinerators: furnaces and stacks by day, for a board of its own."""

from __future__ import annotations

import pyarrow as pa

from data_adapters.tables import DATE, FLAG, TEXT, Column, Table

F32 = pa.float32()
ENTERPRISE_IDX = Column("enterprise_idx", pa.uint32(), "row of enterprises")
MARKS = ("start_up", "shut_down", "fault", "accident", "drying", "cool_down", "stopped", "thermocouple")

INCINERATION_DAYS = Table(
    "incineration_days",
    "one row per furnace of a waste incinerator and day",
    ("furnace_id", "date"),
    (
        ENTERPRISE_IDX,
        Column("furnace_id", TEXT, "furnace (line)"),
        Column("date", DATE, "day"),
        Column("n_means", pa.uint16(), "5-minute means of the furnace temperature with a value; 288 are all"),
        Column("n_low", pa.uint16(), "of them below the least temperature (R17: 850 C) and not exempt"),
        Column("n_low_exempt", pa.uint16(), "of them below it and exempt by a mark within its quota"),
        Column("min_c", F32, "lowest of them", "C", nullable=True),
        Column("is_over", FLAG, "more below it than a day may have (R17: 5)"),
        *(Column(f"{mark}_h", F32, f"hours under the mark {mark.replace('_', ' ')}", "h") for mark in MARKS),
        Column("used_ssfa_h", F32, "start-up, shut-down, fault, accident: hours of this year to that day", "h"),
        Column("quota_ssfa_h", F32, "of a furnace and year", "h"),
        Column("used_dry_h", F32, "drying and cooling down: hours of this year to that day", "h"),
        Column("quota_dry_h", F32, "of a furnace and year", "h"),
        Column("used_thermocouple_h", F32, "thermocouple fault: hours of this quarter to that day", "h"),
        Column("quota_thermocouple_h", F32, "of a furnace and quarter", "h"),
        Column("known_from", DATE, "first day of this year in the data: hours used before it are not known"),
    ),
)

INCINERATION_OUTLET_DAYS = Table(
    "incineration_outlet_days",
    "one row per stack of a waste incinerator, day and pollutant with a daily mean",
    ("outlet_id", "date", "pollutant"),
    (
        ENTERPRISE_IDX,
        Column("outlet_id", TEXT, "stack"),
        Column("date", DATE, "day, over as of the build"),
        Column("pollutant", TEXT, "PM, SO2, NOx, HCl or CO"),
        Column("value_mg_m3", F32, "daily mean at reference oxygen", "mg/m3"),
        Column("limit_mg_m3", F32, "daily limit: the general one, or a stricter one that binds it", "mg/m3"),
        Column("valid_hours", pa.uint8(), "hours with a valid mean", "h"),
        Column("is_over", FLAG, "above the limit; empty where the day has too few valid hours to tell", nullable=True),
        Column("days_over", pa.uint8(), "valid days above the limit in that month, to that day; above 5 see R18"),
    ),
)

INCINERATION_TABLES = (INCINERATION_DAYS, INCINERATION_OUTLET_DAYS)
