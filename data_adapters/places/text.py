"""Longitude and latitude as people write them: decimals, degrees-minutes-seconds in many forms, swapped, or missing."""

from __future__ import annotations

import numpy as np
import pandas as pd

from data_adapters.identity.identifiers import is_missing

MIN_DECIMALS = 4  # fewer leave an error above 11 m
CHINA_LON = (73.0, 136.0)
CHINA_LAT = (3.0, 54.0)
MARKS = {
    "º": "°",
    "˚": "°",
    "度": "°",
    "′": "'",
    "’": "'",
    "‘": "'",
    "´": "'",
    "`": "'",
    "分": "'",
    "″": '"',
    "”": '"',
    "“": '"',
    "秒": '"',
}
NUMBER = r"\d+(?:[.,]\d+)?"
NEEDLESS = r"东经|北纬|[经纬]°|[东北]$|[:,;]\s*$|[EeNn](?![-+\d])|^[EeNn]\s*"
DECIMAL = rf"^(?P<sign>[+-]?)(?P<value>{NUMBER}(?:[eE][+-]?\d+)?)°?$"
MARKED = rf"^(?P<sign>[+-]?)(?P<d>\d+)°(?:(?P<m>{NUMBER})(?:'(?:(?P<s>{NUMBER})\"?)?)?)?$"
PARTED = rf"^(?P<sign>[+-]?)(?P<d>\d{{1,3}})(?P<gap>[.\-: ])(?P<m>\d{{1,2}})(?P=gap)(?P<s>{NUMBER})$"


def _plain(raw: pd.Series) -> pd.Series:
    text = raw.str.replace("''", '"', regex=False)
    for mark, plain in MARKS.items():
        text = text.str.replace(mark, plain, regex=False)
    text = text.str.normalize("NFKC").str.replace(
        r"东经|北纬|[经纬]°|[东北]$|[:,;]\s*$|[EeNn](?![-+\d])|^[EeNn]\s*", "", regex=True
    )
    is_negative = text.str.contains(r"西经|南纬|[WwSs]", regex=True)
    text = text.str.replace(r"西经|南纬|[WwSs]", "", regex=True).str.strip()
    text = text.str.replace(r"\s*([°'\"])\s*", r"\1", regex=True)
    return text.where(~is_negative, "-" + text)


def _degrees(parts: pd.DataFrame) -> pd.Series:
    numbers = {name: pd.to_numeric(parts[name].str.replace(",", "."), errors="coerce") for name in ("d", "m", "s")}
    minutes, seconds = numbers["m"].fillna(0.0), numbers["s"].fillna(0.0)
    value = numbers["d"] + minutes / 60.0 + seconds / 3600.0
    value = value.where((minutes < 60.0) & (seconds < 60.0))
    return value.where(parts["sign"] != "-", -value)


def parse_degrees(raw: pd.Series) -> pd.DataFrame:
    """What each text means.

    Shape   value: degrees or NaN; is_dms; decimals: digits after the point of a decimal, else 9; is_missing:
            empty, a dash or zero; a text that is neither a number nor missing has NaN and is_missing false
    """
    text = _plain(raw)
    decimal = text.str.extract(DECIMAL)
    value = pd.to_numeric(decimal["value"].str.replace(",", "."), errors="coerce").astype(float)
    value = value.where(decimal["sign"] != "-", -value)
    from_dms = _degrees(text.str.extract(MARKED)).fillna(_degrees(text.str.extract(PARTED)))
    is_dms = value.isna() & from_dms.notna()
    value = value.where(~is_dms, from_dms)
    fraction = decimal["value"].str.extract(r"[.,](\d+)", expand=False)
    decimals = fraction.str.len().fillna(0).astype(int).where(decimal["value"].notna(), 9)
    missing = is_missing(raw) | (value == 0)
    value = value.where(~missing & np.isfinite(value))
    return pd.DataFrame({"value": value, "is_dms": is_dms, "decimals": decimals, "is_missing": missing})


def is_in_china_range(lon_deg: pd.Series, lat_deg: pd.Series) -> pd.Series:
    """Whether points lie in the box around China."""
    return lon_deg.between(*CHINA_LON) & lat_deg.between(*CHINA_LAT)


def read_positions(lon_raw: pd.Series, lat_raw: pd.Series) -> pd.DataFrame:
    """Positions with what was noticed about them.

    Shape   lon_deg, lat_deg (NaN if missing, unreadable or impossible), status: ok, missing, swapped, dms,
            outside_china or truncated; is_unreadable: there was a text that is no coordinate
    Note    a pair that is inside China only with its parts exchanged is exchanged and marked swapped
    """
    first, second = parse_degrees(lon_raw), parse_degrees(lat_raw)
    lon, lat = first["value"], second["value"]
    is_swapped = is_in_china_range(lat, lon)
    lon, lat = lon.where(~is_swapped, second["value"]), lat.where(~is_swapped, first["value"])
    unreadable = (lon.isna() & ~first["is_missing"]) | (lat.isna() & ~second["is_missing"])
    impossible = (lon.abs() > 180.0) | (lat.abs() > 90.0)
    gone = lon.isna() | lat.isna() | impossible
    is_dms = first["is_dms"] | second["is_dms"]
    is_short = np.minimum(first["decimals"], second["decimals"]) < MIN_DECIMALS
    conditions = [gone & ~impossible, impossible | ~is_in_china_range(lon, lat), is_swapped, is_dms, is_short]
    status = np.select(
        [np.asarray(condition) for condition in conditions],
        ["missing", "outside_china", "swapped", "dms", "truncated"],
        "ok",
    )
    return pd.DataFrame(
        {
            "lon_deg": lon.where(~gone),
            "lat_deg": lat.where(~gone),
            "status": pd.Series(status, index=lon_raw.index, dtype=object),
            "is_unreadable": unreadable,
        }
    )
