"""The parts of a scene: sentences, figures and panels, in keys and numbers; the screen has the words.

Every figure and panel carries how far its data reach (`until`) and a state: `ready`, `none` (looked for, not there),
`not_configured` (never told) or `failed`. A number that is not known is null, never 0.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import Any

from dashboard.data.store import Loaded

Part = dict[str, Any]
SHOWN = 8
# Rows that take two lines.
SHOWN_TALL = 6
# As sql/masked.sql makes them.
MASKED = re.compile(r"\S+ ([0-9A-F]{4}-[0-9A-F]{4})")


def words(key: str, **values: Any) -> Part:  # noqa: ANN401 - numbers, names, shares
    """A sentence: its key, and what stands in its places."""
    return {"key": key, "values": values}


def name(zh: str | None, en: str | None) -> Part:
    """A name in both languages."""
    return {"zh": zh or en or "—", "en": en or zh or "—"}


def enterprise(called: str) -> Part:
    """An enterprise's name is the same in both languages; the code that stands for a masked one has its word."""
    code = MASKED.fullmatch(called)
    return name(called, f"Enterprise {code[1]}" if code else called)


def share(part: int, whole: int) -> Part:
    """A share to be written as a percentage, of nothing as a dash."""
    return {"share": part / whole if whole else None}


@dataclass(frozen=True)
class Reach:
    """How far the data of a part reach (a day or moment as ISO text), and in which state they are."""

    until: str
    state: str = "ready"


def figure(
    key: str, value: float | None, reach: Reach, *, tone: str = "", note: Part | None = None, unit: str = "count"
) -> Part:
    """One large number."""
    told = value if reach.state == "ready" else None
    return {"key": key, "value": told, "tone": tone, "note": note, "unit": unit, **asdict(reach)}


def panel(
    key: str, form: str, rows: Sequence[Mapping[str, Any]], reach: Reach, *, note: Part | None = None, more: int = 0
) -> Part:
    """A titled list or chart; without rows it says that none were found."""
    is_empty = reach.state == "ready" and not any(row.get("value") for row in rows)
    told = {"key": key, "form": form, "rows": list(rows), "note": note, "more": more, **asdict(reach)}
    return told | {"state": "none"} if is_empty else told


def day(value: date | datetime | str | None) -> str:
    """A day or moment as ISO text; empty where there is none."""
    return value.isoformat() if isinstance(value, date) else value or ""


def state_of(loaded: Loaded, table: str) -> str:
    """What the snapshot says of a canonical table: ready, not_configured or failed."""
    entry = loaded.manifest.states.get(table)
    return entry.state if entry is not None else "not_configured"


def of_clues(loaded: Loaded, title: Part, n: int, table: str = "clues") -> Part:
    """A title that counts clues; where there are none to count because nothing could be read, a title that says so."""
    state = state_of(loaded, table)
    return title if n or state not in ("failed", "not_configured") else words(f"wall.title.clues_{state}")


def top(rows: Sequence[Part], n: int = SHOWN) -> tuple[list[Part], int]:
    """The first rows, and how many more there are."""
    return list(rows[:n]), max(0, len(rows) - n)


def place(loaded: Loaded, index: int) -> Part:
    """The short name of a division by its number in the snapshot."""
    names = loaded.remembered("wall/places", lambda: _names(loaded))
    return names.get(index, name(None, None))


def region_name(loaded: Loaded, region: str) -> Part:
    """The name of an adcode or of a group."""
    found = loaded.remembered("wall/regions", lambda: _regions(loaded))
    return found.get(region, name(region, region))


def _names(loaded: Loaded) -> dict[int, Part]:
    asked = "select place_idx, short_name_zh, name_en from places"
    return {index: name(zh, en) for index, zh, en in loaded.cursor().execute(asked).fetchall()}


def _regions(loaded: Loaded) -> dict[str, Part]:
    asked = """select adcode, name_zh, name_en from places union all
        select distinct 'g:' || group_code, name_zh, name_en from place_groups"""
    return {code: name(zh, en) for code, zh, en in loaded.cursor().execute(asked).fetchall()}
