"""What a user says about files of a category: which one, which heading holds what, units, zone, signs for nothing."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from types import MappingProxyType
from typing import Any

from data_adapters.catalogue import CATEGORIES, Category, table
from data_adapters.source import AdapterError, check_options, nearest, sidecar
from data_adapters.tables import Table

OPTIONS = ("code", "columns", "constants", "units", "time_zone", "missing", "sheet", "encoding", "decimal", "thousands")
MISSING = ("", "-", "--", "—", "——", "/", "NA", "N/A", "#N/A", "null", "None", "\\N")
ZONES = {"asia/shanghai": 480, "prc": 480, "china": 480, "bjt": 480, "utc": 0, "gmt": 0, "z": 0}
OFFSET = re.compile(r"^(?:utc|gmt)?([+-])(\d{1,2})(?::?(\d{2}))?$")
CHINA_MINUTES = 480


@dataclass(frozen=True)
class Wanted:
    """The options of one run, checked."""

    category: Category
    table: Table
    columns: Mapping[str, str] = field(default_factory=dict)  # canonical name: heading
    constants: Mapping[str, str] = field(default_factory=dict)  # canonical name: value of every row
    units: Mapping[str, str] = field(default_factory=dict)  # canonical name: unit of the file
    zone_minutes: int = CHINA_MINUTES
    is_zone_declared: bool = False
    missing: tuple[str, ...] = MISSING
    sheet: str | None = None
    encoding: str | None = None
    decimal: str = "."
    thousands: str = ""

    @property
    def code(self) -> str:
        """Code of the category."""
        return self.category.code

    @property
    def is_plain(self) -> bool:
        """Whether nothing is told but the category, so that a column means what its name says."""
        told = (self.columns, self.constants, self.units, self.zone_minutes, self.missing)
        return told == ({}, {}, {}, CHINA_MINUTES, MISSING)

    @property
    def is_personal(self) -> bool:
        """Whether what a row says may be about a person."""
        return self.category.data_class == "personal"


@cache
def known_of_categories() -> Mapping[str, Any]:
    """The sidecar of source `category`: headings, products, limits."""
    return MappingProxyType(sidecar("category"))


def wanted(source: str, options: Mapping[str, Any], more: Sequence[str] = ()) -> Wanted:
    """The options as a value.

    Raises  AdapterError naming the option that is wrong
    """
    check_options(source, options, (*OPTIONS, *more))
    code = str(options.get("code", "")).upper()
    if code not in CATEGORIES:
        hint = nearest(code, CATEGORIES) if code else "as code=B02; `python -m data_adapters catalogue` lists them"
        raise AdapterError("", f"option code is {code!r}, which is no category", hint)
    category = CATEGORIES[code]
    known = table(category.canonical_table)
    zone = options.get("time_zone")
    decimal, thousands = str(options.get("decimal", ".")), str(options.get("thousands", ""))
    if decimal not in ".," or thousands not in ("", ",", ".", " ", "'") or decimal == thousands:
        raise AdapterError("", f"options decimal={decimal!r}, thousands={thousands!r}", "as decimal=. thousands=,")
    return Wanted(
        category=category,
        table=known,
        columns=_mapping(options, "columns", known),
        constants=_mapping(options, "constants", known),
        units=_mapping(options, "units", known),
        zone_minutes=CHINA_MINUTES if zone is None else _minutes(str(zone)),
        is_zone_declared=zone is not None,
        missing=_missing(options.get("missing")),
        sheet=_text(options.get("sheet")),
        encoding=_text(options.get("encoding")),
        decimal=decimal,
        thousands=thousands,
    )


def wanted_register(name: str) -> Wanted:
    """A register beside the categories, read as a category of its own name would be.

    Raises  KeyError for an unknown name
    """
    known = table(name)
    words = dict.fromkeys(("group_zh", "group_en", "name_zh", "name_en", "provider_zh", "provider_en", "owner"), name)
    category = Category(
        name,
        **words,
        cadence="snapshot",
        canonical_table=name,
        rows_per_day=0,
        rows_per_round=0,
        expected_lag_h=0,
        data_class="internal",
    )
    return Wanted(category, known)


def _text(value: object) -> str | None:
    return None if value is None else str(value)


def _missing(given: object) -> tuple[str, ...]:
    """The usual signs for nothing, and those given: a list, or text parted by commas."""
    if given is None:
        return MISSING
    listed = given.split(",") if isinstance(given, str) else given
    if not isinstance(listed, Sequence):
        raise AdapterError("", "option missing is no list", 'as missing = ["-", "9999"]')
    return (*MISSING, *(str(one).strip() for one in listed))


def _mapping(options: Mapping[str, Any], name: str, known: Table) -> dict[str, str]:
    given = options.get(name, {})
    if not isinstance(given, Mapping):
        raise AdapterError("", f"option {name} is no mapping", f'as {name} = {{{known.columns[0].name} = "…"}}')
    names = [column.name for column in known.columns]
    for column in given:
        if column not in names:
            raise AdapterError("", f"option {name} names {column!r}", nearest(str(column), names))
    return {str(column): str(value) for column, value in given.items()}


def _minutes(zone: str) -> int:
    """Minutes ahead of UTC."""
    plain = zone.strip().lower().replace(" ", "")
    if plain in ZONES:
        return ZONES[plain]
    found = OFFSET.match(plain)
    minutes = int(found[2]) * 60 + int(found[3] or 0) if found else 9999
    if not found or minutes > 14 * 60:
        raise AdapterError("", f"option time_zone is {zone!r}", "as Asia/Shanghai, UTC or +08:00")
    return minutes if found[1] == "+" else -minutes
