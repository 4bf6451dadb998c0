"""Catalogues against each other and against the code that uses them."""

from __future__ import annotations

import ast
import re
import string
from pathlib import Path

import pytest

import dashboard
from dashboard.data.filters import CATEGORIES, POLLUTANTS, STATUS_GROUPS
from dashboard.i18n import LANGUAGES, Words, areas, catalogue
from dashboard.pages.situation import map_panel, view
from data_adapters.intake.checks import REASONS

PACKAGE = Path(dashboard.__file__).parent
PYTHON = sorted(path for path in PACKAGE.rglob("*.py"))
SCRIPTS = sorted(path for path in (PACKAGE.parent / "assets").rglob("*.js") if "vendor" not in path.parts)
CHINESE = re.compile(r"[\u3400-\u9fff\uf900-\ufaff\u3000-\u303f\uff01-\uff60]")
KEY = re.compile(r"[a-z_]+(\.[A-Za-z0-9_]+)+")
KEYS = set(catalogue("zh"))


def placeholders(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name is not None}


def without_comments(script: str) -> str:
    return re.sub(r"/\*.*?\*/|(?<![:'\"`])//[^\n]*", "", script, flags=re.DOTALL)


def python_texts(path: Path) -> tuple[set[str], set[str]]:
    """Literals, and beginnings of f-strings, of one file; docstrings left out."""
    tree = ast.parse(path.read_text("utf-8"))
    inside = {id(part) for node in ast.walk(tree) if isinstance(node, ast.JoinedStr) for part in node.values}
    prose = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    literals, prefixes = set(), set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in inside | prose:
            literals.add(node.value)
        if isinstance(node, ast.JoinedStr) and isinstance(node.values[0], ast.Constant):
            prefixes.add(str(node.values[0].value))
    return literals, prefixes


def script_texts(path: Path) -> tuple[set[str], set[str]]:
    text = without_comments(path.read_text("utf-8"))
    literals = set(re.findall(r"'([^'\n]*)'", text)) | set(re.findall(r"`([^`$]*)`", text))
    return literals, set(re.findall(r"`([^`$]*)\$\{", text))


def words_of_python(path: Path) -> tuple[set[str], set[str]]:
    """Keys, and beginnings of keys, that are handed to `t(...)`, `words(...)` or `.under(...)`."""
    keys, prefixes = set(), set()
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if not isinstance(node, ast.Call) or not node.args:
            continue
        name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
        if name not in ("t", "words", "under"):
            continue
        first = node.args[0]
        if isinstance(first, ast.Constant) and isinstance(first.value, str):
            (prefixes if name == "under" else keys).add(first.value)
        if isinstance(first, ast.JoinedStr) and isinstance(first.values[0], ast.Constant):
            prefixes.add(str(first.values[0].value))
    return keys, prefixes


def words_of_script(path: Path) -> tuple[set[str], set[str]]:
    """The same for `word(...)`: every literal of its first argument, whichever branch it stands in."""
    text = without_comments(path.read_text("utf-8"))
    keys, prefixes = set(), set()
    for match in re.finditer(r"\bword\(", text):
        first = first_argument(text[match.end() :])
        keys |= {literal for literal in re.findall(r"'([^']*)'", first) if "." in literal}
        prefixes |= set(re.findall(r"`([^`$]*)\$\{", first))
    return keys, prefixes


def first_argument(text: str) -> str:
    depth = 0
    for i, character in enumerate(text):
        if character in "([{":
            depth += 1
        elif character in ")]}" or (character == "," and depth == 0):
            if depth == 0:
                return text[:i]
            depth -= 1
    return text


def test_all_languages_have_the_same_keys():
    for language in LANGUAGES:
        assert set(catalogue(language)) == KEYS, language


@pytest.mark.parametrize("key", sorted(KEYS))
def test_a_text_has_the_same_places_in_every_language_and_is_not_empty(key):
    texts = {language: catalogue(language)[key] for language in LANGUAGES}
    assert len({frozenset(placeholders(text)) for text in texts.values()}) == 1, texts
    assert all(text.strip() for text in texts.values())
    assert "" not in placeholders(texts["zh"])


def test_english_texts_are_english():
    assert [key for key, text in catalogue("en").items() if CHINESE.search(text)] == ["shell.other_language"]


def test_chinese_texts_are_chinese():
    """What stands in Latin letters in both languages is a name, a unit or a sign."""
    same = [key for key in KEYS if not CHINESE.search(catalogue("zh")[key])]
    words = {key: re.sub(r"\{\w+\}", "", catalogue("zh")[key]) for key in same if key != "shell.other_language"}
    assert {key: text for key, text in words.items() if re.search(r"[A-Za-z]{3,}", text)} == {}


@pytest.mark.parametrize("path", [*PYTHON, *SCRIPTS], ids=lambda path: path.name)
def test_every_word_that_the_code_asks_for_is_there(path):
    keys, prefixes = words_of_python(path) if path.suffix == ".py" else words_of_script(path)
    assert keys - KEYS == set()
    assert [prefix for prefix in prefixes if not any(key.startswith(prefix) for key in KEYS)] == []


