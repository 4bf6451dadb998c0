"""The stations of a list or snapshot with their positions, as the national centre publishes them: CSV, JSON, GeoJSON.

City and county are those the position lies in, by the boundaries that come along; a station in no county is refused.

Options  kind      national (default), provincial, township, component, voc, micro or weather
         encoding  of a text that is neither UTF-8 nor GB18030
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa

from data_adapters.catalogue import schema
from data_adapters.places.placing import Places
from data_adapters.source import (
    AdapterError,
    FileAccount,
    RejectionLog,
    SourceResult,
    check_options,
    nearest,
    read_each,
    sidecar,
)
from data_adapters.sources.boundaries import BOUNDARIES
from data_adapters.sources.category import CategoryResult
from data_adapters.sources.delimited import match_columns, pick_columns
from data_adapters.sources.firms_columns import Checks
from data_adapters.sources.records import read_rows
from data_adapters.sources.row_checks import checks_of, number, repeated, tell_unused, text

KINDS = ("national", "provincial", "township", "component", "voc", "micro", "weather")
TABLE = "sites"


class Stations:
    """Source `stations`: table sites."""

    name = "stations"

    def read(self, paths: Sequence[Path], options: Mapping[str, Any]) -> SourceResult:
        """Every station once."""
        check_options(self.name, options, ("kind", "encoding"))
        kind = str(options.get("kind", KINDS[0]))
        if kind not in KINDS:
            raise AdapterError("", f"option kind is {kind!r}", nearest(kind, KINDS))
        columns: dict[str, list[str]] = sidecar(self.name)["columns"]
        places = Places(BOUNDARIES.read([], {}).tables["regions"])
        log = RejectionLog()
        seen: set[tuple[object, ...]] = set()

        def read_one(path: Path, account: FileAccount) -> pa.Table:
            raw = read_rows(path, account, options.get("encoding"))
            frame = pick_columns(path, raw, columns, ("site_id", "lon", "lat"), self.name)
            headings = list(raw.frame.columns)
            tell_unused(account, headings, match_columns(headings, columns).values())
            checks = checks_of(raw, account, log)
            made = _sites(frame, checks, places).assign(kind=kind)
            repeated(made[["site_id"]], checks, seen)
            account.accepted = int(checks.good.sum())
            return pa.Table.from_pandas(made[checks.good], schema=schema(TABLE), preserve_index=False)

        accounts, parts = read_each(paths, log, read_one)
        return CategoryResult({TABLE: pa.concat_tables(parts)} if parts else {}, accounts, log.rejections, TABLE)


def _sites(frame: pd.DataFrame, checks: Checks, places: Places) -> pd.DataFrame:
    """All rows as table sites; those that do not fit are marked in `checks`."""
    site_id = text(frame["site_id"], checks)
    lon, lat = number(frame["lon"], checks, (-180.0, 180.0)), number(frame["lat"], checks, (-90.0, 90.0))
    area = places.locate(lon.to_numpy(), lat.to_numpy())
    written = (frame["lon"] + " " + frame["lat"]).rename("lon_deg")
    checks.refuse(area < 0, "outside_china", "lies in no county", written)
    named = frame["name"].where(frame["name"] != "", frame["site_id"])
    return pd.DataFrame(
        {
            "site_id": site_id,
            "name": named,
            "lon_deg": lon,
            "lat_deg": lat,
            "city_adcode": places.cities[area],
            "county_adcode": places.codes[area],
        }
    )


STATIONS = Stations()
