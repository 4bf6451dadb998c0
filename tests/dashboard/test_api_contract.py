"""The API answers what its document says: shapes, pages, tags, errors, and the same numbers as the screens."""

from __future__ import annotations

import csv
import gzip
import io
import json

import pytest
from api_builders import DOCUMENT, Api, faults, is_problem
from hypothesis import given
from hypothesis import strategies as st
from openapi_spec_validator import validate

from dashboard.api import cursors
from dashboard.api.parameters import FILTERS
from dashboard.api.problems import Problem
from dashboard.api.routes import ENDPOINTS, READS
from dashboard.casebook.records import Actor
from dashboard.data.clue_case import case_of
from dashboard.data.filters import parse
from dashboard.data.store import Store
from dashboard.i18n import Words
from dashboard.limits import Limits

ANALYST = Actor("wang", frozenset({"analyst"}))
REASON = "13900000000 of the complainant"


@pytest.fixture(scope="module")
def api(tmp_path_factory, root, store):
    return Api(tmp_path_factory.mktemp("api"), root, store)


@pytest.fixture(scope="module")
def first_clue(api):
    return json.loads(api.get("/clues?limit=1&rule=R01&order=-detected_at").data)["features"][0]


def discard(api, clue_id):
    """An analyst rejects a clue: one event of the casebook."""
    db = api.loaded.cursor()
    api.book.open_case(case_of(db, api.loaded, {"clue_id": clue_id}))
    payload = {"cause": "data_error", "reason": REASON}
    return api.book.act(ANALYST, clue_id, "screen_reject", payload=payload, expected_version=0, reason=REASON)


def open_clue(api):
    """A clue that nobody has acted on."""
    found = json.loads(api.get("/clues?status=suspected&limit=1000").data)["features"]
    return next(one["id"] for one in found
                if one["properties"]["version"] == 0 and one["properties"]["state"] == "IDENTIFIED")  # fmt: skip


def path_of(endpoint, first_clue, query=""):
    names = {
        "clue_id": first_clue["id"],
        "name": "hit_rate",
        "enterprise_id": first_clue["properties"]["enterprise_id"],
    }
    return endpoint.path.format(**names) + query


def test_the_document_is_valid_openapi():
    validate(DOCUMENT)


@pytest.mark.parametrize("endpoint", READS, ids=lambda one: one.name)
def test_every_answer_has_the_shape_that_the_document_gives_it(api, first_clue, endpoint):
    answer = api.get(path_of(endpoint, first_clue))
    assert answer.status_code == 200, answer.text
    assert answer.mimetype == endpoint.media
    assert faults(json.loads(answer.data), endpoint.schema) == []
    assert json.loads(answer.data)["data_origin"] == "synthetic"


def test_a_clue_with_a_curve_and_events_has_its_shape_too(api, first_clue):
    body = json.loads(api.get(f"/clues/{first_clue['id']}").data)
    assert body["timeline"] and body["properties"] == first_clue["properties"]
    assert body["timeline"][-1]["to_state"] == body["properties"]["state"]


def test_the_document_names_every_address_and_every_address_is_there(api):
    said = {(path, method) for path, item in DOCUMENT["paths"].items() for method in item}
    assert said == {(one.path, one.method) for one in ENDPOINTS}
    rules = {rule.rule for rule in api.app.server.url_map.iter_rules() if rule.endpoint.startswith("api.")}
    assert {f"/api/v1{one.rule}" for one in ENDPOINTS} < rules


def test_the_filters_are_those_of_the_house():
    for one in FILTERS:
        example = str(one.example)
        assert parse({one.name: example})[1] == [], one.name


@pytest.mark.parametrize("endpoint", READS, ids=lambda one: one.name)
def test_an_unknown_parameter_is_named_and_not_ignored(api, first_clue, endpoint):
    answer = api.get(path_of(endpoint, first_clue, "?regoin=310000&lang=en"))
    assert is_problem(answer, 400, "unknown_parameter")
    assert answer.get_json(force=True)["parameters"] == ["lang", "regoin"]


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ("region=31", ["region"]),
        ("region=999999", ["region"]),
        ("region=g:nowhere", ["region"]),
        ("rule=R99", ["rule"]),
        ("rounds=2023-R01,2099-R01", ["rounds"]),
        ("industry=bakery", ["industry"]),
        ("from=2023-7-1&to=yesterday", ["from", "to"]),
        ("severity=4", ["severity"]),
        ("limit=0", ["limit"]),
        ("limit=1001", ["limit"]),
        ("limit=1&limit=2", ["limit"]),
        ("order=score", ["order"]),
        ("status=", ["status"]),
        ("extent=nan,1,2,3", ["extent"]),
        ("pollutant=%27%20or%201=1", ["pollutant"]),
    ],
)
def test_a_value_that_means_nothing_is_named(api, query, names):
    answer = api.get(f"/clues?{query}")
    assert is_problem(answer, 400, "invalid_parameter")
    assert answer.get_json(force=True)["parameters"] == names


