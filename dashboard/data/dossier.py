"""A dossier 一企一档: all that is known of one enterprise, as one plain structure; page, print and pack are made of it.

It has no words: names of things are codes, sentences are keys with values (`reading.py`). Where nothing is told,
`states` says why: `data`, `none` (looked for, none there), `not_observed` (the category has come, this enterprise sends
none of it), `not_connected` (the category has never come), `hidden` (the viewer may not see it).
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any

import duckdb

from dashboard.data.dossier_lanes import EMISSION, PROCESS, Lane, at, lanes_of, moments
from dashboard.data.dossier_runs import Run, runs_of
from dashboard.data.layers import sql
from dashboard.data.reading import reading
from dashboard.data.store import Loaded

NEAR_KM = 5.0
CLUES_SHOWN = 40
CHART_BEFORE = timedelta(days=5)
CHART_AFTER = timedelta(days=7)
CHART_USUAL = timedelta(days=30)
CATEGORY_OF = {
    "permit": "G01", "limit": "G02", "amount": "G03", "sample": "G04", "registration": "G05", "penalty": "H01",
    "past_problem": "H02", "coercive": "H03", "complaint": "I01", "petition": "I02", "reduction": "J01", "alert": "J02",
    "grade": "J03", "order": "E08", "service": "E09", "mark": "E04", "emission": "E01", "furnace": "E06",
    "power": "F01", "total_power": "F02", "process": "F03", "satellite": "A01", "visit": "checks",
}  # fmt: skip
# Daily means stand in where no hours come.
ALSO = {"emission": "E02"}
# Kinds nobody has a source for yet; the page says so.
UNKNOWN = ("positive_list", "video")
# Registers whose lines end by something that happens, not by a term set beforehand.
ENDS_LATER = frozenset({"mark", "service", "order", "past_problem", "coercive"})

STILL = {"clues": "clues", "events": "clue_events"}
LIVE = {"clues": "clues_now", "events": "events_now"}


class UnknownEnterprise(LookupError):
    """There is no such enterprise in what the viewer may see."""


def dossier(
    loaded: Loaded, enterprise_id: str, as_of: datetime | None = None, db: duckdb.DuckDBPyConnection | None = None
) -> dict[str, Any]:
    """Everything about an enterprise as it was known at `as_of` (else at the end of the snapshot's data).

    Shape   plain values, lists and dictionaries; `db` may be a live cursor, whose clues_now and events_now count then
    Raises  UnknownEnterprise
    """
    is_live = db is not None
    db = db or loaded.cursor()
    tables = LIVE if is_live else STILL
    enterprise = _enterprise(db, enterprise_id)
    until = min(as_of or datetime.max, datetime.fromisoformat(loaded.manifest.as_of))
    known = {"enterprise_idx": enterprise["enterprise_idx"], "as_of": until}
    problems = [_plain(row) for row in _rows(db, "dossier_problems", known)]
    facts = _with_problems(_facts(db, known), problems)
    lanes = lanes_of(*(_rows(db, f"dossier_{name}", known) for name in ("hours", "days", "emission", "power")))
    runs = sorted((run for lane in lanes for run in runs_of(lane)), key=lambda run: -run.over)
    # The casebook's clock goes on after the data have ended.
    lived = known if as_of or not is_live else {**known, "as_of": datetime.max}
    history = [_plain(row) for row in _rows(db, "dossier_history", lived, tables)]
    clues = [_clue(row, until) for row in _rows(db, "dossier_clues", {**lived, "n": CLUES_SHOWN}, tables)]
    if until < datetime.fromisoformat(loaded.manifest.as_of):
        clues = _as_then(clues, history)
    city = {"city_idx": enterprise["city_idx"], "as_of": until}
    alerts = [_plain(row) for row in _rows(db, "dossier_alerts", city)] if _has(db, "dossier_alerts") else []
    found: dict[str, Any] = {
        "as_of": at(until),
        "is_synthetic": loaded.manifest.is_synthetic,
        "snapshot_id": loaded.id,
        "enterprise": enterprise,
        "lanes": ordered(lanes, runs),
        "runs": [run.told() for run in runs],
        "facts": facts,
        "alerts": alerts,
        "hot": [_plain(row) for row in _hot(db, enterprise, until)],
        "clues": clues,
        "n_clues": _count(db, lived, tables["clues"]),
        "history": history,
        "candidates": _candidates(db, enterprise_id, until),
        "visits": [_plain(row) for row in _rows(db, "dossier_visits", known)],
        "problems": problems,
        "notes": [_plain(row) for row in _rows(db, "dossier_notes", lived)] if is_live else [],
    }
    arrived = loaded.remembered("dossier arrived", lambda: _arrived(loaded))
    found["states"] = _states(loaded, arrived, found)
    found["since"] = {kind: _plain(arrived[code])["first_day"] for kind, code in CATEGORY_OF.items() if code in arrived}
    found["states"]["note"] = "not_connected" if not is_live else "data" if found["notes"] else "none"
    found["window"] = _window(lanes, runs, clues, until)
    found["reading"] = reading(found)
    return found


def search(db: duckdb.DuckDBPyConnection, text: str, limit: int = 20) -> list[dict[str, Any]]:
    """Enterprises named so, or with such a USCC, permit or id; fewer than 2 characters find nobody."""
    text = text.strip()
    if len(text) < 2:
        return []
    return _rows(db, "dossier_search", {"text": text[:100], "n": max(1, min(limit, 50))})


def suggested(db: duckdb.DuckDBPyConnection, limit: int = 30) -> list[dict[str, Any]]:
    """Enterprises the push plan suggests, the gravest first, each with its gravest suggested clue."""
    return _rows(db, "dossier_suggested", {"n": limit})


def ordered(lanes: list[Lane], runs: list[Run]) -> list[Lane]:
    """Emission first, what was above its limit before the rest; then process, power, furnace."""
    over = {(run.object, run.series): run.over for run in reversed(runs)}
    kinds = ("emission", "furnace", "process", "power")
    return sorted(lanes, key=lambda lane: (
        kinds.index(lane["kind"]),
        -over.get((lane["object"], lane["series"]), 0),
        lane["step_h"],
        (*EMISSION, *PROCESS).index(lane["series"]) if lane["series"] in (*EMISSION, *PROCESS) else 0,
        lane["object"],
    ))  # fmt: skip


def _enterprise(db: duckdb.DuckDBPyConnection, enterprise_id: str) -> dict[str, Any]:
    rows = _rows(db, "dossier_enterprise", {"enterprise_id": enterprise_id})
    if not rows:
        raise UnknownEnterprise(enterprise_id)
    return _plain(rows[0])


def _facts(db: duckdb.DuckDBPyConnection, known: Mapping[str, Any]) -> dict[str, list[dict[str, Any]]]:
    out: dict[str, list[dict[str, Any]]] = {}
    until = at(known["as_of"])
    for row in _rows(db, "dossier_facts", known):
        fact = {**json.loads(row.pop("detail") or "{}"), **_plain(row)}
        if fact.get("marked_at"):
            fact["marked_at"] = fact["marked_at"][:16]
        if (fact.get("marked_at") or "") <= until:
            out.setdefault(fact["kind"], []).append(_until(fact, until))
    return out


def _with_problems(facts: dict[str, list[dict[str, Any]]], problems: list[dict[str, Any]]) -> dict[str, Any]:
    """Where no register of past problems has come, those of this year's visits are the past ones."""
    if problems and "past_problem" not in facts:
        facts["past_problem"] = [
            {"kind": "past_problem", "fact_id": one["problem_id"], "from_at": one["found_date"], "to_at": None,
             "code": one["problem_type"], "is_prominent": one["is_prominent"], "round": one["round_code"]}
            for one in problems
        ]  # fmt: skip
    return facts


def _until(fact: dict[str, Any], until: str) -> dict[str, Any]:
    """A line of a register as it stood then: what ended or was answered later is still open."""
    if fact["kind"] in ENDS_LATER and (fact["to_at"] or "") > until:
        return {**fact, "to_at": None, **({"reply": None} if fact["kind"] == "order" else {})}
    return fact


def _clue(row: dict[str, Any], until: datetime) -> dict[str, Any]:
    """A clue; the numbers of its finding are left out where they were not yet known at `until`."""
    later = row["window_to"] is not None and row["facts"] is not None and row["window_to"] > until + timedelta(hours=1)
    facts = json.loads(row.pop("facts") or "{}") if not later else {}
    lists = json.loads(row.pop("lists_json") or "{}")
    return {**_plain(row), "facts": facts, "lists": lists, "is_known_later": later}


def _as_then(clues: list[dict[str, Any]], history: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Clues in the states they were in when the last of `history` had happened."""
    states = {step["clue_id"]: (step["to_state"], step["at"]) for step in history}
    first = [("IDENTIFIED", clue["detected_at"]) for clue in clues]
    then = [states.get(clue["clue_id"], begun) for clue, begun in zip(clues, first, strict=True)]
    return [{**clue, "state": state, "state_since": since} for clue, (state, since) in zip(clues, then, strict=True)]


def _count(db: duckdb.DuckDBPyConnection, known: Mapping[str, Any], clues: str) -> int:
    asked = f"select count(*) from {clues} where enterprise_idx = $enterprise_idx and detected_at <= $as_of"
    return int(db.execute(asked, dict(known)).fetchall()[0][0])


def _candidates(db: duckdb.DuckDBPyConnection, enterprise_id: str, until: datetime) -> list[dict[str, Any]]:
    quoted = enterprise_id.replace("\\", "").replace("%", "").replace("_", "")
    out = []
    for row in _rows(db, "dossier_candidates", {"pattern": f'%"{quoted}"%', "as_of": until}):
        facts = json.loads(row.pop("facts"))
        own = [one for one in facts.get("candidates", []) if one.get("enterprise_id") == enterprise_id]
        out += [{**_plain(row), **one, "doubt": facts.get("doubt"), "in_reach": facts.get("in_reach")} for one in own]
    return out


def _hot(db: duckdb.DuckDBPyConnection, enterprise: Mapping[str, Any], until: datetime) -> list[dict[str, Any]]:
    if enterprise["lon_deg"] is None:
        return []
    lat = enterprise["lat_deg"]
    box = {"dlat": NEAR_KM / 111.0, "dlon": NEAR_KM / (111.0 * max(0.1, math.cos(math.radians(lat))))}
    return _rows(db, "dossier_hot", {"lon": enterprise["lon_deg"], "lat": lat, "km": NEAR_KM, "as_of": until, **box})


def _arrived(loaded: Loaded) -> dict[str, dict[str, Any]]:
    """Every category of data with its rows and days."""
    return {row["code"]: row for row in _rows(loaded.cursor(), "dossier_connected", {})}


def _states(loaded: Loaded, arrived: Mapping[str, Any], found: Mapping[str, Any]) -> dict[str, str]:
    """For every kind of data whether it is there, and if not, why not."""
    kinds = {lane["kind"] for lane in found["lanes"]}
    there = {
        **{kind: bool(rows) for kind, rows in found["facts"].items()},
        **{kind: kind in kinds for kind in ("emission", "furnace", "process")},
        "power": any(lane["series"].startswith(("production", "treatment")) for lane in found["lanes"]),
        "total_power": any(lane["series"] == "total_kwh" for lane in found["lanes"]),
        "alert": bool(found["alerts"]),
        "satellite": bool(found["hot"]),
        "visit": bool(found["visits"]),
    }
    measured = ("emission", "furnace", "process", "power", "total_power")
    out = {}
    for kind, code in CATEGORY_OF.items():
        if there.get(kind):
            out[kind] = "data"
        elif loaded.scope.is_masked and kind not in (*measured, "alert", "satellite", "visit"):
            out[kind] = "hidden"
        elif not any(arrived.get(one, {}).get("rows") for one in (code, ALSO.get(kind, code))):
            out[kind] = "not_connected"
        else:
            out[kind] = "not_observed" if kind in measured else "none"
    return out | dict.fromkeys(UNKNOWN, "not_connected")


def _window(lanes: list[Lane], runs: list[Run], clues: list[dict[str, Any]], until: datetime) -> dict[str, str]:
    """What the axis shows first: around the longest run above a limit, else around the newest finding, else a month."""
    begun = [moments(lane)[0] for lane in lanes] or [until - CHART_USUAL]
    found = [clue for clue in clues if clue["onset_at"]]
    if runs:
        spans = (runs[0].from_at, runs[0].to_at)
    elif found:
        spans = (datetime.fromisoformat(found[0]["window_from"]), datetime.fromisoformat(found[0]["window_to"]))
    else:
        spans = (until - CHART_USUAL, until)
    first = max(min(begun), spans[0] - CHART_BEFORE, spans[1] - timedelta(days=60))
    last = min(until, spans[1] + CHART_AFTER)
    return {
        "from": at(min(first, last - timedelta(days=3))),
        "to": at(last),
        "all_from": at(min(begun)),
        "all_to": at(until),
    }


def _has(db: duckdb.DuckDBPyConnection, table: str) -> bool:
    return bool(db.execute("select 1 from information_schema.tables where table_name = $t", {"t": table}).fetchall())


def _rows(
    db: duckdb.DuckDBPyConnection, name: str, named: Mapping[str, Any], tables: Mapping[str, str] | None = None
) -> list[dict[str, Any]]:
    text = sql(name)
    for place, table in (tables or {}).items():
        text = text.replace(f"{{{place}}}", table)
    wanted = {key: value for key, value in named.items() if f"${key}" in text}
    rows: list[dict[str, Any]] = db.sql(text, params=wanted or None).to_arrow_table().to_pylist()
    return rows


def _plain(row: Mapping[str, Any]) -> dict[str, Any]:
    """A row as JSON carries it: moments to the minute, days as days."""
    return {key: _text(value) for key, value in row.items()}


def _text(value: Any) -> Any:  # noqa: ANN401 - any value of a row
    if isinstance(value, datetime):
        return at(value)
    if isinstance(value, date):
        return value.isoformat()
    return round(value, 4) if isinstance(value, float) else value
