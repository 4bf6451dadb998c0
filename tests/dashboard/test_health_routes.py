from __future__ import annotations

from datetime import UTC, datetime

import pytest
from snapshot_builders import built_at, doctored, make_current, source_failed


def test_a_sound_and_new_snapshot_is_ok(root, tmp_path, app_over):
    snapshot = doctored(root, tmp_path, manifest=built_at(datetime.now(UTC).isoformat()))
    answer = app_over(tmp_path).get("/healthz")
    body = answer.get_json()
    assert (answer.status_code, body["status"], body["snapshot"]) == (200, "ok", snapshot.id)
    assert 0 <= body["age_seconds"] < 60
    assert set(body["sources"].values()) == {"ok"} and "campaign" in body["sources"]


def test_an_old_snapshot_is_stale_by_the_setting(root, tmp_path, app_over):
    doctored(root, tmp_path, manifest=built_at("2023-06-21T10:00:00+00:00"))
    assert app_over(tmp_path).get("/healthz").get_json()["status"] == "stale"
    assert app_over(tmp_path, stale_after_hours=1e6).get("/healthz").get_json()["status"] == "ok"
    assert app_over(tmp_path, stale_after_hours=1e-9).get("/healthz").status_code == 200


def test_a_failed_source_makes_it_degraded_and_is_named(root, tmp_path, app_over):
    doctored(root, tmp_path, manifest=source_failed("satellite_grid", "no such file"))
    client = app_over(tmp_path, stale_after_hours=1e6)
    body = client.get("/healthz").get_json()
    assert body["status"] == "degraded" and body["sources"]["satellite_grid"] == "failed"
    assert "lookout_sources_failed 1.0" in client.get("/metrics").text


@pytest.mark.parametrize("path", ["/healthz", "/data/version", "/metrics", "/data/x/clues.arrow"])
@pytest.mark.parametrize("state", ["no folder", "nothing published", "named but gone", "damaged"])
def test_without_a_snapshot_no_answer_looks_well_or_breaks_or_tells_where_files_lie(
    root, tmp_path, app_over, state, path
):
    folder = tmp_path / "snapshots"
    if state != "no folder":
        folder.mkdir()
    if state == "named but gone":
        make_current(folder, "20230101T000000Z-gone")
    if state == "damaged":
        snapshot = doctored(root, folder)
        (snapshot.path / "manifest.json").write_text("{")
    answer = app_over(folder).get(path)
    assert answer.status_code == (404 if path.endswith(".arrow") else 503)
    assert str(tmp_path) not in answer.text and "Traceback" not in answer.text


def test_a_damaged_newer_snapshot_leaves_the_last_good_one_in_use(root, tmp_path, app_over):
    good = doctored(root, tmp_path, name="20230601T000000Z-good")
    client = app_over(tmp_path)
    assert client.get("/data/version").get_json()["id"] == good.id
    bad = doctored(root, tmp_path, name="20230701T000000Z-bad")
    (bad.path / "clues.parquet").unlink()
    assert client.get("/data/version").get_json()["id"] == good.id
    assert client.get("/").status_code == 200


def test_the_version_is_asked_for_cheaply(client, loaded):
    answer = client.get("/data/version")
    assert answer.get_json() == {"id": loaded.id, "as_of": loaded.manifest.as_of, "casebook_at": None}
    assert answer.cache_control.no_cache
    again = client.get("/data/version", headers={"If-None-Match": answer.headers["ETag"]})
    assert (again.status_code, again.data) == (304, b"")
    other = client.get("/data/version", headers={"If-None-Match": '"another"'})
    assert other.status_code == 200


def test_metrics_count_what_was_answered(root, app_over):
    client = app_over(root)
    snapshot_id = client.get("/data/version").get_json()["id"]
    for path in ("clues.arrow", "clues.arrow", "nothing.arrow"):
        client.get(f"/data/{snapshot_id}/{path}")
    lines = client.get("/metrics").text.splitlines()
    assert 'lookout_requests_total{status="200",what="layer"} 2.0' in lines
    assert 'lookout_requests_total{status="404",what="layer"} 1.0' in lines
    assert any(line.startswith("lookout_snapshot_age_seconds ") for line in lines)
    assert 'lookout_request_seconds_count{what="layer"} 3.0' in lines


def test_two_apps_do_not_count_each_others_requests(root, app_over):
    first, second = app_over(root), app_over(root)
    first.get("/data/version")
    assert 'what="version"' in first.get("/metrics").text
    assert 'what="version"' not in second.get("/metrics").text
