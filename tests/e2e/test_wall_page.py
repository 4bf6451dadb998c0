"""The wall in a browser: every shape of screen, news that come by themselves, a server that goes and comes back."""

from __future__ import annotations

import re
import socket
import threading
from datetime import timedelta

import pytest
from snapshot_builders import doctored

from dashboard.accounts.store import Accounts
from dashboard.casebook.calendar import wall_clock
from dashboard.factory import create_app
from dashboard.serving import create_server
from dashboard.settings import Grant, Settings

ACCEPT = {"payload": {"opinion": "x", "excluded": ["bad_retrieval"], "severity": 2}, "version": 0}
SIZES = ((1920, 1080), (3840, 2160), (3840, 1080), (1080, 1920))
CHINESE = re.compile(r"[\u3400-\u9fff]")
# What sticks out of its box, what lies over its neighbour, what is too small: by the boxes the browser made.
FAULTS = """() => {
  const root = parseFloat(getComputedStyle(document.documentElement).fontSize);
  const faults = [];
  const seen = (n) => n.checkVisibility({visibilityProperty: true}) && !n.closest('.leaflet-container, svg');
  for (const n of document.querySelectorAll('.wall, .wall *')) {
    const style = getComputedStyle(n);
    if (!seen(n) || style.display === 'inline' || n.tagName === 'CANVAS' || !n.clientWidth) continue;
    /* Shortened with a sign that it is. */
    if (style.textOverflow === 'ellipsis') continue;
    const [wide, high] = [n.scrollWidth - n.clientWidth, n.scrollHeight - n.clientHeight];
    if (wide > 2 || high > 0.6 * root) faults.push(`cut ${n.className || n.tagName}: ${n.textContent.slice(0, 30)}`);
  }
  const areas = ['head', 'figures', 'map', 'tiles', 'side', 'strip', 'foot'].map((name) => `.wall-${name}`);
  const shown = areas.map((name) => document.querySelector(name)).filter((n) => n && seen(n));
  const boxes = shown.map((n) => [n.className, n.getBoundingClientRect()]);
  const meet = (x, y) => x.left < y.right - 1 && y.left < x.right - 1 && x.top < y.bottom - 1 && y.top < x.bottom - 1;
  for (const [a, x] of boxes) {
    const isOut = x.left < -1 || x.top < -1 || x.right > innerWidth + 1 || x.bottom > innerHeight + 1;
    if (isOut) faults.push(`outside ${a}`);
    for (const [b, y] of boxes) if (a < b && meet(x, y)) faults.push(`over each other ${a} ${b}`);
  }
  const walker = document.createTreeWalker(document.querySelector('.wall'), NodeFilter.SHOW_TEXT);
  for (let n = walker.nextNode(); n; n = walker.nextNode()) {
    if (!n.textContent.trim() || !seen(n.parentElement)) continue;
    const size = parseFloat(getComputedStyle(n.parentElement).fontSize);
    if (size < 0.009 * innerHeight) faults.push(`small ${size} ${n.textContent.slice(0, 30)}`);
  }
  return [...new Set(faults)];
}"""


class House:
    """A server that can be stopped and started again at one address."""

    def __init__(self, root, folder, **settings: object) -> None:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        self.app = create_app(Settings(snapshots=root, casebook=f"sqlite:///{folder}/casebook.db", **settings))
        self.url = f"http://127.0.0.1:{self.port}"
        self.start()

    def start(self) -> None:
        self._server = create_server(self.app.server, 6, socket.create_server(("127.0.0.1", self.port)))
        threading.Thread(target=self._server.run, daemon=True).start()

    def stop(self) -> None:
        self._server.close()
        for channel in list(self._server.active_channels.values()):
            channel.handle_close()
        self._server.task_dispatcher.shutdown()


@pytest.fixture(scope="module")
def playlist(tmp_path_factory: pytest.TempPathFactory):
    """The scenes that are built in, asked for news every second."""
    path = tmp_path_factory.mktemp("playlist") / "wall.toml"
    kinds = ("situation", "voc", "incineration", "supervision", "loop", "sources")
    scenes = "".join(f'[[scene]]\nkind = "{kind}"\n' for kind in kinds)
    path.write_text(f'dwell_s = 600\npoll_s = 3\n[[scene]]\nkind = "region"\nregion = "g:YRD"\n{scenes}')
    return path


