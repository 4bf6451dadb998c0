"""Who may send, and how much: passwords, connections and frames a minute of each device."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass, field
from hmac import compare_digest

from data_adapters.hj212.devices import Device, Devices

MAX_TRACKED = 20_000


@dataclass
class _State:
    connections: set[int] = field(default_factory=set)
    minute: int = -1
    frames: int = 0


class Admission:
    """Counts by device; holds at most `max_tracked` of them, those longest silent and not connected go first."""

    def __init__(self, devices: Devices, max_tracked: int = MAX_TRACKED) -> None:
        """`devices` says what each may do."""
        self._devices = devices
        self._max_tracked = max_tracked
        self._states: OrderedDict[str, _State] = OrderedDict()

    def refuse(self, mn: str, password: str, connection: int, seconds: float) -> str:
        """Why a sound frame of this device is not taken now; empty if it is."""
        device = self._devices.of(mn)
        if not self._devices.is_accepted(mn):
            return "unknown_device"
        if device.password and not compare_digest(device.password.encode(), password.encode()):
            return "wrong_password"
        state = self._state(mn)
        if state is None:
            return "too_many_devices"
        if connection not in state.connections and len(state.connections) >= device.connections:
            return "too_many_connections"
        state.connections.add(connection)
        return "" if _count(state, device, seconds) else "too_many_frames"

    def left(self, connection: int, mns: set[str]) -> None:
        """A connection that spoke for these devices is gone."""
        for mn in mns:
            if mn in self._states:
                self._states[mn].connections.discard(connection)

    def _state(self, mn: str) -> _State | None:
        state = self._states.get(mn)
        if state is None:
            if len(self._states) >= self._max_tracked:
                idle = next((one for one, held in self._states.items() if not held.connections), None)
                if idle is None:
                    return None
                del self._states[idle]
            state = self._states[mn] = _State()
        self._states.move_to_end(mn)
        return state


def _count(state: _State, device: Device, seconds: float) -> bool:
    minute = int(seconds // 60)
    if state.minute != minute:
        state.minute, state.frames = minute, 0
    state.frames += 1
    return state.frames <= device.frames_per_minute
