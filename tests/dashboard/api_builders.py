"""An app with users and tokens, for tests of the API."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from flask.testing import FlaskClient
from jsonschema import Draft202012Validator
from werkzeug.test import TestResponse

from dashboard.accounts.store import Accounts
from dashboard.api.openapi import document
from dashboard.api.routes import ENDPOINTS
from dashboard.casebook.store import Casebook
from dashboard.data.store import Loaded, Store
from dashboard.factory import LookoutDash, create_app
from dashboard.settings import Grant, Settings

READ = ("read:clues", "read:hotspots", "read:events", "read:metrics", "read:dossier")
DOCUMENT = document(ENDPOINTS)
LATER = timedelta(days=7)


@dataclass
class Api:
    """A running API and what is behind it. Every call is by one token, or by nobody."""

    folder: Path
    root: Path
    store: Store
    settings: dict[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        casebook = f"sqlite:///{self.folder}/casebook.db"
        self.app: LookoutDash = create_app(
            Settings(snapshots=self.root, casebook=casebook, **self.settings), self.store
        )
        self.accounts: Accounts = self.app.server.config["lookout.accounts"]
        self.client: FlaskClient = self.app.server.test_client(use_cookies=False)

    @property
    def book(self) -> Casebook:
        return self.app.server.config["lookout.casebook"]()

    @property
    def loaded(self) -> Loaded:
        return self.store.current()

    def close(self) -> None:
        """From now on nobody gets in without a name."""
        self.accounts.add("somebody", "correct-horse-battery", Grant(roles=("auditor",)))

    def token(
        self, name: str, roles: tuple[str, ...] = ("analyst",), scopes: tuple[str, ...] = READ, **grant: Any
    ) -> str:
        expires_at = grant.pop("expires_at", datetime.now() + LATER + timedelta(hours=8))
        return self.accounts.add_token(name, "token", Grant(roles=roles, **grant), scopes, expires_at)

    def get(self, path: str, token: str = "", **headers: str) -> TestResponse:
        return self.client.get(f"/api/v1{path}", headers=_headers(token, headers))

    def post(self, path: str, token: str = "", body: Any = None, **headers: str) -> TestResponse:
        return self.client.post(f"/api/v1{path}", json=body, headers=_headers(token, headers))

    def pages(self, path: str, token: str = "", name: str = "features") -> list[list[dict[str, Any]]]:
        """All pages of a list, by its next links."""
        found = []
        address = f"/api/v1{path}"
        while address:
            answer = self.client.get(address, headers=_headers(token, {}))
            assert answer.status_code == 200, answer.text
            body = json.loads(answer.data)
            found.append(body[name])
            links = {link["rel"]: link["href"] for link in body["links"]}
            address = links.get("next", "")
            assert (
                (f'<{address}>; rel="next"' == answer.headers.get("Link")) if address else "Link" not in answer.headers
            )
        return found


def _headers(token: str, more: dict[str, str]) -> dict[str, str]:
    named = {name.replace("_", "-"): value for name, value in more.items()}
    return {"Authorization": f"Bearer {token}", **named} if token else named


def faults(body: Any, schema: str) -> list[str]:
    """How `body` departs from a schema of the document."""
    whole = {"$ref": f"#/components/schemas/{schema}", "components": DOCUMENT["components"]}
    checker = Draft202012Validator(whole, format_checker=Draft202012Validator.FORMAT_CHECKER)
    return [f"{list(error.absolute_path)}: {error.message}"[:300] for error in checker.iter_errors(body)]


def is_problem(answer: TestResponse, status: int, code: str) -> bool:
    """Whether it is that error, told as the document says."""
    body = json.loads(answer.data)
    told = (answer.status_code, body["status"], body["code"], answer.mimetype)
    assert told == (status, status, code, "application/problem+json"), answer.text
    assert faults(body, "Problem") == []
    return True
