"""Problems, one by one: the verdict is on the problem, not on the clue's text; a clue may lead to several or none."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from dashboard.casebook.records import Event
from dashboard.casebook.standing import effective, stand


def found_in(events: Sequence[Event]) -> Iterator[dict[str, Any]]:
    """The problems of a clue's life, each as corrected, with the measure that was ordered after it."""
    payloads = effective(events)
    enterprise_id = stand(events[:1]).case.enterprise_id
    for place, event in enumerate(events):
        if event.event != "confirm":
            continue
        record, measure = payloads[event.event_id], _measure(events[place + 1 :], payloads)
        for problem in record["problems"]:
            yield {
                "problem_id": problem["problem_id"],
                "clue_id": event.clue_id,
                "enterprise_id": problem.get("enterprise_id", enterprise_id),
                "problem_type": problem["problem_type"],
                "is_prominent": problem["is_prominent"],
                "verdict": problem["verdict"],
                "cause": problem.get("cause"),
                "article": problem.get("article", record["article"]),
                "measure": problem.get("measure", measure),
                "at": event.at,
            }


def _measure(later: Sequence[Event], payloads: dict[str, dict[str, Any]]) -> str | None:
    orders = (payloads[event.event_id]["measures"] for event in later if event.event == "order_rectify")
    return next(orders, None)
