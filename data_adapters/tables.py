"""The canonical tables: every source is turned into these, everything later reads only these.

A table is a schema whose columns carry type, unit and meaning. `python -m data_adapters tables`
prints them; `docs/tables.md` is made from them and checked by a test.

Time: naive UTC+8 wall time, start of period. Position: WGS-84 degrees, lon before lat.
Half-open ranges: `from_*` belongs to the range, `to_*` does not.
"""

from __future__ import annotations

from dataclasses import dataclass

import pyarrow as pa

from data_adapters.hj212 import columns
from data_adapters.sources import plume_columns

TEXT = pa.string()
DATE = pa.date32()
TIME = pa.timestamp("s")
INT = pa.int32()
REAL = pa.float64()
FLAG = pa.bool_()


@dataclass(frozen=True)
class Column:
    """One column: what it holds, in which unit, and whether it may be empty."""

    name: str
    type: pa.DataType
    meaning: str
    unit: str = ""
    nullable: bool = False


@dataclass(frozen=True)
class Table:
    """One canonical table: its grain in a sentence, its key, its columns."""

    name: str
    grain: str
    key: tuple[str, ...]
    columns: tuple[Column, ...]

    @property
    def schema(self) -> pa.Schema:
        """The Arrow schema; units and meanings ride along as field metadata."""
        return pa.schema(
            pa.field(
                column.name,
                column.type,
                nullable=column.nullable,
                metadata={"unit": column.unit, "meaning": column.meaning},
            )
            for column in self.columns
        )

    def empty(self) -> pa.Table:
        """The table with no rows: "none found", which is not the same as "not observed"."""
        return self.schema.empty_table()


REGIONS = Table(
    "regions",
    "one row per administrative division",
    ("level", "adcode"),
    (
        Column("adcode", TEXT, "GB/T 2260 division code, six digits"),
        Column("level", TEXT, "province, city or county"),
        Column("name_zh", TEXT, "full Chinese name"),
        Column("name_en", TEXT, "English name"),
        Column("short_name_zh", TEXT, "Chinese name as a map label"),
        Column("parent_adcode", TEXT, "division above; empty for a province", nullable=True),
        Column("lon_deg", REAL, "longitude of the label point", "deg"),
        Column("lat_deg", REAL, "latitude of the label point", "deg"),
        Column("geometry_wkb", pa.binary(), "polygon or multipolygon, WKB", "deg"),
    ),
)

BOUNDARY_LINES = Table(
    "boundary_lines",
    "one row per line a map of China must carry besides the divisions",
    ("kind", "part"),
    (
        Column("kind", TEXT, "dash_line_10 and the other kinds of the source"),
        Column("part", INT, "running number within the kind"),
        Column("geometry_wkb", pa.binary(), "linestring or multilinestring, WKB", "deg"),
    ),
)

REGION_GROUPS = Table(
    "region_groups",
    "one row per membership of a city in a key-region group; membership is dated",
    ("group_code", "city_adcode", "valid_from"),
    (
        Column("group_code", TEXT, "BTH, FWP, YRD or a code of the user's own"),
        Column("name_zh", TEXT, "Chinese name of the group"),
        Column("name_en", TEXT, "English name of the group"),
        Column("city_adcode", TEXT, "member city"),
        Column("valid_from", DATE, "first day of membership"),
        Column("valid_to", DATE, "day after the last; empty while it lasts", nullable=True),
    ),
)

ROUNDS = Table(
    "rounds",
    "one row per inspection round (轮次)",
    ("round_code",),
    (
        Column("round_code", TEXT, "year and number, as 2023-R01"),
        Column("year", INT, "campaign year"),
        Column("number", INT, "number within the year, from 1"),
        Column("from_date", DATE, "first day"),
        Column("to_date", DATE, "day after the last"),
    ),
)

TEAMS = Table(
    "teams",
    "one row per inspection team (专业组)",
    ("team_code",),
    (
        Column("team_code", TEXT, "stable code"),
        Column("name_zh", TEXT, "name, as 合肥市专业13组"),
        Column("name_en", TEXT, "English name"),
        Column("kind", TEXT, "professional or regular"),
        Column("number", INT, "number of the team"),
        Column("city_adcode", TEXT, "city of its base"),
        Column("leader", TEXT, "name of the leader", nullable=True),
    ),
)

