"""Rounds, boards and the dictionary's figures follow the casebook where they depend on the state of clues."""

from __future__ import annotations

import gzip
import json
from datetime import datetime

import pytest
from loop_builders import ALL, PUSH, act, casebook_at, loop_of

from dashboard.data import boards, metrics, rounds
from dashboard.data.filters import Filters
from dashboard.data.funnel import funnel
from dashboard.factory import create_app
from dashboard.settings import Settings

NOTHING = ("", "")


@pytest.fixture
def book(tmp_path, loaded):
    return casebook_at(tmp_path, datetime.fromisoformat(loaded.manifest.as_of))


def waiting(loaded, state="SCREENED"):
    asked = "select clue_id from clues where state = $state and severity > 1 and (stages & 1) = 0 order by 1 limit 1"
    return loaded.cursor().execute(asked, {"state": state}).fetchall()[0][0]


def values(loaded, book, *ids):
    return {one["id"]: one["value"] for one in metrics.figures(loaded, Filters(), ids, book)["metrics"]}


def test_before_anybody_acts_the_live_figures_are_the_snapshots(loaded, book):
    plain, live = metrics.figures(loaded, Filters()), metrics.figures(loaded, Filters(), None, book)
    assert plain["metrics"] == live["metrics"] and live["casebook_at"] is None


def test_a_push_counts_in_figures_rounds_and_funnel_alike(loaded, book):
    clue_id = waiting(loaded)
    before = values(loaded, book, "clues_pushed")["clues_pushed"]
    frame = sum(row["pushed"] for row in rounds.part(loaded, "frame", Filters(), NOTHING, book)["clues"])
    act(loop_of(loaded, book), clue_id, "push", PUSH)
    after = metrics.figures(loaded, Filters(), ["clues_pushed"], book)
    assert after["metrics"][0]["value"] == before + 1 == funnel(loop_of(loaded, book), Filters())["stages"][0]["n"]
    assert after["casebook_at"] == loaded.manifest.as_of[:19] and after["as_of"] == loaded.manifest.as_of
    now = sum(row["pushed"] for row in rounds.part(loaded, "frame", Filters(), NOTHING, book)["clues"])
    assert now == frame + 1
    assert values(loaded, None, "clues_pushed")["clues_pushed"] == before


def test_a_remark_is_no_step_of_any_figure(loaded, book):
    clue_id = waiting(loaded)
    act(loop_of(loaded, book), clue_id, "push", PUSH)
    told = metrics.figures(loaded, Filters(), None, book)["metrics"]
    book.comment(ALL, clue_id, "on the way")
    assert metrics.figures(loaded, Filters(), None, book)["metrics"] == told


def test_an_electronic_order_stands_on_the_board_at_once(loaded, book):
    def standing():
        told = boards.part(loaded, "supervision", Filters(), book)
        return next(row for row in told["rows"] if row["level"] == "all")["standing"], told["casebook_at"]

    clue_id = waiting(loaded, "IDENTIFIED")
    now = loop_of(loaded, book)
    accepted = {"opinion": "x", "excluded": ["x"], "severity": 1, "second_reader": "li"}
    steps = (
        ("screen_accept", accepted),
        ("push", PUSH | {"due_on": "2099-01-01", "approver": "li"}),
        ("accept", {"receiver": "wu", "device": "x"}),
        ("start_check", {"approval_no": "1", "entered_at": "2023-06-30", "mode": "offsite",
                         "inspectors": [{"name": name, "certificate": name} for name in ("all", "li")]}),
        ("confirm", {"record_no": "1", "photos": ["a" * 64], "article": "1", "is_partial": False, "reviewed_by": "li",
                     "problems": [{"problem_type": "exceedance", "is_prominent": False, "verdict": "confirmed"}]}),
        ("supervise", {"order_no": "1", "reply_due_on": "2099-01-01"}),
    )  # fmt: skip
    before = standing()[0]
    for version, (event, payload) in enumerate(steps):
        if version == 0:
            act(now, clue_id, event, payload)
        else:
            files = ("a" * 64,) if event == "confirm" else ()
            book.act(ALL, clue_id, event, payload=payload, expected_version=version, attachments=files)
    assert standing() == (before + 1, loaded.manifest.as_of[:19])


def test_the_address_says_when_both_end_and_changes_with_the_casebook(root, store, loaded, tmp_path):
    app = create_app(Settings(snapshots=root, casebook=f"sqlite:///{tmp_path}/casebook.db"), store)
    client, book = app.server.test_client(), app.server.config["lookout.casebook"]()
    address = f"/data/{loaded.id}/metrics.json"
    first = client.get(address)
    assert client.get("/data/version").get_json()["casebook_at"] is None
    act(loop_of(loaded, book), waiting(loaded), "push", PUSH | {"due_on": "2099-01-01"})
    second = client.get(address, headers={"If-None-Match": first.headers["ETag"]})
    assert second.status_code == 200
    told = json.loads(gzip.decompress(second.data) if second.content_encoding else second.data)
    assert told["as_of"] == loaded.manifest.as_of
    assert told["casebook_at"] == client.get("/data/version").get_json()["casebook_at"] is not None
    assert client.get(address, headers={"If-None-Match": second.headers["ETag"]}).status_code == 304
