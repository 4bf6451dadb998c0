"""The data segment of a frame as fields: head, then the items between && and &&."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache
from typing import NamedTuple

from data_adapters.hj212.codes import ITEM
from data_adapters.hj212.verdicts import Warn

HEAD_ORDER = ("QN", "ST", "CN", "PW", "MN", "Flag", "PNUM", "PNO", "RF", "CP")
REGION = re.compile(r"(?:\A|;)CP=&&(.*)&&\Z", re.DOTALL)
FORM_2017 = re.compile(r"[0-9A-Fa-f]{24}\Z")
FORM_2005 = re.compile(r"[0-9A-Za-z]{14}\Z")
SMALL_NUMBER = re.compile(r"[0-9]{1,6}\Z")
QN_DIGITS = 17
TIME_DIGITS = 14


class Item(NamedTuple):
    """One value as sent: factor code, suffix, text."""

    factor: str
    suffix: str
    text: str


@dataclass
class Message:
    """A frame taken apart. Texts are as sent; `warnings` collects what was odd about it."""

    head: dict[str, str] = field(default_factory=dict)
    items: list[Item] = field(default_factory=list)
    parameters: dict[str, str] = field(default_factory=dict)
    """Items of CP without a suffix: DataTime, QnRtn, RtdInterval…"""
    warnings: Warn = Warn(0)
    has_region: bool = False

    @property
    def flag(self) -> int:
        """The Flag byte; 0 where there is none."""
        text = self.head.get("Flag", "")
        return int(text) if SMALL_NUMBER.match(text) else 0

    @property
    def wants_reply(self) -> bool:
        """Bit A."""
        return bool(self.flag & 1)

    @property
    def version(self) -> str:
        """2005, 2017 or 2025 by the version bits; bits no standard has assigned count as the newest."""
        bits = self.flag >> 2
        if bits >= 2:
            return "2017" if self.warnings & Warn.VERSION_DOUBTFUL else "2025"
        return "2017" if bits else "2005"

    @property
    def split(self) -> tuple[int, int]:
        """(PNUM, PNO); (0, 0) for a frame that is not split."""
        pnum, pno = self.head.get("PNUM", ""), self.head.get("PNO", "")
        if not (SMALL_NUMBER.match(pnum) and SMALL_NUMBER.match(pno)):
            return 0, 0
        first, second = int(pnum), int(pno)
        return (second, first) if second > first else (first, second)

    @property
    def is_resent(self) -> bool:
        """RF=1 (2025)."""
        return self.head.get("RF") == "1"

    @property
    def data_time(self) -> datetime | None:
        """DataTime if it is fourteen digits and a time."""
        return wall_time(self.parameters.get("DataTime", ""))

    @property
    def sent_at(self) -> datetime | None:
        """The time in QN to the second, if QN is well-formed."""
        number = self.head.get("QN", "")
        return wall_time(number[:TIME_DIGITS]) if len(number) == QN_DIGITS and number.isdigit() else None


@lru_cache(maxsize=4096)
def wall_time(text: str) -> datetime | None:
    """The time in fourteen digits, or nothing."""
    if len(text) != TIME_DIGITS or not (text.isascii() and text.isdigit()):
        return None
    try:
        return datetime(
            int(text[:4]), int(text[4:6]), int(text[6:8]), int(text[8:10]), int(text[10:12]), int(text[12:])
        )
    except ValueError:
        return None


def parse_segment(segment: bytes) -> Message:
    """The fields of a data segment (the bytes the length counts and the CRC covers)."""
    message = Message()
    try:
        text = segment.decode("utf-8")
    except UnicodeDecodeError:
        text = segment.decode("gb18030", errors="replace")
        message.warnings |= Warn.GBK_TEXT
    region = REGION.search(text) if text.endswith("&&") else None
    if region:
        message.has_region = True
        _parse_region(message, region.group(1))
    _parse_head(message, text[: region.start()] if region else text)
    _check_head(message)
    return message


def _parse_head(message: Message, text: str) -> None:
    place = -1
    for part in text.split(";"):
        name, equals, value = part.partition("=")
        if not equals or name not in HEAD_ORDER:
            message.warnings |= Warn.UNKNOWN_FIELD
            continue
        if name in message.head:
            message.warnings |= Warn.DUPLICATE_FIELD
            continue
        if HEAD_ORDER.index(name) < place:
            message.warnings |= Warn.FIELD_ORDER
        place = HEAD_ORDER.index(name)
        message.head[name] = value


def _check_head(message: Message) -> None:
    head = message.head
    if "QN" in head and not message.sent_at:
        message.warnings |= Warn.QN_MALFORMED
    if len(head.get("PW", "")) != 6:
        message.warnings |= Warn.PW_WIDTH
    if not is_mn_well_formed(head.get("MN", "")):
        message.warnings |= Warn.MN_FORM
    flag = head.get("Flag")
    if flag is not None and (not SMALL_NUMBER.match(flag) or message.flag >> 2 > 2):
        message.warnings |= Warn.FLAG_MALFORMED
    sent_at = message.sent_at or message.data_time
    if message.flag >> 2 == 2 and sent_at and sent_at.year < 2024:
        message.warnings |= Warn.VERSION_DOUBTFUL
    _check_split(message)


def _check_split(message: Message) -> None:
    head = message.head
    if "PNUM" not in head and "PNO" not in head:
        if message.flag & 2 and message.items:
            message.warnings |= Warn.SPLIT_MALFORMED
        return
    pnum, pno = message.split
    if not pnum or not pno or not message.flag & 2:
        message.warnings |= Warn.SPLIT_MALFORMED
    elif int(head["PNO"]) > int(head["PNUM"]):
        message.warnings |= Warn.SPLIT_FIELDS_SWAPPED


def is_mn_well_formed(mn: str) -> bool:
    """24 hex digits (2017, 2025) or 14 letters and digits (2005)."""
    return bool(FORM_2017.match(mn) or FORM_2005.match(mn))


def _parse_region(message: Message, text: str) -> None:
    parts = text.replace(",", ";").split(";")
    if text and "" in parts:
        message.warnings |= Warn.TRAILING_SEPARATOR
    seen: set[str] = set()
    for part in parts:
        if not part:
            continue
        key, equals, value = part.partition("=")
        if not equals or "=" in value or "&" in part or not key:
            message.warnings |= Warn.ITEM_MALFORMED
            continue
        if key in seen:
            message.warnings |= Warn.DUPLICATE_KEY
        seen.add(key)
        matched = ITEM.match(key)
        if matched:
            message.items.append(Item(matched.group(1), matched.group(2), value))
        elif key not in message.parameters:
            message.parameters[key] = value
