"""Briefings: each number is the API's, warnings come by rule, every reader sees their own part and no more."""

from __future__ import annotations

import re
from datetime import datetime
from pathlib import Path
from urllib.parse import parse_qsl

import pytest
from loop_builders import casebook_at
from snapshot_builders import HOSTILE_NAMES

from dashboard.access import DEMO, Viewer, scope_of
from dashboard.briefing.compose import compose
from dashboard.briefing.document import Caution, Document, Figure, Sentence, Table, text_of
from dashboard.briefing.files import file_of
from dashboard.briefing.periods import Wish, WishError
from dashboard.briefing.recipes import RecipeError, load_recipes
from dashboard.briefing.service import Briefer
from dashboard.data.filters import parse
from dashboard.data.rounds import span
from dashboard.data.store import Store
from dashboard.factory import create_app
from dashboard.settings import Settings
from fusion.metrics import dictionary

RECIPES = load_recipes()
SECRET = b"briefing tests"
ANHUI = Viewer("anhui", frozenset({"analyst"}), regions=("340000",))
CITY = "130100"
WISHES = {
    "round": Wish("round", time="2023-R05", region="g:BTH"),
    "daily": Wish("daily", language="en"),
    "city": Wish("city", region=CITY),
}


@pytest.fixture(scope="module")
def casebook(tmp_path_factory, loaded):
    return casebook_at(tmp_path_factory.mktemp("briefing"), loaded_time(loaded))


def loaded_time(loaded) -> datetime:
    return datetime.fromisoformat(loaded.manifest.as_of)


@pytest.fixture(scope="module")
def made(loaded, casebook):
    """Briefings by name, each made once; long lists are cut so that a test asks fewer addresses."""
    kept: dict[str, Document] = {}

    def make(name: str) -> Document:
        if name not in kept:
            recipe = RECIPES[WISHES[name].recipe].model_copy(update={"rows": 5})
            kept[name] = compose(loaded, casebook, recipe, WISHES[name], "demo")
        return kept[name]

    return make


def numbers(document: Document) -> dict[str, list[Figure]]:
    """The numbers of the dictionary, by their filter."""
    found: dict[str, list[Figure]] = {}
    for one in document.figures():
        if one.metric in dictionary().metric:
            found.setdefault(one.filters, []).append(one)
    return found


@pytest.mark.parametrize("name", ["round", "daily"])
def test_each_number_of_a_briefing_is_the_apis_under_the_same_filter(made, client, name):
    found = numbers(made(name))
    assert sum(map(len, found.values())) > 10
    for filters, figures in found.items():
        answer = client.get(f"/api/v1/metrics?{filters}")
        assert answer.status_code == 200, filters
        said = {one["id"]: one for one in answer.get_json()["figures"]}
        for one in figures:
            entry = said[one.metric]
            told = (one.value, one.part) + ((one.whole,) if one.whole is not None else ())
            known = (entry["value"], entry["numerator"], entry["denominator"])[: len(told)]
            assert told == pytest.approx(known, nan_ok=True), (one.metric, filters)


@pytest.mark.parametrize("name", ["daily", "city"])
def test_each_number_of_the_loop_opens_as_many_clues_as_it_says(made, client, name):
    asked = {(one.metric, one.filters): one for one in made(name).figures() if one.metric.startswith("loop.")}
    assert asked
    for one in asked.values():
        assert one.link.startswith("/clues?")
        answer = client.get(f"/work/clues.json?{one.link.partition('?')[2]}")
        assert answer.get_json()["total"] == one.value, one.metric


def test_kinds_of_problems_and_teams_are_those_of_the_rounds_page(made, loaded):
    document = made("round")
    kinds = [one for one in document.figures() if one.metric.startswith("rounds.types.")]
    teams = [one for one in document.figures() if one.metric.startswith("rounds.teams.")]
    page = span(loaded, parse({"rounds": "2023-R05", "region": "g:BTH"})[0])
    assert sum(one.value for one in kinds) == page["totals"]["problems"]["value"]
    assert {one.metric.rpartition(".")[2]: one.value for one in teams}.items() <= {
        row["code"]: row["checks"] for row in page["teams"]
    }.items()


