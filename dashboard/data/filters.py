"""The one filter state: what the address says, read once, refused politely, written in one canonical way.

The browser keeps the same state in the page's address (`assets/js/state.js`); this is the server's reading of it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields, replace
from datetime import date
from typing import Any
from urllib.parse import urlencode

# Written by the page into its own address; of no meaning to a query.
VIEW_ONLY = frozenset({"lang", "theme", "map", "day", "layers", "metric", "heat", "product", "follow", "table", "sel"})

STATUS_GROUPS: dict[str, tuple[str, ...]] = {
    "suspected": ("IDENTIFIED", "SCREENED"),
    "pushed": ("PUSHED", "RETURNED"),
    "checking": ("ACCEPTED", "CHECKING", "SUSPENDED"),
    "confirmed": ("CONFIRMED",),
    "rectifying": ("RECTIFYING", "RECHECK"),
    "supervised": ("E_SUPERVISED", "LISTED_SUPERVISED"),
    "relapsed": ("RELAPSED",),
    "closed": ("CLOSED",),
    "dismissed": ("NOT_CONFIRMED", "DISCARDED", "MERGED"),
}
CATEGORIES = ("cems", "power", "emergency", "permit", "complaint", "satellite", "microstation", "air_quality")
# The first three are measured at stacks; clues and cells are about the others too.
STACK_POLLUTANTS = ("PM", "SO2", "NOx")
POLLUTANTS = (*STACK_POLLUTANTS, "PM25", "PM10", "CO", "HCHO")


@dataclass(frozen=True)
class Filters:
    """What is asked for. Empty means "no restriction".

    Shape   region: adcode, or `g:` and a group code; rounds: round codes; from_date to to_date: both days included;
            extent: west, south, east, north in degrees
    """

    region: str = ""
    rounds: tuple[str, ...] = ()
    from_date: date | None = None
    to_date: date | None = None
    pollutant: str = ""
    industry: tuple[str, ...] = ()
    category: tuple[str, ...] = ()
    rule: tuple[str, ...] = ()
    status: tuple[str, ...] = ()
    severity: tuple[int, ...] = ()
    extent: tuple[float, float, float, float] | None = None

    def query(self) -> str:
        """The canonical query string: equal filters, equal string."""
        return urlencode([(_PARAMETERS[key][0], text) for key, text in _written(self) if text])

    @property
    def states(self) -> tuple[str, ...]:
        """The states of `states.csv` that the chosen status groups stand for."""
        return tuple(state for group in self.status for state in STATUS_GROUPS[group])


def parse(parameters: Mapping[str, str]) -> tuple[Filters, list[str]]:
    """Filters out of an address, and the names of what was not understood.

    Nothing here raises: a parameter that is unknown or malformed is left out and named.
    """
    known = {name: (field, read) for field, (name, read) in _PARAMETERS.items()}
    filters, ignored = Filters(), []
    for name, text in parameters.items():
        if name in VIEW_ONLY or not text:
            continue
        if name not in known:
            ignored.append(name)
            continue
        field, read = known[name]
        try:
            filters = replace(filters, **{field: read(text)})
        except ValueError:
            ignored.append(name)
    return filters, ignored


def _written(filters: Filters) -> list[tuple[str, str]]:
    return [(field.name, _text(getattr(filters, field.name))) for field in fields(filters)]


def _text(value: Any) -> str:  # noqa: ANN401 - the fields of Filters are of several types
    if value is None:
        return ""
    if isinstance(value, tuple):
        return ",".join(str(part) for part in value)
    return str(value)


def _region(text: str) -> str:
    if (text.isdigit() and len(text) == 6) or (text.startswith("g:") and text[2:].replace("_", "").isalnum()):
        return text
    raise ValueError(text)


def _day(text: str) -> date:
    if len(text) != 10:
        raise ValueError(text)
    return date.fromisoformat(text)


def _words(text: str) -> tuple[str, ...]:
    parts = tuple(sorted({part for part in text.split(",") if part}))
    if any(len(part) > 40 for part in parts) or len(parts) > 200:
        raise ValueError(text)
    return parts


def _among(choices: tuple[str, ...]) -> Callable[[str], tuple[str, ...]]:
    def read(text: str) -> tuple[str, ...]:
        parts = _words(text)
        if set(parts) - set(choices):
            raise ValueError(text)
        return parts

    return read


def _pollutant(text: str) -> str:
    if text not in POLLUTANTS:
        raise ValueError(text)
    return text


def _severities(text: str) -> tuple[int, ...]:
    return tuple(int(part) for part in _among(("1", "2", "3"))(text))


def _extent(text: str) -> tuple[float, float, float, float]:
    west, south, east, north = (round(float(part), 3) for part in text.split(","))
    if not (-180 <= west <= east <= 180 and -90 <= south <= north <= 90):
        raise ValueError(text)
    return west, south, east, north


_PARAMETERS: dict[str, tuple[str, Callable[[str], Any]]] = {
    "region": ("region", _region),
    "rounds": ("rounds", _words),
    "from_date": ("from", _day),
    "to_date": ("to", _day),
    "pollutant": ("pollutant", _pollutant),
    "industry": ("industry", _words),
    "category": ("category", _among(CATEGORIES)),
    "rule": ("rule", _words),
    "status": ("status", _among(tuple(STATUS_GROUPS))),
    "severity": ("severity", _severities),
    "extent": ("extent", _extent),
}
