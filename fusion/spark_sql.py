"""DuckDB's SQL as Spark's: sqlglot translates, and what it gets wrong is repaired here, in one place.

Each repair takes one expression of the parsed text and gives the one Spark needs for the same answer. Values of
`$name` become typed literals of the syntax tree, a text its UTF-8 bytes: what a value says can't become SQL.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, datetime
from typing import Any, TypeAlias

import sqlglot
from sqlglot import exp, transforms
from sqlglot.errors import SqlglotError
from sqlglot.generators.spark import SparkGenerator
from sqlglot.optimizer.simplify import simplify

from fusion.errors import FusionError

JSON_OPTIONS = {"ignoreNullFields": "false", "timestampNTZFormat": "yyyy-MM-dd HH:mm:ss"}
NO_ZONE = "TIMESTAMPNTZ"
TYPES = {
    **dict.fromkeys(
        (exp.DType.TIMESTAMP_S, exp.DType.TIMESTAMP_MS, exp.DType.TIMESTAMP_NS, exp.DType.TIMESTAMP), NO_ZONE
    ),
    exp.DType.UTINYINT: "SMALLINT",
    exp.DType.USMALLINT: "INT",
    exp.DType.UINT: "BIGINT",
    exp.DType.UBIGINT: "DECIMAL(20, 0)",
    exp.DType.INT128: "DECIMAL(38, 0)",
}
WEEKDAYS = {"ISODOW": "DAYOFWEEK_ISO", "DOW": "DAYOFWEEK"}
Expression: TypeAlias = exp.Expression
Files = Callable[[list[str]], str]


def to_spark(text: str, parameters: Mapping[str, Any], files: Files) -> str:
    """The text for Spark, with the values it names bound; `files` makes Parquet files a view and tells its name.

    Raises  FusionError if a value isn't given, or the text is none that can be translated
    """
    try:
        tree = sqlglot.parse_one(text, read="duckdb")
    except SqlglotError as error:
        raise FusionError(f"no SQL of DuckDB: {str(error).splitlines()[0]}") from error
    _bind(tree, parameters)
    _read_files(tree, files)
    for kind, repair in REPAIRS:
        for node in reversed(list(tree.find_all(kind))):
            better = repair(node)
            if better is not node:
                node.replace(better)
    return str(_Generator(dialect="spark", identify=True, comments=False).generate(tree))


class _Generator(SparkGenerator):  # type: ignore[misc] # sqlglot is optional
    """Spark 4 knows QUALIFY; the way round it leaves a column of its own behind a star."""

    TRANSFORMS = {
        **SparkGenerator.TRANSFORMS,
        exp.Select: transforms.preprocess([transforms.eliminate_distinct_on, transforms.unnest_to_explode]),
    }


def _bind(tree: Expression, parameters: Mapping[str, Any]) -> None:
    for node in list(tree.find_all(exp.Placeholder, exp.Parameter)):
        name = node.name
        if name not in parameters:
            raise FusionError(f"the parameter ${name} is not given")
        node.replace(literal(parameters[name]))


def literal(value: Any) -> Expression:  # noqa: ANN401 - whatever a rule may ask for
    """A value as a typed literal.

    Raises  FusionError for a kind of value that has none
    """
    if value is None or isinstance(value, bool):
        return exp.null() if value is None else exp.Boolean(this=value)
    if isinstance(value, int):
        number = exp.Literal.number(abs(value))
        return exp.Paren(this=exp.Neg(this=number)) if value < 0 else number
    if isinstance(value, float):
        return exp.cast(exp.Literal.string(repr(value)), "DOUBLE")
    if isinstance(value, str):
        return exp.cast(exp.HexString(this=value.encode().hex().upper(), is_integer=False), "TEXT")
    if isinstance(value, datetime):
        return exp.cast(exp.Literal.string(value.isoformat(sep=" ")), exp.DType.TIMESTAMPNTZ)
    if isinstance(value, date):
        return exp.cast(exp.Literal.string(value.isoformat()), "DATE")
    if isinstance(value, list | tuple):
        return exp.Array(expressions=[literal(one) for one in value])
    raise FusionError(f"a value of the kind {type(value).__name__} can't be asked for")


def _read_files(tree: Expression, files: Files) -> None:
    for node in list(tree.find_all(exp.ReadParquet)):
        listed = node.expressions[0]
        paths = [_path(one) for one in (listed.expressions if isinstance(listed, exp.Array) else [listed])]
        node.replace(exp.to_identifier(files(paths), quoted=True))


def _path(node: Expression) -> str:
    if isinstance(node, exp.Cast) and isinstance(node.this, exp.HexString):
        return bytes.fromhex(node.this.name).decode()
    if not node.is_string:
        raise FusionError("read_parquet asks for names of files")
    return str(node.name)


def _divided(node: exp.Div) -> Expression:
    """Always a double, and x / 0 is infinite or no number, as DuckDB has it; Spark refuses it."""
    above, below = node.this, node.expression
    if isinstance(_bare(above), exp.Interval):
        return node
    above = _as_double(above)
    if not _is_never_zero(below):
        is_zero = exp.EQ(this=exp.paren(below.copy()), expression=exp.Literal.number(0))
        above = exp.Mul(this=above, expression=_either(is_zero, _number("Infinity"), _number("1")))
        below = _either(is_zero, exp.Literal.number(1), below)
    return exp.Paren(this=exp.Div(this=above, expression=below, typed=False, safe=False))


def _either(condition: Expression, one: Expression, other: Expression) -> Expression:
    return exp.Case(ifs=[exp.If(this=condition.copy(), true=one)], default=other.copy())


def _is_never_zero(node: Expression) -> bool:
    node = _bare(node)
    if isinstance(node, exp.Cast):
        return _is_never_zero(node.this)
    if isinstance(node, exp.Literal):
        return float(node.name) != 0
    if isinstance(node, exp.Nullif):
        return isinstance(node.expression, exp.Literal) and node.expression.name == "0"
    if isinstance(node, exp.Mul):
        return _is_never_zero(node.this) and _is_never_zero(node.expression)
    if isinstance(node, exp.Greatest):
        return any(isinstance(one, exp.Literal) and float(one.name) > 0 for one in node.expressions)
    return False


def _rounded(node: exp.Round) -> Expression:
    """Halves of doubles as DuckDB rounds them, by a power of ten; Spark rounds the shortest decimal text."""
    decimals = node.args.get("decimals")
    if not isinstance(decimals, exp.Literal) or decimals.name == "0":
        return node
    power = _number(f"1e{decimals.name}")
    whole = exp.Round(this=exp.Mul(this=_as_double(node.this), expression=power))
    return exp.Paren(this=exp.Div(this=whole, expression=power.copy(), typed=False, safe=False))


def _averaged(node: exp.Avg) -> Expression:
    """A mean of decimals is a double; Spark keeps but four digits more."""
    value = node.this
    return node if isinstance(value, exp.Distinct) else exp.Avg(this=_as_double(value))


def _correlated(node: exp.Corr) -> Expression:
    """Without spread no number, without pairs nothing; Spark tells nothing of both."""
    one, other = node.this, node.expression
    known = exp.and_(one.copy().is_(exp.null()).not_(), other.copy().is_(exp.null()).not_())
    pairs = exp.Count(this=exp.Case(ifs=[exp.If(this=known, true=exp.Literal.number(1))]))
    some = exp.If(this=exp.GT(this=pairs, expression=exp.Literal.number(0)), true=_number("NaN"))
    return exp.Coalesce(this=node.copy(), expressions=[exp.Case(ifs=[some])])


def _quantile(node: exp.PercentileCont) -> Expression:
    if node.args.get("expression") is None:
        return node
    return exp.Anonymous(this="PERCENTILE", expressions=[_as_double(node.this), node.expression])


def _median(node: exp.Median) -> Expression:
    """Spark's own is refused over a frame of rows."""
    return exp.Anonymous(this="PERCENTILE", expressions=[_as_double(node.this), exp.Literal.number(0.5)])


