"""The four layers of an emission value: as sent, after automatic, after manual marks, after exemption.

A value taken out of a layer is null there and in the layers after it; the layers before keep it. Nothing is ever
overwritten: marks are append-only, and what was true on an earlier day is asked for with `as_of`.
"""

from __future__ import annotations

from datetime import datetime

import numpy as np
import pandas as pd
import pyarrow as pa
from numpy.typing import NDArray

INVALID_FLAGS = frozenset("FMSDCTBP")
LAYERS = ("auto", "manual", "condition")
ALL_FACTORS = "*"
FACTOR_CODES = {"PM": "a34013", "SO2": "a21026", "NOx": "a21002"}
PERIOD_SECONDS = {"minute": 60, "hour": 3600, "day": 86400}
VALUE_COLUMNS = ("value_raw", "value_after_auto", "value_after_manual", "value_after_exemption")


def value_layers(
    readings: pa.Table, marks: pa.Table, as_of: datetime | None = None, minute_interval: int = 1
) -> pa.Table:
    """The layers of each row of cems_readings.

    Shape   one row per reading, in its order: the four values; `taken_out_by`: auto, manual, condition or null;
            `mark_id`: the mark that did it, null if it was the device flag
    Note    the device flag counts as automatic: any flag but N takes a value out, no flag does not. A mark covers a
            reading whose period it touches. A mark entered after `as_of` does not exist yet, one withdrawn after it
            still holds
    """
    count = readings.num_rows
    taken_out_by: NDArray[np.object_] = np.full(count, None, dtype=object)
    mark_id: NDArray[np.object_] = np.full(count, None, dtype=object)
    flags = readings["device_flag"].to_pandas().astype(object)
    taken_out_by[flags.isin(INVALID_FLAGS).to_numpy()] = "auto"
    covered = _covered(readings, effective_marks(marks, as_of), minute_interval)
    for layer in LAYERS:
        for one, rows in covered[layer]:
            free = rows[pd.isna(taken_out_by[rows])]
            taken_out_by[free] = layer
            mark_id[free] = one
    values = readings["value"].to_numpy(zero_copy_only=False)
    columns: dict[str, pa.Array] = {"value_raw": pa.array(values, from_pandas=True)}
    gone = np.zeros(count, dtype=bool)
    for layer, name in zip(LAYERS, VALUE_COLUMNS[1:], strict=True):
        gone = gone | (taken_out_by == layer)
        columns[name] = pa.array(values, mask=gone | np.isnan(values))
    columns["taken_out_by"] = pa.array(taken_out_by, pa.string(), from_pandas=True)
    columns["mark_id"] = pa.array(mark_id, pa.string(), from_pandas=True)
    return pa.table(columns)


def effective_marks(marks: pa.Table, as_of: datetime | None = None) -> pd.DataFrame:
    """The rows of cems_marks in force at a moment: entered by then, revised by no other, not withdrawn."""
    frame: pd.DataFrame = marks.to_pandas()
    if as_of is not None:
        frame = frame[frame["marked_at"] <= pd.Timestamp(as_of)]
    frame = frame[~frame["mark_id"].isin(frame["revises"].dropna())]
    is_withdrawn = frame["withdrawn_at"].notna()
    if as_of is not None:
        is_withdrawn &= frame["withdrawn_at"] <= pd.Timestamp(as_of)
    in_force: pd.DataFrame = frame[~is_withdrawn].sort_values(["marked_at", "mark_id"], kind="stable")
    return in_force


def _covered(
    readings: pa.Table, marks: pd.DataFrame, minute_interval: int
) -> dict[str, list[tuple[str, NDArray[np.int64]]]]:
    """For each layer the marks and the rows they cover."""
    found: dict[str, list[tuple[str, NDArray[np.int64]]]] = {layer: [] for layer in LAYERS}
    if not len(marks) or not readings.num_rows:
        return found
    devices = readings["device_mn"].to_pandas().astype(str).to_numpy()
    factors = readings["factor_code"].to_pandas().astype(str).to_numpy()
    begins = readings["data_time"].to_numpy().astype("datetime64[s]")
    seconds = {**PERIOD_SECONDS, "minute": 60 * minute_interval}
    lengths = readings["period"].to_pandas().astype(str).map(seconds).fillna(0).to_numpy(dtype=np.int64)
    ends = begins + np.maximum(lengths, 1).astype("timedelta64[s]")
    rows_of = pd.Series(np.arange(len(devices))).groupby(devices).indices
    from_times, to_times = (marks[name].to_numpy(dtype="datetime64[s]") for name in ("from_at", "to_at"))
    names = marks[["mn", "pollutant", "layer", "mark_id"]].astype(str).to_numpy().tolist()
    for (device, factor, layer, mark_id), first, last in zip(names, from_times, to_times, strict=True):
        rows = np.asarray(rows_of.get(device, np.zeros(0)), dtype=np.int64)
        touched = (begins[rows] < last) & (ends[rows] > first)
        if factor != ALL_FACTORS:
            touched &= factors[rows] == FACTOR_CODES.get(factor, factor)
        found[layer].append((mark_id, rows[touched]))
    return found
