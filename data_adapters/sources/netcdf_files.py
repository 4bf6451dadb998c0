"""Opening NetCDF files, and finding their coordinates, for sources other than `satellite_grid`, as that one does."""

from __future__ import annotations

from pathlib import Path

import xarray as xr

from data_adapters.source import AdapterError
from data_adapters.sources.grid_netcdf import coordinate_of, opened
from data_adapters.sources.grid_settings import GridSettings


def open_netcdf(path: Path, content: bytes) -> xr.Dataset:
    """The variables of a file, classic or HDF5.

    Raises  AdapterError if it is damaged, of a kind that is not read, or holds no variables
    """
    return opened(path, content, GridSettings.of({}))


def axis_of(path: Path, dataset: xr.Dataset, kind: str, source: str) -> xr.DataArray:
    """Latitude or longitude.

    Raises  AdapterError if the file has none
    """
    try:
        return coordinate_of(path, dataset, kind)
    except AdapterError as error:
        raise AdapterError(path, error.message.replace("satellite_grid", source), error.hint) from error