@pytest.fixture(scope="module")
def snapshots(root, tmp_path_factory: pytest.TempPathFactory):
    """Snapshots of its own, so that a newer one can be published."""
    target = tmp_path_factory.mktemp("wall-snapshots")
    doctored(root, target)
    return target


@pytest.fixture(scope="module")
def house(snapshots, playlist, tmp_path_factory: pytest.TempPathFactory):
    made = House(snapshots, tmp_path_factory.mktemp("wall"), wall=playlist)
    yield made
    made.stop()


@pytest.fixture
def wall(visit, house):
    """The wall at an address, settled on its first scene."""

    def go(query: str = "", **how: object):
        screen = visit(is_blank=True, at=house, **how)
        screen.page.goto(f"{house.url}/wall{query}")
        screen.until(lambda: re.fullmatch(r"\d+", screen.settled or ""), "the wall did not settle")
        screen.page.evaluate("() => lookout.wall.pause(true)")
        return screen

    return go


def show(screen, name: str) -> None:
    screen.page.evaluate("name => lookout.wall.show(name)", name)


def names(screen) -> list[str]:
    return screen.page.evaluate("() => lookout.wall.drawn().scenes.map((scene) => scene.name)")


def title(screen) -> str:
    return screen.page.locator("#wall-title").inner_text()


@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_scene_fits_every_shape_of_screen(wall, language):
    screen = wall(f"?lang={language}", is_fresh=True)
    found = {}
    for width, height in SIZES:
        screen.page.set_viewport_size({"width": width, "height": height})
        for name in names(screen):
            show(screen, name)
            found[width, height, name] = screen.page.evaluate(FAULTS)
            assert title(screen) and not re.search(r"\{|wall\.", title(screen))
    assert {key: faults for key, faults in found.items() if faults} == {}


def test_the_english_wall_has_no_chinese_but_names(wall):
    screen = wall("?lang=en")
    text = {}
    for name in names(screen):
        show(screen, name)
        told = screen.page.locator(".wall :is(h1, h2, .wall-note, footer, .wall-until, .wall-why, .wall-round-name)")
        text[name] = [one for one in told.all_inner_texts() if CHINESE.search(one)]
    assert {name: words for name, words in text.items() if words} == {}


def test_what_somebody_does_is_on_the_wall_within_five_seconds_on_the_same_scene(wall, house):
    screen = wall()
    show(screen, "situation")
    screen.page.evaluate("() => { window.isSamePage = true; }")
    row = screen.page.locator("[data-part=status] .wall-bar b").first
    before = screen.page.evaluate("() => lookout.wall.drawn().seq")
    client = house.app.server.test_client()
    waiting = client.get("/work/clues.json?view=all&status=suspected&severity=2,3&end=50").get_json()["rows"]
    clue = next(one for one in waiting if one["state"] == "IDENTIFIED")
    answer = client.post(f"/work/clues/{clue['clue_id']}/screen_accept", json=ACCEPT)
    assert answer.status_code == 200
    push = {"receiver": "T06", "round_code": clue["round_code"], "due_on": "2099-01-05"}
    number = int(row.inner_text().replace(",", ""))
    assert client.post(f"/work/clues/{clue['clue_id']}/push", json={"payload": push, "version": 1}).status_code == 200
    screen.until(lambda: screen.page.evaluate("() => lookout.wall.drawn().seq") > before, seconds=5)
    screen.until(lambda: int(row.inner_text().replace(",", "")) == number - 1, "the clue is still among the suspected")
    assert screen.page.evaluate("() => [window.isSamePage, location.hash]") == [True, "#situation"]


def test_a_new_snapshot_comes_in_without_a_reload_and_the_scene_stays(wall, root, snapshots):
    screen = wall()
    show(screen, "loop")
    screen.page.evaluate("() => { window.isSamePage = true; }")
    before = title(screen)
    doctored(root, snapshots, name="20230622T100000Z-newer")
    drawn = "() => lookout.wall.drawn().snapshot.split('~')[0]"
    screen.until(
        lambda: screen.page.evaluate(drawn) == "20230622T100000Z-newer", "the newer one did not come", seconds=40
    )
    assert title(screen) == before
    assert screen.page.evaluate("() => [window.isSamePage, location.hash]") == [True, "#loop"]
    show(screen, "situation")
    assert screen.page.evaluate("() => lookout.wall.map.view().stats.draws.data") > 0


