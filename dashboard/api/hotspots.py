"""High-value cells as the squares they are, with their age; and how much was observed at all."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any

import numpy as np

from dashboard.api import cursors
from dashboard.api.endpoint import GEOJSON, Ask, Endpoint, Page
from dashboard.api.parameters import AT_DAY, CURSOR, LIMIT, PLACE_AND_TIME, PRODUCT
from dashboard.api.problems import Problem
from dashboard.api.words import plain
from dashboard.data import feed
from fusion.grid import cell_id, corners_of

# Days that an observation is fresh, and until when it is more than history, as the map draws it.
FRESH, AGEING = 3, 10
INVISIBLE = ("cell_row", "cell_col")


def list_hotspots(ask: Ask) -> Page:
    """A page of cells."""
    question = f"hotspots {ask.loaded.scope.key} {ask.filters.query()} {ask.values['product']}"
    after = _after(ask, question, (str, str, int, int))
    at = ask.values["at"] or date.fromisoformat(ask.loaded.manifest.as_of[:10])
    asked = (ask.loaded.cursor(), ask.filters, ask.values["product"])
    found = feed.hotspots(*asked, after, ask.values["limit"])
    seen = [{**row, "observed_share": plain(row["observed_share"])} for row in feed.observed(*asked)]
    body = {
        "type": "FeatureCollection",
        "at": at.isoformat(),
        "number_matched": feed.n_hotspots(*asked),
        "number_returned": len(found.rows),
        "observation": [{name: _whole(value) for name, value in row.items()} for row in seen],
        "features": _features(found.rows, at),
    }
    return _with_next(body, found, question, feed.HOTSPOT_KEY)


def list_observed_days(ask: Ask) -> Page:
    """A page of days."""
    question = f"observed {ask.loaded.scope.key} {ask.filters.query()} {ask.values['product']}"
    after = _after(ask, question, (str, str))
    asked = (ask.loaded.cursor(), ask.filters, ask.values["product"])
    found = feed.observed_days(*asked, after, ask.values["limit"])
    body = {
        "number_matched": feed.n_observed_days(*asked),
        "number_returned": len(found.rows),
        "days": [plain(row) for row in found.rows],
    }
    return _with_next(body, found, question, feed.DAY_KEY)


def _with_next(body: dict[str, Any], found: feed.Rows, question: str, key: Sequence[str]) -> Page:
    if not found.is_more:
        return Page(body)
    return Page(body, cursors.written(question, [plain(found.rows[-1][name]) for name in key]))


def _after(ask: Ask, question: str, kinds: Sequence[type]) -> list[Any]:
    if not ask.values["cursor"]:
        return []
    day, *rest = cursors.read(ask.values["cursor"], question, kinds)
    try:
        return [date.fromisoformat(day), *rest]
    except ValueError as error:
        raise Problem("invalid_cursor", parameter="cursor") from error


def _features(rows: Sequence[Mapping[str, Any]], at: date) -> list[dict[str, Any]]:
    if not rows:
        return []
    col, line = (np.array([row[name] for row in rows]) for name in ("cell_col", "cell_row"))
    lon_deg, lat_deg = corners_of(col, line)
    corners = np.stack([lon_deg, lat_deg], axis=-1)
    rings = np.concatenate([corners, corners[:, :1]], axis=1).round(5).tolist()
    return [_feature(row, ring, at) for row, ring in zip(rows, rings, strict=True)]


def _feature(row: Mapping[str, Any], ring: list[list[float]], at: date) -> dict[str, Any]:
    cell = cell_id(row["cell_col"], row["cell_row"])
    age = (at - row["date"]).days
    properties = {name: value for name, value in row.items() if name not in INVISIBLE}
    told = {
        "cell_id": cell,
        "age_days": age,
        "validity": "later" if age < 0 else "fresh" if age <= FRESH else "ageing" if age <= AGEING else "expired",
        "valid_until": row["date"] + timedelta(days=AGEING),
    }
    return {
        "type": "Feature",
        "id": f"{row['product']}.{row['date']}.{cell}",
        "geometry": {"type": "Polygon", "coordinates": [ring]},
        "properties": plain({**properties, **told}),
    }


def _whole(value: float | None) -> float | None:
    return int(value) if isinstance(value, float) and value.is_integer() and value > 1 else value


COARSE = "A cell is 3 km wide and the native pixel often more: it is never one factory."
ENDPOINTS = (
    Endpoint(
        path="/hotspots",
        name="list_hotspots",
        summary="High-value cells, with their age and validity",
        description=f"GeoJSON polygons by day and product. {COARSE} What was high in one pass may be gone in the next: "
        "`age_days` and `validity` are told for the day `at`. A cell that is not listed was not high **or was not "
        "observed**: `observation` says how many were not, `/hotspots/observed` on which day.",
        permission="read:hotspots",
        schema="HotspotCollection",
        parameters=(*PLACE_AND_TIME, PRODUCT, AT_DAY, LIMIT, CURSOR),
        answer=list_hotspots,
        media=GEOJSON,
    ),
    Endpoint(
        path="/hotspots/observed",
        name="list_observed_days",
        summary="What the satellites saw, by product and day",
        description="`says` keeps apart: `high`, `none_high` (looked, and nothing was), `not_observed` (clouds, no "
        "pass), `no_grid` (active fires: where none is listed nobody can say whether one looked). Coverage is told by "
        "city: a county is answered by its city, and the extent does not cut it.",
        permission="read:hotspots",
        schema="ObservationList",
        parameters=(*PLACE_AND_TIME, PRODUCT, LIMIT, CURSOR),
        answer=list_observed_days,
    ),
)
