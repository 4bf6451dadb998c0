"""Briefings that are made by themselves: when, for whom, with whose rights, and what becomes of those that fail."""

from __future__ import annotations

from datetime import datetime, timedelta
from email import message_from_bytes, policy
from pathlib import Path

import pytest
from house import PASSWORD, QUICK
from outgoing_builders import Clock
from typer.testing import CliRunner

from dashboard.accounts.store import Accounts
from dashboard.briefing.__main__ import app as command
from dashboard.briefing.press import Press
from dashboard.briefing.runs import FAILED, MADE, MOST_ATTEMPTS, Runs
from dashboard.briefing.schedule import ScheduleError, load_schedule
from dashboard.briefing.service import Briefer
from dashboard.casebook.store import Casebook
from dashboard.database import open_database, upgrade
from dashboard.outgoing.outbox import WAITING, Outbox
from dashboard.outgoing.senders import letter
from dashboard.outgoing.targets import load_outgoing
from dashboard.settings import Grant, Settings

NOW = datetime(2026, 11, 2, 8, 30)
SECRET = b"press tests"
FILE = """
folder = "{folder}/made"
[[run]]
name = "mornings"
recipe = "daily"
when = "day 08:00"
formats = ["html"]
to = [{to}]
"""
MAIL = """
hosts = ["mail.example.org"]
[[target]]
name = "leaders"
kind = "mail"
host = "mail.example.org"
security = "none"
sender = "lookout@example.org"
recipients = ["boss@example.org"]
only_briefings = true
names = "masked"
"""


@pytest.fixture
def press(tmp_path, store):
    """A press over a house with two users; `to` says who reads."""
    url = f"sqlite:///{tmp_path}/casebook.db"
    engine = open_database(url)
    upgrade(engine)
    accounts = Accounts(url, lambda: NOW, hasher=QUICK)
    accounts.add("boss", PASSWORD, Grant(roles=("leader",)))
    accounts.add("anhui", PASSWORD, Grant(roles=("analyst",), regions=("340000",)))
    (tmp_path / "outgoing.toml").write_text(MAIL, "utf-8")

    def make(to: str) -> Press:
        file = tmp_path / "briefing.toml"
        file.write_text(FILE.format(folder=tmp_path, to=to), "utf-8")
        settings = Settings(casebook=url, outgoing=tmp_path / "outgoing.toml", public_url="https://lookout.example")
        clock = Clock(NOW)
        book = Casebook(engine, clock)
        return Press(settings, load_schedule(file), store, book, accounts, Briefer(None, SECRET), clock)

    return make


@pytest.mark.parametrize(
    ("when", "last"),
    [
        ("day 08:00", datetime(2026, 11, 2, 8, 0)),
        ("day 09:00", datetime(2026, 11, 1, 9, 0)),
        ("week mon 08:00", datetime(2026, 11, 2, 8, 0)),
        ("week sun 20:00", datetime(2026, 11, 1, 20, 0)),
        ("month 1 07:30", datetime(2026, 11, 1, 7, 30)),
        ("month 28 07:30", datetime(2026, 10, 28, 7, 30)),
    ],
)
def test_a_run_is_due_at_its_last_moment(tmp_path, when, last):
    text = FILE.format(folder=tmp_path, to='{ user = "boss" }').replace("day 08:00", when)
    (tmp_path / "b.toml").write_text(text, "utf-8")
    assert load_schedule(tmp_path / "b.toml").run[0].due_before(NOW) == last


@pytest.mark.parametrize(
    ("change", "key"),
    [
        (('when = "day 08:00"', 'when = "daily"'), "run.0"),
        (('when = "day 08:00"', 'when = "month 31 08:00"'), "run.0"),
        (('formats = ["html"]', 'formats = ["xls"]'), "formats"),
        (("[[run]]", "[[ran]]"), "ran|run"),
        (('{ user = "boss" }', '{ user = "boss" }, { user = "boss" }'), "named twice"),
    ],
)
def test_a_schedule_that_is_wrong_is_named_with_its_key(tmp_path, change, key):
    (tmp_path / "b.toml").write_text(FILE.format(folder=tmp_path, to='{ user = "boss" }').replace(*change), "utf-8")
    with pytest.raises(ScheduleError, match=key) as error:
        load_schedule(tmp_path / "b.toml")
    assert str(tmp_path / "b.toml") in str(error.value)