def test_without_the_server_the_last_frame_stays_with_its_age_and_goes_on_by_itself(wall, house):
    screen = wall(allowed=("Failed to load resource", "request failed"))
    show(screen, "voc")
    show(screen, "situation")
    before = screen.page.locator("#wall-figures").inner_text()
    badge = screen.page.locator("#wall-badge")
    house.stop()
    screen.until(lambda: "服务中断" in badge.inner_text(), "nobody told that the server is gone", seconds=25)
    assert re.search(r"数据 \d+ (秒|分钟)前", badge.inner_text())
    assert screen.page.locator("#wall-figures").inner_text() == before
    # Scenes that were seen go on from what is known.
    screen.page.keyboard.press("ArrowRight")
    screen.until(lambda: screen.page.evaluate("() => location.hash") == "#voc", "the scenes stood still")
    house.start()
    screen.until(lambda: badge.inner_text() == "", "the badge stayed", seconds=25)
    assert screen.page.evaluate("() => document.documentElement.dataset.link") == "ok"


def test_nothing_on_the_wall_can_be_pressed_and_its_title_is_read_out(wall):
    page = wall().page
    assert page.locator("button, a, input, select").count() == 0
    assert page.locator("h1[aria-live=polite]").count() == 1
    assert page.locator(".wall section:not([aria-label]):not(.wall-panel)").count() == 0


NEXT = "async () => { await lookout.wall.makeReady(); }"
FRONT = """() => { const [panel, front] = ['wall-map-panel', 'wall-front'].map((id) => document.getElementById(id));
  return [panel.dataset.held || '', front.width > 0, lookout.wall.map.view().stats.draws.data]; }"""


def test_the_next_scene_is_painted_behind_the_picture_of_the_present_one(wall):
    screen = wall()
    show(screen, "region-g_YRD")
    # A new page looks at its map once more, a moment after it came.
    screen.page.wait_for_timeout(400)
    present, figures = title(screen), screen.page.locator("#wall-figures").inner_text()
    screen.page.evaluate(NEXT)
    held, has_picture, painted = screen.page.evaluate(FRONT)
    assert held == "yes" and has_picture
    assert (title(screen), screen.page.locator("#wall-figures").inner_text()) == (present, figures)
    screen.page.evaluate("() => lookout.wall.step(1)")
    # Its turn takes the picture away and paints nothing.
    assert screen.page.evaluate(FRONT) == ["", False, painted]
    assert title(screen) != present and screen.page.evaluate("() => location.hash") == "#situation"


def test_news_of_the_present_scene_come_before_the_next_one_that_stood_ready(wall, house):
    screen = wall()
    show(screen, "situation")
    before = screen.page.evaluate("() => lookout.wall.drawn().seq")
    screen.page.evaluate(NEXT)
    client = house.app.server.test_client()
    waiting = client.get("/work/clues.json?view=all&status=suspected&severity=2,3&end=50").get_json()["rows"]
    clue = next(one for one in waiting if one["state"] == "IDENTIFIED")
    assert client.post(f"/work/clues/{clue['clue_id']}/screen_accept", json=ACCEPT).status_code == 200
    screen.until(lambda: screen.page.evaluate("() => lookout.wall.drawn().seq") > before, seconds=5)
    screen.until(lambda: screen.page.evaluate(FRONT)[0] == "", "the old picture stayed in front")
    assert screen.page.evaluate("() => location.hash") == "#situation"


def test_scenes_that_were_shown_leave_nothing_behind(wall):
    page = wall().page
    cdp = page.context.new_cdp_session(page)
    cdp.send("Performance.enable")
    around = """async () => { for (const _ of lookout.wall.drawn().scenes) {
      await lookout.wall.makeReady(); await lookout.wall.step(1); } await lookout.wall.show('situation'); }"""

    def kept() -> dict[str, float]:
        page.evaluate(around)
        cdp.send("HeapProfiler.collectGarbage")
        counted = {one["name"]: one["value"] for one in cdp.send("Performance.getMetrics")["metrics"]}
        return {name: counted[name] for name in ("Nodes", "JSEventListeners", "Documents")}

    rounds = [kept() for _ in range(5)]
    # A collection may leave something for the next one, so of two counts the smaller tells what stays.
    first, last = ({name: min(one[name] for one in two) for name in two[0]} for two in (rounds[:2], rounds[-2:]))
    assert all(last[name] <= first[name] for name in first), rounds


