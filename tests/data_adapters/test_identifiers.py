from __future__ import annotations

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from data_adapters.identity.identifiers import (
    ALPHABET,
    check_character,
    has_permit_shape,
    has_valid_uscc,
    is_missing,
    tidy_code,
)

STEM = st.text(alphabet=ALPHABET, min_size=17, max_size=17)


def is_valid(code: str) -> bool:
    return bool(has_valid_uscc(pd.Series([code], dtype="str"))[0])


@pytest.mark.parametrize("code", ["91640000321673484F", "91350100M000100Y43", "916400002276950035"])
def test_published_codes_pass(code):
    assert is_valid(code)


@given(STEM)
def test_code_with_its_check_character_passes(stem):
    assert is_valid(stem + check_character(stem))


@given(STEM, st.integers(0, 17), st.sampled_from(ALPHABET))
def test_one_wrong_character_is_noticed(stem, place, character):
    code = stem + check_character(stem)
    wrong = code[:place] + character + code[place + 1 :]
    assert is_valid(wrong) == (wrong == code)


@given(st.text(max_size=24))
def test_any_text_is_judged(text):
    assert is_valid(text) in (True, False)


def test_permit_is_code_three_digits_and_letter():
    codes = pd.Series(["91640000321673484F001W", "91640000321673484F01W", "91640000321673484F001", ""], dtype="str")
    assert has_permit_shape(codes).tolist() == [True, False, False, False]


def test_dirt_around_a_code_is_taken_off():
    dirty = pd.Series(["91640221735973356L( )", "９１640221735973356l", "\u200b91640221735973356L "], dtype="str")
    assert tidy_code(dirty).tolist() == ["91640221735973356L"] * 3


def test_zero_and_dashes_mean_missing():
    assert is_missing(pd.Series(["0", "-", "", "无", "NULL", "91"], dtype="str")).tolist() == [True] * 5 + [False]
