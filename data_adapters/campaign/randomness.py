"""Random numbers: one independent stream for each part, so that a change in one leaves the others alone."""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]
Texts = NDArray[Any]  # numpy arrays of str


def stream(seed: int, part: str) -> np.random.Generator:
    """The stream of `part`; the same (seed, part) gives the same numbers for ever."""
    return np.random.Generator(np.random.PCG64(np.random.SeedSequence([seed, zlib.crc32(part.encode())])))


def largest_remainder(weights: Floats, total: int) -> Ints:
    """Whole numbers in proportion to `weights` which add up to exactly `total`."""
    exact = weights / weights.sum() * total
    whole: Ints = np.floor(exact).astype(np.int64)
    rest = total - int(whole.sum())
    whole[np.argsort(-(exact - whole), kind="stable")[:rest]] += 1
    return whole


def pick_distinct(rng: np.random.Generator, weights: Floats, n: int) -> Ints:
    """`n` different indices, likelier where `weights` is larger; never one of weight 0."""
    with np.errstate(divide="ignore"):
        key = np.log(weights) + rng.gumbel(size=len(weights))
    n = min(n, int((weights > 0).sum()))
    return np.sort(np.argsort(-key, kind="stable")[:n])


def pick(rng: np.random.Generator, options: Sequence[Any] | Texts, weights: Floats, n: int) -> Texts:
    """`n` draws of `options` with replacement, in proportion to `weights`."""
    bounds = np.cumsum(weights / weights.sum())
    index = np.searchsorted(bounds, rng.random(n), side="right")
    return np.asarray(options)[np.minimum(index, len(options) - 1)]


def pick_by_row(rng: np.random.Generator, weights: Floats) -> Ints:
    """For each row of `weights` (rows x options) one option, in proportion to the row."""
    bounds = np.cumsum(weights, axis=1)
    is_past = rng.random(len(weights))[:, None] * bounds[:, -1:] >= bounds[:, :-1]
    option: Ints = is_past.sum(axis=1).astype(np.int64)
    return option
