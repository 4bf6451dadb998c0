"""Whether a record holds what its fields ask for: each kind of field has one reading, each fault one sentence."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from datetime import date, datetime
from typing import Any

from dashboard.casebook.errors import Complaint
from dashboard.casebook.states import CAUSES, Field
from dashboard.casebook.taxonomy import VERDICTS, problem_type

MOST_CHARACTERS = 20_000
SHA256 = re.compile(r"[0-9a-f]{64}")
BARRED_CHARACTERS = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")
Reading = Callable[[Field, Any, date], Iterator[Complaint]]


def faults_of(field: Field, value: Any, day: date) -> Iterator[Complaint]:  # noqa: ANN401 - a record holds anything
    """What is wrong with a value that is there, on a record of `day`."""
    yield from READINGS[field.kind](field, value, day)


def is_blank(value: object) -> bool:
    """Whether nothing was said; False and 0 are something."""
    return value is None or (isinstance(value, (list, tuple, dict)) and not value) or not str(value).strip()


def plain(payload: Mapping[str, Any]) -> dict[str, Any]:
    """The record as JSON will give it back: times as text, tuples as lists, blanks left out."""
    return {key: _plain(value) for key, value in payload.items() if not is_blank(value)}


def _plain(value: Any) -> Any:  # noqa: ANN401 - a record holds anything
    if isinstance(value, datetime):
        return value.isoformat(timespec="seconds")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Mapping):
        return {str(key): _plain(part) for key, part in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(part) for part in value]
    return value


def moment_of(value: object) -> datetime | None:
    """The wall time that a text of a record names, a day's beginning for a day; None if it names none."""
    try:
        moment = datetime.fromisoformat(str(value))
    except ValueError:
        return None
    return moment if moment.tzinfo is None else None


def day_of(value: object) -> date | None:
    """The day that a text of a record names; None if it names none."""
    moment = moment_of(value)
    return moment.date() if moment else None


def _text(field: Field, value: Any, _day: date) -> Iterator[Complaint]:  # noqa: ANN401
    if not isinstance(value, str):
        yield Complaint(field.name, "no_text")
    elif len(value) > MOST_CHARACTERS:
        yield Complaint(field.name, "too_long", {"most": MOST_CHARACTERS})
    elif BARRED_CHARACTERS.search(value):
        yield Complaint(field.name, "control_characters")


def _code(field: Field, value: Any, day: date) -> Iterator[Complaint]:  # noqa: ANN401
    yield from _text(field, value, day)
    yield from _choice(field, value)


def _codes(field: Field, value: Any, day: date) -> Iterator[Complaint]:  # noqa: ANN401
    if not isinstance(value, list):
        yield Complaint(field.name, "no_list")
        return
    for one in value:
        yield from _code(field, one, day)


def _choice(field: Field, value: Any) -> Iterator[Complaint]:  # noqa: ANN401
    if field.choices and str(value) not in field.choices:
        yield Complaint(field.name, "no_choice", {"choices": ", ".join(field.choices)})


def _date(field: Field, value: Any, _day: date) -> Iterator[Complaint]:  # noqa: ANN401
    if not isinstance(value, str) or day_of(value) is None:
        yield Complaint(field.name, "no_date")


def _number(field: Field, value: Any, _day: date) -> Iterator[Complaint]:  # noqa: ANN401
    if isinstance(value, bool) or not isinstance(value, (int, float)) or value != value or abs(value) > 1e15:
        yield Complaint(field.name, "no_number")
    elif value < 0:
        yield Complaint(field.name, "negative")
    else:
        yield from _choice(field, value)


def _boolean(field: Field, value: Any, _day: date) -> Iterator[Complaint]:  # noqa: ANN401
    if not isinstance(value, bool):
        yield Complaint(field.name, "no_boolean")


def _people(field: Field, value: Any, day: date) -> Iterator[Complaint]:  # noqa: ANN401
    if not isinstance(value, list) or not all(isinstance(one, dict) for one in value):
        yield Complaint(field.name, "no_list")
        return
    for one in value:
        if is_blank(one.get("name")) or is_blank(one.get("certificate")):
            yield Complaint(field.name, "person_incomplete")
        else:
            yield from _text(field, one["name"], day)
            yield from _text(field, one["certificate"], day)


def _problems(field: Field, value: Any, day: date) -> Iterator[Complaint]:  # noqa: ANN401
    if not isinstance(value, list) or not all(isinstance(one, dict) for one in value):
        yield Complaint(field.name, "no_list")
        return
    for number, one in enumerate(value, start=1):
        for key, values in _problem_faults(one, day):
            yield Complaint(field.name, key, {"number": number, **values})


def _problem_faults(problem: Mapping[str, Any], day: date) -> Iterator[tuple[str, dict[str, object]]]:
    kind = problem_type(str(problem.get("problem_type")))
    if kind is None or not kind.is_valid_on(day):
        yield "problem_type", {"day": day.isoformat()}
    if not isinstance(problem.get("is_prominent"), bool):
        yield "problem_prominent", {}
    if problem.get("verdict") not in VERDICTS:
        yield "problem_verdict", {"choices": ", ".join(VERDICTS)}
    cause = problem.get("cause")
    if cause not in (None, *CAUSES) or (cause is None and problem.get("verdict") == "not_confirmed"):
        yield "problem_cause", {"choices": ", ".join(CAUSES)}
    if any(BARRED_CHARACTERS.search(str(value)) for value in problem.values()):
        yield "problem_characters", {}


def _files(field: Field, value: Any, _day: date) -> Iterator[Complaint]:  # noqa: ANN401
    if not isinstance(value, list) or not all(isinstance(one, str) and SHA256.fullmatch(one) for one in value):
        yield Complaint(field.name, "no_files")


READINGS: dict[str, Reading] = {
    "text": _text,
    "code": _code,
    "codes": _codes,
    "date": _date,
    "number": _number,
    "boolean": _boolean,
    "people": _people,
    "problems": _problems,
    "files": _files,
    "clue": _text,
    "person": _text,
    "contact": _text,
}
