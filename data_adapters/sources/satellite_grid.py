"""Gridded satellite products: fields of PM2.5, NO2 and HCHO as NetCDF, or cells as CSV.

A cell that fails screening or holds no value stays as a row with is_valid false: it was not observed, which is
not the same as clean.

Options  variables   {product: variable} where a file does not tell
         units       {product: unit} where a file does not state it
         product     for a CSV of one product without such a column
         date        day in China of a file without time, as 2023-07-01
         native_km   edge of the native pixel, where the grid is finer than that
         bbox        "west,south,east,north": cells outside are refused and counted
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa

from data_adapters.files import kind_of, read_bytes
from data_adapters.source import FileAccount, Mask, RejectionLog, SourceResult, check_options, read_each
from data_adapters.sources.grid_cells import read_cells
from data_adapters.sources.grid_netcdf import read_netcdf
from data_adapters.sources.grid_settings import GridSettings
from data_adapters.tables import TABLES

OPTIONS = ("variables", "units", "product", "date", "native_km", "bbox")
KEY = ["product", "date", "lon_deg", "lat_deg"]


class SatelliteGrid:
    """Source `satellite_grid`: table satellite_grid."""

    name = "satellite_grid"

    def read(self, paths: Sequence[Path], options: Mapping[str, Any]) -> SourceResult:
        """Every cell once, with whether it was observed."""
        check_options(self.name, options, OPTIONS)
        settings = GridSettings.of(options)
        log = RejectionLog()

        def read_one(path: Path, account: FileAccount) -> tuple[FileAccount, pd.DataFrame]:
            content = read_bytes(path, account)
            is_netcdf = "NetCDF" in (kind_of(content) or "")
            read_file = read_netcdf if is_netcdf else read_cells
            return account, _screened(read_file(path, content, account, log, settings), settings)

        accounts, parts = read_each(paths, log, read_one)
        kept = _once(parts, log)
        for account, part in parts:
            account.accepted = account.read - sum(account.rejected.values())
            if len(part) and part["qa"].isna().all():
                account.notes.append("no quality flag in the file: a value alone makes a cell observed")
            if len(part):
                account.notes.append(f"{int(part['is_valid'].sum())} of {len(part)} cells observed")
        schema = TABLES["satellite_grid"].schema
        table = pa.Table.from_pandas(kept, schema=schema, preserve_index=False) if len(kept) else schema.empty_table()
        return SourceResult({"satellite_grid": table}, accounts, log.rejections)


def _screened(cells: pd.DataFrame, settings: GridSettings) -> pd.DataFrame:
    valid = cells["value"].notna() & ~((cells["product"] == "PM25") & (cells["value"] < 0))
    for rule in settings.screening:
        concerned = (cells["product"] == rule.product) & rule.is_in_force(cells["date"])
        bad = (cells["qa"] < rule.qa_min) | (cells["cloud_fraction"] > rule.cloud_max)
        valid &= ~(concerned & bad)
    return cells.assign(is_valid=valid)


def _once(parts: Sequence[tuple[FileAccount, pd.DataFrame]], log: RejectionLog) -> pd.DataFrame:
    if not parts:
        return pd.DataFrame()
    frame = pd.concat([part.assign(file=number) for number, (_, part) in enumerate(parts)], ignore_index=True)
    order = np.argsort(~frame["is_valid"].to_numpy(dtype=bool), kind="stable")
    repeated: Mask = np.zeros(len(frame), dtype=bool)
    repeated[order] = frame[KEY].iloc[order].duplicated().to_numpy()
    why = ("duplicate", "the same cell, product and day a second time; an observed one is kept", "lon")
    for number, (account, _) in enumerate(parts):
        here = repeated & (frame["file"] == number).to_numpy()
        log.add_mask(account, why, here, frame["lon_deg"].array, frame["row"].array)
    return frame[~repeated].drop(columns=["file", "row"])


SATELLITE_GRID = SatelliteGrid()
