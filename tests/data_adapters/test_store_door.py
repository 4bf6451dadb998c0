"""One way into the store: whoever brings a file, the same checks, accounts, refusals and rules of replacement."""

from __future__ import annotations

import json
import os
from datetime import datetime
from pathlib import Path
from threading import Thread

import pyarrow as pa
import pyarrow.csv as pa_csv
import pyarrow.parquet as pq
import pytest
from bad_inputs import HEAD, row
from test_category import sample
from typer.testing import CliRunner

from data_adapters.__main__ import app
from data_adapters.catalogue import CATEGORIES, schema
from data_adapters.run import run_source
from data_adapters.source import AdapterError
from data_adapters.store.handover import REJECTS, held, known_accounts
from data_adapters.store.rejects import masked
from data_adapters.store.staging import stage
from data_adapters.store.watch import Watch

CELLS = [{**one, "cell_id": f"C{n}"} for n, one in enumerate(sample("A06").to_pylist())]
BAD = (row(), row(station_id=""), row(pm25_ug_m3="-9", station_id="S2"), row(time="2025-07-11 03:00"), row())


def put(path: Path, *lines: str, at: int = 0) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("\n".join((HEAD, *lines)) + "\n", encoding="utf-8")
    os.utime(path, (1_700_000_000 + at, 1_700_000_000 + at))
    return path


def put_cells(path: Path, rows: list[dict], at: int = 0) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    pq.write_table(pa.Table.from_pylist(rows, schema("hot_cells")), path)
    os.utime(path, (1_700_000_000 + at, 1_700_000_000 + at))
    return path


def cells_of(store: Path) -> list[str]:
    part = store / "hot_cells" / "A06" / "day=all" / "part.parquet"
    return pq.read_table(part, partitioning=None)["cell_id"].to_pylist()


def watched(folder: Path, store: Path, code: str = "B02") -> list[str]:
    watch = Watch(folder, store, {"code": code})
    return [outcome.status for _ in range(2) for outcome in watch.poll()]


def content(store: Path) -> dict[str, list[dict]]:
    paths = sorted(store.rglob("*.parquet"))
    return {str(path.relative_to(store)): pq.read_table(path, partitioning=None).to_pylist() for path in paths}


def test_staged_and_watched_file_leave_the_same_store(tmp_path):
    put(tmp_path / "in" / "B02" / "a.csv", *BAD)
    stage(tmp_path / "in", tmp_path / "staged", arrived_at=datetime(2025, 7, 12))
    assert watched(tmp_path / "in" / "B02", tmp_path / "watched") == ["kept"]
    assert content(tmp_path / "staged") == content(tmp_path / "watched") != {}
    accounts = [next(iter(known_accounts(tmp_path / name).values())) for name in ("staged", "watched")]
    assert accounts[0].pop("arrived_at") == "2025-07-12T00:00:00" and accounts[1].pop("arrived_at")
    assert accounts[0] == accounts[1] and accounts[0]["rejected"] == {"missing": 1, "out_of_range": 1, "duplicate": 1}


def test_staged_file_is_known_to_the_watch_and_a_watched_one_to_the_stage(tmp_path):
    store = tmp_path / "store"
    put(tmp_path / "in" / "B02" / "a.csv", *BAD)
    stage(tmp_path / "in", store)
    before = content(store)
    assert watched(tmp_path / "in" / "B02", store) == ["known"]
    put(tmp_path / "in" / "B02" / "b.csv", row(station_id="S5"))
    assert watched(tmp_path / "in" / "B02", store) == ["known", "kept"]
    assert stage(tmp_path / "in", store).known == 2
    assert {name: content(store)[name] for name in before if "rejects" in name}.items() <= before.items()
    assert len(known_accounts(store)) == 2


def test_rows_left_out_of_a_later_snapshot_stay_unless_it_is_said_to_be_whole(tmp_path):
    store = tmp_path / "store"
    put_cells(tmp_path / "in" / "A06" / "a.parquet", CELLS[:3])
    stage(tmp_path / "in", store)
    put_cells(tmp_path / "in" / "A06" / "b.parquet", CELLS[2:4], at=5)
    stage(tmp_path / "in", store)
    assert cells_of(store) == ["C0", "C1", "C2", "C3"]
    put_cells(tmp_path / "in" / "A06" / "c.parquet", CELLS[3:], at=9)
    asked = ["stage", "--from", str(tmp_path / "in"), "--store", str(store), "--replace", "a06", "--now", "2025-07-12"]
    done = CliRunner().invoke(app, [*asked, "--json"])
    assert (done.exit_code, json.loads(done.stdout)["days"], cells_of(store)) == (0, 1, ["C3", "C4"])
    again = CliRunner().invoke(app, asked)
    assert again.exit_code == 0 and "A06: nothing new has arrived" in again.stderr
    assert cells_of(store) == ["C3", "C4"]


def test_register_may_be_replaced_too(tmp_path):
    site = {name: "x" for name in schema("sites").names} | {"lon_deg": 117.0, "lat_deg": 31.0}
    folder = tmp_path / "in" / "registers" / "sites"
    folder.mkdir(parents=True)
    for n, name in enumerate(("a", "b")):
        pq.write_table(pa.Table.from_pylist([site | {"site_id": name}], schema("sites")), folder / f"{n}.parquet")
        stage(tmp_path / "in", tmp_path / "store", replace=["sites"])
    part = tmp_path / "store" / "sites" / "sites" / "day=all" / "part.parquet"
    assert pq.read_table(part, partitioning=None)["site_id"].to_pylist() == ["b"]


