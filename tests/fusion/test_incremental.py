"""One more day in the store: what is built with the answers kept from the day before is what is built from nothing."""

from __future__ import annotations

import os
import shutil
from datetime import datetime, timedelta
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from data_adapters.store.demo import CAMPAIGN, Plan, demo_store
from data_adapters.tables import TABLES
from fusion import pipeline
from fusion.config import full_demo_config
from fusion.findings import words_of
from fusion.fingerprints import Fingerprints
from fusion.kept import FOLDER
from fusion.manifest import TableState
from fusion.rulebook import BUILT_IN, load_rules
from fusion.sources import Gathered
from fusion.store import Store

PLAN = Plan(0.01)
LAST_DAY = "2023-08-02"
FIRST, LAST = PLAN.evenings


def evening_before(store: Path, campaign: Path):
    return full_demo_config(store, campaign, (FIRST, LAST - timedelta(days=1)))


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """Snapshots of the same store: of the day before, with one more day, and with that day from nothing.

    Between the first and the second every second answer that was kept is damaged.
    """
    folder = tmp_path_factory.mktemp("days")
    store, campaign = demo_store(folder, PLAN), folder / CAMPAIGN
    new_parts = [path for path in store.rglob(f"day={LAST_DAY}") if path.is_dir()]
    aside = {path: folder / "aside" / path.relative_to(store) for path in new_parts}
    for path, away in aside.items():
        shutil.copytree(path, away)
        shutil.rmtree(path)
    snapshots = {"before": pipeline.build(evening_before(store, campaign), folder / "daily")}
    kept = {path.name for path in (folder / "daily" / FOLDER).iterdir()}
    for path, away in aside.items():
        shutil.move(away, path)
    config = full_demo_config(store, campaign, PLAN.evenings)
    damage(folder / "daily" / FOLDER)
    snapshots["one more"] = pipeline.build(config, folder / "daily")
    still_kept = {path.name for path in (folder / "daily" / FOLDER).iterdir()} & kept
    snapshots["from nothing"] = pipeline.build(config, folder / "whole")
    return snapshots, still_kept, store


def damage(folder: Path) -> None:
    """Every second kept answer loses its end."""
    for path in sorted(folder.iterdir())[::2]:
        os.truncate(path, path.stat().st_size // 2)


def different(one, other) -> list[str]:
    return [
        name
        for name in one.manifest.tables
        if not pq.read_table(one.table(name)).equals(pq.read_table(other.table(name)))
    ]


def test_one_more_day_gives_table_for_table_the_rows_of_a_whole_build_though_answers_were_damaged(made):
    snapshots, _, _ = made
    assert different(snapshots["one more"], snapshots["from nothing"]) == []
    assert snapshots["one more"].manifest.as_of == LAST.isoformat()


def test_one_more_day_is_seen_in_what_is_built(made):
    snapshots, _, _ = made
    assert {"findings", "emission_daily", "category_days"} <= set(different(snapshots["before"], snapshots["one more"]))


def test_what_the_day_did_not_touch_is_taken_from_the_day_before(made):
    _, still_kept, _ = made
    kinds = [name.split(".")[0] for name in still_kept]
    assert kinds.count("positions") == 1 and len(kinds) > 35  # all rules on the evening judged before


def test_a_rule_of_the_installation_is_always_asked_for_it_may_read_anything(tmp_path):
    own = tmp_path / "rules"
    own.mkdir()
    for end in ("toml", "sql"):
        shutil.copy(BUILT_IN / f"R28.{end}", own)
    assert not load_rules([own])["R28"].is_built_in and load_rules()["R28"].is_built_in


@pytest.fixture
def store(tmp_path):
    """Parts whose content nobody reads but to tell it from another."""
    for day, name, code in (
        ("2023-07-20", "city_days", "B04"),
        ("2023-07-21", "city_days", "B04"),
        ("all", "permits", "G01"),
    ):
        part = tmp_path / name / code / f"day={day}" / "part.parquet"
        part.parent.mkdir(parents=True)
        part.write_text(f"{name} {day}")
    return tmp_path


def fingerprint(store: Path, name: str, as_of: datetime = datetime(2023, 7, 22), given: int = 1) -> str:
    states = {one: TableState(state="none") for one in TABLES}
    states["ambient_series"] = TableState(state="ready", source="store")
    tables = {one: TABLES[one].empty() for one in TABLES} | {"rounds": pa.table({"number": [given]})}
    return Fingerprints(Store(store), Gathered(tables, [], states), 2).at(as_of)(name)


def test_content_tells_a_table_and_not_the_time_of_its_file(store):
    part = store / "permits" / "G01" / "day=all" / "part.parquet"
    before = fingerprint(store, "permits")
    os.utime(part, (0, 0))
    assert fingerprint(store, "permits") == before
    part.write_text("permits ALL")
    assert fingerprint(store, "permits") != before


def test_a_new_day_is_new_to_this_evening_and_not_to_an_earlier_one(store):
    evening = datetime(2023, 7, 20, 18)
    now, then = fingerprint(store, "city_days"), fingerprint(store, "city_days", evening)
    (store / "city_days" / "B04" / "day=2023-07-21" / "part.parquet").write_text("come in later")
    assert fingerprint(store, "city_days") != now and fingerprint(store, "city_days", evening) == then


def test_a_table_made_from_another_changes_with_it(store):
    before = fingerprint(store, "ambient_series")
    (store / "city_days" / "B04" / "day=2023-07-20" / "part.parquet").write_text("other")
    assert fingerprint(store, "ambient_series") != before


def test_a_table_of_a_source_is_told_by_its_rows(store):
    assert fingerprint(store, "rounds") == fingerprint(store, "rounds") != fingerprint(store, "rounds", given=2)


def test_a_word_that_names_no_table_has_no_fingerprint(store):
    assert fingerprint(store, "select") == ""


def test_what_a_rule_reads_is_among_its_words_through_the_inputs_it_takes():
    assert {"cems_long", "cems_wide", "cems_hours", "permit_limits"} <= words_of("SELECT * FROM cems_long")
    assert "permit_limits" not in words_of("SELECT * FROM cems_hours -- and no cems_long")
