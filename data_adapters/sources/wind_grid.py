"""Wind at 10 m, with boundary layer and wind at 925 hPa where there are any, on a grid in NetCDF (ERA5 and the like).

One row a cell and hour of category K02. Quantities that the file does not hold stay empty; none is made up. Times in
the file are UTC; a file without time is dated by an option, else every cell is refused for the time it lacks.

Options  time  hour in China of a file without time, as 2023-07-01T08:00
         bbox  "west,south,east,north": cells outside are left out, and told
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.csv as pa_csv
import xarray as xr
from numpy.typing import NDArray

from data_adapters.files import kind_of, read_bytes
from data_adapters.intake.wanted import wanted
from data_adapters.source import AdapterError, FileAccount, Rows, SourceResult, check_options, sidecar
from data_adapters.sources.delimited import plain_heading
from data_adapters.sources.netcdf_files import axis_of, open_netcdf
from data_adapters.sources.shaped import Shaped, read_shaped

Box = tuple[float, float, float, float]
UTC_PLUS_8 = np.timedelta64(8, "h")
TIMES = ("valid_time", "time")  # preferred to the start of a forecast
MEMBERS = ("number", "expver", "realization", "ensemble")


class WindGrid:
    """Source `wind_grid`: table wind_grid_hours."""

    name = "wind_grid"

    def read(self, paths: Sequence[Path], options: Mapping[str, Any]) -> SourceResult:
        """Every cell and hour that has a place, a time and wind at 10 m."""
        check_options(self.name, options, ("time", "bbox"))
        told, box = _told_time(options.get("time")), _box(options.get("bbox"))
        known = sidecar(self.name)

        def shape(path: Path, account: FileAccount, copy: Path) -> Shaped:
            content = read_bytes(path, account)
            if "NetCDF" not in (kind_of(content) or ""):
                raise AdapterError(path, "is not of source wind_grid", "expected a NetCDF file")
            grid = _grid(path, open_netcdf(path, content), account, told, known)
            rows = _write_cells(path, grid, copy, box, account, known["parameters"]["max_cells"])
            return Shaped(account, copy, rows)

        return read_shaped(self.name, paths, wanted(self.name, {"code": "K02"}), shape)


def _told_time(told: object) -> np.datetime64 | None:
    if told is None:
        return None
    try:
        return np.datetime64(pd.Timestamp(str(told)).tz_localize(None), "s")
    except (ValueError, TypeError) as error:
        raise AdapterError("", f"option time is {told!r}", "as 2023-07-01T08:00, hour in China") from error


def _box(told: object) -> Box | None:
    if told is None:
        return None
    try:
        west, south, east, north = (float(part) for part in str(told).split(","))
    except ValueError as error:
        raise AdapterError("", f"option bbox is {told!r}", 'as "73,18,136,54": west,south,east,north') from error
    return west, south, east, north


@dataclass(frozen=True)
class Grid:
    """The fields of a file by canonical name, each of (time, cell), and where and when they are."""

    fields: Mapping[str, xr.DataArray]  # dimensions: those of time, then those of space
    lon_deg: NDArray[np.float64]
    lat_deg: NDArray[np.float64]
    stamps: list[str]  # UTC+8; one empty text where the file tells no time


def _grid(
    path: Path, dataset: xr.Dataset, account: FileAccount, told: np.datetime64 | None, known: Mapping[str, Any]
) -> Grid:
    """What a file holds.

    Raises  AdapterError if it lacks coordinates or wind at 10 m, or has a dimension that is neither time nor place
    """
    lat, lon = (axis_of(path, dataset, kind, "wind_grid") for kind in ("latitude", "longitude"))
    space = tuple(dict.fromkeys([*lat.dims, *lon.dims]))
    fields, used = {}, set()
    for column, names in known["variables"].items():
        field = _field(dataset, names, known["levels"])
        if field is not None:
            used.add(str(field.name))
            fields[column] = _of_time_and_place(path, field, space)
    lacking = [column for column in ("u10_m_s", "v10_m_s") if column not in fields]
    if lacking:
        has = ", ".join(str(name) for name in list(dataset.data_vars)[:8])
        raise AdapterError(path, f"is not of source wind_grid: lacks {', '.join(lacking)}", f"it has {has}")
    unused = [str(name) for name in dataset.data_vars if str(name) not in used]
    if unused:
        account.notes.append(f"variables not used: {', '.join(unused[:10])}")
    lats, lons = (part.to_numpy().astype(float).ravel() for part in xr.broadcast(lat, lon))
    stamps = _stamps(path, dataset, fields["u10_m_s"], told, has_time=fields["u10_m_s"].dims != space)
    if not stamps[0]:
        account.notes.append("states no time: option time says which hour in China it is of")
    return Grid(fields, np.where(lons > 180.0, lons - 360.0, lons), lats, stamps)


def _field(dataset: xr.Dataset, names: Sequence[str], levels: Mapping[str, Any]) -> xr.DataArray | None:
    """The variable of the first of these names; of name@925 the plane at that level."""
    by_plain = {plain_heading(str(name)): str(name) for name in dataset.data_vars}
    for text in names:
        name, _, level = text.partition("@")
        if plain_heading(name) not in by_plain:
            continue
        field = dataset[by_plain[plain_heading(name)]]
        axis = next((dim for dim in field.dims if str(dim).lower() in levels["names"]), None)
        if not level and axis is None:
            return field
        if level and axis is not None:
            place = np.flatnonzero(np.isclose(dataset[axis].to_numpy().astype(float), float(level)))
            if len(place):
                return field.isel({axis: int(place[0])}, drop=True)
    return None


def _of_time_and_place(path: Path, field: xr.DataArray, space: tuple[Any, ...]) -> xr.DataArray:
    single = [dim for dim in field.dims if dim not in space and field.sizes[dim] == 1 and str(dim) in MEMBERS]
    field = field.squeeze(single, drop=True)
    rest = [dim for dim in field.dims if dim not in space]
    if not set(space) <= set(field.dims) or len(rest) > 1 or any(str(dim) in MEMBERS for dim in rest):
        raise AdapterError(
            path, f"{field.name} has the dimensions {', '.join(map(str, field.dims))}", "hand in one run"
        )
    return field.transpose(*rest, *space)


def _stamps(
    path: Path, dataset: xr.Dataset, field: xr.DataArray, told: np.datetime64 | None, *, has_time: bool
) -> list[str]:
    """The times of the planes of a field in UTC+8, as text."""
    planes = field.shape[0] if has_time else 1
    order = [str(field.dims[0]), *TIMES, *map(str, dataset.variables)]
    name = next((one for one in order if one in dataset.variables and dataset[one].dtype.kind == "M"), None)
    if told is not None:
        if planes > 1:
            raise AdapterError(path, "holds several times: option time does not apply")
        return [str(told)]
    if name is None:
        if planes > 1:
            raise AdapterError(path, f"has {planes} planes but no readable times")
        return [""]
    times = np.atleast_1d(dataset[name].to_numpy())
    if len(times) != planes or np.isnat(times).any():
        raise AdapterError(path, f"has {planes} planes but {len(times)} times in {name}")
    return [str(one) for one in (times + UTC_PLUS_8).astype("datetime64[s]")]


def _write_cells(path: Path, grid: Grid, copy: Path, box: Box | None, account: FileAccount, most: int) -> Rows:
    """The cells of all times as rows of the working copy, one time after the other; their numbers in the fields."""
    inside = _inside(grid, box)
    if len(inside) * len(grid.stamps) > most:
        raise AdapterError(path, f"has {len(inside) * len(grid.stamps)} cells", 'give option bbox = "73,18,136,54"')
    if len(inside) < grid.lon_deg.size:
        account.notes.append(f"{grid.lon_deg.size - len(inside)} of {grid.lon_deg.size} cells lie outside option bbox")
    lon, lat = grid.lon_deg[inside], grid.lat_deg[inside]
    codes = [f"Q{x:.3f}-{y:.3f}" for x, y in zip(lon.tolist(), lat.tolist(), strict=True)]
    place = {"cell_code": pa.array(codes), "lon_deg": pa.array(lon), "lat_deg": pa.array(lat)}
    planes = {name: field.to_numpy().reshape(len(grid.stamps), -1) for name, field in grid.fields.items()}
    writer: pa_csv.CSVWriter | None = None
    with copy.open("wb") as file:
        for turn, stamp in enumerate(grid.stamps):
            values = {name: pa.array(plane[turn][inside], from_pandas=True) for name, plane in planes.items()}
            rows = pa.table({**place, "time": pa.repeat(stamp, len(inside)), **values})
            writer = writer or pa_csv.CSVWriter(file, rows.schema)
            writer.write_table(rows)
        if writer is not None:
            writer.close()
    return np.concatenate([turn * grid.lon_deg.size + inside + 1 for turn in range(len(grid.stamps))])


def _inside(grid: Grid, box: Box | None) -> NDArray[np.int64]:
    if box is None:
        return np.arange(grid.lon_deg.size)
    west, south, east, north = box
    lon, lat = grid.lon_deg, grid.lat_deg
    return np.flatnonzero((lon >= west) & (lon <= east) & (lat >= south) & (lat <= north))


WIND_GRID = WindGrid()
