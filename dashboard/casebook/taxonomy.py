"""Problem types, dated: what a team looked for in 2018 isn't what it looks for now (`problem_types.csv`)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from dashboard.casebook.states import Listed, rows

VERDICTS = ("confirmed", "partly", "not_confirmed")


@dataclass(frozen=True)
class ProblemType:
    """One kind of problem. `focus`: "old" or "new" direction of the campaign; half-open days of validity."""

    code: str
    name_zh: str
    name_en: str
    is_prominent: bool
    is_falsification: bool
    focus: str
    valid_from: date
    valid_to: date | None

    def is_valid_on(self, day: date) -> bool:
        """Whether a check of that day may use it."""
        return self.valid_from <= day and (self.valid_to is None or day < self.valid_to)


def problem_types(day: date) -> list[ProblemType]:
    """The types in use on `day`."""
    return [kind for kind in PROBLEM_TYPES if kind.is_valid_on(day)]


def problem_type(code: str) -> ProblemType | None:
    """The type of that code, in use or not."""
    return next((kind for kind in PROBLEM_TYPES if kind.code == code), None)


PROBLEM_TYPES: Sequence[ProblemType] = Listed(
    lambda: (
        ProblemType(
            code=row["code"],
            name_zh=row["name_zh"],
            name_en=row["name_en"],
            is_prominent=row["is_prominent"] == "1",
            is_falsification=row["is_falsification"] == "1",
            focus=row["focus"],
            valid_from=date.fromisoformat(row["valid_from"]),
            valid_to=date.fromisoformat(row["valid_to"]) if row["valid_to"] else None,
        )
        for row in rows("problem_types.csv")
    )
)
