"""The same SQL on DuckDB and on a real Spark cluster of one master and two workers: every table is the same."""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from typer.testing import CliRunner

from data_adapters.__main__ import app as adapters
from fusion import pipeline
from fusion.config import Config, LookoutConfig
from fusion.engine import Engine, step_sql
from fusion.errors import FusionError
from fusion.findings import INPUTS, Judge, together
from fusion.given import MADE
from fusion.rulebook import load_rules
from fusion.store import Store

pyspark = pytest.importorskip("pyspark", reason="Spark is optional: pip install -r requirements-spark.txt")
pytest.importorskip("sqlglot", reason="Spark is optional: pip install -r requirements-spark.txt")
if not shutil.which("java"):
    pytest.skip("Spark needs Java 17", allow_module_level=True)

from fusion.spark import SparkEngine  # noqa: E402 - only where Spark is
from fusion.spark_choice import engine_of  # noqa: E402
from fusion.spark_sql import to_spark  # noqa: E402

SPARK_CLASS = Path(pyspark.__file__).parent / "bin" / "spark-class"
WORKERS = 2
QUICK_TO_START = "-XX:TieredStopAtLevel=1 -XX:ReservedCodeCacheSize=256m"
SETTINGS = {
    "spark.driver.host": "127.0.0.1",
    "spark.driver.bindAddress": "127.0.0.1",
    "spark.driver.memory": "1g",
    "spark.driver.extraJavaOptions": QUICK_TO_START,
    "spark.executor.memory": "640m",
    "spark.executor.cores": "1",
    "spark.executor.extraJavaOptions": QUICK_TO_START,
    "spark.sql.shuffle.partitions": "2",
    # Many questions about few rows: planning them is the work, not running them.
    "spark.sql.codegen.wholeStage": "false",
    "spark.sql.codegen.factoryMode": "NO_CODEGEN",
    "spark.sql.adaptive.enabled": "false",
}
RULES = load_rules()
INPUT_NAMES = sorted(path.stem for path in INPUTS.glob("*.sql"))
MODULES = {
    "org.apache.spark.deploy.master.Master": [],
    "org.apache.spark.deploy.worker.Worker": ["--cores", "1", "--memory", "700m"],
}


@contextmanager
def cluster(folder: Path) -> Iterator[str]:
    """One master and two workers of 1 core and 700 MB on this machine; the address of the master."""
    port = free_port()
    url = f"spark://127.0.0.1:{port}"
    env = os.environ | {"SPARK_LOCAL_IP": "127.0.0.1", "SPARK_DAEMON_MEMORY": "256m", "SPARK_WORKER_DIR": str(folder)}
    master, worker = MODULES
    calls = [[master, "--host", "127.0.0.1", "--port", str(port), "--webui-port", "0"]]
    calls += [[worker, *MODULES[worker], "--host", "127.0.0.1", "--webui-port", "0", url]] * WORKERS
    started = []
    try:
        for number, call in enumerate(calls):
            with (folder / f"{number}.log").open("wb") as log:
                started.append(subprocess.Popen([str(SPARK_CLASS), *call], env=env, stdout=log, stderr=log))
            wait_for(port)
        yield url
    finally:
        for process in reversed(started):
            process.terminate()
        for process in started:
            process.wait(20)


def free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


def wait_for(port: int, seconds: float = 180) -> None:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        with socket.socket() as one:
            if one.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.1)
    raise TimeoutError(f"no master at port {port}")


@pytest.fixture(scope="module")
def spark_of(tmp_path_factory):
    """What makes an engine on the cluster."""
    with cluster(tmp_path_factory.mktemp("cluster")) as master:
        os.environ["SPARK_LOCAL_IP"] = "127.0.0.1"
        scratch = tmp_path_factory.mktemp("scratch")
        yield lambda *_: SparkEngine(master, scratch, SETTINGS)
        running = pyspark.sql.SparkSession.getActiveSession()
        if running:
            running.stop()


@pytest.fixture(scope="module")
def spark(spark_of):
    with spark_of() as engine:
        yield engine


