"""Smooth random fields that move with the wind: weather for the campaign."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from data_adapters.campaign.places import Cells
from data_adapters.campaign.randomness import Floats, Ints

Grids = NDArray[np.float32]
NODE_CELLS = 4  # one node of a field every 12 km
PAD = 12


@dataclass(frozen=True)
class Nodes:
    """The coarse grid under the cells, and how to interpolate from it."""

    shape: tuple[int, int]
    corners: Ints  # 4 x cells: node numbers
    weights: Grids  # 4 x cells

    def at_cells(self, field: Floats) -> Grids:
        """A field of days x rows x columns of nodes as days x cells."""
        flat = field.reshape(len(field), -1).astype(np.float32)
        out = np.zeros((len(field), self.corners.shape[1]), dtype=np.float32)
        for corner, weight in zip(self.corners, self.weights, strict=True):
            out += flat[:, corner] * weight
        return out


@dataclass(frozen=True)
class Motion:
    """How a field looks and moves: its scale, its memory from day to day, its mean drift (nodes a day)."""

    scale_nodes: float
    memory: float
    drift: tuple[float, float]


def nodes_under(cells: Cells) -> Nodes:
    """Nodes that cover the cells with a margin."""
    x = (cells.col - cells.col.min()) / NODE_CELLS + PAD
    y = (cells.row - cells.row.min()) / NODE_CELLS + PAD
    shape = (int(y.max()) + 2 + PAD, int(x.max()) + 2 + PAD)
    left, low = np.floor(x).astype(np.int64), np.floor(y).astype(np.int64)
    fx, fy = x - left, y - low
    node = low * shape[1] + left
    corners = np.stack([node, node + 1, node + shape[1], node + shape[1] + 1])
    weights = np.stack([(1 - fx) * (1 - fy), fx * (1 - fy), (1 - fx) * fy, fx * fy]).astype(np.float32)
    return Nodes(shape, corners, weights)


def moving_field(rng: np.random.Generator, nodes: Nodes, days: int, motion: Motion) -> Floats:
    """A field of mean 0 and spread 1 for each day: yesterday's, carried on, and something new."""
    rows, columns = nodes.shape
    ky, kx = np.fft.fftfreq(rows)[:, None], np.fft.rfftfreq(columns)[None, :]
    shape_filter = np.exp(-2 * (np.pi * motion.scale_nodes) ** 2 * (kx**2 + ky**2))
    drift = np.asarray(motion.drift) + rng.normal(0.0, 0.6, (days, 2))
    out = np.empty((days, rows, columns))
    spectrum = np.fft.rfft2(rng.normal(size=(rows, columns))) * shape_filter
    for day in range(days):
        carry = np.exp(-2j * np.pi * (kx * drift[day, 0] + ky * drift[day, 1]))
        new = np.fft.rfft2(rng.normal(size=(rows, columns))) * shape_filter
        spectrum = motion.memory * spectrum * carry + np.sqrt(1 - motion.memory**2) * new
        out[day] = np.fft.irfft2(spectrum, s=(rows, columns))
    field: Floats = (out - out.mean()) / out.std()
    return field
