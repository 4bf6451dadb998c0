"""Days of provinces, one column a pollutant, as the tables made from the CAQRA reanalysis have them.

A reanalysis is no measurement: place_code is the label and the division, as CAQRA:340000, so that nothing takes one for
the other. O3 stands as O3_24H: the provider does not say that it is the maximum 8 h mean which O3 is in ambient_series.

Options  label     what the places are labelled with, CAQRA by default
         encoding  of a text that is neither UTF-8 nor GB18030
"""

from __future__ import annotations

import csv
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any

import pandas as pd
import pyarrow as pa

from data_adapters.source import FileAccount, RejectionLog, SourceResult, check_options, read_each, sidecar
from data_adapters.sources.delimited import match_columns, pick_columns
from data_adapters.sources.firms_columns import Checks
from data_adapters.sources.records import read_rows
from data_adapters.sources.row_checks import checks_of, number, repeated, tell_unused
from data_adapters.tables import TABLES

PROVINCES = Path(__file__).parents[1] / "reference" / "provinces.csv"
DAY = r"^(\d{4})[-/.]?(\d{1,2})[-/.]?(\d{1,2})(?:[ T]0?0:00(?::00)?)?$"
POLLUTANTS: Mapping[str, tuple[str, float]] = MappingProxyType(
    {
        "pm25": ("PM25", 6000.0),
        "pm10": ("PM10", 9990.0),
        "so2": ("SO2", 6000.0),
        "no2": ("NO2", 4000.0),
        "co": ("CO", 200.0),
        "o3": ("O3_24H", 1500.0),
    }
)


class ProvinceDays:
    """Source `province_days`: table ambient_series."""

    name = "province_days"

    def read(self, paths: Sequence[Path], options: Mapping[str, Any]) -> SourceResult:
        """Six values of every day of every province; a row with one that cannot be is refused whole."""
        check_options(self.name, options, ("label", "encoding"))
        known = sidecar(self.name)
        label = str(options.get("label", known["parameters"]["label"]))
        log = RejectionLog()
        seen: set[tuple[object, ...]] = set()

        def read_one(path: Path, account: FileAccount) -> pd.DataFrame:
            raw = read_rows(path, account, options.get("encoding"))
            frame = pick_columns(path, raw, known["columns"], ("place", "date", "pm25"), self.name)
            headings = list(raw.frame.columns)
            tell_unused(account, headings, match_columns(headings, known["columns"]).values())
            checks = checks_of(raw, account, log)
            account.notes.append(f"a reanalysis, not a measurement: places are labelled {label}")
            made = _days(frame, checks, label)
            repeated(made[["place_code", "date"]], checks, seen)
            account.accepted = int(checks.good.sum())
            return _series(made[checks.good])

        accounts, parts = read_each(paths, log, read_one)
        schema = TABLES["ambient_series"].schema
        filled = [pa.Table.from_pandas(part, schema=schema, preserve_index=False) for part in parts if len(part)]
        table = pa.concat_tables(filled) if filled else schema.empty_table()
        return SourceResult({"ambient_series": table}, accounts, log.rejections)


@cache
def _codes() -> Mapping[str, str]:
    """Provinces by every name they go by, in small letters."""
    with PROVINCES.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    names = ("adcode", "name_zh", "short_name_zh", "name_en")
    return MappingProxyType({row[name].lower(): row["adcode"] for row in rows for name in names})


def _days(frame: pd.DataFrame, checks: Checks, label: str) -> pd.DataFrame:
    raw = frame["place"]
    code = raw.str.lower().map(dict(_codes()))
    checks.refuse(code.isna(), "unknown_place", "is the name of no province", raw)
    parts = frame["date"].str.extract(DAY)
    date = pd.to_datetime(parts[0] + "-" + parts[1] + "-" + parts[2], format="%Y-%m-%d", errors="coerce")
    checks.refuse(date.isna(), "not_a_date", "is no date as 2013-01-02", frame["date"])
    made = pd.DataFrame({"place_code": label + ":" + code.fillna(""), "date": date})
    for column, (pollutant, high) in POLLUTANTS.items():
        made[pollutant] = number(frame[column], checks, (0.0, high), is_optional=True)
    return made


def _series(days: pd.DataFrame) -> pd.DataFrame:
    pollutants = [pollutant for pollutant, _ in POLLUTANTS.values()]
    series = days.melt(["place_code", "date"], pollutants, "pollutant", "value")
    return series.assign(city_adcode=None).sort_values(["place_code", "date", "pollutant"], ignore_index=True)


PROVINCE_DAYS = ProvinceDays()
