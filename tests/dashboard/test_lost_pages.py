"""An address that is none says so, in the reader's language; programs get what they got."""

from __future__ import annotations

import pytest

from dashboard.factory import PAGES, create_app
from dashboard.settings import Settings

HTML = {"Accept": "text/html"}


@pytest.fixture(scope="module")
def client(root):
    return create_app(Settings(snapshots=root)).server.test_client()


@pytest.mark.parametrize(("language", "said"), [("zh", "没有这个页面"), ("en", "There is no such page")])
def test_an_unknown_address_is_told_in_words_and_shows_no_other_page(client, language, said):
    answer = client.get(f"/nothing/here?lang={language}", headers=HTML)
    assert answer.status_code == 404
    assert said in answer.text and "lookout-config" not in answer.text


def test_every_page_is_still_there(client):
    found = {page.path: client.get(page.path, headers=HTML).status_code for page in PAGES}
    assert set(found.values()) <= {200, 403}


def test_what_programs_ask_for_is_not_answered_with_a_page(client):
    answer = client.get("/data/none/layer.arrow", headers={"Accept": "*/*"})
    assert answer.status_code == 404 and "door" not in answer.text


def test_a_failure_is_told_without_its_reason(root):
    app = create_app(Settings(snapshots=root))
    app.server.add_url_rule("/breaks", "breaks", lambda: 1 / 0)
    answer = app.server.test_client().get("/breaks", headers=HTML)
    assert answer.status_code == 500
    assert "出错了" in answer.text and "ZeroDivision" not in answer.text
