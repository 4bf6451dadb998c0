from __future__ import annotations

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from data_adapters.identity.identifiers import check_character
from data_adapters.identity.names import comparable_names, name_similarity, place_words
from data_adapters.identity.resolution import resolve
from data_adapters.run import run_source
from data_adapters.tables import TABLES

A_CODE = "91640000321673484F"
B_CODE = "916400002276950035"
EMPTY = {"uscc": None, "permit_no": None, "county_adcode": None, "lon_deg": None, "lat_deg": None}
FIXED = {"industry_code": "other", "industry_raw": None, "city_adcode": None, "lon_raw": None, "lat_raw": None}


def register(*rows: dict[str, object]) -> pa.Table:
    filled = [
        {**FIXED, **EMPTY, "enterprise_id": f"k{n}", "coordinate_status": "ok", "is_key_source": False, **row}
        for n, row in enumerate(rows)
    ]
    return pa.Table.from_pylist(filled, schema=TABLES["enterprises"].schema)


def pair(one: dict[str, object], other: dict[str, object]) -> tuple[bool, list[dict[str, object]], set[str]]:
    found = resolve({"a": register(one), "b": register(other)})
    return found.enterprises == 1, found.review.to_pylist(), set(found.conflicts["kind"].to_pylist())


HERE = {"county_adcode": "640121", "lon_deg": 106.3, "lat_deg": 38.4}
NEAR = {"county_adcode": "640121", "lon_deg": 106.301, "lat_deg": 38.4}
FAR = {"county_adcode": "640122", "lon_deg": 106.6, "lat_deg": 38.4}


@pytest.mark.parametrize(
    ("one", "other", "is_one", "review", "conflict"),
    [
        ({"name": "甲水泥厂", "uscc": A_CODE}, {"name": "甲水泥厂", "uscc": A_CODE}, True, 0, ""),
        ({"name": "甲水泥厂", "uscc": A_CODE, **HERE},
         {"name": "乙化工", "uscc": A_CODE, **NEAR}, True, 0, "code_other_name"),
        ({"name": "甲水泥厂", "uscc": A_CODE}, {"name": "乙化工", "uscc": A_CODE}, False, 1, "code_other_name"),
        ({"name": "甲水泥厂", "uscc": A_CODE, **HERE},
         {"name": "甲水泥厂", "uscc": A_CODE, **FAR}, False, 1, "code_far_apart"),
        ({"name": "甲水泥厂", "permit_no": A_CODE + "001P"},
         {"name": "甲水泥厂", "permit_no": A_CODE + "001V"}, True, 0, ""),
        (
            {"name": "甲水泥厂", "uscc": A_CODE, "permit_no": A_CODE + "001P"},
            {"name": "甲水泥厂", "uscc": B_CODE, "permit_no": A_CODE + "001P"},
            False, 1, "permit_of_two_uscc",
        ),
        (
            {"name": "甲厂", "uscc": A_CODE, "permit_no": A_CODE + "001P"},
            {"name": "甲厂", "uscc": A_CODE, "permit_no": A_CODE + "002P"},
            False, 1, "uscc_of_two_permits",
        ),
        ({"name": "甲乙水泥有限公司", **HERE}, {"name": "甲乙水泥有限责任公司", **NEAR}, True, 0, ""),
        ({"name": "宁夏甲乙水泥有限公司", **HERE}, {"name": "甲乙水泥股份有限公司", **NEAR}, True, 0, ""),
        ({"name": "甲乙水泥有限公司", **HERE}, {"name": "甲乙水泥有限公司(模拟)", **HERE}, False, 1, ""),
        ({"name": "第一水泥有限公司", **HERE}, {"name": "第二水泥有限公司", **HERE}, False, 0, ""),
        ({"name": "砖厂", **HERE}, {"name": "砖厂", **NEAR}, False, 1, ""),
        ({"name": "甲乙水泥有限公司", **HERE}, {"name": "甲乙水泥有限公司", **FAR}, False, 0, ""),
        ({"name": "甲乙热电有限公司", **HERE}, {"name": "甲乙发电有限公司", **NEAR}, False, 1, ""),
        ({"name": "甲乙水泥", "uscc": A_CODE, **HERE},
         {"name": "甲乙水泥", "uscc": B_CODE, **HERE}, False, 1, "name_of_two_uscc"),
        ({"name": "甲", **HERE}, {"name": "乙", **HERE}, False, 0, ""),
    ],
)  # fmt: skip
def test_pair_is_judged(one, other, is_one, review, conflict):
    same, listed, conflicts = pair(one, other)
    assert (same, len(listed)) == (is_one, review)
    assert conflicts == ({conflict} if conflict else set())
    assert all(row["confidence"] < 0.9 for row in listed)


