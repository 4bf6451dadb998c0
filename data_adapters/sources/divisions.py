"""The official list of divisions (names and codes, no outlines) put on the outlines that come along.

One JSON document: provinces by name, each with code and cities by name, these with code and counties. A division whose
code has no outline is refused and counted, so that a newer list shows what the boundaries lack.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import pyarrow as pa

from data_adapters.files import decode_text, read_bytes
from data_adapters.source import AdapterError, FileAccount, RejectionLog, SourceResult, check_options, read_each
from data_adapters.sources.boundaries import BOUNDARIES
from data_adapters.tables import TABLES

WANTED = "expected provinces by name with code and cities, these with code and counties"
CODE = re.compile(r"(\d{6})(\d{6})?")
Key = tuple[str, str]  # level and code of six digits
REASONS = {
    "bad_adcode": "is no division code of six or twelve digits",
    "duplicate": "the same division a second time",
    "no_outline": "has no outline in the boundaries that come along",
}


class Division(NamedTuple):
    """One entry of the list."""

    level: str
    name: str
    code: str


class Divisions:
    """Source `divisions`: table regions."""

    name = "divisions"

    def read(self, paths: Sequence[Path], options: Mapping[str, Any]) -> SourceResult:
        """Every division of the list that has an outline, under the name of the list."""
        check_options(self.name, options, ())
        log = RejectionLog()
        outlines = BOUNDARIES.read([], {}).tables["regions"]
        keys = zip(outlines["level"].to_pylist(), outlines["adcode"].to_pylist(), strict=True)
        places = {key: place for place, key in enumerate(keys)}
        seen: set[Key] = set()

        def read_one(path: Path, account: FileAccount) -> list[tuple[int, str]]:
            listed = _listed(path, account)
            account.read = len(listed)
            kept, refused = _sorted_out(listed, places, seen)
            for reason, message in REASONS.items():
                log.add(account, reason, message, [(row, "code", text) for row, own, text in refused if own == reason])
            account.accepted = len(kept)
            return kept

        accounts, parts = read_each(paths, log, read_one)
        kept = [one for part in parts for one in part]
        regions = outlines.take(pa.array([place for place, _ in kept], pa.int64()))
        names = pa.array([name for _, name in kept], pa.string())
        at = regions.schema.get_field_index("name_zh")
        regions = regions.set_column(at, regions.schema.field(at), names).cast(TABLES["regions"].schema)
        return SourceResult({"regions": regions}, accounts, log.rejections)


def _listed(path: Path, account: FileAccount) -> list[Division]:
    """The entries in the order of the list; a city without a code is a heading for counties right below a province.

    Raises  AdapterError if the file is no such list
    """
    text, _ = decode_text(path, read_bytes(path, account))
    try:
        provinces = json.loads(text)["provinces"]
        found = []
        for province, in_province in provinces.items():
            found.append(Division("province", province, str(in_province["code"])))
            for city, in_city in in_province["cities"].items():
                if in_city["code"]:
                    found.append(Division("city", city, str(in_city["code"])))
                found += [Division("county", county, str(code)) for county, code in in_city["counties"].items()]
    except (ValueError, RecursionError, KeyError, TypeError, AttributeError) as error:
        raise AdapterError(path, f"is no list of divisions: {type(error).__name__} {error}", WANTED) from error
    return found


def _sorted_out(
    listed: Sequence[Division], places: Mapping[Key, int], seen: set[Key]
) -> tuple[list[tuple[int, str]], list[tuple[int, str, str]]]:
    """Number of the outline and name of each usable entry; row, reason and text of each other."""
    kept, refused = [], []
    for row, one in enumerate(listed, start=1):
        code = CODE.fullmatch(one.code)
        key = (one.level, code[1] if code else "")
        reason = "bad_adcode" if not code else "duplicate" if key in seen else "" if key in places else "no_outline"
        if reason:
            refused.append((row, reason, f"{one.code} {one.name}"))
        else:
            kept.append((places[key], one.name))
        seen.add(key)
    return kept, refused


DIVISIONS = Divisions()
