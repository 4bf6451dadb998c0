"""Whoever sends what nobody meant to be sent is told so, and nothing is on record that should not be."""

from __future__ import annotations

import csv
import io
import json
from datetime import datetime
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from house import PASSWORD, QUICK, signed_in

from dashboard.accounts.store import Accounts
from dashboard.casebook.attachments import MOST_BYTES
from dashboard.casebook.calendar import wall_clock
from dashboard.casebook.store import Casebook
from dashboard.data.store import Store
from dashboard.factory import LookoutDash, create_app
from dashboard.settings import Grant, Settings

ACCEPT = {"opinion": "worth a visit", "excluded": ["bad_retrieval"], "severity": 2}
ACTING = ("analyst", "dispatcher", "inspector", "local_bureau")
GRANTS = {
    "nation": Grant(roles=ACTING),
    "anhui": Grant(roles=ACTING, regions=("340000",)),
    "henan": Grant(roles=ACTING, regions=("410000",)),
    "room": Grant(roles=ACTING, is_masked=True),
    "leader": Grant(roles=("leader",)),
}
FOREVER = datetime(2099, 1, 1)


@pytest.fixture(scope="module")
def app(root: Path, tmp_path_factory: pytest.TempPathFactory) -> LookoutDash:
    """The dashboard over the tiny campaign, with users."""
    folder = tmp_path_factory.mktemp("work")
    url = f"sqlite:///{folder}/casebook.db"
    accounts = Accounts(url, wall_clock, hasher=QUICK)
    for name, grant in GRANTS.items():
        accounts.add(name, PASSWORD, grant)
    made = create_app(Settings(snapshots=root, casebook=url, attachments=folder / "files"), Store(root, "1GB"))
    made.server.config["PROPAGATE_EXCEPTIONS"] = False
    return made


@pytest.fixture(scope="module")
def clients(app: LookoutDash) -> dict[str, FlaskClient]:
    return {name: signed_in(app.server, name) for name in GRANTS}


@pytest.fixture(scope="module")
def book(app: LookoutDash) -> Casebook:
    return app.server.config["lookout.casebook"]()


@pytest.fixture
def fresh(clients: dict[str, FlaskClient]) -> str:
    """A clue of Anhui that nobody acted on yet."""
    rows = clients["nation"].get("/work/clues.json?view=all&end=1000&region=340000").get_json()["rows"]
    return next(row["clue_id"] for row in rows if row["state"] == "IDENTIFIED" and row["version"] == 0)


DEEP = "[" * 100_000 + "]" * 100_000
NESTED = "[" * 500 + "1" + "]" * 500
BODIES = {
    "nested too deep to read": f'{{"payload": {DEEP}, "version": 0}}',
    "nested too deep to write": f'{{"payload": {{"opinion": {NESTED}}}, "version": 0, "clues": {{}}}}',
    "no number": '{"payload": {"severity": NaN, "opinion": "x", "excluded": ["x"], "more": -Infinity}, "version": 0}',
    "half a character": '{"payload": {"\\ud800": 1}, "version": 0, "name": "\\ud800", "text": "\\udfff"}',
    "half a character in an id": '{"event": "push", "payload": {}, "clues": {"\\ud800": 0}}',
    "a list": "[]",
    "nothing": "null",
    "no UTF-8": b'{"payload": "\xff"}',
    "another kind throughout": json.dumps(
        {"payload": [1], "version": True, "clues": [5], "text": ["a"], "name": ["a"], "query": {"a": 1},
         "event": ["a"], "attachments": {"a": 1}, "kind": 5, "n": True, "seed": ["a"], "cell_id": 5, "product": 5,
         "day": 5, "enterprise_ids": 5}
    ),
}  # fmt: skip


@pytest.mark.parametrize("body", BODIES.values(), ids=list(BODIES))
def test_a_body_that_nobody_meant_is_refused_with_a_sentence_and_writes_nothing(clients, book, fresh, body):
    before = book.head()
    takers = (
        f"/work/clues/{fresh}/screen_accept", f"/work/clues/{fresh}/comment", "/work/clues", "/work/assign",
        "/work/views", "/work/lots.json", "/work/dispatch",
    )  # fmt: skip
    for address in takers:
        answer = clients["nation"].post(address, data=body, content_type="application/json")
        assert 400 <= answer.status_code < 500, (address, answer.status_code)
        assert answer.get_json()["message"], address
    assert (
        clients["nation"].post("/_dash-update-component", data=body, content_type="application/json").status_code == 400
    )
    assert book.head() == before


