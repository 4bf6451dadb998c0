"""Rules asked of a store: what each finds, as one table.

A rule sees the store as it was at `as_of`. Its SELECT gives the columns of ASKED; what several rules need is made once,
in `fusion/rules/inputs/<name>.sql`, and used like a table.
"""

from __future__ import annotations

import hashlib
import importlib.util
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from copy import copy
from datetime import datetime
from functools import cache
from pathlib import Path
from threading import RLock
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from data_adapters.tables import DATE, INT, REAL, TEXT, TIME, Column, Table
from fusion.engine import Engine
from fusion.errors import FusionError
from fusion.rulebook import BUILT_IN, Rule, Value

INPUTS = BUILT_IN / "inputs"
QUESTIONS = ("cems_long",)  # inputs that are another shape of one made before: asked anew wherever they are named
WORD = re.compile(r"[a-z_][a-z0-9_]*")
SCORE_DIGITS = 9  # the last bits of a sum depend on which thread came first; what is published must not
COMMENT = re.compile(r"--[^\n]*")
Ask = Callable[..., pa.Table]

ASKED = (
    Column(
        "object_kind",
        TEXT,
        "outlet, outlet_pair, furnace, meter_pair, enterprise, complaint_group, cell, patch, detection or station",
    ),
    Column("object_id", TEXT, "what it is about; of a pair the smaller id"),
    Column("enterprise_id", TEXT, "enterprise", nullable=True),
    Column("outlet_id", TEXT, "outlet", nullable=True),
    Column("cell_id", TEXT, "grid cell, where it is about a cell", nullable=True),
    Column("pollutant", TEXT, "PM, SO2, NOx, PM25 …", nullable=True),
    Column("window_from", TIME, "first data that speak for it"),
    Column("window_to", TIME, "end of those data, excluded"),
    Column("onset_at", TIME, "when it began, to the hour where the data allow"),
    Column("severity", INT, "1 same-day push, 2 next push, 3 watch list"),
    Column("score", REAL, "0-1, how strongly the data speak for it"),
    Column("facts", TEXT, "JSON object of the numbers the finding rests on; hostile input"),
)  # fmt: skip
FINDINGS = Table(
    "findings",
    "one row per finding of a rule: a candidate for a clue",
    ("clue_id",),
    (
        Column("clue_id", TEXT, "hash of rule, object, pollutant and window start; the same after every rebuild"),
        Column("rule_id", TEXT, "rule"),
        Column("rule_version", TEXT, "its version"),
        *ASKED,
        Column("told_date", DATE, "first whole day of it, as it is told to a team; the onset has the hour"),
        Column("detected_at", TIME, "as_of of the build that asked"),
    ),
)
ASKED_SCHEMA = pa.schema([pa.field(one.name, one.type, nullable=one.nullable) for one in ASKED])


class Judge:
    """Rules over one state of a store; what they share is made when first needed and kept."""

    def __init__(
        self, engine: Engine, as_of: datetime, from_at: datetime, more: Mapping[str, str] | None = None
    ) -> None:
        """`engine` has the store attached; `from_at` to `as_of` is what is judged, earlier data are history.

        `more` are texts of inputs beside those of the rules, by name.
        """
        self._engine = engine
        self._inputs = {**_inputs(), **(more or {})}
        self._times = {"as_of": as_of, "from_at": from_at}
        self._made: set[str] = set()
        self._making = RLock()
        self._words: set[str] = set()

    @contextmanager
    def beside(self) -> Iterator[Judge]:
        """The same rules over the same state for another thread; an input is made once, by whoever needs it first."""
        other = copy(self)
        other._words = set()
        with self._engine.beside() as other._engine:
            yield other

    @property
    def at_once(self) -> int:
        """How many threads it is worth asking from."""
        return self._engine.at_once

    @property
    def times(self) -> Mapping[str, datetime]:
        """`as_of` and `from_at`."""
        return self._times

    @property
    def engine(self) -> str:
        """Which engine answers; two may write a number in two ways."""
        return type(self._engine).__name__

    @property
    def words(self) -> frozenset[str]:
        """All words of what the last rule asked and of the inputs it took: what it read is among them."""
        return frozenset(self._words)

    def find(self, rule: Rule, values: Mapping[str, Value]) -> pa.Table:
        """What a rule finds, as FINDINGS.

        Raises  FusionError naming the rule, if it fails or gives other columns
        """
        self._words = set()
        try:
            found = self._asked(rule, values)
        except FusionError as error:
            raise FusionError(f"rule {rule.rule_id}: {error}") from error
        return _as_findings(rule, found, self._times["as_of"])

    def _asked(self, rule: Rule, values: Mapping[str, Value]) -> pa.Table:
        given = {**self._times, **values}
        if rule.module is not None:
            found: pa.Table = _finder(rule.module)(self.ask, given)
            return found
        return self.ask(rule.sql, given)

    def ask(self, text: str, values: Mapping[str, Any] | None = None) -> pa.Table:
        """The answer to a question, the inputs it names made before."""
        self._make_inputs(text)
        return self._engine.query(text, values)

    def make(self, name: str, text: str, values: Mapping[str, Any] | None = None) -> None:
        """A table of a question, the inputs it names made before."""
        self._make_inputs(text)
        self._engine.make(name, text, {**self._times, **(values or {})})

    def need(self, names: Iterable[str]) -> None:
        """Make inputs that something else than a rule asks for."""
        self._make_inputs(" ".join(names))

    def _make_inputs(self, text: str) -> None:
        words = words_of(text)
        self._words |= words
        with self._making:
            for name in sorted(words & self._inputs.keys() - self._made):
                self._make_input(name)

    def _make_input(self, name: str) -> None:
        if name in self._made:  # by what one before it is made of
            return
        query = self._inputs[name]
        self._made.add(name)
        self._make_inputs(query)
        if name in QUESTIONS:
            self._engine.view(name, query)
        else:
            self._engine.make(name, query, self._times)


