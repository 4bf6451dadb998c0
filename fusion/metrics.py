"""The dictionary of figures: what each means, its SQL, and what it comes to over the tables a connection sees.

`metrics.toml` holds the figures. Their SQL mentions no filter: whoever asks narrows the tables first. A share tells
its Wilson bounds, a rate below its minimum is none, and what the tables can't tell is "not available", never 0.
"""

from __future__ import annotations

import functools
import math
import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, Self

import duckdb
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from fusion.errors import FusionError
from fusion.snapshot import Manifest, Snapshot

BUILT_IN = Path(__file__).with_name("metrics.toml")
SCOPED = ("moment", "clues", "clue_events", "checks", "problems", "enterprises", "hotspots", "coverage",
          "emission_daily", "dossier_facts")  # fmt: skip
Z_95 = 1.959963984540054
NOTHING_SEEN = "observations in scope (范围内无观测)"
NO_CONDITION: Mapping[str, str] = {}
# What a condition on checks and clues, which both know round, place and industry, means for the tables about them.
FOLLOWS = {
    "problems": "inspection_id IN (SELECT inspection_id FROM checks)",
    "clue_events": "clue_idx IN (SELECT clue_idx FROM clues)",
}
# What the sources gave, by the table of the snapshot that is made of it.
MADE_OF = {
    "clues": "clues",
    "clue_events": "clue_events",
    "checks": "inspections",
    "problems": "problems",
    "enterprises": "enterprises",
    "hotspots": "satellite_grid",
    "coverage": "satellite_grid",
    "emission_daily": "emission_series",
}
TABLES_THERE = "SELECT DISTINCT table_name FROM information_schema.tables"
SURVIVAL = """
SELECT MIN(hours) FROM (
    SELECT hours, SUM(CASE WHEN n_over < at_risk THEN LN(1 - n_over / at_risk) ELSE -1e9 END) OVER (ORDER BY hours)
        AS log_survival
    FROM (
        SELECT hours, COUNT(*) FILTER (is_over) AS n_over, SUM(COUNT(*)) OVER (ORDER BY hours DESC) AS at_risk
        FROM lasted GROUP BY hours
    )
) WHERE log_survival <= LN(0.5) + 1e-9
"""
STATISTICS = {
    "p50": "SELECT QUANTILE_CONT(hours, 0.5) FROM lasted WHERE is_over",
    "p90": "SELECT QUANTILE_CONT(hours, 0.9) FROM lasted WHERE is_over",
    "survival_p50": SURVIVAL,
}


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Words(_Strict):
    """The same in both languages."""

    zh: str = Field(min_length=1)
    en: str = Field(min_length=1)


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
    kind: Literal["count", "ratio", "share", "duration", "comparison"]
    unit: str
    version: str
    numerator: str = ""
    denominator: str = ""
    statistic: Literal["", "p50", "p90", "survival_p50"] = ""
    answered_by: Literal["", "ranking", "round_on_round"] = ""
    needs: str = ""  # what the snapshot would have to hold
    also_reads: tuple[str, ...] = ()  # tables its columns were made of
    minimum: int = Field(default=20, ge=1)  # below this denominator there is no rate
    has_bounds: bool = True  # of a share; none where hours or cells resemble their neighbours
    warnings: tuple[str, ...] = ()

    @model_validator(mode="after")
    def _is_whole(self) -> Self:
        if self.needs:
            return self
        if (self.kind == "comparison") != bool(self.answered_by):
            raise ValueError("answered_by is for a comparison that needs nothing, and for nothing else")
        if bool(self.numerator) == bool(self.answered_by):
            raise ValueError("it has neither numerator nor needs" if not self.numerator else "it has no numerator")
        if (self.kind in ("ratio", "share")) != bool(self.denominator):
            raise ValueError("a ratio or share has a denominator, nothing else has")
        if (self.kind == "duration") != bool(self.statistic):
            raise ValueError("a duration has a statistic, nothing else has")
        return self


class Dictionary(_Strict):
    """All figures, the words of their units and warnings, and the views they share."""

    unit: Mapping[str, Words]
    warning: Mapping[str, Words]
    view: Mapping[str, View] = Field(default_factory=dict)
    metric: Mapping[str, Metric]

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


