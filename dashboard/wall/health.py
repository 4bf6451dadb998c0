"""The reference data's scene: which of the categories arrive in their rhythm, and which are silent."""

from __future__ import annotations

from typing import Any

from dashboard.data import sources
from dashboard.data.filters import Filters
from dashboard.data.loop import Loop
from dashboard.data.store import Loaded
from dashboard.wall.situation import strip
from dashboard.wall.telling import Part, Reach, figure, name, panel, top, words

DAYS = 14


def health(now: Loop, filters: Filters) -> dict[str, Any]:
    """Categories by state, the latest first."""
    loaded = now.loaded
    return loaded.remembered("wall/health", lambda: _health(loaded, filters))


def _health(loaded: Loaded, filters: Filters) -> dict[str, Any]:
    rows = sources.catalogue(loaded.cursor())["categories"]
    until = loaded.manifest.as_of
    states = {
        state: [row for row in rows if row["state"] == state] for state in ("on_time", "late", "snapshot", "never")
    }
    late = sorted(states["late"], key=lambda row: row["expected_lag_h"] - row["lag_h"])
    gaps = sum(row["days_missing"] or 0 for row in rows)
    shown, more = top(
        [
            {
                "name": name(row["name_zh"], row["name_en"]),
                "value": row["lag_h"] - row["expected_lag_h"],
                "sub": name(row["provider_zh"], row["provider_en"]),
            }
            for row in late
        ]
    )
    groups = {row["code"][0]: name(row["group_zh"], row["group_en"]) for row in rows}
    there = [
        {"name": groups[letter], **_there([row for row in rows if row["code"][0] == letter])}
        for letter in sorted(groups)
    ]
    failed = [source.name for source in loaded.manifest.sources if source.status != "ok"]
    connected = len(rows) - len(states["never"])
    return {
        "title": _title(rows, states, failed),
        "figures": [
            figure(
                "categories", connected, Reach(until), tone="plain", note=words("wall.note.categories", n=len(rows))
            ),
            figure(
                "records",
                sum(row["rows"] for row in rows),
                Reach(until),
                tone="plain",
                unit="short",
                note=words("wall.note.records"),
            ),
            figure(
                "late_sources",
                len(states["late"]),
                Reach(until),
                tone="warn",
                note=words("wall.note.on_time", n=len(states["on_time"])),
            ),
            figure("gaps", gaps, Reach(until), tone="hot", note=words("wall.note.gaps")),
        ],
        "panels": [
            panel("source_groups", "parts", there, Reach(until)),
            panel("late_sources", "bars", shown, Reach(until), more=more, note=words("wall.note.late_hours")),
        ],
        "tiles": [_tile(row) for row in rows],
        "strip": strip(loaded, filters),
        "map": None,
    }


def _there(rows: list[Part]) -> Part:
    """Of the categories of a group those that are there: on time, or in stock."""
    return {"value": sum(row["state"] in ("on_time", "snapshot") for row in rows), "whole": len(rows)}


def _title(rows: list[Part], states: dict[str, list[Part]], failed: list[str]) -> Part:
    if failed:
        return words("wall.title.failed", n=len(failed), m=len(states["late"]))
    if not states["late"] and not states["never"]:
        return words("wall.title.all_there", n=len(rows))
    return words(
        "wall.title.health",
        n=len(rows),
        ok=len(rows) - len(states["late"]) - len(states["never"]),
        late=len(states["late"]),
        never=len(states["never"]),
    )


def _tile(row: Part) -> Part:
    """One category: its state, its records, and rows by day of the last two weeks."""
    days = [int(rows) for _, rows in row["days"]][-DAYS:]
    return {
        "code": row["code"],
        "name": name(row["name_zh"], row["name_en"]),
        "state": row["state"],
        "group": name(row["group_zh"], row["group_en"]),
        "rows": row["rows"],
        "last_day": row["last_day"],
        "days": days,
    }
