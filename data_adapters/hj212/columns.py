"""Columns of what stack monitors sent, for `data_adapters.tables`: name, type, meaning, unit, may be empty."""

from __future__ import annotations

import pyarrow as pa

TEXT = pa.string()
TIME = pa.timestamp("s")
CODE = pa.dictionary(pa.int32(), pa.string())

READINGS = (
    ("device_mn", CODE, "device id (MN)", "", False),
    ("system_code", CODE, "ST: 31 stack, 51 flue-gas process, 22 ambient air …", "", False),
    ("command", CODE, "CN: 2011, 2051, 2061, 2031 …", "", False),
    ("data_time", TIME, "start of the period, UTC+8; the moment for rtd", "", False),
    ("period", CODE, "rtd, minute, hour, day or other", "", False),
    ("factor_code", CODE, "2017 factor code; as sent if it is in no table", "", False),
    ("factor_raw", CODE, "factor code as sent", "", False),
    ("value_kind", CODE, "rtd, min, avg, max, zs_rtd … zs_max, cou, state, run_hours, else as sent", "", False),
    ("value", pa.float64(), "the number sent, whatever the flag", "by factor", True),
    ("value_text", TEXT, "the number as sent", "", False),
    ("device_flag", CODE, "N F M S D C T B, 2005 also P; empty if none was sent", "", True),
    ("equipment_flag", CODE, "EFlag as sent", "", True),
    ("unit", CODE, "unit by the register, else by the standard; empty if not known", "", True),
    ("sent_at", TIME, "time in QN, UTC+8", "", True),
    ("received_at", TIME, "when the gateway took it, UTC+8", "", True),
    ("is_resent", pa.bool_(), "RF=1", "", False),
    ("warnings", CODE, "what the frame or value was accepted in spite of, joined by ;", "", False),
    ("frame_no", pa.int64(), "running number of the frame in its read", "", False),
    ("item_no", pa.int32(), "running number of the value in its frame", "", False),
)
