"""The methods page: every rule, what it says, and how often it was right."""

from __future__ import annotations

import re

import duckdb
import pytest

from fusion.snapshot import open_current


@pytest.fixture
def methods(visit):
    """The methods page at an address."""

    def go(query: str = "", **how: object):
        screen = visit(is_blank=True, **how)
        screen.page.goto(f"{screen.home}/methods{'?' if query else ''}{query}")
        screen.until(lambda: screen.settled == "1", "the methods did not settle")
        return screen

    return go


def rows(screen) -> list[str]:
    return screen.page.locator(".source-row").evaluate_all("rows => rows.map(row => row.dataset.rule)")


def test_all_35_rules_stand_in_the_list(methods):
    assert len(rows(methods())) == 35


def test_verdicts_of_a_rule_are_those_of_its_clues(methods, root):
    clues, rules = (open_current(root).table(name) for name in ("clues", "rules"))
    verdicts, confirmed = duckdb.sql(
        f"select count(*) filter (stages & 4 <> 0), count(*) filter (stages & 8 <> 0) from '{clues}' "
        f"join '{rules}' using (rule_idx) where rule_id = 'R12'"
    ).fetchall()[0]
    cells = methods().page.locator("[data-rule=R12] td").all_inner_texts()
    assert f"{confirmed:,} / {verdicts:,}" in cells
    assert any(text.startswith(f"{confirmed / verdicts:.0%}") for text in cells)


def test_a_rule_tells_what_it_says_with_which_numbers_and_what_looks_like_it(methods):
    screen = methods("rule=R01")
    text = screen.page.locator("#methods-detail").inner_text()
    assert "持续超标且一直标记故障" in text and "24 小时" in text and "建议值" in text
    assert "启停炉" in text and "marked_hours" not in text
    screen.page.locator("#methods-detail summary").click()
    assert "marked_hours" in screen.page.locator("#methods-detail").inner_text()


def test_no_english_is_left_in_the_chinese_page_nor_chinese_in_the_english(methods):
    english = methods("rule=R05&lang=en").page.locator(".methods").inner_text()
    assert not re.search(r"[\u4e00-\u9fff]", english)


def test_search_and_category_narrow_the_list_and_stand_in_the_address(methods):
    screen = methods()
    screen.page.get_by_role("searchbox").fill("R3")
    assert all(code.startswith("R3") for code in rows(screen)) and "search=R3" in screen.page.url
    screen.page.get_by_role("searchbox").fill("")
    screen.page.locator("#methods-groups button", has_text="地面微站").click()
    assert 0 < len(rows(screen)) < 10
    assert rows(methods("category=microstation")) == rows(screen)


def test_without_planted_cases_nothing_is_claimed_of_them(methods):
    tiles = methods().page.locator("#methods-tally .kpi").all_inner_texts()
    assert any("埋设违规找到" in tile and "—" in tile for tile in tiles)


def test_without_a_rule_chosen_the_page_tells_whether_scores_mean_what_they_say(methods, root):
    clues = open_current(root).table("clues")
    known = duckdb.sql(f"""
        select least(floor(score * 10), 9)::int as bin, count(*) filter (stages & 8 <> 0), count(*)
        from '{clues}' where stages & 4 <> 0 group by 1 order by 1
    """).fetchall()
    page = methods().page
    page.locator("#methods-detail summary").click()
    rows = page.locator("#methods-detail table").first.locator("tr")
    assert rows.locator("td.number").all_inner_texts() == [f"{part:,} / {n:,}" for _, part, n in known]
    few = [n < 20 for *_, n in known]
    assert [("不足20" in text) for text in rows.all_inner_texts()] == few
    assert page.locator("#methods-detail .reliability").first.locator("circle.is-few").count() == sum(few)
    assert "没有可比对的结论或真值" in page.locator("#methods-detail").inner_text()  # this campaign tells no truth


def test_false_alarms_are_told_by_cause_for_each_rule(methods, root):
    tables = {name: open_current(root).table(name) for name in ("clues", "rules", "clue_events")}
    known = duckdb.sql(f"""
        with last as (
            select clue_idx, arg_max(to_state, sequence) as verdict from '{tables["clue_events"]}'
            where to_state in ('CONFIRMED', 'NOT_CONFIRMED', 'DISCARDED') group by 1
        )
        select count(*) from last join '{tables["clues"]}' using (clue_idx) join '{tables["rules"]}' using (rule_idx)
        where verdict <> 'CONFIRMED' and rule_id = 'R12'
    """).fetchall()[0][0]
    page = methods("rule=R12&lang=en").page
    assert f"{known:,} clues whose last verdict" in page.locator("#methods-detail").inner_text()
    bars = page.locator("#methods-detail .methods-causes li b").all_inner_texts()
    assert sum(int(text.split(" ")[0].replace(",", "")) for text in bars) == known
    causes = page.locator("#methods-detail .methods-causes li span:first-child").all_inner_texts()
    assert "Instrument fault" in causes and "Satellite artefact" not in causes
