"""A CSV of cells: one line per cell, product and day."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd

from data_adapters.files import decode_text
from data_adapters.source import AdapterError, FileAccount, Mask, RejectionLog
from data_adapters.sources.delimited import RawRows, match_columns, parse_delimited, pick_columns, plain_heading
from data_adapters.sources.grid_settings import FILE_DAY, GridSettings

SPELLINGS = {
    "pm2.5": "PM25",
    "pm25": "PM25",
    "pm2_5": "PM25",
    "pm2p5": "PM25",
    "no2": "NO2",
    "hcho": "HCHO",
    "ch2o": "HCHO",
}
EMPTY = ("", "na", "nan", "null", "none")
OPTIONAL = {"qa": (0.0, 1.0), "cloud_fraction": (0.0, 1.0), "native_km": (0.01, 1000.0), "value": (-np.inf, np.inf)}


def read_cells(
    path: Path, content: bytes, account: FileAccount, log: RejectionLog, settings: GridSettings
) -> pd.DataFrame:
    """The cells of the file; columns as read_netcdf gives them.

    Raises  AdapterError if columns are missing or a unit is not known
    """
    text, _ = decode_text(path, content)
    raw = parse_delimited(path, text.lstrip("\ufeff\r\n "))
    settings = _with_heading(path, raw, settings)
    mandatory = ["lon", "lat", "value"]
    mandatory += [] if settings.product else ["product"]
    mandatory += [] if settings.day is not None else ["date"]
    frame = pick_columns(path, raw, settings.known["columns"], mandatory, "satellite_grid")
    raw.enter(account, log)
    good: Mask = np.ones(len(frame), dtype=bool)

    def refuse(mask: pd.Series, reason: str, message: str, column: str) -> None:
        nonlocal good
        bad = mask.to_numpy(dtype=bool) & good
        log.add_mask(account, (reason, message, column), bad, frame[column].array, raw.rows)
        good &= ~bad

    product = frame["product"].str.lower().map(SPELLINGS)
    if settings.product:
        product = product.fillna(settings.product)
    refuse(product.isna(), "unknown_product", "not PM25, NO2 or HCHO", "product")
    day = pd.to_datetime(frame["date"].str.replace("/", "-", regex=False), format="%Y-%m-%d", errors="coerce")
    day = day if settings.day is None else day.fillna(settings.day)
    refuse(day.isna(), "bad_date", "not a day as 2023-07-01", "date")
    numbers = {name: pd.to_numeric(frame[name], errors="coerce").astype(float) for name in ("lon", "lat", *OPTIONAL)}
    numbers["lon"] = numbers["lon"].where(~numbers["lon"].between(180, 360, inclusive="right"), numbers["lon"] - 360)
    refuse(~numbers["lon"].between(-180, 180), "bad_position", "no longitude", "lon")
    refuse(~numbers["lat"].between(-90, 90), "bad_position", "no latitude", "lat")
    for name, (low, high) in OPTIONAL.items():
        is_empty = frame[name].str.lower().isin(EMPTY)
        refuse(~is_empty & ~numbers[name].between(low, high), "bad_number", "not a number that can be", name)
    made = pd.DataFrame(
        {
            "product": product,
            "date": day.astype("datetime64[s]"),
            "lon_deg": numbers["lon"],
            "lat_deg": numbers["lat"],
            "native_km": _native_km(product, numbers["native_km"], settings),
            "value": settings.without_fills(numbers["value"].to_numpy(dtype=float))
            * _factors(path, product, frame["unit"], settings),
            "qa": numbers["qa"],
            "cloud_fraction": numbers["cloud_fraction"],
            "row": raw.rows,
        }
    )
    return made[good].reset_index(drop=True)


def _with_heading(path: Path, raw: RawRows, settings: GridSettings) -> GridSettings:
    """The settings with what only headings and the file name tell: a column named PM2.5 of a day in the name."""
    known, headings = settings.known["columns"], list(raw.frame.columns)
    found = match_columns(headings, known)
    named = {heading: SPELLINGS[plain_heading(heading)] for heading in headings if plain_heading(heading) in SPELLINGS}
    if "value" not in found and "product" not in found and len(named) == 1:
        (heading, product), *_ = named.items()
        raw.frame.columns = pd.Index(["value" if name == heading else name for name in headings])
        unit = re.search(r"[(\[（](.+?)[)\]）]", heading)
        if unit and "unit" not in found:
            raw.frame["unit"] = unit[1]
        raw.notes.append(f"column {heading} taken as {product}")
        settings = replace(settings, product=product)
    day = FILE_DAY.search(path.name)
    if settings.day is None and "date" not in found and day:
        settings = replace(settings, day=pd.Timestamp("-".join(day.groups())))
        raw.notes.append(f"day {'-'.join(day.groups())} taken from the name of the file")
    return settings


def _native_km(product: pd.Series, stated: pd.Series, settings: GridSettings) -> pd.Series:
    least = product.map(settings.known["parameters"]["native_km_min"]).astype(float)
    return stated.fillna(settings.native_km if settings.native_km else least)


def _factors(path: Path, product: pd.Series, unit: pd.Series, settings: GridSettings) -> pd.Series:
    factors = pd.Series(1.0, index=product.index)
    pairs = pd.DataFrame({"product": product, "unit": unit}).dropna().drop_duplicates()
    for name, stated in pairs.itertuples(index=False):
        if stated or name in settings.units:
            factors[(product == name) & (unit == stated)] = settings.factor(path, name, stated)
        elif not (unit == "").all():
            raise AdapterError(path, f"states a unit for some cells of {name} and none for others")
    return factors
