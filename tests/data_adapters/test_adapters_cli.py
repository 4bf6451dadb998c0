from __future__ import annotations

import json
from pathlib import Path

import pyarrow as pa
import pytest
from typer.testing import CliRunner

from data_adapters.__main__ import app, parse_options
from data_adapters.registry import SOURCES, get_source
from data_adapters.run import run_source
from data_adapters.source import AdapterError, FileAccount, RejectionLog, SourceResult, sidecar
from data_adapters.tables import TABLES, TableError, conform, tables_markdown

ROOT = Path(__file__).resolve().parents[2]
cli = CliRunner()


def test_docs_of_the_tables_are_current():
    assert (ROOT / "docs" / "tables.md").read_text(encoding="utf-8") == tables_markdown()


@pytest.mark.parametrize("name", list(SOURCES))
def test_every_source_has_a_sidecar_and_its_own_name(name):
    assert get_source(name).name == name
    assert {"title_zh", "title_en", "provider", "url", "licence", "time_zone", "crs", "units"} <= set(sidecar(name))


def test_list_names_every_source():
    listed = cli.invoke(app, ["list", "--json"])
    assert set(json.loads(listed.stdout)) == set(SOURCES)
    assert cli.invoke(app, ["list"]).exit_code == 0


def test_read_tells_what_became_of_every_row(tmp_path):
    path = tmp_path / "own.csv"
    path.write_text("group_code,city_adcode,valid_from\nA,130100,2020-01-01\nA,x,2020-01-01\n")
    told = json.loads(cli.invoke(app, ["read", "region_groups", str(path), "--json"]).stdout)
    assert (told["status"], told["read"], told["accepted"], told["rejected"]) == ("ok", 2, 1, {"bad_adcode": 1})
    assert told["rejects"][0]["examples"] == [{"file": str(path), "row": 2, "column": "city_adcode", "value": "x"}]
    assert cli.invoke(app, ["read", "region_groups", str(path)]).exit_code == 0


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["read", "frims", "x"], "did you mean firms?"),
        (["read", "firms", "/nowhere/x.csv"], "no such file"),
        (["read", "firms", "."], "is a directory"),
        (["read", "firms"], "no file given"),
        (["read", "boundaries", "--option", "level"], "not name=value"),
        (["read", "boundaries", "--option", "lvel=city"], "did you mean level?"),
    ],
)
def test_unusable_input_ends_with_2_and_one_line(arguments, words):
    ended = cli.invoke(app, arguments)
    assert ended.exit_code == 2
    assert words in ended.stderr
    assert ended.stderr.count("\n") == 1


def test_tables_are_shown():
    assert cli.invoke(app, ["tables"]).exit_code == 0
    assert cli.invoke(app, ["tables", "--markdown"]).stdout == tables_markdown()


def test_dotted_options_make_a_mapping():
    assert parse_options(["columns.name=企业", "crs=gcj02"]) == {"columns": {"name": "企业"}, "crs": "gcj02"}
    with pytest.raises(AdapterError):
        parse_options(["columns=a", "columns.name=b"])


def test_unbalanced_account_is_a_fault_of_the_adapter():
    result = SourceResult({}, [FileAccount("f", read=3, accepted=1, rejected={"x": 1})])
    with pytest.raises(AdapterError, match="please report"):
        result.checked()


def test_failed_file_takes_back_what_it_refused():
    log, account, other = RejectionLog(), FileAccount("a"), FileAccount("b")
    log.add(account, "bad", "bad", [(1, "c", "v")] * 7)
    log.add(other, "bad", "bad", [(1, "c", "v")])
    log.forget(account)
    assert [(entry.count, [example.file for example in entry.examples]) for entry in log.rejections] == [(1, [])]


def test_unknown_source_is_a_failed_run():
    run = run_source("nothing", [])
    assert (run.status, run.result) == ("failed", None)


def test_conform_names_the_broken_column():
    table = TABLES["rounds"].empty()
    assert conform("rounds", table).schema.names == [column.name for column in TABLES["rounds"].columns]
    with pytest.raises(TableError, match="missing columns"):
        conform("rounds", table.drop(["year"]))
    empty_code = pa.table({"clue_id": [None]})
    with pytest.raises(TableError, match="surplus|missing"):
        conform("clues", empty_code)
