from __future__ import annotations

import os
from datetime import datetime

import pyarrow as pa
import pytest

from fusion.kept import Kept, sweep, table_hash

ANSWER = pa.table(
    {"at": pa.array([datetime(2023, 7, 20, 18)], pa.timestamp("s")), "score": [0.1], "facts": ['{"n": 1}']}
)


@pytest.fixture
def world():
    """Fingerprints of the tables there are; to be changed."""
    return {"hours": "a", "limits": "b"}


@pytest.fixture
def asked(tmp_path, world):
    """Ask a question; the second answer tells whether it was made anew."""

    def ask(question="q", used=None):
        made = []

        def make():
            made.append(True)
            return ANSWER, {"hours", "select", "from"}

        folder = tmp_path / "kept"
        answer = Kept(folder, lambda word: world.get(word, ""), set() if used is None else used).answer(
            "rule", {"text": question}, make
        )
        assert answer.equals(ANSWER) and answer.schema.equals(ANSWER.schema, check_metadata=True)
        return bool(made)

    return ask


def files(tmp_path):
    return sorted((tmp_path / "kept").iterdir())


def test_an_answer_is_made_once_while_nothing_changes(asked):
    assert [asked(), asked(), asked()] == [True, False, False]


def test_another_question_is_another_answer(asked):
    asked("R01")
    assert asked("R02") and not asked("R01")


def test_an_answer_is_made_anew_when_a_table_it_read_has_changed(asked, world):
    asked()
    world["hours"] = "other"
    assert asked()


def test_a_table_it_did_not_read_may_change(asked, world):
    asked()
    world["limits"] = "other"
    assert not asked()


def test_another_program_asks_anew(asked, monkeypatch):
    asked()
    monkeypatch.setattr("fusion.kept.program", lambda: "of tomorrow")
    assert asked()


def test_the_time_of_a_file_means_nothing(asked, tmp_path):
    asked()
    os.utime(files(tmp_path)[0], (0, 0))
    assert not asked()


@pytest.mark.parametrize("damage", ["cut off", "a byte changed", "empty"])
def test_a_damaged_file_is_never_believed(asked, tmp_path, damage):
    asked()
    (path,) = files(tmp_path)
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes({"cut off": content[:-9], "a byte changed": content, "empty": b""}[damage])
    assert asked() and not asked()


def test_what_a_build_had_no_use_for_is_removed_and_what_a_killed_one_left_too(asked, tmp_path):
    asked("old")
    (tmp_path / "kept" / ".rule.x.y.arrow.123").write_bytes(b"half")
    used = set()
    asked("new", used)
    sweep(tmp_path / "kept", used)
    assert [path.name for path in files(tmp_path)] == list(used)
    assert not asked("new") and asked("old")


def test_a_disk_that_refuses_costs_time_and_no_answer(asked, tmp_path):
    (tmp_path / "kept").write_text("a file where the folder should be")
    assert asked() and asked()


def test_rows_are_known_by_what_they_say(world):
    rows = pa.table({"a": [1, 2]})
    assert table_hash(rows) == table_hash(pa.concat_tables([rows.slice(0, 1), rows.slice(1)]))
    assert table_hash(rows) != table_hash(pa.table({"a": [2, 1]}))
