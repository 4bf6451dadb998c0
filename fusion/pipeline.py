"""A build from beginning to end: sources, places, cells, the SQL steps, the snapshot. The order, nothing else."""

from __future__ import annotations

import logging
import time
import tomllib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import partial
from importlib import resources
from pathlib import Path
from typing import Any, NamedTuple

import pyarrow as pa

from fusion import __version__
from fusion.accounts import catalogue_table, file_table, reject_table
from fusion.cells import enterprise_counties, grid_cells
from fusion.config import Config
from fusion.engine import Engine, step_sql
from fusion.errors import FusionError
from fusion.evidence import STEPS as EVIDENCE_STEPS
from fusion.evidence import evidence_methods, evidence_raw, evidence_values
from fusion.findings import Judge
from fusion.fingerprints import Fingerprints
from fusion.given import MADE, provide
from fusion.grid import GRID_VERSION
from fusion.hotspots import hotspot_parameters
from fusion.judging import all_findings, answers, one_a_clue, raised
from fusion.kept import FOLDER as KEPT
from fusion.kept import Kept, sweep
from fusion.layout import FORMAT_VERSION, TABLES
from fusion.manifest import Boundary, Manifest, TableEntry, Title
from fusion.one_builder import only_builder
from fusion.origin import boundary_origin
from fusion.outlines import pack_outlines
from fusion.places import number_places
from fusion.positions import positions_to_fix
from fusion.publish import publish
from fusion.reckoning import latest_time, left_out
from fusion.ring_test import ring_days
from fusion.rule_tables import rule_tables
from fusion.rulebook import load_rules
from fusion.side_by_side import meanwhile
from fusion.snapshot import Snapshot
from fusion.sources import Gathered, gather
from fusion.spark_choice import engine_of
from fusion.store import Store
from fusion.stored import staged_days, staged_files, staged_rejects, staged_samples, store_entry
from fusion.words import reference_tables

log = logging.getLogger(__name__)

Progress = Callable[[str, int, int], None]


class Answered(NamedTuple):
    """What the rules found: on each earlier evening, and what each of them answered on this one."""

    earlier: list[pa.Table]
    now: list[pa.Table]


class Step(NamedTuple):
    """One file of `fusion/sql`: which snapshot table it becomes, and what isn't needed after it."""

    name: str
    becomes: str = ""
    frees: tuple[str, ...] = ()
    made_by: Callable[[Engine], pa.Table] | None = None  # where SQL can't say it
    waits: bool = False  # for what the rules find; the others are run while they are asked


STEPS = (
    Step("category_days", "category_days"),
    Step("categories", "categories"),
    Step("category_samples", "category_samples"),
    Step("place_groups", "place_groups"),
    Step("rounds_numbered", "rounds"),
    Step("teams_numbered", "teams"),
    Step("enterprises_numbered", "enterprises"),
    Step("grid_days"),
    Step("coverage", "coverage"),
    Step("city_thresholds"),
    Step("hotspots_satellite"),
    Step("ring_days", made_by=ring_days),
    Step("hotspots_fire"),
    Step("hotspots", "hotspots"),
    Step("clue_states"),
    Step("emission_daily", "emission_daily"),
    Step("ambient_daily", "ambient_daily"),
    Step("clues_found", waits=True, frees=("satellite_grid", "emission_series")),  # now that the rules have read them
    Step("clues_all", waits=True),
    Step("clues_numbered", "clues", waits=True),
    Step("push_plan", "push_plan", waits=True),
    Step("supervision", "supervision", waits=True),
    Step("clue_events_numbered", "clue_events", waits=True),
    Step("checks", "checks", waits=True),
    Step("problems_numbered", "problems", waits=True),
)
OTHER_STAGES = 11
BOARDS = ("incineration/incineration_days", "incineration/incineration_outlet_days", "land/land_patches")
EVIDENCE = ("evidence_series", "evidence_kinds")
DOSSIER = ("dossier_chosen", "dossier_days", "dossier_power", "dossier_hours", "dossier_facts", "dossier_alerts")
PLACED = "SELECT enterprise_id, county_adcode, lon_deg, lat_deg FROM enterprises"


