"""How long a wall takes to change its scene: `python -m benchmarks.wall_change SNAPSHOTS [--times 2]`.

The wall runs by itself, as it does on a screen: each scene stays eight seconds, asks for news every second, and the
next one is made ready before its turn. A change is measured by the page, from the moment it was due to the second
animation frame after all of the new scene was put in its place; the first frame has then been handed over to be shown.
Beside it stand the processor time the page's main thread spent, and how busy the machine was.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median

from playwright.sync_api import Browser, CDPSession

from benchmarks.chromium import chromium, settled
from benchmarks.wall_soak import wall_server

BUDGET_MS = 300
SIZES = ("1920x1080", "3840x2160", "5120x1440")
LIVES = "dwell_s = 8\npoll_s = 1\n"
# One list of what was measured since it was last asked; the page itself forgets its measures.
CHANGES = """() => { const found = performance.getEntriesByName('wall:scene').map(
  (one) => [one.detail.scene, one.duration, one.detail.isReady]); performance.clearMeasures(); return found; }"""
NAMES = "() => lookout.wall.drawn().scenes.map((scene) => scene.name)"
POLL_MS = 500
LONGEST_S = 20


@dataclass
class Changes:
    """The changes of one size of screen, in milliseconds by scene."""

    size: str
    by_scene: dict[str, list[float]] = field(default_factory=dict)
    unready: int = 0
    main_thread_share: float = 0
    busy_share: float = 0

    def told(self) -> list[str]:
        everything = sorted(one for ms in self.by_scene.values() for one in ms)
        over = sum(ms > BUDGET_MS for ms in everything)
        lines = [
            f"{self.size}: {len(everything)} changes, median {median(everything):.0f} ms, longest {everything[-1]:.0f}"
            f"; {over} over {BUDGET_MS} ms, {self.unready} not made ready before; main thread busy "
            f"{self.main_thread_share:.0%} of the time, machine {self.busy_share:.0%}"
        ]
        return lines + [f"  {name}: {', '.join(f'{one:.0f}' for one in ms)}" for name, ms in self.by_scene.items()]


def machine() -> tuple[float, float]:
    """Clock ticks of all processors, busy ones and all."""
    ticks = [int(one) for one in Path("/proc/stat").read_text().splitlines()[0].split()[1:9]]
    return sum(ticks) - ticks[3] - ticks[4], sum(ticks)


def main_thread_s(cdp: CDPSession) -> float:
    counted = {one["name"]: one["value"] for one in cdp.send("Performance.getMetrics")["metrics"]}
    return float(counted["TaskDuration"])


def watch(browser: Browser, url: str, size: str, times: int) -> Changes:
    """Let the wall run until every scene came `times` times."""
    width, height = (int(one) for one in size.split("x"))
    page = browser.new_page(viewport={"width": width, "height": height})
    cdp = page.context.new_cdp_session(page)
    cdp.send("Performance.enable")
    page.goto(f"{url}/wall")
    settled(page)
    found = Changes(size, {name: [] for name in page.evaluate(NAMES)})
    page.evaluate(CHANGES)
    began, spent, (busy, ticks) = time.monotonic(), main_thread_s(cdp), machine()
    end = began + times * LONGEST_S * len(found.by_scene)
    while min(map(len, found.by_scene.values())) < times and time.monotonic() < end:
        page.wait_for_timeout(POLL_MS)
        for name, ms, is_ready in page.evaluate(CHANGES):
            found.by_scene[name].append(ms)
            found.unready += not is_ready
    found.main_thread_share = (main_thread_s(cdp) - spent) / (time.monotonic() - began)
    busy_now, ticks_now = machine()
    found.busy_share = (busy_now - busy) / (ticks_now - ticks)
    page.context.close()
    return found


def main() -> None:
    """Measure every size asked for and tell each scene's changes; end with 1 where one took longer than the budget."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.wall_change", description=__doc__)
    parser.add_argument("snapshots", type=Path)
    parser.add_argument("--times", type=int, default=2, help="how often each scene has to come")
    parser.add_argument("--size", action="append", help=f"size of the screen; all of {', '.join(SIZES)} by default")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as name, chromium() as browser:
        with wall_server(Path(name), asked.snapshots, LIVES) as (url, _):
            found = [watch(browser, url, size, asked.times) for size in asked.size or SIZES]
    lines = [line for one in found for line in one.told()]
    load = f"load {os.getloadavg()[0]:.1f} on {os.cpu_count()} processors"
    sys.stdout.write("\n".join([*lines, load, ""]))
    if any(ms > BUDGET_MS for one in found for scene in one.by_scene.values() for ms in scene):
        raise SystemExit(1)


if __name__ == "__main__":
    main()