def _between(node: exp.DateDiff) -> Expression:
    """Boundaries crossed between two times, not whole units passed."""
    unit = (node.text("unit") or "DAY").upper()
    if unit == "DAY":
        days = [exp.cast(node.this, "DATE"), exp.cast(node.expression, "DATE")]
        return exp.Anonymous(this="DATEDIFF", expressions=days)
    ends = [_begin(node.expression, unit), _begin(node.this, unit)]
    return exp.Anonymous(this="TIMESTAMPDIFF", expressions=[exp.var(unit), *ends])


def _truncated(node: exp.TimestampTrunc | exp.DateTrunc) -> Expression:
    """A time without a zone; Spark's is one with a zone."""
    return _begin(node.this, node.text("unit").upper())


def _begin(node: Expression, unit: str) -> Expression:
    begin = exp.Anonymous(this="DATE_TRUNC", expressions=[exp.Literal.string(unit), node.copy()])
    return exp.cast(begin, exp.DType.TIMESTAMPNTZ)


def _weekday(node: exp.Extract) -> Expression:
    """DuckDB counts 0 (Sunday) to 6, or 1 (Monday) to 7; Spark 1 (Sunday) to 7."""
    name = WEEKDAYS.get(node.name.upper())
    if not name:
        return node
    day = exp.Extract(this=exp.var(name), expression=node.expression)
    return day if name == "DAYOFWEEK_ISO" else exp.paren(exp.Sub(this=day, expression=exp.Literal.number(1)))


