from __future__ import annotations

import json
import re
from pathlib import Path

import pyarrow.parquet as pq
from test_enterprise_register import HEADING, ROW
from typer.testing import CliRunner

from data_adapters.__main__ import app
from data_adapters.identity.tables import IDENTITY_TABLES

DOCUMENT = Path(__file__).parents[2] / "docs" / "coordinates-and-identity.md"


def run(*arguments: object) -> tuple[int, str]:
    done = CliRunner().invoke(app, [str(argument) for argument in arguments])
    return done.exit_code, done.output


def test_resolve_prints_and_writes_its_tables(tmp_path):
    one, two = tmp_path / "one.csv", tmp_path / "two.csv"
    one.write_text(f"{HEADING}\n{ROW}\n", "utf-8")
    two.write_text(f"{HEADING}\n{ROW.replace('甲厂', '甲 厂')}\n乙厂,,,106.4,38.4,水泥,银川市,兴庆区\n", "utf-8")
    code, text = run("resolve", one, two, "--json", "--out", tmp_path / "out")
    told = json.loads(text)
    assert (code, told["enterprises"], len(told["enterprise_keys"])) == (0, 2, 3)
    assert pq.read_table(tmp_path / "out" / "enterprise_keys.parquet").num_rows == 3


def test_coordinates_writes_the_list_to_mend(tmp_path):
    path, out = tmp_path / "register.csv", tmp_path / "to-fix.csv"
    path.write_text(f"{HEADING},填报人\n{ROW},张\n=乙厂,,,38.4,106.4,水泥,银川市,兴庆区,李\n", "utf-8")
    code, text = run("coordinates", path, "--out", out, "--group", "填报人", "--json")
    assert code == 0, text
    told = json.loads(text)
    assert told["problems"]["swapped"] == 1
    assert [row["group"] for row in told["datum"]] == ["", "张", "李"]
    content = out.read_bytes()
    assert content.startswith(b"\xef\xbb\xbf")
    assert ",'=乙厂,李," in content.decode("utf-8-sig")


def test_what_cannot_be_read_is_one_line_and_fails(tmp_path):
    for command in ("resolve", "coordinates"):
        code, text = run(command, tmp_path / "absent.csv")
        assert (code, text.count("\n")) == (2, 1)
        assert "no such file" in text


def test_every_table_and_column_is_documented():
    words = set(re.findall(r"`([a-z_0-9]+)`", DOCUMENT.read_text("utf-8")))
    wanted = {table.name for table in IDENTITY_TABLES.values()}
    wanted |= {column.name for table in IDENTITY_TABLES.values() for column in table.columns}
    assert wanted <= words
