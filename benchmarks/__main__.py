"""Measure the budgets and print them: `python -m benchmarks [--write] [--only PART] [--scale 10]`."""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path

from benchmarks.answering import measure_server
from benchmarks.building import measure_build
from benchmarks.category_ingest import measure_ingest
from benchmarks.chromium import NoBrowser, chromium
from benchmarks.data_floor import SCALES, measure_data
from benchmarks.filtering import measure_filtering
from benchmarks.hj212 import measure_hj212
from benchmarks.loading import largest_files, measure_loading
from benchmarks.map_drawing import measure_map
from benchmarks.measure import Measure, markdown, plain
from benchmarks.one_more_day import measure_day
from benchmarks.serving import server

RESULTS = Path(__file__).parent / "results.md"
IN_BROWSER = {"load": measure_loading, "filter": measure_filtering, "map": measure_map}
OVER_THE_DEMO = ("build", *IN_BROWSER, "server")
PARTS = (*OVER_THE_DEMO, "data", "hj212", "ingest", "rules")


def main() -> None:
    """Print a table of medians beside their budgets; nothing is asserted."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--write", action="store_true", help=f"also write {RESULTS.name} beside this program")
    parser.add_argument("--only", choices=PARTS, action="append", help="measure only this part; may be repeated")
    parser.add_argument("--files", action="store_true", help="list the largest files of a first load as well")
    parser.add_argument("--scale", type=float, action="append", default=[], help="data: also at this scale, as 10")
    asked = parser.parse_args()
    parts = set(asked.only or PARTS)
    measures = []
    if asked.files or parts & set(OVER_THE_DEMO):
        with tempfile.TemporaryDirectory() as folder:
            measures = run(Path(folder), parts, asked.files)
    measures += measure_data((*SCALES, *asked.scale)) if "data" in parts else []
    measures += measure_hj212() if "hj212" in parts else []
    measures += measure_ingest() if "ingest" in parts else []
    measures += measure_day() if "rules" in parts else []
    say(plain(measures))
    if asked.write:
        RESULTS.write_text(markdown(measures), "utf-8")


def run(out: Path, parts: set[str], is_listing: bool) -> list[Measure]:
    """The demo is built in any case: screen and server are measured over it."""
    built = measure_build(out)
    measures = built if "build" in parts else []
    with server(out) as url:
        try:
            with chromium() as browser:
                for name, measure in IN_BROWSER.items():
                    if name in parts:
                        measures += measure(browser, url)
                if is_listing:
                    say("\n".join(f"{size / 1000:8.1f} kB  {path}" for path, size in largest_files(browser, url)))
        except NoBrowser as error:
            print(f"benchmarks: {error}", file=sys.stderr)  # noqa: T201 - a command line
        if "server" in parts:
            measures += measure_server(url)
    return measures


def say(text: str) -> None:
    print(text, flush=True)  # noqa: T201 - a command line


if __name__ == "__main__":
    main()