@pytest.mark.parametrize("query", ["", "severity=1", "order=-detected_at", "region=140000&order=-detected_at"])
def test_pages_tell_every_clue_once_and_as_many_as_they_said(api, query):
    pages = api.pages(f"/clues?limit=97&{query}")
    ids = [feature["id"] for page in pages for feature in page]
    said = json.loads(api.get(f"/clues?limit=1&{query}").data)["number_matched"]
    assert len(ids) == len(set(ids)) == said > 97
    assert {len(page) for page in pages[:-1]} == {97}
    times = [feature["properties"]["detected_at"] for page in pages for feature in page]
    assert times == sorted(times, reverse="-detected_at" in query)


def test_the_clues_are_those_of_the_export(api):
    exported = api.client.get(f"/data/{api.loaded.id}/export/clues.csv?region=140000&severity=1").data
    rows = csv.DictReader(io.StringIO(exported.decode("utf-8-sig")))
    ids = {feature["id"] for page in api.pages("/clues?region=140000&severity=1&limit=1000") for feature in page}
    assert ids == {row["clue_id"] for row in rows}


def test_a_cursor_is_good_for_its_own_question_only(api):
    link = json.loads(api.get("/clues?limit=1&severity=1").data)["links"][1]["href"]
    cursor = link.partition("cursor=")[2]
    assert api.get(f"/clues?limit=5&severity=1&cursor={cursor}").status_code == 200
    for query in ("severity=2", "", "severity=1&order=-detected_at"):
        assert is_problem(api.get(f"/clues?{query}&cursor={cursor}"), 400, "invalid_cursor")


@pytest.mark.parametrize(
    "path", ["/clues?cursor=", "/hotspots?cursor=", "/hotspots/observed?cursor=", "/events?since="]
)
@pytest.mark.parametrize("text", ["x", "W10", "%00", "W" * 5000, cursors.written("clues", ["1", 2, [3]])])
def test_a_made_up_cursor_is_refused(api, path, text):
    assert is_problem(api.get(path + text), 400, "invalid_cursor")


@given(st.text(max_size=60))
def test_no_cursor_breaks_its_reader(text):
    with pytest.raises(Problem):
        cursors.read(text, "clues", (str, str))


@pytest.mark.parametrize("endpoint", READS, ids=lambda one: one.name)
def test_what_is_known_is_not_sent_again(api, first_clue, endpoint):
    path = path_of(endpoint, first_clue)
    first = api.get(path)
    tag = first.headers["ETag"]
    assert tag.startswith('"')
    again = api.get(path, If_None_Match=tag)
    assert (again.status_code, again.data, again.headers["ETag"]) == (304, b"", tag)
    assert api.get(path).data == first.data
    assert set(first.headers["Cache-Control"].split(", ")) == {"private", "no-cache"}


def test_a_compressed_answer_has_a_tag_of_its_own_that_is_known_too(api):
    plain, packed = api.get("/clues"), api.get("/clues", Accept_Encoding="gzip")
    assert packed.headers["Content-Encoding"] == "gzip" and packed.headers["ETag"] != plain.headers["ETag"]
    assert api.get("/clues", Accept_Encoding="gzip", If_None_Match=packed.headers["ETag"]).status_code == 304


def test_what_people_do_makes_a_new_tag_and_is_told(api):
    clue_id = open_clue(api)
    before = api.get(f"/clues/{clue_id}")
    event = discard(api, clue_id)
    after = api.get(f"/clues/{clue_id}", If_None_Match=before.headers["ETag"])
    assert after.status_code == 200
    body = json.loads(after.data)
    assert (body["properties"]["state"], body["properties"]["version"]) == ("DISCARDED", 1)
    assert body["timeline"][-1]["event_id"] == event.event_id
    assert faults(body, "ClueDetail") == []
    assert REASON not in after.text and "wang" not in after.text


def test_another_question_has_another_tag(api):
    tags = [api.get(path).headers["ETag"] for path in ("/clues", "/clues?limit=99", "/clues?severity=1", "/events")]
    assert len(set(tags)) == 4


def test_figures_are_those_of_the_screens(api):
    query = "?region=140000"
    screen = json.loads(gzip.decompress(api.client.get(f"/data/{api.loaded.id}/metrics.json{query}").data))["metrics"]
    told = json.loads(api.get(f"/metrics{query}").data)["figures"]
    names = ("id", "value", "numerator", "denominator", "low", "high", "is_enough", "lacks")
    assert [[one[name] for name in names] for one in told] == [[one[name] for name in names] for one in screen]
    one = json.loads(api.get(f"/metrics/hit_rate{query}").data)["figure"]
    assert one == next(entry for entry in told if entry["id"] == "hit_rate")
    assert one["references"]["denominator_sql"] and one["definition_en"] and one["warnings"]
    assert any(entry["value"] is None and entry["lacks"] for entry in told)
    assert is_problem(api.get("/metrics/no_such"), 404, "not_found")


