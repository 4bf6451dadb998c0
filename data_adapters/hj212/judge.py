"""From a piece of the stream to a verdict: the strict way, one frame at a time."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import timedelta

from data_adapters.hj212.codes import KNOWN_COMMANDS, PERIODS
from data_adapters.hj212.crc import HEX, crc_text, hj212_crc, modbus_crc
from data_adapters.hj212.devices import Device, Devices
from data_adapters.hj212.fields import Message, parse_segment
from data_adapters.hj212.frames import Piece
from data_adapters.hj212.sm4 import BLOCK
from data_adapters.hj212.values import Value, values_of
from data_adapters.hj212.verdicts import Reason, Warn

MAX_SEGMENT = 1024
LATE = timedelta(hours=2)
CLOCK_TOLERANCE = timedelta(minutes=10)
NO_MN = frozenset(("", "null", "NULL", "None"))
LONG_HEADER = re.compile(rb"[0-9]{4}(?=(?:QN|ST|CN|PW|MN)=)")
PLAIN_REGION = re.compile(rb"(?:[A-Za-z0-9_-]+=[^=;,]*(?:[;,]|\Z))*\Z")
CIPHER_REGION = re.compile(rb"CP=&&(.*)&&\Z", re.DOTALL)


@dataclass(frozen=True)
class Judged:
    """A piece of the stream with its verdict. Only without a reason are there values to use."""

    piece: Piece
    reason: Reason | None
    message: Message | None = None
    values: tuple[Value, ...] = ()

    @property
    def warnings(self) -> Warn:
        """What it was accepted in spite of, its values included."""
        bits = self.message.warnings if self.message else Warn(0)
        for value in self.values:
            bits |= value.warnings
        return bits

    @property
    def verdict(self) -> str:
        """accepted, accepted with warnings, or rejected."""
        if self.reason:
            return "rejected"
        return "accepted with warnings" if self.warnings else "accepted"


@dataclass(frozen=True)
class _Cut:
    """A frame cut into segment, checksum and tail."""

    segment: bytes
    crc: bytes
    warnings: Warn


def judge(piece: Piece, devices: Devices, line_end: bytes = b"\r\n") -> Judged:
    """The verdict on a piece; `line_end` is a bare LF in files whose CRs were lost."""
    if piece.kind != "frame":
        return Judged(piece, Reason.TOO_LONG if piece.kind == "too_long" else Reason.NO_FRAME)
    cut = _cut(piece.raw, line_end)
    if isinstance(cut, Reason):
        return Judged(piece, cut)
    return _judge_segment(piece, cut, devices)


def _cut(raw: bytes, line_end: bytes) -> _Cut | Reason:
    header = raw[2:6]
    if not header.isdigit() or len(header) < 4:
        return _bad_header(header)
    declared = int(header)
    warnings = Warn(0)
    if raw[declared + 10 :] == line_end and declared + 10 <= len(raw):
        segment, rest = raw[6 : 6 + declared], raw[6 + declared :]
    else:
        end = raw.rfind(b"&&") + 2
        if raw.count(b"&&") < 2 or len(raw[end:].rstrip()) < 4:
            return Reason.CUT_FRAME
        segment, rest = raw[6:end], raw[end:]
    long_header = LONG_HEADER.match(segment)
    if long_header:
        warnings |= Warn.HEADER_8_DIGITS
        declared = int(raw[2:10])
        segment = segment[4:]
    if declared != len(segment):
        warnings |= Warn.LENGTH_DIFFERS
    if len(segment) > MAX_SEGMENT:
        warnings |= Warn.LENGTH_OVER_1024
    crc, tail = rest[:4], rest[4:]
    if not HEX.issuperset(crc):
        return Reason.TEMPLATE_NOT_FILLED if len(set(crc)) == 1 else Reason.BAD_CRC
    if tail != line_end and not (line_end == b"\n" and not tail):
        warnings |= Warn.TAIL_DIFFERS
    return _Cut(segment, crc, warnings)


def _bad_header(header: bytes) -> Reason:
    is_placeholder = len(header) == 4 and len(set(header)) == 1 and not header.isdigit()
    return Reason.TEMPLATE_NOT_FILLED if is_placeholder else Reason.BAD_HEADER


def _judge_segment(piece: Piece, cut: _Cut, devices: Devices) -> Judged:
    message = parse_segment(cut.segment)
    device = devices.of(message.head.get("MN", ""))
    reason = _check_crc(cut.segment, cut.crc, device, message)
    if reason is Reason.BAD_CRC and _may_be_encrypted(message, cut.segment):
        plain = _decrypted(cut, devices, message.head.get("MN", ""))
        if plain is None:
            return Judged(piece, Reason.ENCRYPTED_NO_KEY, message)
        message = parse_segment(plain)
        reason = _check_crc(plain, cut.crc, device, message)
    message.warnings |= cut.warnings
    if reason is None:
        reason = _check_message(message)
    if reason is not None:
        return Judged(piece, reason, message)
    _check_times(message, device)
    return Judged(piece, None, message, values_of(message))


def _check_crc(segment: bytes, sent: bytes, device: Device, message: Message) -> Reason | None:
    if sent.upper() == crc_text(hj212_crc(segment)):
        if sent != sent.upper():
            message.warnings |= Warn.CRC_LOWER_CASE
        return None
    modbus = crc_text(modbus_crc(segment))
    by_mode = {"modbus": modbus, "modbus_swapped": modbus[2:] + modbus[:2]}
    if by_mode.get(device.crc) == sent.upper():
        message.warnings |= Warn.MODBUS_CRC
        return None
    return Reason.MODBUS_CRC if sent.upper() in by_mode.values() else Reason.BAD_CRC


def _may_be_encrypted(message: Message, segment: bytes) -> bool:
    region = CIPHER_REGION.search(segment) if segment.endswith(b"&&") else None
    return region is not None and message.flag >> 2 == 2 and not PLAIN_REGION.match(region.group(1))


def _decrypted(cut: _Cut, devices: Devices, mn: str) -> bytes | None:
    """The segment with its region decrypted, zero padding taken off; nothing without key or whole blocks."""
    decrypt = devices.decryptors.get(mn)
    region = CIPHER_REGION.search(cut.segment)
    if decrypt is None or region is None:
        return None
    cipher = region.group(1)
    if HEX.issuperset(cipher) and len(cipher) % 2 == 0:
        cipher = bytes.fromhex(cipher.decode("ascii"))
    if not cipher or len(cipher) % BLOCK:
        return None
    return cut.segment[: region.start(1)] + decrypt(cipher).rstrip(b"\0") + b"&&"


def _check_message(message: Message) -> Reason | None:
    head = message.head
    if not message.has_region:
        return Reason.NO_DATA_REGION
    if head.get("MN", "").strip() in NO_MN:
        return Reason.EMPTY_MN
    if not _is_digits(head.get("CN", ""), 4):
        return Reason.BAD_COMMAND
    if not _is_digits(head.get("ST", ""), 2):
        return Reason.BAD_SYSTEM_CODE
    if message.items and message.data_time is None:
        return Reason.BAD_DATA_TIME
    if head["CN"] not in KNOWN_COMMANDS:
        message.warnings |= Warn.UNKNOWN_COMMAND
    return None


def _is_digits(text: str, count: int) -> bool:
    return len(text) == count and text.isascii() and text.isdigit()


def _check_times(message: Message, device: Device) -> None:
    """Compares what the values are about with when they were sent."""
    data_time, sent_at = message.data_time, message.sent_at
    if data_time is None or sent_at is None or not message.items:
        return
    length = timedelta(seconds=device.period_seconds(PERIODS.get(message.head["CN"], "")))
    begin = data_time - length if device.time_convention == "end" else data_time
    if sent_at - (begin + length) > LATE:
        message.warnings |= Warn.LATE
    elif data_time - sent_at > CLOCK_TOLERANCE:
        message.warnings |= Warn.DATA_TIME_AFTER_QN
