"""`python app.py` when it can't serve: one line, exit code 2."""

from __future__ import annotations

import http.client
import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest
import typer
from snapshot_builders import doctored

from dashboard.data.store import Store
from dashboard.settings import read_settings
from fusion.snapshot import SnapshotError

REPOSITORY = Path(__file__).resolve().parents[2]


def run(*arguments: str, **environment: str) -> subprocess.CompletedProcess:
    kept = ("LOOKOUT_CASEBOOK", "LOOKOUT_ATTACHMENTS")  # tests/conftest.py: not those of the repository
    clean = {name: value for name, value in os.environ.items() if not name.startswith("LOOKOUT_") or name in kept}
    return subprocess.run(
        [sys.executable, "app.py", *arguments], cwd=REPOSITORY, capture_output=True, text=True, timeout=60, check=False,
        env=clean | environment,
    )  # fmt: skip


def refused(done: subprocess.CompletedProcess) -> str:
    assert done.returncode == 2
    assert "Traceback" not in done.stderr and done.stdout == ""
    (line,) = done.stderr.strip().splitlines()
    assert line.startswith("lookout: ")
    return line


@pytest.fixture
def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def test_a_taken_port_is_told_with_the_next_one(root):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        line = refused(run("--snapshots", str(root), "--port", str(port)))
    assert f"port {port} is taken" in line and f"PORT={port + 1}" in line


def test_a_folder_without_snapshots_is_told_with_how_to_make_one(tmp_path, free_port):
    line = refused(run("--snapshots", str(tmp_path / "none"), "--port", str(free_port)))
    assert "no snapshot folder" in line and "python -m fusion build" in line


@pytest.mark.parametrize("damage", ["table cut short", "table missing", "manifest not JSON", "other format"])
def test_a_damaged_snapshot_is_told_by_what_is_wrong(root, tmp_path, damage):
    snapshot = doctored(root, tmp_path, tables={"clues": lambda table: table})
    if damage == "table cut short":
        path = snapshot.path / "clues.parquet"
        path.write_bytes(path.read_bytes()[:-100])
    elif damage == "table missing":
        (snapshot.path / "clues.parquet").unlink()
    elif damage == "manifest not JSON":
        (snapshot.path / "manifest.json").write_text("{")
    else:
        (snapshot.path / "manifest.json").write_text('{"format_version": 99}')
    with pytest.raises(SnapshotError) as told:
        Store(tmp_path, "1GB").current()
    line = str(told.value)
    assert snapshot.id in line and "rebuild" in line
    assert {"table cut short": "clues.parquet", "table missing": "missing", "other format": "99"}.get(
        damage, "manifest"
    ) in line


def test_a_damaged_snapshot_ends_the_command_a_table_of_right_size_and_wrong_bytes_too(root, tmp_path, free_port):
    snapshot = doctored(root, tmp_path, tables={"clues": lambda table: table})
    path = snapshot.path / "clues.parquet"
    path.write_bytes(b"\0" * path.stat().st_size)
    assert snapshot.id in refused(run("--snapshots", str(tmp_path), "--port", str(free_port)))


def test_more_than_this_machine_is_not_served_without_being_asked(root, free_port):
    line = refused(run("--snapshots", str(root), "--port", str(free_port), "--host", "0.0.0.0"))
    assert "HOST=127.0.0.1" in line and "LOOKOUT_OPEN_ACCESS" in line


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("LOOKOUT_PORT", "abc"),
        ("LOOKOUT_LANGUAGE", "fr"),
        ("LOOKOUT_STALE_AFTER_HOURS", "-1"),
        ("LOOKOUT_CASEBOOK", "/srv/casebook.db"),
        ("LOOKOUT_CASEBOOK", "mysql://lookout:geheim@db/lookout"),
    ],
)
def test_a_wrong_setting_is_named_in_one_line_that_repeats_no_password(monkeypatch, capsys, name, value):
    monkeypatch.setenv(name, value)
    with pytest.raises(typer.Exit) as end:
        read_settings()
    (line,) = capsys.readouterr().err.strip().splitlines()
    assert end.value.exit_code == 2 and line.startswith("lookout: ")
    assert name in line and "geheim" not in line


def test_a_wrong_setting_ends_the_command(root):
    assert "LOOKOUT_PORT" in refused(run("--snapshots", str(root), LOOKOUT_PORT="abc"))


def test_a_host_that_is_none_is_told(root, free_port):
    refused(
        run(
            "--snapshots",
            str(root),
            "--port",
            str(free_port),
            "--host",
            "no.such.host.invalid",
            LOOKOUT_OPEN_ACCESS="true",
        )
    )


@pytest.fixture
def served(root, free_port):
    """The command, started where few files may be open at once."""
    command = ["sh", "-c", 'ulimit -S -n 200 && exec "$@"', "sh", sys.executable, "app.py"]
    place = ["--snapshots", str(root), "--port", str(free_port)]
    server = subprocess.Popen(
        command + place, cwd=REPOSITORY, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    )
    yield server
    server.terminate()
    server.wait(10)


def test_it_serves_and_prints_its_address_and_keeps_fifty_browsers_connected(served, free_port):
    assert f"http://127.0.0.1:{free_port}" in served.stdout.readline()
    browsers = [http.client.HTTPConnection("127.0.0.1", free_port, timeout=10) for _ in range(50 * 6)]
    for browser in browsers:
        browser.request("GET", "/healthz")
        answer = browser.getresponse()
        assert answer.status == 200 and answer.read()
    for browser in browsers:
        browser.close()
