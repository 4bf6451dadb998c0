from __future__ import annotations

from datetime import datetime, timedelta

import numpy as np
import pyarrow as pa
import pytest

from data_adapters.catalogue import schema
from data_adapters.hj212.correction import check_readings, corrected, implied_reference, is_consistent
from data_adapters.hj212.devices import Devices
from data_adapters.hj212.layers import value_layers
from data_adapters.hj212.reading import read_content
from data_adapters.hj212.readings import readings_of
from data_adapters.hj212.replies import encode
from data_adapters.tables import CEMS_READINGS

MN = "010000A8900016F000169DC0"
START = datetime(2023, 7, 10, 21)


def readings(flags: list[str | None], factor: str = "a21002", mn: str = MN) -> pa.Table:
    rows = [
        {
            "device_mn": mn,
            "system_code": "31",
            "command": "2061",
            "data_time": START + timedelta(hours=hour),
            "period": "hour",
            "factor_code": factor,
            "factor_raw": factor,
            "value_kind": "zs_avg",
            "value": 79.0 + hour,
            "value_text": f"{79 + hour}.0",
            "device_flag": flag,
            "is_resent": False,
            "warnings": "",
            "frame_no": hour,
            "item_no": 1,
        }
        for hour, flag in enumerate(flags)
    ]
    full = [{name: row.get(name) for name in CEMS_READINGS.schema.names} for row in rows]
    return pa.Table.from_pylist(full, schema=CEMS_READINGS.schema)


def mark(mark_id: str, layer: str, hours: tuple[float, float], **other: object) -> dict[str, object]:
    return {
        "mark_id": mark_id,
        "mn": MN,
        "outlet_id": "DA001",
        "pollutant": "*",
        "layer": layer,
        "mark_type": "maintenance",
        "from_at": START + timedelta(hours=hours[0]),
        "to_at": START + timedelta(hours=hours[1]),
        "marked_at": START + timedelta(days=1),
    } | other


def marks(*rows: dict[str, object]) -> pa.Table:
    full = [{name: row.get(name) for name in schema("cems_marks").names} for row in rows]
    return pa.Table.from_pylist(full, schema=schema("cems_marks"))


def test_without_marks_the_flag_of_the_device_decides_the_automatic_layer():
    layers = value_layers(readings(["N", "D", None]), marks())
    assert layers["value_raw"].to_pylist() == [79, 80, 81]
    assert layers["value_after_auto"].to_pylist() == [79, None, 81]
    assert layers["value_after_exemption"].to_pylist() == [79, None, 81]
    assert layers["taken_out_by"].to_pylist() == [None, "auto", None]
    assert layers["mark_id"].to_pylist() == [None, None, None]


def test_each_layer_keeps_what_a_later_one_takes_out():
    given = marks(mark("a", "auto", (1, 2)), mark("m", "manual", (2, 3)), mark("c", "condition", (3, 4)))
    layers = value_layers(readings(["N"] * 5), given)
    assert layers["value_after_auto"].to_pylist() == [79, None, 81, 82, 83]
    assert layers["value_after_manual"].to_pylist() == [79, None, None, 82, 83]
    assert layers["value_after_exemption"].to_pylist() == [79, None, None, None, 83]
    assert layers["mark_id"].to_pylist() == [None, "a", "m", "c", None]
    assert layers["value_raw"].to_pylist() == [79, 80, 81, 82, 83]


def test_a_mark_covers_its_device_and_factor_only_and_every_period_it_touches():
    one = mark("m", "manual", (0.5, 1.5), pollutant="NOx")
    assert value_layers(readings(["N"] * 3), marks(one))["mark_id"].to_pylist() == ["m", "m", None]
    assert value_layers(readings(["N"] * 3, factor="a21026"), marks(one))["mark_id"].null_count == 3
    assert value_layers(readings(["N"] * 3, mn="other"), marks(one))["mark_id"].null_count == 3


def test_marks_are_what_they_were_on_the_day_asked_for():
    first = mark("m1", "manual", (0, 1))
    revised = mark("m2", "manual", (0, 3), revises="m1", marked_at=START + timedelta(days=2))
    gone = mark("m3", "manual", (0, 3), revises="m2", marked_at=START + timedelta(days=3))
    gone["withdrawn_at"] = gone["marked_at"]
    given, data = marks(first, revised, gone), readings(["N"] * 3)
    counts = [
        3 - value_layers(data, given, START + timedelta(days=days))["value_after_manual"].null_count
        for days in (0.5, 1.5, 2.5, 3.5)
    ]
    assert counts == [3, 2, 0, 3]
    assert value_layers(data, given)["value_after_manual"].null_count == 0


@pytest.mark.parametrize(
    ("dry", "o2", "reference", "zs"), [(38, 9, 6, 47.5), (63.2, 9, 6, 79.0), (100, 6, 6, 100), (20, 11, 11, 20)]
)
def test_concentration_at_reference_oxygen(dry, o2, reference, zs):
    assert corrected(dry, o2, reference) == pytest.approx(zs)
    assert implied_reference(dry, zs, o2) == pytest.approx(reference)


def test_nothing_is_corrected_near_air():
    assert np.isnan(corrected([1, 1, 1], [20, 20.7, -1], 6)).all()
    assert is_consistent(1, 12, 20.7, 6)


def test_a_correction_that_does_not_follow_is_found():
    assert is_consistent([58.1, 12.34], [72.6, 15.43], 9, 6).tolist() == [True, True]
    assert is_consistent([58.1, 58.1], [58.1, 49.0], 9, 6).tolist() == [False, False]


def test_corrected_values_of_readings_are_recomputed_with_the_oxygen_of_their_frame():
    raw = encode(
        f"QN=20230711010010001;ST=31;CN=2061;PW=123456;MN={MN};Flag=5;CP=&&DataTime=20230711000000;"
        "a21002-Avg=63.2,a21002-ZsAvg=79.0,a21002-Flag=D;a21026-Avg=38,a21026-ZsAvg=30;a19001-Avg=9.0&&"
    )
    table = readings_of(read_content(raw, Devices()).batch, Devices())
    rows = {row["factor_code"]: row for row in check_readings(table, {MN: 6.0}).to_pylist()}
    assert rows["a21002"]["is_consistent"] is True
    assert rows["a21026"]["is_consistent"] is False
    assert rows["a21026"]["expected"] == pytest.approx(47.5)
    assert rows["a21002"]["implied_reference_o2_pct"] == pytest.approx(6)
    unknown = check_readings(table, {}).to_pylist()
    assert [row["is_consistent"] for row in unknown] == [None, None]
