"""Events reach real receivers: signed, once, masked, tried again, given up; and nothing is held up by a slow one."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import threading
from email import message_from_bytes
from email.policy import default as mail_policy
from urllib.parse import parse_qs, urlsplit

import pytest
from outgoing_builders import NAME, PRIVATE, SECRETS, House
from outgoing_servers import DRIP, HANG, MAIL_PASSWORD, http_receiver, mail_server

from dashboard.outgoing.outbox import DEAD, SENT, WAITING

pytestmark = pytest.mark.enable_socket
HOOK = """
[[target]]
name = "hook"
kind = "webhook"
url = "{url}"
secret_env = "HOOK_SECRET"
"""


@pytest.fixture(autouse=True)
def secrets(monkeypatch):
    for name, value in SECRETS.items():
        monkeypatch.setenv(name, value)


@pytest.fixture
def house(tmp_path, root):
    return House(tmp_path, root)


@pytest.fixture
def receiver():
    with http_receiver() as found:
        yield found


def hooked(house, receiver, more=""):
    """A deliverer to a webhook that has seen the casebook once, so that what comes now is news."""
    found = house.deliverer(house.targets(HOOK.format(url=receiver.url) + more))
    found.once()
    return found


def states(house):
    return [row["state"] for row in reversed(house.outbox.rows())]


def test_a_webhook_gets_the_event_signed_with_its_time_and_id(house, receiver):
    deliverer = hooked(house, receiver)
    clue_id = house.screen()
    assert deliverer.once().sent == 1
    (got,) = receiver.got
    parts = dict(part.split("=", 1) for part in got.headers["X-Lookout-Signature"].split(","))
    signed = hmac.new(b"hook-secret-1", parts["t"].encode() + b"." + got.body, hashlib.sha256).hexdigest()
    assert hmac.compare_digest(parts["v1"], signed) and parts["t"] == "1690000000"
    event = house.book.timeline(clue_id)[-1]
    assert got.headers["X-Lookout-Event-Id"] == got.json["event_id"] == event.event_id
    assert (got.json["event"], got.json["from"], got.json["to"]) == ("screen_accept", "IDENTIFIED", "SCREENED")
    assert got.json["at"] == "2023-07-20T09:00:00+08:00" and got.json["clue_id"] == clue_id


def test_what_failed_twice_is_taken_the_third_time_after_longer_and_longer_waits(house, receiver):
    receiver.answers = [500, 503]
    deliverer = hooked(house, receiver)
    house.screen()
    assert deliverer.once().failed == 1
    assert deliverer.once().failed == 0  # not due yet
    house.clock.advance(30)
    assert deliverer.once().failed == 1
    house.clock.advance(30)
    assert deliverer.once().sent == 0
    house.clock.advance(30)
    assert deliverer.once().sent == 1
    ids = [got.headers["X-Lookout-Event-Id"] for got in receiver.got]
    assert len(ids) == 3 and len(set(ids)) == 1
    assert states(house) == [SENT]


def test_a_receiver_that_asks_to_wait_is_left_alone_so_long(house, receiver):
    receiver.answers = [(429, {"Retry-After": "600"})]
    deliverer = hooked(house, receiver)
    house.screen()
    deliverer.once()
    house.clock.advance(599)
    deliverer.once()
    assert len(receiver.got) == 1
    house.clock.advance(2)
    assert deliverer.once().sent == 1


@pytest.mark.parametrize("way", [HANG, DRIP])
def test_a_receiver_that_hangs_is_let_go_and_others_are_told_in_the_same_pass(house, receiver, way):
    with http_receiver() as slow:
        slow.answers = [way] * 3
        path = house.targets(
            "timeout_s = 0.4\n" + HOOK.format(url=slow.url).replace('"hook"', '"slow"') + HOOK.format(url=receiver.url)
        )
        deliverer = house.deliverer(path)
        deliverer.once()
        house.screen()
        house.screen()
        done = deliverer.once()
        assert (done.sent, done.failed) == (2, 1)
        assert len(slow.got) == 1  # the second letter waits: a target that is down does not cost a timeout a letter
    assert "no answer in 0.4 s" in next(row["error"] for row in house.outbox.rows() if row["error"])


def test_a_restart_between_tries_loses_nothing_and_counts_on(house, receiver):
    receiver.answers = [500, 500]
    hooked(house, receiver)
    house.screen()
    for _ in range(3):
        house.deliverer().once()
        house.clock.advance(3600)
    assert [row["attempts"] for row in house.outbox.rows()] == [3] and states(house) == [SENT]
    assert len({got.headers["X-Lookout-Event-Id"] for got in receiver.got}) == 1


def test_what_happened_while_nobody_delivered_is_delivered_later_in_order(house, receiver):
    hooked(house, receiver)
    clues = [house.screen() for _ in range(5)]
    house.deliverer().once()
    assert [got.json["clue_id"] for got in receiver.got] == clues


def test_a_new_target_is_not_flooded_with_what_was_before_it(house, receiver):
    house.screen()
    deliverer = hooked(house, receiver)
    assert deliverer.once().sent == 0 and receiver.got == []


def test_a_letter_nobody_takes_is_dead_is_listed_and_can_be_tried_again(house, receiver):
    receiver.answers = [500] * 3
    deliverer = hooked(house, receiver, "max_attempts = 3\n")
    house.screen()
    for _ in range(5):
        deliverer.once()
        house.clock.advance(3600)
    assert states(house) == [DEAD] and len(receiver.got) == 3
    assert house.outbox.rows(DEAD)[0]["error"] == "127.0.0.1: answered 500"
    assert house.outbox.retry(house.clock()) == 1
    assert deliverer.once().sent == 1 and states(house) == [SENT]


def test_two_deliverers_at_once_send_each_event_once(house, receiver):
    hooked(house, receiver)
    clues = {house.screen() for _ in range(20)}
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
    assert sorted(got.json["clue_id"] for got in receiver.got) == sorted(clues)


def test_a_row_that_a_dead_deliverer_held_is_free_again_after_its_lease(house, receiver):
    deliverer = hooked(house, receiver)
    house.screen()
    deliverer._follow(deliverer.outgoing.target[0])
    target = deliverer.outgoing.target[0]
    lost = house.outbox.claim("hook", house.clock(), lease=deliverer.wait(1), per_minute=9)
    assert lost is not None and deliverer.once().sent == 0
    house.clock.advance(31)
    assert deliverer.once().sent == 1
    house.outbox.failed(lost, "late news of the dead one", None)  # its claim has run out: nothing is overwritten
    assert states(house) == [SENT] and target.name == "hook"


def test_a_redirect_is_not_followed(house, receiver):
    with http_receiver() as elsewhere:
        receiver.answers = [(302, {"Location": elsewhere.url}), (307, {"Location": elsewhere.url})]
        deliverer = hooked(house, receiver)
        house.screen()
        deliverer.once()
        house.clock.advance(3600)
        deliverer.once()
        assert elsewhere.got == [] and len(receiver.got) == 2 and states(house) == [WAITING]


def test_filters_of_a_target_are_kept(house, receiver):
    deliverer = hooked(house, receiver, 'regions = ["310000"]\nevents = ["screen_accept"]\nseverities = [1]\n')
    wanted = house.screen(city_adcode="310000", county_adcode="310115", severity=1)
    house.screen(city_adcode="310000", county_adcode="310115", severity=2)
    house.screen(city_adcode="340100", county_adcode="340102", severity=1)
    deliverer.once()
    assert [got.json["clue_id"] for got in receiver.got] == [wanted]


def test_names_are_masked_unless_the_target_says_otherwise_and_no_record_is_told(house, receiver):
    more = HOOK.format(url=receiver.url).replace('"hook"', '"inside"') + 'names = "full"\n'
    deliverer = hooked(house, receiver, more)
    house.screen()
    deliverer.once()
    masked, full = sorted((got.body.decode() for got in receiver.got), key=lambda body: NAME in body)
    assert NAME not in masked and '"E-1"' not in masked and "企业 " in masked
    assert NAME in full and '"E-1"' in full
    for body in (masked, full):
        assert PRIVATE not in body and "13900000000" not in body and "zhang" not in body and "opinion" not in body


ROBOT = """
[[target]]
name = "robot"
kind = "{kind}"
url = "{url}"
token_env = "ROBOT_TOKEN"
"""


def test_a_wecom_robot_gets_markdown_with_its_key(house, receiver):
    deliverer = house.deliverer(house.targets(ROBOT.format(kind="wecom", url=receiver.url)))
    deliverer.once()
    clue_id = house.screen()
    assert deliverer.once().sent == 1
    (got,) = receiver.got
    assert parse_qs(urlsplit(got.path).query) == {"key": ["robot-token-2"]}
    content = got.json["markdown"]["content"]
    assert got.json["msgtype"] == "markdown" and clue_id in content and "【数据来源不明】" in content
    assert len(content.encode()) <= 4096


def test_a_dingtalk_robot_gets_a_signed_address(house, receiver):
    more = 'secret_env = "ROBOT_SECRET"\nlanguage = "en"\n'
    deliverer = house.deliverer(house.targets(ROBOT.format(kind="dingtalk", url=receiver.url) + more))
    deliverer.once()
    house.screen()
    assert deliverer.once().sent == 1
    query = parse_qs(urlsplit(receiver.got[0].path).query)
    told = f"{query['timestamp'][0]}\nSEC-robot-3".encode()
    signed = base64.b64encode(hmac.new(b"SEC-robot-3", told, hashlib.sha256).digest()).decode()
    assert query["sign"] == [signed] and query["access_token"] == ["robot-token-2"]
    assert query["timestamp"] == ["1690000000000"]
    assert "Clue" in receiver.got[0].json["markdown"]["title"]


@pytest.mark.parametrize("body", [b'{"errcode":93000,"errmsg":"invalid"}', b"<html>", b"[]", b""])
def test_a_robot_that_answers_200_and_refuses_has_not_taken_it(house, receiver, body):
    receiver.body = body
    deliverer = house.deliverer(house.targets(ROBOT.format(kind="wecom", url=receiver.url)))
    deliverer.once()
    house.screen()
    assert deliverer.once().failed == 1 and states(house) == [WAITING]


def test_a_robot_is_told_no_more_than_its_service_takes_in_a_minute(house, receiver):
    deliverer = house.deliverer(house.targets(ROBOT.format(kind="wecom", url=receiver.url) + "per_minute = 3\n"))
    deliverer.once()
    for _ in range(5):
        house.screen()
    assert deliverer.once().sent == 3
    assert deliverer.once().sent == 0
    house.clock.advance(61)
    assert deliverer.once().sent == 2


MAIL = """
[[target]]
name = "post"
kind = "mail"
host = "127.0.0.1"
port = {port}
ca_file = "{ca}"
user_env = "MAIL_USER"
password_env = "MAIL_PASSWORD"
sender = "lookout@example.org"
recipients = ["duty@example.org", "chief@example.org"]
"""


def test_a_letter_goes_over_an_encrypted_line_after_being_refused_once(house, tmp_path):
    with mail_server(tmp_path) as box:
        deliverer = house.deliverer(house.targets(MAIL.format(port=box.port, ca=tmp_path / "cert.pem")))
        deliverer.once()
        clue_id = house.screen()
        box.refusals = ["451 later"]
        assert deliverer.once().failed == 1
        house.clock.advance(60)
        assert deliverer.once().sent == 1
    letter = message_from_bytes(box.letters[0], policy=mail_policy)
    assert letter["To"] == "duty@example.org, chief@example.org" and letter["From"] == "lookout@example.org"
    assert clue_id in letter.get_content() and "研判" in letter["Subject"]
    assert letter["X-Lookout-Event-Id"] in letter["Message-ID"]
    assert NAME not in letter.get_content() and PRIVATE not in str(letter)


def test_no_password_is_told_to_a_mail_server_that_cannot_prove_who_it_is(house, tmp_path):
    with mail_server(tmp_path) as box:
        path = house.targets(MAIL.format(port=box.port, ca="").replace('ca_file = ""\n', ""))
        deliverer = house.deliverer(path)
        deliverer.once()
        house.screen()
        assert deliverer.once().failed == 1
    assert box.letters == [] and "SSLCertVerificationError" in house.outbox.rows()[0]["error"]


def test_no_secret_is_kept_in_the_outbox_or_its_errors(house, tmp_path, receiver):
    receiver.answers = [500] * 9
    text = (
        ROBOT.format(kind="wecom", url=receiver.url)
        + HOOK.format(url=receiver.url)
        + MAIL.format(port=9, ca="x").replace('ca_file = "x"\n', "")
    )
    deliverer = house.deliverer(house.targets(text))
    deliverer.once()
    house.screen()
    deliverer.once()
    with house.book.engine.connect() as db:
        kept = json.dumps([list(map(str, row)) for row in db.exec_driver_sql("select * from outbox")])
    assert not [secret for secret in (*SECRETS.values(), MAIL_PASSWORD) if secret != "lookout" and secret in kept]
