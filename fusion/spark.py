"""The engine of the SQL steps on Spark: the same questions as `fusion.engine.Engine`, the same answers.

A table that is made becomes Parquet in a scratch folder, which every worker must see under the same name (as it must
see the store). Nothing runs in Python on a worker, so a worker needs Java and Spark alone.
"""

from __future__ import annotations

import logging
import shutil
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
from py4j.protocol import Py4JError
from pyspark.errors import PySparkException
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql.pandas.types import from_arrow_schema

from fusion.engine import Engine, step_sql
from fusion.errors import FusionError
from fusion.spark_sql import to_spark

SETTINGS = {
    "spark.sql.ansi.enabled": "true",
    "spark.sql.session.timeZone": "UTC",
    "spark.sql.timestampType": "TIMESTAMP_NTZ",
    "spark.sql.parquet.outputTimestampType": "TIMESTAMP_MICROS",
    "spark.sql.execution.arrow.pyspark.selfDestruct.enabled": "true",
}
QUIET = {"spark.ui.enabled": "false", "spark.ui.showConsoleProgress": "false", "spark.log.level": "ERROR"}


class SparkEngine(Engine):
    """Runs steps on Spark; every engine of a process uses the same connection to the cluster."""

    def __init__(
        self, master: str = "local[2]", scratch: Path | None = None, settings: Mapping[str, str] | None = None
    ) -> None:
        """`master` as `spark://host:7077`; `scratch` is a folder all workers see, without it a temporary one here."""
        logging.getLogger("SQLQueryContextLogger").disabled = True
        self._spark = _session(master, settings or {})
        self._folder = Path(tempfile.mkdtemp(prefix="lookout-spark-", dir=scratch))
        self._files: dict[str, Path] = {}
        self._serial = 0

    def __enter__(self) -> SparkEngine:
        """The engine itself; leaving the block lets go of its tables."""
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        """Remove the scratch folder; the connection to the cluster stays for the next engine."""
        shutil.rmtree(self._folder, ignore_errors=True)

    @property
    def at_once(self) -> int:
        """One: the cluster shares out each question itself."""
        return 1

    @contextmanager
    def beside(self) -> Iterator[Engine]:
        """The engine itself."""
        yield self

    def register(self, name: str, data: pa.Table) -> None:
        """Make an Arrow table readable under `name`; it is written for the workers."""
        folder = self._new_folder()
        folder.mkdir()
        pq.write_table(_plain(data), folder / "part-0.parquet")
        self._name_files(name, folder)

    def view(self, name: str, select: str) -> None:
        """Make a SELECT readable under `name`; it is run again wherever it is asked."""
        self._files.pop(name, None)
        with _told(f"view {name}"):
            self._ask(select, {}).createOrReplaceTempView(name)

    def make(self, name: str, text: str, parameters: Mapping[str, Any]) -> None:
        """Make a table of a SELECT; of the parameters it gets those it names.

        Raises  FusionError naming the table
        """
        folder = self._new_folder()
        with _told(f"table {name}"):
            self._ask(text, parameters).write.parquet(str(folder))
        self._name_files(name, folder)

    def forget(self, name: str) -> None:
        """Let go of a registered table, a view, or the table of a step."""
        self._spark.catalog.dropTempView(name)
        if name in self._files:
            shutil.rmtree(self._files.pop(name), ignore_errors=True)

    def run(self, step: str, parameters: Mapping[str, Any]) -> int:
        """Run a step and return how many rows its table has; of the parameters it gets those it names.

        Raises  FusionError naming the step
        """
        try:
            self.make(step, step_sql(step), parameters)
        except FusionError as error:
            raise FusionError(f"step {step}: {error}") from error
        return self.count(step)

    def count(self, name: str) -> int:
        """Rows of a table."""
        return self._one(f'SELECT COUNT(*) AS n FROM "{name}"')

    def count_duplicates(self, name: str, key: Sequence[str]) -> int:
        """Rows of a table beyond the first of their key."""
        columns = ", ".join(f'"{column}"' for column in key)
        repeated = f'SELECT COUNT(*) AS n FROM "{name}" GROUP BY {columns}'
        return self._one(f"SELECT COALESCE(SUM(n - 1), 0) AS n FROM ({repeated}) AS repeated")

    def query(self, text: str, parameters: Mapping[str, Any] | None = None) -> pa.Table:
        """The answer to a question that is no step of its own."""
        with _told("a question to the tables"):
            return _without_zones(self._ask(text, parameters or {}).toArrow())

    def table(self, name: str) -> pa.Table:
        """A table in the order it was made."""
        if name not in self._files:
            return self.query(f'SELECT * FROM "{name}"')
        parts = sorted(self._files[name].glob("part-*.parquet"))
        return _without_zones(pa.concat_tables([pq.read_table(path, partitioning=None) for path in parts]))

    def _ask(self, text: str, parameters: Mapping[str, Any]) -> DataFrame:
        return self._spark.sql(to_spark(text, parameters, self._read))

    def _one(self, text: str) -> int:
        return int(self.query(text)["n"][0].as_py())

    def _read(self, paths: list[str]) -> str:
        """A view of Parquet files; columns as in the first and the last of them."""
        self._serial += 1
        name = f"files_{self._serial}"
        schema = pa.unify_schemas([pq.read_schema(paths[0]), pq.read_schema(paths[-1])], promote_options="permissive")
        read = self._spark.read.schema(
            from_arrow_schema(_plain(schema.empty_table()).schema, prefer_timestamp_ntz=True)
        )
        read.parquet(*paths).createOrReplaceTempView(name)
        return name

    def _name_files(self, name: str, folder: Path) -> None:
        before = self._files.get(name)
        self._spark.read.parquet(str(folder)).createOrReplaceTempView(name)
        self._files[name] = folder
        if before:
            shutil.rmtree(before, ignore_errors=True)

    def _new_folder(self) -> Path:
        self._serial += 1
        return self._folder / f"table-{self._serial}"


