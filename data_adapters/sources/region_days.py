"""Daily means of the cities of key regions as NetCDF fields of (year, city, day), with neither dates nor names inside.

What the file does not say is not guessed: without options year and day no value has a date, and all are refused. A
field with values below zero is no concentration (a series freed of its mean and season), and is refused.

Options  year       of the first plane, as 2014
         day        first day of every year, month and day, as 05-11
         pollutant  PM25, PM10, SO2, NO2, CO or O3, where neither variable nor file name tells
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import xarray as xr
from numpy.typing import NDArray

from data_adapters.files import kind_of, read_bytes
from data_adapters.source import (
    AdapterError,
    FileAccount,
    RejectionLog,
    SourceResult,
    check_options,
    nearest,
    read_each,
)
from data_adapters.sources.firms_columns import Checks
from data_adapters.sources.netcdf_files import open_netcdf
from data_adapters.sources.row_checks import repeated
from data_adapters.tables import TABLES

POLLUTANTS = {"PM25": r"pm_?2?[._p]?5", "PM10": "pm_?10", "SO2": "so2", "NO2": "no2", "CO": "co(?!n)", "O3": "o3|ozone"}
YEARS, DAYS = ("year", "years"), ("day", "days", "time", "date")
MONTH_DAY = re.compile(r"(\d{1,2})-(\d{1,2})")
HOW = "options year=2014 and day=05-11 say when the planes begin"


@dataclass(frozen=True)
class Begin:
    """When the planes of a file begin: the year of the first, month and day of each; nothing if it was not told."""

    year: int
    month: int
    day: int


class RegionDays:
    """Source `region_days`: table ambient_series."""

    name = "region_days"

    def read(self, paths: Sequence[Path], options: Mapping[str, Any]) -> SourceResult:
        """Every value of every field; places are region and number, as BTH-01."""
        check_options(self.name, options, ("year", "day", "pollutant"))
        pollutant, begin = _pollutant_told(options), _begin(options)
        log = RejectionLog()
        seen: set[tuple[object, ...]] = set()

        def read_one(path: Path, account: FileAccount) -> pa.Table:
            content = read_bytes(path, account)
            if "NetCDF" not in (kind_of(content) or ""):
                raise AdapterError(path, "is not of source region_days", "expected a NetCDF file")
            parts = []
            for field in _fields(path, open_netcdf(path, content)):
                checks = _checks(field, account, log)
                own = _series(field, pollutant or _pollutant(path, field), begin, checks)
                if begin is not None:
                    repeated(own[["place_code", "date", "pollutant"]], checks, seen)
                account.accepted += int(checks.good.sum())
                parts.append(own[checks.good])
            made = pd.concat(parts, ignore_index=True)
            return pa.Table.from_pandas(made, schema=TABLES["ambient_series"].schema, preserve_index=False)

        accounts, tables = read_each(paths, log, read_one)
        table = pa.concat_tables(tables) if tables else TABLES["ambient_series"].empty()
        return SourceResult({"ambient_series": table}, accounts, log.rejections)


def _pollutant_told(options: Mapping[str, Any]) -> str | None:
    told = options.get("pollutant")
    if told is not None and str(told) not in POLLUTANTS:
        raise AdapterError("", f"option pollutant is {told!r}", nearest(str(told), POLLUTANTS))
    return None if told is None else str(told)


def _begin(options: Mapping[str, Any]) -> Begin | None:
    year, day = options.get("year"), options.get("day")
    if year is None and day is None:
        return None
    found = MONTH_DAY.fullmatch(str(day))
    try:
        first = None if found is None else date(int(str(year)), int(found[1]), int(found[2]))
    except ValueError:
        first = None
    if first is None or (first.month, first.day) == (2, 29):
        raise AdapterError("", f"options year={year!r}, day={day!r} are no day", "as year=2014 day=05-11")
    return Begin(first.year, first.month, first.day)


def _fields(path: Path, dataset: xr.Dataset) -> list[xr.DataArray]:
    """The fields of (year, place, day), in this order."""
    found = []
    for name in dataset.data_vars:
        field = dataset[name]
        year = next((dim for dim in field.dims if str(dim).lower() in YEARS), None)
        day = next((dim for dim in field.dims if str(dim).lower() in DAYS), None)
        if year is not None and day is not None and field.ndim == 3 and field.dtype.kind in "fiu":
            (place,) = set(field.dims) - {year, day}
            found.append(field.transpose(year, place, day))
    if not found:
        listed = ", ".join(f"{name} {dataset[name].dims}" for name in list(dataset.data_vars)[:4])
        raise AdapterError(
            path, "is not of source region_days: lacks a field of year, place and day", f"it has {listed}"
        )
    return found


def _pollutant(path: Path, field: xr.DataArray) -> str:
    """What a field is of, by its name, else by the name of the file."""
    for text in (str(field.name), path.name):
        fits = [name for name, pattern in POLLUTANTS.items() if re.search(pattern, text, re.IGNORECASE)]
        if len(fits) == 1:
            return fits[0]
    raise AdapterError(path, f"does not tell of which pollutant {field.name} is", "option pollutant says it")


def _checks(field: xr.DataArray, account: FileAccount, log: RejectionLog) -> Checks:
    """All values of a field as rows, numbered on from those of the field before."""
    rows = account.read + np.arange(1, field.size + 1)
    account.read += field.size
    return Checks(account, log, rows, np.ones(field.size, dtype=bool))


def _series(field: xr.DataArray, pollutant: str, begin: Begin | None, checks: Checks) -> pd.DataFrame:
    """All values of a field as ambient_series; those that cannot be are marked in `checks`."""
    years, places, days = field.shape
    region = str(field.dims[1])
    values = field.to_numpy().astype(float).ravel()
    year, place, day = (axis.ravel() for axis in np.indices(field.shape))
    shown = pd.Series(values, name=str(field.name))
    is_below_zero = np.full(values.size, bool((values < 0).any()))
    checks.refuse(is_below_zero, "not_a_concentration", "belongs to a field with values below zero", shown)
    checks.refuse(np.full(values.size, begin is None), "no_date", f"has no date; {HOW}", shown)
    checks.refuse(np.isinf(values), "not_finite", "is infinite", shown)
    told = f"{field.name}: {places} places of {region}, {years} years of {days} days, {pollutant}"
    checks.account.notes.append(f"{told}, {int(np.isnan(values).sum())} empty")
    return pd.DataFrame(
        {
            "place_code": [f"{region}-{number + 1:02}" for number in place.tolist()],
            "city_adcode": None,
            "date": _dates(year, day, begin),
            "pollutant": pollutant,
            "value": pd.Series(values).astype(object).where(~np.isnan(values), None),
        }
    )


def _dates(year: NDArray[np.int64], day: NDArray[np.int64], begin: Begin | None) -> pd.Series:
    """The day of each value; none where it is not known when the planes begin."""
    if begin is None:
        return pd.Series(pd.NaT, index=range(len(year)), dtype="datetime64[s]")
    firsts = np.array([np.datetime64(date(begin.year + n, begin.month, begin.day), "D") for n in range(year.max() + 1)])
    return pd.Series((firsts[year] + day.astype("timedelta64[D]")).astype("datetime64[s]"))


REGION_DAYS = RegionDays()