def test_a_callback_that_no_page_has_is_refused(clients):
    for asked in ({"output": "nothing.data"}, {"output": ["a"]}, {"output": "..a.b...c.d.."}):
        assert clients["nation"].post("/_dash-update-component", json=asked).status_code == 400


@pytest.mark.parametrize("files", [["../../etc/passwd"], ["x" * 64], [None], [{"a": 1}], ["0" * 64]], ids=str)
def test_what_is_no_kept_file_is_not_attached(clients, book, fresh, files):
    answer = clients["nation"].post(f"/work/clues/{fresh}/comment", json={"text": "x", "attachments": files})
    assert answer.status_code in (400, 422) and answer.get_json()["fields"]


def test_a_program_that_attaches_what_is_no_hash_is_told(app, fresh):
    accounts = app.server.config["lookout.accounts"]
    token = accounts.add_token("meter", "token", Grant(roles=("analyst",)), ("write:events",), FOREVER)
    answer = app.server.test_client(use_cookies=False).post(
        f"/api/v1/clues/{fresh}/events",
        json={"event": "screen_accept", "payload": ACCEPT, "attachments": ["z" * 64]},
        headers={"Authorization": f"Bearer {token}", "If-Match": '"0"'},
    )
    assert (answer.status_code, answer.get_json(force=True)["code"]) == (422, "incomplete_record")


@pytest.mark.parametrize("number", ["--5", "-", "-99999999999", "99999999999", "٣", "1e3"])
def test_numbers_of_an_address_that_are_none_do_not_fall_over(clients, number):
    for address in ("clues.json?start=", "clues.json?end=", "changes.json?since="):
        assert clients["nation"].get(f"/work/{address}{number}").status_code == 200


@pytest.mark.parametrize("day", ["0001-01-01", "9999-12-31", "x"])
def test_days_at_the_end_of_time_are_not_found(clients, day):
    client = clients["nation"]
    data = f"/data/{client.get('/data/version').get_json()['id']}"
    enterprise = client.get(f"{data}/describe/enterprise/3.json").get_json()["enterprise_id"]
    assert client.get(f"{data}/pack/T06/{day}.html").status_code == 404
    assert client.get(f"{data}/dossier.json?id={enterprise}&range=30&as_of={day}").status_code in (200, 404)
    assert client.get(f"/work/cells/G3-1318-1448.json?product=PM25&day={day}").status_code in (400, 404)


def test_what_is_too_large_is_refused_before_it_is_read(clients):
    client = clients["nation"]
    longer = {"/work/views": 2 << 20, "/work/clues": 2 << 20, "/work/lots.json": 2 << 20, "/work/pool": 5 << 20}
    for address, size in longer.items():
        answer = client.post(address, data=b" " * size, content_type="application/json")
        assert (answer.status_code, answer.get_json()["code"]) == (413, "too_large"), address
    told = {"CONTENT_LENGTH": str(MOST_BYTES * 2), "CONTENT_TYPE": "multipart/form-data; boundary=x"}
    assert client.post("/work/attachments", environ_overrides=told).status_code == 413
    sheet = b"enterprise_id\n" + b"a" * (csv.field_size_limit() + 1)
    assert client.post("/work/pool", data=sheet).status_code == 400


def test_who_may_not_take_a_step_opens_no_case(clients, book, fresh):
    """A case is remembered as it was opened, for good: by nobody who sees less, or does nothing."""
    before = book.head()
    wish = {"clues": [{"clue_id": fresh, "version": 0, "team": "T06"}]}
    many = {"event": "screen_accept", "payload": ACCEPT, "clues": {fresh: 0}}
    for name in ("room", "leader"):
        client = clients[name]
        assert (
            client.post(f"/work/clues/{fresh}/screen_accept", json={"payload": ACCEPT, "version": 0}).status_code == 403
        )
        assert not (client.post("/work/assign", json=many).get_json().get("done"))
        assert not (client.post("/work/dispatch", json=wish).get_json().get("done"))
    assert clients["room"].post(f"/work/clues/{fresh}/comment", json={"text": "x"}).status_code == 403
    assert book.head() == before


