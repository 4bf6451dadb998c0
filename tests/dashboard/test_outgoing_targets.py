"""The file of targets, what a message says, and the command line."""

from __future__ import annotations

import socket
import threading
import time
from pathlib import Path

import pytest
from casebook_servers import fresh_database
from outgoing_builders import NAME, SECRETS, House, a_case
from outgoing_servers import http_receiver
from typer.testing import CliRunner

from dashboard.casebook.records import Event
from dashboard.casebook.standing import Standing
from dashboard.data.scope import make_scope
from dashboard.i18n import LANGUAGES, Words
from dashboard.outgoing.__main__ import app
from dashboard.outgoing.connection import DeliveryError, post, public_address
from dashboard.outgoing.messages import ORIGINS, Surroundings, harmless, is_wanted, message
from dashboard.outgoing.service import start_beside
from dashboard.outgoing.targets import OutgoingError, load_outgoing, moves
from dashboard.settings import Settings

EXAMPLE = Path(__file__).parents[2] / "outgoing.example.toml"
HOOK = '[[target]]\nname = "hook"\nkind = "webhook"\nurl = "https://127.0.0.1/x"\nsecret_env = "HOOK_SECRET"\n'
AROUND = Surroundings(places={"340100": "合肥市", "340102": "瑶海区"}, origin="synthetic", salt="salt")
HOSTILE = (
    "[click](http://evil.example)", "<@all>", "@all **bold** `code`", "a\nb\r\nBcc: x@y.z", "\u202ereversed\u202c",
    "https://evil.example/a?b=c", "x" * 5000, "| a | b |\n|---|---|", "&lt;script&gt;",
)  # fmt: skip


@pytest.fixture(autouse=True)
def secrets(monkeypatch):
    for name, value in SECRETS.items():
        monkeypatch.setenv(name, value)


def written(folder, text):
    path = folder / "outgoing.toml"
    path.write_text(text, "utf-8")
    return path


def hook(folder, more=""):
    return load_outgoing(written(folder, 'hosts = ["127.0.0.1"]\n' + HOOK + more)).target[0]


def step(**values):
    usual = {
        "event_id": "e1", "seq": 7, "clue_id": "clue0001", "version": 1, "source": "SCREENED", "target": "PUSHED",
        "event": "push", "actor": "liu", "role": "dispatcher", "at": a_case("c").detected_at, "due_at": None,
        "reason": "secret reason", "payload": {"complainant": "secret person"}, "attachments": (), "rule_version": "1",
        "snapshot_id": "s", "prev_hash": "", "hash": "",
    }  # fmt: skip
    return Event(**(usual | values))


def standing(**values):
    case = a_case("clue0001", **values)
    return Standing(case, "PUSHED", 1, 7, case.detected_at, severity=case.severity)


def test_the_example_is_a_valid_file(monkeypatch):
    for name in ("HOOK_SECRET", "WECOM_KEY", "DINGTALK_TOKEN", "DINGTALK_SECRET", "MAIL_USER", "MAIL_PASSWORD"):
        monkeypatch.setenv(f"LOOKOUT_{name}", "x")
    found = load_outgoing(EXAMPLE)
    assert {target.kind for target in found.target} == {"webhook", "wecom", "dingtalk", "mail"}


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (("127.0.0.1/x", "elsewhere.example/x"), "host 'elsewhere.example' is not in hosts"),
        (("https://127", "ftp://127"), "http:// or https://"),
        (("https://127", "file:///etc/passwd#127"), "http:// or https://"),
        (("https://127.0.0.1/x", "https://user:pw@127.0.0.1/x"), "no password"),
        (("HOOK_SECRET", "NOT_SET_ANYWHERE"), "environment variable NOT_SET_ANYWHERE is not set"),
        (('kind = "webhook"', 'kind = "fax"'), "does not match any of the expected tags"),
        (('secret_env = "HOOK_SECRET"', 'secret = "x"'), "secret"),
        (('name = "hook"', 'name = "hook"\nevents = ["pusch"]'), "there is no event 'pusch'"),
        (('name = "hook"', 'name = "hook"\nregions = ["g:2_26"]'), "string should match pattern"),
        (('name = "hook"', 'name = "Hook Nr 1"'), "string should match pattern"),
        (("[[target]]", "[[target"), "outgoing.toml"),
    ],
)
def test_a_file_that_is_wrong_is_refused_with_what_is_wrong(tmp_path, change, says):
    text = 'hosts = ["127.0.0.1"]\n' + HOOK.replace(*change)
    with pytest.raises(OutgoingError, match="outgoing|environment") as refused:
        load_outgoing(written(tmp_path, text))
    assert says in str(refused.value)


