"""A plant's own user: its dossier and its open orders, its notes on record, and nothing of anybody else's."""

from __future__ import annotations

from io import BytesIO

import pytest
from house import PASSWORD, QUICK, data_of, marked_snapshot, marks_in, signed_in, text_of
from test_access_leaks import addresses

from dashboard.accounts.grants import AccountError
from dashboard.accounts.store import Accounts
from dashboard.casebook.calendar import wall_clock
from dashboard.casebook.records import Actor
from dashboard.data.clue_case import case_of
from dashboard.data.live import live
from dashboard.data.store import Store
from dashboard.data.worklist import standing
from dashboard.factory import create_app
from dashboard.settings import Grant, Settings

STAFF = Actor("staff", frozenset(("local_bureau", "supervisor", "team_leader", "analyst")))
PLANT = Grant(roles=("enterprise",))
ORDER = {
    "order_no": "责改〔2026〕1号", "measures": "repair the filter", "mode": "within_limit", "is_penalised": True,
    "case_no": "secret case number", "police_no": "secret police number",
}  # fmt: skip


class House:
    """Users of two plants over the marked campaign; one of the plants has clues, one of which may be ordered."""

    def __init__(self, folder, root):
        url = f"sqlite:///{folder}/casebook.db"
        self.accounts = Accounts(url, wall_clock, hasher=QUICK)
        self.store = Store(root, "1GB")
        self.loaded = self.store.current()
        asked = """select e.enterprise_id, c.clue_id from clues c join enterprises e using (enterprise_idx)
            where c.state = 'CONFIRMED' and exists (select 1 from clues d where d.enterprise_idx = c.enterprise_idx
            and d.clue_id <> c.clue_id and d.state <> 'RECTIFYING') order by 2 limit 1"""
        self.plant, self.clue_id = self.loaded.cursor().execute(asked).fetchall()[0]
        other = "select enterprise_id from enterprises where enterprise_id <> $own order by 1 limit 1"
        self.other = self.loaded.cursor().execute(other, {"own": self.plant}).fetchall()[0][0]
        self.accounts.add("works", PASSWORD, PLANT, enterprise_id=self.plant)
        self.accounts.add("others", PASSWORD, PLANT, enterprise_id=self.other)
        settings = Settings(snapshots=root, casebook=url, attachments=folder / "files")
        self.app = create_app(settings, self.store)
        self.app.server.config["lookout.accounts"]._hasher = QUICK
        self.book = self.app.server.config["lookout.casebook"]()

    def order(self):
        """The clue ordered to be put right by tomorrow week."""
        now = self.book.clock()
        clue = standing(live(self.loaded, self.book), self.clue_id, (now, now))
        self.book.open_case(case_of(self.loaded.cursor(), self.loaded, clue))
        due = {"due_on": f"{now.replace(year=now.year + 1):%Y-%m-%d}", "mode": "long_term", "milestones": "by May"}
        self.book.act(STAFF, self.clue_id, "order_rectify", payload=ORDER | due, expected_version=0)
        self.book.comment(STAFF, self.clue_id, "only for staff: complainant next door")


@pytest.fixture(scope="module")
def house(root, tmp_path_factory):
    target = tmp_path_factory.mktemp("marked")
    marked_snapshot(root, target)
    found = House(tmp_path_factory.mktemp("house"), target)
    found.order()
    return found


@pytest.fixture
def works(house):
    return signed_in(house.app.server, "works")


def test_a_plant_sees_its_order_and_when_it_is_due(house, works):
    told = works.get("/work/own.json?lang=en").get_json()
    (order,) = [one for one in told["orders"] if one["clue_id"] == house.clue_id]
    lines = dict(order["lines"])
    assert order["title"] == ORDER["order_no"] and lines["Due"] not in ("", "not on record")
    assert "repair the filter" in lines.values() and order["is_due"]


def test_a_plant_is_told_nothing_of_what_it_is_suspected_of_or_who_complained(house, works):
    text = works.get("/work/own.json?lang=en").get_data(as_text=True)
    for word in ("secret", "only for staff", "complain", "score", "candidate", "R31", "HCHO", "confidence"):
        assert word not in text, word
    known = live(house.loaded, house.book)
    mine = "select c.clue_id from clues_now c join enterprises e using (enterprise_idx) where e.enterprise_id = $own"
    clues = {row[0] for row in known.execute(mine, {"own": house.plant}).fetchall()}
    told = {one["clue_id"] for one in works.get("/work/own.json").get_json()["orders"]}
    assert told and told < clues and marks_in(text) & clues <= told


def test_a_note_of_the_plant_is_on_record_for_the_staff_and_for_itself(house, works):
    said = "the meter was exchanged on Monday </script>"
    answer = works.post("/work/own/notes", json={"clue_id": house.clue_id, "text": said})
    (order,) = [one for one in answer.get_json()["orders"] if one["clue_id"] == house.clue_id]
    assert [note["text"] for note in order["notes"]] == [said]
    event = house.book.timeline(house.clue_id)[-1]
    assert (event.event, event.role, event.reason, event.actor) == ("comment", "enterprise", said, "works")
    assert house.book.verify().is_whole
    assert works.post("/work/own/notes", json={"clue_id": house.clue_id, "text": " "}).status_code == 422


