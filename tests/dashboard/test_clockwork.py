"""The steps that nobody presses: overdue rectifications, closed cases that come back."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from casebook_builders import CASE, person, record
from snapshot_builders import campaign_root, doctored

from dashboard.casebook.calendar import wall_clock
from dashboard.casebook.store import open_casebook
from dashboard.casework.clockwork import Clockwork
from dashboard.data.store import Store


@pytest.fixture
def overdue(tmp_path):
    """A casebook with one rectification that was due long ago."""
    now = [wall_clock() - timedelta(days=90)]
    casebook = open_casebook(f"sqlite:///{tmp_path}/casebook.db", clock=lambda: now[-1])
    casebook.open_case(replace(CASE, opened_state="CONFIRMED", detected_at=now[0]))
    payload, files = record("order_rectify", casebook.case(CASE.clue_id), now[0])
    casebook.act(
        person("local_bureau"), CASE.clue_id, "order_rectify", payload=payload, attachments=files, expected_version=0
    )
    now.append(wall_clock())
    return casebook


def test_a_rectification_past_its_day_goes_to_supervision_once(overdue, tmp_path):
    doctored(campaign_root("tiny"), tmp_path / "real", manifest=lambda m: m.update(is_synthetic=False))
    works = Clockwork(Store(tmp_path / "real", "1GB"), overdue)
    (event,) = works.beat()
    assert (event.event, event.role, event.target) == ("overdue", "system", "E_SUPERVISED")
    assert works.beat() == []


def test_the_clocks_of_an_invented_campaign_stand_still(overdue):
    works = Clockwork(Store(campaign_root("tiny"), "1GB"), overdue)
    assert works.beat() == []
    assert overdue.case(CASE.clue_id).state == "RECTIFYING"


def test_a_snapshot_is_compared_with_closed_cases_once(overdue, monkeypatch):
    asked = []
    monkeypatch.setattr("dashboard.casework.clockwork.note_relapses", lambda loaded, _: asked.append(loaded.id) or [])
    works = Clockwork(Store(campaign_root("tiny"), "1GB"), overdue)
    works.beat()
    works.beat()
    assert asked == [works.store.current().id]
