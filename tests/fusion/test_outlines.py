from __future__ import annotations

import fusion_builders as make
import numpy as np
import pyarrow as pa
import shapely
from hypothesis import given
from hypothesis import strategies as st

from data_adapters.tables import TABLES
from fusion.outlines import lines_of, pack_outlines
from fusion.places import number_places


def unpack(row):
    """The rings of a row of table geometry, in degrees, as the browser reads them."""
    rings, start = [], 0
    for length, x0, y0 in zip(row["ring_lengths"], row["x0"], row["y0"], strict=True):
        dx, dy = row["dx"][start : start + length - 1], row["dy"][start : start + length - 1]
        start += length - 1
        rings.append(np.column_stack((np.cumsum([x0, *dx]), np.cumsum([y0, *dy]))) / 1e4)
    assert start == len(row["dx"]) == len(row["dy"])
    return rings


def outlines(shapes, lines=None):
    rows = [{**make._division(f"34{number:04d}", "county", None, shape)} for number, shape in enumerate(shapes)]
    places = number_places(make.table("regions", rows))
    return pack_outlines(places, TABLES["boundary_lines"].empty() if lines is None else lines).to_pylist()


def test_unpacked_outline_is_the_place():
    row = outlines([make.box(116, 33, 1, 0.5)])[0]
    assert (
        shapely.Polygon(unpack(row)[0]).equals(make.box(116, 33, 1, 0.5)) and row["level"] == 2 and row["kind"] is None
    )


def test_holes_and_islands_are_rings_of_their_place():
    holed = shapely.Polygon(make.box(116, 33, 1, 1).exterior, [make.box(116.4, 33.4, 0.2, 0.2).exterior])
    row = outlines([shapely.MultiPolygon([holed, make.box(118, 33, 1, 1)])])[0]
    assert row["ring_lengths"] == [5, 5, 5]


def test_long_steps_are_split_and_end_where_they_should():
    row = outlines([make.box(80, 20, 50, 30)])[0]
    assert max(np.abs(row["dx"]).max(), np.abs(row["dy"]).max()) <= 32767
    assert shapely.Polygon(unpack(row)[0]).normalize().equals(make.box(80, 20, 50, 30))


@given(st.lists(st.tuples(st.integers(-1_800_000, 1_800_000), st.integers(-900_000, 900_000)), min_size=2, max_size=9))
def test_line_keeps_its_ends_whatever_its_steps(points):
    line = shapely.LineString(np.array(points) / 1e4)
    paths = lines_of(np.array([line], dtype=object), np.array([0]))
    if len(paths.xy):
        assert tuple(paths.xy[0]) == points[0] and tuple(paths.xy[-1]) == points[-1]
        assert np.abs(np.diff(paths.xy, axis=0)).max() <= 32767


def test_shared_border_stays_shared():
    wavy = np.column_stack((116 + 0.003 * np.sin(np.arange(400)), 33 + np.arange(400) / 400))
    west = shapely.Polygon([*wavy, (115, wavy[-1, 1]), (115, 33)])
    east = shapely.Polygon([*wavy, (117, wavy[-1, 1]), (117, 33)])
    left, right = (unpack(row)[0] for row in outlines([west, east]))
    assert len(left) < 200
    border = {tuple(point) for point in left if point[0] > 115.9}
    assert border == {tuple(point) for point in right if point[0] < 116.1}


def test_boundary_lines_are_open_and_one_row_a_kind():
    lines = pa.concat_tables([make.boundary_lines()] * 2)
    row = [row for row in outlines([make.box(116, 33, 1, 1)], lines) if row["level"] == 9]
    assert len(row) == 1 and row[0]["kind"] == "dash_line_10" and row[0]["place_idx"] == 65535
    assert len(row[0]["ring_lengths"]) == 2 and not np.allclose(unpack(row[0])[0][0], unpack(row[0])[0][-1])
