from __future__ import annotations

import sys
from datetime import datetime

import pytest
from test_hj212_files import HOUR, MN, OTHER, packet, read, rows_of

from data_adapters.hj212.devices import Devices, read_devices
from data_adapters.hj212.frames import Framer
from data_adapters.hj212.judge import judge
from data_adapters.hj212.replies import encode
from data_adapters.hj212.segments import Entry, SegmentLog, complete_index
from data_adapters.hj212.sm4 import sm4_decryptor
from data_adapters.hj212.verdicts import Reason
from data_adapters.run import run_source
from data_adapters.source import AdapterError

REGISTER = f"""
[defaults]
frames_per_minute = 10

[devices.{MN}]
crc = "modbus"
time_convention = "end"
units = {{ a21002 = "ppm" }}
"""


def test_register_gives_crc_mode_time_convention_and_units(tmp_path):
    register = tmp_path / "devices.toml"
    register.write_text(REGISTER)
    raw = encode(HOUR[6:-6].decode(), "modbus")
    result = read(tmp_path, raw + raw.replace(MN.encode(), OTHER.encode()), devices=str(register))
    assert result.rejected == {"bad_crc": 1}
    rows = rows_of(result)
    assert {row["data_time"] for row in rows} == {datetime(2023, 7, 10, 23, 0)}
    assert {row["warnings"] for row in rows} == {"modbus_crc"}
    assert {row["unit"] for row in rows if row["factor_code"] == "a21002" and row["value_kind"] != "cou"} == {"ppm"}
    quick = read(tmp_path, HOUR, devices=str(register))
    assert {row["data_time"] for row in rows_of(quick)} == {datetime(2023, 7, 10, 23, 0)}


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("[device.x]", "did you mean devices?"),
        ("[devices.x]\ncrcc = 'modbus'", "did you mean crc?"),
        ("[devices.x]\ncrc = 'modbuss'", "did you mean modbus?"),
        ("[devices.x]\nfr ames = 1", "cannot be read"),
        ("[devices.x]\ntime_convention = 'middle'", "start or end"),
        ("[devices.x]\nconnections = 0", "begin at 1"),
        ("[devices.x]\nconnections = 'two'", "is not a int"),
        ("[devices.x]\nsm4_key_file = '/nowhere'", "SM4 key cannot be read"),
    ],
)
def test_a_register_that_is_not_understood_is_refused(tmp_path, text, what):
    register = tmp_path / "devices.toml"
    register.write_text(text)
    with pytest.raises(AdapterError, match="devices.toml|SM4") as caught:
        read_devices(register)
    assert what in str(caught.value)


def encrypted(devices: Devices):
    plain = packet("a21002-Avg=1.0", Flag="9", QN="20260301010010001", at="20260301000000")
    begin, end = plain.index(b"CP=&&") + 5, plain.rindex(b"&&")
    region = plain[begin:end].ljust(-(-(end - begin) // 16) * 16, b"\0")
    segment = plain[6:begin] + bytes(byte ^ 0x55 for byte in region).hex().encode() + b"&&"
    raw = b"##%04d%s%s" % (len(segment), segment, plain[-6:])
    (piece,) = [*Framer().feed(raw)]
    return judge(piece, devices)


def test_an_encrypted_frame_without_a_key_says_so():
    assert encrypted(Devices()).reason is Reason.ENCRYPTED_NO_KEY


def test_an_encrypted_frame_is_read_with_the_hook_of_its_device():
    judged = encrypted(Devices(decryptors={MN: lambda region: bytes(byte ^ 0x55 for byte in region)}))
    assert judged.reason is None
    assert [value.text for value in judged.values] == ["1.0"]


def test_sm4_is_that_of_the_standard(tmp_path):
    """The example of GB/T 32907, Annex A.1."""
    pytest.importorskip("cryptography")
    key_file = tmp_path / "key"
    key_file.write_text("0123456789abcdeffedcba9876543210\n")
    cipher = bytes.fromhex("681edf34d206965e86b3e94f536e4246")
    assert sm4_decryptor(key_file)(cipher).hex() == "0123456789abcdeffedcba9876543210"


def test_a_key_without_the_package_is_refused(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "cryptography.hazmat.primitives.ciphers", None)
    key_file = tmp_path / "key"
    key_file.write_text("0123456789abcdeffedcba9876543210\n")
    with pytest.raises(AdapterError, match="needs the package cryptography"):
        sm4_decryptor(key_file)


def test_segments_give_the_time_of_receipt(tmp_path):
    log = SegmentLog(tmp_path / "raw", clock=lambda: 0)
    log.open()
    at = datetime(2023, 7, 11, 1, 0, 12)
    log.append([Entry(HOUR, int(at.timestamp() * 1000), "accepted")])
    log.append([Entry(packet("a21026-Avg=1").rstrip(), int(at.timestamp() * 1000) + 60_000, "accepted")])
    log.close()
    (path,) = (tmp_path / "raw").glob("*.hj212")
    run = run_source("hj212", [path])
    assert run.result is not None
    times = [row["received_at"] for row in rows_of(run.result)]
    shift = (datetime(1970, 1, 1, 8) - datetime.fromtimestamp(0)).total_seconds()
    assert {(time - at).total_seconds() - shift for time in times} == {0, 60}


def test_an_index_that_lags_behind_is_completed(tmp_path):
    log = SegmentLog(tmp_path, clock=lambda: 0)
    log.open()
    log.append([Entry(HOUR, 1000, "accepted"), Entry(HOUR, 2000, "accepted")])
    log.close()
    (path,) = tmp_path.glob("*.hj212")
    index = path.with_suffix(".index")
    whole = index.read_bytes()
    index.write_bytes(whole[: len(whole) // 2 + 3])
    assert complete_index(path) == 1
    assert index.read_bytes().count(b"\n") == 2
    assert complete_index(path) == 0
    index.unlink()
    path.write_bytes(path.read_bytes() + HOUR[:40])
    assert complete_index(path) == 3


def test_a_full_disk_takes_back_what_was_half_written(tmp_path, monkeypatch):
    log = SegmentLog(tmp_path, clock=lambda: 0)
    log.open()
    log.append([Entry(HOUR, 1000, "accepted")])
    calls = []

    def write(self, file, data):
        calls.append(file.write(data[:10]))
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(SegmentLog, "_write", write)
    with pytest.raises(OSError, match="No space"):
        log.append([Entry(HOUR, 2000, "accepted")])
    monkeypatch.undo()
    log.append([Entry(HOUR, 3000, "accepted")])
    log.close()
    assert [path.read_bytes() for path in sorted(tmp_path.glob("*.hj212"))] == [HOUR, HOUR]
