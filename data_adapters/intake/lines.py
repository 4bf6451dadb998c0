"""Single lines of a text, by number."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from data_adapters.intake.sight import BLOCK

LINE_END = 10


def copy_lines(source: Path, numbers: NDArray[np.int64], target: Path) -> None:
    """The lines of these numbers, from 1 and ascending, into a file of their own."""
    before, rest, done = 0, b"", 0
    with source.open("rb") as text, target.open("wb") as kept:
        while block := text.read(BLOCK):
            block = rest + block
            ends = np.flatnonzero(np.frombuffer(block, np.uint8) == LINE_END) + 1
            edges = np.concatenate([[0], ends])
            until = int(np.searchsorted(numbers, before + len(ends), side="right"))
            for place in (numbers[done:until] - before - 1).tolist():
                kept.write(block[edges[place] : edges[place + 1]])
            before, done, rest = before + len(ends), until, block[int(edges[-1]) :]
        if done < len(numbers):
            kept.write(rest)
