"""The casebook as a source: what people decided comes back into the next snapshot, and rules that need outcomes see it.

Read-only, from the database that the dashboard writes. A case gives its clue, each step of it one event, numbered after
the steps that the snapshot knew when the case was opened; comments, corrections and openings are no steps.

Options  url      sqlite:///file.db or postgresql+psycopg://user:password@host/database; better:
         url_env  name of the environment variable that holds it, as LOOKOUT_CASEBOOK
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import sqlalchemy as sa

from data_adapters.settings import secret
from data_adapters.source import AdapterError, FileAccount, RejectionLog, SourceResult, check_options, sidecar
from data_adapters.tables import CLUE_EVENTS, CLUES

EVENTS = sa.text(
    "SELECT seq, event_id, clue_id, version, source, target, event, role, at, due_at, payload, hash "
    "FROM casebook_events ORDER BY seq"
).columns(at=sa.DateTime, due_at=sa.DateTime)
FALSE_ALARMS = ("DISCARDED", "NOT_CONFIRMED")
CLUE_TIMES = ("window_from", "window_to", "detected_at")
NEEDED = ("rule_id", "category", "county_adcode", "lon_deg", "lat_deg", *CLUE_TIMES)
Row = dict[str, Any]


class CasebookSource:
    """Source `casebook`: tables clues and clue_events."""

    name = "casebook"

    def read(self, paths: Sequence[Path], options: Mapping[str, Any]) -> SourceResult:
        """Every case as a clue, every step as an event; a case without what a clue needs is refused, steps and all."""
        check_options(self.name, options, ("url", "url_env"))
        if paths:
            raise AdapterError(paths[0], "source casebook reads no files", "give option url_env")
        address = _address(options)
        account = FileAccount(address.render_as_string(hide_password=True))
        try:
            rows = _rows(address)
        except AdapterError as error:
            account.fail(AdapterError(account.path, error.message, error.hint))
            return SourceResult({}, [account])
        log = RejectionLog()
        kept = _usable(rows, account, log)
        clues = [_clue(row) for row in kept if row["event"] == "open"]
        steps = _steps(kept)
        account.read, account.accepted = len(rows), len(kept)
        account.sha256 = hashlib.sha256("".join(row["hash"] for row in rows).encode()).hexdigest()
        account.notes.append(f"{len(clues)} cases, {len(steps)} steps; the other events are comments and corrections")
        tables = {
            "clues": pa.Table.from_pylist(clues, schema=CLUES.schema),
            "clue_events": pa.Table.from_pylist(steps, schema=CLUE_EVENTS.schema),
        }
        return SourceResult(tables, [account], log.rejections)


def _address(options: Mapping[str, Any]) -> sa.URL:
    """What to connect to. Raises AdapterError that does not repeat it."""
    name = options.get("url_env")
    url = secret(str(name)) if name else options.get("url")
    if not url:
        told = f"environment variable {name} is not set" if name else "option url or url_env is missing"
        raise AdapterError("", told, "as url_env=LOOKOUT_CASEBOOK, the variable that the dashboard has too")
    try:
        address = sa.make_url(str(url))
    except (sa.exc.ArgumentError, ValueError):
        address = None
    if address is None or address.drivername not in ("sqlite", "postgresql+psycopg"):
        raise AdapterError("", "the address is no casebook's", "as sqlite:///var/casebook.db or postgresql+psycopg://…")
    return address


def _rows(address: sa.URL) -> list[Row]:
    """All events of the chain, their records read.

    Raises  AdapterError for whatever the database says, without the password
    """
    if address.drivername == "sqlite" and not Path(address.database or "").is_file():
        raise AdapterError("", "there is no casebook yet", "it is made when the dashboard first runs")
    engine = sa.create_engine(address)
    try:
        with engine.connect() as db:
            found = [dict(row) for row in db.execute(EVENTS).mappings()]
        for row in found:
            row["payload"] = json.loads(row["payload"])
    except sa.exc.SQLAlchemyError as error:
        raise AdapterError(
            "", f"the casebook can't be read ({type(error).__name__})", "is the dashboard's the same?"
        ) from None
    except ValueError as error:
        raise AdapterError("", f"a record is no JSON ({error})", "python -m dashboard.casebook verify") from error
    finally:
        engine.dispose()
    return found


def _usable(rows: list[Row], account: FileAccount, log: RejectionLog) -> list[Row]:
    """The events of cases that can be clues; a case that was opened and never created isn't one yet."""
    lacking: dict[str, str] = {}
    created = {row["clue_id"] for row in rows if row["target"]}
    for row in rows:
        if row["event"] == "open":
            absent = [name for name in NEEDED if row["payload"]["case"].get(name) in (None, "")]
            if row["clue_id"] not in created:
                absent.append("state")
            if absent:
                lacking[row["clue_id"]] = absent[0]
    refused = [(row["seq"], lacking[row["clue_id"]], row["clue_id"]) for row in rows if row["clue_id"] in lacking]
    log.add(account, "missing", "a case without what a clue needs", refused)
    return [row for row in rows if row["clue_id"] not in lacking]


def _clue(opening: Row) -> Row:
    case = opening["payload"]["case"]
    return {
        **{name: case.get(name) for name in CLUES.schema.names},
        **{name: datetime.fromisoformat(case[name]) for name in CLUE_TIMES},
        "round_code": case.get("round_code") or "",
        "score": case.get("score") or 0.0,
    }


def _steps(rows: list[Row]) -> list[Row]:
    """The steps as they were corrected; the team is that of the last push."""
    notes = frozenset(sidecar("casebook")["parameters"]["notes"])
    corrected: dict[str, Row] = {}
    for row in rows:
        if row["event"] == "correct":
            corrected.setdefault(row["payload"]["corrects"], {}).update(row["payload"]["record"])
    first: dict[str, int] = {}
    team: dict[str, str | None] = {}
    steps = []
    for row in rows:
        clue_id, record = row["clue_id"], row["payload"] | corrected.get(row["event_id"], {})
        if row["event"] == "open":
            first[clue_id], team[clue_id] = record["case"]["opened_sequence"], record["case"]["team_code"]
        if row["event"] in ("push", "re_push"):
            team[clue_id] = record["receiver"]
        if row["event"] not in notes and row["source"] != row["target"]:
            cause = record.get("cause") if row["target"] in FALSE_ALARMS else None
            steps.append(_step(row, first[clue_id], team[clue_id]) | {"cause": cause})
    return steps


def _step(row: Row, first: int, team: str | None) -> Row:
    return {
        "clue_id": row["clue_id"],
        "sequence": first + row["version"],
        "at": row["at"],
        "event": row["event"],
        "from_state": row["source"],
        "to_state": row["target"],
        "role": row["role"],
        "team_code": team,
        "due_at": row["due_at"],
    }


CASEBOOK = CasebookSource()