def _session(master: str, settings: Mapping[str, str]) -> SparkSession:
    chosen = {**QUIET, **SETTINGS, **settings}
    builder = SparkSession.builder.appName("lookout").master(master)
    for key, value in chosen.items():
        builder = builder.config(key, value)
    with _told(f"the connection to {master}"):
        session = builder.getOrCreate().newSession()
    connected = session.sparkContext.master
    if connected != master:
        raise FusionError(f"this process is connected to {connected}", "one process asks one cluster")
    for key, value in SETTINGS.items():
        session.conf.set(key, value)
    return session


@contextmanager
def _told(what: str) -> Iterator[None]:
    try:
        yield
    except (PySparkException, Py4JError) as error:
        first = next((line for line in str(error).splitlines() if line.strip()), type(error).__name__)
        raise FusionError(f"{what} failed on Spark: {first}") from error


def _plain(data: pa.Table) -> pa.Table:
    """Types Spark can read: signed numbers, times by the microsecond."""
    return data.cast(pa.schema([pa.field(one.name, _plain_type(one.type)) for one in data.schema]))


def _plain_type(kind: pa.DataType) -> pa.DataType:
    wider = {pa.uint8(): pa.int16(), pa.uint16(): pa.int32(), pa.uint32(): pa.int64(), pa.uint64(): pa.int64()}
    if pa.types.is_timestamp(kind):
        return pa.timestamp("us")
    if pa.types.is_dictionary(kind):
        return kind.value_type
    return pa.string() if pa.types.is_null(kind) else wider.get(kind, kind)


def _without_zones(data: pa.Table) -> pa.Table:
    fields = [one.with_type(pa.timestamp("us")) if pa.types.is_timestamp(one.type) else one for one in data.schema]
    return data.cast(pa.schema(fields))