def test_each_reader_gets_one_of_their_own_once(press, tmp_path):
    works = press('{ user = "boss" }, { user = "anhui" }')
    assert works.due() == (2, 0)
    assert works.due() == (0, 0)
    files = {
        path.parent.name.rpartition("-")[0]: path.read_text("utf-8") for path in tmp_path.glob("made/*/*/*/*.html")
    }
    assert "读者权限内" in files["anhui"] and "读者权限内" not in files["boss"]
    assert 'href="https://lookout.example/' in files["boss"]
    works.clock.advance(86400)
    assert works.due() == (2, 0)
    assert [row["state"] for row in Runs(works.casebook.engine).rows()] == [MADE] * 4


def test_what_fails_says_so_is_tried_again_and_given_up_in_the_end(press):
    works = press('{ user = "nobody" }')
    assert works.due() == (0, 1)
    assert works.due() == (0, 0), "not again before its time"
    (row,) = Runs(works.casebook.engine).rows()
    assert (row["state"], row["attempts"]) == (FAILED, 1) and "nobody" in row["error"]
    for _ in range(MOST_ATTEMPTS + 2):
        works.clock.advance(timedelta(hours=2).total_seconds())
        works.due()
    assert Runs(works.casebook.engine).rows()[0]["attempts"] == MOST_ATTEMPTS
    works = press('{ user = "boss" }, { user = "nobody" }')
    assert works.due()[0] == 1, "one reader's trouble is not another's"


def test_a_run_is_made_by_one_process_and_taken_over_from_a_dead_one(press):
    works = press('{ user = "boss" }')
    runs = Runs(works.casebook.engine)
    due_at = NOW.replace(minute=0)
    first = runs.claim("mornings", due_at, "boss", NOW)
    assert first is not None
    assert runs.claim("mornings", due_at, "boss", NOW) is None
    second = runs.claim("mornings", due_at, "boss", NOW + timedelta(minutes=16))
    assert second is not None and second.attempts == 2
    runs.failed(first, "late", NOW)
    runs.made(second, "snapshot", ["a"])
    assert runs.rows()[0]["state"] == MADE


def test_a_letter_goes_to_the_outbox_with_its_file_masked_as_the_target_says(press, loaded):
    works = press('{ user = "boss", mail = "leaders" }')
    assert works.due() == (1, 0)
    (row,) = Outbox(works.casebook.engine).rows(WAITING)
    assert row["target"] == "leaders"
    claimed = Outbox(works.casebook.engine).claim("leaders", NOW, timedelta(minutes=5), 60)
    target = load_outgoing(works.settings.outgoing).named("leaders")
    mail = message_from_bytes(letter(target, claimed.message, 0).as_bytes(), policy=policy.default)
    (file,) = list(mail.iter_attachments())
    assert file.get_filename() == "mornings-20261102.html" and "日调度" in mail["Subject"]
    body = file.get_payload(decode=True).decode()
    assert "企业以代码表示" in body
    names = {name for (name,) in loaded.cursor().execute("select name from enterprises").fetchall()}
    assert not any(name in body for name in names)
    assert Outbox(works.casebook.engine).add("leaders", claimed.message, NOW) is False


def test_the_command_writes_a_file_and_says_in_one_line_what_it_can_t(root, tmp_path, monkeypatch):
    monkeypatch.setenv("LOOKOUT_SNAPSHOTS", str(root))
    monkeypatch.setenv("LOOKOUT_CASEBOOK", f"sqlite:///{tmp_path}/none.db")
    out = tmp_path / "deep" / "daily.html"
    done = CliRunner().invoke(command, ["make", "--recipe", "daily", "--as", "demo", "--out", str(out)])
    assert done.exit_code == 0, done.output
    assert "日调度" in out.read_text("utf-8")
    for words, says in ((["--as", "zhang"], "no users"), (["--as", "demo", "--round", "2023-R99"], "no round")):
        done = CliRunner().invoke(command, ["make", "--recipe", "round", "--out", str(Path(out)), *words])
        assert done.exit_code == 2 and says in done.output and done.output.count("\n") == 1
