"""The tables of a snapshot: what the dashboard may rely on.

Every table is checked against this list when a snapshot is published; `docs/snapshot.md` is made from it.
`*_idx` are dense row numbers, so that the browser gets small integers; what has none carries the largest value of its
type.
"""

from __future__ import annotations

import pyarrow as pa

from data_adapters import tables as canonical
from data_adapters.tables import DATE, FLAG, REAL, TEXT, TIME, Column, Table
from fusion.layout_accounts import ACCOUNT_TABLES
from fusion.layout_calendar import WORKING_DAYS
from fusion.layout_dossier import DOSSIER_TABLES
from fusion.layout_findings import FINDING_TABLES
from fusion.layout_incineration import INCINERATION_TABLES
from fusion.layout_land import LAND_PATCHES

FORMAT_VERSION = 2

NO_PLACE = 65535
NO_SMALL = 255

U8 = pa.uint8()
U16 = pa.uint16()
U32 = pa.uint32()
I16 = pa.int16()
I32 = pa.int32()
F32 = pa.float32()

PLACE_IDX = Column("place_idx", U16, "dense number: provinces, then cities, then counties")
COUNTY_IDX = Column("county_idx", U16, "county it lies in; 65535 means not mapped")
CITY_IDX = Column("city_idx", U16, "city it lies in; 65535 means not mapped")
INDUSTRY_IDX = Column("industry_idx", U8, "row of industries; 255 means none")
ROUND_IDX = Column("round_idx", U8, "row of rounds; 255 means outside every round")
TEAM_IDX = Column("team_idx", U8, "row of teams; 255 means none")
ENTERPRISE_IDX = Column("enterprise_idx", U32, "row of enterprises")
NAME_ZH = Column("name_zh", TEXT, "Chinese name")
NAME_EN = Column("name_en", TEXT, "English name")
PRODUCT = Column("product", TEXT, "PM25, NO2, HCHO or FIRE")

PLACES = Table(
    "places",
    "one row per administrative division",
    ("place_idx",),
    (
        PLACE_IDX,
        Column("adcode", TEXT, "GB/T 2260 division code"),
        Column("level", U8, "0 province, 1 city, 2 county"),
        NAME_ZH,
        NAME_EN,
        Column("short_name_zh", TEXT, "Chinese name as a map label"),
        Column("parent_idx", I16, "division above; -1 for a province"),
        Column("lon_deg", REAL, "label point", "deg"),
        Column("lat_deg", REAL, "label point", "deg"),
        Column("min_lon", REAL, "extent", "deg"),
        Column("min_lat", REAL, "extent", "deg"),
        Column("max_lon", REAL, "extent", "deg"),
        Column("max_lat", REAL, "extent", "deg"),
    ),
)

PLACE_GROUPS = Table(
    "place_groups",
    "one row per membership of a city in a key-region group",
    ("group_code", "city_idx", "valid_from"),
    (
        Column("group_code", TEXT, "BTH, FWP, YRD or a code of the user's own"),
        NAME_ZH,
        NAME_EN,
        Column("city_idx", U16, "member city"),
        Column("valid_from", DATE, "first day of membership"),
        Column("valid_to", DATE, "day after the last; empty while it lasts", nullable=True),
    ),
)

GEOMETRY = Table(
    "geometry",
    "one row per outline of a place, and one per kind of boundary line",
    ("level", "place_idx", "kind"),
    (
        Column("level", U8, "0 province, 1 city, 2 county, 9 boundary line"),
        Column("place_idx", U16, "place; 65535 for a boundary line"),
        Column("kind", TEXT, "kind of a boundary line; empty for a place", nullable=True),
        Column("ring_lengths", pa.list_(U32), "points of each ring (closed) or line (open)"),
        Column("x0", pa.list_(I32), "longitude of the first point of each ring", "1e-4 deg"),
        Column("y0", pa.list_(I32), "latitude of the first point of each ring", "1e-4 deg"),
        Column("dx", pa.list_(I16), "steps to the following points, ring after ring; length - 1 a ring", "1e-4 deg"),
        Column("dy", pa.list_(I16), "steps to the following points, ring after ring; length - 1 a ring", "1e-4 deg"),
    ),
)

ROUNDS = Table(
    "rounds",
    "one row per inspection round",
    ("round_idx",),
    (Column("round_idx", U8, "dense number in order of time"), *canonical.ROUNDS.columns),
)

TEAMS = Table(
    "teams",
    "one row per inspection team",
    ("team_idx",),
    (Column("team_idx", U8, "dense number in order of code"), *canonical.TEAMS.columns),
)