@pytest.mark.parametrize("broken", [b"PAR1", None], ids=["broken", "refused"])
def test_part_of_a_snapshot_replaces_nothing(tmp_path, broken):
    store = tmp_path / "store"
    put_cells(tmp_path / "in" / "A06" / "a.parquet", CELLS[:3])
    stage(tmp_path / "in", store)
    before = content(store)
    put_cells(tmp_path / "in" / "A06" / "b.parquet", [{**CELLS[3], "cell_id": ""}] if broken is None else CELLS[3:])
    if broken:
        (tmp_path / "in" / "A06" / "c.parquet").write_bytes(broken)
    staged = stage(tmp_path / "in", store, replace=["A06"])
    assert all(account.error for account in staged.files) and staged.accepted == 0
    assert content(store) == before and len(known_accounts(store)) == 1


@pytest.mark.parametrize(("code", "told"), [("B02", "has days"), ("Z9", "no category"), ("truth", "no category")])
def test_only_a_snapshot_can_be_replaced(tmp_path, code, told):
    put(tmp_path / "in" / "B02" / "a.csv", row())
    with pytest.raises(AdapterError, match=told):
        stage(tmp_path / "in", tmp_path / "store", replace=[code])
    assert not (tmp_path / "store").exists()


def test_registers_are_checked_as_categories_are(tmp_path):
    site = {name: "x" for name in schema("sites").names} | {"lon_deg": 31.0, "lat_deg": 117.0}
    (tmp_path / "in" / "registers" / "sites").mkdir(parents=True)
    pa_csv.write_csv(pa.Table.from_pylist([site], schema("sites")), tmp_path / "in" / "registers" / "sites" / "a.csv")
    account = stage(tmp_path / "in", tmp_path / "store").registers[0]
    assert (account.error, account.rejected) == (None, {"out_of_range": 1})
    kept = pq.read_table(next((tmp_path / "store" / REJECTS).iterdir())).to_pylist()[0]
    assert (kept["code"], kept["column"], kept["value"], kept["reason"]) == ("sites", "lon_deg", "31", "out_of_range")


@pytest.mark.parametrize("code", [one.code for one in CATEGORIES.values() if one.data_class == "personal"])
def test_nothing_a_person_said_is_kept_of_a_refused_row(tmp_path, code):
    lines = (tmp_path / "plain.csv", tmp_path / "in" / code / "a.csv")
    lines[1].parent.mkdir(parents=True)
    pa_csv.write_csv(sample(code), lines[0])
    text = lines[0].read_text("utf-8").splitlines()
    secret = "张三13800138000"
    text[1] = text[1].replace("2025-07-01", secret)
    text[2] += f",{secret}"
    lines[1].write_text("\n".join([*text, text[3]]) + "\n", encoding="utf-8")
    stage(tmp_path / "in", tmp_path / "staged")
    assert watched(lines[1].parent, tmp_path / "watched", code) == ["kept"]
    for name in ("staged", "watched"):
        kept = pq.read_table(next((tmp_path / name / REJECTS).iterdir())).to_pylist()
        assert [one["reason"] for one in kept] == [
            "not_a_time" if "time" in kept[0]["column"] or "_at" in kept[0]["column"] else "not_a_date",
            "ragged",
            "duplicate",
        ]
        assert all(one["value"].startswith("***") for one in kept)
    told = run_source("category", [lines[1]], {"code": code})
    assert told.result is not None
    assert all(one.value.startswith("***") for reject in told.result.rejects for one in reject.examples)
    lines[1].write_text(f"{secret},1\n2,3\n", encoding="utf-8")
    assert secret not in str(run_source("category", [lines[1]], {"code": code}).error)


def test_masked_value_tells_only_how_long_it_was_about():
    assert [masked(value) for value in ("", "a", "a" * 5, "a" * 64, "a" * 65)] == [
        "",
        "*** (1-4)",
        "*** (5-16)",
        "*** (17-64)",
        "*** (65-)",
    ]
    assert masked(masked("a")) == masked("a")


def test_store_has_one_writer_at_a_time_and_what_a_dead_one_left_is_cleared(tmp_path):
    put(tmp_path / "in" / "B02" / "a.csv", row())
    (tmp_path / "store" / ".work-old").mkdir(parents=True)
    with held(tmp_path / "store"):
        writer = Thread(target=stage, args=(tmp_path / "in", tmp_path / "store"))
        writer.start()
        writer.join(0.2)
        assert writer.is_alive() and known_accounts(tmp_path / "store") == {}
    writer.join()
    assert len(known_accounts(tmp_path / "store")) == 1
    assert [path.name for path in (tmp_path / "store").glob(".*")] == [".lock"]


def test_bad_files_of_one_category_stop_no_other(tmp_path):
    for n, bad in enumerate((b"", b"\x00\x01", b"PAR1\0PAR1", b"PK\x03\x04\0", b"\x1f\x8b\x08", b"%PDF-1.7")):
        path = put(tmp_path / "in" / "A01" / f"{n}.csv")
        path.write_bytes(bad)
    put(tmp_path / "in" / "B02" / "a.csv", *BAD)
    staged = stage(tmp_path / "in", tmp_path / "store")
    assert [account.error is None for account in staged.files] == [False] * 6 + [True]
    assert staged.accepted == 2
    (tmp_path / "in" / "A01" / "0.csv").unlink()
    assert len(stage(tmp_path / "in", tmp_path / "store").files) == 5  # what failed is tried again, what is kept is not
