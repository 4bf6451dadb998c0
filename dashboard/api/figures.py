"""The figures of the dictionary, the same numbers as on the screens, with what they mean and what they rest on."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from dashboard.api.endpoint import Ask, Endpoint, Page
from dashboard.api.parameters import FILTERS, METRIC_ID
from dashboard.api.problems import Problem
from dashboard.data.metrics import figures
from dashboard.data.references import names_of_figures, references

TOLD = (
    "id", "name_zh", "name_en", "definition_zh", "definition_en", "kind", "unit", "unit_zh", "unit_en", "version",
    "value", "numerator", "denominator", "low", "high", "is_enough", "minimum", "lacks", "why_zh", "why_en",
)  # fmt: skip


def list_figures(ask: Ask) -> Page:
    """All figures."""
    found = figures(ask.loaded, ask.filters, casebook=ask.book)
    told = [_figure(entry, found["warnings"]) for entry in found["metrics"]]
    return Page({"figures": told, "filters": found["filters"]})


def show_figure(ask: Ask) -> Page:
    """One figure."""
    name = ask.values["name"]
    if name not in names_of_figures():
        raise Problem("not_found", "there is no such figure; GET /api/v1/metrics lists them")
    found = figures(ask.loaded, ask.filters, [name], ask.book)
    (entry,) = found["metrics"]
    return Page({"figure": _figure(entry, found["warnings"]), "filters": found["filters"]})


def _figure(entry: Mapping[str, Any], words: Mapping[str, Mapping[str, str]]) -> dict[str, Any]:
    warnings = [{"code": code, "zh": words[code]["zh"], "en": words[code]["en"]} for code in entry["warnings"]]
    return {**{name: entry[name] for name in TOLD}, "warnings": warnings, "references": references(entry["id"])}


ENDPOINTS = (
    Endpoint(
        path="/metrics",
        name="list_metrics",
        summary="All figures of the dictionary",
        description="Each with its definition, numerator, denominator and 95 % interval. Where the denominator is too "
        "small there is no rate; what the snapshot can't tell is null and says what it lacks, never 0.",
        permission="read:metrics",
        schema="FigureList",
        parameters=FILTERS,
        answer=list_figures,
    ),
    Endpoint(
        path="/metrics/{name}",
        name="show_metric",
        summary="One figure",
        description="As in the list.",
        permission="read:metrics",
        schema="FigureAnswer",
        parameters=(METRIC_ID, *FILTERS),
        answer=show_figure,
        problems=("not_found",),
    ),
)