@pytest.mark.parametrize("name", WISHES)
def test_every_number_leads_to_a_page_of_the_dashboard_that_understands_its_filter(made, name):
    for one in made(name).figures():
        path, _, query = one.link.partition("?")
        assert path in ("/", "/clues", "/loop", "/rounds"), one
        own = {"view", "stage", "lang", *(("from", "to") if path == "/rounds" else ())}
        asked = dict(parse_qsl(query))
        assert parse({key: text for key, text in asked.items() if key not in own})[1] == []


def test_a_rate_says_its_denominator_and_none_is_given_of_few(made):
    for one in made("city").figures():
        metric = dictionary().metric.get(one.metric)
        if metric is not None and metric.kind in ("share", "ratio") and one.whole is not None:
            assert one.basis
            assert (one.value is None) == (one.whole < metric.minimum)
            assert one.value is not None or (one.text == "—" and one.why)


def warnings_of(document: Document) -> str:
    return "\n".join([*document.first.cautions, *(one.text for one in document.blocks() if isinstance(one, Caution))])


def test_warnings_come_by_rule(made, loaded, casebook):
    round_words = warnings_of(made("round"))
    assert "不是随机抽样" in round_words
    assert "都有检查的城市" in round_words
    assert "城市名单不同" in round_words or "组数不同" in round_words
    assert "本时段尚未结束" not in round_words
    assert "The period is not over" in warnings_of(made("daily"))
    quiet = compose(loaded, casebook, RECIPES["weekly"], Wish("weekly", time="2022-01-05"), "demo")
    assert "没有记录不等于没有问题" in "".join(
        text_of(part) for block in quiet.blocks() if isinstance(block, Sentence) for part in block.parts
    )
    first = compose(loaded, casebook, RECIPES["round"], Wish("round", time="2023-R01"), "demo")
    assert not any(one.change for one in first.first.cards.figures)


def test_a_first_page_has_one_sentence_a_few_numbers_and_what_to_do(made):
    for name in WISHES:
        first = made(name).first
        assert 4 <= len(first.cards.figures) <= 6
        assert any(isinstance(part, Figure) for part in first.headline)
        assert len(first.points) == 3
        assert all(points.items or points.none for points in first.points)


@pytest.mark.parametrize(
    ("wish", "says"),
    [
        (Wish("round", time="2023-R99"), "no round"),
        (Wish("monthly", time="2023-13"), "no month"),
        (Wish("daily", time="yesterday"), "no time"),
        (Wish("monthly", region="999999"), "no division"),
        (Wish("monthly", region="g:MOON"), "no group"),
        (Wish("city"), "one city"),
        (Wish("city", region="130000"), "one city"),
        (Wish("enterprise"), "enterprise"),
    ],
    ids=lambda value: value if isinstance(value, str) else value.recipe,
)
def test_what_can_t_be_made_says_why(loaded, casebook, wish, says):
    with pytest.raises(WishError, match=says):
        compose(loaded, casebook, RECIPES[wish.recipe], wish, "demo")


def test_each_reader_gets_their_own_numbers_and_no_other_names(loaded, casebook):
    briefer = Briefer(None, SECRET)
    wish = Wish("round", time="2023-R05")
    nation, own = (briefer.made(loaded, casebook, wish, reader) for reader in (DEMO, ANHUI))
    part = loaded.scoped(scope_of(ANHUI, SECRET))
    inside = {name for (name,) in part.cursor().execute("select name from enterprises").fetchall()}
    every = {name for (name,) in loaded.cursor().execute("select name from enterprises").fetchall()}
    assert inside < every
    body = file_of(own, "html", "").decode()
    assert not any(name in body for name in every - inside)
    assert "读者权限内" in body
    assert own.first.cards.figures[0].value < nation.first.cards.figures[0].value
    assert briefer.made(part, casebook, wish, ANHUI) is own


def test_a_masked_recipe_tells_codes_whoever_reads(loaded, casebook, tmp_path):
    text = Path("dashboard/briefing/recipes/weekly.toml").read_text("utf-8")
    (tmp_path / "wall.toml").write_text("is_masked = true\n" + text, "utf-8")
    document = Briefer(tmp_path, SECRET).made(loaded, casebook, Wish("wall"), DEMO)
    body = file_of(document, "html", "").decode()
    names = {name for (name,) in loaded.cursor().execute("select name from enterprises").fetchall()}
    assert not any(name in body for name in names)
    assert re.search(r"企业 [0-9A-F]{4}-[0-9A-F]{4}", body)
    assert "企业名称以代码表示" in body


