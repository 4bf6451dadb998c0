from __future__ import annotations

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from test_resolution import A_CODE, register

from data_adapters.identity.device_links import HEADINGS, link_devices, links_on, read_device_list
from data_adapters.identity.resolution import resolve
from data_adapters.source import AdapterError

PERMIT = A_CODE + "001P"


def listed(*rows: tuple[str, str, str, str, str]) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=list(HEADINGS), dtype="str")


def problems(*rows: tuple[str, str, str, str, str]) -> list[str]:
    return link_devices(listed(*rows), {}).problems["problem"].to_pylist()


def test_device_that_moved_is_at_one_outlet_a_day():
    rows = listed(("M1", "DA001", "", "2020-01-01", "2021年6月1日"), ("M1", "DA002", "", "2021/6/1", ""))
    found = link_devices(rows, {})
    assert found.problems.num_rows == 0
    for day, outlet in (("2021-05-31", "DA001"), ("2021-06-01", "DA002")):
        assert links_on(found.links, pd.Timestamp(day))["outlet_code"].tolist() == [outlet]


def test_device_at_two_outlets_at_once_is_told_with_the_days():
    rows = listed(("M1", "DA001", "", "", ""), ("M1", "DA002", "", "2021-06-01", "2021-07-01"))
    (problem,) = link_devices(rows, {}).problems.to_pylist()
    assert (problem["problem"], problem["row"], problem["other_row"]) == ("overlap", 2, 1)
    assert [str(problem[name]) for name in ("from_date", "to_date")] == ["2021-06-01", "2021-07-01"]


@pytest.mark.parametrize(
    ("row", "problem"),
    [
        (("", "DA001", "", "", ""), "no_device"),
        (("M1", "-", "", "", ""), "no_outlet"),
        (("M1", "DA001", "", "bald", ""), "unread_date"),
        (("M1", "DA001", "", "2021-06-01", "2021-06-01"), "reversed"),
        (("M1", "DA001", PERMIT, "", ""), "unknown_enterprise"),
    ],
)
def test_faulty_row_is_told(row, problem):
    assert problems(row) == [problem]


def test_link_knows_the_enterprise_of_its_permit_over_all_registers():
    registers = {"a": register({"name": "甲水泥厂", "uscc": A_CODE, "enterprise_id": A_CODE})}
    registers["b"] = register({"name": "甲水泥厂", "uscc": A_CODE, "permit_no": PERMIT, "enterprise_id": "b:1"})
    found = link_devices(listed(("M1", "DA001", PERMIT[:-1] + "V", "", "")), registers, resolve(registers))
    assert found.links["enterprise_id"].to_pylist() == [A_CODE]
    assert found.problems.num_rows == 0


DAY = st.integers(1, 28).map("2021-06-{:02d}".format) | st.just("")
ROWS = st.lists(st.tuples(st.sampled_from("AB"), st.sampled_from("XY"), st.just(""), DAY, DAY), max_size=6)


@settings(max_examples=10, deadline=None)
@given(ROWS)
def test_without_told_overlap_a_device_is_at_one_outlet_every_day(rows):
    found = link_devices(listed(*rows), {})
    if "overlap" not in found.problems["problem"].to_pylist():
        for day in pd.date_range("2021-05-31", "2021-06-30"):
            held = links_on(found.links, day)
            assert not held.drop_duplicates(["mn", "outlet_code"])["mn"].duplicated().any()


def test_list_is_read_under_its_own_headings(tmp_path):
    path = tmp_path / "devices.csv"
    path.write_text("MN号,排口编号,许可证编号,启用日期\nM1,DA001,,2020-01-01\n", "utf-8")
    assert read_device_list(path)["outlet_code"].tolist() == ["DA001"]
    path.write_text("甲,乙\n1,2\n", "utf-8")
    with pytest.raises(AdapterError, match="lacks mn"):
        read_device_list(path)