def test_a_plant_writes_to_no_clue_that_was_not_told_to_it(house, works):
    others = signed_in(house.app.server, "others")
    before = house.book.seq()
    for client, clue_id in ((others, house.clue_id), (works, "f" * 16), (works, None)):
        assert client.post("/work/own/notes", json={"clue_id": clue_id, "text": "x"}).status_code == 404
    unordered = "select clue_id from clues where state = 'IDENTIFIED' limit 1"
    clue_id = house.loaded.cursor().execute(unordered).fetchall()[0][0]
    assert works.post("/work/own/notes", json={"clue_id": clue_id, "text": "x"}).status_code == 404
    assert works.post(f"/work/clues/{house.clue_id}/comment", json={"text": "x"}).status_code == 403
    assert house.book.seq() == before


def kept(client, clue_id, text):
    """The hash of a small file that a plant brought for an order."""
    sent = {"clue": clue_id, "file": (BytesIO(b"%PDF-1.4\n" + text), "photo.pdf")}
    answer = client.post("/work/own/files", data=sent, content_type="multipart/form-data")
    return answer.get_json()["sha256"] if answer.status_code == 200 else answer.status_code


def test_a_plant_reports_that_its_order_is_done_and_nobody_else_does_for_it(house, works):
    (order,) = [one for one in works.get("/work/own.json").get_json()["orders"] if one["clue_id"] == house.clue_id]
    needed = {field["name"] for field in order["report"]["fields"] if field["is_required"]}
    assert needed >= {"photos_before", "photos_after", "days_after_fix", "responsible"}
    others, before = signed_in(house.app.server, "others"), house.book.seq()
    payload = {
        "photos_before": [kept(works, house.clue_id, b"before")],
        "photos_after": [kept(works, house.clue_id, b"after")],
        "days_after_fix": 30, "cost_yuan": 120000, "responsible": "Li Wei", "bureau_contact": "Wang Fang",
    }  # fmt: skip
    sent = {"clue_id": house.clue_id, "version": order["report"]["version"], "payload": payload}
    assert others.post("/work/own/done", json=sent).status_code == 404
    assert kept(others, house.clue_id, b"x") == 404
    assert works.post("/work/own/done", json=sent | {"payload": payload | {"photos_after": []}}).status_code == 422
    assert house.book.seq() == before
    answer = works.post("/work/own/done", json=sent).get_json()
    (order,) = [one for one in answer["orders"] if one["clue_id"] == house.clue_id]
    assert order["report"] is None and order["lines"][-1][1] == f"{house.book.clock():%Y-%m-%d %H:%M}"
    event = house.book.timeline(house.clue_id)[-1]
    assert (event.event, event.role, event.actor) == ("report_done", "enterprise", "works")
    assert house.book.case(house.clue_id).state == "RECHECK"
    assert works.post("/work/own/done", json=sent).status_code == 409
    assert house.book.verify().is_whole


def test_no_address_tells_a_plant_of_any_other(house, works):
    """Every address of the app is asked: whatever names an enterprise or a clue must be the plant's own."""
    asked = "select name, uscc, permit_no from enterprises where enterprise_id = $own"
    own = set(house.loaded.cursor().execute(asked, {"own": house.plant}).fetchall()[0]) | {house.plant, house.clue_id}
    own |= {one["clue_id"] for one in works.get("/work/own.json").get_json()["orders"]} | {data_of(works)[-16:]}
    others = house.loaded.cursor().execute("select clue_id from clues order by 1 limit 2").fetchall()
    told = {}
    for address in addresses(house.app, data_of(works), [clue for (clue,) in others], [house.other, house.plant]):
        answer = works.get(address)
        assert answer.status_code < 500, address
        if answer.status_code == 200:
            told[address] = marks_in(text_of(answer.data)) - own - {mark for mark in own if mark in address}
    assert {address: marks for address, marks in told.items() if marks} == {}
    assert "/work/own.json" in told


def test_staff_see_no_page_of_a_plant_and_a_plant_has_no_other_role(house):
    house.accounts.add("leader", PASSWORD, Grant(roles=("leader",)))
    leader = signed_in(house.app.server, "leader")
    assert leader.get("/work/own.json").status_code == 403
    with pytest.raises(AccountError, match="goes with"):
        house.accounts.add("x", PASSWORD, PLANT)
    with pytest.raises(AccountError, match="goes with"):
        house.accounts.add("x", PASSWORD, Grant(roles=("leader",)), enterprise_id="E1")
    with pytest.raises(AccountError, match="no other role"):
        house.accounts.add("x", PASSWORD, Grant(roles=("leader", "enterprise")), enterprise_id="E1")
