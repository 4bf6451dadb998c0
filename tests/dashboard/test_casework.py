"""Work on clues over plain HTTP: who may do what, what is refused and how it is told, and that nothing leaks."""

from __future__ import annotations

import io
import json
import re
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from urllib.parse import quote

import duckdb
import pytest
from flask.testing import FlaskClient
from snapshot_builders import HOSTILE_NAMES, only_snapshot

from dashboard.accounts.sessions import TRY_COOKIE
from dashboard.casebook.states import TRANSITIONS, allowed
from dashboard.casework.bench import Bench
from dashboard.casework.desk import desk_of
from dashboard.casework.forms import described
from dashboard.data.store import Store
from dashboard.data.worklist import OVER
from dashboard.factory import LookoutDash, create_app
from dashboard.i18n import LANGUAGES, Words
from dashboard.settings import Settings

PNG = b"\x89PNG\r\n\x1a\n" + bytes(64)
Made = Callable[..., FlaskClient]


@pytest.fixture
def app(root: Path, store: Store, tmp_path: Path) -> LookoutDash:
    """The dashboard over the tiny campaign with an empty casebook."""
    settings = Settings(
        snapshots=root, casebook=f"sqlite:///{tmp_path}/casebook.db", attachments=tmp_path / "attachments"
    )
    return create_app(settings, store)


@pytest.fixture
def seen_by(app: LookoutDash) -> Iterator[Made]:
    """A browser in which a role, a region, a masked view are being tried."""

    def browser(role: str = "", region: str = "", masked: bool = False) -> FlaskClient:
        client = app.server.test_client()
        if role or region or masked:
            client.set_cookie(TRY_COOKIE, f"{role}|{region}||{'masked' if masked else ''}")
        return client

    yield browser


@pytest.fixture
def client(seen_by: Made) -> FlaskClient:
    return seen_by()


def rows(client: FlaskClient, query: str = "view=all&end=1000") -> list[dict]:
    return client.get(f"/work/clues.json?{query}").get_json()["rows"]


def clue_in(client: FlaskClient, state: str, **like: object) -> dict:
    """A clue in that state, with its full answer."""
    end, start = 1000, 0
    while found := rows(client, f"view=all&start={start}&end={end}"):
        for row in found:
            if row["state"] == state and all(row[name] == value for name, value in like.items()):
                return client.get(f"/work/clues/{row['clue_id']}.json").get_json()
        start, end = end, end + 1000
    raise AssertionError(f"the campaign has no clue in {state} with {like}")


def send(client: FlaskClient, clue: dict, event: str, payload: dict, version: int | None = None):
    body = {"payload": payload, "version": clue["version"] if version is None else version}
    return client.post(f"/work/clues/{clue['clue_id']}/{event}", json=body)


ACCEPT = {"opinion": "worth a visit", "excluded": ["bad_retrieval"], "severity": 2}


def accepted(client: FlaskClient) -> dict:
    """A clue that has just been accepted at screening."""
    clue = clue_in(client, "IDENTIFIED", severity=2)["clue"]
    answer = send(client, clue, "screen_accept", ACCEPT)
    assert answer.status_code == 200, answer.get_json()
    return answer.get_json()["clue"]


def test_the_queue_of_a_role_holds_what_it_may_do_next_and_only_that(seen_by):
    for role in ("analyst", "dispatcher", "reviewer"):
        states = {row["state"] for row in rows(seen_by(role), "view=queue&end=1000")}
        assert states
        assert all(allowed(state, frozenset({role})) for state in states)
        assert not states & OVER


def test_the_most_urgent_stand_first(client):
    found = rows(client, "view=queue&end=1000")
    order = [(not row["is_overdue"], row["severity"], row["due_at"] or "9999") for row in found]
    assert order == sorted(order)