@dataclass(frozen=True)
class Measured:
    """What a figure comes to. A share is told from 0 to 1; without a value it says what it `lacks`, or is too few.

    Shape  a count has no denominator; of a duration the numerator is what is over, the denominator all it looked at
    """

    id: str
    unit: str
    value: float | None = None
    numerator: float | None = None
    denominator: float | None = None
    low: float | None = None
    high: float | None = None
    is_enough: bool = False
    lacks: str = ""


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
            text = getattr(one, part)
            if re.fullmatch(r"\w+", text) and (text not in book.metric or book.metric[text].kind != "count"):
                yield f"metric.{name}.{part}", f"there is no count {text!r}"


@functools.cache
def dictionary() -> Dictionary:
    """The built-in dictionary, read once."""
    return load_metrics()


def opened(snapshot: Snapshot) -> duckdb.DuckDBPyConnection:
    """A connection that sees a whole snapshot, and its `moment`; close it after use."""
    db = duckdb.connect(":memory:")
    for name in snapshot.manifest.tables:
        source = str(snapshot.table(name)).replace("'", "''")
        db.execute(f"CREATE VIEW \"{name}\" AS FROM read_parquet('{source}')")
    db.execute("CREATE TABLE moment AS SELECT CAST($as_of AS TIMESTAMP) AS as_of", {"as_of": snapshot.manifest.as_of})
    return db


def lacking(manifest: Manifest) -> dict[str, str]:
    """Tables whose emptiness is no zero: their source failed, or none is connected and nothing else filled them."""
    answer = {}
    for table, source in MADE_OF.items():
        state = manifest.states.get(source)
        rows = manifest.tables[table].rows if table in manifest.tables else 0
        if state and (state.state == "failed" or (state.state == "not_configured" and not rows)):
            answer[table] = state.state
    return answer


def measure(
    db: duckdb.DuckDBPyConnection,
    ids: Iterable[str] | None = None,
    lacking: Mapping[str, str] = NO_CONDITION,
    book: Dictionary | None = None,
) -> list[Measured]:
    """The figures `ids`, or all, over the tables `db` sees; `lacking` tells of tables that are there but hold nothing.

    Raises  FusionError for an id that is not in the dictionary
    """
    known = book or dictionary()
    return Asked(db, known).measure({one: known.get(one) for one in (known.metric if ids is None else ids)}, lacking)


def reason(one: Measured, book: Dictionary | None = None) -> Words | None:
    """Why there is no value, in both languages; nothing where there is one."""
    if one.is_enough:
        return None
    if one.lacks.endswith("()"):
        return Words(zh=f"须对某一指标计算：{one.lacks}", en=f"asked of another figure: {one.lacks}")
    if one.lacks:
        return Words(zh=f"暂无：需要 {one.lacks}", en=f"not available: needs {one.lacks}")
    metric = (book or dictionary()).get(one.id)
    minimum = metric.minimum
    if metric.statistic == "survival_p50" and (one.denominator or 0) >= minimum:
        return Words(zh="办结未过半，中位数未到", en="fewer than half are closed: there is no median yet")
    return Words(zh=f"不足 {minimum}，不计", en=f"fewer than {minimum}: none is given")


def wilson(part: float, whole: float, z: float = Z_95) -> tuple[float, float]:
    """The 95 % bounds of a share that was seen as `part` of `whole`."""
    share = part / whole
    centre = (share + z * z / (2 * whole)) / (1 + z * z / whole)
    half = z / (1 + z * z / whole) * math.sqrt(share * (1 - share) / whole + z * z / (4 * whole * whole))
    return max(0.0, centre - half), min(1.0, centre + half)


