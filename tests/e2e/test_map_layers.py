"""The map scripts' arithmetic, in the browser that runs it."""

from pathlib import Path

import numpy as np
import pytest
from pyproj import Transformer

SCRIPTS = Path(__file__).resolve().parents[2] / "assets" / "js" / "map"
GRS80 = "+proj=longlat +ellps=GRS80"
ALBERS = "+proj=aea +lat_1=25 +lat_2=47 +lat_0=0 +lon_0=105 +ellps=GRS80 +units=m"


@pytest.fixture(scope="module")
def page(browser):
    page = browser.new_page()
    for name in ("albers.js", "world.js", "geometry.js", "points.js"):
        page.add_script_tag(path=str(SCRIPTS / name))
    yield page
    page.close()


def test_albers_agrees_with_proj_in_both_directions(page):
    random = np.random.default_rng(1)
    lon, lat = random.uniform(73, 136, 500), random.uniform(3, 54, 500)
    expected = np.column_stack(Transformer.from_crs(GRS80, ALBERS, always_xy=True).transform(lon, lat))
    points = np.column_stack([lon, lat])
    forward = page.evaluate("(points) => points.map((p) => lookout.map.albers.forward(...p))", points.tolist())
    inverse = page.evaluate("(points) => points.map((p) => lookout.map.albers.inverse(...p))", expected.tolist())
    assert np.abs(np.array(forward) - expected).max() < 1e-4
    assert np.abs(np.array(inverse) - points).max() < 1e-7


@pytest.mark.parametrize(
    ("lon", "lat", "cell"),
    [(116.39747, 39.90872, [1318, 1448]), (117.4693, 31.8879, [1386, 1152])],
    ids=["Tiananmen", "Feidong"],
)
def test_a_known_place_lies_in_its_known_cell(page, lon, lat, cell):
    assert page.evaluate("([lon, lat]) => lookout.map.albers.cellAt(lon, lat)", [lon, lat]) == cell


SQUARE_WITH_A_HOLE = """() => {
  const atlas = new lookout.map.Atlas();
  atlas.set(1, {place_idx: [7], ring_lengths: [[4, 4]], x0: [[1100000, 1104000]], y0: [[300000, 304000]],
    dx: [[10000, 0, -10000, 2000, 0, -2000]], dy: [[0, 10000, 0, 0, 2000, 0]]});
  const at = (lon, lat) => atlas.placeAt(1, lookout.map.world.x(lon), lookout.map.world.y(lat));
  return [at(110.2, 30.2), at(110.5, 30.5), at(112, 30.5)];
}"""


def test_a_place_is_hit_inside_but_not_in_its_hole_or_outside(page):
    assert page.evaluate(SQUARE_WITH_A_HOLE) == [7, -1, -1]


MARKS_OF = """(count) => {
  const shown = Array.from({length: count}, (_, i) => i);
  const frame = {width: 1200, height: 800, left: 0, top: 0, scale: 1, unit: 1, z: 5.5};
  const points = {shown, xs: shown.map((i) => 12 * (i % 100)), ys: shown.map((i) => 12 * Math.floor(i / 100)),
    severity: shown.map((i) => 1 + i % 3), group: shown.map(() => 0), showsOver: true};
  return lookout.map.clueMarks(points, frame).map((mark) => [points.severity[mark.index], mark.radius]);
}"""


def test_in_a_crowd_marks_step_back_the_severe_least_and_none_is_left_out(page):
    few, many = page.evaluate(MARKS_OF, 60), page.evaluate(MARKS_OF, 6000)
    assert len(many) == 6000
    alone, crowded = dict(few), dict(many)
    assert all(crowded[severity] < 0.7 * alone[severity] for severity in (1, 2, 3))
    assert crowded[1] > crowded[2] > crowded[3]
    assert crowded[1] / alone[1] > crowded[2] / alone[2]