def test_chain_that_would_join_two_companies_is_refused_and_told():
    name = {"name": "甲乙水泥有限公司", "county_adcode": "640121"}
    found = resolve(
        {"a": register({**name, "uscc": A_CODE}), "b": register(name), "c": register({**name, "uscc": B_CODE})}
    )
    assert found.enterprises == 3
    assert {"two_uscc", "below_0.9"} == set(found.review["reason"].to_pylist())


def test_crowd_at_one_spot_is_no_evidence():
    many = [{"name": f"甲乙水泥{n}号有限公司", "lon_deg": 106.3, "lat_deg": 38.4} for n in range(60)]
    found = resolve({"a": register(*many), "b": register(*many)})
    assert found.links.num_rows == 0
    assert "crowded_key" in found.conflicts["kind"].to_pylist()


@pytest.mark.parametrize(
    ("raw", "core"),
    [
        ("（宁夏）甲乙　有限责任公司", "甲乙公司"),
        ("银川市甲乙股份有限公司", "甲乙公司"),
        ("宁夏回族自治区银川市甲乙有限公司", "甲乙公司"),
        ("甲乙有限公司（模拟）", "甲乙公司模拟"),
        ("ＡＢ化工Ｃｏ．", "AB化工CO"),
        ("第一水泥厂", "第1水泥厂"),
        ("北京水泥", "北京水泥"),
    ],
)
def test_names_are_made_comparable(raw, core, national_regions):
    assert comparable_names(pd.Series([raw]), place_words(national_regions))["core"][0] == core


@settings(max_examples=10, deadline=None)
@given(st.text(max_size=12), st.text(max_size=12))
def test_similarity_is_a_share_and_the_same_both_ways(one, other):
    names = comparable_names(pd.Series([one, other], dtype="str"), ())["core"]
    there, back, itself = name_similarity(names, np.array([0, 1, 0]), np.array([1, 0, 0]))
    assert there == back
    assert 0.0 <= there <= itself == 1.0


ROW = st.fixed_dictionaries(
    {
        "name": st.sampled_from(["甲乙水泥有限公司", "甲乙水泥厂", "宁夏甲乙水泥有限公司", "丙丁化工", "砖厂"]),
        "uscc": st.sampled_from([None, A_CODE, B_CODE]),
        "permit_no": st.sampled_from([None, None, A_CODE + "001P", A_CODE + "002P", B_CODE + "001V"]),
        "county_adcode": st.sampled_from([None, "640121", "640122"]),
        "lon_deg": st.sampled_from([None, 106.3, 106.301, 106.6]),
        "lat_deg": st.sampled_from([38.4, 38.401]),
    }
)


@settings(max_examples=10, deadline=None)
@given(st.lists(st.lists(ROW, min_size=1, max_size=4), min_size=2, max_size=3), st.randoms(use_true_random=False))
def test_any_order_of_registers_and_rows_gives_the_same(registers, random):
    named = {f"r{n}": register(*rows) for n, rows in enumerate(registers)}
    first = resolve(named)
    turned = {}
    for name in random.sample(sorted(named), len(named)):
        order = random.sample(range(named[name].num_rows), named[name].num_rows)
        turned[name] = named[name].take(order)
    second = resolve(turned)
    assert {name: table.to_pylist() for name, table in first.tables.items()} == {
        name: table.to_pylist() for name, table in second.tables.items()
    }
    keys = first.keys.to_pandas()
    assert len(keys) == sum(table.num_rows for table in named.values())
    assert not keys.duplicated(["register", "register_key"]).any()
    rows = pd.concat([table.to_pandas().assign(register=name) for name, table in named.items()])
    joined = rows.rename(columns={"enterprise_id": "register_key"}).merge(keys, on=["register", "register_key"])
    assert (joined.groupby("enterprise_id")["uscc"].nunique() <= 1).all()