def test_filters_and_order_are_the_servers_and_counts_equal_a_recount(client, root):
    snapshot = only_snapshot(root)
    asked = f"""select c.clue_id from '{snapshot.table("clues")}' c
        where severity = 1 and category = 'cems' order by score desc, clue_id"""
    expected = [clue_id for (clue_id,) in duckdb.sql(asked).fetchall()]
    answer = client.get("/work/clues.json?view=all&severity=1&category=cems&sort=-score&end=1000").get_json()
    assert answer["total"] == len(expected) > 0
    assert [row["clue_id"] for row in answer["rows"]] == expected[:1000]
    page = client.get("/work/clues.json?view=all&severity=1&category=cems&sort=-score&start=5&end=9").get_json()
    assert [row["clue_id"] for row in page["rows"]] == expected[5:9]


def test_counts_of_the_views_equal_their_lists(client):
    counts = client.get("/work/views?region=").get_json()["counts"]
    lists = {view: client.get(f"/work/clues.json?view={view}&end=1").get_json()["total"] for view in counts}
    assert counts == lists


def test_what_is_searched_for_is_found_by_name_and_by_id(client):
    row = next(row for row in rows(client) if row["enterprise"])
    by_name = rows(client, f"view=all&q={quote(row['enterprise'])}&end=1000")
    assert row["clue_id"] in {found["clue_id"] for found in by_name}
    assert all(row["enterprise"] in found["enterprise"] for found in by_name)
    assert [found["clue_id"] for found in rows(client, f"view=all&q={row['clue_id']}")] == [row["clue_id"]]


def test_a_step_moves_the_clue_and_everybody_is_told(client, seen_by):
    clue = accepted(client)
    assert (clue["state"], clue["version"]) == ("SCREENED", 1)
    changes = seen_by("leader").get("/work/changes.json?since=0").get_json()
    assert [one["clue_id"] for one in changes["changes"]] == [clue["clue_id"]]
    again = client.get(f"/work/changes.json?since={changes['seq']}").get_json()
    assert again == {"seq": changes["seq"], "changes": []}
    listed = rows(client, f"view=all&q={clue['clue_id']}")[0]
    assert listed["state"] == "SCREENED"


def test_the_timeline_tells_register_and_casebook_in_order_and_in_words(client):
    clue = clue_in(client, "IDENTIFIED", severity=2)
    (step,) = (step for step in clue["steps"] if step["event"] == "screen_accept")
    (excluded,) = (field for field in step["fields"] if field["name"] == "excluded")
    send(client, clue["clue"], "screen_accept", ACCEPT | {"excluded": [excluded["choices"][0]["value"]]})
    answer = client.get(f"/work/clues/{clue['clue']['clue_id']}.json").get_json()
    assert [step["at"] for step in answer["timeline"]] == sorted(step["at"] for step in answer["timeline"])
    last = answer["timeline"][-1]
    assert last["actor"] == "demo"
    assert {"label": excluded["label"], "value": excluded["choices"][0]["label"]} in last["record"]
    english = client.get(f"/work/clues/{clue['clue']['clue_id']}.json?lang=en").get_json()["timeline"][-1]
    assert not re.search("[\u4e00-\u9fff]", json.dumps(english, ensure_ascii=False))


def test_only_the_steps_of_the_role_are_offered_and_others_are_refused_by_name(seen_by):
    answer = clue_in(seen_by("leader"), "IDENTIFIED", severity=2)
    assert answer["steps"] == []
    refused = send(seen_by("leader"), answer["clue"], "screen_accept", ACCEPT)
    assert (refused.status_code, refused.get_json()["code"]) == (403, "not_allowed")
    assert Words("zh")("casebook.role.analyst") in refused.get_json()["message"]
    auditor = send(seen_by("auditor"), answer["clue"], "screen_accept", ACCEPT)
    assert (auditor.status_code, auditor.get_json()["code"]) == (403, "not_permitted")


