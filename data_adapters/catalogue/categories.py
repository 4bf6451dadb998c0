"""The 49 categories and their tables, read from the three files beside this module.

catalogue.csv  one row per category    tables.csv  one row per wide table    columns.csv  their columns

A category whose canonical table is in `data_adapters.tables` uses that one; all others are wide tables kept here.
"""

from __future__ import annotations

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Literal, cast

import pyarrow as pa

from data_adapters.tables import DATE, FLAG, INT, REAL, TABLES, TEXT, TIME, Column, Table

HERE = Path(__file__).parent
TYPES: Mapping[str, pa.DataType] = MappingProxyType(
    {"text": TEXT, "int": INT, "real": REAL, "date": DATE, "time": TIME, "flag": FLAG}
)
# Day columns of canonical tables that a category uses; a table not named here is a snapshot.
CANONICAL_DAYS = {"satellite_grid": "date", "satellite_detections": "observed_date"}
# Registers beside the categories; those of the second line are canonical tables, what teams did among them.
AUXILIARY = (
    "sites", "fleet_points", "incineration_plants", "round_summaries", "past_checks", "truth",
    "region_groups", "rounds", "teams", "inspections", "problems", "clues", "clue_events",
)  # fmt: skip

Cadence = Literal["hourly", "daily", "event", "snapshot"]
DataClass = Literal["public", "internal", "personal"]


@dataclass(frozen=True)
class Category:
    """One category of data; numbers of rows are those of the national campaign of 14 days."""

    code: str
    group_zh: str
    group_en: str
    name_zh: str
    name_en: str
    provider_zh: str
    provider_en: str
    cadence: Cadence
    canonical_table: str
    rows_per_day: int  # 0 for a snapshot
    rows_per_round: int
    expected_lag_h: int  # hours from the end of a period until its data should be here
    data_class: DataClass
    owner: str

    @property
    def group_code(self) -> str:
        """The letter of the group."""
        return self.code[0]


def _rows(name: str) -> list[dict[str, str]]:
    with (HERE / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def _category(row: dict[str, str]) -> Category:
    return Category(
        code=row["code"],
        group_zh=row["group_zh"],
        group_en=row["group_en"],
        name_zh=row["name_zh"],
        name_en=row["name_en"],
        provider_zh=row["provider_zh"],
        provider_en=row["provider_en"],
        cadence=cast(Cadence, row["cadence"]),
        canonical_table=row["canonical_table"],
        rows_per_day=int(row["rows_per_day"]),
        rows_per_round=int(row["rows_per_round"]),
        expected_lag_h=int(row["expected_lag_h"]),
        data_class=cast(DataClass, row["data_class"]),
        owner=row["owner"],
    )


def _wide_tables() -> dict[str, Table]:
    columns: dict[str, list[Column]] = {}
    keys: dict[str, list[str]] = {}
    for row in _rows("columns.csv"):
        column = Column(row["column"], TYPES[row["type"]], row["meaning"], row["unit"], row["nullable"] == "true")
        columns.setdefault(row["table"], []).append(column)
        if row["key"] == "true":
            keys.setdefault(row["table"], []).append(row["column"])
    return {
        row["table"]: Table(row["table"], row["grain"], tuple(keys[row["table"]]), tuple(columns[row["table"]]))
        for row in _rows("tables.csv")
    }


CATEGORIES: Mapping[str, Category] = MappingProxyType({row["code"]: _category(row) for row in _rows("catalogue.csv")})
WIDE_TABLES: Mapping[str, Table] = MappingProxyType(_wide_tables())
_DAYS = {row["table"]: row["day_column"] for row in _rows("tables.csv")} | CANONICAL_DAYS


def table(name: str) -> Table:
    """The table of that name, canonical or wide.

    Raises  KeyError for an unknown name
    """
    return WIDE_TABLES[name] if name in WIDE_TABLES else TABLES[name]


def schema(name: str) -> pa.Schema:
    """The Arrow schema of a table; units and meanings ride along as field metadata."""
    return table(name).schema


def day_column(name: str) -> str | None:
    """The date or time by which rows of a table belong to a day; nothing for a snapshot."""
    return _DAYS.get(name) or None


def catalogue_markdown() -> str:
    """The catalogue as the text of docs/catalogue.md."""
    total = sum(category.rows_per_round for category in CATEGORIES.values())
    lines = ["# The catalogue of data", "", "Made by `python -m data_adapters catalogue --markdown`; do not edit.", ""]
    lines += [f"{len(CATEGORIES)} categories, {total:,} records in a round of 14 days. Time is naive UTC+8 wall time,"]
    lines += ["start of period. Position is WGS-84. The split over categories is our own proposal.", ""]
    lines += ["| code | group | name | provider | cadence | table | rows a round | lag h | class | owner |"]
    lines += ["|---|---|---|---|---|---|---|---|---|---|"]
    for one in CATEGORIES.values():
        names = f"{one.group_en} | {one.name_zh} {one.name_en} | {one.provider_zh} {one.provider_en}"
        lines.append(
            f"| {one.code} | {names} | {one.cadence} | {one.canonical_table} | {one.rows_per_round:,} "
            f"| {one.expected_lag_h} | {one.data_class} | {one.owner} |"
        )
    lines.append("")
    for wide in WIDE_TABLES.values():
        lines += _table_lines(wide)
    return "\n".join(lines)


def _table_lines(wide: Table) -> list[str]:
    used = [one.code for one in CATEGORIES.values() if one.canonical_table == wide.name]
    told = f"Categories: {', '.join(used)}." if used else "A register beside the categories."
    lines = [f"## {wide.name}", "", f"{wide.grain[0].upper()}{wide.grain[1:]}. Key: {', '.join(wide.key)}. {told}", ""]
    lines += ["| column | type | unit | may be empty | meaning |", "|---|---|---|---|---|"]
    for column in wide.columns:
        empty = "yes" if column.nullable else ""
        lines.append(f"| {column.name} | {column.type} | {column.unit} | {empty} | {column.meaning} |")
    return [*lines, ""]