def _span(node: exp.Interval) -> Expression:
    """`INTERVAL (n) HOURS` as so many times one hour."""
    unit = exp.var(node.text("unit").upper().removesuffix("S"))
    if isinstance(node.this, exp.Literal):
        return exp.Interval(this=exp.Literal.string(node.this.name), unit=unit)
    count = simplify(exp.paren(node.this.copy()))
    if isinstance(_bare(count), exp.Literal):
        return exp.Interval(this=exp.Literal.string(_bare(count).name), unit=unit)
    one = exp.Interval(this=exp.Literal.string("1"), unit=unit)
    return exp.Paren(this=exp.Mul(this=one, expression=exp.paren(node.this)))


def _framed(node: exp.WindowSpec) -> Expression:
    """Bounds of a frame that are reckoned; Spark takes literals alone."""
    for key in ("start", "end"):
        bound = node.args.get(key)
        if isinstance(bound, exp.Expression) and not isinstance(bound, exp.Interval):
            node.set(key, _bare(simplify(bound.copy())))
    return node


def _series(node: exp.GenerateSeries) -> Expression:
    """Empty if it ends before it begins; Spark refuses such a series."""
    start, end, step = node.args["start"], node.args["end"], node.args.get("step")
    if isinstance(step, exp.Interval):
        start, end = (exp.cast(one, exp.DType.TIMESTAMPNTZ) for one in (start, end))
    steps = [start, end] if step is None else [start, end, step]
    series = exp.Anonymous(this="SEQUENCE", expressions=[one.copy() for one in steps])
    is_forward = exp.LTE(this=exp.paren(start.copy()), expression=exp.paren(end.copy()))
    return exp.Case(ifs=[exp.If(this=is_forward, true=series)])


def _unnested(node: exp.Join) -> Expression:
    """`CROSS JOIN UNNEST(…) AS h (hour)` as a lateral join, which may stand between other joins."""
    if not isinstance(node.this, exp.Unnest):
        return node
    alias = node.this.args.get("alias")
    exploded = exp.Explode(this=node.this.expressions[0])
    return exp.Join(this=exp.Lateral(this=exploded, alias=alias), kind="CROSS")