# A number's unit in English, and what may stand for it in Chinese.
UNITS = {
    "h": "小时|时", "hours": "小时|时", "d": "天|日|有效日", "days": "天|日", "wd": "工作日", "min": "分钟", "%": "%",
    "km": "公里|千米|km", "ha": "公顷", "m²": "m²|平方米", "mg/m³": "mg/m³|毫克/立方米", "µg/m³": "µg/m³|微克/立方米",
    "kWh": "kWh|千瓦时", "rounds": "轮", "clues": "条", "enterprises": "家", "cities": "个|市|城|名",
}  # fmt: skip
NUMBER_AND_UNIT = re.compile(
    r"\{(\w+)\}\s?(" + "|".join(sorted(map(re.escape, UNITS), key=len, reverse=True)) + r")(?![\w/³²])"
)


@pytest.mark.parametrize(("key", "name", "unit"), [
    (key, *found) for key, text in catalogue("en").items() for found in NUMBER_AND_UNIT.findall(text)
])  # fmt: skip
def test_a_number_that_has_its_unit_in_english_has_it_in_chinese(key, name, unit):
    chinese = catalogue("zh")[key]
    assert re.search(rf"\{{{name}\}}\s?(?:个|多)?\s?(?:{UNITS[unit]})", chinese), chinese


def test_english_counts_in_thousands():
    assert [key for key, text in catalogue("en").items() if re.search(r"[万亿]|\b10k\b", text)] == []


def test_a_key_stands_in_one_area():
    found = [key for texts in areas("zh").values() for key in texts]
    assert sorted(found) == sorted(set(found))


@pytest.mark.parametrize("path", [path for path in SCRIPTS if "pages" in path.parts], ids=lambda path: path.name)
def test_the_scripts_of_a_page_ask_only_for_words_the_page_is_told(path):
    assert words_of_script(path)[0] - set(Words("zh").on_page(path.parent.name)) == set()


FAMILIES = {
    "pollutant.": POLLUTANTS,
    "category.": CATEGORIES,
    "status.": STATUS_GROUPS,
    "state.": [state for states in STATUS_GROUPS.values() for state in states],
    "severity.": "123",
    "metric.": map_panel.METRICS,
    "heat.": view.HEATS,
    "layer.": map_panel.MAP_LAYERS,
    "kpi.": view.KPIS,
    "product.": ("PM25", "NO2", "HCHO", "FIRE"),
    "card.value.": ("PM25", "NO2", "HCHO", "FIRE"),
    "level.": "012",
    "age.": ("fresh", "ageing", "expired"),
    "legend.": ("fresh", "ageing", "expired"),
    "panel.": ("none", "failed", "not_configured", "stale"),
    "coordinate.": ("missing", "swapped", "dms", "outside_county", "outside_china", "truncated"),
    "export.": ("clues", "enterprises", "hotspots", "checks"),
}


@pytest.mark.parametrize("prefix", FAMILIES)
def test_every_member_of_a_family_has_its_word(prefix):
    assert [name for name in FAMILIES[prefix] if f"{prefix}{name}" not in KEYS] == []


def test_every_table_that_can_fail_has_a_name(loaded):
    assert [name for name in loaded.manifest.states if f"table.{name}" not in KEYS] == []


def test_no_word_is_kept_that_nothing_asks_for():
    literals, prefixes = set(), set()
    for path in (*PYTHON, *SCRIPTS):
        found = python_texts(path) if path.suffix == ".py" else script_texts(path)
        literals |= found[0]
        prefixes |= {prefix for prefix in found[1] if KEY.match(f"{prefix}x")}
        if path.suffix == ".py":
            prefixes |= words_of_python(path)[1] - {""}
    suffixes = {suffix for path in SCRIPTS for suffix in re.findall(r"\}(_[a-z_]+)`", path.read_text("utf-8"))}
    literals |= {literal + suffix for literal in literals & KEYS for suffix in suffixes}
    unused = {key for key in KEYS - literals if not any(key.startswith(prefix) for prefix in prefixes)}
    assert unused == set()


@pytest.mark.parametrize("path", PYTHON, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_no_chinese_stands_in_python(path):
    assert [text for text in python_texts(path)[0] if CHINESE.search(text)] == []


@pytest.mark.parametrize("path", SCRIPTS, ids=lambda path: path.name)
def test_no_chinese_stands_in_scripts(path):
    assert CHINESE.findall(without_comments(path.read_text("utf-8"))) == []


def test_a_missing_word_is_logged_and_shown_as_its_key(caplog):
    assert Words("en")("no.such.word") == "no.such.word"
    assert "key=no.such.word" in caplog.text


def test_a_language_without_a_catalogue_is_refused():
    with pytest.raises(ValueError, match="zh, en"):
        Words("fr")


def test_every_reason_for_which_a_row_is_refused_has_words():
    assert [reason for reason in REASONS if f"reject.{reason}" not in KEYS] == []


# What a thing is not called: an order is answered by 反馈, a complaint by 答复; a deadline is 逾期, data are 迟到.
RETIRED = {
    "zh": re.compile("回复|超时|未答|待答"),
    "en": re.compile("(?i)awaiting reply|late without|unanswered, late"),
}
OF_COMPLAINTS = {"dossier.no_reply"}


@pytest.mark.parametrize("lang", LANGUAGES)
def test_one_thing_has_one_word(lang):
    assert {key for key, text in catalogue(lang).items() if RETIRED[lang].search(text)} <= OF_COMPLAINTS
