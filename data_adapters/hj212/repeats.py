"""Frames sent again counted once, split frames put together, revised values told from repeated ones."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import pandas as pd
import pyarrow as pa
from numpy.typing import NDArray

from data_adapters.hj212.batch import Batch
from data_adapters.hj212.crc import Places
from data_adapters.hj212.verdicts import Warn

FRAME_KEY = ("device_mn", "system_code", "command")
VALUE_KEY = ("factor_raw", "value_kind")


class Settled(NamedTuple):
    """Frames and values with repeats taken out."""

    batch: Batch
    repeats: Places
    """numbers of the frames of which nothing was new"""
    incomplete: Places
    """numbers of the frames whose split packet lacks a part"""


def settle(batch: Batch) -> Settled:
    """A value whose device, ST, CN, DataTime, factor and kind were there before with the same text and flag is dropped;
    with another text or flag it stays and is marked as revised."""
    if not batch.frames.num_rows:
        return Settled(batch, np.zeros(0, np.int64), np.zeros(0, np.int64))
    keys = _frame_keys(batch.frames)
    values, repeats = _without_repeats(batch, keys)
    incomplete = _incomplete_splits(batch.frames, keys)
    values = _mark(values, np.isin(values["frame_no"].to_numpy(), incomplete), Warn.SPLIT_INCOMPLETE)
    numbers = batch.frames["frame_no"].to_numpy()
    frames = batch.frames.filter(pa.array(~np.isin(numbers, repeats))) if len(repeats) else batch.frames
    return Settled(Batch(frames, values), repeats, incomplete)


def _frame_keys(frames: pa.Table) -> NDArray[np.int64]:
    """The same number for frames of equal device, ST, CN and DataTime."""
    columns = [_codes(frames[name]) for name in FRAME_KEY]
    key = np.zeros(frames.num_rows, dtype=np.int64)
    for codes in columns:
        key = key * (int(codes.max()) + 1) + codes
    times = frames["data_time"].to_numpy().astype("datetime64[s]").astype(np.int64)
    key = key * (int(times.max() - times.min()) + 1) + (times - times.min())
    return np.asarray(key, dtype=np.int64)


def _codes(column: pa.ChunkedArray) -> NDArray[np.int64]:
    return np.asarray(column.combine_chunks().indices.to_numpy(zero_copy_only=False), dtype=np.int64)


def _without_repeats(batch: Batch, keys: NDArray[np.int64]) -> tuple[pa.Table, Places]:
    order = np.argsort(keys, kind="stable")
    same = np.flatnonzero(keys[order][1:] == keys[order][:-1])
    if not len(same):
        return batch.values, np.zeros(0, np.int64)
    in_group = np.unique(np.concatenate([order[same], order[same + 1]]))
    numbers = batch.frames["frame_no"].to_numpy()
    places = np.searchsorted(numbers, batch.values["frame_no"].to_numpy())
    rows = np.flatnonzero(np.isin(places, in_group))
    part = batch.values.take(pa.array(rows))
    frame = pd.DataFrame({name: _codes(part[name]) for name in VALUE_KEY})
    frame["key"] = keys[places[rows]]
    frame["frame_no"] = part["frame_no"].to_numpy()
    frame["text"] = part["value_text"].to_pandas()
    frame["flag"] = part["device_flag"].to_pandas().astype(object).fillna("")
    what = ["key", *VALUE_KEY]
    is_new_frame = ~frame.duplicated(["frame_no", *what])
    is_repeat = (frame.duplicated([*what, "text", "flag"]) & is_new_frame).to_numpy()
    is_revised = (frame.duplicated(what) & is_new_frame).to_numpy() & ~is_repeat
    stays = np.ones(batch.values.num_rows, dtype=bool)
    stays[rows[is_repeat]] = False
    revised = np.zeros(batch.values.num_rows, dtype=bool)
    revised[rows[is_revised]] = True
    values = _mark(batch.values, revised, Warn.REVISED).filter(pa.array(stays))
    left = np.unique(values["frame_no"].to_numpy())
    return values, np.setdiff1d(numbers[in_group], left)


def _incomplete_splits(frames: pa.Table, keys: NDArray[np.int64]) -> Places:
    pnum = frames["pnum"].to_numpy()
    rows = np.flatnonzero(pnum > 0)
    if not len(rows):
        return np.zeros(0, np.int64)
    parts = pd.DataFrame({"key": keys[rows], "pnum": pnum[rows], "pno": frames["pno"].to_numpy()[rows]})
    there = parts.groupby(["key", "pnum"])["pno"].transform("nunique")
    return np.asarray(frames["frame_no"].to_numpy()[rows[(there < parts["pnum"]).to_numpy()]], dtype=np.int64)


def _mark(values: pa.Table, mask: NDArray[np.bool_], warning: Warn) -> pa.Table:
    if not mask.any():
        return values
    bits = values["bits"].to_numpy() | np.where(mask, np.int64(warning), np.int64(0))
    return values.set_column(values.schema.get_field_index("bits"), "bits", pa.array(bits))
