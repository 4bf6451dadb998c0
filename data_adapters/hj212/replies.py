"""What a host answers: 9014 to data, 9013 to notices and heartbeats, 9011 with a reason to what it refuses."""

from __future__ import annotations

from data_adapters.hj212.crc import crc_text, hj212_crc, modbus_crc
from data_adapters.hj212.devices import Device
from data_adapters.hj212.fields import Message
from data_adapters.hj212.verdicts import Reason

DATA = frozenset("2011 2021 2031 2041 2051 2052 2061 2062 2071 2081 2111 3019 3020 3021".split())
NOTICES = frozenset("1013 2072".split())
ANSWERS = frozenset("9011 9012 9013 9014".split())
HEARTBEAT = "9015"
REFUSED, WRONG_PW, WRONG_MN, WRONG_ST, WRONG_CN, WRONG_CRC, UNKNOWN = 2, 3, 4, 5, 8, 9, 100
QN_RTN = {
    Reason.EMPTY_MN: WRONG_MN,
    Reason.BAD_SYSTEM_CODE: WRONG_ST,
    Reason.BAD_COMMAND: WRONG_CN,
    Reason.BAD_CRC: WRONG_CRC,
    Reason.MODBUS_CRC: WRONG_CRC,
}


def encode(segment: str, crc: str = "hj212") -> bytes:
    """A data segment as a frame, checksum in the way the device understands."""
    data = segment.encode("utf-8")
    if crc == "hj212":
        checksum = crc_text(hj212_crc(data))
    else:
        checksum = crc_text(modbus_crc(data))
        checksum = checksum[2:] + checksum[:2] if crc == "modbus_swapped" else checksum
    return b"##%04d%s%s\r\n" % (len(data), data, checksum)


def reply_to(message: Message, device: Device) -> bytes | None:
    """The answer to an accepted frame; nothing where none is asked for."""
    command = message.head.get("CN", "")
    if command == HEARTBEAT:
        return _reply(message, device, "9013", "")
    if not message.wants_reply or command in ANSWERS:
        return None
    if command in DATA:
        return _reply(message, device, "9014", "")
    if command in NOTICES:
        return _reply(message, device, "9013", "")
    return _reply(message, device, "9011", f"QnRtn={REFUSED}")


def refusal_of(message: Message | None, device: Device, qn_rtn: int) -> bytes | None:
    """The answer to a refused frame that asks for one and says which request it is."""
    if message is None or not message.wants_reply or not message.head.get("QN"):
        return None
    return _reply(message, device, "9011", f"QnRtn={qn_rtn}")


def _reply(message: Message, device: Device, command: str, region: str) -> bytes:
    head = message.head
    parts = [f"QN={head['QN']}"] if "QN" in head else []
    parts += ["ST=91", f"CN={command}", f"PW={head.get('PW', '')}", f"MN={head.get('MN', '')}"]
    if "Flag" in head:
        parts.append(f"Flag={message.flag >> 2 << 2}")
    return encode(";".join([*parts, f"CP=&&{region}&&"]), device.crc)
