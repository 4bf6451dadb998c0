"""Cases, events and deliverers for tests of what leaves the house."""

from __future__ import annotations

import itertools
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from dashboard.casebook.records import Actor, Case
from dashboard.casebook.store import Casebook
from dashboard.database import open_database, upgrade
from dashboard.outgoing.deliver import Deliverer
from dashboard.outgoing.outbox import Outbox
from dashboard.outgoing.surroundings import Atlas
from dashboard.outgoing.targets import load_outgoing

START = datetime(2023, 7, 20, 9, 0)
SECRETS = {
    "HOOK_SECRET": "hook-secret-1", "ROBOT_TOKEN": "robot-token-2", "ROBOT_SECRET": "SEC-robot-3",
    "MAIL_USER": "lookout", "MAIL_PASSWORD": "mail-pass-word",
}  # fmt: skip
NAME = "某某钢铁有限公司"
ANALYST = Actor("zhang", frozenset({"analyst"}))
PRIVATE = "举报人张三 13900000000"


@dataclass
class Clock:
    """A wall that moves when told."""

    now: datetime = START

    def __call__(self) -> datetime:
        return self.now

    def advance(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)


@dataclass
class House:
    """A database with a casebook, and deliverers over it that share one file of targets."""

    folder: Path
    snapshots: Path
    url: str = ""
    clock: Clock = field(default_factory=Clock)
    numbers: Any = field(default_factory=itertools.count)

    def __post_init__(self) -> None:
        self.url = self.url or f"sqlite:///{self.folder}/casebook.db"
        engine = open_database(self.url)
        upgrade(engine)
        self.book = Casebook(engine, self.clock)
        self.outbox = Outbox(engine)

    def targets(self, text: str) -> Path:
        path = self.folder / "outgoing.toml"
        path.write_text('hosts = ["127.0.0.1"]\n' + text, "utf-8")
        return path

    def deliverer(self, path: Path | None = None) -> Deliverer:
        """A new one, as after a restart: nothing of an earlier one is in it."""
        engine = open_database(self.url)
        outgoing = load_outgoing(path or self.folder / "outgoing.toml")
        atlas = Atlas(self.snapshots, "salt")
        book, outbox = Casebook(engine, self.clock), Outbox(engine)
        return Deliverer(outgoing, book, outbox, atlas, self.clock, lambda: 1_690_000_000.0, lambda: 0.5)

    def screen(self, **values: Any) -> str:
        """A clue that an analyst accepts, with a complainant in the record; its id."""
        case = a_case(f"clue{next(self.numbers):04d}", **values)
        self.book.open_case(case)
        payload = {"opinion": PRIVATE, "excluded": ["maintenance"], "severity": case.severity, "second_reader": "li"}
        self.book.act(ANALYST, case.clue_id, "screen_accept", payload=payload, expected_version=0, reason=PRIVATE)
        return case.clue_id


def a_case(clue_id: str, **values: Any) -> Case:
    usual = {
        "rule_id": "R01", "rule_version": "1", "severity": 2, "enterprise_id": "E-1", "enterprise_name": NAME,
        "cell_id": None, "city_adcode": "340100", "county_adcode": "340102", "round_code": "2023-R11",
        "team_code": "T13", "pollutant": "NOx", "category": "cems", "lon_deg": 117.3, "lat_deg": 31.8,
        "window_from": START, "window_to": START, "detected_at": START, "score": 0.9, "origin": "snapshot",
        "snapshot_id": "20230720T000000Z-gone", "opened_state": "IDENTIFIED", "opened_since": START,
    }  # fmt: skip
    return Case(clue_id=clue_id, **(usual | values))
