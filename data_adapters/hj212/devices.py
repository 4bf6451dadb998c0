"""The device register: what is known of each device, in a TOML file of the operator.

```toml
[defaults]
accept_unknown = true        # false: only the devices below
frames_per_minute = 600
connections = 4

[devices.010000A8900016F000169DC0]
password = "123456"          # frames with another one are refused
crc = "modbus"               # hj212 (default), modbus or modbus_swapped: accepted with a warning
time_convention = "end"      # DataTime is the end of the period; default start
minute_interval = 10         # length of the period of CN 2051
reference_o2_pct = 6.0
sm4_key_file = "/run/secrets/device.key"   # 32 hex digits; never in the repository
units = { a00000 = "m3/h" }
```
"""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields, replace
from pathlib import Path
from typing import Any

from data_adapters.hj212.sm4 import sm4_decryptor
from data_adapters.source import AdapterError, nearest

CRC_MODES = ("hj212", "modbus", "modbus_swapped")
TIME_CONVENTIONS = ("start", "end")
Decrypt = Callable[[bytes], bytes]


@dataclass(frozen=True)
class Device:
    """What is agreed with one device."""

    mn: str = ""
    password: str = ""
    crc: str = "hj212"
    time_convention: str = "start"
    minute_interval: int = 1
    reference_o2_pct: float | None = None
    frames_per_minute: int = 600
    connections: int = 4
    sm4_key_file: str = ""
    units: Mapping[str, str] = field(default_factory=dict)

    def period_seconds(self, period: str) -> int:
        """Length of a period; 0 for a moment."""
        return {"minute": 60 * self.minute_interval, "hour": 3600, "day": 86400}.get(period, 0)


@dataclass(frozen=True)
class Devices:
    """All devices of a register; one not in it gets the defaults."""

    known: Mapping[str, Device] = field(default_factory=dict)
    defaults: Device = Device()
    accept_unknown: bool = True
    decryptors: Mapping[str, Decrypt] = field(default_factory=dict)

    def of(self, mn: str) -> Device:
        """What is agreed with this device."""
        return self.known.get(mn) or self.defaults

    def is_accepted(self, mn: str) -> bool:
        """Whether a device may send at all."""
        return self.accept_unknown or mn in self.known


def read_devices(path: Path) -> Devices:
    """The register in a file.

    Raises  AdapterError naming the word that is not understood
    """
    try:
        with path.open("rb") as file:
            content = tomllib.load(file)
    except (OSError, tomllib.TOMLDecodeError) as error:
        raise AdapterError(path, f"device register cannot be read: {error}") from error
    for name in content:
        if name not in ("defaults", "devices"):
            raise AdapterError(path, f"unknown section {name!r}", nearest(name, ("defaults", "devices")))
    general = dict(content.get("defaults", {}))
    accept_unknown = bool(general.pop("accept_unknown", True))
    defaults = _device(path, Device(), "", general)
    known = {mn: _device(path, defaults, mn, given) for mn, given in content.get("devices", {}).items()}
    decryptors = {mn: sm4_decryptor(Path(one.sm4_key_file)) for mn, one in known.items() if one.sm4_key_file}
    return Devices(known, defaults, accept_unknown, decryptors)


def _device(path: Path, defaults: Device, mn: str, given: Mapping[str, Any]) -> Device:
    names = {one.name for one in fields(Device)} - {"mn"}
    for name, value in given.items():
        if name not in names:
            raise AdapterError(path, f"device {mn or 'defaults'}: unknown word {name!r}", nearest(name, names))
        wanted = getattr(Device(), name)
        if wanted is not None and not isinstance(value, Mapping if name == "units" else type(wanted)):
            raise AdapterError(path, f"device {mn or 'defaults'}: {name} = {value!r} is not a {type(wanted).__name__}")
    device = replace(defaults, mn=mn, **given)
    if device.crc not in CRC_MODES:
        raise AdapterError(path, f"device {mn}: crc {device.crc!r}", nearest(device.crc, CRC_MODES))
    if device.time_convention not in TIME_CONVENTIONS:
        raise AdapterError(path, f"device {mn}: time_convention {device.time_convention!r}", "start or end")
    if min(device.minute_interval, device.frames_per_minute, device.connections) < 1:
        raise AdapterError(path, f"device {mn}: minute_interval, frames_per_minute and connections begin at 1")
    return device