def synthetic(count: int) -> tuple[dict[str, pa.Table], pd.Series]:
    """Two registers of the same enterprises, told apart by their keys; names, codes and places differ as they do."""
    rng = np.random.default_rng(1)
    letters = np.array(list("华建宏兴泰丰润达恒通金宝利源顺德中天新东方大成永安盛美佳信诚和正明远航龙腾飞跃"))
    trades = np.array(["水泥", "钢铁", "化工", "铸造", "陶瓷", "热电", "纺织", "造纸"])
    drawn = letters[rng.integers(0, len(letters), (count, 4))]
    brand = pd.Series(drawn[:, 0]) + drawn[:, 1] + drawn[:, 2] + drawn[:, 3]
    name = brand + trades[rng.integers(0, len(trades), count)] + "有限公司"
    stems = [f"91640100{n:09d}" for n in range(count)]
    truth = pd.DataFrame({"name": name, "uscc": [stem + check_character(stem) for stem in stems]})
    truth["county_adcode"] = [f"64{n:04d}" for n in rng.integers(1000, 1300, count)]
    truth["lon_deg"], truth["lat_deg"] = rng.uniform(105, 115, count), rng.uniform(30, 40, count)
    registers = {}
    for tag in "ab":
        part = truth.assign(enterprise_id=[f"{tag}{n:06d}" for n in range(count)], coordinate_status="ok", **FIXED)
        part["is_key_source"] = False
        draw = rng.random((4, count))
        part["permit_no"] = (part["uscc"] + "001P").where(draw[0] < 0.4, None)
        part["uscc"] = part["uscc"].where(draw[1] < 0.6, None)
        part["name"] = part["name"].where(draw[2] < 0.7, "宁夏" + part["name"].str.replace("有限", "有限责任"))
        part["county_adcode"] = part["county_adcode"].where(draw[3] < 0.9, None)
        part["lon_deg"] += rng.normal(0, 0.0003, count)
        registers[tag] = pa.Table.from_pandas(part, schema=TABLES["enterprises"].schema, preserve_index=False)
    return registers, truth["name"]


@pytest.mark.parametrize("count", [20_000])
def test_links_of_synthetic_truth_are_right_and_complete(count):
    registers, _ = synthetic(count)
    links = resolve(registers).links.to_pandas()
    right = links["register_key"].str[1:] == links["other_key"].str[1:]
    assert right.mean() >= 0.9999
    assert right.sum() / count >= 0.99


def test_real_register_resolves_to_itself_and_real_plants_hold_no_surprise(shared_data, national_regions):
    folder = shared_data / "enterprises"
    options = {"regions": national_regions}
    ningxia = run_source("enterprise_register", [folder / "enterprises_flat.csv"], options).result
    plants = [run_source("power_plants", [folder / f], options).result for f in ("China_raw.csv", "database_CDMDB.csv")]
    assert ningxia is not None
    table = ningxia.tables["enterprises"]
    twice = resolve({"one": table, "two": table}, national_regions)
    assert table.num_rows <= twice.enterprises <= table.num_rows + 2
    both = {f"plants{n}": plant.tables["enterprises"] for n, plant in enumerate(plants) if plant is not None}
    for order in (["ningxia", *both], [*both, "ningxia"]):
        found = resolve({name: {"ningxia": table, **both}[name] for name in order}, national_regions)
        assert found.links.num_rows == 3
        assert found.keys.num_rows == table.num_rows + sum(plant.num_rows for plant in both.values())
