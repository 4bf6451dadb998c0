"""`python -m benchmarks.one_more_day [--scale 0.1] [--folder DIR]`: a whole build, one more day, what each rule costs.

The campaign is made and staged into DIR (a temporary folder without it), built without its last day, then with that
day, then again from nothing. Of each rule the time of its questions, its inputs made before, is held against a bare
scan of the columns it names, in the tables it and its inputs name. Cores' time hardly minds what else the machine does.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from statistics import median

from benchmarks.measure import Measure, plain
from benchmarks.serving import REPOSITORY
from data_adapters.catalogue import table
from data_adapters.store.demo import CAMPAIGN, Plan, demo_store
from fusion.config import full_demo_config
from fusion.engine import Engine
from fusion.findings import Judge
from fusion.given import provide
from fusion.rulebook import Rule, load_rules
from fusion.sources import gather
from fusion.store import Store

WHOLE_S, DAY_S, PEAK_GIB, SCAN_X = 300.0, 30.0, 6.0, 3.0
GIB = 1024**2  # ru_maxrss counts KiB
BUILD = """
import sys
from datetime import datetime
from pathlib import Path
from fusion.config import full_demo_config
from fusion.pipeline import build
store, campaign, root, *evenings = sys.argv[1:]
build(full_demo_config(Path(store), Path(campaign), tuple(map(datetime.fromisoformat, evenings))), Path(root))
"""


def main() -> None:
    """Print the measures beside their budgets; nothing is asserted."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.one_more_day", description=__doc__)
    parser.add_argument("--scale", type=float, default=1.0, help="of the campaign: 1 is 18,090,166 records")
    parser.add_argument("--folder", type=Path, help="where the campaign lies, or is made")
    asked = parser.parse_args()
    print(plain(measure_day(asked.scale, asked.folder)))  # noqa: T201 - a command line


def measure_day(scale: float = 1.0, folder: Path | None = None) -> list[Measure]:
    """Builds and rules at a scale; n=1."""
    with tempfile.TemporaryDirectory() as work:
        plan = Plan(scale)
        made = folder or Path(work)
        store = demo_store(made, plan)
        places = store, made / CAMPAIGN
        return [*_builds(places, plan, Path(work)), *_rules(places, plan)]


def _builds(places: tuple[Path, Path], plan: Plan, work: Path) -> Iterator[Measure]:
    *earlier, now = plan.evenings
    store = work / "copy"
    shutil.copytree(places[0], store, copy_function=os.link)
    copied = store, places[1]
    with _aside(store, now.date().isoformat(), work / "aside"):
        yield from _built("all but the last day", copied, work / "daily", (*earlier, now - timedelta(days=1)))
    yield from _built("one more day", copied, work / "daily", (*earlier, now), DAY_S)
    yield from _built("the same again", copied, work / "daily", (*earlier, now))
    yield from _built("a whole build", copied, work / "whole", (*earlier, now), WHOLE_S)


@contextmanager
def _aside(store: Path, day: str, away: Path) -> Iterator[None]:
    """The parts of a day are not there."""
    moved = {path: away / path.relative_to(store) for path in store.rglob(f"day={day}")}
    for path, to in moved.items():
        to.parent.mkdir(parents=True, exist_ok=True)
        path.rename(to)
    yield
    for path, to in moved.items():
        to.rename(path)


def _built(
    what: str, places: tuple[Path, Path], root: Path, evenings: tuple[datetime, ...], budget: float | None = None
) -> Iterator[Measure]:
    words = [str(one) for one in (*places, root)] + [one.isoformat() for one in evenings]
    started = time.perf_counter()
    process = subprocess.Popen([sys.executable, "-c", BUILD, *words], cwd=REPOSITORY)
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise RuntimeError(f"the build of {what} ended with code {process.returncode}")
    manifest = json.loads((root / (root / "CURRENT").read_text().strip() / "manifest.json").read_text("utf-8"))
    slowest = sorted(manifest["seconds"].items(), key=lambda pair: -pair[1])[:4]
    note = ", ".join(f"{name} {seconds:.1f}" for name, seconds in slowest)
    yield Measure(what, time.perf_counter() - started, "s", budget, note=note)
    yield Measure(f"{what}, cores' time", usage.ru_utime + usage.ru_stime, "core-s")
    yield Measure(f"{what}, peak memory", usage.ru_maxrss / GIB, "GiB", PEAK_GIB)


def _rules(places: tuple[Path, Path], plan: Plan) -> list[Measure]:
    config = full_demo_config(*places, plan.evenings)
    store = Store(config.store)
    ratios = {}
    measures = []
    with Engine(config.lookout.memory_limit, config.lookout.threads) as engine:
        judge = provide(engine, gather(config, lambda *_: None), store, plan.evenings[-1])
        for name, rule in load_rules().items():
            judge.find(rule, rule.values())  # what it takes beside its own questions is made now
            asked, scanned = _core_s(lambda rule=rule: judge.find(rule, rule.values())), _scan(engine, store, judge)
            ratios[name] = asked / scanned
            measures.append(Measure(f"{name} over a bare scan", ratios[name], "x", note=_note(rule, asked, scanned)))
    middle = Measure("all rules: median over a bare scan", median(ratios.values()), "x", SCAN_X)
    in_sql = [ratios[name] for name, rule in load_rules().items() if rule.sql]
    return [middle, Measure("rules in SQL: median over a bare scan", median(in_sql), "x", SCAN_X), *measures]


def _scan(engine: Engine, store: Store, judge: Judge) -> float:
    """Cores' time of reading, in every table of the store a rule and its inputs name, the columns they name."""
    total = 0.0
    words = judge.words
    for name in sorted(words & store.codes.keys()):
        columns = [one.name for one in table(name).columns if one.name in words]
        text = f"SELECT {', '.join(f'MIN({one})' for one in columns) or 'COUNT(*)'} FROM {name}"
        total += _core_s(lambda text=text: engine.query(text))
    return max(total, 0.001)


def _core_s(ask: Callable[[], object]) -> float:
    """The smaller of two times: the first may wait for the disk."""
    times = []
    for _ in range(2):
        busy = time.process_time()
        ask()
        times.append(time.process_time() - busy)
    return min(times)


def _note(rule: Rule, asked: float, scanned: float) -> str:
    return f"{asked:.2f} over {scanned:.2f} core-s{'' if rule.sql else ', with its Python'}"


if __name__ == "__main__":
    main()