@dataclass(frozen=True)
class Asked:
    """A connection, the dictionary, and a condition on checks and clues that narrows what the connection sees."""

    db: duckdb.DuckDBPyConnection
    book: Dictionary
    condition: str = ""
    parameters: Mapping[str, Any] | None = None

    def measure(self, metrics: Mapping[str, Metric], lacking: Mapping[str, str] = NO_CONDITION) -> list[Measured]:
        """All at once: one statement, so that what several figures share is worked out once."""
        there = {name for (name,) in self.db.execute(TABLES_THERE).fetchall()}
        answers: dict[str, Measured] = {}
        scalars: dict[str, str] = {}
        for name, metric in metrics.items():
            lacks = metric.needs or (f"{metric.answered_by}()" if metric.answered_by else "")
            for table in sorted(self.reads(metric)):
                if table in lacking or table not in there:
                    lacks = f"{table} ({lacking.get(table, 'absent')})"
            if lacks:
                answers[name] = Measured(name, metric.unit, lacks=lacks)
            else:
                scalars[name] = _scalars(self.book, metric)
        for name, numbers in self._ask(scalars).items():
            answers[name] = _judged(name, metrics[name], *numbers)
        return [answers[name] for name in metrics]

    def _ask(self, scalars: Mapping[str, str]) -> dict[str, tuple[float | None, ...]]:
        if not scalars:
            return {}
        rows = " UNION ALL ".join(f"SELECT '{name}', {columns}" for name, columns in scalars.items())
        found = self.db.execute(f"{self.prepared(rows)}{rows}", self.parameters).fetchall()
        return {name: tuple(numbers) for name, *numbers in found}

    def views(self, text: str) -> list[str]:
        """The views a text mentions, those first that the others are made of."""
        found: dict[str, None] = {}
        for name, view in self.book.view.items():
            if re.search(rf"\b{name}\b", text):
                found |= dict.fromkeys([*self.views(view.sql), name])
        return list(found)

    def prepared(self, text: str) -> str:
        """The WITH that `text` has to be asked under; nothing where it needs none."""
        views = self.views(text)
        mentioned = " ".join([text, *(self.book.view[name].sql for name in views)])
        parts = [f"{name} AS (SELECT * FROM {name} WHERE {rule})" for name, rule in self._narrowed(mentioned)]
        parts += [f"{name} AS MATERIALIZED ({self.book.view[name].sql})" for name in views]
        return f"WITH {', '.join(parts)} " if parts else ""

    def _narrowed(self, text: str) -> list[tuple[str, str]]:
        if not self.condition:
            return []
        told = " ".join([text, *(rule for name, rule in FOLLOWS.items() if re.search(rf"\b{name}\b", text))])
        about = [name for name in ("checks", "clues") if re.search(rf"\b{name}\b", told)]
        following = [(name, rule) for name, rule in FOLLOWS.items() if re.search(rf"\b{name}\b", text)]
        return [*((name, self.condition) for name in about), *following]

    def reads(self, metric: Metric) -> set[str]:
        """The tables a figure rests on."""
        texts = [self.book.sql(text) for text in (metric.numerator, metric.denominator) if text]
        parts = [self.book.metric[text] for text in (metric.numerator, metric.denominator) if text in self.book.metric]
        tables = {*metric.also_reads, *(name for part in parts for name in part.also_reads)}
        for text in texts:
            views = self.views(text)
            for one in (text, *(self.book.view[name].sql for name in views)):
                tables |= self.db.get_table_names(one) - set(self.book.view)
        return tables


def reads(db: duckdb.DuckDBPyConnection, metric_id: str) -> set[str]:
    """The tables of the snapshot that a figure rests on."""
    return Asked(db, dictionary()).reads(dictionary().get(metric_id))


def _scalars(book: Dictionary, metric: Metric) -> str:
    """Value, numerator and denominator of a figure as three columns."""
    if metric.kind == "duration":
        lasted = f"WITH lasted AS ({metric.numerator}) "
        counted = f"({lasted}SELECT COUNT(*) FILTER (is_over) FROM lasted)", f"({lasted}SELECT COUNT(*) FROM lasted)"
        return f"({lasted}{STATISTICS[metric.statistic]})::DOUBLE, {counted[0]}::DOUBLE, {counted[1]}::DOUBLE"
    whole = f"({book.sql(metric.denominator)})::DOUBLE" if metric.denominator else "NULL::DOUBLE"
    return f"NULL::DOUBLE, ({book.sql(metric.numerator)})::DOUBLE, {whole}"


def _judged(name: str, metric: Metric, value: float | None, part: float | None, whole: float | None) -> Measured:
    """Numbers with their meaning: a rate only where there are enough, bounds only for a share."""
    if part is None:
        return Measured(name, metric.unit, lacks=NOTHING_SEEN)
    if metric.kind == "count":
        return Measured(name, metric.unit, part, part, is_enough=True)
    if metric.kind == "duration":
        of = part if metric.statistic != "survival_p50" else whole or 0
        is_enough = of >= metric.minimum and value is not None
        return Measured(name, metric.unit, value if is_enough else None, part, whole, is_enough=is_enough)
    if not whole or whole < metric.minimum:
        return Measured(name, metric.unit, None, part, whole)
    has_bounds = metric.kind == "share" and metric.has_bounds
    low, high = wilson(part, whole) if has_bounds else (None, None)
    return Measured(name, metric.unit, part / whole, part, whole, low, high, is_enough=True)
