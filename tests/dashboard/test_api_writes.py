"""A program takes a step with a clue: by a token, of the version it saw, on a whole record; or nothing happens."""

from __future__ import annotations

import json

import pytest
from api_builders import READ, Api, faults, is_problem

from dashboard.settings import Grant

ALL = (*READ, "write:events")
REJECT = {"event": "screen_reject", "payload": {"cause": "data_error", "reason": "a broken meter"}}


@pytest.fixture(scope="module")
def api(tmp_path_factory, root, store):
    return Api(tmp_path_factory.mktemp("api"), root, store)


@pytest.fixture(scope="module")
def writer(api):
    return api.token("writer", ("analyst",), ALL)


@pytest.fixture
def clue(api, writer):
    found = json.loads(api.get("/clues?status=suspected&limit=1000", writer).data)["features"]
    return next(one["id"] for one in found if one["properties"]["state"] == "IDENTIFIED")


def test_a_step_is_taken_and_told(api, writer, clue):
    answer = api.post(f"/clues/{clue}/events", writer, REJECT, If_Match='"0"')
    assert answer.status_code == 201, answer.text
    told = json.loads(answer.data)
    assert faults(told, "WrittenEvent") == []
    assert (told["from_state"], told["to_state"], told["version"]) == ("IDENTIFIED", "DISCARDED", 1)
    assert answer.headers["Location"] == f"/api/v1/clues/{clue}"
    event = api.book.timeline(clue)[-1]
    assert (event.actor, event.role, event.reason) == ("writer", "analyst", "a broken meter")
    assert event.payload == {"cause": "data_error"}
    now = json.loads(api.get(f"/clues/{clue}", writer).data)["properties"]
    assert (now["state"], now["version"]) == ("DISCARDED", 1)


def test_who_comes_second_is_told_what_happened_and_writes_nothing(api, writer, clue):
    assert api.post(f"/clues/{clue}/events", writer, REJECT, If_Match='"0"').status_code == 201
    seq = api.book.seq()
    answer = api.post(f"/clues/{clue}/events", writer, REJECT, If_Match='"0"')
    assert is_problem(answer, 412, "version_conflict")
    body = json.loads(answer.data)
    assert body["version"] == 1 and body["newer"] == ["screen_reject"]
    assert api.book.seq() == seq


def test_the_version_must_be_named(api, writer, clue):
    path = f"/clues/{clue}/events"
    assert is_problem(api.post(path, writer, REJECT), 428, "precondition_required")
    for text in ("*", "0", 'W/"0"', '"x"', '""', '"-1"', '"٣"'.encode().decode("latin-1")):
        assert is_problem(api.post(path, writer, REJECT, If_Match=text), 400, "invalid_precondition")
    assert api.book.timeline(clue) == []


@pytest.mark.parametrize(
    ("body", "names"),
    [
        ({}, ["event"]),
        ([], ["body"]),
        ({"event": 3}, ["event"]),
        ({"event": "accept", "payload": []}, ["payload"]),
        ({"event": "accept", "actor": "boss"}, ["actor"]),
        ({"event": "accept", "attachments": ["x"]}, ["attachments"]),
        ({"event": "accept", "reason": "x" * 2001}, ["reason"]),
    ],
)
def test_a_body_that_is_not_as_the_document_says_is_refused_by_name(api, writer, clue, body, names):
    answer = api.post(f"/clues/{clue}/events", writer, body, If_Match='"0"')
    assert is_problem(answer, 400, "invalid_body")
    assert json.loads(answer.data)["parameters"] == names


def test_other_bodies_are_refused(api, writer, clue):
    path = f"/api/v1/clues/{clue}/events"
    headers = {"Authorization": f"Bearer {writer}", "If-Match": '"0"'}
    form = api.client.post(path, data={"event": "accept"}, headers=headers)
    assert is_problem(form, 415, "unsupported_media_type")
    broken = api.client.post(path, data="{", content_type="application/json", headers=headers)
    assert is_problem(broken, 400, "invalid_body")
    large = api.client.post(path, data=b" " * (2 << 20), content_type="application/json", headers=headers)
    assert is_problem(large, 413, "body_too_large")


def test_an_incomplete_record_names_its_fields_in_both_languages(api, writer, clue):
    body = {"event": "screen_reject", "payload": {"cause": "weather"}}
    answer = api.post(f"/clues/{clue}/events", writer, body, If_Match='"0"')
    assert is_problem(answer, 422, "incomplete_record")
    fields = json.loads(answer.data)["fields"]
    assert {field["name"] for field in fields} == {"cause", "reason"}
    assert all(field["en"] and field["zh"] for field in fields)


def test_a_role_that_may_not_is_refused_and_no_case_is_opened(api, clue):
    reader = api.token("a-leader", ("leader",), ALL)
    seq = api.book.seq()
    answer = api.post(f"/clues/{clue}/events", reader, REJECT, If_Match='"0"')
    assert is_problem(answer, 403, "forbidden")
    assert json.loads(answer.data)["allowed_roles"] == ["analyst"]
    assert api.book.seq() == seq


@pytest.mark.parametrize("event", ["pass", "open", "comment", "no_such", "'; drop table casebook_events"])
def test_a_step_that_the_state_does_not_have_is_no_step(api, writer, clue, event):
    seq = api.book.seq()
    answer = api.post(f"/clues/{clue}/events", writer, {"event": event}, If_Match='"0"')
    assert is_problem(answer, 409, "not_now")
    assert api.book.seq() == seq


def test_a_token_that_only_reads_writes_nothing(api, clue):
    reader = api.token("reader", ("analyst",))
    assert is_problem(api.post(f"/clues/{clue}/events", reader, REJECT, If_Match='"0"'), 403, "forbidden")


def test_a_masked_token_writes_nothing(api, clue):
    masked = api.token("masked", ("analyst",), ALL, is_masked=True)
    assert is_problem(api.post(f"/clues/{clue}/events", masked, REJECT, If_Match='"0"'), 403, "forbidden")


def test_nobody_writes_without_a_token_even_where_there_are_no_users(api, clue):
    assert is_problem(api.post(f"/clues/{clue}/events", body=REJECT, If_Match='"0"'), 403, "forbidden")


def test_a_cookie_never_writes(tmp_path, root, store):
    api = Api(tmp_path, root, store)
    api.accounts.add("analyst", "correct-horse-battery", Grant(roles=("analyst",)))
    browser = api.app.server.test_client()
    browser.post("/login", data={"name": "analyst", "password": "correct-horse-battery"})
    found = json.loads(browser.get("/api/v1/clues?status=suspected&limit=1000").data)["features"]
    clue = next(one["id"] for one in found if one["properties"]["state"] == "IDENTIFIED")
    answer = browser.post(f"/api/v1/clues/{clue}/events", json=REJECT, headers={"If-Match": '"0"'})
    assert is_problem(answer, 403, "forbidden")
    assert api.book.seq() == 0


def test_an_unknown_parameter_of_a_write_is_refused(api, writer, clue):
    seq = api.book.seq()
    answer = api.post(f"/clues/{clue}/events?dry_run=1", writer, REJECT, If_Match='"0"')
    assert is_problem(answer, 400, "unknown_parameter")
    assert api.book.seq() == seq