def test_two_targets_of_one_name_and_a_file_that_is_not_there_are_refused(tmp_path):
    with pytest.raises(OutgoingError, match="two targets"):
        load_outgoing(written(tmp_path, 'hosts = ["127.0.0.1"]\n' + HOOK + HOOK))
    with pytest.raises(OutgoingError, match="No such file"):
        load_outgoing(tmp_path / "none.toml")


def test_a_password_is_never_meant_for_an_open_line(tmp_path):
    mail = (
        'hosts = ["127.0.0.1"]\n[[target]]\nname = "post"\nkind = "mail"\nhost = "127.0.0.1"\nsecurity = "none"\n'
        'user_env = "MAIL_USER"\npassword_env = "MAIL_PASSWORD"\nsender = "a@b.cn"\nrecipients = ["c@d.cn"]\n'
    )
    with pytest.raises(OutgoingError, match="open line"):
        load_outgoing(written(tmp_path, mail))


@pytest.mark.parametrize(
    ("region", "place", "is_told"),
    [
        ("340000", ("340100", "340102"), True),
        ("340100", ("340100", "340102"), True),
        ("340102", ("340100", "340102"), True),
        ("340103", ("340100", "340102"), False),
        ("340200", ("340100", "340102"), False),
        ("310000", ("310000", "310115"), True),
        ("310115", ("310000", "310115"), True),
        ("500000", ("500000", "500101"), True),
        ("371000", ("371000", "371002"), True),
        ("371000", ("370100", "370102"), False),
        ("340000", ("", ""), False),
    ],
)
def test_a_region_stands_for_what_lies_in_it(tmp_path, region, place, is_told):
    target = hook(tmp_path, f'regions = ["{region}"]\n')
    assert is_wanted(target, step(), standing(city_adcode=place[0], county_adcode=place[1])) == is_told


def test_comments_are_told_only_to_who_asked_for_them(tmp_path):
    remark = step(event="comment", source="PUSHED")
    assert not is_wanted(hook(tmp_path), remark, standing())
    assert is_wanted(hook(tmp_path, 'events = ["comment"]\n'), remark, standing())
    assert not is_wanted(hook(tmp_path), step(event="open"), standing())


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_event_has_a_title_in_the_targets_language(tmp_path, language):
    words = Words(language)
    for event in (*moves(), "comment", "correct"):
        told = message(hook(tmp_path, f'language = "{language}"\n'), step(event=event), standing(), AROUND)
        assert words(f"casebook.event.{event}") in told["title"] and "{" not in told["title"] + told["text"]
    assert "模拟" in told["title"] or "Synthetic" in told["title"]
    assert {words(f"outgoing.origin.{origin}") for origin in ORIGINS}


def test_a_message_tells_chosen_fields_and_no_record(tmp_path):
    for names in ("masked", "full"):
        told = str(message(hook(tmp_path, f'names = "{names}"\n'), step(), standing(), AROUND))
        assert "secret" not in told and "liu" not in told
        assert (NAME in told) == (names == "full")
        assert "合肥市 瑶海区" in told


def test_a_masked_name_is_the_code_that_masked_screens_show(tmp_path, store, root):
    scope = make_scope(None, None, True, b"secret of the house")
    shown = dict(
        store.current().scoped(scope).cursor().execute("select enterprise_id, name from enterprises").fetchall()
    )
    (enterprise_id,) = store.current().cursor().execute("select min(enterprise_id) from enterprises").fetchone()
    around = Surroundings(places={}, origin="synthetic", salt=scope.salt)
    told = message(hook(tmp_path), step(), standing(enterprise_id=enterprise_id), around)["enterprise"]
    assert shown[told["id"]] == told["name"]


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_name_is_told_as_text(name):
    told = harmless(name)
    assert "\n" not in told and "\r" not in told and "\u202e" not in told and len(told) <= 80
    assert not set(told) & set("[]()<>*_`#@|&\\") and "://" not in told


@pytest.mark.parametrize(
    "found", ["127.0.0.1", "::1", "169.254.169.254", "0.0.0.0", "224.0.0.1", "fe80::1", "::ffff:127.0.0.1"]
)  # fmt: skip
def test_a_name_that_leads_to_this_machine_or_its_link_is_not_called(monkeypatch, found):
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: [(2, 1, 6, "", (found, 80))])
    with pytest.raises(DeliveryError, match="is not called"):
        public_address("hooks.example.org", 80)