ENTERPRISES = Table(
    "enterprises",
    "one row per enterprise of a register",
    ("enterprise_id",),
    (
        Column("enterprise_id", TEXT, "USCC where valid, else source and its own key"),
        Column("name", TEXT, "name as registered; hostile input, always escaped"),
        Column("uscc", TEXT, "unified social credit code, check digit verified", nullable=True),
        Column("permit_no", TEXT, "discharge permit number", nullable=True),
        Column("industry_code", TEXT, "code in reference/industries.csv; 'other' if unmapped"),
        Column("industry_raw", TEXT, "industry as the source wrote it", nullable=True),
        Column("city_adcode", TEXT, "city the position lies in, else the declared one", nullable=True),
        Column("county_adcode", TEXT, "county likewise; empty means not mapped", nullable=True),
        Column("lon_deg", REAL, "longitude", "deg", nullable=True),
        Column("lat_deg", REAL, "latitude", "deg", nullable=True),
        Column("lon_raw", TEXT, "longitude as the source wrote it", nullable=True),
        Column("lat_raw", TEXT, "latitude as the source wrote it", nullable=True),
        Column("coordinate_status", TEXT, "ok, missing, swapped, dms, outside_county, outside_china, truncated"),
        Column("is_key_source", FLAG, "has automatic monitoring or is listed as a key source"),
    ),
)

OUTLETS = Table(
    "outlets",
    "one row per discharge outlet (排口)",
    ("outlet_id",),
    (
        Column("outlet_id", TEXT, "enterprise_id and outlet code"),
        Column("enterprise_id", TEXT, "enterprise it belongs to"),
        Column("outlet_code", TEXT, "permit outlet code, as DA001"),
        Column("name", TEXT, "name of the outlet", nullable=True),
        Column("stack_height_m", REAL, "height of the stack", "m", nullable=True),
    ),
)

SATELLITE_DETECTIONS = Table(
    "satellite_detections",
    "one row per active-fire pixel; a row exists only where something was detected",
    ("detection_id",),
    (
        Column("detection_id", TEXT, "satellite, UTC time and position"),
        Column("satellite", TEXT, "Terra, Aqua, Suomi-NPP, NOAA-20, NOAA-21"),
        Column("instrument", TEXT, "MODIS or VIIRS"),
        Column("observed_at", TIME, "overpass, UTC+8"),
        Column("observed_date", DATE, "day in China; 16:00 UTC and later is the next day"),
        Column("lon_deg", REAL, "pixel centre", "deg"),
        Column("lat_deg", REAL, "pixel centre", "deg"),
        Column("frp_mw", REAL, "fire radiative power", "MW", nullable=True),
        Column("brightness_k", REAL, "brightness temperature, channel 21/22 or I-4", "K", nullable=True),
        Column("scan_km", REAL, "pixel size along scan", "km", nullable=True),
        Column("track_km", REAL, "pixel size along track", "km", nullable=True),
        Column("confidence", TEXT, "low, nominal or high"),
        Column("confidence_pct", INT, "0-100, MODIS only", "%", nullable=True),
        Column("is_day", FLAG, "day-time overpass", nullable=True),
        Column("fire_type", TEXT, "vegetation, volcano, static_land or offshore; archive only", nullable=True),
        Column("processing", TEXT, "archive, nrt, rt or urt"),
    ),
)

SATELLITE_GRID = Table(
    "satellite_grid",
    "one row per native pixel or cell, product and day, observed or not",
    ("product", "date", "lon_deg", "lat_deg"),
    (
        Column("product", TEXT, "PM25, NO2 or HCHO"),
        Column("date", DATE, "day in China"),
        Column("lon_deg", REAL, "centre of the native pixel", "deg"),
        Column("lat_deg", REAL, "centre of the native pixel", "deg"),
        Column("native_km", REAL, "edge of the native pixel; a resampled cell is no finer than this", "km"),
        Column("value", REAL, "ug/m3 for PM25; 1e15 molecules/cm2 for NO2 and HCHO", "by product", nullable=True),
        Column("qa", REAL, "quality of the retrieval, 0-1", nullable=True),
        Column("cloud_fraction", REAL, "0-1", nullable=True),
        Column("is_valid", FLAG, "passed QA and cloud screening; false means not observed, never clean"),
    ),
)

