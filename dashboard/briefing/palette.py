"""Colours of a chart that is printed: black on white, what matters in colour and in shape."""

from __future__ import annotations

PRINT_STYLE = """
text {
  font-family: "Noto Sans CJK SC", "Source Han Sans SC", "Source Han Sans CN", "WenQuanYi Micro Hei",
    "WenQuanYi Zen Hei", sans-serif;
  fill: #222222; font-size: 12px
}
.tl-quiet { fill: #666666; font-size: 11px }
.tl-name { font-weight: bold }
.tl-ground { fill: #fafafa; stroke: #dddddd }
.tl-grid { stroke: #e4e4e4 }
.tl-line { fill: none; stroke: #14507d; stroke-width: 1.2 }
.tl-line-2 { fill: none; stroke: #b06a00; stroke-width: 1.2 }
.tl-limit { fill: none; stroke: #b3201b; stroke-width: 1.2; stroke-dasharray: 6 3 }
.tl-limit-text { fill: #b3201b; font-size: 11px }
.tl-over { fill: #d9534f; fill-opacity: 0.35 }
.tl-bar { fill: #7fa8c9 }
.tl-mark { stroke: #ffffff; stroke-width: 0.5 }
.tl-mark-1 { fill: #8a5a00 }
.tl-mark-2 { fill: #5f7a1f }
.tl-mark-3 { fill: #777777 }
.tl-mark-4 { fill: #3d7ea6 }
.tl-mark-5 { fill: #7b52ab }
.tl-mark-text { fill: #ffffff; font-size: 10px }
.tl-window { fill: #d9534f; fill-opacity: 0.06 }
.tl-alert { fill: #f0c36d; fill-opacity: 0.45 }
.tl-event { fill: #333333 }
.tl-hot { fill: #c0392b }
.tl-unseen { fill: none; stroke: #bbbbbb }
.tl-blank { fill: #f1f1f1 }
"""
CHART_FONT = (
    "Noto Sans CJK SC, Source Han Sans SC, Source Han Sans CN, Microsoft YaHei, WenQuanYi Micro Hei, sans-serif"
)
CHART_COLOURS = ("#1f5f99", "#c2502a", "#5f7a1f", "#7b52ab")
MAP_LAND = "#f6f3ec"
MAP_BORDER = "#9a9a9a"
MAP_OUTLINE = "#6b6b6b"
MAP_LINE = "#8c3b2a"
MAP_HOT = "#d4442a"
MAP_GRAVE = "#5b2a86"
MAP_CLUE = "#1f5f99"
