from __future__ import annotations

import gzip
import io

import numpy as np
import pyarrow as pa
import pytest

from dashboard.data.layers import LAYERS


def columns(answer) -> pa.Table:
    return pa.ipc.open_stream(io.BytesIO(gzip.decompress(answer.data))).read_all()


@pytest.mark.parametrize("layer", LAYERS)
def test_a_layer_is_packed_private_and_kept_for_ever(client, data, layer):
    answer = client.get(f"{data}/{layer}.arrow?round=1")
    assert answer.status_code == 200
    assert answer.headers["Content-Encoding"] == "gzip"
    assert answer.mimetype == "application/vnd.apache.arrow.stream"
    control = answer.cache_control
    assert control.immutable and control.private and not control.public and control.max_age >= 31_536_000
    assert "app;dur=" in answer.headers["Server-Timing"]
    assert columns(answer).num_rows


@pytest.mark.parametrize("layer", LAYERS)
def test_a_layer_asked_for_twice_is_the_same_bytes(client, data, layer):
    url = f"{data}/{layer}.arrow?round=2"
    assert client.get(url).data == client.get(url).data


def test_rows_of_a_layer_stand_at_their_number(client, data, recount):
    enterprises = columns(client.get(f"{data}/enterprises.arrow"))
    order = np.argsort(recount.enterprises["enterprise_idx"])
    assert np.array_equal(enterprises["county"].to_numpy(), recount.enterprises["county_idx"][order])
    clues = columns(client.get(f"{data}/clues.arrow"))
    order = np.argsort(recount.clues["clue_idx"])
    assert np.array_equal(clues["severity"].to_numpy(), recount.clues["severity"][order])
    assert clues["state"].to_numpy().min() >= 1


def test_hotspots_are_asked_for_by_round_and_no_cell_is_lost(client, data, recount):
    found = sum(columns(client.get(f"{data}/hotspots.arrow?round={n}")).num_rows for n in [*range(8), 255])
    assert found == len(recount.hotspots["cell_col"])


@pytest.mark.parametrize(
    "layer", ["teams", "problems", "clue_events", "geometry", "geometry-3", "", "clues.arrow", "%2e%2e"]
)
def test_a_layer_that_is_none_is_not_there(client, data, layer):
    answer = client.get(f"{data}/{layer}.arrow")
    assert answer.status_code == 404 or answer.mimetype == "text/html"
    assert b"ARROW" not in answer.data


@pytest.mark.parametrize("snapshot", ["20010101T000000Z-00000000", "CURRENT", "..", ".building-1", "%2e%2e", "x" * 300])
@pytest.mark.parametrize("path", ["clues.arrow", "trend.json", "describe/clue/0.json", "export/clues.csv"])
def test_a_snapshot_that_is_none_is_not_there(client, snapshot, path):
    answer = client.get(f"/data/{snapshot}/{path}")
    assert answer.status_code == 404 or answer.mimetype == "text/html"


@pytest.mark.parametrize("number", ["-5", "256", "9" * 30, "9" * 60, "x", "", "1;drop"])
def test_a_round_that_is_none_has_no_hotspots_and_breaks_nothing(client, data, number):
    assert client.get(f"{data}/hotspots.arrow?round={number}").status_code in (200, 400, 404)


@pytest.mark.parametrize("index", ["1000000", "9" * 30, "9" * 60, "-1", "x"])
@pytest.mark.parametrize("kind", ["clue", "enterprise", "team", "places"])
def test_a_card_of_nothing_is_not_there(client, data, kind, index):
    answer = client.get(f"{data}/describe/{kind}/{index}.json")
    assert answer.status_code == 404 or answer.mimetype == "text/html"


@pytest.mark.parametrize(
    "query", ["region=140000", "region=zzz&foo=bar", "industry=%00", "extent=nan,0,1,1", "from=%F0%9F%90%89"]
)
def test_the_trend_is_answered_whatever_is_asked(client, data, query):
    answer = client.get(f"{data}/trend.json?{query}")
    assert answer.status_code == 200 and answer.headers["Content-Encoding"] == "gzip"
    assert gzip.decompress(answer.data).startswith(b"{")


def test_an_old_snapshot_is_served_to_pages_that_are_still_open_on_it(root, tmp_path, app_over):
    from snapshot_builders import doctored

    doctored(root, tmp_path, name="20230601T000000Z-old")
    client = app_over(tmp_path)
    assert client.get("/data/version").get_json()["id"] == "20230601T000000Z-old"
    doctored(root, tmp_path, name="20230701T000000Z-new")
    assert client.get("/data/version").get_json()["id"] == "20230701T000000Z-new"
    for snapshot in ("20230601T000000Z-old", "20230701T000000Z-new"):
        assert client.get(f"/data/{snapshot}/clues.arrow").status_code == 200