@pytest.fixture(scope="module")
def duck():
    with Engine() as engine:
        yield engine


@pytest.fixture(scope="module")
def store(tmp_path_factory) -> Store:
    """A hundredth of the campaign, staged."""
    folder = tmp_path_factory.mktemp("campaign")
    for words in (
        ["campaign", "--out", folder / "raw", "--scale", "0.01"],
        ["stage", "--from", folder / "raw", "--store", folder / "store"],
    ):
        done = CliRunner().invoke(adapters, [str(word) for word in words])
        assert done.exit_code == 0, done.output
    return Store(folder / "store")


@pytest.fixture(scope="module")
def judges(store, duck, spark):
    """The same moment judged on both engines."""
    as_of = store.end()
    assert as_of
    for engine in (duck, spark):
        store.attach(engine, as_of)
    return [Judge(engine, as_of, as_of - timedelta(days=14)) for engine in (duck, spark)]


def is_same(one: Any, other: Any) -> bool:
    """Equal; numbers to nine digits, what is JSON by what it says."""
    if isinstance(one, bool | None) or isinstance(other, bool | None):
        return one is other
    if isinstance(one, float | int | Decimal) and isinstance(other, float | int | Decimal):
        return (one != one and other != other) or float(one) == pytest.approx(float(other), rel=1e-9, abs=0)
    if isinstance(one, dict) and isinstance(other, dict):
        return list(one) == list(other) and all(is_same(one[key], other[key]) for key in one)
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(is_same, one, other))
    if isinstance(one, str) and isinstance(other, str) and one.startswith("{") and one != other:
        return is_same(json.loads(one), json.loads(other))
    return bool(one == other)


def rows(data: pa.Table) -> list[dict[str, Any]]:
    """Rows in an order that no engine decides: by what isn't a float, then by those to six digits."""

    def place(row: dict[str, Any]) -> tuple[str, str]:
        exact = {key: str(value) for key, value in row.items() if not is_inexact(value)}
        return json.dumps(exact), json.dumps([f"{value:.6g}" for value in row.values() if isinstance(value, float)])

    return sorted(data.to_pylist(), key=place)


def is_inexact(value: Any) -> bool:
    return isinstance(value, float) or (isinstance(value, str) and value.startswith("{"))


def assert_same(on_duck: pa.Table, on_spark: pa.Table) -> None:
    assert on_spark.column_names == on_duck.column_names
    one, other = rows(on_duck), rows(on_spark)
    assert len(other) == len(one)
    unequal = [(a, b) for a, b in zip(one, other, strict=True) if not all(is_same(a[key], b[key]) for key in a)]
    assert not unequal, f"{len(unequal)} of {len(one)} rows, first {unequal[0]}"


