from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fusion import grid

CELLS = st.tuples(st.integers(100, 1750), st.integers(130, 1980))


@pytest.mark.parametrize(
    ("lon", "lat", "cell"),
    [(116.39747, 39.90872, (1318, 1448)), (117.4693, 31.8879, (1386, 1152))],
    ids=["Tiananmen", "Feidong"],
)
def test_known_places_lie_in_their_published_cells(lon, lat, cell):
    col, row = grid.cells_of([lon], [lat])
    assert (int(col[0]), int(row[0])) == cell


@given(CELLS)
def test_centre_of_a_cell_lies_in_the_cell(cell):
    lon, lat = grid.centres_of(np.array([cell[0]]), np.array([cell[1]]))
    col, row = grid.cells_of(lon, lat)
    assert (int(col[0]), int(row[0])) == cell


@given(CELLS)
def test_name_of_a_cell_gives_the_cell_back(cell):
    assert grid.cell_of_id(grid.cell_id(*cell)) == cell


def test_corners_share_edges_with_the_neighbours_and_are_not_axis_parallel():
    lon, lat = grid.corners_of([1318, 1319], [1448, 1448])
    assert lon[0, 1] == pytest.approx(lon[1, 0]) and lat[0, 2] == pytest.approx(lat[1, 3])
    assert abs(lat[0, 0] - lat[0, 1]) > 0.001


def test_every_cell_has_nine_square_kilometres():
    from pyproj import Geod

    lon, lat = grid.corners_of([1318, 1386, 300], [1448, 1152, 1700])
    areas = [abs(Geod(ellps="GRS80").polygon_area_perimeter(x, y)[0]) for x, y in zip(lon, lat, strict=True)]
    assert areas == pytest.approx([9e6] * 3, rel=1e-3)


def test_points_outside_or_without_position_have_no_cell():
    col, row = grid.cells_of([-120.0, np.nan, 105.0], [40.0, 30.0, -20.0])
    assert col.tolist() == [-1, -1, -1] and row.tolist() == [-1, -1, -1]


@pytest.mark.parametrize("name", ["G3-1-2", "G05-1318-1448", "G3-13a8-1448", ""])
def test_names_that_are_no_cells_are_refused(name):
    with pytest.raises(ValueError, match="not a cell"):
        grid.cell_of_id(name)