@cache
def words_of(text: str) -> frozenset[str]:
    """The words of a question, and of the inputs it names."""
    words: set[str] = set()
    texts = [text]
    while texts:
        more = set(WORD.findall(COMMENT.sub("", texts.pop()).lower())) - words
        words |= more
        texts += [_inputs()[name] for name in more & _inputs().keys()]
    return frozenset(words)


@cache
def _inputs() -> Mapping[str, str]:
    return {path.stem: path.read_text("utf-8") for path in sorted(INPUTS.glob("*.sql"))}


@cache
def _finder(path: Path) -> Callable[[Ask, Mapping[str, Any]], pa.Table]:
    spec = importlib.util.find_spec(f"fusion.rules.{path.stem}")
    if spec is None or spec.loader is None:
        raise FusionError(f"{path}: cannot be loaded")
    module = importlib.import_module(f"fusion.rules.{path.stem}")
    finder: Callable[[Ask, Mapping[str, Any]], pa.Table] = module.find
    return finder


def _as_findings(rule: Rule, found: pa.Table, as_of: datetime) -> pa.Table:
    missing = [one.name for one in ASKED if one.name not in found.column_names]
    if missing:
        raise FusionError(f"rule {rule.rule_id} gives no column {', '.join(missing)}", "see docs/ADD_A_RULE.md")
    found = found.select(ASKED_SCHEMA.names).cast(pa.schema([pa.field(f.name, f.type) for f in ASKED_SCHEMA]))
    for one in ASKED:
        if not one.nullable and found[one.name].null_count:
            raise FusionError(f"rule {rule.rule_id} leaves {one.name} empty in {found[one.name].null_count} rows")
    size = found.num_rows
    made = {
        "clue_id": pa.array(_clue_ids(rule.rule_id, found), pa.string()),
        "rule_id": pa.repeat(pa.scalar(rule.rule_id), size),
        "rule_version": pa.repeat(pa.scalar(rule.version), size),
        **{name: found[name] for name in found.column_names},
        "score": pc.round(found["score"], ndigits=SCORE_DIGITS),
        "told_date": _told_dates(found["onset_at"]),
        "detected_at": pa.repeat(pa.scalar(as_of, pa.timestamp("s")), size),
    }
    return pa.table(made).cast(FINDINGS.schema)


def _told_dates(onset_at: pa.ChunkedArray) -> pa.ChunkedArray:
    """The day of an onset at midnight, else the day after."""
    return pc.cast(pc.ceil_temporal(onset_at, unit="day"), pa.date32())


def _clue_ids(rule_id: str, found: pa.Table) -> list[str]:
    columns = (found["object_id"], found["pollutant"].fill_null(""), pc.cast(found["window_from"], pa.string()))
    rows = zip(*(column.to_pylist() for column in columns), strict=True)
    return [hashlib.sha256("|".join((rule_id, *row)).encode()).hexdigest()[:16] for row in rows]


def together(parts: Sequence[pa.Table]) -> pa.Table:
    """Findings of many rules as one table."""
    return pa.concat_tables([FINDINGS.schema.empty_table(), *parts])
