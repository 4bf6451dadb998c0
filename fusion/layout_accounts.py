"""The tables of a snapshot that tell where its data come from: categories, their days, files, rejected rows."""

from __future__ import annotations

import pyarrow as pa

from data_adapters.tables import DATE, REAL, TEXT, Column, Table

I64 = pa.int64()
CODE = Column("code", TEXT, "category, as A01")

CATEGORIES = Table(
    "categories",
    "one row per category of the catalogue, connected or not",
    ("code",),
    (
        CODE,
        Column("group_zh", TEXT, "group in Chinese"),
        Column("group_en", TEXT, "group in English"),
        Column("name_zh", TEXT, "Chinese name"),
        Column("name_en", TEXT, "English name"),
        Column("provider_zh", TEXT, "who provides it, in Chinese"),
        Column("provider_en", TEXT, "who provides it, in English"),
        Column("cadence", TEXT, "hourly, daily, event or snapshot"),
        Column("canonical_table", TEXT, "table it becomes"),
        Column("expected_rows_per_day", I64, "rows a day in the national campaign; 0 for a snapshot"),
        Column("expected_lag_h", I64, "hours from the end of a period until its data should be here", "h"),
        Column("data_class", TEXT, "public, internal or personal"),
        Column("owner", TEXT, "desk that answers for it"),
        Column("rows", I64, "rows in this snapshot"),
        Column("first_day", DATE, "first day with rows", nullable=True),
        Column("last_day", DATE, "last day with rows", nullable=True),
        Column("lag_h", I64, "hours from the end of the last day to as_of", "h", nullable=True),
        Column("days_expected", I64, "days from the first to the last, where it comes daily or hourly"),
        Column("days_missing", I64, "of them days without a row"),
        Column("state", TEXT, "on_time, late, never or snapshot"),
    ),
)

CATEGORY_DAYS = Table(
    "category_days",
    "one row per category and day with rows; no row means that none arrived",
    ("code", "date"),
    (CODE, Column("date", DATE, "day"), Column("rows", I64, "rows of that day")),
)

SOURCE_FILES = Table(
    "source_files",
    "one row per file that was read",
    ("source", "number"),
    (
        Column("source", TEXT, "source that read it"),
        Column("number", I64, "running number within the source"),
        Column("path", TEXT, "name of the file, without its folders"),
        Column("bytes", I64, "size", "bytes"),
        Column("sha256", TEXT, "checksum of the content"),
        Column("read", I64, "rows read"),
        Column("accepted", I64, "rows accepted"),
        Column("rejected", I64, "rows rejected; read = accepted + rejected"),
        Column("notes", TEXT, "what else was noticed"),
        Column("error", TEXT, "why it could not be used", nullable=True),
    ),
)

REJECTS = Table(
    "rejects",
    "one row per reason and example; the count is of all rows of that reason",
    ("source", "reason", "number"),
    (
        Column("source", TEXT, "source"),
        Column("reason", TEXT, "code of the reason"),
        Column("number", I64, "running number of the example; 0 where there is none"),
        Column("count", I64, "rows rejected for this reason"),
        Column("message", TEXT, "the reason in words"),
        Column("file", TEXT, "name of the file"),
        Column("row", I64, "data row in it, from 1"),
        Column("column", TEXT, "column"),
        Column("value", TEXT, "the value as written, cut short; hostile input"),
    ),
)

CATEGORY_SAMPLES = Table(
    "category_samples",
    "one row per category and sample row; none for personal data",
    ("code", "number"),
    (CODE, Column("number", I64, "from 1"), Column("row_json", TEXT, "the row as JSON; hostile input")),
)

POSITIONS_TO_FIX = Table(
    "positions_to_fix",
    "one row per enterprise and fault of its position; nothing is moved, the suggestion is for a person to confirm",
    ("enterprise_id", "problem"),
    (
        Column("enterprise_id", TEXT, "enterprise"),
        Column("name", TEXT, "name as registered; hostile input"),
        Column("lon_raw", TEXT, "longitude as written", nullable=True),
        Column("lat_raw", TEXT, "latitude as written", nullable=True),
        Column("problem", TEXT, "swapped, outside_county …, see docs/coordinates-and-identity.md"),
        Column("evidence", TEXT, "the numbers behind it"),
        Column("suggested_lon_deg", REAL, "longitude it probably is, WGS-84", "deg", nullable=True),
        Column("suggested_lat_deg", REAL, "latitude it probably is, WGS-84", "deg", nullable=True),
        Column("confidence", REAL, "0-1, that the fault is real"),
    ),
)

ACCOUNT_TABLES = (CATEGORIES, CATEGORY_DAYS, SOURCE_FILES, REJECTS, CATEGORY_SAMPLES, POSITIONS_TO_FIX)
