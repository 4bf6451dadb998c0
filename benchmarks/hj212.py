"""How many HJ 212 frames are read from a file in a second on one core, and how many the gateway takes.

`python -m benchmarks.hj212` prints medians; budget: 100,000 frames/s for the 339-byte real-time packet of six factors.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import resource
import statistics
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa

from benchmarks.measure import Measure, plain
from data_adapters.hj212.crc import crc_text, hj212_crc
from data_adapters.hj212.devices import Devices
from data_adapters.hj212.gateway import Gateway
from data_adapters.hj212.reading import read_content
from data_adapters.hj212.segments import SegmentLog
from data_adapters.run import run_source

RUNS = 5
BUDGETED, BUDGET = "realtime_2011", 100_000
FACTORS = ("a21026", "a21002", "a34013")
OTHERS = ("a19001", "a01012", "a00000")


def frame(segment: str) -> bytes:
    data = segment.encode()
    return b"##%04d%s%s\r\n" % (len(data), data, crc_text(hj212_crc(data)))


def realtime(device: int, minute: int) -> bytes:
    at = f"20230710{minute // 60 % 24:02d}{minute % 60:02d}"
    items = [f"{f}-Rtd={device % 97}.{minute % 10},{f}-ZsRtd={device % 89}.{minute % 7},{f}-Flag=N" for f in FACTORS]
    items += [f"{f}-Rtd={minute % 90}.{device % 10},{f}-Flag=N" for f in OTHERS]
    head = f"QN={at}05123;ST=31;CN=2011;PW=123456;MN={device:024X};Flag=5;CP=&&DataTime={at}00;"
    return frame(head + ";".join(items) + "&&")


def hourly(device: int, hour: int) -> bytes:
    at = f"202307{1 + hour // 24:02d}{hour % 24:02d}"
    value = device % 97
    items = [
        f"{f}-Min={value}.0,{f}-Avg={value}.2,{f}-Max={value}.4,{f}-ZsMin={value}.8,{f}-ZsAvg={value}.9,"
        f"{f}-ZsMax={value + 1}.5,{f}-Cou=19.4,{f}-Flag=N"
        for f in FACTORS
    ]
    items += [f"{f}-Min=8.9,{f}-Avg=9.0,{f}-Max=9.1,{f}-Flag=N" for f in OTHERS]
    head = f"QN={at}5910001;ST=31;CN=2061;PW=123456;MN={device:024X};Flag=5;CP=&&DataTime={at}0000;"
    return frame(head + ";".join(items) + "&&")


def measure_file(name: str, content: bytes, count: int, folder: Path) -> list[Measure]:
    path = folder / f"{name}.hj212"
    path.write_bytes(content)
    parsed, cpu, whole = [], [], []
    for _ in range(RUNS):
        begun, begun_cpu = time.perf_counter(), time.process_time()
        reading = read_content(path.read_bytes(), Devices())
        parsed.append(time.perf_counter() - begun)
        cpu.append(time.process_time() - begun_cpu)
        assert reading.count == count
        assert not reading.judged
        values = reading.batch.values.num_rows
        begun_cpu = time.process_time()
        run = run_source("hj212", [path])
        whole.append(time.process_time() - begun_cpu)
        assert run.result is not None
        assert run.result.tables["cems_readings"].num_rows == values
    rate, rate_cpu, rate_whole = (count / statistics.median(times) for times in (parsed, cpu, whole))
    size = len(content) / count
    told = f"n={RUNS}; {size:.0f} bytes, {values / count:.0f} values a frame; {rate_cpu * size / 1e6:.0f} MB/s"
    budget = BUDGET if name == BUDGETED else None
    return [
        Measure(f"HJ 212 {name} parsed, a CPU second", rate_cpu, "frames", budget, is_floor=True, note=told),
        Measure(f"HJ 212 {name} parsed, by the clock", rate, "frames/s", note=f"n={RUNS}"),
        Measure(f"HJ 212 {name} to the table, a CPU second", rate_whole, "frames", note="with repeats and accounts"),
    ]


async def send(port: int, device: int, minutes: int) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    for minute in range(minutes):
        writer.write(realtime(device, minute))
        await reader.readuntil(b"\r\n")
    writer.close()


async def load_gateway(folder: Path, devices: int, minutes: int) -> list[Measure]:
    """All devices send a packet, wait for its acknowledgement, send the next; clients in the same process."""
    gateway = Gateway(Devices(), SegmentLog(folder / "raw"))
    port = await gateway.start(port=0)
    begun, begun_cpu = time.perf_counter(), time.process_time()
    await asyncio.gather(*(send(port, device, minutes) for device in range(devices)))
    seconds, cpu = time.perf_counter() - begun, time.process_time() - begun_cpu
    await gateway.close()
    assert gateway.counts["kept"] == devices * minutes
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    told = (
        f"{devices:,} devices, kept on disk and acknowledged; 33/s are needed; {devices * minutes / cpu:,.0f} a CPU s"
    )
    return [
        Measure("HJ 212 gateway", devices * minutes / seconds, "frames/s", note=f"{told}, with clients"),
        Measure("HJ 212 gateway, peak memory", peak, "MB", note="of the whole process"),
    ]


@contextlib.contextmanager
def one_core() -> Iterator[None]:
    """One core and one thread of Arrow, as the budget is told for."""
    cores, threads = os.sched_getaffinity(0), pa.cpu_count()
    os.sched_setaffinity(0, {min(cores)})
    pa.set_cpu_count(1)
    try:
        yield
    finally:
        os.sched_setaffinity(0, cores)
        pa.set_cpu_count(threads)


def measure_hj212() -> list[Measure]:
    """Frames read from files and taken by the gateway, on one core."""
    with one_core(), tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        measures = asyncio.run(load_gateway(folder, 2000, 5))
        minutes = b"".join(realtime(device, minute) for minute in range(100) for device in range(2000))
        measures += measure_file(BUDGETED, minutes, 200_000, folder)
        hours = b"".join(hourly(device, hour) for hour in range(50) for device in range(2000))
        return measures + measure_file("hourly_2061", hours, 100_000, folder)


if __name__ == "__main__":
    print(plain(measure_hj212()))  # noqa: T201 - a command line