def test_hostile_names_stay_text_in_every_form(hostile_root, casebook):
    hostile = Store(hostile_root, "1GB").current()
    document = compose(hostile, casebook, RECIPES["weekly"], Wish("weekly"), "<b>zhang</b>")
    told = {
        text_of(cell) for block in document.blocks() if isinstance(block, Table) for row in block.rows for cell in row
    }
    assert told & set(HOSTILE_NAMES)
    page = file_of(document, "html", "").decode()
    assert "<script" not in page and "<b>zhang" not in page
    for form in ("pdf", "docx", "pptx"):
        assert len(file_of(document, form, "http://127.0.0.1:8050")) > 10_000


def test_an_enterprise_on_paper_is_its_dossier(loaded, casebook):
    asked = "select enterprise_id from enterprises join clues using (enterprise_idx) where state = 'PUSHED' order by 1"
    enterprise_id = loaded.cursor().execute(asked).fetchall()[0][0]
    document = compose(loaded, casebook, RECIPES["enterprise"], Wish("enterprise", enterprise=enterprise_id), "demo")
    assert "疑似" in file_of(document, "html", "").decode()
    assert {one.link for one in document.first.cards.figures} == {f"/dossier?id={enterprise_id}"}
    with pytest.raises(WishError, match="that you may see"):
        compose(loaded, casebook, RECIPES["enterprise"], Wish("enterprise", enterprise="nobody"), "demo")


@pytest.mark.parametrize(
    ("change", "key"),
    [
        (("period = ", "perod = "), "perod|period"),
        (('"hit_rate"', '"hit_rat"'), "headline.*hit_rat"),
        (('"loop"', '"lop"'), "sections.*lop"),
        (("rows = 60", "rows = 0"), "rows"),
        (("headline = [", "headline = [] # ["), "headline"),
        (("name_zh = ", "name_zh = ="), "round.toml"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_recipe_that_is_wrong_is_named_with_its_key(tmp_path, change, key):
    text = Path("dashboard/briefing/recipes/round.toml").read_text("utf-8")
    assert change[0] in text
    (tmp_path / "round.toml").write_text(text.replace(*change), "utf-8")
    with pytest.raises(RecipeError, match=key) as error:
        load_recipes(tmp_path)
    assert str(tmp_path / "round.toml") in str(error.value)


def test_the_addresses_ask_access_and_answer_files(client, data, root, store):
    assert [one["id"] for one in client.get(f"{data}/briefing.json").get_json()] == list(RECIPES)
    page = client.get(f"{data}/briefing/daily.html?lang=en")
    assert page.status_code == 200 and "Daily dispatch" in page.get_data(as_text=True)
    assert "no-store" in page.headers["Cache-Control"]
    file = client.get(f"{data}/briefing/daily.docx")
    assert file.headers["Content-Disposition"].endswith('"lookout-synthetic-daily.docx"')
    assert client.get(f"{data}/briefing/daily.exe").status_code == 404
    assert client.get(f"{data}/briefing/none.html").status_code == 400
    bad = client.get(f"{data}/briefing/round.html?time=2023-R99")
    assert bad.status_code == 400 and "2023-R99" in bad.get_data(as_text=True)
    strange = create_app(Settings(snapshots=root), store).server.test_client()
    strange.set_cookie("lookout_try", "enterprise|||")
    assert strange.get(f"{data}/briefing/daily.html").status_code == 403


def test_the_preview_runs_nothing_and_reaches_nothing(made):
    body = file_of(made("round"), "html", "").decode()
    assert not re.search(r"<script|<link|<iframe|\son\w+=|url\(|https?://(?!www\.w3\.org)", body)


def test_a_document_made_again_is_the_same(loaded, casebook, made):
    again = compose(loaded, casebook, RECIPES["daily"].model_copy(update={"rows": 5}), WISHES["daily"], "demo")
    assert again == made("daily")
