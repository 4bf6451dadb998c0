"""The wall of bad inputs: nothing accepted wrongly, nothing lost in silence, nobody else stopped."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from bad_inputs import WALL, Bad, nobody, rows, unreadable
from bad_inputs_page import page, verdict

from data_adapters.run import run_source
from data_adapters.store.handover import ACCOUNTS
from data_adapters.store.staging import stage

PAGE = Path(__file__).parents[2] / "docs" / "bad-inputs.md"
MAX_MEMORY_KB = 400_000  # importing the adapters takes half of it
HUGE = (
    "a gzip bomb",
    "an archive that is a zip bomb",
    "a workbook that is a zip bomb",
    "10 million columns",
    "a line of 2 GB",
)
PEAK = """
import sys
from pathlib import Path
from data_adapters.run import run_source
run_source("category", [Path(sys.argv[1])], {"code": "B02"})
print(next(line.split()[1] for line in open("/proc/self/status") if line.startswith("VmHWM")))
"""
FULL = """
import resource, sys
from datetime import datetime
from pathlib import Path
import duckdb
from data_adapters.store.handover import keep
from data_adapters.store.staging import stage
from data_adapters.run import run_source
way, store, file, limit = sys.argv[1], Path(sys.argv[2]), Path(sys.argv[3]), int(sys.argv[4])
result = run_source("category", [file], {"code": "B02"}).result
if limit:
    resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))
try:
    if way == "keep":
        keep(store, result, datetime(2025, 7, 11))
    else:
        stage(file.parent.parent, store)
except (OSError, duckdb.Error) as error:
    print("disk full")