TIMES = (
    "(VALUES (1, TIMESTAMP '2023-01-31 10:40:00', TIMESTAMP '2023-02-01 01:10:00'), (2, NULL, NULL)) AS t (id, a, b)"
)
NUMBERS = "(VALUES (1, 2.5, 'x'), (2, -2.5, 'y'), (3, 0.0, NULL), (4, NULL, 'x')) AS t (id, x, s)"
REPAIRED = {
    "differences count boundaries crossed": f"""
        SELECT id, DATE_DIFF('hour', a, b) AS h, DATE_DIFF('minute', a, b) AS m, DATE_DIFF('day', a, b) AS d,
               DATE_DIFF('month', a, b) AS months FROM {TIMES}""",
    "times are truncated without a zone": f"""
        SELECT id, DATE_TRUNC('hour', a) AS h, DATE_TRUNC('week', a) AS w, DATE_TRUNC('quarter', CAST(a AS DATE)) AS q
        FROM {TIMES}""",
    "intervals are added and multiplied": f"""
        SELECT id, a + INTERVAL 1 HOUR * ($n + 1) AS h, a - INTERVAL ($n) DAYS AS d, a + INTERVAL 1 MONTH AS m,
               a - INTERVAL 90 MINUTE AS n FROM {TIMES}""",
    "times of a second have no zone": "SELECT '2023-01-31 10:40:00'::TIMESTAMP_S AS a, TIMESTAMP '2023-01-01' AS b",
    "days of the week": f"""
        SELECT id, EXTRACT(DOW FROM a) AS d, EXTRACT(ISODOW FROM a) AS i, EXTRACT(HOUR FROM a) AS h FROM {TIMES}""",
    "a series between joins": f"""
        SELECT t.id, h.hour, k.one FROM {TIMES}
        CROSS JOIN UNNEST(GENERATE_SERIES(DATE_TRUNC('hour', t.a), t.b, INTERVAL 1 HOUR)) AS h (hour)
        LEFT JOIN (SELECT TIMESTAMP '2023-01-31 23:00:00' AS hour, 1 AS one) AS k ON k.hour = h.hour""",
    "a series that ends before it begins is empty": f"""
        SELECT t.id, h.hour FROM {TIMES} CROSS JOIN UNNEST(GENERATE_SERIES(t.b, t.a, INTERVAL 1 HOUR)) AS h (hour)""",
    "a series of numbers": "SELECT UNNEST(GENERATE_SERIES(-$n, $n)) AS lag",
    "a division is a double, by zero endless or no number": f"""
        SELECT id, id / 2 AS half, x / 0 AS none, 1 / x AS over, id // 2 AS whole, id % 2 AS rest,
               SUM(CAST(x AS DECIMAL(18, 6))) OVER () / 3 AS third FROM {NUMBERS}""",
    "halves are rounded by a power of ten": """
        SELECT v, ROUND(v, 2) AS two, ROUND(v) AS whole, ROUND(v, 3) AS three
        FROM (VALUES (2.675::DOUBLE), (1.005::DOUBLE), (-0.5::DOUBLE), (1e-7::DOUBLE), (NULL)) AS t (v)""",
    "a mean of decimals is a double": f"""
        SELECT AVG(CASE WHEN id > 1 THEN 1.0 ELSE 0 END) AS share, AVG(x) AS x FROM {NUMBERS}""",
    "medians and quantiles": f"""
        SELECT MEDIAN(id) AS m, QUANTILE_CONT(id, 0.9) AS q, MEDIAN(x) AS x, STDDEV_SAMP(id) AS s FROM {NUMBERS}""",
    "a median over a frame of time": f"""
        SELECT id, MEDIAN(id) OVER (ORDER BY a RANGE BETWEEN INTERVAL ($n - 1) HOURS PRECEDING AND CURRENT ROW) AS m,
               COUNT(*) OVER (ORDER BY id ROWS BETWEEN $n - 1 PRECEDING AND CURRENT ROW) AS n FROM {TIMES}""",
    "a correlation without spread is no number": """
        SELECT g, CORR(x::DOUBLE, y) AS c
        FROM (VALUES (1, 1, 1), (1, 1, 2), (2, 1, 2), (2, 2, 5), (3, NULL, 1)) AS t (g, x, y)
        GROUP BY g""",
    "structures as JSON, empty fields told": f"""
        SELECT TO_JSON({{'id': id, 'at': a, 'n': NULL, 'share': 0.5::DOUBLE, 'is': id > 1}})::VARCHAR AS facts
        FROM {TIMES}""",
    "a whole row as JSON": f"SELECT CAST(TO_JSON(g) AS VARCHAR) AS row_json FROM (SELECT id, a FROM {TIMES}) AS g",
    "the first row of a group": f"""
        SELECT * FROM {NUMBERS} QUALIFY ROW_NUMBER() OVER (PARTITION BY s ORDER BY id DESC) = 1""",
    "distinct on": f"SELECT DISTINCT ON (s) s, id FROM {NUMBERS} ORDER BY s, id",
    "the value beside the largest": f"SELECT ARG_MAX(s, id) AS s, ARG_MIN(s, x) AS t FROM {NUMBERS}",
    "ordered lists keep what is empty": f"""
        SELECT LIST(s ORDER BY id DESC) AS s, LIST(x ORDER BY id) AS x FROM {NUMBERS}""",
    "texts joined in order": f"SELECT STRING_AGG(DISTINCT s, ',' ORDER BY s) AS s FROM {NUMBERS}",
    "nulls come last": f"""
        SELECT id, ROW_NUMBER() OVER (ORDER BY x, id) AS up, ROW_NUMBER() OVER (ORDER BY x DESC, id) AS down
        FROM {NUMBERS}""",
    "texts": r"""
        SELECT 'a' || s AS c, STRPOS(s, 'y') AS p, LENGTH(s) AS l, s LIKE '%\.%' AS k, REGEXP_MATCHES(s, '^x') AS r,
               REGEXP_EXTRACT('NOx=12', '([a-zA-Z]+)=(\d+)', 2) AS e, 'it''s \n' AS q, CONTAINS('瞭望', '望') AS z
        FROM """ + NUMBERS,
    "columns left out of a star": f"SELECT t.* EXCLUDE (x) FROM {NUMBERS}",
    "the number of a row may be large": f"""
        SELECT id, ROW_NUMBER() OVER (ORDER BY id) * 2000000000 AS far FROM {NUMBERS}""",
    "a part that is asked anew where it is named": f"""
        WITH one AS NOT MATERIALIZED (SELECT id, x FROM {NUMBERS})
        SELECT a.id, b.x FROM one AS a INNER JOIN one AS b ON b.id = a.id + 1""",
    "small and large numbers": f"""
        SELECT CAST(id AS UTINYINT) AS a, CAST(id AS UINTEGER) AS b, CAST(SUM(id) OVER () AS BIGINT) AS c
        FROM {NUMBERS}""",
}  # fmt: skip


