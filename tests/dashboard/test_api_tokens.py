"""Who may ask what: tokens, their scopes, regions and limits; nothing of elsewhere is ever in an answer."""

from __future__ import annotations

import json
import re
from datetime import datetime, timedelta

import pytest
from api_builders import READ, Api, faults, is_problem

from dashboard.accounts.tables import READ_AUDIT, TOKENS
from dashboard.settings import Grant

EVENTS = "/clues/{}/events"


@pytest.fixture(scope="module")
def api(tmp_path_factory, root, store):
    found = Api(tmp_path_factory.mktemp("api"), root, store, {"api_per_minute": 100_000})
    found.close()
    return found


@pytest.fixture(scope="module")
def nation(api):
    return api.token("nation")


def test_nobody_is_answered_without_a_token(api):
    for path in ("/clues", "/openapi.json", "/nope"):
        answer = api.get(path)
        assert is_problem(answer, 401, "unauthenticated")
        assert answer.headers["WWW-Authenticate"].startswith("Bearer")


def test_a_token_is_answered_until_it_expires_or_is_revoked(api):
    secret = api.token("short-lived")
    assert api.get("/clues?limit=1", secret).status_code == 200
    api.accounts.revoke("short-lived")
    assert is_problem(api.get("/clues?limit=1", secret), 401, "unauthenticated")
    gone = api.token("gone", expires_at=datetime(2020, 1, 1))
    assert is_problem(api.get("/clues", gone), 401, "unauthenticated")


def test_a_wrong_token_is_not_helped_out_by_there_being_no_users(tmp_path, root, store):
    open_house = Api(tmp_path, root, store)
    assert open_house.get("/clues?limit=1").status_code == 200
    for header in ("Bearer lk_wrong", "Bearer ", "Basic YTpi", "lk_wrong", "bearer"):
        answer = open_house.client.get("/api/v1/clues", headers={"Authorization": header})
        assert is_problem(answer, 401, "unauthenticated")


def test_a_wrong_token_is_not_helped_out_by_a_session(api):
    browser = api.app.server.test_client()
    signed = browser.post("/login", data={"name": "somebody", "password": "correct-horse-battery"})
    assert signed.status_code in (302, 303)
    assert browser.get("/api/v1/clues?limit=1").status_code == 200
    assert browser.get("/api/v1/clues", headers={"Authorization": "Bearer lk_wrong"}).status_code == 401


def test_a_screen_on_a_wall_has_no_way_into_the_api(api):
    grant = Grant(roles=("analyst",))
    secret = api.accounts.add_token("wall", "device", grant, ("situation",), datetime.now() + timedelta(days=9))
    assert is_problem(api.get("/clues", secret), 401, "unauthenticated")


@pytest.mark.parametrize("scope", READ)
def test_a_scope_opens_its_own_addresses_only(api, nation, scope):
    secret = api.token(f"only-{scope}", scopes=(scope,))
    clue = json.loads(api.get("/clues?limit=1&rule=R01", nation).data)["features"][0]
    paths = {
        "read:clues": ["/clues", f"/clues/{clue['id']}"],
        "read:hotspots": ["/hotspots", "/hotspots/observed"],
        "read:events": ["/events"],
        "read:metrics": ["/metrics", "/metrics/clues"],
        "read:dossier": [f"/enterprises/{clue['properties']['enterprise_id']}/dossier"],
    }
    for name, addresses in paths.items():
        for path in addresses:
            if name == scope:
                assert api.get(path, secret).status_code == 200
            else:
                assert is_problem(api.get(path, secret), 403, "forbidden")


def test_a_token_is_kept_as_a_hash_and_its_last_use_is_noted(api):
    secret = api.token("kept")
    api.get("/clues?limit=1", secret)
    used = {row["name"]: row["used_at"] for row in api.accounts.rows(TOKENS)}
    assert used["kept"] is not None
    stored = b"".join(path.read_bytes() for path in api.folder.iterdir() if path.is_file())
    assert secret.encode() not in stored


