"""Running the sources of a configuration: their tables together, and what became of each.

A source that fails is recorded and never stops the others; only without boundaries there is no map to build.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import duckdb
import numpy as np
import pyarrow as pa

from data_adapters.run import SourceRun, run_source
from data_adapters.tables import TABLES
from fusion.config import BUILT_IN_SOURCES, Config, SourceConfig
from fusion.errors import FusionError
from fusion.manifest import FileEntry, SourceEntry, TableState

# What a source would give, needed to say so when it fails.
PROVIDES: Mapping[str, tuple[str, ...]] = {
    "boundaries": ("regions", "boundary_lines"),
    "region_groups": ("region_groups",),
    "firms": ("satellite_detections",),
    "satellite_grid": ("satellite_grid",),
    "enterprise_register": ("enterprises", "outlets"),
    "power_plants": ("enterprises",),
    "casebook": ("clues", "clue_events"),
    "campaign": (
        "region_groups", "rounds", "teams", "enterprises", "outlets", "satellite_grid", "ambient_series",
        "emission_series", "inspections", "problems", "clues", "clue_events",
    ),
}  # fmt: skip
# Sources that look up counties: they get the boundaries of this build, unless their options say otherwise.
TAKES_REGIONS = ("enterprise_register", "power_plants", "campaign")
# A day of cells is averaged cell by cell later; looking for repeated rows among tens of millions isn't worth its time.
AVERAGED_LATER = ("satellite_grid",)

Progress = Callable[[str], None]


@dataclass
class Gathered:
    """The canonical tables of all sources, and how it came to them."""

    tables: dict[str, pa.Table]
    entries: list[SourceEntry]
    states: dict[str, TableState] = field(default_factory=dict)
    runs: list[SourceRun] = field(default_factory=list)


def gather(config: Config, progress: Progress) -> Gathered:
    """The tables of all sources of a configuration; those nobody gives are empty.

    Raises  FusionError if the boundaries fail, or everything else that was asked for
    """
    parts: dict[str, list[tuple[str, pa.Table]]] = {}
    entries: list[SourceEntry] = []
    runs: list[SourceRun] = []
    for source in config.sources:
        progress(f"source {source.name}")
        options = _with_regions(source, parts)
        run = run_source(source.name, config.paths_of(source), options)
        if source.name == "boundaries" and run.status == "failed":
            raise FusionError(f"source boundaries: {run.error}", "nothing can be placed without boundaries")
        tables = run.result.tables if run.result and run.status == "ok" else {}
        entries.append(_entry(run, tables))
        runs.append(_without_tables(run))
        for name, data in tables.items():
            parts.setdefault(name, []).append((source.name, data))
    _refuse_if_all_failed(config, entries)
    for name, given in parts.items():
        parts[name] = [part for part in given if part[0] in config.listed] or given
    states = {name: _state(name, parts.get(name, ()), entries) for name in TABLES}
    tables = {name: _together(name, parts.pop(name, []), entries) for name in TABLES}
    return Gathered(tables, entries, states, runs)


def _without_tables(run: SourceRun) -> SourceRun:
    """The account of a run, its tables let go."""
    return replace(run, result=replace(run.result, tables={}) if run.result else None)


def _refuse_if_all_failed(config: Config, entries: Sequence[SourceEntry]) -> None:
    """An empty map in the place of the last good one would look like calm."""
    wanted = [entry for entry in entries if entry.name in config.listed and entry.name not in BUILT_IN_SOURCES]
    if wanted and all(entry.status == "failed" for entry in wanted):
        errors = "; ".join(f"{entry.name}: {entry.error}" for entry in wanted)
        raise FusionError(f"every source failed: {errors}", "the last snapshot stays current")


def _with_regions(source: SourceConfig, parts: Mapping[str, list[tuple[str, pa.Table]]]) -> dict[str, Any]:
    if source.name not in TAKES_REGIONS or "regions" not in parts:
        return dict(source.options)
    return {"regions": parts["regions"][0][1], **source.options}


def _entry(run: SourceRun, tables: Mapping[str, pa.Table]) -> SourceEntry:
    result = run.result
    return SourceEntry(
        name=run.name,
        status=run.status,
        error=run.error,
        seconds=round(run.seconds, 3),
        files=[
            FileEntry(
                path=str(file.path),
                bytes=file.bytes,
                sha256=file.sha256,
                read=file.read,
                accepted=file.accepted,
                rejected=dict(file.rejected),
                notes=list(file.notes),
                error=file.error,
            )
            for file in (result.files if result else ())
        ],
        read=result.read if result else 0,
        accepted=result.accepted if result else 0,
        rejected=result.rejected if result else {},
        tables={name: data.num_rows for name, data in tables.items()},
    )


def _state(name: str, given: Sequence[tuple[str, pa.Table]], entries: Sequence[SourceEntry]) -> TableState:
    failed = [entry for entry in entries if entry.status == "failed" and name in PROVIDES.get(entry.name, ())]
    sources = ", ".join(dict.fromkeys(source for source, _ in given))
    if any(data.num_rows for _, data in given):
        errors = "; ".join(f"{entry.name}: {entry.error}" for entry in failed)
        return TableState(state="ready", source=sources, error=errors or None)
    if failed:
        return TableState(state="failed", source=failed[0].name, error=failed[0].error)
    return TableState(state="none", source=sources) if given else TableState(state="not_configured")


def _together(name: str, given: Sequence[tuple[str, pa.Table]], entries: list[SourceEntry]) -> pa.Table:
    if not given:
        return TABLES[name].empty()
    data = pa.concat_tables([part for _, part in given])
    if name in AVERAGED_LATER:
        return data
    repeated = _repeated_rows(data, TABLES[name].key)
    if not repeated:
        return data
    _record_duplicates(name, given, repeated, entries)
    is_kept = np.ones(data.num_rows, dtype=np.bool_)
    is_kept[repeated] = False
    return data.filter(pa.array(is_kept))


def _repeated_rows(data: pa.Table, key: Sequence[str]) -> list[int]:
    """Positions of rows whose key stood before; the first one stays."""
    columns = ", ".join(f'"{column}"' for column in key)
    with duckdb.connect(":memory:") as db:
        db.register("given", data.select(list(key)))
        if db.sql(f"SELECT DISTINCT {columns} FROM given").to_arrow_table().num_rows == data.num_rows:
            return []
        numbered = data.select(list(key)).append_column("number", pa.array(np.arange(data.num_rows)))
        db.register("numbered", numbered)
        answer = db.sql(
            "SELECT number FROM (SELECT number, ROW_NUMBER() OVER "
            f"(PARTITION BY {columns} ORDER BY number) AS place FROM numbered) WHERE place > 1 ORDER BY number"
        ).to_arrow_table()
    return [int(number) for number in answer["number"].to_pylist()]


def _record_duplicates(
    name: str, given: Sequence[tuple[str, pa.Table]], repeated: Sequence[int], entries: list[SourceEntry]
) -> None:
    start = 0
    counts: dict[str, int] = {}
    for source, data in given:
        end = start + data.num_rows
        counts[source] = counts.get(source, 0) + sum(start <= number < end for number in repeated)
        start = end
    for position, entry in enumerate(entries):
        if counts.get(entry.name):
            duplicates = {**entry.duplicates, name: counts[entry.name]}
            entries[position] = entry.model_copy(update={"duplicates": duplicates})
