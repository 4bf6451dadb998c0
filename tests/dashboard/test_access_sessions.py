"""Getting in, staying in, getting out: users, walls, programs; what is refused, and what is written down."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from click.testing import Result
from house import PASSWORD, QUICK, data_of, signed_in
from typer.testing import CliRunner

from dashboard.access import PERMISSIONS, ROLES, AccessError, Viewer, check_binding
from dashboard.accounts import store as account_store
from dashboard.accounts.__main__ import app as command_line
from dashboard.accounts.grants import AccountError
from dashboard.accounts.secret import server_secret
from dashboard.accounts.store import Accounts, Lifetime, Locked
from dashboard.accounts.tables import LOGIN_TRIES, READ_AUDIT, SESSIONS, TOKENS, USERS
from dashboard.database import writing
from dashboard.factory import PAGES, LookoutDash, create_app
from dashboard.settings import Grant, Settings
from dashboard.shell import NAVIGATION

LEADER = Grant(roles=("leader",))
SHANXI = Grant(roles=("analyst",), regions=("140000",))


class Clock:
    """A time that goes on when it is told to."""

    def __init__(self) -> None:
        self.now = datetime(2026, 3, 2, 9, 0)

    def __call__(self) -> datetime:
        return self.now

    def later(self, **by: float) -> None:
        self.now += timedelta(**by)


@dataclass(frozen=True)
class House:
    """An app whose accounts live at a time of their own."""

    app: LookoutDash
    accounts: Accounts
    clock: Clock
    folder: Path
    zhang: dict[str, object]


@pytest.fixture(scope="module")
def house(root, store, tmp_path_factory) -> House:
    folder, clock = tmp_path_factory.mktemp("house"), Clock()
    url = f"sqlite:///{folder}/casebook.db"
    accounts = Accounts(url, clock, Lifetime(timedelta(hours=1), timedelta(hours=12)), QUICK)
    accounts.add("zhang", PASSWORD, SHANXI)
    with accounts.engine.connect() as db:
        (zhang,) = (dict(row) for row in db.execute(USERS.select()).mappings())
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("dashboard.factory.open_accounts", lambda _settings: accounts)
        app = create_app(Settings(snapshots=root, casebook=url), store)
    return House(app, accounts, clock, folder, zhang)


@pytest.fixture
def clock(house: House) -> Clock:
    house.clock.now = datetime(2026, 3, 2, 9, 0)
    return house.clock


@pytest.fixture
def accounts(house: House, clock: Clock) -> Accounts:
    """Zhang of Shanxi and nobody else; no session, no token, nothing written down."""
    with writing(house.accounts.engine) as db:
        for table in (USERS, SESSIONS, TOKENS, LOGIN_TRIES, READ_AUDIT):
            db.execute(table.delete())
        db.execute(USERS.insert().values(house.zhang))
    return house.accounts


@pytest.fixture
def closed(house: House, accounts: Accounts) -> LookoutDash:
    """The app over these accounts."""
    return house.app


def device(closed, accounts: Accounts, clock: Clock, pages: tuple[str, ...] = ("situation",), **grant: object):
    """A screen on a wall that has opened its link."""
    secret = accounts.add_token("wall", "device", LEADER.model_copy(update=grant), pages, clock() + timedelta(days=9))
    client = closed.server.test_client()
    assert client.get(f"/device/{secret}").status_code == 302
    return client


@pytest.mark.parametrize(
    ("path", "status"),
    [("/", 302), ("/sources", 302), ("/data/version", 401), ("/_dash-layout", 401), ("/_dash-dependencies", 401),
     ("/metrics", 401), ("/api/v1/clues", 401), ("/work/clues.json", 401), ("/nowhere", 302), ("/login", 200),
     ("/healthz", 200), ("/assets/00-tokens.css", 200), ("/device/ld_guessed", 404)],
)  # fmt: skip
def test_without_a_name_nothing_is_open_but_the_door(closed, path, status):
    answer = closed.server.test_client().get(path)
    assert answer.status_code == status
    if status == 302:
        assert answer.headers["Location"].startswith("/login?next=")


def test_a_stranger_is_told_of_the_health_in_one_word(closed):
    assert set(closed.server.test_client().get("/healthz").get_json()) == {"status"}


def test_a_callback_needs_a_name_too(closed):
    assert closed.server.test_client().post("/_dash-update-component", json={"output": "x.y"}).status_code == 401


@pytest.mark.parametrize("target", ["//evil.example", "https://evil.example", "/\\evil.example", "javascript:alert(1)"])
def test_nobody_is_sent_out_of_the_house_after_signing_in(closed, target):
    answer = closed.server.test_client().post(
        "/login", query_string={"next": target}, data={"name": "zhang", "password": PASSWORD}
    )
    assert answer.headers["Location"] == "/"


def test_signing_in_leads_on_and_sets_a_cookie_scripts_cannot_read(closed):
    answer = closed.server.test_client().post("/login?next=/sources", data={"name": "zhang", "password": PASSWORD})
    assert answer.headers["Location"] == "/sources"
    (cookie,) = (value for name, value in answer.headers if name == "Set-Cookie" and "lookout=" in value)
    assert "HttpOnly" in cookie and "SameSite=Lax" in cookie and "Secure" not in cookie


def test_who_was_sent_to_the_door_comes_to_the_whole_address_he_asked_for(closed):
    client = closed.server.test_client()
    wanted = "/clues?view=all&open=3f&pollutant=NOx&lang=en&theme=light"
    door = client.get(wanted).headers["Location"]
    assert b'data-theme="light"' in client.get(door).data
    assert client.post(door, data={"name": "zhang", "password": PASSWORD}).headers["Location"] == wanted


def test_the_language_chosen_at_the_door_is_kept(closed):
    door = closed.server.test_client().get("/sources?lang=zh").headers["Location"].replace("lang=zh", "lang=en")
    answer = closed.server.test_client().post(door, data={"name": "zhang", "password": PASSWORD})
    assert answer.headers["Location"] == "/sources?lang=en"


def test_over_https_the_cookie_is_secure(root, store, house, accounts):
    url = f"sqlite:///{house.folder}/casebook.db"
    app = create_app(Settings(snapshots=root, casebook=url, public_url="https://lookout.example"), store)
    answer = app.server.test_client().post("/login", data={"name": "zhang", "password": PASSWORD})
    assert all("Secure" in value for name, value in answer.headers if name == "Set-Cookie")


@pytest.mark.parametrize(("name", "password"), [("zhang", "wrong password"), ("nobody", PASSWORD), ("", "")])
def test_a_wrong_name_and_a_wrong_password_are_answered_alike(closed, name, password):
    answer = closed.server.test_client().post("/login?lang=en", data={"name": name, "password": password})
    assert answer.status_code == 401 and "Name or password is wrong" in answer.text


def test_what_was_typed_comes_back_escaped(closed):
    answer = closed.server.test_client().post("/login", data={"name": '"><script>alert(1)</script>', "password": "x"})
    assert "<script>" not in answer.text


def test_after_five_failures_even_the_right_password_waits_a_quarter_of_an_hour(closed, accounts, clock):
    client = closed.server.test_client()
    for _ in range(account_store.TRIES_PER_NAME):
        assert client.post("/login", data={"name": "zhang", "password": "guess"}).status_code == 401
    assert client.post("/login", data={"name": "zhang", "password": PASSWORD}).status_code == 429
    clock.later(minutes=16)
    assert client.post("/login", data={"name": "zhang", "password": PASSWORD}).status_code == 302
    assert accounts.rows(LOGIN_TRIES) == []


def test_one_address_cannot_try_many_names(accounts, monkeypatch):
    monkeypatch.setattr(account_store, "TRIES_PER_ADDRESS", 3)
    for n in range(3):
        assert accounts.sign_in(f"name{n}", "guess", "10.0.0.9") is None
    with pytest.raises(Locked):
        accounts.sign_in("zhang", PASSWORD, "10.0.0.9")
    assert accounts.sign_in("zhang", PASSWORD, "10.0.0.10")


@pytest.mark.parametrize("what", ["disable", "expire", "password"])
def test_a_closed_account_is_out_at_once(closed, accounts, clock, what):
    client = signed_in(closed.server, "zhang")
    assert client.get("/data/version").status_code == 200
    if what == "disable":
        accounts.change("zhang", is_disabled=True)
    elif what == "expire":
        accounts.change("zhang", expires_at=clock() - timedelta(seconds=1))
    else:
        accounts.set_password("zhang", "another long password")
    assert client.get("/data/version").status_code == 401
    again = closed.server.test_client().post("/login", data={"name": "zhang", "password": PASSWORD})
    assert again.status_code == 401


def test_a_session_ends_when_it_is_idle_and_when_it_is_old(closed, clock):
    client = signed_in(closed.server, "zhang")
    clock.later(minutes=50)
    assert client.get("/data/version").status_code == 200
    clock.later(minutes=59)
    assert client.get("/data/version").status_code == 200
    clock.later(minutes=61)
    assert client.get("/data/version").status_code == 401
    client = signed_in(closed.server, "zhang")
    for _ in range(14):
        clock.later(minutes=55)
        client.get("/data/version")
    assert client.get("/data/version").status_code == 401


def test_after_signing_out_a_kept_cookie_is_worth_nothing(closed):
    client = signed_in(closed.server, "zhang")
    kept = client.get_cookie("lookout").value
    data = data_of(client)
    answer = client.post("/logout")
    assert answer.headers["Location"] == "/login" and '"cache"' in answer.headers["Clear-Site-Data"]
    thief = closed.server.test_client()
    thief.set_cookie("lookout", kept)
    for path in ("/data/version", f"{data}/clues.arrow", "/_dash-layout"):
        assert client.get(path).status_code == 401 and thief.get(path).status_code == 401


def test_each_sign_in_begins_a_session_of_its_own(closed, accounts):
    client = signed_in(closed.server, "zhang")
    first = client.get_cookie("lookout").value
    client.post("/login", data={"name": "zhang", "password": PASSWORD})
    assert client.get_cookie("lookout").value != first and len(accounts.rows(SESSIONS)) == 2


def test_answers_are_for_who_asked_only(closed):
    client = signed_in(closed.server, "zhang")
    for path in ("/", f"{data_of(client)}/clues.arrow", f"{data_of(client)}/export/clues.csv", "/data/version"):
        headers = client.get(path).headers
        assert "Cookie" in headers["Vary"] and "private" in headers["Cache-Control"], path


def test_a_role_is_refused_what_is_not_its_own_and_not_shown_the_way(closed, accounts):
    accounts.add("factory", PASSWORD, Grant(roles=("enterprise",)), enterprise_id="E1")
    client = signed_in(closed.server, "factory")
    assert client.get("/?lang=en").headers["Location"] == "/own?lang=en"
    answer = client.get("/sources?lang=en")
    assert answer.status_code == 403 and "This page is not for you" in answer.text
    assert client.get(f"{data_of(client)}/clues.arrow").status_code == 403
    layout = client.get("/_dash-layout", headers={"Referer": "http://localhost/?lang=en"}).text
    assert layout.count('"page-link"') == 1 and "situation-map" not in layout


@pytest.mark.parametrize("role", ROLES)
def test_every_role_sees_what_is_declared_for_it_and_nothing_else(role):
    viewer = Viewer("someone", frozenset({role}), enterprise_id="E1" if role == "enterprise" else "")
    assert {what for what in PERMISSIONS if viewer.may(what)} == {
        w for w, roles in PERMISSIONS.items() if role in roles
    }
    assert not viewer.may("what nobody declared")


def test_every_page_says_who_may_see_it():
    assert {page.name for page in PAGES} <= set(PERMISSIONS)
    assert {key.removeprefix("nav.") for _, key in NAVIGATION} <= set(PERMISSIONS)


def test_a_wall_sees_its_page_of_its_region_without_names_and_does_nothing_else(closed, accounts, clock):
    client = device(closed, accounts, clock, regions=("340000",), is_masked=True)
    assert client.get("/").status_code == 200
    assert client.get("/sources").status_code == 403 and client.get("/clues").status_code == 403
    data = data_of(client)
    assert client.get(f"{data}/clues.arrow").status_code == 200
    assert client.get(f"{data}/export/clues.csv").status_code == 403
    assert client.get(f"{data}/sources.json").status_code == 403
    card = client.get(f"{data}/describe/enterprise/0.json").get_json()
    assert re.fullmatch(r"企业 [0-9A-F]{4}-[0-9A-F]{4}", card["name"]) and card["uscc"] is None
    assert accounts.of_token("ld_another") is None
    assert client.post("/work/clues/1/comment", json={"text": "x"}).status_code in (400, 403, 404)


def test_a_wall_cannot_ask_the_callbacks_of_other_pages(closed, accounts, clock):
    client = device(closed, accounts, clock, pages=("methods",))
    asked = {"output": "situation-table-slot.children", "outputs": {}, "inputs": [], "state": [], "changedPropIds": []}
    assert client.post("/_dash-update-component", json=asked).status_code == 403
    layout = client.get("/_dash-layout", headers={"Referer": "http://localhost/"}).text
    assert "situation-map" not in layout


@pytest.mark.parametrize("how", ["revoked", "expired"])
def test_a_wall_that_was_withdrawn_says_so(closed, accounts, clock, how):
    client = device(closed, accounts, clock)
    data = data_of(client)
    if how == "revoked":
        accounts.revoke("wall")
    else:
        clock.later(days=10)
    assert client.get(f"{data}/clues.arrow").status_code == 401
    page = client.get("/?lang=en")
    assert page.status_code == 401 and "withdrawn" in page.text


def test_a_program_brings_its_token_and_a_browser_cannot_use_it_as_a_cookie(closed, accounts, clock):
    secret = accounts.add_token("meter", "token", Grant(roles=("auditor",)), ("metrics",), clock() + timedelta(days=1))
    client = closed.server.test_client()
    assert client.get("/metrics", headers={"Authorization": f"Bearer {secret}"}).status_code == 200
    assert client.get("/data/version", headers={"Authorization": f"Bearer {secret[:-1]}x"}).status_code == 401
    client.set_cookie("lookout_device", secret)
    assert client.get("/metrics").status_code == 401


@pytest.mark.parametrize(
    ("headers", "is_let_in"),
    [({"Sec-Fetch-Site": "cross-site"}, False), ({"Sec-Fetch-Site": "same-site"}, False),
     ({"Origin": "http://evil.example"}, False), ({"Origin": "null"}, False),
     ({"Sec-Fetch-Site": "same-origin", "Origin": "http://localhost"}, True), ({"Origin": "http://localhost"}, True)],
)  # fmt: skip
def test_another_sites_page_changes_nothing(closed, headers, is_let_in):
    client = signed_in(closed.server, "zhang")
    status = client.post("/logout", headers=headers).status_code
    assert (status == 302) is is_let_in and (client.get("/data/version").status_code == 401) is is_let_in


def test_what_was_read_and_taken_away_is_written_down(closed, accounts):
    client = signed_in(closed.server, "zhang")
    client.get(f"{data_of(client)}/describe/enterprise/0.json")
    client.get(f"{data_of(client)}/export/clues.csv?severity=1")
    newest, oldest = accounts.rows(READ_AUDIT)
    assert (newest["viewer"], newest["what"]) == ("zhang", "export") and "severity=1" in newest["which"]
    assert oldest["what"] == "enterprise" and oldest["which"] and "~" in oldest["snapshot_id"]


def test_secrets_are_kept_as_hashes_and_never_listed(closed, accounts, clock, house):
    client = signed_in(closed.server, "zhang")
    secret = accounts.add_token("meter", "token", LEADER, ("metrics",), clock() + timedelta(days=1))
    kept = b"".join(path.read_bytes() for path in house.folder.iterdir() if "casebook.db" in path.name)
    session = client.get_cookie("lookout").value
    assert secret.encode() not in kept and PASSWORD.encode() not in kept and session.encode() not in kept
    assert b"$argon2id$" in kept
    assert "argon2" not in str(accounts.rows(USERS)) and "hash" not in accounts.rows(TOKENS)[0]


@pytest.mark.parametrize(
    ("name", "password", "grant"),
    [("zhang", PASSWORD, LEADER), ("li", "short", LEADER), ("longenough", "LongEnough", LEADER), ("", PASSWORD, LEADER),
     ("li", PASSWORD, Grant(roles=("king",))), ("li", PASSWORD, Grant(roles=())),
     ("li", PASSWORD, Grant(roles=("leader",), regions=("Hebei",)))],
    ids=["taken", "short", "the name", "no name", "no such role", "no role", "no such region"],
)  # fmt: skip
def test_a_user_that_would_not_do_is_refused(accounts, name, password, grant):
    with pytest.raises(AccountError):
        accounts.add(name, password, grant)


def test_the_secret_is_its_owners_alone(tmp_path):
    settings = Settings(casebook=f"sqlite:///{tmp_path}/casebook.db")
    assert server_secret(settings) != server_secret(settings) and not list(tmp_path.iterdir())
    (tmp_path / "casebook.db").touch()
    secret = server_secret(settings)
    path = tmp_path / "casebook.secret"
    assert len(secret) == 32 and server_secret(settings) == secret and path.stat().st_mode & 0o777 == 0o600
    path.chmod(0o644)
    with pytest.raises(AccessError, match="chmod 600"):
        server_secret(settings)
    with pytest.raises(AccessError, match="LOOKOUT_SECRET"):
        server_secret(Settings(casebook="postgresql+psycopg://there/lookout"))


def test_with_users_more_than_this_machine_may_be_served():
    with pytest.raises(AccessError, match="dashboard.accounts add"):
        check_binding(Settings(host="0.0.0.0"))
    check_binding(Settings(host="0.0.0.0"), has_users=True)


def test_the_first_user_closes_a_server_that_runs_open(root, store, tmp_path, monkeypatch):
    monkeypatch.setattr(account_store, "ASK_AGAIN_S", 0.0)
    url = f"sqlite:///{tmp_path}/casebook.db"
    client = create_app(Settings(snapshots=root, casebook=url), store).server.test_client()
    assert client.get("/data/version").status_code == 200
    Accounts(url, Clock()).add("zhang", PASSWORD, SHANXI)
    assert client.get("/data/version").status_code == 401


def test_the_demo_is_served_under_this_machines_names_only(client):
    assert client.get("/data/version", headers={"Host": "rebound.example"}).status_code == 421
    assert client.get("/data/version", headers={"Host": "127.0.0.1:8050"}).status_code == 200


def test_the_demo_tries_a_role_and_a_region(client, loaded):
    answer = client.post(
        "/try?next=/sources", data={"role": "analyst", "region": "140000", "round": "", "names": "masked"}
    )
    assert answer.status_code == 302 and answer.headers["Location"] == "/sources"
    assert client.get("/data/version").get_json()["id"].startswith(f"{loaded.id}~")
    layout = client.get("/_dash-layout", headers={"Referer": "http://localhost/?lang=en"}).text
    assert "Analyst" in layout and "Names masked" in layout and "no users are configured" in layout
    client.post("/try", data={"role": "enterprise"})
    refused = client.get("/?lang=en")
    assert refused.status_code == 403 and "Back to all roles" in refused.text
    client.post("/try", data={})
    assert client.get("/data/version").get_json()["id"] == loaded.id


def test_with_users_nobody_tries_roles(closed):
    client = signed_in(closed.server, "zhang")
    assert client.post("/try", data={"role": "leader", "region": ""}).status_code == 404
    client.set_cookie("lookout_try", "leader|||")
    assert "~" in client.get("/data/version").get_json()["id"]


def test_the_command_line_names_users_and_takes_no_password_as_an_argument(tmp_path, monkeypatch):
    url = f"sqlite:///{tmp_path}/casebook.db"

    def run(*arguments: str, typed: str = "") -> Result:
        return CliRunner().invoke(command_line, arguments, input=typed)

    monkeypatch.setenv("LOOKOUT_CASEBOOK", url)
    assert run("device", "wall", "--page", "situation").exit_code == 2
    added = run("add", "li", "--role", "analyst", "--region", "140000", typed=f"{PASSWORD}\n")
    assert added.exit_code == 0, added.output
    link = run("device", "wall", "--page", "situation", "--region", "140000").stdout
    accounts = Accounts(url, datetime.now)
    viewer = accounts.of_token(re.search(r"/device/(\S+)", link)[1])
    assert viewer and viewer.is_masked and viewer.pages == {"situation"} and viewer.regions == ("140000",)
    assert accounts.sign_in("li", PASSWORD, "here")
    refused = run("disable", "nobody")
    assert refused.exit_code == 2 and refused.stderr == "accounts: there is no user nobody\n"
    assert "--password" not in run("add", "--help").stdout
