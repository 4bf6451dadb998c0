"""How reference/adcode_changes.csv is made from the published list of changes of division codes, 1980-2026.

`python -m data_adapters.places.adcode_source FILE > data_adapters/reference/adcode_changes.csv`. The file is
adcode_historical_changes_1980_2020.json: yearly differences of the code book GB/T 2260 (National Bureau of
Statistics) with additions from the yearly announcements of the Ministry of Civil Affairs; attribution is asked for,
and given here and in docs/coordinates-and-identity.md.
"""

from __future__ import annotations

import json
import re
import sys
from collections import defaultdict
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, NamedTuple

HEADING = "code,name,year,new_code"
STEM = re.compile(r"(?:林区|新区|矿区|特区|自治[县州旗]|地区|[市区县旗盟])$")
NOISY_UNTIL = 1984  # the code book was renumbered several times; a reused code of then says nothing
NO_PLACE = ("区划调整", "划转", "驻地迁移")  # parts of a division: the code goes on


class Change(NamedTuple):
    """A code that ceased to mean `name` in `year`; its area is `new_code` from then. An empty code: newly set up."""

    code: str
    name: str
    year: int
    new_code: str


def changes_of(events: Iterable[Mapping[str, Any]]) -> list[Change]:
    """The changes of codes among published events, sorted; a division split in two has two rows."""
    listed = list(events)
    founded = _founded(listed)
    named = {(event["year"], _code(event["new"])[:2], _name(event["new"])): _code(event["new"]) for event in listed}
    made: set[Change] = set()
    for event in listed:
        year, old, new = int(event["year"]), _code(event["old"]), _code(event["new"])
        if not old:
            made |= {Change("", _name(event["new"]), year, new)} if event["type"] == "新设" and new else set()
        elif event["type"] == "码位改派":
            moved = named.get((year, old[:2], _name(event["old"])), "")
            if moved or year <= NOISY_UNTIL:
                made.add(Change(old, _name(event["old"]), year, moved))
        elif event["type"] not in NO_PLACE or (new and new != old):
            parts = _parts(event, founded)
            made |= {Change(old, _name(event["old"]), year, part) for part in parts if parts != {old}}
    return sorted(made)


def _parts(event: Mapping[str, Any], founded: Mapping[tuple[int, str], set[str]]) -> set[str]:
    """Today's code, and what was set up beside it that year where the name does not go on: 吴县市 is 吴中 and 相城."""
    old, new = _code(event["old"]), _code(event["new"])
    is_same = _stem(_name(event["old"])) == _stem(_name(event["new"]))
    if is_same or event["curated"] or not event["type"].startswith("撤"):
        return {new}
    level = slice(0, 2) if old.endswith("00") else slice(0, 4)
    beside = {code for parent in {old[level], new[level]} for code in founded.get((int(event["year"]), parent), set())}
    return {new} | {code for code in beside if new and code.endswith("00") == old.endswith("00")}


def _founded(events: Iterable[Mapping[str, Any]]) -> dict[tuple[int, str], set[str]]:
    found: dict[tuple[int, str], set[str]] = defaultdict(set)
    for event in events:
        code = _code(event["new"])
        if event["type"] == "新设" and code:
            found[int(event["year"]), code[:4]].add(code)
    return found


def _code(side: Mapping[str, Any] | None) -> str:
    return str((side or {}).get("code") or "")[:6]


def _name(side: Mapping[str, Any] | None) -> str:
    return str((side or {}).get("name") or "")


def _stem(name: str) -> str:
    short = STEM.sub("", name)
    return short if len(short) > 1 else name


def main() -> None:
    """Writes the file to standard output."""
    events = json.loads(Path(sys.argv[1]).read_text("utf-8"))["events"]
    sys.stdout.write("\n".join([HEADING, *(",".join(map(str, change)) for change in changes_of(events))]) + "\n")


if __name__ == "__main__":
    main()
