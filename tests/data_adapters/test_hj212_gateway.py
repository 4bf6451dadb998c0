from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Coroutine
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from data_adapters.hj212.admission import Admission
from data_adapters.hj212.devices import Device, Devices
from data_adapters.hj212.fields import Message, parse_segment
from data_adapters.hj212.frames import Framer
from data_adapters.hj212.gateway import Gateway, Limits
from data_adapters.hj212.replies import encode, refusal_of, reply_to
from data_adapters.hj212.segments import SegmentLog
from data_adapters.run import run_source

MN = "010000A8900016F000169DC0"


def packet(mn: str = MN, minute: int = 0, **head: str) -> bytes:
    fields = {
        "QN": f"2023071121{minute:02d}05123",
        "ST": "31",
        "CN": "2051",
        "PW": "123456",
        "MN": mn,
        "Flag": "5",
    } | head
    written = ";".join(f"{name}={value}" for name, value in fields.items() if value)
    items = f"DataTime=2023071121{minute:02d}00;a21002-Avg={int(mn[-5:], 16)}.{minute},a21002-Flag=N"
    return encode(f"{written};CP=&&{items}&&")


def message(raw: bytes) -> Message:
    return parse_segment(raw[6:-6])


@pytest.mark.parametrize(
    ("head", "answer"),
    [
        ({}, "QN=20230711210005123;ST=91;CN=9014;PW=123456;MN={mn};Flag=4;CP=&&&&"),
        ({"Flag": "9"}, "QN=20230711210005123;ST=91;CN=9014;PW=123456;MN={mn};Flag=8;CP=&&&&"),
        ({"Flag": "1", "QN": ""}, "ST=91;CN=9014;PW=123456;MN={mn};Flag=0;CP=&&&&"),
        ({"Flag": "4"}, None),
        ({"CN": "9015", "Flag": "8"}, "QN=20230711210005123;ST=91;CN=9013;PW=123456;MN={mn};Flag=8;CP=&&&&"),
        ({"CN": "1013"}, "QN=20230711210005123;ST=91;CN=9013;PW=123456;MN={mn};Flag=4;CP=&&&&"),
        ({"CN": "1062"}, "QN=20230711210005123;ST=91;CN=9011;PW=123456;MN={mn};Flag=4;CP=&&QnRtn=2&&"),
        ({"CN": "9011"}, None),
    ],
)
def test_the_answer_of_the_standard(head, answer):
    reply = reply_to(message(packet(**head)), Device())
    assert reply == (None if answer is None else encode(answer.format(mn=MN)))


def test_a_refusal_says_why_if_it_is_asked():
    reply = refusal_of(message(packet()), Device(), 9)
    assert reply is not None
    assert b"CN=9011" in reply
    assert b"QnRtn=9" in reply
    assert refusal_of(message(packet(Flag="4")), Device(), 9) is None


def test_a_modbus_device_is_answered_in_modbus():
    reply = reply_to(message(packet()), Device(crc="modbus"))
    assert reply == encode(f"QN=20230711210005123;ST=91;CN=9014;PW=123456;MN={MN};Flag=4;CP=&&&&", "modbus")


def test_admission_keeps_to_password_connections_and_rate():
    devices = Devices({MN: Device(MN, password="123456", connections=1, frames_per_minute=2)}, accept_unknown=False)
    door = Admission(devices)
    assert door.refuse(MN, "000000", 1, 0) == "wrong_password"
    assert door.refuse("other", "123456", 1, 0) == "unknown_device"
    assert [door.refuse(MN, "123456", 1, 30) for _ in range(3)] == ["", "", "too_many_frames"]
    assert door.refuse(MN, "123456", 2, 60) == "too_many_connections"
    door.left(1, {MN})
    assert door.refuse(MN, "123456", 2, 60) == ""


def test_admission_tracks_a_bounded_number_of_devices():
    door = Admission(Devices(), max_tracked=2)
    assert [door.refuse(str(n), "", n, 0) for n in range(3)] == ["", "", "too_many_devices"]
    door.left(0, {"0"})
    assert door.refuse("2", "", 2, 0) == ""


async def replies_of(port: int, sent: bytes, count: int, seconds: float = 10) -> list[str]:
    """What comes back until `count` frames have come or the gateway hangs up."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(sent)
    framer, found = Framer(), []
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            while len(found) < count:
                data = await reader.read(4096)
                if not data:
                    break
                found += [piece.raw.decode() for piece in framer.feed(data)]
    writer.close()
    return found


def on_a_loop_of_its_own(coroutine: Coroutine[Any, Any, Any]) -> Any:
    """What it gives; in a thread, because the browser's tests keep a loop running in this one."""
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(asyncio.run, coroutine).result()


