"""What the figures of the dictionary come to over the tables a connection sees.

`metrics.toml` holds them, `metrics_book` reads it. Their SQL mentions no filter: whoever asks narrows the tables first.
A share tells its Wilson bounds, a rate below its minimum is none, and what the tables can't tell is "not available",
never 0.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Self

import duckdb

from data_adapters.catalogue import CATEGORIES
from fusion.metrics_book import (
    BUILT_IN,
    NOTHING_SEEN,
    Dictionary,
    Metric,
    View,
    Words,
    dictionary,
    load_metrics,
)
from fusion.snapshot import Manifest, Snapshot

__all__ = [
    "BUILT_IN",
    "NOTHING_SEEN",
    "SCOPED",
    "Asked",
    "Dictionary",
    "Measured",
    "Metric",
    "View",
    "Words",
    "dictionary",
    "judged",
    "lacking",
    "load_metrics",
    "measure",
    "opened",
    "reads",
    "reason",
    "wilson",
]

SCOPED = ("moment", "clues", "clue_events", "checks", "problems", "enterprises", "hotspots", "coverage",
          "emission_daily", "dossier_facts", "working_days")  # fmt: skip
Z_95 = 1.959963984540054
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
DAYS_SEEN = "SELECT date FROM emission_daily UNION ALL SELECT date FROM hotspots UNION ALL SELECT date FROM coverage"
COLUMNS_THERE = "SELECT DISTINCT table_name || '.' || column_name FROM information_schema.columns"
ARRIVED = "SELECT code FROM categories WHERE rows > 0"
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


def opened(snapshot: Snapshot) -> duckdb.DuckDBPyConnection:
    """A connection that sees a whole snapshot, and its `moment`; close it after use."""
    db = duckdb.connect(":memory:")
    for name in snapshot.manifest.tables:
        source = str(snapshot.table(name)).replace("'", "''")
        db.execute(f"CREATE VIEW \"{name}\" AS FROM read_parquet('{source}')")
    moment = "SELECT CAST($as_of AS TIMESTAMP) AS as_of, COALESCE(MAX(date), CAST($as_of AS DATE)) AS last_day"
    db.execute(f"CREATE TABLE moment AS {moment} FROM ({DAYS_SEEN})", {"as_of": snapshot.manifest.as_of})
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
    if metric.kind == "lift":
        return Words(
            zh=f"两个比率须各不少于 {minimum} 个且都有命中", en=f"both shares need {minimum} or more, and a hit"
        )
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
class There:
    """What a connection has: tables, their columns as table.column, and the categories with a row."""

    tables: frozenset[str]
    columns: frozenset[str]
    categories: frozenset[str]

    @classmethod
    def of(cls, db: duckdb.DuckDBPyConnection) -> Self:
        """Of a connection; without a table of categories none has a row."""
        tables = frozenset(name for (name,) in db.execute(TABLES_THERE).fetchall())
        columns = frozenset(name for (name,) in db.execute(COLUMNS_THERE).fetchall())
        codes = db.execute(ARRIVED).fetchall() if "categories" in tables else []
        return cls(tables, columns, frozenset(code for (code,) in codes))


@dataclass(frozen=True)
class Asked:
    """A connection, the dictionary, and a condition on checks and clues that narrows what the connection sees."""

    db: duckdb.DuckDBPyConnection
    book: Dictionary
    condition: str = ""
    parameters: Mapping[str, Any] | None = None

    def measure(self, metrics: Mapping[str, Metric], lacking: Mapping[str, str] = NO_CONDITION) -> list[Measured]:
        """All at once: one statement, so that what several figures share is worked out once."""
        there = There.of(self.db)
        parts = {part: self.book.get(part) for one in metrics.values() for part in one.rates}
        answers: dict[str, Measured] = {}
        scalars: dict[str, str] = {}
        for name, metric in {**parts, **metrics}.items():
            lacks = self._lacks(metric, there, lacking)
            if lacks:
                answers[name] = Measured(name, metric.unit, lacks=lacks)
            elif not metric.rates:
                scalars[name] = _scalars(self.book, metric)
        for name, numbers in self._ask(scalars).items():
            answers[name] = judged(name, self.book.get(name), *numbers)
        for name, metric in metrics.items():
            if metric.rates and name not in answers:
                answers[name] = _lifted(name, metric, *(answers[part] for part in metric.rates))
        return [answers[name] for name in metrics]

    def _lacks(self, metric: Metric, there: There, lacking: Mapping[str, str]) -> str:
        """What a figure has not got, in words; nothing where it has all."""
        lacks = metric.needs or (f"{metric.answered_by}()" if metric.answered_by else "")
        for table in sorted(self.reads(metric)):
            if table in lacking or table not in there.tables:
                lacks = f"{table} ({lacking.get(table, 'absent')})"
        lacks = lacks or ", ".join(f"{column} (absent)" for column in metric.columns if column not in there.columns)
        unseen = [code for code in metric.categories if code not in there.categories]
        return lacks or ", ".join(f"{CATEGORIES[code].canonical_table} ({code})" for code in unseen)

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
        if metric.rates:
            return {table for part in metric.rates for table in self.reads(self.book.get(part))}
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


def _lifted(name: str, metric: Metric, rate: Measured, base: Measured) -> Measured:
    """One share over another, with 95 % bounds on the logarithm; the shares themselves are told with it."""
    lacks = rate.lacks or base.lacks
    if lacks or not (rate.value and base.value):
        return Measured(name, metric.unit, None, rate.value, base.value, lacks=lacks)
    a, n, b, m = (float(one or 0) for one in (rate.numerator, rate.denominator, base.numerator, base.denominator))
    value, width = rate.value / base.value, math.exp(Z_95 * math.sqrt(1 / a - 1 / n + 1 / b - 1 / m))
    return Measured(name, metric.unit, value, rate.value, base.value, value / width, value * width, is_enough=True)


def judged(name: str, metric: Metric, value: float | None, part: float | None, whole: float | None) -> Measured:
    """Numbers with their meaning: a rate only where there are enough, bounds only for a share."""
    if part is None:
        return Measured(name, metric.unit, lacks=metric.without)
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
