"""Rules asked two at a time, while the build goes on: in order, each input once, and the first failure told."""

from __future__ import annotations

from datetime import datetime
from threading import Barrier

import pyarrow as pa
import pytest

from fusion.engine import Engine
from fusion.errors import FusionError
from fusion.findings import Judge
from fusion.side_by_side import meanwhile, side_by_side

AT = datetime(2023, 7, 20, 18)


@pytest.fixture
def engine():
    with Engine() as made:
        made.register("given", pa.table({"n": [1, 2, 3]}))
        yield made


@pytest.fixture
def judge(engine):
    return Judge(engine, AT, AT, {"shared": "SELECT SUM(n) AS n, UUID() AS made FROM given"})


def number(text):
    return lambda judge: judge.ask(text)["n"].to_pylist()


def test_answers_come_in_the_order_of_the_questions(judge):
    texts = [f"SELECT n * {factor} AS n FROM given WHERE n = 2" for factor in range(8)]
    assert side_by_side(judge, [number(text) for text in texts]) == [[2 * factor] for factor in range(8)]


def test_two_who_need_an_input_at_once_get_the_same_one(judge):
    both = Barrier(2, timeout=10)  # neither goes on before the other is there: two really are asked at once

    def asked(one: Judge) -> str:
        both.wait()
        return one.ask("SELECT made FROM shared")["made"].to_pylist()

    assert len({tuple(made) for made in side_by_side(judge, [asked] * 4)}) == 1


def test_words_of_a_question_are_not_mixed_with_those_asked_beside_it(judge):
    def words(text):
        def asked(one: Judge) -> frozenset[str]:
            one._words.clear()
            one.ask(text)
            return one.words & {"alpha", "beta"}

        return asked

    texts = ("SELECT 1 AS alpha", "SELECT 1 AS beta") * 4
    assert side_by_side(judge, [words(text) for text in texts]) == [frozenset({"alpha"}), frozenset({"beta"})] * 4


def test_a_question_that_fails_is_told_and_what_was_not_begun_is_not_asked(judge):
    asked = []

    def late(one: Judge) -> None:
        asked.append(one.ask("SELECT 1 AS n"))

    with pytest.raises(FusionError, match="nowhere"):
        side_by_side(judge, [number("SELECT n FROM nowhere"), *[late] * 200])
    assert len(asked) < 200


def test_the_build_goes_on_while_rules_are_asked_and_each_sees_what_the_other_made(judge, engine):
    made = Barrier(2, timeout=10)

    def rules(one: Judge) -> list[int]:
        made.wait()
        return one.ask("SELECT n FROM shared UNION ALL SELECT n FROM step")["n"].to_pylist()

    with meanwhile(judge, rules) as answered:
        engine.register("later", pa.table({"n": [9]}))
        engine.make("step", "SELECT n FROM later", {})
        made.wait()
        assert sorted(answered()) == [6, 9]
    assert engine.table("shared")["n"].to_pylist() == [6]


def test_a_rule_that_fails_fails_the_build_and_not_before_it_is_asked_for(judge, engine):
    with meanwhile(judge, number("SELECT n FROM nowhere")) as answered:
        engine.make("step", "SELECT 1 AS n", {})
        with pytest.raises(FusionError, match="nowhere"):
            answered()


def test_one_core_asks_one_after_the_other():
    with Engine(threads=1) as engine:
        judge = Judge(engine, AT, AT)
        with meanwhile(judge, number("SELECT n FROM step")) as answered:
            engine.make("step", "SELECT 7 AS n", {})  # after the question, before it is wanted
            assert answered() == [7]