@pytest.mark.parametrize("text", REPAIRED.values(), ids=REPAIRED.keys())
def test_what_translation_gets_wrong_is_repaired(text, duck, spark):
    assert_same(duck.query(text, {"n": 3}), spark.query(text, {"n": 3}))


HOSTILE = ["'; DROP TABLE t; --", "back\\slash ' \" `tick`", "$n :n {n} %", "瞭望\n\t\x00end", ""]


@pytest.mark.parametrize("text", HOSTILE)
def test_a_text_is_a_value_whatever_it_says(text, spark):
    assert spark.query("SELECT $t AS t", {"t": text})["t"].to_pylist() == [text]


def test_values_keep_their_type(duck, spark):
    values = {"i": -3, "f": 0.1, "b": True, "d": date(2023, 2, 1), "t": datetime(2023, 2, 1, 8, 30), "n": None}
    text = "SELECT $i + 1 AS i, $f * 3 AS f, NOT $b AS b, $d AS d, $t + INTERVAL 1 HOUR AS t, $n IS NULL AS n"
    assert_same(duck.query(text, values), spark.query(text, values))


def test_a_value_that_is_not_given_or_has_no_type_is_refused(spark):
    with pytest.raises(FusionError, match=r"parameter \$gone"):
        spark.query("SELECT $gone AS a", {})
    with pytest.raises(FusionError, match="kind object"):
        spark.query("SELECT $odd AS a", {"odd": object()})


def test_an_error_is_one_line_that_names_the_table(spark):
    with pytest.raises(FusionError, match="table broken") as caught:
        spark.make("broken", "SELECT nothing FROM nowhere", {})
    assert "\n" not in str(caught.value)
    with pytest.raises(FusionError, match="no SQL of DuckDB"):
        to_spark("SELECT FROM WHERE (", {}, lambda _: "")


