from __future__ import annotations

from datetime import datetime
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from data_adapters.hj212 import reading
from data_adapters.hj212.devices import Device, Devices
from data_adapters.hj212.reading import read_content
from data_adapters.hj212.readings import readings_of
from data_adapters.hj212.repeats import settle
from data_adapters.hj212.replies import encode
from data_adapters.run import run_source

MN = "010000A8900016F000169DC0"
OTHER = "010000A8900016F000169DC1"


def packet(items: str, at: str = "20230711000000", **head: str) -> bytes:
    fields = {"QN": "20230711010010001", "ST": "31", "CN": "2061", "PW": "123456", "MN": MN, "Flag": "5"} | head
    written = ";".join(f"{name}={value}" for name, value in fields.items() if value)
    return encode(f"{written};CP=&&DataTime={at};{items}&&")


HOUR = packet(
    "a21002-Min=55.0,a21002-Avg=63.2,a21002-Max=80.4,a21002-ZsAvg=79.0,a21002-Cou=19.4,a21002-Flag=D;a19001-Avg=9.0,a19001-Flag=N"
)


def read(tmp_path: Path, *contents: bytes, **options: str):
    paths = []
    for number, content in enumerate(contents):
        path = tmp_path / f"{number}.hj212"
        path.write_bytes(content)
        paths.append(path)
    run = run_source("hj212", paths, options)
    assert run.error is None
    assert run.result is not None
    return run.result


def rows_of(result) -> list[dict]:
    return result.tables["cems_readings"].to_pylist()


def test_a_value_is_kept_whatever_its_flag(tmp_path):
    rows = {(row["factor_code"], row["value_kind"]): row for row in rows_of(read(tmp_path, HOUR))}
    row = rows["a21002", "zs_avg"]
    assert (row["value"], row["value_text"], row["device_flag"], row["unit"]) == (79.0, "79.0", "D", "mg/m3")
    assert (row["period"], row["data_time"]) == ("hour", datetime(2023, 7, 11, 0, 0))
    assert (row["device_mn"], row["system_code"], row["command"], row["warnings"]) == (MN, "31", "2061", "")
    assert row["sent_at"] == datetime(2023, 7, 11, 1, 0, 10)
    assert rows["a21002", "cou"]["unit"] == "kg"
    assert len(rows) == 6


def test_codes_of_2005_become_those_of_2017(tmp_path):
    rows = rows_of(read(tmp_path, packet("03-Avg=63.2,03-Flag=D;S01-Avg=9.0", QN="", Flag="", MN="88888880000001")))
    assert [(row["factor_code"], row["factor_raw"], row["device_flag"]) for row in rows] == [
        ("a21002", "03", "D"),
        ("a19001", "S01", None),
    ]


def test_a_symbol_is_mapped_with_a_warning(tmp_path):
    (row,) = rows_of(read(tmp_path, packet("NOX-Avg=63.2")))
    assert (row["factor_code"], row["factor_raw"], row["warnings"]) == ("a21002", "NOX", "symbol_code")


def test_a_resent_frame_counts_once(tmp_path):
    again = packet("a21002-Avg=63.2,a21002-Flag=D", QN="20230711020010001", Flag="9", RF="1")
    result = read(tmp_path, packet("a21002-Avg=63.2,a21002-Flag=D") + again, again)
    assert len(rows_of(result)) == 1
    assert [(one.read, one.accepted, one.rejected) for one in result.files] == [
        (2, 1, {"repeat": 1}),
        (1, 0, {"repeat": 1}),
    ]


def test_a_value_sent_again_with_another_number_stays_beside_the_first(tmp_path):
    rows = rows_of(read(tmp_path, packet("a21002-Avg=63.2") + packet("a21002-Avg=49.9")))
    assert [(row["value"], row["warnings"]) for row in rows] == [(63.2, ""), (49.9, "revised")]


def test_two_frames_of_one_hour_with_different_factors_are_both_new(tmp_path):
    rows = rows_of(read(tmp_path, packet("a21002-Avg=63.2") + packet("a21026-Avg=11.9")))
    assert [row["warnings"] for row in rows] == ["", ""]


def test_split_frames_belong_together_by_device_command_time_and_count(tmp_path):
    one = packet("a21026-Avg=11.9", Flag="7", PNUM="2", PNO="1")
    two = packet("a21002-Avg=60.2", Flag="7", PNUM="2", PNO="2", QN="20230711010010002")
    assert {row["warnings"] for row in rows_of(read(tmp_path, one + two))} == {""}
    assert {row["warnings"] for row in rows_of(read(tmp_path, two))} == {"split_incomplete"}
    later = packet("a21002-Avg=60.2", at="20230711010000", Flag="7", PNUM="2", PNO="2", QN="20230711020010002")
    assert {row["warnings"] for row in rows_of(read(tmp_path, one + later))} == {"split_incomplete"}