INDUSTRIES = Table(
    "industries",
    "one row per industry",
    ("industry_idx",),
    (
        Column("industry_idx", U8, "dense number in the order of the reference list"),
        Column("code", TEXT, "industry code"),
        NAME_ZH,
        NAME_EN,
    ),
)

RULES = Table(
    "rules",
    "one row per rule that makes clues",
    ("rule_idx",),
    (
        Column("rule_idx", U8, "dense number in the order of the reference list"),
        Column("rule_id", TEXT, "rule, as R01"),
        NAME_ZH,
        NAME_EN,
        Column("category", TEXT, "category of its clues"),
        Column("severity", U8, "1 same-day push, 2 next push, 3 watch list"),
    ),
)

PROBLEM_TYPES = Table(
    "problem_types",
    "one row per type of problem",
    ("code",),
    (
        Column("code", TEXT, "problem type"),
        NAME_ZH,
        NAME_EN,
        Column("is_prominent", FLAG, "counted as prominent (突出问题) by default"),
    ),
)

CLUE_CATEGORIES = Table(
    "clue_categories",
    "one row per category of clues",
    ("code",),
    (Column("code", TEXT, "category"), NAME_ZH, NAME_EN),
)

ENTERPRISES = Table(
    "enterprises",
    "one row per enterprise",
    ("enterprise_idx",),
    (
        Column("enterprise_idx", U32, "dense number in order of enterprise_id"),
        Column("enterprise_id", TEXT, "USCC where valid, else source and its own key"),
        Column("name", TEXT, "name as registered; hostile input, always escaped"),
        Column("uscc", TEXT, "unified social credit code", nullable=True),
        Column("permit_no", TEXT, "discharge permit number", nullable=True),
        INDUSTRY_IDX,
        COUNTY_IDX,
        CITY_IDX,
        Column("lon_deg", REAL, "longitude", "deg", nullable=True),
        Column("lat_deg", REAL, "latitude", "deg", nullable=True),
        Column("coordinate_status", TEXT, "ok, missing, swapped, dms, outside_county, outside_china, truncated"),
        Column("is_key_source", FLAG, "has automatic monitoring or is listed as a key source"),
        Column("n_outlets", U8, "discharge outlets known, 255 at most"),
    ),
)

HOTSPOTS = Table(
    "hotspots",
    "one row per product, day and hot cell of the 3 km grid; without a row a cell is clean only if it was observed",
    ("product", "date", "cell_col", "cell_row"),
    (
        PRODUCT,
        Column("date", DATE, "day in China"),
        Column("cell_col", I16, "column of the 3 km grid"),
        Column("cell_row", I16, "row of the 3 km grid"),
        Column("value", F32, "mean of the valid pixels; FIRE: sum of radiative power", "see unit"),
        Column("unit", TEXT, "unit of the value"),
        Column("level", U8, "strength for drawing, 0-255"),
        Column(
            "ring",
            U8,
            "test of R29 that day: 4 passed, 3 its city is in a regional episode, 2 not above its ring (or not among "
            "the top of its city), 1 too little of the ring was observed, 0 not tested (FIRE)",
        ),
        Column("ring_z", F32, "z against the ring of cells 6 to 12 km around; empty where not tested", nullable=True),
        Column("n_valid_days", U8, "observed days that count, the last 10 at most with this one; FIRE: 0, not known"),
        Column("n_hot_days", U8, "of them those that passed; FIRE: days with fire in the last 7 calendar days"),
        Column("persists", FLAG, "R29 calls it persistent on the evening of that day; PM25 only"),
        Column("native_km", F32, "edge of the native pixel: the value is no finer than this", "km"),
        COUNTY_IDX,
        CITY_IDX,
        ROUND_IDX,
        Column("lon_deg", REAL, "centre of the cell", "deg"),
        Column("lat_deg", REAL, "centre of the cell", "deg"),
    ),
)

COVERAGE = Table(
    "coverage",
    "one row per product, day and city: how much of it was seen",
    ("product", "date", "city_idx"),
    (
        PRODUCT,
        Column("date", DATE, "day in China"),
        CITY_IDX,
        Column("n_cells", U32, "cells the product has in the city"),
        Column("n_observed", U32, "cells with a valid value that day"),
    ),
)

