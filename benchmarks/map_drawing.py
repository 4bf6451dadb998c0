"""A hundred thousand points on the map, moved and zoomed by hand."""

from __future__ import annotations

import time
from collections.abc import Callable
from statistics import median

from playwright.sync_api import Browser, Page

from benchmarks.chromium import SIZE, open_page
from benchmarks.measure import Measure, of

POINTS = 100_000
INJECT = """(n) => {
  let seed = 7; const random = () => (seed = (seed * 16807) % 2147483647) / 2147483647;
  const lon = new Float32Array(n), lat = new Float32Array(n), shown = new Uint32Array(n);
  for (let i = 0; i < n; i++) { lon[i] = 104 + 17 * random(); lat[i] = 28 + 13 * random(); shown[i] = i; }
  const view = lookout.situationMap.view();
  view.setEnterprises({ lon, lat, shown }); view.setVisible({ enterprises: true });
  return lookout.situationMap.painted(); }"""
FRAMES = """() => { const seen = []; let on = true;
  const step = (t) => { seen.push(t); if (on) requestAnimationFrame(step); };
  requestAnimationFrame(step); window.lookoutFrames = () => { on = false; return seen; }; }"""
REDRAW = """async () => { const view = lookout.situationMap.view(); const out = { base: [], data: [] };
  for (let i = 0; i < 9; i++) { view.redraw(); await lookout.situationMap.painted();
    const s = view.stats.lastDrawMs; out.base.push(s.base); out.data.push(s.data); }
  return out; }"""


def measure_map(browser: Browser, url: str) -> list[Measure]:
    """Frames a second while the map is dragged and zoomed, and the time of one whole drawing."""
    page = browser.new_context(viewport=SIZE, locale="zh-CN").new_page()
    open_page(page, url)
    page.evaluate(INJECT, POINTS)
    page.wait_for_timeout(500)
    draws = page.evaluate(REDRAW)
    pans = [frames(page, drag) for _ in range(3)]
    zooms = [frames(page, wheel) for _ in range(3)]
    hover = hover_ms(page)
    page.context.close()
    many = f"{POINTS:,} points, software rendering"
    return [
        Measure(
            "pan",
            median(fps for fps, _ in pans),
            "frames/s",
            30,
            True,
            f"{many}; longest frame {max(w for _, w in pans):.0f} ms",
        ),
        Measure(
            "zoom by wheel",
            median(fps for fps, _ in zooms),
            "frames/s",
            30,
            True,
            f"longest frame {max(w for _, w in zooms):.0f} ms",
        ),
        of("draw ground and lines", draws["base"]),
        of("draw points, cells and marks", draws["data"]),
        of("find what is under the pointer", hover, note="200 positions"),
    ]


def frames(page: Page, move: Callable[[Page], object]) -> tuple[float, float]:
    """Frames a second and the longest frame while `move` runs."""
    page.evaluate(FRAMES)
    move(page)
    seen = page.evaluate("() => window.lookoutFrames()")
    gaps = [b - a for a, b in zip(seen, seen[1:], strict=False)]
    page.wait_for_timeout(700)
    return 1000 * len(gaps) / (seen[-1] - seen[0]), max(gaps)


def centre(page: Page) -> tuple[float, float]:
    box = page.locator("#situation-map").bounding_box() or {"x": 0, "y": 0, "width": 800, "height": 600}
    return box["x"] + box["width"] * 0.55, box["y"] + box["height"] * 0.5


def drag(page: Page) -> None:
    x, y = centre(page)
    page.mouse.move(x, y)
    page.mouse.down()
    end = time.monotonic() + 1.5
    step = 0
    while time.monotonic() < end:
        step += 1
        page.mouse.move(x + 160 * (1 - abs(1 - (step % 80) / 40)), y + 60 * (1 - abs(1 - (step % 40) / 20)))
        time.sleep(0.006)
    page.mouse.up()


def wheel(page: Page) -> None:
    page.mouse.move(*centre(page))
    for delta in (-240, -240, 240, 240):
        page.mouse.wheel(0, delta)
        page.wait_for_timeout(320)


def hover_ms(page: Page) -> list[float]:
    script = """() => { const view = lookout.situationMap.view(); const out = []; view.pick(500, 300);
      for (let i = 0; i < 200; i++) { const t = performance.now();
        view.pick(300 + 3 * i, 200 + i); out.push(performance.now() - t); } return out; }"""
    return page.evaluate(script)
