"""A watched folder, the store it fills, and the report on it."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from datetime import datetime
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from bad_inputs import HEAD, row
from typer.testing import CliRunner

from data_adapters.__main__ import app
from data_adapters.catalogue import CATEGORIES
from data_adapters.store.report import report
from data_adapters.store.watch import Watch

REPOSITORY = Path(__file__).parents[2]


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "in").mkdir()
    return tmp_path / "in"


def put(path: Path, *lines: str) -> Path:
    path.write_text("\n".join((HEAD, *lines)) + "\n", encoding="utf-8")
    return path


def watching(folder: Path) -> Watch:
    return Watch(folder, folder.parent / "store", {"code": "B02"})


def taken(watch: Watch) -> list[tuple[str, str]]:
    watch_first = [(one.file, one.status) for one in watch.poll()]
    return watch_first + [(one.file, one.status) for one in watch.poll()]


def rows_of(folder: Path) -> list[dict]:
    parts = sorted((folder.parent / "store" / "station_hours" / "B02").glob("day=*/part.parquet"))
    return [one for part in parts for one in pq.read_table(part, partitioning=None).to_pylist()]


def test_complete_files_are_taken_once_and_unfinished_ones_left(folder):
    put(folder / "a.csv", row())
    put(folder / "b.csv.part", row(station_id="S2"))
    put(folder / "c.tmp", row(station_id="S3"))
    watch = watching(folder)
    assert taken(watch) == [("a.csv", "kept")]
    assert taken(watch) == []
    put(folder / "again.csv", row())
    assert taken(watch) == [("again.csv", "known")]
    assert taken(watching(folder)) == [("a.csv", "known"), ("again.csv", "known")]
    assert len(rows_of(folder)) == 1 and (folder / "a.csv").exists()


def test_file_that_still_grows_waits(folder):
    path = put(folder / "a.csv", row())
    watch = watching(folder)
    assert list(watch.poll()) == []
    put(path, row(), row(station_id="S2"))
    assert list(watch.poll()) == []
    assert [one.accepted for one in watch.poll()] == [2]


def test_one_bad_file_stops_no_other(folder):
    (folder / "a.csv").write_bytes(b"\x00\x01\x02" * 100)
    put(folder / "b.csv", row(), row(station_id=""))
    assert sorted(taken(watching(folder))) == [("a.csv", "failed"), ("b.csv", "kept")]
    kept = list((folder.parent / "store" / "_rejects").glob("*.parquet"))
    assert pq.read_table(kept[0]).to_pylist()[0]["reason"] == "missing"


def test_late_rows_replace_those_of_the_same_key(folder):
    put(folder / "a.csv", row(), row(station_id="S2"))
    watch = watching(folder)
    taken(watch)
    put(folder / "b.csv", row(pm25_ug_m3="77"), row(time="2025-07-12 03:00"))
    taken(watch)
    assert [(one["station_id"], one["pm25_ug_m3"]) for one in rows_of(folder)] == [
        ("1001A", 77.0),
        ("S2", 35.5),
        ("1001A", 35.5),
    ]


def test_watch_once_reads_what_is_there_and_ends(folder):
    put(folder / "a.csv", row())
    arguments = ["watch", str(folder), "--code", "B02", "--store", str(folder.parent / "store"), "--interval", "0.05"]
    done = CliRunner().invoke(app, [*arguments, "--once"])
    assert done.exit_code == 0 and json.loads(done.stdout)["accepted"] == 1
    assert CliRunner().invoke(app, ["watch", str(folder), "--code", "Z9", "--store", "x"]).exit_code == 2


def test_watch_ends_cleanly_when_told_to(folder):
    put(folder / "a.csv", row())
    command = [sys.executable, "-m", "data_adapters", "watch", str(folder), "--code", "B02", "--interval", "0.1"]
    with subprocess.Popen(
        [*command, "--store", str(folder.parent / "store")], cwd=REPOSITORY, stdout=subprocess.PIPE, text=True
    ) as watch:
        assert watch.stdout is not None
        assert json.loads(watch.stdout.readline())["status"] == "kept"
        watch.send_signal(signal.SIGTERM)
        assert watch.wait(timeout=20) == 0


def test_report_tells_count_freshness_quality_and_gaps(folder):
    put(
        folder / "a.csv", row(), row(time="2025-07-13 05:00"), row(station_id=""), row(pm25_ug_m3="-9", station_id="S2")
    )
    taken(watching(folder))
    store = folder.parent / "store"
    told = {one.code: one for one in report(store, datetime(2025, 7, 13, 8, 0))}
    assert list(told) == list(CATEGORIES)
    one = told["B02"]
    assert (one.rows, one.files, one.quality, one.gaps) == (2, 1, 0.5, ["2025-07-11", "2025-07-12"])
    assert one.rejected == {"missing": 1, "out_of_range": 1} and one.last_data_at == "2025-07-13T05:00:00"
    assert one.state == "on_time" and one.due_at == "2025-07-13T10:00:00"
    assert told["B01"].state == "never" and told["B01"].rows == 0
    assert {
        hours: {o.code: o.state for o in report(store, datetime(2025, 7, 13, hours))}["B02"] for hours in (10, 11, 21)
    } == {
        10: "on_time",
        11: "late",
        21: "missing",
    }


def test_report_command_gives_49_rows(folder):
    taken(watching(folder))
    store = folder.parent / "store"
    store.mkdir(exist_ok=True)
    answer = CliRunner().invoke(app, ["report", "--store", str(store), "--now", "2025-07-13T08:00", "--json"])
    assert answer.exit_code == 0 and len(json.loads(answer.stdout)) == 49
    assert CliRunner().invoke(app, ["report", "--store", str(store)]).exit_code == 0
    assert CliRunner().invoke(app, ["report", "--store", str(store / "no")]).exit_code == 2
    assert CliRunner().invoke(app, ["report", "--store", str(store), "--now", "noon"]).exit_code == 2