def test_every_piece_is_accounted_for(tmp_path):
    content = b"noise" + HOUR + HOUR[:90] + b"\r\n" + packet("a21002-Avg=1", MN="") + HOUR.replace(b"63.2", b"63.3")
    (account,) = read(tmp_path, content).files
    assert (account.read, account.accepted) == (5, 1)
    assert account.rejected == {"no_frame": 1, "cut_frame": 1, "bad_crc": 1, "empty_mn": 1}


def test_files_without_carriage_returns_are_read_without_a_warning(tmp_path):
    assert {row["warnings"] for row in rows_of(read(tmp_path, HOUR.replace(b"\r\n", b"\n") * 2))} == {""}


KEYS = st.sampled_from("a21026 a21002 a34013 03 02 01 S01 B02 SO2 w01018 a99999 g30101 LD4".split())
SUFFIXES = st.sampled_from("Rtd Min Avg Max ZsMin ZsAvg ZsMax Cou Flag EFlag SampleTime Foo".split())
TEXTS = st.sampled_from(
    ["1", "2.50", "-0.3", "0", "12345.678", "", "nan", "1e5", "+1", ".5", "5.", "N", "D", "Q", "1=2", "a&b"]
)
ITEMS = st.lists(st.tuples(KEYS, SUFFIXES, TEXTS).map(lambda one: f"{one[0]}-{one[1]}={one[2]}"), max_size=8)
PACKETS = st.builds(
    lambda items, mark, head, at: packet(mark.join(items), at, **head),
    ITEMS,
    st.sampled_from([";", ",", ",;"]),
    st.fixed_dictionaries(
        {},
        optional={
            "QN": st.sampled_from(["", "20230711010010001", "20230713010010001", "2023071101001000"]),
            "ST": st.sampled_from(["32", "22", "x"]),
            "CN": st.sampled_from(["2011", "2051", "2031", "9999", "9014"]),
            "PW": st.sampled_from(["", "1"]),
            "MN": st.sampled_from([OTHER, "MP1", "null", "88888880000001"]),
            "Flag": st.sampled_from(["", "4", "7", "9", "x"]),
            "PNUM": st.sampled_from(["2", "1"]),
            "PNO": st.sampled_from(["1", "2"]),
            "RF": st.just("1"),
        },
    ),
    st.sampled_from(["20230711000000", "20230711010000", "20230230000000", "2023"]),
)
SPOILED = st.sampled_from(
    [b"", b"noise\r\n", HOUR[:60], HOUR[:60] + b"\r\n", HOUR.replace(b"63.2", b"63.3"), b"\n", b"\x01=1\r\n"]
)
FILES = st.lists(st.one_of(PACKETS, st.just(HOUR), SPOILED), max_size=12).map(b"".join)


@given(FILES, st.booleans())
@settings(max_examples=400, deadline=None)
def test_the_quick_way_reads_what_the_strict_way_reads(content, is_end):
    devices = Devices(known={MN: Device(MN, time_convention="end" if is_end else "start", crc="modbus")})
    quick, strict = (read_content(content, devices, is_quick) for is_quick in (True, False))
    assert quick.count == strict.count
    assert quick.offsets.tolist() == strict.offsets.tolist()
    for name in ("frames", "values"):
        assert getattr(quick.batch, name).to_pylist() == getattr(strict.batch, name).to_pylist()
    refused = [[(number, one.reason) for number, one in way.judged if one.reason] for way in (quick, strict)]
    assert refused[0] == refused[1]
    tables = [readings_of(settle(way.batch).batch, devices) for way in (quick, strict)]
    assert tables[0].to_pylist() == tables[1].to_pylist()


def test_a_stray_ampersand_in_an_item_is_read_the_strict_way():
    content = packet("a21026-Rtd=1;a21026-Flag=a&b")
    quick, strict = (read_content(content, Devices(), is_quick) for is_quick in (True, False))
    assert quick.batch.frames.to_pylist() == strict.batch.frames.to_pylist()
    assert quick.batch.values.to_pylist() == strict.batch.values.to_pylist()


def test_chunks_of_a_file_do_not_show_in_what_is_read(monkeypatch):
    content = b"".join(packet(f"a21002-Avg={n}", at=f"202307110{n}0000") for n in range(9)) + HOUR[:50] + HOUR * 2
    whole = read_content(content, Devices())
    monkeypatch.setattr(reading, "CHUNK", 100)
    parts = read_content(content, Devices())
    assert parts.batch.values.to_pylist() == whole.batch.values.to_pylist()
    assert parts.count == whole.count


def test_regular_frames_are_read_the_quick_way():
    assert read_content(HOUR * 3, Devices()).judged == []
