from __future__ import annotations

import pytest
from test_hj212_frames import MN, REALTIME, VECTORS, verdict

from data_adapters.hj212.crc import crc_text, hj212_crc
from data_adapters.hj212.frames import MAX_FRAME
from data_adapters.hj212.replies import encode
from data_adapters.hj212.verdicts import Reason, Warn


@pytest.mark.parametrize(
    ("raw", "reason"),
    [
        (b"noise\r\n", Reason.NO_FRAME),
        (b"##" + b"x" * (MAX_FRAME - 2), Reason.TOO_LONG),
        (b"##$$$$ST=31;CN=2011;MN=1;CP=&&&&@@@@\r\n", Reason.TEMPLATE_NOT_FILLED),
        (b"##0023ST=31;CN=2011;MN=1;CP=&&&&@@@@\r\n", Reason.TEMPLATE_NOT_FILLED),
        (b"##12x4" + REALTIME[6:], Reason.BAD_HEADER),
        (REALTIME[:100] + b"\r\n", Reason.CUT_FRAME),
        (REALTIME[:-4] + b"\r\n", Reason.CUT_FRAME),
        (REALTIME.replace(b"58.1", b"58.2"), Reason.BAD_CRC),
        (REALTIME[:-6] + b"96G1\r\n", Reason.BAD_CRC),
        (encode(VECTORS["realtime"][0], "modbus"), Reason.MODBUS_CRC),
        (encode(VECTORS["realtime"][0], "modbus_swapped"), Reason.MODBUS_CRC),
        (encode(VECTORS["realtime"][0].replace(MN, "")), Reason.EMPTY_MN),
        (encode(VECTORS["realtime"][0].replace(MN, "null")), Reason.EMPTY_MN),
        (encode(VECTORS["realtime"][0].replace("CN=2011", "CN=20")), Reason.BAD_COMMAND),
        (encode(VECTORS["realtime"][0].replace("ST=31", "ST=null")), Reason.BAD_SYSTEM_CODE),
        (
            encode(VECTORS["realtime"][0].replace("DataTime=20230710210000", "DataTime=2023071021000050")),
            Reason.BAD_DATA_TIME,
        ),
        (
            encode(VECTORS["realtime"][0].replace("DataTime=20230710210000", "DataTime=20230230210000")),
            Reason.BAD_DATA_TIME,
        ),
        (encode("ST=31;CN=2011;PW=123456;MN=88888880000001;DataTime&&x&&"), Reason.NO_DATA_REGION),
    ],
    ids=lambda value: None if isinstance(value, bytes) else str(value),
)
def test_refused_with_its_reason(raw, reason):
    judged = verdict(raw)
    assert (judged.verdict, judged.reason, judged.values) == ("rejected", reason, ())


def changed(old: str, new: str, name: str = "realtime") -> bytes:
    assert old in VECTORS[name][0]
    return encode(VECTORS[name][0].replace(old, new))


@pytest.mark.parametrize(
    ("raw", "warning"),
    [
        (REALTIME.replace(b"##0", b"##1", 1), Warn.LENGTH_DIFFERS),
        (b"##0000" + REALTIME[2:], Warn.HEADER_8_DIGITS),
        (REALTIME.replace(b"\r\n", b"\n"), Warn.TAIL_DIFFERS),
        (REALTIME.replace(b"\r\n", b""), Warn.TAIL_DIFFERS),
        (changed("a21026-Flag=N", "a21026-Flag=N,;"), Warn.TRAILING_SEPARATOR),
        (changed("a21026-Flag=N", "a21026-Rtd=12.35,a21026-Flag=N"), Warn.DUPLICATE_KEY),
        (changed("QN=20230710210005123", "QN=202307102100051230"), Warn.QN_MALFORMED),
        (changed("QN=20230710210005123", "QN=20230711130005123"), Warn.LATE),
        (changed("QN=20230710210005123", "QN=20230610210005123"), Warn.DATA_TIME_AFTER_QN),
        (changed("ST=31", "ST=32"), Warn.FACTOR_OF_OTHER_SYSTEM),
        (changed("a21026-Rtd", "SO2-Rtd"), Warn.SYMBOL_CODE),
        (changed("a21026-Rtd", "a29999-Rtd"), Warn.UNKNOWN_FACTOR),
        (changed("a21026-Rtd", "a21026-Foo"), Warn.UNKNOWN_KIND),
        (changed("a21026-Flag=N", "a21026-Flag=Q"), Warn.UNKNOWN_FLAG),
        (changed("Rtd=12.34", "Rtd=nan"), Warn.VALUE_NOT_NUMBER),
        (changed("Rtd=12.34", "Rtd=1e3"), Warn.VALUE_NOT_NUMBER),
        (changed("a21026-Rtd", "a21026-Avg"), Warn.KIND_OF_OTHER_COMMAND),
        (changed("a21002-Max=80.4", "a21002-Max=60.4", "hour_over_limit_under_fault"), Warn.MIN_AVG_MAX_ORDER),
        (changed("PNUM=2;PNO=1", "PNUM=1;PNO=2", "split_1"), Warn.SPLIT_FIELDS_SWAPPED),
        (changed("PNUM=2;PNO=1", "PNO=1;PNUM=2", "split_1"), Warn.FIELD_ORDER),
        (changed("PNUM=2;PNO=1;", "", "split_1"), Warn.SPLIT_MALFORMED),
        (changed("Flag=5", "Flag=9"), Warn.VERSION_DOUBTFUL),
        (changed("CN=2011", "CN=2999"), Warn.UNKNOWN_COMMAND),
        (changed("PW=123456", "PW=123456;SK=1"), Warn.UNKNOWN_FIELD),
        (changed("PW=123456", "PW=123456;PW=1"), Warn.DUPLICATE_FIELD),
        (changed("PW=123456", "PW=12"), Warn.PW_WIDTH),
        (changed(MN, "MP1"), Warn.MN_FORM),
    ],
    ids=lambda value: None if isinstance(value, bytes) else str(value.name),
)
def test_accepted_with_its_warning(raw, warning):
    judged = verdict(raw)
    assert judged.verdict == "accepted with warnings"
    assert warning in judged.warnings
    assert judged.values


def test_lower_case_checksum_is_accepted_with_a_warning():
    segment = VECTORS["annex_a"][0]
    judged = verdict(encode(segment).replace(b"1C80", b"1c80"))
    assert judged.warnings == Warn.CRC_LOWER_CASE


def test_swapped_split_fields_are_read_the_right_way_round():
    message = verdict(changed("PNUM=2;PNO=1", "PNUM=1;PNO=2", "split_1")).message
    assert message is not None
    assert message.split == (2, 1)


def test_text_in_gbk_is_read_with_a_warning():
    segment = VECTORS["annex_a"][0].replace("RtdInterval=30", "Name=").encode()[:-2] + "肥东".encode("gbk") + b"&&"
    raw = b"##%04d%s%s\r\n" % (len(segment), segment, crc_text(hj212_crc(segment)))
    judged = verdict(raw)
    assert judged.warnings == Warn.GBK_TEXT
    assert judged.message is not None
    assert judged.message.parameters["Name"] == "肥东"


@pytest.mark.parametrize(
    ("name", "version"), [("codes_of_2005", "2005"), ("realtime", "2017"), ("resent_2025", "2025")]
)
def test_version_is_told_from_the_flag(name, version):
    message = verdict(encode(VECTORS[name][0])).message
    assert message is not None
    assert message.version == version
