from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from fusion.__main__ import app
from fusion.layout_check import markdown

DOCS = Path(__file__).parents[2] / "docs" / "snapshot.md"


def run(*words):
    return CliRunner().invoke(app, [str(word) for word in words])


def test_build_then_verify(given, tmp_path):
    built = run("build", "--demo", "small", "--out", tmp_path)
    assert built.exit_code == 0 and "snapshot 2" in built.stdout and "campaign" in built.stdout
    checked = run("snapshots", "verify", "--out", tmp_path, "--json")
    assert checked.exit_code == 0 and json.loads(checked.stdout)["is_sound"]


def test_json_is_the_manifest_and_nothing_else(given, tmp_path):
    answer = run("build", "--demo", "small", "--out", tmp_path, "--json")
    assert json.loads(answer.stdout)["tables"]["places"]["rows"] == 7 and answer.stderr == ""


def test_report_shows_why_a_source_failed(given, tmp_path):
    given["region_groups"] = "wrong [file]"
    answer = run("build", "--demo", "small", "--out", tmp_path)
    assert answer.exit_code == 0 and "wrong [file]" in answer.stdout
    assert answer.stderr == "fusion: source region_groups failed: wrong [file]\n"


def test_build_without_any_working_source_is_an_error(given, tmp_path):
    given["campaign"] = "wrong"
    answer = run("build", "--demo", "small", "--out", tmp_path)
    assert answer.exit_code == 2 and "every source failed" in answer.stderr


@pytest.mark.parametrize(
    "words",
    [
        ("build", "--config", "none.toml"),
        ("snapshots", "verify", "--out", "none"),
        ("build", "--config", "a", "--demo", "small"),
    ],
    ids=["no config", "no snapshot", "both"],
)
def test_unusable_input_is_one_line_and_exit_code_2(words, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    answer = run(*words)
    assert answer.exit_code == 2 and answer.stdout == "" and answer.stderr.count("\n") == 1


def test_docs_of_the_snapshot_are_current():
    assert DOCS.read_text(encoding="utf-8") == markdown(), "run: python -m fusion tables --markdown > docs/snapshot.md"