PLUMES = Table(
    "plumes",
    "one row per plume of a gas that a satellite saw; a row exists only where one was detected",
    ("plume_id",),
    tuple(Column(*column) for column in plume_columns.PLUMES),
)

AMBIENT_SERIES = Table(
    "ambient_series",
    "one row per place, day and pollutant",
    ("place_code", "date", "pollutant"),
    (
        Column("place_code", TEXT, "city adcode or station code"),
        Column("city_adcode", TEXT, "city it belongs to", nullable=True),
        Column("date", DATE, "day"),
        Column("pollutant", TEXT, "PM25, PM10, SO2, NO2, CO or O3"),
        Column("value", REAL, "daily mean; O3 is the maximum 8 h mean", "ug/m3, CO mg/m3", nullable=True),
    ),
)

EMISSION_SERIES = Table(
    "emission_series",
    "one row per outlet, day and pollutant, from automatic monitoring; kept whatever the mark",
    ("outlet_id", "date", "pollutant"),
    (
        Column("outlet_id", TEXT, "outlet"),
        Column("enterprise_id", TEXT, "enterprise of the outlet"),
        Column("date", DATE, "day"),
        Column("pollutant", TEXT, "PM, SO2 or NOx"),
        Column("concentration_mg_m3", REAL, "daily mean at reference oxygen", "mg/m3", nullable=True),
        Column("limit_mg_m3", REAL, "limit in force for this outlet that day", "mg/m3"),
        Column("valid_hours", INT, "hours with a valid mean, 0-24", "h"),
        Column("exceed_hours", INT, "valid hours above the limit", "h"),
        Column("emission_kg", REAL, "amount emitted", "kg", nullable=True),
    ),
)

INSPECTIONS = Table(
    "inspections",
    "one row per check of one enterprise by one team in one round; targets were selected, not random",
    ("inspection_id",),
    (
        Column("inspection_id", TEXT, "stable id"),
        Column("round_code", TEXT, "round"),
        Column("team_code", TEXT, "team"),
        Column("enterprise_id", TEXT, "enterprise checked"),
        Column("checked_date", DATE, "day the check was finished"),
        Column("mode", TEXT, "onsite or offsite"),
        Column("is_control", FLAG, "drawn by lot to compare with; empty: the register doesn't tell", nullable=True),
    ),
)

PROBLEMS = Table(
    "problems",
    "one row per problem found; an enterprise may have several",
    ("problem_id",),
    (
        Column("problem_id", TEXT, "stable id"),
        Column("inspection_id", TEXT, "check that found it"),
        Column("enterprise_id", TEXT, "enterprise"),
        Column("round_code", TEXT, "round"),
        Column("problem_type", TEXT, "code in reference/problem_types.csv"),
        Column("is_prominent", FLAG, "counted as prominent (突出问题)"),
        Column("found_date", DATE, "day of confirmation"),
    ),
)

CLUES = Table(
    "clues",
    "one row per clue (线索): suspected until a person on site has decided",
    ("clue_id",),
    (
        Column("clue_id", TEXT, "hash of rule, enterprise or cell, and window start"),
        Column("rule_id", TEXT, "rule that made it, as R01"),
        Column("category", TEXT, "cems, power, emergency, permit, complaint, satellite, microstation, air_quality"),
        Column("severity", INT, "1 same-day push, 2 next push, 3 watch list"),
        Column("enterprise_id", TEXT, "enterprise; empty for a clue about a cell", nullable=True),
        Column("cell_id", TEXT, "grid cell; empty for a clue about an enterprise", nullable=True),
        Column("county_adcode", TEXT, "county"),
        Column("lon_deg", REAL, "where it is drawn", "deg"),
        Column("lat_deg", REAL, "where it is drawn", "deg"),
        Column("round_code", TEXT, "round it was detected in"),
        Column("pollutant", TEXT, "pollutant it is about", nullable=True),
        Column("window_from", TIME, "first data that speak for it"),
        Column("window_to", TIME, "end of those data"),
        Column("detected_at", TIME, "when the rule fired"),
        Column("score", REAL, "0-1, machine score"),
    ),
)

