"""One look: the charts' colours are the style sheet's, the bundle is the library's."""

from __future__ import annotations

import re
from pathlib import Path

import plotly.graph_objects as go
import pytest
from plotly.offline import get_plotlyjs_version

from dashboard.figures.heatmap import heatmap_frame
from dashboard.figures.ranking import ranking_frame
from dashboard.figures.template import TOKENS
from dashboard.figures.trend import trend_frame
from dashboard.i18n import Words

REPOSITORY = Path(__file__).resolve().parents[2]
SHEET = (REPOSITORY / "assets" / "00-tokens.css").read_text("utf-8")
SAME = {"text": "text", "quiet": "text-quiet", "cyan": "cyan", "hot": "hot", "warm": "warn", "green": "good"}


def sheet_tokens(theme: str) -> dict[str, str]:
    selector = ":root" if theme == "dark" else '[data-theme="light"]'
    block = SHEET[SHEET.index(selector + " {") :].partition("}")[0]
    return dict(re.findall(r"--([a-z-]+):\s*([^;]+);", block))


@pytest.mark.parametrize("theme", TOKENS)
@pytest.mark.parametrize("name", SAME)
def test_charts_and_page_have_the_same_colours(theme, name):
    assert getattr(TOKENS[theme], name) == sheet_tokens(theme)[SAME[name]]


def luminance(colour: str) -> float:
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


@pytest.mark.parametrize("theme", TOKENS)
@pytest.mark.parametrize("name", ["text", "text-quiet", "text-faint", "hot", "warn", "good", "cyan"])
def test_text_can_be_read_on_its_panel(theme, name):
    tokens = sheet_tokens(theme)
    light, dark = sorted((luminance(tokens[name]), luminance(tokens["panel-solid"])), reverse=True)
    assert (light + 0.05) / (dark + 0.05) >= 4.5


def test_every_theme_has_every_colour():
    dark, light = sheet_tokens("dark"), sheet_tokens("light")
    assert set(dark) - set(light) <= {"text-font", "number-font"}
    assert set(light) <= set(dark)


def test_the_bundle_of_plotly_is_the_librarys_version():
    with (REPOSITORY / "dashboard" / "vendor" / "plotly-cartesian.min.js").open(encoding="utf-8") as file:
        head = file.read(2000)
    assert f"plotly.js (cartesian) v{get_plotlyjs_version()}" in head or f"v{get_plotlyjs_version()}" in head


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("theme", TOKENS)
@pytest.mark.parametrize("make", [trend_frame, ranking_frame, heatmap_frame])
def test_a_frame_is_empty_and_needs_nothing_outside_the_cartesian_bundle(make, theme, language):
    figure = make(Words(language), theme)
    assert isinstance(figure, go.Figure)
    assert {trace.type for trace in figure.data} <= {"scatter", "bar", "heatmap"}
    assert all(len(trace.x or ()) == 0 for trace in figure.data)
    assert figure.to_dict()["layout"]["template"].get("data", {}) == {} or figure.layout.template is not None