def test_who_asks_too_often_is_told_when_to_come_back(tmp_path, root, store):
    api = Api(tmp_path, root, store, {"api_per_minute": 3})
    secret, other = api.token("busy"), api.token("quiet")
    answers = [api.get("/metrics/clues", secret) for _ in range(4)]
    assert [answer.status_code for answer in answers[:3]] == [200] * 3
    assert is_problem(answers[3], 429, "too_many_requests")
    assert 1 <= int(answers[3].headers["Retry-After"]) <= 20
    assert api.get("/metrics/clues", other).status_code == 200


def test_one_limit_counts_what_a_token_asks_of_the_api_and_of_work(tmp_path, root, store):
    api = Api(tmp_path, root, store, {"api_per_minute": 3})
    api.close()
    secret = api.token("busy", scopes=("read:metrics", "clues", "work"))
    header = {"Authorization": f"Bearer {secret}"}
    told = [api.client.get("/work/clues.json?end=1", headers=header) for _ in range(2)]
    assert [answer.status_code for answer in told] == [200, 200]
    assert api.get("/metrics/clues", secret).status_code == 200
    refused = api.client.get("/work/clues.json?end=1", headers=header)
    assert (refused.status_code, refused.get_json()["code"]) == (429, "too_many_requests")
    assert 1 <= int(refused.headers["Retry-After"]) <= 20 and refused.get_json()["fields"] == {}
    assert is_problem(api.get("/metrics/clues", secret), 429, "too_many_requests")


def ids_by_province(api):
    """Ids and names of clues and enterprises of each province, and those of all others."""
    db = api.loaded.cursor()
    lies = "join places c on c.place_idx = x.city_idx join places p on p.place_idx = c.parent_idx"
    found = {}
    for table, column in (("clues", "clue_id"), ("enterprises", "enterprise_id"), ("enterprises", "name")):
        for word, adcode in db.execute(f"select x.{column}, p.adcode from {table} x {lies}").fetchall():
            found.setdefault(adcode, set()).add(word)
    return found


def everything(api, token):
    """All that a token can get at: every page of every list, every single clue and dossier it is told of."""
    texts = []
    for path, name in (
        ("/clues?limit=1000", "features"), ("/hotspots?limit=1000", "features"), ("/events?limit=1000", "events"),
        ("/hotspots/observed?limit=1000", "days"),
    ):  # fmt: skip
        texts += [json.dumps(page, ensure_ascii=False) for page in api.pages(path, token, name)]
    texts.append(api.get("/metrics", token).text)
    clues = json.loads(api.get("/clues?limit=3&rule=R01,R12,R24", token).data)["features"]
    for clue in clues:
        texts.append(api.get(f"/clues/{clue['id']}", token).text)
        enterprise_id = clue["properties"]["enterprise_id"]
        if enterprise_id:
            texts.append(api.get(f"/enterprises/{enterprise_id}/dossier", token).text)
    return "\n".join(texts)


def test_a_token_of_one_region_sees_all_of_it_and_nothing_of_another(api, nation):
    by_province = ids_by_province(api)
    inside = sorted(by_province, key=lambda code: -len(by_province[code]))[0]
    secret = api.token("inside", regions=(inside,))
    seen = everything(api, secret)
    words = set(re.findall(r'"([^"]{6,})"', seen))
    outside = set().union(*(ids for code, ids in by_province.items() if code != inside)) - by_province[inside]
    assert words & outside == set()
    clue_ids = {id for id in by_province[inside] if re.fullmatch(r"[0-9a-f]{16}", id)}
    told = {feature["id"] for page in api.pages("/clues?limit=1000", secret) for feature in page}
    assert told == clue_ids and told
    scope = json.loads(api.get("/clues?limit=1", secret).data)["scope"]
    assert scope == {"regions": [inside], "rounds": None, "is_masked": False}


