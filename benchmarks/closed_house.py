"""A house with users: the pages that nobody sees in the open demo, for their pictures and for the browser tests."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from playwright.sync_api import Page

from dashboard.accounts.store import Accounts
from dashboard.casebook.calendar import wall_clock
from dashboard.casebook.records import Actor
from dashboard.casebook.store import Casebook, open_casebook
from dashboard.data.clue_case import case_of
from dashboard.data.live import live
from dashboard.data.store import Loaded, Store
from dashboard.data.worklist import standing
from dashboard.settings import Grant

PASSWORD = secrets.token_urlsafe(24)
STAFF = Actor("staff", frozenset(("local_bureau", "supervisor", "team_leader", "analyst")))
ORDER = {"order_no": "\u8d23\u6539\u30142026\u301517\u53f7", "measures": "\u68c0\u4fee\u5e03\u888b\u9664\u5c18\u5668",
         "mode": "within_limit", "is_penalised": False}  # fmt: skip
CHECKED = """select e.enterprise_id, c.clue_id from clues c join enterprises e using (enterprise_idx)
    where c.state = 'CONFIRMED' order by 2 limit 1"""


@dataclass(frozen=True)
class Closed:
    """A page of such a house, and who looks at it; nobody is signed in where none is named."""

    path: str
    user: str = ""


CLOSED = {
    "login": Closed("/login"),
    "own": Closed("/own", "works"),
    "refused": Closed("/clues", "works"),
    "lost": Closed("/nowhere", "duty"),
}


def closed_house(snapshots: Path, folder: Path) -> dict[str, str]:
    """Settings of a casebook in `folder` with two users: somebody on duty, and a plant that got an order this morning.

    Raises  LookupError where the snapshot has no confirmed clue about a plant
    """
    url = f"sqlite:///{folder}/casebook.db"
    loaded = Store(snapshots, "1GB").current()
    found = loaded.cursor().execute(CHECKED).fetchall()
    if not found:
        raise LookupError("no clue of the snapshot was confirmed at a plant")
    plant, clue_id = found[0]
    people = Accounts(url, wall_clock)
    people.add("duty", PASSWORD, Grant(roles=("analyst",)))
    people.add("works", PASSWORD, Grant(roles=("enterprise",)), enterprise_id=plant)
    _order(open_casebook(url), loaded, clue_id)
    return {"casebook": url, "attachments": f"{folder}/files"}


def look(page: Page, url: str, name: str, address: Callable[[str], str] = str) -> None:
    """Open a page of CLOSED as its user, as one would: by signing in on the way; `address` adds language and theme."""
    closed = CLOSED[name]
    page.goto(url + address(closed.path))
    if closed.user:
        page.locator("input[name=name]").fill(closed.user)
        page.locator("input[type=password]").fill(PASSWORD)
        page.keyboard.press("Enter")
        page.locator("input[type=password]").wait_for(state="detached")
    page.wait_for_load_state("networkidle")


def _order(book: Casebook, loaded: Loaded, clue_id: str) -> None:
    now = book.clock()
    clue = standing(live(loaded, book), clue_id, (now, now))
    book.open_case(case_of(loaded.cursor(), loaded, clue))
    due = {"due_on": f"{now + timedelta(days=20):%Y-%m-%d}"}
    book.act(STAFF, clue_id, "order_rectify", payload=ORDER | due, expected_version=0)