# An old page whose clock says that the quiet hour has come.
QUIET = """() => { const now = performance.now.bind(performance); performance.now = () => now() + 7.2e6;
  lookout.wall.link.now = () => new Date('2026-01-01T04:10:30+08:00'); window.isSamePage = true; }"""


def test_at_the_quiet_hour_the_page_begins_afresh_on_its_scene_once_the_server_answers(wall, house):
    screen = wall(allowed=("Failed to load resource", "request failed"))
    show(screen, "loop")
    house.stop()
    screen.page.evaluate(QUIET)
    screen.page.wait_for_timeout(2500)
    assert screen.page.evaluate("() => window.isSamePage"), "it gave up what it had"
    with screen.page.expect_event("load"):
        house.start()
    screen.until(lambda: re.fullmatch(r"\d+", screen.settled or ""), "the wall did not come again")
    assert screen.page.evaluate("() => [window.isSamePage, lookout.wall.drawn().scene]") == [None, "loop"]


def test_a_screen_that_was_revoked_goes_blank_and_says_so(visit, snapshots, playlist, tmp_path):
    accounts = Accounts(f"sqlite:///{tmp_path}/casebook.db", wall_clock)
    accounts.add("boss", "correct horse battery staple", Grant(roles=("leader",)))
    soon = wall_clock() + timedelta(days=1)
    secret = accounts.add_token("wall-1", "device", Grant(roles=("leader",)), ("wall",), soon)
    house = House(snapshots, tmp_path, wall=playlist)
    screen = visit(is_blank=True, at=house, is_fresh=True, allowed=("401",))
    screen.page.goto(f"{house.url}/device/{secret}?next=/wall")
    screen.until(lambda: re.fullmatch(r"\d+", screen.settled or ""), "the wall did not settle")
    assert screen.page.locator(".wall-figure").count() == 4
    with screen.page.expect_event("load", timeout=30_000):
        accounts.revoke("wall-1")
    assert screen.page.locator(".wall").count() == 0
    assert "撤销" in screen.page.locator("body").inner_text()
    house.stop()


# Every text that is painted on the map, with the box it takes on the screen.
PAINTED = """async () => {
  const texts = [];
  const own = CanvasRenderingContext2D.prototype.fillText;
  CanvasRenderingContext2D.prototype.fillText = function (text, x, y) {
    const { e, f, a, d } = this.getTransform();
    const box = this.canvas.getBoundingClientRect();
    const half = this.measureText(text).width / 2;
    const at = (px) => box.left + (a * px + e) / this.canvas.width * box.width;
    const size = parseFloat(this.font.match(/([\\d.]+)px/)[1]);
    texts.push({ text, left: at(x - half), right: at(x + half),
      bottom: box.top + (d * (y + size / 2) + f) / this.canvas.height * box.height });
    return own.apply(this, arguments);
  };
  lookout.wall.map.view().redraw();
  await lookout.wall.map.painted();
  CanvasRenderingContext2D.prototype.fillText = own;
  const of = (id) => document.getElementById(id).getBoundingClientRect();
  const [map, legend] = [of('wall-map-panel'), of('wall-legend')];
  const isCut = (t) => t.bottom > legend.top + 1 || t.left < map.left - 1 || t.right > map.right + 1;
  return [texts.length, texts.filter(isCut).map((t) => t.text)];
}"""


@pytest.mark.parametrize("name", ["situation", "region g:YRD"])
def test_no_name_on_the_map_goes_below_the_legend_or_off_the_edge(wall, name):
    screen = wall("?lang=en", size=(1920, 1080))
    show(screen, next(one for one in names(screen) if one.startswith(name.split()[0])))
    n, cut = screen.page.evaluate(PAINTED)
    assert n > 5 and cut == []
