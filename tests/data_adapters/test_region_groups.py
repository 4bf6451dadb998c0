from __future__ import annotations

from datetime import date

import pyarrow.compute as pc

from data_adapters.run import run_source

HEADING = "group_code,name_zh,name_en,city_adcode,valid_from,valid_to\n"


def members_on(table, day):
    after = pc.less_equal(table["valid_from"], day)
    before = pc.fill_null(pc.greater(table["valid_to"], day), True)
    return table.filter(pc.and_(after, before))


def test_plans_count_80_and_82_cities():
    run = run_source("region_groups", [])
    assert run.result is not None
    table = run.result.tables["region_groups"]
    assert members_on(table, date(2023, 6, 1)).num_rows == 80
    assert members_on(table, date(2024, 6, 1)).num_rows == 82


def test_no_city_is_in_two_groups_on_one_day():
    run = run_source("region_groups", [])
    assert run.result is not None
    for day in (date(2023, 6, 1), date(2023, 11, 29), date(2023, 11, 30), date(2024, 6, 1)):
        cities = members_on(run.result.tables["region_groups"], day)["city_adcode"].to_pylist()
        assert len(cities) == len(set(cities))


def test_own_list_is_checked_row_by_row(tmp_path):
    path = tmp_path / "own.csv"
    lines = ["A,甲,A,130100,2020-01-01,", "A,甲,A,1301,2020-01-01,", "A,甲,A,130200,soon,", ",甲,A,130300,2020-01-01,"]
    lines += ["A,甲,A,130400,2020-01-01,2019-01-01", "A,甲,A,130100,2020-01-01,"]
    path.write_text(HEADING + "\n".join(lines))
    run = run_source("region_groups", [path])
    assert run.result is not None
    assert run.result.tables["region_groups"].num_rows == 1
    expected = {"no_group": 1, "bad_adcode": 1, "bad_date": 1, "empty_range": 1, "duplicate": 1}
    assert run.result.rejected == expected
