"""The time axis of a dossier as one SVG picture: every lane above the next, one scale of time for all.

The page draws a cursor over it and the pack prints it; both get the same picture. Classes are styled by the page
(`assets/pages/dossier`) or by `palette.py`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from dashboard.briefing.palette import PRINT_STYLE
from dashboard.briefing.sentences import named
from dashboard.briefing.svg import group, tag
from dashboard.briefing.timeline_events import SHAPES, Happening, happenings, width_of
from dashboard.briefing.timeline_lanes import Box, Scale, draw_lane
from dashboard.data.dossier_lanes import Lane
from dashboard.data.reading import outlet_code
from dashboard.i18n import Words

LEFT = 150.0
RIGHT = 54.0
TOP = 24.0
EMISSIONS_DRAWN = 5
EVENT_ROWS = 4
MISSING = ("emission", "process", "power", "satellite")
PAIRED = {"fan_a": "pump_a", "production_kw": "treatment_kw", "production_kwh": "treatment_kwh"}
PRODUCTS = ("PM25", "NO2", "HCHO", "FIRE")


@dataclass(frozen=True)
class Sizes:
    """How high things are: the lane of the case, other lanes, lines of one text, the room between, rows of events."""

    tall: float
    low: float
    flat: float
    gap: float
    row: float


SCREEN = Sizes(104.0, 46.0, 20.0, 7.0, 19.0)
PAPER = Sizes(74.0, 30.0, 16.0, 5.0, 16.0)


@dataclass
class Picture:
    """A drawn time axis: the SVG, and where its lanes lie, for a cursor over it."""

    svg: str
    width: float
    height: float
    left: float
    right: float
    from_at: str
    to_at: str
    lanes: list[dict[str, Any]] = field(default_factory=list)


def timeline(
    found: Mapping[str, Any], t: Words, window: tuple[datetime, datetime], width: float = 1180, is_print: bool = False
) -> Picture:
    """The picture of a dossier between two moments; printed ones carry their own colours."""
    scale = Scale(window[0], max(window[1], window[0] + timedelta(hours=6)), LEFT, width - RIGHT)
    sizes = PAPER if is_print else SCREEN
    parts, drawn, y = [], [], TOP
    for lanes, height in _chosen(found["lanes"], sizes):
        box = Box(scale.left, y, scale.right, y + height)
        parts.append(draw_lane(lanes, box, scale, found, t))
        drawn.append(_placed(found, lanes, box, t))
        y += height + sizes.gap
    rows = [*_blanks(found, t), *_alert_rows(found, scale, t), *_hot_rows(found, scale, t)]
    for row in rows:
        parts.append(
            group(
                [
                    tag("text", row.name, x=LEFT - 8, y=sizes.flat - 6, text_anchor="end", cls="tl-quiet"),
                    *row.draw(Box(scale.left, 0.0, scale.right, sizes.flat)),
                ],
                transform=f"translate(0 {y:.1f})",
            )
        )
        y += sizes.flat + sizes.gap
    events, used = _events([one for one in happenings(found, t) if scale.holds(one.at)], scale, (y, sizes.row), t)
    parts.append(events)
    y += used * sizes.row + sizes.gap
    behind = _axis(scale, y, t) + _behind(found, scale, y)
    style = f"<style>{PRINT_STYLE}</style>" if is_print else ""
    svg = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:.0f} {y + 8:.0f}" class="timeline" role="img"'
        + (f' width="{width:.0f}" height="{y + 8:.0f}"' if is_print else "")
        + f">{tag('title', t('timeline.title', name=found['enterprise']['name']))}{style}{behind}{''.join(parts)}</svg>"
    )
    times = (scale.from_at.isoformat(sep=" ", timespec="minutes"), scale.to_at.isoformat(sep=" ", timespec="minutes"))
    return Picture(svg, width, y + 8, scale.left, scale.right, *times, drawn)


def _chosen(lanes: Sequence[Lane], sizes: Sizes) -> list[tuple[list[Lane], float]]:
    """Lanes to draw with their heights, those that belong together in one; of many outlets the rest is in tables."""
    by_series = {(lane["object"], lane["series"]): lane for lane in lanes}
    out: list[tuple[list[Lane], float]] = []
    emissions = 0
    for lane in lanes:
        if lane["series"] in PAIRED.values() and any(
            (lane["object"], first) in by_series for first, second in PAIRED.items() if second == lane["series"]
        ):
            continue
        if lane["kind"] == "emission":
            emissions += 1
            if emissions > EMISSIONS_DRAWN:
                continue
        second = by_series.get((lane["object"], PAIRED.get(lane["series"], "")))
        is_first = not out or (lane["kind"] == "furnace" and not emissions)
        out.append(([lane, second] if second else [lane], sizes.tall if is_first else sizes.low))
    return out


def _placed(found: Mapping[str, Any], lanes: Sequence[Lane], box: Box, t: Words) -> dict[str, Any]:
    """Where a lane lies and which series of the dossier it shows."""
    return {
        "top": box.top,
        "bottom": box.bottom,
        "series": [
            {"index": found["lanes"].index(lane), "name": series_name(lane, t), "unit": lane["unit"]} for lane in lanes
        ],
    }


def series_name(lane: Lane, t: Words) -> str:
    """What a lane is called: its quantity and, of emission, its outlet."""
    name = named(t, f"dossier.series.{lane['series']}")
    return f"{name} {outlet_code(lane['object'])}" if lane["kind"] == "emission" and lane["object"] else name


@dataclass(frozen=True)
class Row:
    """A line of one text under the lanes; `draw` fills its box."""

    name: str
    draw: Callable[[Box], list[str]]


def _blanks(found: Mapping[str, Any], t: Words) -> Iterator[Row]:
    """Lanes that aren't there, and why not."""
    for kind in MISSING:
        state = found["states"].get(kind, "none")
        if state == "data" or (state == "none" and kind != "satellite"):
            continue

        def draw(box: Box, text: str = t(f"dossier.state.{state}")) -> list[str]:
            ground = tag("rect", x=box.left, y=0, width=box.right - box.left, height=box.bottom, cls="tl-blank")
            return [ground, tag("text", text, x=box.left + 8, y=box.bottom - 6, cls="tl-quiet")]

        yield Row(t(f"timeline.missing.{kind}"), draw)


