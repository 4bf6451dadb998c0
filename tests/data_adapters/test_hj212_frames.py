from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from data_adapters.hj212.crc import crc_text, crcs, hj212_crc, modbus_crc
from data_adapters.hj212.devices import Devices
from data_adapters.hj212.frames import MAX_FRAME, Framer
from data_adapters.hj212.judge import judge
from data_adapters.hj212.replies import encode

MN = "010000A8900016F000169DC0"
# HJ 212-2017 Annex A (first) and frames of the same form; public examples of the standard.
VECTORS = {
    "annex_a": (f"QN=20160801085857223;ST=32;CN=1062;PW=100000;MN={MN};Flag=5;CP=&&RtdInterval=30&&", "1C80"),
    "realtime": (
        f"QN=20230710210005123;ST=31;CN=2011;PW=123456;MN={MN};Flag=5;CP=&&DataTime=20230710210000;"
        "a21026-Rtd=12.34,a21026-ZsRtd=15.43,a21026-Flag=N;a21002-Rtd=58.1,a21002-ZsRtd=72.6,a21002-Flag=N;"
        "a34013-Rtd=3,a34013-ZsRtd=4,a34013-Flag=N;a19001-Rtd=9.0,a19001-Flag=N;a01012-Rtd=52.3,a01012-Flag=N;"
        "a00000-Rtd=85.2,a00000-Flag=N&&",
        "9601",
    ),
    "hour_over_limit_under_fault": (
        f"QN=20230711010010001;ST=31;CN=2061;PW=123456;MN={MN};Flag=5;CP=&&DataTime=20230711000000;"
        "a21002-Min=55.0,a21002-Avg=63.2,a21002-Max=80.4,a21002-ZsMin=68.8,a21002-ZsAvg=79.0,a21002-ZsMax=100.5,"
        "a21002-Cou=19.4,a21002-Flag=D;a19001-Avg=9.0,a19001-Flag=N;a00000-Cou=306720.0,a00000-Avg=85.2,"
        "a00000-Flag=N&&",
        "21C0",
    ),
    "split_1": (
        f"QN=20230711010110001;ST=31;CN=2051;PW=123456;MN={MN};Flag=7;PNUM=2;PNO=1;CP=&&DataTime=20230711010000;"
        "a21026-Avg=11.9,a21026-ZsAvg=14.9,a21026-Flag=N&&",
        "DA81",
    ),
    "split_2": (
        f"QN=20230711010110002;ST=31;CN=2051;PW=123456;MN={MN};Flag=7;PNUM=2;PNO=2;CP=&&DataTime=20230711010000;"
        "a21002-Avg=60.2,a21002-ZsAvg=75.3,a21002-Flag=D&&",
        "9841",
    ),
    "data_reply": (f"QN=20230711010010001;ST=91;CN=9014;PW=123456;MN={MN};Flag=4;CP=&&&&", "D1C1"),
    "codes_of_2005": (
        "ST=31;CN=2061;PW=123456;MN=88888880000001;CP=&&DataTime=20230711000000;03-Avg=63.2,03-ZsAvg=79.0,03-Flag=D;"
        "S01-Avg=9.0,S01-Flag=N;B02-Cou=306720&&",
        "6D40",
    ),
    "resent_2025": (
        f"QN=20260301010010001;ST=31;CN=2061;PW=123456;MN={MN};Flag=9;RF=1;CP=&&DataTime=20260301000000;"
        "a21002-Avg=33.2,a21002-ZsAvg=41.5,a21002-Flag=N&&",
        "CFC1",
    ),
}
REALTIME = encode(VECTORS["realtime"][0])


def pieces(stream: bytes, cuts: list[int] | None = None) -> list[tuple[int, bytes, str, int]]:
    framer = Framer()
    places = [0, *sorted(cuts or []), len(stream)]
    found = []
    for begin, end in zip(places, places[1:], strict=False):
        found += framer.feed(stream[begin:end])
    return found + list(framer.flush())


def verdict(raw: bytes, devices: Devices | None = None):
    (piece,) = pieces(raw)
    return judge(piece, devices or Devices())


@pytest.mark.parametrize("name", VECTORS)
def test_checksum_of_the_standard(name):
    segment, crc = VECTORS[name]
    assert crc_text(hj212_crc(segment.encode())) == crc.encode()
    assert verdict(encode(segment)).verdict == "accepted"


def test_modbus_checksum_is_another_one():
    assert crc_text(modbus_crc(VECTORS["annex_a"][0].encode())) == b"0759"
    assert crc_text(modbus_crc(b"123456789")) == b"4B37"


def test_there_are_only_256_checksums():
    assert len({hj212_crc(bytes([a, b])) for a in range(256) for b in range(256)}) == 256


@given(st.lists(st.binary(max_size=300), max_size=20))
def test_checksums_of_many_stretches_are_those_of_each(parts):
    buffer = np.frombuffer(b"".join(parts), dtype=np.uint8)
    ends = np.cumsum([len(part) for part in parts], dtype=np.int64)
    starts = ends - np.array([len(part) for part in parts], dtype=np.int64)
    assert crcs(buffer, starts, ends).tolist() == [hj212_crc(part) for part in parts]


