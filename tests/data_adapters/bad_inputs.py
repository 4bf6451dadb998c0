"""The wall of bad inputs: how each is made and how it is read."""

from __future__ import annotations

import contextlib
import gzip
import os
import zipfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import openpyxl

from data_adapters.run import SourceRun, run_source

HEAD = "station_id,time,pm25_ug_m3,pm10_ug_m3,so2_ug_m3,no2_ug_m3,co_mg_m3,o3_ug_m3,flag"
GOOD = "1001A,2025-07-10 21:00,35.5,60,8,30,0.7,90,N"
MORE = "1002A,2025-07-10 22:00,20,40,5,22,0.5,80,N"
CHINESE = "站点编码,监测时间,PM2.5,PM10,标记\n一号站,2025-07-10 21:00,35.5,60,N\n二号站,2025-07-10 21:00,30,50,N\n"


@dataclass(frozen=True)
class Bad:
    """One bad input."""

    name: str
    make: Callable[[Path], Path]
    options: Mapping[str, Any] = field(default_factory=dict)
    told: str = ""  # how the options read on the page

    def run(self, folder: Path) -> SourceRun:
        path = self.make(folder)
        with nobody() if self.make is unreadable else contextlib.nullcontext():
            return run_source("category", [path], {"code": "B02", **self.options})


@contextlib.contextmanager
def nobody() -> Iterator[None]:
    """Root may read everything: for once not being root."""
    mine = os.geteuid()
    if mine == 0:
        os.seteuid(65534)
    try:
        yield
    finally:
        os.seteuid(mine)


def text(content: str | bytes, name: str = "in.csv") -> Callable[[Path], Path]:
    def make(folder: Path) -> Path:
        path = folder / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    return make


def rows(*lines: str) -> Callable[[Path], Path]:
    return text("\n".join((HEAD, *lines)) + "\n")


def row(**cells: str) -> str:
    made = dict(zip(HEAD.split(","), GOOD.split(","), strict=True)) | cells
    return ",".join(made.values())


def book(*lines: tuple[Any, ...], merged: tuple[str, ...] = ()) -> Callable[[Path], Path]:
    def make(folder: Path) -> Path:
        made = openpyxl.Workbook()
        sheet = made.active
        for line in lines:
            sheet.append(line)
        for cells in merged:
            sheet.merge_cells(cells)
        made.save(folder / "in.xlsx")
        return folder / "in.xlsx"

    return make