CLUES = Table(
    "clues",
    "one row per clue (线索): suspected until a person on site has decided",
    ("clue_idx",),
    (
        Column("clue_idx", U32, "dense number in order of detection"),
        Column("clue_id", TEXT, "hash of rule, enterprise or cell, and window start"),
        Column("rule_idx", U8, "row of rules; 255 means a rule that is not listed"),
        Column("category", TEXT, "category of the clue"),
        Column("severity", U8, "1 same-day push, 2 next push, 3 watch list"),
        Column("enterprise_idx", I32, "row of enterprises; -1 for a clue about a cell"),
        Column("cell_id", TEXT, "grid cell; empty for a clue about an enterprise", nullable=True),
        COUNTY_IDX,
        CITY_IDX,
        INDUSTRY_IDX,
        Column("lon_deg", REAL, "where it is drawn", "deg"),
        Column("lat_deg", REAL, "where it is drawn", "deg"),
        ROUND_IDX,
        Column("pollutant", TEXT, "pollutant it is about", nullable=True),
        Column("window_from", TIME, "first data that speak for it"),
        Column("window_to", TIME, "end of those data"),
        Column("detected_at", TIME, "when the rule fired"),
        Column("detected_date", DATE, "day of that"),
        Column("score", REAL, "0-1, machine score"),
        Column("state", TEXT, "state now, a word of states.csv"),
        Column("state_since", TIME, "since when"),
        TEAM_IDX,
        Column("due_at", TIME, "deadline of the state", nullable=True),
        Column(
            "stages",
            U8,
            "bits: 1 pushed, 2 answered, 4 has a verdict, 8 confirmed, 16 fixed (passed the re-check and not "
            "relapsed), 32 closed now, 64 overdue at as_of",
        ),
    ),
)

CLUE_EVENTS = Table(
    "clue_events",
    "one row per step in the life of a clue",
    ("clue_idx", "sequence"),
    (Column("clue_idx", U32, "row of clues"), *canonical.CLUE_EVENTS.columns),
)

CHECKS = Table(
    "checks",
    "one row per inspection of an enterprise; targets were selected, not random",
    ("inspection_id",),
    (
        Column("inspection_id", TEXT, "stable id"),
        ENTERPRISE_IDX,
        ROUND_IDX,
        COUNTY_IDX,
        CITY_IDX,
        INDUSTRY_IDX,
        Column("checked_date", DATE, "day the check was finished"),
        TEAM_IDX,
        Column("mode", TEXT, "onsite or offsite"),
        Column("n_problems", U8, "problems found"),
        Column("n_prominent", U8, "prominent ones among them"),
        Column("is_control", FLAG, "drawn by lot to compare with; empty: the register doesn't tell", nullable=True),
        Column("cell_id", TEXT, "grid cell of the enterprise", nullable=True),
    ),
)

PROBLEMS = Table(
    "problems",
    "one row per problem found",
    ("problem_id",),
    (*canonical.PROBLEMS.columns, ENTERPRISE_IDX, ROUND_IDX),
)

EMISSION_DAILY = Table(
    "emission_daily",
    "one row per day, enterprise and pollutant, over its outlets",
    ("date", "enterprise_idx", "pollutant"),
    (
        Column("date", DATE, "day"),
        ENTERPRISE_IDX,
        Column("pollutant", TEXT, "PM, SO2 or NOx"),
        Column("n_outlets", U8, "outlets with a record"),
        Column("concentration_mg_m3", F32, "mean over the outlets", "mg/m3", nullable=True),
        Column("limit_mg_m3", F32, "strictest limit of the outlets", "mg/m3"),
        Column("valid_hours", U16, "hours with a valid mean, all outlets", "h"),
        Column("exceed_hours", U16, "valid hours above the limit, all outlets", "h"),
        Column("emission_kg", F32, "amount emitted", "kg", nullable=True),
    ),
)

AMBIENT_DAILY = Table(
    "ambient_daily",
    "one row per day, city and pollutant",
    ("date", "city_idx", "pollutant"),
    (
        Column("date", DATE, "day"),
        CITY_IDX,
        Column("pollutant", TEXT, "PM25, PM10, SO2, NO2, CO or O3"),
        Column("value", F32, "mean of the places of the city", "ug/m3, CO mg/m3"),
    ),
)

TABLES: dict[str, Table] = {
    table.name: table
    for table in (
        PLACES,
        PLACE_GROUPS,
        GEOMETRY,
        ROUNDS,
        TEAMS,
        INDUSTRIES,
        RULES,
        PROBLEM_TYPES,
        CLUE_CATEGORIES,
        WORKING_DAYS,
        ENTERPRISES,
        HOTSPOTS,
        COVERAGE,
        CLUES,
        CLUE_EVENTS,
        CHECKS,
        PROBLEMS,
        EMISSION_DAILY,
        AMBIENT_DAILY,
        *FINDING_TABLES,
        *INCINERATION_TABLES,
        LAND_PATCHES,
        *ACCOUNT_TABLES,
        *DOSSIER_TABLES,
    )
}
