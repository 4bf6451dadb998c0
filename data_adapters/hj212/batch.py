"""Frames and values as columns: the common form of what the quick and the strict way read."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from typing import Any, NamedTuple

import pyarrow as pa

from data_adapters.hj212.codes import PERIODS
from data_adapters.hj212.devices import Devices
from data_adapters.hj212.fields import Message
from data_adapters.hj212.judge import Judged

CODE = pa.dictionary(pa.int32(), pa.string())
FRAMES = pa.schema(
    [
        ("frame_no", pa.int64()),
        ("device_mn", CODE),
        ("system_code", CODE),
        ("command", CODE),
        ("data_time", pa.timestamp("s")),
        ("pnum", pa.int32()),
        ("pno", pa.int32()),
        ("is_resent", pa.bool_()),
        ("sent_at", pa.timestamp("s")),
        ("bits", pa.int64()),
    ]
)
VALUES = pa.schema(
    [
        ("frame_no", pa.int64()),
        ("item_no", pa.int32()),
        ("factor_code", CODE),
        ("factor_raw", CODE),
        ("value_kind", CODE),
        ("value", pa.float64()),
        ("value_text", pa.string()),
        ("device_flag", CODE),
        ("equipment_flag", CODE),
        ("unit", CODE),
        ("bits", pa.int64()),
    ]
)


class Batch(NamedTuple):
    """Accepted frames that carry values, and their values; `frame_no` joins them."""

    frames: pa.Table
    values: pa.Table


def batch_of(judged: Iterable[tuple[int, Judged]], devices: Devices) -> Batch:
    """The accepted frames with values among these, as columns."""
    frames: list[tuple[Any, ...]] = []
    values: list[tuple[Any, ...]] = []
    for frame_no, one in judged:
        if one.reason or one.message is None or not one.values:
            continue
        frames.append(_frame_row(frame_no, one.message, devices))
        frame_bits = int(one.message.warnings)
        for item_no, (factor, kind, number, text, flag, equipment_flag, bits) in enumerate(one.values, start=1):
            unit = factor.unit_of(kind) or None
            codes = (factor.code, factor.raw, kind, number, text, flag, equipment_flag, unit)
            values.append((frame_no, item_no, *codes, frame_bits | int(bits)))
    return Batch(_table(frames, FRAMES), _table(values, VALUES))


def _table(rows: list[tuple[Any, ...]], schema: pa.Schema) -> pa.Table:
    columns = list(zip(*rows, strict=True)) or [()] * len(schema)
    return pa.table(
        [pa.array(column, field.type) for column, field in zip(columns, schema, strict=True)], schema=schema
    )


def _frame_row(frame_no: int, message: Message, devices: Devices) -> tuple[Any, ...]:
    """In the order of FRAMES."""
    head = message.head
    begin = message.data_time
    device = devices.of(head["MN"])
    if begin is not None and device.time_convention == "end":
        begin -= timedelta(seconds=device.period_seconds(PERIODS.get(head["CN"], "")))
    what = (head["MN"], head["ST"], head["CN"], begin, *message.split)
    return (frame_no, *what, message.is_resent, message.sent_at, int(message.warnings))