def _json(node: exp.Anonymous) -> Expression:
    """Empty fields are told, times written as DuckDB writes them; a whole row is named by its table."""
    if node.name.upper() != "TO_JSON":
        return node
    value = node.expressions[0]
    select = node.find_ancestor(exp.Select)
    if isinstance(value, exp.Column) and not value.table and select and _is_row(select, value.name):
        value = exp.Struct(expressions=[exp.Column(this=exp.Star(), table=exp.to_identifier(value.name))])
    words = [exp.Literal.string(word) for pair in JSON_OPTIONS.items() for word in pair]
    return exp.Anonymous(this="TO_JSON", expressions=[value, exp.Anonymous(this="MAP", expressions=words)])


def _is_row(select: exp.Select, name: str) -> bool:
    sources = [select.args.get("from_"), *(select.args.get("joins") or [])]
    return any(one is not None and one.this.alias_or_name == name for one in sources)


def _listed(node: exp.ArrayAgg) -> Expression:
    """Ordered lists, with the empty values in them; Spark's lists have no order and leave those out."""
    value = node.this
    if isinstance(value, exp.Distinct):
        return node
    orders = value.expressions if isinstance(value, exp.Order) else []
    if len({bool(one.args.get("desc")) for one in orders}) > 1:
        raise FusionError("a list ordered up and down at once can't be made on Spark")
    item = value.this if isinstance(value, exp.Order) else value
    fields = [*((one.this, f"k{at}") for at, one in enumerate(orders)), (item, "v")]
    row = exp.Struct(expressions=[exp.PropertyEQ(this=exp.to_identifier(k), expression=v.copy()) for v, k in fields])
    rows: Expression = exp.Anonymous(this="COLLECT_LIST", expressions=[row])
    if orders:
        is_up = exp.Boolean(this=not orders[0].args.get("desc"))
        rows = exp.Anonymous(this="SORT_ARRAY", expressions=[rows, is_up])
    each = exp.Lambda(this=exp.column("v", table="s"), expressions=[exp.to_identifier("s")])
    return exp.Anonymous(this="TRANSFORM", expressions=[rows, each])


def _typed(node: exp.DataType) -> Expression:
    """Times have no zone, numbers a sign."""
    return exp.DataType.build(TYPES[node.this]) if node.this in TYPES else node


def _like(node: exp.Like | exp.ILike) -> Expression:
    """A backslash is a letter like any other, unless the text says ESCAPE."""
    pattern = node.expression
    if not isinstance(node.parent, exp.Escape) and pattern.is_string:
        pattern.set("this", pattern.name.replace("\\", "\\\\"))
    return node


def _numbered(node: exp.Window) -> Expression:
    """The number of a row is as wide as DuckDB's, so that reckoning with it doesn't overflow."""
    return exp.cast(node.copy(), "BIGINT") if isinstance(node.this, exp.RowNumber) else node


def _inlined(node: exp.CTE) -> Expression:
    """Spark always asks a named part anew where it is named, and has no words for it."""
    node.set("materialized", None)
    return node


def _as_double(node: Expression) -> Expression:
    return exp.cast(node.copy(), "DOUBLE")


def _number(text: str) -> Expression:
    return exp.cast(exp.Literal.string(text), "DOUBLE")


def _bare(node: Expression) -> Expression:
    while isinstance(node, exp.Paren):
        node = node.this
    return node


REPAIRS: tuple[tuple[Any, Callable[[Any], Expression]], ...] = (
    (exp.DataType, _typed),
    ((exp.Like, exp.ILike), _like),
    (exp.Interval, _span),
    (exp.WindowSpec, _framed),
    (exp.DateDiff, _between),
    ((exp.TimestampTrunc, exp.DateTrunc), _truncated),
    (exp.Extract, _weekday),
    (exp.GenerateSeries, _series),
    (exp.Join, _unnested),
    (exp.Anonymous, _json),
    (exp.ArrayAgg, _listed),
    (exp.PercentileCont, _quantile),
    (exp.Median, _median),
    (exp.Corr, _correlated),
    (exp.Avg, _averaged),
    (exp.Div, _divided),
    (exp.Round, _rounded),
    (exp.CTE, _inlined),
    (exp.Window, _numbered),
)