def build(config: Config, root: Path, progress: Progress = lambda *_: None, now: datetime | None = None) -> Snapshot:
    """A new snapshot of the sources of `config`, published under `root` and current from now on.

    Raises  FusionError, with CURRENT as it was; also where another build is at work under `root`
    """
    with only_builder(root):
        return _Build(config, root, progress).publish(root, now or datetime.now(UTC))


class _Build:
    def __init__(self, config: Config, root: Path, progress: Progress) -> None:
        self._config = config
        self._kept = root / KEPT
        self._used: set[str] = set()
        self._progress = progress
        self._total = len(config.sources) + len(STEPS) + OTHER_STAGES + len(config.lookout.judged_on)
        self._done = 0
        self._seconds: dict[str, float] = {}
        self._tables: dict[str, pa.Table] = {}
        self._parameters = hotspot_parameters()
        self._store = Store(config.store)
        self._rules = load_rules(config.rules)
        self._push = tomllib.loads(resources.files("fusion").joinpath("push.toml").read_text("utf-8"))

    def publish(self, root: Path, now: datetime) -> Snapshot:
        gathered = gather(self._config, self._next)
        self._seconds |= {f"source {entry.name}": entry.seconds for entry in gathered.entries}
        with self._engine() as engine:
            judge = self._provide(gathered, engine, now)
            tables = self._know(gathered)
            with meanwhile(judge, partial(self._ask_rules, gathered, tables)) as answered:
                self._place(gathered, engine, self._keeping(tables, judge.times["as_of"]))
                as_of = self._config.lookout.as_of or self._store.end() or latest_time(engine, now)
                missing = left_out(engine)
                self._run_steps(gathered, engine, as_of, waiting=False)
                self._take_findings(answered, engine, judge)
            self._run_steps(gathered, engine, as_of, waiting=True)
            self._show_evidence(engine, judge)
            self._fill_boards(engine, judge)
            self._write_dossiers(engine, judge)

        def describe(snapshot_id: str, entries: dict[str, TableEntry]) -> Manifest:
            self._seconds["write tables"] = round(time.perf_counter() - started, 3)
            return self._manifest(gathered, missing, {"id": snapshot_id, "tables": entries, "as_of": as_of, "now": now})

        self._next("publish")
        started = time.perf_counter()
        published = publish(root, self._tables, describe, now, self._config.lookout.keep)
        sweep(self._kept, self._used)
        return published

    def _know(self, gathered: Gathered) -> Fingerprints:
        """What all tables hold, told before any of them is judged."""
        with self._stage("fingerprints"):
            return Fingerprints(self._store, gathered, self._config.lookout.threads)

    def _keeping(self, tables: Fingerprints, as_of: datetime) -> Kept:
        return Kept(self._kept, tables.at(as_of), self._used)

    def _provide(self, gathered: Gathered, engine: Engine, now: datetime) -> Judge:
        """All tables, and what the store tells of itself."""
        with self._stage("store"):
            started = time.perf_counter()
            as_of = self._config.lookout.as_of or self._store.end() or now.replace(tzinfo=None)
            judge = provide(engine, gathered, self._store, as_of)
            judge.need(MADE)
            engine.register("staged_days", staged_days(self._store))
            engine.register("staged_samples", staged_samples(self._store, engine))
            files, rejects = staged_files(self._store), staged_rejects(self._store, engine)
            self._tables["source_files"] = pa.concat_tables([file_table(gathered.runs), files])
            self._tables["rejects"] = pa.concat_tables([reject_table(gathered.runs), rejects])
            if self._store.folder:
                gathered.entries.append(store_entry(self._store, time.perf_counter() - started))
        return judge

    def _ask_rules(self, gathered: Gathered, tables: Fingerprints, judge: Judge) -> Answered:
        """What the rules find on every evening asked for; without a store there is nothing to judge."""
        if not self._store.folder:
            return Answered([], [])
        earlier = []
        for evening in self._config.lookout.judged_on:
            with self._timed(f"rules {evening:%m-%d}"), self._engine() as engine:
                then = provide(engine, gathered, self._store, evening)
                earlier.append(all_findings(engine, then, self._rules, self._keeping(tables, evening)))
        with self._timed("rules"):
            kept = self._keeping(tables, judge.times["as_of"])
            return Answered(earlier, answers(judge, self._rules, kept))

    def _take_findings(self, answered: Callable[[], Answered], engine: Engine, judge: Judge) -> None:
        """The findings of all evenings, once the rules have answered."""
        for evening in self._config.lookout.judged_on:
            self._next(f"rules {evening:%m-%d}")
        self._next("rules")
        found = answered()
        self._tables["findings"] = raised(
            [*found.earlier, one_a_clue(engine, self._rules, found.now, judge.times["as_of"])]
        )
        self._tables |= rule_tables(self._rules, self._tables["findings"], self._config.truth)
        for name in ("findings", "rules"):
            engine.register(name, self._tables[name])

    def _show_evidence(self, engine: Engine, judge: Judge) -> None:
        """What each finding was seen in, and what the other kinds of data say of it."""
        with self._stage("evidence"):
            self._tables["evidence_methods"] = evidence_methods()
            for name in (*EVIDENCE_STEPS, *EVIDENCE):
                judge.make(name, step_sql(f"evidence/{name}"), evidence_values())
            self._tables |= {name: engine.table(name) for name in EVIDENCE}

    def _write_dossiers(self, engine: Engine, judge: Judge) -> None:
        """What the page of one enterprise tells."""
        with self._stage("dossiers"):
            for name in DOSSIER:
                judge.make(name, step_sql(f"dossier/{name}"))
                if name in TABLES:
                    self._tables[name] = engine.table(name)

    def _fill_boards(self, engine: Engine, judge: Judge) -> None:
        """Waste incinerators by day, with the numbers of the rules about them, and the list of bare ground."""
        with self._stage("boards"):
            values: dict[str, Any] = {}
            for rules in (load_rules(), self._rules):  # a rule of the user's own may lack a number of the built-in one
                values |= rules["R17"].values() | rules["R18"].values()
            for step in BOARDS:
                name = step.rpartition("/")[2]
                judge.make(name, step_sql(step), values)
                self._tables[name] = engine.table(name)

    def _engine(self) -> Engine:
        asked = self._config.lookout
        if asked.engine == "spark":
            return engine_of("spark", master=asked.spark_master, scratch=asked.spark_scratch)()
        return Engine(asked.memory_limit, asked.threads)

    def _place(self, gathered: Gathered, engine: Engine, kept: Kept) -> None:
        with self._stage("places"):
            places = number_places(gathered.tables["regions"])
            self._tables |= {"places": places.table, **reference_tables()}
        with self._stage("outlines"):
            self._tables["geometry"] = pack_outlines(places, gathered.tables["boundary_lines"])
        for name, data in self._tables.items():
            engine.register(name, data)
        engine.register("catalogue", catalogue_table())
        with self._stage("positions"):
            regions = gathered.tables["regions"]
            self._tables["positions_to_fix"] = kept.answer(
                "positions", {}, lambda: (positions_to_fix(engine, regions), ("enterprises", "regions"))
            )
        with self._stage("cells"):
            cells = grid_cells(engine, places)
            engine.register("points", cells.points)
            engine.register("cells", cells.cells)
            engine.register("counties", places.county_cities())
            engine.register("enterprise_counties", enterprise_counties(engine.query(PLACED), places))
            engine.register("hotspot_products", self._parameters.products)

    def _run_steps(self, gathered: Gathered, engine: Engine, as_of: datetime, *, waiting: bool) -> None:
        numbers = self._parameters
        values: dict[str, Any] = {
            "percentile": numbers.percentile,
            "median_ratio": numbers.median_ratio,
            "window_days": numbers.window_days,
            "as_of": as_of,
            **self._push,
        }
        for step in (one for one in STEPS if one.waits == waiting):
            with self._stage(step.name):
                if step.made_by:
                    engine.register(step.name, step.made_by(engine))
                else:
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
            parameters={"hotspots": self._parameters.raw, "push": self._push, "evidence": evidence_raw()},
        )

    def _next(self, what: str) -> None:
        self._progress(what, self._done, self._total)
        self._done += 1

    @contextmanager
    def _stage(self, name: str) -> Iterator[None]:
        self._next(name)
        with self._timed(name):
            yield

    @contextmanager
    def _timed(self, name: str) -> Iterator[None]:
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