def test_a_record_with_holes_is_refused_field_by_field(client):
    clue = clue_in(client, "IDENTIFIED", severity=1)["clue"]
    refused = send(client, clue, "screen_accept", {"severity": 1, "opinion": " "})
    told = refused.get_json()
    assert (refused.status_code, told["code"]) == (422, "missing_record")
    assert set(told["fields"]) == {"opinion", "excluded", "second_reader"}
    assert client.get("/work/changes.json?since=0").get_json()["changes"][0]["version"] == 0


def test_of_two_who_act_on_one_clue_the_second_is_told_what_the_first_did(client):
    clue = clue_in(client, "IDENTIFIED", severity=2)["clue"]
    with ThreadPoolExecutor(2) as pool:
        answers = list(pool.map(lambda _: send(client, clue, "screen_accept", ACCEPT), range(2)))
    codes = sorted(answer.status_code for answer in answers)
    assert codes == [200, 409]
    told = next(answer.get_json() for answer in answers if answer.status_code == 409)
    assert told["code"] == "conflict"
    assert told["newer"][-1]["actor"] == "demo"


def test_a_clue_outside_the_region_is_not_found_whatever_is_asked(client, seen_by):
    clue = accepted(client)
    city = client.get(f"/work/clues/{clue['clue_id']}.json").get_json()["clue"]["city_idx"]
    (other,) = {"110000", "310000"} - {"310000" if clue["city_zh"].startswith("上海") else "110000"}
    assert city is not None
    stranger = seen_by(region=other)
    assert stranger.get(f"/work/clues/{clue['clue_id']}.json").status_code == 404
    assert send(stranger, clue, "push", {"receiver": "T01"}).status_code == 404
    assert stranger.post(f"/work/clues/{clue['clue_id']}/comment", json={"text": "x"}).status_code == 404
    assert stranger.get("/work/changes.json?since=0").get_json()["changes"] == []
    assert clue["clue_id"] not in {row["clue_id"] for row in rows(stranger)}
    bulk = {"event": "push", "clues": {clue["clue_id"]: 1}, "payload": {"due_on": "2099-01-01"}}
    assert stranger.post("/work/assign", json=bulk).get_json()["done"] == []
    own = client.get("/work/changes.json?since=0").get_json()["changes"]
    assert [one["version"] for one in own] == [1]


@pytest.mark.parametrize("header", [{"Origin": "http://evil.example"}, {"Sec-Fetch-Site": "cross-site"}], ids=str)
def test_another_sites_page_changes_nothing(client, header):
    clue = clue_in(client, "IDENTIFIED", severity=2)["clue"]
    body = {"payload": ACCEPT, "version": 0}
    assert client.post(f"/work/clues/{clue['clue_id']}/screen_accept", json=body, headers=header).status_code == 403
    assert client.post("/work/views", json={"name": "x", "query": ""}, headers=header).status_code == 403
    form = client.post(f"/work/clues/{clue['clue_id']}/screen_accept", data=json.dumps(body), content_type="text/plain")
    assert form.status_code == 400
    assert client.get("/work/changes.json?since=0").get_json()["changes"] == []


def test_a_masked_screen_neither_acts_nor_reads_files(client, seen_by):
    clue = accepted(client)
    masked = seen_by(masked=True)
    answer = masked.get(f"/work/clues/{clue['clue_id']}.json").get_json()
    assert answer["may_work"] is False
    assert answer["clue"]["enterprise"] is None or answer["clue"]["enterprise"] != clue["enterprise"]
    assert send(masked, clue, "push", {}).status_code == 403


def test_many_are_pushed_at_once_and_one_that_fails_stops_no_other(client):
    clue = accepted(client)
    stale = clue_in(client, "IDENTIFIED")["clue"]
    form = client.get("/work/assign?states=SCREENED").get_json()["steps"]
    push = next(step for step in form if step["event"] == "push")
    assert {field["name"] for field in push["fields"] if not field["is_required"]} >= {"receiver", "round_code"}
    body = {"event": "push", "payload": {"due_on": "2099-01-01", "receiver": "", "round_code": ""},
            "clues": {clue["clue_id"]: 1, stale["clue_id"]: 0, "nothere": 0}}  # fmt: skip
    answer = client.post("/work/assign", json=body).get_json()
    assert answer["done"] == [clue["clue_id"]]
    assert {one["clue_id"] for one in answer["refused"]} == {stale["clue_id"], "nothere"}
    pushed = client.get(f"/work/clues/{clue['clue_id']}.json").get_json()["clue"]
    assert pushed["state"] == "PUSHED" and pushed["team_code"]