def converse(tmp_path: Path, sent: bytes, count: int, devices: Devices | None = None, limits: Limits | None = None):
    async def run() -> tuple[list[str], Counter[str]]:
        gateway = Gateway(devices or Devices(), SegmentLog(tmp_path), limits)
        port = await gateway.start(port=0)
        found = await replies_of(port, sent, count, 2)
        await asyncio.sleep(0.05)
        await gateway.close()
        return found, gateway.counts

    return on_a_loop_of_its_own(run())


def test_what_is_acknowledged_is_on_disk(tmp_path):
    replies, counts = converse(tmp_path, packet() + packet(minute=1), 2)
    assert ["CN=9014" in reply for reply in replies] == [True, True]
    (path,) = tmp_path.glob("*.hj212")
    assert path.read_bytes() == packet() + packet(minute=1)
    assert counts["kept"] == 2


def test_refused_frames_are_answered_with_the_code_of_the_standard(tmp_path):
    devices = Devices({MN: Device(MN, password="654321")})
    broken = packet(mn=MN[:-1] + "1").replace(b"-Avg=", b"-Avg=9")
    replies, counts = converse(tmp_path, packet() + broken, 2, devices)
    assert "QnRtn=3" in replies[0]
    assert "QnRtn=9" in replies[1]
    assert (counts["wrong_password"], counts["bad_crc"]) == (1, 1)


def test_a_connection_that_sends_only_garbage_is_closed(tmp_path):
    sent = b"##0004abcd0000\r\n" * 50
    replies, counts = converse(tmp_path, sent, 1, limits=Limits(bad_frames=10))
    assert replies == []
    assert counts.total() < 120


def test_a_disk_that_is_full_gives_no_acknowledgement(tmp_path, monkeypatch, caplog):
    def fail(self: SegmentLog, entries: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(SegmentLog, "append", fail)
    with caplog.at_level(logging.WARNING):
        replies, counts = converse(tmp_path, packet(), 1)
    assert replies == []
    assert counts["kept"] == 0
    assert "raw_log_failed" in caplog.text


DEVICES, MINUTES = 2000, 3


class Plant:
    """A device that sends each packet until it is acknowledged, as the standard asks."""

    def __init__(self, number: int) -> None:
        self.packets = [packet(f"{number:024X}", minute) for minute in range(MINUTES)]
        self.acknowledged = 0
        self.sent = 0

    async def run(self, port: list[int]) -> None:
        while self.acknowledged < MINUTES:
            try:
                await self.talk(*await asyncio.open_connection("127.0.0.1", port[0]))
            except OSError:
                await asyncio.sleep(0.2)

    async def talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        framer = Framer()
        try:
            while self.acknowledged < MINUTES:
                writer.write(self.packets[self.acknowledged])
                self.sent += 1
                while not (answers := list(framer.feed(data := await reader.read(4096)))) and data:
                    pass
                if not answers:
                    await asyncio.sleep(0.2)
                    return
                self.acknowledged += b"CN=9014" in answers[0].raw
                await asyncio.sleep(0.5)
        finally:
            writer.close()


def start_gateway(store: Path) -> tuple[subprocess.Popen[str], int]:
    command = [sys.executable, "-m", "data_adapters", "listen", "--store", str(store), "--port", "0"]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=Path(__file__).parents[2])
    assert process.stdout is not None
    line = process.stdout.readline()
    return process, int(line.split(":")[1].split(",")[0])


def test_2000_devices_and_a_killed_gateway_lose_nothing_and_count_nothing_twice(tmp_path):
    async def play() -> tuple[list[Plant], int]:
        gateway, first = await asyncio.to_thread(start_gateway, tmp_path)
        port = [first]
        plants = [Plant(number) for number in range(DEVICES)]
        async with asyncio.timeout(90), asyncio.TaskGroup() as group:
            tasks = [group.create_task(plant.run(port)) for plant in plants]
            while sum(plant.acknowledged for plant in plants) < DEVICES:
                await asyncio.sleep(0.02)
            os.kill(gateway.pid, signal.SIGKILL)
            gateway.wait()
            before = sum(plant.acknowledged for plant in plants)
            gateway, port[0] = await asyncio.to_thread(start_gateway, tmp_path)
            await asyncio.gather(*tasks)
        gateway.terminate()
        await asyncio.to_thread(gateway.wait, 20)
        return plants, before

    plants, before = on_a_loop_of_its_own(play())
    assert DEVICES <= before < DEVICES * MINUTES
    run = run_source("hj212", sorted(tmp_path.glob("*.hj212")))
    assert run.error is None
    assert run.result is not None
    rows = run.result.tables["cems_readings"].to_pylist()
    found = Counter((row["device_mn"], row["data_time"].minute, row["value_text"]) for row in rows)
    wanted = {(f"{n:024X}", minute, f"{n}.{minute}") for n in range(DEVICES) for minute in range(MINUTES)}
    assert set(found) == wanted
    assert max(found.values()) == 1
    assert run.result.read >= DEVICES * MINUTES
    assert sum(plant.sent for plant in plants) >= run.result.accepted == DEVICES * MINUTES
    assert all(row["received_at"] for row in rows)
