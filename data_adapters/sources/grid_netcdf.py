"""A NetCDF field (classic or HDF5) as cells; coordinates, product and quality are found by CF attributes and names."""

from __future__ import annotations

import io
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import xarray as xr
from numpy.typing import NDArray

from data_adapters.source import AdapterError, FileAccount, RejectionLog
from data_adapters.sources.delimited import plain_heading
from data_adapters.sources.grid_settings import FILE_DAY, GridSettings

KM_PER_DEG = 111.195
SCAN_TIME = "delta_time"
WALK_SECONDS = 20
WALK = """
import io, sys, h5py
file = h5py.File(io.BytesIO(sys.stdin.buffer.read()), "r")
file.visititems(lambda name, item: [len(dim) for dim in getattr(item, "dims", ())] and None)
"""
UTC_PLUS_8 = np.timedelta64(8, "h")
AXES = {
    "latitude": ("degrees_north", "degree_north", ("lat", "latitude", "nav_lat", "lats", "xlat")),
    "longitude": ("degrees_east", "degree_east", ("lon", "longitude", "nav_lon", "lons", "xlong", "lng")),
}


def read_netcdf(
    path: Path, content: bytes, account: FileAccount, log: RejectionLog, settings: GridSettings
) -> pd.DataFrame:
    """The cells of all products in the file.

    Shape   columns of satellite_grid without is_valid, and `row`: the number of the cell in the field
    Raises  AdapterError if the file is damaged, has no coordinates, or no product
    """
    dataset = opened(path, content, settings)
    lat, lon = coordinate_of(path, dataset, "latitude"), coordinate_of(path, dataset, "longitude")
    variables = _products(path, dataset, {*lat.dims, *lon.dims}, settings)
    parts = []
    for product, name in variables.items():
        field = _field(path, dataset, name, lat, lon)
        if field.size > settings.known["parameters"]["max_cells"] and settings.bbox is None:
            raise AdapterError(path, f"{name} has {field.size} cells", 'give option bbox = "west,south,east,north"')
        keep = _inside((lat, lon), field.size, account, log, settings)
        parts.append(_cells(path, dataset, (product, field), (lat, lon), keep, settings))
    return pd.concat(parts, ignore_index=True)


def opened(path: Path, content: bytes, settings: GridSettings) -> xr.Dataset:
    """The dataset in the bytes of a NetCDF file.

    Raises  AdapterError if it is damaged or of a kind that is not read
    """
    engine = "h5netcdf" if content.startswith(b"\x89HDF") else "scipy"
    if content.startswith(b"CDF\x05"):
        raise AdapterError(path, "is NetCDF-3 of the 64-bit-data kind", "save it as NetCDF-4")
    if engine == "h5netcdf":
        _refuse_damaged(path, content)
    for group in (None, *settings.known["words"]["groups"]):
        try:
            own: dict[str, Any] = {"group": group} if group else {}
            own |= {"phony_dims": "sort"} if engine == "h5netcdf" else {}
            dataset = xr.open_dataset(io.BytesIO(content), engine=engine, decode_timedelta=False, **own).load()
        except KeyError:
            continue
        except (OSError, ValueError, TypeError, IndexError, RuntimeError, AttributeError, OverflowError) as error:
            if group and isinstance(error, OSError):
                continue
            raise AdapterError(
                path, f"is a damaged or unusual NetCDF file: {str(error)[:200]}", "fetch it again, or save it anew"
            ) from error
        if dataset.data_vars or engine == "scipy":
            return dataset
    raise AdapterError(path, "holds no variables")


def _refuse_damaged(path: Path, content: bytes) -> None:
    """Walk through an HDF5 file in a process of its own: on some damaged ones the library hangs, dies or prints."""
    try:
        walked = subprocess.run(
            [sys.executable, "-c", WALK], input=content, capture_output=True, timeout=WALK_SECONDS, check=False
        )
        reason = walked.stderr.decode(errors="replace").strip().rpartition("\n")[2] if walked.returncode else ""
    except subprocess.TimeoutExpired:
        walked, reason = None, f"not opened within {WALK_SECONDS} s"
    if walked is None or walked.returncode:
        raise AdapterError(path, f"is a damaged NetCDF file: {reason[:200]}", "fetch it again")


def coordinate_of(path: Path, dataset: xr.Dataset, kind: str) -> xr.DataArray:
    """The coordinate `kind` (latitude or longitude), by its attributes or its name.

    Raises  AdapterError if there is none
    """
    unit, unit_2, names = AXES[kind]
    variables = [dataset[name] for name in dataset.variables if dataset[name].dtype.kind in "fiu"]
    for rank in (
        [item for item in variables if str(item.attrs.get("standard_name", "")).lower() == kind],
        [item for item in variables if str(item.name).lower() in names],
        [item for item in variables if str(item.attrs.get("units", "")).lower() in (unit, unit_2)],
    ):
        usable = [item for item in rank if 1 <= item.ndim <= 3 and "bound" not in str(item.name).lower()]
        if usable:
            first = usable[0]
            return first.isel(time=0, drop=True) if "time" in first.dims else first
    listed = ", ".join(str(name) for name in list(dataset.variables)[:8])
    raise AdapterError(path, f"is not of source satellite_grid: has no {kind}", f"it has {listed}")


