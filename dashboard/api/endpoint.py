"""What an address takes and gives, told once."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from dashboard.casebook.store import Casebook
from dashboard.data.filters import Filters
from dashboard.data.store import Loaded

Schema = dict[str, Any]
GEOJSON = "application/geo+json"
JSON = "application/json"


@dataclass(frozen=True)
class Parameter:
    """One parameter. `read` turns its text into a value and raises ValueError; a filter is read by the house's filters.

    Shape   schema: JSON Schema of the value as it is written in an address
    """

    name: str
    description: str
    schema: Schema
    place: Literal["query", "path", "header"] = "query"
    read: Callable[[str], Any] = str
    is_filter: bool = False
    default: Any = None
    example: Any = None

    @property
    def is_required(self) -> bool:
        """Parts of the path, and headers that are listed at all, must be there."""
        return self.place != "query"


@dataclass(frozen=True)
class Ask:
    """One question: of which data, by whom, with which parameters.

    Shape   values: by parameter name, defaults filled in; query: the parameters as they were written, in order of name
    """

    loaded: Loaded
    book: Casebook
    filters: Filters
    values: Mapping[str, Any]
    query: tuple[tuple[str, str], ...] = ()
    may: Callable[[str], bool] = field(default=lambda _: False)


@dataclass(frozen=True)
class Page:
    """An answer and, where there is more, the cursor of what comes next."""

    body: dict[str, Any]
    next_cursor: str = ""


@dataclass(frozen=True)
class Endpoint:
    """One address and method. `answers` are for reading; a write stands in `dashboard/api/writes.py`."""

    path: str
    name: str
    summary: str
    description: str
    permission: str
    schema: str
    parameters: tuple[Parameter, ...] = ()
    answer: Callable[[Ask], Page] | None = None
    media: str = JSON
    method: Literal["get", "post"] = "get"
    status: int = 200
    body_schema: str = ""
    problems: tuple[str, ...] = ()

    @property
    def rule(self) -> str:
        """The path as Flask writes it."""
        return self.path.replace("{", "<").replace("}", ">")

    @property
    def every_problem(self) -> tuple[str, ...]:
        """Codes of all errors it may answer."""
        usual = ("unauthenticated", "forbidden", "too_many_requests", "internal_error", "no_snapshot")
        asked = ("unknown_parameter", "invalid_parameter")
        paged = ("invalid_cursor",) if any(one.name == "cursor" for one in self.parameters) else ()
        return (*asked, *paged, *usual, *self.problems)
