"""Tables of identity and place: who is the same enterprise, which device hangs where, which coordinates to mend."""

from __future__ import annotations

import pandas as pd
import pyarrow as pa

from data_adapters.tables import DATE, INT, REAL, TEXT, Column, Table, TableError

PAIR = (
    Column("register", TEXT, "register of one side"),
    Column("register_key", TEXT, "its enterprise_id in that register"),
    Column("name", TEXT, "its name; hostile input, always escaped"),
    Column("other_register", TEXT, "register of the other side"),
    Column("other_key", TEXT, "its enterprise_id in that register"),
    Column("other_name", TEXT, "its name; hostile input, always escaped"),
    Column("method", TEXT, "uscc, permit_no, name_county or name_distance: the strongest that found the pair"),
    Column("confidence", REAL, "0-1; from 0.9 the two are taken as one enterprise"),
    Column("distance_m", REAL, "between the two positions", "m", nullable=True),
    Column("name_similarity", REAL, "share of letter pairs in common, 0-1"),
)

ENTERPRISE_KEYS = Table(
    "enterprise_keys",
    "one row per enterprise of each register: which enterprise it is over all registers",
    ("register", "register_key"),
    (
        Column("register", TEXT, "register"),
        Column("register_key", TEXT, "enterprise_id in that register"),
        Column("enterprise_id", TEXT, "enterprise over all registers"),
        Column("method", TEXT, "strongest way that linked it; single where nothing did"),
        Column("confidence", REAL, "0-1, of its best link; 1 where it stands alone"),
    ),
)
ENTERPRISE_LINKS = Table(
    "enterprise_links", "one row per pair of rows taken as one enterprise", ("register", "register_key"), PAIR
)
RESOLUTION_REVIEW = Table(
    "resolution_review",
    "one row per pair a person must decide on; until then they are two enterprises",
    ("register", "register_key", "other_register", "other_key"),
    (*PAIR, Column("reason", TEXT, "below_0.9, two_uscc, two_permits or two_in_one_register")),
)
RESOLUTION_CONFLICTS = Table(
    "resolution_conflicts",
    "one row per contradiction: a pair of rows, or a key that too many rows share",
    ("kind", "register", "register_key", "other_register", "other_key", "detail"),
    (
        Column("kind", TEXT, "permit_of_two_uscc, uscc_of_two_permits, code_far_apart, code_other_name, crowded_key …"),
        Column("detail", TEXT, "the code or key concerned"),
        *(Column(column.name, column.type, column.meaning, column.unit, nullable=True) for column in PAIR),
    ),
)
DEVICE_LINKS = Table(
    "device_links",
    "one row per period in which a device (MN) hung at an outlet under a permit",
    ("mn", "outlet_code", "permit_no", "valid_from"),
    (
        Column("mn", TEXT, "number of the device in HJ 212"),
        Column("outlet_code", TEXT, "outlet of the permit, as DA001"),
        Column("permit_no", TEXT, "discharge permit", nullable=True),
        Column("enterprise_id", TEXT, "enterprise over all registers; empty while not known", nullable=True),
        Column("valid_from", DATE, "first day; empty if not known: always", nullable=True),
        Column("valid_to", DATE, "day after the last; empty while it lasts", nullable=True),
    ),
)
DEVICE_LINK_PROBLEMS = Table(
    "device_link_problems",
    "one row per contradiction among device links",
    ("problem", "mn", "row", "other_row"),
    (
        Column("problem", TEXT, "overlap: one device at two outlets at once; reversed; no_outlet; unknown_enterprise"),
        Column("mn", TEXT, "device"),
        Column("row", INT, "row of the list, from 1"),
        Column("other_row", INT, "the other row of an overlap", nullable=True),
        Column("from_date", DATE, "first day concerned", nullable=True),
        Column("to_date", DATE, "day after the last; empty: open end", nullable=True),
        Column("detail", TEXT, "both outlets, or what is wrong"),
    ),
)
COORDINATES_TO_FIX = Table(
    "coordinates_to_fix",
    "one row per position and problem; nothing is moved, the suggestion is for a person to confirm",
    ("register", "register_key", "problem"),
    (
        Column("register", TEXT, "file"),
        Column("register_key", TEXT, "enterprise_id in that register"),
        Column("name", TEXT, "name; hostile input, always escaped"),
        Column("group", TEXT, "uploader, where a group column was named", nullable=True),
        Column("lon_raw", TEXT, "longitude as written", nullable=True),
        Column("lat_raw", TEXT, "latitude as written", nullable=True),
        Column("problem", TEXT, "what is wrong, see docs/coordinates-and-identity.md"),
        Column("evidence", TEXT, "the numbers behind it"),
        Column("suggested_lon_deg", REAL, "longitude it probably is, WGS-84", "deg", nullable=True),
        Column("suggested_lat_deg", REAL, "latitude it probably is, WGS-84", "deg", nullable=True),
        Column("confidence", REAL, "0-1, that the problem is real"),
    ),
)
DATUM_EVIDENCE = Table(
    "datum_evidence",
    "one row per file and group of uploaders: what the coordinates were declared as and what they look like",
    ("register", "group"),
    (
        Column("register", TEXT, "file"),
        Column("group", TEXT, "value of the group column; empty for the whole file"),
        Column("declared", TEXT, "wgs84, gcj02 or bd09; CGCS2000 is wgs84 here, they differ by centimetres"),
        Column("detected", TEXT, "wgs84, gcj02, bd09, mixed, or undetermined"),
        Column("confidence", REAL, "0-1 that the detected system is right; 0 where undetermined"),
        Column("method", TEXT, "control_points, borders or none"),
        Column("points", INT, "points that could be tested"),
        Column("telling_points", INT, "of these, points whose side of a border depends on the system"),
        Column("share_wgs84", REAL, "inside the declared division if read as WGS-84", nullable=True),
        Column("share_gcj02", REAL, "likewise as GCJ-02", nullable=True),
        Column("share_bd09", REAL, "likewise as BD-09", nullable=True),
        Column("median_wgs84_m", REAL, "median distance to the control points as WGS-84", "m", nullable=True),
        Column("median_gcj02_m", REAL, "likewise as GCJ-02", "m", nullable=True),
        Column("median_bd09_m", REAL, "likewise as BD-09", "m", nullable=True),
        Column("told", TEXT, "the finding in a sentence"),
    ),
)

IDENTITY_TABLES: dict[str, Table] = {
    table.name: table
    for table in (
        ENTERPRISE_KEYS,
        ENTERPRISE_LINKS,
        RESOLUTION_REVIEW,
        RESOLUTION_CONFLICTS,
        DEVICE_LINKS,
        DEVICE_LINK_PROBLEMS,
        COORDINATES_TO_FIX,
        DATUM_EVIDENCE,
    )
}


def identity_table(name: str, data: pd.DataFrame) -> pa.Table:
    """A data frame as one of these tables: columns in order and of their types; an absent one is empty if it may.

    Raises  TableError naming the column that is missing or empty where it may not be
    """
    table = IDENTITY_TABLES[name]
    wanted = [column.name for column in table.columns]
    full = data.reindex(columns=wanted)
    for column in table.columns:
        if not column.nullable and full[column.name].isna().any():
            raise TableError(f"table {name}, column {column.name}: missing or empty")
    return pa.Table.from_pandas(full, schema=table.schema, preserve_index=False)
