from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from fusion.config import demo_config, load_config
from fusion.errors import ConfigError

EXAMPLE = Path(__file__).parents[2] / "lookout.example.toml"


def load(tmp_path, text):
    path = tmp_path / "lookout.toml"
    path.write_text(text, encoding="utf-8")
    return load_config(path)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[lookuot]", "key 'lookuot' is not known; did you mean 'lookout'?"),
        ("[lookout]\nsnapshot = 'x'", "key 'lookout.snapshot' is not known; did you mean 'snapshots'?"),
        ("[lookout.title]\nch = 'x'", "key 'lookout.title.ch' is not known; did you mean 'zh'?"),
        ("[[source]]\nname = 'firms'\npath = ['x']", "key 'source.0.path' is not known; did you mean 'paths'?"),
        ("[[source]]\npaths = ['x']", "key 'source.0.name' is missing"),
        ("[[source]]\nname = 'firms'\npaths = 'x'", "key 'source.0.paths'"),
        ("[lookout]\nkeep = 0", "key 'lookout.keep': input should be greater than or equal to 1, not 0"),
        ("[lookout]\nmemory_limit = 'much'", "key 'lookout.memory_limit'"),
        ("[lookout]\nas_of = 2023-06-21T18:00:00Z", "without a zone"),
        ("folder = 'x'", "key 'folder' is not known"),
        ("lookout", "not TOML"),
    ],
)
def test_wrong_file_is_told_in_one_line_with_the_key(tmp_path, text, message):
    with pytest.raises(ConfigError, match=message.replace("?", "\\?")) as caught:
        load(tmp_path, text)
    assert "\n" not in str(caught.value) and "lookout.toml" in str(caught.value)


def test_missing_file_is_told(tmp_path):
    with pytest.raises(ConfigError, match="no such file; start from lookout.example.toml"):
        load_config(tmp_path / "lookout.toml")


def test_boundaries_come_first_and_are_built_in_unless_listed(tmp_path):
    assert [s.name for s in load(tmp_path, "[[source]]\nname = 'firms'").sources] == [
        "boundaries",
        "region_groups",
        "firms",
    ]
    own = load(tmp_path, "[[source]]\nname = 'firms'\n[[source]]\nname = 'boundaries'\npaths = ['a.json']")
    assert [(s.name, s.paths) for s in own.sources] == [
        ("boundaries", ("a.json",)),
        ("region_groups", ()),
        ("firms", ()),
    ]


def test_patterns_are_relative_to_the_file_and_a_vain_one_stays_to_be_reported(tmp_path):
    for name in ("b.csv", "a.csv"):
        (tmp_path / name).touch()
    config = load(tmp_path, "[[source]]\nname = 'firms'\npaths = ['*.csv', 'none/*.txt']")
    assert config.paths_of(config.source[0]) == [tmp_path / "a.csv", tmp_path / "b.csv", tmp_path / "none/*.txt"]


def test_example_is_a_sound_configuration():
    assert {source.name for source in load_config(EXAMPLE).sources} >= {"firms", "power_plants"}
    assert "审图号" in EXAMPLE.read_text(encoding="utf-8") and tomllib.loads(EXAMPLE.read_text(encoding="utf-8"))


def test_demo_says_that_it_is_synthetic():
    assert demo_config("small").lookout.is_synthetic
