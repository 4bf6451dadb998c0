"""A mapping describes a file to source `mapped`; one's own is a path."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import pytest

from data_adapters.run import SourceRun, run_source
from data_adapters.sources.mapped import MAPPINGS, mapping_of

OWN = """
code = "B02"
time_zone = "UTC"
missing = ["-99"]
notes = ["read as we please"]

[columns]
station_id = "site"
pm25_ug_m3 = ["fine dust", "dust"]

[units]
pm25_ug_m3 = "mg/m3"

[constants]
flag = "N"

[made]
time = { rule = "time_of_parts", of = ["Y", "M", "D", "h", "min"] }
"""
ROWS = "site;Y;M;D;h;min;dust\nA;2020;1;2;3;30;0.05\nB;2020;1;2;3;30;-99\n"


def read(tmp_path: Path, mapping: str, rows: str) -> SourceRun:
    (tmp_path / "own.toml").write_text(mapping, encoding="utf-8")
    (tmp_path / "in.csv").write_text(rows, encoding="utf-8")
    return run_source("mapped", [tmp_path / "in.csv"], {"mapping": str(tmp_path / "own.toml")})


@pytest.mark.parametrize("path", sorted(MAPPINGS.glob("*.toml")), ids=lambda path: path.stem)
def test_mapping_that_comes_along_is_sound(path):
    mapping = mapping_of(path.stem)
    wanted = {column.name for column in mapping.asked.table.columns if not column.nullable}
    given = {*mapping.columns, *mapping.asked.constants, *(one.column for one in mapping.made)}
    assert wanted <= given


def test_own_mapping_reads_an_own_file(tmp_path):
    run = read(tmp_path, OWN, ROWS)
    assert run.error is None
    made = run.result.tables["station_hours"].to_pylist()
    assert [(row["station_id"], row["pm25_ug_m3"], row["flag"]) for row in made] == [("A", 50.0, "N"), ("B", None, "N")]
    assert made[0]["time"] == datetime(2020, 1, 2, 11, 30)
    assert "read as we please" in run.result.files[0].notes


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ('code = "B02"', 'code = "Z9"', "which is no category"),
        ('code = "B02"', "code = ", "is no TOML"),
        ('code = "B02"', 'cod = "B02"', "did you mean code?"),
        ("station_id", "station", "did you mean station_id?"),
        ("time_of_parts", "time_of_part", "did you mean time_of_parts?"),
        ('["Y", "M", "D", "h", "min"]', '["Y"]', "lacks 4 headings"),
        ('time = { rule = "time_of_parts", of =', 'flag = { rule = "present", of =', "lacks words for rule present"),
        ("[constants]", "[constants]\nflags = 1", "did you mean flag?"),
        ('[made]', '[made]\npm25_ug_m3 = { rule = "hashed", of = "x" }', "under columns and under made"),
        ('"UTC"', '"Mars"', "option time_zone"),
        ('station_id = "site"', 'station_id = "place"', "lacks station_id (as place)"),
        ('"D", "h", "min"', '"D", "hour", "min"', "lacks time (from hour)"),
    ],
)  # fmt: skip
def test_wrong_mapping_is_told_in_one_line(tmp_path, old, new, told):
    error = str(read(tmp_path, OWN.replace(old, new), ROWS).error)
    assert told in error and "\n" not in error


def test_columns_of_which_nothing_is_taken_are_told(tmp_path):
    run = read(tmp_path, OWN, "site;Y;M;D;h;min;dust;colour\nA;2020;1;2;3;30;0.05;red\n")
    assert "columns not used: colour" in run.result.files[0].notes


@pytest.mark.parametrize(
    ("options", "told"),
    [
        ({}, "option mapping is missing"),
        ({"mapping": "prsa_ear"}, "did you mean prsa_air?"),
        ({"mapping": "/nowhere/own.toml"}, "no such file"),
        ({"map": "x"}, "did you mean mapping?"),
    ],
)
def test_mapping_that_is_not_there_is_told(options, told, tmp_path):
    (tmp_path / "in.csv").write_text(ROWS)
    assert told in str(run_source("mapped", [tmp_path / "in.csv"], options).error)


def test_one_bad_file_does_not_stop_the_others(tmp_path):
    read(tmp_path, OWN, ROWS)
    (tmp_path / "other.csv").write_text("a,b\n1,2\n")
    files = [tmp_path / "other.csv", tmp_path / "in.csv"]
    run = run_source("mapped", files, {"mapping": str(tmp_path / "own.toml")})
    assert [(one.accepted, one.error is None) for one in run.result.files] == [(0, False), (2, True)]


def test_mapping_of_the_quickstart_reads_a_file(tmp_path):
    guide = (Path(__file__).resolve().parents[2] / "docs" / "quickstart-real-data.md").read_text("utf-8")
    (mapping,) = [block.split("```")[0] for block in guide.split("```toml\n") if block.startswith('code = "B02"')]
    run = read(tmp_path, mapping, "site,year,month,day,hour,dust\nA,2020,1,2,3,0.05\n")
    assert run.error is None
    (row,) = run.result.tables["station_hours"].to_pylist()
    assert (row["time"], row["pm25_ug_m3"]) == (datetime(2020, 1, 2, 11), 50.0)
