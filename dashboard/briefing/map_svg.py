"""The map of a briefing: boundaries, PM2.5 high-value cells and clues as a vector picture out of the snapshot alone.

The nation is drawn whole: the islands of the South China Sea and the ten-dash line stand in a frame of their own.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
import numpy.typing as npt
import shapely
from pyproj import Transformer

from dashboard.briefing import palette
from dashboard.briefing.document import Picture
from dashboard.briefing.making import Making
from dashboard.briefing.svg import group, tag
from dashboard.data import briefing

ALBERS = "+proj=aea +lat_1=25 +lat_2=47 +lat_0=0 +lon_0=105 +ellps=GRS80 +units=km +no_defs"
WIDTH = 640.0
LEGEND = 44.0
MOST_HIGH = 620.0
CELL_KM = 3.0
LEAST_CELL = 1.7
LINES = 9
# Kilometres of the projection: the whole nation, its south sea included.
NATION = (-2750.0, 280.0, 2350.0, 5950.0)
INSET_WIDTH = 150.0
INSET_MARGIN = 8.0
MARGIN = 0.06
DETAIL = 0.45

Points = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Frame:
    """A part of the plane in kilometres, and where it lies on the picture."""

    west: float
    south: float
    east: float
    north: float
    x: float
    y: float
    width: float

    @property
    def scale(self) -> float:
        """Units of the picture in a kilometre."""
        return self.width / (self.east - self.west)

    @property
    def height(self) -> float:
        """How high the part is on the picture."""
        return (self.north - self.south) * self.scale

    def xy(self, km: Points) -> Points:
        """Points of the picture."""
        return np.column_stack([
            self.x + (km[:, 0] - self.west) * self.scale,
            self.y + (self.north - km[:, 1]) * self.scale,
        ])  # fmt: skip

    def sees(self, km: Points) -> bool:
        """Whether a line may cross the part."""
        west, south = km.min(axis=0)
        east, north = km.max(axis=0)
        return bool(west < self.east and east > self.west and south < self.north and north > self.south)


def situation_map(m: Making) -> Picture:
    """High-value cells and clues of the period over the boundaries of its region."""
    cells, clues = m.tables["hot_cells"], m.tables["clue_points"]
    frame = _frame(m, [*cells, *clues])
    parts = [_clip("main", frame), *_ground(m, frame, "main"), _marks(frame, cells, clues)]
    if not _region_places(m):
        parts += _nation(m, frame, [*cells, *clues])
    high = frame.height + LEGEND
    parts.append(tag("rect", x=0.5, y=0.5, width=WIDTH - 1, height=frame.height - 1, fill="none", stroke="#bbbbbb"))
    parts += _legend(m, frame.height, len(cells), len(clues))
    alt = m.t("briefing.map.alt", cells=f"{len(cells):,}", clues=f"{len(clues):,}", place=m.place_words)
    head = tag("svg", None, xmlns="http://www.w3.org/2000/svg", viewBox=f"0 0 {WIDTH:.0f} {high:.0f}", role="img",
               aria_label=alt)  # fmt: skip
    body = group(parts, font_family=palette.CHART_FONT, font_size="11")
    boundary = m.loaded.manifest.boundary
    note = m.t("map.source", source=boundary.source, review=boundary.review_no or m.t("map.no_review"))
    return Picture(m.t("briefing.map.title"), f"{head[:-2]}>{body}</svg>", WIDTH, high, alt,
                   m.t("briefing.map.note") + note)  # fmt: skip


@cache
def _to_albers() -> Transformer:
    return Transformer.from_crs("EPSG:4490", ALBERS, always_xy=True)


def _km(degrees: Points) -> Points:
    return np.column_stack(_to_albers().transform(degrees[:, 0], degrees[:, 1]))


def _rings(m: Making, level: int) -> list[tuple[int, str | None, list[Points]]]:
    """Outlines in kilometres; kept with the snapshot."""

    def make() -> list[tuple[int, str | None, list[Points]]]:
        found = briefing.outlines(m.loaded, level)
        return [(idx, kind, [_km(ring) for ring in rings]) for idx, kind, rings in found]

    return m.loaded.remembered(f"briefing_map_{level}", make)


def _frame(m: Making, marks: Sequence[dict[str, Any]]) -> Frame:
    """The region with a margin; of the nation the part where something is marked, or all of it."""
    shown = _region_places(m)
    if shown:
        points = np.concatenate([ring for idx, _, rings in _rings(m, 1) if idx in shown for ring in rings])
        west, south, east, north = _room(points.min(axis=0), points.max(axis=0))
    elif marks:
        points = _km(np.array([(one["lon_deg"], one["lat_deg"]) for one in marks], dtype=np.float64))
        west, south, east, north = _room(points.min(axis=0), points.max(axis=0))
    else:
        west, south, east, north = NATION
    missing = (north - south) * WIDTH / MOST_HIGH - (east - west)
    west, east = (west - missing / 2, east + missing / 2) if missing > 0 else (west, east)
    return Frame(west, south, east, north, 0.0, 0.0, WIDTH)


def _room(low: Points, high: Points) -> tuple[float, float, float, float]:
    (west, south), (east, north) = low, high
    room = MARGIN * max(east - west, north - south)
    return float(west - room), float(south - room), float(east + room), float(north + room)


def _region_places(m: Making) -> set[int]:
    """The cities that the map must show; none for the nation."""
    region = m.filters.region
    if not region:
        return _own_cities(m) if m.loaded.scope.regions is not None else set()
    if region.startswith("g:"):
        return briefing.listed_cities(m.loaded, region[2:], m.loaded.manifest.as_of[:10])
    places = briefing.places(m.loaded)
    named = {idx for idx, place in places.items() if place.adcode == region}
    named |= {idx for idx, place in places.items() if place.parent_idx in named and place.level == 1}
    counties = {places[idx].parent_idx for idx in named if places[idx].level == 2}
    return {idx for idx in named if places[idx].level == 1} | {idx for idx in counties if idx is not None}


def _own_cities(m: Making) -> set[int]:
    """The cities in which a viewer of a part has enterprises."""
    rows = m.loaded.cursor().execute("select distinct city_idx from enterprises").fetchall()
    return {idx for (idx,) in rows if idx in briefing.places(m.loaded)}


def _ground(m: Making, frame: Frame, clip: str) -> list[str]:
    """Land, borders and boundary lines."""
    land = (ring for _, _, rings in _rings(m, 0) for ring in rings)
    parts = [_paths(frame, land, palette.MAP_LAND, palette.MAP_OUTLINE, "0.7")]
    shown = _region_places(m)
    if shown and clip == "main":
        inside = (ring for idx, _, rings in _rings(m, 1) if idx in shown for ring in rings)
        parts.append(_paths(frame, inside, "#fffdf8", palette.MAP_BORDER, "0.7"))
        parts += _city_names(m, frame, shown)
    for _, kind, rings in _rings(m, LINES):
        wide = "1.6" if kind == "dash_line_10" else "0.8"
        parts.append(_paths(frame, rings, "none", palette.MAP_LINE, wide, is_closed=False))
    return [group(parts, clip_path=f"url(#{clip})")]


def _city_names(m: Making, frame: Frame, shown: set[int]) -> list[str]:
    if len(shown) > 45:
        return []
    out = []
    for idx, _, rings in _rings(m, 1):
        if idx in shown:
            biggest = max(rings, key=len)
            ((x, y),) = frame.xy(biggest.mean(axis=0)[None, :])
            out.append(tag("text", m.place(idx), x=float(x), y=float(y), text_anchor="middle", fill="#777777",
                           font_size="10"))  # fmt: skip
    return out


def _paths(
    frame: Frame, rings: Iterable[Points], fill: str, stroke: str, wide: str, *, is_closed: bool = True
) -> str:  # fmt: skip
    """Lines as one path, no finer than can be seen."""
    seen = [frame.xy(ring) for ring in rings if frame.sees(ring)]
    if not seen:
        return ""
    lengths = [len(one) for one in seen]
    lines = shapely.linestrings(np.concatenate(seen), indices=np.repeat(np.arange(len(seen)), lengths))
    steps = []
    for line in list(np.atleast_1d(np.asarray(shapely.simplify(lines, DETAIL)))):
        points = shapely.get_coordinates(line)
        if len(points) > (3 if is_closed else 1):
            steps.append("M" + "L".join(f"{x:.1f} {y:.1f}" for x, y in points) + ("Z" if is_closed else ""))
    return tag("path", d="".join(steps), fill=fill, stroke=stroke, stroke_width=wide)


def _marks(frame: Frame, cells: Sequence[dict[str, Any]], clues: Sequence[dict[str, Any]]) -> str:
    others = [one for one in clues if one["severity"] != 1]
    grave = [one for one in clues if one["severity"] == 1]
    parts = [
        _shape(frame, others, "m-0.9 0a0.9 0.9 0 1 0 1.8 0a0.9 0.9 0 1 0 -1.8 0", palette.MAP_CLUE),
        _shape(frame, grave, "m0 -2.3l2.1 3.6h-4.2z", palette.MAP_GRAVE),
        _cells(frame, cells),
    ]
    return group([part for part in parts if part], clip_path="url(#main)")


def _cells(frame: Frame, cells: Sequence[dict[str, Any]]) -> str:
    """Each cell as a square of its size, or of the least that can be seen."""
    if not cells:
        return ""
    side = max(LEAST_CELL, CELL_KM * frame.scale)
    centres = frame.xy(_km(np.array([(one["lon_deg"], one["lat_deg"]) for one in cells], dtype=np.float64)))
    steps = "".join(f"M{x - side / 2:.1f} {y - side / 2:.1f}h{side:.1f}v{side:.1f}h-{side:.1f}z" for x, y in centres)
    return tag("path", d=steps, fill=palette.MAP_HOT, fill_opacity="0.55")


def _shape(frame: Frame, rows: Sequence[dict[str, Any]], shape: str, colour: str) -> str:
    if not rows:
        return ""
    points = frame.xy(_km(np.array([(one["lon_deg"], one["lat_deg"]) for one in rows], dtype=np.float64)))
    steps = "".join(f"M{x:.1f} {y:.1f}{shape}" for x, y in points)
    return tag("path", d=steps, fill=colour, fill_opacity="0.75", stroke="#ffffff", stroke_width="0.2")


def _nation(m: Making, main: Frame, marks: Sequence[dict[str, Any]]) -> list[str]:
    """The whole nation in a frame of its own, with the part that is shown large marked in it."""
    inset = _inset(main, marks)
    box = {"x": inset.x, "y": inset.y, "width": inset.width, "height": inset.height}
    (left, top), (right, bottom) = inset.xy(np.array([(main.west, main.north), (main.east, main.south)]))
    seen = {"x": float(left), "y": float(top), "width": float(right - left), "height": float(bottom - top)}
    return [
        _clip("nation", inset),
        tag("rect", None, **box, fill="#ffffff"),
        *_ground(m, inset, "nation"),
        tag("rect", None, **seen, fill="none", stroke=palette.MAP_HOT, clip_path="url(#nation)"),
        tag("text", m.t("briefing.map.south_sea"), x=inset.x + inset.width - 4, y=inset.y + inset.height - 4,
            text_anchor="end", fill="#555555", font_size="9"),
        tag("rect", None, **box, fill="none", stroke="#888888"),
    ]  # fmt: skip


def _inset(main: Frame, marks: Sequence[dict[str, Any]]) -> Frame:
    """The frame of the nation, in the corner in which it hides the fewest marks."""
    probe = Frame(*NATION, 0.0, 0.0, INSET_WIDTH)
    lefts = (INSET_MARGIN, WIDTH - INSET_WIDTH - INSET_MARGIN)
    corners = [(left, top) for top in (main.height - probe.height - INSET_MARGIN, INSET_MARGIN) for left in lefts]
    points = np.array([(one["lon_deg"], one["lat_deg"]) for one in marks], dtype=np.float64).reshape(-1, 2)
    xy = main.xy(_km(points)) if len(points) else points

    def hidden(corner: tuple[float, float]) -> int:
        inside = (xy >= np.array(corner)) & (xy <= np.array(corner) + np.array([probe.width, probe.height]))
        return int(inside.all(axis=1).sum())

    x, y = min(corners, key=hidden)
    return Frame(*NATION, x, y, INSET_WIDTH)


def _clip(name: str, frame: Frame) -> str:
    box = tag("rect", x=frame.x, y=frame.y, width=frame.width, height=frame.height)
    return f'<defs><clipPath id="{name}">{box}</clipPath></defs>'


def _legend(m: Making, y: float, cells: int, clues: int) -> list[str]:
    top = y + 18
    return [
        tag("rect", x=8, y=top - 9, width=9, height=9, fill=palette.MAP_HOT, fill_opacity="0.55"),
        tag("text", m.t("briefing.map.cells", n=f"{cells:,}"), x=22, y=top, fill="#222222"),
        tag("path", d=f"M12.5 {top + 9}l4.5 8h-9z", fill=palette.MAP_GRAVE),
        tag("text", m.t("briefing.map.grave"), x=22, y=top + 17, fill="#222222"),
        tag("circle", cx=322, cy=top + 13, r=2.5, fill=palette.MAP_CLUE),
        tag("text", m.t("briefing.map.clues", n=f"{clues:,}"), x=332, y=top + 17, fill="#222222"),
    ]  # fmt: skip