"""


@pytest.fixture(scope="module")
def verdicts(tmp_path_factory):
    found = {}
    for bad in WALL:
        folder = tmp_path_factory.mktemp("bad")
        run = bad.run(folder)
        found[bad.name] = (run, verdict(run, folder))
        shutil.rmtree(folder)
    return found


def test_page_of_bad_inputs_is_current(verdicts):
    assert page({name: said for name, (_, said) in verdicts.items()}) == PAGE.read_text("utf-8")


@pytest.mark.parametrize("bad", WALL, ids=lambda bad: bad.name)
def test_bad_input_is_accounted_for_to_the_row(verdicts, bad: Bad):
    run, said = verdicts[bad.name]
    assert not said.startswith("unexpected") and "\n" not in said
    assert run.result is not None
    account = run.result.files[0]
    assert account.read == account.accepted + sum(account.rejected.values())
    kept = run.result.rejected_rows
    assert kept.num_rows == sum(account.rejected.values())
    assert set(kept["reason"].to_pylist()) == set(account.rejected)
    assert (
        run.result.tables["station_hours" if bad.options.get("code") != "C03" else "mobile_points"].num_rows
        == account.accepted
    )
    assert (account.accepted == 0) or account.error is None


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="peak memory is read from /proc")
@pytest.mark.parametrize("name", HUGE)
def test_huge_input_takes_little_memory(name, tmp_path):
    path = next(bad.make(tmp_path) for bad in WALL if bad.name == name)
    assert float(_python(PEAK, str(path))) < MAX_MEMORY_KB


def test_bad_files_stop_no_other_file_of_the_run(tmp_path):
    usable = {"the usual": rows("1001A,2025-07-10 21:00,35.5,60,8,30,0.7,90,N")(_folder(tmp_path, "good"))}
    broken = [bad.make(_folder(tmp_path, str(n))) for n, bad in enumerate(WALL) if not bad.options and n % 3 == 0]
    run = run_source("category", [*broken, *usable.values()], {"code": "B02"})
    assert run.status == "ok" and run.result is not None
    assert run.result.files[-1].accepted + run.result.files[-1].rejected.get("duplicate", 0) == 1


def test_refused_cells_are_kept_with_place_and_value(verdicts):
    kept = verdicts["a formula in a number"][0].result.rejected_rows.to_pylist()
    assert [(one["code"], one["row"], one["column"], one["value"], one["reason"]) for one in kept] == [
        ("B02", 2, "pm25_ug_m3", "=1+1", "not_a_number")
    ]
    assert len(kept[0]["sha256"]) == 64


def test_times_of_all_zones_are_the_same_moment_in_china(verdicts):
    table = verdicts["a time zone in every time"][0].result.tables["station_hours"]
    assert {str(time) for time in table["time"].to_pylist()} == {"2025-07-10 21:00:00"}


@pytest.mark.parametrize("way", ["keep", "stage"])
@pytest.mark.parametrize("limit", [4096, 20_000], ids=["at a part", "at the accounts"])
def test_disk_full_in_the_middle_leaves_the_store_as_it_was(tmp_path, way, limit):
    good = "1001A,2025-07-10 21:00,35.5,60,8,30,0.7,90,N"
    first = rows(good)(_folder(tmp_path, "first/B02"))
    many = (f"S{n},2025-07-{1 + n % 28:02} 21:00,{n % 83}.{n % 7},99,8,30,0.7,90,N" for n in range(20_000))
    second = rows(*many)(_folder(tmp_path, "many/B02"))
    store = tmp_path / "store"
    assert _keep(way, store, first, 0) == ""
    accounts = json.loads((store / ACCOUNTS).read_text("utf-8"))
    accounts["padding"] = {"notes": ["x" * 20_000]}  # so that the parts fit, and the accounts do not
    (store / ACCOUNTS).write_text(json.dumps(accounts), "utf-8")
    before = {path: path.read_bytes() for path in store.rglob("*") if path.is_file()}
    assert _keep(way, store, second, limit) == "disk full"
    after = {path: path.read_bytes() for path in store.rglob("*") if path.is_file()}
    assert after == before
    assert _keep(way, store, second, 0) == ""
    parts = list((store / "station_hours" / "B02").glob("day=*/part.parquet"))
    assert sum(pq.read_metadata(part).num_rows for part in parts) == 20_001


@pytest.mark.parametrize(
    "bad", [one for one in WALL if not one.options and one.make is not unreadable], ids=lambda bad: bad.name
)
def test_staged_bad_input_gives_what_the_source_gives(verdicts, bad: Bad, tmp_path):
    path = bad.make(_folder(tmp_path, "in/B02"))
    rows("1001A,2025-07-10 21:00,35.5,60,8,30,0.7,90,N")(_folder(tmp_path, "in/B01"))
    staged = stage(tmp_path / "in", tmp_path / "store")
    assert staged.files[0].accepted == 1
    if not path.is_file():
        assert len(staged.files) == 1
        return
    run = verdicts[bad.name][0]
    assert run.result is not None
    (told,), staged_file = run.result.files, staged.files[1]
    assert (staged_file.error is None, staged_file.read, staged_file.accepted, staged_file.rejected) == (
        told.error is None,
        told.read,
        told.accepted,
        told.rejected,
    )
    kept = [
        one for path in (tmp_path / "store").glob("_rejects/*") for one in pq.read_table(path)["reason"].to_pylist()
    ]
    assert sorted(kept) == sorted(run.result.rejected_rows["reason"].to_pylist())


def test_file_that_may_not_be_read_stops_no_other_of_a_stage():
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o777)
        unreadable(_folder(Path(folder), "in/B02"))
        rows("1001A,2025-07-10 21:00,35.5,60,8,30,0.7,90,N")(_folder(Path(folder), "in/B01"))
        with nobody():
            staged = stage(Path(folder) / "in", Path(folder) / "store")
    assert [account.accepted for account in staged.files] == [1, 0]
    assert "cannot be read: Permission denied" in str(staged.files[1].error)


def _keep(way: str, store: Path, file: Path, limit: int) -> str:
    return _python(FULL, way, str(store), str(file), str(limit))


def _python(code: str, *arguments: str) -> str:
    done = subprocess.run(
        [sys.executable, "-c", code, *arguments],
        cwd=Path(__file__).parents[2],
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout.strip()


def _folder(base: Path, name: str) -> Path:
    (base / name).mkdir(parents=True)
    return base / name
