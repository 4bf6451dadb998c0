from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from snapshot_builders import HOSTILE_NAMES

REPOSITORY = Path(__file__).resolve().parents[2]
CONFIG = re.compile(r'<script type="application/json" id="lookout-config">(.*?)</script>', re.DOTALL)
ODD = (
    "foo=bar", "region=zzz", "region=999999", "lang=fr", "lang=en&lang=zh", "theme=<script>", "rounds=%00",
    "from=x&to=y",
    "sel=clue:99999999", "map=NaN,1,2", "=", "&&&", "%F0%9F%90%89=1", "lang=%22%3E%3Cimg+src%3Dx%3E", "a" * 3000,
)  # fmt: skip


def config_of(client, url: str = "/") -> dict:
    (text,) = CONFIG.findall(client.get(url).text)
    return json.loads(text)


@pytest.mark.parametrize("query", ODD)
def test_no_query_whatever_breaks_the_page_or_comes_back_in_it(client, query):
    answer = client.get(f"/?{query}")
    assert answer.status_code == 200
    assert "<img src=x>" not in answer.text and "zzz" not in answer.text


@pytest.mark.parametrize(
    "path",
    ["/", "/data/version", "/healthz", "/_dash-layout", "/_dash-dependencies", "/data/nothing/clues.arrow", "/nowhere"],
)
def test_every_answer_carries_the_headers_that_keep_it_safe(client, path):
    headers = client.get(path).headers
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["X-Frame-Options"] == "SAMEORIGIN"
    assert headers["Referrer-Policy"] == "same-origin"
    policy = {
        name: sources for name, *sources in (part.split() for part in headers["Content-Security-Policy"].split(";"))
    }
    assert "'unsafe-eval'" not in headers["Content-Security-Policy"]
    assert "'unsafe-inline'" not in policy["script-src"] and policy["script-src"][0] == "'self'"
    assert policy["default-src"] == policy["connect-src"] == policy["worker-src"] == ["'self'"]
    assert policy["object-src"] == policy["base-uri"] == ["'none'"]
    assert not re.search(r"https?:|\*", headers["Content-Security-Policy"])


def test_every_inline_script_is_let_in_by_its_hash_or_is_data(client):
    answer = client.get("/")
    hashes = re.findall(r"'sha256-[^']+'", answer.headers["Content-Security-Policy"])
    inline = re.findall(r"<script(?![^>]*\bsrc=)([^>]*)>", answer.text)
    data = [attributes for attributes in inline if "application/json" in attributes]
    assert len(inline) - len(data) == len(hashes)
    assert not re.search(r"\son[a-z]+=", re.sub(CONFIG, "", answer.text))


def test_nothing_is_asked_of_another_host(client):
    text = re.sub(CONFIG, "", client.get("/").text)
    assert re.findall(r"""(?:src|href)=["'](?:https?:)?//[^"']+""", text) == []


def test_the_language_and_theme_of_the_address_are_in_the_document_from_the_first_byte(client):
    page = client.get("/?lang=en&theme=light").text
    assert '<html lang="en" data-theme="light"' in page
    assert '<html lang="zh-CN" data-theme="dark"' in client.get("/").text
    assert (config_of(client, "/?lang=en")["lang"], config_of(client)["lang"]) == ("en", "zh")


def test_the_layout_follows_the_language_of_the_page_that_asks(client):
    english = client.get("/_dash-layout", headers={"Referer": "http://localhost/?lang=en"}).text
    chinese = client.get("/_dash-layout", headers={"Referer": "http://localhost/"}).text
    assert "Clue status" in english or "status" in english
    assert "\\u7ebf\\u7d22" in chinese or "线索" in chinese
    assert english != chinese


def test_the_pages_data_block_tells_where_data_lie_but_no_rows(client, loaded):
    config = config_of(client)
    assert config["dataRoot"] == f"/data/{loaded.id}"
    assert config["snapshot"]["id"] == loaded.id and config["snapshot"]["isSynthetic"] is True
    assert len(config["rounds"]) == 8 and config["rounds"][0]["from_date"] == "2023-03-02"
    assert config["rounds"][0]["last_date"] == "2023-03-15"


def test_hostile_names_come_back_as_data_only(hostile_root, app_over):
    client = app_over(hostile_root)
    assert not any(name in client.get("/").text for name in HOSTILE_NAMES)
    snapshot_id = client.get("/data/version").get_json()["id"]
    for index, name in enumerate(HOSTILE_NAMES):
        answer = client.get(f"/data/{snapshot_id}/describe/enterprise/{index}.json")
        assert answer.mimetype == "application/json" and answer.headers["X-Content-Type-Options"] == "nosniff"
        assert answer.get_json()["name"] == name


def test_a_hostile_title_stays_text(root, tmp_path, app_over):
    from snapshot_builders import doctored

    hostile = "</script><script>alert(1)</script>"
    doctored(root, tmp_path, manifest=lambda m: m.update(title={"zh": hostile, "en": hostile}))
    client = app_over(tmp_path)
    assert hostile not in client.get("/").text
    assert client.get("/_dash-layout").mimetype == "application/json"


@pytest.mark.parametrize("path", ["/", "/_dash-layout", "/_dash-dependencies", "/healthz", "/metrics", "/data/version",
                                  "/data/x/clues.arrow", "/assets/nothing.js", "/assets/../app.py",
                                  "/nowhere"])  # fmt: skip
def test_no_answer_tells_where_files_lie(client, root, path):
    text = client.get(path).text
    for folder in (str(root), str(root.parent), str(REPOSITORY), "site-packages"):
        assert folder not in text


def test_plotly_is_the_small_bundle_and_is_kept_for_ever(client):
    answer = client.get("/_dash-component-suites/plotly/package_data/plotly.min.js?v=x")
    assert answer.status_code == 200 and answer.cache_control.immutable
    packed = client.get(
        "/_dash-component-suites/plotly/package_data/plotly.min.js", headers={"Accept-Encoding": "gzip"}
    )
    assert packed.headers["Content-Encoding"] == "gzip" and len(packed.data) < 600_000


def test_without_a_snapshot_the_page_says_so_and_shows_no_numbers(tmp_path, app_over):
    client = app_over(tmp_path / "nothing")
    assert client.get("/").status_code == 200
    assert config_of(client) == {}
    layout = client.get("/_dash-layout")
    assert "page-failed" in layout.text and "situation" not in layout.text
    assert str(tmp_path) not in layout.text
