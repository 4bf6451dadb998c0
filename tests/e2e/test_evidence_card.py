"""The card of a clue a rule has found: why, in which data, what speaks for and against it, what to do."""

from __future__ import annotations

import re

import duckdb
import pytest
from dossier_builders import demo_folder

from fusion.snapshot import open_current


@pytest.fixture(scope="module")
def reference(serve):
    """A server over the full demo, a hundredth of its size, and the number of the reference case's clue."""
    snapshot = open_current(demo_folder() / "snapshots")
    clues, rules = snapshot.table("clues"), snapshot.table("rules")
    asked = f"select clue_idx from '{clues}' join '{rules}' using (rule_idx) where rule_id = 'R01' and round_idx = 10"
    return serve(demo_folder() / "snapshots"), duckdb.sql(asked).fetchall()[0][0]


def card_of(visit, reference, query: str = "") -> str:
    site, clue = reference
    screen = visit(f"sel=clue:{clue}{query}", at=site)
    screen.until(lambda: "50" in screen.page.locator(".card").inner_text(), "the card did not open")
    return screen


def test_card_shows_the_curve_with_its_limit_and_marks_and_the_hour_it_began(visit, reference):
    screen = card_of(visit, reference)
    text = screen.page.locator(".card").inner_text()
    assert "2023-07-10 21:00（首个整日 2023-07-11）" in text and "限值 50.0" in text and "带标记" in text
    curve = screen.page.locator(".card .evidence-curve").first
    assert curve.locator(".evidence-line").get_attribute("d").count("L") > 200
    assert curve.locator(".evidence-mark").count() >= 237


def test_every_kind_of_data_says_what_it_saw_and_how_it_decides(visit, reference):
    card = card_of(visit, reference).page.locator(".card")
    kinds = card.locator(".evidence-kinds li").all_inner_texts()
    assert len(kinds) == 9 and all(re.search("支持|相左|中性|未观测", kind) for kind in kinds)
    assert any("自动监控" in kind and "支持" in kind for kind in kinds)
    card.locator(".evidence-how summary").click()
    how = card.locator(".evidence-how dd").all_inner_texts()
    assert len(how) == 9 and any("4.0 km" in text and "1.1" in text for text in how)


def test_card_is_whole_in_english_but_for_names(visit, reference):
    screen = card_of(visit, reference, "&lang=en")
    name = screen.page.locator(".card-about").inner_text().split(" · ")[0]
    assert not re.search(r"[\u4e00-\u9fff]", screen.page.locator(".card").inner_text().replace(name, ""))
