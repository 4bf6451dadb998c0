"""Who asks: read from the session cookie, the device cookie or the bearer token of a request."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from flask import Flask, Request, current_app, request, session
from flask_login import LoginManager, UserMixin, current_user, login_user, logout_user

from dashboard.access import DEMO, Viewer
from dashboard.accounts.store import Accounts, Lifetime
from dashboard.casebook.calendar import wall_clock
from dashboard.settings import Settings

DEVICE_COOKIE = "lookout_device"
TRY_COOKIE = "lookout_try"
BEARER = "Bearer "


@dataclass(frozen=True)
class Asking(UserMixin):  # type: ignore[misc]  # Flask-Login has no types
    """A viewer as Flask-Login knows it; its id is the secret of its session."""

    viewer: Viewer

    def get_id(self) -> str:
        """The secret of the session."""
        return self.viewer.session


def open_accounts(settings: Settings) -> Accounts:
    """The accounts that the settings name; nothing is opened yet."""
    lifetime = Lifetime(timedelta(minutes=settings.session_idle_minutes), timedelta(hours=settings.session_hours))
    return Accounts(settings.casebook, wall_clock, lifetime)


def is_closed(settings: Settings, accounts: Accounts) -> bool:
    """Whether only who is named gets in: there are users, or single sign-on names them."""
    return bool(settings.oidc_issuer) or accounts.is_in_use()


def set_up_sessions(server: Flask, accounts: Accounts) -> None:
    """Flask-Login over the accounts."""
    manager = LoginManager(server)
    # The session's secret is the proof, and it is asked of the database each time.
    manager.session_protection = None
    manager.user_loader(lambda secret: _asking(accounts.of_session(secret)))
    manager.request_loader(lambda asked: _asking(_by_token(accounts, asked)))


def signed_in() -> Viewer | None:
    """Who is signed in now."""
    return current_user.viewer if current_user.is_authenticated else None


def begin_session(secret: str) -> None:
    """The browser keeps `secret` from now on; whatever it kept before is dropped."""
    accounts: Accounts = current_app.config["lookout.accounts"]
    asking = _asking(accounts.of_session(secret))
    if asking is not None:
        session.clear()
        login_user(asking)


def end_session() -> None:
    """Nobody is signed in any more, here and on the server."""
    accounts: Accounts = current_app.config["lookout.accounts"]
    asking = signed_in()
    if asking is not None and asking.session:
        accounts.end(asking.session)
    logout_user()
    session.clear()


def demo_viewer() -> Viewer:
    """Whoever sits at this machine: everything, or the role, region and round that are being tried."""
    tried = request.cookies.get(TRY_COOKIE, "")
    role, region, round_code, masked = (tried.split("|") + ["", "", "", ""])[:4]
    return Viewer(
        name=DEMO.name,
        roles=DEMO.roles & {role} if role else DEMO.roles,
        regions=(region,) if region else None,
        rounds=(round_code,) if round_code else None,
        is_masked=masked == "masked",
        kind="demo",
    )


def _by_token(accounts: Accounts, asked: Request) -> Viewer | None:
    """The device or program whose token came along: the cookie is a device's, the header a program's."""
    header = asked.headers.get("Authorization", "")
    secret, kind = (header.removeprefix(BEARER), "token") if header.startswith(BEARER) else (
        asked.cookies.get(DEVICE_COOKIE, ""), "device")  # fmt: skip
    found = accounts.of_token(secret) if secret else None
    return found if found is not None and found.kind == kind else None


def _asking(viewer: Viewer | None) -> Asking | None:
    return None if viewer is None else Asking(viewer)
