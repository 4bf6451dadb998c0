"""The values of a frame: factor, kind and number of each item, with its flag; kept whatever the flag."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import NamedTuple

from data_adapters.hj212.codes import FLAGS, NOT_VALUES, PERIOD_KINDS, SUFFIXES, Factor, factor_of, is_of_other_system
from data_adapters.hj212.fields import Item, Message
from data_adapters.hj212.verdicts import Warn

NUMBER = re.compile(r"[+-]?(?:[0-9]{1,40}\.?[0-9]{0,40}|\.[0-9]{1,40})\Z")
ORDERS = (("min", "avg", "max"), ("zs_min", "zs_avg", "zs_max"))


class Value(NamedTuple):
    """One value of a frame."""

    factor: Factor
    kind: str
    number: float | None
    text: str
    flag: str | None
    equipment_flag: str | None
    warnings: Warn


def values_of(message: Message) -> tuple[Value, ...]:
    """All values of a message, in the order sent."""
    flags = _texts(message.items, "Flag")
    equipment_flags = _texts(message.items, "EFlag")
    by_kind: dict[tuple[str, str], float] = {}
    for item in message.items:
        number = number_of(item.text)
        if item.suffix not in NOT_VALUES and number is not None:
            by_kind[item.factor, kind_of(item.suffix)] = number
    values = []
    for item in message.items:
        if item.suffix in NOT_VALUES:
            continue
        factor = factor_of(item.factor)
        flag, kind, number = flags.get(item.factor), kind_of(item.suffix), number_of(item.text)
        bits = item_warnings(item.factor, item.suffix, message.head.get("ST", ""), message.head.get("CN", ""))
        if flag and flag not in FLAGS:
            bits |= Warn.UNKNOWN_FLAG
        if number is None:
            bits |= Warn.VALUE_NOT_NUMBER
        if _is_out_of_order(by_kind, item.factor, kind):
            bits |= Warn.MIN_AVG_MAX_ORDER
        values.append(Value(factor, kind, number, item.text, flag or None, equipment_flags.get(item.factor), bits))
    return tuple(values)


def kind_of(suffix: str) -> str:
    """Kind of value in our words; a suffix in no table stays as sent."""
    return SUFFIXES.get(suffix, suffix)


def number_of(text: str) -> float | None:
    """The number a text is, in plain decimal notation; else nothing."""
    return float(text) if NUMBER.match(text) else None


@lru_cache(maxsize=16384)
def item_warnings(raw_factor: str, suffix: str, system_code: str, command: str) -> Warn:
    """What is odd about a factor and suffix under this ST and CN, whatever the value."""
    factor = factor_of(raw_factor)
    bits = Warn(0)
    if factor.code_set == "symbol":
        bits |= Warn.SYMBOL_CODE
    elif not factor.code_set:
        bits |= Warn.UNKNOWN_FACTOR
    if is_of_other_system(factor.medium, system_code):
        bits |= Warn.FACTOR_OF_OTHER_SYSTEM
    kind = SUFFIXES.get(suffix)
    if kind is None:
        bits |= Warn.UNKNOWN_KIND
    elif command == "2011" and kind in PERIOD_KINDS:
        bits |= Warn.KIND_OF_OTHER_COMMAND
    return bits


def _texts(items: list[Item], suffix: str) -> dict[str, str]:
    return {item.factor: item.text for item in items if item.suffix == suffix}


def _is_out_of_order(by_kind: dict[tuple[str, str], float], factor: str, kind: str) -> bool:
    """Whether min <= avg <= max fails for the three that this value belongs to."""
    for order in ORDERS:
        if kind in order:
            low, mean, high = (by_kind.get((factor, one)) for one in order)
            if mean is None:
                return False
            return (low is not None and low > mean) or (high is not None and high < mean)
    return False
