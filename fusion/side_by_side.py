"""Questions asked at once, from as many threads as the engine is worth; the answers in the order of the questions."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from queue import SimpleQueue
from typing import TypeVar

from fusion.findings import Judge

Answer = TypeVar("Answer")


def side_by_side(judge: Judge, questions: Sequence[Callable[[Judge], Answer]]) -> list[Answer]:
    """The answer to each, asked of `judge` or of one beside it; no two share one at a time.

    Raises  what the first question that fails raises; those not begun are not asked any more
    """
    with ExitStack() as stack:
        free: SimpleQueue[Judge] = SimpleQueue()
        for _ in range(judge.at_once):
            free.put(stack.enter_context(judge.beside()))

        def asked(question: Callable[[Judge], Answer]) -> Answer:
            one = free.get()
            try:
                return question(one)
            finally:
                free.put(one)

        pool = stack.enter_context(ThreadPoolExecutor(judge.at_once))
        return list(pool.map(asked, questions))


@contextmanager
def meanwhile(judge: Judge, question: Callable[[Judge], Answer]) -> Iterator[Callable[[], Answer]]:
    """What gives the answer to a question asked from now on, in a thread of its own; of an engine that is asked one
    thing at a time, when it is wanted.
    """
    if judge.at_once == 1:
        yield lambda: question(judge)
        return
    with judge.beside() as own, ThreadPoolExecutor(1) as pool:
        yield pool.submit(question, own).result