def _products(path: Path, dataset: xr.Dataset, space: set[Any], settings: GridSettings) -> dict[str, str]:
    words = settings.known["words"]
    fields = [name for name in dataset.data_vars if space & set(dataset[name].dims)]
    found: dict[str, str] = {}
    for product, pattern in settings.known["products"].items():
        if product in settings.variables:
            if settings.variables[product] not in dataset.variables:
                raise AdapterError(path, f"has no variable {settings.variables[product]!r} given for {product}")
            found[product] = settings.variables[product]
            continue
        fits = [str(name) for name in fields if _is_value(dataset[name], pattern, words["not_the_value"])]
        better = [name for name in fits if words["preferred"] in _described(dataset[name])]
        fits = better or fits
        if len(fits) > 1:
            raise AdapterError(
                path,
                f"several variables may be {product}: {', '.join(fits)}",
                f'option variables = {{{product} = "…"}}',
            )
        found.update(dict.fromkeys([product], fits[0]) if fits else {})
    if not found:
        listed = ", ".join(str(name) for name in list(dataset.data_vars)[:8])
        wanted = ", ".join(settings.known["products"])
        raise AdapterError(path, f"is not of source satellite_grid: lacks a field of {wanted}", f"it has {listed}")
    return found


def _described(field: xr.DataArray) -> str:
    return " ".join(str(part) for part in (field.name, field.attrs.get("standard_name", ""))).lower()


def _is_value(field: xr.DataArray, pattern: str, others: str) -> bool:
    text = _described(field)
    if not re.search(pattern, text):
        text += " " + str(field.attrs.get("long_name", "")).lower()
    return field.dtype.kind in "fiu" and bool(re.search(pattern, text)) and not re.search(others, text)


def _field(path: Path, dataset: xr.Dataset, name: str, lat: xr.DataArray, lon: xr.DataArray) -> xr.DataArray:
    field = dataset[name]
    space = tuple(dict.fromkeys([*lat.dims, *lon.dims]))
    if not set(space) <= set(field.dims):
        raise AdapterError(path, f"{name} does not lie on the grid of latitude and longitude")
    extra = [dim for dim in field.dims if dim not in space and not _is_time(dataset, str(dim))]
    field = field.squeeze([dim for dim in extra if field.sizes[dim] == 1], drop=True)
    left = [str(dim) for dim in extra if dim in field.dims]
    if left:
        raise AdapterError(path, f"{name} has a dimension {left[0]} besides time and place", "hand in one level")
    times = [dim for dim in field.dims if dim not in space]
    return field.transpose(*times, *space)


def _is_time(dataset: xr.Dataset, dim: str) -> bool:
    return dim.lower() in ("time", "t", "date", "day") or (dim in dataset and dataset[dim].dtype.kind == "M")


def _cells(
    path: Path,
    dataset: xr.Dataset,
    named: tuple[str, xr.DataArray],
    axes: tuple[xr.DataArray, xr.DataArray],
    keep: NDArray[np.int64],
    settings: GridSettings,
) -> pd.DataFrame:
    product, field = named
    lat, lon = _degrees(axes)
    place = keep % max(1, lat.size)
    factor = settings.factor(path, product, str(field.attrs.get("units", "")))
    grid_km = settings.native_km or max(_spacing_km(*axes), settings.known["parameters"]["native_km_min"][product])
    words = settings.known["words"]
    return pd.DataFrame(
        {
            "product": product,
            "date": _cell_days(path, dataset, field, keep, settings),
            "lon_deg": lon[place],
            "lat_deg": lat[place],
            "native_km": round(float(grid_km), 3),
            "value": settings.without_fills(field.to_numpy().ravel()[keep].astype(float)) * factor,
            "qa": _beside(dataset, field, words["qa"], keep),
            "cloud_fraction": _beside(dataset, field, words["cloud_fraction"], keep),
            "row": keep + 1,
        }
    )