def truncated(folder: Path) -> Path:
    packed = gzip.compress(("\n".join([HEAD, *[GOOD.replace("1001A", f"S{n}") for n in range(2000)]])).encode())
    return text(packed[: len(packed) // 2], "in.csv.gz")(folder)


def gzip_bomb(folder: Path) -> Path:
    path = folder / "in.csv.gz"
    with gzip.open(path, "wb", compresslevel=9) as out:
        out.write((HEAD + "\n").encode())
        piece = (GOOD + "\n").encode() * 20_000
        for _ in range(100):
            out.write(piece)
    return path


def workbook_bomb(folder: Path) -> Path:
    path = folder / "in.xlsx"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        with archive.open("xl/worksheets/sheet1.xml", "w", force_zip64=True) as out:
            block = b"0" * (1 << 22)
            for _ in range(160):
                out.write(block)
    return path


def archive_bomb(folder: Path) -> Path:
    path = folder / "in.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        with archive.open("in.csv", "w", force_zip64=True) as out:
            piece = (GOOD + "\n").encode() * 20_000
            for _ in range(100):
                out.write(piece)
    return path


def long_line(folder: Path) -> Path:
    path = folder / "in.csv"
    with path.open("wb") as out:
        out.write((HEAD + "\n" + GOOD + "\n").encode())
        out.truncate(2 << 30)  # sparse: 2 GB in one line, no room taken on the disk
    return path


def long_text(folder: Path) -> Path:
    return text(HEAD + "\n" + row(flag="x" * (3 << 20)) + "\n" + MORE + "\n")(folder)


def many_columns(folder: Path) -> Path:
    return text(b",".join(b"c" for _ in range(10_000_000)) + b"\n1,2\n")(folder)


def unreadable(folder: Path) -> Path:
    path = rows(GOOD)(folder)
    path.chmod(0)
    return path


def directory(folder: Path) -> Path:
    (folder / "in.csv").mkdir()
    return folder / "in.csv"


TIMES = [row(station_id=f"S{n}", time=f"2025-07-10 {n:02}:00") for n in range(3)]
SWAPPED = [row(station_id=f"S{n}", pm25_ug_m3="60", pm10_ug_m3="35") for n in range(25)]
MERGED_TITLE = ("省控站小时数据",)
HEADINGS = tuple(HEAD.split(","))
GROUPED = (
    ("站点编码", "监测时间", "浓度", *[None] * 5, "标记"),
    (None, None, "PM2.5", "PM10", "SO2", "NO2", "CO", "O3", None),
)
CELLS: tuple[Any, ...] = ("1001A", "2025-07-10 21:00", 35.5, 60, 8, 30, 0.7, 90, "N")
SURVEY = {"code": "C03"}
SURVEY_HEAD = "run_id,time,parameter,lon_deg,lat_deg,value,unit,device"

WALL = (
    Bad("UTF-8 with Chinese headings", text(CHINESE)),
    Bad("UTF-8 with a byte-order mark", text(b"\xef\xbb\xbf" + CHINESE.encode())),
    Bad("GBK", text(CHINESE.encode("gbk"))),
    Bad("UTF-16 with a byte-order mark", text(CHINESE.encode("utf-16"))),
    Bad("UTF-16 without a mark", text(CHINESE.encode("utf-16-le"))),
    Bad("UTF-16 without a mark, declared", text(CHINESE.encode("utf-16-le")), {"encoding": "utf-16-le"}, "encoding"),
    Bad("Mac Roman", text(f"{HEAD}\n{row(flag='café')}\n".encode("mac_roman"))),
    Bad("UTF-8 that turns into something else", text(CHINESE.encode() + b"caf\xe9,\xff\n")),
    Bad("line ends of CR only", text(f"{HEAD}\r{GOOD}\r{MORE}\r")),
    Bad("line ends mixed", text(f"{HEAD}\r\n{GOOD}\n{MORE}\r\n")),
    Bad("blank lines between rows", rows(GOOD, "", MORE, "")),
    Bad("parted by ;", text(f"{HEAD}\n{GOOD}\n".replace(",", ";"))),
    Bad("parted by tabs", text(f"{HEAD}\n{GOOD}\n".replace(",", "\t"))),
    Bad("a title above the heading", text(f"某省站点数据\n\n{HEAD}\n{GOOD}\n")),
    Bad("a heading again in the middle", rows(GOOD, HEAD, MORE)),
    Bad("rows too short and too long", rows(GOOD, "1003A,2025-07-10 21:00", MORE + ",1,2")),
    Bad("thousands separators, not declared", rows(GOOD, row(station_id="S2", pm10_ug_m3='"1,234.5"'))),
    Bad(
        "thousands separators, declared",
        rows(GOOD, row(station_id="S2", pm10_ug_m3='"1,234.5"')),
        {"thousands": ","},
        "thousands=,",
    ),
    Bad("decimal comma, not declared", text(f"{HEAD}\n{GOOD}\n".replace(",", ";").replace("35.5", "35,5"))),
    Bad("1_000 as a number", rows(GOOD, row(station_id="S2", pm10_ug_m3="1_000"))),
    Bad("dates of Excel as dates", book(HEADINGS, CELLS)),
    Bad("dates of Excel as day numbers", rows(row(time="45848.875"), MORE)),
    Bad("merged cells above the heading", book(MERGED_TITLE, HEADINGS, CELLS, merged=("A1:I1",))),
    Bad("headings merged over two rows", book(*GROUPED, CELLS, merged=("A1:A2", "B1:B2", "C1:H1", "I1:I2"))),
    Bad("merged cells in the rows", book(HEADINGS, CELLS, (None, *CELLS[1:]), merged=("A2:A3",))),
    Bad("an empty file", text("")),
    Bad("blanks only", text(" \n\n\t\n")),
    Bad("a heading without rows", rows()),
    Bad("no heading", text(f"{GOOD}\n{MORE}\n")),
    Bad("a truncated gzip file", truncated, {}, ""),
    Bad("a gzip bomb", gzip_bomb),
    Bad("an archive that is a zip bomb", archive_bomb),
    Bad("a workbook that is a zip bomb", workbook_bomb),
    Bad("10 million columns", many_columns),
    Bad("a line of 2 GB", long_line),
    Bad("a line of 3 MB", long_text),
    Bad(
        "NaN and infinite values",
        rows(GOOD, row(station_id="S2", pm25_ug_m3="NaN"), row(station_id="S3", o3_ug_m3="inf")),
    ),
    Bad("negative values", rows(GOOD, row(station_id="S2", pm25_ug_m3="-5"))),
    Bad("9999 for nothing, not declared", rows(GOOD, row(station_id="S2", pm25_ug_m3="9999"))),
    Bad(
        "9999 for nothing, declared",
        rows(GOOD, row(station_id="S2", pm25_ug_m3="9999")),
        {"missing": ["9999"]},
        "missing",
    ),
    Bad("- and NA for nothing", rows(row(pm25_ug_m3="-", pm10_ug_m3="NA"))),
    Bad("a mandatory value that is missing", rows(GOOD, row(station_id=" "))),
    Bad(
        "a time zone in every time",
        rows(row(time="2025-07-10T13:00:00Z"), row(station_id="S2", time="2025-07-10T21:00+08:00")),
    ),
    Bad("a time zone in some times", rows(row(time="2025-07-10T13:00:00Z"), MORE)),
    Bad(
        "a time zone in some times, declared",
        rows(row(time="2025-07-10T13:00:00Z"), MORE),
        {"time_zone": "Asia/Shanghai"},
        "time_zone",
    ),
    Bad("24:00 as the hour", rows(row(time="2025-07-10 24:00"), MORE)),
    Bad("months first", rows(row(time="07/10/2025 21:00"), MORE)),
    Bad("the same row twice", rows(GOOD, GOOD)),
    Bad("the same key with other values", rows(GOOD, row(pm25_ug_m3="99"))),
    Bad("PM2.5 and PM10 swapped", rows(*SWAPPED)),
    Bad(
        "longitude and latitude swapped",
        text(f"{SURVEY_HEAD}\nR1,2025-07-10 21:00:05,PM25,39.9,116.4,35,ug/m3,vehicle\n"),
        SURVEY,
        "code=C03",
    ),
    Bad(
        "a unit in the heading",
        text(f"{HEAD}\n{GOOD}\n".replace("pm25_ug_m3", "PM2.5(mg/m³)").replace("35.5", "0.0355")),
    ),
    Bad("two headings for one column", text(f"{HEAD},PM2.5\n{GOOD},35.5\n")),
    Bad("a column that is not known", text(f"{HEAD},remark\n{GOOD},x\n")),
    Bad("a mandatory column that is missing", text(f"{HEAD}\n{GOOD}\n".replace("time", "noted"))),
    Bad("a formula in a text", rows(row(flag="=cmd|'/c calc'!A1"))),
    Bad("a formula in a number", rows(GOOD, row(station_id="S2", pm25_ug_m3="=1+1"))),
    Bad("a quotation mark never closed", rows(row(station_id='"1001A'), MORE, GOOD.replace("1001A", "S3"))),
    Bad("a NUL byte in it", text(f"{HEAD}\n{GOOD}\n".encode().replace(b"1001A", b"10\x0001"))),
    Bad("a PDF called .csv", text(b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n")),
    Bad("a web page called .csv", text("<!DOCTYPE html>\n<html><body>a,b</body></html>\n")),
    Bad("a broken Parquet file", text(b"PAR1" + b"\0" * 40 + b"PAR1", "in.parquet")),
    Bad("a broken workbook", text(b"PK\x03\x04" + b"\0" * 40, "in.xlsx")),
    Bad(
        "JSON lines, one broken",
        text('{"station_id":"a","time":"2025-07-10 21:00","flag":"N"}\n{"station_id":\n', "in.jsonl"),
    ),
    Bad("a JSON list cut off", text('[{"station_id":"a","time":"2025-07-10 21:00","flag":"N"},{"stat', "in.json")),
    Bad("a file that is not there", lambda folder: folder / "in.csv"),
    Bad("a directory", directory),
    Bad("no permission", unreadable),
)
