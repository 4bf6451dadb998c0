"""Days of a stack monitoring system as lines of plant, stack, item, hour and minute, value (Yilan and other counties).

A line with the day and its first second stands in front of each day. Items are numbers of the system; gases are in ppm.
Table cems_readings holds every value as sent; table cems_minutes holds the gases in mg/m3 (C = M / 22.4 ppm, 273 K and
1013 hPa). What is not in the file is not made: no flag, no concentration at reference oxygen.

Options  encoding  of a text that is neither UTF-8 nor GB18030
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa

from data_adapters.catalogue import schema
from data_adapters.files import decode_text, read_bytes
from data_adapters.source import (
    AdapterError,
    FileAccount,
    RejectionLog,
    SourceResult,
    check_options,
    read_each,
    sidecar,
)
from data_adapters.sources.category import CategoryResult
from data_adapters.sources.firms_columns import Checks
from data_adapters.sources.row_checks import number, repeated, text
from data_adapters.tables import TABLES

CODE = "E03"
CELLS = ("plant", "stack", "item", "clock", "value")
DAY = re.compile(r"(\d{4})[-/](\d{1,2})[-/](\d{1,2})")
CLOCK = r"([01]?\d|2[0-3])([0-5]\d)"
UTC_PLUS_8 = timezone(timedelta(hours=8))
MOLAR_VOLUME = 22.4  # l/mol at 273 K and 101.325 kPa
VALUE = (-1e6, 1e9)
RAGGED = ("ragged", "is no line of plant, stack, item, hour and minute, value")


@dataclass
class Lines:
    """The lines of a file: cells of those that hold a value, each with its number and day, and the others."""

    cells: list[list[str]] = field(default_factory=list)
    rows: list[int] = field(default_factory=list)
    days: list[str] = field(default_factory=list)
    ragged: list[tuple[int, str]] = field(default_factory=list)
    day_lines: int = 0


class StackItems:
    """Source `stack_items`: tables cems_readings and cems_minutes."""

    name = "stack_items"

    def read(self, paths: Sequence[Path], options: Mapping[str, Any]) -> SourceResult:
        """Every value once."""
        check_options(self.name, options, ("encoding",))
        known = sidecar(self.name)
        log = RejectionLog()
        seen: set[tuple[object, ...]] = set()

        def read_one(path: Path, account: FileAccount) -> pd.DataFrame:
            content, _ = decode_text(path, read_bytes(path, account), options.get("encoding"))
            lines = _lines(path, content)
            account.read = len(lines.cells) + len(lines.ragged)
            account.notes.append(f"{lines.day_lines} lines that name a day")
            log.add(account, *RAGGED, [(row, "", line) for row, line in lines.ragged])
            frame = pd.DataFrame(lines.cells, columns=list(CELLS), dtype="str")
            rows = np.array(lines.rows, dtype=np.int64)
            checks = Checks(account, log, rows, np.ones(len(frame), dtype=bool))
            made = _values(frame, pd.Series(lines.days, dtype="str"), checks)
            repeated(made[["device_mn", "item", "data_time"]], checks, seen)
            account.accepted = int(checks.good.sum())
            return made.assign(item_no=rows)[checks.good]

        accounts, parts = read_each(paths, log, read_one)
        filled = [part.assign(frame_no=n) for n, part in enumerate(parts, start=1)]
        values = pd.concat(filled, ignore_index=True) if filled else pd.DataFrame()
        tables = {"cems_readings": _readings(values, known), "cems_minutes": _minutes(values, known)}
        return CategoryResult(tables if filled else {}, accounts, log.rejections, CODE)


def _lines(path: Path, content: str) -> Lines:
    """The lines of a file under the days they belong to; rows are counted without the lines of days.

    Raises  AdapterError if no day stands in front, or a day contradicts the second it is said to begin with
    """
    found, day, row = Lines(), "", 0
    for line in content.lstrip("\ufeff").splitlines():
        cells = [cell.strip().strip('"').strip() for cell in line.split(",")]
        if not any(cells):
            continue
        if DAY.fullmatch(cells[0]):
            day, found.day_lines = _day(path, cells), found.day_lines + 1
            continue
        row += 1
        if not day:
            raise AdapterError(
                path, "is not of source stack_items: no day in front", "expected a line as 2016-01-03,1451750400"
            )
        while len(cells) > len(CELLS) and not cells[-1]:
            cells.pop()
        if len(cells) != len(CELLS):
            found.ragged.append((row, ",".join(cells)))
            continue
        found.cells.append(cells)
        found.rows.append(row)
        found.days.append(day)
    return found


def _day(path: Path, cells: Sequence[str]) -> str:
    """The day a line names; the second it begins with, where one stands beside, must be midnight in UTC+8."""
    found = DAY.fullmatch(cells[0])
    try:
        day = datetime(int(found[1]), int(found[2]), int(found[3]), tzinfo=UTC_PLUS_8) if found else None
    except ValueError:
        day = None
    if day is None:
        raise AdapterError(path, f"names a day that is none: {cells[0]}")
    second = cells[1] if len(cells) > 1 else ""
    if second.isdigit() and int(second) != int(day.timestamp()):
        raise AdapterError(path, f"says that {cells[0]} begins with second {second}", "that is not midnight in UTC+8")
    return f"{day:%Y-%m-%d}"


def _values(frame: pd.DataFrame, days: pd.Series, checks: Checks) -> pd.DataFrame:
    """All values with their device and time; those that cannot be are marked in `checks`."""
    plant, stack = text(frame["plant"], checks), text(frame["stack"], checks)
    text(frame["item"], checks)
    clock = frame["clock"].str.zfill(4).str.extract(f"^{CLOCK}$")
    checks.refuse(clock[0].isna(), "not_a_time", "is no hour and minute as 0015", frame["clock"])
    written = days + " " + clock[0].fillna("00") + ":" + clock[1].fillna("00")
    return pd.DataFrame(
        {
            "device_mn": plant.fillna("") + "-" + stack.fillna(""),
            "item": frame["item"],
            "data_time": pd.to_datetime(written, format="%Y-%m-%d %H:%M").astype("datetime64[s]"),
            "value": number(frame["value"], checks, VALUE),
            "value_text": frame["value"],
        }
    )


def _readings(values: pd.DataFrame, known: Mapping[str, Any]) -> pa.Table:
    """Every value as sent."""
    table = TABLES["cems_readings"].schema
    if not len(values):
        return table.empty_table()
    items = known["items"]
    made = values.assign(
        system_code="31",
        command="file",
        period="minute",
        factor_code=[items.get(item, {}).get("factor", item) for item in values["item"]],
        factor_raw=values["item"],
        value_kind="avg",
        device_flag=None,
        equipment_flag=None,
        unit=[items.get(item, {}).get("unit") for item in values["item"]],
        sent_at=None,
        received_at=None,
        is_resent=False,
        warnings="",
    )
    return pa.Table.from_pandas(made[table.names], preserve_index=False).cast(table)


def _minutes(values: pd.DataFrame, known: Mapping[str, Any]) -> pa.Table:
    """The gases in mg/m3."""
    table = schema("cems_minutes")
    gases = {item: said for item, said in known["items"].items() if "g_mol" in said}
    own = values[values["item"].isin(list(gases))] if len(values) else values
    if not len(own):
        return table.empty_table()
    factor = own["item"].map({item: float(said["g_mol"]) / MOLAR_VOLUME for item, said in gases.items()})
    made = pd.DataFrame(
        {
            "outlet_id": own["device_mn"],
            "time": own["data_time"],
            "pollutant": own["item"].map({item: said["pollutant"] for item, said in gases.items()}),
            "mn": own["device_mn"],
            "value_mg_m3": own["value"] * factor,
            "zs_mg_m3": None,
            "flag": known["parameters"]["no_flag"],
        }
    )
    return pa.Table.from_pandas(made, schema=table, preserve_index=False)


STACK_ITEMS = StackItems()
