"""The tables of a snapshot behind a dossier 一企一档: what one page tells of one enterprise.

They are sorted by enterprise, so that the few rows of one are read from the file without reading the rest.
"""

from __future__ import annotations

import pyarrow as pa

from data_adapters.tables import DATE, TEXT, TIME, Column, Table

U8 = pa.uint8()
F32 = pa.float32()
ENTERPRISE_IDX = Column("enterprise_idx", pa.uint32(), "row of enterprises")
OUTLET = Column("outlet_id", TEXT, "outlet")

DOSSIER_DAYS = Table(
    "dossier_days",
    "one row per enterprise, outlet, pollutant and day of automatic monitoring; no row means nothing was sent",
    ("enterprise_idx", "outlet_id", "pollutant", "date"),
    (
        ENTERPRISE_IDX,
        OUTLET,
        Column("pollutant", TEXT, "PM, SO2 or NOx"),
        Column("date", DATE, "day"),
        Column("mean_mg_m3", F32, "mean at reference oxygen, whatever the mark", "mg/m3", nullable=True),
        Column("max_mg_m3", F32, "largest hour at reference oxygen, whatever the mark", "mg/m3", nullable=True),
        Column("limit_mg_m3", F32, "strictest hourly limit in force", "mg/m3", nullable=True),
        Column("hours", U8, "hours sent", "h"),
        Column("hours_valid", U8, "of them with 45 valid minutes or more and no device flag but N", "h"),
        Column("hours_over", U8, "hours above the limit, whatever the mark", "h"),
        Column("hours_over_fault", U8, "of them marked as equipment fault", "h"),
        Column("hours_fault", U8, "hours marked as equipment fault, by device, logger or person", "h"),
        Column("hours_maintenance", U8, "hours marked as maintenance", "h"),
        Column("hours_stopped", U8, "hours marked as stopped", "h"),
        Column("hours_calibration", U8, "hours touched by a calibration", "h"),
        Column("hours_other", U8, "hours with another mark or device flag", "h"),
    ),
)

DOSSIER_POWER = Table(
    "dossier_power",
    "one row per enterprise and day with a reading; a unit that isn't metered is empty, which is not nought",
    ("enterprise_idx", "date"),
    (
        ENTERPRISE_IDX,
        Column("date", DATE, "day"),
        Column("production_kwh", F32, "electricity of the metered production units", "kWh", nullable=True),
        Column("treatment_kwh", F32, "electricity of the metered treatment units", "kWh", nullable=True),
        Column("total_kwh", F32, "electricity of the whole enterprise, from the grid company", "kWh", nullable=True),
        Column("hours_offline", pa.uint16(), "hours of meters that were not connected, all units", "h"),
    ),
)

DOSSIER_HOURS = Table(
    "dossier_hours",
    "one row per enterprise, object, series and hour; only of enterprises with a finding or a clue that waits",
    ("enterprise_idx", "object_id", "series", "time"),
    (
        ENTERPRISE_IDX,
        Column("object_id", TEXT, "outlet, pair of meters or furnace"),
        Column(
            "series",
            TEXT,
            "PM, SO2 or NOx (mg/m3 at reference oxygen), nh3_flow_kg_h, nh3_slip_mg_m3, load_pct, inlet_nox_mg_m3, "
            "fan_a, pump_a, production_kw, treatment_kw or furnace_c (least of the hour)",
        ),
        Column("time", TIME, "start of the hour"),
        Column("value", F32, "value, whatever its mark, to a tenth", "see series"),
        Column("mark", U8, "0 none, 1 fault, 2 maintenance, 3 stopped, 4 calibration, 5 another"),
    ),
)

DOSSIER_FACTS = Table(
    "dossier_facts",
    "one row per enterprise and line of a register",
    ("enterprise_idx", "kind", "fact_id"),
    (
        ENTERPRISE_IDX,
        Column(
            "kind",
            TEXT,
            "permit, limit, amount, registration, sample, penalty, past_problem, past_check, coercive, complaint, "
            "petition, reduction, grade, order, transmission (of a day, all outlets), cut (under an alert), service "
            "or mark",
        ),
        Column("fact_id", TEXT, "what the register calls it"),
        Column("from_at", TIME, "since when, or when", nullable=True),
        Column("to_at", TIME, "until when", nullable=True),
        Column("code", TEXT, "type, level or measure", nullable=True),
        Column("detail", TEXT, "JSON of its other numbers and codes; hostile input", nullable=True),
    ),
)

DOSSIER_ALERTS = Table(
    "dossier_alerts",
    "one row per alert of heavy pollution in a city",
    ("alert_id",),
    (
        Column("alert_id", TEXT, "what the register calls it"),
        Column("city_idx", pa.uint16(), "city"),
        Column("level", TEXT, "yellow, orange or red"),
        Column("pollutant", TEXT, "PM25 or O3"),
        Column("from_at", TIME, "start"),
        Column("to_at", TIME, "lifted"),
        Column("document_no", TEXT, "document; hostile input"),
    ),
)

DOSSIER_TABLES = (DOSSIER_DAYS, DOSSIER_POWER, DOSSIER_HOURS, DOSSIER_FACTS, DOSSIER_ALERTS)
