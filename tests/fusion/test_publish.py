from __future__ import annotations

import json
import shutil
from datetime import timedelta

import fusion_builders as make
import pyarrow.parquet as pq
import pytest

from fusion import publish
from fusion.errors import FusionError, SnapshotError
from fusion.layout import TABLES
from fusion.layout_check import fit
from fusion.snapshot import current_id, open_current, open_named, verify


@pytest.fixture
def root(tmp_path):
    return tmp_path / "snapshots"


@pytest.fixture
def build(built, root):
    """Publish the tables of `built` once more, a day later each time."""
    tables = {name: pq.read_table(built.table(name)) for name in TABLES}
    days = iter(range(100))

    def describe(snapshot_id, entries):
        return built.manifest.model_copy(update={"id": snapshot_id, "tables": entries})

    def publish_tables(day=None):
        day = next(days) if day is None else day
        return publish.publish(root, tables, describe, make.NOW + timedelta(days=day))

    return publish_tables


@pytest.fixture
def copy(built, root):
    """A copy of the snapshot, to be damaged."""
    shutil.copytree(built.path.parent, root)
    return open_current(root)


class PowerCutError(BaseException):
    pass


def cut(*_):
    raise PowerCutError


@pytest.mark.parametrize("moment", ["_write_table", "verify", "_sync_folder", "make_current"])
def test_build_that_dies_leaves_current_as_it_was(build, root, monkeypatch, moment):
    first = build()
    with monkeypatch.context() as patch:
        patch.setattr(publish, moment, cut)
        with pytest.raises(PowerCutError):
            build()
    assert open_current(root).id == first.id
    verify(open_current(root))
    assert build().id == current_id(root) != first.id


def test_leftovers_of_a_killed_build_are_removed_by_the_next(build, root):
    (root / f"{publish.BUILDING}999999999").mkdir(parents=True)
    build()
    assert list(root.glob(f"{publish.BUILDING}*")) == []


def test_only_the_last_five_snapshots_stay(build, root):
    ids = [build().id for _ in range(7)]
    assert sorted(folder.name for folder in root.iterdir() if folder.is_dir()) == ids[2:]


def test_two_builds_within_a_second_are_two_snapshots(build, root):
    ids = {build(day=0).id for _ in range(3)}
    assert len(ids) == 3 and current_id(root) in ids


def test_older_snapshot_can_be_opened_by_its_id(build, root):
    first, second = build(), build()
    assert open_named(root, first.id).id == first.id and open_current(root).id == second.id


@pytest.mark.parametrize("name", ["nothing", "..", ".building-1", "a/b"])
def test_snapshot_that_is_not_there_can_not_be_opened(build, root, name):
    build()
    with pytest.raises(SnapshotError, match="is not in"):
        open_named(root, name)


def test_missing_folder_is_told_with_what_to_do(tmp_path):
    with pytest.raises(SnapshotError, match="no snapshot folder at .*; build one with"):
        open_current(tmp_path / "none")


def test_folder_without_current_is_told(tmp_path):
    with pytest.raises(SnapshotError, match="nothing is published"):
        open_current(tmp_path)


@pytest.mark.parametrize("content", ["", "../elsewhere", ".building-1", "a\nb/c"])
def test_current_that_names_no_snapshot_is_told(copy, root, content):
    (root / "CURRENT").write_text(content)
    with pytest.raises(SnapshotError, match="doesn't name a snapshot"):
        open_current(root)


def test_current_that_names_a_missing_folder_is_told(copy, root):
    shutil.rmtree(copy.path)
    with pytest.raises(SnapshotError, match="which is not there"):
        open_current(root)


def test_missing_manifest_is_told(copy, root):
    (copy.path / "manifest.json").unlink()
    with pytest.raises(SnapshotError, match="manifest can't be read"):
        open_current(root)


@pytest.mark.parametrize("content", ["", "{", "[]", "{}", '{"format_version": 2}'])
def test_damaged_manifest_is_told(copy, root, content):
    (copy.path / "manifest.json").write_text(content)
    with pytest.raises(SnapshotError, match="manifest is damaged"):
        open_current(root)


@pytest.mark.parametrize("is_whole", [True, False])
def test_snapshot_of_another_format_is_told(copy, root, is_whole):
    path = copy.path / "manifest.json"
    content = json.loads(path.read_text()) if is_whole else {}
    path.write_text(json.dumps({**content, "format_version": 99}))
    with pytest.raises(SnapshotError, match="has format 99, this program reads format 2"):
        open_current(root)


def test_missing_table_is_told(copy, root):
    copy.table("clues").unlink()
    with pytest.raises(SnapshotError, match="clues.parquet is missing"):
        open_current(root)


def test_shortened_table_is_told_at_opening(copy, root):
    path = copy.table("clues")
    path.write_bytes(path.read_bytes()[:-1])
    with pytest.raises(SnapshotError, match="were published"):
        open_current(root)


def test_changed_byte_is_found_by_verify(copy, root):
    path = copy.table("clues")
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)
    with pytest.raises(SnapshotError, match="clues.parquet has another checksum"):
        verify(open_current(root))


def test_messages_are_one_line(tmp_path):
    with pytest.raises(SnapshotError) as caught:
        open_current(tmp_path / "none")
    assert "\n" not in str(caught.value)


def test_asking_for_a_table_that_is_not_there_is_told(built):
    with pytest.raises(SnapshotError, match="has no table 'clue'"):
        built.table("clue")


def test_table_that_breaks_the_layout_is_refused():
    places = TABLES["places"].empty()
    with pytest.raises(FusionError, match="missing columns .'level'."):
        fit("places", places.drop(["level"]))


def test_empty_value_where_none_may_be_is_refused():
    rows = make.table("rounds", [{"round_code": None}]).append_column("round_idx", [[0]])
    with pytest.raises(FusionError, match="rounds, column round_code: 1 empty values"):
        fit("rounds", rows)
