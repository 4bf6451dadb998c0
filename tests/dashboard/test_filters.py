from __future__ import annotations

from datetime import date
from urllib.parse import parse_qsl

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboard.data.filters import CATEGORIES, POLLUTANTS, STATUS_GROUPS, VIEW_ONLY, Filters, parse

PARAMETERS = (
    "region",
    "rounds",
    "from",
    "to",
    "pollutant",
    "industry",
    "category",
    "rule",
    "status",
    "severity",
    "extent",
)


def some(values) -> st.SearchStrategy[tuple]:
    return st.sets(values, max_size=4).map(lambda chosen: tuple(sorted(chosen)))


codes = st.from_regex(r"[A-Za-z0-9_-]{1,12}", fullmatch=True)
days = st.none() | st.dates(date(2000, 1, 1), date(2099, 12, 31))
thousandths = st.integers(-90_000, 90_000)
extents = st.tuples(thousandths, thousandths, thousandths, thousandths).map(
    lambda t: (
        min(t[0], t[2]) / 1000,
        min(t[1], t[3]) / 1000,
        max(t[0], t[2]) / 1000,
        max(t[1], t[3]) / 1000,
    )
)
FILTERS = st.builds(
    Filters,
    region=st.just("") | st.from_regex(r"[1-9][0-9]{5}", fullmatch=True) | st.sampled_from(["g:BTH", "g:my_group2"]),
    rounds=some(codes),
    from_date=days,
    to_date=days,
    pollutant=st.sampled_from(["", *POLLUTANTS]),
    industry=some(codes),
    category=some(st.sampled_from(CATEGORIES)),
    rule=some(codes),
    status=some(st.sampled_from(tuple(STATUS_GROUPS))),
    severity=some(st.sampled_from([1, 2, 3])),
    extent=st.none() | extents,
)


@given(FILTERS)
def test_what_is_written_is_read_back_as_it_was(filters):
    again, ignored = parse(dict(parse_qsl(filters.query())))
    assert again == filters
    assert ignored == []
    assert again.query() == filters.query()


@given(FILTERS, st.randoms())
def test_the_order_of_parameters_and_of_choices_changes_nothing(filters, random):
    pairs = [(name, text.split(",")) for name, text in parse_qsl(filters.query())]
    random.shuffle(pairs)
    for name, parts in pairs:
        if name != "extent":
            random.shuffle(parts)
    assert parse({name: ",".join(parts) for name, parts in pairs})[0].query() == filters.query()


@given(st.dictionaries(st.sampled_from(PARAMETERS) | st.text(max_size=12), st.text(max_size=60), max_size=6))
def test_no_text_whatever_makes_reading_raise(parameters):
    filters, ignored = parse(parameters)
    assert set(ignored) <= set(parameters)
    assert parse(dict(parse_qsl(filters.query())))[0] == filters


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("region", "zzz"), ("region", "34010"), ("region", "3401000"), ("region", "g:"), ("region", "g:a b"),
        ("region", "340100'--"), ("from", "yesterday"), ("to", "2023-13-01"), ("to", "2023-02-30"),
        ("pollutant", "O3"), ("pollutant", "pm"), ("category", "cems,unknown"), ("status", "open"),
        ("severity", "0"), ("severity", "1,4"), ("severity", "one"), ("rounds", "x" * 41),
        ("industry", ",".join(f"i{n}" for n in range(201))), ("extent", "1,2,3"), ("extent", "1,2,3,4,5"),
        ("extent", "nan,1,2,3"), ("extent", "10,1,2,3"), ("extent", "0,0,inf,1"), ("extent", "0,-91,1,1"),
        ("extent", "a,b,c,d"),
    ],
)  # fmt: skip
def test_a_malformed_parameter_is_left_out_and_named(name, text):
    assert parse(
        {name: text, "pollutant" if name != "pollutant" else "severity": "PM" if name != "pollutant" else "1"}
    ) == (
        Filters(pollutant="PM") if name != "pollutant" else Filters(severity=(1,)),
        [name],
    )


def test_an_unknown_parameter_is_named_and_the_rest_is_kept():
    assert parse({"utm_source": "mail", "severity": "3,1", "Region": "340000"}) == (
        Filters(severity=(1, 3)),
        ["utm_source", "Region"],
    )


@pytest.mark.parametrize("name", sorted(VIEW_ONLY))
def test_what_only_the_page_needs_is_passed_over_in_silence(name):
    assert parse({name: "anything"}) == (Filters(), [])


@pytest.mark.parametrize("name", PARAMETERS)
def test_an_empty_parameter_restricts_nothing(name):
    assert parse({name: ""}) == (Filters(), [])


def test_status_groups_hold_every_state_once():
    states = [state for group in STATUS_GROUPS.values() for state in group]
    assert len(states) == len(set(states)) == 17


def test_parameters_are_written_in_one_order():
    text = "extent=110.0%2C30.0%2C120.0%2C40.0&severity=2%2C1&status=closed&region=340000&to=2023-04-01&from=2023-03-01"
    written = parse(dict(parse_qsl(text)))[0].query()
    assert [name for name, _ in parse_qsl(written)] == [name for name in PARAMETERS if f"{name}=" in text]