def test_a_masked_program_writes_nothing(app, book, fresh):
    accounts = app.server.config["lookout.accounts"]
    grant = Grant(roles=("analyst",), is_masked=True)
    token = accounts.add_token("masked", "token", grant, ("write:events",), FOREVER)
    before = book.head()
    for version in ('"0"', '"7"'):
        answer = app.server.test_client(use_cookies=False).post(
            f"/api/v1/clues/{fresh}/events",
            json={"event": "screen_accept", "payload": ACCEPT},
            headers={"Authorization": f"Bearer {token}", "If-Match": version},
        )
        assert answer.status_code == 403
    assert book.head() == before


def test_a_case_is_the_same_whoever_opens_it(clients, book, fresh, store):
    """Somebody sees a part of the snapshot only; what is put on record is of the whole."""
    assert clients["anhui"].post(f"/work/clues/{fresh}/comment", json={"text": "x"}).status_code == 200
    asked = """select c.lon_deg, c.lat_deg, e.enterprise_id, e.name from clues c
        left join enterprises e using (enterprise_idx) where clue_id = ?"""
    case = book.case(fresh).case
    known = store.current().cursor().execute(asked, [fresh]).fetchone()
    assert (case.lon_deg, case.lat_deg, case.enterprise_id, case.enterprise_name) == known


def test_lists_by_lot_are_known_where_their_enterprises_are(clients):
    """A draw tells its seed, its filters and who made it: not to whom it drew nobody for."""
    body = {"kind": "dual_random", "n": 3, "seed": "of anhui only"}
    draw_id = clients["anhui"].post("/work/lots.json", json=body).get_json()["draw_id"]
    own = clients["anhui"].get("/work/lots.json").get_json()
    assert [(draw["draw_id"], draw["n"]) for draw in own["draws"]] == [(draw_id, 3)]
    assert own["pool"]["enterprises"] == 3
    assert draw_id in {draw["draw_id"] for draw in clients["nation"].get("/work/lots.json").get_json()["draws"]}
    other = clients["henan"].get("/work/lots.json").get_json()
    assert other["draws"] == [] and other["pool"]["enterprises"] == 0
    assert clients["henan"].get(f"/work/lots/{draw_id}.csv").status_code == 404
    rows = list(csv.DictReader(io.StringIO(clients["anhui"].get(f"/work/lots/{draw_id}.csv").data.decode("utf-8-sig"))))
    assert len(rows) == 3


def test_saved_views_are_each_persons_own(clients):
    clients["nation"].post("/work/views", json={"name": "mine", "query": "view=all"})
    assert clients["anhui"].post("/work/views", json={"name": "mine", "query": None}).get_json()["saved"] == []
    assert clients["anhui"].get("/work/views").get_json()["saved"] == []
    assert [view["name"] for view in clients["nation"].get("/work/views").get_json()["saved"]] == ["mine"]


def test_a_screen_on_the_wall_changes_nothing_and_opens_its_page_only(app, book, fresh):
    accounts = app.server.config["lookout.accounts"]
    secret = accounts.add_token("wall-1", "device", Grant(roles=("leader", "analyst")), ("situation", "work"), FOREVER)
    screen = app.server.test_client()
    screen.get(f"/device/{secret}")
    before = book.head()
    assert screen.get("/").status_code == 200
    for address in ("/clues", "/loop", "/work/clues.json", "/work/lots.json", f"/work/clues/{fresh}.json"):
        assert screen.get(address).status_code == 403, address
    step = {"payload": ACCEPT, "version": 0}
    lists = ("clues", "assign", "pool", "lots.json", "dispatch", "views", "attachments")
    own = (f"clues/{fresh}/comment", f"clues/{fresh}/screen_accept")
    for address in (f"/work/{name}" for name in (*lists, *own)):
        assert screen.post(address, json=step).status_code == 403, address
    assert book.head() == before