def test_tables_are_made_counted_read_in_order_and_forgotten(spark):
    spark.register(
        "given", pa.table({"id": pa.array([3, 1, 2], pa.uint32()), "at": pa.array([0, 1, 2], pa.timestamp("s"))})
    )
    spark.make("made", "SELECT id, at FROM given WHERE id >= $least ORDER BY id DESC", {"least": 1, "other": 2})
    assert spark.table("made")["id"].to_pylist() == [3, 2, 1]
    spark.make("made", "SELECT id % 2 AS odd FROM made", {})
    assert (spark.count("made"), spark.count_duplicates("made", ["odd"])) == (3, 1)
    spark.view("odd", "SELECT * FROM made WHERE odd = 1")
    assert spark.table("odd").num_rows == 2
    for name in ("odd", "made", "given", "never there"):
        spark.forget(name)
    with pytest.raises(FusionError):
        spark.count("made")


def test_nothing_is_left_of_an_engine(spark_of):
    with spark_of() as engine:
        engine.register("given", pa.table({"id": [1]}))
        folder = engine._folder
        assert folder.is_dir()
    assert not folder.exists()


def test_a_process_asks_one_cluster(spark):
    with pytest.raises(FusionError, match="connected to spark://127"):
        SparkEngine("local[1]", settings=SETTINGS)


def test_an_engine_is_chosen_by_name(monkeypatch):
    with engine_of("duckdb", threads=1)() as engine:
        assert engine.query("SELECT 1 AS a")["a"].to_pylist() == [1]
    assert engine_of("spark").func is SparkEngine
    with pytest.raises(FusionError, match="no engine flink"):
        engine_of("flink")
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    with pytest.raises(FusionError, match="isn't installed"):
        engine_of("spark")


@pytest.mark.parametrize("name", INPUT_NAMES)
def test_an_input_of_the_rules_is_the_same(name, judges):
    found = [judge.ask(f"SELECT * FROM {name}") for judge in judges]
    assert found[0].num_rows > 0
    assert_same(*found)


@pytest.mark.parametrize("name", MADE)
def test_a_table_made_from_the_store_is_the_same(name, judges):
    assert_same(*(judge.ask(step_sql(f"from_store/{name}")) for judge in judges))


@pytest.mark.parametrize("rule_id", RULES)
def test_a_rule_finds_the_same(rule_id, judges):
    rule = RULES[rule_id]
    assert_same(*(judge.find(rule, rule.values()) for judge in judges))


@pytest.fixture(scope="module")
def built(store, duck, judges, spark_of, tmp_path_factory):
    """Every step's table and every table of the snapshot, of the same build on either engine."""
    rules = load_rules()
    found = together([judges[0].find(rule, rule.values()) for rule in rules.values()])
    assert store.folder
    truth = store.folder.parent / "raw"
    config = Config(lookout=LookoutConfig(store=store.folder, as_of=store.end(), is_synthetic=True, truth=truth))
    made = []
    for engine_for in (Engine, spark_of):
        steps: dict[str, pa.Table] = {}
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(pipeline, "Engine", kept(engine_for, steps))
            patch.setattr(pipeline, "answers", lambda *_: [])
            patch.setattr(pipeline, "one_a_clue", lambda *_: found)
            snapshot = pipeline.build(config, tmp_path_factory.mktemp("built"), now=datetime.now().astimezone())
        made.append((steps, snapshot))
    return made


def kept(engine_for, steps):
    """An engine that keeps the table of every step."""

    def make(*options):
        engine = engine_for(*options)
        run = engine.run

        def and_keep(step, parameters):
            rows = run(step, parameters)
            steps[step] = engine.table(step)
            return rows

        engine.run = and_keep
        return engine

    return make


@pytest.mark.parametrize("step", [step.name for step in pipeline.STEPS if step.made_by is None])
def test_a_step_of_the_pipeline_makes_the_same_table(step, built):
    (on_duck, _), (on_spark, _) = built
    assert_same(on_duck[step], on_spark[step])


def test_the_snapshot_is_the_same_to_the_byte(built):
    (_, one), (_, other) = built
    tables = one.manifest.tables
    assert {name: entry.sha256 for name, entry in other.manifest.tables.items()} == {
        name: entry.sha256 for name, entry in tables.items()
    }
    assert {name for name, table in tables.items() if not table.rows} == {"rejects"}  # no table is equal by being empty
