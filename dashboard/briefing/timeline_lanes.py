"""One lane of the time axis: values, limit, what is above it, and the marks, each with its name."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any

from dashboard.briefing.sentences import named
from dashboard.briefing.svg import group, path, tag
from dashboard.briefing.timeline_events import width_of
from dashboard.data.dossier_lanes import Lane, moments
from dashboard.data.reading import outlet_code
from dashboard.i18n import Words

MARK_NAMES = {"1": "fault", "2": "maintenance", "3": "stopped", "4": "calibration", "5": "other"}
BAND = 13.0
HEAD_ROOM = 1.12
SHORTEST_DRAWN = 2.0


@dataclass(frozen=True)
class Box:
    """Where a lane lies, in units of the picture."""

    left: float
    top: float
    right: float
    bottom: float


@dataclass(frozen=True)
class Scale:
    """From time to place: `left` and `right` are the ends of the axis."""

    from_at: datetime
    to_at: datetime
    left: float
    right: float

    def x(self, time: datetime) -> float:
        """Where a moment lies, kept within the axis."""
        share = (time - self.from_at) / (self.to_at - self.from_at)
        return self.left + min(1.0, max(0.0, share)) * (self.right - self.left)

    def holds(self, time: datetime) -> bool:
        """Whether a moment is on the axis."""
        return self.from_at <= time <= self.to_at

    def overlaps(self, from_at: datetime, to_at: datetime) -> bool:
        """Whether any of a span is on the axis."""
        return from_at < self.to_at and to_at > self.from_at


Point = tuple[datetime, float | None, str, float | None]


def draw_lane(lanes: Sequence[Lane], box: Box, scale: Scale, found: Mapping[str, Any], t: Words) -> str:
    """A lane of one series, or of two of one unit."""
    seen = [_seen(lane, scale) for lane in lanes]
    highest = max((v for points in seen for _, v, _, limit in points for v in (v, limit) if v is not None), default=0.0)
    top = _rounded(highest * HEAD_ROOM) or 1.0
    parts = [tag("line", x1=box.left, x2=box.right, y1=box.bottom, y2=box.bottom, cls="tl-grid")]
    parts += _names(lanes, box, top, t)
    parts += _not_yet(lanes[0], box, scale, t)
    step = timedelta(hours=lanes[0]["step_h"])
    for number, (lane, points) in enumerate(zip(lanes, seen, strict=True)):
        if lane["kind"] == "power" and lane["step_h"] == 24 and len(lanes) == 1:
            parts += _bars(points, box, scale, top)
        else:
            parts += _curve(points, box, scale, (top, number), step)
    if lanes[0]["limits"]:
        parts += _limit(seen[0], box, scale, top, t)
    parts += _marks(seen[0], box, scale, step, t)
    return group(parts, cls=f"tl-lane tl-lane-{lanes[0]['kind']}")


def _seen(lane: Lane, scale: Scale) -> list[Point]:
    limits = lane["limits"] or [None] * len(lane["values"])
    rows = zip(moments(lane), lane["values"], lane["marks"], limits, strict=True)
    return [row for row in rows if scale.from_at <= row[0] <= scale.to_at]


def _rounded(value: float) -> float:
    """The next number up that is easy to read."""
    if value <= 0:
        return 0.0
    unit = 10.0 ** math.floor(math.log10(value))
    return next(step * unit for step in (1, 1.2, 1.5, 2, 2.5, 3, 4, 5, 6, 8, 10) if step * unit >= value)


def _names(lanes: Sequence[Lane], box: Box, top: float, t: Words) -> Iterator[str]:
    lane = lanes[0]
    name = (
        named(t, f"dossier.series.{lane['series']}") if len(lanes) == 1 else t(f"dossier.series.pair.{lane['series']}")
    )
    outlet = outlet_code(lane["object"]) if lane["kind"] == "emission" and lane["object"] else ""
    cls = "tl-name" if lane["kind"] == "emission" else "tl-quiet"
    yield tag("text", f"{name} {outlet}".strip(), x=box.left - 8, y=box.top + 13, text_anchor="end", cls=cls)
    under = (
        t(f"dossier.series.pair.{lane['series']}.key")
        if len(lanes) > 1
        else ("" if lane["step_h"] == 1 else t("timeline.daily") if lane["kind"] == "emission" else t("timeline.sum"))
    )
    yield tag(
        "text", f"{lane['unit']} {under}".strip(), x=box.left - 8, y=box.top + 27, text_anchor="end", cls="tl-quiet"
    )
    yield tag("text", f"{top:g}", x=box.right + 6, y=box.top + 9, cls="tl-quiet")
    yield tag("text", "0", x=box.right + 6, y=box.bottom, cls="tl-quiet")


def _not_yet(lane: Lane, box: Box, scale: Scale, t: Words) -> Iterator[str]:
    """The time before a lane's first value: nothing is known of it, which is not nought."""
    first = datetime.fromisoformat(lane["from"])
    x = scale.x(first)
    if x - box.left < SHORTEST_DRAWN:
        return
    yield tag("rect", x=box.left, y=box.top, width=x - box.left, height=box.bottom - box.top, cls="tl-blank")
    text = t("timeline.not_yet", date=f"{first:%m-%d}")
    if width_of(text, 11) + 12 < x - box.left:
        yield tag("text", text, x=box.left + 8, y=box.top + 14, cls="tl-quiet")


