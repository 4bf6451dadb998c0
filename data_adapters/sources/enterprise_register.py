"""A register of enterprises from a CSV file or workbook, whoever made it.

Headings are recognised from the list in the sidecar, or told.

Options  columns   {canonical name: heading in the file}, for headings the sidecar does not know
         sheet     name of the sheet of a workbook; the first with a column of names otherwise
         encoding  of a text that is neither UTF-8 nor GB18030, as cp1252
         crs       wgs84 (default), gcj02 or bd09: what the file is declared to be in
         regions   canonical table `regions`, or "default" for the boundaries that come along: counties are looked up
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa

from data_adapters.industries import industry_codes
from data_adapters.places.coordinates import TO_WGS84
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
from data_adapters.sources.delimited import (
    RawRows,
    match_columns,
    other_source,
    pick_columns,
    read_delimited,
    with_own_mapping,
)
from data_adapters.sources.register_headings import below_title, with_joined_parts
from data_adapters.sources.register_rows import Register
from data_adapters.tables import TABLES


class EnterpriseRegister:
    """Source `enterprise_register`: table enterprises."""

    name = "enterprise_register"

    def read(self, paths: Sequence[Path], options: Mapping[str, Any]) -> SourceResult:
        """Every enterprise once, with its position checked."""
        check_options(self.name, options, ("columns", "sheet", "encoding", "crs", "regions"))
        return read_into(register_of(self.name, options), paths, options)


def read_into(
    register: Register, paths: Sequence[Path], options: Mapping[str, Any], more: Mapping[str, str] | None = None
) -> SourceResult:
    """Every enterprise of the files, through `register`; `more` are further columns to keep, by heading."""
    source = EnterpriseRegister.name
    own = {**_own_columns(options), **(more or {})}
    known: dict[str, list[str]] = {**sidecar(source)["columns"], **{name: [] for name in more or {}}}
    sought = {**known, **{column: [heading] for column, heading in own.items()}}

    def has_name(raw: RawRows) -> bool:
        return "name" in match_columns(list(below_title(raw, sought).frame.columns), sought)

    def read_one(path: Path, account: FileAccount) -> pd.DataFrame:
        raw = read_delimited(path, account, options.get("sheet"), options.get("encoding"), has_name)
        _refuse_other_sources(path, raw, _own_columns(options))
        raw = with_joined_parts(below_title(raw, sought))
        columns = with_own_mapping(path, list(raw.frame.columns), known, own)
        frame = pick_columns(path, raw, columns, ("name",), source)
        _refuse_without_place(path, raw, columns)
        raw.enter(account, register.log)
        frame = _split_position(frame)
        frame["industry_code"] = industry_codes(frame["industry"])
        return register.enterprises(frame, raw.rows, account)

    accounts, parts = read_each(paths, register.log, read_one)
    return SourceResult({"enterprises": enterprises_table(parts)}, accounts, register.log.rejections)


def register_of(source: str, options: Mapping[str, Any]) -> Register:
    """The state shared by the files of a register source, from its options.

    Raises  AdapterError if an option is wrong
    """
    crs = str(options.get("crs", "wgs84")).lower().replace("-", "")
    if crs not in TO_WGS84:
        raise AdapterError("", f"crs is {crs!r}", nearest(crs, TO_WGS84))
    regions = options.get("regions")
    if regions == "default":
        regions = BOUNDARIES.read([], {}).tables["regions"]
    if regions is not None and not isinstance(regions, pa.Table):
        raise AdapterError("", "option regions is neither a regions table nor 'default'")
    minimum = sidecar("enterprise_register")["parameters"]["min_datum_points"]
    return Register(source, RejectionLog(), None if regions is None else Places(regions), crs, minimum)


def enterprises_table(parts: Sequence[pd.DataFrame]) -> pa.Table:
    """The canonical table of all files."""
    schema = TABLES["enterprises"].schema
    filled = [part for part in parts if len(part)]
    if not filled:
        return schema.empty_table()
    return pa.Table.from_pandas(pd.concat(filled, ignore_index=True), schema=schema, preserve_index=False)


def _own_columns(options: Mapping[str, Any]) -> dict[str, str]:
    own = options.get("columns", {})
    if not isinstance(own, Mapping):
        raise AdapterError("", "option columns is no mapping", 'as columns = {name = "企业"}')
    return {str(column): str(heading) for column, heading in own.items()}


def _refuse_other_sources(path: Path, raw: RawRows, own: Mapping[str, str]) -> None:
    other = None if own else other_source(list(raw.frame.columns), "enterprise_register")
    if other:
        raise AdapterError(path, f"has the headings of source {other}", "give option columns to read it as a register")


def _refuse_without_place(path: Path, raw: RawRows, columns: Mapping[str, Sequence[str]]) -> None:
    found = match_columns(list(raw.frame.columns), columns)
    if not {"lon", "lat"} <= set(found) and not {"position", "county", "adcode", "uscc", "permit_no"} & set(found):
        missing = [name for name in ("lon", "lat", "county", "uscc") if name not in found]
        raise AdapterError(path, f"is not of source enterprise_register: lacks all of {', '.join(missing)}")


def _split_position(frame: pd.DataFrame) -> pd.DataFrame:
    parts = frame["position"].str.strip("()[]（） ").str.split(r"[,，;；\s]+", n=1, expand=True, regex=True)
    if parts.shape[1] == 2:
        for place, column in enumerate(("lon", "lat")):
            frame[column] = frame[column].where(frame[column] != "", parts[place].fillna(""))
    return frame


ENTERPRISE_REGISTER = EnterpriseRegister()
