"""Numbers that name an enterprise: the unified social credit code and the discharge permit number.

A credit code has 18 characters, the last a check (GB 32100-2015); letters I, O, S, V and Z do not occur. A permit
number is a credit code, three digits and a letter.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
LENGTH = 18
WEIGHTS = np.array([pow(3, place, 31) for place in range(LENGTH - 1)])
USCC_SHAPE = rf"[{ALPHABET}]{{{LENGTH}}}"
PERMIT_SHAPE = rf"{USCC_SHAPE}\d{{3}}[A-Z]"
MISSING = {"", "0", "-", "--", "/", "\\", "—", "无", "暂无", "未知", "null", "none", "nan", "na", "n/a", "#n/a"}


def is_missing(raw: pd.Series) -> pd.Series:
    """Whether a cell says that there is nothing: empty, 0, a dash, 无."""
    return raw.str.lower().isin(MISSING)


def check_character(first_17: str) -> str:
    """The 18th character of a credit code."""
    total = sum(ALPHABET.index(character) * int(weight) for character, weight in zip(first_17, WEIGHTS, strict=True))
    return ALPHABET[-total % 31]


def tidy_code(raw: pd.Series) -> pd.Series:
    """Codes in half-width capitals, without brackets, blanks and other marks around: 91…3356L( ) is 91…3356L."""
    return raw.str.normalize("NFKC").str.upper().str.replace(r"\(.*?\)|[^0-9A-Z]", "", regex=True)


def has_valid_uscc(codes: pd.Series) -> pd.Series:
    """Whether each text is a credit code whose check character is right."""
    shaped = codes.str.fullmatch(USCC_SHAPE).fillna(False).astype(bool)
    valid = pd.Series(False, index=codes.index)
    texts = codes[shaped].to_numpy(dtype=f"U{LENGTH}")
    if not len(texts):
        return valid
    characters = texts.view("U1").reshape(-1, LENGTH)
    order = np.array(list(ALPHABET))
    values = np.searchsorted(order, characters)
    totals = (values[:, :-1] * WEIGHTS).sum(axis=1)
    valid[shaped] = values[:, -1] == (-totals) % 31
    return valid


def has_permit_shape(codes: pd.Series) -> pd.Series:
    """Whether each text has the form of a permit number."""
    return codes.str.fullmatch(PERMIT_SHAPE).fillna(False).astype(bool)
