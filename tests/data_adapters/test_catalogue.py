from __future__ import annotations

import json
from collections import Counter
from pathlib import Path

import pytest
from typer.testing import CliRunner

from data_adapters.__main__ import app
from data_adapters.catalogue import AUXILIARY, CATEGORIES, WIDE_TABLES, catalogue_markdown, day_column, schema, table

GROUPS = {"A": 8, "B": 5, "C": 3, "D": 2, "E": 9, "F": 4, "G": 5, "H": 3, "I": 3, "J": 3, "K": 2, "L": 2}
ROUND_DAYS = 14


def test_catalogue_has_49_categories_and_the_records_of_a_campaign():
    assert len(CATEGORIES) == 49
    assert sum(one.rows_per_round for one in CATEGORIES.values()) == 18_090_166
    assert sum(one.rows_per_day for one in CATEGORIES.values()) == 1_188_569
    assert Counter(one.group_code for one in CATEGORIES.values()) == GROUPS
    assert Counter(one.data_class for one in CATEGORIES.values()) == {"internal": 33, "public": 14, "personal": 2}


@pytest.mark.parametrize("code", CATEGORIES)
def test_rows_of_a_round_follow_from_the_rows_of_a_day(code):
    one = CATEGORIES[code]
    assert (one.rows_per_day == 0) == (one.cadence == "snapshot")
    if one.rows_per_day:
        assert one.rows_per_round == one.rows_per_day * ROUND_DAYS


@pytest.mark.parametrize("code", CATEGORIES)
def test_category_has_a_table_with_key_and_day(code):
    one = CATEGORIES[code]
    known = table(one.canonical_table)
    assert known.key
    assert set(known.key) <= set(schema(one.canonical_table).names)
    assert (day_column(one.canonical_table) is None) == (one.cadence == "snapshot")


def test_every_wide_table_is_used_and_its_key_is_never_empty():
    used = {one.canonical_table for one in CATEGORIES.values()} | set(AUXILIARY)
    assert set(WIDE_TABLES) <= used
    for wide in WIDE_TABLES.values():
        assert not any(column.nullable for column in wide.columns if column.name in wide.key)
        assert len({column.name for column in wide.columns}) == len(wide.columns)


def test_docs_catalogue_is_current():
    kept = Path(__file__).parents[2] / "docs" / "catalogue.md"
    assert kept.read_text(encoding="utf-8") == catalogue_markdown()


def test_catalogue_command_gives_table_markdown_and_json():
    runner = CliRunner()
    assert runner.invoke(app, ["catalogue"]).exit_code == 0
    assert runner.invoke(app, ["catalogue", "--markdown"]).stdout == catalogue_markdown()
    listed = json.loads(runner.invoke(app, ["catalogue", "--json"]).stdout)
    assert [one["code"] for one in listed] == list(CATEGORIES)
