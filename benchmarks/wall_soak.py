"""Three days of a wall in some minutes: `python -m benchmarks.wall_soak [--hours 72] [--write]`.

Scenes change as fast as they are painted, as often as they would in so many hours; every hour of it a snapshot is
published and somebody acts. Memory of browser (after a forced collection) and server is taken once such an hour; after
the first quarter, in which caches fill, a line is laid through each, and its slope is told with its 95 % bounds.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from statistics import linear_regression, mean, median

from playwright.sync_api import CDPSession, Page

from benchmarks.chromium import SIZE, chromium, settled, until
from benchmarks.serving import REPOSITORY, free_port, wait_for
from fusion.config import demo_config
from fusion.pipeline import build

CHART = REPOSITORY / "docs" / "wall-soak.svg"
KEPT = 4
WARM_UP = 1 / 4
# A scene of the built-in list stays so long on average.
DWELL_S = 47
# So many changes are asked for at once.
PART = 19
PATIENT = "poll_s = 1\ndwell_s = 3600\n"
# As in life: each scene is made ready before it is shown.
STEPS = (
    """async (n) => { for (let i = 0; i < n; i++) { await lookout.wall.makeReady(); await lookout.wall.step(1); } }"""
)
# Always on the same scene: one has more to it than another.
REST = "async () => { await lookout.wall.show('situation'); return lookout.wall.drawn().snapshot; }"
# Growth over the whole run that is still called flat, as a share of the median.
FLAT = 0.03
MONTH_H = 720
MB = 1e6


@dataclass
class Series:
    """One quantity by hour, in MB."""

    name: str
    hours: list[float] = field(default_factory=list)
    values: list[float] = field(default_factory=list)

    def add(self, hour: float, value: float) -> None:
        self.hours.append(hour)
        self.values.append(value / MB)

    def slope(self) -> tuple[float, float, float, float]:
        """Intercept, slope in MB an hour, and the bounds of the slope; the warm-up is left out."""
        first = int(len(self.hours) * WARM_UP)
        xs, ys = self.hours[first:], self.values[first:]
        line = linear_regression(xs, ys)
        rest = sum((y - line.intercept - line.slope * x) ** 2 for x, y in zip(xs, ys, strict=True))
        spread = sum((x - mean(xs)) ** 2 for x in xs)
        half = 1.96 * (rest / max(1, len(xs) - 2) / spread) ** 0.5
        return line.intercept, line.slope, line.slope - half, line.slope + half

    def told(self) -> str:
        _, slope, low, high = self.slope()
        span = self.hours[-1] - self.hours[0]
        grown = slope * span / median(self.values)
        verdict = "flat" if low <= 0 or grown <= FLAT else "GROWING"
        return (
            f"{self.name}: median {median(self.values):.1f} MB, slope {slope:+.4f} MB/h (95 % {low:+.4f} to "
            f"{high:+.4f}), {100 * grown:+.1f} % in {span:.0f} h, {slope * MONTH_H:+.1f} MB in 30 days: {verdict}"
        )


class Snapshots:
    """A folder in which one snapshot is published again and again under a new name."""

    def __init__(self, folder: Path) -> None:
        self.root = folder / "snapshots"
        build(demo_config("tiny"), self.root)
        self._first = self.root / (self.root / "CURRENT").read_text().strip()
        self._made: list[Path] = []

    def publish(self, number: int) -> str:
        name = f"20230622T{number:06d}Z-{number:08x}"
        target = self.root / name
        target.mkdir()
        for file in self._first.iterdir():
            if file.is_file() and file.name != "manifest.json":
                os.link(file, target / file.name)
        manifest = json.loads((self._first / "manifest.json").read_text("utf-8"))
        (target / "manifest.json").write_text(json.dumps(manifest | {"id": name}), "utf-8")
        beside = self.root / ".next"
        beside.write_text(f"{name}\n")
        beside.replace(self.root / "CURRENT")
        self._made.append(target)
        for old in self._made[:-KEPT]:
            for file in old.iterdir():
                file.unlink()
            old.rmdir()
        self._made = self._made[-KEPT:]
        return name


@contextmanager
def wall_server(folder: Path, root: Path, lives: str = PATIENT) -> Iterator[tuple[str, int]]:
    """The address and the process of a server with a wall of all scenes; `lives` are the first lines of its list."""
    playlist = folder / "wall.toml"
    kinds = ("situation", "voc", "incineration", "supervision", "loop", "sources")
    scenes = "".join(f'[[scene]]\nkind = "{kind}"\n' for kind in kinds)
    playlist.write_text(f'{lives}{scenes}[[scene]]\nkind = "region"\nregion = "each"\n')
    port = free_port()
    told = {"LOOKOUT_WALL": str(playlist), "LOOKOUT_CASEBOOK": f"sqlite:///{folder}/casebook.db"}
    command = [sys.executable, "app.py", "--snapshots", str(root), "--port", str(port)]
    quiet = subprocess.DEVNULL
    process = subprocess.Popen(command, cwd=REPOSITORY, stdout=quiet, stderr=quiet, env=os.environ | told)
    try:
        url = f"http://127.0.0.1:{port}"
        wait_for(f"{url}/healthz", process)
        yield url, process.pid
    finally:
        process.terminate()
        process.wait(10)


def act(url: str, clue_id: str) -> None:
    """Somebody says a word about a clue: an event that every wall has to count in."""
    body = json.dumps({"text": "seen"}).encode()
    request = urllib.request.Request(f"{url}/work/clues/{clue_id}/comment", body, {"Content-Type": "application/json"})
    with urllib.request.urlopen(request, timeout=30):
        return


def some_clue(url: str) -> str:
    with urllib.request.urlopen(f"{url}/work/clues.json?view=all&end=1", timeout=30) as answer:
        clue_id: str = json.load(answer)["rows"][0]["clue_id"]
    return clue_id


def heap(cdp: CDPSession) -> float:
    cdp.send("HeapProfiler.collectGarbage")
    return float(cdp.send("Runtime.getHeapUsage")["usedSize"])


def kept(cdp: CDPSession) -> dict[str, int]:
    """What a page forgets when it does not clear up behind itself."""
    counted = {one["name"]: one["value"] for one in cdp.send("Performance.getMetrics")["metrics"]}
    return {name: int(counted[name]) for name in ("Nodes", "JSEventListeners", "Documents")}


def resident(pid: int) -> float:
    text = Path(f"/proc/{pid}/status").read_text()
    return 1024 * float(next(line for line in text.splitlines() if line.startswith("VmRSS")).split()[1])


def rest(page: Page, name: str) -> None:
    """Bring the wall back to its first scene, of the snapshot `name`."""
    until(lambda: page.evaluate(REST).startswith(name))


def soak(page: Page, url: str, pid: int, snapshots: Snapshots, hours: int) -> tuple[list[Series], str]:
    """Memory by hour, and what was done."""
    cdp = page.context.new_cdp_session(page)
    cdp.send("Performance.enable")
    page.goto(f"{url}/wall")
    settled(page)
    page.evaluate("() => lookout.wall.pause(true)")
    series = [Series("browser heap"), Series("server resident")]
    marks: list[dict[str, int]] = []
    clue, changes, began = some_clue(url), 3600 // DWELL_S, time.monotonic()
    for hour in range(1, hours + 1):
        name = snapshots.publish(hour)
        act(url, clue)
        for left in range(changes, 0, -PART):
            page.evaluate(STEPS, min(PART, left))
        rest(page, name)
        series[0].add(hour, heap(cdp))
        series[1].add(hour, resident(pid))
        marks.append(kept(cdp))
    seconds = time.monotonic() - began
    return series, (
        f"{hours} h in {seconds / 60:.1f} min: {hours * changes} changes of scene, {hours} snapshots, {hours} events; "
        + ", ".join(f"{what} {marks[0][what]} to {marks[-1][what]}" for what in marks[0])
        + f"; load {os.getloadavg()[1]:.1f}"
    )


def chart(series: list[Series], note: str) -> str:
    """Both series and the line through each, over hours."""
    parts = []
    for row, one in enumerate(series):
        top, height, left, width = 60 + 190 * row, 130, 70, 800
        peak = 1.15 * max(one.values)
        x = [left + width * hour / one.hours[-1] for hour in one.hours]
        y = [top + height * (1 - value / peak) for value in one.values]
        dots = " ".join(f"{a:.1f},{b:.1f}" for a, b in zip(x, y, strict=True))
        start, slope, *_ = one.slope()
        ends = [one.hours[-1] * WARM_UP, one.hours[-1]]
        fit = [(left + width * h / one.hours[-1], top + height * (1 - (start + slope * h) / peak)) for h in ends]
        (x1, y1), (x2, y2) = fit
        parts += [
            f'<text x="{left}" y="{top - 12}" class="t">{one.told()}</text>',
            f'<path d="M{left} {top}V{top + height}H{left + width}" class="a"/>',
            f'<text x="{left - 8}" y="{top + height}" class="e">0</text>',
            f'<text x="{left - 8}" y="{top + 10}" class="e">{peak:.0f} MB</text>',
            f'<text x="{left + width}" y="{top + height + 18}" class="e">{one.hours[-1]:.0f} h</text>',
            f'<polyline points="{dots}" class="s"/>',
            f'<path d="M{x1:.1f} {y1:.1f}L{x2:.1f} {y2:.1f}" class="f"/>',
        ]
    style = (
        "text{font:13px sans-serif;fill:#43597a}.t{font-weight:600;fill:#10233f}.e{text-anchor:end}"
        ".a{fill:none;stroke:#9db3d2}.s{fill:none;stroke:#0b78b6;stroke-width:1.6}"
        ".f{stroke:#c9271b;stroke-width:2;stroke-dasharray:6 4}"
    )
    body = "\n".join(parts)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 940 440"><style>{style}</style>\n'
        f'<rect width="940" height="440" fill="#fff"/>\n<text x="70" y="24">{note}</text>\n{body}\n</svg>\n'
    )


def main() -> None:
    """Soak a wall and tell the slopes; `--write` draws the chart of docs/wall.md."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.wall_soak", description=__doc__)
    parser.add_argument("--hours", type=int, default=72, help="hours of a wall's life to compress")
    parser.add_argument("--write", action="store_true", help=f"write {CHART.name} into docs")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as name, chromium() as browser:
        folder = Path(name)
        snapshots = Snapshots(folder)
        with wall_server(folder, snapshots.root) as (url, pid):
            series, note = soak(browser.new_page(viewport=SIZE), url, pid, snapshots, asked.hours)
    print(note, *(one.told() for one in series), sep="\n", flush=True)  # noqa: T201 - a command line
    if asked.write:
        CHART.write_text(chart(series, note), "utf-8")


if __name__ == "__main__":
    main()
