"""What stands behind a figure: how it is counted, and where that is written."""

from __future__ import annotations

from typing import Any

from fusion.metrics import dictionary


def names_of_figures() -> tuple[str, ...]:
    """The figures that there are, in the order of the dictionary."""
    return tuple(dictionary().metric)


def references(metric_id: str) -> dict[str, Any]:
    """The SQL of a figure's parts, or the counts it divides; what it needs; its paragraph.

    Raises  FusionError for one that is not there
    """
    metric = dictionary().get(metric_id)
    return {
        "numerator_sql": " ".join(metric.numerator.split()),
        "denominator_sql": " ".join(metric.denominator.split()),
        "needs": metric.needs,
        "document": f"docs/metrics.md#{metric_id}",
    }
