"""The canonical table cems_readings from settled frames and values."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from data_adapters.hj212.batch import Batch
from data_adapters.hj212.codes import PERIODS
from data_adapters.hj212.devices import Devices
from data_adapters.hj212.keys import coded
from data_adapters.hj212.verdicts import warning_text
from data_adapters.tables import CEMS_READINGS

FROM_FRAME = ("device_mn", "system_code", "command", "data_time", "sent_at", "is_resent")
FROM_VALUE = (
    "factor_code",
    "factor_raw",
    "value_kind",
    "value",
    "value_text",
    "device_flag",
    "equipment_flag",
    "frame_no",
    "item_no",
)


def readings_of(batch: Batch, devices: Devices, received_at: pa.Array | None = None) -> pa.Table:
    """One row per value. `received_at` is by row of `batch.frames`."""
    frames, values = batch
    if not values.num_rows:
        return CEMS_READINGS.empty()
    rows = np.searchsorted(frames["frame_no"].to_numpy(), values["frame_no"].to_numpy())
    columns = {name: _taken(frames[name], rows) for name in FROM_FRAME}
    columns |= {name: values[name] for name in FROM_VALUE}
    commands = columns["command"]
    periods = [PERIODS.get(word, "other") for word in commands.dictionary.to_pylist()]
    columns["period"] = coded(periods, commands.indices.to_numpy())
    columns["warnings"] = _warnings(values["bits"].to_numpy())
    columns["unit"] = _units(values, columns["device_mn"], devices)
    columns["received_at"] = (
        pa.nulls(values.num_rows, pa.timestamp("s")) if received_at is None else received_at.take(pa.array(rows))
    )
    return pa.table({name: columns[name] for name in CEMS_READINGS.schema.names}).cast(CEMS_READINGS.schema)


def _taken(column: pa.ChunkedArray, rows: NDArray[np.int64]) -> pa.Array:
    whole = column.combine_chunks() if isinstance(column, pa.ChunkedArray) else column
    if isinstance(whole, pa.ChunkedArray):
        whole = whole.chunk(0)
    return whole.take(pa.array(rows))


def _warnings(bits: NDArray[np.int64]) -> pa.DictionaryArray:
    if not len(bits) or (bits == bits[0]).all():
        return coded([warning_text(int(bits[0]))], np.zeros(len(bits), dtype=np.int64))
    distinct, places = np.unique(bits, return_inverse=True)
    return coded([warning_text(int(one)) for one in distinct], places)


def _units(values: pa.Table, device_mn: pa.DictionaryArray, devices: Devices) -> pa.Array:
    """Units by the standard, those of the register in their place."""
    units = values["unit"]
    special = [mn for mn in device_mn.dictionary.to_pylist() if devices.of(mn).units]
    if not special:
        return units
    text = pc.cast(units, pa.string())
    is_amount = pc.equal(values["value_kind"], "cou")
    for mn in special:
        for factor, unit in devices.of(mn).units.items():
            here = pc.and_(pc.equal(device_mn, mn), pc.equal(values["factor_code"], factor))
            text = pc.if_else(pc.and_(here, pc.invert(is_amount)), unit, text)
    return text.cast(CEMS_READINGS.schema.field("unit").type)
