"""What the methods page is told of the numbers a region has of its own, and since when they are used."""

from __future__ import annotations

import gzip
import json

import pytest
from snapshot_builders import doctored

from dashboard.data.methods import methods
from dashboard.data.store import Store
from dashboard.factory import create_app
from dashboard.i18n import Words
from dashboard.settings import Settings

WHY = {"basis": "proposal", "why_zh": "建议值", "why_en": "a proposal"}


@pytest.fixture(scope="module")
def dated(root, tmp_path_factory):
    """The campaign of June 2023, with a rule whose key regions have numbers of their own from different days on."""

    def with_profiles(table):
        days = {"BTH": "2023-06-21", "FWP": "2023-09-01", "YRD": None}
        profiles = {group: {"values": {"d_month": 3}, "valid_from": day} | WHY for group, day in days.items()}
        kept = table.to_pylist()
        for row in kept:
            row["profiles_json"] = json.dumps(profiles if row["rule_id"] == "R12" else {"BTH": {"n_h3": 2}})
        return table.from_pylist(kept, schema=table.schema)

    target = tmp_path_factory.mktemp("dated")
    doctored(root, target, tables={"rule_methods": with_profiles})
    return target


def profiles_of(told, code):
    (rule,) = (rule for rule in told["rules"] if rule["code"] == code)
    return rule["profiles"]


def test_numbers_of_a_region_are_told_as_used_from_their_day_on_and_not_before(dated):
    client = create_app(Settings(snapshots=dated), Store(dated, "1GB")).server.test_client()
    told = json.loads(gzip.decompress(client.get("/data/20230621T100000Z-doctored/methods.json").data))
    used = {group: (own["valid_from"], own["is_used"]) for group, own in profiles_of(told, "R12").items()}
    assert used == {"BTH": ("2023-06-21", True), "FWP": ("2023-09-01", False), "YRD": (None, True)}


def test_a_profile_is_told_as_used_on_the_days_the_rules_are_asked_with_it(loaded):
    by_day = {day: methods(loaded.cursor(), day) for day in ("2022-12-31", "2023-01-01")}
    for day, told in by_day.items():
        assert {own["is_used"] for own in profiles_of(told, "R12").values()} == {day == "2023-01-01"}


def test_snapshots_that_tell_the_values_alone_still_tell_them(dated):
    told = methods(Store(dated, "1GB").current().cursor(), "2023-06-21")
    assert profiles_of(told, "R01") == {"BTH": {"n_h3": 2}}


@pytest.mark.parametrize(
    ("language", "used", "to_come"),
    [
        ("zh", "自 2023-09-01 起采用", "尚未采用，自 2023-09-01 起"),
        ("en", "used from 2023-09-01 on", "not used yet: from 2023-09-01 on"),
    ],
)
def test_since_when_numbers_are_used_is_said_in_both_languages(language, used, to_come):
    words = Words(language)
    told = [words(f"methods.profile.{key}", day="2023-09-01") for key in ("used", "to_come")]
    assert told == [used, to_come]
