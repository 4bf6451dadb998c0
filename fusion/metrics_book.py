"""The dictionary of figures as `metrics.toml` holds it: what each means, its SQL, and what it needs."""

from __future__ import annotations

import functools
import re
import tomllib
from collections.abc import Iterable, Mapping
from datetime import date
from pathlib import Path
from typing import Literal, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from fusion.errors import FusionError

BUILT_IN = Path(__file__).with_name("metrics.toml")
NOTHING_SEEN = "observations in scope (范围内无观测)"


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Words(_Strict):
    """The same in both languages."""

    zh: str = Field(min_length=1)
    en: str = Field(min_length=1)


class Standard(_Strict):
    """A standard and the day it came into force."""

    code: str = Field(min_length=1)
    valid_from: date


class View(_Strict):
    """A table made of the tables, for several figures."""

    meaning: str
    sql: str


class Metric(_Strict):
    """A figure as `metrics.toml` tells it."""

    name_zh: str = Field(min_length=1)
    name_en: str = Field(min_length=1)
    definition_zh: str = Field(min_length=1)
    definition_en: str = Field(min_length=1)
    kind: Literal["count", "ratio", "share", "lift", "duration", "comparison"]
    unit: str
    version: str
    numerator: str = ""
    denominator: str = ""
    statistic: Literal["", "p50", "p90", "survival_p50"] = ""
    answered_by: Literal["", "ranking", "round_on_round", "year_on_year"] = ""
    needs: str = ""  # what the snapshot would have to hold
    categories: tuple[str, ...] = ()  # of the catalogue; where none has a row there is no figure
    columns: tuple[str, ...] = ()  # table.column that snapshots of before have not got
    without: str = NOTHING_SEEN  # what it lacks where its SELECT gives nothing
    also_reads: tuple[str, ...] = ()  # tables its columns were made of
    minimum: int = Field(default=20, ge=1)  # below this denominator there is no rate
    has_bounds: bool = True  # of a share; none where hours or cells resemble their neighbours
    warnings: tuple[str, ...] = ()

    @property
    def rates(self) -> tuple[str, ...]:
        """The two shares a lift is made of."""
        return (self.numerator, self.denominator) if self.kind == "lift" else ()

    @model_validator(mode="after")
    def _is_whole(self) -> Self:
        if self.needs:
            return self
        if (self.kind == "comparison") != bool(self.answered_by):
            raise ValueError("answered_by is for a comparison that needs nothing, and for nothing else")
        if bool(self.numerator) == bool(self.answered_by):
            raise ValueError("it has neither numerator nor needs" if not self.numerator else "it has no numerator")
        if (self.kind in ("ratio", "share", "lift")) != bool(self.denominator):
            raise ValueError("a ratio, share or lift has a denominator, nothing else has")
        if (self.kind == "duration") != bool(self.statistic):
            raise ValueError("a duration has a statistic, nothing else has")
        return self


class Dictionary(_Strict):
    """All figures, the words of their units and warnings, and the views they share."""

    unit: Mapping[str, Words]
    warning: Mapping[str, Words]
    view: Mapping[str, View] = Field(default_factory=dict)
    metric: Mapping[str, Metric]
    aqi_standard: tuple[Standard, ...] = ()  # of the air-quality index

    def get(self, metric_id: str) -> Metric:
        """The figure of that id.

        Raises  FusionError if there is none
        """
        if metric_id not in self.metric:
            raise FusionError(f"fusion/{BUILT_IN.name}: key 'metric.{metric_id}': there is none", "see docs/metrics.md")
        return self.metric[metric_id]

    def sql(self, text: str) -> str:
        """`text` itself, or the SQL of the count it names."""
        return self.metric[text].numerator if text in self.metric else text


def load_metrics(path: Path = BUILT_IN) -> Dictionary:
    """The dictionary in a file.

    Raises  FusionError that names the file, the key and what is wrong
    """
    try:
        book = Dictionary.model_validate(tomllib.loads(path.read_text("utf-8")))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise FusionError(f"{path}: {error}", "see docs/metrics.md") from error
    except ValidationError as error:
        first = error.errors()[0]
        key = ".".join(str(part) for part in first["loc"])
        raise FusionError(f"{path}: key '{key}': {first['msg'].lower()}", "see docs/metrics.md") from error
    for key, problem in _unknown_words(book):
        raise FusionError(f"{path}: key '{key}': {problem}", "see docs/metrics.md")
    return book


def _unknown_words(book: Dictionary) -> Iterable[tuple[str, str]]:
    for name, one in book.metric.items():
        if one.unit not in book.unit:
            yield f"metric.{name}.unit", f"there is no unit {one.unit!r}"
        for warning in one.warnings:
            if warning not in book.warning:
                yield f"metric.{name}.warnings", f"there is no warning {warning!r}"
        for part in ("numerator", "denominator"):
            text, of = getattr(one, part), "share" if one.kind == "lift" else "count"
            if re.fullmatch(r"\w+", text) and (text not in book.metric or book.metric[text].kind != of):
                yield f"metric.{name}.{part}", f"there is no {of} {text!r}"


@functools.cache
def dictionary() -> Dictionary:
    """The built-in dictionary, read once."""
    return load_metrics()
