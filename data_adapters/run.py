"""Running a source: the one place where whatever goes wrong becomes a status."""

from __future__ import annotations

import logging
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from data_adapters.registry import get_source
from data_adapters.source import AdapterError, SourceResult
from data_adapters.tables import TableError

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class SourceRun:
    """How a source fared. A failed run may still carry the accounts of its files."""

    name: str
    status: Literal["ok", "failed"]
    error: str | None
    result: SourceResult | None
    seconds: float


def run_source(name: str, paths: Sequence[Path], options: Mapping[str, Any] | None = None) -> SourceRun:
    """The tables of a source, or why there are none; never raises for what an input may cause."""
    started = time.perf_counter()
    result: SourceResult | None = None
    error: str | None
    try:
        result = get_source(name).read(list(paths), options or {}).checked()
        error = result.error
    except (AdapterError, TableError) as problem:
        error = str(problem)
    except Exception as problem:  # noqa: BLE001  the one net of this floor
        log.exception("source=%s unexpected=%s", name, type(problem).__name__)
        error = " ".join(f"unexpected {type(problem).__name__}: {problem}".split())
    seconds = time.perf_counter() - started
    log.info("source=%s status=%s seconds=%.3f", name, "failed" if error else "ok", seconds)
    return SourceRun(name, "failed" if error else "ok", error, result, seconds)
