"""What several machines share lies on PostgreSQL: accounts, saved views, the outbox and draws do there as on SQLite."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
import sqlalchemy as sa
from casebook_servers import fresh_database
from house import PASSWORD, QUICK
from outgoing_builders import SECRETS, House
from outgoing_servers import http_receiver

from dashboard.accounts.store import Accounts, Locked
from dashboard.accounts.tables import READ_AUDIT, TOKENS, USERS
from dashboard.casework.saved_views import drop_view, save_view, saved_views
from dashboard.dispatch import kept_draws
from dashboard.outgoing.outbox import SENT
from dashboard.settings import Grant

NOW = datetime(2026, 3, 2, 9, 0)
HOOK = '[[target]]\nname = "hook"\nkind = "webhook"\nurl = "{url}"\nsecret_env = "HOOK_SECRET"\n'
LEADER = Grant(roles=("leader",), regions=("140000", "g:BTH"))
LOT = kept_draws.Kept(
    "dual_random", "s", "m", "v", "", 9, "x", "zhang", NOW, (("E1", 4.0, None), ("E2", 1.0, "c" * 16))
)


@pytest.fixture
def url(postgres_url):
    with fresh_database(postgres_url) as found:
        yield found


def test_accounts_come_in_are_locked_out_and_leave_a_trace(url):
    accounts = Accounts(url, lambda: NOW, hasher=QUICK)
    assert not accounts.is_in_use()
    accounts.add("zhang", PASSWORD, LEADER, NOW + timedelta(days=1))
    assert Accounts(url, lambda: NOW, hasher=QUICK).is_in_use()
    secret = accounts.sign_in("zhang", PASSWORD, "::1")
    viewer = accounts.of_session(secret)
    assert (viewer.regions, viewer.roles) == (("140000", "g:BTH"), frozenset({"leader"}))
    token = accounts.add_token("feed", "token", LEADER, ("read:clues",), NOW + timedelta(days=1), "zhang")
    assert accounts.of_token(token).person == viewer.person
    accounts.note_read(viewer, "clue", "c1", "s1")
    (line,) = accounts.rows(READ_AUDIT)
    assert (line["viewer"], line["person"]) == ("zhang", viewer.person)
    accounts.revoke("feed")
    accounts.set_password("zhang", PASSWORD + "!")
    assert accounts.of_token(token) is None and accounts.of_session(secret) is None
    for _ in range(5):
        assert accounts.sign_in("zhang", "wrong", "::1") is None
    with pytest.raises(Locked):
        accounts.sign_in("zhang", PASSWORD + "!", "::2")
    assert [row["name"] for row in accounts.rows(USERS)] == ["zhang"]
    assert accounts.rows(TOKENS)[0]["revoked_at"] == NOW


def test_saved_views_and_draws_are_kept_once(url):
    engine = Accounts(url, lambda: NOW, hasher=QUICK).engine
    for query in ("view=mine", "view=overdue&q=厂"):
        save_view(engine, "p1", "late", query, NOW)
    (view,) = saved_views(engine, "p1")
    assert "view=overdue" in view["query"] and not saved_views(engine, "p2")
    drop_view(engine, "p1", "late")
    assert not saved_views(engine, "p1")
    control = replace(LOT, kind="control", members=(("E3", 1.0, "d" * 16),))
    assert kept_draws.keep(engine, LOT) == kept_draws.keep(engine, LOT) == LOT.draw_id
    kept_draws.keep(engine, control)
    assert [one["n"] for one in kept_draws.draws(engine, ("dual_random",))] == [2]
    assert [one["enterprise_id"] for one in kept_draws.drawn(engine, LOT.draw_id)] == ["E1", "E2"]
    assert kept_draws.in_pool(engine) == {"E1", "E2"} and kept_draws.control_clues(engine) == {"d" * 16}
    assert kept_draws.routine_days(engine) == {"2026-03-02": ["E1", "E2", "E3"]}


@pytest.mark.enable_socket
def test_two_deliverers_over_one_outbox_send_each_event_once(url, tmp_path, root, monkeypatch):
    for name, value in SECRETS.items():
        monkeypatch.setenv(name, value)
    house = House(tmp_path, root, url)
    with http_receiver() as receiver:
        path = house.targets(HOOK.format(url=receiver.url))
        first, second = house.deliverer(path), house.deliverer(path)
        first.once()
        second.once()
        for _ in range(3):
            house.screen()
        assert first.once().sent + second.once().sent == 3
        assert len({got.json["event_id"] for got in receiver.got}) == len(receiver.got) == 3
    assert [row["state"] for row in house.outbox.rows()] == [SENT] * 3
    with house.book.engine.connect() as db:
        assert db.execute(sa.text("SELECT COUNT(*) FROM outbox")).scalar() == 3