def _curve(points: Sequence[Point], box: Box, scale: Scale, look: tuple[float, int], step: timedelta) -> Iterator[str]:
    top, number = look
    height = box.bottom - box.top
    line: list[tuple[float, float] | None] = []
    for time, value, _, _ in points:
        line.append(None if value is None else (scale.x(time + step / 2), box.bottom - height * min(value, top) / top))
    yield from _over(points, line, box, top)
    yield tag("path", d=path(line), cls="tl-line" if number == 0 else "tl-line-2")


def _over(points: Sequence[Point], line: Sequence[tuple[float, float] | None], box: Box, top: float) -> Iterator[str]:
    """The surface between the curve and the limit, where it is above."""
    run: list[tuple[float, float]] = []
    floor = 0.0
    for (_, value, _, limit), place in zip(points, line, strict=True):
        is_over = value is not None and limit is not None and value > limit
        if is_over and place is not None and limit is not None:
            floor = box.bottom - (box.bottom - box.top) * limit / top
            run.append(place)
        elif run:
            yield _surface(run, floor)
            run = []
    if run:
        yield _surface(run, floor)


def _surface(run: list[tuple[float, float]], floor: float) -> str:
    edge = [(run[0][0], floor), *run, (run[-1][0] + 0.8, floor)]
    return tag("path", d=path(list(edge)) + "Z", cls="tl-over")


def _bars(points: Sequence[Point], box: Box, scale: Scale, top: float) -> Iterator[str]:
    for time, value, _, _ in points:
        if value is not None:
            x, end = scale.x(time), scale.x(time + timedelta(days=1))
            height = (box.bottom - box.top) * value / top
            yield tag("rect", x=x + 1, y=box.bottom - height, width=max(1.0, end - x - 2), height=height, cls="tl-bar")


def _limit(points: Sequence[Point], box: Box, scale: Scale, top: float, t: Words) -> Iterator[str]:
    """The limit as a broken line: a new level where it changed."""
    steps = [(scale.x(time), limit) for time, _, _, limit in points if limit is not None]
    if not steps:
        return
    level = [(x, box.bottom - (box.bottom - box.top) * limit / top) for x, limit in steps]
    corners = [level[0]]
    for (_, before), (x, after) in pairwise(level):
        if after != before:
            corners += [(x, before), (x, after)]
    corners.append((box.right, level[-1][1]))
    yield tag("path", d=path(list(corners)), cls="tl-limit")
    yield tag(
        "text", t("timeline.limit", limit=f"{steps[-1][1]:g}"), x=box.left + 5, y=level[0][1] - 4, cls="tl-limit-text"
    )


def _marks(points: Sequence[Point], box: Box, scale: Scale, step: timedelta, t: Words) -> Iterator[str]:
    """A band along the top for each mark, with its name where there is room."""
    for mark, first, last in _spans(points, step):
        x, end = scale.x(first), scale.x(last)
        if end - x < SHORTEST_DRAWN and mark == "4":
            continue
        name = t("timeline.mark", mark=t(f"dossier.mark.{MARK_NAMES[mark]}"))
        band = tag("rect", x=x, y=box.top - 1, width=max(1.0, end - x), height=BAND, cls=f"tl-mark tl-mark-{mark}")
        yield band[:-2] + ">" + tag("title", f"{name} {first:%m-%d %H:%M} – {last:%m-%d %H:%M}") + "</rect>"
        if width_of(name, 11) + 8 < end - x:
            yield tag("text", name, x=x + 4, y=box.top + 9, cls="tl-mark-text")


def _spans(points: Sequence[Point], step: timedelta) -> Iterator[tuple[str, datetime, datetime]]:
    begun: tuple[str, datetime] | None = None
    last = None
    for time, _, mark, _ in points:
        if begun and mark != begun[0]:
            yield begun[0], begun[1], time
            begun = None
        if mark in MARK_NAMES and begun is None:
            begun = (mark, time)
        last = time + step
    if begun and last:
        yield begun[0], begun[1], last
