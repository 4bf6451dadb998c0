"""Numpy arrays as Arrow columns, without a Python loop over rows."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from data_adapters.campaign import names
from data_adapters.campaign.randomness import Floats, Ints, Texts
from data_adapters.catalogue import schema

Columns = dict[str, Any]
DIGITS = np.array(list(names.ALPHABET))


def named(words: Texts | Sequence[str], index: NDArray[Any]) -> pa.Array:
    """A text column: the word at each index; below 0 means empty."""
    listed = pa.array(np.asarray(words).tolist(), pa.string())
    place = np.asarray(index).astype(np.int32)
    return pa.DictionaryArray.from_arrays(pa.array(place, mask=place < 0), listed)


def same(word: str, n: int) -> pa.Array:
    """A text column with one word throughout."""
    return named([word], np.zeros(n, np.int32))


def numbered(prefix: str, numbers: Ints, width: int) -> pa.Array:
    """Texts as `prefix` and a number with leading zeros."""
    text = pc.utf8_lpad(pc.cast(pa.array(np.asarray(numbers, dtype=np.int64)), pa.string()), width, "0")
    return pc.binary_join_element_wise(pa.scalar(prefix), text, "")


def joined(*parts: Any) -> pa.Array:  # noqa: ANN401 - Arrow arrays or texts
    """Texts put together row by row."""
    plain = [pa.scalar(part) if isinstance(part, str) else pc.cast(part, pa.string()) for part in parts]
    return pc.binary_join_element_wise(*plain, "")


def times(seconds: NDArray[Any], mask: NDArray[Any] | None = None) -> pa.Array:
    """A time column of seconds from 1970."""
    return pa.array(np.asarray(seconds).astype(np.int64), mask=mask).view(pa.timestamp("s"))


def dates(days: NDArray[Any], mask: NDArray[Any] | None = None) -> pa.Array:
    """A date column of days from 1970."""
    return pa.array(np.asarray(days).astype(np.int32), mask=mask).view(pa.date32())


def reals(values: Floats, decimals: int = 3) -> pa.Array:
    """A number column; NaN means empty."""
    return pa.array(np.round(np.asarray(values, dtype=np.float64).ravel(), decimals), from_pandas=True)


def shortest(values: Floats) -> pa.Array:
    """Numbers as text, as a device would have sent them; NaN means empty."""
    return pc.cast(pa.array(np.asarray(values).ravel(), from_pandas=True), pa.string())


def credit_codes(serials: Ints) -> Texts:
    """Credit codes of division 990000, all at once; see `campaign.names.credit_code`."""
    body = (np.asarray(serials)[:, None] // 10 ** np.arange(7, -1, -1)) % 10
    rest = 11 - (body * np.array(names.BODY_WEIGHTS)).sum(axis=1) % 11
    rest_value = np.where(rest == 10, names.ALPHABET.index("X"), np.where(rest == 11, 0, rest))
    head = np.array([names.ALPHABET.index(sign) for sign in names.NO_SUCH_DIVISION])
    values = np.concatenate([np.tile(head, (len(body), 1)), body, rest_value[:, None]], axis=1)
    check = (31 - (values * np.array(names.WEIGHTS)).sum(axis=1) % 31) % 31
    signs = DIGITS[np.concatenate([values, check[:, None]], axis=1)]
    codes: Texts = np.ascontiguousarray(signs).view("U18").ravel()
    return codes


def stacked(table: str, first: Sequence[dict[str, Any]], rest: Columns) -> Columns:
    """Columns of a table: single rows (a column left out is empty), then columns of the rest."""
    columns: Columns = {}
    for one in schema(table):
        head = pa.array([row.get(one.name) for row in first], one.type)
        tail = rest[one.name]
        tail = tail if isinstance(tail, pa.Array | pa.ChunkedArray) else pa.array(tail)
        chunks = tail.cast(one.type)
        parts = chunks.chunks if isinstance(chunks, pa.ChunkedArray) else [chunks]
        columns[one.name] = pa.chunked_array([head, *parts], one.type)
    return columns


def empty(n: int) -> pa.Array:
    """A column without any value."""
    return pa.nulls(n)
