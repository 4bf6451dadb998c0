"""A chart of a briefing as a vector picture, for page and PDF; DOCX and PPTX draw the same numbers natively."""

from __future__ import annotations

import math

from dashboard.briefing.document import Chart
from dashboard.briefing.palette import CHART_COLOURS, CHART_FONT
from dashboard.briefing.svg import group, path, tag

WIDTH = 640.0
HIGH = 220.0
LEFT, RIGHT, TOP, BOTTOM = 46.0, 14.0, 26.0, 24.0
BAR = 15.0
GAP = 7.0
LABELS_MOST = 250.0
QUIET = "#555555"
GRID = "#e2e2e2"
CJK = 0x2E80
TICKS = 4


def chart_svg(chart: Chart) -> tuple[str, float, float]:
    """The picture, its width and its height."""
    if chart.kind == "bar":
        return _bars(chart)
    return _upright(chart)


def text_width(text: str, size: float) -> float:
    """About how wide a text is; Chinese signs are as wide as high."""
    return sum(size if ord(sign) >= CJK else 0.56 * size for sign in text)


def ticks(most: float) -> list[float]:
    """Round values from 0 up to at least `most`."""
    if most <= 0:
        return [0.0, 1.0]
    raw = most / TICKS
    power = 10.0 ** math.floor(math.log10(raw))
    step = next(power * factor for factor in (1, 2, 2.5, 5, 10) if power * factor >= raw - 1e-12)
    return [step * i for i in range(math.ceil(most / step - 1e-9) + 1)]


def told(value: float, digits: int) -> str:
    """A value as the chart writes it."""
    return f"{value:,.{digits}f}"


def _bars(chart: Chart) -> tuple[str, float, float]:
    n = len(chart.series)
    row = BAR * n + GAP
    left = min(LABELS_MOST, max((text_width(one, 11) for one in chart.categories), default=0) + 10)
    most = _most(chart)
    room = WIDTH - left - 62
    top = TOP if n > 1 else 6.0
    parts = _legend(chart) if n > 1 else []
    for at, category in enumerate(chart.categories):
        y = top + at * row
        parts.append(_text(_fitting(category, left - 10), left - 6, y + (row - GAP) / 2 + 4, "end"))
        for number, (_, values) in enumerate(chart.series):
            value, bar_y = values[at], y + number * BAR
            if value is None:
                parts.append(_text("—", left + 4, bar_y + BAR - 4, "start", QUIET))
                continue
            wide = room * value / most
            parts.append(tag("rect", x=left, y=bar_y, width=max(wide, 0.6), height=BAR - 2, fill=CHART_COLOURS[number]))
            parts.append(_text(told(value, chart.digits), left + wide + 4, bar_y + BAR - 4, "start"))
    high = top + row * len(chart.categories) + 4
    parts.append(tag("line", x1=left, y1=top - 3, x2=left, y2=high - 4, stroke=QUIET))
    return _whole(parts, chart, high)


def _upright(chart: Chart) -> tuple[str, float, float]:
    steps = ticks(_most(chart))
    top_value = steps[-1]
    room, wide = HIGH - TOP - BOTTOM, WIDTH - LEFT - RIGHT
    n = max(1, len(chart.categories))
    slot = wide / n
    digits = chart.digits if top_value < 10 else 0
    parts = _legend(chart)

    def y(value: float) -> float:
        return TOP + room * (1 - value / top_value)

    for step in steps:
        parts.append(tag("line", x1=LEFT, y1=y(step), x2=WIDTH - RIGHT, y2=y(step), stroke=GRID if step else QUIET))
        parts.append(_text(told(step, digits), LEFT - 6, y(step) + 4, "end", QUIET))
    every = max(1, math.ceil(max((text_width(one, 11) for one in chart.categories), default=1) * 1.15 / slot))
    for at in range(0, len(chart.categories), every):
        parts.append(_text(chart.categories[at], LEFT + (at + 0.5) * slot, HIGH - 7, "middle"))
    for number, (_, values) in enumerate(chart.series):
        colour = CHART_COLOURS[number]
        if chart.kind == "line":
            points = [None if v is None else (LEFT + (i + 0.5) * slot, y(v)) for i, v in enumerate(values)]
            parts.append(tag("path", d=path(points), fill="none", stroke=colour, stroke_width="1.8"))
            parts += [_mark(number, *point, colour) for point in points if point]
            parts += [_text(told(v, chart.digits), LEFT + (i + 0.5) * slot, y(v) - 7, "middle", colour)
                      for i, v in enumerate(values) if v is not None and n <= 14]  # fmt: skip
        else:
            bar = slot * 0.7 / len(chart.series)
            for i, value in enumerate(values):
                if value is not None:
                    x = LEFT + i * slot + slot * 0.15 + number * bar
                    parts.append(tag("rect", x=x, y=y(value), width=bar, height=y(0) - y(value), fill=colour))
                    if n * len(chart.series) <= 16:
                        parts.append(_text(told(value, chart.digits), x + bar / 2, y(value) - 4, "middle"))
    return _whole(parts, chart, HIGH)


def _mark(number: int, x: float, y: float, colour: str) -> str:
    """The first series is marked by circles, the second by squares: not told apart by colour alone."""
    if number == 0:
        return tag("circle", cx=x, cy=y, r=3, fill=colour)
    return tag("rect", x=x - 3, y=y - 3, width=6, height=6, fill="#ffffff", stroke=colour, stroke_width="1.6")


def _most(chart: Chart) -> float:
    values = [value for _, series in chart.series for value in series if value is not None]
    return max(values, default=0.0) or 1.0


def _legend(chart: Chart) -> list[str]:
    parts, x = [], LEFT
    for number, (name, _) in enumerate(chart.series):
        label = f"{name} ({chart.unit})" if chart.unit and chart.unit not in name else name
        parts.append(tag("rect", x=x, y=6, width=10, height=10, fill=CHART_COLOURS[number]))
        parts.append(_text(label, x + 14, 15, "start"))
        x += text_width(label, 11) + 34
    return parts


def _fitting(text: str, room: float) -> str:
    """`text` cut so that it fits, with a sign that it was."""
    if text_width(text, 11) <= room:
        return text
    while text and text_width(text + "…", 11) > room:
        text = text[:-1]
    return text + "…"


def _text(text: str, x: float, y: float, anchor: str, colour: str = "#222222") -> str:
    return tag("text", text, x=x, y=y, text_anchor=anchor, fill=colour)


def _whole(parts: list[str], chart: Chart, high: float) -> tuple[str, float, float]:
    body = group(parts, font_family=CHART_FONT, font_size="11")
    head = tag("svg", None, xmlns="http://www.w3.org/2000/svg", viewBox=f"0 0 {WIDTH:.0f} {high:.0f}",
               role="img", aria_label=chart.title)  # fmt: skip
    return f"{head[:-2]}>{body}</svg>", WIDTH, high
