"""Who a scheduled briefing is for: a user of the house with the rights the account has at that moment."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa

from dashboard.access import DEMO, Viewer
from dashboard.accounts.grants import grant_of, is_open, viewer_of
from dashboard.accounts.store import Accounts
from dashboard.accounts.tables import USERS


class NoReader(LookupError):
    """Nobody of this name may read briefings now; the message says why."""


def reader_of(accounts: Accounts, name: str, now: datetime) -> Viewer:
    """The viewer behind a user's name; `demo` where the house has no users.

    Raises  NoReader for nobody, a closed account, or one whose roles see no briefing
    """
    if not accounts.is_in_use():
        if name == DEMO.name:
            return DEMO
        raise NoReader(f"there are no users, so only {DEMO.name!r} reads; python -m dashboard.accounts add {name}")
    with accounts.engine.connect() as db:
        user = db.execute(sa.select(USERS).where(USERS.c.name == name)).mappings().first()
    if user is None or not is_open(user, now):
        raise NoReader(f"there is no user {name!r}" if user is None else f"the account of {name!r} is closed")
    reader = viewer_of(name, grant_of(user))
    if not reader.may("briefing"):
        raise NoReader(f"the roles of {name!r} see no briefings")
    return reader
