"""Registers through every check of their coordinates: which system they are in, and which points to mend."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa

from data_adapters.identity.tables import IDENTITY_TABLES, identity_table
from data_adapters.places.adcodes import with_todays_codes
from data_adapters.places.checks import Points, problems_of
from data_adapters.places.coordinates import TO_WGS84
from data_adapters.places.datum_evidence import SYSTEMS, border_votes, by_group, control_votes
from data_adapters.places.placing import Degrees, Places
from data_adapters.places.text import read_positions
from data_adapters.source import FileAccount
from data_adapters.sources.register_points import control_points, read_points

FORMULA = ("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠")
MISREAD = ("dms_as_decimal", "slipped_point", "swapped", "unreadable", "missing", "outside_china")
DIVISION = ("province", "city", "county", "adcode")


@dataclass(frozen=True)
class Findings:
    """What was found in registers: tables `datum_evidence` and `coordinates_to_fix`."""

    evidence: pa.Table
    to_fix: pa.Table
    points: int
    files: tuple[FileAccount, ...] = ()

    @property
    def counts(self) -> dict[str, int]:
        """How many points have each problem."""
        counted = self.to_fix["problem"].to_pandas().value_counts()
        return {str(problem): int(count) for problem, count in sorted(counted.items())}


def check_points(
    registers: Mapping[str, pd.DataFrame],
    places: Places | None,
    declared: str = "wgs84",
    control: pd.DataFrame | None = None,
) -> Findings:
    """The findings for registers of text, each with register_key, name, lon, lat and, if known, group and division.

    `control` has key (a register_key or a name), lon_deg and lat_deg in WGS-84.
    """
    evidence, to_fix = [], []
    for name, given in sorted(registers.items()):
        told, found = _of_one(_as_text(given), places, declared, control)
        evidence.append(told.assign(register=name))
        to_fix.append(found.assign(register=name))
    return Findings(
        _stacked("datum_evidence", evidence),
        _stacked("coordinates_to_fix", to_fix),
        sum(len(text) for text in registers.values()),
    )


def _as_text(given: pd.DataFrame) -> pd.DataFrame:
    columns = ("register_key", "name", "group", "lon", "lat", *DIVISION)
    absent = pd.Series("", index=given.index, dtype="str")
    text = {name: given[name].fillna("").astype("str") if name in given else absent for name in columns}
    return pd.DataFrame(text).reset_index(drop=True)


def _stacked(name: str, parts: Sequence[pd.DataFrame]) -> pa.Table:
    return identity_table(name, pd.concat(parts, ignore_index=True)) if parts else IDENTITY_TABLES[name].empty()


def _of_one(
    text: pd.DataFrame, places: Places | None, declared: str, control: pd.DataFrame | None
) -> tuple[pd.DataFrame, pd.DataFrame]:
    nowhere = np.full(len(text), "", dtype=object)
    city, county = nowhere, nowhere
    if places is not None:
        codes, _ = with_todays_codes(text["adcode"], places.known_codes)
        city, county = places.declared(text.assign(adcode=codes))
    points = Points.of(text, city, county, places, declared)
    found = problems_of(points)
    written = read_positions(text["lon"], text["lat"])[["lon_deg", "lat_deg"]].to_numpy(dtype=float)
    tested = written.copy()
    tested[found.loc[found["problem"].isin(MISREAD), "row"].unique()] = np.nan
    votes = [control_votes(tested, _controls(text, control))] if control is not None else []
    votes += [border_votes(places, city, county, tested)] if places is not None else []
    told = by_group(votes, declared, text["group"])
    found = pd.concat([found, _shifted(text["group"], told, tested)], ignore_index=True)
    rows = found["row"].to_numpy(dtype=np.int64)
    kept = text[["register_key", "name", "group"]].iloc[rows].reset_index(drop=True)
    kept["lon_raw"], kept["lat_raw"] = text["lon"].to_numpy()[rows], text["lat"].to_numpy()[rows]
    return told, kept.join(found.drop(columns="row"))


def _controls(text: pd.DataFrame, control: pd.DataFrame) -> Degrees:
    """The control point of each row: by key, else by a name that only one of them has."""
    known = control.drop_duplicates("key", keep=False).set_index("key")[["lon_deg", "lat_deg"]]
    by_key, by_name = (known.reindex(text[column]).to_numpy(dtype=float) for column in ("register_key", "name"))
    return np.where(np.isfinite(by_key), by_key, by_name)


def _shifted(groups: pd.Series, told: pd.DataFrame, written: Degrees) -> pd.DataFrame:
    """All points of a file or group that is in another system than declared, with where they would be."""
    parts = []
    named = told[told["group"] != ""]
    for finding in (named if len(named) else told).to_dict("records"):
        system = str(finding["detected"])
        if system not in SYSTEMS or system == finding["declared"]:
            continue
        rows = np.flatnonzero((groups == finding["group"]).to_numpy() & np.isfinite(written).all(axis=1))
        lon, lat = TO_WGS84[system](written[rows, 0], written[rows, 1])
        suggested = {"suggested_lon_deg": np.round(lon, 6), "suggested_lat_deg": np.round(lat, 6)}
        told_by = {"problem": f"datum_{system}", "evidence": finding["told"], "confidence": finding["confidence"]}
        parts.append(pd.DataFrame({"row": rows, **suggested, **told_by}))
    empty = pd.DataFrame(columns=["row", "problem", "evidence"])
    return pd.concat(parts, ignore_index=True) if parts else empty


def to_fix_csv(table: pa.Table) -> str:
    """The list to mend as CSV for a spreadsheet: with BOM, and no cell that could run as a formula."""
    frame = table.to_pandas()
    for column, kind in zip(table.column_names, table.schema.types, strict=True):
        if pa.types.is_string(kind):
            text = frame[column].fillna("").astype("str")
            frame[column] = text.where(~text.str.startswith(FORMULA) | text.str.fullmatch(r"-?\d+(\.\d+)?"), "'" + text)
    out = io.StringIO()
    frame.to_csv(out, index=False, quoting=csv.QUOTE_MINIMAL, lineterminator="\r\n")
    return "\ufeff" + out.getvalue()


def check_files(paths: Sequence[Path], options: Mapping[str, Any], control: Path | None = None) -> Findings:
    """The findings for files of any register; options as the register source has, and group: a heading.

    Raises  AdapterError if no file can be used
    """
    read = read_points(paths, options)
    known = None if control is None else control_points(control, options)
    found = check_points(read.texts, read.places, read.declared, known)
    return Findings(found.evidence, found.to_fix, found.points, tuple(read.files))
