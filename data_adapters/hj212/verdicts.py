"""The words of a verdict: why a frame is refused, and what was wrong with one that is accepted all the same."""

from __future__ import annotations

from enum import IntFlag, StrEnum, auto
from functools import lru_cache


class Reason(StrEnum):
    """Why nothing of a frame is used."""

    NO_FRAME = auto()
    TOO_LONG = auto()
    TEMPLATE_NOT_FILLED = auto()
    BAD_HEADER = auto()
    CUT_FRAME = auto()
    BAD_CRC = auto()
    MODBUS_CRC = auto()
    NO_DATA_REGION = auto()
    ENCRYPTED_NO_KEY = auto()
    EMPTY_MN = auto()
    BAD_COMMAND = auto()
    BAD_SYSTEM_CODE = auto()
    BAD_DATA_TIME = auto()
    REPEAT = auto()


REASONS: dict[Reason, str] = {
    Reason.NO_FRAME: "bytes between frames",
    Reason.TOO_LONG: "no end of frame within the longest length held",
    Reason.TEMPLATE_NOT_FILLED: "length or checksum left as a placeholder",
    Reason.BAD_HEADER: "no four digits after ##",
    Reason.CUT_FRAME: "ends before && and four hex digits",
    Reason.BAD_CRC: "checksum fits neither HJ 212 nor Modbus",
    Reason.MODBUS_CRC: "Modbus checksum from a device that is not registered as sending it",
    Reason.NO_DATA_REGION: "no CP=&&…&& after the head",
    Reason.ENCRYPTED_NO_KEY: "data region encrypted, no key for this device",
    Reason.EMPTY_MN: "no device id: values belong to nobody",
    Reason.BAD_COMMAND: "CN is not four digits",
    Reason.BAD_SYSTEM_CODE: "ST is not two digits",
    Reason.BAD_DATA_TIME: "values without a DataTime of 14 digits that is a time",
    Reason.REPEAT: "every value was there already (re-sent frame)",
}


class Warn(IntFlag):
    """What a frame or value is accepted in spite of."""

    LENGTH_DIFFERS = auto()
    LENGTH_OVER_1024 = auto()
    HEADER_8_DIGITS = auto()
    TAIL_DIFFERS = auto()
    CRC_LOWER_CASE = auto()
    MODBUS_CRC = auto()
    GBK_TEXT = auto()
    FIELD_ORDER = auto()
    DUPLICATE_FIELD = auto()
    UNKNOWN_FIELD = auto()
    QN_MALFORMED = auto()
    PW_WIDTH = auto()
    MN_FORM = auto()
    FLAG_MALFORMED = auto()
    VERSION_DOUBTFUL = auto()
    UNKNOWN_COMMAND = auto()
    SPLIT_FIELDS_SWAPPED = auto()
    SPLIT_MALFORMED = auto()
    SPLIT_INCOMPLETE = auto()
    LATE = auto()
    DATA_TIME_AFTER_QN = auto()
    TRAILING_SEPARATOR = auto()
    ITEM_MALFORMED = auto()
    DUPLICATE_KEY = auto()
    KIND_OF_OTHER_COMMAND = auto()
    FACTOR_OF_OTHER_SYSTEM = auto()
    SYMBOL_CODE = auto()
    UNKNOWN_FACTOR = auto()
    UNKNOWN_KIND = auto()
    UNKNOWN_FLAG = auto()
    VALUE_NOT_NUMBER = auto()
    MIN_AVG_MAX_ORDER = auto()
    REVISED = auto()


@lru_cache(maxsize=4096)
def warning_text(bits: int) -> str:
    """The warnings as words, joined by a semicolon; empty for none."""
    return ";".join(str(warning.name).lower() for warning in Warn if bits & warning)
