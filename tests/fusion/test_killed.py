from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import fusion_builders as make
import pytest

from fusion import pipeline
from fusion.errors import FusionError
from fusion.kept import FOLDER
from fusion.one_builder import only_builder
from fusion.publish import published
from fusion.snapshot import current_id, open_current, verify

HERE = Path(__file__).parent
PATH = os.pathsep.join([str(HERE), str(HERE.parents[1])])
HOLDER = """
import sys, time
from pathlib import Path
from fusion.one_builder import only_builder
with only_builder(Path(sys.argv[1])):
    print("held", flush=True)
    time.sleep(60)
"""


@pytest.fixture(scope="module")
def roots(tmp_path_factory):
    return [tmp_path_factory.mktemp(f"killed{part}") for part in range(2)]


@pytest.fixture(scope="module")
def deaths(roots):
    """What was there after each build that was killed; half of them in either folder."""
    command = [sys.executable, str(HERE / "killed_builds.py")]
    env = os.environ | {"PYTHONPATH": PATH}
    running = [
        subprocess.Popen([*command, str(root), str(part), "2"], env=env, stdout=subprocess.PIPE, text=True)
        for part, root in enumerate(roots)
    ]
    told = [process.communicate()[0] for process in running]
    assert [process.returncode for process in running] == [0, 0]
    return [json.loads(line) for text in told for line in text.splitlines()]


def test_a_build_killed_at_any_step_leaves_current_where_it_was(deaths, roots):
    stages = {step.name for step in pipeline.STEPS} | {"store", "fingerprints", "positions", "evidence", "publish"}
    assert {f"stage {name}" for name in stages} < {one["moment"] for one in deaths}
    assert {one["signal"] for one in deaths} == {signal.SIGKILL}
    assert {one["current"] for one in deaths} == {current_id(root) for root in roots}
    for root in roots:
        assert current_id(root) == published(root)[0].name
        verify(open_current(root))


def test_a_build_killed_while_publishing_leaves_half_a_folder_no_reader_sees(deaths):
    beside = {one["moment"]: one["beside"] for one in deaths}
    assert len(beside["the first table is written"]) == len(beside["the snapshot is checked"]) == 1


def test_the_build_after_all_these_deaths_is_clean(given, config, deaths, roots):
    for root in roots:
        first = open_current(root)
        made = pipeline.build(config, root, now=make.NOW)
        verify(made)
        assert current_id(root) == made.id != first.id
        assert made.manifest.tables == first.manifest.tables
        assert list(root.glob(".building-*")) == list(root.glob(".CURRENT-*")) == []
        assert all(path.suffix == ".arrow" and path.name[0] != "." for path in (root / FOLDER).iterdir())


@pytest.fixture
def holder(tmp_path):
    """A process that builds into `tmp_path`."""
    env = os.environ | {"PYTHONPATH": PATH}
    with subprocess.Popen([sys.executable, "-c", HOLDER, str(tmp_path)], env=env, stdout=subprocess.PIPE) as process:
        assert process.stdout and process.stdout.readline() == b"held\n"
        yield process
        process.kill()


def test_a_second_build_is_refused_and_told_who_builds(given, config, holder, tmp_path):
    with pytest.raises(FusionError, match=f"another build is at work here .process {holder.pid} on .* since 20"):
        pipeline.build(config, tmp_path, now=make.NOW)
    assert [path.name for path in tmp_path.iterdir()] == [".lock"]


def test_a_build_that_was_killed_holds_nobody_up(given, config, holder, tmp_path):
    holder.kill()
    holder.wait()
    assert pipeline.build(config, tmp_path, now=make.NOW).id == current_id(tmp_path)


def test_builds_into_two_folders_do_not_wait_for_each_other(tmp_path):
    with only_builder(tmp_path / "one"), only_builder(tmp_path / "two"):
        assert (tmp_path / "one" / ".lock").read_text("utf-8").startswith(f"process {os.getpid()} ")