CLUE_EVENTS = Table(
    "clue_events",
    "one row per step in the life of a clue, in the words of reference/states.csv",
    ("clue_id", "sequence"),
    (
        Column("clue_id", TEXT, "clue"),
        Column("sequence", INT, "from 1"),
        Column("at", TIME, "when"),
        Column("event", TEXT, "event"),
        Column("from_state", TEXT, "state before; empty for the first", nullable=True),
        Column("to_state", TEXT, "state after"),
        Column("role", TEXT, "who may do this"),
        Column("team_code", TEXT, "team concerned", nullable=True),
        Column("due_at", TIME, "deadline of the new state", nullable=True),
        Column(
            "cause",
            TEXT,
            "why it was not confirmed or was discarded: instrument_fault, interference, falsification, process_upset, "
            "data_error, satellite_artefact, source_elsewhere or window_passed",
            nullable=True,
        ),
    ),
)

CEMS_READINGS = Table(
    "cems_readings",
    "one row per value a stack monitor sent over HJ 212; kept whatever the flag, never overwritten",
    ("device_mn", "system_code", "command", "data_time", "factor_code", "value_kind", "frame_no", "item_no"),
    tuple(Column(*column) for column in columns.READINGS),
)

TABLES: dict[str, Table] = {
    table.name: table
    for table in (
        REGIONS,
        BOUNDARY_LINES,
        REGION_GROUPS,
        ROUNDS,
        TEAMS,
        ENTERPRISES,
        OUTLETS,
        SATELLITE_DETECTIONS,
        SATELLITE_GRID,
        PLUMES,
        AMBIENT_SERIES,
        EMISSION_SERIES,
        INSPECTIONS,
        PROBLEMS,
        CLUES,
        CLUE_EVENTS,
        CEMS_READINGS,
    )
}


class TableError(Exception):
    """A table does not have the columns or types that were promised."""


def conform(name: str, data: pa.Table) -> pa.Table:
    """`data` with exactly the columns, order and types of canonical table `name`.

    Raises  TableError naming the column that is missing, surplus, of a wrong type, or empty where it may not be
    """
    table = TABLES[name]
    wanted = [column.name for column in table.columns]
    missing = [column for column in wanted if column not in data.column_names]
    surplus = [column for column in data.column_names if column not in wanted]
    if missing or surplus:
        raise TableError(f"table {name}: missing columns {missing}, surplus columns {surplus}")
    data = data.select(wanted)
    for column in table.columns:
        if not column.nullable and data[column.name].null_count:
            raise TableError(f"table {name}, column {column.name}: {data[column.name].null_count} empty values")
    try:
        return data.cast(table.schema)
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError, ValueError) as error:
        raise TableError(f"table {name}: {error}") from error


def tables_markdown() -> str:
    """The canonical tables as the text of docs/tables.md."""
    lines = ["# Canonical tables", "", "Made by `python -m data_adapters tables --markdown`; do not edit.", ""]
    lines += ["Time is naive UTC+8 wall time, start of period. Position is WGS-84, longitude before latitude.", ""]
    for table in TABLES.values():
        lines += [
            f"## {table.name}",
            "",
            f"{table.grain[0].upper()}{table.grain[1:]}. Key: {', '.join(table.key)}.",
            "",
        ]
        lines += ["| column | type | unit | may be empty | meaning |", "|---|---|---|---|---|"]
        for column in table.columns:
            empty = "yes" if column.nullable else ""
            lines.append(f"| {column.name} | {column.type} | {column.unit} | {empty} | {column.meaning} |")
        lines.append("")
    return "\n".join(lines)