def test_hotspots_are_squares_with_their_age_and_what_was_not_observed_is_said(api):
    body = json.loads(api.get("/hotspots?product=PM25&limit=1000&at=2023-05-01").data)
    for feature in body["features"]:
        (ring,) = feature["geometry"]["coordinates"]
        assert ring[0] == ring[-1] and len(ring) == 5
        days = feature["properties"]["age_days"]
        wanted = "later" if days < 0 else "fresh" if days <= 3 else "ageing" if days <= 10 else "expired"
        assert feature["properties"]["validity"] == wanted
    assert {feature["properties"]["validity"] for feature in body["features"]} > {"expired", "later"}
    (seen,) = body["observation"]
    cells, watched = api.loaded.cursor().execute(
        "select sum(n_cells), sum(n_observed) from coverage where product = 'PM25'"
    ).fetchone()  # fmt: skip
    assert (seen["cell_days"], seen["cell_days_observed"]) == (cells, watched)
    assert seen["cell_days_not_observed"] == cells - watched > 0


def test_hotspots_are_those_of_the_export(api):
    pages = api.pages("/hotspots?limit=300&region=140000")
    features = [feature for page in pages for feature in page]
    exported = api.client.get(f"/data/{api.loaded.id}/export/hotspots.geojson?region=140000").get_json(force=True)
    assert len({feature["id"] for feature in features}) == len(features) == len(exported["features"])
    corners = sorted(json.dumps(feature["geometry"]) for feature in features)
    assert corners == sorted(json.dumps(feature["geometry"]) for feature in exported["features"])


def test_a_day_without_a_look_is_not_a_day_without_anything(api):
    days = [day for page in api.pages("/hotspots/observed?limit=50", name="days") for day in page]
    assert {day["says"] for day in days} >= {"high", "none_high"}
    for day in days:
        assert day["observed"] + day["not_observed"] == day["cells"]
        assert (day["says"] == "high") == (day["high"] > 0)
        assert day["says"] != "none_high" or day["observed"] > 0


def test_events_are_followed_to_their_end_and_then_come_as_they_happen(api):
    told, since, has_more = [], "", True
    while has_more:
        body = json.loads(api.get("/events?limit=1000" + (f"&since={since}" if since else "")).data)
        told += body["events"]
        since, has_more = body["since"], body["has_more"]
    keys = [(event["clue_id"], event["sequence"]) for event in told]
    n_register = api.loaded.manifest.tables["clue_events"].rows
    assert len(set(keys)) == len(keys) and len([e for e in told if e["source"] == "register"]) == n_register
    again = json.loads(api.get(f"/events?since={since}").data)
    assert again["events"] == [] and again["since"] == since and not again["has_more"]
    clue_id = open_clue(api)
    event = discard(api, clue_id)
    (new,) = json.loads(api.get(f"/events?since={since}").data)["events"]
    assert (new["event_id"], new["seq"], new["event"]) == (event.event_id, event.seq, "screen_reject")
    assert REASON not in json.dumps(new)


@pytest.mark.parametrize(
    "path", ["/clues/nope", "/clues/%27", "/metrics/x", "/enterprises/x/dossier", "/nope", "/", "/clues/"]
)
def test_what_is_not_there_is_said_so(api, path):
    assert is_problem(api.get(path), 404, "not_found")


@pytest.mark.parametrize("method", ["post", "put", "patch", "delete"])
def test_another_method_is_refused_and_the_right_one_named(api, method):
    answer = getattr(api.client, method)("/api/v1/clues")
    assert is_problem(answer, 405, "method_not_allowed") and answer.headers["Allow"] == "GET"


def test_without_a_snapshot_nothing_looks_calm(tmp_path):
    empty = tmp_path / "none"
    api = Api(tmp_path, empty, Store(empty, "1GB"))
    assert is_problem(api.get("/clues"), 503, "no_snapshot")
    assert str(tmp_path) not in api.get("/metrics").text


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_page_for_people_lists_everything_in_their_language_and_calls_nobody(api, language):
    text = api.client.get(f"/api?lang={language}").text
    words = Words(language).under("api.")
    for one in ENDPOINTS:
        assert f"/api/v1{one.path}" in text and words[f"endpoint.{one.name}"] in text.replace("&#39;", "'")
        assert all(f"<code>{parameter.name}</code>" in text for parameter in one.parameters)
    assert "http://" not in text and "https://" not in text and "<script" not in text


def test_a_bucket_fills_again_evenly():
    now = [0.0]
    limits = Limits(60, lambda: now[0])
    assert [limits.take("a") for _ in range(60)] == [0.0] * 60
    assert limits.take("a") == pytest.approx(1.0) and limits.take("b") == 0.0
    now[0] = 1.0
    assert limits.take("a") == 0.0 and limits.take("a") > 0
