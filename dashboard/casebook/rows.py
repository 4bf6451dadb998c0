"""Between events and rows of the database, and between rows and Arrow."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, fields
from datetime import datetime
from typing import Any

import pyarrow as pa
import sqlalchemy as sa

from dashboard.casebook.chain import canonical
from dashboard.casebook.records import CORRECT, OPEN, Case, Event
from dashboard.casebook.standing import Standing, case_record, read_case

TEXT, INT, TIME, FLAG, REAL = pa.string(), pa.int32(), pa.timestamp("s"), pa.bool_(), pa.float64()
NOW_COLUMNS: dict[str, pa.DataType] = {
    "clue_id": TEXT, "state": TEXT, "version": INT, "last_seq": pa.int64(), "since": TIME, "due_at": TIME,
    "clock_stopped": FLAG, "assignee": TEXT, "assignee_person": TEXT, "team_code": TEXT, "round_code": TEXT,
    "severity": INT, "verdict": TEXT,
    "is_prominent": FLAG, "n_rechecks_failed": INT, "n_relapses": INT,
}  # fmt: skip
CASE_COLUMNS: dict[str, pa.DataType] = {
    "rule_id": TEXT, "rule_version": TEXT, "enterprise_id": TEXT, "enterprise_name": TEXT, "cell_id": TEXT,
    "city_adcode": TEXT, "county_adcode": TEXT, "pollutant": TEXT, "category": TEXT, "lon_deg": REAL, "lat_deg": REAL,
    "window_from": TIME, "window_to": TIME, "detected_at": TIME, "score": REAL, "origin": TEXT, "snapshot_id": TEXT,
    "opened_state": TEXT, "opened_sequence": INT,
}  # fmt: skip
STATE_TABLE = pa.schema([*NOW_COLUMNS.items(), *CASE_COLUMNS.items(), ("opened_severity", INT)])
EVENT_TABLE = pa.schema(
    [
        ("event_id", TEXT), ("seq", pa.int64()), ("clue_id", TEXT), ("version", INT), ("sequence", INT),
        ("source", TEXT), ("target", TEXT), ("event", TEXT), ("actor", TEXT), ("role", TEXT), ("at", TIME),
        ("due_at", TIME), ("reason", TEXT), ("payload", TEXT), ("attachments", pa.list_(TEXT)),
        ("rule_version", TEXT), ("snapshot_id", TEXT), ("prev_hash", TEXT), ("hash", TEXT), ("team_code", TEXT),
        ("person", TEXT),
    ]
)  # fmt: skip
PROBLEM_TABLE = pa.schema(
    [
        ("problem_id", TEXT), ("clue_id", TEXT), ("enterprise_id", TEXT), ("problem_type", TEXT),
        ("is_prominent", FLAG), ("verdict", TEXT), ("cause", TEXT), ("article", TEXT), ("measure", TEXT), ("at", TIME),
    ]
)  # fmt: skip
TIMES = ("since", "due_at", "accepted_at", "ordered_at", "stopped_due_at", "last_at")
SETS = ("attachments", "snapshots")
LISTS = ("inspectors", "failed_rechecks", "inspector_persons")
# Came later: left out while they tell nothing, so that the texts of before are still canonical.
LATER = ("assignee_person", "inspector_persons")


def event_row(event: Event) -> dict[str, Any]:
    """The row of an event."""
    return {
        **asdict(event),
        "payload": canonical(event.payload),
        "attachments": canonical(event.attachments),
    }


def read_event(row: sa.RowMapping) -> Event:
    """The event of a row.

    Raises  ValueError if somebody wrote what we never write
    """
    values = {field.name: row[field.name] for field in fields(Event)}
    values |= {"payload": json.loads(row["payload"]), "attachments": tuple(json.loads(row["attachments"]))}
    return Event(**values)


def standing_row(standing: Standing) -> dict[str, Any]:
    """The row of a case."""
    return {
        "clue_id": standing.case.clue_id,
        "state": standing.state or "",
        "version": standing.version,
        "due_at": standing.due_at,
        "rule_id": standing.case.rule_id,
        "object_id": standing.object_id,
        "last_seq": standing.last_seq,
        "standing": standing_text(standing),
    }


def standing_text(standing: Standing) -> str:
    """A standing in one canonical text: equal standings, equal texts."""
    content = {field.name: getattr(standing, field.name) for field in fields(Standing)}
    content["case"] = case_record(standing.case)
    content |= {name: sorted(content[name]) for name in SETS}
    return canonical({name: value for name, value in content.items() if name not in LATER or value})


def read_standing(text: str) -> Standing:
    """The standing of such a text."""
    content = json.loads(text)
    content["case"] = read_case(content["case"])
    content |= {name: datetime.fromisoformat(content[name]) for name in TIMES if content[name]}
    content |= {name: frozenset(content[name]) for name in SETS}
    content |= {name: tuple(content[name]) for name in LISTS if name in content}
    return Standing(**content)


def state_table(standings: Iterable[Standing]) -> pa.Table:
    """One row per case: where it stands, and what it is about."""
    return pa.Table.from_pylist([_flat(standing) for standing in standings], schema=STATE_TABLE)


def event_table(found: Sequence[sa.RowMapping], since_seq: int) -> pa.Table:
    """One row per event after `since_seq`; `found` are the whole lives of their clues, in the order of the chain.

    Shape   sequence: counts on from the steps that the snapshot knew when the case was opened; team_code: who had the
            clue after the step
    Note    records stay text but for the few that say where a clue went: this reads a hundred thousand at once
    """
    corrected: dict[str, dict[str, Any]] = {}
    for row in found:
        if row["event"] == CORRECT:
            record = json.loads(row["payload"])
            corrected.setdefault(record["corrects"], {}).update(record["record"])
    first: dict[str, int] = {}
    team: dict[str, str | None] = {}
    told = []
    for row in found:
        clue_id = row["clue_id"]
        if row["event"] == OPEN:
            case = json.loads(row["payload"])["case"]
            first[clue_id], team[clue_id] = case["opened_sequence"], case["team_code"]
        elif row["event"] in ("push", "re_push"):
            team[clue_id] = (json.loads(row["payload"]) | corrected.get(row["event_id"], {}))["receiver"]
        if row["seq"] > since_seq:
            own = {"sequence": first[clue_id] + row["version"], "attachments": json.loads(row["attachments"])}
            told.append({**row, **own, "team_code": team[clue_id]})
    return pa.Table.from_pylist(told, schema=EVENT_TABLE)


def problem_table(rows: Iterator[dict[str, Any]]) -> pa.Table:
    """One row per problem and verdict on it."""
    return pa.Table.from_pylist(list(rows), schema=PROBLEM_TABLE)


def _flat(standing: Standing) -> dict[str, Any]:
    case: Case = standing.case
    return {
        **{name: getattr(case, name) for name in CASE_COLUMNS},
        **{name: getattr(standing, name) for name in NOW_COLUMNS if name != "clue_id"},
        "clue_id": case.clue_id,
        "opened_severity": case.severity,
    }
