from __future__ import annotations

import json

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from data_adapters.places.adcode_source import HEADING, changes_of
from data_adapters.places.adcodes import CHANGES, CodeHistory, with_todays_codes
from data_adapters.run import run_source


@pytest.fixture(scope="module")
def history(places) -> CodeHistory:
    return CodeHistory(places.known_codes)


@pytest.mark.parametrize(
    ("code", "year", "status", "candidates"),
    [
        ("110228", 2010, "mapped", "110118"),  # 密云县, 撤县设区 2015
        ("371202", 2017, "mapped", "370116"),  # 莱城区, 莱芜 to 济南 2019
        ("371202", 2020, "mapped", "370116"),  # written on after its end
        ("371200", 2015, "mapped", "370100"),  # a city that became a county is in that city
        ("132425", 1990, "mapped", "130626"),  # 保定地区 to 保定市
        ("320586", 1998, "ambiguous", "320505|320506|320507"),  # 吴县市: 吴中, 相城, part of 虎丘
        ("220281", 2003, "mapped", "220282"),  # exchanged for one year
        ("220281", 2002, "current", "220281"),
        ("110101", None, "current", "110101"),
        ("110228000000", 2010, "mapped", "110118"),
        ("110228.0", 2010, "mapped", "110118"),
        ("999999", 2000, "not_mapped", ""),
        ("密云", 2000, "not_mapped", ""),
        ("", 2000, "no_code", ""),
    ],
)
def test_old_code_with_its_year_is_todays(history, code, year, status, candidates):
    found = history.look_up(pd.Series([code]), pd.Series([year])).iloc[0]
    assert (found["status"], found["candidates"]) == (status, candidates)
    assert found["adcode"] == (candidates if status in ("mapped", "current") else "")


def test_most_codes_since_1990_lead_to_today_and_none_is_lost(history):
    changes = pd.read_csv(CHANGES, dtype=str, keep_default_na=False).query("code != ''")
    changes = changes.drop_duplicates(["code", "year"])
    years = changes["year"].astype(int) - 1
    found = history.look_up(changes["code"], years)
    recent = found[(years >= 1990).to_numpy()]
    assert len(found) == len(changes)
    assert (recent["status"].isin(["mapped", "current"])).mean() > 0.94
    assert (recent["status"] == "not_mapped").mean() < 0.03


CODES = st.lists(st.from_regex(r"\A[1-8][0-9]{5}\Z") | st.text(max_size=7), min_size=1, max_size=8)


@settings(max_examples=12, deadline=None)
@given(CODES, st.integers(1900, 2100))
def test_every_code_gets_one_answer_and_todays_codes_only(history, codes, year):
    found = history.look_up(pd.Series(codes, dtype="str"), year)
    assert len(found) == len(codes)
    assert set(found["adcode"]) <= {"", *history._today}
    assert ((found["candidates"].str.count(r"\|") > 0) == (found["status"] == "ambiguous")).all()


def test_every_code_of_today_is_itself(history, places):
    codes = pd.Series(sorted(places.known_codes))
    assert (history.look_up(codes)["adcode"] == codes).all()


def test_lookup_of_many_is_quick_and_keeps_order(history):
    codes = pd.Series(np.tile(["110228", "371202", "110101", "x"], 100_000))
    assert history.look_up(codes, 2010)["adcode"].tolist()[-4:] == ["110118", "370116", "110101", ""]


def test_declared_codes_are_brought_up_to_date_and_told(places):
    codes = pd.Series(["110228", "110101", "320586", "999999", "", "640000"])
    found, notes = with_todays_codes(codes, places.known_codes)
    assert found.tolist() == ["110118", "110101", "320586", "999999", "", "640000"]
    assert notes == [
        "1 division codes of earlier years read as today's",
        "1 division codes ambiguous, as 320586: kept",
        "1 division codes not mapped, as 999999: kept",
    ]


def test_register_with_old_codes_is_placed(tmp_path, national_regions):
    path = tmp_path / "register.csv"
    path.write_text("企业名称,经度,纬度,行政区划代码\n甲厂,,,110228\n乙厂,,,371200\n丙厂,,,999999\n", "utf-8")
    run = run_source("enterprise_register", [path], {"regions": national_regions})
    assert run.result is not None
    rows = run.result.tables["enterprises"].to_pylist()
    assert [(row["city_adcode"], row["county_adcode"]) for row in rows] == [
        ("110000", "110118"), ("370100", None), (None, None),
    ]  # fmt: skip
    assert "2 division codes of earlier years" in "; ".join(run.result.files[0].notes)


def test_the_table_of_changes_is_made_from_the_published_list(shared_data):
    events = json.loads((shared_data / "boundaries/adcode_historical_changes_1980_2020.json").read_text("utf-8"))
    lines = [",".join(map(str, change)) for change in changes_of(events["events"])]
    assert CHANGES.read_text("utf-8").splitlines() == [HEADING, *lines]