def test_too_many_or_unreadable_requests_are_refused_politely(client):
    many = {"event": "push", "payload": {}, "clues": {str(n): 0 for n in range(201)}}
    assert client.post("/work/assign", json=many).get_json()["code"] == "too_many_clues"
    assert client.post("/work/clues", json=[]).get_json()["code"] == "bad_request"
    assert client.post("/work/clues", json={"cell_id": "'; drop", "product": "PM25", "day": "x"}).status_code == 400
    assert client.get("/work/clues/none.json").get_json()["code"] == "not_found"
    assert client.get("/work/clues.json?view=nonsense&start=-5&end=zz&sort=drop").status_code == 200


def keep(client: FlaskClient, content: bytes, name: str, *clue_ids: str):
    return client.post("/work/attachments", data={"file": (io.BytesIO(content), name), "clue": list(clue_ids)})


def test_a_file_is_known_by_its_content_and_belongs_to_its_clue(client, seen_by):
    clue = accepted(client)
    refused = keep(client, b"<html><script>alert(1)</script>", "photo.png", clue["clue_id"])
    assert (refused.status_code, refused.get_json()["code"]) == (422, "attachment")
    kept = keep(client, PNG, '../"><img src=x>.png', clue["clue_id"]).get_json()
    assert kept["type"] == "png" and "/" not in kept["name"]
    address = f"/work/attachments/{kept['sha256']}?clue={clue['clue_id']}"
    assert client.get(address).status_code == 404
    said = client.post(
        f"/work/clues/{clue['clue_id']}/comment", json={"text": "as seen", "attachments": [kept["sha256"]]}
    ).get_json()
    assert said["timeline"][-1]["attachments"][0]["sha256"] == kept["sha256"]
    got = client.get(address)
    assert got.data == PNG
    assert got.headers["Content-Disposition"].startswith("attachment")
    assert got.headers["X-Content-Type-Options"] == "nosniff"
    other = clue_in(client, "IDENTIFIED")["clue"]["clue_id"]
    assert client.get(f"/work/attachments/{kept['sha256']}?clue={other}").status_code == 404
    stolen = client.post(f"/work/clues/{other}/comment", json={"text": "x", "attachments": [kept["sha256"]]})
    made_up = client.post(f"/work/clues/{other}/comment", json={"text": "x", "attachments": ["0" * 64]})
    assert (stolen.status_code, stolen.data) == (422, made_up.data)
    assert keep(client, PNG, "x.png", clue["clue_id"], "nowhere").status_code == 404
    assert keep(client, PNG, "x.png").status_code == 400
    assert seen_by(masked=True).get(address).status_code == 404


def test_a_file_that_nobody_kept_is_no_evidence(client):
    clue = accepted(client)
    said = client.post(f"/work/clues/{clue['clue_id']}/comment", json={"text": "x", "attachments": ["0" * 64]})
    assert said.status_code == 422


def hot_cell(client: FlaskClient, root: Path) -> dict:
    """A hot cell near which there is an enterprise, as the map would name it."""
    hotspots = only_snapshot(root).table("hotspots")
    asked = f"select cell_col, cell_row, product, date from '{hotspots}' where product = 'PM25'"
    for col, row, product, day in duckdb.sql(asked).fetchall():
        cell = {"cell_id": f"G3-{col:04d}-{row:04d}", "product": product, "day": day.isoformat()}
        told = client.get(f"/work/cells/{cell['cell_id']}.json?product={product}&day={cell['day']}").get_json()
        if told["candidates"]:
            return cell | {"candidates": told["candidates"]}
    raise AssertionError("no enterprise lies near a hot cell of the campaign")