def _degrees(axes: tuple[xr.DataArray, xr.DataArray]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Latitude and longitude of every cell of one time, longitude from -180 to 180."""
    lat, lon = (part.to_numpy().astype(float).ravel() for part in xr.broadcast(*axes))
    return lat, np.where(lon > 180.0, lon - 360.0, lon)


def _finite(values: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.where(np.isfinite(values), values, np.nan)


def _beside(dataset: xr.Dataset, field: xr.DataArray, names: list[str], keep: NDArray[np.int64]) -> NDArray[np.float64]:
    """The quality or cloud of the cells kept of a field, 0-1; NaN where the file has none."""
    by_plain = {plain_heading(str(name)): str(name) for name in dataset.data_vars}
    name = next((by_plain[plain_heading(word)] for word in names if plain_heading(word) in by_plain), None)
    if name is None or not set(dataset[name].dims) <= set(field.dims):
        return np.full(len(keep), np.nan)
    values = dataset[name].to_numpy()
    in_percent = str(dataset[name].attrs.get("units", "")) in ("%", "percent") or np.nanmax(values, initial=0.0) > 1.5
    own = _like(dataset[name], field)[keep].astype(float)
    return _finite(own / 100.0 if in_percent else own)


def _like(beside: xr.DataArray, field: xr.DataArray) -> NDArray[Any]:
    """The values of a variable for every cell of a field whose dimensions it shares."""
    values: NDArray[Any] = beside.broadcast_like(field).transpose(*field.dims).to_numpy().ravel()
    return values


def _cell_days(
    path: Path, dataset: xr.Dataset, field: xr.DataArray, keep: NDArray[np.int64], settings: GridSettings
) -> NDArray[np.datetime64]:
    """The day in China of every cell kept; along an orbit it may change from one scan line to the next."""
    days = _days(path, dataset, field, settings)
    by_time: NDArray[np.datetime64] = days[keep // max(1, field.size // len(days))]
    line = dataset.variables.get(SCAN_TIME)
    if settings.day is not None or line is None or not set(line.dims) <= set(field.dims):
        return by_time
    stamps = dataset[SCAN_TIME]
    if stamps.dtype.kind != "M":
        base = _stamps(path, dataset, field)
        if not len(base) or not str(stamps.attrs.get("units", "")).startswith("milliseconds"):
            return by_time
        stamps = base[0] + stamps.fillna(0).astype("timedelta64[ms]")
    own = _like(stamps, field)[keep]
    local: NDArray[np.datetime64] = (own + UTC_PLUS_8).astype("datetime64[D]").astype("datetime64[s]")
    local[np.isnat(own)] = by_time[np.isnat(own)]
    return local


def _spacing_km(lat: xr.DataArray, lon: xr.DataArray) -> float:
    steps = []
    for axis in (lat, lon):
        values = axis.to_numpy().astype(float)
        along = [np.abs(np.diff(values, axis=number)) for number in range(values.ndim) if values.shape[number] > 1]
        steps.append(max((float(np.nanmedian(step)) for step in along), default=0.0))
    return max(steps[0] * KM_PER_DEG, 0.0) if steps[0] else steps[1] * KM_PER_DEG


def _days(path: Path, dataset: xr.Dataset, field: xr.DataArray, settings: GridSettings) -> NDArray[np.datetime64]:
    stamps = _stamps(path, dataset, field)
    if settings.day is not None:
        if len(stamps) > 1:
            raise AdapterError(path, "holds several times: option date does not apply")
        return np.array([settings.day], dtype="datetime64[s]")
    if len(stamps):
        if len(np.unique((stamps + UTC_PLUS_8).astype("datetime64[D]"))) < len(stamps):
            raise AdapterError(path, "holds several times of one day in China", "hand in daily fields")
        return (stamps + UTC_PLUS_8).astype("datetime64[D]").astype("datetime64[s]")
    for text in (*(str(dataset.attrs.get(key, "")) for key in ("time_coverage_start", "date", "day")), path.name):
        day = FILE_DAY.search(text)
        if day:
            return np.array(["-".join(day.groups())], dtype="datetime64[s]")
    raise AdapterError(path, "states no time", "give option date = 2023-07-01")


def _stamps(path: Path, dataset: xr.Dataset, field: xr.DataArray) -> NDArray[np.datetime64]:
    time_dims = [str(dim) for dim in field.dims if _is_time(dataset, str(dim))]
    name = time_dims[0] if time_dims else "time"
    if name not in dataset.variables or dataset[name].dtype.kind != "M":
        if time_dims and field.sizes[time_dims[0]] > 1:
            raise AdapterError(path, f"{name} holds no readable times")
        return np.array([], dtype="datetime64[s]")
    stamps = np.atleast_1d(dataset[name].to_numpy())
    if np.isnat(stamps).any():
        raise AdapterError(path, f"{name} has gaps")
    return stamps[:1] if not time_dims else stamps


def _inside(
    axes: tuple[xr.DataArray, xr.DataArray], size: int, account: FileAccount, log: RejectionLog, settings: GridSettings
) -> NDArray[np.int64]:
    """Numbers of the cells that have a place, inside the box if one is given; the others are refused."""
    lat, lon = _degrees(axes)
    times = max(1, size // max(1, lat.size))
    is_place = (np.abs(lon) <= 180.0) & (np.abs(lat) <= 90.0)
    is_inside = is_place
    if settings.bbox is not None:
        west, south, east, north = settings.bbox
        is_inside = is_place & (lon >= west) & (lon <= east) & (lat >= south) & (lat <= north)
    account.read += lat.size * times
    for why, mask in (
        (("bad_position", "longitude or latitude missing or impossible", "longitude"), ~is_place),
        (("outside_box", "outside option bbox", "longitude"), is_place & ~is_inside),
    ):
        if mask.any():
            log.add_mask(account, why, np.tile(mask, times), np.tile(lon, times))
    return np.flatnonzero(np.tile(is_inside, times))
