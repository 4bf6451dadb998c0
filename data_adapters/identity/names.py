"""Names of enterprises made comparable: one width, no blanks or brackets, one legal form, place in front set apart.

Marks inside brackets stay part of the name: 甲厂（模拟） is not 甲厂, and 某某公司（银川） keeps its 银川.
"""

from __future__ import annotations

from collections.abc import Collection

import numpy as np
import pandas as pd
import pyarrow as pa
import scipy.sparse as sp
from numpy.typing import NDArray

from data_adapters.places.names import provinces

LEGAL_FORMS = r"(?:股份合作|股份|有限|责任)+(?=公司)"
PLACE_ENDINGS = r"(?:特别行政区|(?:维吾尔|壮族|回族)?自治区|[^\s]{1,3}族自治州|自治州|地区|省|市|盟)$"
LONGEST_PLACE = 11
MIN_REST = 4  # letters left when a place is taken off the front, 公司 included
DIGITS = str.maketrans("一二三四五六七八九", "123456789")
CHUNK = 200_000


def place_words(regions: pa.Table | None = None) -> frozenset[str]:
    """Provinces and, from a regions table, cities: as written in front of a name, with and without ending."""
    names = list(provinces())
    if regions is not None:
        table = regions.select(["level", "name_zh"]).to_pandas()
        names += table.loc[table["level"].isin(["province", "city"]), "name_zh"].tolist()
    full = pd.Series(names, dtype="str")
    short = full.str.replace(PLACE_ENDINGS, "", regex=True)
    return frozenset(full) | frozenset(short[short.str.len() > 1])


def comparable_names(names: pd.Series, places: Collection[str]) -> pd.DataFrame:
    """Each name in comparable form.

    Shape   plain: one width, no blanks, brackets or marks, one legal form; core: plain without the place in
            front; and with 一 as 1; front: that place; numbers: its digits, for firms 第一 and 第二 are two firms
    """
    unique = pd.Series(names.fillna("").unique(), dtype="str")
    plain = unique.str.normalize("NFKC").str.upper().str.replace(r"[\W_]+", "", regex=True)
    plain = plain.str.replace(LEGAL_FORMS, "", regex=True).astype("str")
    core = plain.copy()
    front = pd.Series("", index=core.index, dtype="str")
    words = list(places)
    for _ in range(2 if words else 0):  # province, then city
        is_open = pd.Series(True, index=core.index)
        for length in range(LONGEST_PLACE, 1, -1):
            taken = is_open & core.str[:length].isin(words) & (core.str.len() >= length + MIN_REST)
            front = front.mask(taken, front + core.str[:length])
            core = core.mask(taken, core.str[length:])
            is_open &= ~taken
    core = core.str.translate(DIGITS)
    numbers = core.str.replace(r"[^0-9十]", "", regex=True)
    made = pd.DataFrame({"plain": plain, "core": core, "front": front, "numbers": numbers}, dtype="str")
    places_of = pd.Index(unique).get_indexer(pd.Index(names.fillna("")))
    chosen: pd.DataFrame = made.iloc[places_of].set_index(names.index)
    return chosen


def name_similarity(names: pd.Series, left: NDArray[np.int64], right: NDArray[np.int64]) -> NDArray[np.float64]:
    """Share of letter pairs two names have in common (Dice), 0-1, for rows `left` and `right`."""
    codes, unique = pd.factorize(names)
    pairs = _letter_pairs(pd.Series(unique, dtype="str"))
    sizes = np.asarray(pairs.sum(axis=1)).ravel()
    found = np.zeros(len(left))
    for start in range(0, len(left), CHUNK):
        part = slice(start, start + CHUNK)
        one, other = codes[left[part]], codes[right[part]]
        common = np.asarray(pairs[one].multiply(pairs[other]).sum(axis=1)).ravel()
        found[part] = 2.0 * common / (sizes[one] + sizes[other])
    return found


def _letter_pairs(unique: pd.Series) -> sp.csr_matrix:
    """One row per name, one column per pair of neighbouring letters; both ends count as a letter."""
    joined = "\x00" + "\x00".join(unique.tolist()) + "\x00"
    letters = np.frombuffer(joined.encode("utf-32-le", "surrogatepass"), dtype="<u4").astype(np.int64)
    row = np.cumsum(letters == 0)[:-1] - 1
    _, column = np.unique((letters[:-1] << 21) | letters[1:], return_inverse=True)
    counted = sp.csr_matrix((np.ones(len(row)), (row, column)), shape=(len(unique), column.max(initial=0) + 1))
    counted.data[:] = 1.0
    return counted