def test_a_clue_made_of_a_cell_is_judged_and_pushed_like_any_other(client, root, seen_by):
    cell = hot_cell(client, root)
    of = {name: cell[name] for name in ("cell_id", "product", "day")}
    body = of | {"enterprise_ids": [cell["candidates"][0]["enterprise_id"]]}
    made = client.post("/work/clues", json=body).get_json()
    assert (made["clue"]["state"], made["clue"]["origin"]) == ("IDENTIFIED", "hand")
    for event in ("screen_accept", "push"):
        step = next(step for step in made["steps"] if step["event"] == event)
        payload = {field["name"]: field["value"] for field in step["fields"]}
        payload |= {"severity": int(payload["severity"])} if "severity" in payload else {}
        answer = send(client, made["clue"], event, payload)
        assert answer.status_code == 200, answer.get_json()
        made = answer.get_json()
    assert made["clue"]["state"] == "PUSHED"
    again = client.post("/work/clues", json=body)
    assert (again.status_code, again.get_json()["clue_id"]) == (409, made["clue"]["clue_id"])
    assert seen_by("reviewer").post("/work/clues", json=body | {"enterprise_ids": []}).status_code == 403
    assert client.post("/work/clues", json=of | {"enterprise_ids": ["E-NOT-NEAR"]}).get_json()["code"] == "no_candidate"
    (change,) = client.get("/work/changes.json?since=0").get_json()["changes"]
    assert change["origin"] == "hand" and change["lon"]


def test_saved_views_keep_filters_and_nothing_else_and_are_each_persons_own(client):
    query = "view=overdue&severity=1&q=x&sort=-score&lang=en&evil=1&open=abc"
    name = "</script><script>alert(1)</script>"
    saved = client.post("/work/views", json={"name": name, "query": query}).get_json()["saved"]
    assert saved == [{"name": name, "query": "severity=1&view=overdue&q=x&sort=-score"}]
    assert client.post("/work/views", json={"name": " ", "query": query}).get_json()["code"] == "view_name"
    assert client.post("/work/views", json={"name": "a\u202eb", "query": query}).status_code == 400
    assert client.get("/work/views").get_json()["saved"] == saved
    assert client.post("/work/views", json={"name": name, "query": None}).get_json()["saved"] == []


def test_hostile_names_stay_text_all_the_way(hostile_root, tmp_path):
    settings = Settings(snapshots=hostile_root, casebook=f"sqlite:///{tmp_path}/c.db", attachments=tmp_path)
    client = create_app(settings).server.test_client()
    found = {row["enterprise"] for row in rows(client)} & set(HOSTILE_NAMES)
    assert found
    answer = client.get("/work/clues.json?view=all&end=1000")
    assert answer.mimetype == "application/json"
    named = next(row for row in rows(client) if row["enterprise"] in HOSTILE_NAMES and row["state"] == "IDENTIFIED")
    payload = ACCEPT | {"opinion": named["enterprise"], "severity": named["severity"], "second_reader": "{{7*7}}"}
    told = send(client, named, "screen_accept", payload).get_json()
    assert named["enterprise"] in {line["value"] for line in told["timeline"][-1]["record"]}


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_step_has_a_form_in_words(app, language, caplog):
    with app.server.test_request_context("/clues"):
        from dashboard.access import current_loaded, viewer

        bench = Bench(viewer(), current_loaded(), app.server.config["lookout.casebook"](), Words(language))
        row = clue_in(app.server.test_client(), "IDENTIFIED")["clue"]
        for step in TRANSITIONS:
            told = described(desk_of(bench, row | {"state": step.source}, {}), step)
            assert told["label"] and all(field["label"] for field in told["fields"])
    assert "missing_word" not in caplog.text
