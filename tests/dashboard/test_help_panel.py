"""Each page's help tells what its numbers mean, in the words of the dictionary of figures."""

from __future__ import annotations

import json

import pytest
from plotly.utils import PlotlyJSONEncoder

from dashboard.components.help_panel import FIGURES, help_panel
from dashboard.i18n import Words
from fusion.metrics import dictionary


@pytest.mark.parametrize("name", FIGURES)
def test_each_number_has_its_definition_unit_and_denominator_from_the_dictionary(name):
    text = json.dumps(help_panel(Words("zh"), name), cls=PlotlyJSONEncoder, ensure_ascii=False)
    book = dictionary()
    for figure in FIGURES[name]:
        metric = book.get(figure)
        assert metric.name_zh in text and metric.definition_zh in text
        if metric.denominator in book.metric:
            assert f"分母：{book.get(metric.denominator).name_zh}" in text
    assert not FIGURES[name] or "单位" in text
