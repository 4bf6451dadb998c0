"""The 69 messages of ../shared/data/hj212: what their notes document is what they are judged as."""

from __future__ import annotations

import json

from data_adapters.hj212.devices import Devices
from data_adapters.hj212.frames import Framer
from data_adapters.hj212.judge import judge
from data_adapters.hj212.verdicts import Reason, Warn, warning_text
from data_adapters.run import run_source

# Ids of ../shared/data/hj212/messages_dev.jsonl and what their notes document.
DOCUMENTED = {
    5: Warn(0),
    6: Warn.SYMBOL_CODE | Warn.UNKNOWN_FACTOR,
    11: Warn.UNKNOWN_FACTOR,
    23: Warn.FACTOR_OF_OTHER_SYSTEM,
    24: Warn.FACTOR_OF_OTHER_SYSTEM,
    25: Warn.LENGTH_OVER_1024,
    37: Warn.CRC_LOWER_CASE,
    41: Warn.CRC_LOWER_CASE | Warn.UNKNOWN_FACTOR,
    46: Warn.FACTOR_OF_OTHER_SYSTEM,
    50: Warn(0),
    52: Warn.PW_WIDTH | Warn.LATE,
    53: Warn.VERSION_DOUBTFUL | Warn.DATA_TIME_AFTER_QN,
    56: Warn.UNKNOWN_KIND,
    61: Warn.LENGTH_DIFFERS | Warn.VALUE_NOT_NUMBER,
    70: Warn(0),
    105: Warn.TRAILING_SEPARATOR | Warn.UNKNOWN_FACTOR,
    107: Warn.DUPLICATE_KEY,
    111: Warn(0),
}
REFUSED = {2: Reason.EMPTY_MN, 64: Reason.EMPTY_MN, 73: Reason.EMPTY_MN, 74: Reason.TEMPLATE_NOT_FILLED}
BY_CRC = {
    "hj212": None,
    "modbus": Reason.MODBUS_CRC,
    "modbus-swapped": Reason.MODBUS_CRC,
    "none": Reason.BAD_CRC,
}


def test_the_69_messages_give_the_documented_verdicts(shared_data):
    lines = (shared_data / "hj212" / "messages_dev.jsonl").read_text("utf-8").splitlines()
    messages = [json.loads(line) for line in lines]
    assert len(messages) == 69
    for message in messages:
        (piece,) = [*(framer := Framer()).feed(message["raw"].encode() + b"\r\n"), *framer.flush()]
        judged = judge(piece, Devices())
        wanted = REFUSED.get(message["id"], BY_CRC.get(message["crc_match"]))
        assert judged.reason == wanted, message["id"]
        if judged.reason is None:
            assert (Warn.LENGTH_DIFFERS in judged.warnings) == (not message["len_ok"]), message["id"]
            sent = [
                (one["code"], one["value"]) for one in message["values"] if one["stat"] not in ("SampleTime", "EFlag")
            ]
            if not judged.warnings & (Warn.UNKNOWN_KIND | Warn.DUPLICATE_KEY):
                assert sorted((one.factor.raw, one.text) for one in judged.values) == sorted(sent), message["id"]
        if message["id"] in DOCUMENTED:
            expected = DOCUMENTED[message["id"]]
            assert judged.warnings & ~Warn.MN_FORM == expected | (judged.warnings & Warn.UNKNOWN_FACTOR), (
                message["id"],
                warning_text(int(judged.warnings)),
            )


def test_the_69_messages_as_a_file_balance(shared_data):
    run = run_source("hj212", [shared_data / "hj212" / "messages_dev.txt"])
    assert run.result is not None
    assert (run.result.read, run.result.accepted) == (69, 34)
    assert run.result.rejected == {"template_not_filled": 1, "bad_crc": 11, "modbus_crc": 20, "empty_mn": 3}