def _alert_rows(found: Mapping[str, Any], scale: Scale, t: Words) -> Iterator[Row]:
    """Alerts of the city as bands, each with its level where there is room."""
    spans = [
        (datetime.fromisoformat(one["from_at"]), datetime.fromisoformat(one["to_at"]), one) for one in found["alerts"]
    ]
    seen = [span for span in spans if scale.overlaps(span[0], span[1])]

    def draw(box: Box) -> list[str]:
        parts = []
        for from_at, to_at, alert in seen:
            x, end = scale.x(from_at), scale.x(to_at)
            level = named(t, f"dossier.level.{alert['level']}")
            words = t("timeline.alert", level=level, pollutant=named(t, f"pollutant.{alert['pollutant']}"))
            band = tag("rect", x=x, y=2, width=max(1.0, end - x), height=box.bottom - 4, cls="tl-alert")
            parts.append(
                band[:-2] + ">" + tag("title", f"{words} {from_at:%m-%d %H:%M} – {to_at:%m-%d %H:%M}") + "</rect>"
            )
            fitting = next((one for one in (words, level) if width_of(one, 12) + 8 < end - x), None)
            if fitting:
                parts.append(tag("text", fitting, x=x + 5, y=box.bottom - 6, cls="tl-quiet"))
        return parts

    if seen:
        yield Row(t("dossier.kind.alert"), draw)