def test_what_is_outside_cannot_be_had_by_its_id_or_its_region(api, nation):
    by_province = ids_by_province(api)
    first, second = sorted(by_province, key=lambda code: -len(by_province[code]))[:2]
    secret = api.token("first", regions=(first,), scopes=(*READ, "write:events"))
    theirs = json.loads(api.get(f"/clues?limit=1&region={second}&rule=R01", nation).data)["features"][0]
    assert is_problem(api.get(f"/clues/{theirs['id']}", secret), 404, "not_found")
    enterprise_id = theirs["properties"]["enterprise_id"]
    assert is_problem(api.get(f"/enterprises/{enterprise_id}/dossier", secret), 404, "not_found")
    body = {"event": "screen_reject", "payload": {"cause": "data_error", "reason": "x"}}
    assert is_problem(api.post(EVENTS.format(theirs["id"]), secret, body, If_Match='"0"'), 404, "not_found")
    assert json.loads(api.get(f"/clues?region={second}", secret).data)["number_matched"] == 0
    assert json.loads(api.get(f"/metrics/clues?region={second}", secret).data)["figure"]["value"] in (0, None)


def test_events_of_the_casebook_elsewhere_are_not_told(api, nation):
    by_province = ids_by_province(api)
    first, second = sorted(by_province, key=lambda code: -len(by_province[code]))[:2]
    writer = api.token("writer", scopes=(*READ, "write:events"))
    found = json.loads(api.get(f"/clues?limit=1000&region={second}&status=suspected", writer).data)["features"]
    clue = next(one for one in found if one["properties"]["state"] == "IDENTIFIED")
    body = {"event": "screen_reject", "payload": {"cause": "data_error", "reason": "x"}}
    assert api.post(EVENTS.format(clue["id"]), writer, body, If_Match='"0"').status_code == 201
    for region, is_told in ((first, False), (second, True)):
        secret = api.token(f"listens-{region}", regions=(region,))
        events = [event for page in api.pages("/events?limit=1000", secret, "events") for event in page]
        assert any(event["source"] == "casebook" for event in events) == is_told


def test_another_tokens_tag_is_not_ones_own(api, nation):
    by_province = ids_by_province(api)
    secret = api.token("tagged", regions=(next(iter(by_province)),))
    tag = api.get("/clues?limit=5", nation).headers["ETag"]
    answer = api.get("/clues?limit=5", secret, If_None_Match=tag)
    assert answer.status_code == 200 and answer.headers["ETag"] != tag
    link = json.loads(api.get("/clues?limit=5", nation).data)["links"][1]["href"].removeprefix("/api/v1")
    assert is_problem(api.get(link, secret), 400, "invalid_cursor")


def test_a_masked_token_reads_no_name_and_no_place_finer_than_a_cell(api, nation):
    secret = api.token("masked", is_masked=True)
    names = set().union(*ids_by_province(api).values())
    clue_ids = {id for id in names if re.fullmatch(r"[0-9a-f]{16}", id)}
    words = set(re.findall(r'"([^"]{6,})"', everything(api, secret)))
    assert words & (names - clue_ids) == set()
    body = json.loads(api.get("/clues?limit=1000", secret).data)
    assert faults(body, "ClueCollection") == [] and body["scope"]["is_masked"]
    clear = json.loads(api.get("/clues?limit=1000", nation).data)
    points = [{one["id"]: one["geometry"] for one in found["features"]} for found in (body, clear)]
    moved = [id for id in points[0] if points[0][id] and points[0][id] != points[1][id]]
    assert len(moved) > len(points[0]) / 2


def test_reads_of_single_records_are_written_down(api, nation):
    clue = json.loads(api.get("/clues?limit=1", nation).data)["features"][0]
    api.get(f"/clues/{clue['id']}", nation)
    newest = api.accounts.rows(READ_AUDIT, 1)[0]
    assert (newest["viewer"], newest["kind"], newest["which"]) == ("nation", "token", clue["id"])