STREAM_PARTS = st.sampled_from(
    [
        *(encode(segment) for segment, _ in VECTORS.values()),
        REALTIME[:-2],
        REALTIME[:80],
        REALTIME.replace(b"##0", b"##1"),
        REALTIME.replace(b"##0", b"##9"),
        REALTIME.replace(b"\r\n", b"\n"),
        b"##00000339" + REALTIME[6:],
        b"##$$$$ST=31;CN=2011;CP=&&&&@@@@\r\n",
        b"#",
        b"##",
        b"###",
        b"\r\n",
        b"garbage",
        b"\x00\xff\xfe",
        b"##0004&&\r\n0000\r\n",
    ]
)


@given(st.lists(STREAM_PARTS | st.binary(max_size=40), max_size=12), st.data())
@settings(max_examples=300)
def test_any_chunking_gives_the_same_frames(parts, data):
    stream = b"".join(parts)
    cuts = data.draw(st.lists(st.integers(0, len(stream)), max_size=12))
    whole = pieces(stream)
    assert pieces(stream, cuts) == whole
    assert pieces(stream, list(range(len(stream)))) == whole


@given(st.lists(STREAM_PARTS | st.binary(max_size=40), max_size=12))
def test_every_byte_is_in_one_piece_or_white(parts):
    stream = b"".join(parts)
    found = pieces(stream)
    end = 0
    for offset, _, _, size in found:
        assert not stream[end:offset].strip()
        assert offset >= end
        end = offset + size
    assert not stream[end:].strip()


def test_a_frame_is_given_out_as_soon_as_it_is_complete():
    framer = Framer()
    assert [piece.raw for piece in framer.feed(REALTIME)] == [REALTIME]
    assert framer.waiting == 0


def test_what_is_held_is_bounded():
    framer = Framer()
    for _ in range(100):
        list(framer.feed(b"x##" + b"0" * 1000))
        assert framer.waiting < MAX_FRAME
    framer = Framer()
    list(framer.feed(b"x" * 1_000_000))
    assert framer.waiting == 0


def test_framer_finds_the_next_frame_after_garbage_and_after_a_cut_one():
    stream = b"noise" + REALTIME[:100] + REALTIME + b"\x00\x01" + REALTIME
    assert [raw for _, raw, kind, _ in pieces(stream) if kind == "frame"] == [REALTIME[:100], REALTIME, REALTIME]


NAMES = st.text(
    st.characters(min_codepoint=48, max_codepoint=122, categories=["Lu", "Ll", "Nd"]), min_size=1, max_size=8
)
NUMBERS = st.decimals(allow_nan=False, allow_infinity=False, places=3, min_value=-99999, max_value=99999).map(str)


@given(
    st.dictionaries(
        st.tuples(NAMES, st.sampled_from(["Rtd", "Avg", "Cou", "ZsAvg"])), NUMBERS, min_size=1, max_size=20
    ),
    st.sampled_from("NFMSDCTB"),
)
def test_round_trip(values, flag):
    items = ";".join(f"{name}-{suffix}={text},{name}-Flag={flag}" for (name, suffix), text in values.items())
    raw = encode(f"QN=20230710210005123;ST=31;CN=2061;PW=123456;MN={MN};Flag=4;CP=&&DataTime=20230710200000;{items}&&")
    judged = verdict(raw)
    assert judged.reason is None
    read = {(value.factor.raw, value.kind): value for value in judged.values}
    kinds = {"Rtd": "rtd", "Avg": "avg", "Cou": "cou", "ZsAvg": "zs_avg"}
    assert {key: value.text for key, value in read.items()} == {
        (name, kinds[suffix]): text for (name, suffix), text in values.items()
    }
    assert {value.flag for value in judged.values} == {flag}
    assert all(value.number == float(value.text) for value in judged.values)


def passes_unnoticed(raw: bytes) -> bool:
    return any(
        judge(piece, Devices()).verdict == "accepted" and judge(piece, Devices()).values for piece in pieces(raw)
    )


@pytest.mark.parametrize("name", ["hour_over_limit_under_fault", "codes_of_2005", "split_1"])
def test_a_corrupted_byte_never_gives_a_value_unnoticed_but_for_what_the_checksum_leaves(name):
    """A single byte changed: the checksum, a permutation of 256 states, notices every one. No residue."""
    raw = encode(VECTORS[name][0])
    missed = [
        (place, byte)
        for place in range(len(raw))
        for byte in range(256)
        if byte != raw[place] and (place * 7 + byte) % 5 == 0
        if passes_unnoticed(raw[:place] + bytes([byte]) + raw[place + 1 :])
    ]
    assert missed == []


def test_of_larger_corruptions_one_in_256_passes_the_checksum():
    source = np.random.default_rng(1)
    segment = VECTORS["realtime"][0].encode()
    wanted, missed, tries = hj212_crc(segment), 0, 20_000
    for _ in range(tries):
        broken = bytearray(segment)
        for place in source.integers(0, len(segment), 3):
            broken[place] = source.integers(32, 127)
        missed += bytes(broken) != segment and hj212_crc(bytes(broken)) == wanted
    assert 0.002 < missed / tries < 0.006
