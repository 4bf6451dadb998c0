"""The parameters of the API, and their reading: nothing that was asked is left out in silence."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date
from typing import Any

from werkzeug.datastructures import MultiDict

from dashboard.api.endpoint import Parameter
from dashboard.api.problems import Problem
from dashboard.data.filters import CATEGORIES, POLLUTANTS, STATUS_GROUPS, Filters, parse

MOST = 1000
USUAL = 100
ONE_OF_LIST = "; several with commas"


def _whole(low: int, high: int) -> Callable[[str], int]:
    def read(text: str) -> int:
        if not (text.isascii() and text.isdigit() and low <= int(text) <= high):
            raise ValueError(text)
        return int(text)

    return read


def _among(*choices: str) -> Callable[[str], str]:
    def read(text: str) -> str:
        if text not in choices:
            raise ValueError(text)
        return text

    return read


def _day(text: str) -> date:
    if len(text) != 10:
        raise ValueError(text)
    return date.fromisoformat(text)


def _several(choices: Iterable[str]) -> dict[str, Any]:
    one = "|".join(choices)
    return {"type": "string", "pattern": f"^({one})(,({one}))*$"}


FILTERS = tuple(
    Parameter(name, description, schema, is_filter=True, example=example)
    for name, description, schema, example in (
        ("region", "Adcode of a province, city or county, or `g:` and the code of a group of cities",
         {"type": "string", "pattern": "^([0-9]{6}|g:[A-Za-z0-9_]+)$"}, "310000"),
        ("rounds", f"Codes of rounds{ONE_OF_LIST}", {"type": "string", "minLength": 1}, "2023-R11"),
        ("from", "First day, included", {"type": "string", "format": "date"}, "2023-07-10"),
        ("to", "Last day, included", {"type": "string", "format": "date"}, "2023-07-20"),
        ("pollutant", "Pollutant", {"type": "string", "enum": list(POLLUTANTS)}, "NOx"),
        ("industry", f"Codes of industries{ONE_OF_LIST}", {"type": "string", "minLength": 1}, "steel"),
        ("category", f"Categories of clues{ONE_OF_LIST}", _several(CATEGORIES), "cems"),
        ("rule", f"Rules{ONE_OF_LIST}", {"type": "string", "minLength": 1}, "R01,R02"),
        ("status", f"Status groups{ONE_OF_LIST}; each stands for some states", _several(STATUS_GROUPS), "pushed"),
        ("severity", f"Severities{ONE_OF_LIST}: 1 same-day push, 2 next push, 3 watch list", _several("123"), "1,2"),
        ("extent", "West, south, east, north in degrees, WGS-84",
         {"type": "string", "pattern": "^-?[0-9.]+(,-?[0-9.]+){3}$"}, "120.8,30.6,122.0,31.9"),
    )
)  # fmt: skip
_BY_NAME = {one.name: one for one in FILTERS}
PLACE_AND_TIME = tuple(_BY_NAME[name] for name in ("region", "rounds", "from", "to", "extent"))
LIMIT = Parameter(
    "limit", "Most entries of one page", {"type": "integer", "minimum": 1, "maximum": MOST, "default": USUAL},
    read=_whole(1, MOST), default=USUAL,
)  # fmt: skip
CURSOR = Parameter(
    "cursor",
    "Where the page before ended: the cursor of its `next` link",
    {"type": "string", "minLength": 1},
    default="",
)
ORDER = Parameter(
    "order", "By time of detection: oldest first, or newest first",
    {"type": "string", "enum": ["detected_at", "-detected_at"], "default": "detected_at"},
    read=_among("detected_at", "-detected_at"), default="detected_at",
)  # fmt: skip
PRODUCT = Parameter(
    "product", "Product of the satellites", {"type": "string", "enum": ["PM25", "NO2", "HCHO", "FIRE"]},
    read=_among("PM25", "NO2", "HCHO", "FIRE"), example="PM25",
)  # fmt: skip
AT_DAY = Parameter(
    "at", "The day on which the age of a cell is told; without it the last day of the data",
    {"type": "string", "format": "date"}, read=_day,
)  # fmt: skip
SINCE = Parameter(
    "since", "Only events after this cursor: the `since` of an earlier answer", {"type": "string", "minLength": 1},
    default="",
)  # fmt: skip
CLUE_ID = Parameter("clue_id", "The clue", {"type": "string", "pattern": "^[A-Za-z0-9_-]{1,64}$"}, place="path")
METRIC_ID = Parameter("name", "The figure", {"type": "string", "pattern": "^[a-z0-9_]{1,64}$"}, place="path")
ENTERPRISE_ID = Parameter("enterprise_id", "The enterprise", {"type": "string", "minLength": 1}, place="path")
IF_MATCH = Parameter(
    "If-Match", "The version of the clue that was seen, as `\"3\"`", {"type": "string", "pattern": '^"[0-9]{1,9}"$'},
    place="header", example='"3"',
)  # fmt: skip


def values(known: Iterable[Parameter], written: MultiDict[str, str]) -> tuple[Filters, dict[str, Any]]:
    """The filters and the other values of a query, defaults filled in.

    Raises  Problem that names the parameters which are unknown, doubled, empty or not valid
    """
    by_name = {one.name: one for one in known if one.place == "query"}
    if unknown := sorted(set(written) - set(by_name)):
        raise Problem("unknown_parameter", f"not known here: {', '.join(unknown)}", parameters=unknown)
    doubled = {name for name, texts in written.lists() if len(texts) > 1 or not texts[0]}
    filters, not_understood = parse({name: text for name, text in written.items() if by_name[name].is_filter})
    found, wrong = _read({name: one for name, one in by_name.items() if not one.is_filter}, written)
    if invalid := sorted({*doubled, *not_understood, *wrong}):
        raise Problem("invalid_parameter", f"not valid: {', '.join(invalid)}", parameters=invalid)
    return filters, found


def _read(known: dict[str, Parameter], written: MultiDict[str, str]) -> tuple[dict[str, Any], list[str]]:
    found = {name: one.default for name, one in known.items()}
    wrong = []
    for name, one in known.items():
        if name in written:
            try:
                found[name] = one.read(written[name])
            except ValueError:
                wrong.append(name)
    return found, wrong
