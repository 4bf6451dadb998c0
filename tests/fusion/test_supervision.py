"""Which findings suggest an electronic supervision order or a listing, by region; what a profile of a rule tells."""

from __future__ import annotations

import json
import tomllib
from datetime import date, datetime
from importlib import resources
from typing import Any

import pyarrow as pa
import pytest

from fusion.engine import Engine, step_sql
from fusion.errors import FusionError
from fusion.findings import FINDINGS
from fusion.rule_tables import rule_tables
from fusion.rulebook import load_rules

PUSH = tomllib.loads(resources.files("fusion").joinpath("push.toml").read_text("utf-8"))
SHANXI, SHAANXI, ANHUI = 0, 1, 2  # 运城, in FWP; 西安, in FWP; 合肥, in YRD
PLACES = [(SHANXI, "140800"), (SHAANXI, "610100"), (ANHUI, "340100")]
GROUPS = [("FWP", SHANXI, date(2018, 7, 1)), ("FWP", SHAANXI, date(2018, 7, 1)), ("YRD", ANHUI, date(2023, 7, 10))]
DAY = datetime(2023, 7, 20)


def suggested(*findings: tuple[str, int, int, dict[str, Any]], at: datetime = DAY) -> list[dict[str, Any]]:
    """What is suggested of findings told as rule, city, severity and facts."""
    rows = [
        {"clue_id": f"C{n}", "rule_id": rule, "enterprise_id": f"E{city}", "outlet_id": None, "pollutant": "NOx",
         "onset_at": at, "severity": severity, "facts": json.dumps(facts)}
        for n, (rule, city, severity, facts) in enumerate(findings)
    ]  # fmt: skip
    groups = [
        {"group_code": code, "city_idx": city, "valid_from": first, "valid_to": None} for code, city, first in GROUPS
    ]
    with Engine() as engine:
        schema = pa.schema([field for field in FINDINGS.schema if field.name in rows[0]])
        engine.register("findings", pa.Table.from_pylist(rows, schema=schema))
        engine.register("places", pa.Table.from_pylist([{"place_idx": at, "adcode": code} for at, code in PLACES]))
        types = [
            ("group_code", pa.string()),
            ("city_idx", pa.int64()),
            ("valid_from", pa.date32()),
            ("valid_to", pa.date32()),
        ]
        engine.register("place_groups", pa.Table.from_pylist(groups, schema=pa.schema(types)))
        firms = [{"enterprise_id": f"E{at}", "city_idx": at} for at, _ in PLACES]
        engine.register("enterprises_numbered", pa.Table.from_pylist(firms))
        return engine.query(step_sql("supervision"), PUSH).to_pylist()


def test_yellow_suggests_an_order_anywhere_and_red_a_listing():
    told = suggested(("R12", ANHUI, 2, {"level": "yellow"}), ("R12", ANHUI, 1, {"level": "red"}))
    assert [(row["is_order"], row["is_listed"], row["ground"]) for row in told] == [
        (True, False, "level"), (True, True, "level"),
    ]  # fmt: skip


def test_one_daily_mean_is_enough_only_where_the_province_supervises_daily_means_and_since_then():
    blue = {"level": "blue"}
    (found,) = suggested(("R12", SHANXI, 3, blue), ("R12", SHAANXI, 3, blue), ("R12", ANHUI, 3, blue))
    assert (found["clue_id"], found["level"], found["ground"], found["is_listed"]) == (
        "C0",
        "blue",
        "daily_mean",
        False,
    )
    assert suggested(("R12", SHANXI, 3, blue), at=datetime(2019, 9, 30)) == []


def test_an_order_tells_the_key_region_its_city_was_in_on_that_day():
    facts = {"level": "orange"}
    both = suggested(("R12", SHAANXI, 1, facts), ("R12", ANHUI, 1, facts))
    assert [row["group_code"] for row in both] == ["FWP", "YRD"]
    earlier = suggested(("R12", ANHUI, 1, facts), at=datetime(2023, 7, 9))
    assert [row["group_code"] for row in earlier] == [None]


def test_incinerators_and_relapses_are_ordered_and_listed_as_their_facts_say():
    told = suggested(
        ("R18", ANHUI, 1, {"is_over_month": False}),
        ("R18", ANHUI, 1, {"is_over_month": True}),
        ("R28", ANHUI, 1, {"for_listed_supervision": True}),
        ("R03", ANHUI, 1, {}),
    )
    assert [(row["rule_id"], row["level"]) for row in told] == [("R18", "orange"), ("R18", "red"), ("R28", "red")]


@pytest.mark.parametrize("group", ["BTH", "FWP", "YRD"])
def test_in_key_regions_fewer_days_make_it_red_and_the_reason_is_told(group):
    rule = load_rules()["R12"]
    own = rule.profile[group]
    assert rule.values(group)["d_month"] == own.values["d_month"] < rule.values()["d_month"]
    assert own.basis in ("proposal", "to_verify") and own.valid_from and own.why_zh and own.why_en


def test_a_snapshot_carries_the_profiles_with_date_basis_and_reason():
    table = rule_tables({"R12": load_rules()["R12"]}, FINDINGS.schema.empty_table(), None)["rule_methods"]
    profiles = json.loads(table["profiles_json"][0].as_py())
    assert profiles["YRD"]["values"] == {"d_month": 3, "n_h6": 4}
    assert set(profiles["YRD"]) == {"values", "valid_from", "basis", "why_zh", "why_en"}


def test_every_profile_of_a_rule_gives_only_parameters_it_has():
    for rule in load_rules().values():
        for group in rule.profile:
            assert rule.values(group).keys() == rule.values().keys()
    with pytest.raises(FusionError, match="has no parameter"):
        load_rules()["R12"].values("BTH", {"no_such": 1})