def _hot_rows(found: Mapping[str, Any], scale: Scale, t: Words) -> Iterator[Row]:
    """Days with a hot cell nearby; hollow for fires, which say less of the air."""
    day = timedelta(days=1)

    def draw(box: Box) -> list[str]:
        parts = []
        for one in found["hot"]:
            start = datetime.fromisoformat(one["date"])
            if not scale.overlaps(start, start + day):
                continue
            x, end = scale.x(start), scale.x(start + day)
            line = PRODUCTS.index(one["product"]) if one["product"] in PRODUCTS else 0
            cls = "tl-unseen" if one["product"] == "FIRE" else "tl-hot"
            product = named(t, f"product.{one['product']}")
            told = t("timeline.hot_day", product=product, date=one["date"], km=f"{one['distance_km']:.1f}")
            bar = tag("rect", x=x + 1, y=1 + 4 * line, width=max(2.0, end - x - 2), height=3.5, cls=cls)
            parts.append(bar[:-2] + ">" + tag("title", told) + "</rect>")
        return parts

    if found["hot"]:
        yield Row(t("timeline.hot"), draw)


def _events(events: Sequence[Happening], scale: Scale, place: tuple[float, float], t: Words) -> tuple[str, int]:
    """Glyphs with words in as few rows as they need; what finds no room keeps its glyph and gets its words on touch."""
    y, height = place
    parts = [tag("text", t("timeline.events"), x=LEFT - 8, y=y + 14, text_anchor="end", cls="tl-quiet")]
    ends = [0.0] * EVENT_ROWS
    used = 1
    for one in events:
        x = scale.x(one.at)
        words = f"{one.at:%m-%d} {one.text}"
        size = width_of(words, 11) + 18
        is_left = x + size > scale.right + RIGHT
        start = x - size if is_left else x - 7
        row = next((i for i, end in enumerate(ends) if end <= start), None)
        middle = y + 10 + (EVENT_ROWS - 1 if row is None else row) * height
        used = max(used, EVENT_ROWS if row is None else row + 1)
        glyph = tag(
            "path",
            d=SHAPES[one.kind],
            transform=f"translate({x:.1f} {middle:.1f})",
            cls=f"tl-event tl-event-{one.kind}",
        )
        parts.append(glyph[:-2] + ">" + tag("title", f"{one.at:%Y-%m-%d %H:%M} {one.text}") + "</path>")
        if row is not None:
            label = {"x": x - 10, "text_anchor": "end"} if is_left else {"x": x + 10}
            parts.append(tag("text", words, y=middle + 4, cls="tl-quiet", **label))
            ends[row] = x + 8 if is_left else x + size
    return group(parts), used


def _axis(scale: Scale, bottom: float, t: Words) -> str:
    """Days as lines, with as many dates as have room."""
    parts = [tag("rect", x=scale.left, y=TOP, width=scale.right - scale.left, height=bottom - TOP, cls="tl-ground")]
    days = (scale.to_at - scale.from_at).days + 1
    step = next((n for n in (1, 2, 3, 5, 7, 10, 14, 30) if days / n * 46 <= scale.right - scale.left), 60)
    day = datetime(scale.from_at.year, scale.from_at.month, scale.from_at.day) + timedelta(days=1)
    number = 0
    while day <= scale.to_at:
        x = scale.x(day)
        if number % step == 0 and x > scale.left + 18:
            parts.append(tag("line", x1=x, x2=x, y1=TOP, y2=bottom, cls="tl-grid"))
            parts.append(tag("text", f"{day:%m-%d}", x=x, y=TOP - 8, text_anchor="middle", cls="tl-quiet"))
        day += timedelta(days=1)
        number += 1
    parts.append(tag("text", f"{scale.from_at:%Y}", x=LEFT - 8, y=TOP - 8, text_anchor="end", cls="tl-quiet"))
    return group(parts)


def _behind(found: Mapping[str, Any], scale: Scale, bottom: float) -> str:
    """The window of the gravest run, behind all lanes."""
    parts = []
    for run in found["runs"][:1]:
        from_at, to_at = datetime.fromisoformat(run["from_at"]), datetime.fromisoformat(run["to_at"])
        if scale.overlaps(from_at, to_at):
            x, end = scale.x(from_at), scale.x(to_at)
            parts.append(tag("rect", x=x, y=TOP, width=end - x, height=bottom - TOP, cls="tl-window"))
    return group(parts)