@pytest.mark.enable_socket
def test_a_port_where_nobody_listens_is_an_error_of_the_delivery(tmp_path):
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    with pytest.raises(DeliveryError, match="ConnectionRefusedError"):
        post(f"http://127.0.0.1:{port}/", b"", {}, 1)


@pytest.mark.disable_socket
def test_off_by_default_nothing_is_opened(tmp_path, root):
    threads = threading.active_count()
    assert start_beside(Settings(snapshots=root, casebook=f"sqlite:///{tmp_path}/none.db")) is None
    assert threading.active_count() == threads and list(tmp_path.iterdir()) == []


def test_a_server_that_is_told_a_wrong_file_does_not_start(tmp_path, root):
    settings = Settings(snapshots=root, casebook=f"sqlite:///{tmp_path}/c.db", outgoing=tmp_path / "none.toml")
    with pytest.raises(OutgoingError):
        start_beside(settings)


@pytest.mark.enable_socket
def test_the_thread_beside_the_server_delivers_what_people_do(tmp_path, root):
    house = House(tmp_path, root)
    with http_receiver() as receiver:
        path = house.targets(HOOK.replace("https://127.0.0.1/x", receiver.url))
        stop = start_beside(Settings(snapshots=root, casebook=house.url, outgoing=path))
        assert stop is not None
        while house.outbox.counts() == {} and not house.outbox.follows("hook"):
            time.sleep(0.02)
        house.screen()
        for _ in range(500):
            if receiver.got:
                break
            time.sleep(0.02)
        stop.set()
    assert receiver.got[0].json["event"] == "screen_accept"
    assert receiver.got[0].json["data_origin"] == "unknown"


@pytest.fixture
def command(tmp_path, root, monkeypatch):
    house = House(tmp_path, root)
    monkeypatch.setenv("LOOKOUT_CASEBOOK", house.url)
    monkeypatch.setenv("LOOKOUT_SNAPSHOTS", str(root))
    monkeypatch.setenv("COLUMNS", "300")
    monkeypatch.delenv("LOOKOUT_OUTGOING", raising=False)

    def run(*words, path=None):
        if path:
            monkeypatch.setenv("LOOKOUT_OUTGOING", str(path))
        return CliRunner().invoke(app, list(words))

    return house, run


@pytest.mark.enable_socket
def test_the_command_line_delivers_lists_and_tries_again(command):
    house, run = command
    with http_receiver() as receiver:
        receiver.answers = [500]
        path = house.targets(HOOK.replace("https://127.0.0.1/x", receiver.url) + "max_attempts = 1\n")
        assert run("check", path=path).output == "hook: webhook, names masked, zh\n"
        assert run("run", "--once").exit_code == 0
        house.screen()
        failed = run("run", "--once")
        assert (failed.exit_code, failed.output) == (1, "sent 0, to be tried again 0, given up 1\n")
        listed = run("list", "--state", "dead").output
        assert "answered 500" in listed and "hook: 1 dead" in listed
        assert run("retry").output == "1 to be tried again\n"
        assert run("run", "--once").output == "sent 1, to be tried again 0, given up 0\n"
    assert run("list").output.count("sent") >= 2


def test_the_command_line_says_in_one_line_what_is_missing(command):
    _, run = command
    for words in (["run", "--once"], ["check"]):
        refused = run(*words)
        assert refused.exit_code == 2 and "LOOKOUT_OUTGOING" in refused.output and refused.output.count("\n") == 1
    assert run("list", "--state", "lost").exit_code == 2


@pytest.mark.enable_socket
def test_on_postgresql_several_deliverers_send_each_event_once(tmp_path, root, postgres_url):
    with fresh_database(postgres_url) as address, http_receiver() as receiver:
        house = House(tmp_path, root, address)
        house.targets(HOOK.replace("https://127.0.0.1/x", receiver.url))
        house.deliverer().once()
        clues = {house.screen() for _ in range(12)}
        start = threading.Barrier(3)

        def deliver():
            one = house.deliverer()
            start.wait()
            one.once()

        threads = [threading.Thread(target=deliver) for _ in range(3)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        house.deliverer().once()
        assert house.outbox.counts() == {("hook", "sent"): 12}
    assert sorted(got.json["clue_id"] for got in receiver.got) == sorted(clues)
