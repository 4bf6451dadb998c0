"""Values as JSON tells them: moments with their zone, numbers that are numbers."""

from __future__ import annotations

import math
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any


def wall(at: datetime | str | None) -> str | None:
    """A naive UTC+8 moment with its zone, to the second; None for none."""
    if at is None:
        return None
    moment = datetime.fromisoformat(at) if isinstance(at, str) else at
    return f"{moment.isoformat(timespec='seconds')}+08:00"


def plain(value: Any) -> Any:  # noqa: ANN401 - any value of a row
    """The same with floats cut to the 7 digits that were kept, days as text, no number that JSON does not have."""
    if isinstance(value, float):
        return float(f"{value:.7g}") if math.isfinite(value) else None
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Mapping):
        return {key: plain(part) for key, part in value.items()}
    if isinstance(value, list):
        return [plain(part) for part in value]
    return value
