"""Which engine runs the SQL: DuckDB, or Spark where it is installed."""

from __future__ import annotations

import importlib
import importlib.util
from collections.abc import Callable
from functools import partial
from typing import Any

from fusion.engine import Engine
from fusion.errors import FusionError

INSTALL = "pip install -r requirements-spark.txt (Java 17 is needed too)"


def engine_of(name: str, **options: Any) -> Callable[[], Engine]:  # noqa: ANN401 - as each engine has them
    """What makes an engine: `duckdb` (memory_limit, threads) or `spark` (master, scratch, settings).

    Raises  FusionError for another name, or if Spark isn't installed
    """
    if name == "duckdb":
        return partial(Engine, **options)
    if name != "spark":
        raise FusionError(f"there is no engine {name}", "known: duckdb, spark")
    if not all(importlib.util.find_spec(one) for one in ("pyspark", "sqlglot")):
        raise FusionError("the engine spark isn't installed", INSTALL)
    made: Callable[[], Engine] = partial(importlib.import_module("fusion.spark").SparkEngine, **options)
    return made
