"""Columns of the table of plumes, for `data_adapters.tables`: name, type, meaning, unit, may be empty."""

from __future__ import annotations

import pyarrow as pa

TEXT = pa.string()
DATE = pa.date32()
TIME = pa.timestamp("s")
REAL = pa.float64()

PLUMES = (
    ("plume_id", TEXT, "id of the provider", "", False),
    ("gas", TEXT, "CH4", "", False),
    ("satellite", TEXT, "satellite and agency as the provider writes them", "", False),
    ("scene", TEXT, "satellite image it was seen in", "", True),
    ("observed_at", TIME, "overpass, UTC+8; 08:00 sharp may mean that only the day is known", "", False),
    ("observed_date", DATE, "day in China; 16:00 UTC and later is the next day", "", False),
    ("lon_deg", REAL, "source of the plume", "deg", False),
    ("lat_deg", REAL, "source of the plume", "deg", False),
    ("rate_kg_h", REAL, "emission rate; empty where it was not quantified", "kg/h", True),
    ("rate_sd_kg_h", REAL, "standard deviation of the rate", "kg/h", True),
    ("wind_u_m_s", REAL, "eastward wind the rate was reckoned with", "m/s", True),
    ("wind_v_m_s", REAL, "northward wind likewise", "m/s", True),
    ("wind_speed_m_s", REAL, "wind speed likewise", "m/s", True),
    ("country", TEXT, "country as the provider writes it", "", True),
    ("sector", TEXT, "sector of the source as the provider writes it", "", True),
    ("is_notified", pa.bool_(), "whether government or operator was told", "", True),
    ("actionable", TEXT, "yes, no, not_available or not_applicable: four values, not two", "", True),
    ("detected_by", TEXT, "who found it", "", True),
    ("quantified_by", TEXT, "who quantified it", "", True),
    ("published_at", TIME, "entered into the provider's list, UTC+8", "", True),
    ("updated_at", TIME, "last change in it, UTC+8", "", True),
)
