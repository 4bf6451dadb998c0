"""Single sign-on against a provider that really answers: HTTP, PKCE, nonce, and an ID token signed with RSA."""

from __future__ import annotations

import base64
import hashlib
import json
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, parse_qsl, urlencode, urlsplit

import pytest
import requests
from flask.testing import FlaskClient
from house import part_of
from joserfc import jwt
from joserfc.jwk import RSAKey

from dashboard.access import AccessError
from dashboard.casebook.persons import people
from dashboard.factory import create_app
from dashboard.settings import Grant, Settings

CLIENT = ("lookout", "the client's own secret")


class Provider:
    """An OpenID provider for one client; `lies` are the ways in which it can be somebody else."""

    def __init__(self) -> None:
        self.key = RSAKey.generate_key(2048, parameters={"kid": "one"})
        self.claims: dict[str, object] = {"sub": "42", "preferred_username": "wang", "groups": ["shanxi-analysts"]}
        self.lies: dict[str, object] = {}
        self.codes: dict[str, dict[str, str]] = {}
        provider = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                path, query = urlsplit(self.path).path, dict(parse_qsl(urlsplit(self.path).query))
                if path == "/authorize":
                    code = f"code-{len(provider.codes)}"
                    provider.codes[code] = query
                    self.send_response(302)
                    told = urlencode({"code": code, "state": query["state"]})
                    self.send_header("Location", f"{query['redirect_uri']}?{told}")
                    self.end_headers()
                else:
                    self.answer({"/.well-known/openid-configuration": provider.about, "/jwks": provider.keys}[path]())

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"])).decode()
                asked = {name: values[0] for name, values in parse_qs(body).items()}
                self.answer(*provider.token(asked, self.headers.get("Authorization", "")))

            def answer(self, body: object, status: int = 200) -> None:
                text = json.dumps(body).encode()
                self.send_response(status)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(text)))
                self.end_headers()
                self.wfile.write(text)

            def log_message(self, *_: object) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.issuer = f"http://127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def about(self) -> dict[str, object]:
        ends = {"authorization_endpoint": "authorize", "token_endpoint": "token", "jwks_uri": "jwks"}
        return {"issuer": self.issuer, "id_token_signing_alg_values_supported": ["RS256"]} | {
            name: f"{self.issuer}/{path}" for name, path in ends.items()
        }

    def keys(self) -> dict[str, object]:
        return {"keys": [self.key.as_dict(private=False)]}

    def token(self, asked: dict[str, str], authorization: str) -> tuple[dict[str, object], int]:
        begun = self.codes.pop(asked["code"])
        proof = base64.urlsafe_b64encode(hashlib.sha256(asked["code_verifier"].encode()).digest()).decode().rstrip("=")
        basic = base64.b64encode(":".join(CLIENT).encode()).decode()
        assert proof == begun["code_challenge"] and authorization == f"Basic {basic}"
        now = int(time.time())
        claims = {"iss": self.issuer, "aud": CLIENT[0], "iat": now, "exp": now + 300, "nonce": begun["nonce"]}
        key = self.lies.get("key", self.key)
        told = claims | self.claims | {name: value for name, value in self.lies.items() if name != "key"}
        signed = jwt.encode({"alg": "RS256", "kid": "one"}, told, key)
        return {"access_token": "x", "token_type": "Bearer", "expires_in": 300, "id_token": signed}, 200


@pytest.fixture(scope="module")
def provider() -> Iterator[Provider]:
    found = Provider()
    yield found
    found.server.shutdown()
    found.server.server_close()


@pytest.fixture(scope="module")
def server(provider, root, store, tmp_path_factory):
    settings = Settings(
        snapshots=root,
        casebook=f"sqlite:///{tmp_path_factory.mktemp('oidc')}/casebook.db",
        oidc_issuer=provider.issuer,
        oidc_client_id=CLIENT[0],
        oidc_client_secret=CLIENT[1],
        oidc_mapping={
            "auditors": Grant(roles=("auditor",)),
            "shanxi-analysts": Grant(roles=("analyst",), regions=("140000",)),
            "works": Grant(roles=("enterprise",)),
        },
    )
    return create_app(settings, store).server


def there_and_back(client: FlaskClient):
    """As a browser goes: to the provider, and back with its code."""
    off = client.get("/oidc/start?next=/methods")
    assert off.status_code == 302
    back = requests.get(off.headers["Location"], allow_redirects=False, timeout=10).headers["Location"]
    parts = urlsplit(back)
    return client.get(f"{parts.path}?{parts.query}")


