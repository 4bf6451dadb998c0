"""A build from beginning to end: sources, places, cells, the SQL steps, the snapshot. The order, nothing else."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NamedTuple

import pyarrow as pa

from fusion import __version__
from fusion.accounts import catalogue_table, file_table, no_staged_days, reject_table
from fusion.cells import enterprise_counties, grid_cells
from fusion.config import Config
from fusion.engine import Engine
from fusion.errors import FusionError
from fusion.grid import GRID_VERSION
from fusion.hotspots import hotspot_parameters
from fusion.layout import FORMAT_VERSION, TABLES
from fusion.manifest import Boundary, Manifest, TableEntry, Title
from fusion.origin import boundary_origin
from fusion.outlines import pack_outlines
from fusion.places import number_places
from fusion.publish import publish
from fusion.reckoning import latest_time, left_out
from fusion.snapshot import Snapshot
from fusion.sources import Gathered, gather
from fusion.words import reference_tables

log = logging.getLogger(__name__)

Progress = Callable[[str, int, int], None]


class Step(NamedTuple):
    """One file of `fusion/sql`: which snapshot table it becomes, and what isn't needed after it."""

    name: str
    becomes: str = ""
    frees: tuple[str, ...] = ()


STEPS = (
    Step("category_days", "category_days"),
    Step("categories", "categories"),
    Step("category_samples", "category_samples"),
    Step("place_groups", "place_groups"),
    Step("rounds_numbered", "rounds"),
    Step("teams_numbered", "teams"),
    Step("enterprises_numbered", "enterprises"),
    Step("grid_days", frees=("satellite_grid",)),
    Step("coverage", "coverage"),
    Step("city_thresholds"),
    Step("hotspots_satellite", frees=("grid_days",)),
    Step("hotspots_fire"),
    Step("hotspots", "hotspots"),
    Step("clue_states"),
    Step("clues_numbered", "clues"),
    Step("clue_events_numbered", "clue_events"),
    Step("checks", "checks"),
    Step("problems_numbered", "problems"),
    Step("emission_daily", "emission_daily", frees=("emission_series",)),
    Step("ambient_daily", "ambient_daily"),
)
OTHER_STAGES = 4


def build(config: Config, root: Path, progress: Progress = lambda *_: None, now: datetime | None = None) -> Snapshot:
    """A new snapshot of the sources of `config`, published under `root` and current from now on.

    Raises  FusionError, with CURRENT as it was
    """
    return _Build(config, progress).publish(root, now or datetime.now(UTC))


class _Build:
    def __init__(self, config: Config, progress: Progress) -> None:
        self._config = config
        self._progress = progress
        self._total = len(config.sources) + len(STEPS) + OTHER_STAGES
        self._done = 0
        self._seconds: dict[str, float] = {}
        self._tables: dict[str, pa.Table] = {}
        self._parameters = hotspot_parameters()

    def publish(self, root: Path, now: datetime) -> Snapshot:
        gathered = gather(self._config, self._next)
        self._seconds |= {f"source {entry.name}": entry.seconds for entry in gathered.entries}
        with Engine(self._config.lookout.memory_limit, self._config.lookout.threads) as engine:
            self._place(gathered, engine)
            as_of = self._config.lookout.as_of or latest_time(engine, now)
            missing = left_out(engine)
            self._run_steps(gathered, engine, as_of)

        def describe(snapshot_id: str, entries: dict[str, TableEntry]) -> Manifest:
            self._seconds["write tables"] = round(time.perf_counter() - started, 3)
            return self._manifest(gathered, missing, {"id": snapshot_id, "tables": entries, "as_of": as_of, "now": now})

        self._next("publish")
        started = time.perf_counter()
        return publish(root, self._tables, describe, now, self._config.lookout.keep)

    def _place(self, gathered: Gathered, engine: Engine) -> None:
        with self._stage("places"):
            places = number_places(gathered.tables.pop("regions"))
            self._tables |= {"places": places.table, **reference_tables()}
            self._tables |= {"source_files": file_table(gathered.runs), "rejects": reject_table(gathered.runs)}
        with self._stage("outlines"):
            self._tables["geometry"] = pack_outlines(places, gathered.tables.pop("boundary_lines"))
        for name, data in (gathered.tables | self._tables).items():
            engine.register(name, data)
        engine.register("catalogue", catalogue_table())
        engine.register("staged_days", no_staged_days())
        with self._stage("cells"):
            cells = grid_cells(engine, places)
            engine.register("points", cells.points)
            engine.register("cells", cells.cells)
            engine.register("counties", places.county_cities())
            engine.register("enterprise_counties", enterprise_counties(gathered.tables["enterprises"], places))
            engine.register("hotspot_products", self._parameters.products)

    def _run_steps(self, gathered: Gathered, engine: Engine, as_of: datetime) -> None:
        numbers = self._parameters
        values: dict[str, Any] = {
            "percentile": numbers.percentile,
            "median_ratio": numbers.median_ratio,
            "window_days": numbers.window_days,
            "as_of": as_of,
        }
        for step in STEPS:
            with self._stage(step.name):
                engine.run(step.name, values)
                if step.becomes:
                    _refuse_duplicates(engine, step)
                    self._tables[step.becomes] = engine.table(step.name)
                for name in step.frees:
                    engine.forget(name)
                    gathered.tables.pop(name, None)

    def _manifest(self, gathered: Gathered, missing: dict[str, int], known: dict[str, Any]) -> Manifest:
        config = self._config
        title, review_no = boundary_origin(config)
        return Manifest(
            format_version=FORMAT_VERSION,
            id=known["id"],
            built_at=known["now"].astimezone(UTC).isoformat(timespec="seconds"),
            as_of=known["as_of"].isoformat(timespec="seconds"),
            is_synthetic=config.lookout.is_synthetic or "campaign" in config.listed,
            title=Title(zh=config.lookout.title.zh, en=config.lookout.title.en),
            grid_version=GRID_VERSION,
            code_version=__version__,
            tables=known["tables"],
            sources=gathered.entries,
            states=gathered.states,
            boundary=Boundary(source=title, review_no=review_no),
            left_out=missing,
            seconds=self._seconds,
            parameters={"hotspots": self._parameters.raw},
        )

    def _next(self, what: str) -> None:
        self._progress(what, self._done, self._total)
        self._done += 1

    @contextmanager
    def _stage(self, name: str) -> Iterator[None]:
        self._next(name)
        started = time.perf_counter()
        yield
        self._seconds[name] = round(time.perf_counter() - started, 3)
        log.info("stage=%s seconds=%.3f", name, self._seconds[name])


def _refuse_duplicates(engine: Engine, step: Step) -> None:
    key = TABLES[step.becomes].key
    repeated = engine.count_duplicates(step.name, key)
    if repeated:
        raise FusionError(
            f"snapshot table {step.becomes}: {repeated} rows repeat the key {', '.join(key)}",
            "rounds that overlap, or a place listed twice, can cause this",
        )
