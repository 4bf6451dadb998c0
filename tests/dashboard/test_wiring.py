"""The page as a tree: every id once, every wire to something that is there, one writer a property."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from dash.development.base_component import Component

from dashboard.factory import PAGES, create_app
from dashboard.i18n import Words
from dashboard.page import THEMES, PageContext
from dashboard.pages.situation.callbacks import clue_table
from dashboard.pages.situation.ids import Ids
from dashboard.pages.situation.view import layout
from dashboard.settings import Settings
from dashboard.shell import frame

SCRIPTS = Path(__file__).resolve().parents[2] / "assets" / "js"
STYLES = sorted((SCRIPTS.parent).glob("*.css"))


def components(node: object) -> Iterator[Component]:
    """Every component below `node`, whichever property holds it."""
    if isinstance(node, Component):
        yield node
        for name in node._prop_names:
            yield from components(getattr(node, name, None))
    elif isinstance(node, (list, tuple)):
        for part in node:
            yield from components(part)


def context(language: str = "zh", theme: str = "dark") -> PageContext:
    return PageContext(Words(language), theme, "/", {})


@pytest.fixture(scope="module")
def ids(loaded) -> Counter:
    page = frame(context(), loaded, layout(context(), loaded))
    return Counter(str(node.id) for node in components(page) if getattr(node, "id", None))


@pytest.fixture(scope="module")
def everywhere(loaded) -> set[str]:
    """The ids of all pages."""
    pages = [page.layout(context(), loaded) for page in PAGES]
    return {str(node.id) for node in components(pages) if getattr(node, "id", None)}


@pytest.fixture(scope="module")
def wires(app) -> list[dict]:
    return json.loads(app.server.test_client().get("/_dash-dependencies").data)


def test_no_id_stands_twice(ids):
    assert [name for name, n in ids.items() if n > 1] == []


def test_every_id_of_the_page_is_in_its_layout_or_is_the_tables(ids):
    table = {str(node.id) for node in components(clue_table(Words("zh"))) if getattr(node, "id", None)}
    assert table == {Ids.TABLE}
    assert {str(name) for name in Ids} - set(ids) == table


def test_every_wire_ends_at_something_on_a_page(everywhere, wires):
    ends = {part["id"] for wire in wires for side in ("inputs", "state") for part in wire[side]}
    outputs = {
        wire["output"].rpartition(".")[0].split("@")[0] for wire in wires if not re.match(r"\w{64}", wire["output"])
    }
    real = {end for end in ends | outputs if end and not re.fullmatch(r"[0-9a-f]{64}", end)}
    assert real - everywhere <= {Ids.TABLE, "_pages_location", "_pages_content", "_pages_dummy", "_pages_store"}


def test_a_property_has_one_writer(wires):
    writers = Counter(output for wire in wires for output in wire["output"].strip(".").split("..."))
    assert [output for output, n in writers.items() if n > 1] == []


def test_no_callback_has_more_than_six_wires(wires):
    assert [wire["output"] for wire in wires if len(wire["inputs"]) + len(wire["state"]) + 1 > 6] == []


def test_every_id_the_scripts_ask_for_is_on_a_page(loaded):
    pages = [frame(context(), loaded, page.layout(context(), loaded)) for page in PAGES]
    ids = {str(node.id) for page in pages for node in components(page) if getattr(node, "id", None)}
    text = "\n".join(re.sub(r"/\*.*?\*/", "", path.read_text(), flags=re.DOTALL) for path in SCRIPTS.glob("*.js"))
    asked = set(re.findall(r"getElementById\('([^']+)'\)", text)) | set(re.findall(r"'#?(situation-[a-z-]+)'", text))
    asked |= set(re.findall(r"\bon\('([a-z-]+)', '", text))
    built = {"situation-", "lookout-config"}
    assert asked - ids - built <= {Ids.TABLE}


def test_every_panel_has_its_state_slot(loaded, ids):
    panels = {node.to_plotly_json()["props"].get("data-panel") for node in components(layout(context(), loaded))}
    shown = {panel for panel in panels if panel and not panel.startswith("kpi-")}
    assert shown == {"map", "trend", "funnel", "ranking", "heatmap", "categories"}
    assert all(f"situation-{panel}-state" in ids for panel in shown)


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("theme", THEMES)
def test_the_layout_is_made_in_every_language_and_theme_without_a_missing_word(loaded, language, theme, caplog):
    frame(context(language, theme), loaded, layout(context(language, theme), loaded))
    assert "missing_word" not in caplog.text


def test_styles_in_the_layout_come_from_data_only(loaded):
    styled = [node for node in components(layout(context(), loaded)) if getattr(node, "style", None)]
    assert {key for node in styled for key in node.style} <= {"gridTemplateColumns"}


def test_what_can_be_pressed_or_filled_in_has_a_name(loaded):
    unnamed = []
    for node in components(layout(context(), loaded)):
        props = node.to_plotly_json()["props"]
        is_field = node._type in ("Select", "DatePickerInput") or props.get("role") == "slider"
        if is_field and not props.get("aria-label"):
            unnamed.append(props.get("id"))
        if node._type == "Button" and not (props.get("children") or props.get("title")):
            unnamed.append(props.get("id"))
    assert unnamed == []


def test_two_apps_in_one_process_both_answer(root):
    apps = [create_app(Settings(snapshots=root)) for _ in range(2)]
    wires = [app.server.test_client().get("/_dash-dependencies").get_json() for app in apps]
    assert wires[0] and len(wires[0]) == len(wires[1])
    for app in apps:
        answer = app.server.test_client().post("/_dash-update-component", json={
            "output": "situation-table-slot.children", 
            "outputs": {"id": "situation-table-slot", "property": "children"},
            "inputs": [{"id": "situation-table-wanted", "property": "data", "value": True}],
            "changedPropIds": ["situation-table-wanted.data"], "state": [],
        })  # fmt: skip
        assert answer.status_code == 200 and b"AgGrid" in answer.data


def test_pages_can_be_imported_and_counted_without_an_app():
    assert PAGES[0].name == "situation" and len({page.path for page in PAGES}) == len(PAGES)
    assert len(PAGES[0].wiring) >= 3