def test_whom_the_provider_names_sees_what_the_mapping_gives(server, provider, root):
    provider.lies.clear()
    client = server.test_client()
    assert client.get("/", headers={"Accept": "text/html"}).status_code == 302
    assert "/oidc/start" in client.get("/login").text
    done = there_and_back(client)
    assert done.status_code == 302 and done.headers["Location"] == "/methods"
    data = f"/data/{client.get('/data/version').get_json()['id']}"
    exported = client.get(f"{data}/export/clues.csv")
    part = part_of(root, Grant(roles=("analyst",), regions=("140000",)))
    assert exported.headers["X-Lookout-Rows"] == str(len(part.clues)) and part.clues
    assert "wang" in client.get("/_dash-layout", headers={"Referer": "http://localhost/"}).text
    client.post("/logout")
    assert client.get("/data/version").status_code == 401


@pytest.mark.parametrize(
    "lie",
    [{"key": RSAKey.generate_key(2048)}, {"iss": "http://another.example"}, {"aud": "another"}, {"nonce": "old"},
     {"exp": 1_000_000_000}, {"groups": ["strangers"]}, {"groups": []}],
    ids=["signed by another", "other issuer", "for another", "replayed", "expired", "no role", "no groups"],
)  # fmt: skip
def test_who_is_not_named_truly_is_not_let_in(server, provider, lie):
    provider.lies = lie
    client = server.test_client()
    assert there_and_back(client).status_code == 401
    assert client.get("/data/version").status_code == 401


def test_an_answer_nobody_asked_for_is_refused(server):
    client = server.test_client()
    assert client.get("/oidc/back?code=code-0&state=made-up").status_code == 401
    assert client.get("/data/version").status_code == 401


def test_the_first_entry_of_the_mapping_that_fits_counts(server, provider):
    provider.lies = {"groups": ["shanxi-analysts", "auditors"]}
    client = server.test_client()
    there_and_back(client)
    assert "~" not in client.get("/data/version").get_json()["id"]


def test_a_provider_that_does_not_answer_is_said(root, store, tmp_path):
    settings = Settings(
        snapshots=root, casebook=f"sqlite:///{tmp_path}/casebook.db", oidc_issuer="http://127.0.0.1:9",
        oidc_client_id="lookout", oidc_mapping={"x": Grant(roles=("leader",))},
    )  # fmt: skip
    answer = create_app(settings, store).server.test_client().get("/oidc/start?lang=en")
    assert answer.status_code == 502 and "did not succeed" in answer.text


@pytest.mark.parametrize("mapping", [{}, {"x": Grant(roles=("king",))}])
def test_settings_that_would_let_nobody_in_are_refused(root, store, tmp_path, mapping):
    settings = Settings(snapshots=root, casebook=f"sqlite:///{tmp_path}/c.db", oidc_issuer="http://127.0.0.1:9",
                        oidc_client_id="lookout", oidc_mapping=mapping)  # fmt: skip
    with pytest.raises(AccessError, match="LOOKOUT_OIDC_MAPPING"):
        create_app(settings, store)


@pytest.fixture
def of_works(provider):
    """The provider tells of somebody of a plant; what it told before is told again after."""
    before = dict(provider.claims)
    provider.lies.clear()
    provider.claims |= {"sub": "77", "preferred_username": "works-77", "groups": ["works"]}
    yield provider.claims
    provider.claims.clear()
    provider.claims.update(before)


def test_a_plants_own_user_sees_the_plant_that_the_provider_names_and_nothing_else(server, store, of_works):
    asked = "select enterprise_id, name from enterprises limit 1"
    ((plant, name),) = store.current().cursor().execute(asked).fetchall()
    of_works["enterprise_id"] = plant
    client = server.test_client()
    assert there_and_back(client).status_code == 302
    assert client.get("/work/own.json?lang=en").get_json()["title"] == name
    with server.config["lookout.accounts"].engine.connect() as db:
        assert people(db).named("works-77") is None, "a plant's own user could be taken for one of the staff"
    assert client.get("/clues", headers={"Accept": "text/html"}).status_code == 403
    assert client.get(f"/data/{store.current().id}/export/clues.csv").status_code in (403, 404)


@pytest.mark.parametrize("named", [{}, {"enterprise_id": ""}, {"enterprise_id": ["a", "b"]}])
def test_who_has_a_plants_role_without_a_plant_is_not_let_in(server, of_works, named):
    of_works |= named
    client = server.test_client()
    assert there_and_back(client).status_code == 401
    assert client.get("/work/own.json").status_code == 401


def test_a_plants_role_beside_another_is_refused_at_the_start(root, provider, tmp_path):
    mixed = {"all": Grant(roles=("enterprise", "analyst"))}
    settings = Settings(snapshots=root, casebook=f"sqlite:///{tmp_path}/c.db", oidc_issuer=provider.issuer,
                        oidc_client_id="x", oidc_mapping=mixed)  # fmt: skip
    with pytest.raises(AccessError, match="goes alone"):
        create_app(settings)
