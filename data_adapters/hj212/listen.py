"""`python -m data_adapters listen`: the gateway until a signal ends it."""

from __future__ import annotations

import asyncio
import logging
import signal
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from data_adapters.hj212.devices import Devices, read_devices
from data_adapters.hj212.gateway import Gateway
from data_adapters.hj212.segments import FSYNC_MODES, SegmentLog
from data_adapters.source import AdapterError, nearest

log = logging.getLogger(__name__)
STATUS_SECONDS = 60.0


@dataclass(frozen=True)
class ListenOptions:
    """How the gateway is run."""

    store: Path
    host: str = "127.0.0.1"
    port: int = 9212
    devices: Path | None = None
    fsync: str = "batch"
    segment_mb: int = 64


def listen(options: ListenOptions, tell: Callable[[str], None]) -> None:
    """Serve until SIGINT or SIGTERM; `tell` gets the address once it is open.

    Raises  AdapterError if the register, the store or the address cannot be used
    """
    if options.fsync not in FSYNC_MODES:
        raise AdapterError("", f"fsync {options.fsync!r}", nearest(options.fsync, FSYNC_MODES))
    devices = read_devices(options.devices) if options.devices else Devices()
    segments = SegmentLog(options.store, options.segment_mb << 20, options.fsync)
    try:
        asyncio.run(_serve(Gateway(devices, segments), options, tell))
    except OSError as error:
        raise AdapterError(f"{options.host}:{options.port}", f"cannot serve: {error.strerror or error}") from error


async def _serve(gateway: Gateway, options: ListenOptions, tell: Callable[[str], None]) -> None:
    over = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, over.set)
    port = await gateway.start(options.host, options.port)
    tell(f"listening on {options.host}:{port}, raw frames in {options.store}")
    while not over.is_set():
        try:
            await asyncio.wait_for(over.wait(), STATUS_SECONDS)
        except TimeoutError:
            log.info("event=status %s", " ".join(f"{word}={count}" for word, count in sorted(gateway.counts.items())))
    await gateway.close()
    tell(
        "closed: " + (", ".join(f"{word} {count}" for word, count in sorted(gateway.counts.items()) if word) or "idle")
    )
