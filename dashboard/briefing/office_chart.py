"""Charts as Office draws them itself: a chart part with the workbook of its numbers, to be edited by the reader."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pptx import Presentation
from pptx.chart.chart import Chart as OfficeChart
from pptx.chart.data import CategoryChartData
from pptx.dml.color import RGBColor
from pptx.enum.chart import XL_CHART_TYPE, XL_DATA_LABEL_POSITION, XL_LEGEND_POSITION, XL_TICK_LABEL_POSITION
from pptx.parts.chart import ChartPart
from pptx.util import Pt

from dashboard.briefing.document import Chart
from dashboard.briefing.palette import CHART_COLOURS

KINDS: Mapping[str, Any] = {
    "bar": XL_CHART_TYPE.BAR_CLUSTERED,
    "column": XL_CHART_TYPE.COLUMN_CLUSTERED,
    "line": XL_CHART_TYPE.LINE_MARKERS,
}
SIZE = Pt(9)
LABELLED = 32


def chart_data(chart: Chart) -> CategoryChartData:
    """The numbers of a chart; a gap stays a gap."""
    data = CategoryChartData(number_format="#,##0" + ("." + "0" * chart.digits if chart.digits else ""))
    data.categories = list(chart.categories)
    for name, values in chart.series:
        label = f"{name} ({chart.unit})" if chart.unit and chart.unit not in name else name
        data.add_series(label, [None if value is None else round(value, 4) for value in values])
    return data


def styled(office: OfficeChart, chart: Chart) -> None:
    """Colours, axes and labels of the house."""
    office.font.size = SIZE
    office.has_title = False
    office.has_legend = len(chart.series) > 1 or chart.kind != "bar"
    if office.has_legend:
        office.legend.position = XL_LEGEND_POSITION.TOP
        office.legend.include_in_layout = False
    plot = office.plots[0]
    for number, series in enumerate(plot.series):
        colour = RGBColor.from_string(CHART_COLOURS[number].lstrip("#").upper())
        if chart.kind == "line":
            series.smooth = False
            series.format.line.color.rgb = colour
            series.format.line.width = Pt(2)
            series.marker.format.fill.solid()
            series.marker.format.fill.fore_color.rgb = colour
        else:
            series.format.fill.solid()
            series.format.fill.fore_color.rgb = colour
    _axes(office, chart)
    if len(chart.categories) * len(chart.series) <= LABELLED:
        plot.has_data_labels = True
        plot.data_labels.font.size = Pt(8)
        plot.data_labels.number_format = chart_data(chart).number_format
        plot.data_labels.number_format_is_linked = False
        if chart.kind == "line":
            plot.data_labels.position = XL_DATA_LABEL_POSITION.ABOVE


def _axes(office: OfficeChart, chart: Chart) -> None:
    category, value = office.category_axis, office.value_axis
    category.tick_labels.font.size = Pt(8)
    category.format.line.color.rgb = RGBColor(0x88, 0x88, 0x88)
    category.tick_label_position = XL_TICK_LABEL_POSITION.LOW
    value.minimum_scale = 0
    if chart.kind == "bar":
        category.reverse_order = True
        value.visible = False
        value.has_major_gridlines = False
        office.plots[0].gap_width = 40
    else:
        value.tick_labels.font.size = Pt(8)
        value.major_gridlines.format.line.color.rgb = RGBColor(0xE2, 0xE2, 0xE2)
        value.format.line.fill.background()
        if chart.kind == "column":
            office.plots[0].gap_width = 50


class ChartMaker:
    """Chart parts for a document that is no presentation; a throw-away presentation holds them while they are made."""

    def __init__(self) -> None:
        """Open an empty presentation."""
        self._package = Presentation().part.package

    def made(self, chart: Chart) -> tuple[bytes, bytes]:
        """The chart's XML, which names its workbook `rId1`, and the workbook."""
        part = ChartPart.new(KINDS[chart.kind], chart_data(chart), self._package)
        styled(part.chart, chart)
        workbook = part.chart_workbook.xlsx_part
        if workbook is None:
            raise RuntimeError("a chart was made without its workbook")
        return part.blob, workbook.blob
