from __future__ import annotations

import io
import os
import zipfile
from pathlib import Path

import openpyxl
import pytest

from data_adapters.archives import unpacked
from data_adapters.files import MAX_BYTES, decode_text, read_bytes
from data_adapters.source import AdapterError, FileAccount, RejectionLog
from data_adapters.sources.delimited import RawRows, parse_delimited, read_delimited


def rows(text: str, *, is_quoted: bool = True) -> RawRows:
    return parse_delimited(Path("x.csv"), text, is_quoted=is_quoted)


def values(raw: RawRows) -> list[list[str]]:
    return raw.frame.to_numpy(dtype=object).tolist()


@pytest.mark.parametrize("is_quoted", [True, False])
def test_surplus_empty_cells_are_no_fault_and_order_stays(is_quoted):
    raw = rows("a,b\n1,2,\n3,4\n5,6,x\n7,8, ,\n", is_quoted=is_quoted)
    assert values(raw) == [["1", "2"], ["3", "4"], ["7", "8"]]
    assert raw.rows.tolist() == [1, 2, 4]
    assert raw.ragged == [(3, "5,6,x")]


def test_surplus_is_counted_in_cells_not_in_commas():
    raw = rows('a,b\n"1,1","2,2",\n')
    assert values(raw) == [["1,1", "2,2"]]


def test_lines_of_blanks_are_no_rows():
    raw = rows("a,b\n1,2\n\n  \n\u3000\n3,4\n")
    assert (values(raw), raw.ragged) == ([["1", "2"], ["3", "4"]], [])


@pytest.mark.parametrize(
    "text",
    [
        'a,b,c\n1,"2,3\n4,5,6\n7,8,9\n',
        'a,b,c\n"1,2,3\n4,5,6\n7,8,9\n',
        'a,b,c\n1,2,"3\n4,5,6\n7,8,"9\n',
        'a,b,c\n1,2,3\n4,5,"6\n7,8,9\n',
    ],
    ids=["middle", "first cell", "closed by a later one", "until the end"],
)
def test_open_quotation_mark_swallows_no_row(text):
    raw = rows(text)
    assert len(raw.frame) + len(raw.ragged) == 3
    assert "open quotation mark" in raw.notes[0]


def test_cell_over_several_lines_stays_one():
    raw = rows('a,b,c\n"1\nx, y","2",3\n4,5,6\n')
    assert values(raw) == [["1\nx, y", "2", "3"], ["4", "5", "6"]]
    assert raw.notes == []


@pytest.mark.parametrize("above", ["某市名录\n", "某市名录\n2023年\n", "sep=,\n"])
def test_title_without_delimiter_above_the_heading_is_passed_over(above):
    assert values(rows(f"{above}a,b,c\n1,2,3\n")) == [["1", "2", "3"]]


def test_unnamed_first_column_of_a_tabbed_file_keeps_its_place(tmp_path):
    path = tmp_path / "x.csv"
    path.write_text("\tgroup_code\tcity_adcode\n0\tA\t130100\n")
    assert values(read_delimited(path, FileAccount("x"))) == [["0", "A", "130100"]]


def test_repeated_heading_is_refused_with_its_place():
    raw = rows("Name,b\n1,2\nname,B\n3,4\n")
    raw.without_headings()
    account, log = FileAccount("x"), RejectionLog()
    raw.enter(account, log)
    assert (account.read, account.rejected, values(raw)) == (3, {"heading": 1}, [["1", "2"], ["3", "4"]])
    assert log.rejections[0].examples[0].row == 2


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        ("name;x\nUsina São João;1\n", "latin-1"),
        ("name;x\nÉlectricité de France;1\n", "cp1252"),
        ("name;x\nMünchen, Böblingen, Süßen\n", "cp1252"),
        ("name;x\nЗавод металлургический;1\n", "cp1251"),
        ("企業名稱,經度,緯度\n甲廠有限公司,106,38\n", "big5"),
    ],
)
def test_other_encodings_are_never_taken_for_chinese_and_are_read_if_declared(text, encoding):
    with pytest.raises(AdapterError, match="none of the encodings"):
        decode_text(Path("x"), text.encode(encoding))
    assert decode_text(Path("x"), text.encode(encoding), encoding) == (text, encoding)


@pytest.mark.parametrize("text", ["企业名称,经度\n鑫淼镕铝业（集团）有限公司,116.3\n", "名称,a\n甲厂,1\n"])
def test_chinese_of_windows_is_read_undeclared(text):
    assert decode_text(Path("x"), text.encode("gbk"))[0] == text


def test_wrong_declared_encoding_is_told():
    with pytest.raises(AdapterError, match="as utf-8, gb18030 or cp1252"):
        decode_text(Path("x"), b"a", "utf-99")
    with pytest.raises(AdapterError, match="is no text in utf-8"):
        decode_text(Path("x"), b"\xff", "utf-8")


def archive(path: Path, files: dict[str, str]) -> Path:
    with zipfile.ZipFile(path, "w") as made:
        for name, text in files.items():
            made.writestr(name, text)
    return path


def test_archive_gives_its_data_files_and_tells_the_rest(tmp_path):
    files = {"fire.csv": "a,b\n", "sub/more.json": "[]", "Readme.txt": "x", "map.shp": "x"}
    path = archive(tmp_path / "DL.zip", files)
    members, note = unpacked(path)
    assert [str(member) for member in members] == [f"{path}/fire.csv", f"{path}/sub/more.json"]
    assert note == "not read in the archive: Readme.txt, map.shp"
    account = FileAccount("x")
    assert read_bytes(members[0], account) == b"a,b\n"
    assert account.bytes == 4


def test_broken_archive_is_refused_in_one_line(tmp_path):
    path = archive(tmp_path / "a.zip", {"fire.csv": "a,b\n" * 9})
    damaged = bytearray(path.read_bytes())
    damaged[45] ^= 0xFF
    path.write_bytes(damaged)
    with pytest.raises(AdapterError, match="cannot be read"):
        read_bytes(unpacked(path)[0][0], FileAccount("x"))
    path.write_bytes(damaged[:-30])
    assert unpacked(path) == ([path], "")


def test_special_files_and_strange_names_are_refused(tmp_path):
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    assert unpacked(pipe) == ([pipe], "")
    with pytest.raises(AdapterError, match="no regular file"):
        read_bytes(pipe, FileAccount("x"))
    for name in ("a\0b", "x" * 5000):
        with pytest.raises(AdapterError, match="no such file|cannot be read"):
            read_bytes(Path(name), FileAccount("x"))


def test_file_beyond_the_limit_is_refused_unread(tmp_path):
    path = tmp_path / "huge.csv"
    with path.open("wb") as file:
        file.truncate(MAX_BYTES + 1)
    with pytest.raises(AdapterError, match="larger than 4 GB"):
        read_bytes(path, FileAccount("x"))


def test_workbook_is_no_archive(tmp_path):
    content = io.BytesIO()
    openpyxl.Workbook().save(content)
    path = tmp_path / "a.xlsx"
    path.write_bytes(content.getvalue())
    assert unpacked(path) == ([path], "")
